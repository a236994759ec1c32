"""Templates, and the two shapes in which a failure is told: JSON to programs, a page to people."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from bot import compare_words, messages
from bot.office import words as office

STATIC = Path(__file__).parent / "static"
"""The files served under /static."""


@cache
def asset(name: str) -> str:
    """The address of a static file, with a digest of its contents so that it may be kept for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def code_words(code: str) -> str:
    """A check code as people read it aloud: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 else code


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=asset, compare_words=compare_words, messages=messages, office=office)
    environment.filters.update(code_words=code_words)
    return environment


def page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Render a template of this package."""
    html = _environment().get_template(template).render(**values)
    # A question may hold half a surrogate pair, which no UTF-8 can carry.
    return HTMLResponse(html.encode("utf-8", "replace"), status)


def script(template: str) -> Response:
    """Render a script of this package, one that holds sentences for people."""
    return Response(_environment().get_template(template).render(), media_type="text/javascript; charset=utf-8")


def failure(request: Request, status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """Say what went wrong in one Vietnamese sentence: as JSON under /api/, else as a page."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"status": "error", "error": sentence}, status, headers)
    response = page("error.html", status=status, sentence=sentence, whole=None)
    response.headers.update(headers or {})
    return response
