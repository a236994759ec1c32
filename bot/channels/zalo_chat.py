"""A chat on Zalo, whichever platform: plain text in parts, numbered choices, "2" picks the second.

Zalo has no buttons, no editing and no answer to a pick. What was offered last in a chat is kept, so that a number
typed later, also after a restart, still picks.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count

from bot import messages
from bot.channel import Counts
from bot.channels.zalo_wire import TEXT_LIMIT, Event, Refused, RejectedToken, ZaloError
from bot.conversation import Conversation
from bot.intake import Inbox, InboxError, Intake
from bot.logs import where
from bot.message import Block, Incoming, Line, Message, Rows, Turn, said
from bot.packing import pack
from bot.people import Told

TYPING_AFTER_S = 0.3

_MOST_OFFERS = 10_000
_NUMBER = re.compile(r"\s*(\d{1,2})\s*\.?\s*", re.ASCII)

log = logging.getLogger(__name__)

Send = Callable[[str, str], Awaitable[object]]
"""Sends a text of at most `TEXT_LIMIT` code points to a chat."""


class ZaloChat:
    """What both platforms do with a message.

    Args:
        channel: the channel's name.
        conversation: what answers.
        inbox: where events are kept before they are acknowledged.
        send: sends a text.
        typing: shows that an answer is being written, or None where the platform has no such thing.
        counts: what counts messages, or None.
    """

    def __init__(
        self,
        channel: str,
        conversation: Conversation,
        inbox: Inbox,
        send: Send,
        typing: Callable[[str], Awaitable[None]] | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._channel = channel
        self._conversation = conversation
        self._inbox = inbox
        self._send = send
        self._typing = typing
        self._counts = counts
        self._intake = Intake(inbox, self._handle)
        self._offered: OrderedDict[str, list[str]] = OrderedDict()
        self.rejected = asyncio.Event()
        """Set when Zalo no longer takes the token: nothing can be sent any more."""

    async def resume(self) -> None:
        """Take up what the last process left unanswered."""
        await self._intake.resume(self._channel)

    async def finish(self, seconds: float) -> None:
        """Answer what was taken; what takes longer is left for the next start."""
        if left := await self._intake.finish(seconds):
            log.warning("%d messages are left for the next start", left)

    async def take(self, event: Event) -> None:
        """Keep an event on disk, then answer it in the background; a repeated one is dropped."""
        repeated = await self._intake.take([self._incoming(event)])
        self._count("repeated" if repeated else "received")

    async def tell(self, chat: str, message: Message) -> Told:
        """Say something unasked."""
        try:
            await self._say(chat, message)
        except Refused as error:  # the window is closed, or there is no such chat any more
            log.info("somebody who waited was not told: %s", error)
            return Told.NEVER
        except ZaloError as error:
            log.warning("somebody who waits could not be told: %s", error)
            return Told.LATER
        return Told.SENT

    def _incoming(self, event: Event) -> Incoming:
        return Incoming(
            channel=self._channel,
            key=f"{event.chat_id} {event.message_id}",
            chat=event.chat_id,
            person=event.person_id,
            message_id=event.message_id,
            text=event.text,
            group=event.group,
        )

    async def _handle(self, incoming: Incoming) -> None:
        typing = asyncio.create_task(self._show_typing(incoming.chat)) if self._typing else None
        try:
            turn = await asyncio.to_thread(self._turn, incoming)
        except Exception as error:  # noqa: BLE001 - the person is told, the log says where
            log.error("a message was not handled: %s", where(error))
            turn = Turn((said(messages.FAILED),))
        finally:
            if typing:
                typing.cancel()
                await asyncio.gather(typing, return_exceptions=True)
        try:
            for message in (*((said(turn.toast),) if turn.toast else ()), *turn.messages):
                await self._say(incoming.chat, message)
        except RejectedToken:
            self.rejected.set()
            # Nothing can be sent until a person has put it right; what waits is answered then.
            await asyncio.Event().wait()
        except ZaloError as error:
            log.error("an answer was not delivered: %s", error)
            self._count("failed")
        else:
            self._count("delivered")

    def _turn(self, incoming: Incoming) -> Turn:
        picked = _NUMBER.fullmatch(incoming.text or "")
        offered = self._offered_in(incoming.chat) if picked else []
        if picked and offered:
            number = int(picked[1])
            if not 1 <= number <= len(offered):
                return Turn((said(messages.NO_SUCH_CHOICE.format(number=number)),))
            incoming = replace(incoming, text=None, action=offered[number - 1])
        return self._conversation.handle(incoming)

    async def _say(self, chat: str, message: Message) -> None:
        if message.choices:
            actions = [choice.action for row in message.choices for choice in row]
            await asyncio.to_thread(self._offer, chat, actions)
        for part in texts(message):
            await self._send(chat, part)

    def _offer(self, chat: str, actions: list[str]) -> None:
        self._offered.pop(chat, None)
        try:
            self._inbox.offer(self._channel, chat, actions)
        except InboxError:
            # On a full disk a number picks as long as this process lives.
            self._offered[chat] = actions
            if len(self._offered) > _MOST_OFFERS:
                self._offered.popitem(last=False)

    def _offered_in(self, chat: str) -> list[str]:
        if chat in self._offered:
            return self._offered[chat]
        try:
            return self._inbox.offered(self._channel, chat)
        except InboxError:
            return []

    async def _show_typing(self, chat: str) -> None:
        await asyncio.sleep(TYPING_AFTER_S)
        try:
            if self._typing:
                await self._typing(chat)
        except ZaloError as error:
            log.info("typing was not shown: %s", error)

    def _count(self, event: str) -> None:
        if self._counts:
            self._counts.message(self._channel, event)


def texts(message: Message) -> list[str]:
    """A message as plain texts of at most `TEXT_LIMIT` code points, the choices numbered under the last."""
    return [part.words for part in pack((*message.blocks, numbered(message.choices)), TEXT_LIMIT)]


def numbered(rows: Rows) -> Block:
    """Choices as numbered lines, counted through all rows; no lines where there are none."""
    number = count(1)
    lines = tuple(Line(f"{next(number)}. {choice.label}") for row in rows for choice in row)
    return (Line(messages.CHOICES), *lines) if lines else ()
