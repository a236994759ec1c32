"""A document as the reader page shows it: every word of it, each provision with an anchor, contents and facts."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import messages
from bot.web.find import Finder, Hit, Run
from bot.web.linked import Link, address, anchor, links
from corpus.citation import short_name
from corpus.document import Document
from corpus.provision import Level, Provision
from corpus.validity import vn_date

_UNITS = (Level.PART, Level.CHAPTER, Level.SECTION, Level.SUBSECTION, Level.ARTICLE, Level.APPENDIX)
_LISTED = (*_UNITS, Level.BASES, Level.CLOSING, Level.SIGNATURE)
_MOST_ENTRIES = 60
"""Contents go down to clauses where that gives no more entries than this."""
_ENTRY_CHARS = 80
_HEADING_CHARS = 240
"""A first paragraph longer than this is no heading, whatever its mark."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Runs that stand in one link, or in none."""

    runs: tuple[Run, ...]
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A provision on the page. Its runs joined, and its paragraphs joined by line breaks, are its own words."""

    anchor: str
    address: str
    level: str
    words: str
    paragraphs: tuple[tuple[Stretch, ...], ...]
    rank: int
    """Of the heading (2 to 6), or 0 where the first paragraph is none."""
    asked: bool
    children: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents."""

    words: str
    href: str
    children: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The provision of the same level before or after the one asked for."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of the document."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """All that the page shows."""

    name: str
    parts: tuple[Part, ...]
    contents: tuple[Entry, ...]
    facts: tuple[Fact, ...]
    asked: str | None
    before: Neighbour | None
    after: Neighbour | None
    hits: tuple[Hit, ...]
    """Where the words searched for stand."""


def read(
    document: Document, path_id: str | None = None, words: str = "", documents: Sequence[Document] = ()
) -> Reader | None:
    """Lay out a document, with one provision marked, and the places where words stand.

    Args:
        document: a document held.
        path_id: the id of a provision's path, or None.
        words: what to search for in the document, or "". Where it stands nowhere as typed, marks are left aside.
        documents: all documents held, to which its references lead.

    Returns:
        None if the document has no such provision to show.
    """
    asked = None
    if path_id is not None:
        asked = document.by_path.get(path_id)
        if asked is None or asked.path.steps[0].level is Level.ATTESTATION:
            return None
    before, after = document.neighbours(asked) if asked else (None, None)
    linked = links(documents, document, 0, len(document.text.text))
    finder = Finder(words, strict=True)
    parts = tuple(_part(document, part, asked, 2, finder, linked) for part in document.shown)
    if words and not finder.hits:
        finder = Finder(words, strict=False)
        parts = tuple(_part(document, part, asked, 2, finder, linked) for part in document.shown)
    return Reader(
        name=short_name(document.meta),
        parts=parts,
        contents=_contents(document),
        facts=tuple(facts(document)),
        asked=_capital(asked.path.words) if asked else None,
        before=_neighbour(document, before),
        after=_neighbour(document, after),
        hits=tuple(finder.hits),
    )


def facts(document: Document) -> Iterator[Fact]:
    """What is known of a document; the number and the dates are named even where the source does not say them."""
    meta, names = document.meta, messages.WEB_FACTS
    place = meta.place
    where = ""
    if place:
        where = ", ".join(dict.fromkeys(filter(None, (place.name, place.province))))
        where += f" ({place.former})" if place.former else ""

    def day(value: dt.date | None) -> str:
        return vn_date(value) if value else ""

    lines: dict[str, Sequence[str]] = {
        "kind": [meta.kind.words],
        "number": [meta.number or messages.WEB_NO_NUMBER],
        "title": [meta.title or ""],
        "issuer": [meta.issuer or messages.WEB_NOT_SAID],
        "place": [where],
        "session": [meta.session or ""],
        "addressed_to": [meta.addressed_to or ""],
        "issued": [day(meta.issued) or ("" if meta.adopted else messages.WEB_NOT_SAID)],
        "adopted": [day(meta.adopted)],
        "signed": [day(meta.signed)],
        "effective": [day(meta.effective) or messages.WEB_NOT_SAID],
        "signer": [meta.signer or ""],
        "note": [meta.note or ""],
        "slips": [f"“{slip.words}”: {slip.note}" for slip in meta.slips],
        "links": [f"{link.words}: {link.note}" for link in meta.links],
        "source": [document.source.name],
    }
    for key, said in lines.items():
        if kept := tuple(filter(None, said)):
            yield Fact(names[key], kept)


