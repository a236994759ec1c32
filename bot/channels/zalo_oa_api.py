"""A Zalo Official Account on the wire (API v3): text out, events in, tokens renewed. Nothing of the conversation.

Errors are those of `zalo_wire`, and two more:

    ZaloError
     ├─ Refused
     │   └─ WindowClosed   the person wrote last more than seven days ago (-230, -232)
     └─ StoreFailed        the tokens' file cannot be read or written (`zalo_oa_token`)

An expired token (-216, -220, HTTP 401) is renewed once and the call made once more; nobody outside hears of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from bot import messages
from bot.channels.zalo_oa_token import TokenPair, TokenStore, origin_of
from bot.channels.zalo_wire import (
    TEXT_LIMIT,
    Answer,
    Event,
    MissingToken,
    Patience,
    Refused,
    RejectedToken,
    TooMany,
    Unreadable,
    Wire,
    ZaloError,
    failure,
    fits_header,
    make_event,
    number,
    one_line,
)

OFFICIAL_API = "https://openapi.zalo.me"
OFFICIAL_OAUTH = "https://oauth.zaloapp.com"
SIGNATURE_HEADER = "X-ZEvent-Signature"
"""What a delivery to the webhook carries."""

_EXPIRED = (-216, -220)
_CLOSED = (-230, -232)
_QUOTA = -32

_T = TypeVar("_T")

log = logging.getLogger(__name__)


class WindowClosed(Refused):
    """The person must write first: an Official Account answers within seven days of their last message."""


class _ExpiredToken(ZaloError):
    """The access token is no longer taken."""


class ZaloOaApi:
    """The account's side of the API. Use it as an async context manager; any number of calls may run at once.

    The stored pair goes before the settings, unless the settings' refresh token is another than the one with which
    the stored chain began.

    Args:
        store: where the tokens are kept.
        app_id: the application that is bound to the account.
        app_secret: the application's secret key (not the account's, which signs events).
        refresh_token: one that was never used; needed at the first start, and when the chain was broken.
        api_base, oauth_base: the two servers.
        connect_s, read_s: seconds to wait for a connection, and for an answer to go on.
        patience: when a failed call is made again.

    Raises:
        MissingToken: the id or the secret is blank.
        RejectedToken: the secret cannot be one.
        Refused: a base URL cannot be one.
    """

    def __init__(
        self,
        store: TokenStore,
        app_id: str,
        app_secret: str,
        refresh_token: str | None,
        *,
        api_base: str = OFFICIAL_API,
        oauth_base: str = OFFICIAL_OAUTH,
        connect_s: float = 10,
        read_s: float = 20,
        patience: Patience | None = None,
    ) -> None:
        if not app_id.strip() or not app_secret.strip():
            raise MissingToken(messages.ZALO_OA_NO_TOKEN)
        if not fits_header(app_secret.strip()):
            raise RejectedToken(messages.ZALO_OA_REJECTED)
        self._store = store
        self._app_id, self._app_secret = app_id.strip(), app_secret.strip()
        self._refresh_token = (refresh_token or "").strip()
        self._patience = patience or Patience()
        self._api = Wire(api_base, connect_s=connect_s, read_s=read_s)
        self._oauth = Wire(oauth_base, connect_s=connect_s, read_s=read_s)
        self._pair: TokenPair | None = None
        self._unstored: TokenPair | None = None

    async def __aenter__(self) -> ZaloOaApi:
        await self._api.__aenter__()
        await self._oauth.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._api.__aexit__(*exc)
        await self._oauth.__aexit__(*exc)

    async def send_text(self, user_id: str, text: str) -> str | None:
        """Send a text of 1 to 2,000 code points to a person who wrote within the last seven days.

        Returns:
            The message's id, if Zalo told it.

        Raises:
            WindowClosed: they did not write for longer.
            Refused: Zalo does not take the message, or the text has another length; nothing was sent then.
            TooMany: more than 4,000 a minute, even after backing off.
            Passing: trouble that goes by itself. Where it is Unconfirmed, the message may have arrived.
            MissingToken, RejectedToken, StoreFailed: there is no token to send with.
        """
        if not text.strip() or len(text) > TEXT_LIMIT:
            raise Refused(f"a text has 1 to {TEXT_LIMIT} characters, not {len(text)}")
        message = {"recipient": {"user_id": user_id}, "message": {"text": text}}
        access = await self._access()
        try:
            return await self._send(access, message)
        except _ExpiredToken:
            access = await self._access(refused=access)
        try:
            return await self._send(access, message)
        except _ExpiredToken:
            raise RejectedToken(messages.ZALO_OA_REJECTED) from None

    async def _send(self, access: str, message: Mapping[str, object]) -> str | None:
        async def attempt() -> str | None:
            answer = await self._api.post("v3.0/oa/message/cs", json=message, headers={"access_token": access})
            return _sent(answer)

        return await self._patience.see_through(attempt, repeatable=False)

    async def _access(self, *, refused: str | None = None) -> str:
        """An access token to call with: the one in hand, or a new one where it has expired or was refused."""
        pair = self._pair
        if pair and pair.access_token != refused and not pair.has_expired():
            return pair.access_token
        # Read the stored pair, or exchange it where that does not help; whoever waited finds it fresh.
        async with self._store.held():
            pair = self._stored()
            if pair is None or pair.access_token == refused or pair.has_expired():
                with self._store.room() as store:
                    pair = await self._exchange(pair, store)
            self._pair = pair
            return pair.access_token

    def _stored(self) -> TokenPair | None:
        pair = self._store.read()
        changed = pair and self._refresh_token and pair.origin != origin_of(self._refresh_token)
        return None if changed else pair

    async def _exchange(self, old: TokenPair | None, store: Callable[[TokenPair], None]) -> TokenPair:
        """A new pair for the old one's refresh token, or for the settings', on the disk before anyone sees it.

        Should the disk fail although room was taken, the new pair stays in memory, is not used, and is stored by the
        next call that needs one. A process that ends before that needs a new refresh token in the settings, because
        the old one is spent; so does one that is killed between Zalo's answer and the disk.
        """
        refresh_token = old.refresh_token if old else self._refresh_token
        if not refresh_token:
            raise MissingToken(messages.ZALO_OA_NO_TOKEN)
        form = {"refresh_token": refresh_token, "app_id": self._app_id, "grant_type": "refresh_token"}
        origin = old.origin if old else origin_of(refresh_token)

        async def attempt() -> TokenPair:
            if self._unstored is None:
                headers = {"secret_key": self._app_secret}
                self._unstored = _pair(await self._oauth.post("v4/oa/access_token", form=form, headers=headers), origin)
            store(self._unstored)
            fresh, self._unstored = self._unstored, None
            return fresh

        try:
            # Again also where no answer came: spent or not, it is the only refresh token there is.
            return await self._patience.see_through(lambda: _to_its_end(attempt()))
        except Refused as error:
            log.error("%s", error)
            raise RejectedToken(messages.ZALO_OA_REJECTED) from None


async def _to_its_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Await work that must not stop halfway: a caller who is cancelled waits for it, and is cancelled then."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled and not task.cancelled():
        task.exception()  # seen, though nobody asks any more
        raise cancelled
    return task.result()


def signature_matches(header: str | None, app_id: str, body: bytes, timestamp: str, key: str) -> bool:
    """Whether an event was signed with the account's secret key, in constant time.

    The signature is a plain SHA-256 of id, body, time and key written one after the other, not an HMAC
    (developers.zalo.me, "Webhook"). Nothing matches an empty key.

    Args:
        header: `SIGNATURE_HEADER`: `mac=` and hexadecimal digits, or the digits alone; None where it is missing.
        app_id: the application's id, from the settings.
        body: as it came, byte for byte.
        timestamp: the event's own, from `event_timestamp`.
        key: the Official Account's secret key (not the application's).
    """
    signed = b"".join((app_id.encode(), body, timestamp.encode("utf-8", "replace"), key.encode()))
    given = (header or "").strip().removeprefix("mac=").lower().encode("utf-8", "replace")
    return bool(key) and hmac.compare_digest(given, hashlib.sha256(signed).hexdigest().encode())


def event_timestamp(body: object) -> str:
    """The time in an event's JSON as it was signed; "" where there is none."""
    match body:
        case {"timestamp": str() | int() as timestamp}:
            return str(timestamp)
    return ""


