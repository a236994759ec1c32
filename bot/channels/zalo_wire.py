"""What Zalo's two platforms share: one post over HTTP, patience with failures, the shape of an event.

The only module that knows httpx, and none of its exceptions leave it:

    ZaloError
     ├─ MissingToken     no token is set
     ├─ RejectedToken    Zalo does not take the token: final, for a person to put right
     ├─ Refused          this call cannot succeed as it is (400, 404): final for the call
     ├─ TooMany          over the quota (429), even after backing off
     └─ Passing          trouble that goes by itself (403 "Internal server error", 5xx, network), but not soon enough
         ├─ Unreadable   what answered is not Zalo's API: a proxy's page, or what a wrong token is told
         └─ Unconfirmed  the request left and no answer came: it may have been carried out

The messages of MissingToken and RejectedToken are for people, in Vietnamese; the others are for the log.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

import httpx

from bot.logs import keep_out

TEXT_LIMIT = 2000
"""Code points in one message, on either platform."""

_T = TypeVar("_T")

log = logging.getLogger(__name__)


class ZaloError(Exception):
    """A call to Zalo that came to nothing. No message holds a secret."""


class MissingToken(ZaloError):
    """No token is set."""


class RejectedToken(ZaloError):
    """Zalo does not know the token, or no longer."""


class Refused(ZaloError):
    """The call cannot succeed as it is."""


class TooMany(ZaloError):
    """More calls than the quota allows."""


class Passing(ZaloError):
    """Trouble at Zalo or on the way there."""


class Unreadable(Passing):
    """An answer that is not one of Zalo's API."""


class Unconfirmed(Passing):
    """The request left and no answer came."""


def failure(code: int, said: str) -> ZaloError:
    """The error for an HTTP status, or for a code of the Bot Platform, which uses the same numbers."""
    if code == 429:
        return TooMany(said)
    return Passing(said) if code in (403, 408) or code >= 500 else Refused(said)


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait between tries: twice as long each time, from `first_s` up to `most_s` seconds."""

    first_s: float
    most_s: float
    tries: int

    def delay(self, failures: int, chance: float) -> float | None:
        """Seconds to wait after the first, second, … failure; None to give up.

        Args:
            failures: how many there were, from 1.
            chance: in [0, 1); picks between half the time and all of it, so that calls which failed together do not
                come again together ("equal jitter": Brooker, Exponential Backoff and Jitter, 2015).
        """
        if failures >= self.tries:
            return None
        return min(self.most_s, self.first_s * 2.0 ** (failures - 1)) * (1 + chance) / 2


@dataclass(frozen=True, slots=True)
class Patience:
    """When a call that failed is tried again."""

    passing: BackOff = BackOff(first_s=0.5, most_s=8, tries=4)
    quota: BackOff = BackOff(first_s=2, most_s=60, tries=6)
    """Zalo does not say when to come again."""

    async def see_through(self, attempt: Callable[[], Awaitable[_T]], *, repeatable: bool = True) -> _T:
        """Await an attempt until it succeeds or patience ends.

        Args:
            attempt: makes the call, each time anew.
            repeatable: False where a call that may have been carried out must not be made twice.

        Raises:
            ZaloError: the attempt's last error.
        """
        failures: Counter[BackOff] = Counter()
        while True:
            try:
                return await attempt()
            except (TooMany, Passing) as error:
                if isinstance(error, Unconfirmed) and not repeatable:
                    raise
                policy = self.quota if isinstance(error, TooMany) else self.passing
                failures[policy] += 1
                delay = policy.delay(failures[policy], random.random())
                if delay is None:
                    raise
                log.warning("%s; trying again in %.1f s", error, delay)
            await asyncio.sleep(delay)


ONE_TRY = Patience(BackOff(0, 0, 1), BackOff(0, 0, 1))


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status, and the members of the JSON object that came; none where it was something else or no JSON."""

    status: int
    body: dict[str, object]


