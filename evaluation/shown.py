"""What an answer showed, read from the JSON of the contract: so that kept answers are measured like fresh ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from evaluation.cases import EvaluationError
from retrieval.answer import Answer, Status


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote as it was shown.

    Args:
        file: the name of its source file, without folders.
        start, end: offsets into that file, in characters.
        lead_in: the words of its ancestors.
    """

    text: str
    file: str
    start: int
    end: int
    citation: str
    path: str
    document: str
    score: float
    lead_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer as it was shown; `confidence` is None where nothing was searched and nothing is answered."""

    id: str
    status: Status
    reason: str | None
    detail: str | None
    understood: str
    confidence: float | None
    latency_ms: float
    quotes: tuple[ShownQuote, ...] = ()


def shown(answer: Answer) -> Shown:
    """An answer as its JSON shows it."""
    return from_json(answer.to_json())


def from_json(table: Mapping[str, Any]) -> Shown:
    """Read one answer. Raises KeyError, TypeError or ValueError if it is none."""
    confidence = table.get("confidence")
    return Shown(
        id=str(table["id"]),
        status=Status(table["status"]),
        reason=table.get("reason"),
        detail=table.get("detail"),
        understood=str(table.get("understood") or ""),
        confidence=None if confidence is None else float(confidence),
        latency_ms=float(table.get("latency_ms") or 0.0),
        quotes=tuple(_quote(quote) for quote in table["quotes"]),
    )


def _quote(table: Mapping[str, Any]) -> ShownQuote:
    source = table["source"]
    return ShownQuote(
        text=table["text"],
        file=PurePosixPath(source["file"]).name,
        start=int(source["start"]),
        end=int(source["end"]),
        citation=str(table["citation"]),
        path=str(table["path"]),
        document=str(table["document"]["id"]),
        score=float(table["score"]),
        lead_in=tuple(part["text"] for part in table["lead_in"]),
    )


def write_answers(path: Path, answers: Sequence[Answer]) -> None:
    """Keep answers, a line each, as `danchu ask --batch --json` prints them."""
    path.write_text("".join(json.dumps(answer.to_json(), ensure_ascii=False) + "\n" for answer in answers), "utf-8")


def read_answers(path: Path, ids: Sequence[str]) -> list[Shown]:
    """Read kept answers, a line each, in the order of some cases.

    Raises:
        EvaluationError: the file cannot be read, a line is no answer, or the answer to a case is missing.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise EvaluationError(f"Không đọc được tệp câu trả lời {path}.") from error
    found: dict[str, Shown] = {}
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = from_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise EvaluationError(f"{path.name}, dòng {n}: không phải một câu trả lời ({error}).") from error
        found[answer.id] = answer
    missing = [each for each in ids if each not in found]
    if missing:
        raise EvaluationError(f"{path.name}: thiếu câu trả lời cho {len(missing)} câu hỏi, như {missing[0]}.")
    return [found[each] for each in ids]
