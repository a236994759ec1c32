"""Whether two questions ask the same, and how well those of two sets of our own are sorted.

Both sets hold 60 questions in 5 wordings, about what the documents hold and what they do not. The weights were fitted
on `same_questions_steer.jsonl`; `same_questions_held.jsonl` was written before that, of other topics, and only measured.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.feedback.cli import feedback_app
from bot.feedback.same import KINDS, LIKENESS, Asked, asked_by, kind_of, log_odds, pairwise_f1, place_key, plain
from bot.feedback.same_measure import measure, read_groups
from corpus.catalog import Catalog
from index.encoder import Encoder, load_encoder
from index.provision_index import ProvisionIndex
from retrieval.answerer import Answerer, assemble

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def answerer(catalog: Catalog, encoder: Encoder) -> Answerer:
    return assemble(catalog, lambda _, passages: ProvisionIndex.build(passages, encoder))


@pytest.mark.parametrize(("name", "goal"), [("steer", 0.9), ("held", 0.85)])
def test_the_sets_of_our_own_are_sorted(answerer: Answerer, encoder: Encoder, name: str, goal: float) -> None:
    groups = read_groups(HERE / f"same_questions_{name}.jsonl")
    assert (len(groups), {len(wordings) for wordings in groups.values()}) == (60, {5})
    found = measure(groups, encoder.encode, asked_by(answerer.understood))
    assert found.f1 >= goal
    assert found.precision >= 0.9


def test_no_wording_stands_in_both_sets() -> None:
    steer, held = (
        {plain(text) for texts in read_groups(HERE / f"same_questions_{name}.jsonl").values() for text in texts}
        for name in ("steer", "held")
    )
    assert not steer & held


@pytest.mark.parametrize(
    "pair",
    [
        # the same words, another place
        "Lớp tập huấn ở Ngô Quyền mở ở đâu?|Lớp tập huấn ở Cao Xanh mở ở đâu?",
        "Ai ký nghị quyết Thạch Khôi?|Ai ký nghị quyết Kim Bảng?",
        "Phường tiếp dân ngày nào?|Phường Thạch Khôi tiếp dân ngày nào?",
        # the same matter, another fact
        "Tổ trưởng tổ dân phố do ai bầu?|Nhiệm kỳ tổ trưởng tổ dân phố mấy năm?",
        "Tổ trưởng tổ dân phố do ai bầu?|Tổ trưởng tổ dân phố bao nhiêu tuổi?",
        "Ai ký nghị quyết Thạch Khôi?|Nghị quyết Thạch Khôi ký ngày nào?",
        "Xin giấy phép xây nhà ở đâu?|Xin giấy phép xây nhà mất bao nhiêu tiền?",
        "Xin giấy phép xây nhà ở đâu?|Xin giấy phép xây nhà mất mấy ngày?",
        "Đăng ký tạm trú cần giấy tờ gì?|Đăng ký tạm trú bị phạt bao nhiêu tiền?",
        "Họp thôn mỗi năm mấy lần?|Họp thôn cần bao nhiêu người?",
        "Kinh phí dân chủ cơ sở Cao Xanh bao nhiêu?|Kinh phí dân chủ cơ sở Cao Xanh lấy từ đâu?",
        "Chủ tịch phường tiếp dân ngày nào?|Chủ tịch phường tiếp dân ở đâu?",
        "Hộ nghèo được vay bao nhiêu tiền?|Hộ nghèo vay trong mấy năm?",
    ],
)
def test_what_looks_alike_is_not_the_same(answerer: Answerer, encoder: Encoder, pair: str) -> None:
    read = asked_by(answerer.understood)
    one, other = (read(text, (), None) for text in pair.split("|"))
    vectors = encoder.encode([one.text, other.text])
    apart = one.place_key != other.place_key
    assert apart or log_odds(one, other, float(np.dot(*vectors))) < LIKENESS.threshold


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tổ trưởng do ai bầu?", "who"),
        ("to truong do ai bau", "who"),
        ("Bao nhiêu phần trăm hộ đồng ý?", "share"),
        ("góp tiền ở thôn phải bao nhiêu % hộ đồng ý", "share"),
        ("Vứt rác bị phạt bao nhiêu?", "money"),
        ("Hộ nghèo vay trong mấy năm?", "long"),
        ("Đăng ký kết hôn cần giấy tờ gì?", "papers"),
        ("gọi số nào", "contact"),
        ("Có được họp thay không ạ?", "yesno"),
        ("tiền đâu ra", "where"),
        ("Nghị quyết Thạch Khôi", None),
    ],
)
def test_what_a_question_asks_for(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind
    assert kind is None or kind in {name for name, _ in KINDS}


def test_a_question_is_read_with_its_place_and_what_came_before(answerer: Answerer) -> None:
    read = asked_by(answerer.understood)
    asked = read("thach khoi hop thung thu gop y o dau", (), None)
    assert (asked.place, asked.place_key, asked.kind) == ("Phường Thạch Khôi", "thach khoi", "where")
    assert "thạch" not in asked.text
    assert read("hộp thư góp ý ở đâu?", (), "Phường Thạch Khôi").place_key == "thach khoi"
    followed = read("còn ở Hải Phòng thì sao?", ("Ai giám sát nghị quyết ở Thạch Khôi?",), None)
    assert (followed.place_key, followed.kind) == ("hai phong", None)
    assert {"giam", "sat"} <= set(followed.words)


@pytest.mark.parametrize(
    ("places", "key"),
    [((), ""), (("Phường Thạch Khôi",), "thach khoi"), (("TP. Hải Phòng", "quận Ngô Quyền"), "hai phong|ngo quyen")],
)
def test_places_are_compared_without_their_unit(places: tuple[str, ...], key: str) -> None:
    assert place_key(places) == key


def asked(words: list[str], kind: str | None = None) -> Asked:
    return Asked(" ".join(words), tuple(dict.fromkeys(words)), kind)


WORDS = st.lists(st.sampled_from("an bình cường dũng giang dan xa".split()), max_size=6)


@given(one=WORDS, other=WORDS, kinds=st.tuples(*[st.sampled_from(["who", "where", "long", None])] * 2))
def test_likeness_does_not_depend_on_who_asked_first(
    one: list[str], other: list[str], kinds: tuple[str | None, str | None]
) -> None:
    first, second = asked(one, kinds[0]), asked(other, kinds[1])
    assert log_odds(first, second, 0.5) == log_odds(second, first, 0.5)
    assert log_odds(first, second, 0.5) <= log_odds(first, first, 0.5) or None in kinds


@pytest.mark.parametrize(
    ("groups", "f1", "precision", "recall"),
    [
        ([["a", "a"], ["b", "b"]], 1.0, 1.0, 1.0),
        ([["a", "a", "b", "b"]], 0.5, 1 / 3, 1.0),
        ([["a"], ["a"], ["b", "b"]], 2 / 3, 1.0, 0.5),
        ([["a"], ["b"]], 0.0, 0.0, 0.0),
    ],
)
def test_pairs_are_counted(groups: list[list[str]], f1: float, precision: float, recall: float) -> None:
    assert pairwise_f1(groups) == pytest.approx((f1, precision, recall))


def test_the_command_prints_the_figures(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    lines = [
        {"id": "1", "wordings": ["Ai ký nghị quyết Kim Bảng?", "ai ky nghi quyet kim bang"]},
        {"id": "2", "wordings": ["Họp thôn mấy lần một năm?", "họp thôn 1 năm mấy lần"]},
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    result = CliRunner().invoke(feedback_app, ["clusters", "--measure", str(file), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1])["f1"] == 1.0
    assert "F1 1.000" in CliRunner().invoke(feedback_app, ["clusters", "--measure", str(file)]).stdout


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"id": 1, "wordings": ["a"]}', '{"id": "1"}', "không phải JSON"])
def test_a_file_of_another_form_is_refused(home: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "questions.jsonl"
    if content:
        file.write_text(content, "utf-8")
    result = CliRunner().invoke(feedback_app, ["clusters", "--measure", str(file)])
    assert result.exit_code == 1
    assert "Không đọc được" in result.output
