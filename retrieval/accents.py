"""Read a question typed without accents: which syllables its letters most likely stand for.

A chain of pairs of syllables (Viterbi 1967), learned from the documents held and the authored questions when it is
first needed. The reading only adds to what is searched: matching goes on by the letters as they were typed, so that a
wrong guess loses no word of the asker.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.normalise import fold_syllable, syllables

_EDGE = ""
"""What stands before the first syllable of a text and after the last."""
_WORD = re.compile(r"\w+")
_UNSEEN = 1e-7
_HALF = 0.6
"""From this share of syllables without accents on, a text with some accents is read as half typed: in Vietnamese
prose it is about a third."""


class Accents:
    """Knows which syllables follow each other.

    Args:
        texts: what to learn from; those without any accents teach nothing.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._single: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for text in texts:
            if not text.isascii():
                words = [_EDGE, *syllables(text), _EDGE]
                self._single.update(words)
                self._pairs.update(pairwise(words))
        self._followers = Counter(before for before, _ in self._pairs)
        self._whole = sum(self._single.values()) or 1
        spellings: dict[str, list[str]] = defaultdict(list)
        for word in self._single:
            spellings[fold_syllable(word)].append(word)
        self._spellings = dict(spellings)

    def read(self, text: str) -> str:
        """A text with the likeliest accents, of the same length.

        Texts typed with accents are given back as they are.

        Args:
            text: composed (NFC) text.
        """
        found = list(_WORD.finditer(text))
        typed = [match[0] for match in found]
        bare = sum(word.isascii() for word in typed)
        if not text.isascii() and bare < _HALF * len(typed):
            return text
        out = list(text)
        for match, word in zip(found, self._likeliest([word.lower() for word in typed]), strict=True):
            # A mark in its own place or another keeps the number of letters; anything else is not taken.
            if word != match[0].lower() and len(word) == len(match[0]):
                out[match.start() : match.end()] = (
                    new.upper() if old.isupper() else new for old, new in zip(match[0], word, strict=True)
                )
        return "".join(out)

    def _likeliest(self, words: Sequence[str]) -> list[str]:
        ways: dict[str, tuple[float, list[str]]] = {_EDGE: (0.0, [])}
        for word in (*words, _EDGE):
            spellings = self._spellings.get(word, [word]) if word.isascii() else [word]
            ways = {
                spelling: max((value + self._chance(before, spelling), [*path, spelling])
                              for before, (value, path) in ways.items())
                for spelling in spellings
            }  # fmt: skip
        return ways[_EDGE][1][:-1]

    def _chance(self, before: str, word: str) -> float:
        # Smoothed as Witten and Bell (1991) do: what follows many different syllables may well be followed by another.
        share = self._single[word] / self._whole
        others = self._followers[before]
        return math.log(
            (self._pairs[before, word] + others * share + _UNSEEN) / (self._single[before] + others + _UNSEEN)
        )
