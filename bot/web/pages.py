"""The pages: chat, list of documents, reader."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from bot import messages
from bot.assistant import Recorded
from bot.limiter import Limiter
from bot.office import reference_messages
from bot.web.api import answer, asker_of, too_often
from bot.web.body import TooLarge, read_form
from bot.web.carried import Carried, fields, read_turns
from bot.web.graph_page import map_address
from bot.web.linked import listed
from bot.web.quotes import quoted, shown_today
from bot.web.reader import read
from bot.web.render import failure, page
from bot.web.service import Service
from bot.web.site import Site
from bot.web.turn import turn
from corpus.citation import name, quotations, short_name
from retrieval.question import Question

REMEMBERED = 3
"""How many earlier questions go along with the next one."""


def routes(service: Service, limiter: Limiter, site: Site, retention_days: int) -> APIRouter:
    """The routes of the pages; questions are kept for so many days, as people are told."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def chat(request: Request, q: Annotated[str | None, Query()] = None) -> Response:
        """The chat page; with `q`, as in a link that asks, the answer stands in it."""
        return await _chat(request, q, [])

    @router.post("/")
    async def chat_without_script(request: Request) -> Response:
        """The same where there is no JavaScript. A form keeps questions out of addresses, which end in histories."""
        try:
            form = await read_form(request)
        except TooLarge:
            return failure(request, 413, messages.WEB_TOO_LARGE)
        question = next((form[name][-1] for name in ("ask", "q") if name in form), None)
        return await _chat(request, question, read_turns(form.get("turn", [])))

    async def _chat(request: Request, question: str | None, earlier: list[Carried]) -> Response:
        base = site.base(request)
        recorded: Recorded | None = None
        status, sentence = 200, None
        if question is not None and too_often(request, limiter):
            status, sentence = 429, messages.BUSY
        elif question is not None:
            previous = tuple(turn.question for turn in earlier)[-REMEMBERED:]
            recorded = await answer(service, Question(question, previous=previous), asker_of(request))
            if recorded is None or recorded.notice:
                status, sentence = 503, (recorded.notice if recorded else None) or messages.WEB_NOT_READY
                recorded = None
        before = await run_in_threadpool(lambda: [(one.question, one.shown(service, base)) for one in earlier])
        travelling = [*earlier, Carried.of(recorded.answer)] if recorded else earlier
        return page(
            "chat.html",
            status=status,
            earlier=before,
            question=question,
            turn=await run_in_threadpool(turn, recorded, base, service.documents()) if recorded else None,
            sentence=sentence,
            travelling=fields(travelling),
            remembered=REMEMBERED,
            retention_days=retention_days,
        )

    @router.get("/van-ban")
    def documents() -> Response:
        """The documents held."""
        rows = [
            {
                "id": document.id,
                "short": short_name(document.meta),
                "name": name(document.meta),
                "title": document.meta.title,
                "validity": service.validity_of(document),
                "provisions": messages.WEB_PROVISIONS.format(provisions=len(document.marked)),
            }
            for document in service.documents()
        ]
        return page("documents.html", documents=rows)

    @router.get("/van-ban/{document_id}")
    @router.get("/van-ban/{document_id}/{path_id}")
    def document(
        request: Request, document_id: str, path_id: str | None = None, tim: Annotated[str, Query()] = ""
    ) -> Response:
        """The reader page of a document, with one provision marked and ready to be quoted, or words searched for."""
        held = service.document(document_id)
        if held is None:
            return page("error.html", status=404, sentence=messages.WEB_NO_DOCUMENT, whole=None)
        # Some programs send "ế" as a letter and its marks; paths are in form C.
        path_id = None if path_id is None else unicodedata.normalize("NFC", path_id)
        every = service.documents()
        reader = read(held, path_id, tim.strip(), every)
        if reader is None:
            return page("error.html", status=404, sentence=messages.WEB_NO_PROVISION, whole=f"/van-ban/{document_id}")
        cited = quotations(held, held.by_path[path_id]) if path_id else []
        return page(
            "document.html",
            reader=reader,
            quotes=[shown_today(quoted(service, held, citation), site.base(request), every) for citation in cited],
            sought=tim.strip(),
            name=name(held.meta),
            title=held.meta.title,
            validity=service.validity_of(held),
            document_id=document_id,
            references=listed(every, held),
            map=map_address(held),
            said=reference_messages,
        )

    return router
