"""Evaluation cases: a question, and what a right answer holds.

A line each: `{"id", "question", "previous"?, "place"?, "on"?, "kind", "style", "gold": [{"doc", "quote"}], "need_all"?,
"near"?}`; `doc` begins the name of a source file, `kind` is "answerable" or "unanswerable". Cases over documents that
do not ship name the provision instead of its words: `{"number", "path"}`; `located` finds the words once it is added.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.catalog import Catalog
from corpus.citation import MAX_QUOTE_CHARS
from retrieval.question import Question


class EvaluationError(Exception):
    """Cases or a data set that cannot be used; the message is one plain sentence in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Words that a right quote holds, and the document they stand in; or where they stand, until it is added."""

    doc: str
    quote: str
    number: str | None = None
    path: str | None = None


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
        EvaluationError: a file is missing, a line is no case, or two cases share an id; it names which.
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
    twice = [name for name, count in Counter(case.id for case in cases).items() if count > 1]
    if twice:
        raise EvaluationError(f"Hai câu hỏi đánh giá có chung mã {twice[0]}.")
    return cases


def located(cases: Iterable[Case], catalog: Catalog) -> list[Case]:
    """The same cases with the words of each provision that they name by number and path.

    Raises:
        EvaluationError: a case names a document that is not held, or a provision that it does not have.
    """
    by_number = {document.meta.number: document for document in catalog if document.meta.number}

    def words(case: Case, gold: Gold) -> Gold:
        if gold.path is None:
            return gold
        document = by_number.get(gold.number or "")
        if document is None:
            raise EvaluationError(f"Câu {case.id} cần văn bản {gold.number}; hãy thêm bằng --add.")
        found = document.by_path.get(gold.path)
        if found is None:
            raise EvaluationError(f"Câu {case.id}: {gold.number} không có {gold.path}.")
        # Nobody can quote a provision over the limit whole; its own words are what tells it.
        whole = found.end - found.start <= MAX_QUOTE_CHARS
        return Gold(document.source.name, document.words(found) if whole else document.own_words(found))

    return [replace(case, gold=tuple(words(case, gold) for gold in case.gold)) for case in cases]


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
        gold=tuple(
            Gold("", "", item["number"], item["path"]) if "path" in item else Gold(item["doc"], item["quote"])
            for item in gold
        ),
        need_all=bool(table.get("need_all")),
        near=bool(table.get("near")),
        pair=str(table["pair"]) if table.get("pair") else None,
    )
