"""The cases are sound, and none is an authored question or nearly one: content is not test."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from corpus.authored import QUESTIONS
from corpus.catalog import Catalog
from corpus.text import fold
from evaluation.cases import EvaluationError, read_cases
from evaluation.measure import words_of
from index.normalise import syllables

CASES = Path(__file__).parents[2] / "evaluation" / "cases"
STEER, FROZEN = CASES / "steer.jsonl", CASES / "frozen.jsonl"
EVERY = sorted(CASES.glob("*.jsonl"))
TOO_NEAR = 0.85


def normal(question: str) -> str:
    return " ".join(fold(syllable) for syllable in syllables(question))


def similar(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= TOO_NEAR


@pytest.mark.parametrize("path", [STEER, FROZEN])
def test_gold_stands_in_its_source(path: Path, catalog: Catalog) -> None:
    sources = {document.source.name: words_of(document.source_text) for document in catalog}
    for case in read_cases([path]):
        assert case.answerable == bool(case.gold), case.id
        for gold in case.gold:
            names = [name for name in sources if name.startswith(gold.doc)]
            assert len(names) == 1, case.id
            assert words_of(gold.quote) in sources[names[0]], case.id


def test_each_half_has_enough_of_every_style() -> None:
    for path in (STEER, FROZEN):
        styles = [case.style for case in read_cases([path])]
        assert all(styles.count(style) >= 25 for style in set(styles))
        assert len(set(styles)) == 14


def test_no_case_is_an_authored_question_or_nearly_one() -> None:
    authored = [
        (words, frozenset(words.split()))
        for file in sorted(QUESTIONS.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
        for question in json.loads(line)["questions"]
        for words in [normal(question)]
    ]
    for case in read_cases(EVERY):
        asked = normal(case.question.text)
        mine = frozenset(asked.split())
        # Too few words in common cannot reach the limit; this spares the slow comparison.
        close = [words for words, its in authored if len(mine & its) >= 0.4 * len(mine | its)]
        near = [words for words in close if similar(asked, words)]
        assert not near, f"{case.id}: {near}"


def test_a_broken_file_of_cases_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "question": "x", "kind": "answerable"}\nnot json\n', "utf-8")
    with pytest.raises(EvaluationError, match="dòng 2"):
        read_cases([path])
    with pytest.raises(EvaluationError, match="Không đọc được"):
        read_cases([tmp_path / "none.jsonl"])
