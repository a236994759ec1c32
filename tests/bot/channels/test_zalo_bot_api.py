from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import messages
from bot.channels.zalo_bot_api import ZaloBotApi, parse_event, secret_matches
from bot.channels.zalo_wire import (
    BackOff,
    Event,
    MissingToken,
    Passing,
    Patience,
    Refused,
    RejectedToken,
    TooMany,
    Unconfirmed,
    Unreadable,
    ZaloError,
)
from tests.bot.fake_zalo_bot import BOT, HANG_UP, HTML, TOKEN, WEBHOOK_SECRET, FakeZaloBot
from tests.bot.loopback import Loopback, Reply

FAST = Patience(passing=BackOff(0.001, 0.004, tries=4), quota=BackOff(0.001, 0.004, tries=6))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CALLS: list[Callable[[ZaloBotApi], Awaitable[object]]] = [
    lambda api: api.get_me(),
    lambda api: api.get_updates(0),
    lambda api: api.send_message("an", "Chào"),
    lambda api: api.send_typing("an"),
    lambda api: api.set_webhook("https://phuong.example/zalo", WEBHOOK_SECRET),
    lambda api: api.delete_webhook(),
    lambda api: api.get_webhook_info(),
]
METHODS = ["getMe", "getUpdates", "sendMessage", "sendChatAction", "setWebhook", "deleteWebhook", "getWebhookInfo"]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def fake() -> Iterator[FakeZaloBot]:
    with FakeZaloBot() as server:
        yield server


def told(url: str, *calls: Callable[[ZaloBotApi], Awaitable[Any]], token: str = TOKEN) -> list[Any]:
    """What the calls give, one after the other, through one client."""

    async def main() -> list[Any]:
        async with ZaloBotApi(url, token, patience=FAST) as api:
            return [await call(api) for call in calls]

    return asyncio.run(main())


# What people wrote.


def test_the_bot_asks_who_it_is(fake: FakeZaloBot) -> None:
    (me,) = told(fake.url, lambda api: api.get_me())
    assert (me.id, me.account_name, me.can_join_groups) == (BOT["id"], BOT["account_name"], False)


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_event_comes_once_wrapped_or_bare(fake: FakeZaloBot, wrapped: bool) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    message_id = fake.say("an", "Kinh phí ở Kim Bảng?", wrapped=wrapped)
    event, nothing = told(fake.url, lambda api: api.get_updates(0), lambda api: api.get_updates(0))
    assert event == Event("message.text.received", "an", "an", False, message_id, "Kinh phí ở Kim Bảng?", event.at)
    assert before <= event.at <= dt.datetime.now(dt.UTC)
    assert nothing is None


def test_a_poll_waits_for_what_comes(fake: FakeZaloBot) -> None:
    async def main() -> Event | None:
        async with ZaloBotApi(fake.url, TOKEN, patience=FAST, read_s=0.05) as api:
            poll = asyncio.create_task(api.get_updates(10))
            await asyncio.sleep(0.3)  # longer than an answer to any other call may take
            assert not poll.done()
            fake.say("an", "Chào")
            return await poll

    event = asyncio.run(main())
    assert event is not None
    assert event.text == "Chào"


@pytest.mark.parametrize(
    ("text", "fields", "seen"),
    [
        ("Chào", {"group": True, "person_id": "binh"}, ("nhom", "binh", True, "Chào")),
        (None, {}, ("nhom", "nhom", False, None)),
        (None, {"event_name": "message.image.received"}, ("nhom", "nhom", False, None)),
        ("chú thích", {"event_name": "message.image.received"}, ("nhom", "nhom", False, None)),
        (None, {"event_name": "message.text.received"}, ("nhom", "nhom", False, None)),
        ("\ud83d\ude00 \ud83d", {}, ("nhom", "nhom", False, "😀 \ufffd")),
    ],
)
def test_what_an_event_says(
    fake: FakeZaloBot, text: str | None, fields: dict[str, Any], seen: tuple[object, ...]
) -> None:
    fake.say("nhom", text, **fields)
    (event,) = told(fake.url, lambda api: api.get_updates(0))
    assert (event.chat_id, event.person_id, event.group, event.text) == seen


