"""Webhooks of every channel, delivered over HTTP to the real program."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot import messages
from tests.bot.fake_telegram import SECRET, TOKEN, FakeTelegram
from tests.bot.fake_zalo_bot import TOKEN as ZALO_TOKEN
from tests.bot.fake_zalo_bot import WEBHOOK_SECRET, FakeZaloBot
from tests.bot.fake_zalo_oa import APP_ID, APP_SECRET, OA_KEY, REFRESH_TOKEN, FakeZaloOa
from tests.bot.load import _address, program, recorded

ASKED = "Ai ký nghị quyết Thạch Khôi?"
SIGNER = "Nguyễn Văn Kiên"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def zalo() -> Iterator[FakeZaloBot]:
    with FakeZaloBot() as fake:
        yield fake


@pytest.fixture
def account() -> Iterator[FakeZaloOa]:
    with FakeZaloOa() as fake:
        yield fake


def telegram_env(fake: FakeTelegram) -> dict[str, str]:
    return {
        "DANCHU_TELEGRAM_TOKEN": TOKEN,
        "DANCHU_TELEGRAM_API": fake.url,
        "DANCHU_TELEGRAM_WEBHOOK": "https://danchu.example/hook/telegram",
        "DANCHU_TELEGRAM_WEBHOOK_SECRET": SECRET,
    }


def zalo_env(fake: FakeZaloBot) -> dict[str, str]:
    return {
        "DANCHU_ZALO_TOKEN": ZALO_TOKEN,
        "DANCHU_ZALO_API": fake.url,
        "DANCHU_ZALO_WEBHOOK": "https://danchu.example/hook/zalo",
        "DANCHU_ZALO_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }


def account_env(fake: FakeZaloOa) -> dict[str, str]:
    return {
        "DANCHU_ZALO_OA_APP_ID": APP_ID,
        "DANCHU_ZALO_OA_APP_SECRET": APP_SECRET,
        "DANCHU_ZALO_OA_WEBHOOK_KEY": OA_KEY,
        "DANCHU_ZALO_OA_REFRESH_TOKEN": REFRESH_TOKEN,
        "DANCHU_ZALO_OA_API": fake.url,
        "DANCHU_ZALO_OA_OAUTH": fake.url,
    }


def taken(deliver: Callable[[], int]) -> int:
    """Deliver until the channel is ready, as a platform does that is told 503."""
    until = time.monotonic() + 60
    while (status := deliver()) == 503 and time.monotonic() < until:
        time.sleep(0.1)
    return status


def test_all_channels_are_called_in_one_process(
    telegram: FakeTelegram, zalo: FakeZaloBot, account: FakeZaloOa, tmp_path: Path
) -> None:
    env = {**telegram_env(telegram), **zalo_env(zalo), **account_env(account)}
    with program(tmp_path, "serve", "--port", "0", **env) as process:
        base = _address(tmp_path, process)
        telegram.say(7, ASKED)
        hook = f"{base}/hook/telegram"
        assert telegram.call(telegram.last_update(), None, hook) == 403
        assert telegram.call(telegram.last_update(), "wrong", hook) == 403
        assert taken(lambda: telegram.call(telegram.last_update(), SECRET, hook)) == 200
        assert telegram.call(telegram.last_update(), SECRET, hook) == 200  # delivered again
        assert telegram.call(b"{", SECRET, hook) == 400

        hook = f"{base}/hook/zalo"
        assert zalo.deliver(hook, "u1", ASKED, secret=None) == 403
        assert zalo.deliver(hook, "u1", ASKED, secret="wrong-secret") == 403
        assert taken(lambda: zalo.deliver(hook, "u1", ASKED, message_id="m1", wrapped=False)) == 200
        assert zalo.deliver(hook, "u1", ASKED, message_id="m1") == 200

        hook = f"{base}/hook/zalo-oa"
        assert account.deliver(hook, "p1", ASKED, signed=False) == 403
        assert account.deliver(hook, "p1", ASKED, key="wrong") == 403
        assert account.deliver(hook, "p1", ASKED, tamper=lambda body: body.replace(b"p1", b"p2")) == 403
        assert taken(lambda: account.deliver(hook, "p1", ASKED, msg_id="m1")) == 200
        assert account.deliver(hook, "p1", ASKED, msg_id="m1", bare=True) == 200

        assert SIGNER in telegram.wait_sent(1)[0].text
        assert SIGNER in zalo.wait_sent(1)[0].text
        assert SIGNER in account.wait_sent(1)[0].text
        answer = httpx.post(f"{base}/api/ask", json={"question": ASKED}, trust_env=False, timeout=20).json()
        assert SIGNER in answer["quotes"][0]["text"]
        figures = httpx.get(f"{base}/metrics", trust_env=False).text
        for channel in ("telegram", "zalo", "zalo_oa", "web"):
            assert f'danchu_answers_total{{channel="{channel}",reason="none",status="answered"}} 1.0' in figures, (
                figures
            )
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert recorded(tmp_path) == {ASKED: 4}
    assert [len(fake.sent()) for fake in (telegram, zalo, account)] == [1, 1, 1]
    assert all("nhiều nhất 365 ngày" in fake.sent()[0].text for fake in (telegram, zalo, account))
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    for secret in (TOKEN.split(":")[1], SECRET, ZALO_TOKEN, WEBHOOK_SECRET, APP_SECRET, OA_KEY, REFRESH_TOKEN):
        assert secret not in log


@pytest.mark.parametrize("channel", ["telegram", "zalo"])
def test_a_channel_alone_is_called_without_the_pages(
    channel: str, telegram: FakeTelegram, zalo: FakeZaloBot, tmp_path: Path
) -> None:
    env = telegram_env(telegram) if channel == "telegram" else zalo_env(zalo)
    with program(tmp_path, channel, "--port", "0", **env) as process:
        base = _address(tmp_path, process)
        if channel == "telegram":
            telegram.say(7, ASKED)
            assert taken(lambda: telegram.call(telegram.last_update(), SECRET, f"{base}/hook/telegram")) == 200
            assert SIGNER in telegram.wait_sent(1)[0].text
        else:
            assert taken(lambda: zalo.deliver(f"{base}/hook/zalo", "u1", ASKED)) == 200
            assert SIGNER in zalo.wait_sent(1)[0].text
        assert httpx.get(f"{base}/", trust_env=False).status_code == 404
        assert httpx.get(f"{base}/readyz", trust_env=False).json()["status"] == "ready"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_zalo_is_polled_as_a_process_and_a_number_picks(zalo: FakeZaloBot, tmp_path: Path) -> None:
    env = {"DANCHU_ZALO_TOKEN": ZALO_TOKEN, "DANCHU_ZALO_API": zalo.url}
    with program(tmp_path, "zalo", **env) as process:
        zalo.say("u1", ASKED)
        assert SIGNER in zalo.wait_sent(1, seconds=60)[0].text
        zalo.say("u1", "1")
        zalo.wait(lambda: any(call.text == messages.THANKS for call in zalo.sent()))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    with sqlite3.connect(tmp_path / "danchu.sqlite3") as database:
        assert database.execute("SELECT helpful FROM rating").fetchall() == [(1,)]


def test_zalo_without_a_token_ends_with_one_plain_line(tmp_path: Path) -> None:
    with program(tmp_path, "zalo") as process:
        assert process.wait(60) == 1
    assert (tmp_path / "log").read_text().strip().splitlines() == [messages.ZALO_NO_TOKEN]


def test_answering_can_be_turned_off_while_it_runs_and_questions_are_kept(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    notice = "Hệ thống đang cập nhật văn bản, xin hỏi lại sau 14 giờ."
    with program(tmp_path, "serve", "--port", "0", **telegram_env(telegram)) as process:
        base = _address(tmp_path, process)
        with program(tmp_path, "answering", "off", "--notice", notice, "--by", "Lan") as switching:
            assert switching.wait(60) == 0
        with httpx.Client(base_url=base, trust_env=False, timeout=20) as client:
            until = time.monotonic() + 20
            while (off := client.post("/api/ask", json={"question": ASKED})).status_code == 200:
                assert time.monotonic() < until
            assert off.status_code == 503
            assert notice in off.json()["error"]
            assert notice in client.get("/", params={"q": ASKED}).text
            assert client.get("/readyz").json()["details"]["answering"] == "off"
            telegram.say(7, "Kinh phí ở Kim Bảng?")
            assert taken(lambda: telegram.call(telegram.last_update(), SECRET, f"{base}/hook/telegram")) == 200
            assert notice in telegram.wait_sent(1)[0].text
            with program(tmp_path, "answering", "on", "--by", "Lan") as switching:
                assert switching.wait(60) == 0
            until = time.monotonic() + 20
            while client.post("/api/ask", json={"question": ASKED}).status_code != 200:
                assert time.monotonic() < until
    assert recorded(tmp_path)["Kinh phí ở Kim Bảng?"] == 1
    assert "Lan" in (tmp_path / "answering.jsonl").read_text()
