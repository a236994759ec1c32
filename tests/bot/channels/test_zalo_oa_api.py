from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import resource
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import messages
from bot.channels.zalo_oa_api import WindowClosed, ZaloOaApi, event_timestamp, parse_event, signature_matches
from bot.channels.zalo_oa_token import StoreFailed, TokenPair, TokenStore, origin_of
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
from tests.bot.fake_zalo_oa import APP_ID, APP_SECRET, OA_KEY, REFRESH, REFRESH_TOKEN, SEND, FakeZaloOa
from tests.bot.loopback import Loopback, Reply

ROOT = Path(__file__).parents[3]
FAST = Patience(passing=BackOff(0.001, 0.004, tries=4), quota=BackOff(0.001, 0.004, tries=6))
HANG_UP = Reply(hang_up=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def fake() -> Iterator[FakeZaloOa]:
    with FakeZaloOa() as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "zalo-oa.json"


def account(
    fake: FakeZaloOa, path: Path, refresh_token: str | None = REFRESH_TOKEN, patience: Patience = FAST
) -> ZaloOaApi:
    return ZaloOaApi(
        TokenStore(path),
        APP_ID,
        APP_SECRET,
        refresh_token,
        api_base=fake.url,
        oauth_base=fake.url,
        patience=patience,
    )


def send(api: ZaloOaApi, *texts: str, user_id: str = "an") -> list[str | None]:
    """Send texts one after the other, and close the client."""

    async def main() -> list[str | None]:
        async with api:
            return [await api.send_text(user_id, text) for text in texts]

    return asyncio.run(main())


# Sending.


@pytest.mark.parametrize("text", ["a", "ờ" * 2000, "😀" * 2000])
def test_a_text_is_sent_as_it_is(fake: FakeZaloOa, path: Path, text: str) -> None:
    (message_id,) = send(account(fake, path), text)
    (call,) = fake.sent("an")
    assert call.text == text
    assert message_id == call.reply.body["data"]["message_id"]


@pytest.mark.parametrize("text", ["", " \n", "a" * 2001])
def test_a_text_of_another_length_does_not_leave(fake: FakeZaloOa, path: Path, text: str) -> None:
    with pytest.raises(Refused, match="1 to 2000"):
        send(account(fake, path), text)
    assert not fake.all_calls(SEND)


@pytest.mark.parametrize("code", [-230, -232])
def test_a_closed_window_is_told_apart(fake: FakeZaloOa, path: Path, code: int) -> None:
    fake.closed["an"] = code
    with pytest.raises(WindowClosed, match=str(code)):
        send(account(fake, path), "Chào")
    assert len(fake.all_calls(SEND)) == 1
    send(account(fake, path), "Chào", user_id="binh")
    assert len(fake.sent("binh")) == 1


@pytest.mark.parametrize(("code", "http"), [(-32, 200), (-32, 429), (-1, 429), (-1, 500), (-1, 503)])
def test_what_passes_is_waited_for(fake: FakeZaloOa, path: Path, code: int, http: int) -> None:
    fake.refuse(SEND, code, "not now", http=http, times=3)
    send(account(fake, path), "Chào")
    assert len(fake.all_calls(SEND)) == 4
    assert len(fake.sent()) == 1


@pytest.mark.parametrize(
    ("reply", "error", "tries"),
    [
        (Reply(200, {"error": -32, "message": "limit"}), TooMany, 6),
        (Reply(502, b"<html>bad gateway</html>"), Passing, 4),
        (Reply(200, b"<html>hello</html>"), Unreadable, 4),
        (Reply(200, {"data": {"message_id": "m1"}}), Unreadable, 4),
        (Reply(200, {"error": False}), Unreadable, 4),
        (Reply(200, {"error": -213, "message": "User has not followed OA"}), Refused, 1),
        (Reply(404, {"error": -213, "message": "User has not followed OA"}), Refused, 1),
        (HANG_UP, Unconfirmed, 1),
    ],
)
def test_what_does_not_say_zero_is_not_sent(
    fake: FakeZaloOa, path: Path, reply: Reply, error: type[ZaloError], tries: int
) -> None:
    fake.answer(SEND, reply, times=99)
    with pytest.raises(error):
        send(account(fake, path), "Chào")
    assert len(fake.all_calls(SEND)) == tries


# Tokens.


def test_the_first_start_uses_the_settings_and_stores_what_it_got(fake: FakeZaloOa, path: Path) -> None:
    send(account(fake, path), "một", "hai")
    (call,) = fake.all_calls(REFRESH)
    assert call.params == {"refresh_token": REFRESH_TOKEN, "app_id": APP_ID, "grant_type": "refresh_token"}
    assert call.headers["secret_key"] == APP_SECRET
    pair = TokenStore(path).read()
    assert pair is not None
    assert {pair.refresh_token} == fake.refresh_tokens
    assert pair.expires_at == pytest.approx(time.time() + 90_000, abs=60)
    assert pair.origin == origin_of(REFRESH_TOKEN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert REFRESH_TOKEN not in path.read_text()


@pytest.mark.parametrize("code", [-216, -220, None])
def test_an_expired_token_is_renewed_once_and_nobody_hears_of_it(
    fake: FakeZaloOa, path: Path, code: int | None
) -> None:
    async def main() -> None:
        async with account(fake, path) as api:
            await api.send_text("an", "một")
            fake.expire()
            fake.expired_code = code
            await api.send_text("an", "hai")

    asyncio.run(main())
    assert [call.text for call in fake.sent()] == ["một", "hai"]
    assert len(fake.all_calls(SEND)) == 3
    used = [call.params["refresh_token"] for call in fake.all_calls(REFRESH)]
    assert len(used) == len(set(used)) == 2


def test_a_fresh_token_that_is_refused_too_is_final(fake: FakeZaloOa, path: Path) -> None:
    fake.refuse(SEND, -216, "Access token is invalid", times=99)
    with pytest.raises(RejectedToken) as error:
        send(account(fake, path), "Chào")
    assert str(error.value) == messages.ZALO_OA_REJECTED
    assert (len(fake.all_calls(SEND)), len(fake.all_calls(REFRESH))) == (2, 2)


def test_a_token_is_renewed_before_it_expires(fake: FakeZaloOa, path: Path) -> None:
    fake.expires_in = "59"
    send(account(fake, path), "một")
    fake.expires_in = "90000"
    send(account(fake, path), "hai", "ba")
    assert len(fake.all_calls(REFRESH)) == 2
    assert len(fake.all_calls(SEND)) == 3  # none was refused


@pytest.mark.parametrize("expires_in", [None, "soon", True, {}])
def test_a_pair_without_its_time_is_kept_and_used(fake: FakeZaloOa, path: Path, expires_in: object) -> None:
    fake.expires_in = expires_in
    send(account(fake, path), "một")
    send(account(fake, path), "hai")
    assert len(fake.all_calls(REFRESH)) == 1


def test_the_stored_pair_goes_before_the_settings_until_they_change(fake: FakeZaloOa, path: Path) -> None:
    fake.refresh_tokens.add("refresh-of-a-new-grant")
    for refresh_token in (REFRESH_TOKEN, REFRESH_TOKEN, None, "", "refresh-of-a-new-grant", "refresh-of-a-new-grant"):
        send(account(fake, path, refresh_token), "Chào")
    used = [call.params["refresh_token"] for call in fake.all_calls(REFRESH)]
    assert used == [REFRESH_TOKEN, "refresh-of-a-new-grant"]
    fake.expire()
    send(account(fake, path, "refresh-of-a-new-grant"), "Chào")
    pair = TokenStore(path).read()
    assert pair is not None
    assert pair.origin == origin_of("refresh-of-a-new-grant")


def test_a_spent_refresh_token_is_told_to_people(
    fake: FakeZaloOa, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake.refresh_tokens.clear()
    with pytest.raises(RejectedToken) as error:
        send(account(fake, path), "Chào")
    assert str(error.value) == messages.ZALO_OA_REJECTED
    assert len(fake.all_calls(REFRESH)) == 1
    assert "Invalid refresh token" in caplog.text
    assert not path.exists()


@pytest.mark.parametrize(
    "reply", [HANG_UP, Reply(503, b""), Reply(200, b"<html>"), Reply(200, {"error": -32}), Reply(200, {})]
)
def test_renewing_waits_for_what_passes(fake: FakeZaloOa, path: Path, reply: Reply) -> None:
    fake.answer(REFRESH, reply, times=2)
    send(account(fake, path), "Chào")
    assert len(fake.all_calls(REFRESH)) == 3


@pytest.mark.parametrize(
    ("app_id", "secret", "refresh_token", "error", "sentence"),
    [
        ("", APP_SECRET, REFRESH_TOKEN, MissingToken, messages.ZALO_OA_NO_TOKEN),
        (APP_ID, " ", REFRESH_TOKEN, MissingToken, messages.ZALO_OA_NO_TOKEN),
        (APP_ID, APP_SECRET, " ", MissingToken, messages.ZALO_OA_NO_TOKEN),
        (APP_ID, "bí mật", REFRESH_TOKEN, RejectedToken, messages.ZALO_OA_REJECTED),
        (APP_ID, "a\nb", REFRESH_TOKEN, RejectedToken, messages.ZALO_OA_REJECTED),
    ],
)
def test_what_is_missing_is_told(
    path: Path, app_id: str, secret: str, refresh_token: str, error: type[ZaloError], sentence: str
) -> None:
    with pytest.raises(error) as raised:
        send(ZaloOaApi(TokenStore(path), app_id, secret, refresh_token), "Chào")
    assert str(raised.value) == sentence


def test_one_task_renews_for_all(fake: FakeZaloOa, path: Path) -> None:
    async def main() -> None:
        async with account(fake, path) as api:
            await asyncio.gather(*(api.send_text("an", f"một {i}") for i in range(20)))
            fake.expire()
            await asyncio.gather(*(api.send_text("an", f"hai {i}") for i in range(20)))

    asyncio.run(main())
    assert len(fake.sent()) == 40
    assert len(fake.calls(REFRESH)) == len(fake.all_calls(REFRESH)) == 2


PROCESS = """
import asyncio, sys
from pathlib import Path
from bot.channels.zalo_oa_api import ZaloOaApi
from bot.channels.zalo_oa_token import TokenStore

async def main():
    url, path, app_id, secret, refresh_token = sys.argv[1:]
    api = ZaloOaApi(TokenStore(Path(path)), app_id, secret, refresh_token, api_base=url, oauth_base=url)
    async with api:
        for _ in range(2):
            sys.stdin.readline()
            await api.send_text("an", "Chào")
            print("sent", flush=True)

asyncio.run(main())
"""


def test_one_process_renews_for_all(fake: FakeZaloOa, path: Path) -> None:
    command = [sys.executable, "-c", PROCESS, fake.url, str(path), APP_ID, APP_SECRET, REFRESH_TOKEN]
    env = {**os.environ, "NO_PROXY": "127.0.0.1"}
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    try:
        for renewals in (1, 2):
            for process in processes:
                assert process.stdin
                process.stdin.write("\n")
                process.stdin.flush()
            for process in processes:
                assert process.stdout
                assert process.stdout.readline() == "sent\n"
            assert len(fake.calls(REFRESH)) == len(fake.all_calls(REFRESH)) == renewals
            fake.expire()
    finally:
        for process in processes:
            process.communicate(timeout=20)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(fake.sent()) == 6


def test_a_caller_who_is_cancelled_does_not_take_the_new_pair_along(fake: FakeZaloOa, path: Path) -> None:
    asked, cancelled = threading.Event(), threading.Event()

    def slowly(params: dict[str, Any]) -> bool:
        asked.set()
        cancelled.wait(10)
        return False  # and the refresh goes its way

    fake.answer(REFRESH, HANG_UP, when=slowly)

    async def main() -> None:
        async with account(fake, path) as api:
            caller = asyncio.create_task(api.send_text("an", "một"))
            await asyncio.to_thread(asked.wait, 10)
            for _ in range(2):
                caller.cancel()
                await asyncio.sleep(0.01)
            cancelled.set()
            with pytest.raises(asyncio.CancelledError):
                await caller

    asyncio.run(main())
    pair = TokenStore(path).read()
    assert pair is not None
    assert {pair.refresh_token} == fake.refresh_tokens
    assert not fake.all_calls(SEND)


def test_a_caller_who_waits_for_better_times_is_cancelled_at_once(fake: FakeZaloOa, path: Path) -> None:
    fake.answer(REFRESH, Reply(503, b""), times=99)
    patience = Patience(passing=BackOff(100, 100, tries=4))

    async def main() -> None:
        async with account(fake, path, patience=patience) as api:
            callers = [asyncio.create_task(api.send_text("an", "một")) for _ in range(2)]
            await asyncio.to_thread(fake.wait, lambda: bool(fake.all_calls(REFRESH)))
            for caller in callers:
                caller.cancel()
            assert all(
                isinstance(end, asyncio.CancelledError)
                for end in await asyncio.gather(*callers, return_exceptions=True)
            )

    before = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - before < 30
    assert len(fake.all_calls(REFRESH)) == 1


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows beyond some bytes: a write fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_found_before_the_refresh_token_is_spent(fake: FakeZaloOa, path: Path) -> None:
    async def main() -> None:
        async with account(fake, path) as api:
            with full_disk(), pytest.raises(StoreFailed) as error:
                await api.send_text("an", "một")
            assert str(error.value) == messages.ZALO_OA_NO_FILE.format(path=path)
            assert not fake.all_calls(REFRESH)
            await api.send_text("an", "hai")

    asyncio.run(main())
    assert [call.text for call in fake.sent()] == ["hai"]
    assert sorted(file.name for file in path.parent.iterdir()) == [".zalo-oa.json.lock", "zalo-oa.json"]


def test_a_pair_that_was_not_stored_is_not_used_and_not_lost(fake: FakeZaloOa, path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(params: dict[str, Any]) -> bool:
        if not fake.all_calls(REFRESH):
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, limit[1]))
        return False  # and the refresh goes its way

    fake.answer(REFRESH, HANG_UP, when=fill)

    async def main() -> None:
        async with account(fake, path) as api:
            try:
                with pytest.raises(StoreFailed):
                    await api.send_text("an", "một")
                with pytest.raises(StoreFailed):
                    await api.send_text("an", "hai")
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            assert not fake.all_calls(SEND)
            assert TokenStore(path).read() is None
            await api.send_text("an", "ba")

    asyncio.run(main())
    assert len(fake.all_calls(REFRESH)) == 1
    assert [call.text for call in fake.sent()] == ["ba"]
    pair = TokenStore(path).read()
    assert pair is not None
    assert {pair.refresh_token} == fake.refresh_tokens


@pytest.mark.parametrize("content", [b"", b"null", b"{", b"\xff", b'{"access_token": 1}', b"[" * 100_000])
def test_a_damaged_file_is_told_and_nothing_is_spent(fake: FakeZaloOa, path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreFailed) as error:
        send(account(fake, path), "Chào")
    assert str(error.value) == messages.ZALO_OA_DAMAGED.format(path=path)
    assert not fake.all_calls(REFRESH)
    assert path.read_bytes() == content


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.parent.rmdir() or path.parent.touch()])
def test_a_file_that_cannot_be_is_told(fake: FakeZaloOa, path: Path, make: Callable[[Path], object]) -> None:
    path.parent.mkdir()
    make(path)
    with pytest.raises(StoreFailed) as error:
        send(account(fake, path), "Chào")
    assert str(error.value) == messages.ZALO_OA_NO_FILE.format(path=path)
    assert not fake.all_calls(REFRESH)