def test_another_delivery_of_a_message_has_the_same_id(fake: FakeZaloBot) -> None:
    message_id = fake.say("an", "Chào")
    fake.say("an", "Chào", message_id=message_id)
    first, second = told(fake.url, lambda api: api.get_updates(0), lambda api: api.get_updates(0))
    assert first.message_id == second.message_id == message_id


@pytest.mark.parametrize("status", [200, 408])
def test_an_idle_poll_is_no_error(fake: FakeZaloBot, status: int) -> None:
    fake.idle_status = status
    assert told(fake.url, lambda api: api.get_updates(0), lambda api: api.get_updates(0)) == [None, None]
    assert len(fake.all_calls("getUpdates")) == 2


def test_unknown_shapes_are_passed_over_and_counted(fake: FakeZaloBot) -> None:
    for body in (
        {"ok": True, "result": {"event_name": "follow"}},
        {"ok": True, "result": [1]},
        {"ok": True, "result": None},
    ):
        fake.give(body)
    fake.say("an", "Chào")

    async def main() -> tuple[list[Event | None], int]:
        async with ZaloBotApi(fake.url, TOKEN, patience=FAST) as api:
            return [await api.get_updates(0) for _ in range(4)], api.not_understood

    events, not_understood = asyncio.run(main())
    assert [event and event.text for event in events] == [None, None, None, "Chào"]
    assert not_understood == 2  # an empty result is an idle poll told in another way


def test_polling_and_webhook_exclude_each_other(fake: FakeZaloBot) -> None:
    url = "https://phuong.example/zalo"
    first, _, second = told(
        fake.url,
        lambda api: api.get_webhook_info(),
        lambda api: api.set_webhook(url, "s" * 8),
        lambda api: api.get_webhook_info(),
    )
    assert (first, second) == (None, url)
    assert fake.webhook == {"url": url, "secret_token": "s" * 8}
    with pytest.raises(Refused, match="webhook is set"):
        told(fake.url, lambda api: api.get_updates(0))
    fake.say("an", "Chào")
    _, event = told(fake.url, lambda api: api.delete_webhook(), lambda api: api.get_updates(0))
    assert event.text == "Chào"


@pytest.mark.parametrize("length", [0, 7, 257])
def test_a_webhook_secret_has_its_length(fake: FakeZaloBot, length: int) -> None:
    with pytest.raises(Refused, match="8 to 256"):
        told(fake.url, lambda api: api.set_webhook("https://phuong.example/zalo", "s" * length))
    assert not fake.all_calls("setWebhook")


