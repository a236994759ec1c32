"""Quotes for a report: the Word annex and the Markdown text of some quotes, addressed by their check codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote as url_quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from bot import messages
from bot.limiter import Limiter
from bot.office import words as office
from bot.office.markdown import markdown
from bot.office.sheet import by_document
from bot.web.api import too_often
from bot.web.body import TooLarge, read_form
from bot.web.quotes import quoted
from bot.web.render import failure
from bot.web.report import MOST_QUOTES
from bot.web.service import Service
from bot.web.site import Site
from corpus.citation import normalise_code
from corpus.verify import standing

MAX_QUESTION = 2_000
"""A longer question is left out of an annex, in characters."""


def routes(service: Service, limiter: Limiter, site: Site) -> APIRouter:
    """The routes of the files; a question comes in a form, so that it stays out of the address."""
    router = APIRouter(include_in_schema=False)

    @router.get("/phu-luc/{codes}.{kind}")
    async def paper(request: Request, codes: str, kind: str) -> Response:
        """The file of some quotes."""
        return await _paper(request, codes, kind, "")

    @router.post("/phu-luc/{codes}.{kind}")
    async def paper_with_question(request: Request, codes: str, kind: str) -> Response:
        """The same with the question that they answer."""
        try:
            form = await read_form(request)
        except TooLarge:
            return failure(request, 413, messages.WEB_TOO_LARGE)
        return await _paper(request, codes, kind, form.get("q", [""])[-1])

    async def _paper(request: Request, codes: str, kind: str, question: str) -> Response:
        if refused := too_often(request, limiter):
            return refused
        if kind not in ("docx", "md"):
            return failure(request, 404, messages.WEB_NOT_FOUND)
        typed = [code for code in codes.split("-") if code]
        if len(typed) > MOST_QUOTES:
            return failure(request, 400, office.LONG.format(most=MOST_QUOTES))
        question = question.strip() if len(question) <= MAX_QUESTION else ""
        return await run_in_threadpool(lambda: _made(typed, kind, question, site.base(request)))

    def _made(typed: Sequence[str], kind: str, question: str, link: str) -> Response:
        asked = dict.fromkeys(normalise_code(code) or code for code in typed)
        found = standing(asked, service.documents())
        missing = next((code for code in asked if code not in found), None)
        if missing is not None or not asked:
            # Only what stands word for word goes into a report; the check page says what is wrong.
            return RedirectResponse(f"/kiem-tra/{url_quote(missing or '', safe='')}", 303)
        quotes = [quoted(service, *found[code]) for code in asked]
        sheet = by_document(quotes, dt.date.today(), question=question, link=link)
        name = f"phu-luc-{next(iter(asked))}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if kind == "md":
            return Response(markdown(sheet), media_type="text/markdown; charset=utf-8", headers=headers)
        from bot.office.annex import MEDIA_TYPE, annex  # the library takes a tenth of a second to come

        return Response(annex(sheet), media_type=MEDIA_TYPE, headers=headers)

    return router
