from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import INBOX_FILE, OFFERED_S, REMEMBERED_S, Inbox, InboxError, Intake
from bot.message import Incoming

ROOT = Path(__file__).parents[2]
SALT = b"s" * 32


def wrote(number: int, text: str | None = "câu hỏi", chat: str = "7") -> Incoming:
    return Incoming("telegram", str(number), chat, "7", str(number), text)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    one = Inbox(tmp_path, SALT, str)
    yield one
    one.close()


def test_what_came_is_there_after_a_restart_until_it_is_done(tmp_path: Path) -> None:
    first = Inbox(tmp_path, SALT, str)
    items = [wrote(1), wrote(2, None), wrote(3, "\ud83d lẻ"), wrote(4, "dấu \"' và \x00")]
    assert first.put(items) == items
    first.done(items[1])
    first.close()
    second = Inbox(tmp_path, SALT, str)
    assert second.pending("telegram") == [items[0], items[2], items[3]]
    assert second.pending("zalo") == []
    second.close()


def test_a_delivery_that_comes_again_is_dropped_even_when_it_was_answered(inbox: Inbox) -> None:
    one = wrote(1)
    assert inbox.put([one, one]) == [one]
    inbox.done(one)
    assert inbox.put([one]) == []
    assert inbox.put([Incoming("zalo", "1", "7", "7", "1", "x")]) != []


def test_order_is_that_of_coming_not_of_keys(inbox: Inbox) -> None:
    items = [wrote(n) for n in random.Random(5).sample(range(1000), 50)]
    for start in range(0, 50, 7):
        inbox.put(items[start : start + 7])
    assert inbox.pending("telegram") == items


def test_digests_are_forgotten_after_some_days_but_not_what_waits(tmp_path: Path) -> None:
    now = 1_000.0
    inbox = Inbox(tmp_path, SALT, str, clock=lambda: now)
    inbox.put([wrote(1), wrote(2)])
    inbox.done(wrote(1))
    now += REMEMBERED_S + 1
    assert inbox.pending("telegram") == [wrote(2)]
    assert inbox.put([wrote(1), wrote(2)]) == [wrote(1)]
    inbox.close()


def test_what_was_offered_can_be_picked_for_a_day(tmp_path: Path) -> None:
    now = 1_000.0
    inbox = Inbox(tmp_path, SALT, str, clock=lambda: now)
    inbox.offer("zalo", "7", ["v:0", "v:1"])
    inbox.offer("zalo", "8", ["x:1"])
    inbox.offer("zalo", "7", ["a:b:c"])
    assert inbox.offered("zalo", "7") == ["a:b:c"]
    assert inbox.offered("zalo_oa", "7") == []
    now += OFFERED_S + 1
    assert inbox.offered("zalo", "7") == []
    inbox.close()


def test_words_are_masked_on_disk_and_gone_when_done(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, SALT, lambda text: text.replace("0912345678", "[số]"))
    item = wrote(1, "gọi 0912345678 chuyện tổ dân phố", chat="chat-7007")
    assert inbox.put([item]) == [item]  # unmasked for the answer, which is made in memory
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert not any(b"0912345678" in words for words in files)
    assert any(b"chat-7007" in words for words in files)
    assert inbox.pending("telegram")[0].text == "gọi [số] chuyện tổ dân phố"
    inbox.done(item)
    inbox.close()
    for path in tmp_path.iterdir():
        assert b"chat-7007" not in path.read_bytes()


def test_a_disk_that_refuses_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, SALT, str)
    pages = inbox._file.execute("PRAGMA page_count").fetchone()[0]
    inbox._file.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(InboxError, match="inbox"):
        inbox.put([wrote(n, "dài " * 500) for n in range(50)])
    inbox._file.execute("PRAGMA max_page_count = 100000")
    assert inbox.pending("telegram") == []
    assert inbox.put([wrote(0)]) == [wrote(0)]
    inbox.close()


