"""Whether a document binds on a given day, and on what ground that is said.

Nothing is claimed that the source does not say: where it gives no date of force, or its issuer no longer exists,
the status is unknown, with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from corpus.document import Document, Kind, Metadata, Place, Tier
from corpus.territory import made_on
from corpus.units import REFORM, units

DISTRICTS_ENDED = REFORM
"""District-level units ended on this day (Law 72/2025/QH15 on the organisation of local government)."""


class Force(StrEnum):
    """The values of the JSON contract."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NOT_BINDING = "not_binding"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """What a status rests on."""

    STATED = "stated"
    """The text states the day of force, or that it is in force from its adoption."""
    ADOPTED_ONLY = "adopted_only"
    """The text states the day of its adoption or issue, and none of force."""
    NO_DATES = "no_dates"
    PROPOSAL = "proposal"
    """A submission or a draft binds nobody; only what is adopted on it does."""
    PLAN_YEAR = "plan_year"
    """A plan is for the year that its title names."""
    DISTRICTS_ENDED = "districts_ended"
    """District-level units ended on 1 July 2025."""
    REARRANGED = "rearranged"
    """The issuing unit was merged or divided on 1 July 2025."""
    AMENDED = "amended"
    """A later law, which another held document names, amends it."""


@dataclass(frozen=True, slots=True)
class Validity:
    """A status, the Vietnamese sentences that say why, and the rule that it rests on."""

    status: Force
    note: str
    rule: Rule | None = None


def validity(meta: Metadata, on: dt.date, amended: dt.date | None = None) -> Validity:
    """Say whether a document binds on a day.

    Args:
        meta: what is known of the document.
        on: the day asked about.
        amended: the day of a later law that amends it, as another held document names it, or None.
    """
    if not meta.binding:
        what = "Tờ trình" if meta.kind is Kind.SUBMISSION else "Văn bản này"
        note = f"{what} là đề nghị, không có giá trị bắt buộc thi hành."
        return Validity(Force.NOT_BINDING, _with(note, issuer_gone(meta, on)), Rule.PROPOSAL)
    start = meta.effective
    known_from = start or meta.adopted or meta.issued
    if meta.year is not None and known_from is None:
        return _of_plan(meta, meta.year, on)
    if known_from is None:
        note = "Bản nguồn không ghi ngày ban hành và ngày có hiệu lực."
        return Validity(Force.UNKNOWN, _with(note, issuer_gone(meta, on)), Rule.NO_DATES)
    if on < known_from:
        said = "có hiệu lực từ" if start else "thông qua ngày"
        note = f"Chưa có hiệu lực vào ngày {vn_date(on)}: {said} {vn_date(known_from)}."
        return Validity(Force.NOT_YET, note, Rule.STATED if start else Rule.ADOPTED_ONLY)
    if meta.tier is Tier.DISTRICT and on >= DISTRICTS_ENDED:
        return Validity(
            Force.UNKNOWN,
            f"{meta.issuer or 'Cơ quan ban hành'} không còn từ 01/7/2025 (kết thúc hoạt động của cấp huyện); "
            "cần kiểm tra văn bản còn hiệu lực hay không.",
            Rule.DISTRICTS_ENDED,
        )
    if gone := issuer_gone(meta, on):
        return Validity(Force.UNKNOWN, f"{gone} Cần kiểm tra văn bản còn hiệu lực hay không.", Rule.REARRANGED)
    if amended is not None and on >= amended:
        return Validity(
            Force.UNKNOWN,
            f"Nguyên văn khi ban hành; đã có luật sửa đổi, bổ sung ngày {vn_date(amended)} không có trong dữ liệu.",
            Rule.AMENDED,
        )
    if start is None:
        note = f"Thông qua ngày {vn_date(known_from)}; bản nguồn không ghi ngày có hiệu lực."
        return Validity(Force.UNKNOWN, note, Rule.ADOPTED_ONLY)
    note = f"Có hiệu lực từ {vn_date(start)}."
    if meta.number is None:
        note += " Bản nguồn chưa có số."
    return Validity(Force.IN_FORCE, note, Rule.STATED)


def issuer_gone(meta: Metadata, on: dt.date) -> str:
    """A sentence where the unit that issued a document is no longer there on a day, or no longer the same; else ""."""
    if on < REFORM or meta.place is None or meta.tier is Tier.NATIONAL:
        return ""
    if meta.tier is Tier.DISTRICT:
        return f"{meta.place.name} không còn từ 01/7/2025 (kết thúc hoạt động của cấp huyện)."
    return _rearranged(meta.place, meta.tier, made_on(meta))


@cache
def _rearranged(place: Place, tier: Tier, day: dt.date | None) -> str:
    unit = units().held_by(place, tier, day)
    if unit is None or unit.today:
        return ""
    after = units().after(unit)
    if len(after) == 1 and after[0].name == unit.name and units().before(after[0]) == (unit,):
        return ""
    now = ("nay là " if after[0].name == unit.name else "nay thuộc ") + ", ".join(new.address() for new in after[:3])
    where = f" ({unit.district[:1].lower()}{unit.district[1:]})" if unit.district else ""
    return f"{unit.name}{where} được sắp xếp lại từ 01/7/2025, {now}."


def _with(note: str, more: str) -> str:
    return f"{note} {more}".strip()


def force_of(document: Document, documents: Iterable[Document], on: dt.date) -> Validity:
    """Whether a document binds on a day, as far as the documents held say."""
    return validity(document.meta, on, amendments(document.meta, documents))


def amendments(meta: Metadata, corpus: Iterable[Document]) -> dt.date | None:
    """The earliest day of a law that amends this one, as the bases of held documents name it, or None."""
    if meta.kind is not Kind.LAW or not meta.title:
        return None
    title = meta.title.lower()
    days = [
        basis.date
        for document in corpus
        for basis in document.meta.bases
        if basis.date and basis.words.lower().startswith("luật sửa đổi") and title in basis.words.lower()
    ]
    return min(days, default=None)


def _of_plan(meta: Metadata, year: int, on: dt.date) -> Validity:
    if on.year < year:
        return Validity(Force.NOT_YET, f"Kế hoạch của năm {year}.", Rule.PLAN_YEAR)
    if on.year > year:
        note = _with(f"Kế hoạch của năm {year}, đã hết năm.", issuer_gone(meta, on))
        return Validity(Force.EXPIRED, note, Rule.PLAN_YEAR)
    if meta.tier is Tier.DISTRICT and on >= DISTRICTS_ENDED:
        note = f"Kế hoạch của năm {year}; cấp huyện kết thúc hoạt động từ 01/7/2025, cần kiểm tra hiệu lực."
        return Validity(Force.UNKNOWN, note, Rule.DISTRICTS_ENDED)
    note = _with(f"Kế hoạch của năm {year}; bản nguồn không ghi ngày ban hành.", issuer_gone(meta, on))
    return Validity(Force.UNKNOWN, note, Rule.NO_DATES)


def vn_date(day: dt.date) -> str:
    """A date as Vietnamese papers write it: 05/7/2025 style, month without a leading zero above 2 (NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"
