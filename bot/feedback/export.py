"""The review queue as files: JSONL for programs, CSV for spreadsheets.

People's hashes are not exported: what a reviewer needs is the question.
"""

from __future__ import annotations

import csv
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import orjson

from bot.feedback.database import ExportRefused
from bot.feedback.records import Reviewed

STATUS_WORDS = {
    "answered": "đã trả lời",
    "related": "gần đúng",
    "unanswered": "chưa trả lời được",
    "error": "lỗi",
}
REASON_WORDS = {
    "empty": "không có nội dung",
    "unreadable": "không đọc được",
    "too_long": "quá dài",
    "off_topic": "ngoài phạm vi",
    "provision_not_found": "không có điều khoản này",
    "document_not_in_corpus": "chưa có văn bản",
    "place_not_in_corpus": "chưa có văn bản của địa phương",
    "other_law": "lĩnh vực pháp luật khác",
    "no_provision": "không tìm thấy điều khoản",
    "low_confidence": "chưa chắc chắn",
    "fact_not_stated": "văn bản không nêu",
}
"""What reviewers read for the values of the contract."""

_COLUMNS = (
    "Mã câu hỏi",
    "Thời điểm (UTC)",
    "Kênh",
    "Câu hỏi",
    "Hiểu là",
    "Nơi",
    "Tỉnh, thành phố",
    "Ngày áp dụng",
    "Kết quả",
    "Lý do",
    "Chi tiết",
    "Hữu ích",
    "Không hữu ích",
    "Điều khoản đã hiện",
    "Mã trích dẫn",
    "Phiên bản dữ liệu",
)

_FORMULA_SIGNS = "=+-@＝＋－＠"
"""A cell that begins with one of these is a formula to spreadsheets, the full-width ones to some."""


def to_json(item: Reviewed) -> dict[str, Any]:
    """A question on record as JSON: names as in an answer of the contract where they mean the same."""
    entry = item.entry
    return {
        "id": entry.id,
        "asked_at": entry.asked_at.isoformat(timespec="milliseconds"),
        "channel": entry.channel,
        "question": entry.question,
        "question_chars": entry.question_chars,
        "previous": list(entry.previous),
        "understood": entry.understood,
        "status": entry.status,
        "reason": entry.reason,
        "detail": entry.detail,
        "place": None if entry.place is None else {"name": entry.place, "province": entry.province},
        "on": entry.on_date.isoformat(),
        "state": entry.state.value,
        "helpful": item.helpful,
        "unhelpful": item.unhelpful,
        "latency_ms": round(entry.latency_ms, 2),
        "searched": {
            "documents": entry.documents,
            "provisions": entry.provisions,
            "corpus_version": entry.corpus_version,
        },
        "quotes": [
            {
                "code": quote.code,
                "text": quote.text,
                "text_sha256": quote.text_sha256,
                "citation": quote.citation,
                "document": quote.document_id,
                "path": quote.path,
                "source": {
                    "file": quote.source_file,
                    "sha256": quote.source_sha256,
                    "start": quote.source_start,
                    "end": quote.source_end,
                },
                "validity": {"status": quote.validity, "note": quote.validity_note},
                "score": round(quote.score, 4),
            }
            for quote in entry.quotes
        ],
        "candidates": [
            {
                "citation": candidate.citation,
                "key": candidate.key,
                "score": round(candidate.score, 4),
                "signals": candidate.signals,
            }
            for candidate in entry.candidates
        ],
    }


def write_jsonl(items: Iterable[Reviewed], out: TextIO) -> int:
    """Write a line of JSON for each question; returns how many."""
    amount = 0
    for item in items:
        out.write(orjson.dumps(to_json(item)).decode() + "\n")
        amount += 1
    return amount


def write_csv(items: Iterable[Reviewed], out: TextIO) -> int:
    """Write a table for spreadsheets, a row for each question; returns how many.

    Args:
        items: the questions.
        out: opened with `newline=""` and encoding `utf-8-sig`: spreadsheets know Vietnamese letters by that mark.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    amount = 0
    for item in items:
        entry = item.entry
        row = (
            entry.id,
            entry.asked_at.strftime("%Y-%m-%d %H:%M:%S"),
            entry.channel,
            entry.question,
            entry.understood,
            entry.place or "",
            entry.province or "",
            entry.on_date.isoformat(),
            STATUS_WORDS.get(entry.status, entry.status),
            REASON_WORDS.get(entry.reason or "", entry.reason or ""),
            entry.detail or "",
            str(item.helpful),
            str(item.unhelpful),
            "\n".join(quote.citation for quote in entry.quotes),
            "\n".join(quote.code for quote in entry.quotes),
            entry.corpus_version,
        )
        writer.writerow([cell(words) for words in row])
        amount += 1
    return amount


def cell(words: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before what would be one.

    Follows the OWASP advice on CSV injection.

    Examples:
        >>> cell("=HYPERLINK(1)"), cell("- họp dân"), cell("Điều 5")
        ("'=HYPERLINK(1)", "'- họp dân", 'Điều 5')
    """
    risky = words[:1] in ("\t", "\r", "\n") or words.lstrip()[:1] in tuple(_FORMULA_SIGNS)
    return "'" + words if words and risky else words


WRITERS = {"jsonl": write_jsonl, "csv": write_csv}
"""The formats of an export, by name."""


def export(items: Iterable[Reviewed], path: Path, form: str, *, overwrite: bool = False) -> int:
    """Write questions to a file, whole or not at all.

    Args:
        items: the questions.
        path: the file to make.
        form: "jsonl" or "csv".
        overwrite: whether a file that is there already may be replaced.

    Returns:
        How many questions were written.

    Raises:
        ExportRefused: the file exists, or cannot be written.
        StoreUnavailable: the questions cannot be read; no file is made.
    """
    if path.exists() and not overwrite:
        raise ExportRefused(f"Tệp {path} đã có; thêm --force nếu muốn ghi đè.")
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # people's words: for the owner alone
        with os.fdopen(handle, "w", encoding=encoding, newline="" if form == "csv" else "\n") as out:
            amount = WRITERS[form](items, out)
        draft.replace(path)
    except OSError as error:
        raise ExportRefused(f"Không ghi được tệp {path}: kiểm tra thư mục, quyền ghi và chỗ trống.") from error
    finally:
        draft.unlink(missing_ok=True)
    return amount
