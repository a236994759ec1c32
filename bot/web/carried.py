"""The conversation so far where no script keeps it: it travels in hidden fields of the form.

A field holds the question and which quotes answered it, never their words: these are drawn from the documents anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from bot import messages
from bot.assistant import Recorded
from bot.web.quotes import find
from bot.web.service import Service
from bot.web.turn import turn
from retrieval.answer import MAX_QUOTES, Answer, Reason, Searched, Status

_REASONS = {Status.RELATED: messages.RELATED, Status.UNANSWERED: messages.REFUSALS}
"""The reasons that go with a status; the others have none."""

_MOST_TURNS = 10
_MOST_BYTES = 40_000
"""As much of a form as earlier turns may take (of `body.MAX_BODY_BYTES`); older ones are left behind."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A turn as it travels. Each quote is a document's id, a provision's and the check code."""

    question: str
    status: Status
    reason: Reason | None
    quotes: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, answer: Answer) -> Carried:
        """What travels of an answer."""
        quotes = tuple((quote.document.id, quote.citation.path.id, quote.code) for quote in answer.quotes)
        return cls(answer.question, answer.status, answer.reason, quotes)

    @property
    def field(self) -> str:
        """The value of its field."""
        return json.dumps([self.question, self.status, self.reason, self.quotes], ensure_ascii=False)

    def shown(self, service: Service, base: str) -> dict[str, Any] | None:
        """The turn as the templates take it, or None where the quotes that it showed stand no longer."""
        quotes = tuple(filter(None, (find(service, *quote) for quote in self.quotes)))
        if self.quotes and not quotes:
            return None
        nothing = Searched(0, 0, "")
        answer = Answer(self.question, "", self.status, self.reason, quotes, nothing, dt.date.today())
        made = turn(Recorded(answer, ""), base, service.documents())
        made["reply"]["closing"] = ""  # what was searched then is not known any more
        return made


def fields(turns: Sequence[Carried]) -> list[str]:
    """The fields that the next form carries, oldest turn first."""
    kept: list[str] = []
    room = _MOST_BYTES
    for one in reversed(turns[-_MOST_TURNS:]):
        room -= len(quote_plus(one.field))
        if room < 0:
            break
        kept.append(one.field)
    return kept[::-1]


def read_turns(fields: Iterable[str]) -> list[Carried]:
    """Read the turns that came with a form, oldest first; a field that no page of ours wrote is left out."""
    return [carried for field in fields if (carried := _read(field))][-_MOST_TURNS:]


def _read(field: str) -> Carried | None:
    try:
        question, status, reason, quotes = json.loads(field)
        carried = Carried(
            str(question).encode("utf-8", "replace").decode("utf-8"),
            Status(status),
            None if reason is None else Reason(reason),
            tuple((str(id), str(path), str(code)) for id, path, code in quotes[:MAX_QUOTES]),
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return carried if carried.reason in _REASONS.get(carried.status, (None,)) else None
