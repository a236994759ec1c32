"""Passages: what is indexed, one for each provision, each with its heading path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from corpus.authored import authored_questions
from corpus.citation import short_name
from corpus.document import Document
from corpus.provision import MARKED, QUOTABLE, Provision

_HEADING_CHARS = 200
"""How much of an ancestor's heading goes into a passage's heading path."""


_TOPIC = re.compile(r"(?:.*(?: > | - ))?(?:(?:Điều|Mục|Chương|Phần)\s+\w+[.:]?\s*)?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """One indexed text.

    Args:
        key: unique; "<document id>#<provision id>" for provisions.
        heading: the words that stand above it, outermost first; searched too.
        text: its own words.
    """

    key: str
    heading: str
    text: str


def passages_of(documents: Iterable[Document]) -> list[Passage]:
    """The passages of documents: every provision, and every part that can be quoted."""
    return [
        Passage(key(document, provision), _heading(document, provision), document.own_words(provision))
        for document in documents
        for provision in document.walk()
        if provision.level in QUOTABLE
    ]


def door_passages(documents: Iterable[Document]) -> list[Passage]:
    """The passages of authored questions: each question leads to the provision whose key stands before the "?"."""
    return [
        Passage(f"{authored.document_id}#{authored.path}?{n}", "", authored.question)
        for n, authored in enumerate(authored_questions(documents))
    ]


def topic(heading: str) -> str:
    """The last part of a heading, without its number: "Luật A - Điều 2. Nguyên tắc" gives "Nguyên tắc"."""
    found = _TOPIC.fullmatch(heading.strip())
    return found[1].strip() if found else ""


def key(document: Document, provision: Provision) -> str:
    """The key of a provision's passage."""
    return f"{document.id}#{provision.path.id}"


def _heading(document: Document, provision: Provision) -> str:
    above = [document.heading(a)[:_HEADING_CHARS] for a in document.ancestors(provision.path) if a.level in MARKED]
    what = "" if provision.level in MARKED else provision.path.words
    return " > ".join(part for part in (short_name(document.meta), *above, what) if part)


def windows(text: str, max_tokens: int, count: Callable[[str], int]) -> list[tuple[int, int]]:
    """Cut a text that exceeds an encoder's limit into windows.

    Args:
        text: the text.
        max_tokens: the encoder's limit.
        count: how many tokens a text has.

    Returns:
        The offsets of the windows, in order; one window where the text is short enough.
    """
    if len(text) <= max_tokens or count(text) <= max_tokens:
        # No tokenizer makes more tokens than characters.
        return [(0, len(text))]
    # Imported here: it takes a second, and hardly any provision is this long.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=max_tokens, chunk_overlap=0, length_function=count, separators=["\n", ". ", "; ", ", ", " ", ""]
    )
    spans: list[tuple[int, int]] = []
    at = 0
    for piece in splitter.split_text(text):
        start = text.index(piece, at)
        at = start + len(piece)
        assert text[start:at] == piece
        spans.append((start, at))
    return spans
