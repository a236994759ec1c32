"""The bodies that documents give duties to, and where a text names them. The names are data: `bodies.toml`.

A People's Committee or Council is one body at three tiers; its tier is read from the words behind its name, or, where
none stand there, from the document.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from corpus.document import Document, Tier
from corpus.text import fold
from corpus.validity import DISTRICTS_ENDED

_FILE = Path(__file__).parent / "bodies.toml"

LOCAL = (Tier.PROVINCE, Tier.DISTRICT, Tier.WARD)
"""The tiers that have a committee and a council, from above."""

_TIER_NAMES = {
    Tier.PROVINCE: ("tinh", "cấp tỉnh", "tỉnh, thành phố"),
    Tier.DISTRICT: ("huyen", "cấp huyện", "huyện, quận, thị xã; đến hết 30/6/2025"),
    Tier.WARD: ("xa", "cấp xã", "xã, phường, đặc khu, thị trấn"),
}

_UNIT = "cơ quan|tổ chức|đơn vị|địa phương|doanh nghiệp|ban|ngành"
_UNIT_KIND = "(?:_(?:hành chính|sự nghiệp công lập|nhà nước))*"
_JOIN = "(?:,_|_và_)"
_MORE_UNITS = f"(?:{_JOIN}(?:các_)?(?:{_UNIT}){_UNIT_KIND})"
# "tổ chức" is a verb as well: alone it is a body only behind "các"; "đơn vị hành chính" is a place.
_PLAIN_UNITS = (
    f"(?:(?:cơ quan|(?<=các )tổ chức|(?<=mỗi )tổ chức|đơn vị(?!_hành chính)|doanh nghiệp)(?!_có thẩm quyền)"
    f"{_UNIT_KIND}{_MORE_UNITS}*|tổ chức{_MORE_UNITS}+)"
)
_LED_UNITS = f"(?:{_UNIT}|khu phố|cấp ủy|chính quyền)(?:{_JOIN}(?:{_UNIT}|khu phố|chính quyền))*"

_LEVEL = "cấp xã|cấp huyện|cấp tỉnh|các cấp|cùng cấp|xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố|tỉnh"
_PROPER = r"(?-i:(?:\s+(?=[^\W\d_])(?![a-zà-öø-ÿăđĩũơưạ-ỹ])\w+){1,3})"
_BEHIND = re.compile(
    rf"\s+(?:(?:các|của)\s+)?((?:{_LEVEL})(?:(?:,|\s+và)\s+(?:{_LEVEL})(?!\w))*)(?!\w){_PROPER}?", re.IGNORECASE
)

_TIERS_OF = {
    "cấp xã": Tier.WARD,
    "xã": Tier.WARD,
    "phường": Tier.WARD,
    "thị trấn": Tier.WARD,
    "đặc khu": Tier.WARD,
    "cấp huyện": Tier.DISTRICT,
    "huyện": Tier.DISTRICT,
    "quận": Tier.DISTRICT,
    "thị xã": Tier.DISTRICT,
    "cấp tỉnh": Tier.PROVINCE,
    "tỉnh": Tier.PROVINCE,
}


@dataclass(frozen=True, slots=True)
class Body:
    """A body with a card of its own: one kind of body, at one tier where it has tiers."""

    id: str
    name: str
    note: str = ""
    everywhere: bool = False
    """Whether it is named in nearly every clause ("Nhân dân"), so that where it is only named says little."""


@dataclass(frozen=True, slots=True)
class Named:
    """Where a text names bodies. `end` takes in the words behind the name that say of where ("phường", "các cấp")."""

    start: int
    end: int
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    id: str
    name: str
    note: str
    tiers: bool
    everywhere: bool
    pattern: str

    def bodies(self, tiers: Iterable[Tier]) -> tuple[Body, ...]:
        """The bodies of this kind at these tiers."""
        if not self.tiers:
            return (Body(self.id, self.name, self.note, self.everywhere),)
        return tuple(
            Body(f"{self.id}-{_TIER_NAMES[tier][0]}", f"{self.name} {_TIER_NAMES[tier][1]}", self._note(tier))
            for tier in LOCAL
            if tier in set(tiers)
        )

    def _note(self, tier: Tier) -> str:
        return "; ".join(filter(None, (_TIER_NAMES[tier][2], self.note)))


@cache
def all_bodies() -> tuple[Body, ...]:
    """Every body that has a card, in the order of the data; those of several tiers from above."""
    return tuple(body for kind in _kinds() for body in kind.bodies(LOCAL))


def find_bodies(text: str, document: Document) -> tuple[Named, ...]:
    """Find where a text of a document names bodies, in order and without overlap."""
    return _find(text, _tier_of_city(document), _own_tier(document))


def bodies_meant(typed: str) -> tuple[Body, ...]:
    """The bodies that a person means: by id ("ubnd-xa"), or by name, also without diacritics; () if none.

    Examples:
        >>> [body.id for body in bodies_meant("ubnd phuong")]
        ['ubnd-xa']
        >>> [body.id for body in bodies_meant("mặt trận")]
        ['mttq']
    """
    plain = " ".join(fold(typed).split())
    known = all_bodies()
    exact = tuple(body for body in known if plain in (body.id, fold(body.name)))
    if exact or not plain:
        return exact
    found = tuple(dict.fromkeys(_find_typed(plain)))
    return found or tuple(body for body in known if len(plain) > 2 and plain in fold(body.name))


@lru_cache(maxsize=4096)
def _find(text: str, city: Tier | None, own: tuple[Tier, ...]) -> tuple[Named, ...]:
    found: list[Named] = []
    for match in _pattern().finditer(text):
        kind = _kinds()[int(str(match.lastgroup)[1:])]
        behind = _BEHIND.match(text, match.end())
        tiers = _tiers(behind[1].lower(), city) if behind and kind.tiers else own
        found.append(Named(match.start(), behind.end() if behind else match.end(), kind.bodies(tiers or own)))
    return tuple(found)


def _find_typed(plain: str) -> Iterator[Body]:
    for match in _pattern(plain=True).finditer(plain):
        behind = re.match(rf"\s+({fold(_LEVEL)})(?!\w)", plain[match.end() :])
        level = next((one for one in _LEVEL.split("|") if behind and fold(one) == behind[1]), "")
        yield from _kinds()[int(str(match.lastgroup)[1:])].bodies(_tiers(level, None) or LOCAL)


def _tiers(words: str, city: Tier | None) -> tuple[Tier, ...]:
    """The tiers that the words behind a name say; () where they say none."""
    levels = re.findall(rf"(?<!\w)(?:{_LEVEL})(?!\w)", words)
    if "các cấp" in levels or "cùng cấp" in levels:
        return LOCAL
    found = [_TIERS_OF.get(level, city or Tier.PROVINCE) for level in levels]
    return tuple(dict.fromkeys(found))


def _tier_of_city(document: Document) -> Tier | None:
    """What "thành phố" is in a document: the central city that its place lies in, or, before July 2025, a district."""
    place, day = document.meta.place, document.meta.issued or document.meta.adopted
    if place is None or place.province.startswith("Thành phố"):
        return Tier.PROVINCE
    return Tier.DISTRICT if day is None or day < DISTRICTS_ENDED else Tier.PROVINCE


def _own_tier(document: Document) -> tuple[Tier, ...]:
    return LOCAL if document.meta.tier is Tier.NATIONAL else (document.meta.tier,)


@cache
def _kinds() -> tuple[_Kind, ...]:
    rows = tomllib.loads(_FILE.read_text("utf-8"))["body"]
    return tuple(
        _Kind(
            row["id"],
            row["name"],
            row.get("note", ""),
            row.get("tiers", False),
            row.get("everywhere", False),
            "|".join(row["names"]),
        )
        for row in rows
    )


@cache
def _pattern(*, plain: bool = False) -> re.Pattern[str]:
    """All names in one expression; a group's number is its kind's. `plain` reads text without diacritics."""
    written = [_written(kind.pattern) for kind in _kinds()]
    groups = "|".join(f"(?P<k{n}>{fold(one) if plain else one})" for n, one in enumerate(written))
    return re.compile(rf"(?<!\w)(?:{groups})(?!\w)", re.IGNORECASE)


def _written(pattern: str) -> str:
    """A piece of the data as a regular expression."""
    pattern = pattern.replace("PLAIN_UNITS", _PLAIN_UNITS).replace("UNITS", _LED_UNITS)
    return pattern.replace("_", r"\s+").replace(r"\s+?", r"\s*")
