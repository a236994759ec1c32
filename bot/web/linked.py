"""Words of a document with its references as links. Joined, the pieces are the words again, letter for letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.office import reference_messages as said
from corpus.citation import lead_in, short_name
from corpus.document import Document
from corpus.provision import ProvisionPath
from corpus.references import Reference, Standing, references
from retrieval.answer import Quote


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reference leads. `start` and `end` are offsets into the document's canonical text."""

    start: int
    end: int
    href: str
    title: str
    """What opens, and why it may be another: the words that a pointer or a screen reader adds."""
    likely: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words, and the link around it, if any."""

    text: str
    link: Link | None = None


def anchor(path: ProvisionPath) -> str:
    """The id under which a provision stands on the page: its path's, but an HTML id holds no white space."""
    return path.id.replace(" ", "-")


def address(document_id: str, path: ProvisionPath | None) -> str:
    """Where the reader shows a provision, or a whole document, from the site's root."""
    where = f"/{path.id}#{anchor(path)}" if path else ""
    return f"/van-ban/{document_id}{where}"


def links(documents: Sequence[Document], document: Document, start: int, end: int) -> list[Link]:
    """The references in a span of a document's canonical text that open something held, in order, none in another.

    Args:
        documents: all documents held. Where the document is none of them (it was replaced), nothing is linked.
        document: the document.
        start: where the span begins.
        end: where it ends.
    """
    if not any(held is document for held in documents):
        return []
    found = references(documents)
    names = {held.id: short_name(held.meta) for held in documents}
    linked: list[Link] = []
    for reference in found.inside(document, start, end):
        if reference.opens and reference.target and (not linked or reference.start >= linked[-1].end):
            linked.append(_link(reference, names[reference.target]))
    return linked


def pieces(text: str, start: int, linked: Sequence[Link]) -> tuple[Piece, ...]:
    """Cut words at their links.

    Args:
        text: the words.
        start: where they begin in the canonical text.
        linked: the links that stand in them, in order.
    """
    cut: list[Piece] = []
    at = 0
    for link in linked:
        if at < link.start - start:
            cut.append(Piece(text[at : link.start - start]))
        cut.append(Piece(text[link.start - start : link.end - start], link))
        at = link.end - start
    if at < len(text):
        cut.append(Piece(text[at:]))
    return tuple(cut)


def linked_quote(documents: Sequence[Document], quote: Quote) -> dict[str, Any] | None:
    """A quote's words and those of its lead-in as pieces, as JSON; None where nothing in them is linked.

    Returns:
        `{"text": [{"text", "href"?, "title"?, "likely"?}, …], "lead": [[…], …]}`.
    """
    document, citation = quote.document, quote.citation
    text = document.text.text
    spans = [(citation.start, citation.end), *lead_in(document, citation.path)]
    words = [quote.text, *(part.text for part in quote.lead_in)]
    if [text[start:end] for start, end in spans] != words:
        return None
    cut = [pieces(text[start:end], start, links(documents, document, start, end)) for start, end in spans]
    if not any(piece.link for one in cut for piece in one):
        return None
    own, *lead = ([_piece_json(piece) for piece in one] for one in cut)
    return {"text": own, "lead": lead}


@dataclass(frozen=True, slots=True)
class Named:
    """A reference as a line of the list below a document."""

    words: str
    where: str
    """The provision that holds it, in words."""
    where_href: str
    standing: str
    href: str
    """What it opens, or ""."""
    reason: str


def listed(documents: Sequence[Document], document: Document) -> list[Named]:
    """Every reference of a document to another document or to a provision, in the order of its text."""
    if not any(held is document for held in documents):
        return []
    return [
        Named(
            words=reference.words,
            where=reference.path.words,
            where_href=address(document.id, reference.path),
            standing=said.STANDING[reference.standing],
            href=_opened(reference) if reference.opens else "",
            reason=reference.reason or "",
        )
        for reference in references(documents).of(document)
        if reference.standing is not Standing.OWN
    ]


def _opened(reference: Reference) -> str:
    return address(str(reference.target), reference.targets[0] if reference.targets else None)


def _link(reference: Reference, name: str) -> Link:
    path = reference.targets[0] if reference.targets else None
    what = f"{path.words} {name}" if path else name
    title = said.OPENS.format(what=what)
    if reference.reason:
        title = f"{title}. {reference.reason}"
    likely = reference.standing is Standing.LIKELY
    return Link(reference.start, reference.end, _opened(reference), title, likely)


def _piece_json(piece: Piece) -> dict[str, Any]:
    if piece.link is None:
        return {"text": piece.text}
    return {"text": piece.text, "href": piece.link.href, "title": piece.link.title, "likely": piece.link.likely}
