from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli_answering import answering_app
from bot.cli_tools import console
from bot.switch import AnsweringSwitch, SwitchError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DANCHU_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    console.cache_clear()


def said(*words: str) -> str:
    console.cache_clear()  # it was made for the stdout of before
    done = CliRunner().invoke(answering_app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_answering_goes_off_and_on_and_the_history_tells_it(home: Path) -> None:
    assert said() == "Đang trả lời.\n"
    assert said("history") == "Chưa lần nào tạm ngừng trả lời.\n"
    told = said("off", "--notice", "Đang cập nhật [văn bản].", "--by", "Lan")
    assert told.startswith("Tạm ngừng trả lời, từ ")
    assert told.endswith(", do Lan. Thông báo: Đang cập nhật [văn bản].\n")
    assert said() == told
    assert AnsweringSwitch(home).notice() == "Đang cập nhật [văn bản]."
    assert said("on", "--by", "Hùng").endswith(", do Hùng.\n")
    assert said().startswith("Đang trả lời, từ ")
    first, second = said("history").splitlines()
    assert (first + "\n", second + "\n") == (told, said())


def test_who_gives_no_name_goes_by_the_login(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "canbo")
    said("off", "--notice", "Tạm ngừng.")
    assert AnsweringSwitch(home).state().by == "canbo"


def test_a_notice_is_asked_for_and_an_empty_one_refused() -> None:
    assert CliRunner().invoke(answering_app, ["off"]).exit_code == 2
    with pytest.raises(SwitchError):
        said("off", "--notice", "  ")


@pytest.mark.parametrize("words", [(), ("off",), ("on",), ("history",)])
def test_help_gives_an_example(words: tuple[str, ...]) -> None:
    assert "danchu answering" in said(*words, "--help")
