"""The conversation so far where no script keeps it: it travels in hidden fields of the form.

A field holds the question and which quotes answered it, never their words: these are drawn from the documents anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus

from bot import messages
from bot.assistant import Recorded
from bot.web.quotes import find
from bot.web.service import Service
from bot.web.turn import turn
from retrieval.answer import MAX_QUOTES, Answer, Found, Quote, Reason, Searched, Side, Status

_REASONS = {Status.RELATED: messages.RELATED, Status.UNANSWERED: messages.REFUSALS}
"""The reasons that go with a status; the others have none."""

_MOST_TURNS = 10
_MOST_SIDES = 50
_MOST_BYTES = 40_000
"""As much of a form as earlier turns may take (of `body.MAX_BODY_BYTES`); older ones are left behind."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A turn as it travels. Each quote is a document's id, a provision's and the check code."""

    question: str
    status: Status
    reason: Reason | None
    quotes: tuple[tuple[str, str, str], ...]
    sides: tuple[tuple[str, Found, tuple[int, ...], tuple[str, ...]], ...] = ()
    """Of places compared: the place, what was found, the numbers of its quotes, the ids of its documents."""

    @classmethod
    def of(cls, answer: Answer) -> Carried:
        """What travels of an answer."""
        quotes = tuple((quote.document.id, quote.citation.path.id, quote.code) for quote in answer.quotes)
        sides = tuple((s.place, s.found, s.quotes, tuple(d.id for d in s.documents)) for s in answer.comparison)
        return cls(answer.question, answer.status, answer.reason, quotes, sides)

    @property
    def field(self) -> str:
        """The value of its field."""
        parts = [self.question, self.status, self.reason, self.quotes]
        return json.dumps([*parts, self.sides] if self.sides else parts, ensure_ascii=False)

    def shown(self, service: Service, base: str) -> dict[str, Any] | None:
        """The turn as the templates take it, or None where the quotes that it showed stand no longer."""
        found = [find(service, *quote) for quote in self.quotes]
        quotes = tuple(filter(None, found))
        if self.quotes and not quotes:
            return None
        nothing = Searched(0, 0, "")
        answer = Answer(self.question, "", self.status, self.reason, quotes, nothing, dt.date.today())
        answer = replace(answer, comparison=self._comparison(service, found))
        made = turn(Recorded(answer, ""), base, service.documents())
        made["reply"]["closing"] = ""  # what was searched then is not known any more
        return made

    def _comparison(self, service: Service, found: Sequence[Quote | None]) -> tuple[Side, ...]:
        """The sides over the quotes that still stand; none where a side has lost a quote or a document."""
        if any(quote is None for quote in found):
            return ()
        sides = []
        for place, what, numbers, ids in self.sides:
            documents = tuple(filter(None, map(service.document, ids)))
            # Names that are said as ours are drawn from the documents; only those not held are as they were typed.
            names = {document.meta.place.name for document in documents if document.meta.place}
            if len(documents) < len(ids) or (what is not Found.NOT_HELD and names != {place}):
                return ()
            sides.append(Side(place, what, numbers, documents))
        return tuple(sides)


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
        question, status, reason, quotes, *more = json.loads(field)
        carried = Carried(
            _whole(question),
            Status(status),
            None if reason is None else Reason(reason),
            tuple((str(id), str(path), str(code)) for id, path, code in quotes[:MAX_QUOTES]),
            _sides(more[0], len(quotes[:MAX_QUOTES])) if more else (),
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return carried if carried.reason in _REASONS.get(carried.status, (None,)) else None


def _sides(read: object, quotes: int) -> tuple[tuple[str, Found, tuple[int, ...], tuple[str, ...]], ...]:
    """The sides of a field. ValueError, TypeError or LookupError where they are none of ours."""
    if not isinstance(read, list) or len(read) > _MOST_SIDES:
        raise ValueError(read)
    sides = tuple(
        (_whole(place), Found(found), tuple(map(int, numbers)), tuple(map(str, ids)))
        for place, found, numbers, ids in read
    )
    numbers = sorted(number for _, _, own, _ in sides for number in own)
    if sides and numbers != list(range(quotes)):
        raise ValueError(numbers)
    return sides


def _whole(words: object) -> str:
    return str(words).encode("utf-8", "replace").decode("utf-8")
