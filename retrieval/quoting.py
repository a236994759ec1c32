"""Provisions become quotes: word for word, each with its lead-in, its document's force, and what remains unsaid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.citation import Citation, lead_in, quotations
from corpus.document import Document
from corpus.provision import MARKED, Provision
from corpus.validity import Validity
from retrieval.answer import MAX_QUOTES, LeadIn, Quote, Rest


@dataclass(frozen=True, slots=True)
class Hit:
    """A provision that was found."""

    document: Document
    provision: Provision
    score: float = 1.0
    """Its share of the chance to be the one asked for, 0 to 1."""
    confidence: float = 1.0
    """How sure it is that the first of its scope answers, 0 to 1."""
    nearness: float = 1.0
    """How sure it is that the question is about what the scope holds, 0 to 1."""
    silent: bool = False
    """Whether the scope has nothing to say where others beside it have: its first is neither sure nor to the matter."""


def quotes_of(hits: Sequence[Hit], force: Callable[[Document], Validity], *, whole: bool = True) -> tuple[Quote, ...]:
    """Quote provisions, at most five quotes.

    Args:
        hits: the provisions, in order.
        force: whether a document binds on the day asked about.
        whole: long provisions go on over several quotes; else only the first part of each is quoted.
    """
    quotes: list[Quote] = []
    for hit in hits:
        cited = quotations(hit.document, hit.provision)
        room = (MAX_QUOTES if whole else 1) if len(cited) > 1 else 1
        for n, citation in enumerate(cited[: min(room, MAX_QUOTES - len(quotes))], 1):
            last = n == min(room, MAX_QUOTES - len(quotes) + n - 1, len(cited))
            rest = _rest(hit.document, hit.provision, cited[n:]) if last and len(cited) > n else None
            quotes.append(quote_of(hit.document, citation, force(hit.document), hit.score, rest))
        if len(quotes) >= MAX_QUOTES:
            break
    return tuple(quotes)


def quote_of(
    document: Document, citation: Citation, force: Validity, score: float = 1.0, rest: Rest | None = None
) -> Quote:
    """A citation of a document as a quote; its words are untouched."""
    leads = tuple(
        LeadIn(document.text.text[start:end], *document.text.source_span(start, end))
        for start, end in lead_in(document, citation.path)
    )
    return Quote(document, citation, leads, force, score, rest)


def _rest(document: Document, provision: Provision, left: Sequence[Citation]) -> Rest:
    """What remains of a provision after the quotes shown."""
    start = left[0].start
    remaining = [p for p in provision.walk() if p.start >= start and p.level in MARKED]
    at = remaining[0].path if remaining else provision.path
    return Rest(at.id, max(1, len(remaining)), f"/van-ban/{document.id}/{at.id}")
