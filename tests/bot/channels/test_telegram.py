from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import channel, messages
from bot.channels.telegram import Telegram
from bot.channels.telegram import channel as telegram
from bot.intake import Inbox
from bot.message import Incoming
from retrieval.answer import Reason
from tests.bot.fake_telegram import BOT, SECRET, TOKEN, Call, FakeTelegram, utf16_units, visible
from tests.bot.running import SALT, Running
from tests.bot.stand_ins import DOCUMENTS, POINT, SECOND, THACH_KHOI, Book, Clerk, conversation, quote

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "bot.cli", "telegram"]


def running_bot(
    url: str,
    home: Path,
    clerk: Clerk | None = None,
    token: str = TOKEN,
    webhook: channel.Webhook | None = None,
) -> Running:
    return Running(lambda talk, inbox: Telegram(token, url, talk, inbox, webhook=webhook), home, clerk)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        yield server


@contextmanager
def serving(fake: FakeTelegram, home: Path, seconds: float = 0.0) -> Iterator[Running]:
    running = running_bot(fake.url, home, Clerk(seconds))
    try:
        yield running
    finally:
        running.stop()
    assert running.error is None


@pytest.fixture
def running(fake: FakeTelegram, tmp_path: Path) -> Iterator[Running]:
    with serving(fake, tmp_path) as one:
        yield one


async def alone(token: str | None, url: str, home: Path) -> None:
    """The channel with nobody to answer, until what is wrong ends it."""
    inbox = Inbox(home, SALT, str)
    try:
        await Telegram(token, url, conversation(Clerk(), Book()), inbox).run(asyncio.Event())
    finally:
        inbox.close()


def asked_of(call: Call) -> str:
    """The question that a refusal names (the clerk puts it there)."""
    return call.text.split("\n")[0].removeprefix(messages.REFUSALS[Reason.DOCUMENT_NOT_IN_CORPUS].split("{")[0])[:-1]


def test_it_starts_as_telegram_wants_and_describes_its_commands(fake: FakeTelegram, running: Running) -> None:
    fake.wait(lambda: bool(fake.all_calls("getMe")) and fake._poll > 0)
    [commands] = fake.calls("setMyCommands")
    described = {command["command"]: command["description"] for command in commands.params["commands"]}
    assert described == messages.COMMANDS
    assert fake.calls("deleteWebhook")


def test_start_greets_says_what_is_kept_and_gives_examples(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "/start")
    [greeting] = fake.wait_sent(1)
    for words in (messages.GREETING, messages.KEPT.format(days=90), *messages.EXAMPLES):
        assert words in greeting.text


@pytest.mark.parametrize("command", ["/help", "/khongco"])
def test_help_and_unknown_commands(fake: FakeTelegram, running: Running, command: str) -> None:
    fake.say(7, command)
    assert messages.HELP in fake.wait_sent(1)[0].text


def test_a_question_gets_the_clause_word_for_word(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "người đứng đầu cản trở thì sao?")
    [answer] = fake.wait_sent(1)
    expected = quote(THACH_KHOI, POINT)
    markup = answer.params["text"]
    assert f"<b>{expected.citation.words}</b>" in markup
    assert f"<blockquote>{expected.text}</blockquote>" in markup
    assert all(f"<i>{part.text}</i>" in markup for part in expected.lead_in)
    assert "🟢 Đang có hiệu lực" in markup
    assert f"<code>{expected.code}</code>" in markup
    assert answer.params["link_preview_options"] == {"is_disabled": True}
    assert running.book.records == {"0" * 32: ("người đứng đầu cản trở thì sao?", "telegram", "7")}


def test_thumbs_are_kept_and_marked(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "cản trở")
    [answer] = fake.wait_sent(1)
    up, down = answer.data("r:"), answer.buttons[1]["callback_data"]
    fake.tap(answer, up)
    fake.wait(lambda: len(fake.calls("editMessageReplyMarkup")) == 1)
    [spoken] = fake.calls("answerCallbackQuery")
    assert spoken.params["text"] == messages.THANKS
    [edit] = fake.calls("editMessageReplyMarkup")
    assert [button["text"] for button in edit.buttons][:2] == ["✓ " + messages.HELPFUL, messages.NOT_HELPFUL]
    assert len(edit.buttons) == len(answer.buttons)  # the other buttons stay
    fake.tap(edit, down)
    fake.wait(lambda: len(fake.calls("editMessageReplyMarkup")) == 2)
    assert running.book.thumbs == [("0" * 32, "7", True), ("0" * 32, "7", False)]


