"""The calendar file, read back by a calendar library; the folding of its lines by the letter of RFC 5545."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from icalendar import Calendar
from icalendar.cal import Component

from bot.office.ics import calendar
from corpus.catalog import Catalog
from corpus.dates import dates
from corpus.document import Document
from corpus.validity import Validity, validity
from tests.corpus.paper import paper

NOW = dt.datetime(2026, 1, 15, 8, 30, tzinfo=dt.UTC)


def force(document: Document) -> Validity:
    return validity(document.meta, NOW.date())


def events(file: bytes) -> list[Component]:
    return list(Calendar.from_ical(file).walk("VEVENT"))


@pytest.fixture(scope="module")
def file(catalog: Catalog) -> bytes:
    return calendar(dates(catalog), force, NOW, "https://danchu.vn")[0]


# Worked out by hand from the list of dates: what has a day, and the last day of each period since its paper.
EXPECTED = {
    ("ke-hoach-ngo-quyen-2025/sec_III__cl_5__ind_1", "2025-06-01", "2025-06-15", ""),
    ("ke-hoach-ngo-quyen-2025/sec_III__cl_5__ind_2", "2025-12-01", "2025-12-15", ""),
    ("nghi-quyet-hai-phong-2025/art_1__cl_1__pt_b__ind_6", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-hai-phong-2025/art_2__cl_3__pt_đ", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-hai-phong-2025/art_2__cl_7__pt_a", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-hai-phong-2025/art_2__cl_7__pt_b", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-kim-bang-2024/art_1__cl_2__pt_c__ind_3", "2024-12-31", "2025-01-01", "YEARLY"),
    ("nghi-quyet-kim-bang-2024/art_1__cl_2__pt_đ__ind_1", "2024-12-31", "2025-01-01", "YEARLY"),
    ("nghi-quyet-kim-bang-2024/art_1__cl_2__pt_đ__ind_3", "2024-12-31", "2025-01-01", "YEARLY"),
    ("nghi-quyet-thach-khoi-2025/art_1__sec_I__cl_2__pt_c", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-thach-khoi-2025/art_1__sec_II__cl_3__pt_đ__ind_3", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-thach-khoi-2025/art_1__sec_II__cl_4__pt_b", "2025-12-31", "2026-01-01", "YEARLY"),
    ("nghi-quyet-thach-khoi-2025/art_3__cl_1", "2025-12-31", "2026-01-01", "YEARLY"),
}


def test_the_events_are_those_worked_out_by_hand(file: bytes) -> None:
    found = set()
    for event in events(file):
        address = str(event["url"]).removeprefix("https://danchu.vn/van-ban/")
        rule = event.get("rrule")
        found.add(
            (address, str(event.decoded("dtstart")), str(event.decoded("dtend")), rule["freq"][0] if rule else "")
        )
    assert found == EXPECTED
    assert len(events(file)) == len(EXPECTED)


def test_an_event_carries_the_clause_its_citation_and_to_whom_it_goes(file: bytes, catalog: Catalog) -> None:
    event = next(one for one in events(file) if "cl_5__ind_1" in str(one["url"]))
    document = catalog.by_id["ke-hoach-ngo-quyen-2025"]
    words = document.words(document.by_path["sec_III__cl_5__ind_1"])
    told = str(event["description"])
    assert told.startswith(f"“{words}”\n(gạch đầu dòng thứ nhất khoản 5 Mục III Kế hoạch")
    assert "\nGửi đến: UBND quận (qua Phòng Nội vụ)\n" in told
    assert "Đã hết hiệu lực" in told
    assert "\nAi làm: Các cơ quan, đơn vị, UBND các phường\n" in told
    assert str(event["summary"]) == "Báo cáo 06 tháng gửi từ 01/6 đến trước ngày 15/6/2025 (Kế hoạch Quận Ngô Quyền)"
    assert event["transp"] == "TRANSPARENT"


def test_lines_are_folded_at_75_octets_and_no_letter_is_cut(file: bytes) -> None:
    assert file.count(b"\n") == file.count(b"\r\n")
    lines = file.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")
    assert any(line.startswith(b" ") for line in lines)


def test_an_event_is_named_the_same_every_time_and_no_two_alike(file: bytes, catalog: Catalog) -> None:
    later = calendar(dates(catalog), force, NOW + dt.timedelta(days=40))[0]
    uids = [str(event["uid"]) for event in events(file)]
    assert uids == [str(event["uid"]) for event in events(later)]
    assert len(uids) == len(set(uids))
    assert {str(event.decoded("dtstamp")) for event in events(file)} == {"2026-01-15 08:30:00+00:00"}


# A paper of 5 March 2026; each clause with the days on which it falls from then on, at most three.
FALLS = [
    ("Gửi báo cáo từ 01/6 đến trước ngày 15/6/2026.", ["2026-06-01"], 14),
    ("Gửi báo cáo từ 01/6 đến trước ngày 15/6 hằng năm.", ["2026-06-01", "2027-06-01", "2028-06-01"], 14),
    ("Gửi báo cáo trước ngày 15/02 hằng năm.", ["2027-02-14", "2028-02-14", "2029-02-14"], 1),
    ("Gửi báo cáo từ 20/12 đến ngày 10/01 hằng năm.", ["2026-12-20", "2027-12-20", "2028-12-20"], 22),
    ("Định kỳ 6 tháng một lần kiểm tra.", ["2026-06-30", "2026-12-31", "2027-06-30"], 1),
    ("Định kỳ hằng quý kiểm tra.", ["2026-03-31", "2026-06-30", "2026-09-30"], 1),
    ("Hằng tháng kiểm tra.", ["2026-03-31", "2026-04-30", "2026-05-31"], 1),
    ("Hằng năm kiểm tra.", ["2026-12-31", "2027-12-31", "2028-12-31"], 1),
    ("Báo cáo HĐND phường tại các kỳ họp.", [], 0),
    ("Trả lời trong thời hạn 15 ngày kể từ ngày nhận được kiến nghị.", [], 0),
    ("Gửi báo cáo trước ngày 15/6.", [], 0),  # of which year it does not say
]


@pytest.mark.parametrize(("clause", "falls", "days"), FALLS, ids=[one[0] for one in FALLS])
def test_an_event_falls_when_the_clause_says(clause: str, falls: list[str], days: int, tmp_path: Path) -> None:
    from dateutil.rrule import rrulestr

    file, count = calendar(dates([paper(tmp_path, f"1. {clause}\n2. Một việc nữa.")]), force, NOW)
    assert count == (1 if falls else 0) == len(events(file))
    if not falls:
        return
    event = events(file)[0]
    start = event.decoded("dtstart")
    assert (event.decoded("dtend") - start).days == days
    found = [start]
    if "rrule" in event:
        rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=dt.datetime.combine(start, dt.time()))
        found = [day.date() for day, _ in zip(rule, range(3), strict=False)]
    assert [str(day) for day in found] == falls


def test_a_period_in_a_plan_of_one_year_ends_with_the_year(tmp_path: Path) -> None:
    from dataclasses import replace

    document = paper(tmp_path, "1. Hằng quý kiểm tra.\n2. Một việc nữa.")
    planned = replace(document, meta=replace(document.meta, year=2026, issued=None))
    event = events(calendar(dates([planned]), force, NOW)[0])[0]
    assert event["rrule"]["until"] == [dt.date(2026, 12, 31)]
    assert str(event.decoded("dtstart")) == "2026-03-31"


def test_no_dates_make_an_empty_calendar() -> None:
    file, count = calendar([], force, NOW)
    assert count == 0
    assert Calendar.from_ical(file)["prodid"]
