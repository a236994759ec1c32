"""Evaluation cases: a question, and what a right answer holds.

A line each: `{"id", "question", "previous"?, "place"?, "on"?, "kind", "style", "gold": [{"doc", "quote"}], "need_all"?,
"near"?}`; `doc` begins the name of a source file, `kind` is "answerable" or "unanswerable".
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from retrieval.question import Question


class EvaluationError(Exception):
    """Cases or a data set that cannot be used; the message is one plain sentence in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Words that a right quote holds, and the document they stand in."""

    doc: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is right for it."""

    id: str
    question: Question
    answerable: bool
    style: str
    gold: tuple[Gold, ...] = ()
    need_all: bool = False
    near: bool = False
    pair: str | None = None
    """The same question with accents, for the paired figure."""


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """Read files of cases.

    Raises:
        EvaluationError: a file is missing or a line is no case; it names file and line.
    """
    cases: list[Case] = []
    for path in paths:
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise EvaluationError(f"Không đọc được tệp câu hỏi {path}.") from error
        for n, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                cases.append(_case(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise EvaluationError(f"{path.name}, dòng {n}: không phải một câu hỏi đánh giá ({error}).") from error
    if not cases:
        raise EvaluationError("Không có câu hỏi nào trong các tệp đã cho.")
    return cases


def _case(table: dict[str, object]) -> Case:
    previous = table.get("previous") or ()
    on = table.get("on")
    gold = table.get("gold") or ()
    if not isinstance(gold, list | tuple) or not isinstance(previous, str | list | tuple):
        raise TypeError("gold, previous")
    return Case(
        id=str(table["id"]),
        question=Question(
            str(table["question"]),
            place=str(table["place"]) if table.get("place") else None,
            on=dt.date.fromisoformat(str(on)) if on else None,
            previous=(previous,) if isinstance(previous, str) else tuple(str(item) for item in previous),
            id=str(table["id"]),
        ),
        answerable=table["kind"] == "answerable",
        style=str(table.get("style", "all")),
        gold=tuple(Gold(item["doc"], item["quote"]) for item in gold),
        need_all=bool(table.get("need_all")),
        near=bool(table.get("near")),
        pair=str(table["pair"]) if table.get("pair") else None,
    )
