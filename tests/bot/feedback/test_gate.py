"""The gate: reviewed questions that would get worse block a pin and another index, with the list; and `--live`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.feedback.database import Database
from bot.feedback.gate import PinRefused, admit, cases_of, failures, regressions
from bot.feedback.pins import Pins
from bot.feedback.review_export import to_cases
from corpus.catalog import Catalog
from index.encoder import load_encoder
from index.provision_index import ProvisionIndex
from retrieval.answerer import Answerer, assemble
from retrieval.reviewed import Reviewed, ReviewedQuestion, digest
from tests.bot.feedback.test_pins import add_cluster

KIM_BANG = "nghi-quyet-kim-bang-2024"
PATH = "art_1__cl_2__pt_d__ind_2"
"""Of which no search would think."""
WORDINGS = ("Thợ điện ở Kim Bảng lấy tiền ở đâu?", "kim bảng cho thợ điện tiền ở chỗ nào")


@pytest.fixture(scope="module")
def answerer(catalog: Catalog) -> Answerer:
    encoder = load_encoder(None)
    return assemble(catalog, lambda _, passages: ProvisionIndex.build(passages, encoder))


def named(catalog: Catalog, id: str, path: str, *wordings: str) -> ReviewedQuestion:
    document = catalog.by_id[KIM_BANG]
    return ReviewedQuestion(id, KIM_BANG, path, digest(document, document.by_path[path]), wordings)


def test_the_cases_of_a_pin_pass_with_it_and_fail_without(answerer: Answerer, catalog: Catalog) -> None:
    pin = named(catalog, "a", PATH, *WORDINGS)
    cases = cases_of([pin])
    live = answerer.with_reviewed(Reviewed([pin], answerer))
    assert failures(live, cases) == []
    failed = failures(answerer, cases)
    assert [one.question for one in failed] == list(WORDINGS)
    assert all("Nghị quyết" in one.expected and one.got != one.expected for one in failed)
    assert regressions(live, answerer, cases) == failed
    assert regressions(answerer, live, cases) == []


def test_a_pin_that_takes_anothers_wording_is_refused_with_the_list(answerer: Answerer, catalog: Catalog) -> None:
    old = named(catalog, "a", PATH, *WORDINGS)
    new = named(catalog, "b", "art_3__cl_1", "tho dien o kim bang lay tien o dau")
    with pytest.raises(PinRefused) as refused:
        admit(answerer, [old], new)
    (worse,) = refused.value.worse
    assert worse.question == WORDINGS[0]
    assert worse.got is not None
    assert worse.got.startswith("khoản 1 Điều 3")
    assert WORDINGS[0] in str(refused.value)
    assert admit(answerer, [old], new, replaced=["a"]) == new.wordings


def test_only_wordings_that_will_be_served_are_to_be_pinned(answerer: Answerer, catalog: Catalog) -> None:
    names_another, carries_on = "khoản 1 Điều 3 nghị quyết Kim Bảng", "còn ở đó thì sao"
    assert admit(answerer, [], named(catalog, "a", PATH, *WORDINGS, names_another, carries_on)) == WORDINGS
    with pytest.raises(PinRefused):
        admit(answerer, [], named(catalog, "a", PATH, names_another))


def test_a_stale_pin_blocks_nothing(answerer: Answerer, catalog: Catalog) -> None:
    gone = replace(named(catalog, "a", PATH, *WORDINGS), text_sha256="0" * 64)
    new = named(catalog, "b", "art_3__cl_1", *WORDINGS)
    assert admit(answerer, [gone], new) == WORDINGS


@pytest.fixture
def pinned(home: Path, catalog: Catalog) -> Iterator[tuple[Pins, str]]:
    """A database with one pin, and its id."""
    database = Database(f"sqlite:///{home / 'danchu.sqlite3'}")
    add_cluster(database, "c1")
    pins, one = Pins(database), named(catalog, "a", PATH, *WORDINGS)
    pin = pins.pin("c1", KIM_BANG, one.path, one.text_sha256, WORDINGS, None, "lan")
    yield pins, pin.id
    database.close()


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout


def test_exported_cases_pass_with_live_and_fail_when_the_pin_is_undone(
    pinned: tuple[Pins, str], catalog: Catalog, tmp_path: Path
) -> None:
    pins, id = pinned
    file = tmp_path / "cases.jsonl"
    file.write_bytes(to_cases(pins.active(), catalog))

    def evaluated(*options: str) -> tuple[int, float]:
        code, out = run("evaluate", "cases", str(file), "--json", "--strict", *options)
        return code, json.loads(out)["answerable"]["success@1"]

    assert evaluated("--live") == (0, 1.0)
    assert evaluated() == (1, 0.0)
    assert run("feedback", "gate")[0] == 0
    pins.undo(id, "lan")
    assert evaluated("--live") == (1, 0.0)


def test_the_gate_command_names_what_lost_its_provision(pinned: tuple[Pins, str], catalog: Catalog) -> None:
    pins, _ = pinned
    add_cluster(pins._database, "c2")
    one = named(catalog, "b", "art_3__cl_1", WORDINGS[0])
    pins.pin("c2", KIM_BANG, one.path, one.text_sha256, one.wordings, None, "lan")
    code, out = run("feedback", "gate")
    assert code == 1
    assert out.startswith(f"“{WORDINGS[0]}”: cần ")
    assert out.count("\n") == 1


def test_a_batch_knows_of_no_pin_unless_it_is_live(pinned: tuple[Pins, str], tmp_path: Path) -> None:
    file = tmp_path / "asked.jsonl"
    file.write_text(json.dumps({"id": "1", "question": WORDINGS[0]}) + "\n", "utf-8")
    assert "reviewed" not in json.loads(run("ask", "--batch", str(file), "--json")[1])
    answer = json.loads(run("ask", "--batch", str(file), "--json", "--live")[1])
    assert answer["reviewed"] is True
    assert answer["quotes"][0]["path"] == PATH


def test_a_person_who_asks_at_the_terminal_gets_what_is_pinned(pinned: tuple[Pins, str]) -> None:
    answer = json.loads(run("ask", WORDINGS[1], "--json")[1])
    assert (answer["status"], answer["reviewed"]) == ("answered", True)
    assert "Người phụ trách đã xem xét câu hỏi này." in run("ask", WORDINGS[1])[1]


DECISION = """QUYẾT ĐỊNH
Về việc thợ điện

