"""A pin is live in every process at once, with no restart; so is its undoing; the database dead, the last ones go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

import bot.engine
from bot import messages
from bot.engine import Engine
from bot.feedback.database import Database
from bot.feedback.pins import LivePins, Pins
from corpus.catalog import Catalog, add, remove
from retrieval.question import Question
from retrieval.reviewed import Reviewed, ReviewedQuestion, digest
from tests.bot.feedback.test_pins import add_cluster
from tests.bot.test_serving import served, wait

KIM_BANG, PATH = "nghi-quyet-kim-bang-2024", "art_1__cl_2__pt_d__ind_2"
WORDINGS = ("Thợ điện ở Kim Bảng lấy tiền ở đâu?", "kim bảng cho thợ điện tiền ở chỗ nào")
LIMIT_S = 5.0
"""A second is what is promised; a loaded machine gets more."""


def named(catalog: Catalog, *wordings: str, path: str = PATH) -> ReviewedQuestion:
    document = catalog.by_id[KIM_BANG]
    return ReviewedQuestion(f"pin-{path}", KIM_BANG, path, digest(document, document.by_path[path]), wordings)


class Source:
    """Gives what a test says, once for each change, as `LivePins` does."""

    def __init__(self, *first: ReviewedQuestion) -> None:
        self._next: list[Sequence[ReviewedQuestion]] = [first]

    def now(self, *pinned: ReviewedQuestion) -> None:
        self._next.append(pinned)

    def changed(self) -> Sequence[ReviewedQuestion] | None:
        return self._next.pop(0) if self._next else None


@pytest.fixture
def watched(home: Path) -> Iterator[Callable[[Source | LivePins], Engine]]:
    stop = threading.Event()

    def opened(source: Source | LivePins) -> Engine:
        engine = Engine(home, None, lambda _: None)
        engine.watch(source.changed, stop)
        return engine

    yield opened
    stop.set()


def path_of(engine: Engine, question: str = WORDINGS[0]) -> str | None:
    answer = engine.answer(Question(question))
    return answer.quotes[0].citation.path.id if answer.reviewed else None


def test_what_holds_at_the_start_is_live_with_the_first_question(
    watched: Callable[[Source], Engine], catalog: Catalog
) -> None:
    assert path_of(watched(Source(named(catalog, *WORDINGS)))) == PATH


def test_a_pin_and_its_undoing_are_live_though_nobody_asks(
    watched: Callable[[Source], Engine], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*given: Any) -> Reviewed:
        # Another version before the pin is live would be seen.
        time.sleep(0.3)
        return Reviewed(*given)

    source = Source()
    engine = watched(source)
    assert path_of(engine) is None
    monkeypatch.setattr(bot.engine, "Reviewed", slowly)
    versions = [engine.version()]
    source.now(named(catalog, *WORDINGS))
    wait(lambda: engine.version() != versions[-1], LIMIT_S)
    assert path_of(engine) == PATH
    versions.append(engine.version())
    source.now()
    wait(lambda: engine.version() != versions[-1], LIMIT_S)
    assert path_of(engine) is None


def test_a_fault_while_looking_ends_nothing(watched: Callable[[Source], Engine], catalog: Catalog) -> None:
    class Faulty(Source):
        def changed(self) -> Sequence[ReviewedQuestion] | None:
            found = super().changed()
            if found == ():
                raise RuntimeError("a fault of the test")
            return found

    source = Faulty()
    engine = watched(source)
    source.now(named(catalog, *WORDINGS))
    wait(lambda: path_of(engine) == PATH, LIMIT_S)


ADDED = """QUYẾT ĐỊNH
Về việc thợ điện

Điều 1. Thợ điện
1. Thợ điện được trả tiền hằng tháng tại kho bạc.
2. Thợ điện được nghỉ lễ.
"""


def test_documents_that_come_and_go_keep_the_pins(
    watched: Callable[[Source], Engine], catalog: Catalog, home: Path, tmp_path: Path
) -> None:
    engine = watched(Source(named(catalog, *WORDINGS)))
    file = tmp_path / "tho-dien.txt"
    file.write_text(ADDED, "utf-8")
    id = add(home, file, {"number": "77/QĐ-UBND"}).document.id
    wait(lambda: (engine.documents(), id in engine.catalog.by_id)[1], 30)
    assert path_of(engine) == PATH
    assert engine.trouble is None
    remove(home, id)
    wait(lambda: (engine.documents(), id not in engine.catalog.by_id)[1], 30)
    assert path_of(engine) == PATH


def test_documents_that_would_change_a_reviewed_answer_are_held_back(
    watched: Callable[[Source], Engine], catalog: Catalog, home: Path, tmp_path: Path
) -> None:
    wording = "khoản 2 Điều 1 Quyết định 77/QĐ-UBND nói gì về thợ điện?"
    source = Source(named(catalog, wording))
    engine = watched(source)
    assert path_of(engine, wording) == PATH
    file = tmp_path / "tho-dien.txt"
    file.write_text(ADDED, "utf-8")
    id = add(home, file, {"number": "77/QĐ-UBND"}).document.id
    wait(lambda: (engine.documents(), engine.trouble)[1] is not None, 30)
    assert engine.trouble == messages.HELD_BACK.format(questions=1)
    assert id not in engine.catalog.by_id
    assert path_of(engine, wording) == PATH
    source.now()  # the pin is undone
    wait(lambda: id in engine.catalog.by_id, 30)
    wait(lambda: engine.trouble is None, LIMIT_S)


def test_pinned_in_one_process_it_is_answered_in_another_and_undone_likewise(
    either_url: str, catalog: Catalog, home: Path
) -> None:
    one = named(catalog, *WORDINGS)

    def reviewed(client: httpx.Client) -> bool:
        answer = client.post("/api/ask", json={"question": "Thợ điện Kim Bảng lấy tiền ở đâu vậy?"}).json()
        if answer.get("reviewed"):
            assert answer["status"] == "answered"
            assert answer["quotes"][0]["path"] == PATH
            assert answer["reply"]["headline"] == messages.REVIEWED
        return "reviewed" in answer

    def until(wanted: bool, client: httpx.Client) -> None:
        start = time.monotonic()
        while reviewed(client) is not wanted:
            assert time.monotonic() - start < LIMIT_S
            time.sleep(0.05)
        print(f"{'pinned' if wanted else 'undone'}, and seen after {time.monotonic() - start:.2f} s")

    with (
        closing(Database(either_url)) as database,
        served(home, DANCHU_DB=either_url, DANCHU_WEB_PER_MINUTE="0") as (client, _),
    ):
        add_cluster(database, "c1")
        pins = Pins(database)
        assert not reviewed(client)
        made = pins.pin("c1", KIM_BANG, one.path, one.text_sha256, one.wordings, None, "lan")
        until(True, client)
        assert reviewed(client)
        pins.undo(made.id, "lan")
        until(False, client)
