"""The check page, which says whether a quote still stands, and the print sheet, which carries its code to a board."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote as url_quote

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from bot import messages
from bot.limiter import Limiter
from bot.office.sheet import by_document
from bot.web.api import too_often
from bot.web.body import TooLarge, read_form
from bot.web.quotes import quoted, shown_today
from bot.web.render import code_words, failure, page
from bot.web.report import report
from bot.web.service import Service
from bot.web.sheet import MAX_QUESTION, qr, size_of
from bot.web.site import Site
from corpus.citation import normalise_code
from corpus.validity import vn_date
from corpus.verify import Standing

_STATUS = {Standing.UNKNOWN: 404, Standing.NOT_A_CODE: 400}


def routes(service: Service, limiter: Limiter, site: Site) -> APIRouter:
    """The routes of the check page and the print sheet."""
    router = APIRouter(include_in_schema=False)

    @router.get("/kiem-tra")
    def ask_for_code(ma: Annotated[str | None, Query()] = None) -> Response:
        """The form; with `ma`, which it sends, on to the page of that code."""
        code = normalise_code(ma or "")
        if code:
            return RedirectResponse(f"/kiem-tra/{code}", 303)
        if ma is None or not ma.strip():
            return page("check.html", code="", standing=None, note="", quote=None)
        return page("check.html", status=400, code=ma, standing=Standing.NOT_A_CODE, note="", quote=None)

    @router.get("/kiem-tra/{code}")
    async def check(request: Request, code: str) -> Response:
        """Whether the quote of this code still stands."""
        if refused := too_often(request, limiter):
            return refused
        verdict = await run_in_threadpool(service.verify, code)
        quote = None
        if verdict.document and verdict.citation:
            quote = shown_today(
                quoted(service, verdict.document, verdict.citation), site.base(request), service.documents()
            )
        return page(
            "check.html",
            status=_STATUS.get(verdict.standing, 200),
            code=code_words(normalise_code(code) or code),
            standing=verdict.standing,
            note=verdict.note if verdict.standing is Standing.STANDS else "",
            quote=quote,
        )

    @router.get("/in/{code}")
    async def sheet(request: Request, code: str, q: Annotated[str, Query()] = "") -> Response:
        """The print sheet of a quote, with the question that it answers."""
        return await _sheet(request, code, q)

    @router.post("/in/{code}")
    async def sheet_with_question(request: Request, code: str) -> Response:
        """The same; a question that is sent in a form stays out of the address, and so out of the browser's history."""
        try:
            form = await read_form(request)
        except TooLarge:
            return failure(request, 413, messages.WEB_TOO_LARGE)
        return await _sheet(request, code, form.get("q", [""])[-1])

    async def _sheet(request: Request, code: str, question: str) -> Response:
        if refused := too_often(request, limiter):
            return refused
        verdict = await run_in_threadpool(service.verify, code)
        if verdict.standing is not Standing.STANDS or not verdict.document or not verdict.citation:
            # Only what stands word for word goes on a board; the check page says what is wrong.
            return RedirectResponse(f"/kiem-tra/{url_quote(code, safe='')}", 303)
        quote = quoted(service, verdict.document, verdict.citation)
        shown, said = shown_today(quote, site.base(request), service.documents())
        question = " ".join(question.split())
        printed = question if len(question) <= MAX_QUESTION else ""
        return page(
            "sheet.html",
            quote=shown,
            said=said,
            typed=question,
            printed=printed,
            most=MAX_QUESTION,
            size=size_of(quote, printed),
            day=vn_date(dt.date.today()),
            link=site.base(request) + said["check"],
            local=site.is_local(request),
            report=report([quote.code], by_document([quote], dt.date.today(), link=site.base(request))),
            qr=Markup(qr(site.base(request) + said["check"])),
        )

    return router
