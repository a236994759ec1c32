"""A place as people type it, on a day: one unit with its chain, several to ask back, or none.

A chain is what a place lay in on a day and what it came from or went into on 1 July 2025. Without a day, and without a
word such as "huyện" or "phường", a name may be of a unit of old and of one of today; which was taken is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from corpus.document import Document, Metadata, Place, Tier
from corpus.places import find_places, places_of
from corpus.typed_place import Era, Typed, readings
from corpus.units import REFORM, Unit, units

_ORDER = (Tier.PROVINCE, Tier.DISTRICT, Tier.WARD)
_ASKED_BACK = 12
"""How many choices are offered at most; the person is asked for the province where there are more."""
_KNOWN_FROM = dt.date(2025, 1, 1)
"""The map of old is the one of the first half of 2025."""


@dataclass(frozen=True)
class Chain:
    """A unit on a day: what it lay in, what it came from, what it became. Communes, districts, provinces by name."""

    unit: Unit
    on: dt.date

    @property
    def stands(self) -> bool:
        """Whether the unit is there on the day."""
        return self.unit.stands(self.on)

    @cached_property
    def ward(self) -> Unit | None:
        """The commune-level unit on the day: itself, or the only one that it became or came from."""
        return self._on_the_day(Tier.WARD)

    @cached_property
    def district(self) -> Unit | None:
        """The district-level unit on the day; None since 1 July 2025."""
        return self._on_the_day(Tier.DISTRICT)

    @cached_property
    def province(self) -> Unit:
        """The province or central city on the day; of a unit made of several provinces, the one of its own name."""
        return self._on_the_day(Tier.PROVINCE) or units().province_today(self.unit)

    @cached_property
    def before(self) -> tuple[Unit, ...]:
        """The units of old that a unit of today was made of."""
        return units().before(self.unit)

    @cached_property
    def made_of(self) -> tuple[Unit, ...]:
        """Those of `before` that went into the unit whole or for the most part; a strip of a ward brings no rules."""
        mostly = tuple(old for old in self.before if units().after(old)[0] == self.unit)
        return mostly or self.before

    @cached_property
    def after(self) -> tuple[Unit, ...]:
        """The units of today that a unit of old became."""
        return units().after(self.unit)

    @cached_property
    def former_districts(self) -> tuple[Unit, ...]:
        """The districts that the place lay in before 1 July 2025, seen from a later day."""
        return self._former(Tier.DISTRICT)

    @cached_property
    def former_provinces(self) -> tuple[Unit, ...]:
        """The provinces that the place lay in before 1 July 2025, seen from a later day."""
        return self._former(Tier.PROVINCE)

    @cached_property
    def lineage(self) -> tuple[Unit, ...]:
        """Every unit whose rules may reach the place: itself, what holds or held it, what it came from or became."""
        table = units()
        found = [self.unit, *table.above(self.unit)]
        for old in self.made_of:
            found += [old, *table.above(old)]
        if self.unit.tier is Tier.WARD:
            found += self.after
        if not self.unit.today:
            found.append(table.province_today(self.unit))
        return tuple(dict.fromkeys(found))

    @property
    def remark(self) -> str:
        """What the table does not know of the day, or ""."""
        if self.on >= _KNOWN_FROM:
            return ""
        return (
            "Bảng đơn vị hành chính là bảng ngay trước ngày 01/7/2025; "
            "những thay đổi trước năm 2025 chỉ được ghi ở một số nơi."
        )

    def _on_the_day(self, tier: Tier) -> Unit | None:
        for other in (self.unit, *units().above(self.unit)):
            if other.stands(self.on) and other.tier is tier:
                return other
        if self.stands:
            return None
        moved = self.after if self.on >= REFORM else self.made_of
        whole = {up: None for other in moved for up in (other, *units().above(other)) if up.tier is tier}
        if tier is Tier.PROVINCE and len(whole) > 1:
            whole = {next((up for up in whole if up.name == self.unit.province), next(iter(whole))): None}
        return next(iter(whole)) if len(whole) == 1 else None

    def _former(self, tier: Tier) -> tuple[Unit, ...]:
        if self.on < REFORM:
            return ()
        olds = self.made_of if self.unit.today else (self.unit,)
        found = (up for old in olds for up in (old, *units().above(old)) if up.tier is tier and up != self.unit)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Resolved:
    """What some words name on a day: one unit (`chain`), several to ask back (`choices`), or nothing."""

    words: str
    on: dt.date
    chain: Chain | None = None
    choices: tuple[Unit, ...] = ()
    more: int = 0
    """How many units beyond `choices` the words may mean."""
    others: tuple[Unit, ...] = ()
    """The units of the same name that were not taken."""

    @property
    def taken(self) -> str:
        """Which unit was taken, where the words may mean another; else ""."""
        if self.chain is None or not self.others:
            return ""
        other, rest = self.others[0], len(self.others) - 1
        also = f" (và {rest} nơi khác cùng tên)" if rest else ""
        return f"“{self.words}” được hiểu là {_when(self.chain.unit)}, không phải {_when(other)}{also}."


def resolve(
    words: str, on: dt.date | None = None, held: Collection[Unit] = (), today: dt.date | None = None
) -> Resolved:
    """Find the unit that some words name.

    Args:
        words: a place as people type it: "P. Thạch Khôi", "TP HP", "tx kim bảng", "Phường 5, Quận 3".
        on: the day asked about, where one is; a unit that stands on it is taken before others of its name.
        held: the units that documents are held of; without a day one of them is taken before others of its name.
        today: the day that the chain is told for where none is asked about; today by default.
    """
    day = on or today or dt.date.today()
    said = " ".join(words.split())
    wrong: tuple[Unit, ...] = ()
    for typed in readings(said):
        found = _fitting(typed)
        if not found:
            wrong = wrong or _fitting(typed[:1], any_kind=True)
            continue
        meant = _meant(found, typed[0], on, held)
        if len(meant) > 1:
            meant = _nearest(meant, typed[1:])
        if len(meant) == 1:
            others = [unit for unit in found if unit != meant[0] and (unit in held or not _continues(unit, meant[0]))]
            others = others if on is None or typed[0].kind is None else []
            near = set(Chain(meant[0], day).lineage) | set(Chain(meant[0], day).after)
            others.sort(key=lambda unit: unit not in near)
            return Resolved(said, day, Chain(meant[0], day), others=tuple(others))
        return _ask(said, day, meant)
    return _ask(said, day, wrong) if wrong else Resolved(said, day)


def seats(documents: Iterable[Document]) -> dict[str, Unit]:
    """The unit of each document that is of one place, by the document's id; those that cannot be told are left out."""
    found = {document.id: seat(document.meta) for document in documents}
    return {id: unit for id, unit in found.items() if unit}


