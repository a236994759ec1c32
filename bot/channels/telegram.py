"""The Telegram bot: questions in, quotes out, documents to browse, thumbs up and down.

The only module that knows python-telegram-bot. It polls with a loop of its own instead of the library's `Updater`,
because the latter stays up in silence when a token is revoked, and contends with a second poller for ever.

Errors are drawn here; each message is one plain sentence in Vietnamese:

    ChannelError
     ├─ MissingToken     no token is set
     ├─ RejectedToken    Telegram does not know the token, or it was revoked
     ├─ TwoPollers       another process polls with the same token
     └─ Unreachable      Telegram's server could not be reached at the start
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import time
import traceback
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

# The library's announced way to have durations as timedelta; otherwise each 429 raises a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram import (
    Bot,
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.ext import (
    AIORateLimiter,
    Application,
    BaseUpdateProcessor,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot import messages
from bot.assistant import Assistant
from bot.channels import telegram_markup as markup
from bot.channels.telegram_markup import Rows
from bot.reply import reply
from corpus.document import Document
from retrieval.question import Question

API = "https://api.telegram.org"
"""Telegram's own server."""

CHANNEL = "telegram"
POLL_SECONDS = 10
FOLLOW_UPS = 3
FOLLOW_UP_SECONDS = 30 * 60
CONVERSATIONS = 10_000
TYPING_AFTER_SECONDS = 0.3
FLOOD_RETRIES = 5
SEND_AGAIN_AFTER = (1.0, 3.0, 9.0)
START_AGAIN_AFTER = (1.0, 2.0, 4.0, 8.0)

App: TypeAlias = "Application[Any, Any, Any, Any, Any, Any]"
Context: TypeAlias = ContextTypes.DEFAULT_TYPE
_T = TypeVar("_T")

log = logging.getLogger(__name__)


class ChannelError(Exception):
    """A channel that cannot run; the message is one plain sentence in Vietnamese."""


class MissingToken(ChannelError):
    """No bot token is set."""


class RejectedToken(ChannelError):
    """The bot token is malformed, unknown or revoked."""


class TwoPollers(ChannelError):
    """Another process takes this bot's updates."""


class Unreachable(ChannelError):
    """Telegram's server could not be reached."""


def run(token: str | None, base_url: str, assistant: Assistant, documents: Callable[[], Sequence[Document]]) -> None:
    """Run the bot until SIGTERM or SIGINT; what was received by then is answered before it returns.

    Args:
        token: the bot's token, as @BotFather gives it.
        base_url: the Bot API server, without "/bot" (`API` for Telegram's own).
        assistant: what answers and records.
        documents: gives the documents held now.

    Raises:
        ChannelError: if the bot cannot run; the work it held is finished first.
    """
    application = build_application(token, base_url, assistant, documents)
    asyncio.run(_serve_until_signal(application))


def build_application(
    token: str | None, base_url: str, assistant: Assistant, documents: Callable[[], Sequence[Document]]
) -> App:
    """Build the Application with all its handlers. It has no Updater: `serve` polls, a webhook puts into its queue.

    The arguments are those of `run`.

    Raises:
        MissingToken: if the token is None or blank.
        RejectedToken: if it cannot be a token.
    """
    token = (token or "").strip()
    if not token:
        raise MissingToken(messages.TELEGRAM_NO_TOKEN)
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
        raise RejectedToken(messages.TELEGRAM_REJECTED)
    application: App = (
        Application.builder()
        .token(token)
        .base_url(f"{base_url.rstrip('/')}/bot")
        .updater(None)
        .job_queue(None)
        .concurrent_updates(_ChatOrder())
        .rate_limiter(AIORateLimiter(max_retries=FLOOD_RETRIES))
        .connection_pool_size(64)
        .pool_timeout(60)
        .connect_timeout(10)
        .read_timeout(20)
        .build()
    )
    channel = _Channel(assistant, documents)
    new, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
    private = filters.ChatType.PRIVATE
    application.add_handlers(
        [
            CommandHandler("start", channel.start, filters=new),
            CommandHandler("help", channel.help, filters=new),
            CommandHandler("vanban", channel.browse, filters=new),
            MessageHandler(new & private & filters.COMMAND, channel.help),
            MessageHandler((new | edited) & filters.TEXT & ~filters.COMMAND, channel.question),
            MessageHandler(new & private & ~filters.TEXT & ~filters.StatusUpdate.ALL, channel.not_text),
            CallbackQueryHandler(channel.rate, pattern=r"^r:[^:]+:[01]$"),
            CallbackQueryHandler(channel.ask_next, pattern=r"^n$"),
            CallbackQueryHandler(channel.document_list, pattern=r"^v:\d+$"),
            CallbackQueryHandler(channel.contents, pattern=r"^d:\w+:\d+$"),
            CallbackQueryHandler(channel.provision, pattern=r"^a:\w+:\w+$"),
            CallbackQueryHandler(channel.gone),
        ]
    )
    application.add_error_handler(channel.failed)
    return application


