from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.feedback.cli import StatusChoice, feedback_app
from bot.feedback.recorder import Recorder, open_recorder
from bot.feedback.spool import Spool
from bot.feedback.store import Store
from bot.settings import load_settings
from retrieval.answer import Status

ROOT = Path(__file__).parents[3]
Run = Callable[..., Any]


@pytest.fixture
def run(home: Path) -> Run:
    def command(*arguments: str) -> Any:
        return CliRunner(env={"COLUMNS": "160", "NO_COLOR": "1"}).invoke(feedback_app, list(arguments))

    return command


@pytest.fixture
def ids(home: Path, fakes: SimpleNamespace) -> dict[str, str]:
    """A question of each outcome on record; the answered one has a thumb down."""
    recorder = open_recorder(load_settings())
    made = {
        status: recorder.record(fakes.answer(f"câu [bold]{status}[/bold]", status=status), channel="web", asker="a")
        for status in ("answered", "related", "unanswered")
    }
    recorder.rate(made["answered"], asker="a", helpful=False)
    recorder.record(fakes.answer("câu được khen", status="answered"), channel="web", asker="b")
    recorder.close()
    return made


def test_the_list_is_a_table(run: Run, ids: dict[str, str]) -> None:
    result = run("list")
    assert result.exit_code == 0
    for status, record_id in ids.items():
        assert record_id[:8] in result.stdout
        assert f"câu [bold]{status}[/bold]" in result.stdout, "a question is text, not markup"
    assert "câu được khen" not in result.stdout
    assert "3 trên tổng số 3 câu" in result.stdout
    assert "chưa trả lời được: không tìm thấy điều khoản" in result.stdout


def test_the_list_as_json_is_json_alone(run: Run, ids: dict[str, str]) -> None:
    result = run("list", "--json")
    items = json.loads(result.stdout)
    assert [item["id"] for item in items] == [ids["unanswered"], ids["related"], ids["answered"]]
    assert "asker_hash" not in result.stdout
    assert [item["id"] for item in json.loads(run("list", "--json", "--limit", "1").stdout)] == [ids["unanswered"]]
    picked = run("list", "--json", "--status", "related", "--status", "answered").stdout
    assert [item["status"] for item in json.loads(picked)] == ["related", "answered"]


def test_an_empty_queue_says_so(run: Run) -> None:
    assert "Không có câu hỏi nào cần xem xét." in run("list").stdout
    assert json.loads(run("list", "--json").stdout) == []


def test_a_question_is_shown_by_the_first_letters_of_its_id(run: Run, ids: dict[str, str], fakes: Any) -> None:
    for prefix in (ids["related"], ids["related"][:12], ids["related"][:12].upper()):
        result = run("show", prefix)
        assert result.exit_code == 0
        for words in (ids["related"], "câu [bold]related[/bold]", "gần đúng", "chưa chắc chắn", fakes.quote().text):
            assert words in result.stdout
    assert json.loads(run("show", ids["answered"], "--json").stdout)["unhelpful"] == 1


@pytest.mark.parametrize("wanted", ["ffff", "zz", "%", "-"])
def test_an_id_that_does_not_exist_is_one_line_on_stderr(run: Run, home: Path, wanted: str) -> None:
    result = run("show", "--", wanted)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == f"Lỗi: Không có câu hỏi nào có mã {wanted}.\n"


def test_an_id_of_several_asks_for_more_letters(run: Run, home: Path, fakes: SimpleNamespace) -> None:
    recorder = open_recorder(load_settings())
    made = [recorder.record(fakes.answer(), channel="web", asker=None) for _ in range(17)]
    recorder.close()
    firsts = [record_id[0] for record_id in made]
    common = next(letter for letter in firsts if firsts.count(letter) > 1)
    result = run("show", common)
    assert result.exit_code == 1
    assert "hãy gõ thêm ký tự" in result.stderr


@pytest.mark.parametrize(
    ("name", "form", "begin"), [("q.csv", None, b"\xef\xbb\xbf"), ("q.x", None, b"{"), ("q.csv", "jsonl", b"{")]
)
def test_the_queue_is_exported(
    run: Run, ids: dict[str, str], tmp_path: Path, name: str, form: str | None, begin: bytes
) -> None:
    arguments = ["export", str(tmp_path / name), *(["--format", form] if form else [])]
    result = run(*arguments)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "Đã ghi 3 câu hỏi" in result.stderr
    assert (tmp_path / name).read_bytes().startswith(begin)
    again = run(*arguments)
    assert again.exit_code == 1
    assert again.stderr.startswith("Lỗi: ")
    assert again.stderr.count("\n") == 1
    assert run(*arguments, "--force", "--status", "related").stderr.startswith("Đã ghi 1 câu hỏi")


def test_what_waits_in_the_spool_is_taken_in_first(run: Run, home: Path, fakes: SimpleNamespace) -> None:
    (home / "danchu.sqlite3").mkdir(parents=True)
    recorder = open_recorder(load_settings())
    record_id = recorder.record(fakes.answer(), channel="web", asker=None)
    recorder.close()
    (home / "danchu.sqlite3").rmdir()
    assert [item["id"] for item in json.loads(run("list", "--json").stdout)] == [record_id]


