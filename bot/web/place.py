"""The page of a place: what it was and is part of, and which documents bind there on a day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from bot import messages
from bot.limiter import Limiter
from bot.office.place import MORE, NO_WORDS, TITLE, chain_lines, report, sentences
from bot.web.api import too_often
from bot.web.linked import anchor
from bot.web.render import page
from bot.web.service import Service
from corpus.binding import Entry
from corpus.citation import name
from corpus.units import Unit

MAX_WORDS = 200
"""A place is never longer; what is typed beyond this is cut off."""

_BAD_DAY = "Ngày không đúng: cần một ngày có thật, ví dụ 2024-08-01."


def routes(service: Service, limiter: Limiter) -> APIRouter:
    """The route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/noi")
    async def place(
        request: Request, noi: Annotated[str, Query()] = "", ngay: Annotated[str, Query()] = ""
    ) -> Response:
        """The form; with `noi` (a place as typed) and perhaps `ngay` (YYYY-MM-DD), also what is told of it."""
        words = " ".join(noi.split())[:MAX_WORDS]
        if (words or ngay) and (refused := too_often(request, limiter)):
            return refused
        try:
            day = dt.date.fromisoformat(ngay.strip()) if ngay.strip() else None
        except ValueError:
            return _page(words, ngay, status=400, said=[_BAD_DAY])
        if not words:
            return _page(words, ngay, status=400 if ngay or "noi" in request.query_params else 200, said=[NO_WORDS])
        told = await run_in_threadpool(lambda: report(words, day, service.documents()))
        if told.chain is None or told.stack is None:
            found = told.resolved
            choices = [(_address(unit), _link(unit, ngay)) for unit in found.choices]
            more = MORE.format(more=found.more) if found.more else ""
            status = 200 if choices else 404
            return _page(words, ngay, status=status, said=sentences(found), choices=choices, more=more)
        return _page(
            words,
            ngay,
            chain=chain_lines(told.chain),
            taken=told.resolved.taken,
            entries=[_entry(entry) for entry in told.stack.entries],
            gaps=told.stack.gaps,
        )

    return router


def _page(words: str, day: str, *, status: int = 200, **values: object) -> Response:
    blank: dict[str, object] = {"said": [], "choices": [], "more": "", "chain": [], "taken": "", "entries": []}
    return page("place.html", status=status, title=TITLE, words=words, day=day, **{**blank, "gaps": [], **values})


def _entry(entry: Entry) -> dict[str, object]:
    said, quote = entry.ground.validity, entry.ground.quote
    return {
        "name": name(entry.document.meta),
        "address": f"/van-ban/{entry.document.id}",
        "status": said.status.value,
        "badge": messages.FORCE[said.status],
        "note": said.note,
        "rule": entry.ground.rule,
        "quote": quote,
        "read": f"/van-ban/{quote.document_id}/{quote.path.id}#{anchor(quote.path)}" if quote else "",
    }


def _address(unit: Unit) -> str:
    words = unit.address()
    return words[:1].upper() + words[1:] + ("" if unit.today else " (trước 01/7/2025)")


def _link(unit: Unit, day: str) -> str:
    named = ", ".join(dict.fromkeys(filter(None, (unit.name, unit.district, unit.province))))
    return "/noi?" + urlencode({"noi": named} | ({"ngay": day} if day else {}))
