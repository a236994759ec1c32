"""The server over loopback: statuses and bodies of the contract, headers, failures, and pages as text."""

from __future__ import annotations

import html
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import messages
from bot.limiter import Limiter
from bot.server import create_app
from bot.web import api_models
from bot.web.ask_line import BadLine, question_from, read_object
from bot.web.find import Finder
from bot.web.guard import HEADERS
from bot.web.render import STATIC
from corpus.citation import quotations
from corpus.provision import Level
from corpus.verify import Standing
from retrieval.answer import Reason
from tests.bot.web_stand_in import (
    CAO_XANH,
    HAI_PHONG,
    HANDLED,
    HANDLED_PATH,
    KIM_BANG,
    THACH_KHOI,
    StandIn,
    catalog,
    served,
)

ASKER = "0123456789abcdef"


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[httpx.Client]:
    with served(stand_in) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def told(response: httpx.Response, status: int, sentence: str) -> None:
    """A refusal of the API is one Vietnamese sentence, as JSON."""
    assert response.status_code == status, response.text
    assert response.json() == {"status": "error", "error": sentence}


# Asking.


def test_an_answer_has_the_fields_of_the_contract_and_what_people_read(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={"id": "c001", "question": HANDLED})
    assert response.status_code == 200
    body = response.json()
    quote = body["quotes"][0]
    assert (body["id"], body["question"], body["status"], body["reason"]) == ("c001", HANDLED, "answered", None)
    assert set(body) >= {"understood", "place", "on", "searched", "latency_ms", "record_id"}
    assert quote["text"].startswith("b) Xử lý kịp thời")
    assert quote["citation"].startswith("điểm b khoản 5 Mục II Điều 1")
    document = catalog().by_id[THACH_KHOI]
    source = document.source_text[quote["source"]["start"] : quote["source"]["end"]]
    assert "".join(source.split()) == "".join(quote["text"].split())
    said = body["reply"]["quotes"][0]
    badge = messages.FORCE[document_force(THACH_KHOI)]
    code = quote["code"]
    copied = (
        f"“{quote['text']}”\n({quote['citation']})\n"
        f"Hiệu lực vào ngày 15/01/2026: {badge}. {quote['validity']['note']}\n"
        f"Mã kiểm tra: {code[:4]}-{code[4:]}, kiểm tra tại {client.base_url}/kiem-tra/{code}"
    )
    assert said == {
        "badge": badge,
        "note": quote["validity"]["note"],
        "address": f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}#{HANDLED_PATH}",
        "read": "Đọc cả Điều 1",
        "rest": "",
        "print": f"/in/{code}",
        "check": f"/kiem-tra/{code}",
        "copied": copied,
    }
    assert body["reply"]["headline"] == ""


def document_force(id: str) -> Any:
    return StandIn().validity_of(catalog().by_id[id]).status


def test_a_refusal_is_an_answer_too(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={"question": "hôm nay trời có mưa không"})
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["reason"], body["quotes"]) == ("unanswered", "off_topic", [])
    assert body["reply"]["headline"].startswith("Câu hỏi này không thuộc")


def test_what_was_understood_is_said_where_it_differs(client: httpx.Client) -> None:
    as_typed = client.post("/api/ask", json={"question": "Có được họp không?"}).json()
    assert as_typed["reply"]["understood"] == ""
    expanded = client.post("/api/ask", json={"question": "ko biết ai giám sát"}).json()
    assert expanded["reply"]["understood"] == "Tìm theo: không biết ai giám sát"


def test_while_answering_is_off_people_read_why(client: httpx.Client, stand_in: StandIn) -> None:
    stand_in.notice = "Tạm ngừng trả lời để bảo trì."
    told = client.post("/api/ask", json={"question": HANDLED})
    assert (told.status_code, told.json()) == (503, {"status": "error", "error": stand_in.notice})
    page = client.post("/", data={"q": HANDLED})
    assert page.status_code == 503
    assert stand_in.notice in page.text
    assert "<blockquote" not in page.text.split("<template")[0]
    assert len(stand_in.records.kept) == 2


def test_an_empty_question_is_answered_as_empty(client: httpx.Client, stand_in: StandIn) -> None:
    body = client.post("/api/ask", json={"question": " "}).json()
    assert (body["status"], body["reason"]) == ("unanswered", "empty")
    assert len(stand_in.records.kept) == 1


