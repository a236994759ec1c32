from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.logs import configure, keep_out, request, request_id

TOKEN = "123456:AA_bb-cc"
log = logging.getLogger("tests.logs")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, factory = root.handlers[:], root.level, logging.getLogRecordFactory()
    chatty = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "urllib3")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    for name, before in chatty.items():
        logging.getLogger(name).setLevel(before)


def failed(words: str) -> None:
    try:
        raise ConnectionError(f"no route to {words}")
    except ConnectionError as error:
        try:
            raise RuntimeError("could not send") from error
        except RuntimeError:
            log.exception("failed")


# Lines


def test_a_line_of_text_carries_the_requests_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")
    log.info("trước")
    with request("abcdefgh-1") as id:
        log.info("trong %d", 1)
    log.debug("lặng")
    before, inside = capsys.readouterr().err.splitlines()
    assert id == "abcdefgh-1"
    assert before.endswith("INFO tests.logs [-] trước")
    assert inside.endswith("INFO tests.logs [abcdefgh-1] trong 1")


def test_a_message_is_one_line_of_text_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")
    log.info("failed: GET %s", "/x\r\n2026-01-01 INFO bot.cli [-] giả\u2028mạo\x1b[31m")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "/x\\x0d\\x0a2026" in lines[0]
    assert "\x1b" not in lines[0]


def test_a_line_of_json_holds_what_there_is_and_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG", "json")
    log.debug("một\ndòng")
    with request():
        failed("máy chủ")
    plain, trouble = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert set(plain) == {"time", "level", "logger", "message"}
    assert (plain["level"], plain["logger"], plain["message"]) == ("DEBUG", "tests.logs", "một\ndòng")
    assert plain["time"].endswith("+00:00")
    assert set(trouble) == {"time", "level", "logger", "message", "request_id", "exception"}
    assert trouble["exception"].startswith("Traceback")
    assert "no route to máy chủ" in trouble["exception"]


@given(words=st.text())
def test_any_message_is_one_line_of_json(words: str) -> None:
    record = logging.LogRecord("a", logging.INFO, "f", 1, words, None, None)
    line = logs._Json().format(record)
    assert len(line.split("\n")) == 1
    assert json.loads(line)["message"] == words


def test_the_level_is_kept_and_libraries_that_log_each_call_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG")
    httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))).get("http://127.0.0.1/")
    assert capsys.readouterr().err == ""
    configure("ERROR")
    log.warning("không")
    assert capsys.readouterr().err == ""


# Request ids


@pytest.mark.parametrize("taken", ["abcdefgh", "A-b_1234", "x" * 64])
def test_a_good_id_is_taken(taken: str) -> None:
    with request(taken) as id:
        assert id == request_id() == taken


@pytest.mark.parametrize(
    "refused", [None, "", "short", "x" * 65, "a b c d e f", "abcdefgh\n", "abcdefgh;", "mã-yêu-cầu"]
)
def test_any_other_id_is_made_anew(refused: str | None) -> None:
    with request(refused) as one, request(refused) as other:
        assert one != refused
        assert one != other
        assert len(one) >= 8
        assert one.isalnum()


def test_an_id_ends_with_its_request() -> None:
    with request("outer-one"):
        with request("inner-one"):
            assert request_id() == "inner-one"
        assert request_id() == "outer-one"
    assert request_id() is None


def test_ids_go_along_into_threads_and_tasks_and_do_not_mix() -> None:
    async def one(id: str) -> list[str | None]:
        with request(id):
            seen = [await asyncio.to_thread(request_id)]
            await asyncio.sleep(0)
            return [*seen, await asyncio.create_task(asyncio.to_thread(request_id)), request_id()]

    async def many() -> list[list[str | None]]:
        return await asyncio.gather(*(one(f"request-{n}") for n in range(20)))

    assert asyncio.run(many()) == [[f"request-{n}"] * 3 for n in range(20)]


