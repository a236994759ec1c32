"""What people type of themselves is nowhere afterwards: in no file of the state folder, no log line, no metric."""

from __future__ import annotations

import signal
import time
import unicodedata
from pathlib import Path

import httpx
import pytest

from tests.bot.fake_telegram import FakeTelegram
from tests.bot.fake_zalo_bot import FakeZaloBot
from tests.bot.load import _address, program
from tests.bot.test_hooks import telegram_env, zalo_env

PERSONAL = {
    "Trần Thị Bưởi": "tôi là Trần Thị Bưởi",
    "Hoàng Văn Thuận": "ông Hoàng Văn Thuận ở cạnh nhà",
    "012345678901": "căn cước 012345678901",
    "0912 345 678": "gọi 0912 345 678",
    "buoi.tran@example.vn": "thư buoi.tran@example.vn",
}
KEPT = ("500.000 đồng", "18/NQ-HĐND", "16/6/2025")
QUESTION = f"{', '.join(PERSONAL.values())}: {', '.join(KEPT)} thì kinh phí ở Kim Bảng lấy từ đâu?"
BARE = "thuế đất của tran thi buoi, sdt 0912345678, 012345678901 và buoi.tran@example.vn?"


def spellings(words: str) -> list[bytes]:
    return [unicodedata.normalize(form, words).encode() for form in ("NFC", "NFD")]


def traces(words: bytes) -> list[str]:
    """What personal data stands in some bytes."""
    gone = (*PERSONAL, "tran thi buoi", "0912345678")
    escaped = [(one, one.encode("unicode_escape")) for one in gone]
    return [one for one in gone if any(form in words for form in spellings(one))] + [
        one for one, form in escaped if form in words
    ]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_personal_is_left_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_format: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeTelegram() as telegram, FakeZaloBot() as zalo:
        env = {**telegram_env(telegram), **zalo_env(zalo), "DANCHU_LOG_LEVEL": "DEBUG", "DANCHU_LOG_FORMAT": log_format}
        del env["DANCHU_TELEGRAM_WEBHOOK"], env["DANCHU_TELEGRAM_WEBHOOK_SECRET"]
        del env["DANCHU_ZALO_WEBHOOK"], env["DANCHU_ZALO_WEBHOOK_SECRET"]
        with program(tmp_path, "serve", "--port", "0", **env) as process:
            base = _address(tmp_path, process)
            with httpx.Client(base_url=base, trust_env=False, timeout=20) as client:
                for words in (QUESTION, BARE):
                    body = client.post("/api/ask", json={"question": words, "previous": [QUESTION]}).json()
                    assert body["question"] == words  # the asker reads their own words
                    client.post("/", data={"q": words})
                    client.get("/", params={"q": words})
                client.post("/api/rate", json={"record_id": body["record_id"], "helpful": True})
                client.post("/api/ask", content=f'{{"question": "{QUESTION}"'.encode())  # broken JSON
                client.get(f"/kiem-tra/{BARE}")
                for words in (QUESTION, BARE, f"/phanhoi {QUESTION}", f"/noio {QUESTION}", f"/kiemtra {BARE}"):
                    telegram.say(7, words)
                    zalo.say("u1", words)
                telegram.type_inline(7, QUESTION[:250])
                telegram.wait_sent(5, seconds=60)
                zalo.wait_sent(5, seconds=60)
                refusal = next(
                    call for call in telegram.sent() if any(b["text"].startswith("🔔") for b in call.buttons)
                )
                telegram.tap(refusal, refusal.data("t:"))
                telegram.wait(lambda: bool(telegram.calls("answerCallbackQuery")))
                figures = client.get("/metrics").content
                time.sleep(0.5)
                while_running = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    afterwards = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert traces(figures) == []
    for files in (while_running, afterwards):
        assert {name: found for name, words in files.items() if (found := traces(words))} == {}
    everything = b"".join(afterwards.values())
    for kept in KEPT:
        assert kept.encode() in everything, kept
    assert b"status=" in everything  # the log says something


def test_the_search_for_traces_finds_them() -> None:
    assert set(traces(QUESTION.encode())) == set(PERSONAL)
    assert "tran thi buoi" in traces(BARE.encode())
    assert traces(QUESTION.encode("unicode_escape"))
