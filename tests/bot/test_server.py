"""The server over loopback: statuses and bodies of the contract, headers, failures, and pages as text."""

from __future__ import annotations

import html
import json
import logging
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from bot import messages
from bot.web.ask_line import BadLine, question_from, read_object
from bot.web.guard import HEADERS
from bot.web.limiter import Limiter
from bot.web.render import STATIC
from corpus.provision import Level
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
    assert said == {
        "badge": messages.FORCE[document_force(THACH_KHOI)],
        "note": quote["validity"]["note"],
        "address": f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}#{HANDLED_PATH}",
        "read": "Đọc cả Điều 1",
        "rest": "",
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
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
    assert "0912345678" not in "".join(record.getMessage() for record in caplog.records)


def test_a_broken_page_shows_one_sentence(client: httpx.Client, stand_in: StandIn) -> None:
    stand_in.broken_documents = True
    shown = client.get("/van-ban")
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


def test_without_a_script_the_form_gets_the_answer_in_the_page(client: httpx.Client, stand_in: StandIn) -> None:
    page = client.get("/", params={"q": HANDLED, "p": ["a", "b", " ", "c", "d"]})
    assert page.status_code == 200
    assert "b) Xử lý kịp thời" in page.text
    assert stand_in.answers.asked[0].previous == ("b", "c", "d")
    kept = re.findall(r'name="p" value="([^"]*)"', page.text)
    assert [html.unescape(value) for value in kept] == ["c", "d", HANDLED]


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
    "address", ["/", "/?q=ai", "/van-ban", f"/van-ban/{THACH_KHOI}", "/khong-co", "/healthz", "/readyz", "/api/ask"]
)
def test_every_response_is_guarded(client: httpx.Client, address: str) -> None:
    response = client.get(address)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("address", ["/", "/?q=ai", "/van-ban", f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}"])
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
