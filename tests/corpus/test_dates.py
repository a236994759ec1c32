"""Dates and periods against the list made by hand (`dates_by_hand.toml`), and how each way of writing them is read."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from corpus.catalog import Catalog, draft
from corpus.dates import DateToKeep, Day, dates
from corpus.text import strip_layout
from tests.corpus.paper import paper

BY_HAND = tomllib.loads(Path(__file__).with_name("dates_by_hand.toml").read_text("utf-8"))["date"]


def row(one: DateToKeep) -> dict[str, Any]:
    return {
        "at": f"{one.document.id} {one.provision.path.id}",
        "words": one.words.text,
        "every": one.every.value if one.every else "",
        "first": one.first.on(1) if one.first else None,
        "last": one.last.on(1) if one.last else None,
        "who": one.who.text if one.who else "",
        "to": one.to.text if one.to else "",
    }


def test_all_dates_are_those_found_by_hand(catalog: Catalog) -> None:
    found = [row(one) for one in dates(catalog)]
    by_hand = [{"first": None, "last": None, **one} for one in BY_HAND]
    for one in by_hand:
        assert one in found, "missed"
    for one in found:
        assert one in by_hand, "invented"
    assert len(found) == len(by_hand) == 22


def test_every_word_told_of_a_date_is_the_source_s(catalog: Catalog) -> None:
    for one in dates(catalog):
        for part in filter(None, (one.words, one.sentence, one.who, one.to)):
            start, end = one.document.text.source_span(part.start, part.end)
            assert strip_layout(one.document.source_text[start:end]) == strip_layout(part.text)
        assert one.citation.start <= one.words.start < one.words.end <= one.citation.end


SENTENCES = [  # read by eye: what is to be done then
    ("sec_III__cl_5__ind_1", "Báo cáo 06 tháng gửi từ 01/6 đến trước ngày 15/6/2025"),
    ("art_1__cl_1__pt_b__ind_6", "hằng năm, thực hiện biểu dương, khen thưởng các gương điển hình về thực hiện dân chủ ở cơ sở"),
    ("art_1__cl_2__pt_đ__ind_3", "Hàng năm, UBND các cấp xây dựng kế hoạch kiểm tra việc thực hiện dân chủ ở cơ sở theo thẩm quyền"),
    ("art_3__cl_1", "Hàng năm, căn cứ các quy định của pháp luật và tình hình thực tế của phường; xây dựng kế hoạch cụ thể để thực hiện các mục tiêu và các biện pháp bảo đảm thực hiện dân chủ ở cơ sở trên địa bàn phường"),
    ("cl_2__ind_7", "Định kỳ (hàng quý, hàng tháng) người đứng đầu cấp ủy, chính quyền tổ chức giao ban với Bí thư, Trưởng khu phố, Ban Công tác mặt trận khu phố"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "said"), SENTENCES, ids=[path for path, _ in SENTENCES])
def test_the_sentence_says_what_is_to_be_done(path: str, said: str, catalog: Catalog) -> None:
    assert {one.sentence.text for one in dates(catalog) if one.provision.path.id == path} == {said}


WRITTEN = [
    # clause, the words taken, how often, first day, last day
    ("Gửi báo cáo từ 01/6 đến trước ngày 15/6/2026.", "từ 01/6 đến trước ngày 15/6/2026", "", (6, 1, 2026), (6, 14, 2026)),
    ("Gửi báo cáo từ ngày 01/6 đến ngày 15/6/2026.", "từ ngày 01/6 đến ngày 15/6/2026", "", (6, 1, 2026), (6, 15, 2026)),
    ("Gửi báo cáo từ 01 tháng 6 đến hết ngày 15 tháng 6 hằng năm.", "từ 01 tháng 6 đến hết ngày 15 tháng 6 hằng năm", "year", (6, 1, None), (6, 15, None)),
    ("Gửi báo cáo từ 01/6 đến trước 15/6.", "từ 01/6 đến trước 15/6", "", (6, 1, None), (6, 14, None)),
    ("Hằng năm, gửi báo cáo từ 01/6 đến trước 15/6.", "từ 01/6 đến trước 15/6", "year", (6, 1, None), (6, 14, None)),
    ("Gửi báo cáo trước ngày 15/12 hằng năm.", "trước ngày 15/12 hằng năm", "year", None, (12, 14, None)),
    ("Gửi báo cáo trước ngày 01 tháng 3 năm 2028.", "trước ngày 01 tháng 3 năm 2028", "", None, (2, 29, 2028)),
    ("Chậm nhất là ngày 31/12/2026 phải xong.", "Chậm nhất là ngày 31/12/2026", "", None, (12, 31, 2026)),
    ("Chậm nhất đến ngày 30/11 hàng năm phải xong.", "Chậm nhất đến ngày 30/11 hàng năm", "year", None, (11, 30, None)),
    ("Định kỳ 06 tháng một lần kiểm tra.", "Định kỳ 06 tháng một lần", "half-year", None, None),
    ("Định kỳ hằng quý kiểm tra.", "Định kỳ hằng quý", "quarter", None, None),
    ("Mỗi tháng kiểm tra.", "Mỗi tháng", "month", None, None),
    ("Báo cáo HĐND phường tại kỳ họp thường lệ.", "tại kỳ họp", "session", None, None),
    ("Trả lời trong thời hạn 15 ngày kể từ ngày nhận được kiến nghị.", "trong thời hạn 15 ngày kể từ ngày nhận được kiến nghị", "term", None, None),
    ("Thông báo chậm nhất 05 ngày làm việc trước khi tiến hành kiểm tra.", "chậm nhất 05 ngày làm việc trước khi tiến hành kiểm tra", "term", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "words", "every", "first", "last"), WRITTEN, ids=[one[0] for one in WRITTEN])
def test_dates_are_read_as_they_are_written(
    clause: str, words: str, every: str, first: tuple[int, ...] | None, last: tuple[int, ...] | None, tmp_path: Path
) -> None:
    document = paper(tmp_path, f"1. {clause}\n2. Một việc nữa.")
    found = next(one for one in dates([document]) if one.words.text == words)
    assert (found.every.value if found.every else "") == every
    assert found.first == (Day(*first) if first else None)
    assert found.last == (Day(*last) if last else None)


NONE = [
    "Thực hiện Luật Thực hiện dân chủ ở cơ sở ngày 10/11/2022.",
    "Thực hiện Nghị quyết số 46/NQ-HĐND ngày 12/12/2024.",
    "Xây dựng kế hoạch thực hiện dân chủ năm 2026.",
    "Thường xuyên kiểm tra, kịp thời xử lý.",
    "Tổ chức các cuộc họp định kỳ.",
    "Kiện toàn khi có thay đổi nhân sự.",
    "Công khai dự toán ngân sách hằng năm.",
    "Rà soát quy ước ban hành trước ngày 01/7/2023.",
    "Gửi báo cáo trước ngày 31/02/2026.",
    "Nghị quyết được thông qua tại kỳ họp thứ 14.",
]


@pytest.mark.parametrize("clause", NONE)
def test_what_nobody_has_to_keep_is_left_out(clause: str, tmp_path: Path) -> None:
    assert not dates([paper(tmp_path, f"1. {clause}\n2. Một việc nữa.")])


def test_a_leap_day_falls_on_the_28th_in_other_years() -> None:
    assert Day(2, 29).on(2028) == dt.date(2028, 2, 29)
    assert Day(2, 29).on(2027) == dt.date(2027, 2, 28)
    assert Day(2, 29).on(2100) == dt.date(2100, 2, 28)


def test_who_and_to_whom_are_read_in_the_decree(laws: Path) -> None:
    found = [one for one in dates([draft(laws / "nghi-dinh-61-2023-nd-cp.txt").document]) if one.last and one.every]
    assert [(one.words.text, one.last) for one in found] == [("Trước ngày 30 tháng 11 hằng năm", Day(11, 29))]
    assert found[0].who is not None
    assert found[0].to is not None
    assert (found[0].who.text, found[0].to.text) == ("Ủy ban nhân dân cấp tỉnh", "Bộ Văn hóa, Thể thao và Du lịch")
