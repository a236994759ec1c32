"""Figures, exports and the week's page, from questions and reviews on both databases."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.cli import app
from bot.feedback.audit import Audit
from bot.feedback.database import Database
from bot.feedback.digest import digest, span, to_html, to_markdown
from bot.feedback.figures import figures
from bot.feedback.records import entry_from
from bot.feedback.review import DayFigure, Gap, WeekWait
from bot.feedback.review_export import to_csv
from bot.feedback.review_records import ClusterRecord, MemberRecord, PinRecord
from bot.feedback.store import Store
from retrieval.answer import Reason

MONDAY = dt.date(2026, 11, 16)
SCRIPT = "<script>alert(1)</script> | *họp* [dân](x)"


class Seeded:
    """A database with questions asked at moments of Vietnam's days."""

    def __init__(self, url: str, fakes: SimpleNamespace) -> None:
        self.store, self.database, self._fakes = Store(url), Database(url), fakes

    def ask(self, day: dt.date, hour: float = 12, status: str = "unanswered", **changes: Any) -> str:
        answer = self._fakes.answer(changes.pop("question", "Ai giám sát?"), status, **changes.pop("answer", {}))
        entry = entry_from(answer, record_id=uuid.uuid4().hex, channel="web", asker_hash=changes.pop("asker", None))
        at = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(hours=hour - 7)
        self.store.add([dataclasses.replace(entry, asked_at=at)])
        return entry.id

    def cluster(self, id: str, asked: int = 1, place: str | None = None, **changes: Any) -> None:
        at = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
        row = {
            "title": f"Câu {id}",
            "state": "open",
            "askers": 1,
            "wordings": 1,
            "first_at": at,
            "last_at": at,
            "rank": 1.0,
        }
        with self.database.transaction(write=True) as connection:
            connection.execute(
                insert(ClusterRecord).values({"id": id, "asked": asked, "place": place, **row, **changes})
            )

    def member(self, cluster_id: str, record_id: str, at: dt.datetime, asker: str | None) -> None:
        row = {
            "record_id": record_id,
            "cluster_id": cluster_id,
            "asker_hash": asker,
            "text": "a",
            "folded": "a",
            "at": at,
        }
        row |= {"channel": "web", "seq": int(record_id[:6], 16), "words": [], "vector": b""}
        with self.database.transaction(write=True) as connection:
            connection.execute(insert(MemberRecord).values(row))

    def pin(self, cluster_id: str, at: dt.datetime, undone: bool = False) -> None:
        row = {
            "id": uuid.uuid4().hex,
            "cluster_id": cluster_id,
            "document_id": "d",
            "path": "p",
            "text_sha256": "0" * 64,
        }
        row |= {"wordings": [], "by": "lan", "at": at, "undone_at": at if undone else None}
        with self.database.transaction(write=True) as connection:
            connection.execute(insert(PinRecord).values(row))


@pytest.fixture
def seeded(either_url: str, fakes: SimpleNamespace) -> Iterator[Seeded]:
    made = Seeded(either_url, fakes)
    yield made
    made.store.close()
    made.database.close()


def test_days_begin_at_vietnams_midnight(seeded: Seeded) -> None:
    seeded.ask(MONDAY, 0)
    seeded.ask(MONDAY, 23.99, "answered")
    seeded.ask(MONDAY, 24)
    seeded.ask(MONDAY, -0.01)
    found = figures(seeded.database, MONDAY, MONDAY + dt.timedelta(days=2))
    days = [MONDAY + dt.timedelta(days=n) for n in range(3)]
    assert found.days == (DayFigure(days[0], 2, 1), DayFigure(days[1], 1, 0), DayFigure(days[2], 0, 0))