def _part(
    document: Document,
    provision: Provision,
    asked: Provision | None,
    rank: int,
    finder: Finder,
    linked: Sequence[Link],
) -> Part:
    own = document.own_words(provision)
    paragraphs = own.split("\n") if own else []
    words = _capital(provision.path.words)
    heading = provision.level in _UNITS and bool(paragraphs) and len(paragraphs[0]) <= _HEADING_CHARS
    below = min(rank + 1, 6) if heading else rank
    inside = [link for link in linked if provision.start <= link.start and link.end <= provision.end]
    starts = itertools.accumulate((len(paragraph) + 1 for paragraph in paragraphs), initial=provision.start)
    return Part(
        anchor=anchor(provision.path),
        address=address(document.id, provision.path),
        level=provision.level.value,
        words=words,
        paragraphs=tuple(
            tuple(_stretches(finder.runs(paragraph, words), start, inside))
            for paragraph, start in zip(paragraphs, starts, strict=False)
        ),
        rank=rank if heading else 0,
        asked=provision is asked,
        children=tuple(_part(document, child, asked, below, finder, inside) for child in provision.children),
    )


def _stretches(runs: Sequence[Run], start: int, linked: Sequence[Link]) -> Iterator[Stretch]:
    """Group a paragraph's runs by the links that they stand in, and cut them where a link begins or ends.

    Args:
        runs: the paragraph's runs, in order.
        start: where the paragraph begins in the canonical text.
        linked: links in order. One whose edge would cut a hit is left out: a hit is one mark.
    """
    ends = list(itertools.accumulate((len(run.text) for run in runs), initial=start))
    hits = [(low, high) for run, (low, high) in zip(runs, itertools.pairwise(ends), strict=True) if run.hit]
    kept = [
        link for link in linked if not any(low < edge < high for low, high in hits for edge in (link.start, link.end))
    ]
    edges = sorted({edge for link in kept for edge in (link.start, link.end)})
    within: list[Run] = []
    around: Link | None = None
    for run, (low, high) in zip(runs, itertools.pairwise(ends), strict=True):
        for begin, end in itertools.pairwise((low, *(edge for edge in edges if low < edge < high), high)):
            link = next((link for link in kept if link.start <= begin and end <= link.end), None)
            if within and link is not around:
                yield Stretch(tuple(within), around)
                within = []
            around = link
            within.append(Run(run.text[begin - low : end - low], run.hit))
    if within:
        yield Stretch(tuple(within), around)


def _contents(document: Document) -> tuple[Entry, ...]:
    clauses = sum(p.level in (*_LISTED, Level.CLAUSE) for p in document.walk()) <= _MOST_ENTRIES
    levels = (*_LISTED, Level.CLAUSE) if clauses else _LISTED

    def entries(provisions: Sequence[Provision]) -> tuple[Entry, ...]:
        return tuple(
            Entry(_entry_words(document, p), f"#{anchor(p.path)}", entries(p.children))
            for p in provisions
            if p.level in levels
        )

    return entries(document.shown)


def _entry_words(document: Document, provision: Provision) -> str:
    if provision.level not in (*_UNITS, Level.CLAUSE):
        return _capital(provision.path.words)
    words = " ".join(document.heading(provision).split())
    return words if len(words) <= _ENTRY_CHARS else words[:_ENTRY_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _neighbour(document: Document, beside: Provision | None) -> Neighbour | None:
    return Neighbour(_capital(beside.path.words), address(document.id, beside.path)) if beside else None


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
