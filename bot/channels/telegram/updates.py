"""Telegram's updates as Incoming; what is not meant for the bot is left out."""

from __future__ import annotations

from collections import deque

from telegram import Bot, CallbackQuery, Message, MessageEntity, Update, User
from telegram.constants import ChatType
from telegram.ext import filters

from bot import messages
from bot.message import Incoming

CHANNEL = "telegram"

TAKEN = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]
"""The kinds of updates that the bot asks for."""


class Updates:
    """Reads updates for one bot. An album comes as many messages; it is read once."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._albums: deque[str] = deque(maxlen=100)

    def read(self, update: Update) -> Incoming | None:
        """What a person did, or None where it is not for the bot."""
        user = update.effective_user
        if update.callback_query:
            return _tapped(update.update_id, update.callback_query)
        message = update.effective_message
        if message is None or user is None or user.is_bot:
            return None
        edited = update.edited_message is not None
        private = message.chat.type == ChatType.PRIVATE
        if message.text:
            text = message.text if private else self._addressed(message)
            return _wrote(update.update_id, message, user, text, edited) if text is not None else None
        if not private or edited or filters.StatusUpdate.ALL.check_update(update) or self._seen(message):
            return None
        return _wrote(update.update_id, message, user, None, edited)

    def _seen(self, message: Message) -> bool:
        album = message.media_group_id
        if album is None:
            return False
        if album in self._albums:
            return True
        self._albums.append(album)
        return False

    def _addressed(self, message: Message) -> str | None:
        """In a group: the words that mention the bot, reply to it, or are one of its commands; else None."""
        text = message.text or ""
        command, _, at = text.split(maxsplit=1)[0].partition("@") if text.startswith("/") else ("", "", "")
        if command:
            ours = at.casefold() == self._bot.username.casefold() if at else command[1:] in messages.COMMANDS
            return text if ours else None
        entities = message.parse_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION])
        mentions = [
            words
            for entity, words in entities.items()
            if words.casefold() == f"@{self._bot.username}".casefold()
            or (entity.user and entity.user.id == self._bot.id)
        ]
        replied = message.reply_to_message.from_user if message.reply_to_message else None
        if not mentions and not (replied and replied.id == self._bot.id):
            return None
        for words in mentions:
            text = text.replace(words, " ")
        return text.strip(" \n\t,:")


def _wrote(update_id: int, message: Message, user: User, text: str | None, edited: bool) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        key=str(update_id),
        chat=str(message.chat.id),
        person=str(user.id),
        message_id=str(message.message_id),
        text=text,
        edited=edited,
        group=message.chat.type != ChatType.PRIVATE,
    )


def _tapped(update_id: int, query: CallbackQuery) -> Incoming | None:
    message = query.message
    if message is None or query.data is None:
        return None
    return Incoming(
        channel=CHANNEL,
        key=str(update_id),
        chat=str(message.chat.id),
        person=str(query.from_user.id),
        message_id=str(message.message_id),
        action=query.data,
        group=message.chat.type != ChatType.PRIVATE,
        tap=query.id,
    )