def test_a_locked_database_can_be_read_and_what_waits_is_told(
    run: Run, url: str, home: Path, ids: dict[str, str], fakes: SimpleNamespace
) -> None:
    with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        recorder = Recorder(Store(url, busy_timeout_s=0.05), Spool(home / "spool"), b"s" * 32, retry_after_s=600)
        waiting = recorder.record(fakes.answer(), channel="web", asker=None)
        recorder.close()
        result = run("list", "--json")
        assert sorted(item["id"] for item in json.loads(result.stdout)) == sorted(ids.values())
        assert result.stderr.startswith("Còn 1 bản ghi chờ đưa vào cơ sở dữ liệu")
        other.execute("ROLLBACK")
    assert waiting in run("list", "--json").stdout


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("list", "--json"),
        ("show", "abc"),
        ("export", "x.csv"),
        ("forget", "abc", "--yes"),
        ("purge", "--days", "9", "--yes"),
    ],
)
def test_a_dead_database_is_one_plain_line(run: Run, home: Path, command: tuple[str, ...]) -> None:
    (home / "danchu.sqlite3").mkdir(parents=True)
    result = run(*command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "Lỗi: Không mở được tệp cơ sở dữ liệu; hãy kiểm tra đường dẫn và quyền ghi.\n"


@pytest.mark.parametrize(("name", "value"), [("DANCHU_PORT", "x"), ("DANCHU_DB", "mysql://a/b")])
def test_a_bad_setting_is_one_plain_line(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    result = run("list")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Lỗi: {name}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--status", "no"),
        ("list", "--limit", "0"),
        ("show",),
        ("nothing",),
        ("forget",),
        ("forget", "abc", "--asker", "a"),
        ("forget", "--asker", "a"),
        ("purge",),
        ("purge", "--days", "0"),
    ],
)
def test_wrong_use_is_exit_code_2(run: Run, command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 2


@pytest.mark.parametrize("command", ["list", "show", "export", "remarks", "forget", "purge"])
def test_help_has_an_example(run: Run, command: str) -> None:
    assert f"Ví dụ: danchu feedback {command}" in run(command, "--help").stdout


def test_statuses_are_those_of_the_contract() -> None:
    assert {choice.value for choice in StatusChoice} == {status.value for status in Status}


def test_importing_the_commands_is_cheap() -> None:
    heavy = "{'sqlalchemy', 'sqlmodel', 'pydantic', 'pydantic_settings', 'retrieval', 'corpus'}"
    code = f"import sys, bot.feedback.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_recorder_is_what_the_assistant_calls(home: Path) -> None:
    from bot.assistant import Records

    recorder: Records = open_recorder(load_settings())
    assert isinstance(recorder, Recorder)
    recorder.close()


def test_remarks_are_listed(run: Run, home: Path) -> None:
    assert run("remarks").stdout == "Chưa có lời góp ý nào.\n"
    recorder = open_recorder(load_settings())
    recorder.remark("telegram", "1", "Trả lời\nnhanh [bold]hơn[/bold]")
    recorder.close()
    assert run("remarks").stdout.endswith("· telegram · Trả lời nhanh [bold]hơn[/bold]\n")


# The end of what was kept


def test_one_question_is_deleted_by_its_id(run: Run, ids: dict[str, str]) -> None:
    asked = run("forget", ids["related"][:12])
    assert asked.exit_code == 1, "nobody said yes"
    assert ids["related"] in run("list", "--json").stdout
    done = run("forget", ids["related"][:12], "--yes")
    assert (done.exit_code, done.stdout) == (0, "Đã xóa 1 câu hỏi.\n")
    assert ids["related"] not in run("list", "--json").stdout
    again = run("forget", ids["related"], "--yes")
    assert (again.exit_code, again.stderr) == (1, f"Lỗi: Không có câu hỏi nào có mã {ids['related']}.\n")


def test_a_person_is_deleted_by_channel_and_id(run: Run, ids: dict[str, str]) -> None:
    done = run("forget", "--channel", "web", "--asker", "a", "--yes")
    assert (done.exit_code, done.stdout) == (0, "Đã xóa 3 câu hỏi.\n")
    assert json.loads(run("list", "--json").stdout) == []
    assert run("forget", "--channel", "web", "--asker", "b", "--yes").stdout == "Đã xóa 1 câu hỏi.\n"


def test_a_person_is_deleted_later_where_the_database_is_dead(
    run: Run, ids: dict[str, str], home: Path, tmp_path: Path
) -> None:
    for path in home.glob("danchu.sqlite3*"):
        path.rename(tmp_path / path.name)
    (home / "danchu.sqlite3").mkdir()
    result = run("forget", "--channel", "web", "--asker", "a", "--yes")
    assert result.exit_code == 1
    assert "sẽ thực hiện khi cơ sở dữ liệu hoạt động lại" in result.stderr
    (home / "danchu.sqlite3").rmdir()
    for path in tmp_path.glob("danchu.sqlite3*"):
        path.rename(home / path.name)
    assert json.loads(run("list", "--json").stdout) == []


def test_old_questions_are_deleted(run: Run, ids: dict[str, str], home: Path) -> None:
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as database:
        database.execute("UPDATE question SET asked_at = '2020-01-01 00:00:00.000000' WHERE status <> 'answered'")
        database.commit()
    refused = CliRunner().invoke(feedback_app, ["purge", "--days", "365"], input="n\n")
    assert (refused.exit_code, "Không xóa gì." in refused.stdout) == (0, True)
    done = run("purge", "--days", "365", "--yes")
    assert (done.exit_code, done.stdout) == (0, "Đã xóa 2 câu hỏi cũ hơn 365 ngày.\n")
    assert [item["id"] for item in json.loads(run("list", "--json").stdout)] == [ids["answered"]]
