"""The Telegram bot: questions in, quotes out, by polling or by webhook.

It polls with a loop of its own instead of the library's `Updater`, because the latter stays up in silence when a token
is revoked, contends with a second poller for ever, and acknowledges updates before anything of them is kept.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from telegram import (
    BotCommand,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram import Message as SentMessage
from telegram.constants import InlineQueryLimit, ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, TelegramError, TimedOut
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot import messages
from bot.channel import FINISH_S, Counts, MissingToken, RejectedToken, TwoPollers, Unreachable, Webhook, unless
from bot.channels.telegram import markup
from bot.channels.telegram.sending import send, typing
from bot.channels.telegram.updates import CHANNEL, TAKEN, Updates
from bot.conversation import Conversation
from bot.intake import Inbox, Intake
from bot.logs import keep_out, where
from bot.message import Incoming, Message, Turn, said
from bot.people import Told

API = "https://api.telegram.org"
"""Telegram's own server."""

POLL_S = 10
FLOOD_RETRIES = 5
START_AGAIN_AFTER = (1.0, 2.0, 4.0, 8.0)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
INLINE_CACHE_S = 60

log = logging.getLogger(__name__)


class Telegram:
    """The channel.

    Args:
        token: the bot's token, as @BotFather gives it.
        base_url: the Bot API server, without "/bot" (`API` for Telegram's own).
        conversation: what answers.
        inbox: where updates are kept before they are acknowledged.
        webhook: where Telegram is to deliver; None to poll.
        counts: what counts messages, or None.

    Raises:
        MissingToken: if the token is None or blank.
        RejectedToken: if it cannot be a token.
    """

    name = CHANNEL

    def __init__(
        self,
        token: str | None,
        base_url: str,
        conversation: Conversation,
        inbox: Inbox,
        *,
        webhook: Webhook | None = None,
        counts: Counts | None = None,
    ) -> None:
        token = (token or "").strip()
        if not token:
            raise MissingToken(messages.TELEGRAM_NO_TOKEN)
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise RejectedToken(messages.TELEGRAM_REJECTED)
        self._token = token
        self._base_url = f"{base_url.rstrip('/')}/bot"
        self._conversation = conversation
        self._webhook = webhook
        self._counts = counts
        self._intake = Intake(inbox, self._handle)
        self._keyboards: dict[str, InlineKeyboardMarkup] = {}
        self._inline: dict[int, asyncio.Task[None]] = {}
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Take and answer until `stop` is set, then finish what was taken.

        Raises:
            ChannelError: the token is not known, another process polls, or Telegram cannot be reached.
        """
        # At DEBUG the library writes down what people say.
        logging.getLogger("telegram").setLevel(logging.INFO)
        # Objects of the library belong to the event loop in which they are made.
        self._bot: ExtBot[int] = ExtBot(
            self._token,
            base_url=self._base_url,
            request=HTTPXRequest(
                connection_pool_size=64, pool_timeout=60, connect_timeout=10, read_timeout=20, write_timeout=20
            ),
            get_updates_request=HTTPXRequest(connection_pool_size=1, connect_timeout=10, read_timeout=10),
            rate_limiter=AIORateLimiter(max_retries=FLOOD_RETRIES),
        )
        self._updates = Updates(self._bot)
        with keep_out(self._token, self._token.partition(":")[2]):
            try:
                await self._initialize(stop)
                if stop.is_set():
                    return
                await self._describe_commands()
                await self._intake.resume(CHANNEL)
                self._ready = True
                try:
                    await (self._wait_for_calls(stop) if self._webhook else self._poll(stop))
                finally:
                    self._ready = False
                    if left := await self._intake.finish(FINISH_S):
                        log.warning("%d updates are left for the next start", left)
            finally:
                for task in self._inline.values():
                    task.cancel()
                await self._bot.shutdown()

    async def received(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a webhook's delivery: 200, or 403 on a wrong secret, 400 on broken JSON, 503 while it does not run."""
        secret = headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if self._webhook is None or not hmac.compare_digest(secret, self._webhook.secret.encode()):
            return 403
        if not self._ready:
            return 503
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if not isinstance(given, dict) or not isinstance(given.get("update_id"), int):
            return 400
        try:
            update = Update.de_json(given, self._bot)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # A kind of update that the library does not know yet. Refused, it would come again and again.
            log.error("an update could not be read and is passed over: %s", where(error))
            return 200
        await self._take([update])
        return 200

    async def tell(self, chat: str, message: Message) -> Told:
        """Say something unasked."""
        if not self._ready:
            return Told.LATER
        try:
            await self._say(int(chat), message)
        except (Forbidden, BadRequest) as error:  # blocked, or no such chat any more
            log.info("somebody who waited was not told: %s", error)
            return Told.NEVER
        except TelegramError as error:
            log.warning("somebody who waits could not be told: %s", error)
            return Told.LATER
        return Told.SENT

    # Taking

    async def _initialize(self, stop: asyncio.Event) -> None:
        """Ask Telegram who we are, with patience for a network that comes up later than we do."""
        for delay in (*START_AGAIN_AFTER, None):
            try:
                await self._bot.initialize()
                if self._webhook:
                    await self._bot.set_webhook(
                        self._webhook.url, secret_token=self._webhook.secret, allowed_updates=TAKEN
                    )
            except InvalidToken:
                # The library's message holds the token.
                raise RejectedToken(messages.TELEGRAM_REJECTED) from None
            except TelegramError as error:
                if delay is None:
                    raise Unreachable(messages.TELEGRAM_UNREACHABLE) from None
                log.warning("Telegram is out of reach, trying again in %.0f s: %s", delay, error)
                await unless(stop, asyncio.sleep(delay))
                if stop.is_set():
                    return
            else:
                return

    async def _describe_commands(self) -> None:
        try:
            await self._bot.set_my_commands([BotCommand(name, words) for name, words in messages.COMMANDS.items()])
        except TelegramError as error:
            # The bot answers without its menu; the next start sets it.
            log.warning("the commands' descriptions were not set: %s", error)

    async def _wait_for_calls(self, stop: asyncio.Event) -> None:
        # The webhook stays set: Telegram keeps what comes while we are down, and delivers it at the next start.
        await stop.wait()

    async def _poll(self, stop: asyncio.Event) -> None:
        """Take updates and keep them; asking for the next ones acknowledges them, and so does the last call."""
        offset: int | None = None
        webhook_gone = False
        conflicts = 0
        delay = 0.0
        while not stop.is_set():
            try:
                if not webhook_gone:
                    await self._bot.delete_webhook()
                    webhook_gone = True
                call = self._bot.get_updates(offset=offset, timeout=POLL_S, allowed_updates=TAKEN)
                # An answer cut off by `stop` was not kept and not acknowledged: Telegram gives it again next time.
                updates = await unless(stop, call) or ()
                await self._take(updates)
            except InvalidToken:
                raise RejectedToken(messages.TELEGRAM_REJECTED) from None
            except Conflict:
                # Once may be the echo of a process that was just killed; twice is another poller.
                conflicts += 1
                if conflicts > 1:
                    raise TwoPollers(messages.TELEGRAM_TWO_POLLERS) from None
                delay = 1.0
            except TimedOut:
                delay = 0.5
            except TelegramError as error:
                delay = min(30.0, delay * 1.5 or 1.0)
                log.warning("polling failed, trying again in %.0f s: %s", delay, error)
            except Exception as error:  # noqa: BLE001 - an update that the library cannot read must not end the bot
                delay = min(30.0, delay * 1.5 or 1.0)
                log.error("getUpdates could not be read, trying again in %.0f s: %s", delay, where(error))
            else:
                delay, conflicts = 0.0, 0
                if updates:
                    offset = updates[-1].update_id + 1
            if delay:
                await unless(stop, asyncio.sleep(delay))
        if offset is not None:
            try:
                await self._bot.get_updates(offset=offset, limit=1, timeout=0, allowed_updates=TAKEN)
            except TelegramError as error:
                log.warning("the last updates could not be acknowledged and may come again: %s", error)

    async def _take(self, updates: Sequence[Update]) -> None:
        """Keep updates on disk and queue them."""
        kept: list[Incoming] = []
        for update in updates:
            if update.inline_query:
                self._offer(update.inline_query)
            elif (incoming := self._updates.read(update)) is not None:
                kept.append(incoming)
                query = update.callback_query
                if query and isinstance(query.message, SentMessage) and query.message.reply_markup:
                    self._keyboards[query.id] = query.message.reply_markup
        repeated = await self._intake.take(kept)
        self._count("received", len(kept) - repeated)
        self._count("repeated", repeated)

    # Answering

    async def _handle(self, incoming: Incoming) -> None:
        chat_id = int(incoming.chat)
        try:
            async with typing(self._bot, chat_id, shown=not incoming.group):
                turn = await asyncio.to_thread(self._conversation.handle, incoming)
        except Exception as error:  # noqa: BLE001 - the person is told, the log says where
            log.error("an update was not handled: %s", where(error))
            turn = Turn((said(messages.FAILED),), toast=messages.FAILED)
        try:
            await self._deliver(incoming, turn)
        except Forbidden as error:
            log.info("an answer was not delivered: %s", error)
            self._count("failed")
        except TelegramError as error:
            log.error("an answer was not delivered: %s", error)
            self._count("failed")
        else:
            self._count("delivered")

    async def _deliver(self, incoming: Incoming, turn: Turn) -> None:
        """Show a turn in its chat."""
        chat_id = int(incoming.chat)
        shown = self._keyboards.pop(incoming.tap or "", None)
        if incoming.tap is not None:
            with suppress(BadRequest):  # "query is too old", after a long wait: nobody sees the spinner any more
                await self._bot.answer_callback_query(incoming.tap, turn.toast[:200] or None)
        if turn.marked and shown is not None:
            with suppress(BadRequest):  # "message is not modified": the same thumb twice
                await self._bot.edit_message_reply_markup(
                    chat_id, int(incoming.message_id), reply_markup=markup.marked(shown, turn.marked)
                )
        reply_to = int(incoming.message_id) if incoming.group and incoming.tap is None else None
        for message in turn.messages:
            if message.replaces and incoming.tap is not None and await self._replaced(incoming, message):
                continue
            await self._say(chat_id, message, reply_to)
            reply_to = None

    async def _say(self, chat_id: int, message: Message, reply_to: int | None = None) -> None:
        """Send a message in as many parts as it needs, the choices under the last."""
        parts = markup.parts(message)
        for number, part in enumerate(parts, start=1):
            buttons = markup.keyboard(message.choices) if number == len(parts) else None
            await send(self._bot, chat_id, part, buttons, reply_to=reply_to if number == 1 else None)

    async def _replaced(self, incoming: Incoming, message: Message) -> bool:
        """Show a list in place of the one tapped; False where that is too old to be changed."""
        parts = markup.parts(message)
        if len(parts) != 1:
            return False
        try:
            await self._bot.edit_message_text(
                parts[0],
                int(incoming.chat),
                int(incoming.message_id),
                parse_mode=ParseMode.HTML,
                reply_markup=markup.keyboard(message.choices),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            return "not modified" in str(error).lower()
        return True

    # Inline mode

    def _offer(self, query: InlineQuery) -> None:
        """Answer what somebody types behind the bot's name; only the newest of a person's keystrokes counts."""
        person = query.from_user.id
        if (earlier := self._inline.pop(person, None)) is not None:
            earlier.cancel()
        task = asyncio.create_task(self._offers(query))
        self._inline[person] = task
        task.add_done_callback(lambda done: self._inline.pop(person) if self._inline.get(person) is done else None)

    async def _offers(self, query: InlineQuery) -> None:
        offers = await asyncio.to_thread(self._conversation.offers, query.query) if query.query.strip() else ()
        results = [
            InlineQueryResultArticle(
                id=str(number),
                title=offer.title,
                description=offer.description[:200],
                input_message_content=InputTextMessageContent(
                    parts[0], parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
                ),
            )
            for number, offer in enumerate(offers[: InlineQueryLimit.RESULTS])
            if len(parts := markup.parts(offer.message)) == 1
        ]
        ask = None if results else InlineQueryResultsButton(messages.INLINE_ASK, start_parameter="inline")
        try:
            await self._bot.answer_inline_query(query.id, results, cache_time=INLINE_CACHE_S, button=ask)
        except TelegramError as error:
            log.info("an inline query was not answered: %s", error)

    def _count(self, event: str, times: int = 1) -> None:
        if self._counts:
            for _ in range(times):
                self._counts.message(CHANNEL, event)