def test_a_thumb_twice_and_a_thumb_on_nothing(fake: FakeTelegram, running: Running) -> None:
    fake.refuse("editMessageReplyMarkup", 400, "Bad Request: message is not modified")
    fake.say(7, "cản trở")
    [answer] = fake.wait_sent(1)
    fake.tap(answer, answer.data("r:"))
    fake.tap(answer, f"r:{'e' * 32}:1")
    fake.tap(answer, "was:a:button")
    fake.wait(lambda: len(fake.calls("answerCallbackQuery")) == 3)
    said = [call.params["text"] for call in fake.calls("answerCallbackQuery")]
    assert said == [messages.THANKS, messages.NOT_ON_RECORD, messages.GONE]
    assert len(fake.sent()) == 1


def test_an_expired_tap_is_no_failure(fake: FakeTelegram, running: Running) -> None:
    fake.refuse("answerCallbackQuery", 400, "Bad Request: query is too old and response timeout expired")
    fake.say(7, "cản trở")
    [answer] = fake.wait_sent(1)
    fake.tap(answer, answer.data("r:"))
    fake.wait(lambda: len(fake.calls("editMessageReplyMarkup")) == 1)
    assert len(fake.sent()) == 1


def test_a_long_answer_comes_in_parts_with_one_row_of_thumbs(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "tất cả")
    fake.wait(lambda: any("callback_data" in button for call in fake.sent() for button in call.buttons))
    parts = fake.sent()
    assert len(parts) > 1
    assert all(utf16_units(part.text) <= 4096 for part in parts)
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]
    everything = "".join("".join(part.text.split()) for part in parts)
    for n in range(1, 6):
        assert "".join(quote(THACH_KHOI, f"art_1__sec_II__cl_{n}").text.split()) in everything
    assert [part.result["message_id"] for part in parts] == sorted(part.result["message_id"] for part in parts)


def test_documents_can_be_browsed_down_to_their_words(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "/vanban")
    [listed] = fake.wait_sent(1)
    button = next(button for button in listed.buttons if button["text"] == "Nghị quyết Phường Thạch Khôi")
    fake.tap(listed, button["callback_data"])
    fake.wait(lambda: len(fake.calls("editMessageText")) == 1)
    [contents] = fake.calls("editMessageText")
    labels = [button["text"] for button in contents.buttons]
    assert labels[:3] == ["Điều 1", "Mục I Điều 1", "Mục II Điều 1"]
    fake.tap(contents, contents.buttons[labels.index("Điều 1")]["callback_data"])
    document = next(document for document in DOCUMENTS if document.id == THACH_KHOI)
    last = document.words(document.by_path["art_1"])[-80:]
    fake.wait(lambda: any(last in call.text for call in fake.sent()))
    quoted = "".join(
        words.split("</blockquote>")[0]
        for call in fake.sent()[1:]
        for words in call.params["text"].split("<blockquote>")[1:]
    )
    assert "".join(quoted.split()) == "".join(document.words(document.by_path["art_1"]).split())
    fake.tap(contents, contents.data("v:"))
    fake.wait(lambda: len(fake.calls("editMessageText")) == 2)
    assert fake.calls("editMessageText")[1].text == listed.text


def test_the_whole_article_of_a_quote_is_one_tap_away(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "cản trở")
    [answer] = fake.wait_sent(1)
    fake.tap(answer, answer.data("a:"))
    assert "Mục II Điều 1" in fake.wait_sent(2)[1].text


def test_a_button_of_a_document_that_was_removed(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "cản trở")
    [answer] = fake.wait_sent(1)
    fake.tap(answer, "d:000000000000:0")
    fake.tap(answer, "a:000000000000:000000000000")
    fake.wait(lambda: len(fake.calls("answerCallbackQuery")) == 2)
    assert {call.params["text"] for call in fake.calls("answerCallbackQuery")} == {messages.GONE}