def test_what_stands_around_a_question_reaches_the_assistant(client: httpx.Client, stand_in: StandIn) -> None:
    line = {"id": 7, "question": "còn ở đó?", "previous": ["một", "hai"], "place": "Thạch Khôi", "on": "2026-11-20"}
    response = client.post("/api/ask", json=line, headers={"X-Asker": ASKER})
    assert response.json()["id"] == 7
    assert response.json()["on"] == "2026-11-20"
    question = stand_in.answers.asked[0]
    assert (question.id, question.previous, question.place) == ("7", ("một", "hai"), "Thạch Khôi")
    assert stand_in.records.kept[0][1:] == ("web", ASKER)


@pytest.mark.parametrize("asker", ["", "short", "x" * 65, "có dấu thì không được".encode(), "a b c d e f g h"])
def test_an_asker_that_no_page_of_ours_made_is_nobody(
    client: httpx.Client, stand_in: StandIn, asker: str | bytes
) -> None:
    client.post("/api/ask", json={"question": "ai?"}, headers={"X-Asker": asker})
    assert stand_in.records.kept[0][2] is None


def test_the_assistant_works_off_the_event_loop(client: httpx.Client, stand_in: StandIn) -> None:
    stand_in.answers.hold.clear()
    asking = threading.Thread(target=client.post, args=("/api/ask",), kwargs={"json": {"question": "ai?"}})
    asking.start()
    while not stand_in.answers.asked:
        threading.Event().wait(0.01)
    assert client.get("/healthz", timeout=2).json() == {"status": "ok"}
    stand_in.answers.hold.set()
    asking.join()


BAD_LINES = [
    (b"", messages.BAD_JSON),
    (b"{", messages.BAD_JSON),
    (b"[]", messages.BAD_JSON),
    (b'"ai?"', messages.BAD_JSON),
    (b"[" * 60_000, messages.BAD_JSON),
    (b'{"question": ' + b"9" * 5_000 + b"}", messages.BAD_JSON),
    (b'{"question": "\xff"}', messages.BAD_JSON),
    (b"{}", messages.BAD_QUESTION),
    (b'{"question": null}', messages.BAD_QUESTION),
    (b'{"question": ["ai?"]}', messages.BAD_QUESTION),
    (b'{"question": "ai?", "id": []}', "Trường “id” không đúng"),
    (b'{"question": "ai?", "id": true}', "Trường “id” không đúng"),
    (b'{"question": "ai?", "previous": [1]}', "Trường “previous” không đúng"),
    (b'{"question": "ai?", "previous": {"0": "x"}}', "Trường “previous” không đúng"),
    (b'{"question": "ai?", "place": 3}', "Trường “place” không đúng"),
    (b'{"question": "ai?", "on": "20261120"}', "Trường “on” không đúng"),
    (b'{"question": "ai?", "on": "2026-02-30"}', "Trường “on” không đúng"),
    (b'{"question": "ai?", "on": 2026}', "Trường “on” không đúng"),
]


@pytest.mark.parametrize(("body", "sentence"), BAD_LINES)
def test_broken_lines_are_refused(client: httpx.Client, stand_in: StandIn, body: bytes, sentence: str) -> None:
    response = client.post("/api/ask", content=body)
    assert response.status_code == 400, response.text
    assert response.json()["error"].startswith(sentence)
    assert not stand_in.answers.asked


def test_lines_read_alike_without_a_server() -> None:
    assert question_from(read_object('{"question": "ai?", "previous": "trước", "id": null}')).previous == ("trước",)
    assert question_from({"question": "\ud800ai"}).text == "\ufffdai"
    assert question_from({"question": "ai", "place": " ", "on": None, "other": 1}).place is None
    with pytest.raises(BadLine):
        read_object("nul")


def test_half_a_surrogate_pair_breaks_nothing(client: httpx.Client) -> None:
    response = client.post("/api/ask", content=b'{"question": "\\ud83d ai?", "id": "\\udc00"}')
    assert response.status_code == 200
    assert response.json()["question"] == "\ufffd ai?"