def test_what_a_killed_process_left_is_written_over(fake: FakeZaloOa, path: Path) -> None:
    path.parent.mkdir()
    (path.parent / ".zalo-oa.json.new").write_text("half a pa")
    send(account(fake, path), "Chào")
    assert TokenStore(path).read() is not None


def test_no_token_is_in_a_log_or_an_error(fake: FakeZaloOa, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    for name in ("httpx", "httpcore"):
        caplog.set_level(1, logger=name)
    fake.refuse(SEND, -32, "limit", times=1)
    send(account(fake, path), "Chào")
    fake.refresh_tokens.clear()
    fake.expire()
    with pytest.raises(RejectedToken) as error:
        send(account(fake, path), "Chào")
    pair = TokenStore(path).read()
    assert pair is not None
    seen = [caplog.text, repr(error.value), repr(pair), repr(account(fake, path))]
    assert len(caplog.records) > 10
    for secret in (pair.access_token, pair.refresh_token, REFRESH_TOKEN, APP_SECRET):
        assert not [line for line in seen if secret in line]


def test_whatever_json_comes_only_zalo_errors_leave(tmp_path: Path) -> None:
    path = tmp_path / "zalo-oa.json"
    with FakeZaloOa() as fake:

        @settings(max_examples=60)
        @given(st.sampled_from([SEND, REFRESH]), JSON, st.sampled_from([200, 400, 401, 403, 429, 500]))
        def judge(method: str, body: object, status: int) -> None:
            fake.refresh_tokens.add(REFRESH_TOKEN)
            path.unlink(missing_ok=True)
            fake.answer(method, Reply(status, body), times=99)
            try:
                send(account(fake, path), "Chào")
            except ZaloError:
                pass
            finally:
                fake.forget()

        judge()


def test_a_pair_is_read_as_it_was_stored(path: Path) -> None:
    store = TokenStore(path)
    assert store.read() is None
    for pair in (TokenPair("a" * 3000, "b" * 3000, 1.5, "c"), TokenPair("a", "b", None, "")):
        with store.room() as keep:
            keep(pair)
        assert store.read() == pair


# Events.


class Webhook(Loopback):
    """Takes deliveries as a channel does."""

    def _parse(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
        return path, {"body": body}

    def _do(self, method: str, params: dict[str, Any], headers: Mapping[str, str]) -> Reply:
        body = params["body"]
        timestamp = event_timestamp(json.loads(body))
        right = signature_matches(headers.get("x-zevent-signature"), APP_ID, body, timestamp, OA_KEY)
        return Reply(200 if right else 403)

    def _succeeded(self, reply: Reply) -> bool:
        return reply.status == 200


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 200),
        ({"bare": True}, 200),
        ({"key": "another key"}, 403),
        ({"signed": False}, 403),
        ({"tamper": lambda body: body.replace(b"Ch", b"ch")}, 403),
        ({"tamper": lambda body: body + b" "}, 403),
        ({"tamper": lambda body: body.replace(b'"timestamp": "1', b'"timestamp": "2')}, 403),
        ({"tamper": lambda body: body.replace(b'"timestamp"', b'"when"')}, 403),
    ],
)
def test_a_delivery_is_signed(fake: FakeZaloOa, how: dict[str, Any], status: int) -> None:
    with Webhook() as webhook:
        assert fake.deliver(f"{webhook.url}/oa", "an", "Chào", **how) == status


