"""A Document: the canonical text of one source file, its provisions, and what is known of it.

Errors of this package are drawn here:

    CorpusError
     ├─ UnreadableSource    the file cannot be read as a legal text (with line and reason)
     └─ BrokenMetadata      a metadata file is missing, or does not fit its text
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from corpus.provision import MARKED, Level, Provision, ProvisionPath
from corpus.text import CanonicalText


class CorpusError(Exception):
    """A document that cannot be used; the message is one plain sentence in Vietnamese."""


class UnreadableSource(CorpusError):
    """A file that is not a legal text that can be read; nothing was changed."""


class BrokenMetadata(CorpusError):
    """A metadata file that is missing, malformed, or says what the text does not."""


class Kind(StrEnum):
    """What a document is. The values are those of the JSON contract."""

    CONSTITUTION = "constitution"
    LAW = "law"
    ORDINANCE = "ordinance"
    RESOLUTION = "resolution"
    DECREE = "decree"
    DECISION = "decision"
    CIRCULAR = "circular"
    PLAN = "plan"
    SUBMISSION = "submission"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The Vietnamese name, as a citation begins."""
        return _KIND_WORDS[self]


_KIND_WORDS = {
    Kind.CONSTITUTION: "Hiến pháp",
    Kind.LAW: "Luật",
    Kind.ORDINANCE: "Pháp lệnh",
    Kind.RESOLUTION: "Nghị quyết",
    Kind.DECREE: "Nghị định",
    Kind.DECISION: "Quyết định",
    Kind.CIRCULAR: "Thông tư",
    Kind.PLAN: "Kế hoạch",
    Kind.SUBMISSION: "Tờ trình",
    Kind.OTHER: "Văn bản",
}


class Tier(StrEnum):
    """The tier of the body that issued a document, from the State down."""

    NATIONAL = "national"
    PROVINCE = "province"
    DISTRICT = "district"
    WARD = "ward"


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative unit as people are shown it."""

    name: str
    province: str
    former: str | None = None


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A document that the preamble names: as it names it, and what of it could be read."""

    words: str
    number: str | None = None
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """Words of the source that look like a slip, with the reason. They are quoted as they stand."""

    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another document that is not certain, with the reason."""

    to: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document. A field is None where its text does not say it."""

    id: str
    kind: Kind
    tier: Tier
    issuer: str | None
    binding: bool
    number: str | None = None
    title: str | None = None
    place: Place | None = None
    session: str | None = None
    issued: dt.date | None = None
    adopted: dt.date | None = None
    signed: dt.date | None = None
    """The day of an electronic signature, where the source carries one."""
    effective: dt.date | None = None
    year: int | None = None
    """The year that a plan covers, where the title says one."""
    signer: str | None = None
    addressed_to: str | None = None
    bases: tuple[LegalBasis, ...] = ()
    slips: tuple[Slip, ...] = ()
    links: tuple[Link, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class Document:
    """One legal text. Offsets of provisions are into `text.text`, its canonical text."""

    meta: Metadata
    source_text: str
    text: CanonicalText
    parts: tuple[Provision, ...]
    source: Path
    source_name: str
    """The source as answers name it: a path from the project's root, or absolute for documents added later."""
    sha256: str
    recorded_sha256: str
    """The digest of the source when its metadata was written."""
    remarks: tuple[str, ...] = ()
    """What the reader of the text was not sure of, a sentence each."""

    @property
    def id(self) -> str:
        """The document's id."""
        return self.meta.id

    def walk(self) -> Iterator[Provision]:
        """All provisions and unmarked parts, in the order of the text."""
        for part in self.parts:
            yield from part.walk()

    @cached_property
    def shown(self) -> tuple[Provision, ...]:
        """The parts that people may read: all but the electronic attestation, which holds e-mail addresses."""
        return tuple(part for part in self.parts if part.level is not Level.ATTESTATION)

    def neighbours(self, provision: Provision) -> tuple[Provision | None, Provision | None]:
        """The provisions of the same level that people may read before and after one of them."""
        row = [p for part in self.shown for p in part.walk() if p.level is provision.level]
        at = next((i for i, other in enumerate(row) if other is provision), None)
        if at is None:
            return None, None
        return row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None

    @cached_property
    def by_path(self) -> dict[str, Provision]:
        """Every provision by the id of its path."""
        return {provision.path.id: provision for provision in self.walk()}

    @cached_property
    def marked(self) -> tuple[Provision, ...]:
        """The provisions that carry a mark, the ones that are counted."""
        return tuple(p for p in self.walk() if p.level in MARKED)

    def words(self, provision: Provision) -> str:
        """The provision's canonical text, children included."""
        return self.text.text[provision.start : provision.end]

    def own_words(self, provision: Provision) -> str:
        """The provision's own words, before its first child."""
        return self.text.text[provision.start : provision.own_end]

    def heading(self, provision: Provision) -> str:
        """The provision's first paragraph: its mark and heading."""
        return self.text.text[provision.start : provision.heading_end]

    def ancestors(self, path: ProvisionPath) -> list[Provision]:
        """The provisions that hold this one, outermost first."""
        return [self.by_path[ProvisionPath(path.steps[:n]).id] for n in range(1, len(path.steps))]

    def counts(self) -> dict[str, int]:
        """Marked provisions by the columns of the hand-counted table."""
        levels = [p.level for p in self.marked]
        found = {
            "articles": levels.count(Level.ARTICLE),
            "sections": levels.count(Level.SECTION),
            "clauses": levels.count(Level.CLAUSE),
            "points": levels.count(Level.POINT),
            "indents": levels.count(Level.INDENT),
        }
        return {**found, "all": len(levels)}
