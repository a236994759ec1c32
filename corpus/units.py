"""Administrative units of Viet Nam before and since 1 July 2025: what each was part of, and what it became.

The table `units.tsv` is drawn by `corpus.draw_units`, which tells its lines. It holds the map of 30 June 2025 (63
provinces, 696 districts, 10,035 communes) and the one since (34 and 3,321); changes before that are known only where
`_EARLIER` names them. It is read when it is first asked for.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from corpus.document import Place, Tier
from corpus.text import fold

REFORM = dt.date(2025, 7, 1)
"""Districts ended and the new provinces and communes began (Resolutions 202 and 203/2025/QH15, Law 72/2025/QH15)."""

_UNITS_FILE = Path(__file__).parent / "units.tsv"
_LINES = {"P": Tier.PROVINCE, "W": Tier.WARD, "p": Tier.PROVINCE, "d": Tier.DISTRICT, "w": Tier.WARD}
_KINDS = "Thành phố|Thị xã|Thị trấn|Đặc khu|Tỉnh|Quận|Huyện|Phường|Xã"
_KIND = re.compile(rf"(?:{_KINDS})(?=\s)")
_PLAIN_KINDS = tuple(fold(_KINDS).split("|"))
_KIND_OF_LINE = re.compile(rf"^(?:{fold(_KINDS)}) ", re.MULTILINE)

_EARLIER = {
    ("Tỉnh Hà Nam", "Thị xã Kim Bảng"): ("Huyện Kim Bảng", dt.date(2025, 1, 1)),
    ("Tỉnh Hà Nam", "Thị xã Duy Tiên"): ("Huyện Duy Tiên", dt.date(2020, 1, 1)),
    ("Thành phố Hải Phòng", "Quận An Dương"): ("Huyện An Dương", dt.date(2025, 1, 1)),
    ("Thành phố Hải Phòng", "Thành phố Thủy Nguyên"): ("Huyện Thủy Nguyên", dt.date(2025, 1, 1)),
    ("Thành phố Huế", ""): ("Tỉnh Thừa Thiên Huế", dt.date(2025, 1, 1)),
}
"""Units that bore another name before the day given. Hà Nam: CITATIONS.md and Resolution 829/NQ-UBTVQH14; Hải Phòng:
Resolution 1232/NQ-UBTVQH15; Huế: Resolution 175/2024/QH15."""


def kind_of(name: str) -> str:
    """The words for the kind of unit that a name begins with: "Phường", "Thị xã"; "" where it has none."""
    found = _KIND.match(name)
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of one of the two maps."""

    row: int
    """Its place in the table."""
    name: str
    """With its kind: "Phường Thạch Khôi"."""
    tier: Tier
    today: bool
    """Whether it is of the map since 1 July 2025."""
    district: str | None
    """The district that it lay in, with its kind; None for districts, provinces, and all units of today."""
    province: str

    @property
    def kind(self) -> str:
        """ "Phường", "Thị xã", …"""
        return kind_of(self.name)

    @property
    def bare(self) -> str:
        """The name without its kind: "Thạch Khôi"."""
        return self.name[len(self.kind) :].strip()

    def stands(self, on: dt.date) -> bool:
        """Whether the unit is there on a day."""
        return (on >= REFORM) is self.today

    def name_on(self, on: dt.date) -> str:
        """The name on a day: what is a thị xã since 2025 was a huyện before."""
        earlier = self._earlier()
        return earlier[0] if earlier and on < earlier[1] else self.name

    @property
    def names(self) -> tuple[str, ...]:
        """The name, and an earlier one where it is known."""
        earlier = self._earlier()
        return (self.name, earlier[0]) if earlier else (self.name,)

    def address(self, on: dt.date | None = None) -> str:
        """The unit as a sentence names it: "phường Thạch Khôi, thành phố Hải Dương, tỉnh Hải Dương"."""
        earlier = self._earlier()
        if earlier and (on is None or on >= REFORM):
            later = self.kind if earlier[0].endswith(f" {self.bare}") else self.name
            name = f"{earlier[0]} (từ {earlier[1]:%d/%m/%Y} là {later[:1].lower()}{later[1:]})"
        else:
            name = self.name_on(on) if on else self.name
        parts = [name] if self.tier is Tier.PROVINCE else [name, self.district, self.province]
        return ", ".join(part[:1].lower() + part[1:] for part in parts if part)

    def _earlier(self) -> tuple[str, dt.date] | None:
        if self.today:
            return None
        return _EARLIER.get((self.province, "" if self.tier is Tier.PROVINCE else self.name))


