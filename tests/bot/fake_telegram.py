"""A Bot API server on loopback that speaks the wire format, for a bot that cannot tell it from Telegram's.

It holds a chat's side of the conversation (`say`, `tap`), enforces the limits that the real one enforces (4096 UTF-16
units after entities, Telegram's subset of HTML, 64 bytes of callback data), can be told to misbehave (`refuse`), and
keeps every call with its time (`calls`).
"""

from __future__ import annotations

import html
import itertools
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

from tests.bot.loopback import LoopbackServer, Reply

SECRET = "bi-mat_cua-webhook"
TOKEN = "4242:AAF-secret_half_of_the_token"
BOT = {"id": 4242, "is_bot": True, "first_name": "Dân chủ cơ sở", "username": "danchu_test_bot"}
LIMIT = 4096
TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "tg-spoiler", "a"}


@dataclass(frozen=True)
class Call:
    """One call of the bot: method, parameters decoded, when it came, and what it was answered."""

    method: str
    params: dict[str, Any]
    at: float
    status: int
    result: Any

    @property
    def text(self) -> str:
        """The text as people see it."""
        text = str(self.params.get("text", ""))
        return visible(text) if self.params.get("parse_mode") == "HTML" else text

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """All inline buttons, row after row."""
        keyboard = self.params.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in keyboard for button in row]

    def data(self, prefix: str) -> str:
        """What the first button whose data begins so carries back."""
        return next(b["callback_data"] for b in self.buttons if b["callback_data"].startswith(prefix))


class BadMarkup(Exception):
    """HTML that Telegram would refuse."""


class _Markup(HTMLParser):
    """Telegram's HTML: a few tags, properly nested, blockquotes not inside each other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise BadMarkup(f'Unsupported start tag "{tag}"')
        if tag == "blockquote" and tag in self.open:
            raise BadMarkup("blockquotes can't be nested")
        if attrs and not (tag == "blockquote" and attrs == [("expandable", None)]) and tag != "a":
            raise BadMarkup(f'Unsupported attributes in tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise BadMarkup(f'Unmatched end tag "{tag}"')

    def handle_comment(self, data: str) -> None:
        raise BadMarkup("Unsupported start tag")

    handle_decl = handle_pi = handle_comment

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def visible(text: str) -> str:
    """The words that remain of HTML after entities are parsed.

    Raises:
        BadMarkup: where Telegram answers "can't parse entities".
    """
    if re.search(r"<(?!/?[a-z])", text):
        raise BadMarkup("Unsupported start tag")
    parser = _Markup()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{parser.open[-1]}"')
    return "".join(parser.words)


def utf16_units(text: str) -> int:
    """A text's length as Telegram counts it, counted another way than the bot does."""
    return sum(2 if ord(char) > 0xFFFF else 1 for char in text)


@dataclass
class _Refusal:
    method: str
    status: int
    description: str
    parameters: dict[str, Any] | None
    chat_id: int | None
    left: float
    when: Callable[[dict[str, Any]], bool]


