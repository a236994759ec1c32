"""Documents to read in a chat: a list, a document's contents, a whole provision, the next one."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from bot import messages
from bot.message import Choice, Line, Message, Rows, said
from bot.reply import QuoteBlock, lines
from corpus.citation import Citation, lead_in, name, quotations, short_name
from corpus.document import Document
from corpus.provision import MARKED, Level, Provision
from corpus.validity import amendments, validity

DOCUMENTS_A_PAGE = 20
PROVISIONS_A_PAGE = 24
CHOICES_A_ROW = 3
LINE_CHARS = 120

_T = TypeVar("_T")


def key(id: str) -> str:
    """A short name for a document or provision, as actions carry it: ids can exceed 64 bytes."""
    return hashlib.sha256(id.encode()).hexdigest()[:12]


def document_of(documents: Sequence[Document], document_key: str) -> Document | None:
    """The document of this key, or None."""
    return next((document for document in documents if key(document.id) == document_key), None)


def provision_of(document: Document, provision_key: str) -> Provision | None:
    """The provision of this key that people may read, or None."""
    readable = (p for part in document.shown for p in part.walk())
    return next((p for p in readable if key(p.path.id) == provision_key), None)


def document_list(documents: Sequence[Document], page: int) -> Message:
    """One page (from 0) of the documents held, a choice for each."""
    if not documents:
        return said(messages.NO_DOCUMENTS)
    shown, turning = _page(documents, page, DOCUMENTS_A_PAGE, "v:{}")
    rows = tuple((Choice(short_name(document.meta), f"d:{key(document.id)}:0"),) for document in shown)
    names = "\n".join(f"• {_clip(name(document.meta))}" for document in shown)
    return Message(((Line(messages.DOCUMENTS),), (Line(names),)), rows + turning, replaces=True)


def contents(document: Document, page: int) -> Message:
    """One page (from 0) of a document's contents, a choice for each part that can be opened."""
    shown, turning = _page(_entries(document), page, PROVISIONS_A_PAGE, f"d:{key(document.id)}:{{}}")
    choices = [Choice(entry.path.words, whole_action(document, entry)) for entry in shown]
    rows = tuple(tuple(choices[n : n + CHOICES_A_ROW]) for n in range(0, len(choices), CHOICES_A_ROW))
    headings = "\n".join(f"• {_clip(document.heading(entry))}" for entry in shown)
    title = _clip(name(document.meta), LINE_CHARS * 2)
    back = ((Choice(messages.TO_DOCUMENTS, "v:0"),),)
    blocks = ((Line(title),), (Line(messages.CONTENTS), Line(headings)))
    return Message(blocks, rows + turning + back, replaces=True)


def whole(document: Document, provision: Provision, documents: Sequence[Document], *, leading: bool = False) -> Message:
    """A provision word for word, each piece proven; the force today is said with the first. The next one is a choice.

    Args:
        document: the document held.
        provision: one of its provisions.
        documents: all documents held, some of which may amend this one.
        leading: whether the words above it that make it readable come before it.
    """
    first, *more = (quoted(document, citation, documents) for citation in quotations(document, provision))
    if leading:
        spans = lead_in(document, provision.path)
        first = replace(first, lead_in=tuple(document.text.text[start:end] for start, end in spans))
    blocks = [lines(part, fold=False) for part in (first, *(replace(part, badge="", note="") for part in more))]
    return Message(tuple(blocks), tuple((choice,) for choice in next_choice(document, provision)))


def next_choice(document: Document, provision: Provision) -> tuple[Choice, ...]:
    """The choice that shows the provision after this one; none after the last."""
    _, after = document.neighbours(provision)
    if after is None:
        return ()
    return (Choice(messages.NEXT_CLAUSE.format(provision=after.path.words), whole_action(document, after)),)


def whole_action(document: Document, provision: Provision) -> str:
    """The action that shows a whole provision."""
    return f"a:{key(document.id)}:{key(provision.path.id)}"


def entry_of(document: Document, path: str) -> Provision | None:
    """The smallest part listed in a document's contents that holds a provision."""
    provision = document.by_path.get(path)
    holding = [e for e in _entries(document) if provision and e.path.contains(provision.path)]
    return max(holding, key=lambda entry: len(entry.path.steps), default=None)


def quoted(document: Document, citation: Citation, documents: Sequence[Document]) -> QuoteBlock:
    """A quote of a document held, with its force today."""
    force = validity(document.meta, dt.date.today(), amendments(document.meta, documents))
    return QuoteBlock(
        lead_in=(),
        text=citation.text,
        citation=citation.words,
        force=force.status.value,
        badge=messages.FORCE[force.status],
        note=force.note,
        code=citation.code,
        document_id=document.id,
        path=citation.path.id,
        rest="",
    )


def _entries(document: Document) -> list[Provision]:
    """What a person can open: articles, the sections inside a long article, appendices; else the top parts."""
    provisions = list(document.walk())
    articles = {p.path.steps for p in provisions if p.level is Level.ARTICLE}
    if not articles:
        return [part for part in document.parts if part.level in MARKED]
    return [
        p
        for p in provisions
        if p.level in (Level.ARTICLE, Level.APPENDIX) or (p.level is Level.SECTION and p.path.steps[:-1] in articles)
    ]


def _page(items: Sequence[_T], page: int, size: int, action: str) -> tuple[Sequence[_T], Rows]:
    """One page of a list, and the row of choices that turns it."""
    last = max(0, (len(items) - 1) // size)
    page = min(page, last)
    turning = []
    if page > 0:
        turning.append(Choice(messages.PAGE_BEFORE, action.format(page - 1)))
    if page < last:
        turning.append(Choice(messages.PAGE_AFTER, action.format(page + 1)))
    return items[page * size : (page + 1) * size], (tuple(turning),) if turning else ()


def _clip(text: str, chars: int = LINE_CHARS) -> str:
    return text if len(text) <= chars else text[: chars - 1].rstrip() + "…"
