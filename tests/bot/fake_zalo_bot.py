"""A server on loopback that speaks the wire format of Zalo's Bot Platform.

It holds a chat's side of the conversation (`say`, `give`, `deliver`), enforces what the real one enforces (1 to 2,000
characters; one event a call, once, never again; no getUpdates while a webhook is set), can be told to misbehave
(`refuse`, `answer`), and keeps every call with its time (`calls`).
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tests.bot.loopback import Call, Loopback, Reply

TOKEN = "4242:zalo-secret_half_of_the_token"
BOT = {"id": "4242", "account_name": "bot.danchu", "account_type": "BASIC", "can_join_groups": False}
WEBHOOK_SECRET = "a-secret-of-the-webhook"
HTML = Reply(200, b"<html><body>Not what you asked for</body></html>")
HANG_UP = Reply(hang_up=True)


class FakeZaloBot(Loopback):
    """The server. Use it as a context manager; `url` is the base URL to give the bot."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token = token
        self.idle_status = 200
        """The HTTP status of an idle poll's answer: 200 or 408, both are seen."""
        self.wrong_token = failed(401, "Unauthorized", http=401)
        """What a wrong token is answered."""
        self.webhook: dict[str, Any] | None = None
        self._waiting: deque[Any] = deque()
        self._ids = itertools.count(1)

    # What people do.

    def say(self, chat_id: str, text: str | None, *, wrapped: bool = True, **fields: Any) -> str:
        """A person writes, and the next getUpdates brings it; the arguments are those of `event`. Returns its id."""
        body = self.event(chat_id, text, **fields)
        self.give({"ok": True, "result": body} if wrapped else body)
        return str(body["message"]["message_id"])

    def event(
        self,
        chat_id: str,
        text: str | None,
        *,
        person_id: str | None = None,
        group: bool = False,
        message_id: str | None = None,
        event_name: str | None = None,
    ) -> dict[str, Any]:
        """A message as an event; one without text is an unsupported one, unless `event_name` says what it is.

        A `message_id` given before is another delivery of the same message.
        """
        message = {
            "from": {"id": person_id or chat_id, "display_name": "Người dân", "is_bot": False},
            "chat": {"id": chat_id, "chat_type": "GROUP" if group else "PRIVATE"},
            "message_id": message_id or f"m{next(self._ids):08x}",
            "date": time.time_ns() // 1_000_000,
        }
        if text is not None:
            message["text"] = text
        kind = "unsupported" if text is None else "text"
        return {"event_name": event_name or f"message.{kind}.received", "message": message}

    def give(self, body: Any) -> None:
        """Answer one getUpdates with this body, whatever it is."""
        with self._change:
            self._waiting.append(body)
            self._change.notify_all()

    def deliver(
        self,
        url: str,
        chat_id: str,
        text: str | None,
        *,
        secret: str | None = WEBHOOK_SECRET,
        wrapped: bool = True,
        **fields: Any,
    ) -> int:
        """A person writes, and the webhook at `url` is told, with this secret or none. The HTTP status it answers."""
        body = self.event(chat_id, text, **fields)
        headers = {"X-Bot-Api-Secret-Token": secret} if secret is not None else {}
        return self.post(url, {"ok": True, "result": body} if wrapped else body, headers)

    # What the test sees and sets.

    def sent(self, chat_id: str | None = None) -> list[Call]:
        """The messages delivered, in order."""
        return self.calls("sendMessage", chat_id)

    def wait_sent(self, count: int, chat_id: str | None = None, seconds: float = 20) -> list[Call]:
        """Wait for so many messages, and return them all."""
        self.wait(lambda: len(self.sent(chat_id)) >= count, seconds)
        return self.sent(chat_id)

    def refuse(
        self,
        method: str,
        code: int,
        description: str,
        *,
        http: int = 200,
        times: float = 1,
        when: Callable[[dict[str, Any]], bool] = lambda params: True,
    ) -> None:
        """Answer the next calls of a method with `ok: false`, as HTTP 200 unless told otherwise."""
        self.answer(method, failed(code, description, http=http), times=times, when=when)

    # The wire.

    def _parse(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", path)
        if not found:
            return "no such path", {}
        return (found[2] if found[1] == self.token else "wrong token"), json.loads(body or b"{}")

    def _do(self, method: str, params: dict[str, Any], headers: Mapping[str, str]) -> Reply:
        match method:
            case "wrong token":
                return self.wrong_token
            case "getMe":
                return _ok(BOT)
            case "getUpdates":
                return self._get_updates(params)
            case "sendMessage":
                return self._send(params)
            case "setWebhook":
                if not 8 <= len(params["secret_token"]) <= 256:
                    return failed(400, "Bad Request: secret_token")
                self.webhook = params
                return _ok({"url": params["url"], "updated_at": 1_749_538_250_568})
            case "deleteWebhook":
                self.webhook = None
                return _ok({"url": "", "updated_at": 1_749_538_250_568})
            case "getWebhookInfo":
                return _ok({"url": self.webhook["url"] if self.webhook else "", "updated_at": 1_749_538_250_568})
            case "sendChatAction":
                return Reply(200, {"ok": True})
        return failed(404, "Not Found", http=404)

    def _get_updates(self, params: dict[str, Any]) -> Reply:
        until = time.monotonic() + float(params.get("timeout", 30))
        with self._change:
            while True:
                if self.webhook:
                    return failed(400, "Bad Request: a webhook is set")
                if self._waiting:
                    return Reply(200, self._waiting.popleft())
                if self._closed or time.monotonic() >= until:
                    return failed(408, "Request timeout", http=self.idle_status)
                self._change.wait(until - time.monotonic())

    def _send(self, params: dict[str, Any]) -> Reply:
        if not isinstance(params.get("chat_id"), str) or not 1 <= len(params.get("text", "")) <= 2000:
            return failed(400, "Bad Request: text must be 1-2000 characters")
        return _ok({"message_id": f"b{next(self._ids):08x}", "date": time.time_ns() // 1_000_000})

    def _succeeded(self, reply: Reply) -> bool:
        return isinstance(reply.body, dict) and reply.body.get("ok") is True


def failed(code: int, description: str, *, http: int = 200) -> Reply:
    return Reply(http, {"ok": False, "error_code": code, "description": description})


def _ok(result: Any) -> Reply:
    return Reply(200, {"ok": True, "result": result})
