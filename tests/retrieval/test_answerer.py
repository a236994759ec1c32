"""Whole answers: the right clause first, or the right refusal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.catalog import Catalog, draft
from corpus.validity import Force
from index.encoder import load_encoder
from index.passages import passages_of
from index.provision_index import ProvisionIndex
from retrieval.answer import Reason, Status
from retrieval.answerer import Answerer
from retrieval.question import Question


@pytest.mark.parametrize(
    ("question", "document", "path"),
    [
        ("Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?", "nghi-quyet-thach-khoi-2025", "art_1__sec_II__cl_5__pt_b"),
        ("tien o dau ra de lam nghi quyet kim bang", "nghi-quyet-kim-bang-2024", "art_2"),
        ("Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?", "ke-hoach-ngo-quyen-2025", "sec_III__cl_5__ind_1"),
        ("điểm d khoản 7 Điều 2 nghị quyết Hải Phòng", "nghi-quyet-hai-phong-2025", "art_2__cl_7__pt_d"),
        ("diem d khoan 7 dieu 2 nghi quyet hai phong", "nghi-quyet-hai-phong-2025", "art_2__cl_7__pt_d"),
        ("ai ký nghị quyết thạch khôi", "nghi-quyet-thach-khoi-2025", "signature"),
        ("khoản 2 mục II điều 1 thạch khôi", "nghi-quyet-thach-khoi-2025", "art_1__sec_II__cl_2"),
        ("k2 Đ3 NQ Kim Bảng", "nghi-quyet-kim-bang-2024", "art_3__cl_2"),
        ("khoản 2 Điều 3 Nghị quyết số 18/NQ-HĐND", "nghi-quyet-kim-bang-2024", "art_3__cl_2"),
        ("Nghị quyết Kim Bảng có hiệu lực từ ngày nào?", "nghi-quyet-kim-bang-2024", "closing"),
        ("nghị quyết Thạch Khôi căn cứ những luật nào", "nghi-quyet-thach-khoi-2025", "bases"),
        ("mục 2 tờ trình 35/TTr-UBND", "to-trinh-cao-xanh-2024", "cl_2"),
        ("phần III kế hoạch Ngô Quyền", "ke-hoach-ngo-quyen-2025", "sec_III"),
        ("khoản bốn điều hai nghị quyết Hải Phòng", "nghi-quyet-hai-phong-2025", "art_2__cl_4"),
        ("nghị quyết HĐND tỉnh Hà Nam huyện Kim Bảng điều 2", "nghi-quyet-kim-bang-2024", "art_2"),
        ("nghị quyết Thạch Khôi có căn cứ nghị định 59/2023 không", "nghi-quyet-thach-khoi-2025", "bases"),
        ("quy định của Hải Phòng về vận động nguồn kinh phí", "nghi-quyet-hai-phong-2025", "art_3__cl_2"),
        ("khoản 5 Mục III kế hoạch Ngô Quyền, gạch đầu dòng cuối cùng", "ke-hoach-ngo-quyen-2025", "sec_III__cl_5__ind_2"),
        ("gạch đầu dòng thứ hai khoản 5 Mục III kế hoạch Ngô Quyền", "ke-hoach-ngo-quyen-2025", "sec_III__cl_5__ind_2"),
    ],
)  # fmt: skip
def test_the_clause_comes_first(answerer: Answerer, question: str, document: str, path: str) -> None:
    answer = answerer.answer(Question(question))
    assert answer.status is Status.ANSWERED
    first = answer.quotes[0]
    assert (first.document.id, first.citation.path.id) == (document, path)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", Reason.EMPTY),
        (" \n\t ", Reason.EMPTY),
        ("\x00\x01\x02", Reason.UNREADABLE),
        ("😀😀😀", Reason.UNREADABLE),
        ("??? !!!", Reason.UNREADABLE),
        ("dân chủ " * 12_500, Reason.TOO_LONG),
        ("hôm nay trời có mưa không", Reason.OFF_TOPIC),
        ("hom nay troi co mua khong", Reason.OFF_TOPIC),
        ("Điều 7 nghị quyết Kim Bảng", Reason.PROVISION_NOT_FOUND),
        ("điểm z khoản 1 Điều 1 nghị quyết Hải Phòng", Reason.PROVISION_NOT_FOUND),
        ("Điều 15 Luật Thực hiện dân chủ ở cơ sở", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("dieu 15 luat thuc hien dan chu o co so", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("Nghị định 59/2023/NĐ-CP quy định gì về Ban Thanh tra nhân dân?", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("Ở Đà Nẵng ai giám sát việc thực hiện dân chủ?", Reason.PLACE_NOT_IN_CORPUS),
        ("Phường Bến Nghé có biện pháp gì về dân chủ?", Reason.PLACE_NOT_IN_CORPUS),
        ("thủ tục ly hôn thế nào", Reason.OTHER_LAW),
        ("trang 25 nghị quyết hải phòng viết gì", Reason.PROVISION_NOT_FOUND),
        ("Điều IV nghị quyết Thạch Khôi quy định gì?", Reason.PROVISION_NOT_FOUND),
        ("Quy chế làm việc của UBND phường Thạch Khôi quy định họp ra sao?", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("nghị quyết hải phòng năm 2023 về dân chủ nói gì", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("nghị quyết kim bảng 2022", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("kế hoạch của phường Thạch Khôi", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("Nghị quyết 18/NQ-HĐND của tỉnh Ninh Bình", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("nghị quyết của Quốc hội về Hải Phòng", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("nghị quyết HĐND phường Lê Chân, Hải Phòng", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("nghị quyết thay thế nghị quyết 18 Kim Bảng", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("Điều 9 Thông tư hướng dẫn nghị quyết Hải Phòng", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("dự thảo nghị quyết của phường Thạch Khôi", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("biên bản họp HĐND phường Thạch Khôi ai ký", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("báo cáo tổng kết của UBND phường Thạch Khôi đâu rồi", Reason.DOCUMENT_NOT_IN_CORPUS),
        ("phần V kế hoạch Ngô Quyền", Reason.PROVISION_NOT_FOUND),
    ],
)
def test_refusals_have_their_reason(answerer: Answerer, question: str, reason: Reason) -> None:
    answer = answerer.answer(Question(question))
    assert (answer.status, answer.reason) == (Status.UNANSWERED, reason)
    assert not answer.quotes


def test_a_missing_provision_is_named_with_what_there_is(answerer: Answerer) -> None:
    answer = answerer.answer(Question("Điều 7 nghị quyết Kim Bảng"))
    assert answer.detail is not None
    assert answer.detail.startswith("Điều 7 trong Nghị quyết số 18/NQ-HĐND")
    assert "Điều 1 đến Điều 3" in answer.detail


@pytest.mark.parametrize(
    "question",
    [
        "Cản trở dân chủ ở Thạch Khôi bị phạt bao nhiêu tiền?",
        "điểm d khoản 7 Điều 2 nghị quyết Hải Phòng phạt bao nhiêu tiền?",
        "Ai có quyền giải tán Ban Thanh tra nhân dân?",
        "Tủ sách pháp luật của thành phố Hải Phòng đặt tại đâu?",
    ],
)
def test_a_fact_that_no_clause_states_is_not_answered(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(Question(question))
    assert (answer.status, answer.reason) == (Status.RELATED, Reason.FACT_NOT_STATED)


def test_a_date_of_force_that_the_source_does_not_give_is_not_answered(answerer: Answerer) -> None:
    answer = answerer.answer(Question("Nghị quyết Hải Phòng có hiệu lực từ khi nào?"))
    assert (answer.status, answer.reason) == (Status.RELATED, Reason.FACT_NOT_STATED)


def test_a_whole_long_provision_goes_on_over_quotes_with_the_rest_named(answerer: Answerer) -> None:
    answer = answerer.answer(Question("Điều 1 nghị quyết Thạch Khôi"))
    assert len(answer.quotes) == 5
    assert all(quote.rest is None for quote in answer.quotes[:-1])
    rest = answer.quotes[-1].rest
    assert rest is not None
    assert rest.provisions > 0
    assert rest.url == f"/van-ban/nghi-quyet-thach-khoi-2025/{rest.path}"


def test_a_follow_up_keeps_the_question_and_takes_the_new_place(answerer: Answerer) -> None:
    before = "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?"
    answer = answerer.answer(Question("còn ở Hải Phòng thì sao?", previous=(before,)))
    first = answer.quotes[0]
    assert (first.document.id, first.citation.path.id) == ("nghi-quyet-hai-phong-2025", "art_2__cl_7__pt_d")


def test_two_places_are_both_quoted(answerer: Answerer) -> None:
    answer = answerer.answer(Question("So sánh kinh phí thực hiện giữa Kim Bảng và Thạch Khôi"))
    assert {quote.document.id for quote in answer.quotes} == {"nghi-quyet-kim-bang-2024", "nghi-quyet-thach-khoi-2025"}


def test_two_questions_the_second_is_named(answerer: Answerer) -> None:
    answer = answerer.answer(Question("Ai giám sát nghị quyết Kim Bảng? Và kinh phí lấy ở đâu ra vậy?"))
    assert answer.next_question == "Và kinh phí lấy ở đâu ra vậy?"


def test_the_place_given_beside_the_question_counts(answerer: Answerer) -> None:
    answer = answerer.answer(Question("kinh phí lấy từ đâu", place="Kim Bảng"))
    assert answer.quotes[0].document.id == "nghi-quyet-kim-bang-2024"
    assert answer.place is not None
    assert answer.place.name == "Huyện Kim Bảng"


def test_force_is_that_of_the_day_asked_for(answerer: Answerer) -> None:
    question = "khoản 1 Điều 3 nghị quyết Thạch Khôi"
    for day, force in ((dt.date(2025, 7, 1), Force.NOT_YET), (dt.date(2026, 11, 20), Force.IN_FORCE)):
        assert answerer.answer(Question(question, on=day)).quotes[0].validity.status is force


def test_a_law_that_is_added_is_quoted(laws: Path, catalog: Catalog) -> None:
    law = draft(laws / "luat-10-2022-qh15.txt").document
    more = Catalog((*catalog, law))
    answerer = Answerer(more, ProvisionIndex.build(passages_of(more), load_encoder(None)))
    answer = answerer.answer(Question("Điều 15 Luật Thực hiện dân chủ ở cơ sở"))
    assert answer.status is Status.ANSWERED
    first = answer.quotes[0]
    assert first.citation.path.steps[-1].words == "Điều 15"
    assert first.validity.status is Force.UNKNOWN
    assert "27/6/2025" in first.validity.note


def test_a_short_question_of_foreign_words_is_no_follow_up(answerer: Answerer) -> None:
    before = "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?"
    answer = answerer.answer(Question("hôm nay trời có mưa không", previous=(before,)))
    assert (answer.status, answer.reason) == (Status.UNANSWERED, Reason.OFF_TOPIC)
    assert before not in answer.understood


def test_papers_of_every_place_compared_are_quoted(answerer: Answerer) -> None:
    answer = answerer.answer(Question("Ai ký nghị quyết Kim Bảng và Thạch Khôi?"))
    assert answer.status is Status.ANSWERED
    assert [quote.citation.path.id for quote in answer.quotes] == ["signature", "signature"]
    assert {quote.document.id for quote in answer.quotes} == {"nghi-quyet-kim-bang-2024", "nghi-quyet-thach-khoi-2025"}


@pytest.mark.parametrize(
    "question",
    ["lịch chiếu phim rạp tối nay", "Từ Kim Bảng đi chùa Tam Chúc bao nhiêu cây số?", "Tìm quán phở ngon ở Hạ Long"],
)
def test_words_of_no_document_and_no_authored_question_are_about_something_else(
    answerer: Answerer, question: str
) -> None:
    answer = answerer.answer(Question(question))
    assert (answer.status, answer.reason) == (Status.UNANSWERED, Reason.OFF_TOPIC)


def test_a_part_of_another_paper_is_searched_in_the_one_that_is_named(answerer: Answerer) -> None:
    question = "Kế hoạch Ngô Quyền yêu cầu triển khai điều nào thuộc Chương V Luật Thực hiện dân chủ ở cơ sở?"
    answer = answerer.answer(Question(question))
    assert answer.reason is not Reason.PROVISION_NOT_FOUND
    assert answer.quotes


@pytest.mark.parametrize(
    "question",
    [
        "Nghị quyết số 18 năm 2017 của Trung ương nêu những mục tiêu nào?",
        "Kế hoạch thực hiện dân chủ năm 2026 của phường Thạch Khôi giao cho bộ phận nào chủ trì?",
        "Kế hoạch thực hiện dân chủ của quận Ngô Quyền năm 2023 đặt chủ đề gì?",
        "Chỉ thị 30-CT/TW nói gì",
        "Kết luận số 120 của Ban Bí thư",
    ],
)
def test_a_paper_of_another_year_or_kind_is_not_held(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(Question(question))
    assert (answer.status, answer.reason) == (Status.UNANSWERED, Reason.DOCUMENT_NOT_IN_CORPUS)


@pytest.mark.parametrize(
    "question", ["Nghị quyết 18/NQ-HĐND năm 2024 Kim Bảng ai ký", "kế hoạch năm 2025 của Ngô Quyền ai ký"]
)
def test_a_paper_of_its_own_year_is_held(answerer: Answerer, question: str) -> None:
    assert answerer.answer(Question(question)).quotes[0].citation.path.id == "signature"
