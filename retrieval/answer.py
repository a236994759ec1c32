"""An Answer: quotes with their proof, or an honest refusal.

The fields are those of the JSON contract; `Answer.to_json` writes it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from corpus.citation import Citation
from corpus.document import Document, Place
from corpus.validity import Validity

MAX_QUOTES = 5
"""The most quotes one answer shows."""


class Status(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    RELATED = "related"
    UNANSWERED = "unanswered"
    ERROR = "error"


class Reason(StrEnum):
    """Why a question has no sure answer, in the order in which they are tried."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    OFF_TOPIC = "off_topic"
    PROVISION_NOT_FOUND = "provision_not_found"
    DOCUMENT_NOT_IN_CORPUS = "document_not_in_corpus"
    PLACE_NOT_IN_CORPUS = "place_not_in_corpus"
    OTHER_LAW = "other_law"
    NO_PROVISION = "no_provision"
    # With `related`:
    LOW_CONFIDENCE = "low_confidence"
    FACT_NOT_STATED = "fact_not_stated"


@dataclass(frozen=True, slots=True)
class LeadIn:
    """An ancestor's words that make a quote readable; offsets into the source file."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rest:
    """What remains of a provision that is too long for one answer."""

    path: str
    provisions: int
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """One provision, word for word, with its proof."""

    document: Document
    citation: Citation
    lead_in: tuple[LeadIn, ...]
    validity: Validity
    score: float
    rest: Rest | None = None

    @property
    def text(self) -> str:
        """The quoted words."""
        return self.citation.text

    @property
    def code(self) -> str:
        """The code with which anyone can check the quote later."""
        return self.citation.code

    def to_json(self) -> dict[str, Any]:
        """The quote as the contract has it."""
        meta = self.document.meta
        return {
            "code": self.code,
            "text": self.text,
            "lead_in": [{"text": part.text, "start": part.start, "end": part.end} for part in self.lead_in],
            "citation": self.citation.words,
            "path": self.citation.path.id,
            "rest": None
            if self.rest is None
            else {"from": self.rest.path, "provisions": self.rest.provisions, "url": self.rest.url},
            "document": {
                "id": meta.id,
                "kind": meta.kind.value,
                "number": meta.number,
                "title": meta.title,
                "issuer": meta.issuer,
                "issued": _iso(meta.issued),
                "effective": _iso(meta.effective),
            },
            "validity": {"status": self.validity.status.value, "note": self.validity.note},
            "source": {
                "file": self.document.source_name,
                "sha256": self.document.sha256,
                "start": self.citation.source_start,
                "end": self.citation.source_end,
            },
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class Searched:
    """What was looked through, so that a refusal can be judged."""

    documents: int
    provisions: int
    corpus_version: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One number that moved a candidate up or down, for `--explain`.

    Args:
        name: as in `retrieval.signals`.
        value: of this candidate.
        push: what the ranker makes of it, with its share of the best and its rank, in log-odds. The pushes of a
            candidate add up to its value but for a constant: their differences between candidates say why one is ahead.
    """

    name: str
    value: float
    push: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that search considered, kept so that an answer or a refusal can be explained."""

    citation: str
    key: str
    score: float
    signals: tuple[Signal, ...]


class Found(StrEnum):
    """What was found for one of the places that a question compares."""

    FOUND = "found"
    NEAR = "near"
    """Clauses on the topic, offered as such: alone, they would make a related answer."""
    NOTHING = "nothing"
    NOT_HELD = "not_held"
    """No document of the place is held."""
    NOT_SHOWN = "not_shown"
    """There may be clauses, but the answer has no room for them, or a reviewer chose others."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the places that a question compares.

    Args:
        place: its name; as it was typed where no document of it is held.
        found: what was found.
        quotes: which of the answer's quotes are its own, as they stand in `Answer.quotes`.
        documents: what was searched for it.
    """

    place: str
    found: Found
    quotes: tuple[int, ...]
    documents: tuple[Document, ...]

    def to_json(self) -> dict[str, Any]:
        """The side as programs read it."""
        return {
            "place": self.place,
            "found": self.found.value,
            "quotes": list(self.quotes),
            "documents": [document.id for document in self.documents],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question gets."""

    question: str
    understood: str
    status: Status
    reason: Reason | None
    quotes: tuple[Quote, ...]
    searched: Searched
    on: dt.date
    place: Place | None = None
    id: str | None = None
    latency_ms: float = 0.0
    detail: str | None = None
    """What a refusal is about, in the asker's terms: the document, place or provision that was not found."""
    next_question: str | None = None
    """A second question in the same message, not answered yet."""
    confidence: float | None = None
    """The chance that the first quote answers, 0 to 1: the ranker's, or 1 where the question names what is quoted; None
    where nothing was searched and nothing is answered."""
    candidates: tuple[Candidate, ...] = ()
    reviewed: bool = False
    """Whether a reviewer named the first quote as the answer to this question."""
    remarks: tuple[str, ...] = ()
    """What the asker should know of the place and the day that were taken, a Vietnamese sentence each."""
    comparison: tuple[Side, ...] = ()
    """The quotes by place, in the order asked, where several places are asked about; each place has its side."""

    def to_json(self) -> dict[str, Any]:
        """The answer as the contract has it."""
        place = self.place
        return {
            "id": self.id,
            "question": self.question,
            "understood": self.understood,
            "status": self.status.value,
            "reason": self.reason.value if self.reason else None,
            "detail": self.detail,
            "place": None
            if place is None
            else {"name": place.name, "province": place.province, "former": place.former},
            "on": self.on.isoformat(),
            "quotes": [quote.to_json() for quote in self.quotes],
            "next_question": self.next_question,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "searched": {
                "documents": self.searched.documents,
                "provisions": self.searched.provisions,
                "corpus_version": self.searched.corpus_version,
            },
            "latency_ms": round(self.latency_ms, 2),
            **({"reviewed": True} if self.reviewed else {}),
            **({"remarks": list(self.remarks)} if self.remarks else {}),
            **({"comparison": [side.to_json() for side in self.comparison]} if self.comparison else {}),
        }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
