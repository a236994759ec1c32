"""Role cards against the list made by hand (`duties_by_hand.toml`), and the rule on clauses made up for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.acting import acting, subjects
from corpus.catalog import Catalog, draft
from corpus.dates import dates
from corpus.duties import Card, Entry, cards
from corpus.text import strip_layout
from tests.corpus.paper import paper

BY_HAND = tomllib.loads(Path(__file__).with_name("duties_by_hand.toml").read_text("utf-8"))["card"]


@pytest.fixture(scope="module")
def found(catalog: Catalog) -> dict[str, Card]:
    return {card.body.id: card for card in cards(catalog)}


def places(entries: tuple[Entry, ...]) -> list[str]:
    return sorted(f"{entry.document.id} {entry.provision.path.id}" for entry in entries)


@pytest.mark.parametrize("by_hand", BY_HAND, ids=[card["body"] for card in BY_HAND])
def test_the_card_is_the_one_made_by_hand(by_hand: dict[str, list[str]], found: dict[str, Card]) -> None:
    card = found[str(by_hand["body"])]
    assert places(card.duties) == sorted(by_hand["duties"])
    assert places(card.named) == sorted(by_hand["mentions"])


def test_every_word_on_a_card_is_the_source_s(found: dict[str, Card]) -> None:
    entries = [entry for card in found.values() for entry in (*card.duties, *card.named)]
    assert len(entries) > 120
    for entry in entries:
        whole = "".join("".join(citation.text.split()) for citation in entry.citations)
        assert whole == "".join(entry.document.words(entry.provision).split())
        for citation in entry.citations:
            source = entry.document.source_text[citation.source_start : citation.source_end]
            assert strip_layout(source) == strip_layout(citation.text)


def test_no_card_holds_a_clause_twice(found: dict[str, Card]) -> None:
    for card in found.values():
        for n, one in enumerate(card.duties):
            for other in card.duties[n + 1 :]:
                assert one.document.id != other.document.id or not one.provision.path.contains(other.provision.path)


# Each: a clause, and who must act by it ("" for nobody), as the words stand.
CLAUSES = [
    ("UBND phường tổ chức thực hiện.", "UBND phường"),
    ("Hằng năm, UBND phường báo cáo HĐND phường.", "UBND phường"),
    ("Định kỳ 6 tháng, Ban Thanh tra nhân dân họp.", "Ban Thanh tra nhân dân"),
    ("Căn cứ tình hình thực tế, Ủy ban nhân dân phường xây dựng kế hoạch.", "Ủy ban nhân dân phường"),
    ("Trong thời hạn 05 ngày làm việc, Công an phường trả lời.", "Công an phường"),
    ("Trường hợp khuyết Trưởng thôn, Tổ trưởng tổ dân phố thì Chủ tịch Ủy ban nhân dân phường chỉ định người thay.", "Chủ tịch Ủy ban nhân dân phường"),
    ("Giao Phòng Nội vụ theo dõi.", "Phòng Nội vụ"),
    ("Đề nghị Mặt trận Tổ quốc Việt Nam phường giám sát.", "Mặt trận Tổ quốc Việt Nam phường"),
    ("Tổ chức hội nghị; giao Công an phường giữ trật tự.", "Công an phường"),
    ("Tổ chức hội nghị. Công an phường giữ trật tự.", "Công an phường"),
    ("UBND phường chủ trì, phối hợp với Công an phường giữ trật tự.", "UBND phường"),
    ("UBND phường, Công an phường và Ban Giám sát đầu tư của cộng đồng phối hợp kiểm tra.", "UBND phường, Công an phường và Ban Giám sát đầu tư của cộng đồng"),
    ("100% Ban Thanh tra nhân dân được kiện toàn.", ""),
    ("Ban Thanh tra nhân dân có quyền yêu cầu cung cấp tài liệu.", ""),
    ("Các cơ quan, đơn vị có thể vận động kinh phí.", ""),
    ("Cán bộ, công chức có hành vi vi phạm thì bị xử lý.", ""),
    ("Ủy ban nhân dân phường kính đề nghị Hội đồng nhân dân phường xem xét.", ""),
    ("Phối hợp với Công an phường giữ trật tự.", ""),
    ("Tập huấn cho thành viên Ban Thanh tra nhân dân.", ""),
    ("Bảo đảm vai trò nòng cốt của Mặt trận Tổ quốc Việt Nam.", ""),
    ("Phát huy vai trò của Ban Thanh tra nhân dân trong kiểm tra thu chi.", "Ban Thanh tra nhân dân"),
    ("Nâng cao chất lượng hoạt động của Ban Thanh tra nhân dân.", ""),
    ("Phối hợp giữa UBND phường và Công an phường trong việc giữ trật tự.", "UBND phường và Công an phường"),
    ("Công khai kết quả trước ngày 15/6.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "who"), CLAUSES, ids=[clause for clause, _ in CLAUSES])
def test_the_rule(clause: str, who: str, tmp_path: Path) -> None:
    document = paper(tmp_path, f"1. {clause}\n2. Một việc nữa.")
    found = subjects(document, document.by_path["cl_1"])
    assert [document.text.text[one.start : one.end] for one in found] == ([who] if who else [])


def test_a_heading_gives_what_stands_below_to_whom_it_names_alone(tmp_path: Path) -> None:
    document = paper(
        tmp_path,
        "I. TỔ CHỨC THỰC HIỆN\n1. Đối với UBND phường:\n- Lập kế hoạch.\n- Giao Phòng Nội vụ theo dõi.\n2. Công an phường\n"
        "- Giữ trật tự.\n3. Việc chung\n- Kiểm tra.",
    )
    held = {
        card.body.id: [entry.provision.path.id for entry in card.duties] for card in cards([document]) if card.duties
    }
    assert held == {
        "ubnd-xa": ["sec_I__cl_1__ind_1"],
        "phong-noi-vu": ["sec_I__cl_1__ind_2"],
        "cong-an": ["sec_I__cl_2__ind_1"],
    }
    governed = document.by_path["sec_I__cl_2__ind_1"]
    who = acting(document, governed, governed.start + 3)
    assert who is not None
    assert document.text.text[who.start : who.end] == "Công an phường"


LAW = [  # read by eye in the law: article, clause, and whose duty it is
    ("art_86__cl_1", "hdnd-xa"),
    ("art_86__cl_2", "ubnd-xa"),
    ("art_87__cl_1", "mttq"),
    ("art_87__cl_5", "mttq"),
    ("art_89__cl_1", "to-chuc-chinh-tri-xa-hoi"),
    ("art_38__cl_1", "ban-thanh-tra-nhan-dan"),
    ("art_33__cl_2", "truong-thon"),
    ("art_85__cl_1", "ubnd-tinh"),
    ("art_85__cl_1", "ubnd-huyen"),
]


def test_the_same_rule_reads_the_law(laws: Path) -> None:
    document = draft(laws / "luat-10-2022-qh15.txt").document
    held = {card.body.id: {entry.provision.path.id for entry in card.duties} for card in cards([document])}
    for path, body in LAW:
        assert any(one.endswith(path) for one in held[body]), (path, body)
    # "Ban Thanh tra nhân dân … Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã": reported to, and no duty of the Front's.
    assert not any(one.endswith("art_39__cl_3") for one in held["mttq"])


_WORDS = "UBND phường|Công an phường|các cơ quan, đơn vị|hằng năm|báo cáo|gửi về|giữa|phối hợp|giao|trách nhiệm của|từ 01/6 đến 15/6|thì|trường hợp|,|;|:|.|(|)|\n- |\na) |\n2. |\nĐiều 3. |1.|“|”|100%"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(st.sampled_from(_WORDS.split("|")), max_size=30).map(" ".join))
def test_whatever_is_written_is_read_without_a_fault(body: str, tmp_path: Path) -> None:
    document = paper(tmp_path, f"1. Việc chung {body}\n2. Một việc nữa.")
    for card in cards([document]):
        for entry in (*card.duties, *card.named):
            assert all(citation.text in document.text.text for citation in entry.citations)
    for one in dates([document]):
        for part in filter(None, (one.words, one.sentence, one.who, one.to)):
            assert part.text == document.text.text[part.start : part.end]
            assert part.text
