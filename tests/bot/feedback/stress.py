"""Many processes at one database, and processes killed in the middle: is anything lost, doubled or broken?

python -m tests.bot.feedback.stress                      # 8 processes, 20,000 questions, 500 reviews, 50 kills
python -m tests.bot.feedback.stress --url postgresql://postgres@127.0.0.1:5432/test
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlmodel import col, select

from bot.feedback.audit import Audit
from bot.feedback.database import Database
from bot.feedback.recorder import Recorder
from bot.feedback.review import ClusterState
from bot.feedback.review_records import ClusterRecord, MemberRecord
from bot.feedback.spool import Spool
from bot.feedback.store import Store
from tests.bot.feedback.postgresql import own_schema

ROOT = Path(__file__).parents[3]

_WRITER = """
import sys
from bot.feedback.clusters import Clusters
from bot.feedback.database import Database
from bot.feedback.recorder import Recorder
from bot.feedback.review import ClusterState
from bot.feedback.spool import Spool
from bot.feedback.store import Store
from pathlib import Path
from tests.bot.feedback.conftest import answer
from tests.bot.feedback.test_clusters import encode, read
url, spool, who, questions, reviews = sys.argv[1:4] + [int(n) for n in sys.argv[4:6]]
store = Store(url)
recorder, clusters = Recorder(store, Spool(Path(spool)), b"s" * 32), Clusters(Database(url), encode, read)
every = max(1, questions // max(1, reviews))
for n in range(questions):
    id = recorder.record(answer(f"việc-{who}-{n}"), channel="web", asker=f"{who}-{n % 50}")
    print("q", id, flush=True)
    if n % every == 0 and n // every < reviews:
        # As a person would: not what was asked, gathered, taken, closed with a reason.
        recorder.rate(id, asker="x", helpful=False)
        cluster = clusters.join(store.get(id).entry)
        clusters.take(cluster, who)
        clusters.set_state(cluster, ClusterState.NOT_FOR_US, who, f"thử {id}")
        print("r", id, flush=True)
recorder.close()
"""


@dataclass(frozen=True)
class Outcome:
    """What a run showed. `acknowledged` counts what the writers were told was kept."""

    way: str
    acknowledged: int
    reviews: int
    lost: int
    lost_reviews: int
    doubled: int
    integrity: str
    seconds: float


def writer(url: str, home: Path, who: str, questions: int, reviews: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, url, str(home / "spool"), who, str(questions), str(reviews)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def at_once(url: str, home: Path, processes: int, questions: int, reviews: int) -> Outcome:
    """So many processes write at once, each its share."""
    start = time.monotonic()
    writers = [writer(url, home, f"w{n}", questions // processes, -(-reviews // processes)) for n in range(processes)]
    told = [line.split() for one in writers for line in one.communicate(timeout=3_000)[0].splitlines()]
    assert [one.returncode for one in writers] == [0] * processes
    return _judged("at once", url, home, told, time.monotonic() - start)


def killed(url: str, home: Path, times: int, seed: int = 7) -> Outcome:
    """A writer is killed at a random moment, again and again."""
    start, chance = time.monotonic(), random.Random(seed)
    told: list[list[str]] = []
    for n in range(times):
        with writer(url, home, f"k{n}", 100_000, 50_000) as one:
            assert one.stdout is not None
            told += [one.stdout.readline().split() for _ in range(chance.randrange(1, 60))]
            time.sleep(chance.random() * 0.01)
            one.send_signal(signal.SIGKILL)
            # A last line may be cut off in the middle: it was not acknowledged then.
            told += [line.split() for line in one.stdout.read().splitlines() if len(line) == 34]
    return _judged(f"kill -9, {times} times", url, home, told, time.monotonic() - start)


def _judged(way: str, url: str, home: Path, told: list[list[str]], seconds: float) -> Outcome:
    taking = Recorder(Store(url), Spool(home / "spool"), b"s" * 32)
    taking.take_in()
    taking.close()
    store, database = Store(url), Database(url)
    kept = [one.entry.id for one in store.iterate(queue_only=False)]
    closed = Counter(
        event.why.removeprefix("thử ") for event in Audit(database).newest(1_000_000) if event.what == "cluster.state"
    )
    with database.transaction() as connection:
        placed = connection.scalars(
            select(MemberRecord.record_id)
            .join(ClusterRecord, col(ClusterRecord.id) == col(MemberRecord.cluster_id))
            .where(col(ClusterRecord.state) == ClusterState.NOT_FOR_US.value)
        ).all()
    questions, reviews = ({id for kind, id in told if kind == wanted} for wanted in "qr")
    integrity = "not asked"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            integrity = file.execute("PRAGMA integrity_check").fetchone()[0]
    store.close()
    database.close()
    return Outcome(
        way=way,
        acknowledged=len(questions),
        reviews=len(reviews),
        lost=len(questions - set(kept)),
        lost_reviews=len(reviews - (set(closed) & set(placed))),
        doubled=len(kept) - len(set(kept)) + len(placed) - len(set(placed)) + sum(closed.values()) - len(closed),
        integrity=integrity,
        seconds=round(seconds, 1),
    )


def main() -> None:
    """Run and print one line of JSON for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a PostgreSQL database, where it makes a schema of its own; else a SQLite file")
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--reviews", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with own_schema(given.url) if given.url else nullcontext(f"sqlite:///{home / 'danchu.sqlite3'}") as url:
            print(json.dumps(asdict(at_once(url, home, 8, given.questions, given.reviews))), flush=True)
            print(json.dumps(asdict(killed(url, home, given.kills))), flush=True)


if __name__ == "__main__":
    main()
