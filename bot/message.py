"""What goes between a person and the bot, whatever the channel: Incoming from them, Message to them.

A channel turns its own updates into `Incoming`, and each `Message` into its own markup; nothing else in the program
knows a channel's wire format.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ACTION_BYTES = 64
"""The most bytes of an action: what a Telegram button can carry back."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a person did: wrote a message, or picked one of the choices under the bot's.

    Args:
        channel: "telegram", "zalo", …
        key: names this delivery within the channel: a repeated delivery has the same key.
        chat: where the reply goes, as the channel names it.
        person: who did it, as the channel names them. It is stored only as a salted hash.
        message_id: the message written, or the one whose choice was picked.
        text: the words; None for pictures, voice and so on.
        action: what the choice picked carries; None for a message.
        edited: whether an earlier message was changed.
        group: whether others read along.
        tap: the channel's own name for the pick, where it waits for an acknowledgement.
    """

    channel: str
    key: str
    chat: str
    person: str
    message_id: str
    text: str | None = None
    action: str | None = None
    edited: bool = False
    group: bool = False
    tap: str | None = None


class Style(StrEnum):
    """How a line is set, where the channel can."""

    PLAIN = "plain"
    STRONG = "strong"
    SOFT = "soft"
    QUOTE = "quote"
    FOLDED = "folded"
    """A quote that may be folded, to be opened with a tap."""
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Line:
    """Words under one style, on lines of their own; the label before them is not styled."""

    text: str
    style: Style = Style.PLAIN
    label: str = ""


Block = tuple[Line, ...]
"""Lines that belong together: a quote with its citation and code."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a person can pick: a button, or a numbered line. `action` has at most `ACTION_BYTES` bytes."""

    label: str
    action: str


Rows = tuple[tuple[Choice, ...], ...]
"""Choices as they are laid out; a channel without buttons numbers them through."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the bot says at one go. A channel may have to send it in parts; the choices stand under the last."""

    blocks: tuple[Block, ...]
    choices: Rows = ()
    replaces: bool = False
    """Whether it takes the place of the list whose choice was picked, where the channel can."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the bot does about one Incoming."""

    messages: tuple[Message, ...] = ()
    toast: str = ""
    """A short word on a pick: shown over the chat for a moment, or sent where the channel has no such thing."""
    marked: tuple[Choice, ...] = ()
    """Choices that take the place of those with the same actions under the message picked from: the mark moves."""


def said(text: str, *rows: tuple[Choice, ...]) -> Message:
    """A message of one plain line, with choices under it."""
    return Message(((Line(text),),), rows)