async def serve(application: App, stop: asyncio.Event) -> None:
    """Poll and answer until `stop` is set, then finish what was received.

    Other tasks may run in the same loop, so that several channels can share a process.

    Raises:
        ChannelError: as `run` does.
    """
    with _token_out_of_logs(application.bot.token):
        try:
            await _initialize(application, stop)
            if stop.is_set():
                return
            await _describe_commands(application.bot)
            await application.start()
            try:
                await _poll(application, stop)
            finally:
                # It waits until all that was queued is answered; only then do the connections close.
                await application.stop()
        finally:
            await application.shutdown()
            await application.bot.shutdown()


async def _serve_until_signal(application: App) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows' loop has no signal handlers; there an interrupt cancels this task, and `serve` still winds up.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    await serve(application, stop)


async def _initialize(application: App, stop: asyncio.Event) -> None:
    """Ask Telegram who we are, with patience for a network that comes up later than we do."""
    for delay in (*START_AGAIN_AFTER, None):
        try:
            await application.initialize()
        except InvalidToken:
            # The library's message holds the token.
            raise RejectedToken(messages.TELEGRAM_REJECTED) from None
        except TelegramError as error:
            if delay is None:
                raise Unreachable(messages.TELEGRAM_UNREACHABLE) from None
            log.warning("Telegram is out of reach, trying again in %.0f s: %s", delay, error)
            await _unless(stop, asyncio.sleep(delay))
            if stop.is_set():
                return
        else:
            return


async def _describe_commands(bot: Bot) -> None:
    try:
        await bot.set_my_commands([BotCommand(command, words) for command, words in messages.COMMANDS.items()])
    except TelegramError as error:
        # The bot answers without its menu; the next start sets it.
        log.warning("the commands' descriptions were not set: %s", error)


async def _poll(application: App, stop: asyncio.Event) -> None:
    """Take updates and queue them; asking for the next ones acknowledges them, and so does the last call."""
    bot: Bot = application.bot
    offset: int | None = None
    webhook_gone = False
    conflicts = 0
    delay = 0.0
    while not stop.is_set():
        try:
            if not webhook_gone:
                await bot.delete_webhook()
                webhook_gone = True
            call = bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=_UPDATES)
            # An answer cut off by `stop` was not queued and not acknowledged: Telegram gives it again next time.
            updates = await _unless(stop, call) or ()
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
        except Exception:
            # An update that the library cannot read must not end the bot.
            delay = min(30.0, delay * 1.5 or 1.0)
            log.exception("an answer to getUpdates could not be read, trying again in %.0f s", delay)
        else:
            delay, conflicts = 0.0, 0
            for update in updates:
                offset = update.update_id + 1
                await application.update_queue.put(update)
        if delay:
            await _unless(stop, asyncio.sleep(delay))
    if offset is not None:
        try:
            await bot.get_updates(offset=offset, limit=1, timeout=0, allowed_updates=_UPDATES)
        except TelegramError as error:
            log.warning("the last updates could not be acknowledged and may come again: %s", error)


_UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """The work's result, or None if `stop` is set first; the work is cancelled then."""
    doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)