@dataclass
class FakeTelegram:
    """The server. Use it as a context manager; `url` is the base URL to give the bot."""

    token: str = TOKEN
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _calls: list[Call] = field(default_factory=list)
    _refusals: list[_Refusal] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))
    webhook: tuple[str, str] | None = None
    """Where to deliver, and the secret."""
    acknowledged: int = 0
    """Updates with a smaller id were taken by the bot and will never be given again."""

    def __post_init__(self) -> None:
        self._change = threading.Condition()
        self._closed = False
        self._poll = 0
        self._server = LoopbackServer(self._receive)
        self.url = self._server.url

    def __enter__(self) -> FakeTelegram:
        self._server.start()
        return self

    def __exit__(self, *exc: object) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._server.stop()

    # What people do.

    def say(self, chat_id: int, text: str | None, **fields: Any) -> int:
        """A person writes. Returns the message's id.

        `chat_type`, `user_id`, `edit` (the id of the message that is edited) and `media` are understood; all else
        goes into the message as it is.
        """
        chat_type = fields.pop("chat_type", "private")
        user_id = fields.pop("user_id", chat_id)
        edit = fields.pop("edit", None)
        message_id = edit or next(self._ids)
        message = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": chat_type, "title": "Tổ dân phố"},
            "from": {"id": user_id, "is_bot": False, "first_name": "Người dân"},
            **fields,
        }
        if edit:
            message["edit_date"] = int(time.time())
        if text is not None:
            message["text"] = text
            if text.startswith("/"):
                length = len(text.split()[0])
                message.setdefault("entities", [{"type": "bot_command", "offset": 0, "length": length}])
        self._put("edited_message" if edit else "message", message)
        return int(message_id)

    def tap(self, call: Call, data: str, user_id: int | None = None) -> None:
        """A person taps a button under a message that the bot sent."""
        message = call.result
        user = {"id": user_id or message["chat"]["id"], "is_bot": False, "first_name": "Người dân"}
        self._put(
            "callback_query",
            {"id": str(next(self._ids)), "from": user, "message": message, "chat_instance": "1", "data": data},
        )

    def type_inline(self, user_id: int, query: str) -> None:
        """A person types behind the bot's name in some chat."""
        user = {"id": user_id, "is_bot": False, "first_name": "Người dân"}
        self._put("inline_query", {"id": str(next(self._ids)), "from": user, "query": query, "offset": ""})

    def call(self, update: dict[str, Any] | bytes, secret: str | None, url: str | None = None) -> int:
        """Deliver an update, or any bytes, to the webhook. Returns the status that came back."""
        url = url or (self.webhook[0] if self.webhook else "")
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def last_update(self) -> dict[str, Any]:
        """The newest update, as it goes over the wire."""
        return self._updates[-1]

    def _put(self, kind: str, content: dict[str, Any]) -> None:
        with self._change:
            self._updates.append({"update_id": next(self._ids), kind: content})
            self._change.notify_all()

    # What the test sees and sets.

    def calls(self, method: str, chat_id: int | None = None) -> list[Call]:
        """The calls that were answered with success, in order."""
        return [call for call in self.all_calls(method, chat_id) if call.status == 200]

    def all_calls(self, method: str, chat_id: int | None = None) -> list[Call]:
        """The calls, refused ones too, in order."""
        with self._change:
            return [
                call
                for call in self._calls
                if call.method == method and (chat_id is None or call.params.get("chat_id") == chat_id)
            ]

    def sent(self, chat_id: int | None = None) -> list[Call]:
        """The messages delivered, in order."""
        return self.calls("sendMessage", chat_id)

    def wait(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until a condition on the calls holds; AssertionError if it does not come to hold."""
        until = time.monotonic() + seconds
        while not condition():
            left = until - time.monotonic()
            assert left > 0, f"waited {seconds} s in vain; calls: {[(c.method, c.status) for c in self._calls][-20:]}"
            with self._change:
                self._change.wait(min(left, 0.05))

    def wait_sent(self, count: int, chat_id: int | None = None, seconds: float = 20) -> list[Call]:
        """Wait for so many messages, and return them all."""
        self.wait(lambda: len(self.sent(chat_id)) >= count, seconds)
        return self.sent(chat_id)

    def taken(self) -> list[dict[str, Any]]:
        """The updates that the bot acknowledged."""
        with self._change:
            return [update for update in self._updates if update["update_id"] < self.acknowledged]

    def refuse(
        self,
        method: str,
        status: int,
        description: str,
        *,
        retry_after: int | None = None,
        chat_id: int | None = None,
        times: float = 1,
        when: Callable[[dict[str, Any]], bool] = lambda params: True,
    ) -> None:
        """Answer the next calls of a method with an error."""
        parameters = {"retry_after": retry_after} if retry_after else None
        self._refusals.append(_Refusal(method, status, description, parameters, chat_id, times, when))

    # The wire.

    def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        return Reply(*self._answer(path, headers.get("content-type", ""), body))

    def _answer(self, path: str, content_type: str, body: bytes) -> tuple[int, dict[str, Any]]:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", path.partition("?")[0])
        if not found:
            return 404, {"ok": False, "error_code": 404, "description": "Not Found"}
        at, (token, method) = time.monotonic(), found.groups()
        params = _decode(content_type, body)
        if token != self.token:
            status, outcome = _error(401, "Unauthorized")
        else:
            status, outcome = self._refused(method, params) or self._do(method, params)
        with self._change:
            self._calls.append(Call(method, params, at, status, outcome.get("result")))
            self._change.notify_all()
        return status, outcome

    def _refused(self, method: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        with self._change:
            for refusal in self._refusals:
                if refusal.method != method or refusal.left <= 0 or not refusal.when(params):
                    continue
                if refusal.chat_id in (None, params.get("chat_id")):
                    refusal.left -= 1
                    return _error(refusal.status, refusal.description, refusal.parameters)
        return None

    def _do(self, method: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match method:
            case "getMe":
                return _ok({**BOT, "can_join_groups": True, "can_read_all_group_messages": False})
            case "getUpdates":
                return self._get_updates(params)
            case "sendMessage" | "editMessageText":
                return self._send(params)
            case "editMessageReplyMarkup":
                return _keyboard_fault(params) or _ok(self._message(params, ""))
            case "setWebhook":
                return self._set_webhook(params)
            case "answerInlineQuery":
                return self._inline_fault(params) or _ok(True)
            case "deleteWebhook" | "setMyCommands" | "sendChatAction" | "answerCallbackQuery":
                return _ok(True)
        return _error(404, "Not Found: method not found")

    def _set_webhook(self, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        secret = str(params.get("secret_token", ""))
        if not re.fullmatch(r"https?://\S+", str(params.get("url"))):
            return _error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            return _error(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = (str(params["url"]), secret)
        return _ok(True)

    def _inline_fault(self, params: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        results = params["results"]
        if len(results) > 50 or len({one["id"] for one in results}) != len(results):
            return _error(400, "Bad Request: RESULT_ID_DUPLICATE")
        for one in results:
            content = one["input_message_content"]
            if not one["title"] or not 1 <= utf16_units(visible(content["message_text"])) <= LIMIT:
                return _error(400, "Bad Request: MESSAGE_TEXT_INVALID")
        return None

    def _get_updates(self, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        until = time.monotonic() + float(params.get("timeout", 0))
        with self._change:
            self._poll += 1
            mine = self._poll
            self._change.notify_all()
            if params.get("offset"):
                self.acknowledged = max(self.acknowledged, int(params["offset"]))
            while True:
                if mine != self._poll:
                    return _error(409, "Conflict: terminated by other getUpdates request")
                waiting = [update for update in self._updates if update["update_id"] >= self.acknowledged]
                if waiting or self._closed or time.monotonic() >= until:
                    return _ok(waiting[: int(params.get("limit", 100))])
                self._change.wait(until - time.monotonic())

    def _send(self, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        text = str(params.get("text", ""))
        if params.get("parse_mode") == "HTML":
            try:
                text = visible(text)
            except BadMarkup as error:
                return _error(400, f"Bad Request: can't parse entities: {error}")
        if not text.strip():
            return _error(400, "Bad Request: message text is empty")
        if utf16_units(text.strip()) > LIMIT:
            return _error(400, "Bad Request: message is too long")
        return _keyboard_fault(params) or _ok(self._message(params, text.strip()))

    def _message(self, params: dict[str, Any], text: str) -> dict[str, Any]:
        chat_id = params["chat_id"]
        message = {
            "message_id": params.get("message_id") or next(self._ids),
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"},
            "from": BOT,
            "text": text,
        }
        if params.get("reply_markup"):
            message["reply_markup"] = params["reply_markup"]
        return message


def _decode(content_type: str, body: bytes) -> dict[str, Any]:
    """Parameters from JSON or a form; nested values of a form are JSON strings."""
    if content_type.startswith("application/json"):
        return dict(json.loads(body))
    params: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        structured = name != "text" and (value[:1] in "[{" or re.fullmatch(r"-?\d+|true|false", value))
        params[name] = json.loads(value) if structured else value
    return params


def _keyboard_fault(params: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
    rows = params.get("reply_markup", {}).get("inline_keyboard", [])
    if any(len(row) > 8 for row in rows) or sum(map(len, rows)) > 100:
        return _error(400, "Bad Request: reply markup is too long")
    for button in itertools.chain.from_iterable(rows):
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            return _error(400, "Bad Request: BUTTON_DATA_INVALID")
        if not html.unescape(button["text"]).strip():
            return _error(400, "Bad Request: text buttons must have a text")
    return None


def _ok(result: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"ok": True, "result": result}


def _error(status: int, description: str, parameters: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    outcome: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return status, {**outcome, **({"parameters": parameters} if parameters else {})}
