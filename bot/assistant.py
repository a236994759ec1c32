"""One Assistant, which every channel calls: it answers, and sees to it that the question is on record."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.logs import where
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

    def record(
        self,
        answer: Answer,
        *,
        channel: str,
        asker: str | None,
        previous: Sequence[str] = (),
        record_id: str | None = None,
    ) -> str:
        """Keep an answer and return the record's id. Never raises for want of a database: it spools."""
        ...

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        """Keep a thumb up or down. False where there is no such record."""
        ...


class Meter(Protocol):
    """What counts answers: `bot.metrics.Metrics`."""

    def answered(self, channel: str, status: str, reason: str | None, seconds: float) -> None:
        """Count one answer."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer, and the id under which the question is on record."""

    answer: Answer
    record_id: str
    notice: str | None = None
    """Why nothing is answered just now, where answering is turned off; the answer is empty then."""


class Assistant:
    """Answers and records. Safe to call from several threads at once.

    Args:
        answers: what answers a question.
        records: what keeps it.
        notice: gives the words that people get while answering is turned off, else None. Asked at each question.
        meter: what counts answers, or None.
    """

    def __init__(
        self,
        answers: Answers,
        records: Records,
        *,
        notice: Callable[[], str | None] = lambda: None,
        meter: Meter | None = None,
    ) -> None:
        self._answers = answers
        self._records = records
        self._notice = notice
        self._meter = meter

    def ask(
        self, question: Question, *, channel: str, asker: str | None = None, record_id: str | None = None
    ) -> Recorded:
        """Answer a question and put it on record, also while answering is turned off: it is not lost.

        Args:
            question: the person's words, with place, day and earlier questions.
            channel: "web", "telegram", "cli", …
            asker: the channel's raw id of the person; it is stored only as a salted hash.
            record_id: the id of the record, where the same question may come twice; None to have one made.
        """
        start = time.perf_counter()
        notice = self._notice()
        answer = _nothing(question) if notice else self._answer(question)
        record_id = self._records.record(
            answer, channel=channel, asker=asker, previous=question.previous, record_id=record_id
        )
        seconds = time.perf_counter() - start
        reason = answer.reason.value if answer.reason else None
        if self._meter:
            self._meter.answered(channel, answer.status.value, reason, seconds)
        log.info(
            "answered status=%s reason=%s channel=%s ms=%.1f record=%s",
            answer.status.value,
            reason or "-",
            channel,
            seconds * 1000,
            record_id,
        )
        return Recorded(answer, record_id, notice)

    def look(self, question: Question) -> Answer:
        """Answer without putting it on record: for a question that was recorded before, or is still being typed."""
        return _nothing(question) if self._notice() else self._answer(question)

    def _answer(self, question: Question) -> Answer:
        """Answer; a fault of our own becomes an answer too, so that the question is still put on record."""
        try:
            return self._answers.answer(question)
        except Exception as error:  # noqa: BLE001 - whatever it was, the question goes on record
            log.error("a question could not be answered: %s", where(error))
            return _nothing(question)

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        """Keep a person's thumb up or down; False where there is no such record."""
        return self._records.rate(record_id, asker=asker, helpful=helpful)


def _nothing(question: Question) -> Answer:
    on = question.on or dt.date.today()
    return Answer(question.text, "", Status.ERROR, None, (), Searched(0, 0, ""), on, id=question.id)
