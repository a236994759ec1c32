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


if __name__ == "__main__":
    figures = {**cold(), **warm()}
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder and folder.is_dir():
        figures |= many(folder)
    else:
        print(f"no corpus of many articles in {folder}: make bench ARTICLES=<BEIR-layout folder>", file=sys.stderr)
    print(json.dumps(figures, indent=2))
