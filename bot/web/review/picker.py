"""Where a reviewer finds the provision that answers: by words, or in a document's tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus.citation import short_name
from corpus.document import Document
from corpus.provision import QUOTABLE, Level, Provision
from corpus.text import fold
from retrieval.answer import Answer
from retrieval.question import Question

Look = Callable[[Question], Answer]
"""Answers a question without putting it on record: `Assistant.look`."""

_AROUND = (Level.HEAD, Level.OPENING, Level.RECIPIENTS, Level.SIGNATURE)
"""What stands around the provisions and answers no question."""

_MOST = 20
_LINE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A provision that can be chosen."""

    document_id: str
    path: str
    where: str
    words: str
    """The beginning of its own words."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of a document's tree."""

    words: str
    path: str
    children: tuple[Branch, ...]


def provision_of(documents: Iterable[Document], document_id: str, path: str) -> tuple[Document, Provision] | None:
    """A provision that can be quoted, with its document; None where there is none."""
    document = next((held for held in documents if held.id == document_id), None)
    provision = document.by_path.get(path) if document else None
    if document is None or provision is None or provision.level not in QUOTABLE:
        return None
    return document, provision


def search(look: Look, documents: Sequence[Document], typed: str, place: str | None) -> list[Choice]:
    """The provisions that fit what was typed: those that search comes up with, then those that hold every word of it.

    Args:
        look: answers a question.
        documents: those held.
        typed: words, with or without accents.
        place: the place that the cluster's question is about, or None.
    """
    answer = look(Question(typed, place=place))
    keys = [f"{quote.document.id}#{quote.citation.path.id}" for quote in answer.quotes]
    keys += [candidate.key for candidate in answer.candidates]
    found = [provision_of(documents, *key.split("#", 1)) for key in keys if "#" in key]
    wanted = re.findall(r"\w+", fold(typed))
    held = (
        (document, provision)
        for document in documents
        for part in document.shown
        for provision in part.walk()
        if provision.level in QUOTABLE and _holds(document.own_words(provision), wanted)
    )
    chosen: dict[tuple[str, str], Choice] = {}
    for pair in (*filter(None, found), *(held if wanted else ())):
        choice = choice_of(*pair)
        chosen.setdefault((choice.document_id, choice.path), choice)
        if len(chosen) == _MOST:
            break
    return list(chosen.values())


def choice_of(document: Document, provision: Provision) -> Choice:
    """A provision as a line to choose."""
    where = f"{provision.path.words} {short_name(document.meta)}"
    return Choice(document.id, provision.path.id, where, _clip(document.own_words(provision)))


def tree(document: Document) -> tuple[Branch, ...]:
    """A document as a tree of what can be chosen."""

    def branches(provisions: Sequence[Provision]) -> tuple[Branch, ...]:
        return tuple(
            Branch(_clip(document.heading(one)) or one.path.words, one.path.id, branches(one.children))
            for one in provisions
            if one.level not in _AROUND
        )

    return branches(document.shown)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    folded = fold(text)
    # Cutting a text into words is what takes time: only those go that hold the letters.
    return all(word in folded for word in wanted) and set(re.findall(r"\w+", folded)).issuperset(wanted)


def _clip(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE_CHARS else line[:_LINE_CHARS].rsplit(" ", 1)[0] + "…"