Điều 1. Thợ điện
1. Thợ điện được trả tiền hằng tháng tại kho bạc.
2. Thợ điện được nghỉ lễ.
"""


def test_documents_that_would_change_a_reviewed_answer_are_not_added(
    pinned: tuple[Pins, str], catalog: Catalog, home: Path, tmp_path: Path
) -> None:
    pins, _ = pinned
    add_cluster(pins._database, "c2")
    wording = "khoản 2 Điều 1 Quyết định 77/QĐ-UBND nói gì về thợ điện?"
    one = named(catalog, "b", PATH, wording)
    second = pins.pin("c2", KIM_BANG, one.path, one.text_sha256, one.wordings, None, "lan")
    paper = tmp_path / "tho-dien.txt"
    paper.write_text(DECISION, "utf-8")
    adding = ("corpus", "add", str(paper), "--number", "77/QĐ-UBND", "--id", "tho-dien")
    code, out = run(*adding)
    assert code == 1
    assert out.startswith(f"- “{wording}”: cần ")
    assert "tho-dien" not in run("corpus", "list", "--json")[1]
    assert not list(home.glob(".trial-*"))
    pins.undo(second.id, "lan")
    assert run(*adding)[0] == 0
    assert "tho-dien" in run("corpus", "list", "--json")[1]
    assert run("corpus", "remove", "tho-dien")[0] == 0
    assert run("feedback", "gate")[0] == 0