def test_the_second_question_has_a_button_that_asks_it_once(fake: FakeTelegram, running: Running) -> None:
    fake.say(7, "hai câu: cản trở?")
    [answer] = fake.wait_sent(1)
    fake.tap(answer, answer.data("n:"))
    fake.tap(answer, answer.data("n:"))
    fake.wait(lambda: len(fake.calls("answerCallbackQuery")) == 2)
    assert asked_of(fake.wait_sent(2)[1]) == SECOND
    fake.say(7, "xong")
    fake.wait_sent(3)
    # What the second question is, is read again from the first at each tap.
    first = "hai câu: cản trở?"
    assert [question.text for question in running.clerk.asked] == [first, first, SECOND, first, "xong"]


def test_the_last_three_questions_of_a_person_come_with_the_next(fake: FakeTelegram, running: Running) -> None:
    for text in ("một", "hai", "ba", "bốn", "năm"):
        fake.say(7, text)
    fake.say(8, "chat khác")
    fake.wait_sent(6)
    previous = {question.text: question.previous for question in running.clerk.asked}
    assert previous["một"] == ()
    assert previous["năm"] == ("hai", "ba", "bốn")
    assert previous["chat khác"] == ()


def test_an_edited_question_is_answered_again_and_an_unchanged_one_is_not(fake: FakeTelegram, running: Running) -> None:
    message_id = fake.say(7, "ở Thach Khoi")
    fake.wait_sent(1)
    fake.say(7, "ở Thạch Khôi", edit=message_id)
    fake.say(7, "ở Thạch Khôi", edit=message_id)
    fake.say(7, "câu sau")
    fake.wait_sent(3)
    asked = [(question.text, question.previous) for question in running.clerk.asked]
    assert asked == [("ở Thach Khoi", ()), ("ở Thạch Khôi", ()), ("câu sau", ("ở Thạch Khôi",))]


def test_a_picture_gets_a_sentence_and_an_album_gets_one(fake: FakeTelegram, running: Running) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    fake.say(7, None, photo=photo)
    for _ in range(3):
        fake.say(7, None, photo=photo, media_group_id="album")
    fake.say(7, "cuối")
    sent = fake.wait_sent(3)
    assert [call.text for call in sent[:2]] == [messages.NOT_TEXT] * 2
    assert asked_of(sent[2]) == "cuối"


def test_typing_is_shown_while_an_answer_takes_long(fake: FakeTelegram, tmp_path: Path) -> None:
    with serving(fake, tmp_path, seconds=1.0):
        fake.say(7, "chờ")
        [answer] = fake.wait_sent(1)
    [typing] = fake.calls("sendChatAction")
    assert typing.params == {"chat_id": 7, "action": "typing"}
    assert typing.at < answer.at


def test_a_group_is_answered_only_when_it_asks_the_bot(fake: FakeTelegram, running: Running) -> None:
    def say(text: str | None, user: int, **fields: Any) -> int:
        return fake.say(-100, text, chat_type="supergroup", user_id=user, **fields)

    def mention(text: str, name: str) -> list[dict[str, Any]]:
        # Entities count in UTF-16 units: the emoji before the name counts twice.
        return [{"type": "mention", "offset": utf16_units(text[: text.index(name)]), "length": utf16_units(name)}]

    say("chuyện riêng", 1)
    say("@nguoi_khac hỏi gì", 1, entities=mention("@nguoi_khac hỏi gì", "@nguoi_khac"))
    say(None, 1, sticker={"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1,
                          "is_animated": False, "is_video": False})  # fmt: skip
    text = "🏘️ @Danchu_Test_Bot, ai ký?"
    asked = say(text, 1, entities=mention(text, "@Danchu_Test_Bot"))
    sent = fake.wait_sent(1)
    fake_reply = {**sent[0].result, "from": BOT}
    say("còn Kim Bảng?", 2, reply_to_message=fake_reply)
    say("/help", 2)
    fake.wait_sent(3)
    assert [question.text for question in running.clerk.asked] == ["🏘️  , ai ký?", "còn Kim Bảng?"]
    assert [question.previous for question in running.clerk.asked] == [(), ()]  # two persons
    assert sent[0].params["reply_parameters"]["message_id"] == asked
    assert running.book.records["0" * 32][2] == "1"
    assert not fake.calls("sendChatAction")


