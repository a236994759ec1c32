"""A server on loopback that speaks the wire format of Zalo's Official Account API v3, its token endpoint included.

Refresh tokens work once and are replaced with each use; access tokens can be made to expire; people have a window in
which they may be written to; events are signed. It can be told to misbehave (`refuse`, `answer`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.bot.loopback import Call, Loopback, Reply

APP_ID = "1234567890"
APP_SECRET = "the-secret-of-the-application"
OA_KEY = "the-secret-key-of-the-account"
OA_ID = "579745863508352884"
REFRESH_TOKEN = "refresh-0-of-the-settings"

SEND, REFRESH = "send", "refresh"


class FakeZaloOa(Loopback):
    """The server. Use it as a context manager; `url` is the base URL of both servers that it plays."""

    def __init__(self) -> None:
        super().__init__()
        self.access_token = "access-0-nobody-has-it"
        self.refresh_tokens = {REFRESH_TOKEN}
        """Those that still work, each once."""
        self.expires_in: Any = "90000"
        self.expired_code: int | None = -216
        """How an expired token is answered: -216 or -220, or None for HTTP 401."""
        self.closed: dict[str, int] = {}
        """People whose window is closed, with the code to say so: -230 or -232."""
        self._ids = itertools.count(1)

    # What the test sees and sets.

    def expire(self) -> None:
        """Take no access token that was given before."""
        self.access_token = "access-nobody-has-it"

    def sent(self, user_id: str | None = None) -> list[Call]:
        """The messages delivered, in order."""
        return self.calls(SEND, user_id)

    def wait_sent(self, count: int, user_id: str | None = None, seconds: float = 20) -> list[Call]:
        """Wait for so many messages, and return them all."""
        self.wait(lambda: len(self.sent(user_id)) >= count, seconds)
        return self.sent(user_id)

    def refuse(
        self,
        method: str,
        error: int,
        message: str,
        *,
        http: int = 200,
        times: float = 1,
        when: Callable[[dict[str, Any]], bool] = lambda params: True,
    ) -> None:
        """Answer the next calls (`SEND` or `REFRESH`) with an error."""
        self.answer(method, failed(error, message, http=http), times=times, when=when)

    # What people do.

    def event(
        self, user_id: str, text: str | None, *, msg_id: str | None = None, event_name: str | None = None
    ) -> dict[str, Any]:
        """A message as an event; one without text is a picture, unless `event_name` says what it is.

        A `msg_id` given before is another delivery of the same message.
        """
        content: dict[str, Any] = {"msg_id": msg_id or f"m{next(self._ids):08x}"}
        if text is None:
            content["attachments"] = [{"type": "image", "payload": {"url": "http://127.0.0.1/picture.jpg"}}]
        else:
            content["text"] = text
        return {
            "event_name": event_name or ("user_send_image" if text is None else "user_send_text"),
            "app_id": APP_ID,
            "sender": {"id": user_id},
            "recipient": {"id": OA_ID},
            "message": content,
            "timestamp": str(time.time_ns() // 1_000_000),
            "user_id_by_app": "552177279717587730",
        }

    def deliver(
        self,
        url: str,
        user_id: str,
        text: str | None,
        *,
        key: str = OA_KEY,
        bare: bool = False,
        signed: bool = True,
        tamper: Callable[[bytes], bytes] = lambda body: body,
        **fields: Any,
    ) -> int:
        """A person writes, and the webhook at `url` is told. The HTTP status it answers.

        `key` signs; `bare` leaves out "mac="; `signed=False` sends no signature; `tamper` changes what was signed.
        """
        event = self.event(user_id, text, **fields)
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"X-ZEvent-Signature": signature(body, event["timestamp"], key=key, bare=bare)} if signed else {}
        return self.post(url, tamper(body), headers)

    # The wire.

    def _parse(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
        if path == "/v3.0/oa/message/cs":
            asked = json.loads(body)
            return SEND, {"chat_id": asked["recipient"]["user_id"], "text": asked["message"]["text"]}
        if path == "/v4/oa/access_token":
            assert headers["content-type"] == "application/x-www-form-urlencoded"
            return REFRESH, dict(parse_qsl(body.decode()))
        return "no such path", {}

    def _do(self, method: str, params: dict[str, Any], headers: Mapping[str, str]) -> Reply:
        match method:
            case "send":
                return self._send(params, headers.get("access_token", ""))
            case "refresh":
                return self._refresh(params, headers.get("secret_key", ""))
        return failed(-1, "no such path", http=404)

    def _send(self, params: dict[str, Any], access: str) -> Reply:
        if access != self.access_token:
            if self.expired_code is None:
                return Reply(401, b"")
            return failed(self.expired_code, "Access token has expired")
        if params["chat_id"] in self.closed:
            return failed(self.closed[params["chat_id"]], "User has not interacted with the OA in the past 7 days")
        if not 1 <= len(params["text"]) <= 2000:
            return failed(-210, "Parameter exceeds the allowed length")
        data = {"message_id": f"o{next(self._ids):08x}", "user_id": params["chat_id"]}
        return Reply(200, {"data": data, "error": 0, "message": "Success"})

    def _refresh(self, params: dict[str, Any], secret: str) -> Reply:
        right = (secret, params.get("app_id"), params.get("grant_type")) == (APP_SECRET, APP_ID, "refresh_token")
        with self._change:
            if not right or params.get("refresh_token") not in self.refresh_tokens:
                return Reply(200, {"error": -14014, "error_name": "Invalid refresh token", "error_description": ""})
            self.refresh_tokens.remove(params["refresh_token"])
            number = next(self._ids)
            self.access_token, fresh = f"access-{number}", f"refresh-{number}"
            self.refresh_tokens.add(fresh)
        tokens = {"access_token": self.access_token, "refresh_token": fresh, "expires_in": self.expires_in}
        return Reply(200, tokens)

    def _succeeded(self, reply: Reply) -> bool:
        return isinstance(reply.body, dict) and (reply.body.get("error") == 0 or "access_token" in reply.body)


def signature(body: bytes, timestamp: str, *, key: str = OA_KEY, bare: bool = False) -> str:
    """A delivery's signature, made another way than the bot checks it."""
    digest = hashlib.sha256()
    for part in (APP_ID.encode(), body, timestamp.encode(), key.encode()):
        digest.update(part)
    return digest.hexdigest() if bare else f"mac={digest.hexdigest()}"


def failed(error: int, message: str, *, http: int = 200) -> Reply:
    return Reply(http, {"error": error, "message": message})
