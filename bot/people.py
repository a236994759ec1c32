"""The little that is known of people, as conversations see it. What keeps it is `bot.feedback.recorder.Recorder`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Told(StrEnum):
    """What became of telling somebody something."""

    SENT = "sent"
    LATER = "later"
    """It may be tried again."""
    NEVER = "never"
    """They blocked us, or there is no such chat any more."""


class Known(Protocol):
    """What is remembered of a person."""

    @property
    def place(self) -> str | None:
        """Where they live, as they said."""
        ...

    @property
    def noticed(self) -> bool:
        """Whether they were told what is kept."""
        ...


class Before(Protocol):
    """A question on record."""

    @property
    def text(self) -> str:
        """Its words, without personal data."""
        ...

    @property
    def previous(self) -> Sequence[str]:
        """The questions before it."""
        ...

    @property
    def place(self) -> str | None:
        """The place it was asked for."""
        ...


class People(Protocol):
    """What keeps the little that is known of people: `bot.feedback.recorder.Recorder`. Nothing here ever raises."""

    def record_id(self, channel: str, key: str) -> str:
        """The id of the record of one delivery: the same for the same delivery."""
        ...

    def person(self, channel: str, asker: str) -> Known:
        """What is remembered of somebody."""
        ...

    def noticed(self, channel: str, asker: str) -> None:
        """Remember that they were told what is kept."""
        ...

    def remember_place(self, channel: str, asker: str, place: str | None) -> bool:
        """Remember where they live; False where it cannot be stored now."""
        ...

    def asked(self, record_id: str) -> Before | None:
        """The question of a record."""
        ...

    def tell_me(self, record_id: str, channel: str, address: str) -> bool:
        """Keep the wish to be told of an answer."""
        ...

    def remark(self, channel: str, asker: str, text: str) -> bool:
        """Keep what somebody says of the bot."""
        ...

    def forget(self, channel: str, asker: str, address: str | None) -> int | None:
        """Delete all that is stored of somebody; how many questions, or None if that happens later."""
        ...