def held_place(words: str, documents: Iterable[Document]) -> Place | None:
    """The place that some words name, of those that documents are held of, however it is typed ("tp hp", "kim bang").

    None where the words name none of them, or several.
    """
    held = list(documents)
    found = {mention.place for mention in find_places(words, places_of(held)) if mention.place}
    if not found:
        of = {unit: place for d in held if (unit := seat(d.meta)) and (place := d.meta.place)}
        chain = resolve(words, None, frozenset(of)).chain
        found = {of[chain.unit]} if chain and chain.unit in of else set()
    return found.pop() if len(found) == 1 else None


def seat(meta: Metadata) -> Unit | None:
    """The unit that a document is of, or None where it is national or its place cannot be told."""
    if meta.place is None or meta.tier is Tier.NATIONAL:
        return None
    return units().held_by(meta.place, meta.tier, made_on(meta))


def made_on(meta: Metadata) -> dt.date | None:
    """The day that tells of which map a document's issuer is, or None."""
    return meta.adopted or meta.issued or meta.effective or meta.signed


def _fitting(typed: Sequence[Typed], *, any_kind: bool = False) -> tuple[Unit, ...]:
    """The units that the first words name, lying in what the others name."""
    found = typed[0].candidates()
    if not any_kind:
        strictly = tuple(unit for unit in found if typed[0].of_kind(unit, strictly=True))
        found = strictly or tuple(unit for unit in found if typed[0].of_kind(unit))
    for outer in typed[1:]:
        holds = {unit for unit in outer.candidates() if outer.of_kind(unit)}
        found = tuple(unit for unit in found if holds & (set(Chain(unit, REFORM).lineage) - {unit}))
    return found


def _nearest(found: tuple[Unit, ...], outer: Sequence[Typed]) -> tuple[Unit, ...]:
    """Those that lie in all the units named on their own map, where some do ("Châu Thành, An Giang")."""
    own = [{unit for unit in each.candidates() if each.of_kind(unit)} for each in outer]
    return tuple(unit for unit in found if all(holds & set(units().above(unit)) for holds in own)) or found


def _meant(found: Sequence[Unit], typed: Typed, on: dt.date | None, held: Collection[Unit]) -> tuple[Unit, ...]:
    """Those of the units found that are meant, by these rules in turn: the day, the documents held, the tier."""
    kept = list(found)
    if typed.era is not Era.ANY:
        kept = [unit for unit in kept if unit.today is (typed.era is Era.NEW)] or kept
    if on:
        kept = [unit for unit in kept if unit.stands(on)] or kept
    named = [unit for unit in kept if unit in held]
    if not on and not named and not typed.kind:
        named = [unit for unit in kept if unit.tier is Tier.PROVINCE]
    kept = named or kept
    if not on and typed.era is Era.ANY:
        # Of a unit that was there before and is there still, the one of today.
        still = [new for unit in kept for new in (unit, *units().after(unit)) if new.today and new.name == unit.name]
        kept = list(dict.fromkeys(still)) or kept
    if len(kept) > 1:
        near = [unit for unit in kept if any(other in held for other in Chain(unit, REFORM).lineage)]
        kept = _own(near, held) or kept
    if len(kept) > 1 and not typed.kind:
        highest = min(_ORDER.index(unit.tier) for unit in kept)
        kept = [unit for unit in kept if _ORDER.index(unit.tier) == highest]
    return tuple(kept)


def _own(near: Sequence[Unit], held: Collection[Unit]) -> list[Unit]:
    """Of units near a held one, those that bear its name; that a province is held singles out none of its wards."""
    return [
        unit for unit in near if any(other in held and other.bare == unit.bare for other in Chain(unit, REFORM).lineage)
    ]


def _continues(unit: Unit, other: Unit) -> bool:
    """Whether two units are one before and after: the same name and kind, the one gone into the other."""
    return unit.name == other.name and (unit in units().after(other) or unit in units().before(other))


def _ask(words: str, on: dt.date, found: Sequence[Unit]) -> Resolved:
    order = sorted(found, key=lambda unit: (not unit.stands(on), _ORDER.index(unit.tier), unit.province, unit.row))
    return Resolved(words, on, choices=tuple(order[:_ASKED_BACK]), more=max(0, len(order) - _ASKED_BACK))


def _when(unit: Unit) -> str:
    """A unit with the time that it is of: "quận Ngô Quyền, thành phố Hải Phòng trước 01/7/2025"."""
    return f"{unit.address()} {'hiện nay' if unit.today else 'trước 01/7/2025'}"
