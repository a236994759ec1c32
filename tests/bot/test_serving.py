"""`danchu serve` as a process: pages, recording, a dead database, Telegram beside it, an orderly end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.bot.fake_telegram import TOKEN, FakeTelegram

ROOT = Path(__file__).parents[2]
NO_NETWORK = Path(__file__).parent / "no_network"


@contextmanager
def served(home: Path, **env: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """The program on a free port, and a client of it."""
    environment = {
        **os.environ, "DANCHU_HOME": str(home), "PYTHONPATH": f"{NO_NETWORK}{os.pathsep}{ROOT}", "PYTHONUNBUFFERED": "1", **env,
    }  # fmt: skip
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "http://" in line:
                    break
            address = line.split("http://")[1].split()[0]
            with httpx.Client(base_url=f"http://{address}", timeout=30) as client:
                wait(lambda: alive(client))
                yield client, process
        finally:
            process.kill()


def alive(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def wait(ready: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def questions(home: Path) -> str:
    with sqlite3.connect(home / "danchu.sqlite3") as database:
        return "\n".join(database.iterdump())


def test_a_question_is_answered_and_on_record_and_sigterm_ends_in_order(tmp_path: Path) -> None:
    with served(tmp_path) as (client, process):
        answer = client.post(
            "/api/ask", json={"id": "1", "question": "Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?"}
        ).json()
        assert answer["quotes"][0]["path"] == "sec_III__cl_5__ind_1"
        assert answer["quotes"][0]["text"] in client.get(answer["reply"]["quotes"][0]["address"].split("#")[0]).text
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["details"]["database"]) == (200, "ok")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?" in questions(tmp_path)


def test_a_locked_database_costs_nobody_the_answer_and_no_question_is_lost(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _):
        client.post("/api/ask", json={"question": "Ai ký nghị quyết Kim Bảng?"})
        database = sqlite3.connect(tmp_path / "danchu.sqlite3", isolation_level=None)
        database.execute("BEGIN EXCLUSIVE")
        for n in range(5):
            answer = client.post(
                "/api/ask", json={"question": f"khoản {n % 3 + 1} Điều 3 nghị quyết Thạch Khôi lần {n}"}
            )
            assert answer.json()["quotes"]
        details = client.get("/readyz").json()["details"]
        assert (details["database"], details["spooled"]) == ("unavailable", 5)
        database.execute("ROLLBACK")
        database.close()
        wait(lambda: client.get("/readyz").json()["details"]["spooled"] == 0)
    kept = questions(tmp_path)
    assert all(kept.count(f"Thạch Khôi lần {n}'") == 1 for n in range(5))


def test_documents_added_while_it_runs_are_taken_up(tmp_path: Path) -> None:
    paper = tmp_path / "nq.txt"
    paper.write_text(
        "Số: 07/NQ-HĐND\n\nTân Tiến, ngày 05 tháng 3 năm 2026\n\nNGHỊ QUYẾT\n\nVề thực hiện dân chủ\n\n"
        "HỘI ĐỒNG NHÂN DÂN XÃ TÂN TIẾN\n\nQUYẾT NGHỊ:\n\nĐiều 1. Họp dân\n\n1. Mỗi quý họp một lần.\n",
        "utf-8",
    )
    home = tmp_path / "home"
    ask = {"question": "khoản 1 Điều 1 Nghị quyết 07/NQ-HĐND"}
    with served(home) as (client, _):
        assert client.post("/api/ask", json=ask).json()["reason"] == "document_not_in_corpus"
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "corpus", "add", str(paper)],
            cwd=ROOT,
            env={**os.environ, "DANCHU_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        wait(lambda: client.post("/api/ask", json=ask).json()["status"] == "answered")
        assert client.post("/api/ask", json=ask).json()["quotes"][0]["text"] == "1. Mỗi quý họp một lần."


def test_telegram_runs_beside_the_pages_when_its_token_is_set(tmp_path: Path) -> None:
    with (
        FakeTelegram() as fake,
        served(tmp_path, DANCHU_TELEGRAM_TOKEN=TOKEN, DANCHU_TELEGRAM_API=fake.url) as (client, process),
    ):
        fake.say(7, "ai ký nghị quyết thạch khôi")
        fake.wait_sent(1)
        assert "Nguyễn Văn Kiên" in fake.sent(7)[0].text
        assert client.get("/readyz").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
