"""A Citation names document, path and span, and proves itself when it is made.

It is the only way in which words of a document leave this package to be shown: `cite` compares the quote with the
slice of the source, word for word, and raises where they differ.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from corpus.document import CorpusError, Document, Kind, Metadata
from corpus.provision import QUOTABLE, Level, Provision, ProvisionPath
from corpus.text import strip_layout

MAX_QUOTE_CHARS = 2_000
"""A longer provision is cut between its children into several quotes."""

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that cannot be mistaken for one another over the phone: no 0 and O, no 1, I and L."""

CODE_LENGTH = 8
_HALF = CODE_LENGTH // 2


class NotVerbatim(CorpusError):
    """A quote that is not its source's slice. It is never shown."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where quoted words stand, in offsets of the canonical text and of the source file (code points)."""

    document_id: str
    path: ProvisionPath
    start: int
    end: int
    source_start: int
    source_end: int
    text: str
    words: str
    """The citation as Vietnamese papers write it: "điểm b khoản 5 Mục II Điều 1 Nghị quyết …"."""
    code: str


def cite(document: Document, path: ProvisionPath, start: int, end: int, label: str | None = None) -> Citation:
    """Cite a span of a provision, with proof.

    Args:
        document: the document held.
        path: the provision that the words belong to.
        start: where the words begin in the canonical text.
        end: where they end.
        label: how the place is named, where it is not the path alone (a part of a long provision).

    Raises:
        NotVerbatim: if the source's slice does not hold the same words.
    """
    if path.level not in QUOTABLE:
        raise NotVerbatim(f"Phần {path.id} của văn bản {document.id} không được trích.")
    text = document.text.text[start:end]
    source_start, source_end = document.text.source_span(start, end)
    if strip_layout(document.source_text[source_start:source_end]) != strip_layout(text):
        raise NotVerbatim(f"Đoạn {start}–{end} của văn bản {document.id} không khớp bản nguồn.")
    return Citation(
        document_id=document.id,
        path=path,
        start=start,
        end=end,
        source_start=source_start,
        source_end=source_end,
        text=text,
        words=f"{label or path.words} {name(document.meta)}",
        code=quote_code(document.id, path, text, label or ""),
    )


def quotations(document: Document, provision: Provision) -> list[Citation]:
    """Cite a whole provision: one citation, or several in the order of the text where it exceeds the limit.

    A provision over `MAX_QUOTE_CHARS` is cut between its children, never inside one: its heading with the first whole
    children, then runs of whole children. A single paragraph over the limit is cut at a sentence.
    """
    if provision.end - provision.start <= MAX_QUOTE_CHARS:
        return [cite(document, provision.path, provision.start, provision.end)]
    if not provision.children:
        return _by_sentence(document, provision, provision.end)
    cited: list[Citation] = []
    start, run = provision.start, list[Provision]()
    if provision.own_end - provision.start > MAX_QUOTE_CHARS:
        cited += _by_sentence(document, provision, provision.own_end)
        start = provision.children[0].start
    for child in provision.children:
        if child.end - start > MAX_QUOTE_CHARS:
            if run or start < child.start:
                end = run[-1].end if run else provision.own_end
                cited.append(cite(document, provision.path, start, end, _run_label(provision, start, run)))
            start, run = child.start, []
        if child.end - child.start > MAX_QUOTE_CHARS:
            cited += quotations(document, child)
            start = child.end + 1
        else:
            run.append(child)
    if run:
        cited.append(cite(document, provision.path, start, run[-1].end, _run_label(provision, start, run)))
    return cited


def _run_label(provision: Provision, start: int, run: list[Provision]) -> str:
    """Name a run of children: "khoản 2 Điều 1 (từ đầu đến hết điểm c)", "các điểm d và đ khoản 2 Điều 1"."""
    if start == provision.start:
        upto = f" (từ đầu đến hết {run[-1].path.steps[-1].words})" if run else " (đoạn đầu)"
        return provision.path.words + upto
    if len(run) == 1:
        return run[0].path.words
    first, last = run[0].path.steps[-1], run[-1].path.steps[-1]
    return f"{first.words} đến {last.words} {provision.path.words}"


