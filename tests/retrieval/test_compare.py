"""Which places a question sets side by side, and what each gets when the answer has little room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.catalog import Catalog
from corpus.document import Place
from corpus.places import places_of
from retrieval.answer import MAX_QUOTES, Answer, Found, Reason, Status
from retrieval.answerer import Answerer
from retrieval.compare import by_place, places_asked
from retrieval.question import Question

HAI_PHONG, THACH_KHOI, CAO_XANH = "Thành phố Hải Phòng", "Phường Thạch Khôi", "Phường Cao Xanh"
NGO_QUYEN, KIM_BANG = "Quận Ngô Quyền", "Huyện Kim Bảng"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("So sánh kinh phí ở Kim Bảng với Thạch Khôi", [KIM_BANG, THACH_KHOI]),
        ("kinh phi o HP, TK co khac nhau khong", [HAI_PHONG, THACH_KHOI]),
        ("so sánh kinh phí ở KB/CX/NQ", [KIM_BANG, CAO_XANH, NGO_QUYEN]),
        ("giám sát giữa P. TK và TP HP", [THACH_KHOI, HAI_PHONG]),
        # "NQ" before a name is a resolution.
        ("so sánh NQ Hải Phòng và NQ Thạch Khôi", [HAI_PHONG, THACH_KHOI]),
        ("so sánh khen thưởng trong NQ Thạch Khôi", []),
        ("đối chiếu kinh phí ở tất cả các địa phương", [HAI_PHONG, THACH_KHOI, CAO_XANH, NGO_QUYEN, KIM_BANG]),
        (
            "kinh phí ở Kim Bảng khác các nơi khác chỗ nào",
            [KIM_BANG, HAI_PHONG, THACH_KHOI, CAO_XANH, NGO_QUYEN],
        ),
        ("so sánh kinh phí của Kim Bảng với các nơi khác", [KIM_BANG, HAI_PHONG, THACH_KHOI, CAO_XANH, NGO_QUYEN]),
        ("phổ biến mô hình của Kim Bảng cho các nơi khác thế nào", []),
        ("các cơ quan, địa phương vận động kinh phí thế nào", []),
        ("So sánh kinh phí giữa Hà Nội và Kim Bảng", ["Hà Nội", KIM_BANG]),
        ("So sánh kinh phí giữa Hà Nội và Đà Nẵng", ["Hà Nội", "Đà Nẵng"]),
        ("Kinh phí ở Hà Nội", []),
        # An address is one place, also with a province that is no more.
        ("So sánh Kim Bảng, Hà Nam với Thạch Khôi, Hải Dương", [KIM_BANG, THACH_KHOI]),
        ("Khen thưởng ở Cao Xanh, Hạ Long khác gì trước?", []),
        ("phường Thạch Khôi, thành phố Hải Phòng khác gì về kinh phí?", []),
        ("kinh phí của thành phố so với Thạch Khôi", [THACH_KHOI, HAI_PHONG]),
    ],
)
def test_the_places_that_a_question_compares(answerer: Answerer, question: str, expected: list[str]) -> None:
    held = places_of(answerer.catalog)
    told = places_asked(answerer.understood(Question(question)), held)
    assert sorted(place.name if isinstance(place, Place) else place for place in told) == sorted(expected)
    if "các" not in question and "tất cả" not in question:
        assert [place.name if isinstance(place, Place) else place for place in told] == expected


def asked(answerer: Answerer, question: str) -> Answer:
    return answerer.answer(Question(question))


def test_every_quote_is_on_the_side_of_its_own_place(answerer: Answerer) -> None:
    answer = asked(answerer, "so sanh tuyen truyen o thach khoi, cao xanh, kim bang, hai phong, ngo quyen")
    assert len(answer.quotes) <= MAX_QUOTES
    assert len(answer.comparison) == 5
    for side in answer.comparison:
        assert side.found in (Found.FOUND, Found.NEAR)
        assert all(answer.quotes[n].document in side.documents for n in side.quotes)
        assert all(document.meta.place and document.meta.place.name == side.place for document in side.documents)
    assert sorted(n for side in answer.comparison for n in side.quotes) == list(range(len(answer.quotes)))


def test_a_place_with_nothing_first_does_not_spoil_the_others(answerer: Answerer) -> None:
    answer = asked(answerer, "So sánh kinh phí ở Cao Xanh và Kim Bảng")
    assert answer.status is Status.ANSWERED
    assert [(side.place, side.found) for side in answer.comparison] == [
        (CAO_XANH, Found.NOTHING),
        (KIM_BANG, Found.FOUND),
    ]
    assert [quote.citation.path.id for quote in answer.quotes] == ["art_2"]


def test_where_no_place_has_anything_each_is_told_all_the_same(answerer: Answerer) -> None:
    answer = asked(answerer, "So sánh kinh phí ở Cao Xanh và Ngô Quyền")
    assert answer.status is Status.UNANSWERED
    assert [side.found for side in answer.comparison] == [Found.NOTHING, Found.NOTHING]
    assert answer.to_json()["comparison"][1]["documents"] == ["ke-hoach-ngo-quyen-2025"]


def test_what_there_is_no_room_for_is_not_told_as_nothing(answerer: Answerer, catalog: Catalog) -> None:
    whole = asked(answerer, "So sánh kinh phí ở Hải Phòng và Thạch Khôi")
    short = replace(whole, quotes=whole.quotes[:1], comparison=())
    places = [document.meta.place for document in catalog if document.meta.place]
    beyond = {"nghi-quyet-thach-khoi-2025"}
    sides = {side.place: side.found for side in by_place(short, places, catalog, beyond=beyond).comparison}
    assert sides[HAI_PHONG] is Found.FOUND
    assert sides[THACH_KHOI] is Found.NOT_SHOWN
    assert sides[CAO_XANH] is Found.NOTHING
    # A reviewer's clause says nothing of the other places.
    pinned = by_place(replace(short, reviewed=True), places, catalog)
    assert {side.found for side in pinned.comparison} == {Found.FOUND, Found.NOT_SHOWN}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("thủ tục ly hôn ở Thạch Khôi và Kim Bảng khác nhau thế nào", Reason.OTHER_LAW),
        ("Điều 9 nghị quyết Thạch Khôi và nghị quyết Kim Bảng", Reason.PROVISION_NOT_FOUND),
    ],
)
def test_a_refusal_of_the_question_has_no_sides(answerer: Answerer, question: str, reason: Reason) -> None:
    answer = asked(answerer, question)
    assert (answer.reason, answer.comparison) == (reason, ())
