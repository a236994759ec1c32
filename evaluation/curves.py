"""How far the confidence can be trusted: risk against coverage, and reliability.

Both are drawn from answers given without thresholds (`OPEN`), so that every question that is searched shows its first
quote with its confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.measure import Row, interval
from retrieval.answer import Status
from retrieval.rank import RankSettings

OPEN = RankSettings(sure=0.0, near=0.0, other_field=0.0, stray=0.0)
"""Thresholds that refuse nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """What happens if answers start at a confidence.

    Args:
        threshold: the confidence.
        coverage: the share of the answerable cases that get an answer.
        risk: the share of the answers given, to answerable and unanswerable cases, whose first quote is wrong.
    """

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers of a range of confidence.

    Args:
        low, high: the range.
        n: how many.
        said: the mean confidence.
        right: the share whose first quote is right, with its 95 % interval.
    """

    low: float
    high: float
    n: int
    said: float
    right: float
    interval: tuple[float, float]


def risk_coverage(rows: Sequence[Row]) -> list[Point]:
    """The curve, from the surest answer down."""
    answerable = sum(row.case.answerable for row in rows) or 1
    points: list[Point] = []
    good = covered = 0
    for given, (sure, row) in enumerate(sorted(_given(rows), key=lambda pair: -pair[0]), 1):
        good += row.first
        covered += row.case.answerable
        points.append(Point(sure, covered / answerable, 1 - good / given))
    return points


def reliability(rows: Sequence[Row], bins: int = 10) -> list[Bin]:
    """The share of right first quotes in equal ranges of confidence; empty ranges are left out."""
    given = list(_given(rows))
    found = []
    for n in range(bins):
        low, high = n / bins, (n + 1) / bins
        here = [(sure, row) for sure, row in given if low <= sure < high or (n == bins - 1 and sure == 1)]
        if here:
            right = sum(row.first for _, row in here)
            said = sum(sure for sure, _ in here) / len(here)
            found.append(Bin(low, high, len(here), said, right / len(here), interval(right, len(here))))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: how far confidence is from the share of right ones, weighed by number."""
    return sum(abs(each.said - each.right) * each.n for each in bins) / (sum(each.n for each in bins) or 1)


def _given(rows: Sequence[Row]) -> list[tuple[float, Row]]:
    return [
        (row.answer.confidence, row)
        for row in rows
        if row.answer.confidence is not None and row.answer.quotes and row.answer.status is Status.ANSWERED
    ]
