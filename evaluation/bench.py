"""`make bench`: how fast an answer comes, how long the program takes to start, how much memory it needs.

Timings are printed, never judged: machines differ. Run it on a quiet machine and compare medians.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROUNDS = 5
_STARTS = 5
_CASES = Path(__file__).parent / "cases" / "steer.jsonl"


def warm(rounds: int = _ROUNDS) -> dict[str, float]:
    """Answers over the shipped corpus in one warm process.

    Returns:
        Questions a second, and the median and 95th percentile of one answer in milliseconds.
    """
    from evaluation.cases import read_cases
    from evaluation.run import open_answerer

    questions = [case.question for case in read_cases([_CASES])]
    answerer = open_answerer()
    for question in questions:
        answerer.answer(question)
    times: list[float] = []
    for _ in range(rounds):
        for question in questions:
            start = time.perf_counter()
            answerer.answer(question)
            times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return {
        "questions": len(questions),
        "questions_per_s": round(1000 * len(times) / sum(times), 1),
        "answer_ms_p50": round(statistics.median(times), 2),
        "answer_ms_p95": round(times[int(len(times) * 0.95)], 2),
    }


def cold(starts: int = _STARTS) -> dict[str, float]:
    """`danchu ask` as a whole process, its index already built.

    Returns:
        The median wall time in seconds, and the peak memory in MB of the largest process.
    """
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "DANCHU_HOME": home}
        command = [sys.executable, "-m", "bot.cli", "ask", "Ai giám sát nghị quyết ở Thạch Khôi?", "--json"]
        walls = []
        for _ in range(starts + 1):
            start = time.perf_counter()
            subprocess.run(command, env=env, check=True, capture_output=True)
            walls.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "ask_s_first": round(walls[0], 2),
        "ask_s_median": round(statistics.median(walls[1:]), 2),
        "ask_peak_mb": round(peak),
    }


def many(folder: Path, split: str = "train") -> dict[str, float]:
    """The same search over a large corpus in the BEIR layout.

    Returns:
        How many documents and questions, seconds to build the index, and the median and 95th percentile of one search
        in milliseconds.
    """
    from evaluation.beir import evaluate

    found = evaluate(folder, split)
    names = {
        "documents": "documents",
        "queries": "queries",
        "build_s": "build_s",
        "query_ms_p50": "p50",
        "query_ms_p95": "p95",
    }
    return {f"many_{short}": found[name] for name, short in names.items()}


_PLACES = """
import os, sys, time
sys.path.insert(0, {root!r})
from corpus.catalog import open_catalog
from corpus.territory import resolve, seats
from corpus.units import units
documents = open_catalog(None).documents
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
before, start = resident(), time.perf_counter()
assert resolve("P. Thạch Khôi", None, frozenset(seats(documents).values())).chain.lineage
assert units().districts
print((time.perf_counter() - start) * 1000, resident() - before)
"""
_TYPED = ("P. Thạch Khôi", "Kim Bảng", "q ngo quyen", "Cao Xanh", "TP HP", "phường Hồng Bàng, Hải Phòng", "Hạ Long")


def places(starts: int = _STARTS) -> dict[str, float]:
    """What the table of units and the stack cost; the goals are 50 ms, 25 MB and 1 ms.

    Returns:
        `places_start_ms` and `places_mb`, what it takes once to have the table and its indexes, the median of several
        processes; `places_answer_ms`, the median added to one answer of the steering cases by its day and places;
        and `stack_ms`, the median of a place typed, resolved and its documents ordered, nothing remembered.
    """
    from corpus.binding import stack
    from corpus.territory import resolve, seats
    from evaluation.cases import read_cases
    from evaluation.run import open_answerer

    root = str(Path(__file__).resolve().parents[1])
    runs = [
        subprocess.run([sys.executable, "-c", _PLACES.format(root=root)], check=True, capture_output=True, text=True)
        for _ in range(starts)
    ]
    starts_ms, sizes = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    answerer = open_answerer()
    questions = [case.question for case in read_cases([_CASES])]
    documents, held = answerer.catalog.documents, frozenset(seats(answerer.catalog).values())
    added: list[float] = []
    for question in questions * 2:
        start = time.perf_counter()
        located = answerer.understood(question)
        whole = time.perf_counter() - start
        start = time.perf_counter()
        answerer.read(question)
        added.append((whole - (time.perf_counter() - start)) * 1000)
        assert located is not None
    piled: list[float] = []
    for words in _TYPED * 10:
        start = time.perf_counter()
        chain = resolve(words, None, held).chain
        if chain:
            stack(documents, chain)
        piled.append((time.perf_counter() - start) * 1000)
    return {
        "places_start_ms": round(statistics.median(starts_ms), 1),
        "places_mb": round(statistics.median(sizes), 1),
        "places_answer_ms": round(statistics.median(added[len(questions) :]), 3),
        "stack_ms": round(statistics.median(piled), 2),
    }


if __name__ == "__main__":
    figures = {**cold(), **warm(), **places()}
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder and folder.is_dir():
        figures |= many(folder)
    else:
        print(f"no corpus of many articles in {folder}: make bench ARTICLES=<BEIR-layout folder>", file=sys.stderr)
    print(json.dumps(figures, indent=2))
