"""How well clustering sorts questions of which it is known which ask the same.

A file has one JSON object a line: `{"id": "h01", "wordings": ["…", "…"]}`.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.feedback.clusters import Clusters, Encode
from bot.feedback.database import Database
from bot.feedback.records import Entry, ReviewState
from bot.feedback.same import Reading, pairwise_f1
from bot.feedback.store import Store

ROUNDS = 3
"""Clusters grow in the order in which people ask; so many orders are tried."""

_ASKED_FROM = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over all rounds."""

    questions: int
    wordings: int
    clusters: float
    f1: float
    """Pairwise, with its precision and recall: a pair counts where two wordings stand in one cluster."""
    precision: float
    recall: float


def read_groups(file: Path) -> dict[str, list[str]]:
    """The wordings of each question.

    Raises:
        OSError, ValueError: the file cannot be read, or a line is not as it must be.
    """
    groups: dict[str, list[str]] = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        fields = json.loads(line)
        if not isinstance(fields, dict) or not isinstance(fields.get("id"), str) or not fields.get("wordings"):
            raise ValueError(f"{file.name}:{number}")
        groups[fields["id"]] = [str(wording) for wording in fields["wordings"]]
    return groups


def measure(groups: dict[str, list[str]], encode: Encode, asked: Reading, rounds: int = ROUNDS) -> Measured:
    """Let all wordings join, in shuffled orders, each time in a database of its own that is gone afterwards."""
    wordings = [(question, text) for question, texts in groups.items() for text in texts]
    sizes, scores = [], []
    for seed in range(rounds):
        random.Random(seed).shuffle(wordings)
        with tempfile.TemporaryDirectory() as folder:
            found = _clustered(wordings, f"sqlite:///{folder}/measure.sqlite3", encode, asked)
        sizes.append(len(found))
        scores.append(pairwise_f1(found))
    f1, precision, recall = (sum(column) / rounds for column in zip(*scores, strict=True))
    return Measured(len(groups), len(wordings), sum(sizes) / rounds, f1, precision, recall)


def _clustered(wordings: Sequence[tuple[str, str]], url: str, encode: Encode, asked: Reading) -> list[list[str]]:
    entries = [refused(text, _ASKED_FROM + dt.timedelta(minutes=number)) for number, (_, text) in enumerate(wordings)]
    store, database = Store(url), Database(url)
    try:
        store.add(entries)
        clusters = Clusters(database, encode, asked)
        found: dict[str | None, list[str]] = defaultdict(list)
        for (question, _), entry in zip(wordings, entries, strict=True):
            found[clusters.join(entry)].append(question)
        return list(found.values())
    finally:
        store.close()
        database.close()


def refused(text: str, at: dt.datetime, asker_hash: str | None = None) -> Entry:
    """A question on record that had no answer."""
    return Entry(
        id=uuid.uuid4().hex,
        asked_at=at,
        channel="cli",
        asker_hash=asker_hash,
        question=text,
        question_chars=len(text),
        previous=(),
        understood="",
        place=None,
        province=None,
        on_date=at.date(),
        status="unanswered",
        reason="no_provision",
        detail=None,
        latency_ms=0.0,
        corpus_version="",
        documents=0,
        provisions=0,
        candidates=(),
        quotes=(),
        state=ReviewState.OPEN,
    )
