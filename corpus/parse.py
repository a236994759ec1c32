"""The reader of a canonical text: paragraphs become a tree of provisions.

Every paragraph lands in exactly one provision, so that the own words of all of them, joined by line breaks, are the
text again. What carries no mark and fits nowhere stays with the provision before it; nothing is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.provision import MARKED, POINT_LETTERS, Level, Provision, ProvisionPath, Step
from corpus.text import MARK

_DEPTH = {
    Level.APPENDIX: 0,
    Level.PART: 1,
    Level.CHAPTER: 2,
    Level.SECTION: 3,
    Level.SUBSECTION: 4,
    Level.ARTICLE: 5,
    Level.CLAUSE: 7,
    Level.POINT: 8,
    Level.INDENT: 9,
}
_ROMAN_IN_ARTICLE = 6
"""A bare Roman heading inside an article stands between the article and its clauses."""
_PLUS_INDENT = 10
"""A "+" below a "-"."""

_PATTERNS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    (Level.PART, re.compile(r"(?:PHẦN|Phần)\s+((?:thứ|THỨ)\s+\w+|[IVXLC]+|\d+)\b[.:]?")),
    (Level.CHAPTER, re.compile(r"(?:CHƯƠNG|Chương)\s+([IVXLC]+|\d+)\b[.:]?(?=\s*$|\s+[A-ZĐÀ-Ỹ])")),
    (Level.SUBSECTION, re.compile(r"(?:TIỂU MỤC|Tiểu mục)\s+(\d+)\b[.:]?")),
    (Level.SECTION, re.compile(r"(?:MỤC|Mục)\s+(\d+|[IVXLC]+)\b[.:]?(?=\s*$|\s+[A-ZĐÀ-Ỹ])")),
    (Level.APPENDIX, re.compile(r"(?:PHỤ LỤC|Phụ lục)(?:\s+([IVXLC]+|\d+))?\b\s*[.:]?(?=\s*$|\s+[A-ZĐÀ-Ỹ(])")),
    (Level.ARTICLE, re.compile(r"(?:ĐIỀU|Điều)\s+(\d+[a-zđ]?)\s*[.:]")),
    (Level.SECTION, re.compile(r"([IVXLC]{1,6})\s*[.)]\s")),
    (Level.CLAUSE, re.compile(r"(\d{1,3}[a-zđ]?)\s?\.\s")),
    (Level.POINT, re.compile(r"([a-zđ]\d?)\s?\)\s")),
    (Level.INDENT, re.compile(r"([-–—+•])\s")),
)

_BASIS = re.compile(r"(?:Căn cứ|Xét|Theo đề nghị|Trên cơ sở)\s|Thực hiện\s+[A-ZĐ]")
_ENACTMENT = re.compile(r"(?:QUYẾT NGHỊ|QUYẾT ĐỊNH|Quyết nghị|Quyết định|NGHỊ ĐỊNH|BAN HÀNH|Ban hành)\s*:\s*$")
_ADOPTED = re.compile(
    r"(?:Nghị quyết|Luật|Bộ luật|Pháp lệnh|Hiến pháp)\s+này\s+(?:đã\s+)?được\s.*thông qua", re.IGNORECASE | re.DOTALL
)
_RECIPIENTS = re.compile(r"Nơi nhận\s*:?", re.IGNORECASE)
_OFFICE = re.compile(r"(?:TM\.|KT\.|TL\.|TUQ\.|Q\.|CHỦ TỊCH|PHÓ CHỦ TỊCH|THỦ TƯỚNG|BỘ TRƯỞNG|TỔNG THƯ KÝ)")
_ATTESTATION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|.*<\S+@\S+>|.*đã ký lên văn bản")
_UNITS = (Level.PART, Level.CHAPTER, Level.SECTION, Level.SUBSECTION, Level.APPENDIX)


@dataclass(slots=True)
class _Node:
    """A provision while it is being read."""

    level: Level
    number: str
    start: int
    depth: int
    own_end: int
    heading_end: int
    end: int
    children: list[_Node] = field(default_factory=list)
    paragraphs: int = 1

    def extend(self, end: int) -> None:
        self.own_end = self.end = end
        self.paragraphs += 1

    def freeze(self, above: tuple[Step, ...]) -> Provision:
        steps = (*above, Step(self.level, self.number))
        return Provision(
            ProvisionPath(steps),
            self.start,
            self.end,
            self.own_end,
            self.heading_end,
            tuple(child.freeze(steps) for child in self.children),
        )


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    end: int
    words: str


def parse(text: str) -> tuple[tuple[Provision, ...], tuple[str, ...]]:
    """Read a canonical text.

    Returns:
        The parts of the document in order, and remarks (Vietnamese sentences) on what the reader was not sure of.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.paragraphs = list(_paragraphs(text))
        self.parts: list[_Node] = []
        self.stack: list[_Node] = []
        self.remarks: list[str] = []
        self.quoted_until = -1

    def read(self) -> tuple[tuple[Provision, ...], tuple[str, ...]]:
        first = self._body_start()
        tail = self._tail_start(first)
        self._head(self.paragraphs[:first])
        for i in range(first, tail):
            self._body(i, tail)
        self._tail(self.paragraphs[tail:])
        for node in self.parts:
            _close(node)
        self._number_twins(self.parts)
        return tuple(node.freeze(()) for node in self.parts), tuple(self.remarks)

    # Where the body begins and ends.

    def _body_start(self) -> int:
        """The index of the first paragraph with a mark, after the enacting words where there are any."""
        marked = [
            i for i, p in enumerate(self.paragraphs) if _mark(p.words) and not p.words.startswith(("-", "–", "+"))
        ]
        return marked[0] if marked else len(self.paragraphs)

    def _tail_start(self, first: int) -> int:
        """The index where recipients or the signature begin."""
        for i in range(len(self.paragraphs) - 1, first, -1):
            if _RECIPIENTS.match(self.paragraphs[i].words):
                return i
        end = len(self.paragraphs)
        for i in range(max(first + 1, end - 16), end):
            words = self.paragraphs[i].words
            if _OFFICE.match(words) and words.isupper() and len(words) < 80:
                return i
        return end

    # The head: number, title, bases.

    def _head(self, paragraphs: list[_Paragraph]) -> None:
        bases: _Node | None = None
        opening_next = False
        for p in paragraphs:
            if _BASIS.match(p.words) and not opening_next:
                if bases is None:
                    bases = self._top(Level.BASES, p, empty=True)
                bases.children.append(_new(Level.BASIS, str(len(bases.children) + 1), p, 1))
            elif bases is not None:
                self._join(Level.OPENING, p)
                opening_next = True
            else:
                self._join(Level.HEAD, p)

    # The body: marks open provisions, other paragraphs go on with the one before.

    def _body(self, i: int, tail: int) -> None:
        p = self.paragraphs[i]
        mark = _mark(p.words) if i > self.quoted_until else None
        if mark and mark[0] is Level.ARTICLE and not self._follows(mark[1]):
            mark = None
            self.remarks.append(f"Dòng “{p.words[:40]}…” không được coi là một Điều vì số không nối tiếp.")
        if mark:
            self._open(*mark, p)
        else:
            self._continue(i, tail)
        if i > self.quoted_until and (p.words.count("“") > p.words.count("”")):
            self.quoted_until = self._quotation_end(i, tail)

    def _open(self, level: Level, number: str, p: _Paragraph) -> None:
        depth = _DEPTH[level]
        bare_roman = level is Level.SECTION and not p.words.lower().startswith("mục")
        if bare_roman and any(node.level is Level.ARTICLE for node in self.stack):
            depth = _ROMAN_IN_ARTICLE
        if level is Level.INDENT:
            if number == "+" and self.stack and any(n.level is Level.INDENT and n.depth == 9 for n in self.stack):
                depth = _PLUS_INDENT
            number = ""
        while self.stack and self.stack[-1].depth >= depth:
            self.stack.pop()
        siblings = self.stack[-1].children if self.stack else self.parts
        if level is Level.INDENT:
            number = str(sum(node.level is Level.INDENT for node in siblings) + 1)
        node = _new(level, number, p, depth)
        siblings.append(node)
        self.stack.append(node)

    def _continue(self, i: int, tail: int) -> None:
        """Place a paragraph without a mark."""
        p = self.paragraphs[i]
        if not self.stack:
            self._join(Level.OPENING, p)
            return
        here = self.stack[-1]
        last = i + 1 == tail
        if last and (
            _ADOPTED.match(p.words) or (p.words.rstrip(" ”").endswith("./.") and here.depth > _DEPTH[Level.ARTICLE])
        ):
            self.stack.clear()
            self.parts.append(_new(Level.CLOSING, "", p, 0))
            return
        if here.level in (Level.POINT, Level.INDENT) and not self._sibling_follows(i, tail, here.level):
            # After the last point, an unmarked paragraph speaks of the whole clause.
            while len(self.stack) > 1 and self.stack[-1].level in (Level.POINT, Level.INDENT, Level.PARAGRAPH):
                self.stack.pop()
            holder = self.stack[-1]
            count = sum(node.level is Level.PARAGRAPH for node in holder.children) + 1
            node = _new(Level.PARAGRAPH, str(count), p, _DEPTH[Level.POINT])
            holder.children.append(node)
            self.stack.append(node)
            return
        here.extend(p.end)
        if here.level in _UNITS and here.paragraphs == 2 and len(p.words) < 300:
            here.heading_end = p.end

    def _sibling_follows(self, i: int, tail: int, level: Level) -> bool:
        for j in range(i + 1, tail):
            mark = _mark(self.paragraphs[j].words)
            if mark:
                if mark[0] is not level:
                    return False
                return level is Level.INDENT or mark[1][:1] != "a"
        return False

    def _follows(self, number: str) -> bool:
        """Whether an article number goes on from the last one (articles run through a document, or an annex)."""
        last = self._last_article()
        if last is None:
            return True
        if any(node.level is Level.APPENDIX for node in self.stack) and number == "1":
            return True
        return _order(number) > _order(last)

    def _last_article(self) -> str | None:
        found: str | None = None
        todo = list(self.parts)
        while todo:
            node = todo.pop(0)
            if node.level is Level.ARTICLE:
                found = node.number if found is None or _order(node.number) > _order(found) else found
            elif node.level in _UNITS:
                todo += node.children
        return found

    def _quotation_end(self, i: int, tail: int) -> int:
        """The paragraph in which a quotation that opens in paragraph i is closed; i if it never is.

        An amending law quotes whole articles; the marks inside belong to the quotation.
        """
        depth = 0
        for j in range(i, min(tail, i + 400)):
            words = self.paragraphs[j].words
            depth += words.count("“") - words.count("”")
            if depth <= 0:
                return j if j > i else -1
        return -1

    # The tail: recipients, signature, electronic attestation.

    def _tail(self, paragraphs: list[_Paragraph]) -> None:
        level: Level | None = None
        for p in paragraphs:
            if _RECIPIENTS.match(p.words):
                level = Level.RECIPIENTS
            elif _ATTESTATION.match(p.words):
                level = Level.ATTESTATION
            elif level is not Level.ATTESTATION and (_OFFICE.match(p.words) or not p.words.startswith(("-", "–"))):
                level = Level.SIGNATURE
            assert level is not None
            self._join(level, p)

    # Small tools.

    def _top(self, level: Level, p: _Paragraph, *, empty: bool = False) -> _Node:
        node = _new(level, "", p, 0)
        if empty:
            node.own_end = node.heading_end = p.start
        self.parts.append(node)
        return node

    def _join(self, level: Level, p: _Paragraph) -> None:
        """Add a paragraph to the last part if it is of this level, else begin a new part."""
        if self.parts and self.parts[-1].level is level:
            self.parts[-1].extend(p.end)
        else:
            self._top(level, p)

    def _number_twins(self, nodes: list[_Node]) -> None:
        """Give a number that stands twice under one parent a suffix, so that every path names one provision."""
        seen: dict[tuple[Level, str], int] = {}
        for node in nodes:
            key = (node.level, node.number)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                if node.level in MARKED:
                    self.remarks.append(f"“{Step(*key).words}” có {seen[key]} lần ở cùng một chỗ.")
                node.number = f"{node.number}~{seen[key]}"
            self._number_twins(node.children)


def _mark(words: str) -> tuple[Level, str] | None:
    """The level and number of the mark with which a paragraph begins, or None."""
    if not MARK.match(words):
        return None
    for level, pattern in _PATTERNS:
        match = pattern.match(words)
        if not match:
            continue
        number = match[1] or ""
        if level is Level.POINT and number[0] not in POINT_LETTERS:
            return None
        return level, number.lower().replace("thứ ", "thứ ") if level is Level.PART and " " in number else number
    return None


def _new(level: Level, number: str, p: _Paragraph, depth: int) -> _Node:
    return _Node(level, number, p.start, depth, p.end, p.end, p.end)


def _close(node: _Node) -> None:
    for child in node.children:
        _close(child)
    if node.children:
        node.end = node.children[-1].end


def _order(number: str) -> tuple[int, str]:
    match = re.match(r"(\d+)(.*)", number)
    assert match, number
    return int(match[1]), match[2]


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    at = 0
    for words in text.split("\n"):
        if words:
            yield _Paragraph(at, at + len(words), words)
        at += len(words) + 1
