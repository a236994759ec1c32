"""A Service that needs no index: answers made by hand over the documents that ship, and records kept in memory."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bot.assistant import Assistant
from bot.engine import Engine
from bot.server import Readiness, Service, create_app
from corpus.catalog import Catalog, open_catalog
from corpus.citation import cite, lead_in
from corpus.document import Document
from corpus.validity import Validity, validity
from retrieval.answer import Answer, LeadIn, Quote, Reason, Rest, Searched, Status
from retrieval.question import Question

TODAY = dt.date(2026, 1, 15)
THACH_KHOI = "nghi-quyet-thach-khoi-2025"
CAO_XANH = "to-trinh-cao-xanh-2024"
HAI_PHONG = "nghi-quyet-hai-phong-2025"
KIM_BANG = "nghi-quyet-kim-bang-2024"
HANDLED = "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?"
HANDLED_PATH = "art_1__sec_II__cl_5__pt_b"


@cache
def catalog() -> Catalog:
    return open_catalog(None)


def quote(document_id: str, path_id: str, *, rest: bool = False) -> Quote:
    document = catalog().by_id[document_id]
    provision = document.by_path[path_id]
    citation = cite(document, provision.path, provision.start, provision.end)
    leads = []
    for start, end in lead_in(document, provision.path):
        leads.append(LeadIn(document.text.text[start:end], *document.text.source_span(start, end)))
    return Quote(
        document,
        citation,
        tuple(leads),
        validity(document.meta, TODAY),
        0.9,
        Rest(path_id, 3, f"/van-ban/{document_id}/{path_id}") if rest else None,
    )


@dataclass
class Answers:
    """Answers by a word of the question. `hold` keeps an answer back until it is set; `error` breaks it."""

    asked: list[Question] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    hold: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.hold.set()

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        self.threads.add(threading.get_ident())
        self.hold.wait(30)
        if self.error:
            raise self.error
        status, reason, quotes, detail, following = self._found(question)
        return Answer(
            question=question.text,
            understood=question.text.replace("ko ", "không "),
            status=status,
            reason=reason,
            quotes=quotes,
            searched=Searched(5, catalog().provisions, catalog().digest[:12]),
            on=question.on or TODAY,
            id=question.id,
            latency_ms=1.25,
            detail=detail,
            next_question=following,
        )

    def _found(self, question: Question) -> tuple[Status, Reason | None, tuple[Quote, ...], str | None, str | None]:
        text = question.text.lower()
        if not text.strip():
            return Status.UNANSWERED, Reason.EMPTY, (), None, None
        if "mưa" in text:
            return Status.UNANSWERED, Reason.OFF_TOPIC, (), None, None
        if "điều 7" in text:
            return Status.UNANSWERED, Reason.PROVISION_NOT_FOUND, (), "Điều 7 Nghị quyết Huyện Kim Bảng", None
        if "bao nhiêu" in text:
            quotes = (quote(HAI_PHONG, "art_3__cl_1"), quote(CAO_XANH, "cl_4__ind_1"), quote(KIM_BANG, "art_2"))
            return Status.RELATED, Reason.FACT_NOT_STATED, quotes, None, None
        if "khoản 2" in text:
            return Status.ANSWERED, None, (quote(THACH_KHOI, "art_1__sec_II__cl_2", rest=True),), None, None
        following = "Ai giám sát việc này?" if "và" in text else None
        return Status.ANSWERED, None, (quote(THACH_KHOI, HANDLED_PATH),), None, following


@dataclass
class Records:
    kept: list[tuple[Answer, str, str | None]] = field(default_factory=list)
    rated: list[tuple[str, str | None, bool]] = field(default_factory=list)

    def record(
        self,
        answer: Answer,
        *,
        channel: str,
        asker: str | None,
        previous: Sequence[str] = (),
        record_id: str | None = None,
    ) -> str:
        self.kept.append((answer, channel, asker))
        return f"r{len(self.kept)}"

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        if record_id not in {f"r{n + 1}" for n in range(len(self.kept))}:
            return False
        self.rated.append((record_id, asker, helpful))
        return True


@dataclass
class StandIn:
    answers: Answers = field(default_factory=Answers)
    records: Records = field(default_factory=Records)
    ready: bool = True
    notice: str | None = None
    broken_documents: bool = False
    held: tuple[Document, ...] = field(default_factory=lambda: catalog().documents)

    def documents(self) -> tuple[Document, ...]:
        if self.broken_documents:
            raise RuntimeError("secret detail")
        return self.held

    def validity_of(self, document: Document) -> Validity:
        return validity(document.meta, TODAY)

    def readiness(self) -> Readiness:
        return Readiness(self.ready, {"index": "ready" if self.ready else "building"})

    @property
    def service(self) -> Service:
        assistant = Assistant(self.answers, self.records, notice=lambda: self.notice)
        return Service(assistant, self.documents, self.validity_of, self.readiness)


@contextmanager
def served(stand_in: StandIn, **options: Any) -> Iterator[str]:
    """Serve on a free loopback port, with `create_app`'s options; gives the site's address."""
    try:
        with running(create_app(stand_in.service, **{"per_minute": 0, **options})) as url:
            yield url
    finally:
        stand_in.answers.hold.set()


def answering(engine: Engine) -> Service:
    """A Service of the real answerer; records are kept in memory."""
    assistant = Assistant(engine, Records())
    return Service(assistant, engine.documents, engine.validity_of, lambda: Readiness(True))


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free loopback port; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