def test_on_a_full_disk_people_are_answered_before_anything_is_acknowledged(inbox: Inbox) -> None:
    served: list[str] = []

    async def serve(item: Incoming) -> None:
        await asyncio.sleep(0.01)
        served.append(item.key)

    async def main() -> None:
        intake = Intake(inbox, serve)
        await intake.take([wrote(1)])
        pages = inbox._file.execute("PRAGMA page_count").fetchone()[0]
        inbox._file.execute(f"PRAGMA max_page_count = {pages}")
        many = [wrote(n, "dài " * 500) for n in range(2, 40)]
        assert await intake.take(many) == 0
        assert sorted(map(int, served)) == list(range(1, 40))
        assert await intake.take(many[:5]) == 5  # delivered again
        inbox._file.execute("PRAGMA max_page_count = 100000")
        assert await intake.take([wrote(40)]) == 0
        assert await intake.finish(5) == 0
        assert len(served) == 40
        assert inbox.pending("telegram") == []

    asyncio.run(main())


def test_a_file_that_is_no_inbox(tmp_path: Path) -> None:
    (tmp_path / INBOX_FILE).write_bytes(b"\x00not a database" * 500)
    with pytest.raises(InboxError):
        Inbox(tmp_path, SALT, str)


@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=5)), max_size=30))
def test_each_chat_is_served_in_order_and_nothing_twice(said: list[tuple[int, str]]) -> None:
    served: list[tuple[str, str]] = []
    at_once: dict[str, int] = {}

    async def handle(item: Incoming) -> None:
        at_once[item.chat] = at_once.get(item.chat, 0) + 1
        assert at_once[item.chat] == 1
        await asyncio.sleep(0)
        if item.text and item.text.startswith("a"):
            at_once[item.chat] -= 1
            raise RuntimeError("a fault of ours")
        at_once[item.chat] -= 1
        served.append((item.chat, item.key))

    class Memory:
        def put(self, items: list[Incoming]) -> list[Incoming]:
            return list(items)

        def done(self, item: Incoming) -> None:
            pass

    items = [wrote(n, text, str(chat)) for n, (chat, text) in enumerate(said)]

    async def main() -> None:
        intake = Intake(Memory(), handle)  # type: ignore[arg-type]
        for start in range(0, len(items), 4):
            await intake.take(items[start : start + 4])
        assert await intake.finish(10) == 0

    asyncio.run(main())
    expected = [item for item in items if not (item.text or "").startswith("a")]
    for chat in {item.chat for item in items}:
        assert [key for whose, key in served if whose == chat] == [item.key for item in expected if item.chat == chat]


def test_what_takes_too_long_waits_for_the_next_start(inbox: Inbox) -> None:
    async def main() -> None:
        async def never(item: Incoming) -> None:
            await asyncio.Event().wait()

        intake = Intake(inbox, never)
        await intake.take([wrote(1), wrote(2), wrote(3, chat="8")])
        assert await intake.finish(0.05) == 3

        served: list[str] = []

        async def serve(item: Incoming) -> None:
            served.append(item.key)

        again = Intake(inbox, serve)
        assert await again.resume("telegram") == 3
        assert await again.finish(5) == 0
        assert sorted(served) == ["1", "2", "3"]
        assert inbox.pending("telegram") == []

    asyncio.run(main())


_WRITER = """
import sys, pathlib
from bot.intake import Inbox
from bot.message import Incoming
inbox = Inbox(pathlib.Path(sys.argv[1]), b"s" * 32, str)
start = int(sys.argv[2])
for n in range(start, start + 100_000):
    item = Incoming("telegram", str(n), str(n % 7), "7", str(n), f"câu {n}")
    inbox.put([item])
    print(n, flush=True)
    if n % 3 == 0:
        inbox.done(item)
"""


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """`kill -9` at random moments; what was printed was acknowledged."""
    chance = random.Random(11)
    acknowledged: list[int] = []
    for round_ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path), str(round_ * 1_000_000)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            acknowledged += [int(process.stdout.readline()) for _ in range(chance.randrange(5, 120))]
            process.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in process.stdout.read().splitlines()]
    inbox = Inbox(tmp_path, SALT, str)
    pending = [int(item.key) for item in inbox.pending("telegram")]
    assert sqlite3.connect(tmp_path / INBOX_FILE).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    inbox.close()
    assert pending == sorted(pending)
    kept_or_done = set(pending)
    assert {n for n in acknowledged if n % 3} <= kept_or_done
    extra = kept_or_done - set(acknowledged)
    assert len(extra) <= 5  # kept, and killed before it was said
