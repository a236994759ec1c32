"""The week on one page, for the head of the office: what was asked, what had no answer, which documents are missing.

It holds counts, citations, and questions as they are on record (`redact.py`), and nothing of who asked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from sqlalchemy import Connection, func
from sqlmodel import col, select

from bot.feedback.database import Database
from bot.feedback.export import REASON_WORDS
from bot.feedback.figures import VIETNAM, WAITING, figures_in, within
from bot.feedback.records import QuestionRecord, QuoteSnapshot
from bot.feedback.review import ClusterState, Figures
from bot.feedback.review_records import ClusterRecord, EventRecord, MemberRecord
from corpus.validity import vn_date
from retrieval.answer import Reason, Status

_MOST = 10
"""How many lines a list has at most: all is to stand on one page."""
_ABSENT = (Reason.DOCUMENT_NOT_IN_CORPUS.value, Reason.PLACE_NOT_IN_CORPUS.value)
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cluster without an answer, and how often and by how many it was asked in these days."""

    title: str
    place: str | None
    asked: int
    askers: int


@dataclass(frozen=True, slots=True)
class Digest:
    """All that the page says."""

    now: Figures
    before: Figures
    """The same number of days, a week earlier."""
    cited: tuple[tuple[str, int], ...]
    """Which provisions answered, and how often."""
    waiting: tuple[Waiting, ...]
    named: tuple[tuple[str, int], ...]
    """Documents and places that people named and that are not held, and how often."""
    lacking: tuple[tuple[str, str | None], ...]
    """Questions of which a reviewer said that a document is lacking, and why."""


def span(today: dt.date, *, whole: bool) -> tuple[dt.date, dt.date]:
    """The last whole week (Monday to Sunday), or this one so far.

    Examples:
        >>> [str(day) for day in span(dt.date(2026, 11, 20), whole=True)]
        ['2026-11-09', '2026-11-15']
        >>> [str(day) for day in span(dt.date(2026, 11, 20), whole=False)]
        ['2026-11-16', '2026-11-20']
    """
    monday = today - dt.timedelta(days=today.weekday())
    return (monday - dt.timedelta(days=7), monday - dt.timedelta(days=1)) if whole else (monday, today)


def today() -> dt.date:
    """The day that it is in Vietnam."""
    return dt.datetime.now(VIETNAM).date()


def digest(database: Database, since: dt.date, until: dt.date) -> Digest:
    """Gather what the page says of some days, both included.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    week = dt.timedelta(days=7)
    with database.transaction() as connection:
        return Digest(
            now=figures_in(connection, since, until),
            before=figures_in(connection, since - week, until - week),
            cited=_cited(connection, since, until),
            waiting=_waiting(connection, since, until),
            named=_named(connection, since, until),
            lacking=_lacking(connection),
        )


def to_markdown(page: Digest) -> str:
    """The page in Markdown."""
    lines = [f"# {_title(page)}"]
    for heading, head, rows in _sections(page):
        lines += ["", f"## {heading}", ""]
        if not rows:
            lines.append(_NOTHING)
            continue
        lines += [_row(head), _row(["---"] * len(head)), *(_row(map(_plain, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def to_html(page: Digest) -> str:
    """The page in HTML, whole: it loads nothing and holds no script."""
    parts = [_HEAD.format(title=escape(_title(page)))]
    for heading, head, rows in _sections(page):
        parts.append(f"<h2>{escape(heading)}</h2>")
        if not rows:
            parts.append(f"<p>{escape(_NOTHING)}</p>")
            continue
        heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
        parts.append(f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>")
    return "\n".join([*parts, "</body>", "</html>"]) + "\n"


_NOTHING = "Không có."
_HEAD = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.4rem; }}
h2 {{ margin: 1.4rem 0 .3rem; font-size: 1.1rem; }}
table {{ width: 100%; border-collapse: collapse; font-size: .92rem; }}
th, td {{ padding: .3rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ccc; }}
td + td {{ white-space: nowrap; }}
@media print {{ body {{ margin: 0; font-size: 10pt; }} }}
</style>
</head>
<body>
<h1>{title}</h1>"""

_Section = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def _title(page: Digest) -> str:
    return f"Hỏi đáp về dân chủ ở cơ sở, từ {vn_date(page.now.since)} đến {vn_date(page.now.until)}"


