"""Zalo's Bot Platform on the wire: calls out, events in, and nothing of the conversation.

A call is `POST <base URL>/bot<TOKEN>/<method>` with JSON. Whether it worked stands in the body's `ok`, whatever the
HTTP status (bot.zaloplatforms.com/docs). Errors are those of `zalo_wire`. The token is part of each URL and never
expires: it is in no log, no exception and no repr.
"""

from __future__ import annotations

import hmac
import logging
import re
from dataclasses import dataclass

from bot import messages
from bot.channels.zalo_wire import (
    ONE_TRY,
    TEXT_LIMIT,
    Answer,
    Event,
    MissingToken,
    Patience,
    Refused,
    RejectedToken,
    Unreadable,
    Wire,
    failure,
    make_event,
    number,
    one_line,
)

OFFICIAL_API = "https://bot-api.zaloplatforms.com"
SECRET_HEADER = "X-Bot-Api-Secret-Token"
"""What a delivery to the webhook carries."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself.

    Attributes:
        id: Zalo's id of it.
        account_name: "" where Zalo gives none.
        can_join_groups: whether people may add it to a group.
    """

    id: str
    account_name: str
    can_join_groups: bool


class ZaloBotApi:
    """The bot's side of the Bot Platform. Use it as an async context manager; any number of calls may run at once.

    Calls raise, after the tries that `patience` allows: RejectedToken, Refused, TooMany, Passing, Unreadable.

    Args:
        base_url: without "/bot", such as `OFFICIAL_API`.
        token: as Zalo Bot Creator gives it.
        connect_s, read_s: seconds to wait for a connection, and for an answer to go on.
        patience: when a failed call is made again.

    Raises:
        MissingToken: the token is None or blank.
        RejectedToken: it cannot be a token.
        Refused: the base URL cannot be one.
    """

    not_understood: int = 0
    """Events that came in a shape of their own and were passed over."""

    def __init__(
        self,
        base_url: str,
        token: str | None,
        *,
        connect_s: float = 10,
        read_s: float = 20,
        patience: Patience | None = None,
    ) -> None:
        token = (token or "").strip()
        if not token:
            raise MissingToken(messages.ZALO_NO_TOKEN)
        if not re.fullmatch(r"[\w.:~-]+", token, re.ASCII):  # all else would mean something in a URL
            raise RejectedToken(messages.ZALO_REJECTED)
        self._token = token
        self._patience = patience or Patience()
        self._wire = Wire(f"{base_url.rstrip('/')}/bot{token}/", secret=token, connect_s=connect_s, read_s=read_s)

    async def __aenter__(self) -> ZaloBotApi:
        await self._wire.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._wire.__aexit__(*exc)

    async def get_me(self) -> Me:
        """Ask who the bot is, and so whether the token is good: everything but passing trouble speaks against it.

        Raises:
            RejectedToken: also where the address knows no such method or speaks another language, as a wrong token
                may be answered so.
        """
        try:
            match await self._call("getMe"):
                case {"result": {"id": str() | int() as me, **rest}}:
                    return Me(str(me), one_line(rest.get("account_name")), rest.get("can_join_groups") is True)
        except (Refused, Unreadable) as error:
            log.error("getMe came to nothing: %s", error)
        raise RejectedToken(messages.ZALO_REJECTED)

    async def get_updates(self, timeout_s: int) -> Event | None:
        """Wait for one event. It does not work while a webhook is set.

        An event is given once, and nothing acknowledges it: store it before handling it, and let a call run out
        rather than cancel it, because what is on its way then is lost.

        Args:
            timeout_s: how long Zalo may wait for an event, in seconds.

        Returns:
            None where nothing came, or what came has an unknown shape.
        """
        body = await self._call("getUpdates", longer_s=timeout_s, timeout=timeout_s)
        return self.read_event(body) if body.get("result", body) else None

    def read_event(self, body: object) -> Event | None:
        """`parse_event`, for getUpdates and the webhook alike; what it cannot read is counted in `not_understood`."""
        event = parse_event(body)
        if event is None:
            self.not_understood += 1
            log.warning("passed over an event of an unknown shape (%d so far)", self.not_understood)
        return event

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have events delivered to a public HTTPS address, with `secret` (8–256 characters) in `SECRET_HEADER`."""
        if not 8 <= len(secret) <= 256:
            raise Refused("setWebhook: a secret has 8 to 256 characters")
        await self._call("setWebhook", url=url, secret_token=secret)

    async def delete_webhook(self) -> None:
        """Have events wait for getUpdates again."""
        await self._call("deleteWebhook")

    async def get_webhook_info(self) -> str | None:
        """The address to which events are delivered, if any."""
        match await self._call("getWebhookInfo"):
            case {"result": {"url": str(url)}}:
                return url or None
        return None

    async def send_message(self, chat_id: str, text: str) -> str | None:
        """Send plain text of 1 to 2,000 code points.

        Returns:
            The message's id, if Zalo told it.

        Raises:
            Refused: also for text of another length; nothing was sent then.
            Unconfirmed: it may have arrived. Sending it again could say everything twice, so that is not done.
        """
        if not text.strip() or len(text) > TEXT_LIMIT:
            raise Refused(f"sendMessage: a text has 1 to {TEXT_LIMIT} characters, not {len(text)}")
        match await self._call("sendMessage", repeatable=False, chat_id=chat_id, text=text):
            case {"result": {"message_id": str() | int() as message_id}}:
                return str(message_id)
        return None

    async def send_typing(self, chat_id: str) -> None:
        """Show that an answer is being written. Tried once: late, it would outlast the answer."""
        await self._call("sendChatAction", patience=ONE_TRY, chat_id=chat_id, action="typing")

    async def _call(
        self,
        method: str,
        *,
        patience: Patience | None = None,
        repeatable: bool = True,
        longer_s: float = 0,
        **params: object,
    ) -> dict[str, object]:
        """The whole body of an answer that says ok; empty for a getUpdates during which nothing came."""

        async def attempt() -> dict[str, object]:
            return self._read(method, await self._wire.post(method, json=params, longer_s=longer_s))

        return await (patience or self._patience).see_through(attempt, repeatable=repeatable)

    def _read(self, method: str, answer: Answer) -> dict[str, object]:
        body = answer.body
        if body.get("ok") is True or ("ok" not in body and "event_name" in body):  # an event may come bare
            return body
        code = number(body.get("error_code")) or answer.status
        if code == 408 and method == "getUpdates":
            return {}
        if code == 401:
            raise RejectedToken(messages.ZALO_REJECTED)
        described = one_line(body.get("description")).replace(self._token, "***")
        error = failure(code, f"{method}: {code} {described}".rstrip())
        if isinstance(error, Refused) and "ok" not in body:
            raise Unreadable(f"{method}: HTTP {answer.status}, and no answer of Zalo's")
        raise error


def secret_matches(given: str | None, wanted: str) -> bool:
    """Whether a delivery's `SECRET_HEADER` is the webhook's secret, in constant time. Nothing matches an empty one."""
    shown, secret = (word.encode("utf-8", "surrogatepass") for word in (given or "", wanted))
    return bool(secret) and hmac.compare_digest(shown, secret)


def parse_event(body: object) -> Event | None:
    """A person's message from an update, as the webhook and getUpdates bring it, with or without its wrapper.

    Args:
        body: any JSON.

    Returns:
        None for any other shape, and for what a bot wrote.
    """
    if isinstance(body, dict) and isinstance(body.get("result"), dict):
        body = body["result"]
    match body:
        case {
            "event_name": str(name),
            "message": {
                "from": {"id": person} as sender,
                "chat": {"id": chat, "chat_type": "PRIVATE" | "GROUP" as kind},
                "message_id": message,
                "date": at,
            } as content,
        } if re.fullmatch(r"message\.\w+\.received", name) and sender.get("is_bot") is not True:
            text = content.get("text") if name == "message.text.received" else None
            return make_event(name, chat, person, group=kind == "GROUP", message=message, text=text, at=at)
    return None
