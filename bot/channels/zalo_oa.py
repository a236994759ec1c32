"""A Zalo Official Account as a channel: events come by webhook alone, signed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from pathlib import Path

from bot import messages
from bot.channel import FINISH_S, Counts, MissingToken, RejectedToken
from bot.channels import zalo_wire as wire
from bot.channels.zalo_chat import ZaloChat
from bot.channels.zalo_oa_api import (
    OFFICIAL_API,
    OFFICIAL_OAUTH,
    SIGNATURE_HEADER,
    ZaloOaApi,
    event_timestamp,
    parse_event,
    signature_matches,
)
from bot.channels.zalo_oa_token import TokenStore
from bot.channels.zalo_wire import BackOff, Patience
from bot.conversation import Conversation
from bot.intake import Inbox
from bot.message import Message
from bot.people import Told

CHANNEL = "zalo_oa"
TOKENS_FILE = "zalo_oa_tokens.json"
PATIENCE = Patience(passing=BackOff(first_s=0.5, most_s=60, tries=9))

log = logging.getLogger(__name__)


class ZaloOa:
    """The channel.

    Args:
        home: the folder of all state; the rotating tokens are kept there.
        app_id, app_secret: the application that is bound to the account.
        webhook_key: the account's secret key, with which events are signed.
        refresh_token: the first one.
        conversation: what answers.
        inbox: where events are kept.
        api_base, oauth_base: the two servers.
        counts: what counts messages, or None.
        patience: when a failed call is made again.

    Raises:
        MissingToken, RejectedToken: a setting is missing, or cannot be what it should.
    """

    name = CHANNEL

    def __init__(
        self,
        home: Path,
        app_id: str,
        app_secret: str,
        webhook_key: str,
        refresh_token: str | None,
        conversation: Conversation,
        inbox: Inbox,
        *,
        api_base: str = OFFICIAL_API,
        oauth_base: str = OFFICIAL_OAUTH,
        counts: Counts | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._app_id, self._key = app_id, webhook_key
        store = TokenStore(home / TOKENS_FILE)
        try:
            self._api = ZaloOaApi(
                store,
                app_id,
                app_secret,
                refresh_token,
                api_base=api_base,
                oauth_base=oauth_base,
                patience=patience,
            )
        except wire.MissingToken as error:
            raise MissingToken(str(error)) from None
        except wire.RejectedToken as error:
            raise RejectedToken(str(error)) from None
        self._chat = ZaloChat(CHANNEL, conversation, inbox, self._api.send_text, counts=counts)
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Answer what the webhook brings until `stop` is set, then finish what was taken.

        Raises:
            RejectedToken: Zalo no longer takes the tokens.
        """
        async with self._api:
            await self._chat.resume()
            self._ready = True
            rejected, stopping = (asyncio.create_task(event.wait()) for event in (self._chat.rejected, stop))
            try:
                await asyncio.wait((rejected, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._ready = False
                for task in (rejected, stopping):
                    task.cancel()
                await asyncio.gather(rejected, stopping, return_exceptions=True)
                await self._chat.finish(0 if self._chat.rejected.is_set() else FINISH_S)
            if self._chat.rejected.is_set():
                raise RejectedToken(messages.ZALO_OA_REJECTED)

    async def tell(self, chat: str, message: Message) -> Told:
        """Say something unasked."""
        return await self._chat.tell(chat, message) if self._ready else Told.LATER

    async def received(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a delivery: 200, or 403 on a wrong signature, 400 on broken JSON, 503 while starting or stopping."""
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        signature = headers.get(SIGNATURE_HEADER)
        if not signature_matches(signature, self._app_id, body, event_timestamp(parsed), self._key):
            return 403
        if not self._ready:
            return 503
        event = parse_event(parsed)
        if event is not None:
            await self._chat.take(event)
        return 200
