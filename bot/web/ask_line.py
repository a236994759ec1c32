"""A line of a batch, which is also the body of `POST /api/ask`: JSON in, a Question out."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from bot import messages
from retrieval.question import Question

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


class BadLine(ValueError):
    """A line that asks nothing; the message is one Vietnamese sentence."""


def read_object(line: bytes | str) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        BadLine: if it is not UTF-8, not JSON or no object.
    """
    try:
        value = json.loads(line.decode("utf-8-sig") if isinstance(line, bytes) else line)
    except (ValueError, RecursionError) as error:
        raise BadLine(messages.BAD_JSON) from error
    if not isinstance(value, dict):
        raise BadLine(messages.BAD_JSON)
    return value


def question_from(line: Mapping[str, Any]) -> Question:
    """Make a Question of `{"id"?, "question", "previous"?, "place"?, "on"?}`.

    An empty question is a question still: its answer says that it is empty. Fields that are not known are ignored,
    and null is the same as leaving a field out. Half a surrogate pair, which no UTF-8 can carry, becomes U+FFFD.

    Raises:
        BadLine: if there is no question, a field has the wrong type, or the day does not exist.
    """
    text = line.get("question")
    if not isinstance(text, str):
        raise BadLine(messages.BAD_QUESTION)
    id = line.get("id")
    if isinstance(id, int) and not isinstance(id, bool):
        id = str(id)
    previous = line.get("previous")
    if previous is None:
        previous = []
    elif isinstance(previous, str):
        previous = [previous]
    place = line.get("place")
    if not (id is None or isinstance(id, str)):
        raise bad_field("id")
    if not (isinstance(previous, list) and all(isinstance(earlier, str) for earlier in previous)):
        raise bad_field("previous")
    if not (place is None or isinstance(place, str)):
        raise bad_field("place")
    return Question(
        text=_whole(text),
        place=_whole(place) if place and place.strip() else None,
        on=_day(line.get("on")),
        previous=tuple(map(_whole, previous)),
        id=None if id is None else _whole(id),
    )


def bad_field(field: str) -> BadLine:
    """What to raise where a field is wrong."""
    return BadLine(messages.BAD_FIELD.format(field=field, wanted=messages.BAD_FIELDS[field]))


def _day(value: object) -> dt.date | None:
    if value is None:
        return None
    # `fromisoformat` takes week dates and dates without dashes too; the contract does not.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise bad_field("on")
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise bad_field("on") from error


def _whole(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
