from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.message import Message
from bot.packing import pack, words_of
from bot.people import Told
from bot.telling import Telling
from tests.bot.fake_telegram import TOKEN, FakeTelegram
from tests.bot.load import ROOT, program
from tests.bot.stand_ins import POINT, THACH_KHOI, Before, Book, Clerk, quote

LAW = (
    "Số: 07/NQ-HĐND\n\nTân Tiến, ngày 05 tháng 3 năm 2026\n\nNGHỊ QUYẾT\n\nVề thực hiện dân chủ\n\n"
    "HỘI ĐỒNG NHÂN DÂN XÃ TÂN TIẾN\n\nQUYẾT NGHỊ:\n\nĐiều 1. Họp dân\n\n1. Mỗi quý họp một lần.\n"
)
ASKED = "khoản 1 Điều 1 Nghị quyết 07/NQ-HĐND"


@dataclass(frozen=True)
class Waits:
    record_id: str
    channel: str
    address: str
    question: Before


@dataclass
class Waiting:
    rows: list[Waits]
    outcomes: list[Told] = field(default_factory=list)

    def waiting(self, limit: int = 1_000) -> list[Waits]:
        return self.rows[:limit]

    def told(self, record_id: str, channel: str, address: str, how: Told) -> None:
        self.outcomes.append(how)
        if how is Told.LATER:
            return
        self.rows = [
            row for row in self.rows if (row.record_id, row.channel, row.address) != (record_id, channel, address)
        ]


@dataclass
class Door:
    """A channel that notes what it is to say."""

    works: bool = True
    said: list[tuple[str, str]] = field(default_factory=list)

    async def tell(self, chat: str, message: Message) -> Told:
        if self.works:
            self.said.append((chat, words_of(pack(message.blocks, 100_000))))
        return Told.SENT if self.works else Told.LATER


def telling(door: Door, *texts: str) -> tuple[Telling, Waiting]:
    rows = [Waits(f"{n:032x}", "telegram", str(n), Before(text, (), None)) for n, text in enumerate(texts)]
    waiting = Waiting(rows)
    return Telling(waiting, Assistant(Clerk(), Book()), {"telegram": door}, lambda: "1"), waiting  # type: ignore[dict-item]


def test_who_has_an_answer_now_is_told_once_and_the_others_go_on_waiting() -> None:
    door = Door()
    look, waiting = telling(door, "cản trở", "Luật Đất đai?")
    assert asyncio.run(look.look()) == 1
    assert asyncio.run(look.look()) == 0
    [(chat, words)] = door.said
    assert chat == "0"
    assert words.startswith("Câu hỏi trước đây của bạn “cản trở”")
    assert quote(THACH_KHOI, POINT).text in words
    assert [row.address for row in waiting.rows] == ["1"]


def test_who_cannot_be_reached_now_waits_on() -> None:
    door = Door(works=False)
    look, waiting = telling(door, "cản trở")
    assert asyncio.run(look.look()) == 0
    assert len(waiting.rows) == 1
    assert waiting.outcomes == [Told.LATER]
    door.works = True
    assert asyncio.run(look.look()) == 1
    assert not waiting.rows


def test_people_of_a_channel_that_does_not_run_here_wait_on() -> None:
    look, waiting = telling(Door(), "cản trở")
    waiting.rows = [Waits("0" * 32, "zalo", "u1", Before("cản trở", (), None))]
    assert asyncio.run(look.look()) == 0
    assert len(waiting.rows) == 1


def test_a_document_that_is_added_answers_who_waited_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    paper, home = tmp_path / "nq.txt", tmp_path / "home"
    home.mkdir()
    paper.write_text(LAW, "utf-8")
    with FakeTelegram() as fake:
        env = {"DANCHU_TELEGRAM_TOKEN": TOKEN, "DANCHU_TELEGRAM_API": fake.url}
        with program(home, "telegram", **env):
            fake.say(7, ASKED)
            [refusal] = fake.wait_sent(1, seconds=60)
            fake.tap(refusal, refusal.data("t:"))
            fake.wait(lambda: bool(fake.calls("answerCallbackQuery")))
            subprocess.run(
                [sys.executable, "-m", "bot.cli", "corpus", "add", str(paper)],
                cwd=ROOT,
                env={**os.environ, "DANCHU_HOME": str(home)},
                capture_output=True,
                check=True,
                timeout=120,
            )
            told = fake.wait_sent(2, seconds=60)[1]
        assert told.params["chat_id"] == 7
        assert "1. Mỗi quý họp một lần." in told.text
        assert len(fake.sent()) == 2
    with sqlite3.connect(home / "danchu.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM waiting").fetchone() == (0,)
