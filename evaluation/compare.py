"""Two sets of answers to the same cases: what was gained and lost, case by case."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.measure import Row, Scores


@dataclass(frozen=True, slots=True)
class Change:
    """How many cases of a group were good before and after, and which changed sides.

    Args:
        group: "answerable", "unanswerable", or one of them with a style.
        n: how many cases.
        before, after: how many were good: right and sure, or rightly left unanswered.
        gained, lost: the rows after the change.
        p: the chance of a difference at least so large if nothing had changed (exact McNemar test, two-sided).
    """

    group: str
    n: int
    before: int
    after: int
    gained: tuple[Row, ...]
    lost: tuple[Row, ...]
    p: float

    def table(self) -> dict[str, Any]:
        """The figures, and the ids of what changed sides."""
        return {
            "n": self.n,
            "before": round(self.before / self.n, 4),
            "after": round(self.after / self.n, 4),
            "gained": [row.case.id for row in self.gained],
            "lost": [row.case.id for row in self.lost],
            "p": round(self.p, 4),
        }


def compare(before: Scores, after: Scores) -> list[Change]:
    """Compare two scorings of the same cases in the same order; groups in alphabetical order."""
    groups: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
    for old, new in zip(before.rows, after.rows, strict=True):
        kind = "answerable" if new.case.answerable else "unanswerable"
        groups[kind].append((old, new))
        groups[f"{kind}:{new.case.style}"].append((old, new))
    return [_change(group, groups[group]) for group in sorted(groups)]


def _change(group: str, rows: Sequence[tuple[Row, Row]]) -> Change:
    gained = tuple(new for old, new in rows if new.good and not old.good)
    lost = tuple(new for old, new in rows if old.good and not new.good)
    before, after = (sum(pair[n].good for pair in rows) for n in (0, 1))
    return Change(group, len(rows), before, after, gained, lost, mcnemar(len(gained), len(lost)))


def mcnemar(gained: int, lost: int) -> float:
    """The exact two-sided McNemar test: the chance that a fair coin falls at least so unevenly."""
    n = gained + lost
    tail = sum(math.comb(n, k) for k in range(min(gained, lost) + 1)) / float(2**n)
    return min(1.0, 2 * tail)


def tell_changes(changes: Sequence[Change]) -> Iterator[str]:
    """Each case that changed sides, a Vietnamese line each; the gained first."""
    for change in changes:
        if ":" in change.group:
            continue
        for sign, rows in (("+", change.gained), ("-", change.lost)):
            for row in rows:
                first = f" → {row.answer.quotes[0].citation}" if row.answer.quotes else ""
                yield f"{sign} {row.case.id} [{row.case.style}] {row.case.question.text}"
                yield f"    {row.answer.status.value}{first}"
