"""Relevance: passages read again word by word, and the trees that weigh what was found."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from evaluation.fit_relevance import RelevanceSettings, _table
from index.encoder import load_encoder
from index.passages import Passage
from index.provision_index import ProvisionIndex
from retrieval import relevance as module
from retrieval.relevance import FEATURES, RAW, Relevance, read, trees

PASSAGES = [
    Passage("a", "Luật A - Điều 1. Bầu Trưởng thôn", "1. Trưởng thôn do cử tri bầu.\n2. Nhiệm kỳ là 5 năm."),
    Passage("b", "Luật A - Điều 2. Kinh phí", "Kinh phí do ngân sách bảo đảm."),
    Passage("c", "", "Cử tri bầu đại biểu; kinh phí bầu cử do ngân sách nhà nước bảo đảm."),
    Passage("d", "Điều 4", ""),
]


@pytest.fixture(scope="module")
def relevance() -> Relevance:
    return Relevance(ProvisionIndex.build(PASSAGES, load_encoder()))


def features(relevance: Relevance, text: str) -> dict[str, dict[str, float]]:
    rows, table = relevance.table(text)
    return {PASSAGES[row].key: dict(zip(FEATURES, line, strict=True)) for row, line in zip(rows, table, strict=True)}


def test_what_is_read_off_a_passage(relevance: Relevance) -> None:
    found = features(relevance, "kinh phi do ngan sach nao")
    # "nào" stands nowhere, so nothing holds the whole question.
    assert 0 < found["b"]["share"] < 1
    # "kinh phí do ngân sách" stands there unbroken: five words of six.
    assert found["b"]["run"] == pytest.approx(5 / 6)
    assert found["c"]["run"] == pytest.approx(3 / 6)
    assert found["b"]["topic_asked"] == pytest.approx(1)
    assert found["c"]["topic_asked"] == 0
    assert found["b"]["lexical_rank"] == 0


def test_a_run_does_not_cross_passages_nor_unknown_words(relevance: Relevance) -> None:
    assert features(relevance, "bầu zzz Trưởng")["a"]["run"] == pytest.approx(1 / 3)
    # The words of a heading and those of a text are two runs.
    assert features(relevance, "ngân sách bảo đảm cử tri")["b"]["run"] == pytest.approx(4 / 6)


@pytest.mark.parametrize("text", ["", "   ", "zzz", "?!", "a" * 5000, "kinh phí " * 500])
def test_any_text_is_scored(relevance: Relevance, text: str) -> None:
    rows, values = relevance.scores(text)
    assert len(rows) == len(values)
    assert np.isfinite(values).all()
    order, falling = relevance.ranking(text, 10)
    assert sorted(order) == list(range(len(PASSAGES)))
    assert (np.diff(falling) <= 0).all()


def test_no_passages_no_scores() -> None:
    empty = Relevance(ProvisionIndex.build([], load_encoder()))
    assert len(empty.scores("kinh phí")[0]) == 0


def test_the_walk_over_arrays_is_what_lightgbm_says() -> None:
    lightgbm = pytest.importorskip("lightgbm", reason="lightgbm is not installed: it comes with the train extra")
    chance = np.random.default_rng(7)
    table = chance.normal(size=(400, len(FEATURES)))
    right = (table[:, 0] + table[:, 3] * table[:, 5] > 0.5).astype(int)
    settings = {**asdict(RelevanceSettings()), "n_estimators": 20}
    model = lightgbm.LGBMRanker(**settings, verbose=-1, random_state=1)
    model.fit(table, right, group=[40] * 10)
    nothing = {"weights": [0.0] * len(FEATURES), "constant": 0.0}
    mine = read({**_table(model.booster_), "linear": nothing})
    assert np.allclose(mine.predict(table), model.predict(table), atol=1e-4)
    line = {"weights": [0.5] + [0.0] * (len(FEATURES) - 1), "constant": 2.0}
    both = read({**_table(model.booster_), "linear": line})
    assert np.allclose(both.predict(table) - mine.predict(table), 2 + table[:, 0] / 2)


def test_the_trees_that_ship_fit_the_features() -> None:
    shipped = trees()
    assert shipped.feature.max() < len(FEATURES)
    assert np.isfinite(shipped.value).all()
    assert len(RAW) * 3 + 2 == len(FEATURES)


def test_trees_of_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match="fit-relevance"):
        read({"features": ["a"], "depth": 1, "trees": []})
    assert module.DEPTH >= 10