# Secrets


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_is_in_no_line(form: logs.Format, capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG", form)
    with keep_out(TOKEN):
        log.info("POST https://api.telegram.org/bot%s/getMe", TOKEN)
        log.info(f"bot{quote(TOKEN, safe='')}/getMe 100% done")
        log.info("bot%(token)s", {"token": TOKEN})
        log.warning(httpx.URL(f"http://127.0.0.1/bot{TOKEN}"))
        failed(f"http://127.0.0.1/bot{TOKEN}/getMe")
        log.info("nothing to hide", stack_info=True)
        added_later = logging.StreamHandler(sys.stderr)
        logging.getLogger("later").addHandler(added_later)
        logging.getLogger("later").error("mã %s", TOKEN)
        logging.getLogger("later").removeHandler(added_later)
    said = capsys.readouterr().err
    assert "AA_bb" not in said
    assert said.count("bot***") == 5
    assert "100% done" in said
    assert "could not send" in said, "the trace stays readable"


@pytest.mark.parametrize("secret", [TOKEN, "mật khẩu/ở%đây+", "a+b c", "p@ss:w/rd?", "100%s"])
def test_a_secret_is_found_however_it_is_written_in_an_address(secret: str, caplog: pytest.LogCaptureFixture) -> None:
    small = re.sub(r"%..", lambda octet: octet[0].lower(), quote(secret, safe=""))
    every_octet = "".join(f"%{octet:02X}" for octet in secret.encode())
    ways = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), small, every_octet}
    with keep_out(secret):
        for way in ways:
            log.error("<%s>", way)
    assert set(caplog.messages) == {"<***>"}


@given(secret=st.text("aA1.:%(ế ", min_size=1).filter(str.strip), before=st.text("xY?\n{}"), after=st.text("xY?\n{}"))
def test_what_stands_around_a_secret_is_left_as_it_is(secret: str, before: str, after: str) -> None:
    with keep_out(secret):
        record = logging.getLogRecordFactory()("a", logging.INFO, "f", 1, "%s", (before + secret + after,), None)
    assert record.getMessage() == f"{before}***{after}"


def test_arguments_that_do_not_fit_are_told_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")
    with keep_out(TOKEN):
        log.error("%d of them", TOKEN)
    said = capsys.readouterr().err
    assert "AA_bb" not in said
    assert "test_logs.py" in said


def test_several_are_kept_out_at_once_and_let_go_in_any_order(caplog: pytest.LogCaptureFixture) -> None:
    factory = logging.getLogRecordFactory()
    telegram, zalo, again = keep_out("mot-ma", ""), keep_out("mot-ma-dai-hon"), keep_out("mot-ma")
    for kept in (telegram, zalo, again):
        kept.__enter__()
    log.error("mot-ma mot-ma-dai-hon")
    telegram.__exit__(None, None, None)
    log.error("mot-ma")
    again.__exit__(None, None, None)
    log.error("mot-ma mot-ma-dai-hon")
    zalo.__exit__(None, None, None)
    log.error("mot-ma-dai-hon")
    assert caplog.messages == ["*** ***", "***", "mot-ma ***", "mot-ma-dai-hon"]
    assert logging.getLogRecordFactory() is factory


def test_a_factory_put_over_ours_stays_and_secrets_are_kept_out_again(caplog: pytest.LogCaptureFixture) -> None:
    with keep_out(TOKEN):
        ours = logging.getLogRecordFactory()

        def over(*args: object, **kwargs: object) -> logging.LogRecord:
            return ours(*args, **kwargs)

        logging.setLogRecordFactory(over)
    assert logging.getLogRecordFactory() is over
    with keep_out(TOKEN):
        log.error("mã %s", TOKEN)
    log.error("hết")
    assert caplog.messages == ["mã ***", "hết"]


def test_where_an_error_came_from_is_told_without_its_words() -> None:
    def fail() -> None:
        try:
            raise KeyError("tôi là Nguyễn Văn An")
        except KeyError as error:
            raise RuntimeError("căn cước 012345678901") from error

    with pytest.raises(RuntimeError) as caught:
        fail()
    told = logs.where(caught.value)
    assert re.fullmatch(r"RuntimeError at test_logs\.py:\d+ fail < .*, after KeyError at test_logs\.py:\d+ fail", told)
    assert "Nguyễn" not in told
    assert "0123" not in told