# sha256(b'12{"a":1}1700000000000key'), by sha256sum.
DIGEST = "48c2032820bf55b337ed3f7fd505623401c09e4daedb281b4dbd830cb44ec052"


@pytest.mark.parametrize(
    ("header", "key", "right"),
    [
        (f"mac={DIGEST}", "key", True),
        (DIGEST, "key", True),
        (DIGEST.upper(), "key", True),
        (DIGEST[:-1], "key", False),
        (f"mac=mac={DIGEST}", "key", False),
        ("mac=", "key", False),
        ("chữ ký", "key", False),
        ("\udcff", "key", False),
        (None, "key", False),
        (DIGEST, "", False),
    ],
)
def test_signatures(header: str | None, key: str, right: bool) -> None:
    assert signature_matches(header, "12", b'{"a":1}', "1700000000000", key) is right


def test_what_a_person_wrote(fake: FakeZaloOa) -> None:
    body = fake.event("an", "Kinh phí?", msg_id="m1")
    body["timestamp"] = "1700000000123"
    at = dt.datetime(2023, 11, 14, 22, 13, 20, 123_000, dt.UTC)
    assert parse_event(body) == Event("user_send_text", "an", "an", False, "m1", "Kinh phí?", at)


@pytest.mark.parametrize(
    ("event_name", "text"),
    [
        ("user_send_text", "chữ"),
        ("user_send_image", None),
        ("user_send_sticker", None),
        ("user_send_location", None),
    ],
)
def test_what_is_no_text_comes_without_one(fake: FakeZaloOa, event_name: str, text: str | None) -> None:
    event = parse_event(fake.event("an", "chữ", event_name=event_name))
    assert event is not None
    assert event.text == text


