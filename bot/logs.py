"""The log: lines of text or of JSON, each with the id of the request it belongs to, and no secret in any of them."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import secrets
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import PurePath
from typing import Any, Literal

Format = Literal["text", "json"]

HIDDEN = "***"
"""What stands in a line where a secret stood."""

_REQUEST: ContextVar[str | None] = ContextVar("danchu_request_id", default=None)
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# A record is one line: what breaks it could pass for another record (CWE-117). Only a stack trace has lines of its own.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def configure(level: str, form: Format = "text") -> None:
    """Send every record of this process to stderr, and libraries that write a line for each call only at WARNING.

    Args:
        level: the lowest level written, "DEBUG" to "CRITICAL".
        form: "text", or "json" for one object a line: time (UTC, RFC 3339), level, logger, message, request_id and
            exception; the last two only where there is one.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("alembic", "httpx", "httpcore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def request(given: str | None = None) -> Iterator[str]:
    """Mark every record written inside, also by `asyncio.to_thread` and by tasks begun there, as one request's.

    Args:
        given: the id that a caller sent (`X-Request-Id`). Taken if it is 8 to 64 of A-Z a-z 0-9 _ -; otherwise one is
            made.

    Returns:
        The id.
    """
    id = given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    token = _REQUEST.set(id)
    try:
        yield id
    finally:
        _REQUEST.reset(token)


def request_id() -> str | None:
    """The id of the request being worked on, or None."""
    return _REQUEST.get()


def where(error: BaseException) -> str:
    """What went wrong and where, in one line, without the error's own words: they may repeat what a person wrote."""
    chain: list[str] = []
    following: BaseException | None = error
    while following is not None:
        frames = reversed(traceback.extract_tb(following.__traceback__))
        places = " < ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
        chain.append(f"{type(following).__name__} at {places}")
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return ", after ".join(chain)


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.request_id = request_id() or "-"
        return super().formatMessage(record).translate(_CONTROL)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if id := request_id():
            line["request_id"] = id
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        if trace:
            line["exception"] = trace
        return json.dumps(line, ensure_ascii=False)


class _Secrets:
    """What must not be written, and how often that was asked for.

    The record factory is the one place that all records pass; a filter would have to sit on every handler, also on
    those added later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Counter[str] = Counter()
        self._pattern: re.Pattern[str] | None = None
        self._factory: partial[logging.LogRecord] | None = None

    def add(self, words: tuple[str, ...]) -> None:
        with self._lock:
            self._kept.update(words)
            self._compile()
            made = logging.getLogRecordFactory()
            if made is not self._factory:
                self._factory = partial(self._record, made)
                logging.setLogRecordFactory(self._factory)

    def remove(self, words: tuple[str, ...]) -> None:
        with self._lock:
            self._kept -= Counter(words)
            self._compile()
            # Where somebody has put a factory over ours since, ours stays: with nothing to hide it changes nothing.
            if not self._kept and self._factory is not None and logging.getLogRecordFactory() is self._factory:
                logging.setLogRecordFactory(self._factory.args[0])

    def _compile(self) -> None:
        longest_first = sorted(self._kept, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_however_written, longest_first))) if longest_first else None

    def _record(self, made: Callable[..., logging.LogRecord], *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        pattern = self._pattern
        if pattern is None:
            return record
        try:
            said = record.getMessage()
        except Exception as error:  # noqa: BLE001 - logging would print the arguments, and a secret among them, to stderr
            said = f"a record that cannot be written ({type(error).__name__}): {record.pathname}:{record.lineno}"
            record.msg, record.args = said, None
        if pattern.search(said):
            record.msg, record.args = pattern.sub(HIDDEN, said), None
        if record.exc_info and record.exc_info[1]:
            trace = "".join(traceback.format_exception(record.exc_info[1]))
            if pattern.search(trace):
                record.exc_info, record.exc_text = None, pattern.sub(HIDDEN, trace).rstrip()
        if record.stack_info:
            record.stack_info = pattern.sub(HIDDEN, record.stack_info)
        return record


_SECRETS = _Secrets()


@contextmanager
def keep_out(*secret: str) -> Iterator[None]:
    """Keep secrets out of every record written meanwhile, whoever writes it: messages, arguments, stack traces.

    httpx and httpcore print the addresses they call, and exceptions repeat what they were given; a token stands in
    both. A secret is found as it is, and with any of its characters percent-encoded. Several may be kept out at once,
    and let go in any order.

    Args:
        secret: each of them; an empty one is left out.
    """
    words = tuple(filter(None, secret))
    _SECRETS.add(words)
    try:
        yield
    finally:
        _SECRETS.remove(words)


def _however_written(secret: str) -> str:
    """A pattern for a secret as it is or percent-encoded, character by character (RFC 3986, 2.1)."""
    spelled = []
    for character in secret:
        octets = "".join(f"%{octet:02x}" for octet in character.encode("utf-8", "surrogatepass"))
        spelled.append(f"(?:{re.escape(character)}|(?i:{octets}){'|[+]' if character == ' ' else ''})")
    return "".join(spelled)
