"""Clauses word by word: which words of each stand in the others too. Words are marked, never changed.

Words are compared in small letters, without punctuation and with tone marks in one place ("hoà" is "hòa"). The marks of
provisions ("a)", "1.", "-") are not compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SHORTEST = 2
"""How many words in a row must be the same, in place, to count as shared: one alone ("và", "các") says nothing."""
MOVED = 4
"""How many words in a row must be the same to count as shared where they stand elsewhere in the other clause."""

_WORD = re.compile(r"[^\W_][\w\u0300-\u036f]*")
_MARK = re.compile(r"\s*(?:[-–+•]|\d{1,3}\.|[a-zđ]\))(?=\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text: words that only this side has, or any other piece."""

    text: str
    only: bool


@dataclass(frozen=True, slots=True)
class Worded:
    """One side of a comparison.

    Args:
        texts: for each of its texts the runs, which put together are the text, letter for letter.
        shares: whether it has words in common with another side; where it has none, no run is marked.
    """

    texts: tuple[tuple[Run, ...], ...]
    shares: bool


def compare_words(sides: Sequence[Sequence[str]]) -> tuple[Worded, ...]:
    """Mark, on each side, the words that stand on no other.

    Each pair of sides is aligned with `difflib.SequenceMatcher` over their words; what is left and stands elsewhere on
    the other side in a row of `MOVED` counts as shared as well, so that a clause in another order is not told as new.

    Args:
        sides: for each side its texts, in order.
    """
    words = [[_words(text) for text in texts] for texts in sides]
    plain = [[word for spans in side for word, _, _ in spans] for side in words]
    shared = [[False] * len(side) for side in plain]
    for one in range(len(plain)):
        for other in range(one + 1, len(plain)):
            _share(plain[one], plain[other], shared[one], shared[other])
    worded = []
    for texts, side, flags in zip(sides, words, shared, strict=True):
        at = 0
        runs = []
        for text, spans in zip(texts, side, strict=True):
            only = [not flag for flag in flags[at : at + len(spans)]] if any(flags) else [False] * len(spans)
            runs.append(_runs(text, spans, only))
            at += len(spans)
        worded.append(Worded(tuple(runs), any(flags)))
    return tuple(worded)


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text as they are compared, each with where it stands."""
    marks = [match.span() for line in re.finditer(r"[^\n]+", text) if (match := _MARK.match(text, line.start()))]
    return [
        (_normal(match[0]), *match.span())
        for match in _WORD.finditer(text)
        if not any(start <= match.start() < end for start, end in marks)
    ]


def _normal(word: str) -> str:
    """A word in small letters, its tone marks at its end."""
    parted = unicodedata.normalize("NFD", word.casefold())
    tones = "".join(char for char in parted if char in _TONES)
    return "".join(char for char in parted if char not in _TONES) + tones


_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below; other marks make another letter of a letter."""


def _share(one: Sequence[str], other: Sequence[str], one_flags: list[bool], other_flags: list[bool]) -> None:
    """Flag the words that two sides share."""
    for start, there, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        if size >= SHORTEST:
            one_flags[start : start + size] = [True] * size
            other_flags[there : there + size] = [True] * size
    for mine, theirs, flags in ((one, other, one_flags), (other, one, other_flags)):
        rows = {tuple(theirs[n : n + MOVED]) for n in range(len(theirs) - MOVED + 1)}
        for n in range(len(mine) - MOVED + 1):
            if tuple(mine[n : n + MOVED]) in rows:
                flags[n : n + MOVED] = [True] * MOVED


def _runs(text: str, spans: Sequence[tuple[str, int, int]], only: Sequence[bool]) -> tuple[Run, ...]:
    """Cut a text where marks begin and end: a mark goes from its first word to its last."""
    runs: list[Run] = []
    done = 0
    at = 0
    while at < len(spans):
        if not only[at]:
            at += 1
            continue
        last = at
        while last + 1 < len(spans) and only[last + 1] and "\n" not in text[spans[last][2] : spans[last + 1][1]]:
            last += 1
        start, end = spans[at][1], spans[last][2]
        if start > done:
            runs.append(Run(text[done:start], False))
        runs.append(Run(text[start:end], True))
        done, at = end, last + 1
    if done < len(text) or not runs:
        runs.append(Run(text[done:], False))
    return tuple(runs)