@pytest.mark.parametrize(
    "event_name", ["oa_send_text", "oa_send_image", "follow", "user_send_group_text", "user_send_", ""]
)
def test_all_else_is_no_event(fake: FakeZaloOa, event_name: str) -> None:
    body = fake.event("an", "chữ")
    assert parse_event({**body, "event_name": event_name}) is None


@given(JSON)
def test_any_json_is_an_event_or_none(body: object) -> None:
    assert parse_event(body) is None
    assert event_timestamp(body) == ""


def test_an_event_with_one_field_spoilt_is_an_event_or_none(fake: FakeZaloOa) -> None:
    fields = [
        ("event_name",),
        ("sender",),
        ("sender", "id"),
        ("message",),
        ("message", "msg_id"),
        ("message", "text"),
        ("timestamp",),
    ]

    @given(st.sampled_from(fields), JSON | st.integers(-(10**400), 10**400))
    def judge(where: tuple[str, ...], value: object) -> None:
        body: dict[str, Any] = fake.event("an", "Chào")
        inner = body
        for name in where[:-1]:
            inner = inner[name]
        inner[where[-1]] = value
        event_timestamp(body)
        event = parse_event(body)
        if event:
            ids = (event.chat_id, event.person_id, event.message_id)
            assert all(ids)
            "".join((*ids, event.text or "")).encode()  # raises what a database would raise
            assert event.at.tzinfo is dt.UTC

    judge()
