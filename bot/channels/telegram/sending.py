"""Messages to Telegram: as plain text where the markup is refused, again where they surely did not arrive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, NetworkError, TelegramError, TimedOut

from bot.channels.telegram import markup

SEND_AGAIN_AFTER = (1.0, 3.0, 9.0, 27.0, 60.0, 60.0, 60.0)
"""Seconds between tries while Telegram cannot be reached."""

TYPING_AFTER_S = 0.3

log = logging.getLogger(__name__)


async def send(
    bot: Bot, chat_id: int, text: str, buttons: InlineKeyboardMarkup | None, *, reply_to: int | None = None
) -> None:
    """Send one message of HTML made by `markup`.

    Raises:
        TelegramError: it was not delivered: the person blocked the bot, the network stayed away, …
    """
    parse_mode: ParseMode | None = ParseMode.HTML
    delays = iter(SEND_AGAIN_AFTER)
    while True:
        try:
            await bot.send_message(
                chat_id,
                text,
                parse_mode=parse_mode,
                reply_markup=buttons,
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except ChatMigrated as moved:
            chat_id, reply_to = moved.new_chat_id, None
        except BadRequest as error:
            if parse_mode is None or "can't parse entities" not in str(error).lower():
                raise
            log.warning("markup refused, sending plain text: %s", error)
            text, parse_mode = markup.plain(text), None
        except NetworkError as error:
            if isinstance(error, TimedOut) and not _never_left(error):
                # It has most likely arrived. Sending it again would answer twice.
                log.warning("Telegram did not confirm a message in time")
                return
            delay = next(delays, None)
            if delay is None:
                raise
            log.warning("sending failed, trying again in %.0f s: %s", delay, error)
            await asyncio.sleep(delay)
        else:
            return


def _never_left(error: TimedOut) -> bool:
    return type(error.__cause__).__name__ in ("ConnectTimeout", "PoolTimeout")


@asynccontextmanager
async def typing(bot: Bot, chat_id: int, *, shown: bool) -> AsyncIterator[None]:
    """Show "typing" while a slow answer is made.

    Not at once: most answers take milliseconds, and an action that arrives after its answer stays on the screen for
    five seconds. Not in groups, where each call counts towards 20 messages a minute.
    """
    task = asyncio.create_task(_keep_typing(bot, chat_id)) if shown else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _keep_typing(bot: Bot, chat_id: int) -> None:
    await asyncio.sleep(TYPING_AFTER_S)
    while True:
        with suppress(TelegramError):
            await bot.send_chat_action(chat_id, ChatAction.TYPING)
        await asyncio.sleep(4)  # Telegram shows it for five seconds