def parse_event(body: object) -> Event | None:
    """A person's message from an event's JSON; without text where they sent something else.

    Args:
        body: any JSON.

    Returns:
        None for any other event: what the account itself sent (`oa_send_…`), followers, groups, unknown shapes.
    """
    match body:
        case {
            "event_name": str(name),
            "sender": {"id": person},
            "message": {"msg_id": message} as content,
            "timestamp": at,
        } if re.fullmatch(r"user_send_(?!group)\w+", name):
            text = content.get("text") if name == "user_send_text" else None
            return make_event(name, person, person, group=False, message=message, text=text, at=at)
    return None


def _sent(answer: Answer) -> str | None:
    """The id of the message that was sent; it was if, and only if, the answer's `error` is 0."""
    code = number(answer.body.get("error"))
    if code == 0:
        match answer.body.get("data"):
            case {"message_id": str(message_id)}:
                return message_id
        return None
    said = f"sending: HTTP {answer.status}, error {code} {one_line(answer.body.get('message'))}".rstrip()
    if answer.status == 401 or code in _EXPIRED:
        raise _ExpiredToken(said)
    if code in _CLOSED:
        raise WindowClosed(said)
    raise _failure(answer, code, said)


def _pair(answer: Answer, origin: str) -> TokenPair:
    match answer.body:
        case {"access_token": str(access), "refresh_token": str(refresh), **rest} if fits_header(access):
            # "expires_in" comes in digits: "90000". Without it the token is used until it is refused.
            lasts_s = number(rest.get("expires_in"))
            return TokenPair(access, refresh, None if lasts_s is None else time.time() + lasts_s, origin)
    code = number(answer.body.get("error"))
    told = one_line(answer.body.get("error_description") or answer.body.get("error_name"))
    raise _failure(answer, code, f"refreshing the token: HTTP {answer.status}, error {code} {told}".rstrip())


def _failure(answer: Answer, code: int | None, said: str) -> ZaloError:
    if code == _QUOTA:
        return TooMany(said)
    error = failure(answer.status, said)
    return Unreadable(said) if isinstance(error, Refused) and code is None else error
