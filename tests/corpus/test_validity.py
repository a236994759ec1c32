"""What binds when, for each document, and nothing that the sources do not say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.catalog import Catalog, draft
from corpus.validity import amendments, validity, vn_date

DAYS = (dt.date(2024, 1, 1), dt.date(2024, 8, 1), dt.date(2025, 7, 1), dt.date(2026, 1, 1), dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("id", "statuses"),
    [
        ("nghi-quyet-thach-khoi-2025", "not_yet not_yet not_yet in_force in_force"),
        ("to-trinh-cao-xanh-2024", "not_binding not_binding not_binding not_binding not_binding"),
        ("nghi-quyet-kim-bang-2024", "not_yet in_force unknown unknown unknown"),
        ("nghi-quyet-hai-phong-2025", "not_yet not_yet not_yet unknown unknown"),
        ("ke-hoach-ngo-quyen-2025", "not_yet not_yet unknown expired expired"),
    ],
)
def test_status_by_day(catalog: Catalog, id: str, statuses: str) -> None:
    meta = catalog.by_id[id].meta
    assert " ".join(validity(meta, day).status.value for day in DAYS) == statuses


def test_a_missing_number_is_told(catalog: Catalog) -> None:
    assert "chưa có số" in validity(catalog.by_id["nghi-quyet-thach-khoi-2025"].meta, DAYS[-1]).note


def test_a_law_amended_later_is_marked(catalog: Catalog, laws: Path) -> None:
    meta = draft(laws / "luat-10-2022-qh15.txt").document.meta
    amended = amendments(meta, catalog)
    assert amended == dt.date(2025, 6, 27)
    assert validity(meta, dt.date(2023, 6, 30), amended).status == "not_yet"
    assert validity(meta, dt.date(2024, 1, 1), amended).status == "in_force"
    assert validity(meta, dt.date(2026, 1, 1), amended).status == "unknown"


def test_dates_as_papers_write_them() -> None:
    assert vn_date(dt.date(2025, 2, 5)) == "05/02/2025"
    assert vn_date(dt.date(2025, 7, 1)) == "01/7/2025"
