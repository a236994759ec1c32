"""Levels, paths and provisions: the parts of a Vietnamese legal document, and what each is called.

Levels follow Decree 78/2025/NĐ-CP on drafting (Phần, Chương, Mục, Tiểu mục, Điều, khoản, điểm) and Decree
30/2020/NĐ-CP on clerical work (annexes, indents); the unmarked parts (bases, closing, signature) are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """A level of a document. The value is the prefix in a provision id."""

    PART = "part"
    CHAPTER = "chap"
    SECTION = "sec"
    SUBSECTION = "subsec"
    ARTICLE = "art"
    CLAUSE = "cl"
    POINT = "pt"
    INDENT = "ind"
    APPENDIX = "app"
    # Parts without a mark of their own.
    HEAD = "head"
    BASES = "bases"
    BASIS = "basis"
    OPENING = "opening"
    PARAGRAPH = "par"
    CLOSING = "closing"
    RECIPIENTS = "recipients"
    SIGNATURE = "signature"
    ATTESTATION = "attestation"


MARKED = (
    Level.PART,
    Level.CHAPTER,
    Level.SECTION,
    Level.SUBSECTION,
    Level.ARTICLE,
    Level.CLAUSE,
    Level.POINT,
    Level.INDENT,
    Level.APPENDIX,
)
"""The levels that carry a mark in the text; only these are counted as provisions."""

QUOTABLE = tuple(level for level in Level if level is not Level.ATTESTATION)
"""The levels that may be shown as a quote. Never the electronic attestation: it holds e-mail addresses."""

POINT_LETTERS = "abcdđeghiklmnopqrstuvxy"
"""The letters that points run through, in order. đ is a letter of its own; there is no f, j, w or z."""

_ORDINALS = ("", "nhất", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười")


def ordinal(number: str) -> str:
    """Return a count as Vietnamese ordinals are written ("thứ nhất", "thứ hai", "thứ 11").

    Examples:
        >>> ordinal("1"), ordinal("4"), ordinal("12")
        ('thứ nhất', 'thứ tư', 'thứ 12')
    """
    if number.isdigit() and 0 < int(number) < len(_ORDINALS):
        return "thứ " + _ORDINALS[int(number)]
    return f"thứ {number}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a level, and the number as the text writes it ("5a", "II", "đ"; "" where it has none)."""

    level: Level
    number: str = ""

    def __str__(self) -> str:
        return f"{self.level}_{self.number}" if self.number else str(self.level)

    @property
    def words(self) -> str:
        """The step as a citation writes it: "điểm b", "Mục II", "gạch đầu dòng thứ nhất"."""
        match self.level:
            case Level.PART:
                return f"Phần {self.number}"
            case Level.CHAPTER:
                return f"Chương {self.number}"
            case Level.SECTION:
                return f"Mục {self.number}"
            case Level.SUBSECTION:
                return f"Tiểu mục {self.number}"
            case Level.ARTICLE:
                return f"Điều {self.number}"
            case Level.CLAUSE:
                return f"khoản {self.number}"
            case Level.POINT:
                return f"điểm {self.number}"
            case Level.INDENT:
                return f"gạch đầu dòng {ordinal(self.number) if self.number != 'cuối' else 'cuối cùng'}"
            case Level.APPENDIX:
                return f"Phụ lục {self.number}".rstrip()
            case Level.HEAD:
                return "phần đầu văn bản"
            case Level.BASES:
                return "phần căn cứ"
            case Level.BASIS:
                return f"căn cứ {ordinal(self.number)}"
            case Level.OPENING:
                return "đoạn mở đầu"
            case Level.PARAGRAPH:
                return "đoạn cuối"
            case Level.CLOSING:
                return "câu cuối"
            case Level.RECIPIENTS:
                return "phần nơi nhận"
            case Level.SIGNATURE:
                return "phần ký"
            case Level.ATTESTATION:
                return "phần chữ ký số"


@dataclass(frozen=True, slots=True)
class ProvisionPath:
    """Where a provision stands in its document: steps, outermost first."""

    steps: tuple[Step, ...]

    @property
    def id(self) -> str:
        """The path as an identifier, letters kept as they are: `art_1__sec_II__cl_5__pt_đ`."""
        return "__".join(map(str, self.steps))

    @classmethod
    def parse(cls, id: str) -> ProvisionPath:
        """Read an identifier back. Raises ValueError on a level that does not exist."""
        steps = []
        for part in id.split("__"):
            level, _, number = part.partition("_")
            steps.append(Step(Level(level), number))
        return cls(tuple(steps))

    @property
    def level(self) -> Level:
        """The level of the last step."""
        return self.steps[-1].level

    @property
    def number(self) -> str:
        """The number of the last step."""
        return self.steps[-1].number

    @property
    def parent(self) -> ProvisionPath | None:
        """The path without its last step, or None at the top."""
        return ProvisionPath(self.steps[:-1]) if len(self.steps) > 1 else None

    def child(self, level: Level, number: str = "") -> ProvisionPath:
        """The path one step further in."""
        return ProvisionPath((*self.steps, Step(level, number)))

    def contains(self, other: ProvisionPath) -> bool:
        """Whether `other` is this path or stands inside it."""
        return other.steps[: len(self.steps)] == self.steps

    @property
    def words(self) -> str:
        """The path as Vietnamese citations write it, inside out: "điểm b khoản 5 Mục II Điều 1".

        Chapters, parts and the numbered sections above an article are left out where the article alone names the
        place: article numbers run through a document.
        """
        steps = list(self.steps)
        articles = [i for i, step in enumerate(steps) if step.level is Level.ARTICLE]
        if articles:
            outer = [step for step in steps[: articles[0]] if step.level is Level.APPENDIX]
            steps = outer + steps[articles[0] :]
        if len(steps) > 1 and steps[0].level is Level.BASES:
            return f"{steps[1].words}, {steps[0].words}"
        return " ".join(step.words for step in reversed(steps))


@dataclass(frozen=True, slots=True)
class Provision:
    """A span of a document's canonical text, with a path.

    `start` and `end` are offsets into the canonical text and take in the children; `own_end` is where the
    provision's own words end, before its first child. Children stand one after the other, one line break apart, and
    fill the rest: the own spans of a document, joined by line breaks, are its canonical text again.
    """

    path: ProvisionPath
    start: int
    end: int
    own_end: int
    heading_end: int
    """Where the first paragraph (mark and heading) ends."""
    children: tuple[Provision, ...] = ()

    @property
    def level(self) -> Level:
        """The provision's level."""
        return self.path.level

    @property
    def is_leaf(self) -> bool:
        """Whether nothing stands inside it."""
        return not self.children

    def walk(self) -> Iterator[Provision]:
        """The provision and all inside it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()
