"""The weighted sum of what the words say and what the meaning says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import load_encoder
from index.passages import Passage
from index.provision_index import ProvisionIndex
from retrieval.relative import share_of_best
from retrieval.search import Hybrid, SearchSettings, hybrid

PASSAGES = (
    Passage("1", "Nghị quyết", "Người đứng đầu cản trở việc thực hiện dân chủ thì bị xem xét, xử lý theo quy định"),
    Passage("2", "Nghị quyết", "Ủy ban nhân dân phường báo cáo trước ngày 15 tháng 6 hằng năm"),
    Passage("3", "Kế hoạch", "Kinh phí thực hiện do ngân sách nhà nước bảo đảm"),
)


@pytest.fixture(scope="module")
def index() -> ProvisionIndex:
    return ProvisionIndex.build(PASSAGES, load_encoder())


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("cản trở dân chủ bị xử lý sao", 0),
        ("can tro dan chu bi xu ly sao", 0),
        ("phường nộp báo cáo khi nào", 1),
        ("tiền ngân sách ở đâu ra", 2),
    ],
)
def test_the_right_passage_comes_first(text: str, row: int, index: ProvisionIndex) -> None:
    assert int(hybrid(index, text).score.argmax()) == row


def test_the_score_is_the_weighted_sum_of_the_signals(index: ProvisionIndex) -> None:
    found = hybrid(index, "cản trở dân chủ", SearchSettings(lexical=2.0, dense=0.5))
    np.testing.assert_allclose(found.score, 2 * found.lexical + 0.5 * np.maximum(found.dense, 0), rtol=1e-6)
    assert found.lexical.max() == 1
    assert (found.lexical >= 0).all()
    assert (np.abs(found.dense) <= 1 + 1e-6).all()


def test_a_weight_of_zero_silences_a_signal(index: ProvisionIndex) -> None:
    text = "báo cáo hằng năm"
    both = hybrid(index, text)
    np.testing.assert_allclose(hybrid(index, text, SearchSettings(1.0, 0.0)).score, both.lexical)
    np.testing.assert_allclose(hybrid(index, text, SearchSettings(0.0, 1.0)).score, np.maximum(both.dense, 0))


@pytest.mark.parametrize("text", ["", "   ", "🙂", "\x00"])
def test_a_text_without_words_scores_nothing(text: str, index: ProvisionIndex) -> None:
    found = hybrid(index, text)
    assert not found.score.any()


def test_an_empty_index_has_no_scores() -> None:
    found = hybrid(ProvisionIndex.build((), load_encoder()), "dân chủ")
    assert found.lexical.shape == found.dense.shape == found.score.shape == (0,)


@given(text=st.text())
def test_any_text_gets_finite_scores(text: str, index: ProvisionIndex) -> None:
    found: Hybrid = hybrid(index, text)
    for signal in (found.lexical, found.dense, found.score):
        assert signal.shape == (len(PASSAGES),)
        assert signal.dtype == np.float32
        assert np.isfinite(signal).all()


@pytest.mark.parametrize(("scores", "shares"), [([2, 1, 0], [1, 0.5, 0]), ([0, 0], [0, 0]), ([], [])])
def test_share_of_best(scores: list[float], shares: list[float]) -> None:
    assert share_of_best(np.array(scores, dtype=np.float32)).tolist() == shares


def test_the_settings_can_be_reported() -> None:
    assert set(SearchSettings().table()) == {"lexical", "dense", "relevance"}