@pytest.mark.parametrize("size", [64 * 1024 + 1, 300_000, 5_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_64_kb_is_refused(client: httpx.Client, size: int, chunked: bool) -> None:
    body = json.dumps({"question": "x" * size}).encode()
    pieces = (body[i : i + 10_000] for i in range(0, len(body), 10_000))
    told(client.post("/api/ask", content=pieces if chunked else body), 413, messages.WEB_TOO_LARGE)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_64_kb_is_read(client: httpx.Client, chunked: bool) -> None:
    body = b'{"question": "' + b"x" * (64 * 1024 - 16) + b'"}'
    assert len(body) == 64 * 1024
    assert client.post("/api/ask", content=iter([body]) if chunked else body).status_code == 200


def test_too_many_questions_wait(stand_in: StandIn) -> None:
    with served(stand_in, per_minute=3) as url, httpx.Client(base_url=url, trust_env=False) as client:
        statuses = [client.post("/api/ask", json={"question": "ai?"}).status_code for _ in range(3)]
        assert statuses == [200, 200, 200]
        response = client.post("/api/ask", json={"question": "ai?"})
        told(response, 429, messages.BUSY)
        assert 1 <= int(response.headers["Retry-After"]) <= 20
        shown = client.get("/", params={"q": "ai?"})
        assert shown.status_code == 429
        assert messages.BUSY in shown.text
        assert client.get("/").status_code == client.get("/van-ban").status_code == 200


def test_the_limiter_fills_again_and_tells_clients_apart() -> None:
    now = [0.0]
    limiter = Limiter(2, clock=lambda: now[0])
    assert [limiter.wait("10.0.0.1") for _ in range(3)] == [0, 0, 30]
    assert limiter.wait("10.0.0.2") == 0
    assert [limiter.wait(f"2001:db8::{n}") for n in (1, 2, 3)] == [0, 0, 30]
    assert limiter.wait("2001:db8:0:1::1") == limiter.wait("::ffff:10.0.0.9") == limiter.wait("a name") == 0
    now[0] = 31
    assert [limiter.wait("10.0.0.1") for _ in range(2)] == [0, pytest.approx(29)]
    assert [Limiter(0).wait("x") for _ in range(100)] == [0] * 100


def test_the_limiter_forgets_the_quiet() -> None:
    now = [0.0]
    limiter = Limiter(1, clock=lambda: now[0])
    for n in range(10_000):
        limiter.wait(f"client {n}")
    now[0] = 61
    limiter.wait("one more")
    assert len(limiter._buckets) == 1
    for n in range(25_000):
        limiter.wait(f"client {n}")
    assert len(limiter._buckets) <= 10_000


def test_not_ready(client: httpx.Client, stand_in: StandIn) -> None:
    stand_in.ready = False
    response = client.post("/api/ask", json={"question": "ai?"})
    told(response, 503, messages.WEB_NOT_READY)
    assert client.get("/", params={"q": "ai?"}).status_code == 503
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "not_ready", "details": {"index": "building"}})
    assert client.get("/healthz").status_code == 200
    stand_in.ready = True
    assert client.get("/readyz").json() == {"status": "ready", "details": {"index": "ready"}}


def test_a_failure_inside_is_recorded_logged_and_shows_one_sentence(
    client: httpx.Client, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.answers.error = RuntimeError("secret detail")
    with caplog.at_level(logging.ERROR):
        answer = client.post("/api/ask", json={"id": "x", "question": "ai?"}).json()
        shown = client.get("/", params={"q": "số của tôi là 0912345678"})
    assert (answer["status"], answer["id"], answer["quotes"]) == ("error", "x", [])
    assert answer["reply"]["headline"] == messages.FAILED
    assert answer["record_id"]
    assert messages.FAILED in shown.text
    assert "secret" not in shown.text + str(answer)
    logged = [record.getMessage() for record in caplog.records]
    assert ["RuntimeError at web_stand_in.py" in said for said in logged] == [True, True]
    assert not re.search("0912345678|secret", caplog.text)


def test_a_broken_page_shows_one_sentence(
    client: httpx.Client, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.broken_documents = True
    shown = client.get("/van-ban")
    assert "failed: GET /van-ban: RuntimeError at " in caplog.text
    assert "secret" not in caplog.text
    assert (shown.status_code, "secret" in shown.text) == (500, False)
    assert messages.WEB_FAILED in shown.text
    assert shown.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


# Rating.


def test_a_thumb_is_kept(client: httpx.Client, stand_in: StandIn) -> None:
    record = client.post("/api/ask", json={"question": "ai?"}, headers={"X-Asker": ASKER}).json()["record_id"]
    response = client.post("/api/rate", json={"record_id": record, "helpful": False}, headers={"X-Asker": ASKER})
    assert response.json() == {"status": "ok", "message": messages.THANKS}
    assert stand_in.records.rated == [(record, ASKER, False)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"record_id": "nobody", "helpful": True}, 404),
        ({"record_id": "", "helpful": True}, 400),
        ({"record_id": "a\nb", "helpful": True}, 400),
        ({"record_id": 1, "helpful": True}, 400),
        ({"record_id": "r1", "helpful": 1}, 400),
        ({"record_id": "r1"}, 400),
        ({"record_id": "x" * 70_000, "helpful": True}, 413),
    ],
)
def test_a_thumb_for_nothing_is_refused(client: httpx.Client, body: dict[str, Any], status: int) -> None:
    response = client.post("/api/rate", json=body)
    assert response.status_code == status
    assert response.json()["status"] == "error"


