"""The review pages over the real desk: questions on record, users, clusters and pins of a database, real answers."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from bot.engine import Engine
from bot.feedback.clusters import Clusters
from bot.feedback.database import Database
from bot.feedback.desk import Desk
from bot.feedback.pins import Pins, questions_of
from bot.feedback.records import entry_from
from bot.feedback.review import QueueFilter, Role
from bot.feedback.review_records import SessionRecord
from bot.feedback.same import asked_by
from bot.feedback.store import Store
from bot.feedback.users import FAILURES, IDLE, Users
from bot.server import create_app
from bot.web.review import words
from index.encoder import load_encoder
from retrieval.answer import Status
from retrieval.question import Question
from retrieval.reviewed import Reviewed
from tests.bot.review.test_pages import field, sign_in
from tests.bot.web_stand_in import HANDLED_PATH, THACH_KHOI, answering, catalog, running

PASSWORD = "một mật khẩu đủ dài"
WORDINGS = (
    "Trưởng thôn ở Thạch Khôi được phụ cấp bao nhiêu?",
    "truong thon o thach khoi dc phu cap bao nhieu",
    "Thạch Khôi: phụ cấp của trưởng thôn là mấy đồng?",
)
SCRIPT = "<script>alert(1)</script> phó thôn ở Kim Bảng được phụ cấp bao nhiêu?"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("home"), None, lambda _: None)


@dataclass
class Office:
    """A site with a database behind it."""

    url: str
    engine: Engine
    store: Store
    database: Database
    clusters: Clusters
    pins: Pins

    def ask(self, text: str) -> None:
        answer = self.engine.answer(Question(text))
        assert answer.status is not Status.ANSWERED, text
        asker = uuid.uuid4().hex
        self.store.add([entry_from(answer, record_id=uuid.uuid4().hex, channel="web", asker_hash=asker)])

    def cluster(self, wording: str) -> str:
        (found,) = self.clusters.queue(QueueFilter(state=None, words=wording)).clusters
        return found.id


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path / 'danchu.sqlite3'}"
    store, database = Store(url), Database(url)
    clusters = Clusters(database, load_encoder().encode, asked_by(engine.answerer.understood))
    pins, users = Pins(database), Users(database)
    for name, role in (("an", Role.READER), ("binh", Role.REVIEWER), ("chi", Role.ADMIN)):
        users.add(name, PASSWORD, role, "cli:test")
    desk = Desk(database, clusters, pins, lambda: engine.answerer)
    with running(create_app(answering(engine), per_minute=0, desk=desk)) as address:
        made = Office(address, engine, store, database, clusters, pins)
        for text in (*WORDINGS, SCRIPT):
            made.ask(text)
        assert clusters.catch_up() == 4
        yield made
    store.close()
    database.close()


@pytest.fixture
def web(office: Office) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=office.url) as client:
        yield client


def pin_form(web: httpx.Client, address: str) -> dict[str, str]:
    page = web.get(f"{address}/ghim", params={"vb": THACH_KHOI, "dk": HANDLED_PATH}).text
    return {key: field(page, key) for key in ("csrf", "vb", "dk", "digest")}


def test_a_question_is_seen_once_pinned_served_exported_and_taken_back(web: httpx.Client, office: Office) -> None:
    assert sign_in(web, "binh", PASSWORD).status_code == 303
    page = html.unescape(web.get("/duyet?tim=truong+thon").text)
    assert words.COUNT_WORDINGS.format(n=3) in page
    assert words.COUNT_ASKERS.format(n=3) in page
    (id_,) = re.findall(r'href="/duyet/nhom/(\w+)"', page)
    address = f"/duyet/nhom/{id_}"
    shown = html.unescape(web.get(f"{address}?tim=can+tro+dan+chu").text)
    assert f"{address}/ghim?vb={THACH_KHOI}&dk={HANDLED_PATH}" in shown
    assert "<dt>" in shown  # the signals of what search saw
    assert web.post(f"{address}/nhan", data={"csrf": field(shown, "csrf")}).status_code == 303
    assert words.STATES["taken"] in web.get(address).text
    form = pin_form(web, address)
    assert web.post(f"{address}/ghim", data={**form, "why": "đúng"}).status_code == 303
    (pin,) = office.pins.active()
    assert (pin.cluster_id, pin.document_id, pin.path, pin.by) == (id_, THACH_KHOI, HANDLED_PATH, "binh")
    live = office.engine.answerer.with_reviewed(Reviewed(questions_of([pin]), office.engine.answerer))
    assert live.answer(Question(WORDINGS[0])).quotes[0].citation.path.id == HANDLED_PATH
    after = html.unescape(web.get(address).text)
    document = catalog().by_id[THACH_KHOI]
    assert document.words(document.by_path[HANDLED_PATH]) in after
    for what in ("cluster.take", "pin"):
        assert f"<b>binh</b> {words.EVENTS[what]}" in after
    cases = [json.loads(line) for line in web.get("/duyet/xuat.jsonl").text.splitlines()]
    assert {case["question"] for case in cases} <= set(WORDINGS)
    assert cases
    assert web.post(f"{address}/bo-ghim", data={"csrf": form["csrf"], "ghim": pin.id, "why": "nhầm"}).status_code == 303
    assert office.pins.active() == ()
    assert web.get("/duyet/xuat.jsonl").text == ""
    assert web.get("/duyet/so-lieu").status_code == 200
    assert web.get("/duyet/xuat.xlsx").content.startswith(b"PK")


def test_reader_expired_session_and_forged_form_change_nothing(web: httpx.Client, office: Office) -> None:
    address = f"/duyet/nhom/{office.cluster('truong thon')}"
    sign_in(web, "binh", PASSWORD)
    form = pin_form(web, address)
    assert web.post(f"{address}/ghim", data={**form, "csrf": "x" * 43}).status_code == 403
    with office.database.transaction(write=True) as connection:
        old = dt.datetime.now(dt.UTC) - IDLE - dt.timedelta(minutes=1)
        connection.execute(update(SessionRecord).values(at=old, seen_at=old))
    response = web.post(f"{address}/ghim", data=form)
    assert response.status_code == 403
    assert words.EXPIRED in response.text
    web.cookies.clear()
    sign_in(web, "an", PASSWORD)
    read = {**form, "csrf": field(web.get(address).text, "csrf")}
    for action in ("ghim", "nhan", "tra", "tinh-trang", "tach", "gop", "bo-ghim"):
        assert web.post(f"{address}/{action}", data=read).status_code == 403
    assert office.pins.active() == ()
    assert web.get("/duyet/nhat-ky").status_code == 403


def test_wrong_passwords_lock(web: httpx.Client) -> None:
    for _ in range(FAILURES):
        assert words.WRONG in sign_in(web, "binh", "sai").text
    response = sign_in(web, "binh", PASSWORD)
    assert response.status_code == 403
    assert words.LOCKED.split("{")[0] in response.text


def test_a_script_typed_as_a_question_is_text(web: httpx.Client, office: Office) -> None:
    sign_in(web, "chi", PASSWORD)
    id_ = office.cluster("pho thon")
    address = f"/duyet/nhom/{id_}"
    token = field(web.get(address).text, "csrf")
    closed = {"csrf": token, "state": "lacks_document", "why": SCRIPT}
    assert web.post(f"{address}/tinh-trang", data=closed).status_code == 303
    pages = ["/duyet?tt=", address, f"{address}?tim={SCRIPT}", f"{address}?gop=truong+thon", "/duyet/nhat-ky"]
    pages += ["/duyet/so-lieu", "/duyet/nguoi-dung", f"{address}/ghim?vb={THACH_KHOI}&dk=art_2", f"/duyet?tim={SCRIPT}"]
    said = 0
    for page in pages:
        text = web.get(page).text
        assert "<script>" not in text, page
        said += "&lt;script&gt;alert(1)" in text
    assert said >= 4


def test_what_cannot_be_done_now_is_said(web: httpx.Client, office: Office) -> None:
    sign_in(web, "binh", PASSWORD)
    address = f"/duyet/nhom/{office.cluster('pho thon')}"
    token = field(web.get(address).text, "csrf")
    response = web.post(f"{address}/tra", data={"csrf": token})
    assert response.status_code == 409
    assert words.TITLE in response.text
    assert words.SIGN_OUT in response.text
    office.clusters.take(office.cluster("pho thon"), "chi")
    response = web.post(f"{address}/nhan", data={"csrf": token})
    assert response.status_code == 409
    assert "chi" in response.text


def test_merged_clusters_lead_to_one(web: httpx.Client, office: Office) -> None:
    sign_in(web, "binh", PASSWORD)
    one, other = office.cluster("truong thon"), office.cluster("pho thon")
    token = field(web.get("/duyet").text, "csrf")
    response = web.post(f"/duyet/nhom/{one}/gop", data={"csrf": token, "nhom": other, "viec": "gop"})
    assert response.headers["location"] == f"/duyet/nhom/{one}"
    assert web.get(f"/duyet/nhom/{other}").headers["location"] == f"/duyet/nhom/{one}"
    assert "phó thôn" in html.unescape(web.get(f"/duyet/nhom/{one}").text)
