"""Whether a document binds on a given day, and on what ground that is said.

Nothing is claimed that the source does not say: where it gives no date of force, or its issuer no longer exists,
the status is unknown, with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from corpus.document import Document, Kind, Metadata, Tier

DISTRICTS_ENDED = dt.date(2025, 7, 1)
"""District-level units ended on this day (Law 72/2025/QH15 on the organisation of local government)."""


class Force(StrEnum):
    """The values of the JSON contract."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NOT_BINDING = "not_binding"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Validity:
    """A status and one Vietnamese sentence that says why."""

    status: Force
    note: str


def validity(meta: Metadata, on: dt.date, amended: dt.date | None = None) -> Validity:
    """Say whether a document binds on a day.

    Args:
        meta: what is known of the document.
        on: the day asked about.
        amended: the day of a later law that amends it, as another held document names it, or None.
    """
    if not meta.binding:
        what = "Tờ trình" if meta.kind is Kind.SUBMISSION else "Văn bản này"
        return Validity(Force.NOT_BINDING, f"{what} là đề nghị, không có giá trị bắt buộc thi hành.")
    start = meta.effective
    known_from = start or meta.adopted or meta.issued
    if meta.year is not None and known_from is None:
        return _of_plan(meta, meta.year, on)
    if known_from is None:
        return Validity(Force.UNKNOWN, "Bản nguồn không ghi ngày ban hành và ngày có hiệu lực.")
    if on < known_from:
        said = "có hiệu lực từ" if start else "thông qua ngày"
        return Validity(Force.NOT_YET, f"Chưa có hiệu lực vào ngày {vn_date(on)}: {said} {vn_date(known_from)}.")
    if meta.tier is Tier.DISTRICT and on >= DISTRICTS_ENDED:
        return Validity(
            Force.UNKNOWN,
            f"{meta.issuer or 'Cơ quan ban hành'} không còn từ 01/7/2025 (kết thúc hoạt động của cấp huyện); "
            "cần kiểm tra văn bản còn hiệu lực hay không.",
        )
    if amended is not None and on >= amended:
        return Validity(
            Force.UNKNOWN,
            f"Nguyên văn khi ban hành; đã có luật sửa đổi, bổ sung ngày {vn_date(amended)} không có trong dữ liệu.",
        )
    if start is None:
        return Validity(Force.UNKNOWN, f"Thông qua ngày {vn_date(known_from)}; bản nguồn không ghi ngày có hiệu lực.")
    note = f"Có hiệu lực từ {vn_date(start)}."
    if meta.number is None:
        note += " Bản nguồn chưa có số."
    return Validity(Force.IN_FORCE, note)


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
        return Validity(Force.NOT_YET, f"Kế hoạch của năm {year}.")
    if on.year > year:
        return Validity(Force.EXPIRED, f"Kế hoạch của năm {year}, đã hết năm.")
    note = f"Kế hoạch của năm {year}; bản nguồn không ghi ngày ban hành."
    if meta.tier is Tier.DISTRICT and on >= DISTRICTS_ENDED:
        note = f"Kế hoạch của năm {year}; cấp huyện kết thúc hoạt động từ 01/7/2025, cần kiểm tra hiệu lực."
    return Validity(Force.UNKNOWN, note)


def vn_date(day: dt.date) -> str:
    """A date as Vietnamese papers write it: 05/7/2025 style, month without a leading zero above 2 (NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"