class _ChatOrder(BaseUpdateProcessor):
    """Different chats at once, one chat's updates one after the other, in the order in which they came."""

    def __init__(self) -> None:
        # Updates that wait for their chat's turn count too: a small number would let one chat hold up the others.
        super().__init__(max_concurrent_updates=100_000)
        self._locks: dict[int, asyncio.Lock] = {}
        self._in_hand: Counter[int] = Counter()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's turn (asyncio's locks are first come, first served), then handle the update."""
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None:
            await coroutine
            return
        lock = self._locks.setdefault(chat.id, asyncio.Lock())
        self._in_hand[chat.id] += 1
        try:
            async with lock:
                await coroutine
        finally:
            self._in_hand[chat.id] -= 1
            if not self._in_hand[chat.id]:
                del self._in_hand[chat.id], self._locks[chat.id]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""


@dataclass(frozen=True, slots=True)
class _Asked:
    message_id: int
    text: str
    at: float


class _Conversations:
    """The last questions of each person in each chat, in memory alone, so that "còn ở Hải Phòng?" is understood."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[int, int], deque[_Asked]] = OrderedDict()

    def answered(self, who: tuple[int, int], message_id: int, text: str) -> bool:
        """Whether this message was answered with this very text."""
        return any(asked.message_id == message_id and asked.text == text for asked in self._asked.get(who, ()))

    def previous(self, who: tuple[int, int], message_id: int) -> tuple[str, ...]:
        """The questions before this one, oldest first; an edited message does not follow itself."""
        since = time.monotonic() - FOLLOW_UP_SECONDS
        asked = [one for one in self._asked.get(who, ()) if one.message_id != message_id and one.at > since]
        return tuple(one.text for one in asked)

    def add(self, who: tuple[int, int], message_id: int, text: str) -> None:
        """Remember a question; the conversation that was silent longest is forgotten first."""
        asked = self._asked.pop(who, deque[_Asked](maxlen=FOLLOW_UPS))
        kept = [one for one in asked if one.message_id != message_id]
        self._asked[who] = deque([*kept, _Asked(message_id, text, time.monotonic())], maxlen=FOLLOW_UPS)
        if len(self._asked) > CONVERSATIONS:
            self._asked.popitem(last=False)


