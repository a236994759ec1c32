"""Stand-ins for what stands below the channels: a clerk who answers by the question's words, a book in memory."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.assistant import Assistant
from bot.conversation import Conversation
from bot.limiter import Limiter
from corpus.catalog import open_catalog
from corpus.citation import lead_in, quotations
from corpus.validity import validity
from retrieval.answer import Answer, LeadIn, Quote, Reason, Searched, Status
from retrieval.question import Question

DOCUMENTS = open_catalog(None).documents
THACH_KHOI = "nghi-quyet-thach-khoi-2025"
POINT = "art_1__sec_II__cl_5__pt_b"
SECOND = "Kinh phí ở Kim Bảng?"
RETENTION_DAYS = 90


class Clerk:
    """Answers by the question's words alone; what it was asked is kept."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.asked: list[Question] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def answer(self, question: Question) -> Answer:
        with self._lock:
            self.asked.append(question)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            time.sleep(self.seconds)
            if "hỏng" in question.text:
                raise RuntimeError(f"cannot answer {question.text}")
            return self._answer(question.text)
        finally:
            with self._lock:
                self.at_once -= 1

    def _answer(self, text: str) -> Answer:
        quotes: tuple[Quote, ...] = ()
        if "cản trở" in text:
            quotes = (quote(THACH_KHOI, POINT),)
        elif "tất cả" in text:
            clauses = [f"art_1__sec_II__cl_{n}" for n in range(1, 6)]
            quotes = tuple(quote(THACH_KHOI, path) for path in clauses)
        return Answer(
            question=text,
            understood="",
            status=Status.ANSWERED if quotes else Status.UNANSWERED,
            reason=None if quotes else Reason.DOCUMENT_NOT_IN_CORPUS,
            quotes=quotes,
            searched=Searched(5, 206, "1"),
            on=dt.date(2026, 11, 20),
            detail=text,
            next_question=SECOND if "hai câu" in text else None,
        )


@dataclass(frozen=True)
class Known:
    place: str | None = None
    noticed: bool = False


@dataclass(frozen=True)
class Before:
    text: str
    previous: Sequence[str]
    place: str | None


@dataclass
class Book:
    """Keeps records, thumbs and people in memory."""

    told: bool = True
    """Whether everybody was already told what is kept."""
    records: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    previous: dict[str, Sequence[str]] = field(default_factory=dict)
    thumbs: list[tuple[str, str | None, bool]] = field(default_factory=list)
    people: dict[tuple[str, str], Known] = field(default_factory=dict)
    waiting: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str, str]] = field(default_factory=list)
    works: bool = True

    def record(
        self,
        answer: Answer,
        *,
        channel: str,
        asker: str | None,
        previous: Sequence[str] = (),
        record_id: str | None = None,
    ) -> str:
        record_id = record_id or f"{len(self.records):032x}"
        self.records[record_id] = (answer.question, channel, asker)
        self.previous[record_id] = previous
        return record_id

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        self.thumbs.append((record_id, asker, helpful))
        return record_id in self.records

    def record_id(self, channel: str, key: str) -> str:
        return f"{len(self.records):032x}"

    def person(self, channel: str, asker: str) -> Known:
        return self.people.get((channel, asker), Known(noticed=self.told))

    def noticed(self, channel: str, asker: str) -> None:
        self.people[channel, asker] = Known(self.person(channel, asker).place, True)

    def remember_place(self, channel: str, asker: str, place: str | None) -> bool:
        if self.works:
            self.people[channel, asker] = Known(place, self.person(channel, asker).noticed)
        return self.works

    def asked(self, record_id: str) -> Before | None:
        if record_id not in self.records:
            return None
        return Before(self.records[record_id][0], self.previous[record_id], None)

    def tell_me(self, record_id: str, channel: str, address: str) -> bool:
        self.waiting.append((record_id, channel, address))
        return self.works

    def remark(self, channel: str, asker: str, text: str) -> bool:
        self.remarks.append((channel, asker, text))
        return self.works

    def forget(self, channel: str, asker: str, address: str | None) -> int | None:
        mine = [one for one, (_, its, who) in self.records.items() if (its, who) == (channel, asker)]
        for one in mine:
            del self.records[one]
        self.people.pop((channel, asker), None)
        self.waiting = [one for one in self.waiting if one[1:] != (channel, address)]
        return len(mine) if self.works else None


def quote(document_id: str, path: str) -> Quote:
    document = next(document for document in DOCUMENTS if document.id == document_id)
    provision = document.by_path[path]
    spans = lead_in(document, provision.path)
    return Quote(
        document=document,
        citation=quotations(document, provision)[0],
        lead_in=tuple(LeadIn(document.text.text[a:b], *document.text.source_span(a, b)) for a, b in spans),
        validity=validity(document.meta, dt.date(2026, 11, 20)),
        score=1.0,
    )


def conversation(clerk: Clerk, book: Book, per_minute: int = 0) -> Conversation:
    return Conversation(
        Assistant(clerk, book), lambda: DOCUMENTS, book, Limiter(per_minute), retention_days=RETENTION_DAYS
    )
