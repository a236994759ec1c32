"""Answers know the place and the day: which unit was taken, whose rules reach it, and what held then."""

from __future__ import annotations

import datetime as dt

import pytest

from corpus.validity import Force
from retrieval.answer import Reason, Status
from retrieval.answerer import Answerer
from retrieval.question import Question

KIM_BANG, THACH_KHOI = "nghi-quyet-kim-bang-2024", "nghi-quyet-thach-khoi-2025"
HAI_PHONG, NGO_QUYEN = "nghi-quyet-hai-phong-2025", "ke-hoach-ngo-quyen-2025"


@pytest.mark.parametrize(
    ("question", "place", "document", "said"),
    [
        ("tiền ở Kim Bảng lấy đâu ra", "Huyện Kim Bảng", KIM_BANG, "“Kim Bảng” được hiểu là huyện Kim Bảng"),
        ("tien o kim bang lay dau ra", "Huyện Kim Bảng", KIM_BANG, "không phải phường Kim Bảng, tỉnh Ninh Bình"),
        ("Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?", "Quận Ngô Quyền", NGO_QUYEN, "không phải phường Ngô Quyền"),
        ("phường Kim Bảng ai giám sát nghị quyết", "Phường Kim Bảng", KIM_BANG, "văn bản của huyện Kim Bảng, nơi này trước"),
        ("phường Hồng Bàng, Hải Phòng lấy kinh phí đâu", "Phường Hồng Bàng", HAI_PHONG, "áp dụng cả ở đó"),
        ("Đồ Sơn có được vận động tài trợ để thực hiện dân chủ không", "Phường Đồ Sơn", HAI_PHONG, "áp dụng cả ở đó"),
        ("huyện Kim Bảng lấy kinh phí đâu", "Huyện Kim Bảng", KIM_BANG, None),
        ("Ở Thạch Khôi ai giám sát nghị quyết", "Phường Thạch Khôi", THACH_KHOI, None),
        ("phường Thạch Khôi, thành phố Hải Phòng ai giám sát", "Phường Thạch Khôi", THACH_KHOI, None),
    ],
)  # fmt: skip
def test_the_unit_taken_is_told(answerer: Answerer, question: str, place: str, document: str, said: str | None) -> None:
    answer = answerer.answer(Question(question))
    assert answer.place is not None
    assert answer.place.name == place
    assert answer.quotes[0].document.id == document
    remarks = " ".join(answer.remarks)
    assert said in remarks if said else not remarks


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("xã Tân Lập dân được bàn gì", "xã Tân Lập, tỉnh Quảng Trị"),
        ("phuong le ho lay tien dau lam dan chu", "hỏi kèm “huyện Kim Bảng”"),
        ("ở xã Kim Bảng, Nghệ An lấy kinh phí đâu", ""),
        ("Quận Đống Đa dân được bàn gì", ""),
    ],
)
def test_a_place_without_rules_of_its_own_is_refused(answerer: Answerer, question: str, said: str) -> None:
    answer = answerer.answer(Question(question))
    assert (answer.status, answer.reason) == (Status.UNANSWERED, Reason.PLACE_NOT_IN_CORPUS)
    assert said in " ".join(answer.remarks)


@pytest.mark.parametrize(
    ("question", "on", "day", "force"),
    [
        ("Năm 2024 ở Kim Bảng lấy kinh phí đâu?", None, "2024-12-31", Force.IN_FORCE),
        ("Kinh phí ở Kim Bảng trước 1/7/2025 lấy từ đâu?", None, "2025-06-30", Force.IN_FORCE),
        ("Năm 2023 ở Kim Bảng lấy kinh phí đâu?", None, "2023-12-31", Force.NOT_YET),
        ("Năm 2024 ở Kim Bảng lấy kinh phí đâu?", "2026-11-20", "2026-11-20", Force.UNKNOWN),
        ("Kinh phí ở Kim Bảng lấy từ đâu?", "2024-08-01", "2024-08-01", Force.IN_FORCE),
        ("Kinh phí ở Thạch Khôi lấy từ đâu?", "2024-08-01", "2024-08-01", Force.NOT_YET),
    ],
)
def test_a_question_goes_back_in_time(
    answerer: Answerer, question: str, on: str | None, day: str, force: Force
) -> None:
    answer = answerer.answer(Question(question, on=dt.date.fromisoformat(on) if on else None))
    assert answer.on.isoformat() == day
    assert answer.quotes[0].validity.status is force
    assert answer.question == question
    assert "Hiệu lực được xét vào ngày" in answer.remarks[-1]


def test_a_place_given_beside_is_told_too(answerer: Answerer) -> None:
    answer = answerer.answer(Question("kinh phí lấy từ đâu", place="Kim Bảng"))
    assert "được hiểu là huyện Kim Bảng" in " ".join(answer.remarks)
    assert not answerer.answer(Question("kinh phí lấy từ đâu", place="Huyện Kim Bảng")).remarks


def test_a_place_of_an_earlier_question_was_told_then(answerer: Answerer) -> None:
    answer = answerer.answer(Question("còn ai giám sát?", previous=("tiền ở Kim Bảng lấy đâu ra",)))
    assert answer.quotes[0].document.id == KIM_BANG
    assert not answer.remarks


def test_remarks_are_in_the_answer_for_programs(answerer: Answerer) -> None:
    told = answerer.answer(Question("tiền ở Kim Bảng lấy đâu ra")).to_json()
    assert told["remarks"] == list(answerer.answer(Question("tiền ở Kim Bảng lấy đâu ra")).remarks)
    assert "remarks" not in answerer.answer(Question("Ở Thạch Khôi ai giám sát nghị quyết")).to_json()
