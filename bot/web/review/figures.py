"""The figures over time, as plots with a table beside each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from bot.feedback.review import Figures
from bot.web.review import plots, words
from bot.web.review.desk import ReviewDesk
from bot.web.review.door import Door
from bot.web.review.show import VIETNAM, show
from corpus.validity import vn_date

_DAYS = 30
_MOST_DAYS = 366
_PLACES = 10
"""How many places the plot of gaps names."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, and the same in a table; None where there is nothing to draw."""

    title: str
    drawn: Markup | None
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def routes(desk: ReviewDesk, door: Door) -> APIRouter:
    """The route of the figures."""
    router = APIRouter(include_in_schema=False)

    @router.get("/duyet/so-lieu")
    def figures(request: Request, tu: str = "", den: str = "") -> Response:
        """The figures from one day to another; the last thirty days where none is given."""
        me = door.enter(request)
        today = dt.datetime.now(VIETNAM).date()
        until = min(_day(den) or today, today)
        since = _day(tu) or until - dt.timedelta(days=_DAYS - 1)
        since = min(max(since, until - dt.timedelta(days=_MOST_DAYS - 1)), until)
        found = desk.figures(since, until)
        return show("figures.html", me, found=found, span=_span(found), totals=_totals(found), plots=plots_of(found))

    return router


def plots_of(found: Figures) -> list[Plot]:
    """All plots of the page, in its order."""
    days = [(f"{one.day:%d/%m}", one) for one in found.days]
    asked = [(day, float(one.asked)) for day, one in days]
    rate = [(day, 100 * one.answered / one.asked if one.asked else None) for day, one in days]
    reasons = [(words.REASONS.get(reason, words.NO_REASON), float(times)) for reason, times in found.reasons]
    most = found.gaps[:_PLACES]
    gaps = [(gap.place or words.NO_PLACE, float(gap.asked)) for gap in most]
    waits = [(f"{wait.monday:%d/%m}", wait.hours) for wait in found.waits]
    return [
        Plot(
            words.ASKED_TITLE,
            plots.columns(asked, words.ASKED_TITLE) if any(value for _, value in asked) else None,
            (words.DAY, words.ASKED),
            [(day, str(one.asked)) for day, one in days],
        ),
        Plot(
            words.RATE_TITLE,
            plots.line(rate, words.RATE_TITLE, 100) if any(value is not None for _, value in rate) else None,
            (words.DAY, words.ANSWERED, words.RATE),
            [
                (day, f"{one.answered}/{one.asked}", "–" if value is None else f"{value:.0f} %")
                for (day, one), (_, value) in zip(days, rate, strict=True)
            ],
        ),
        Plot(
            words.REASONS_TITLE,
            plots.bars(reasons, words.REASONS_TITLE) if reasons else None,
            (words.REASON, words.TIMES_HEAD),
            [(name, f"{times:.0f}") for name, times in reasons],
        ),
        Plot(
            words.GAPS_TITLE,
            plots.bars(gaps, words.GAPS_TITLE) if gaps else None,
            (words.PLACE, words.CLUSTERS_HEAD, words.ASKED),
            [(gap.place or words.NO_PLACE, str(gap.clusters), str(gap.asked)) for gap in most],
        ),
        Plot(
            words.WAITS_TITLE,
            plots.columns(waits, words.WAITS_TITLE) if waits else None,
            (words.WEEK, words.CLUSTERS_HEAD, words.HOURS),
            [(vn_date(wait.monday), str(wait.clusters), f"{wait.hours:.1f}".replace(".", ",")) for wait in found.waits],
        ),
    ]


def _span(found: Figures) -> str:
    return words.FIGURES_SPAN.format(since=vn_date(found.since), until=vn_date(found.until))


def _totals(found: Figures) -> list[tuple[str, str]]:
    """The numbers at the head of the page, each with what it counts."""
    asked, answered = sum(one.asked for one in found.days), sum(one.answered for one in found.days)
    totals = [
        (str(asked), words.FIGURES_TOTAL),
        (f"{100 * answered / asked:.0f} %" if asked else "–", words.FIGURES_RATE),
        (str(sum(gap.clusters for gap in found.gaps)), words.FIGURES_OPEN),
    ]
    if found.waits:
        hours = median(wait.hours for wait in found.waits for _ in range(wait.clusters))
        said = words.HOURS_WORDS.format(n=round(hours)) if hours < 48 else words.DAYS_WORDS.format(n=round(hours / 24))
        totals.append((said, words.FIGURES_WAIT))
    return totals


def _day(typed: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None
