"""What binds at a place on a day: the documents whose unit the place lies or lay in, by rank, each with its ground.

A ground is a status with what says so: words of the source, as a Citation, or a named rule, or both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.citation import Citation, quotations
from corpus.document import Document, Kind, Tier
from corpus.provision import Level, Provision
from corpus.territory import Chain, seat
from corpus.units import Unit
from corpus.validity import Rule, Validity, amendments, validity

RULES = {
    Rule.STATED: "Văn bản tự ghi ngày có hiệu lực.",
    Rule.ADOPTED_ONLY: "Văn bản chỉ ghi ngày thông qua hoặc ban hành, không ghi ngày có hiệu lực.",
    Rule.NO_DATES: "Bản nguồn không ghi ngày tháng nên không suy ra được hiệu lực.",
    Rule.PROPOSAL: "Tờ trình, dự thảo là đề nghị, không ràng buộc ai; chỉ văn bản được thông qua mới ràng buộc.",
    Rule.PLAN_YEAR: "Kế hoạch áp dụng cho năm ghi ở tên.",
    Rule.DISTRICTS_ENDED: (
        "Cấp huyện kết thúc hoạt động từ ngày 01/7/2025 (Luật Tổ chức chính quyền địa phương số 72/2025/QH15)."
    ),
    Rule.REARRANGED: "Đơn vị hành chính ban hành văn bản được sắp xếp lại từ ngày 01/7/2025.",
    Rule.AMENDED: "Luật được một luật sau, không có trong dữ liệu, sửa đổi, bổ sung.",
}
"""Each rule as people are told it."""

_KINDS = (
    Kind.CONSTITUTION,
    Kind.LAW,
    Kind.ORDINANCE,
    Kind.DECREE,
    Kind.DECISION,
    Kind.CIRCULAR,
)
_TIERS = (Tier.PROVINCE, Tier.DISTRICT, Tier.WARD)
_LOCAL = (Kind.RESOLUTION, Kind.DECISION)
_IN_FORCE = re.compile(r"thông qua ngày|có hiệu lực")
_TAKES_EFFECT = re.compile(
    r"(?:Hiến pháp|Luật|Pháp lệnh|Nghị quyết|Nghị định|Quyết định|Thông tư) này có hiệu lực"
    r"(?: thi hành)?(?: kể)? từ ngày \d"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Whether a document binds on a day, and what says so."""

    validity: Validity
    quote: Citation | None
    """The words of a held document that say so."""

    @property
    def rule(self) -> str:
        """The rule that was applied, as people are told it; "" where there is none."""
        return RULES[self.validity.rule] if self.validity.rule else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the stack."""

    document: Document
    ground: Ground
    unit: Unit | None
    """The unit that issued it; None for the State's, and where it cannot be told."""

    @property
    def local(self) -> bool:
        """Whether it is of a place rather than of the State."""
        return self.document.meta.tier is not Tier.NATIONAL


@dataclass(frozen=True, slots=True)
class Stack:
    """The documents that reach a place, the highest first, and what the corpus lacks, a sentence each."""

    chain: Chain
    entries: tuple[Entry, ...]
    gaps: tuple[str, ...]


def stack(documents: Sequence[Document], chain: Chain) -> Stack:
    """The documents held that bind, bound, will bind or only propose at a place on the chain's day.

    Those of units that the place lay in, and of those that it went into, are among them: their status tells.
    """
    entries = []
    for document in documents:
        unit = seat(document.meta)
        if document.meta.tier is Tier.NATIONAL or unit in chain.lineage or (unit is None and _named(document, chain)):
            entries.append(Entry(document, ground(document, chain, documents), unit))
    entries.sort(key=lambda entry: (rank(entry.document), entry.document.id))
    return Stack(chain, tuple(entries), tuple(_gaps(chain, entries)))


def _named(document: Document, chain: Chain) -> bool:
    """Whether a document whose unit cannot be told (its text names no province) bears a name of the place's lineage."""
    meta = document.meta
    return meta.place is not None and any(
        meta.place.name in unit.names and meta.tier is unit.tier for unit in chain.lineage
    )


def rank(document: Document) -> int:
    """The rank of a document, 0 for the highest: the State's by kind, then councils and committees from the province
    down, then plans, then what binds nobody. CITATIONS.md gives the order; it follows Law 64/2025/QH15, Article 4."""
    meta = document.meta
    if not meta.binding:
        return 40
    if meta.kind in (Kind.PLAN, Kind.OTHER) or (meta.tier is not Tier.NATIONAL and meta.kind not in _LOCAL):
        return 30 + (_TIERS.index(meta.tier) if meta.tier in _TIERS else 0)
    if meta.tier is not Tier.NATIONAL:
        return 10 + 2 * _TIERS.index(meta.tier) + _LOCAL.index(meta.kind)
    if meta.kind is Kind.RESOLUTION:
        assembly = meta.issuer is None or meta.issuer == "Quốc hội"
        return 2 * _KINDS.index(Kind.LAW if assembly else Kind.ORDINANCE)
    return 2 * _KINDS.index(meta.kind)


def ground(document: Document, chain: Chain, documents: Iterable[Document]) -> Ground:
    """Whether a document binds on the chain's day, with the words or the rule that say so."""
    held = list(documents)
    said = validity(document.meta, chain.on, amendments(document.meta, held))
    if said.rule is Rule.AMENDED:
        return Ground(said, _amending(document, held) or _effect(document))
    if said.rule is Rule.PROPOSAL:
        return Ground(said, _closing(document))
    if said.rule in (Rule.PLAN_YEAR, Rule.NO_DATES) or (
        document.meta.effective is None and document.meta.adopted is None
    ):
        return Ground(said, _first(document, Level.HEAD))
    return Ground(said, _effect(document))


def _effect(document: Document) -> Citation | None:
    """The closing sentence on adoption and force, or the clause on force, or the dated head."""
    closing = _closing(document)
    if closing and _IN_FORCE.search(closing.text):
        return closing
    for provision in document.marked:
        if provision.is_leaf and _TAKES_EFFECT.search(document.words(provision)):
            return quotations(document, provision)[0]
    return closing or _first(document, Level.HEAD)


def _amending(document: Document, held: Sequence[Document]) -> Citation | None:
    """The legal basis in which a held document names the law that amends this one."""
    title = (document.meta.title or "").lower()
    for other in held:
        for provision in other.walk():
            words = other.words(provision).lower()
            if provision.level is Level.BASIS and "sửa đổi" in words and title in " ".join(words.split()):
                return quotations(other, provision)[0]
    return None


def _closing(document: Document) -> Citation | None:
    return _first(document, Level.CLOSING)


def _first(document: Document, level: Level) -> Citation | None:
    part: Provision | None = next((part for part in document.parts if part.level is level), None)
    return quotations(document, part)[0] if part else None


def _gaps(chain: Chain, entries: Sequence[Entry]) -> Iterable[str]:
    if all(entry.local for entry in entries):
        yield "Dữ liệu chưa có luật, nghị định hay văn bản nào khác của Trung ương."
    levels = [unit for unit in (chain.ward, chain.district, chain.province) if unit]
    of = {entry.unit.name for entry in entries if entry.unit and entry.document.meta.binding}
    without = [unit for unit in levels if unit.name not in of]
    if len(without) == len(levels) and not any(entry.local and entry.document.meta.binding for entry in entries):
        yield f"Dữ liệu không có văn bản ràng buộc nào của địa phương: {levels[0].address(chain.on)}."
        return
    for unit in without:
        yield f"Dữ liệu không có văn bản ràng buộc nào của {unit.address(chain.on)}."
