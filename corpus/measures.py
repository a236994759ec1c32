"""Measures that secure democracy at the grassroots: which provision of which place says which, and who says none.

The groups are those of Điều 8 of Law 10/2022/QH15 and those that the resolutions add; `measures.toml` holds them, with
the rule that proposes a group by heading and words, and the table that was checked by hand for the documents that
ship. Where a document was checked the table decides; any other is put in order by the rule alone, and says so.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from corpus.citation import Citation, quotations, short_name
from corpus.document import Document, Kind, Tier
from corpus.measure_rule import Patterns, propose
from corpus.places import bare_name
from corpus.provision import Provision
from corpus.territory import held_place
from corpus.text import fold

_TABLE = Path(__file__).parent / "measures.toml"
_KINDS = tuple(Kind)
_TIERS = (Tier.NATIONAL, Tier.PROVINCE, Tier.DISTRICT, Tier.WARD)
_MOST_PROPOSED = 200
_proposed: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = {}
"""What the rule said of documents, by their words: a law takes it some 50 ms, and every tap in a chat asks."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of measures. `law` is its clause in Điều 8 of Law 10/2022/QH15, None where the resolutions add it."""

    id: str
    name: str
    short: str
    law: int | None


@dataclass(frozen=True)
class Clause:
    """A provision that says a measure, with all inside it."""

    document: Document
    provision: Provision

    @cached_property
    def citations(self) -> list[Citation]:
        """The provision word for word, proven; several where it exceeds the limit of a quote."""
        return quotations(self.document, self.provision)

    @property
    def words(self) -> str:
        """Where it stands in its document: "khoản 2 Mục II Điều 1"."""
        return self.provision.path.words


@dataclass(frozen=True)
class Holder:
    """Who has measures: a place with its documents, or a document of the whole country."""

    key: str
    """Stands in addresses: letters, digits and dashes, or a document's id."""
    name: str
    documents: tuple[Document, ...]
    national: bool
    elsewhere: tuple[Clause, ...] = ()
    """Where its documents say that measures stand in another one, which is not held: a gap may be none there."""

    @property
    def checked(self) -> bool:
        """Whether all its documents were put in order by hand; False where the rule did it for any."""
        return all(is_checked(document) for document in self.documents)


@dataclass(frozen=True)
class Cell:
    """What one holder says of one group. Without clauses it is a gap."""

    group: Group
    holder: Holder
    clauses: tuple[Clause, ...]

    @property
    def citations(self) -> list[Citation]:
        """Every clause word for word."""
        return [citation for clause in self.clauses for citation in clause.citations]


@dataclass(frozen=True)
class Matrix:
    """Groups by holders, all in the order in which they are shown."""

    groups: tuple[Group, ...]
    holders: tuple[Holder, ...]
    cells: dict[tuple[str, str], Cell]
    """By the group's id and the holder's key; there is one for every pair."""

    def group(self, id: str) -> Group | None:
        """The group of this id, or None."""
        return next((group for group in self.groups if group.id == id), None)

    def holder(self, key: str) -> Holder | None:
        """The holder of this key, or that has the document of this id; None where there is none."""
        held = (one for one in self.holders if one.key == key or key in {d.id for d in one.documents})
        return next(held, None)

    def named(self, words: str) -> Holder | None:
        """The holder that a person's words name ("kim bang", "P. Thạch Khôi", a document's id), or None."""
        words = " ".join(unicodedata.normalize("NFC", words).split())
        plain = fold(words)
        for one in self.holders:
            place = one.documents[0].meta.place
            names = {
                one.name,
                bare_name(place) if place else one.name,
                *(d.meta.number or one.name for d in one.documents),
            }
            if plain in map(fold, names):
                return one
        held = {d.meta.place: one for one in self.holders for d in one.documents if d.meta.place}
        place = held_place(words, [document for one in self.holders for document in one.documents])
        return held[place] if place else self.holder(words)

    def cell(self, group: Group, holder: Holder) -> Cell:
        """What a holder says of a group."""
        return self.cells[group.id, holder.key]

    def of_group(self, group: Group) -> list[Cell]:
        """What each holder says of a group."""
        return [self.cell(group, holder) for holder in self.holders]

    def of_holder(self, holder: Holder) -> list[Cell]:
        """What a holder says of each group."""
        return [self.cell(group, holder) for group in self.groups]


