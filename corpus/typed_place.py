"""Places as people type them: words for a kind of unit, short forms, initials, accents or none, several in a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from corpus.document import Tier
from corpus.text import fold
from corpus.units import Unit, kind_of, units

_KIND_WORDS = {
    "tinh": "Tỉnh",
    "thanh pho": "Thành phố",
    "tp": "Thành phố",
    "thi xa": "Thị xã",
    "tx": "Thị xã",
    "thi tran": "Thị trấn",
    "tt": "Thị trấn",
    "dac khu": "Đặc khu",
    "quan": "Quận",
    "q": "Quận",
    "huyen": "Huyện",
    "h": "Huyện",
    "phuong": "Phường",
    "p": "Phường",
    "xa": "Xã",
    "x": "Xã",
}
_ALIKE = {"Thành phố": "Thị xã", "Thị xã": "Thành phố"}
"""A town typed as a city and the other way round, where no unit is of the kind typed."""
_SHORT = {"hn": "ha noi", "hp": "hai phong", "hcm": "ho chi minh", "tphcm": "ho chi minh", "sg": "ho chi minh"}
_ALSO = {"sai gon": "ho chi minh", "saigon": "ho chi minh", "hanoi": "ha noi", "haiphong": "hai phong"}
_FILLER = frozenset("o tai thuoc cua tren dia ban nay la ben que dan nguoi truoc day".split())
_MOST_WORDS = 16
_MOST_READINGS = 8
_LONGEST_NAME = 5
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


class Era(Enum):
    """What a word beside a name says of its time."""

    ANY = 0
    OLD = 1
    NEW = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """One unit as typed: its kind where a word says it, and its name."""

    kind: str | None
    name: str
    era: Era = Era.ANY

    def candidates(self) -> tuple[Unit, ...]:
        """The units that the name may be, of any kind; those spelled with the same accents before all others."""
        table, plain = units(), fold(self.name)
        plain = plain.lstrip("0") if plain.isdigit() else plain
        if plain.isdigit() and self.kind is None:
            return ()
        named = table.named(plain)
        spelled = [unit for unit in named if any(_spelled(self.name, name) for name in _bares(unit))]
        exact = [unit for unit in spelled if any(_tones(self.name) == _tones(name) for name in _bares(unit))]
        other = _ALSO.get(plain) or _SHORT.get(plain)
        if other:
            short = tuple(unit for unit in table.named(other) if unit.tier is Tier.PROVINCE)
        else:
            short = () if named else _by_initials(plain, self.kind)
        return tuple(dict.fromkeys((*(exact or spelled), *short)))

    def of_kind(self, unit: Unit, *, strictly: bool = False) -> bool:
        """Whether a unit is of the kind typed; a city may be typed as a town unless `strictly`."""
        if self.kind is None:
            return True
        kinds = {self.kind} if strictly else {self.kind, _ALIKE.get(self.kind, self.kind)}
        return any(name.startswith(f"{kind} ") for kind in kinds for name in unit.names)


def readings(words: str) -> Iterator[list[Typed]]:
    """The ways in which words can be read as a row of units, the fewest units first.

    Each way is given as typed, and after all of these from its end: people also write the province first.
    """
    found = sorted((row for row in _rows(_tokens(words)) if row), key=len)[:_MOST_READINGS]
    yield from found
    yield from (row[::-1] for row in found if len(row) > 1)


def _tokens(words: str) -> list[str]:
    """Words, and the marks that part two places; a dash parts nothing, it stands in names ("Bà Rịa - Vũng Tàu")."""
    text = unicodedata.normalize("NFC", words)
    text = re.sub(r"(?i)(?<!\w)(tp|tx|tt|q|h|p|x)\s*[.]\s*(?=\w)", r"\1 ", text)
    text = re.sub(r"(?i)(?<!\w)(q|p)(?=\d)", r"\1 ", text)
    return re.findall(r"[\w'’]+(?:-[\w'’]+)*|[,;()/]", text)[:_MOST_WORDS]


def _rows(tokens: list[str], at: int = 0) -> Iterator[list[Typed]]:
    while at < len(tokens) and not tokens[at].strip(",;()/"):
        at += 1
    if at >= len(tokens):
        yield []
        return
    for kind, start in _kinds(tokens, at):
        for end in range(min(len(tokens), start + _LONGEST_NAME), start, -1):
            name = " ".join(tokens[start:end])
            if not _known(name, kind):
                continue
            era, following = _era(tokens, end)
            for rest in _rows(tokens, following):
                yield [Typed(kind, name, era), *rest]
    if fold(tokens[at]) in _FILLER:
        yield from _rows(tokens, at + 1)


def _kinds(tokens: list[str], at: int) -> Iterator[tuple[str | None, int]]:
    """The words for a kind that stand at a place, each with where the name begins; and none."""
    two = " ".join(fold(token) for token in tokens[at : at + 2])
    if two in _KIND_WORDS:
        yield _KIND_WORDS[two], at + 2
    one = fold(tokens[at])
    if one in _KIND_WORDS:
        yield _KIND_WORDS[one], at + 1
    yield None, at


def _era(tokens: list[str], at: int) -> tuple[Era, int]:
    while at < len(tokens) and tokens[at] == "(":
        at += 1
    said = fold(" ".join(tokens[at : at + 2]))
    if said.startswith(("truoc day", "ngay truoc")):
        return Era.OLD, at + 2
    if said.split()[:1] == ["cu"]:
        return Era.OLD, at + 1
    if said.startswith(("hien nay", "ngay nay")):
        return Era.NEW, at + 2
    return (Era.NEW, at + 1) if said.split()[:1] == ["moi"] else (Era.ANY, at)


def _known(name: str, kind: str | None) -> bool:
    plain = fold(name)
    if plain.isdigit():
        return kind is not None and bool(units().named(plain.lstrip("0")))
    if plain in _ALSO or plain in _SHORT or units().named(plain):
        return True
    return bool(_by_initials(plain, kind)) and (kind is not None or name.isupper())


def _by_initials(plain: str, kind: str | None) -> tuple[Unit, ...]:
    """The provinces (behind "TP" also the cities) whose initials these are."""
    if not (2 <= len(plain) <= 4 and plain.isalpha()):
        return ()
    return tuple(
        unit
        for unit in _initials().get(plain, ())
        if unit.tier is Tier.PROVINCE or (kind in ("Thành phố", "Thị xã", "Quận", "Huyện") and unit.kind == kind)
    )


@cache
def _initials() -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units().large():
        found.setdefault("".join(word[0] for word in fold(unit.bare).split()), []).append(unit)
    return found


def _bares(unit: Unit) -> tuple[str, ...]:
    return tuple(name[len(kind_of(name)) :].strip().replace(" - ", " ") for name in unit.names)


def _spelled(words: str, name: str) -> bool:
    """Whether each syllable typed is the name's, or the name's without its accents."""
    typed, meant = _syllables(words), _syllables(name)
    return len(typed) == len(meant) and all(
        _tone(a) == _tone(b) or a == fold(b) for a, b in zip(typed, meant, strict=True)
    )


def _tones(words: str) -> list[tuple[str, str]]:
    return [_tone(syllable) for syllable in _syllables(words)]


def _syllables(words: str) -> list[str]:
    syllables = words.lower().replace("-", " ").split()
    return [syllable.lstrip("0") if syllable.isdigit() else syllable for syllable in syllables]


def _tone(syllable: str) -> tuple[str, str]:
    """A syllable as its letters and its tone, wherever the tone is put: "hoà" and "hòa" are the same."""
    parts = unicodedata.normalize("NFD", syllable)
    letters = "".join(char for char in parts if char not in _TONES)
    return letters, "".join(char for char in parts if char in _TONES)
