"""The program as people run it: a process, its output, its exit code; no socket but loopback is open to it."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_NETWORK = Path(__file__).parent / "no_network"


def danchu(home: Path, *words: str, stdin: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a state folder of its own, with every socket but loopback closed."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        env={
            **os.environ, "DANCHU_HOME": str(home), "PYTHONPATH": f"{NO_NETWORK}{os.pathsep}{ROOT}", "COLUMNS": "120",
            "PYTHONUTF8": "1", **env,
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The error: exit code 1, one plain line on stderr, no trace."""
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.strip().splitlines() if line]
    assert lines, "nothing was said"
    assert "Traceback" not in done.stderr
    return lines[-1]


def test_ask_json_is_json_alone(home: Path) -> None:
    done = danchu(home, "ask", "tien o dau ra de lam nghi quyet kim bang", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "answered"
    quote = answer["quotes"][0]
    data = (ROOT / quote["source"]["file"]).read_bytes().decode("utf-8")
    assert "Kinh phí triển khai" in data[quote["source"]["start"] : quote["source"]["end"]]
    assert quote["citation"].startswith("Điều 2 Nghị quyết số 18/NQ-HĐND")
    assert quote["document"] == {
        "id": "nghi-quyet-kim-bang-2024", "kind": "resolution", "number": "18/NQ-HĐND",
        "title": "Quyết định các biện pháp bảo đảm thực hiện dân chủ ở cơ sở trên địa bàn huyện Kim Bảng",
        "issuer": "Hội đồng nhân dân huyện Kim Bảng", "issued": "2024-07-23", "effective": "2024-07-23",
    }  # fmt: skip


def test_ask_for_a_person_and_verify_the_code(home: Path) -> None:
    done = danchu(home, "ask", "ai ký nghị quyết thạch khôi", "--explain")
    assert done.returncode == 0, done.stderr
    assert "Nguyễn Văn Kiên" in done.stdout
    code = done.stdout.split("Mã: ")[1].split()[0]
    assert "còn nguyên" in danchu(home, "verify", code).stdout
    bad = danchu(home, "verify", "22222222")
    assert "không" in one_line(bad).lower()


def test_refusals_exit_0(home: Path) -> None:
    done = danchu(home, "ask", "Điều 7 nghị quyết Kim Bảng", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["reason"] == "provision_not_found"


def test_questions_are_on_record_without_the_askers_id(home: Path) -> None:
    danchu(home, "ask", "hôm nay trời có mưa không")
    listed = json.loads(danchu(home, "feedback", "list", "--json").stdout)
    assert any("trời có mưa" in json.dumps(row, ensure_ascii=False) for row in listed)
    with sqlite3.connect(home / "danchu.sqlite3") as database:
        dump = "\n".join(database.iterdump())
    assert f"cli:{os.getuid()}" not in dump


def test_batch_keeps_order_and_goes_on_after_a_bad_line(home: Path, tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "question": "điểm d khoản 7 Điều 2 nghị quyết Hải Phòng"}',
        "not json",
        '{"id": "c", "question": 5}',
        '{"id": "d", "question": "còn ở Hải Phòng thì sao?", "previous": "Kinh phí ở Thạch Khôi lấy đâu?"}',
        '{"id": "e", "question": "x", "on": "hôm qua"}',
    ]
    path = tmp_path / "batch.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    done = danchu(home, "ask", "--batch", str(path), "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", None, "c", "d", "e"]
    assert [row["status"] for row in rows] == ["answered", "error", "error", "answered", "error"]
    assert rows[3]["quotes"][0]["document"]["id"] == "nghi-quyet-hai-phong-2025"


def test_chat(home: Path) -> None:
    done = danchu(home, "chat", stdin="Kinh phí ở Kim Bảng lấy từ đâu?\ncòn ở Hải Phòng thì sao?\n/thoat\n")
    assert done.returncode == 0, done.stderr
    assert "ngân sách nhà nước" in done.stdout
    assert "thành phố Hải Phòng" in done.stdout


def test_corpus_commands(home: Path, tmp_path: Path) -> None:
    check = danchu(home, "corpus", "check")
    assert check.returncode == 0, check.stderr
    for row in ("48 / 48", "30 / 30", "29 / 29", "57 / 57", "42 / 42"):
        assert row in check.stdout
    assert "Điều 2. Nguồn lực thực hiện" in danchu(home, "corpus", "show", "nghi-quyet-kim-bang-2024").stdout
    tree = json.loads(danchu(home, "corpus", "show", "nghi-quyet-kim-bang-2024", "--json").stdout)
    assert tree["counts"]["all"] == 29
    assert len(json.loads(danchu(home, "corpus", "list", "--json").stdout)) == 5
    assert "mã" in one_line(danchu(home, "corpus", "show", "none"))
    junk = tmp_path / "junk.txt"
    junk.write_bytes(b"\x00\x01")
    assert "dòng 1" in one_line(danchu(home, "corpus", "add", str(junk)))


def test_a_law_is_added_quoted_and_removed(tmp_path: Path, laws: Path) -> None:
    own = tmp_path / "home"
    question = "Điều 15 Luật Thực hiện dân chủ ở cơ sở"
    assert json.loads(danchu(own, "ask", question, "--json").stdout)["reason"] == "document_not_in_corpus"
    added = danchu(own, "corpus", "add", str(laws / "luat-10-2022-qh15.txt"))
    assert added.returncode == 0, added.stderr
    assert "91 điều" in added.stdout
    answer = json.loads(danchu(own, "ask", question, "--json").stdout)
    assert answer["status"] == "answered"
    assert answer["quotes"][0]["citation"].startswith("Điều 15 Luật Thực hiện dân chủ ở cơ sở")
    again = danchu(own, "corpus", "add", str(laws / "luat-10-2022-qh15.txt"))
    assert "đã có" in one_line(again)
    assert danchu(own, "corpus", "remove", "luat-10-2022-qh15").returncode == 0
    assert json.loads(danchu(own, "ask", question, "--json").stdout)["reason"] == "document_not_in_corpus"


@pytest.mark.parametrize("damage", ["manifest", "faiss", "nothing there"])
def test_a_damaged_index_is_built_anew_with_a_message(tmp_path: Path, damage: str) -> None:
    own = tmp_path / "home"
    question = ("ask", "Kinh phí ở Kim Bảng lấy từ đâu?", "--json")
    before = json.loads(danchu(own, *question).stdout)
    for path in sorted((own / "index").rglob("*")):
        if path.is_file() and (damage == "nothing there" or damage in path.name):
            path.write_bytes(path.read_bytes()[:-7] + b"garbage") if damage != "nothing there" else path.unlink()
    done = danchu(own, *question)
    assert done.returncode == 0, done.stderr
    assert "chỉ mục" in done.stderr.lower()
    assert json.loads(done.stdout)["quotes"] == before["quotes"]


def test_a_missing_model_is_one_plain_line(tmp_path: Path) -> None:
    line = one_line(danchu(tmp_path / "home", "ask", "x y", DANCHU_MODEL=str(tmp_path / "nowhere")))
    assert "mô hình" in line


def test_a_locked_database_is_one_plain_line_and_the_answer_comes(tmp_path: Path) -> None:
    own = tmp_path / "home"
    danchu(own, "ask", "Kinh phí ở Kim Bảng lấy từ đâu?")
    with sqlite3.connect(own / "danchu.sqlite3", isolation_level=None) as database:
        database.execute("BEGIN EXCLUSIVE")
        done = danchu(own, "ask", "Ai giám sát nghị quyết ở Thạch Khôi?", "--json")
        database.execute("ROLLBACK")
    assert json.loads(done.stdout)["quotes"]
    one_line(done)
    danchu(own, "ask", "Ai ký nghị quyết Kim Bảng?")
    with sqlite3.connect(own / "danchu.sqlite3") as database:
        assert "Ai giám sát nghị quyết ở Thạch Khôi?" in "\n".join(database.iterdump())


def test_a_port_in_use_is_one_plain_line(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = one_line(danchu(home, "serve", "--port", str(taken.getsockname()[1])))
    assert "cổng" in line


def test_a_bad_setting_is_one_plain_line(tmp_path: Path) -> None:
    assert "DANCHU_PORT" in one_line(danchu(tmp_path / "home", "ask", "x y", DANCHU_PORT="abc"))
    assert one_line(danchu(tmp_path / "home", "telegram"))


def test_wrong_use_is_2(home: Path) -> None:
    assert danchu(home, "ask").returncode == 2
    assert danchu(home, "ask", "x", "--on", "2026").returncode == 2
    assert danchu(home, "nonsense").returncode == 2


@pytest.mark.parametrize(
    "command", ["ask", "chat", "serve", "telegram", "verify", "corpus", "index", "evaluate", "feedback"]
)
def test_help_has_examples_or_commands(home: Path, command: str) -> None:
    done = danchu(home, command, "--help")
    assert done.returncode == 0
    assert "Ví dụ" in done.stdout or "Commands" in done.stdout


def test_no_socket_but_loopback_is_open_to_these_processes(home: Path) -> None:
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run(
        [sys.executable, "-c", probe],
        env={**os.environ, "PYTHONPATH": str(NO_NETWORK)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "only loopback" in done.stderr
