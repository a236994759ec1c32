"""Search inside one document: where the words asked for stand, without a letter of the text changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.text import fold

MAX_CHARS = 200
"""What is typed beyond this is not searched for."""

_AROUND = 48
"""How many characters of context a hit is listed with, on either side."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph. `hit` counts the hits of the page from 1; 0 where the stretch is none."""

    text: str
    hit: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit with its surroundings, for the list of hits."""

    number: int
    where: str
    before: str
    text: str
    after: str


class Finder:
    """Finds words in one paragraph after the other, and counts.

    Args:
        words: what a person typed. Whole words are found, whatever stands between them; a letter typed without marks
            stands for every letter with them ("dan chu" finds "dân chủ"), one with marks for itself.
        strict: whether a letter with marks stands for itself alone.
    """

    def __init__(self, words: str, *, strict: bool) -> None:
        typed = unicodedata.normalize("NFC", words[:MAX_CHARS])
        self._words = re.findall(r"\w+", typed.lower()) if strict else re.findall(r"\w+", fold(typed))
        groups = (f"({re.escape(fold(word))})" for word in self._words)
        self._pattern = re.compile(r"(?<!\w)" + r"\W+".join(groups) + r"(?!\w)")
        self.hits: list[Hit] = []

    def runs(self, paragraph: str, where: str) -> tuple[Run, ...]:
        """Cut a paragraph at its hits; the runs joined are the paragraph again."""
        runs: list[Run] = []
        at = 0
        for start, end in self._spans(paragraph):
            if at < start:
                runs.append(Run(paragraph[at:start]))
            runs.append(Run(paragraph[start:end], len(self.hits) + 1))
            before, after = _before(paragraph[:start]), _after(paragraph[end:])
            self.hits.append(Hit(len(self.hits) + 1, where, before, paragraph[start:end], after))
            at = end
        if at < len(paragraph):
            runs.append(Run(paragraph[at:]))
        return tuple(runs)

    def _spans(self, paragraph: str) -> Iterator[tuple[int, int]]:
        if not self._words:
            return
        for match in self._pattern.finditer(fold(paragraph)):
            if all(_meant(word, paragraph[slice(*match.span(n))]) for n, word in enumerate(self._words, 1)):
                yield match.span()


def _meant(typed: str, found: str) -> bool:
    """Whether each typed letter is the one found, or that one without its marks."""
    return all(a in (b.lower(), fold(b)) for a, b in zip(typed, found, strict=True))


def _before(text: str) -> str:
    return text if len(text) <= _AROUND else "…" + text[-_AROUND:].split(" ", 1)[-1]


def _after(text: str) -> str:
    return text if len(text) <= _AROUND else text[:_AROUND].rsplit(" ", 1)[0] + "…"
