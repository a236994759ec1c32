"""What a person asks: the words, and what is known around them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MAX_QUESTION_CHARS = 2_000
"""Longer messages are not searched; the person is asked to shorten them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question in its asker's words.

    Args:
        text: the message as it came.
        place: a place given beside the question ("Thạch Khôi"), or None.
        on: the day the answer is for; None means today.
        previous: earlier questions of the same conversation, oldest first.
        id: the caller's name for it, echoed in the answer.
    """

    text: str
    place: str | None = None
    on: dt.date | None = None
    previous: tuple[str, ...] = ()
    id: str | None = None
