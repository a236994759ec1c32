"""Questions of this field are told from those of others, before anything is searched."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.answerer import Answerer
from retrieval.field import BUCKETS, field_score, table, terms
from retrieval.question import Question
from retrieval.rank import ranker


def test_matter_has_places_with_and_without_accents() -> None:
    assert terms(["dân", "chủ"]) == terms(["dan", "chu"])
    assert len(terms(["dân", "chủ"])) == 3
    assert all(0 <= place < BUCKETS for place in terms(["khen", "thưởng", "cán", "bộ"]))
    rows = table([["dân", "chủ"], []])
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 0])


def test_no_matter_says_nothing() -> None:
    weights = np.ones(BUCKETS)
    assert field_score(weights, 0.5, []) == 0.5
    assert field_score(weights, 0.5, ["dân", "chủ"]) == pytest.approx(0.5 + 3 / 3**0.5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("phường công khai cho dân biết bằng cách nào", "thủ tục giải thể doanh nghiệp gồm những bước nào"),
        ("ai giám sát việc thực hiện nghị quyết", "đặt cọc mua chung cư rồi chủ nhà không bán"),
        ("can bo co thai do khong tot voi dan thi sao", "khong doi mu bao hiem thi phat bao nhieu"),
    ],
)
def test_this_field_scores_above_others(answerer: Answerer, ours: str, theirs: str) -> None:
    fitted = ranker().field
    here, there = (
        field_score(fitted.weights, fitted.constant, answerer.understood(Question(text)).content)
        for text in (ours, theirs)
    )
    assert here > max(0, there + 1)
