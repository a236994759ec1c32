"""Both of Zalo's platforms as channels: the real adapters against servers that speak the wire format."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import channel, messages
from bot.channels import zalo_chat
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_bot_api import SECRET_HEADER
from bot.channels.zalo_oa import TOKENS_FILE, ZaloOa
from bot.channels.zalo_oa_api import SIGNATURE_HEADER
from bot.channels.zalo_wire import BackOff, Patience
from bot.message import Choice, Line, Message
from retrieval.answer import Reason
from tests.bot.fake_zalo_bot import HTML, TOKEN, WEBHOOK_SECRET, FakeZaloBot
from tests.bot.fake_zalo_oa import APP_ID, APP_SECRET, OA_KEY, REFRESH_TOKEN, FakeZaloOa, signature
from tests.bot.loopback import Call
from tests.bot.running import Running
from tests.bot.stand_ins import POINT, THACH_KHOI, Clerk, quote

HOOK = channel.Webhook("https://danchu.example/hook/zalo", WEBHOOK_SECRET)
QUICK = Patience(BackOff(0.01, 0.02, 4), BackOff(0.01, 0.02, 4))


@pytest.fixture(autouse=True)
def _short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.zalo_bot.POLL_S", 1)  # a poll is let run out at the end


@pytest.fixture
def fake() -> Iterator[FakeZaloBot]:
    with FakeZaloBot() as server:
        yield server


@pytest.fixture
def account() -> Iterator[FakeZaloOa]:
    with FakeZaloOa() as server:
        yield server


@contextmanager
def polling(
    fake: FakeZaloBot, home: Path, clerk: Clerk | None = None, webhook: channel.Webhook | None = None
) -> Iterator[Running]:
    def make(talk: Any, inbox: Any) -> ZaloBot:
        return ZaloBot(fake.url, TOKEN, talk, inbox, webhook=webhook, patience=QUICK)

    running = Running(make, home, clerk)
    try:
        yield running
    finally:
        running.stop()
    assert running.error is None


@contextmanager
def signed(account: FakeZaloOa, home: Path) -> Iterator[tuple[Running, Callable[..., int]]]:
    """The account's channel, and what calls it as the web server would: with the fake's own signed events."""

    def make(talk: Any, inbox: Any) -> ZaloOa:
        return ZaloOa(
            home, APP_ID, APP_SECRET, OA_KEY, REFRESH_TOKEN, talk, inbox,
            api_base=account.url, oauth_base=account.url, patience=QUICK,
        )  # fmt: skip

    running = Running(make, home)

    def call(
        event: dict[str, Any],
        *,
        key: str = OA_KEY,
        bare: bool = False,
        header: str | None = None,
        tamper: Callable[[bytes], bytes] = lambda body: body,
    ) -> int:
        body = json.dumps(event, ensure_ascii=False).encode()
        said = header if header is not None else signature(body, event["timestamp"], key=key, bare=bare)
        return running.deliver({SIGNATURE_HEADER: said}, tamper(body))

    try:
        account.wait(lambda: running.channel._ready)  # type: ignore[attr-defined]
        yield running, call
    finally:
        running.stop()
    assert running.error is None


def asked_of(call: Call) -> str:
    before = messages.REFUSALS[Reason.DOCUMENT_NOT_IN_CORPUS].split("{")[0]
    return call.text.split("\n")[0].removeprefix(before)[:-1]


# The Bot Platform.


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_question_gets_the_clause_and_a_number_picks(fake: FakeZaloBot, tmp_path: Path, wrapped: bool) -> None:
    with polling(fake, tmp_path) as running:
        fake.say("u1", "cản trở", wrapped=wrapped)
        [answer] = fake.wait_sent(1)
        assert quote(THACH_KHOI, POINT).text in answer.text
        assert f"{messages.CHOICES}\n1. {messages.HELPFUL}\n2. {messages.NOT_HELPFUL}\n3. 📖" in answer.text
        fake.say("u1", " 1. ", wrapped=wrapped)
        fake.say("u1", "3", wrapped=wrapped)
        thanks, whole = fake.wait_sent(3)[1:3]
    assert thanks.text == messages.THANKS
    assert whole.text.startswith("Mục II Điều 1")
    assert running.book.thumbs == [("0" * 32, "u1", True)]
    assert [question.text for question in running.clerk.asked] == ["cản trở"]
    assert running.book.records["0" * 32][1:] == ("zalo", "u1")


def test_a_number_out_of_range_is_said_so_and_without_a_list_it_is_a_question(
    fake: FakeZaloBot, tmp_path: Path
) -> None:
    with polling(fake, tmp_path) as running:
        fake.say("u1", "9")
        fake.say("u1", "cản trở")
        fake.say("u1", "77")
        fake.say("u1", "0")
        sent = fake.wait_sent(4)
    assert asked_of(sent[0]) == "9"
    assert [call.text for call in sent[2:]] == [messages.NO_SUCH_CHOICE.format(number=n) for n in (77, 0)]
    assert len(running.clerk.asked) == 2


def test_a_number_picks_after_a_restart_too(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path):
        fake.say("u1", "/vanban")
        fake.wait_sent(1)
    with polling(fake, tmp_path):
        fake.say("u1", "1")
        assert messages.CONTENTS in fake.wait_sent(2)[1].text


def test_a_message_given_twice_is_answered_once(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path) as running:
        message_id = fake.say("u1", "một")
        for _ in range(3):
            fake.say("u1", "một", message_id=message_id)
        fake.say("u2", "khác chat", message_id=message_id)
        fake.say("u1", "hai")
        fake.wait_sent(3)
        running.served(3)
    assert sorted(map(asked_of, fake.sent())) == ["hai", "khác chat", "một"]


@pytest.mark.parametrize("status", [200, 408])
def test_an_idle_poll_is_no_error(
    fake: FakeZaloBot, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_bot.POLL_S", 0)
    fake.idle_status = status
    with polling(fake, tmp_path):
        fake.wait(lambda: len(fake.all_calls("getUpdates")) > 3)
        fake.say("u1", "một")
        fake.wait_sent(1)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("kind", ["image", "sticker", "voice", "unsupported"])
def test_what_is_no_text_gets_a_sentence(fake: FakeZaloBot, tmp_path: Path, kind: str) -> None:
    with polling(fake, tmp_path):
        fake.say("u1", None, event_name=f"message.{kind}.received")
        assert fake.wait_sent(1)[0].text == messages.NOT_TEXT


def test_a_body_of_another_shape_is_passed_over(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path):
        for body in ({"ok": True, "result": [1]}, {"ok": True, "result": {"event_name": "x"}}):
            fake.give(body)
        fake.say("u1", "một")
        assert asked_of(fake.wait_sent(1)[0]) == "một"


def test_long_answers_come_in_parts_of_2000_and_choices_under_the_last(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path) as running:
        fake.say("u1", "tất cả")
        running.served(1)
    parts = [call.text for call in fake.sent()]
    assert len(parts) > 3
    assert all(len(part) <= 2000 for part in parts)
    assert [messages.CHOICES in part for part in parts] == [False] * (len(parts) - 1) + [True]
    everything = "".join("".join(parts).split())
    for n in range(1, 6):
        assert "".join(quote(THACH_KHOI, f"art_1__sec_II__cl_{n}").text.split()) in everything
    assert not [call for call in fake.all_calls("sendMessage") if call not in fake.sent()]


@pytest.mark.parametrize(("length", "parts"), [(2000, 1), (2001, 2)])
def test_2000_characters_are_one_message(length: int, parts: int) -> None:
    shown = zalo_chat.texts(Message(((Line("ạ" * length),),)))
    assert [len(part) for part in shown] == [2000, 1][:parts]


def test_choices_are_counted_through_all_rows() -> None:
    rows = ((Choice("a", "v:0"), Choice("b", "v:1")), (Choice("c", "v:2"),))
    assert zalo_chat.texts(Message(((Line("x"),),), rows)) == [f"x\n\n{messages.CHOICES}\n1. a\n2. b\n3. c"]


def test_trouble_that_passes_is_waited_out(fake: FakeZaloBot, tmp_path: Path) -> None:
    fake.refuse("sendMessage", 403, "Internal server error")
    fake.refuse("getUpdates", 403, "Internal server error")
    with polling(fake, tmp_path):
        fake.say("u1", "một")
        assert asked_of(fake.wait_sent(1)[0]) == "một"
    assert len(fake.sent()) == 1


def test_a_quota_is_waited_out(fake: FakeZaloBot, tmp_path: Path) -> None:
    fake.refuse("sendMessage", 429, "Quota exceeded", http=429, times=2)
    with polling(fake, tmp_path):
        fake.say("u1", "một")
        assert asked_of(fake.wait_sent(1)[0]) == "một"
    assert len(fake.all_calls("sendMessage")) == 3


@pytest.mark.parametrize("answer", ["ok false", "html"])
def test_a_wrong_token_ends_it_with_a_clear_message(fake: FakeZaloBot, tmp_path: Path, answer: str) -> None:
    if answer == "html":
        fake.wrong_token = HTML
    running = Running(lambda talk, inbox: ZaloBot(fake.url, "1:wrong", talk, inbox, patience=QUICK), tmp_path)
    error = running.end()
    assert isinstance(error, channel.RejectedToken)
    assert str(error) == messages.ZALO_REJECTED


def test_a_token_revoked_while_running_ends_it_and_nothing_is_lost(fake: FakeZaloBot, tmp_path: Path) -> None:
    running = Running(lambda talk, inbox: ZaloBot(fake.url, TOKEN, talk, inbox, patience=QUICK), tmp_path)
    fake.say("u1", "một")
    fake.wait_sent(1)
    fake.refuse("sendMessage", 401, "Unauthorized", http=401, times=float("inf"))
    fake.say("u1", "hai")
    assert isinstance(running.end(), channel.RejectedToken)
    fake.forget()
    with polling(fake, tmp_path):
        assert asked_of(fake.wait_sent(2)[1]) == "hai"


@pytest.mark.parametrize("token", [None, "", "  "])
def test_no_token(tmp_path: Path, token: str | None) -> None:
    with pytest.raises(channel.MissingToken, match="DANCHU_ZALO_TOKEN"):
        ZaloBot("http://127.0.0.1:9", token, None, None)  # type: ignore[arg-type]


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with FakeZaloBot() as gone:
        url = gone.url
    running = Running(lambda talk, inbox: ZaloBot(url, TOKEN, talk, inbox, patience=QUICK), tmp_path)
    assert isinstance(running.end(), channel.Unreachable)


def test_a_failure_is_told_without_a_trace(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path):
        fake.say("u1", "hỏng")
        fake.say("u1", "lành")
        sent = fake.wait_sent(2)
    assert [sent[0].text, asked_of(sent[1])] == [messages.FAILED, "lành"]


def test_order_is_kept_within_a_chat_while_chats_go_side_by_side(fake: FakeZaloBot, tmp_path: Path) -> None:
    clerk = Clerk(0.05)
    with polling(fake, tmp_path, clerk) as running:
        for n in range(4):
            for chat in ("u1", "u2", "u3"):
                fake.say(chat, f"{chat}-{n}")
        running.served(12)
    for chat in ("u1", "u2", "u3"):
        assert [asked_of(call) for call in fake.sent(chat)] == [f"{chat}-{n}" for n in range(4)]
    assert clerk.most_at_once > 1


def test_typing_is_shown_while_an_answer_takes_long(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path, Clerk(0.8)):
        fake.say("u1", "chờ")
        [answer] = fake.wait_sent(1)
    [typing] = fake.calls("sendChatAction")
    assert typing.at < answer.at


def test_a_group_is_answered_only_when_it_names_the_bot(fake: FakeZaloBot, tmp_path: Path) -> None:
    with polling(fake, tmp_path) as running:
        fake.say("g", "chuyện riêng", person_id="u1", group=True)
        fake.say("g", "2", person_id="u1", group=True)
        fake.say("g", None, person_id="u1", group=True)
        fake.say("g", "@bot.danchu, ai ký?", person_id="u1", group=True)
        fake.say("g", "/help", person_id="u2", group=True)
        fake.wait_sent(2)
        running.served(2)
    assert [question.text for question in running.clerk.asked] == ["ai ký?"]


@pytest.mark.parametrize("secret", [None, "", "wrong", WEBHOOK_SECRET + "x", "bí mật"])
def test_a_wrong_or_missing_secret_is_turned_away(fake: FakeZaloBot, tmp_path: Path, secret: str | None) -> None:
    with polling(fake, tmp_path, webhook=HOOK) as running:
        fake.wait(lambda: fake.webhook is not None)
        body = json.dumps(fake.event("u1", "một")).encode()
        assert running.deliver({} if secret is None else {SECRET_HEADER: secret}, body) == 403
    assert not running.clerk.asked


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_webhook_answers_once_whatever_is_repeated(fake: FakeZaloBot, tmp_path: Path, wrapped: bool) -> None:
    with polling(fake, tmp_path, webhook=HOOK) as running:
        fake.wait(lambda: fake.webhook is not None)
        fake.wait(lambda: running.channel._ready)  # type: ignore[attr-defined]
        event = fake.event("u1", "một")
        body = json.dumps({"ok": True, "result": event} if wrapped else event).encode()
        headers = {SECRET_HEADER: WEBHOOK_SECRET}
        assert [running.deliver(headers, body) for _ in range(3)] == [200] * 3
        assert [running.deliver(headers, odd) for odd in (b"", b"{", b"\xff")] == [400] * 3
        assert [running.deliver(headers, odd) for odd in (b"[]", b"{}", b"7")] == [200] * 3
        running.served(1)
    assert [asked_of(call) for call in fake.sent()] == ["một"]
    assert not fake.all_calls("getUpdates")


def test_the_token_is_in_no_log(fake: FakeZaloBot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), polling(fake, tmp_path):
        fake.refuse("sendMessage", 400, f"bad request to /bot{TOKEN}/sendMessage", http=400)
        fake.say("u1", "một")
        fake.say("u1", "hai")
        fake.wait_sent(1)
    assert "sendMessage" in caplog.text
    assert TOKEN not in caplog.text


# The Official Account.


@pytest.mark.parametrize("bare", [True, False])
def test_a_signed_event_is_answered(account: FakeZaloOa, tmp_path: Path, bare: bool) -> None:
    with signed(account, tmp_path) as (running, call):
        assert call(account.event("p1", "cản trở"), bare=bare) == 200
        [answer] = account.wait_sent(1)
        assert call(account.event("p1", "1"), bare=bare) == 200
        running.served(2)
    assert quote(THACH_KHOI, POINT).text in answer.text
    assert account.sent()[1].text == messages.THANKS
    assert running.book.records["0" * 32][1:] == ("zalo_oa", "p1")
    assert oct((tmp_path / TOKENS_FILE).stat().st_mode)[-3:] == "600"


def test_a_tampered_body_a_wrong_key_and_no_signature_are_turned_away(account: FakeZaloOa, tmp_path: Path) -> None:
    with signed(account, tmp_path) as (running, call):
        event = account.event("p1", "một")
        assert call(event, tamper=lambda body: body.replace(b"m\xe1\xbb\x99t", b"hai")) == 403
        assert call(event, key="another key") == 403
        assert call(event, header="") == 403
        assert call(event, header="mac=zz") == 403
        assert running.deliver({}, b"{") == 400
    assert not running.clerk.asked


def test_an_event_that_comes_again_is_answered_once(account: FakeZaloOa, tmp_path: Path) -> None:
    with signed(account, tmp_path) as (running, call):
        event = account.event("p1", "một")
        assert [call(event), call(event), call({**event, "timestamp": str(int(event["timestamp"]) + 9)})] == [200] * 3
        running.served(1)
    assert [asked_of(call) for call in account.sent()] == ["một"]


def test_own_messages_and_other_events_are_passed_over(account: FakeZaloOa, tmp_path: Path) -> None:
    with signed(account, tmp_path) as (running, call):
        for name in ("oa_send_text", "follow", "user_seen_message"):
            assert call(account.event("p1", "một", event_name=name)) == 200
        assert call(account.event("p1", None)) == 200
        running.served(1)
    assert [call.text for call in account.sent()] == [messages.NOT_TEXT]


@pytest.mark.parametrize("code", [-216, -220, None])
def test_an_expired_token_is_renewed_once_and_the_answer_arrives(
    account: FakeZaloOa, tmp_path: Path, code: int | None
) -> None:
    account.expired_code = code
    with signed(account, tmp_path) as (running, call):
        call(account.event("p1", "một"))
        running.served(1)
        account.expire()
        call(account.event("p1", "hai"))
        running.served(2)
    assert [asked_of(call) for call in account.sent()] == ["một", "hai"]
    assert len(account.calls("refresh")) == 2


def test_a_closed_window_is_logged_and_the_next_person_is_served(
    account: FakeZaloOa, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    account.closed["p1"] = -230
    with signed(account, tmp_path) as (running, call):
        call(account.event("p1", "một"))
        call(account.event("p2", "hai"))
        running.served(2)
    assert [asked_of(call) for call in account.sent()] == ["hai"]
    assert "not delivered" in caplog.text


def test_tokens_that_are_worth_nothing_end_it_and_what_waits_is_answered_later(
    account: FakeZaloOa, tmp_path: Path
) -> None:
    account.refresh_tokens.clear()

    def make(talk: Any, inbox: Any) -> ZaloOa:
        return ZaloOa(
            tmp_path, APP_ID, APP_SECRET, OA_KEY, REFRESH_TOKEN, talk, inbox,
            api_base=account.url, oauth_base=account.url, patience=QUICK,
        )  # fmt: skip

    running = Running(make, tmp_path)
    account.wait(lambda: running.channel._ready)  # type: ignore[attr-defined]
    event = account.event("p1", "một")
    body = json.dumps(event).encode()
    assert running.deliver({SIGNATURE_HEADER: signature(body, event["timestamp"])}, body) == 200
    assert isinstance(running.end(), channel.RejectedToken)
    account.refresh_tokens.add(REFRESH_TOKEN)
    with signed(account, tmp_path) as (again, _):
        again.served(1)
    assert [asked_of(call) for call in account.sent()] == ["một"]