class Webhook(Loopback):
    """Takes deliveries as a channel does."""

    def _parse(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
        event = parse_event(json.loads(body))
        return path, {"text": event.text if event else "?"}

    def _do(self, method: str, params: dict[str, Any], headers: Mapping[str, str]) -> Reply:
        return Reply(200 if secret_matches(headers.get("x-bot-api-secret-token"), WEBHOOK_SECRET) else 403)

    def _succeeded(self, reply: Reply) -> bool:
        return reply.status == 200


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(
    ("secret", "status"),
    [(WEBHOOK_SECRET, 200), (WEBHOOK_SECRET[:-1], 403), (WEBHOOK_SECRET + "x", 403), ("", 403), (None, 403)],
)
def test_a_delivery_shows_the_secret(fake: FakeZaloBot, secret: str | None, status: int, wrapped: bool) -> None:
    with Webhook() as webhook:
        assert fake.deliver(f"{webhook.url}/zalo", "an", "Chào", secret=secret, wrapped=wrapped) == status
        assert [call.text for call in webhook.all_calls("/zalo")] == ["Chào"]


@pytest.mark.parametrize(
    ("given", "wanted", "same"),
    [
        ("bí mật", "bí mật", True),
        ("\udcff", "bí mật", False),
        (None, "bí mật", False),
        ("", "", False),
        (None, "", False),
    ],
)
def test_secrets_are_compared(given: str | None, wanted: str, same: bool) -> None:
    assert secret_matches(given, wanted) is same


def test_bots_are_not_people(fake: FakeZaloBot) -> None:
    event = fake.event("an", "Chào")
    assert parse_event(event) is not None
    event["message"]["from"]["is_bot"] = True
    assert parse_event(event) is None


# What the bot says.


@pytest.mark.parametrize("text", ["a", "ờ" * 2000, "😀" * 2000])
def test_a_message_is_sent_as_it_is(fake: FakeZaloBot, text: str) -> None:
    (message_id,) = told(fake.url, lambda api: api.send_message("an", text))
    (call,) = fake.sent("an")
    assert call.params == {"chat_id": "an", "text": text}
    assert message_id == call.reply.body["result"]["message_id"]


@pytest.mark.parametrize("text", ["", " \n", "a" * 2001])
def test_a_message_of_another_length_does_not_leave(fake: FakeZaloBot, text: str) -> None:
    with pytest.raises(Refused, match="1 to 2000"):
        told(fake.url, lambda api: api.send_message("an", text))
    assert not fake.all_calls("sendMessage")


def test_typing_is_shown_and_tried_once(fake: FakeZaloBot) -> None:
    told(fake.url, lambda api: api.send_typing("an"))
    fake.refuse("sendChatAction", 403, "Internal server error")
    with pytest.raises(Passing):
        told(fake.url, lambda api: api.send_typing("an"))
    assert [call.params for call in fake.all_calls("sendChatAction")] == [{"chat_id": "an", "action": "typing"}] * 2


def test_many_calls_at_once(fake: FakeZaloBot) -> None:
    async def main() -> None:
        async with ZaloBotApi(fake.url, TOKEN, patience=FAST) as api:
            await asyncio.gather(*(api.send_message(f"c{i}", f"Chào {i}") for i in range(100)))

    asyncio.run(main())
    assert sorted(call.text for call in fake.sent()) == sorted(f"Chào {i}" for i in range(100))


# Trouble.


@pytest.mark.parametrize("http", [200, 400, 404])
@pytest.mark.parametrize("code", [400, 404])
def test_what_zalo_refuses_is_not_tried_again(fake: FakeZaloBot, code: int, http: int) -> None:
    fake.refuse("sendMessage", code, "Bad\nRequest", http=http)
    with pytest.raises(Refused, match=f"sendMessage: {code} Bad Request"):
        told(fake.url, lambda api: api.send_message("an", "Chào"))
    assert len(fake.all_calls("sendMessage")) == 1


@pytest.mark.parametrize(
    ("code", "http"), [(403, 200), (403, 403), (500, 200), (502, 502), (408, 200), (429, 200), (429, 429)]
)
def test_what_passes_is_waited_for(fake: FakeZaloBot, code: int, http: int) -> None:
    fake.refuse("sendMessage", code, "Internal server error", http=http, times=3)
    told(fake.url, lambda api: api.send_message("an", "Chào"))
    assert len(fake.all_calls("sendMessage")) == 4
    assert len(fake.sent()) == 1


@pytest.mark.parametrize(("code", "error", "tries"), [(403, Passing, 4), (503, Passing, 4), (429, TooMany, 6)])
def test_patience_ends(fake: FakeZaloBot, code: int, error: type[ZaloError], tries: int) -> None:
    fake.refuse("sendMessage", code, "not now", times=99)
    with pytest.raises(error, match="not now"):
        told(fake.url, lambda api: api.send_message("an", "Chào"))
    assert len(fake.all_calls("sendMessage")) == tries


@pytest.mark.parametrize("http", [200, 401])
@pytest.mark.parametrize("call", CALLS)
def test_a_token_that_zalo_does_not_know_is_final(fake: FakeZaloBot, call: Any, http: int) -> None:
    fake.wrong_token = Reply(http, {**fake.wrong_token.body})
    with pytest.raises(RejectedToken) as error:
        told(fake.url, call, token="4242:wrong")
    assert str(error.value) == messages.ZALO_REJECTED
    assert len(fake.all_calls("wrong token")) == 1


@pytest.mark.parametrize(
    "reply", [HTML, Reply(404, b"404 page not found"), Reply(401, b""), Reply(404, {"message": "no"})]
)
def test_a_wrong_token_may_be_answered_in_another_language(fake: FakeZaloBot, reply: Reply) -> None:
    fake.wrong_token = reply
    with pytest.raises(RejectedToken):
        told(fake.url, lambda api: api.get_me(), token="4242:wrong")


def test_another_language_now_and_then_is_trouble_on_the_way(fake: FakeZaloBot) -> None:
    fake.answer("sendMessage", HTML, times=2)
    told(fake.url, lambda api: api.send_message("an", "Chào"))
    fake.answer("sendMessage", HTML, times=4)
    with pytest.raises(Unreadable):
        told(fake.url, lambda api: api.send_message("an", "Chào"))
    assert len(fake.sent()) == 1


def test_what_may_have_arrived_is_not_sent_twice(fake: FakeZaloBot) -> None:
    fake.answer("sendMessage", HANG_UP, times=2)
    with pytest.raises(Unconfirmed):
        told(fake.url, lambda api: api.send_message("an", "Chào"))
    assert len(fake.all_calls("sendMessage")) == 1
    fake.answer("getMe", HANG_UP, times=2)
    told(fake.url, lambda api: api.get_me())
    assert len(fake.all_calls("getMe")) == 3


@pytest.mark.parametrize(
    ("token", "error", "sentence"),
    [
        (None, MissingToken, messages.ZALO_NO_TOKEN),
        (" ", MissingToken, messages.ZALO_NO_TOKEN),
        ("4242:abc/../def", RejectedToken, messages.ZALO_REJECTED),
        ("4242:mã", RejectedToken, messages.ZALO_REJECTED),
        ("4242:abc\ndef", RejectedToken, messages.ZALO_REJECTED),
    ],
)
def test_what_cannot_be_a_token_is_told_at_once(token: str | None, error: type[ZaloError], sentence: str) -> None:
    with pytest.raises(error) as raised:
        ZaloBotApi("http://127.0.0.1", token)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nBad Header\x00: x\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"9" * 5000,
        b'HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{"ok":false,"error_code":1e999} ',
    ],
)
def test_no_foreign_error_escapes_on_a_bad_line(call: Any, answer: bytes) -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(hold, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, ZaloBotApi(f"http://127.0.0.1:{port}", TOKEN, patience=FAST) as api:
            with pytest.raises(ZaloError) as error:
                await call(api)
            assert "secret_half" not in "".join(traceback.format_exception(error.value))

    asyncio.run(main())


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:1",
        "http://[",
        "http://127.0.0.1:99999999",
        "http://" + "a" * 70,
        "ftp://127.0.0.1",
        "127.0.0.1",
        "http://a b",
        "",
    ],
)
def test_no_foreign_error_escapes_for_an_address(base_url: str) -> None:
    with pytest.raises(ZaloError):
        told(base_url, lambda api: api.send_message("an", "Chào"))


