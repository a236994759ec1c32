"""How people write: abbreviations, chat spelling, lay words. The data is `words.toml`; here it is read and applied."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.text import fold
from index.normalise import syllables

_AFTER_LEVEL = frozenset(("muc", "chuong", "phan", "diem", "khoan", "dieu", "luc", "va", "so"))
"""After these a lone letter is a number of the law ("Mục V", "điểm k"), not chat."""


@dataclass(frozen=True, slots=True)
class LayEntry:
    """What people say, and the law's words that are searched too."""

    say: tuple[str, ...]
    law: str
    example: str


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of `words.toml`."""

    short: dict[str, str]
    """Abbreviations and chat spelling to their long form, keys as typed in small letters."""
    bare: dict[str, str]
    """Abbreviations typed without the stroke of đ ("CQDP"); only those that can be no syllable."""
    phrases: tuple[str, ...]
    """How questions begin and go on."""
    capitals: dict[str, str]
    """Abbreviations that are ones only as written here ("DC" is "dân chủ", "dc" is "được")."""
    lay: tuple[LayEntry, ...]
    other_fields: tuple[str, ...]
    own_field: tuple[str, ...]
    laws: tuple[str, ...]


@cache
def words() -> Words:
    """Read the tables, once."""
    table = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
    short = {**table["chat"], **table["abbreviations"]}
    return Words(
        short=short,
        bare={fold(key): long for key, long in table["abbreviations"].items() if not key.isascii() and _no_word(key)},
        phrases=tuple(table["small_words"]["phrases"]),
        capitals=table["capitals"],
        lay=tuple(LayEntry(tuple(entry["say"]), entry["law"], entry["example"]) for entry in table["lay"]),
        other_fields=tuple(table["other_fields"]["words"]),
        own_field=tuple(table["own_field"]["words"]),
        laws=tuple(sorted(table["laws"]["names"], key=len, reverse=True)),
    )


def _no_word(key: str) -> bool:
    """Whether letters are no syllable in any spelling: they have no vowel."""
    return not set(fold(key)) & set("aeiouy")


def write_out(text: str) -> str:
    """Write abbreviations and chat spelling out; all other words stay as they are.

    A text without accents stays without them: what follows must know that its asker typed none.

    Examples:
        >>> write_out("UBND ko dc làm j?")
        'ủy ban nhân dân không được làm gì?'
    """
    return "".join(
        part if n % 2 else _write_out(part, plain=text.isascii()) for n, part in enumerate(_NUMBER.split(text))
    )


_NUMBER = re.compile(
    r"(\d+\s?-\s?[A-ZĐ]{2,}/[A-ZĐ]{2,}|\d+\s?/\s?[^\W\d][\w-]*(?:\s?-\s?[A-ZĐ]\w*)*|\d+/\d{4}(?:/[\w-]+)?)"
)
"""A document number, in which nothing is an abbreviation to be written out."""


def _write_out(text: str, *, plain: bool) -> str:
    short = words().short
    pieces: list[str] = []
    before = ""
    for piece in re.split(r"(\w+(?:-xh)?)", text):
        key = piece.lower()
        long = words().capitals.get(piece) or short.get(key) or words().bare.get(key)
        if long and len(key) <= 2 and (before in _AFTER_LEVEL or (len(key) == 1 and piece.isupper())):
            long = None
        pieces.append((fold(long) if plain else long) if long else piece)
        if piece.strip():
            before = fold(key)
    return "".join(pieces)


class Phrases:
    """Phrases that are looked for in texts as whole words; accents count only where a text has them.

    A text without any accents matches on bare letters; in a text with accents a phrase must be spelt right.

    Args:
        lists: lists of phrases; what is found is told by the number of the list.
    """

    def __init__(self, lists: Iterable[Iterable[str]]) -> None:
        self._spelt: dict[str, list[int]] = defaultdict(list)
        self._plain: dict[str, list[int]] = defaultdict(list)
        for number, phrases in enumerate(lists):
            for phrase in phrases:
                spelt = " ".join(syllables(phrase))
                self._spelt[spelt].append(number)
                self._plain[fold(spelt)].append(number)
        self._longest = max((phrase.count(" ") + 1 for phrase in self._spelt), default=0)

    def found(self, text: str) -> list[int]:
        """The numbers of the lists of which a text holds a phrase, each once, in order."""
        known = self._plain if text.isascii() else self._spelt
        said = syllables(text)
        runs = (" ".join(said[at:end]) for at in range(len(said))
                for end in range(at + 1, min(at + self._longest, len(said)) + 1))  # fmt: skip
        return sorted({number for run in runs for number in known.get(run, ())})


@cache
def _lay() -> Phrases:
    return Phrases(entry.say for entry in words().lay)


@cache
def _fields() -> Phrases:
    return Phrases((words().own_field, words().other_fields))


def law_words(text: str) -> list[LayEntry]:
    """The lay entries that a text uses, in the order of the table."""
    return [words().lay[number] for number in _lay().found(text)]


def names_own_field(text: str) -> bool:
    """Whether a text holds words of grassroots democracy, local government or its papers."""
    return 0 in _fields().found(text)


def names_other_field(text: str) -> bool:
    """Whether a text holds words of another field of law."""
    return 1 in _fields().found(text)
