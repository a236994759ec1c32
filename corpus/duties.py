"""Role cards: for each body the clauses that give it a duty, and those that only name it.

Which is which is decided by the rule of `corpus.acting`. A clause stands on the card whole, with its indents; a clause
inside one that stands there already is not listed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.acting import heads, subjects
from corpus.bodies import Body, all_bodies, find_bodies
from corpus.citation import Citation, quotations
from corpus.document import Document
from corpus.provision import MARKED, Level, Provision

READ = (*MARKED, Level.PARAGRAPH, Level.CLOSING)
"""Where duties are looked for: not in the bases, the recipients or the signature."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A clause on a card."""

    document: Document
    provision: Provision
    citations: tuple[Citation, ...]
    """Its words; more than one where it is too long for one quote."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the documents give a body to do, in the order of documents and of their text."""

    body: Body
    duties: tuple[Entry, ...]
    named: tuple[Entry, ...]
    """Clauses that only name it; none for a body that is named everywhere."""


def cards(documents: Iterable[Document]) -> tuple[Card, ...]:
    """The cards of all bodies that have a duty or are named, in the order of `bodies.toml`.

    Args:
        documents: those to read, in the order in which they are to stand on the cards.
    """
    duties: dict[str, list[Entry]] = {}
    named: dict[str, list[Entry]] = {}
    for document in documents:
        given = _duties(document)
        for id, provisions in given.items():
            duties.setdefault(id, []).extend(_entry(document, provision) for provision in provisions)
        for id, provisions in _named(document, given).items():
            named.setdefault(id, []).extend(_entry(document, provision) for provision in provisions)
    return tuple(
        Card(body, tuple(duties.get(body.id, ())), tuple(named.get(body.id, ())))
        for body in all_bodies()
        if body.id in duties or body.id in named
    )


def _entry(document: Document, provision: Provision) -> Entry:
    return Entry(document, provision, tuple(quotations(document, provision)))


def _duties(document: Document) -> dict[str, list[Provision]]:
    """The provisions that give a duty, by body; the outermost of those that stand inside one another."""
    found: dict[str, list[Provision]] = {}
    for provision in _read(document):
        for body in _told(document, provision):
            kept = found.setdefault(body.id, [])
            if not any(other.path.contains(provision.path) for other in kept):
                kept.append(provision)
    return found


def _told(document: Document, provision: Provision) -> tuple[Body, ...]:
    """Who must act by a provision: its own subjects, or those of the heading that it stands under."""
    own = tuple(dict.fromkeys(body for subject in subjects(document, provision) for body in subject.bodies))
    if own:
        return own
    heading = heads(document, provision)
    if heading is not None:
        # A heading over clauses is no duty itself; one with its text below it, and no clauses, is.
        alone = provision.is_leaf and provision.heading_end < provision.own_end
        return heading.bodies if alone else ()
    parent = provision.path.parent
    above = heads(document, document.by_path[parent.id]) if parent else None
    return above.bodies if above else ()


def _named(document: Document, duties: dict[str, list[Provision]]) -> dict[str, list[Provision]]:
    """The provisions whose own words only name a body."""
    found: dict[str, list[Provision]] = {}
    for provision in _read(document):
        if heads(document, provision):
            continue
        for body in dict.fromkeys(
            body for one in find_bodies(document.own_words(provision), document) for body in one.bodies
        ):
            held = duties.get(body.id, ())
            if not body.everywhere and not any(other.path.contains(provision.path) for other in held):
                found.setdefault(body.id, []).append(provision)
    return found


def _read(document: Document) -> Iterator[Provision]:
    return (provision for provision in document.walk() if provision.level in READ)