def test_order_is_kept_within_a_chat_while_chats_go_side_by_side(fake: FakeTelegram, tmp_path: Path) -> None:
    with serving(fake, tmp_path, seconds=0.05) as running:
        for n in range(6):
            for chat in range(1, 5):
                fake.say(chat, f"{chat}-{n}")
        fake.wait_sent(24)
    for chat in range(1, 5):
        assert [asked_of(call) for call in fake.sent(chat)] == [f"{chat}-{n}" for n in range(6)]
    assert running.clerk.most_at_once > 1
    assert not running.clerk.at_once


def test_one_chat_that_floods_does_not_hold_up_another(fake: FakeTelegram, tmp_path: Path) -> None:
    with serving(fake, tmp_path, seconds=0.2):
        for n in range(12):
            fake.say(1, f"1-{n}")
        fake.say(2, "2-0")
        fake.wait_sent(1, chat_id=2)
        assert len(fake.sent(1)) < 6
        fake.wait_sent(13)


def test_a_person_who_blocked_the_bot_does_not_stop_the_rest(
    fake: FakeTelegram, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    fake.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user", chat_id=7, times=float("inf"))
    with caplog.at_level(logging.INFO):
        fake.say(7, "tất cả")
        fake.say(8, "còn đây")
        assert asked_of(fake.wait_sent(1)[0]) == "còn đây"
        fake.wait(lambda: any("not delivered" in record.getMessage() for record in caplog.records))
    assert len(fake.all_calls("sendMessage", 7)) == 1  # no second part, no apology
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_a_flood_wait_is_waited_out_and_nothing_is_lost(fake: FakeTelegram, running: Running) -> None:
    fake.refuse("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    fake.say(7, "một")
    fake.say(7, "hai")
    sent = fake.wait_sent(2)
    assert [asked_of(call) for call in sent] == ["một", "hai"]
    refused = next(call for call in fake.all_calls("sendMessage") if call.status == 429)
    assert sent[0].at - refused.at >= 1


def test_markup_that_is_refused_is_sent_as_plain_text(fake: FakeTelegram, running: Running) -> None:
    fake.refuse(
        "sendMessage", 400, "Bad Request: can't parse entities: Unsupported start tag", when=lambda p: "parse_mode" in p
    )
    fake.say(7, "cản trở")
    [answer] = fake.wait_sent(1)
    assert "parse_mode" not in answer.params
    assert quote(THACH_KHOI, POINT).text in answer.params["text"]
    assert "<" not in answer.params["text"]
    assert answer.data("r:")


def test_a_server_that_is_down_for_a_moment(fake: FakeTelegram, running: Running) -> None:
    fake.refuse("sendMessage", 502, "Bad Gateway")
    fake.say(7, "một")
    assert asked_of(fake.wait_sent(1)[0]) == "một"


def test_a_failure_is_told_without_a_trace_and_the_next_question_is_answered(
    fake: FakeTelegram, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    fake.say(7, "hỏng")
    fake.say(7, "lành")
    sent = fake.wait_sent(2)
    assert sent[0].text == messages.FAILED
    assert asked_of(sent[1]) == "lành"
    assert "RuntimeError" in caplog.text


def test_polling_goes_on_after_errors(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.refuse("getUpdates", 502, "Bad Gateway")
    fake.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request")  # once: an echo
    with serving(fake, tmp_path):
        fake.say(7, "một")
        assert asked_of(fake.wait_sent(1)[0]) == "một"


def test_commands_that_cannot_be_described_do_not_stop_the_bot(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.refuse("setMyCommands", 400, "Bad Request: BOT_COMMAND_INVALID")
    with serving(fake, tmp_path):
        fake.say(7, "một")
        fake.wait_sent(1)


def test_a_network_that_comes_up_late(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.refuse("getMe", 502, "Bad Gateway")
    with serving(fake, tmp_path):
        fake.say(7, "một")
        fake.wait_sent(1)


def test_two_pollers(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request", times=float("inf"))
    error = running_bot(fake.url, tmp_path).end()
    assert isinstance(error, channel.TwoPollers)
    assert str(error) == messages.TELEGRAM_TWO_POLLERS


def test_two_real_pollers_do_not_both_go_on(fake: FakeTelegram, tmp_path: Path) -> None:
    for home in ("one", "other"):
        (tmp_path / home).mkdir()
    first, second = (running_bot(fake.url, tmp_path / home) for home in ("one", "other"))
    fake.wait(lambda: not (first.thread.is_alive() and second.thread.is_alive()))
    fake.say(7, "một")
    fake.wait_sent(1)
    for one in (first, second):
        one.stop()
    assert {type(first.error), type(second.error)} == {channel.TwoPollers, type(None)}
    assert len(fake.sent()) == 1


@pytest.mark.parametrize("token", ["1:unknown", "not a token", "1:a/b"])
def test_a_wrong_token(fake: FakeTelegram, tmp_path: Path, token: str) -> None:
    with pytest.raises(channel.RejectedToken) as caught:
        asyncio.run(alone(token, fake.url, tmp_path))
    assert str(caught.value) == messages.TELEGRAM_REJECTED
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_token_revoked_while_running(fake: FakeTelegram, tmp_path: Path) -> None:
    running = running_bot(fake.url, tmp_path)
    fake.wait(lambda: fake._poll == 1)
    fake.say(7, "một")
    fake.wait_sent(1)
    fake.wait(lambda: fake._poll == 2)
    fake.refuse("getUpdates", 401, "Unauthorized", times=float("inf"))
    fake.say(7, "hai")  # ends the poll under way
    assert isinstance(running.end(), channel.RejectedToken)
    assert len(fake.sent()) == 2


@pytest.mark.parametrize("token", [None, "", " \n"])
def test_no_token(tmp_path: Path, token: str | None) -> None:
    with pytest.raises(channel.MissingToken, match="DANCHU_TELEGRAM_TOKEN"):
        asyncio.run(alone(token, telegram.API, tmp_path))


def test_a_server_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "START_AGAIN_AFTER", (0.01, 0.01))
    with FakeTelegram() as gone:
        url = gone.url
    with pytest.raises(channel.Unreachable, match="Telegram"):
        asyncio.run(alone(TOKEN, url, tmp_path))


def test_the_token_is_in_no_log(fake: FakeTelegram, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with caplog.at_level(logging.DEBUG), serving(fake, tmp_path):
        fake.say(7, f"hỏng {TOKEN}")
        fake.wait_sent(1)
        logging.getLogger("anyone").info("calling %s/bot%s/getMe", fake.url, TOKEN)
    assert "***" in caplog.text
    assert "RuntimeError" in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    made = [str(record.__dict__) for record in caplog.records]
    assert not [record for record in made if TOKEN.partition(":")[2] in record]


def test_log_records_are_made_as_before_once_it_stopped(fake: FakeTelegram, tmp_path: Path) -> None:
    before = logging.getLogRecordFactory()
    with serving(fake, tmp_path):
        fake.wait(lambda: fake._poll > 0)
        assert logging.getLogRecordFactory() is not before
    assert logging.getLogRecordFactory() is before


def test_stopping_answers_what_was_taken(fake: FakeTelegram, tmp_path: Path) -> None:
    with serving(fake, tmp_path, seconds=0.1):
        for n in range(10):
            fake.say(7, f"{n}")
        fake.wait_sent(1)
    assert [asked_of(call) for call in fake.sent(7)] == [str(n) for n in range(10)]
    assert len(fake.taken()) == 10


# By webhook.

HOOK = channel.Webhook("https://danchu.example/hook/telegram", SECRET)


@contextmanager
def called(fake: FakeTelegram, home: Path) -> Iterator[tuple[Running, Callable[..., int]]]:
    """The channel as a webhook, and what calls it as the web server would."""
    running = running_bot(fake.url, home, webhook=HOOK)

    def call(update: dict[str, Any] | bytes, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {telegram.SECRET_HEADER: secret}
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        return running.deliver(headers, body)

    try:
        fake.wait(lambda: fake.webhook is not None and running.channel._ready)
        yield running, call
    finally:
        running.stop()
    assert running.error is None


def test_a_webhook_is_set_with_its_secret_and_nothing_is_polled(fake: FakeTelegram, tmp_path: Path) -> None:
    with called(fake, tmp_path) as (_, call):
        fake.say(7, "một")
        assert call(fake.last_update()) == 200
        assert asked_of(fake.wait_sent(1)[0]) == "một"
    [setting] = fake.calls("setWebhook")
    assert setting.params["url"] == HOOK.url
    assert setting.params["secret_token"] == SECRET
    assert set(setting.params["allowed_updates"]) == {"message", "edited_message", "callback_query", "inline_query"}
    assert not fake.all_calls("getUpdates")
    assert not fake.all_calls("deleteWebhook")
    assert SECRET not in repr(HOOK)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET.upper(), SECRET + "x", "bí mật", None])
def test_a_wrong_or_missing_secret_is_turned_away(fake: FakeTelegram, tmp_path: Path, secret: str | None) -> None:
    with called(fake, tmp_path) as (running, call):
        fake.say(7, "một")
        assert call(fake.last_update(), secret) == 403
    assert not running.clerk.asked


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"7", 400),
        (b'{"update_id": "1"}', 400),
        (b'{"update_id": 1, "message": 5}', 200),
        (b"[" * 100_000, 400),
        (b"{}", 400),
        (b'{"update_id": 1}', 200),
        (b'{"update_id": 1, "poll_answer": {"poll_id": "1", "option_ids": []}}', 200),
    ],
)
def test_a_webhook_takes_any_body(fake: FakeTelegram, tmp_path: Path, body: bytes, status: int) -> None:
    with called(fake, tmp_path) as (running, call):
        assert call(body) == status
        fake.say(7, "sau đó")
        assert call(fake.last_update()) == 200
        fake.wait_sent(1)
    assert [question.text for question in running.clerk.asked] == ["sau đó"]


def test_an_update_that_is_delivered_again_is_answered_once(fake: FakeTelegram, tmp_path: Path) -> None:
    with called(fake, tmp_path) as (_, call):
        fake.say(7, "một")
        assert [call(fake.last_update()) for _ in range(3)] == [200] * 3
        fake.wait_sent(1)
    assert len(fake.sent()) == 1
    with called(fake, tmp_path) as (_, call):  # after a restart too
        assert call(fake.last_update()) == 200
        fake.say(7, "hai")
        call(fake.last_update())
        fake.wait_sent(2)
    assert [asked_of(call) for call in fake.sent()] == ["một", "hai"]


def test_what_comes_while_it_is_not_running_comes_again(fake: FakeTelegram, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, SALT, str)
    idle = Telegram(TOKEN, fake.url, conversation(Clerk(), Book()), inbox, webhook=HOOK)
    fake.say(7, "một")
    body = json.dumps(fake.last_update()).encode()
    assert asyncio.run(idle.received({telegram.SECRET_HEADER: SECRET}, body)) == 503
    inbox.close()


# Inline mode.


def test_words_behind_the_bots_name_get_clauses_to_send(fake: FakeTelegram, running: Running) -> None:
    fake.type_inline(7, "tất cả")
    fake.wait(lambda: bool(fake.calls("answerInlineQuery")))
    [answer] = fake.calls("answerInlineQuery")
    expected = [quote(THACH_KHOI, f"art_1__sec_II__cl_{n}") for n in range(1, 6)]
    assert [one["title"] for one in answer.params["results"]] == [one.citation.words for one in expected]
    for one, quoted in zip(answer.params["results"], expected, strict=True):
        shown = visible(one["input_message_content"]["message_text"])
        assert "".join(quoted.text.split()) in "".join(shown.split())
        assert quoted.code in shown
    assert not running.book.records


@pytest.mark.parametrize("typed", ["", "  ", "chuyện gì đâu"])
def test_nothing_found_inline_leads_to_the_bot(fake: FakeTelegram, running: Running, typed: str) -> None:
    fake.type_inline(7, typed)
    fake.wait(lambda: bool(fake.calls("answerInlineQuery")))
    [answer] = fake.calls("answerInlineQuery")
    assert answer.params["results"] == []
    assert answer.params["button"]["text"] == messages.INLINE_ASK


def test_of_fast_keystrokes_the_last_is_answered(fake: FakeTelegram, tmp_path: Path) -> None:
    with serving(fake, tmp_path, seconds=0.3):
        for typed in ("c", "cả", "cản", "cản trở"):
            fake.type_inline(7, typed)
        fake.wait(lambda: bool(fake.calls("answerInlineQuery")))
    answered = fake.calls("answerInlineQuery")
    assert [bool(one.params["results"]) for one in answered][-1]
    assert len(answered) < 4


# What a killed process leaves.


def test_what_a_killed_process_took_is_answered_at_the_next_start(fake: FakeTelegram, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, SALT, str)
    inbox.put([Incoming("telegram", "1", "7", "7", "55", "một"), Incoming("telegram", "2", "7", "7", "56", "hai")])
    inbox.close()
    with serving(fake, tmp_path):
        sent = fake.wait_sent(2)
    assert [asked_of(call) for call in sent] == ["một", "hai"]


# The program as a process.


@contextmanager
def program(fake: FakeTelegram, home: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "127.0.0.1",
        "DANCHU_HOME": str(home),
        "DANCHU_TELEGRAM_TOKEN": TOKEN,
        "DANCHU_TELEGRAM_API": fake.url,
        **env,
    }
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def answers(fake: FakeTelegram) -> Counter[int]:
    """How many answers each chat got. The last part of an answer has the thumbs."""
    return Counter(
        call.params["chat_id"]
        for call in fake.sent()
        if any(b["callback_data"][:2] in ("r:", "t:") for b in call.buttons)
    )


def test_sigterm_with_work_queued_loses_nothing_and_answers_nothing_twice(fake: FakeTelegram, tmp_path: Path) -> None:
    chats, each = 12, 5
    with program(fake, tmp_path) as process:
        for n in range(each):
            for chat in range(1, chats + 1):
                fake.say(chat, f"khoản {n + 1} Điều 2 nghị quyết Hải Phòng")
        fake.wait(lambda: bool(fake.sent()) or process.poll() is not None, seconds=60)
        process.send_signal(signal.SIGTERM)
        answered_before = sum(answers(fake).values())
        for chat in range(1, chats + 1):
            fake.say(chat, "Điều 2 nghị quyết Kim Bảng")
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert answered_before < chats * each
    taken = Counter(update["message"]["chat"]["id"] for update in fake.taken())
    assert sum(taken.values()) >= chats * each
    assert answers(fake) == taken
    assert TOKEN.partition(":")[2] not in stdout + stderr
    assert "Traceback" not in stderr

    # What it did not take, and what is asked while it is down, is there for the next start.
    for chat in range(1, chats + 1):
        fake.say(chat, "Điều 3 nghị quyết Kim Bảng")
    whole = dict.fromkeys(range(1, chats + 1), each + 2)
    with program(fake, tmp_path) as process:
        fake.wait(lambda: answers(fake) == whole or process.poll() is not None, seconds=60)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert answers(fake) == whole


@pytest.mark.parametrize(
    ("env", "prepare", "sentence"),
    [
        ({"DANCHU_TELEGRAM_TOKEN": ""}, None, messages.TELEGRAM_NO_TOKEN),
        ({"DANCHU_TELEGRAM_TOKEN": "1:wrong"}, None, messages.TELEGRAM_REJECTED),
        (
            {},
            lambda fake: fake.refuse("getUpdates", 409, "Conflict: other getUpdates", times=float("inf")),
            messages.TELEGRAM_TWO_POLLERS,
        ),
    ],
    ids=["no token", "wrong token", "two pollers"],
)
def test_what_stops_it_is_one_plain_line_and_exit_1(
    fake: FakeTelegram,
    tmp_path: Path,
    env: dict[str, str],
    prepare: Callable[[FakeTelegram], None] | None,
    sentence: str,
) -> None:
    if prepare:
        prepare(fake)
    with program(fake, tmp_path, **env) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr.strip().splitlines()[-1] == sentence
    assert "Traceback" not in stderr
    assert "wrong" not in stdout + stderr
