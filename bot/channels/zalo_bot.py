"""Zalo's Bot Platform as a channel, by polling or by webhook."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace

from bot import messages
from bot.channel import FINISH_S, Counts, MissingToken, RejectedToken, Unreachable, Webhook, unless
from bot.channels import zalo_wire as wire
from bot.channels.zalo_bot_api import SECRET_HEADER, Me, ZaloBotApi, secret_matches
from bot.channels.zalo_chat import ZaloChat
from bot.channels.zalo_wire import BackOff, Event, Patience, ZaloError
from bot.conversation import Conversation
from bot.intake import Inbox
from bot.message import Message
from bot.people import Told

CHANNEL = "zalo"
POLL_S = 10
PATIENCE = Patience(passing=BackOff(first_s=0.5, most_s=60, tries=9))
"""A message is sent again for some minutes while Zalo cannot be reached."""

log = logging.getLogger(__name__)


class ZaloBot:
    """The channel.

    Args:
        base_url: the API's server, without "/bot".
        token: as Zalo Bot Creator gives it.
        conversation: what answers.
        inbox: where events are kept.
        webhook: where Zalo is to deliver; None to poll.
        counts: what counts messages, or None.
        patience: when a failed call is made again.

    Raises:
        MissingToken, RejectedToken: there is no token, or it cannot be one.
    """

    name = CHANNEL

    def __init__(
        self,
        base_url: str,
        token: str | None,
        conversation: Conversation,
        inbox: Inbox,
        *,
        webhook: Webhook | None = None,
        counts: Counts | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        try:
            self._api = ZaloBotApi(base_url, token, patience=patience)
        except wire.MissingToken as error:
            raise MissingToken(str(error)) from None
        except wire.RejectedToken as error:
            raise RejectedToken(str(error)) from None
        self._webhook = webhook
        self._chat = ZaloChat(CHANNEL, conversation, inbox, self._api.send_message, self._api.send_typing, counts)
        self._me: Me | None = None
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Take and answer until `stop` is set, then finish what was taken.

        Raises:
            RejectedToken: Zalo does not know the token, or no longer.
            Unreachable: Zalo could not be reached at the start.
        """
        async with self._api:
            try:
                self._me = await unless(stop, self._api.get_me())
                if self._webhook:
                    await self._api.set_webhook(self._webhook.url, self._webhook.secret)
                elif self._me:
                    await self._api.delete_webhook()
            except wire.RejectedToken:
                raise RejectedToken(messages.ZALO_REJECTED) from None
            except ZaloError as error:
                log.error("Zalo is out of reach: %s", error)
                raise Unreachable(messages.ZALO_UNREACHABLE) from None
            if self._me is None:
                return
            await self._chat.resume()
            self._ready = True
            rejected = asyncio.create_task(self._chat.rejected.wait())
            taking = asyncio.create_task(stop.wait() if self._webhook else self._poll(stop))
            try:
                await asyncio.wait((rejected, taking), return_when=asyncio.FIRST_COMPLETED)
                if taking.done():
                    taking.result()
            except wire.RejectedToken:
                self._chat.rejected.set()
            finally:
                self._ready = False
                for task in (rejected, taking):
                    task.cancel()
                await asyncio.gather(rejected, taking, return_exceptions=True)
                await self._chat.finish(0 if self._chat.rejected.is_set() else FINISH_S)
            if self._chat.rejected.is_set():
                raise RejectedToken(messages.ZALO_REJECTED)

    async def tell(self, chat: str, message: Message) -> Told:
        """Say something unasked."""
        return await self._chat.tell(chat, message) if self._ready else Told.LATER

    async def received(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a webhook's delivery: 200, or 403 on a wrong secret, 400 on broken JSON, 503 while it does not run."""
        if self._webhook is None or not secret_matches(headers.get(SECRET_HEADER), self._webhook.secret):
            return 403
        if not self._ready:
            return 503
        try:
            event = self._api.read_event(json.loads(body))
        except (ValueError, RecursionError):
            return 400
        if event is not None and (event := self._addressed(event)) is not None:
            await self._chat.take(event)
        return 200

    async def _poll(self, stop: asyncio.Event) -> None:
        """Take events one by one. A call runs out even when we are told to stop: what it brings comes only once."""
        failures = 0
        while not stop.is_set():
            try:
                event = await self._api.get_updates(POLL_S)
            except wire.RejectedToken:
                raise
            except ZaloError as error:
                failures += 1
                delay = min(30.0, 2.0**failures)
                log.warning("polling failed, trying again in %.0f s: %s", delay, error)
                await unless(stop, asyncio.sleep(delay))
            else:
                failures = 0
                if event is not None and (event := self._addressed(event)) is not None:
                    await self._chat.take(event)

    def _addressed(self, event: Event) -> Event | None:
        """In a group only what names the bot or is a command is meant for it."""
        if not event.group:
            return event
        name = f"@{self._me.account_name}" if self._me and self._me.account_name else None
        text = event.text or ""
        if name and name.casefold() in text.casefold():
            at = text.casefold().index(name.casefold())
            return replace(event, text=f"{text[:at]} {text[at + len(name) :]}".strip(" \n\t,:"))
        return event if text.startswith("/") else None
