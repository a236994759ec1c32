"""Answers as retrieval gives them, made by hand, and a home for each test. Worker processes load this file too."""

from __future__ import annotations

import datetime as dt
import importlib.util
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.feedback.recorder import Recorder
from bot.feedback.spool import Spool
from bot.feedback.store import Store
from corpus.citation import Citation
from corpus.document import Document, Place
from corpus.provision import ProvisionPath
from corpus.validity import Force, Validity
from retrieval.answer import Answer, Candidate, Quote, Reason, Searched, Signal, Status
from tests.bot.feedback.postgresql import own_schema

SALT = b"s" * 32
WORDS = "b) Người đứng đầu cản trở việc thực hiện dân chủ thì bị xử lý theo quy định của pháp luật;"


def quote(code: str = "7KM3PQ9X", text: str = WORDS, score: float = 0.91) -> Quote:
    document = SimpleNamespace(
        meta=SimpleNamespace(id="nq-thach-khoi"), source_name="corpus/documents/nq.txt", sha256="ab" * 32
    )
    citation = Citation(
        document_id="nq-thach-khoi",
        path=ProvisionPath.parse("art_1__sec_II__cl_5__pt_b"),
        start=0,
        end=len(text),
        source_start=100,
        source_end=100 + len(text),
        text=text,
        words="điểm b khoản 5 Mục II Điều 1 Nghị quyết của Hội đồng nhân dân phường Thạch Khôi",
        code=code,
    )
    return Quote(
        document=cast(Document, document),
        citation=citation,
        lead_in=(),
        validity=Validity(Force.IN_FORCE, "Có hiệu lực từ 19/12/2025."),
        score=score,
    )


def answer(question: str = "Ở Thạch Khôi ai bị xử lý?", status: str = "unanswered", **changes: Any) -> Answer:
    """An answer of this status, with one quote unless it is a refusal."""
    reasons = {"unanswered": Reason.NO_PROVISION, "related": Reason.LOW_CONFIDENCE}
    fields: dict[str, Any] = {
        "question": question,
        "understood": "thạch khôi xử lý",
        "status": Status(status),
        "reason": reasons.get(status),
        "quotes": () if status in ("unanswered", "error") else (quote(),),
        "searched": Searched(5, 206, "2026.11"),
        "on": dt.date(2026, 11, 20),
        "place": Place("Phường Thạch Khôi", "Thành phố Hải Phòng"),
        "latency_ms": 1.9,
        "candidates": (Candidate("khoản 5 Mục II Điều 1", "nq#art_1", 0.4, (Signal("bm25", 3.5),)),),
    }
    return Answer(**(fields | changes))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, as `DANCHU_HOME`; no other setting comes in from outside."""
    import os

    for name in [name for name in os.environ if name.startswith("DANCHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DANCHU_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def url(home: Path) -> str:
    """The database that the settings of `home` name."""
    return f"sqlite:///{home / 'danchu.sqlite3'}"


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A PostgreSQL database with a schema of its own that goes after the test."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
    except OSError:
        pytest.skip("no PostgreSQL at 127.0.0.1:5432")
    with own_schema() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest, url: str) -> str:
    """A database of each kind."""
    return url if request.param == "sqlite" else str(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(either_url: str) -> Iterator[Store]:
    opened = Store(either_url, busy_timeout_s=1)
    yield opened
    opened.close()


@pytest.fixture
def recorder(either_url: str, home: Path) -> Iterator[Recorder]:
    opened = Recorder(Store(either_url, busy_timeout_s=1), Spool(home / "spool"), SALT, retry_after_s=600)
    yield opened
    opened.close()


@pytest.fixture
def fakes() -> SimpleNamespace:
    """`answer` and `quote` of this file."""
    return SimpleNamespace(answer=answer, quote=quote)


@pytest.fixture
def dead(home: Path) -> Callable[[bool], None]:
    """Kills the SQLite database (a folder in its place) and brings it back; dead at the beginning."""
    home.mkdir()
    path = home / "danchu.sqlite3"

    def change(is_dead: bool) -> None:
        if is_dead:
            path.mkdir()
        else:
            path.rmdir()
            time.sleep(0.1)  # a recorder that soon tries again does so

    change(True)
    return change
