"""The figures of answers to cases.

success@1, success@3   answerable cases whose first quote / one of the first three holds a gold text (comparisons: all
                       gold texts within five quotes)
sure@1                 success@1 with status "answered"
abstain                unanswerable cases left unanswered (near misses: or only "related")
abstain_strict         unanswerable cases left unanswered
violations             quotes that break the contract; each must be 0
"""

from __future__ import annotations

import bisect
import math
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from corpus.citation import MAX_QUOTE_CHARS
from corpus.document import Document
from evaluation.cases import Case, Gold
from evaluation.shown import Shown, ShownQuote
from retrieval.answer import MAX_QUOTES, Status

_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Words:
    """A text's letters without layout and tone marks, and the tone marks with the number of letters before each."""

    letters: str
    tones: tuple[str, ...]
    at: tuple[int, ...]

    def __contains__(self, other: Words) -> bool:
        start = self.letters.find(other.letters) if other.letters else -1
        while start >= 0:
            low = bisect.bisect_right(self.at, start)
            high = bisect.bisect_right(self.at, start + len(other.letters))
            if self.tones[low:high] == other.tones:
                return True
            start = self.letters.find(other.letters, start + 1)
        return False

    def same(self, other: Words) -> bool:
        """Whether both are the same words: letters, and tone marks in their order; their place is forgiven."""
        return (self.letters, self.tones) == (other.letters, other.tones)


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """Read a text for comparison: white space, Markdown, page numbers and the place of tone marks do not count."""
    lines = (line for line in text.split("\n") if not re.fullmatch(r"\s*\d{1,3}\s*", line))
    bare = unicodedata.normalize("NFD", re.sub(r"[\s*#\u00ad]+", "", "".join(lines)))
    letters: list[str] = []
    tones: list[str] = []
    at: list[int] = []
    for char in bare:
        if char in _TONES:
            tones.append(char)
            at.append(len(letters))
        else:
            letters.append(char)
    return Words("".join(letters), tuple(tones), tuple(at))


@dataclass(frozen=True, slots=True)
class Row:
    """How one case ended."""

    case: Case
    answer: Shown
    first: bool = False
    three: bool = False
    kept: bool = False

    @property
    def good(self) -> bool:
        """Whether the case counts as done: right and sure, or rightly left unanswered."""
        return (self.first and self.answer.status is Status.ANSWERED) if self.case.answerable else self.kept


@dataclass(frozen=True, slots=True)
class Scores:
    """The rows and the figures."""

    rows: tuple[Row, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def misses(self) -> list[Row]:
        """The rows that did not end well."""
        return [row for row in self.rows if not row.good]


def score(cases: Sequence[Case], answers: Sequence[Shown], documents: Sequence[Document]) -> Scores:
    """Score answers, case by case in the same order."""
    sources = {document.source.name: words_of(document.source_text) for document in documents}
    files = {document.source.name: document.source_text for document in documents}
    rows = tuple(_row(case, answer, sources) for case, answer in zip(cases, answers, strict=True))
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kind = "answerable" if row.case.answerable else "unanswerable"
        groups[kind].append(row)
        groups[f"{kind}:{row.case.style}"].append(row)
    figures: dict[str, Any] = {"cases": len(rows), "violations": dict(_violations(answers, sources, files))}
    for name in sorted(groups):
        figures[name] = _figures(groups[name])
    lengths = sorted(len(row.answer.quotes[0].text) for row in rows if row.first)
    if lengths:
        figures["first_chars"] = {"median": statistics.median(lengths), "p90": lengths[int(len(lengths) * 0.9)]}
    times = sorted(answer.latency_ms for answer in answers)
    figures["latency_ms"] = {"p50": round(statistics.median(times), 2), "p95": round(times[int(len(times) * 0.95)], 2)}
    return Scores(rows, figures)


def interval(hits: int, n: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share (Wilson 1927)."""
    if not n:
        return 0.0, 1.0
    z, share = 1.96, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def _row(case: Case, answer: Shown, sources: Mapping[str, Words]) -> Row:
    quotes = answer.quotes
    if not case.answerable:
        kept = answer.status is Status.UNANSWERED or (case.near and answer.status is Status.RELATED)
        return Row(case, answer, kept=kept)
    if case.need_all:
        every = all(any(_hits(quote, gold) for quote in quotes[:MAX_QUOTES]) for gold in case.gold)
        return Row(case, answer, first=every, three=every)
    found = [any(_hits(quote, gold) for gold in case.gold) for quote in quotes[:3]]
    return Row(case, answer, first=bool(found) and found[0], three=any(found))


def _hits(quote: ShownQuote, gold: Gold) -> bool:
    return quote.file.startswith(gold.doc) and words_of(gold.quote) in words_of(quote.text)


def _figures(rows: Sequence[Row]) -> dict[str, Any]:
    n = len(rows)

    def share(hits: int) -> float:
        return round(hits / n, 4)

    if rows[0].case.answerable:
        sure = sum(row.good for row in rows)
        return {
            "n": n,
            "success@1": share(sum(row.first for row in rows)),
            "success@3": share(sum(row.three for row in rows)),
            "sure@1": share(sure),
            "sure@1_95": interval(sure, n),
        }
    kept = sum(row.kept for row in rows)
    strict = sum(row.answer.status is Status.UNANSWERED for row in rows)
    return {"n": n, "abstain": share(kept), "abstain_strict": share(strict), "abstain_95": interval(kept, n)}


def _violations(answers: Sequence[Shown], sources: Mapping[str, Words], files: Mapping[str, str]) -> Counter[str]:
    found: Counter[str] = Counter(dict.fromkeys(("not_verbatim", "too_long", "too_many", "not_empty", "bad_source"), 0))
    for answer in answers:
        found["too_many"] += len(answer.quotes) > MAX_QUOTES
        found["not_empty"] += answer.status is Status.UNANSWERED and bool(answer.quotes)
        for quote in answer.quotes:
            if quote.file not in sources:
                found["bad_source"] += 1
                continue
            source = sources[quote.file]
            cited = files[quote.file][quote.start : quote.end]
            found["not_verbatim"] += words_of(quote.text) not in source
            found["too_long"] += len(quote.text) > MAX_QUOTE_CHARS
            found["bad_source"] += not words_of(cited).same(words_of(quote.text))
            found["not_verbatim"] += sum(words_of(lead) not in source for lead in quote.lead_in)
    return found
