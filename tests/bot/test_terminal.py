"""What a terminal shows."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.terminal import _SIGNALS, show_answer
from evaluation.run import open_answerer
from retrieval.answerer import Answerer
from retrieval.question import Question
from retrieval.rank import PLAIN


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return open_answerer()


def printed(answerer: Answerer, question: str) -> str:
    out = io.StringIO()
    show_answer(Console(file=out, width=80), answerer.answer(Question(question)), explain=True)
    return out.getvalue()


def test_why_a_clause_came_first(answerer: Answerer) -> None:
    shown = printed(answerer, "tien o dau ra de lam nghi quyet kim bang")
    assert set(_SIGNALS) == set(PLAIN)
    # Every signal is told in words, on a line that an eighty-column terminal holds whole.
    for told in _SIGNALS.values():
        assert told in shown
    assert "[1] Điều 2 Nghị quyết số 18/NQ-HĐND" in shown
    assert "Độ chắc chắn của trích dẫn đầu: 0.9" in shown


def test_a_named_provision_needs_no_search(answerer: Answerer) -> None:
    assert "Câu hỏi được trả lời thẳng" in printed(answerer, "Điều 2 nghị quyết Kim Bảng")


def test_the_pushes_add_up_to_the_lead(answerer: Answerer) -> None:
    from math import log

    first, second = answerer.answer(Question("tien o dau ra de lam nghi quyet kim bang")).candidates[:2]
    lead = sum(signal.push for signal in first.signals) - sum(signal.push for signal in second.signals)
    assert lead == pytest.approx(log(first.score / second.score), abs=1e-3)
