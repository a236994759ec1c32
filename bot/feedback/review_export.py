"""What reviewers take along: the queue as a table (CSV, XLSX), and each pin as cases that a release has to pass."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator

import xlsxwriter

from bot.feedback.export import cell
from bot.feedback.review import Cluster, ClusterState, Pin
from corpus.citation import MAX_QUOTE_CHARS
from corpus.document import Document
from retrieval.reviewed import digest

STATE_WORDS = {
    ClusterState.OPEN: "chưa xử lý",
    ClusterState.TAKEN: "đang xử lý",
    ClusterState.ANSWERED: "đã có điều khoản",
    ClusterState.LACKS_DOCUMENT: "thiếu văn bản",
    ClusterState.NOT_FOR_US: "không thuộc phạm vi",
    ClusterState.DUPLICATE: "trùng câu khác",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""XML has no room for these."""

_COLUMNS = (
    ("Mã nhóm", 34),
    ("Câu hỏi", 80),
    ("Tình trạng", 20),
    ("Nơi", 30),
    ("Số cách hỏi", 12),
    ("Số người hỏi", 12),
    ("Số lượt hỏi", 12),
    ("Hỏi lần đầu (UTC)", 20),
    ("Hỏi gần nhất (UTC)", 20),
    ("Người xử lý", 20),
)
"""The heads of the columns, and how many letters wide a spreadsheet shows each."""


def to_csv(clusters: Iterable[Cluster]) -> bytes:
    """A table for spreadsheets: UTF-8 with a byte order mark, and no cell that one would take for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([name for name, _ in _COLUMNS])
    writer.writerows([cell(value) if isinstance(value, str) else value for value in _row(one)] for one in clusters)
    return out.getvalue().encode("utf-8-sig", "replace")


def to_xlsx(clusters: Iterable[Cluster]) -> bytes:
    """The same as a workbook; words are stored as words, whatever they begin with."""
    out = io.BytesIO()
    # A row at a time: the whole of a long queue is never held in memory.
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Câu hỏi")
        sheet.freeze_panes(1, 0)
        for column, (_, wide) in enumerate(_COLUMNS):
            sheet.set_column(column, column, wide)
        for number, row in enumerate(itertools.chain([[name for name, _ in _COLUMNS]], map(_row, clusters))):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, _plain(value))
    return out.getvalue()


def _plain(words: str) -> str:
    # Nor has XML room for half a surrogate pair.
    return _UNPRINTABLE.sub("", words.encode("utf-8", "replace").decode())


def to_cases(pins: Iterable[Pin], documents: Iterable[Document]) -> bytes:
    """A line of JSON for each wording of each pin, as `danchu evaluate cases` reads it.

    A pin whose provision has gone or has other words than when it was pinned gives none.
    """
    held = {document.id: document for document in documents}
    lines = (json.dumps(case, ensure_ascii=False) + "\n" for pin in pins for case in _cases(pin, held))
    return "".join(lines).encode("utf-8", "replace")


def _cases(pin: Pin, held: dict[str, Document]) -> Iterator[dict[str, object]]:
    document = held.get(pin.document_id)
    provision = document.by_path.get(pin.path) if document else None
    if document is None or provision is None:
        return
    if digest(document, provision) != pin.text_sha256:
        return
    words = document.words(provision)
    # Nobody can quote a provision over the limit whole; its own words are what tells it.
    quote = words if len(words) <= MAX_QUOTE_CHARS else document.own_words(provision)
    for number, wording in enumerate(pin.wordings, 1):
        yield {
            "id": f"pin-{pin.id[:12]}-{number}",
            "question": wording,
            **({"place": pin.place} if pin.place else {}),
            "kind": "answerable",
            "style": "reviewed",
            "gold": [{"doc": document.source.name, "quote": quote}],
        }


def _row(one: Cluster) -> tuple[str | int, ...]:
    return (
        one.id,
        one.title,
        STATE_WORDS[one.state],
        one.place or "",
        one.wordings,
        one.askers,
        one.asked,
        f"{one.first_at:%Y-%m-%d %H:%M}",
        f"{one.last_at:%Y-%m-%d %H:%M}",
        one.taken_by or "",
    )
