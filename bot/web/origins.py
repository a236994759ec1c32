"""Other sites that may use this one, and how far: ask its API from their pages (CORS), or show it in a frame."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.render import script

_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?", re.ASCII)


def checked(origins: Sequence[str]) -> tuple[str, ...]:
    """Origins as browsers send them (RFC 6454): scheme and host in small letters, a port where it is not the usual one.

    Raises:
        ValueError: if one of them is no origin; "*" is none, on purpose.
    """
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"not an origin like https://example.vn: {origin!r}")
    return tuple(origins)


class ApiCors:
    """ASGI middleware: pages of exactly these origins may ask the API. Everything else stays closed to them."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "X-Asker"],
            expose_headers=["Retry-After"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, through the door that its address has."""
        is_api = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (self._open if is_api else self._app)(scope, receive, send)


def embedding() -> APIRouter:
    """The route of the script that a page of another site loads to show a button and, behind it, the chat."""
    router = APIRouter(include_in_schema=False)

    @router.get("/static/embed.js")
    def embed() -> Response:
        """The script; it takes the site's address from its own."""
        return script("embed.js")

    return router
