"""The stress test of `stress.py`, small enough for every day."""

from __future__ import annotations

from pathlib import Path

from tests.bot.feedback.stress import at_once, killed


def test_8_processes_at_one_database_lose_and_double_nothing(either_url: str, tmp_path: Path) -> None:
    outcome = at_once(either_url, tmp_path, processes=8, questions=800, reviews=80)
    assert (outcome.acknowledged, outcome.reviews) == (800, 80)
    assert (outcome.lost, outcome.lost_reviews, outcome.doubled) == (0, 0, 0)
    assert outcome.integrity in ("ok", "not asked")


def test_killed_again_and_again_it_keeps_what_it_acknowledged(either_url: str, tmp_path: Path) -> None:
    outcome = killed(either_url, tmp_path, times=5)
    assert outcome.acknowledged >= 5
    assert (outcome.lost, outcome.lost_reviews, outcome.doubled) == (0, 0, 0)
    assert outcome.integrity in ("ok", "not asked")
