"""The pictures of the report, as SVG. The only module that knows matplotlib."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from evaluation.curves import Bin, Point

_BLUE, _ORANGE, _GREY = "#1f5fa8", "#b8540b", "#8a8f98"
_RC: dict[Any, Any] = {"svg.fonttype": "path", "svg.hashsalt": "danchu"}


def by_style(figures: Mapping[str, Any]) -> str:
    """The share of good cases of each style, with 95 % intervals."""
    names = [name for name in figures if name.startswith(("answerable:", "unanswerable:"))][::-1]
    figure, axes = _axes(7.2, 0.34 * len(names) + 0.9)
    for at, name in enumerate(names):
        group = figures[name]
        key = "sure@1" if name.startswith("answerable") else "abstain"
        low, high = group[f"{key}_95"]
        color = _BLUE if key == "sure@1" else _ORANGE
        axes.plot([low, high], [at, at], color=color, linewidth=2, alpha=0.45)
        axes.plot([group[key]], [at], "o", color=color)
        axes.annotate(
            f"{group[key]:.2f}", (group[key], at), (0, 6), textcoords="offset points", ha="center", fontsize=7
        )
    axes.set_yticks(range(len(names)), [f"{name.partition(':')[2]} ({figures[name]['n']})" for name in names])
    axes.set_xlim(0, 1.02)
    axes.set_ylim(-0.7, len(names) - 0.2)
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel("xanh: trả lời đúng và chắc (sure@1); cam: từ chối đúng (abstain)\nvạch: khoảng tin cậy 95 %")
    return _svg(figure)


def risk_coverage(points: Sequence[Point], chosen: float) -> str:
    """Risk against coverage, with the place of the threshold that ships."""
    figure, axes = _axes(5.2, 3.6)
    axes.plot([point.coverage for point in points], [point.risk for point in points], color=_BLUE)
    at = [point for point in points if point.threshold >= chosen]
    if at:
        axes.plot([at[-1].coverage], [at[-1].risk], "o", color=_ORANGE)
        axes.annotate(f"ngưỡng {chosen:g}", (at[-1].coverage, at[-1].risk), (-8, 8), textcoords="offset points",
                      ha="right", color=_ORANGE)  # fmt: skip
    _percents(axes)
    axes.set_xlabel("phần câu hỏi có lời giải được trả lời")
    axes.set_ylabel("phần trả lời có trích dẫn đầu sai")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    return _svg(figure)


def reliability(bins: Sequence[Bin]) -> str:
    """How often an answer of a given confidence is right."""
    figure, axes = _axes(5.2, 3.6)
    axes.plot([0, 1], [0, 1], "--", color=_GREY, linewidth=1)
    for each in bins:
        axes.plot([each.said] * 2, each.interval, color=_BLUE, alpha=0.45, linewidth=2)
    axes.plot([each.said for each in bins], [each.right for each in bins], "o-", color=_BLUE)
    for each in bins:
        axes.annotate(str(each.n), (each.said, each.right), (5, -10), textcoords="offset points", fontsize=7)
    _percents(axes)
    axes.set_xlabel("độ chắc chắn đã nói")
    axes.set_ylabel("phần trích dẫn đầu đúng")
    axes.grid(alpha=0.3)
    return _svg(figure)


def latency(times: Sequence[float]) -> str:
    """How long answers took, in milliseconds."""
    figure, axes = _axes(5.2, 2.6)
    axes.hist(times, bins=40, color=_BLUE)
    axes.set_xlabel("mili giây một câu")
    axes.set_ylabel("số câu")
    return _svg(figure)


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _percents(axes: Any) -> None:
    axes.xaxis.set_major_formatter(PercentFormatter(1, 0))
    axes.yaxis.set_major_formatter(PercentFormatter(1, 0))


def _svg(figure: Figure) -> str:
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context(_RC):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
