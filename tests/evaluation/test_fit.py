"""The fit of the ranker: a conditional logit that finds the weights it was made from, and the ablation over it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="fitting needs the train extra")

from evaluation.ablation import EVERYTHING, ablation
from evaluation.cases import read_cases
from evaluation.fit import fit, held_out, hits, of_cases, small_talk
from retrieval.answerer import Answerer
from retrieval.rank import features, read

CASES = Path(__file__).parents[2] / "evaluation" / "cases" / "steer.jsonl"


@pytest.fixture(scope="module")
def sets(shipped: Answerer):  # type: ignore[no-untyped-def]
    return [(shipped, [case for n, case in enumerate(read_cases([CASES])) if n % 4 == 0])]


def test_a_fit_can_be_read_and_orders_questions_it_has_not_seen(sets) -> None:  # type: ignore[no-untyped-def]
    said: list[str] = []
    table = fit(sets, small_talk()[::2], small_talk()[1::2], say=said.append)
    ranker = read(table)
    asked = [each for each in of_cases(sets) if each.right.any()]
    seen = [hits(each, ranker.order.value(features(each.signals, each.rows)))[0] for each in asked]
    assert table["held_out"]["all"]["n"] == len(asked)
    # Far above chance among some 50 passages; the exact figure belongs to the report.
    assert 0.5 < table["held_out"]["all"]["first"] <= sum(seen) / len(seen)
    assert any(line.startswith("held out, all") for line in said)


def test_held_out_values_come_for_every_question_in_its_order(sets) -> None:  # type: ignore[no-untyped-def]
    asked = [each for each in of_cases(sets) if each.right.any()]
    tables = [features(each.signals, each.rows) for each in asked]
    values = held_out(asked, tables)
    assert [len(value) for value in values] == [len(each.rows) for each in asked]


def test_the_ablation_leaves_out_one_part_at_a_time(sets) -> None:  # type: ignore[no-untyped-def]
    left = ablation(sets)
    assert left[0].part == EVERYTHING
    assert len({each.part for each in left}) == len(left) > 10
    alone = {each.part: each for each in left}["chỉ BM25"]
    assert alone.first < left[0].first