def test_reasons_gaps_and_waits_are_counted(seeded: Seeded) -> None:
    for reason in (Reason.NO_PROVISION, Reason.OTHER_LAW, Reason.NO_PROVISION):
        seeded.ask(MONDAY, answer={"reason": reason})
    seeded.ask(MONDAY, 12, "answered")
    seeded.cluster("c1", 5, "Phường A")
    seeded.cluster("c2", 2, "Phường A", state="taken")
    seeded.cluster("c3", 9, None, state="lacks_document")
    seeded.cluster("c4", 99, "Phường B", state="not_for_us")
    seeded.cluster("c5", 99, "Phường B", merged_into="c1", state="duplicate")
    seeded.pin("c1", dt.datetime(2026, 11, 16, 3, tzinfo=dt.UTC))
    seeded.pin("c2", dt.datetime(2026, 11, 16, 7, tzinfo=dt.UTC))
    seeded.pin("c3", dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC), undone=True)
    found = figures(seeded.database, MONDAY, MONDAY)
    assert found.reasons == (("no_provision", 2), ("other_law", 1))
    assert found.gaps == (Gap(None, 1, 9), Gap("Phường A", 2, 7))
    assert found.waits == (WeekWait(MONDAY, 2, 4.0),)


def test_an_empty_database_has_figures_and_a_page(seeded: Seeded) -> None:
    found = figures(seeded.database, MONDAY, MONDAY)
    assert (found.days, found.reasons, found.gaps, found.waits) == ((DayFigure(MONDAY, 0, 0),), (), (), ())
    assert to_markdown(digest(seeded.database, MONDAY, MONDAY)).count("Không có.") == 5


def test_the_week_is_compared_with_the_one_before(seeded: Seeded) -> None:
    since, until = span(MONDAY + dt.timedelta(days=8), whole=True)
    assert (since, until) == (MONDAY, MONDAY + dt.timedelta(days=6))
    for _ in range(3):
        seeded.ask(MONDAY, 12, "answered")
    asked = [seeded.ask(MONDAY, hour, question=SCRIPT, asker=who * 8) for hour, who in ((9, "a"), (10, "b"), (11, "b"))]
    seeded.ask(MONDAY, answer={"reason": Reason.PLACE_NOT_IN_CORPUS, "detail": "phường Văn Miếu"})
    seeded.ask(MONDAY - dt.timedelta(days=7))
    seeded.cluster("c1", 3, "Phường A", title=SCRIPT)
    for n, record_id in enumerate(asked):
        seeded.member("c1", record_id, dt.datetime(2026, 11, 16, 3 + n, tzinfo=dt.UTC), "ab"[min(n, 1)] * 8)
    seeded.cluster("c2", title="Cần nghị quyết nào?", state="lacks_document")
    Audit(seeded.database).note(None, "lan", "cluster.state", "cluster:c2", "chờ nghị quyết của thành phố")
    page = digest(seeded.database, since, until)
    words = to_markdown(page)
    assert words.startswith("# Hỏi đáp về dân chủ ở cơ sở, từ 16/11/2026 đến 22/11/2026\n")
    assert "| Câu hỏi | 7 | 1 |" in words
    assert "| Có câu trả lời chắc chắn | 43 % | 0 % |" in words
    assert "phường Thạch Khôi | 3 |" in words
    assert r"| \<script\>alert(1)\</script\> \| \*họp\* \[dân\](x) | Phường A | 2 | 3 |" in words
    assert "| phường Văn Miếu | 1 |" in words
    assert "| Cần nghị quyết nào? | chờ nghị quyết của thành phố |" in words
    html = to_html(page)
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; | *họp* [dân](x)" in html
    # Nothing of who asked.
    for said in (words, html):
        assert not re.search(r"a{8}|b{8}", said)


def test_the_command_prints_or_writes(home: Path, url: str, fakes: SimpleNamespace, tmp_path: Path) -> None:
    made = Seeded(url, fakes)
    made.ask(dt.date(2026, 11, 16))
    made.store.close()
    made.database.close()
    printed = CliRunner().invoke(app, ["feedback", "digest", "--week"])
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.startswith("# Hỏi đáp về dân chủ ở cơ sở, từ ")
    written = CliRunner().invoke(app, ["feedback", "digest", "--out", str(tmp_path / "out")])
    assert written.exit_code == 0, written.output
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".html", ".md"]
    (tmp_path / "file").write_text("")
    assert CliRunner().invoke(app, ["feedback", "digest", "--out", str(tmp_path / "file" / "x")]).exit_code == 1


def test_a_table_of_nothing_has_its_heads() -> None:
    assert next(csv.reader(io.StringIO(to_csv([]).decode("utf-8-sig"))))[1] == "Câu hỏi"