def matrix(documents: Iterable[Document]) -> Matrix:
    """Put the provisions of documents in order by group and place.

    A place is always there, with its gaps; a document of the whole country only where it says some measure.
    """
    groups = all_groups()
    documents = tuple(documents)
    found: list[tuple[Holder, dict[str, list[Clause]]]] = []
    for holder in _holders(documents):
        said: dict[str, list[Clause]] = {group.id: [] for group in groups}
        for document in holder.documents:
            for id, clauses in _clauses(document).items():
                said[id] += clauses
        if any(said.values()) or not holder.national:
            found.append((holder, said))
    cells = {
        (group.id, holder.key): Cell(group, holder, tuple(said[group.id])) for holder, said in found for group in groups
    }
    return Matrix(groups, tuple(holder for holder, _ in found), cells)


@cache
def all_groups() -> tuple[Group, ...]:
    """The groups, those of the law first."""
    return tuple(Group(row["id"], row["name"], row["short"], row.get("law")) for row in _table()["groups"])


def groups_by_path(document: Document) -> dict[str, tuple[str, ...]]:
    """The groups of a document's provisions, by path: each holds for all inside, those further in add to it."""
    checked = _table()["checked"].get(document.id)
    if checked is not None and checked["sha256"] == document.sha256:
        return {path: tuple(groups) for path, groups in checked["groups"].items()}
    key = (document.id, document.meta.tier.value, document.text.text)
    if key not in _proposed:
        if len(_proposed) >= _MOST_PROPOSED:
            _proposed.clear()
        _proposed[key] = propose(document, _patterns())
    return _proposed[key]


def is_checked(document: Document) -> bool:
    """Whether a person put these very words in order; else the rule proposed it."""
    checked = _table()["checked"].get(document.id)
    return checked is not None and checked["sha256"] == document.sha256


def _clauses(document: Document) -> dict[str, list[Clause]]:
    """The clauses of each group in the order of the text, none inside another of its group."""
    by_path = groups_by_path(document)
    found: dict[str, list[Clause]] = {}
    for path in sorted(by_path, key=lambda path: (document.by_path[path].start, -document.by_path[path].end)):
        provision = document.by_path[path]
        for id in by_path[path]:
            row = found.setdefault(id, [])
            if not row or not row[-1].provision.path.contains(provision.path):
                row.append(Clause(document, provision))
    return found


def _holders(documents: Sequence[Document]) -> Iterator[Holder]:
    """The country's documents, then the places from the province down, each with its documents."""
    national: list[Holder] = []
    places: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        place = document.meta.place
        if place is not None:
            places.setdefault((place.name, place.province), []).append(document)
        else:
            national.append(Holder(document.id, short_name(document.meta), (document,), national=True))
    names = [place for place, _ in places]
    local = [
        Holder(
            key=_slug(place if names.count(place) == 1 else f"{place} {province}"),
            name=place,
            documents=tuple(held),
            national=False,
            elsewhere=tuple(clause for document in held for clause in _elsewhere(document, held)),
        )
        for (place, province), held in places.items()
    ]
    yield from sorted(national, key=lambda one: (_KINDS.index(one.documents[0].meta.kind), one.key))
    yield from sorted(local, key=lambda one: (min(_TIERS.index(d.meta.tier) for d in one.documents), one.key))


def _elsewhere(document: Document, held: Sequence[Document]) -> Iterator[Clause]:
    """Where a document that was checked names the one that decides the measures, unless its place's `held` have it.

    One named without a number, a draft, is held once there is any resolution of the place.
    """
    said = _table()["checked"][document.id].get("elsewhere") if is_checked(document) else None
    if said is None:
        return
    number = said.get("number")
    if not any(one.meta.number == number if number else one.meta.kind is Kind.RESOLUTION for one in held):
        yield Clause(document, document.by_path[said["path"]])


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text("utf-8"))


@cache
def _patterns() -> Patterns:
    table = _table()
    return Patterns.of(table["groups"], table["rule"])
