"""`danchu evaluate report`: one HTML file with every figure, curve and miss; it fetches nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evaluation import curves, plots
from evaluation.ablation import EVERYTHING, Left, ablation
from evaluation.cases import Case
from evaluation.compare import Change, compare
from evaluation.measure import Scores, score
from evaluation.run import answer_all, without_accents
from evaluation.shown import shown
from retrieval.answerer import Answerer


@dataclass(frozen=True, slots=True)
class Findings:
    """What the report tells.

    Args:
        scores: of all cases.
        free: of the same cases without thresholds.
        no_doors: of the same cases without the authored questions, by the weights for documents that have none.
        accents: the answerable cases with accents against the same without.
        parts: the ablation, everything first; empty if it was not asked for.
    """

    scores: Scores
    free: Scores
    no_doors: list[Change]
    accents: list[Change]
    parts: list[Left]


def find(
    open_with: Callable[..., Answerer],
    cases: Sequence[Case],
    *,
    parts: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> Findings:
    """Answer the cases in every way that the report compares.

    Args:
        open_with: opens an answerer; takes `settings` and `doors` as `evaluation.run.open_answerer` does.
        cases: located cases.
        parts: whether each part is left out in turn; the longest piece of work.
        say: told what is at work.
    """
    answerer = open_with()
    documents = answerer.catalog.documents

    def scored(which: Answerer, what: Sequence[Case]) -> Scores:
        return score(what, [shown(answer) for answer in answer_all(which, what)], documents)

    say("trả lời các câu hỏi")
    scores = scored(answerer, cases)
    say("trả lời không có ngưỡng")
    free = scored(open_with(settings=curves.OPEN), cases)
    say("trả lời không có câu hỏi soạn sẵn")
    no_doors = compare(scores, scored(open_with(doors=False), cases))
    say("trả lời câu hỏi không dấu")
    accented = [case for case in cases if case.answerable and not _plain(case)]
    accents: list[Change] = []
    if accented:
        with_accents = scored(answerer, accented)
        accents = compare(with_accents, scored(answerer, [without_accents(case) for case in accented]))
    left = ablation([(answerer, cases)], lambda part: say(f"bỏ từng phần: {part}")) if parts else []
    return Findings(scores, free, no_doors, accents, left)


def write_report(found: Findings, answerer: Answerer, names: Sequence[str], out: Path) -> None:
    """Write the report. Raises OSError if it cannot be written."""
    figures = found.scores.figures
    drawn = pictures(found, answerer.settings.sure)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("report.html").render(
        names=names,
        documents=answerer.catalog.documents,
        figures=figures,
        groups={name: value for name, value in figures.items() if name.startswith(("answerable", "unanswerable"))},
        settings=answerer.settings.table(),
        pictures=drawn,
        calibration=curves.calibration_error(curves.reliability(found.free.rows)),
        accents=[change for change in found.accents if change.group == "answerable"],
        no_doors=[change for change in found.no_doors if ":" not in change.group],
        parts=found.parts,
        everything=EVERYTHING,
        misses=found.scores.misses,
    )
    out.write_text(page, "utf-8")


def pictures(found: Findings, sure: float) -> dict[str, str]:
    """The pictures by name, as SVG."""
    return {
        "by_style": plots.by_style(found.scores.figures),
        "risk_coverage": plots.risk_coverage(curves.risk_coverage(found.free.rows), sure),
        "reliability": plots.reliability(curves.reliability(found.free.rows)),
        "latency": plots.latency([row.answer.latency_ms for row in found.scores.rows]),
    }


def _plain(case: Case) -> bool:
    return all(text.isascii() for text in (case.question.text, *case.question.previous))
