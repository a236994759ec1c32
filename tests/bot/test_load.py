"""The load test of `load.py`, small enough for every day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.load import by_api, by_telegram


@pytest.mark.parametrize("way", [by_telegram, by_api])
@pytest.mark.parametrize("kill", [False, True], ids=["in peace", "kill -9"])
def test_many_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way, kill: bool) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    outcome = way(tmp_path, 30, 4, kill)
    assert outcome.acknowledged >= 30
    assert outcome.lost == outcome.out_of_order == 0
    assert outcome.acknowledged_not_on_record == outcome.recorded_twice == 0
    # What was sent at the very moment of the kill may be sent again; without one nothing may.
    assert outcome.twice <= (5 if kill else 0)
