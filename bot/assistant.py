"""One Assistant, which every channel calls: it answers, and sees to it that the question is on record."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.answer import Answer, Searched, Status
from retrieval.question import Question

log = logging.getLogger(__name__)


class Answers(Protocol):
    """What answers a question: `retrieval.answerer.Answerer`."""

    def answer(self, question: Question) -> Answer:
        """Answer one question."""
        ...


class Records(Protocol):
    """What keeps a question: `bot.feedback.recorder.Recorder`."""

    def record(self, answer: Answer, *, channel: str, asker: str | None, previous: Sequence[str] = ()) -> str:
        """Keep an answer and return the record's id. Never raises for want of a database: it spools."""
        ...

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        """Keep a thumb up or down. False where there is no such record."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer, and the id under which the question is on record."""

    answer: Answer
    record_id: str


class Assistant:
    """Answers and records. Safe to call from several threads at once."""

    def __init__(self, answers: Answers, records: Records) -> None:
        self._answers = answers
        self._records = records

    def ask(self, question: Question, *, channel: str, asker: str | None = None) -> Recorded:
        """Answer a question and put it on record.

        Args:
            question: the person's words, with place, day and earlier questions.
            channel: "web", "telegram", "cli", …
            asker: the channel's raw id of the person; it is stored only as a salted hash.
        """
        start = time.perf_counter()
        answer = self._answer(question)
        record_id = self._records.record(answer, channel=channel, asker=asker, previous=question.previous)
        log.info(
            "answered status=%s reason=%s channel=%s ms=%.1f record=%s",
            answer.status.value,
            answer.reason.value if answer.reason else "-",
            channel,
            (time.perf_counter() - start) * 1000,
            record_id,
        )
        return Recorded(answer, record_id)

    def _answer(self, question: Question) -> Answer:
        """Answer; a fault of our own becomes an answer too, so that the question is still put on record."""
        try:
            return self._answers.answer(question)
        except Exception:
            log.exception("a question could not be answered")
            on = question.on or dt.date.today()
            nothing = Searched(0, 0, "")
            return Answer(question.text, "", Status.ERROR, None, (), nothing, on, id=question.id)

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        """Keep a person's thumb up or down; False where there is no such record."""
        return self._records.rate(record_id, asker=asker, helpful=helpful)
