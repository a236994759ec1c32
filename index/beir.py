"""Folders in the BEIR layout: a corpus, questions, and which document answers which question.

A folder holds `corpus.jsonl` or `corpus.jsonl.gz` (`_id`, `title`, `text`), `queries.jsonl` or `queries.jsonl.gz`
(`_id`, `text`) and, for each split, `qrels/<split>.tsv` (a header line, then `query-id`, `corpus-id`, `score`).
See Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation" (2021).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.encoder import IndexingError
from index.passages import Passage

_FIFTHS = 5


class BrokenFolder(IndexingError):
    """A folder that is not in the BEIR layout, or misses the split asked for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and the documents that answer it.

    Args:
        id: the question's name.
        text: its words.
        answers: document keys and how well each answers (above 0).
    """

    id: str
    text: str
    answers: dict[str, int]

    @property
    def fifth(self) -> int:
        """Which of five parts the question falls into, 0 to 4; by its name alone, so the same everywhere."""
        return zlib.crc32(self.id.encode()) % _FIFTHS


def read_corpus(folder: Path) -> list[Passage]:
    """The documents of a folder: key, title as heading, text.

    Raises:
        BrokenFolder: the file is missing or not as it should be, or a key comes twice.
    """
    path = _present(folder, "corpus.jsonl")
    documents = {
        line["_id"]: Passage(line["_id"], line.get("title") or "", line["text"])
        for line in _lines(path, {"_id", "text"})
    }
    if not documents:
        raise _broken(path, "không có văn bản nào")
    return list(documents.values())


def has_split(folder: Path, split: str) -> bool:
    """Whether a folder has judgements under that name."""
    return (folder / "qrels" / f"{split}.tsv").is_file()


def read_judged(folder: Path, split: str) -> list[Judged]:
    """The questions of a split that have at least one answer, in the order of the judgements.

    Raises:
        BrokenFolder: a file is missing or not as it should be, or a judgement names an unknown question.
    """
    path = folder / "qrels" / f"{split}.tsv"
    texts = {line["_id"]: line["text"] for line in _lines(_present(folder, "queries.jsonl"), {"_id", "text"})}
    answers: dict[str, dict[str, int]] = {}
    try:
        rows = path.read_text(encoding="utf-8").splitlines()[1:]
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, "không đọc được tệp này") from error
    for number, row in enumerate(rows, start=2):
        if not row.strip():
            continue
        fields = row.split("\t")
        try:
            query, document, score = fields[0], fields[1], int(float(fields[2]))
        except (IndexError, ValueError, OverflowError) as error:
            raise _broken(path, f"dòng {number} không đúng dạng “mã câu hỏi, mã văn bản, điểm”") from error
        if query not in texts:
            raise _broken(path, f"dòng {number} nêu câu hỏi {query} không có trong queries.jsonl")
        if score > 0:
            answers.setdefault(query, {})[document] = score
    if not answers:
        raise _broken(path, "không có câu hỏi nào có đáp án")
    return [Judged(query, texts[query], found) for query, found in answers.items()]


def _present(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise _broken(folder / name, "không có tệp này")


def _lines(path: Path, fields: set[str]) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, plain or compressed; each has these fields, as text."""
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
            for number, text in enumerate(stream, start=1):
                if not text.strip():
                    continue
                line = json.loads(text)
                if not isinstance(line, dict) or not all(isinstance(line.get(field), str) for field in fields):
                    raise _broken(path, f"dòng {number} thiếu {', '.join(sorted(fields))}")
                yield line
    # A cut or broken gzip file raises EOFError or zlib.error, broken JSON and UTF-8 a ValueError.
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _broken(path, f"không đọc được từ dòng {number}") from error


def _broken(path: Path, why: str) -> BrokenFolder:
    return BrokenFolder(f"Thư mục BEIR không dùng được, {path}: {why}.")