def _sections(page: Digest) -> Iterator[_Section]:
    spans = (f"{vn_date(of.since)} – {vn_date(of.until)}" for of in (page.now, page.before))
    yield "Số liệu", ("", *spans), list(_compared(page.now, page.before))
    yield "Đã trả lời nhiều nhất", ("Điều khoản", "Số lượt"), [(name, str(times)) for name, times in page.cited]
    waiting = [(one.title, one.place or "–", str(one.askers), str(one.asked)) for one in page.waiting]
    yield "Chưa trả lời được", ("Câu hỏi", "Nơi", "Số người", "Số lượt"), waiting
    reasons = [(REASON_WORDS.get(reason, "bị chê hoặc trục trặc"), str(n)) for reason, n in page.now.reasons]
    yield "Vì sao chưa trả lời được", ("Lý do", "Số lượt"), reasons
    yield "Văn bản, địa phương được hỏi mà chưa có", ("Được hỏi", "Số lượt"), [(what, str(n)) for what, n in page.named]
    lacking = [(title, why or "–") for title, why in page.lacking]
    yield "Câu hỏi đang chờ bổ sung văn bản", ("Câu hỏi", "Người duyệt ghi"), lacking


def _compared(now: Figures, before: Figures) -> Iterator[tuple[str, str, str]]:
    def counted(of: Figures) -> tuple[str, str, str, str]:
        asked, answered = sum(day.asked for day in of.days), sum(day.answered for day in of.days)
        rate = f"{100 * answered / asked:.0f} %" if asked else "–"
        pinned = sum(wait.clusters for wait in of.waits)
        hours = f"{median(wait.hours for wait in of.waits for _ in range(wait.clusters)):.0f}" if pinned else "–"
        return str(asked), rate, str(pinned), hours

    names = ("Câu hỏi", "Có câu trả lời chắc chắn", "Nhóm câu hỏi được người duyệt trả lời", "Chờ trung vị (giờ)")
    return zip(names, counted(now), counted(before), strict=True)


def _cited(connection: Connection, since: dt.date, until: dt.date) -> tuple[tuple[str, int], ...]:
    citation = col(QuoteSnapshot.citation)
    query = (
        select(citation, func.count())
        .join(QuestionRecord, col(QuestionRecord.id) == col(QuoteSnapshot.record_id))
        .where(*within(col(QuestionRecord.asked_at), since, until))
        .where(col(QuestionRecord.status) == Status.ANSWERED.value, col(QuoteSnapshot.position) == 0)
    )
    rows = connection.execute(query.group_by(citation).order_by(func.count().desc(), citation).limit(_MOST))
    return tuple((str(words), int(times)) for words, times in rows)


def _waiting(connection: Connection, since: dt.date, until: dt.date) -> tuple[Waiting, ...]:
    title, place, id_ = col(ClusterRecord.title), col(ClusterRecord.place), col(ClusterRecord.id)
    # A question whose asker is not known counts as one.
    asker = func.coalesce(col(MemberRecord.asker_hash), col(MemberRecord.record_id))
    askers = func.count(asker.distinct())
    query = (
        select(title, place, func.count(), askers)
        .join(MemberRecord, col(MemberRecord.cluster_id) == id_)
        .where(*within(col(MemberRecord.at), since, until), col(ClusterRecord.state).in_(WAITING))
    )
    rows = connection.execute(
        query.group_by(id_, title, place).order_by(askers.desc(), func.count().desc(), id_).limit(_MOST)
    )
    return tuple(Waiting(words, where, int(asked), int(people)) for words, where, asked, people in rows)


def _named(connection: Connection, since: dt.date, until: dt.date) -> tuple[tuple[str, int], ...]:
    detail = col(QuestionRecord.detail)
    query = select(detail, func.count()).where(
        *within(col(QuestionRecord.asked_at), since, until),
        col(QuestionRecord.reason).in_(_ABSENT),
        detail.is_not(None),
    )
    rows = connection.execute(query.group_by(detail).order_by(func.count().desc(), detail).limit(_MOST))
    return tuple((str(what), int(times)) for what, times in rows)


def _lacking(connection: Connection) -> tuple[tuple[str, str | None], ...]:
    lacks = col(ClusterRecord.state) == ClusterState.LACKS_DOCUMENT.value
    query = select(col(ClusterRecord.id), col(ClusterRecord.title)).where(lacks)
    rows = connection.execute(query.order_by(col(ClusterRecord.rank).desc()).limit(_MOST)).all()
    return tuple((title, _why(connection, cluster_id)) for cluster_id, title in rows)


def _why(connection: Connection, cluster_id: str) -> str | None:
    """What the reviewer wrote who closed it last."""
    of_it = col(EventRecord.subject) == f"cluster:{cluster_id}", col(EventRecord.what) == "cluster.state"
    query = select(col(EventRecord.why)).where(*of_it).order_by(col(EventRecord.at).desc()).limit(1)
    found: str | None = connection.execute(query).scalar()
    return found


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(words: str) -> str:
    """Words that Markdown takes for words."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))
