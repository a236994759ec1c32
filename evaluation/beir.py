"""The same retrieval over any BEIR-layout folder, with the figures of information retrieval.

The figures are as in trec_eval: a document counts as an answer if its judgement is above 0; nDCG takes the judgement
as the gain and discounts by the logarithm of the rank (Järvelin and Kekäläinen, 2002). `acc@k` is the share of
questions with an answer among the first k.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.beir import Judged, read_corpus, read_judged
from index.encoder import Encoder, load_encoder
from index.lexical import best
from index.provision_index import ProvisionIndex
from retrieval.relevance import Relevance
from retrieval.search import SearchSettings, hybrid

_DEPTH = 100
"""How far down a ranking is looked at, and how much of it a run file holds."""
_RUN_NAME = "danchu"


def evaluate(
    folder: Path,
    split: str = "test",
    settings: SearchSettings | None = None,
    run_file: Path | None = None,
    *,
    encoder: Encoder | None = None,
    fifth: int | None = None,
) -> dict[str, float]:
    """Searches a folder's corpus for each question of a split and measures what comes back.

    Args:
        folder: a BEIR-layout folder.
        split: the name of the judgements, as in `qrels/<split>.tsv`.
        settings: the weights of the search.
        run_file: where to write the rankings in the format of TREC, or None.
        encoder: another than the one that ships.
        fifth: only the questions of this fifth (`Judged.fifth`, 0 to 4), for an encoder trained without them.

    Returns:
        The figures by the names of the contract; times in milliseconds a question and, for the index, in seconds.

    Raises:
        BrokenFolder: the folder is not in the BEIR layout, or has no such split.
        ModelMissing: the encoder cannot be loaded.
        OSError: the run file cannot be written.
    """
    judged = [one for one in read_judged(folder, split) if fifth in (None, one.fifth)]
    passages = read_corpus(folder)
    encoder = encoder or load_encoder()
    begin = time.perf_counter()
    settings = settings or SearchSettings()
    index = ProvisionIndex.build(passages, encoder)
    relevance = Relevance(index, settings) if settings.relevance else None
    build_s = time.perf_counter() - begin

    rankings: list[list[tuple[str, float]]] = []
    times = []
    for one in judged:
        begin = time.perf_counter()
        if relevance is not None:
            rows, values = relevance.ranking(one.text, _DEPTH)
        else:
            score = hybrid(index, one.text, settings).score
            rows = best(score, _DEPTH)
            values = score[rows].astype(np.float64)
        times.append((time.perf_counter() - begin) * 1000)
        rankings.append([(passages[row].key, float(value)) for row, value in zip(rows, values, strict=True)])
    if run_file is not None:
        run_file.write_text(_run(judged, rankings), encoding="utf-8")
    p50, p95 = np.percentile(times, [50, 95]) if times else (0.0, 0.0)
    return {
        "queries": len(judged),
        "documents": len(passages),
        **measures(judged, [[key for key, _ in ranking] for ranking in rankings]),
        "query_ms_p50": round(float(p50), 3),
        "query_ms_p95": round(float(p95), 3),
        "build_s": round(build_s, 2),
    }


def measures(judged: Sequence[Judged], rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """The mean of each figure over the questions, from 0 to 1.

    Args:
        judged: the questions with their answers.
        rankings: for each of them document keys, best first, without repeats.
    """
    count = max(len(judged), 1)
    totals = dict.fromkeys(("acc@1", "acc@3", "acc@10", "acc@100", "mrr@10", "ndcg@10", "recall@10"), 0.0)
    for one, ranking in zip(judged, rankings, strict=True):
        ranks = [rank for rank, key in enumerate(ranking, start=1) if key in one.answers]
        first = ranks[0] if ranks else math.inf
        for depth in (1, 3, 10, 100):
            totals[f"acc@{depth}"] += first <= depth
        totals["mrr@10"] += 1 / first if first <= 10 else 0.0
        gained = sum(one.answers[ranking[rank - 1]] / math.log2(rank + 1) for rank in ranks if rank <= 10)
        ideal = sorted(one.answers.values(), reverse=True)[:10]
        totals["ndcg@10"] += gained / sum(gain / math.log2(rank + 1) for rank, gain in enumerate(ideal, start=1))
        totals["recall@10"] += sum(rank <= 10 for rank in ranks) / len(one.answers)
    return {name: round(total / count, 4) for name, total in totals.items()}


def _run(judged: Sequence[Judged], rankings: Sequence[Sequence[tuple[str, float]]]) -> str:
    """Rankings in the format of TREC: question, Q0, document, rank, score, name.

    Set apart by tabs, since keys such as "Luật Nhà ở|12" hold spaces.
    """
    return "".join(
        f"{one.id}\tQ0\t{key}\t{rank}\t{score:.6f}\t{_RUN_NAME}\n"
        for one, ranking in zip(judged, rankings, strict=True)
        for rank, (key, score) in enumerate(ranking, start=1)
    )