class Units:
    """The table, read from its lines."""

    def __init__(self, text: str) -> None:
        # A line is taken apart when its unit is asked for; at the start only what lies in what is told.
        self._text = text
        self._lines = text.splitlines()
        self._marks = "".join([line[0] for line in self._lines])
        self._parents = array("i")
        self._new_provinces: list[int] = []
        self._new_wards: list[int] = []
        self._made: dict[int, dict[int, list[int]]] = {}
        province = district = -1
        parents, wards = self._parents.append, self._new_wards.append
        for row, mark in enumerate(self._marks):
            if mark == "w":
                parents(district)
            elif mark == "W":
                parents(province)
                wards(row)
            elif mark == "d":
                parents(province)
                district = row
            else:
                parents(-1)
                province = row
                if mark == "P":
                    self._new_provinces.append(row)

    def __len__(self) -> int:
        return len(self._lines)

    def unit(self, row: int) -> Unit:
        """The unit of a row."""
        parent, mark = self._parents[row], self._marks[row]
        above = parent if mark != "w" else self._parents[parent]
        return Unit(
            row,
            self._name(row),
            _LINES[mark],
            mark.isupper(),
            self._name(parent) if mark == "w" else None,
            self._name(above if above >= 0 else row),
        )

    def above(self, unit: Unit) -> tuple[Unit, ...]:
        """The units that it lies in on its own map, the nearest first."""
        found = []
        row = self._parents[unit.row]
        while row >= 0:
            found.append(self.unit(row))
            row = self._parents[row]
        return tuple(found)

    def after(self, unit: Unit) -> tuple[Unit, ...]:
        """What a former unit became: communes of today (the main one first), or the province of today."""
        return () if unit.today else tuple(self.unit(row) for row in self._after(unit.row))

    def before(self, unit: Unit) -> tuple[Unit, ...]:
        """What a unit of today was made of: former communes or provinces, one of the same name first."""
        rows = self._before_in(self.province_today(unit).row).get(unit.row, ()) if unit.today else ()
        found = [self.unit(row) for row in rows]
        return tuple(sorted(found, key=lambda old: (old.name != unit.name, old.bare != unit.bare)))

    def province_today(self, unit: Unit) -> Unit:
        """The province of today that a unit lies in now."""
        top = (unit, *self.above(unit))[-1]
        return top if top.today else self.after(top)[0]

    def named(self, plain: str) -> tuple[Unit, ...]:
        """The units of a name without its kind, in small letters without accents: "thach khoi", "5"."""
        return tuple(self.unit(row) for row in self._rows(plain))

    def spellings(self, plain: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The names that a plain name may be, with the kinds that bear each ("Phường", …)."""
        found: dict[str, dict[str, None]] = {}
        for row in self._rows(plain):
            kind = kind_of(name := self._name(row))
            found.setdefault(name[len(kind) :].strip(), {})[kind] = None
        return tuple((name, tuple(kinds)) for name, kinds in found.items())

    @cached_property
    def districts(self) -> frozenset[str]:
        """The plain names of all former districts, cities and towns."""
        named = "\n".join(self._name(row) for row, mark in enumerate(self._marks) if mark == "d")
        return frozenset(_KIND_OF_LINE.sub("", _plain(named)).split("\n"))

    def large(self) -> tuple[Unit, ...]:
        """All provinces of both maps, and all districts."""
        return tuple(self.unit(row) for row, mark in enumerate(self._marks) if mark in "Ppd")

    def held_by(self, place: Place, tier: Tier, day: dt.date | None) -> Unit | None:
        """The unit that a document's place is, by name, province (of either map) and the document's day.

        Args:
            place: as metadata has it; its province may be "" where the document does not say it.
            tier: of the body that issued the document.
            day: when it was made, or None. Without a day a district is one of old, any other unit one of today.
        """
        bare = fold(place.name[len(kind_of(place.name)) :].strip())
        today = day >= REFORM if day else tier is not Tier.DISTRICT
        fitting = [
            unit
            for unit in self.named(bare)
            if place.name in unit.names
            and unit.tier is tier
            and place.province in ("", unit.province, self.province_today(unit).name)
        ]
        meant = [unit for unit in fitting if unit.today is today] or fitting
        return meant[0] if len(meant) == 1 else None

    def _after(self, row: int) -> list[int]:
        mark, became = self._marks[row], self._became(row)
        if mark == "p":
            return [self._new_provinces[int(became)]]
        if mark == "d" and not became:
            counted = Counter(new for ward in self._below(row) for new in self._after(ward))
            return [new for new, _ in counted.most_common()]
        return [self._new_wards[int(number)] for number in became.split()]

    def _below(self, row: int) -> list[int]:
        end = row + 1
        while end < len(self._marks) and self._marks[end] == "w":
            end += 1
        return list(range(row + 1, end))

    def _name(self, row: int) -> str:
        return self._lines[row].split("\t", 2)[1]

    def _became(self, row: int) -> str:
        return "".join(self._lines[row].split("\t")[2:])

    def _before_in(self, province: int) -> dict[int, list[int]]:
        """What each unit of one province of today was made of; a few old provinces are read, not the whole table."""
        if (known := self._made.get(province)) is not None:
            return known
        found: dict[int, list[int]] = defaultdict(list)
        for row, mark in enumerate(self._marks):
            if mark == "p" and self._after(row) == [province]:
                found[province].append(row)
                for below in self._within(row):
                    if self._marks[below] == "w" or self._became(below):
                        for new in self._after(below):
                            found[new].append(below)
        self._made[province] = found
        return found

    def _within(self, province: int) -> range:
        end = self._marks.find("p", province + 1)
        return range(province + 1, end if end >= 0 else len(self._marks))

    def _rows(self, plain: str) -> list[int]:
        return sorted(row for kind in _PLAIN_KINDS for row in self._by_name.get(f"{kind} {plain}", ()))

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        """The rows by the whole name, kind and all, in letters without accents."""
        found: dict[str, list[int]] = {}
        for row, line in enumerate(_plain(self._text).splitlines()):
            found.setdefault(line.split("\t", 2)[1], []).append(row)
        for name in [name for name in found if "-" in name]:
            found.setdefault(" ".join(name.replace("-", " ").split()), []).extend(found[name])
        for (province, district), (earlier, _) in _EARLIER.items():
            if not district:
                rows = [row for row in found[_plain(province)] if self._marks[row] == "p"]
                found.setdefault(_plain(earlier), []).extend(rows)
        return found


def _plain(names: str) -> str:
    """The same as `fold`, which keeps offsets, in a fifth of the time; for all names at once."""
    letters = unicodedata.normalize("NFD", names.lower().replace("đ", "d"))
    return letters.encode("ascii", "ignore").decode("ascii")


@cache
def units() -> Units:
    """The table of units, read once."""
    return Units(_UNITS_FILE.read_text("utf-8"))
