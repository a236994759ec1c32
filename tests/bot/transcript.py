"""A conversation as a text file, and players that act it out through a channel's real adapter.

# a comment
@ telegram zalo      the channels it is for; all, where no line says so
> words              a person writes
> [label]            a person picks the choice whose label holds this, among those offered last
> {ảnh}              a person sends a picture
< words              the reply holds this; several with "|" between them mean any of them
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from bot import compare_words, messages
from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOa
from bot.channels.zalo_oa_api import SIGNATURE_HEADER
from bot.conversation import Conversation
from bot.reply import BADGES
from tests.bot.fake_telegram import TOKEN as TELEGRAM_TOKEN
from tests.bot.fake_telegram import FakeTelegram
from tests.bot.fake_zalo_bot import TOKEN as ZALO_TOKEN
from tests.bot.fake_zalo_bot import FakeZaloBot
from tests.bot.fake_zalo_oa import APP_ID, APP_SECRET, OA_KEY, REFRESH_TOKEN, FakeZaloOa, signature
from tests.bot.running import Running

PICTURE = "{ảnh}"


@dataclass
class Step:
    """What a person does, and what the reply must hold."""

    said: str
    expected: list[str] = field(default_factory=list)

    @property
    def picked(self) -> str | None:
        """The label picked, if it is a pick."""
        return self.said[1:-1] if self.said[0] == "[" and self.said[-1] == "]" else None


@dataclass(frozen=True)
class Transcript:
    """A whole file."""

    steps: tuple[Step, ...]
    channels: frozenset[str] | None


def read(path: Path) -> Transcript:
    """Read a transcript. ValueError on a line that is none."""
    steps: list[Step] = []
    channels = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        mark, _, words = line.partition(" ")
        if mark == ">" and words:
            steps.append(Step(words))
        elif mark == "<" and words and steps:
            steps[-1].expected.append(words)
        elif mark == "@":
            channels = frozenset(words.split())
        elif line.strip() and mark != "#":
            raise ValueError(f"{path.name}:{number}: {line!r}")
    return Transcript(tuple(steps), channels)


@dataclass(frozen=True)
class Shown:
    """A reply without its markup: its words, and the labels of what can be picked."""

    words: str
    labels: tuple[str, ...]

    def same(self) -> tuple[str, tuple[str, ...]]:
        """What must be the same on every channel: parts may break elsewhere, and buttons clip their labels."""
        return "".join(self.words.split()), tuple(label[:59] for label in self.labels)


class Player(ABC):
    """Acts a person's part on one channel, step by step."""

    name: str

    def __init__(self, home: Path, talk: Conversation) -> None:
        self._home = home
        self._stack = ExitStack()
        self._came = 0
        self._start(talk)

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def play(self, step: Step) -> Shown | None:
        """Do one step; what came back, or None where the channel has no such step."""
        return self._pick(step.picked) if step.picked is not None else self._say(step.said)

    @abstractmethod
    def _start(self, talk: Conversation) -> None: ...

    @abstractmethod
    def _say(self, words: str) -> Shown | None: ...

    @abstractmethod
    def _pick(self, label: str) -> Shown | None: ...


class OnTelegram(Player):
    name = "telegram"

    def _start(self, talk: Conversation) -> None:
        self._fake = self._stack.enter_context(FakeTelegram())
        self._running = Running(
            lambda talk, inbox: Telegram(TELEGRAM_TOKEN, self._fake.url, talk, inbox), self._home, talk=talk
        )
        self._stack.callback(self._running.stop)
        self._seen = 0
        self._shown: Any = None

    def _say(self, words: str) -> Shown:
        if words == PICTURE:
            photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
            self._fake.say(7, None, photo=photo)
        else:
            self._fake.say(7, words)
        return self._reply()

    def _pick(self, label: str) -> Shown:
        data = next(b["callback_data"] for b in self._shown.buttons if label in b["text"])
        self._fake.tap(self._shown, data)
        return self._reply()

    def _reply(self) -> Shown:
        self._came += 1
        self._running.served(self._came)
        with self._fake._change:
            calls = [call for call in self._fake._calls[self._seen :] if call.status == 200]
            self._seen = len(self._fake._calls)
        words: list[str] = []
        for call in calls:
            if call.method == "answerCallbackQuery" and call.params.get("text"):
                words.append(call.params["text"])
            if call.method in ("sendMessage", "editMessageText"):
                words.append(call.result["text"])
                if call.buttons:
                    self._shown = call
        labels = [b["text"] for c in calls if c.method in ("sendMessage", "editMessageText") for b in c.buttons]
        return Shown("\n".join(words), tuple(labels))