class _Channel:
    """The handlers. One object serves all chats."""

    def __init__(self, assistant: Assistant, documents: Callable[[], Sequence[Document]]) -> None:
        self._assistant = assistant
        self._documents = documents
        self._conversations = _Conversations()
        self._albums: deque[str] = deque(maxlen=100)

    async def start(self, update: Update, context: Context) -> None:
        """/start: greeting, what is kept, examples."""
        await self._say(update, context, markup.greeting())

    async def help(self, update: Update, context: Context) -> None:
        """/help, and any command that does not exist."""
        await self._say(update, context, markup.help_text())

    async def browse(self, update: Update, context: Context) -> None:
        """/vanban: the documents held, a button each."""
        if update.effective_chat:
            text, rows = markup.document_list(await self._held(), 0)
            await _send(context.bot, update.effective_chat.id, markup.escape(text), rows)

    async def not_text(self, update: Update, context: Context) -> None:
        """A picture, a voice message, a sticker: say once an album that only words can be read."""
        album = update.effective_message.media_group_id if update.effective_message else None
        if album and album in self._albums:
            return
        if album:
            self._albums.append(album)
        await self._say(update, context, markup.escape(messages.NOT_TEXT))

    async def question(self, update: Update, context: Context) -> None:
        """A question in words, new or edited.

        An edited question is answered again: people mend a name or a typing error and wait for the better answer. If
        its words are those already answered (Telegram reports link previews as edits too), nothing is sent.
        """
        message = update.effective_message
        if message is None or not message.text:
            return
        text = _addressed(message, context.bot)
        if text is None:
            return
        if update.edited_message and self._conversations.answered(_who(update), message.message_id, text):
            return
        await self._answer(update, context, text, message)

    async def rate(self, update: Update, context: Context) -> None:
        """A thumb: keep it and mark the button. The person may change their mind; the last thumb counts."""
        query = _query(update)
        _, record_id, thumb = (query.data or "").split(":")
        kept = await asyncio.to_thread(
            self._assistant.rate, record_id, asker=str(query.from_user.id), helpful=thumb == "1"
        )
        await _acknowledge(query, messages.THANKS if kept else messages.NOT_ON_RECORD)
        if kept and isinstance(query.message, Message) and query.message.reply_markup:
            chosen = _buttons(markup.thumbs(record_id, thumb))
            rows = [
                chosen if any(str(button.callback_data).startswith("r:") for button in row) else row
                for row in query.message.reply_markup.inline_keyboard
            ]
            with suppress(BadRequest):  # "message is not modified": the same thumb twice
                await query.message.edit_reply_markup(InlineKeyboardMarkup(rows))

    async def ask_next(self, update: Update, context: Context) -> None:
        """The second question of a message, which the answer to the first one names."""
        query = _query(update)
        message = query.message
        text = markup.offered_question(message.text or "") if isinstance(message, Message) else ""
        if not text or not isinstance(message, Message):
            await _acknowledge(query, messages.GONE)
            return
        await _acknowledge(query)
        if not self._conversations.answered(_who(update), message.message_id, text):
            await self._answer(update, context, text, message)

    async def document_list(self, update: Update, context: Context) -> None:
        """Another page of the documents."""
        query = _query(update)
        await _acknowledge(query)
        text, rows = markup.document_list(await self._held(), int((query.data or "").split(":")[1]))
        await _turn_page(query, context.bot, text, rows)

    async def contents(self, update: Update, context: Context) -> None:
        """A document's articles."""
        query = _query(update)
        _, key, page = (query.data or "").split(":")
        document = _find(await self._held(), key)
        if document is None:
            await _acknowledge(query, messages.GONE)
            return
        await _acknowledge(query)
        text, rows = markup.contents(document, int(page))
        await _turn_page(query, context.bot, text, rows)

    async def provision(self, update: Update, context: Context) -> None:
        """A whole article, word for word."""
        query = _query(update)
        _, key, provision_key = (query.data or "").split(":")
        documents = await self._held()
        document = _find(documents, key)
        provision = (
            next((p for p in document.walk() if markup.key(p.path.id) == provision_key), None) if document else None
        )
        if document is None or provision is None or update.effective_chat is None:
            await _acknowledge(query, messages.GONE)
            return
        await _acknowledge(query)
        quotes = await asyncio.to_thread(markup.whole, document, provision, documents)
        for part in markup.quote_parts(quotes):
            await _send(context.bot, update.effective_chat.id, part)

    async def gone(self, update: Update, context: Context) -> None:
        """A button of an older version of the bot."""
        await _acknowledge(_query(update), messages.GONE)

    async def failed(self, update: object, context: Context) -> None:
        """Whatever went wrong: the log has the trace, the person a sentence."""
        error = context.error
        if isinstance(error, Forbidden):
            log.info("an answer was not delivered: %s", error)
            return
        log.error("an update was not handled", exc_info=error)
        if not isinstance(update, Update):
            return
        with suppress(TelegramError):
            if update.callback_query:
                await update.callback_query.answer(messages.FAILED[:200], show_alert=True)
            elif update.effective_chat:
                await _send(context.bot, update.effective_chat.id, markup.escape(messages.FAILED))

    async def _say(self, update: Update, context: Context, text: str) -> None:
        if update.effective_chat:
            await _send(context.bot, update.effective_chat.id, text)

    async def _answer(self, update: Update, context: Context, text: str, message: Message) -> None:
        """Ask the assistant in a thread, and send its answer with buttons under the last part."""
        who = _who(update)
        user = update.effective_user
        question = Question(text=text, previous=self._conversations.previous(who, message.message_id))
        in_group = message.chat.type != ChatType.PRIVATE
        async with _typing(context.bot, message.chat.id, shown=not in_group):
            recorded = await asyncio.to_thread(
                self._assistant.ask, question, channel=CHANNEL, asker=str(user.id) if user else None
            )
        self._conversations.add(who, message.message_id, text)
        parts = markup.parts(reply(recorded.answer)) or [markup.escape(messages.FAILED)]
        for number, part in enumerate(parts, start=1):
            await _send(
                context.bot,
                message.chat.id,
                part,
                markup.answer_buttons(recorded.record_id, recorded.answer) if number == len(parts) else [],
                reply_to=message.message_id if in_group and number == 1 else None,
            )

    async def _held(self) -> Sequence[Document]:
        """The documents held now. In a thread: they may have to be read anew."""
        return await asyncio.to_thread(self._documents)