# Pages.


class _Words(HTMLParser):
    """Collects the words of the provisions, and every id and address of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.loaded: list[str] = []
        self.links: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if "words" in given.get("class", "").split():
            self._inside = tag
            self.words.append("")
        if tag in ("script", "link", "img") and (address := given.get("src") or given.get("href")):
            self.loaded.append(address)
        if tag == "a":
            self.links.append(given.get("href", ""))
        assert not [name for name in given if name.startswith("on") or name == "style"], given

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.words[-1] += data


def parsed(response: httpx.Response) -> _Words:
    assert response.status_code == 200
    words = _Words()
    words.feed(response.text)
    return words


@pytest.mark.parametrize("id", [document.id for document in catalog()])
def test_the_reader_shows_every_word_of_a_document_and_no_signature_block(client: httpx.Client, id: str) -> None:
    document = catalog().by_id[id]
    page = parsed(client.get(f"/van-ban/{id}"))
    shown = [part for part in document.parts if part.level is not Level.ATTESTATION]
    assert "\n".join(page.words) == "\n".join(map(document.words, shown))
    anchors = {p.path.id for part in shown for p in part.walk()}
    assert anchors <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert "@" not in " ".join(page.words)


def test_the_reader_marks_the_provision_asked_for(client: httpx.Client) -> None:
    response = client.get(f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}")
    assert response.text.count("aria-current=true") == 1
    marked = re.search(r'<div id="(\S+)" class="part pt asked"', response.text)
    assert marked is not None
    assert marked[1] == HANDLED_PATH
    links = parsed(response).links
    before, after = "art_1__sec_II__cl_5__pt_a", "art_1__sec_II__cl_6__pt_a"
    assert links[-2:] == [f"/van-ban/{THACH_KHOI}/{path}#{path}" for path in (before, after)]
    assert "Phần đang xem: Điểm b khoản 5 Mục II Điều 1" in response.text


@pytest.mark.parametrize(
    "path", ["art_1__cl_2__pt_đ", "art_1__cl_2__pt_%C4%91", "bases", "bases__basis_1", "signature"]
)
def test_any_provision_has_an_address(client: httpx.Client, path: str) -> None:
    assert client.get(f"/van-ban/{KIM_BANG}/{path}").text.count("aria-current=true") == 1


def test_the_facts_say_what_the_source_lacks(client: httpx.Client) -> None:
    thach_khoi = html.unescape(client.get(f"/van-ban/{THACH_KHOI}").text)
    assert messages.WEB_NO_NUMBER in thach_khoi
    assert "Đang có hiệu lực" in thach_khoi
    assert "“phường Thạch Khê”" in thach_khoi
    hai_phong = html.unescape(client.get(f"/van-ban/{HAI_PHONG}").text)
    assert "Chưa rõ hiệu lực" in hai_phong
    assert messages.WEB_NOT_SAID in hai_phong


def test_the_documents_are_listed_live(client: httpx.Client) -> None:
    page = client.get("/van-ban")
    for document in catalog():
        assert f'href="/van-ban/{document.id}"' in page.text
    assert "Không có giá trị bắt buộc" in page.text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/khong-co", messages.WEB_NOT_FOUND),
        ("/van-ban/khong-co", messages.WEB_NO_DOCUMENT),
        ("/van-ban/<script>", messages.WEB_NO_DOCUMENT),
        (f"/van-ban/{CAO_XANH}/cl_99", messages.WEB_NO_PROVISION),
        (f"/van-ban/{HAI_PHONG}/attestation", messages.WEB_NO_PROVISION),
        ("/static/../server.py", messages.WEB_NOT_FOUND),
        ("/static/%2e%2e/render.py", messages.WEB_NOT_FOUND),
        ("/docs", messages.WEB_NOT_FOUND),
        ("/openapi.json", messages.WEB_NOT_FOUND),
    ],
)
def test_what_is_not_there_is_told_in_vietnamese(client: httpx.Client, address: str, sentence: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
    assert f"<h1>{sentence}</h1>" in response.text
    assert "<script>" not in response.text


def test_the_api_tells_so_as_json(client: httpx.Client) -> None:
    told(client.get("/api/khong-co"), 404, messages.WEB_NOT_FOUND)
    told(client.get("/api/ask"), 405, messages.WEB_WRONG_METHOD)


def carried(page: httpx.Response) -> list[str]:
    """What the form of a page carries of the conversation."""
    return [html.unescape(value) for value in re.findall(r'name="turn" value="([^"]*)"', page.text)]


def test_without_a_script_the_form_carries_the_conversation(client: httpx.Client, stand_in: StandIn) -> None:
    page = client.post("/", data={"q": HANDLED})
    assert page.status_code == 200
    assert "b) Xử lý kịp thời" in page.text
    for question in ("hôm nay có mưa không", "câu 2", "câu 3"):
        page = client.post("/", data={"q": question, "turn": carried(page)})
    assert stand_in.answers.asked[3].previous == (HANDLED, "hôm nay có mưa không", "câu 2")
    shown = re.findall(r'data-slot="question">(.*?)</p>', page.text, re.DOTALL)[:4]
    assert [html.unescape(one) for one in shown] == [HANDLED, "hôm nay có mưa không", "câu 2", "câu 3"]
    assert page.text.count("b) Xử lý kịp thời") == 3 * 3  # the quote, the words to copy, and those for a report
    assert messages.REFUSALS[Reason.OFF_TOPIC] in html.unescape(page.text)
    assert page.text.count("Đã tìm trong") == 0
    assert len(stand_in.answers.asked) == 4


def test_a_chip_asks_in_place_of_the_box(client: httpx.Client, stand_in: StandIn) -> None:
    client.post("/", data={"q": "", "ask": "Ai giám sát?"})
    assert stand_in.answers.asked[0].text == "Ai giám sát?"
    assert client.post("/", data={}).status_code == 200
    assert len(stand_in.answers.asked) == 1


@pytest.mark.parametrize(
    "field",
    [
        "",
        "nul",
        "[]",
        "[" * 10_000,
        '["?", "answered", null, {}]',
        '["?", "answered", "off_topic", []]',
        '["?", "related", "off_topic", []]',
        '["?", "unanswered", null, []]',
        '["?", "sure", null, []]',
        '["?", "answered", null, [["a"]]]',
        '["?", "answered", null, 9]',
    ],
)
def test_a_turn_that_no_page_of_ours_wrote_is_left_out(client: httpx.Client, stand_in: StandIn, field: str) -> None:
    page = client.post("/", data={"q": "ai?", "turn": field})
    assert page.status_code == 200
    assert stand_in.answers.asked[0].previous == ()


def test_a_form_cannot_bring_words_of_its_own_as_a_quote(client: httpx.Client, stand_in: StandIn) -> None:
    own = [THACH_KHOI, HANDLED_PATH, "Người dân phải nộp phí"]
    gone = ["khong-co", HANDLED_PATH, "EDNJPQBF"]
    hidden = [HAI_PHONG, "attestation", "EDNJPQBF"]
    turn = json.dumps(["\ud800<b>", "answered", None, [own, gone, hidden]])
    page = client.post("/", data={"q": "ai?", "turn": turn})
    assert "phải nộp phí" not in page.text.split('<form class="composer"')[0]
    assert page.text.split("<template")[0].count("<blockquote") == 1
    assert stand_in.answers.asked[0].previous == ("?<b>",)


def test_no_more_travels_than_the_next_form_may_hold(client: httpx.Client) -> None:
    page = client.post("/", data={"q": "ơ" * 2_000})
    for _ in range(4):
        page = client.post("/", data={"q": "ơ" * 2_000, "turn": carried(page)})
        assert page.status_code == 200
    assert 0 < len(carried(page)) < 4
    assert client.post("/", data={"q": "x" * 70_000}).status_code == 413


SCRIPT = "<script>alert('và')</script>\"'><img src=x onerror=alert(1)>"


def test_a_script_in_a_question_is_only_words(client: httpx.Client) -> None:
    page = client.get("/", params={"q": SCRIPT, "p": SCRIPT})
    assert page.status_code == 200
    parsed(page)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    shown = re.search(r'data-slot="question">(.*?)</p>', page.text, re.DOTALL)
    assert shown is not None
    assert html.unescape(shown[1]) == SCRIPT
    answer = client.post("/api/ask", json={"question": SCRIPT})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["question"] == SCRIPT


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?q=ai",
        "/van-ban",
        f"/van-ban/{THACH_KHOI}",
        "/khong-co",
        "/healthz",
        "/readyz",
        "/api/ask",
        "/kiem-tra",
        "/kiem-tra/abc",
        "/in/EDNJPQBF",
        "/api",
        "/api/openapi.json",
        "/static/embed.js",
    ],
)
def test_every_response_is_guarded(client: httpx.Client, address: str) -> None:
    response = client.get(address)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "address",
    ["/", "/?q=ai", "/van-ban", f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}", "/kiem-tra/EDNJPQBF", "/in/EDNJPQBF", "/api"],
)
def test_pages_load_little_and_only_from_here(client: httpx.Client, address: str) -> None:
    page = client.get(address)
    loaded = set(parsed(page).loaded)
    assert all(address.startswith("/static/") for address in loaded)
    got = [client.get(address) for address in loaded]
    assert {one.status_code for one in got} == {200}
    assert all("immutable" in one.headers["Cache-Control"] for one in got)
    if not address.startswith("/van-ban/"):
        assert len(page.content) + sum(len(one.content) for one in got) < 60_000


def test_the_pages_name_no_other_site() -> None:
    for file in STATIC.iterdir():
        addresses = re.findall(r"https?://[^\"'\s)]+", file.read_text("utf-8"))
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, file


# Search inside a document.


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dân chủ", {"dân chủ", "DÂN CHỦ"}),
        ("dan chu", {"dân chủ", "DÂN CHỦ"}),
        ("dàn chủ", {"dân chủ", "DÂN CHỦ"}),  # nowhere as typed, so marks are left aside
        ("chủ", {"chủ", "CHỦ"}),
        ("đứng, đầu", {"đứng đầu"}),
        ("xử lý", {"xử lý", "Xử lý"}),
        ("(.*", set()),
        ("khong he co", set()),
        ("<script>", set()),
    ],
)
def test_words_are_found_and_marked_without_a_letter_changed(client: httpx.Client, typed: str, found: set[str]) -> None:
    response = client.get(f"/van-ban/{THACH_KHOI}", params={"tim": typed})
    document = catalog().by_id[THACH_KHOI]
    page = parsed(response)
    assert "\n".join(page.words) == "\n".join(
        document.words(part) for part in document.parts if part.level is not Level.ATTESTATION
    )
    hits = re.findall(r'<mark id="cho-(\d+)">([^<]*)</mark>', response.text)
    assert [int(number) for number, _ in hits] == list(range(1, len(hits) + 1))
    assert {html.unescape(words) for _, words in hits} == found
    assert [link for link in page.links if link.startswith("#cho-")] == [f"#cho-{number}" for number, _ in hits]
    shown = messages.WEB_FOUND if found else messages.WEB_FOUND_NONE
    assert shown.format(hits=len(hits), words=typed) in html.unescape(response.text)


@given(st.text(st.sampled_from("aâấ bB đĐdủ.,(1́\n"), max_size=12), st.text(max_size=30))
def test_runs_joined_are_the_paragraph(words: str, paragraph: str) -> None:
    for strict in (True, False):
        runs = Finder(words, strict=strict).runs(paragraph, "")
        assert "".join(run.text for run in runs) == paragraph
        assert all(run.text for run in runs)


# Checking and printing.


def code_of(document_id: str, path: str) -> str:
    document = catalog().by_id[document_id]
    return quotations(document, document.by_path[path])[0].code


@pytest.mark.parametrize(
    "change", [str, str.lower, lambda code: f" {code[:4]}-{code[4:]} ", lambda code: " ".join(code)]
)
def test_a_quote_that_stands_is_shown_with_its_force_today(client: httpx.Client, change: Callable[[str], str]) -> None:
    code = code_of(THACH_KHOI, HANDLED_PATH)
    page = client.get(f"/kiem-tra/{quote(change(code))}")
    words = html.unescape(page.text)
    assert page.status_code == 200
    assert messages.WEB_STANDING[Standing.STANDS] in words
    assert re.search(r"<blockquote[^>]*>b\) Xử lý kịp thời", words)
    assert "điểm b khoản 5 Mục II Điều 1 Nghị quyết" in words
    assert messages.FORCE[document_force(THACH_KHOI)] in words
    assert f'href="/van-ban/{THACH_KHOI}/{HANDLED_PATH}#{HANDLED_PATH}"' in words
    assert f'value="{code[:4]}-{code[4:]}"' in words
    form = client.get("/kiem-tra", params={"ma": change(code)})
    assert (form.status_code, form.headers["Location"]) == (303, f"/kiem-tra/{code}")


@pytest.mark.parametrize(
    ("change", "status", "standing"),
    [
        (lambda code: code[:4] + "ZZZZ", 200, Standing.WORDS_CHANGED),
        (lambda _: "ZZZZZZZZ", 404, Standing.UNKNOWN),
        (lambda code: code[:7], 400, Standing.NOT_A_CODE),
        (lambda code: code[:7] + "0", 400, Standing.NOT_A_CODE),
        (lambda _: "<script>alert(1)</script>".replace("/", ""), 400, Standing.NOT_A_CODE),
    ],
)
def test_a_quote_that_does_not_stand_is_told_plainly(
    client: httpx.Client, change: Callable[[str], str], status: int, standing: Standing
) -> None:
    code = change(code_of(THACH_KHOI, HANDLED_PATH))
    page = client.get(f"/kiem-tra/{quote(code)}")
    assert page.status_code == status
    assert messages.WEB_STANDING[standing] in html.unescape(page.text)
    assert ("<blockquote" in page.text) is (standing is Standing.WORDS_CHANGED)
    assert messages.WEB_STANDING[Standing.STANDS] not in html.unescape(page.text)
    assert "<script>alert" not in page.text
    # Only what stands word for word goes on a board.
    sheet = client.get(f"/in/{quote(code)}")
    assert (sheet.status_code, sheet.headers["Location"]) == (303, f"/kiem-tra/{quote(code, safe='')}")
    if standing is Standing.NOT_A_CODE:
        assert client.get("/kiem-tra", params={"ma": code}).status_code == 400


def test_a_document_changed_elsewhere_says_so(client: httpx.Client, stand_in: StandIn) -> None:
    stand_in.held = tuple(replace(document, recorded_sha256="0" * 64) for document in catalog())
    page = client.get(f"/kiem-tra/{code_of(THACH_KHOI, HANDLED_PATH)}")
    assert "Tệp nguồn đã có thay đổi ở chỗ khác" in html.unescape(page.text)
    stand_in.held = ()
    assert client.get(f"/kiem-tra/{code_of(THACH_KHOI, HANDLED_PATH)}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_print_sheet_has_question_quote_force_and_a_code_to_scan(client: httpx.Client, method: str) -> None:
    code = code_of(THACH_KHOI, HANDLED_PATH)
    given = {"data" if method == "POST" else "params": {"q": SCRIPT}}
    sheet = client.request(method, f"/in/{code}", **given)
    parsed(sheet)
    main = html.unescape(sheet.text.split("<main")[1])
    assert SCRIPT in main
    assert "<script>alert" not in sheet.text
    assert "<blockquote>b) Xử lý kịp thời" in main
    assert re.search(r"Hiệu lực vào ngày \d\d/\d+/\d{4}:</b> Đang có hiệu lực", main)
    assert f"{code[:4]}-{code[4:]}" in main
    assert f"{client.base_url}/kiem-tra/{code}" in main
    assert "<svg" in main
    long = html.unescape(client.post(f"/in/{code}", data={"q": "dài " * 80}).text)
    assert messages.WEB_PRINT_LONG.format(most=300) in long
    assert "dài" not in long.split("<main")[1].split("<blockquote")[0]
    assert client.post(f"/in/{code}", data={"q": "x" * 70_000}).status_code == 413


def test_addresses_that_leave_the_site_are_the_public_one(stand_in: StandIn) -> None:
    code = code_of(THACH_KHOI, HANDLED_PATH)
    with served(stand_in, public_url="https://hoi.example.vn/") as url, httpx.Client(base_url=url) as client:
        sheet = client.get(f"/in/{code}").text
        assert f">https://hoi.example.vn/kiem-tra/{code}</p>" in sheet
        assert html.escape(messages.WEB_PRINT_LOCAL) not in sheet
        assert f"https://hoi.example.vn/kiem-tra/{code}" in client.post("/api/ask", json={"question": "ai"}).text
        assert client.get("/api/openapi.json").json()["servers"] == [{"url": "https://hoi.example.vn/"}]
    with served(stand_in) as url, httpx.Client(base_url=url) as client:
        assert html.escape(messages.WEB_PRINT_LOCAL) in client.get(f"/in/{code}").text
        elsewhere = client.get(f"/in/{code}", headers={"Host": "phuong.example.vn"}).text
        assert f">http://phuong.example.vn/kiem-tra/{code}</p>" in elsewhere
        assert html.escape(messages.WEB_PRINT_LOCAL) not in elsewhere


def test_checking_counts_as_asking(stand_in: StandIn) -> None:
    with served(stand_in, per_minute=2) as url, httpx.Client(base_url=url) as client:
        assert [client.get(f"/{page}/ZZZZZZZZ").status_code for page in ("kiem-tra", "in", "kiem-tra", "in")] == [
            404, 303, 429, 429,
        ]  # fmt: skip
        assert client.post("/in/ZZZZZZZZ").status_code == 429
        assert client.get("/kiem-tra").status_code == 200


# The API as others see it.


def schema_of(described: dict[str, Any], path: str) -> dict[str, Any]:
    name = described["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return dict(described["components"]["schemas"][name.rsplit("/", 1)[1]])


def test_the_api_is_described_with_examples_and_every_status(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/api/ask", "/api/rate"}
    statuses = {path: set(methods["post"]["responses"]) for path, methods in described["paths"].items()}
    assert statuses == {
        "/api/ask": {"200", "400", "413", "429", "500", "503"},
        "/api/rate": {"200", "400", "404", "413", "429", "500"},
    }
    examples = {
        path: methods["post"]["requestBody"]["content"]["application/json"]["schema"]["examples"][0]
        for path, methods in described["paths"].items()
    }
    answer = client.post("/api/ask", json=examples["/api/ask"])
    assert answer.status_code == 200
    rated = client.post("/api/rate", json={**examples["/api/rate"], "record_id": answer.json()["record_id"]})
    assert rated.status_code == 200
    assert set(schema_of(described, "/api/rate")["properties"]) == set(rated.json())


@pytest.mark.parametrize("question", [HANDLED, "phải chi bao nhiêu tiền", "khoản 2", "hôm nay có mưa không", "và gì?"])
def test_answers_are_as_the_api_describes_them(client: httpx.Client, question: str) -> None:
    body = client.post("/api/ask", json={"question": question, "id": 3}).json()
    read = api_models.AskAnswer.model_validate(body)
    assert set(body) - set(api_models.AskAnswer.model_fields) == {"reply"}
    for field in ("document", "source", "validity"):
        for one, sent in zip(read.quotes, body["quotes"], strict=True):
            assert set(sent[field]) == set(type(getattr(one, field)).model_fields)
    assert all(set(sent) == set(api_models.AnswerQuote.model_fields) for sent in body["quotes"])


def test_a_plain_page_tells_of_the_api(client: httpx.Client) -> None:
    page = html.unescape(client.get("/api").text)
    for words in ("POST /api/ask", "POST /api/rate", "quotes[].document.effective", "quotes[].rest.from", "429"):
        assert words in page
    assert page.count("<script") == 1  # our own, of every page
    assert f"curl {client.base_url}/api/ask" in page


OUR = "https://phuong.example.vn"


def test_other_sites_are_kept_out_until_they_are_named(client: httpx.Client) -> None:
    preflight = {
        "Origin": OUR,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    assert "access-control-allow-origin" not in client.options("/api/ask", headers=preflight).headers
    answer = client.post("/api/ask", json={"question": "ai?"}, headers={"Origin": OUR})
    assert "access-control-allow-origin" not in answer.headers
    assert client.get("/static/embed.js").status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_named_sites_may_ask_the_api_and_nothing_else(stand_in: StandIn) -> None:
    with served(stand_in, cors_origins=(OUR,)) as url, httpx.Client(base_url=url) as client:
        preflight = {
            "Origin": OUR,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-asker",
        }
        allowed = client.options("/api/ask", headers=preflight)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, OUR)
        answer = client.post("/api/ask", json={"question": "ai?"}, headers={"Origin": OUR})
        assert answer.headers["access-control-allow-origin"] == OUR
        for other in (f"{OUR}.evil.example", "http://phuong.example.vn", f"{OUR}:8443", "null"):
            refused = client.options("/api/ask", headers={**preflight, "Origin": other})
            assert refused.status_code == 400
            sent = client.post("/api/ask", json={"question": "ai?"}, headers={"Origin": other})
            assert "access-control-allow-origin" not in {*sent.headers, *refused.headers}
        for page in ("/", "/van-ban", "/static/page.js", "/healthz"):
            assert "access-control-allow-origin" not in client.get(page, headers={"Origin": OUR}).headers
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_named_sites_may_show_the_chat_in_a_frame(stand_in: StandIn) -> None:
    with served(stand_in, embed_origins=(OUR, "http://localhost:81")) as url, httpx.Client(base_url=url) as client:
        page = client.get("/")
        assert f"frame-ancestors 'self' {OUR} http://localhost:81;" in page.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in page.headers
        script = client.get("/static/embed.js")
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert json.dumps(messages.WEB_EMBED_OPEN) in script.text
        kept = {
            name: value for name, value in HEADERS.items() if name not in ("Content-Security-Policy", "X-Frame-Options")
        }
        assert all(page.headers[name] == value for name, value in kept.items())


@pytest.mark.parametrize(
    "origin",
    ["*", "phuong.vn", "https://phuong.vn/", "https://a.vn https://b.vn", "https://a.vn;x", "https://A.vn", "null", ""],
)
@pytest.mark.parametrize("option", ["cors_origins", "embed_origins"])
def test_what_is_no_origin_is_not_taken(stand_in: StandIn, option: str, origin: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        create_app(stand_in.service, **{option: (origin,)})