class _Numbered(Player):
    """A channel that numbers its choices."""

    _labels: tuple[str, ...] = ()

    def _pick(self, label: str) -> Shown:
        number = next(n for n, words in enumerate(self._labels, 1) if label in words)
        return self._say(str(number))

    def _read(self, texts: list[str]) -> Shown:
        before, found, after = "\n".join(texts).partition(f"{messages.CHOICES}\n")
        if not found:
            return Shown(before, ())
        # What stands after the list (the notice of what is kept) follows a blank line or a new part.
        lines = after.split("\n")
        labels = []
        for number in count(1):
            if not lines or not lines[0].startswith(f"{number}. "):
                break
            labels.append(lines.pop(0).split(". ", 1)[1])
        self._labels = tuple(labels)
        return Shown("\n".join([before, *lines]), self._labels)


class OnZalo(_Numbered):
    name = "zalo"

    def _start(self, talk: Conversation) -> None:
        self._fake = self._stack.enter_context(FakeZaloBot())
        self._running = Running(
            lambda talk, inbox: ZaloBot(self._fake.url, ZALO_TOKEN, talk, inbox), self._home, talk=talk
        )
        self._stack.callback(self._running.stop)

    def _say(self, words: str) -> Shown:
        before = len(self._fake.sent())
        self._fake.say("7", None if words == PICTURE else words)
        self._came += 1
        self._running.served(self._came)
        return self._read([call.text for call in self._fake.sent()[before:]])


class OnZaloOa(_Numbered):
    name = "zalo_oa"

    def _start(self, talk: Conversation) -> None:
        fake = self._fake = self._stack.enter_context(FakeZaloOa())
        self._running = Running(
            lambda talk, inbox: ZaloOa(
                self._home, APP_ID, APP_SECRET, OA_KEY, REFRESH_TOKEN, talk, inbox,
                api_base=fake.url, oauth_base=fake.url,
            ),
            self._home,
            talk=talk,
        )  # fmt: skip
        self._stack.callback(self._running.stop)
        fake.wait(lambda: self._running.channel._ready)  # type: ignore[attr-defined]

    def _say(self, words: str) -> Shown:
        before = len(self._fake.sent())
        event = self._fake.event("7", None if words == PICTURE else words)
        body = json.dumps(event, ensure_ascii=False).encode()
        assert self._running.deliver({SIGNATURE_HEADER: signature(body, event["timestamp"])}, body) == 200
        self._came += 1
        self._running.served(self._came)
        return self._read([call.text for call in self._fake.sent()[before:]])


class OnWeb:
    """The chat page's own calls: a question with those before it. Picks but the second question are links there."""

    name = "web"

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._previous: list[str] = []
        self._next: str | None = None

    def play(self, step: Step) -> Shown | None:
        if step.picked is None:
            return self._say(step.said)
        return self._say(self._next) if step.picked in messages.ASK_NEXT and self._next else None

    def _say(self, words: str) -> Shown:
        body = self._client.post("/api/ask", json={"question": words, "previous": self._previous[-3:]}).json()
        self._previous.append(words)
        self._next = body["next_question"]
        return Shown("\n".join(_of_web(body)), ())


def _of_web(body: dict[str, Any]) -> Iterator[str]:
    said = body["reply"]
    yield from (said["headline"], said["understood"])
    quoted = [list(_of_quote(quote, around)) for quote, around in zip(body["quotes"], said["quotes"], strict=True)]
    if said["comparison"]:
        for side in said["comparison"]["sides"]:
            yield from (compare_words.HEADING.format(place=side["place"]), side["says"])
            for n in side["quotes"]:
                yield from quoted[n]
    else:
        for words in quoted:
            yield from words
    yield from (said["closing"], said["next_question"] or "")


def _of_quote(quote: dict[str, Any], around: dict[str, Any]) -> Iterator[str]:
    badge = f"{BADGES[quote['validity']['status']]} {around['badge']}"
    yield from (quote["citation"], f"{badge} · {around['note']}" if around["note"] else badge)
    yield from (part["text"] for part in quote["lead_in"])
    yield from (quote["text"], around["rest"], messages.CHECK_CODE + quote["code"])
