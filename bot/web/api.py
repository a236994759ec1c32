"""The JSON API: ask, and rate an answer. Statuses and bodies are those of the contract."""

from __future__ import annotations

import logging
import math
import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from bot import messages
from bot.assistant import Recorded
from bot.limiter import Limiter
from bot.web import api_models
from bot.web.ask_line import BadLine, bad_field, question_from, read_object
from bot.web.body import TooLarge, read_body
from bot.web.render import failure
from bot.web.service import Service
from bot.web.site import Site
from bot.web.turn import turn
from retrieval.question import Question

log = logging.getLogger(__name__)

_ASKER = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)

CHANNEL = "web"
"""The channel's name in the records."""


def routes(service: Service, limiter: Limiter, site: Site) -> APIRouter:
    """The routes under /api/."""
    router = APIRouter(prefix="/api")

    # The models document what is read and said; the reading itself forgives more and tells faults in Vietnamese.
    @router.post("/ask", **api_models.ASK)
    async def ask(request: Request) -> Response:
        """Answer a question; 200 with an answer, whatever its status."""
        if refused := too_often(request, limiter):
            return refused
        try:
            line = read_object(await read_body(request))
            question = question_from(line)
        except TooLarge:
            return failure(request, 413, messages.WEB_TOO_LARGE)
        except BadLine as error:
            return failure(request, 400, str(error))
        recorded = await answer(service, question, asker_of(request))
        if recorded is None:
            return failure(request, 503, messages.WEB_NOT_READY, {"Retry-After": "5"})
        if recorded.notice:
            return failure(request, 503, recorded.notice, {"Retry-After": "600"})
        # The id comes back as it was sent, a number as a number.
        number = line.get("id")
        said = await run_in_threadpool(turn, recorded, site.base(request), service.documents())
        return JSONResponse({**said, "id": number if isinstance(number, int) else question.id})

    @router.post("/rate", **api_models.RATE)
    async def rate(request: Request) -> Response:
        """Keep a thumb up or down: `{"record_id", "helpful"}`; 404 where there is no such answer on record."""
        if refused := too_often(request, limiter):
            return refused
        try:
            line = read_object(await read_body(request))
            record_id, helpful = _rating(line)
        except TooLarge:
            return failure(request, 413, messages.WEB_TOO_LARGE)
        except BadLine as error:
            return failure(request, 400, str(error))
        kept = await run_in_threadpool(service.assistant.rate, record_id, asker=asker_of(request), helpful=helpful)
        if not kept:
            return failure(request, 404, messages.NOT_ON_RECORD)
        return JSONResponse({"status": "ok", "message": messages.THANKS})

    return router


async def answer(service: Service, question: Question, asker: str | None) -> Recorded | None:
    """Answer off the event loop; None while the service is not ready."""

    def work() -> Recorded | None:
        if not service.readiness().ready:
            return None
        return service.assistant.ask(question, channel=CHANNEL, asker=asker)

    return await run_in_threadpool(work)


def too_often(request: Request, limiter: Limiter) -> Response | None:
    """The refusal for a client that asks too often, else None."""
    seconds = limiter.wait(request.client.host if request.client else "")
    if not seconds:
        return None
    return failure(request, 429, messages.BUSY, {"Retry-After": str(math.ceil(seconds))})


def asker_of(request: Request) -> str | None:
    """The random id that a browser gives itself, or None. It says nothing of the person."""
    asker = request.headers.get("X-Asker", "")
    return asker if _ASKER.fullmatch(asker) else None


def _rating(line: dict[str, Any]) -> tuple[str, bool]:
    record_id, helpful = line.get("record_id"), line.get("helpful")
    if not isinstance(record_id, str) or not 0 < len(record_id) <= 200 or not record_id.isprintable():
        raise bad_field("record_id")
    if not isinstance(helpful, bool):
        raise bad_field("helpful")
    return record_id, helpful
