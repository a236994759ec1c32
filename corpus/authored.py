"""Authored questions: how people would ask for a provision, kept as data beside the documents.

They are other doors to a provision: indexed, never shown as the law. A file holds a JSON line for each provision,
`{"document": id or "number": number, "path": path, "questions": [...]}`; one keyed by a document's number takes effect
when a document of that number is added.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.document import BrokenMetadata, Document

QUESTIONS = Path(__file__).parent / "questions"
"""The authored questions that ship."""


@dataclass(frozen=True, slots=True)
class Authored:
    """One authored question and the provision that answers it."""

    document_id: str
    path: str
    question: str


def authored_questions(documents: Iterable[Document]) -> Iterator[Authored]:
    """The authored questions of the documents held. A path that a document does not have is passed over.

    Raises:
        BrokenMetadata: if a file of questions is malformed; it names file and line.
    """
    by_id, by_number = _read()
    for document in documents:
        rows = [*by_id.get(document.id, ()), *by_number.get(document.meta.number or "", ())]
        for path, questions in rows:
            if path in document.by_path:
                for question in questions:
                    yield Authored(document.id, path, question)


def every_authored(documents: Iterable[Document]) -> list[tuple[tuple[str, ...], str]]:
    """The authored questions of every provision, also of documents not held; with its words where it is held.

    Raises:
        BrokenMetadata: if a file of questions is malformed; it names file and line.
    """
    by_id, by_number = _read()
    held = {document.id: document for document in documents}
    held |= {document.meta.number: document for document in held.values() if document.meta.number in by_number}
    every = []
    for name, rows in [*by_id.items(), *by_number.items()]:
        for path, questions in rows:
            provision = held[name].by_path.get(path) if name in held else None
            every.append((questions, held[name].own_words(provision) if provision else ""))
    return every


_Rows = dict[str, list[tuple[str, tuple[str, ...]]]]


@cache
def _read() -> tuple[_Rows, _Rows]:
    by_id: _Rows = defaultdict(list)
    by_number: _Rows = defaultdict(list)
    for file in sorted(QUESTIONS.glob("*.jsonl")):
        for n, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                entry = (str(row["path"]), tuple(map(str, row["questions"])))
                if "document" in row:
                    by_id[row["document"]].append(entry)
                else:
                    by_number[row["number"]].append(entry)
            except (ValueError, KeyError, TypeError) as error:
                raise BrokenMetadata(f"{file.name}, dòng {n}: câu hỏi soạn sẵn hỏng ({error}).") from error
    return by_id, by_number
