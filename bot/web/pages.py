"""The pages: chat, list of documents, reader."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bot import messages
from bot.web.api import answer, asker_of, too_often
from bot.web.limiter import Limiter
from bot.web.reader import read
from bot.web.render import page
from bot.web.service import Service
from bot.web.turn import turn
from corpus.citation import name, short_name
from retrieval.question import Question

REMEMBERED = 3
"""How many earlier questions go along with the next one."""


def routes(service: Service, limiter: Limiter) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter()

    @router.get("/")
    async def chat(
        request: Request, q: Annotated[str | None, Query()] = None, p: Annotated[list[str] | None, Query()] = None
    ) -> Response:
        """The chat page; with `q`, which the form sends where there is no JavaScript, the answer stands in it."""
        previous = [earlier for earlier in p or [] if earlier.strip()][-REMEMBERED:]
        if q is None:
            return page("chat.html", question=None, turn=None, sentence=None, previous=[], remembered=REMEMBERED)
        if too_often(request, limiter):
            recorded, status = None, 429
        else:
            recorded = await answer(service, Question(q, previous=tuple(previous)), asker_of(request))
            status = 200 if recorded else 503
        return page(
            "chat.html",
            status=status,
            question=q,
            turn=turn(recorded) if recorded else None,
            sentence={429: messages.BUSY, 503: messages.WEB_NOT_READY}.get(status),
            previous=[*previous, q][-REMEMBERED:] if recorded else previous,
            remembered=REMEMBERED,
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
    def document(document_id: str, path_id: str | None = None) -> Response:
        """The reader page of a document, with one provision marked."""
        held = service.document(document_id)
        if held is None:
            return page("error.html", status=404, sentence=messages.WEB_NO_DOCUMENT, whole=None)
        # Some programs send "ế" as a letter and its marks; paths are in form C.
        reader = read(held, None if path_id is None else unicodedata.normalize("NFC", path_id))
        if reader is None:
            return page("error.html", status=404, sentence=messages.WEB_NO_PROVISION, whole=f"/van-ban/{document_id}")
        return page(
            "document.html",
            reader=reader,
            name=name(held.meta),
            title=held.meta.title,
            validity=service.validity_of(held),
            document_id=document_id,
        )

    return router
