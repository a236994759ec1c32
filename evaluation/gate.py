"""The regression gate: no figure falls by more than a point below the recorded one, and no quote breaks a rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.cases import EvaluationError

TOLERANCE = 0.01
"""One point: what a figure may lose."""

_GATED = ("success@1", "success@3", "sure@1", "abstain")


def read_baseline(path: Path) -> dict[str, Any]:
    """Read recorded figures. Raises EvaluationError if they cannot be read."""
    try:
        figures = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(f"Không đọc được bảng số đo {path}.") from error
    if not isinstance(figures, dict):
        raise EvaluationError(f"{path}: không phải bảng số đo.")
    return figures


def regressions(figures: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    """What got worse, a Vietnamese line each: the whole, and any rule that a quote broke.

    Single styles have some thirty cases each, where one case is three points; they are told in the report but only the
    figures over all answerable and all unanswerable cases are held to the point.
    """
    broken = [f"{count} trích dẫn sai luật: {name}" for name, count in figures["violations"].items() if count]
    return broken + list(_fallen(figures, recorded))


def _fallen(figures: Mapping[str, Any], recorded: Mapping[str, Any]) -> Iterator[str]:
    for group in ("answerable", "unanswerable"):
        for figure in _GATED:
            before, now = recorded.get(group, {}).get(figure), figures.get(group, {}).get(figure)
            if before is None:
                continue
            if now is None or now < before - TOLERANCE:
                yield f"{group} {figure}: đã ghi {before}, nay {now}"