def test_half_a_character_does_not_leave(fake: FakeZaloBot) -> None:
    with pytest.raises(Refused):
        told(fake.url, lambda api: api.send_message("an", "\ud83d"))
    assert not fake.all_calls("sendMessage")


def test_whatever_json_comes_only_zalo_errors_leave() -> None:
    with FakeZaloBot() as fake:

        @settings(max_examples=60)
        @given(
            st.sampled_from(list(zip(CALLS, METHODS, strict=True))),
            JSON,
            st.sampled_from([200, 400, 401, 403, 408, 429, 500]),
        )
        def judge(case: tuple[Any, str], body: object, status: int) -> None:
            call, method = case
            fake.answer(method, Reply(status, body), times=6)
            try:
                told(fake.url, call)
            except ZaloError:
                pass
            finally:
                fake.forget()

        judge()


@pytest.mark.parametrize(
    "reply", [None, HTML, HANG_UP, Reply(200, {"ok": False, "error_code": 400, "description": f"no {TOKEN}"})]
)
def test_the_token_is_in_no_log_and_no_error(
    fake: FakeZaloBot, caplog: pytest.LogCaptureFixture, reply: Reply | None
) -> None:
    caplog.set_level(1)
    for name in ("httpx", "httpcore"):
        caplog.set_level(1, logger=name)
    if reply:
        for method in METHODS:
            fake.answer(method, reply, times=99)
    seen = [repr(ZaloBotApi(fake.url, TOKEN))]
    for call in CALLS:
        try:
            told(fake.url, call)
        except ZaloError as error:
            seen += [repr(error), "".join(traceback.format_exception(error))]
    seen += [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    assert any("/bot***/getMe" in line for line in seen) or reply is HANG_UP
    assert len(seen) > len(CALLS)
    assert not [line for line in seen if "secret_half" in line]


def test_the_log_is_as_it_was_afterwards(fake: FakeZaloBot) -> None:
    before = list(logging.getLogger("httpx").filters)
    told(fake.url, lambda api: api.get_me())
    assert logging.getLogger("httpx").filters == before


# How long to wait.


@pytest.mark.parametrize(
    ("failures", "chance", "delay"),
    [
        (1, 0.0, 1.0),
        (1, 0.5, 1.5),
        (2, 0.0, 2.0),
        (3, 0.0, 4.0),
        (4, 0.0, 5.0),
        (5, 0.5, 7.5),
        (6, 0.0, None),
        (7, 0.9, None),
    ],
)
def test_each_wait_is_twice_as_long_up_to_the_longest(failures: int, chance: float, delay: float | None) -> None:
    assert BackOff(first_s=2, most_s=10, tries=6).delay(failures, chance) == delay


@given(
    st.floats(0.001, 100),
    st.floats(0.001, 100),
    st.integers(1, 60),
    st.integers(1, 60),
    st.floats(0, 1, exclude_max=True),
)
def test_a_wait_is_between_half_and_all_of_its_time(
    first: float, most: float, tries: int, failures: int, chance: float
) -> None:
    delay = BackOff(first, most, tries).delay(failures, chance)
    if failures >= tries:
        assert delay is None
    else:
        assert delay is not None
        assert min(first, most) / 2 <= delay <= most


# Whatever comes.


@given(JSON)
def test_any_json_is_an_event_or_none(body: object) -> None:
    assert parse_event(body) is None
    assert parse_event({"ok": True, "result": body}) is None


LEAVES = [
    ("event_name",),
    ("message",),
    ("message", "from"),
    ("message", "from", "id"),
    ("message", "from", "is_bot"),
    ("message", "chat"),
    ("message", "chat", "id"),
    ("message", "chat", "chat_type"),
    ("message", "message_id"),
    ("message", "text"),
    ("message", "date"),
]


def test_an_event_with_one_field_spoilt_is_an_event_or_none(fake: FakeZaloBot) -> None:
    @given(st.sampled_from(LEAVES), JSON | st.integers(-(10**400), 10**400))
    def judge(where: tuple[str, ...], value: object) -> None:
        body: dict[str, Any] = fake.event("an", "Chào")
        inner = body
        for name in where[:-1]:
            inner = inner[name]
        inner[where[-1]] = value
        event = parse_event(body)
        if event:
            ids = (event.chat_id, event.person_id, event.message_id)
            assert all(ids)
            "".join((*ids, event.text or "")).encode()  # raises what a database would raise
            assert event.at.tzinfo is dt.UTC

    judge()