def _by_sentence(document: Document, provision: Provision, end: int) -> list[Citation]:
    text = document.text.text
    cited: list[Citation] = []
    start = provision.start
    while start < end:
        stop = end
        if end - start > MAX_QUOTE_CHARS:
            window = text[start : start + MAX_QUOTE_CHARS]
            cuts = [window.rfind(mark) + len(mark.rstrip()) for mark in ("\n", ". ", "; ", ", ", " ") if mark in window]
            stop = start + next((cut for cut in cuts if cut > MAX_QUOTE_CHARS // 4), MAX_QUOTE_CHARS)
        label = f"{provision.path.words} (phần {len(cited) + 1})"
        cited.append(cite(document, provision.path, start, stop, label))
        start = stop
        while start < end and text[start].isspace():
            start += 1
    return cited


def quote_code(document_id: str, path: ProvisionPath, text: str, part: str = "") -> str:
    """The check code of a quote, from document, path and words alone.

    The first half names the place, the second the words: where only the second half is wrong, the provision still
    stands but its words have changed.
    """
    place = "\0".join((document_id, path.id, part))
    return _digest(place) + _digest(f"{place}\0{strip_layout(text)}")


def normalise_code(code: str) -> str | None:
    """A code as a person types it (spaces, dashes, small letters), or None where it cannot be one."""
    bare = "".join(char for char in code.upper() if char.isalnum())
    return bare if len(bare) == CODE_LENGTH and all(char in CODE_ALPHABET for char in bare) else None


def same_place(code: str, other: str) -> bool:
    """Whether two codes name the same place of the same document."""
    return code[:_HALF] == other[:_HALF]


def _digest(words: str) -> str:
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:16])
    letters = []
    for _ in range(_HALF):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "".join(letters)


def name(meta: Metadata) -> str:
    """A document as citations name it: kind, number, date, issuer; what the source lacks is said to be missing."""
    if meta.kind is Kind.LAW and meta.title and meta.tier == "national":
        year = meta.issued or meta.adopted
        number = f" số {meta.number}" if meta.number else ""
        in_year = f" năm {year.year}" if year else ""
        return f"{meta.kind.words} {meta.title}{in_year}{f' ({meta.kind.words}{number})' if number else ''}"
    words = meta.kind.words
    words += f" số {meta.number}" if meta.number else " (chưa có số trong bản nguồn)"
    if meta.issued:
        words += f" ngày {meta.issued.day:02d} tháng {meta.issued.month} năm {meta.issued.year}"
    if meta.issuer:
        words += f" của {meta.issuer}"
    if not meta.issued and meta.adopted:
        words += f", thông qua ngày {meta.adopted.day:02d} tháng {meta.adopted.month} năm {meta.adopted.year}"
    elif not meta.issued and meta.year:
        words += f", năm {meta.year}"
    return words


def short_name(meta: Metadata) -> str:
    """A document's name for lists and buttons: kind and place, or number."""
    if meta.kind is Kind.LAW and meta.title:
        return f"Luật {meta.title}"
    if meta.number and meta.tier == "national":
        return f"{meta.kind.words} {meta.number}"
    return f"{meta.kind.words} {meta.place.name}" if meta.place else f"{meta.kind.words} {meta.number or meta.id}"


def lead_in(document: Document, path: ProvisionPath) -> list[tuple[int, int]]:
    """The canonical spans of the ancestors' words that make a provision readable, outermost first.

    A point or indent is read with the words of every ancestor up to its clause; a clause with its article's heading,
    or its section's where there is no article. Articles and larger parts need none.
    """
    if path.level not in (Level.CLAUSE, Level.POINT, Level.INDENT, Level.PARAGRAPH):
        return []
    spans: list[tuple[int, int]] = []
    for ancestor in document.ancestors(path):
        if ancestor.level in (Level.CLAUSE, Level.POINT, Level.INDENT):
            spans.append(_readable(document, ancestor))
        elif ancestor.level is Level.ARTICLE:
            spans = [_readable(document, ancestor)]
        elif ancestor.level is Level.SECTION:
            spans.append((ancestor.start, ancestor.heading_end))
    return spans


def _readable(document: Document, ancestor: Provision) -> tuple[int, int]:
    """An ancestor's own words, or its first paragraph alone where they are long."""
    own = ancestor.own_end - ancestor.start
    return ancestor.start, ancestor.own_end if own <= 700 else ancestor.heading_end