def _find(documents: Sequence[Document], key: str) -> Document | None:
    return next((document for document in documents if markup.key(document.id) == key), None)


def _addressed(message: Message, bot: Bot) -> str | None:
    """The words meant for the bot: all of them in a private chat; in a group, those that mention or reply to it."""
    text = message.text or ""
    if message.chat.type == ChatType.PRIVATE:
        return text
    entities = message.parse_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION])
    mentions = [
        words
        for entity, words in entities.items()
        if words.casefold() == f"@{bot.username}".casefold() or (entity.user and entity.user.id == bot.id)
    ]
    replied = message.reply_to_message.from_user if message.reply_to_message else None
    if not mentions and not (replied and replied.id == bot.id):
        return None
    for words in mentions:
        text = text.replace(words, " ")
    return text.strip(" \n\t,:")


def _who(update: Update) -> tuple[int, int]:
    """A person in a chat: in a group, one person's question does not follow another's."""
    chat = update.effective_chat.id if update.effective_chat else 0
    return chat, update.effective_user.id if update.effective_user else chat


def _query(update: Update) -> CallbackQuery:
    assert update.callback_query is not None  # each handler that calls this was chosen by it
    return update.callback_query


async def _acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    with suppress(BadRequest):  # "query is too old", after a long wait: nobody sees the spinner any more
        await query.answer(text)


async def _send(bot: Bot, chat_id: int, text: str, rows: Rows | None = None, *, reply_to: int | None = None) -> None:
    """Send HTML; as plain text where Telegram does not take the markup; again where it surely did not arrive."""
    parse_mode: ParseMode | None = ParseMode.HTML
    delays = iter(SEND_AGAIN_AFTER)
    while True:
        try:
            await bot.send_message(
                chat_id,
                text,
                parse_mode=parse_mode,
                reply_markup=_keyboard(rows),
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
async def _typing(bot: Bot, chat_id: int, *, shown: bool) -> AsyncIterator[None]:
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
    await asyncio.sleep(TYPING_AFTER_SECONDS)
    while True:
        with suppress(TelegramError):
            await bot.send_chat_action(chat_id, ChatAction.TYPING)
        await asyncio.sleep(4)  # Telegram shows it for five seconds


def _buttons(row: Sequence[markup.Button]) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(button.label, callback_data=button.data) for button in row]


def _keyboard(rows: Rows | None) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([_buttons(row) for row in rows]) if rows else None


async def _turn_page(query: CallbackQuery, bot: Bot, text: str, rows: Rows) -> None:
    """Show a list in place of the one tapped; below it where that is too old to be changed."""
    if isinstance(query.message, Message):
        try:
            await query.message.edit_text(text, reply_markup=_keyboard(rows))
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return
        else:
            return
    if query.message:
        await _send(bot, query.message.chat.id, markup.escape(text), rows)


@contextmanager
def _token_out_of_logs(token: str) -> Iterator[None]:
    """Keep the token's secret half out of every log record, whoever writes it.

    The token is part of each URL, so httpx, httpcore and exceptions would print it. A filter would have to sit on
    every handler, also those added later; the record factory is the one place that all records pass.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each poll helps nobody
    secret = token.partition(":")[2]
    made = logging.getLogRecordFactory()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        with suppress(TypeError, ValueError):  # arguments that do not fit their message are logging's to report
            said = record.getMessage()
            if secret in said:
                record.msg, record.args = said.replace(secret, "***"), None
        if record.exc_info and record.exc_info[1]:
            trace = "".join(traceback.format_exception(record.exc_info[1]))
            if secret in trace:
                record.exc_info, record.exc_text = None, trace.replace(secret, "***").rstrip()
        return record

    logging.setLogRecordFactory(factory)
    try:
        yield
    finally:
        logging.setLogRecordFactory(made)
