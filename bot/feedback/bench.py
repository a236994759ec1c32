"""`make bench`: the review loop with 100,000 questions on record.

Questions are made up of syllables in the proportions of real ones: most are wordings of a few thousand that are asked
often, spread over the places, channels and months that a queue is filtered by.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import update
from sqlmodel import col

from bot.feedback.clusters import SEQ, Clusters, Encode, member_row
from bot.feedback.counting import new_cluster, rank_of
from bot.feedback.database import Database
from bot.feedback.desk import Desk
from bot.feedback.export import export
from bot.feedback.pins import Pins
from bot.feedback.records import CandidateEntry, Entry, Meta
from bot.feedback.review import ClusterState, QueueFilter
from bot.feedback.review_records import ClusterRecord, MemberRecord
from bot.feedback.same import Asked, kind_of, place_key, plain
from bot.feedback.same_measure import refused
from bot.feedback.store import Store
from index.encoder import load_encoder
from retrieval.answerer import Answerer

_QUESTIONS = 100_000
_ROUNDS = 20
_PLACES = ("Thạch Khôi", "Hải Phòng", "Ngô Quyền", "Kim Bảng", "Cao Xanh", None)
_CHANNELS = ("web", "telegram", "zalo", "cli")
_REASONS = ("no_provision", "low_confidence", "fact_not_stated", "other_law", "place_not_in_corpus")
_ENDS = (
    "ở đâu?",
    "do ai làm?",
    "khi nào?",
    "bao nhiêu tiền?",
    "cần giấy tờ gì?",
    "mấy ngày?",
    "ra sao?",
    "được không?",
)
_ONSETS = "b c ch d đ g h kh l m n ng nh ph qu r s t th tr v x".split()
_BATCH = 1_000


def review_loop(questions: int = _QUESTIONS, url: str | None = None) -> dict[str, float]:
    """Milliseconds of what reviewers and the background work wait for.

    Args:
        questions: how many are on record.
        url: a database of this measurement's own, empty; a SQLite file in a temporary folder by default.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        url = url or f"sqlite:///{folder}/bench.sqlite3"
        store, database = Store(url), Database(url)
        try:
            return _measured(store, database, questions, scratch)
        finally:
            store.close()
            database.close()


def _measured(store: Store, database: Database, questions: int, scratch: Path) -> dict[str, float]:
    rng = random.Random(5)
    made = _questions(rng)
    encode = load_encoder().encode
    clusters = Clusters(database, encode, _read)
    lines: dict[str, Any] = {}
    for _ in range(0, questions, _BATCH):
        batch = [next(made) for _ in range(_BATCH)]
        store.add(entry for entry, _ in batch)
        _join_as_told(database, batch, encode, lines)
    with database.transaction(write=True) as connection:
        for line in lines.values():
            line |= {"askers": len(line["askers"]), "wordings": len(line["wordings"])}
            line["rank"] = rank_of(line["askers"], line["last_at"], line["place"])
            connection.execute(update(ClusterRecord).where(col(ClusterRecord.id) == line["id"]).values(line))
        connection.execute(database.insert(Meta).values(key=SEQ, value=str(questions)))
    last = [next(made)[0] for _ in range(_ROUNDS)]
    store.add(last)
    first = _timed([lambda: clusters.join(last[0])])
    page = clusters.queue(QueueFilter())
    largest = max(page.clusters, key=lambda line: line.asked)
    filters = {
        "queue": QueueFilter(),
        "queue_all": QueueFilter(state=None),
        "queue_taken": QueueFilter(state=ClusterState.TAKEN),
        "queue_place": QueueFilter(place="Kim Bảng"),
        "queue_channel": QueueFilter(channel="zalo"),
        "queue_dates": QueueFilter(since=dt.date(2026, 3, 1), until=dt.date(2026, 3, 31)),
        "queue_words": QueueFilter(words=plain(page.clusters[0].title).split()[0]),
        "queue_all_filters": QueueFilter(place="Kim Bảng", channel="zalo", reason="other_law", words="ai"),
    }
    figures = {
        "review_questions": float(questions),
        "review_clusters": float(clusters.queue(QueueFilter(state=None)).total),
        "review_largest_cluster": float(largest.asked),
        "review_first_join_ms": first,
        "review_join_ms": _timed([lambda entry=entry: clusters.join(entry) for entry in last[1:]]),  # type: ignore[misc]
        "review_nothing_new_ms": _timed([lambda: clusters.catch_up()] * _ROUNDS),
        "review_last_page_ms": _timed([lambda: clusters.queue(QueueFilter(), page.pages)] * _ROUNDS),
        "review_cluster_ms": _timed([lambda: clusters.view(largest.id)] * _ROUNDS),
    }
    for name, wanted in filters.items():
        figures[f"review_{name}_ms"] = _timed([lambda wanted=wanted: clusters.queue(wanted)] * _ROUNDS)  # type: ignore[misc]
    desk = Desk(database, clusters, Pins(database), _no_answerer)
    everything = QueueFilter(state=None)
    exports: dict[str, Callable[[], object]] = {
        "review_csv": lambda: desk.export("csv", everything, ()),
        "review_xlsx": lambda: desk.export("xlsx", everything, ()),
        "questions_csv": lambda: export(store.iterate(brief=True), scratch / "questions.csv", "csv"),
        "questions_jsonl": lambda: export(store.iterate(), scratch / "questions.jsonl", "jsonl"),
    }
    for name, exporting in exports.items():
        figures[f"export_{name}_ms"] = _timed([exporting])
    return figures


