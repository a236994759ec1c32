"""The review pages over a desk in memory, asked by HTTP as a browser would."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import openpyxl
import pytest

from bot.feedback.database import StoreUnavailable
from bot.feedback.review import ClusterState
from bot.server import create_app
from bot.web.review import words
from corpus.citation import name
from tests.bot.review.desk_stand_in import KEY, MANY, PASSWORD, SCRIPT, DeskInMemory, desk, provision_digest, wordings
from tests.bot.web_stand_in import HANDLED_PATH, THACH_KHOI, StandIn, catalog, running

C1 = "/duyet/nhom/c1"
PIN = {"vb": THACH_KHOI, "dk": HANDLED_PATH, "place": "1", "why": "đúng điều được hỏi"}
ACTIONS = {
    f"{C1}/nhan": {},
    f"{C1}/tra": {},
    f"{C1}/tinh-trang": {"state": "not_for_us", "why": "không phải việc của phường"},
    f"{C1}/tach": {"cau": f"{0:032x}"},
    f"{C1}/gop": {"nhom": "c3", "viec": "gop"},
    f"{C1}/ghim": PIN,
    f"{C1}/bo-ghim": {"ghim": "p1" * 16, "why": "nhầm"},
}
PAGES = ["/duyet", C1, f"{C1}?tim=kinh+phi", f"{C1}?vb={THACH_KHOI}", f"{C1}?gop=ai", "/duyet/so-lieu"]


@pytest.fixture
def held() -> DeskInMemory:
    return desk()


@pytest.fixture
def url(held: DeskInMemory) -> Iterator[str]:
    with running(create_app(StandIn().service, per_minute=0, desk=held)) as url:
        yield url


@pytest.fixture
def web(url: str) -> Iterator[httpx.Client]:
    """A browser that nobody has signed in with."""
    with httpx.Client(base_url=url) as client:
        yield client


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return html.unescape(found[1])


def sign_in(web: httpx.Client, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    page = web.get("/duyet/vao", params=more).text
    form = {"csrf": field(page, "csrf"), "tiep": field(page, "tiep"), "name": name, "password": password}
    return web.post("/duyet/vao", data=form)


def csrf(web: httpx.Client) -> str:
    return field(web.get("/duyet").text, "csrf")


def post(web: httpx.Client, address: str, form: dict[str, str]) -> httpx.Response:
    return web.post(address, data={"csrf": csrf(web), "digest": provision_digest(), **form})


# Who comes in.


def test_whoever_is_not_signed_in_is_sent_to_the_form_and_back(web: httpx.Client) -> None:
    for address in [*PAGES, "/duyet/xuat.csv", "/duyet/nhat-ky"]:
        response = web.get(address)
        assert response.status_code == 303, address
        assert response.headers["location"].startswith("/duyet/vao?tiep=%2Fduyet")
    response = sign_in(web, "binh", tiep=f"{C1}?tim=kinh phí")
    assert (response.status_code, httpx.URL(response.headers["location"]).path) == (303, C1)
    assert words.PICK_FOUND in web.get(response.headers["location"]).text


@pytest.mark.parametrize("after", ["https://elsewhere.example", "//elsewhere.example", "/duyetx", "/\\elsewhere"])
def test_a_link_to_the_form_leads_nowhere_else(web: httpx.Client, after: str) -> None:
    assert sign_in(web, "an", tiep=after).headers["location"] == "/duyet"


@pytest.mark.parametrize(
    ("public", "wanted"), [(None, "danchu-session"), ("https://hoi.example", "__Host-danchu-session")]
)
def test_the_cookie_is_closed_to_scripts_and_other_sites(held: DeskInMemory, public: str | None, wanted: str) -> None:
    with (
        running(create_app(StandIn().service, per_minute=0, desk=held, public_url=public)) as url,
        httpx.Client(base_url=url) as web,
    ):
        page = web.get("/duyet/vao")
        secret = page.headers["set-cookie"].split(";")[0]
        form = {"csrf": field(page.text, "csrf"), "tiep": "", "name": "an", "password": PASSWORD}
        # A client that keeps to the rules sends a `Secure` cookie by https alone.
        response = web.post("/duyet/vao", data=form, headers={"Cookie": secret})
        cookie = next(one for one in response.headers.get_list("set-cookie") if f"{wanted}=token" in one)
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert ("secure" in parts) == (public is not None)
    assert not any(part.startswith("domain") for part in parts)


def test_wrong_passwords_lock_and_are_told_plainly(web: httpx.Client, held: DeskInMemory) -> None:
    for _ in range(10):
        response = sign_in(web, "binh", "sai")
        assert response.status_code == 403
        assert words.WRONG in response.text
    response = sign_in(web, "binh")
    assert response.status_code == 403
    assert words.LOCKED.split("{")[0] in response.text
    assert not held.signed_in
    assert sign_in(web, "an").status_code == 303


def test_a_sign_in_form_that_is_not_ours_is_refused(web: httpx.Client, held: DeskInMemory) -> None:
    web.get("/duyet/vao")
    for forged in ({}, {"csrf": ""}, {"csrf": "0" * 32}):
        assert web.post("/duyet/vao", data={"name": "an", "password": PASSWORD, **forged}).status_code == 403
    with httpx.Client(base_url=web.base_url) as bare:
        assert bare.post("/duyet/vao", data={"name": "an", "password": PASSWORD, "csrf": ""}).status_code == 403
    assert not held.signed_in


def test_signing_out_ends_the_session(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "an")
    assert post(web, "/duyet/ra", {}).status_code == 303
    assert not held.signed_in
    assert web.get("/duyet").status_code == 303


# Who may do what.


@pytest.mark.parametrize("address", ACTIONS)
def test_a_reader_sees_and_changes_nothing(web: httpx.Client, held: DeskInMemory, address: str) -> None:
    sign_in(web, "an")
    page = web.get(C1).text
    assert "/ghim" not in page
    assert 'method="post"' not in page.replace('method="post" action="/duyet/ra"', "")
    response = post(web, address, ACTIONS[address])
    assert response.status_code == 403
    assert words.NOT_ALLOWED.format(role=words.ROLES[held.session(next(iter(held.signed_in))).role]) in response.text
    assert held.done == []


@pytest.mark.parametrize("address", ACTIONS)
def test_an_expired_session_cannot_act(web: httpx.Client, held: DeskInMemory, address: str) -> None:
    sign_in(web, "binh")
    form = {"csrf": csrf(web), "digest": provision_digest(), **ACTIONS[address]}
    held.signed_in.clear()
    response = web.post(address, data=form)
    assert response.status_code == 403
    assert words.EXPIRED in response.text
    assert held.done == []


@pytest.mark.parametrize("address", ACTIONS)
@pytest.mark.parametrize("forged", [None, "", "csrf-token-an-0", "ế"])
def test_a_forged_form_is_refused(web: httpx.Client, held: DeskInMemory, address: str, forged: str | None) -> None:
    sign_in(web, "binh")
    form = {"digest": provision_digest(), **ACTIONS[address], **({} if forged is None else {"csrf": forged})}
    response = web.post(address, data=form)
    assert response.status_code == 403
    assert words.FORGED in response.text
    assert held.done == []


def test_only_an_admin_sees_users_and_the_log(web: httpx.Client) -> None:
    sign_in(web, "binh")
    for address in ("/duyet/nhat-ky", "/duyet/nguoi-dung"):
        assert web.get(address).status_code == 403
        assert address not in web.get("/duyet").text
    web.cookies.clear()
    sign_in(web, "chi")
    assert "user:binh" in web.get("/duyet/nhat-ky").text
    assert words.ROLES["reader"] in web.get("/duyet/nguoi-dung").text


def test_nobody_frames_the_pages_and_nothing_is_kept(held: DeskInMemory) -> None:
    app = create_app(StandIn().service, per_minute=0, desk=held, embed_origins=["https://phuong.example"])
    with running(app) as url, httpx.Client(base_url=url) as web:
        sign_in(web, "an")
        for address in PAGES:
            headers = web.get(address).headers
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["Cache-Control"] == "no-store"


def test_without_a_desk_there_are_no_such_pages() -> None:
    with running(create_app(StandIn().service)) as url:
        assert httpx.get(f"{url}/duyet").status_code == 404


def test_a_database_that_is_away_is_told(
    web: httpx.Client, held: DeskInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(web, "an")

    def away(*_: object) -> None:
        raise StoreUnavailable("Cơ sở dữ liệu đang bị chương trình khác khóa.")

    monkeypatch.setattr(held, "queue", away)
    response = web.get("/duyet")
    assert response.status_code == 503
    assert "đang bị chương trình khác khóa" in response.text


# What is shown.


@pytest.mark.parametrize("user", ["an", "binh", "chi"])
def test_a_script_typed_as_a_question_is_text_on_every_page(web: httpx.Client, user: str) -> None:
    sign_in(web, user)
    c2 = "/duyet/nhom/c2"
    every = [
        *PAGES,
        c2,
        f"{c2}?gop={MANY}",
        "/duyet?tt=",
        "/duyet/nhat-ky",
        "/duyet/nguoi-dung",
        f"{c2}/ghim?vb={THACH_KHOI}&dk=art_2",
    ]
    said = 0
    for address in every:
        for typed in ("", f"{'&' if '?' in address else '?'}tim={httpx.QueryParams({'x': SCRIPT})['x']}"):
            page = web.get(address + typed).text
            assert "<script>" not in page
            assert "<b>dân chủ</b>" not in page
            said += "&lt;script&gt;" in page
    assert said >= 5


def test_pages_hold_no_style_and_no_script_of_their_own(web: httpx.Client) -> None:
    sign_in(web, "chi")
    for address in [*PAGES, "/duyet/nhat-ky", "/duyet/nguoi-dung", f"{C1}/ghim?vb={THACH_KHOI}&dk=art_2"]:
        response = web.get(address)
        assert response.status_code == 200, address
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", response.text), address


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["c1", "c3"]),
        ("?tt=", ["c1", "c2", "c3"]),
        ("?tt=taken", ["c2"]),
        ("?tt=khong-co", ["c1", "c3"]),
        ("?noi=Phường+Thạch+Khôi", ["c1"]),
        ("?kenh=zalo", ["c3"]),
        ("?ly=low_confidence", ["c3"]),
        ("?tim=KINH+phi", ["c1"]),
        ("?tu=2026-11-20&den=2026-11-20", ["c1", "c3"]),
        ("?tu=2026-11-21", []),
        ("?den=2026-11-01", []),
        ("?tu=hôm+qua", ["c1", "c3"]),
    ],
)
def test_the_queue_is_filtered_by_its_address(web: httpx.Client, asked: str, found: list[str]) -> None:
    sign_in(web, "an")
    page = web.get(f"/duyet{asked}").text
    assert re.findall(r'href="/duyet/nhom/(\w+)"', page) == found
    assert (words.FOUND.format(total=len(found)) if found else words.FOUND_NONE) in page
    assert (words.BAD_DATE.split("{")[0] in page) == ("hôm" in asked)


def test_a_line_says_what_the_queue_is_ordered_by(web: httpx.Client) -> None:
    sign_in(web, "an")
    page = web.get("/duyet").text
    line = page[page.index("/duyet/nhom/c1") :]
    for part in ("5 cách hỏi", "12 người hỏi", "Hỏi gần nhất 05:00 20/11/2026", "Phường Thạch Khôi", "Chưa xử lý"):
        assert part in line


def test_the_queue_turns_its_pages_under_the_filter() -> None:
    with (
        running(create_app(StandIn().service, per_minute=0, desk=desk(more=120))) as url,
        httpx.Client(base_url=url) as web,
    ):
        sign_in(web, "an")
        page, seen = web.get("/duyet", params={"tim": "khoan thu suc dan"}).text, []
        while True:
            seen += re.findall(r'href="/duyet/nhom/(\w+)"', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            if not following:
                break
            page = web.get(html.unescape(following[1])).text
        assert seen == [f"m{n}" for n in range(120)]
        assert web.get("/duyet?trang=0").status_code == 422


def test_a_cluster_shows_its_wordings_and_what_search_saw(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "binh")
    page = html.unescape(web.get(C1).text)
    for wording in held.clusters["c1"].wordings:
        assert wording.text in page
    assert "2 lần, gần nhất 09:00 20/11/2026 · Telegram · Trang web · Không tìm thấy điều khoản" in page
    assert "0,50" in page
    assert "<dt>bm25</dt><dd>7,250</dd>" in page
    assert f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}#{HANDLED_PATH}" in page
    assert page.count("/van-ban/khong-con") == 0
    assert web.get("/duyet/nhom/khong-co").status_code == 404


def test_a_page_shows_so_many_wordings_and_says_how_many_more(web: httpx.Client, held: DeskInMemory) -> None:
    many = wordings(*(f"Cách hỏi thứ {n}" for n in range(words.MOST_WORDINGS + 7)))
    held.clusters["c1"] = replace(held.clusters["c1"], wordings=many)
    sign_in(web, "binh")
    for address in (C1, f"{C1}/ghim?vb={THACH_KHOI}&dk=art_2"):
        page = html.unescape(web.get(address).text)
        assert many[words.MOST_WORDINGS - 1].text in page
        assert many[words.MOST_WORDINGS].text not in page
        assert words.MORE_WORDINGS.format(n=7) in page


# What is done.


def test_a_provision_is_found_read_and_pinned(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "binh")
    document = catalog().by_id[THACH_KHOI]
    found = html.unescape(web.get(C1, params={"tim": "can tro viec thuc hien dan chu"}).text)
    link = f"{C1}/ghim?vb={THACH_KHOI}&dk={HANDLED_PATH}"
    assert link in found
    assert link in html.unescape(web.get(C1, params={"vb": THACH_KHOI}).text)
    page = web.get(link).text
    assert html.escape(document.words(document.by_path[HANDLED_PATH]), quote=False) in html.unescape(page).replace(
        "&", "&amp;"
    )
    assert name(document.meta) in html.unescape(page)
    form = {key: field(page, key) for key in ("csrf", "vb", "dk", "digest")}
    response = web.post(f"{C1}/ghim", data={**form, "place": "1", "why": " đúng  rồi "})
    assert (response.status_code, response.headers["location"]) == (303, C1)
    (pin,) = held.pins.values()
    assert (pin.document_id, pin.path, pin.text_sha256, pin.by) == (
        THACH_KHOI,
        HANDLED_PATH,
        provision_digest(),
        "binh",
    )
    assert len(pin.wordings) == 5
    assert pin.place == "Phường Thạch Khôi"
    assert held.done == [("pin", "c1", "binh", "đúng rồi")]
    after = html.unescape(web.get(C1).text)
    assert words.PINNED in after
    assert document.words(document.by_path[HANDLED_PATH]) in after
    assert post(web, f"{C1}/bo-ghim", {"ghim": pin.id, "why": "nhầm"}).status_code == 303
    assert held.pins == {}


def test_words_that_changed_since_they_were_read_are_not_pinned(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "binh")
    response = post(web, f"{C1}/ghim", {**PIN, "digest": "0" * 64})
    assert response.status_code == 409
    assert words.WORDS_CHANGED in response.text
    for gone in ({"vb": "khong-co"}, {"dk": "art_999"}, {"dk": "sign"}):
        assert post(web, f"{C1}/ghim", {**PIN, **gone}).status_code == 404
    assert held.done == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"text_sha256": "0" * 64}, words.PIN_CHANGED), ({"path": "art_999"}, words.PIN_GONE)],
)
def test_a_pin_whose_words_are_others_is_flagged(
    web: httpx.Client, held: DeskInMemory, changes: dict[str, str], sentence: str
) -> None:
    pinned = {"document_id": THACH_KHOI, "path": HANDLED_PATH, "text_sha256": provision_digest(), **changes}
    held.pin("c1", **pinned, wordings=["a"], place=None, who="binh", why=None)
    sign_in(web, "an")
    assert sentence in web.get(C1).text
    assert web.get("/duyet/xuat.jsonl").content == b""


@pytest.mark.parametrize(
    ("address", "form", "done"),
    [
        ("c1/nhan", {}, ("take", "c1", "binh", None)),
        ("c2/tra", {}, ("release", "c2", "binh", None)),
        (
            "c1/tinh-trang",
            {"state": "lacks_document", "why": "thiếu nghị quyết"},
            ("state", "c1", "binh", "thiếu nghị quyết"),
        ),
        ("c1/tach", {"cau": f"{4:032x}"}, ("split", "c1", "binh", None)),
        ("c1/gop", {"nhom": "c3", "viec": "gop"}, ("merge", "c1", "binh", None)),
        (
            "c1/gop",
            {"nhom": "c3", "viec": "trung"},
            ("state", "c1", "binh", "Trùng với nhóm c3: =1+1 ai chịu trách nhiệm?"),
        ),
    ],
)
def test_a_reviewer_acts(
    web: httpx.Client, held: DeskInMemory, address: str, form: dict[str, str], done: tuple[object, ...]
) -> None:
    sign_in(web, "binh")
    response = post(web, f"/duyet/nhom/{address}", form)
    assert response.status_code == 303
    assert held.done == [done]
    assert web.get(response.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    ("address", "form", "sentence"),
    [
        ("tinh-trang", {"state": "lacks_document", "why": "  "}, words.WHY_NEEDED),
        ("tinh-trang", {"state": "answered", "why": "x"}, words.BAD_CHOICE),
        ("tinh-trang", {"state": "", "why": "x"}, words.BAD_CHOICE),
        ("tach", {}, words.SPLIT_NONE),
        ("tach", {"cau": "f" * 32}, words.SPLIT_NONE),
        ("gop", {"nhom": "c1", "viec": "gop"}, words.BAD_CHOICE),
        ("gop", {"nhom": "khong-co", "viec": "gop"}, words.NO_CLUSTER),
        ("bo-ghim", {"ghim": "x", "why": "x"}, words.BAD_CHOICE),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    web: httpx.Client, held: DeskInMemory, address: str, form: dict[str, str], sentence: str
) -> None:
    sign_in(web, "binh")
    response = post(web, f"{C1}/{address}", form)
    assert response.status_code in (400, 404)
    assert sentence in response.text
    assert held.done == []


def test_all_wordings_are_not_split_off(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "binh")
    every = {"csrf": csrf(web), "cau": [one.record_id for one in held.clusters["c1"].wordings]}
    response = web.post(f"{C1}/tach", data=every)
    assert (response.status_code, held.done) == (400, [])
    assert words.SPLIT_ALL in response.text


# What is taken along.


def test_the_table_is_filtered_and_holds_no_formula(web: httpx.Client) -> None:
    sign_in(web, "an")
    response = web.get("/duyet/xuat.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert re.fullmatch(
        r'attachment; filename="danchu-duyet-\d{4}-\d\d-\d\d\.csv"', response.headers["Content-Disposition"]
    )
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["Mã nhóm"] for row in rows] == ["c1", "c3"]
    assert rows[1]["Câu hỏi"] == "'=1+1 ai chịu trách nhiệm?"
    assert rows[0]["Số người hỏi"] == "12"
    assert web.get("/duyet/xuat.csv?tim=kinh+phi").text.count("\n") == 2
    assert web.get("/duyet/xuat.exe").status_code == 404


def test_the_workbook_holds_words_and_numbers(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "an")
    sheet = openpyxl.load_workbook(io.BytesIO(web.get("/duyet/xuat.xlsx?tt=").content)).active
    rows = list(sheet.iter_rows())
    assert [row[0].value for row in rows] == ["Mã nhóm", "c1", "c2", "c3"]
    formula = rows[3][1]
    assert (formula.value, formula.data_type) == ("=1+1 ai chịu trách nhiệm?", "s")
    assert rows[2][1].value == SCRIPT
    assert rows[1][5].value == 12


def test_pins_become_cases(web: httpx.Client, held: DeskInMemory) -> None:
    sign_in(web, "binh")
    assert post(web, f"{C1}/ghim", PIN).status_code == 303
    lines = [json.loads(line) for line in web.get("/duyet/xuat.jsonl").text.splitlines()]
    assert [line["question"] for line in lines] == [one.text for one in held.clusters["c1"].wordings]
    document = catalog().by_id[THACH_KHOI]
    assert lines[0] == {
        "id": "pin-p1p1p1p1p1p1-1",
        "question": "Tiền đâu để phường làm mấy việc này?",
        "place": "Phường Thạch Khôi",
        "kind": "answerable",
        "style": "reviewed",
        "gold": [{"doc": document.source.name, "quote": document.words(document.by_path[HANDLED_PATH])}],
    }
    assert KEY.startswith(document.source.name.removesuffix(".txt"))


# Figures.


def test_how_telling_goes_is_seen(web: httpx.Client) -> None:
    sign_in(web, "an")
    for page in (web.get(C1).text, web.get("/duyet/so-lieu").text):
        assert "3 người đang chờ được báo" in page
        assert "2 người chưa gửi được, sẽ thử lại (lần gần nhất 10:00 20/11/2026)" in page
        assert "đã báo cho 5 người" in page
        assert "1 người không thể báo" in page
    assert "Báo cho người hỏi" not in web.get("/duyet/nhom/c3").text


def test_the_figures_are_plots_with_tables(web: httpx.Client) -> None:
    sign_in(web, "an")
    page = html.unescape(web.get("/duyet/so-lieu?tu=2026-11-01&den=2026-11-14").text)
    assert page.count('<svg class="plot"') == page.count("<table>") == 5
    assert words.FIGURES_SPAN.format(since="01/11/2026", until="14/11/2026") in page
    assert "Không tìm thấy điều khoản" in page
    assert f"<b>{4 + 9 + 3}</b> <span>{words.FIGURES_OPEN}</span>" in page
    assert words.HOURS_WORDS.format(n=12) in page


@pytest.mark.parametrize(
    "asked", ["", "?tu=x&den=y", "?tu=2026-11-20&den=2026-11-01", "?tu=0001-01-01", "?den=9999-12-31"]
)
def test_any_span_of_days_is_read(web: httpx.Client, asked: str) -> None:
    sign_in(web, "an")
    page = web.get(f"/duyet/so-lieu{asked}")
    assert page.status_code == 200
    since, until = (dt.date.fromisoformat(day) for day in re.findall(r'type="date" value="([\d-]+)"', page.text))
    assert dt.timedelta(0) <= until - since <= dt.timedelta(days=366)


def test_every_state_has_its_words() -> None:
    assert set(words.STATES) == set(ClusterState)
