"""Who asked to be told is told, once, when documents were added and their question now has an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot import messages
from bot.assistant import Assistant
from bot.channel import Channel, unless
from bot.message import Line
from bot.people import Before, Told
from bot.reply import message, reply
from retrieval.answer import Status
from retrieval.question import Question

LOOK_EVERY_S = 10.0
TRY_AGAIN_AFTER_S = 600.0
"""How often those are tried again who could not be reached."""

log = logging.getLogger(__name__)


class Waits(Protocol):
    """Somebody who waits for an answer."""

    @property
    def record_id(self) -> str:
        """The record of their question."""
        ...

    @property
    def channel(self) -> str:
        """The channel by which they asked."""
        ...

    @property
    def address(self) -> str:
        """Where the channel reaches them."""
        ...

    @property
    def question(self) -> Before:
        """What they asked."""
        ...


class List(Protocol):
    """Keeps who waits: `bot.feedback.recorder.Recorder`."""

    def waiting(self, limit: int = 1_000) -> Sequence[Waits]:
        """Who waits, the longest first."""
        ...

    def told(self, record_id: str, channel: str, address: str, how: Told) -> None:
        """Note what became of telling somebody."""
        ...


class Telling:
    """Looks through those who wait, at the start and whenever the documents have changed.

    Args:
        waiting: who waits.
        assistant: answers their questions again, without recording that.
        channels: by name; only people of these are told.
        version: what the documents held now are known by.
    """

    def __init__(
        self, waiting: List, assistant: Assistant, channels: Mapping[str, Channel], version: Callable[[], str]
    ) -> None:
        self._waiting = waiting
        self._assistant = assistant
        self._channels = channels
        self._version = version

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        seen: str | None = None
        again_at = 0.0
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            now = await asyncio.to_thread(self._version)
            if now != seen or loop.time() >= again_at:
                try:
                    await self.look()
                except Exception as error:  # noqa: BLE001 - a fault here must not end the channels
                    log.error("those who wait could not be told: %s", type(error).__name__)
                seen, again_at = now, loop.time() + TRY_AGAIN_AFTER_S
            await unless(stop, asyncio.sleep(LOOK_EVERY_S))

    async def look(self) -> int:
        """Tell all whose question has an answer now; how many were told."""
        told = 0
        for one in await asyncio.to_thread(self._waiting.waiting):
            channel = self._channels.get(one.channel)
            if channel is None:
                continue
            asked = Question(one.question.text, place=one.question.place, previous=tuple(one.question.previous))
            answer = await asyncio.to_thread(self._assistant.look, asked)
            if answer.status is not Status.ANSWERED:
                continue
            said = message(reply(answer))
            head = Line(messages.TOLD.format(question=one.question.text))
            how = await channel.tell(one.address, replace(said, blocks=((head,), *said.blocks)))
            await asyncio.to_thread(self._waiting.told, one.record_id, one.channel, one.address, how)
            told += how is Told.SENT
        return told
