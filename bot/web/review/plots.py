"""Simple plots as SVG, drawn on the server: columns over time, a line over time, and bars by name.

They carry no style and no script of their own (the page's policy allows neither); `review.css` colours them. People who
cannot see them have the table that each page puts beside a plot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 600, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 8, 12, 32
_MOST_LABELS = 6
_WIDEST = 60
_ROW = 54
_NAME_CHARS = 56

Points = Sequence[tuple[str, float]]
"""What stands below, or before, each value; values are not negative."""


def columns(points: Points, title: str) -> Markup:
    """A column for each value."""
    top, marks = _scale(points)
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(points))
    drawn = []
    for at, (_, value) in enumerate(points):
        tall = (_HEIGHT - _TOP - _BOTTOM) * value / top
        wide = min(step * 0.8, _WIDEST)
        x, y = _LEFT + (at + 0.5) * step - wide / 2, _HEIGHT - _BOTTOM - tall
        drawn.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>')
    return _svg(title, _HEIGHT, *_axis(top, marks), *drawn, *_below(points, step))


def line(points: Sequence[tuple[str, float | None]], title: str, top: float) -> Markup:
    """A line through the values, broken where there is none (None), on a scale from 0 to `top`."""
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(points))
    runs: list[list[str]] = [[]]
    for at, (_, value) in enumerate(points):
        if value is None:
            runs.append([])
            continue
        x, y = _LEFT + (at + 0.5) * step, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top
        runs[-1].append(f"{x:.1f},{y:.1f}")
    drawn = [f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1]
    drawn += [
        '<circle cx="{}" cy="{}" r="2.5"/>'.format(*spot.split(","))
        for run in runs
        for spot in run
        if len(points) <= 100 or len(run) == 1
    ]
    marks = [top * part / 4 for part in range(5)]
    return _svg(title, _HEIGHT, *_axis(top, marks), *drawn, *_below(points, step))


def bars(points: Points, title: str) -> Markup:
    """A bar for each value, one below the other, with its name above it and the value behind it."""
    most = max((value for _, value in points), default=0) or 1
    drawn = []
    for at, (name, value) in enumerate(points):
        y, long = at * _ROW, (_WIDTH - 70) * value / most
        short = name if len(name) <= _NAME_CHARS else name[: _NAME_CHARS - 1] + "…"
        drawn.append(f'<text x="0" y="{y + 18}">{escape(short)}</text>')
        drawn.append(f'<rect x="0" y="{y + 25}" width="{max(long, 1):.1f}" height="18"/>')
        drawn.append(f'<text x="{long + 8:.1f}" y="{y + 40}">{_number(value)}</text>')
    return _svg(title, len(points) * _ROW, *drawn)


def _svg(title: str, height: int, *drawn: str) -> Markup:
    inside = "".join(drawn)
    return Markup(  # every word in it is escaped here
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">{inside}</svg>'
    )


def _scale(points: Points) -> tuple[float, list[float]]:
    """The top of the axis, and the values marked on it: whole numbers, 1, 2 or 5 times a power of ten apart."""
    most = max((value for _, value in points), default=0) or 1
    rough = max(1.0, most / 4)
    power = 10 ** math.floor(math.log10(rough))
    apart = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    top = apart * math.ceil(most / apart)
    return top, [apart * n for n in range(int(top / apart) + 1)]


def _axis(top: float, marks: Sequence[float]) -> Iterator[str]:
    for mark in marks:
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * mark / top
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 6:.1f}" text-anchor="end">{_number(mark)}</text>'


def _below(points: Sequence[tuple[str, object]], step: float) -> Iterator[str]:
    every = max(1, math.ceil(len(points) / _MOST_LABELS))
    for at in range(0, len(points), every):
        x = _LEFT + (at + 0.5) * step
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 9}" text-anchor="middle">{escape(points[at][0])}</text>'


def _number(value: float) -> str:
    """A number as Vietnamese write it: 1.234, or 2,5."""
    if value == int(value):
        return f"{int(value):,}".replace(",", ".")
    return f"{value:.1f}".replace(".", ",")
