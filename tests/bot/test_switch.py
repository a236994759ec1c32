from __future__ import annotations

import datetime as dt
import json
import logging
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.switch import LOOK_EVERY_S, NOTICE_LIMIT, SWITCH_FILE, AnsweringSwitch, SwitchError
from bot.switch import _read as read_line

ROOT = Path(__file__).parents[2]
NOTICE = "Đang cập nhật văn bản.\nXin quay lại sau 14 giờ."


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    def later(self) -> None:
        self.now += LOOK_EVERY_S


def test_answering_is_on_until_it_is_turned_off(tmp_path: Path) -> None:
    switch = AnsweringSwitch(tmp_path)
    assert switch.state().on
    assert switch.notice() is None
    assert switch.history() == ()
    assert not list(tmp_path.iterdir()), "looking makes nothing"


def test_each_turn_is_on_record(tmp_path: Path) -> None:
    switch = AnsweringSwitch(tmp_path)
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    off = switch.turn_off(f"  {NOTICE}\n", "Lan")
    assert (off.on, off.notice, off.by) == (False, NOTICE, "Lan")
    assert off.since is not None
    assert before <= off.since <= dt.datetime.now(dt.UTC)
    assert switch.state() == off
    assert switch.notice() == NOTICE
    on = switch.turn_on("Hùng")
    assert switch.state() == on
    assert (on.on, on.notice, on.by) == (True, None, "Hùng")
    assert switch.history() == AnsweringSwitch(tmp_path).history() == (off, on)
    assert stat.S_IMODE((tmp_path / SWITCH_FILE).stat().st_mode) == 0o600


def test_turning_it_to_where_it_stands_is_no_turn(tmp_path: Path) -> None:
    switch = AnsweringSwitch(tmp_path)
    first = switch.turn_off("Tạm ngừng.", "Lan")
    assert switch.turn_off("Tạm ngừng.", "Hùng") == first
    other = switch.turn_off("Còn tạm ngừng.", "Hùng")
    assert switch.history() == (first, other)


@pytest.mark.parametrize(
    ("notice", "by"),
    [("", "Lan"), (" \n", "Lan"), ("x" * (NOTICE_LIMIT + 1), "Lan"), ("a\x1b[0m", "Lan"), ("\udc80", "Lan"),
     ("Tạm ngừng.", ""), ("Tạm ngừng.", "L\nan"), ("Tạm ngừng.", "x" * 101)],
)  # fmt: skip
def test_what_nobody_could_read_is_refused(notice: str, by: str, tmp_path: Path) -> None:
    with pytest.raises(SwitchError, match="ký tự"):
        AnsweringSwitch(tmp_path).turn_off(notice, by)
    assert not (tmp_path / SWITCH_FILE).exists()


@given(notice=st.text(min_size=1, max_size=NOTICE_LIMIT))
def test_a_notice_is_kept_word_for_word(notice: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    switch = AnsweringSwitch(tmp_path_factory.mktemp("home"))
    try:
        switch.turn_off(notice, "Lan")
    except SwitchError:
        assert switch.history() == ()
    else:
        assert [turn.notice for turn in switch.history()] == [notice.strip()]


def test_another_process_follows_within_half_a_second(tmp_path: Path) -> None:
    clock = Clock()
    running = AnsweringSwitch(tmp_path, clock)
    assert running.state().on
    code = f"from pathlib import Path; from bot.switch import AnsweringSwitch as S; S(Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", f"{code}.turn_off('Tạm ngừng.', 'Lan')"], cwd=ROOT, check=True)
    assert running.state().on, "the file is not looked at for every question"
    clock.later()
    assert running.notice() == "Tạm ngừng."
    subprocess.run([sys.executable, "-c", f"{code}.turn_on('Lan')"], cwd=ROOT, check=True)
    clock.later()
    assert running.state().on


@pytest.mark.parametrize(
    "line",
    ['{"at": "2026-11-0', "[]", "7", '"on"', '{"on": false}', "\udcff",
     '{"at": "2026-11-02T08:00:00+00:00", "on": false, "notice": null, "by": "Lan"}',
     '{"at": "2026-11-02T08:00:00+00:00", "on": true, "notice": "x", "by": "Lan"}',
     '{"at": "2026-11-02T08:00:00+00:00", "on": "no", "notice": "x", "by": "Lan"}',
     '{"at": "2026-11-02T08:00:00", "on": true, "notice": null, "by": "Lan"}'],
)  # fmt: skip
def test_a_damaged_line_is_passed_over_and_ends_nothing(
    line: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    off = AnsweringSwitch(tmp_path).turn_off("Tạm ngừng.", "Lan")
    with (tmp_path / SWITCH_FILE).open("ab") as file:
        file.write(line.encode("utf-8", "surrogateescape"))
    clock = Clock()
    switch = AnsweringSwitch(tmp_path, clock)
    assert switch.state() == off
    assert "line 2" in caplog.text
    on = switch.turn_on("Lan")
    assert switch.history() == (off, on), "the next turn begins a line of its own"
    assert switch.state() == on


@given(line=st.binary())
def test_no_line_breaks_the_reading(line: bytes) -> None:
    assert read_line(line) is None


def test_while_the_file_cannot_be_read_answering_stays_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    switch = AnsweringSwitch(tmp_path, clock)
    off = switch.turn_off("Tạm ngừng.", "Lan")
    assert switch.state() == off
    (tmp_path / SWITCH_FILE).unlink()
    (tmp_path / SWITCH_FILE).mkdir()
    for _ in range(3):
        clock.later()
        assert switch.state() == off
    with pytest.raises(OSError, match="directory"):
        switch.history()
    (tmp_path / SWITCH_FILE).rmdir()
    clock.later()
    assert switch.state() == off
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2, "said once for each trouble"
    assert "answering stays off" in caplog.text
    assert AnsweringSwitch(tmp_path).turn_on("Lan").on
    clock.later()
    assert switch.state().on, "and whoever turns it anew is followed"


def test_a_file_that_could_never_be_read_leaves_answering_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / SWITCH_FILE).mkdir()
    assert AnsweringSwitch(tmp_path).state().on
    assert "answering stays on" in caplog.text


def test_turns_of_many_at_once_are_all_on_record(tmp_path: Path) -> None:
    def turn(n: int) -> None:
        AnsweringSwitch(tmp_path).turn_off(f"Tạm ngừng {n}.", f"Người {n}")

    threads = [threading.Thread(target=turn, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = AnsweringSwitch(tmp_path).history()
    assert {turn.by for turn in turns} == {f"Người {n}" for n in range(16)}
    for line in (tmp_path / SWITCH_FILE).read_text("utf-8").splitlines():
        json.loads(line)
