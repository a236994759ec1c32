"""What a quote refers to, as choices that open it: "Mở: Điều 3 Luật …"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.browse import key, whole_action
from bot.message import Choice, Rows
from bot.office import reference_messages as said
from corpus.citation import short_name
from corpus.document import Document
from corpus.references import Reference, Standing, references

MOST = 3
"""More choices than this would hide the others; the reader page has them all."""


def opening(documents: Sequence[Document], document: Document, start: int, end: int) -> Rows:
    """A row for each thing that the references in a span of a document's canonical text open, the first few.

    Args:
        documents: all documents held. Where the document is none of them (it was replaced), there is none.
        document: the document.
        start: where the span begins.
        end: where it ends.
    """
    if not any(held is document for held in documents):
        return ()
    by_id = {held.id: held for held in documents}
    found: dict[str, Choice] = {}
    for reference in references(documents).inside(document, start, end):
        if reference.opens and not reference.within and reference.target:
            choice = _choice(reference, by_id[reference.target])
            found.setdefault(choice.action, choice)
    return tuple((choice,) for choice in list(found.values())[:MOST])


def _choice(reference: Reference, target: Document) -> Choice:
    name = short_name(target.meta)
    provision = target.by_path.get(reference.targets[0].id) if reference.targets else None
    what = f"{provision.path.words} {name}" if provision else name
    label = (said.OPENS_LIKELY if reference.standing is Standing.LIKELY else said.OPENS).format(what=what)
    return Choice(label, whole_action(target, provision) if provision else f"d:{key(target.id)}:0")