class Wire:
    """Posts to one address. Use it as an async context manager.

    Args:
        base_url: what every path is joined to. It may hold `secret`, which then stays out of the log.
        secret: a part of the address that nobody may read; "" for none.
        connect_s, read_s: seconds to wait for a connection, and for the answer to go on.

    Raises:
        Refused: the address cannot be one.
    """

    def __init__(self, base_url: str, *, secret: str = "", connect_s: float = 10, read_s: float = 20) -> None:
        self._secret = secret
        self._open = ExitStack()
        self._connect_s, self._read_s = connect_s, read_s
        try:
            url = httpx.URL(base_url)
        except httpx.InvalidURL:
            url = httpx.URL()
        if url.scheme not in ("http", "https") or not url.host or not 0 < (url.port or 80) < 65536:
            raise Refused("the base URL cannot be used")
        self._client = httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=64))

    async def __aenter__(self) -> Wire:
        self._open.enter_context(keep_out(self._secret))
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.aclose()
        self._open.close()

    async def post(
        self,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        longer_s: float = 0,
    ) -> Answer:
        """Post once, without following redirects.

        Args:
            path: under the base URL.
            json, form: the body, one of the two.
            headers: added to the usual ones.
            longer_s: seconds that the other side may take on top of the usual.

        Raises:
            Passing: it did not leave.
            Unconfirmed: it left, and no whole answer came.
            Refused: it cannot be sent (text that is no Unicode, an address that is none).
        """
        connect_s, read_s = self._connect_s, self._read_s + longer_s
        # Calls that wait for a free connection are in no hurry: the quota is what limits them.
        timeout = httpx.Timeout(connect=connect_s, read=read_s, write=connect_s, pool=60)
        # Of the exceptions only the name is told: their words and their request may hold the address.
        try:
            response = await self._client.post(path, json=json, data=form, headers=headers, timeout=timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Passing(f"{path}: {type(error).__name__}") from None
        except httpx.HTTPError as error:
            raise Unconfirmed(f"{path}: {type(error).__name__}") from None
        except UnicodeError as error:
            raise Refused(f"{path}: {type(error).__name__}") from None
        try:
            body = response.json()
        except (ValueError, RecursionError):  # no JSON, no Unicode, or brackets within brackets without end
            body = None
        return Answer(response.status_code, body if isinstance(body, dict) else {})


@dataclass(frozen=True, slots=True)
class Event:
    """A message that a person sent.

    Attributes:
        event_name: as the platform names it, such as "message.text.received" or "user_send_image".
        chat_id: where the answer goes.
        person_id: who wrote; in a private chat mostly equal to `chat_id`.
        group: whether others read along.
        message_id: the same at each delivery of the message.
        text: None where it is no text (a picture, a voice message, a sticker, …).
        at: when it was sent, in UTC.
    """

    event_name: str
    chat_id: str
    person_id: str
    group: bool
    message_id: str
    text: str | None
    at: dt.datetime


def make_event(
    name: str, chat: object, person: object, *, group: bool, message: object, text: object, at: object
) -> Event | None:
    """An event from fields as they came, or None where one of them cannot be what it should.

    Args:
        name: the event's name.
        chat, person, message: ids: words without spaces, or whole numbers.
        group: whether the chat is a group.
        text: None for a message that has none.
        at: Unix time in milliseconds, as a number or in digits.
    """
    chat_id, person_id, message_id, moment = _identity(chat), _identity(person), _identity(message), _moment(at)
    if chat_id is None or person_id is None or message_id is None or moment is None:
        return None
    words = _words(text) if isinstance(text, str) else None
    return Event(name, chat_id, person_id, group, message_id, words, moment)


def number(value: object) -> int | None:
    """A code, whether it came as a number or in digits; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def one_line(value: object) -> str:
    """What the other side says of a failure, fit for a line of the log; "" where it is no text."""
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def fits_header(value: str) -> bool:
    """Whether a secret can travel in an HTTP header."""
    return re.fullmatch(r"[!-~]+", value) is not None


def _identity(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**40:
        return str(value)
    return value if isinstance(value, str) and re.fullmatch(r"[!-~]{1,200}", value) else None


def _moment(value: object) -> dt.datetime | None:
    milliseconds = number(value)
    try:
        return None if milliseconds is None else dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _words(text: str) -> str:
    """Text that can be stored and sent: JSON may carry halves of characters, which no UTF-8 can."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