def _no_answerer() -> Answerer:
    raise AssertionError("nothing is pinned here")


def _timed(calls: Sequence[Callable[[], object]]) -> float:
    """The median of some calls in milliseconds."""
    times = []
    for call in calls:
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(times), 2)


def _join_as_told(
    database: Database, batch: Sequence[tuple[Entry, str]], encode: Encode, lines: dict[str, Any]
) -> None:
    """Put questions into the clusters of their topics; 100,000 that join one by one would take many minutes."""
    asked = [_read(entry.question, (), entry.place) for entry, _ in batch]
    vectors = encode([one.text for one in asked]).astype(np.float16)
    new: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    seq = sum(line["asked"] for line in lines.values())
    for (entry, topic), one, vector in zip(batch, asked, vectors, strict=True):
        key = f"{topic}|{one.place_key}"
        line = lines.get(key)
        if line is None:
            id_ = uuid.uuid5(uuid.NAMESPACE_OID, key).hex
            new.append(new_cluster(id_, entry.question, one.place, entry.asked_at))
            line = lines[key] = new[-1] | {"askers": set(), "wordings": set()}
        line["asked"] += 1
        line["askers"].add(entry.asker_hash)
        line["wordings"].add(entry.question)
        line["last_at"] = entry.asked_at
        members.append(member_row(entry, one, vector, line["id"], seq + len(members) + 1))
    with database.transaction(write=True) as connection:
        if new:
            connection.execute(database.insert(ClusterRecord), new)
        connection.execute(database.insert(MemberRecord), members)


def _questions(rng: random.Random) -> Iterator[tuple[Entry, str]]:
    """Questions without end, each with its topic: a few topics are asked often, most once or twice."""
    syllables = [a + b for a in _ONSETS for b in ("an", "ông", "ình", "ức", "ạo")]
    topics = [" ".join(rng.sample(syllables, 5)) for _ in range(20_000)]
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    saw = tuple(CandidateEntry(f"khoản {n} Điều {n}", f"k{n}", 0.3, {"bm25": 1.0}) for n in range(10))
    number = 0
    while True:
        topic = topics[min(int(rng.paretovariate(0.6)), len(topics)) - 1] if rng.random() < 0.66 else rng.choice(topics)
        words = topic.split()
        if rng.random() < 0.3:
            words.insert(rng.randrange(5), rng.choice(syllables))
        place = rng.choice(_PLACES)
        text = " ".join([place or "", *words, _ENDS[len(topic) % len(_ENDS)]]).strip()
        number += 1
        entry = refused(text, start + dt.timedelta(minutes=4 * number), f"asker{rng.randrange(30_000)}")
        entry = replace(entry, channel=rng.choice(_CHANNELS), reason=rng.choice(_REASONS), place=place, candidates=saw)
        yield entry, topic


def _read(text: str, previous: Sequence[str] = (), place: str | None = None) -> Asked:
    bare = text.removeprefix(place or "").strip()
    words = tuple(dict.fromkeys(plain(bare).split()))
    return Asked(bare.lower(), words, kind_of(bare), place, place_key([place] if place else []))


if __name__ == "__main__":
    print(json.dumps(review_loop(int(sys.argv[1]) if len(sys.argv) > 1 else _QUESTIONS), indent=2))
