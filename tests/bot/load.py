"""Many chats at once, against the real program on loopback: is anything lost, answered twice, or out of order?

python -m tests.bot.load --chats 500 --seconds 60            # Telegram and /api/ask
python -m tests.bot.load --chats 500 --seconds 20 --kill     # kill -9 in the middle, then a restart
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.bot.fake_telegram import TOKEN, FakeTelegram

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"Điều (\d{3})")


@dataclass(frozen=True)
class Outcome:
    """What a run showed. Times in seconds."""

    way: str
    chats: int
    asked: int
    acknowledged: int
    answered: int
    lost: int
    twice: int
    out_of_order: int
    acknowledged_not_on_record: int
    recorded_twice: int
    seconds: float
    p50_s: float
    p95_s: float


def question(chat: int, number: int) -> str:
    """A question whose answer names it: an article that does not exist, of a number that occurs once."""
    return f"Điều {100 + number} nghị quyết Hải Phòng, hỏi từ tổ {chat}"


@contextmanager
def program(home: Path, *command: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """The program, with its log in `home`."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "127.0.0.1",
        "DANCHU_HOME": str(home),
        "DANCHU_QUESTIONS_PER_MINUTE": "0",
        "DANCHU_WEB_PER_MINUTE": "0",
        "DANCHU_LOG_LEVEL": "WARNING",
        **env,
    }
    with (
        (home / "log").open("a") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *command], cwd=ROOT, env=environment, stderr=log, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()


def recorded(home: Path) -> Counter[str]:
    """How often each question is on record."""
    with sqlite3.connect(home / "danchu.sqlite3") as database:
        return Counter(text for (text,) in database.execute("SELECT question FROM question"))


def by_telegram(home: Path, chats: int, seconds: float, kill: bool) -> Outcome:
    """Each chat asks, and asks again when it has its answer, until the time is over."""
    env = {"DANCHU_TELEGRAM_TOKEN": TOKEN}
    asked: dict[int, list[tuple[str, float]]] = defaultdict(list)
    waits: list[float] = []
    with FakeTelegram() as fake:
        env["DANCHU_TELEGRAM_API"] = fake.url
        start = time.monotonic()

        def answers() -> dict[int, list[str]]:
            found: dict[int, list[str]] = defaultdict(list)
            for call in fake.sent():
                if (named := NUMBER.search(call.text)) is not None:
                    found[call.params["chat_id"]].append(named[1])
            return found

        def ask(chat: int) -> None:
            text = question(chat, len(asked[chat]))
            asked[chat].append((text, time.monotonic()))
            fake.say(chat, text)

        def converse(until: float) -> None:
            """Let each chat that has all its answers ask again."""
            done: Counter[int] = Counter()
            seen = 0
            while time.monotonic() < until:
                calls = fake.sent()
                for call in calls[seen:]:
                    if NUMBER.search(call.text):
                        chat = call.params["chat_id"]
                        if done[chat] < len(asked[chat]):
                            waits.append(call.at - asked[chat][done[chat]][1])
                        done[chat] += 1
                        if done[chat] >= len(asked[chat]):
                            ask(chat)
                seen = len(calls)
                time.sleep(0.05)

        def all_answered(limit_s: float) -> None:
            until = time.monotonic() + limit_s
            while time.monotonic() < until:
                found = answers()
                if all(len(set(found[chat])) >= len(asked[chat]) for chat in asked):
                    return
                time.sleep(0.2)

        for chat in range(1, chats + 1):
            ask(chat)
        with program(home, "telegram", **env) as process:
            fake.wait(lambda: bool(fake.sent()), seconds=120)
            start = time.monotonic()
            converse(start + (seconds / 2 if kill else seconds))
            if kill:
                process.kill()
                process.wait()
        if kill:
            with program(home, "telegram", **env):
                converse(time.monotonic() + seconds / 2)
                all_answered(120)
        else:
            with program(home, "telegram", **env):
                all_answered(120)
        took = time.monotonic() - start
        found = answers()
        acknowledged = [update["message"]["text"] for update in fake.taken()]
    kept = recorded(home)
    return Outcome(
        way="telegram" + (" kill -9" if kill else ""),
        chats=chats,
        asked=sum(map(len, asked.values())),
        acknowledged=len(acknowledged),
        answered=sum(len(set(numbers)) for numbers in found.values()),
        lost=sum(max(0, len(asked[chat]) - len(set(found[chat]))) for chat in asked),
        twice=sum(len(numbers) - len(set(numbers)) for numbers in found.values()),
        out_of_order=sum(list(dict.fromkeys(numbers)) != sorted(set(numbers), key=int) for numbers in found.values()),
        acknowledged_not_on_record=sum(text not in kept for text in acknowledged),
        recorded_twice=sum(count > 1 for count in kept.values()),
        seconds=round(took, 1),
        p50_s=round(statistics.median(waits), 3),
        p95_s=round(statistics.quantiles(waits, n=20)[-1], 3),
    )


