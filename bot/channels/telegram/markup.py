"""What Telegram shows: messages as HTML, split between blocks, and keyboards.

Telegram counts a message's length after its entities are parsed, in UTF-16 units (Bot API, `sendMessage`). So lengths
here are those of the visible words, and an emoji outside the basic plane counts twice.
"""

from __future__ import annotations

import html
import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.message import Choice, Line, Message, Rows, Style
from bot.packing import pack, utf16_units, whole

LIMIT = 4096
"""The most UTF-16 units of visible text in one message."""

BUTTON_CHARS = 60

_TAGS = {
    Style.STRONG: ("<b>", "</b>"),
    Style.SOFT: ("<i>", "</i>"),
    Style.QUOTE: ("<blockquote>", "</blockquote>"),
    Style.FOLDED: ("<blockquote expandable>", "</blockquote>"),
    Style.CODE: ("<code>", "</code>"),
    Style.PLAIN: ("", ""),
}
_TAG = re.compile(r"<[^>]*>")


def escape(text: str) -> str:
    """Text as it stands in HTML. A lone surrogate, which no message can carry, becomes U+FFFD."""
    return html.escape(whole(text), quote=False)


def plain(markup: str) -> str:
    """The visible words of HTML made here."""
    return html.unescape(_TAG.sub("", markup))


def parts(message: Message) -> list[str]:
    """Write a message as HTML: each part has at most `LIMIT` visible units and closes its own tags."""
    return [part.written(_line) for part in pack(message.blocks, LIMIT, utf16_units)]


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """Choices as buttons under a message; None where there are none."""
    return InlineKeyboardMarkup([[button(choice) for choice in row] for row in rows]) if rows else None


def button(choice: Choice) -> InlineKeyboardButton:
    """A choice as a button."""
    label = choice.label
    if len(label) > BUTTON_CHARS:
        label = label[: BUTTON_CHARS - 1].rstrip() + "…"
    return InlineKeyboardButton(label, callback_data=choice.action)


def marked(shown: InlineKeyboardMarkup, choices: tuple[Choice, ...]) -> InlineKeyboardMarkup:
    """A keyboard in which choices take the place of the buttons that carry the same actions."""
    by_action = {choice.action: choice for choice in choices}
    return InlineKeyboardMarkup(
        [
            [button(by_action[b.callback_data]) if b.callback_data in by_action else b for b in row]
            for row in shown.inline_keyboard
        ]
    )


def _line(line: Line) -> str:
    before, after = _TAGS[line.style]
    return f"{escape(line.label)}{before}{escape(line.text)}{after}"