def by_api(home: Path, chats: int, seconds: float, kill: bool) -> Outcome:
    """Each client asks, and asks again when it has its answer, until the time is over."""
    asked: list[str] = []
    confirmed: list[str] = []
    wrong: list[str] = []
    waits: list[float] = []

    async def converse(base: str, until: float, first: int) -> None:
        limits = httpx.Limits(max_connections=chats, max_keepalive_connections=chats)
        async with httpx.AsyncClient(base_url=base, limits=limits, timeout=60, trust_env=False) as client:

            async def chat(number: int) -> None:
                turn = first
                while time.monotonic() < until:
                    text = question(number, turn)
                    turn += 1
                    asked.append(text)
                    at = time.monotonic()
                    try:
                        body: dict[str, Any] = (await client.post("/api/ask", json={"question": text})).json()
                    except (httpx.TransportError, ValueError):
                        if kill:
                            return  # killed under it
                        raise
                    waits.append(time.monotonic() - at)
                    confirmed.append(text)
                    if body["question"] != text or body["reason"] != "provision_not_found":
                        wrong.append(text)

            await asyncio.gather(*(chat(number) for number in range(1, chats + 1)))

    start = time.monotonic()
    for round_ in range(2 if kill else 1):
        with program(home, "serve", "--port", "0") as process:
            base = _address(home, process)
            began = time.monotonic()
            start = began if round_ == 0 else start
            length = seconds / (2 if kill else 1)
            if kill and round_ == 0:
                timer = threading.Timer(length, process.kill)
                timer.start()
                asyncio.run(converse(base, began + length + 5, 0))
                timer.join()
            else:
                asyncio.run(converse(base, began + length, 450 * round_))
    took = time.monotonic() - start
    kept = recorded(home)
    return Outcome(
        way="/api/ask" + (" kill -9" if kill else ""),
        chats=chats,
        asked=len(asked),
        acknowledged=len(confirmed),
        answered=len(confirmed) - len(wrong),
        lost=0 if kill else len(asked) - len(confirmed) + len(wrong),
        twice=0,
        out_of_order=0,
        acknowledged_not_on_record=sum(text not in kept for text in confirmed),
        recorded_twice=sum(count > 1 for count in kept.values()),
        seconds=round(took, 1),
        p50_s=round(statistics.median(waits), 3),
        p95_s=round(statistics.quantiles(waits, n=20)[-1], 3),
    )


def _address(home: Path, process: subprocess.Popen[str]) -> str:
    """Where the program listens, as it wrote last."""
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        found = re.findall(r"http://[\d.]+:\d+", (home / "log").read_text())
        if found:
            try:
                httpx.get(f"{found[-1]}/healthz", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                pass
            else:
                return found[-1]
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text()[-2000:])


def main() -> None:
    """Run and print one line of JSON for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kill", action="store_true", help="kill -9 in the middle, then start again")
    given = parser.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1"
    for way in (by_telegram, by_api):
        with tempfile.TemporaryDirectory() as home:
            print(json.dumps(asdict(way(Path(home), given.chats, given.seconds, given.kill))), flush=True)


if __name__ == "__main__":
    main()
