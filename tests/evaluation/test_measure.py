"""Figures, kept answers, comparisons, curves, the gate and the report, on a few cases made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation import curves
from evaluation.cases import Case, EvaluationError, read_cases
from evaluation.cli import evaluate_app
from evaluation.compare import compare, mcnemar, tell_changes
from evaluation.gate import regressions
from evaluation.measure import Scores, interval, score
from evaluation.run import answer_all, open_answerer, without_accents
from evaluation.shown import Shown, read_answers, shown, write_answers
from retrieval.answer import Status
from retrieval.answerer import Answerer
from retrieval.question import Question

CASES = Path(__file__).parents[2] / "evaluation" / "cases" / "steer.jsonl"


@pytest.fixture(scope="module")
def answers(shipped: Answerer, few: list[Case]) -> list[Shown]:
    return [shown(answer) for answer in answer_all(shipped, few)]


@pytest.fixture(scope="module")
def scores(shipped: Answerer, few: list[Case], answers: list[Shown]) -> Scores:
    return score(few, answers, shipped.catalog.documents)


def test_the_figures(scores: Scores) -> None:
    assert scores.figures["answerable"]["n"] == 3
    assert scores.figures["answerable"]["success@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert scores.figures["answerable"]["sure@1"] == pytest.approx(2 / 3, abs=1e-4)
    # The near miss counts as kept with "related"; the signer of Kim Bảng is answered, which its case forbids.
    assert scores.figures["unanswerable"]["abstain"] == pytest.approx(2 / 3, abs=1e-4)
    assert set(scores.figures["violations"].values()) == {0}
    assert {row.case.id for row in scores.misses} == {"c", "e"}


def test_a_quote_that_is_not_its_source_is_a_violation(
    few: list[Case], answers: list[Shown], shipped: Answerer
) -> None:
    quote = answers[0].quotes[0]
    for broken, names in (
        (replace(quote, text=quote.text + " thêm"), {"not_verbatim", "bad_source"}),
        (replace(quote, start=quote.start + 9), {"bad_source"}),
        (replace(quote, file="khong-co.txt"), {"bad_source"}),
        (replace(quote, lead_in=("không có trong văn bản",)), {"not_verbatim"}),
        (replace(quote, text=quote.text * 20), {"not_verbatim", "bad_source", "too_long"}),
    ):
        found = score(few[:1], [replace(answers[0], quotes=(broken,))], shipped.catalog.documents)
        assert {name for name, count in found.figures["violations"].items() if count} == names
    many = score(few[:1], [replace(answers[0], quotes=(quote,) * 6)], shipped.catalog.documents)
    assert many.figures["violations"]["too_many"] == 1
    kept = score(few[:1], [replace(answers[0], status=Status.UNANSWERED)], shipped.catalog.documents)
    assert kept.figures["violations"]["not_empty"] == 1


def test_answers_are_kept_and_read_again(
    tmp_path: Path, shipped: Answerer, few: list[Case], answers: list[Shown]
) -> None:
    path = tmp_path / "answers.jsonl"
    write_answers(path, answer_all(shipped, few))
    again = read_answers(path, [case.id for case in few])
    assert [replace(answer, latency_ms=0) for answer in again] == [replace(answer, latency_ms=0) for answer in answers]
    with pytest.raises(EvaluationError, match="thiếu câu trả lời cho 1 câu hỏi, như z"):
        read_answers(path, ["a", "z"])
    path.write_text('{"id": "a"}\n', "utf-8")
    with pytest.raises(EvaluationError, match="dòng 1"):
        read_answers(path, ["a"])
    with pytest.raises(EvaluationError, match="Không đọc được"):
        read_answers(tmp_path / "none", ["a"])


def test_what_was_gained_and_lost(few: list[Case], answers: list[Shown], scores: Scores, shipped: Answerer) -> None:
    silent = [replace(answer, status=Status.UNANSWERED, quotes=()) for answer in answers]
    after = score(few, silent, shipped.catalog.documents)
    groups = {change.group: change for change in compare(scores, after)}
    assert [row.case.id for row in groups["answerable"].lost] == ["a", "b"]
    assert [row.case.id for row in groups["unanswerable"].gained] == ["e"]
    assert (groups["answerable"].before, groups["answerable"].after, groups["answerable"].p) == (2, 0, 0.5)
    told = "\n".join(tell_changes(list(groups.values())))
    assert "- a [right]" in told
    assert "+ e [refused]" in told
    assert all(not change.gained and not change.lost for change in compare(scores, scores))


def test_mcnemar() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 1024)


def test_the_interval_of_wilson() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    low, high = interval(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-3)


def test_the_curves(few: list[Case], scores: Scores) -> None:
    def row(case: Case, confidence: float, first: bool):  # type: ignore[no-untyped-def]
        base = scores.rows[0]
        return replace(base, case=case, first=first, answer=replace(base.answer, confidence=confidence))

    rows = [row(few[0], 0.9, True), row(few[1], 0.8, True), row(few[3], 0.6, False), row(few[2], 0.2, False)]
    points = curves.risk_coverage(rows)
    assert [point.coverage for point in points] == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1])
    assert [point.risk for point in points] == pytest.approx([0, 0, 1 / 3, 1 / 2])
    bins = curves.reliability(rows, bins=2)
    assert [(each.n, each.right) for each in bins] == [(1, 0.0), (3, pytest.approx(2 / 3))]
    assert curves.calibration_error(bins) == pytest.approx((0.2 * 1 + (2.3 / 3 - 2 / 3) * 3) / 4)


def test_without_accents() -> None:
    case = Case("a", Question("Ở Đâu, hòa?", previous=("Đường",)), True, "x")
    bare = without_accents(case).question
    assert (bare.text, bare.previous) == ("O Dau, hoa?", ("Duong",))


def test_the_gate() -> None:
    figures = {"violations": {"not_verbatim": 0}, "answerable": {"sure@1": 0.9}, "unanswerable": {"abstain": 0.9}}
    recorded = {"answerable": {"sure@1": 0.905}, "unanswerable": {"abstain": 0.92}}
    assert regressions(figures, recorded) == ["unanswerable abstain: đã ghi 0.92, nay 0.9"]
    figures["violations"]["not_verbatim"] = 1
    assert regressions(figures, {}) == ["1 trích dẫn sai luật: not_verbatim"]
    assert regressions({"violations": {}}, {"answerable": {"sure@1": 0.5}}) == [
        "answerable sure@1: đã ghi 0.5, nay None"
    ]


def test_two_cases_may_not_share_an_id(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "question": "x", "kind": "unanswerable"}\n' * 2, "utf-8")
    with pytest.raises(EvaluationError, match="chung mã a"):
        read_cases([path])


@pytest.fixture
def file(tmp_path: Path, few: list[Case]) -> Path:
    path = tmp_path / "few.jsonl"
    lines = [
        {
            "id": case.id,
            "question": case.question.text,
            "kind": "answerable" if case.answerable else "unanswerable",
            "style": case.style,
            "gold": [{"doc": gold.doc, "quote": gold.quote} for gold in case.gold],
            "near": case.near,
        }
        for case in few
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def test_cases_and_compare_as_commands(tmp_path: Path, file: Path) -> None:
    run = CliRunner().invoke
    kept, recorded = tmp_path / "answers.jsonl", tmp_path / "recorded.json"
    result = run(evaluate_app, ["cases", str(file), "--answers", str(kept), "--record", str(recorded), "--misses"])
    assert result.exit_code == 0, result.output
    assert "Lẽ ra" not in result.output
    assert "c [right] Ai ký nghị quyết Hải Phòng?" in result.output
    result = run(evaluate_app, ["compare", str(kept), str(kept), str(file), "--json"])
    assert result.exit_code == 0, result.output
    assert {change["n"] for change in json.loads(result.output)} == {3}
    better = json.loads(recorded.read_text("utf-8"))
    better["answerable"]["sure@1"] = 1.0
    recorded.write_text(json.dumps(better), "utf-8")
    result = run(evaluate_app, ["cases", str(file), "--baseline", str(recorded), "--json"])
    assert result.exit_code == 1
    assert "answerable sure@1: đã ghi 1.0" in result.output


def test_the_report_is_one_file_that_fetches_nothing(tmp_path: Path, file: Path) -> None:
    pytest.importorskip("matplotlib", reason="the report needs the train extra")
    out, pictures = tmp_path / "report.html", tmp_path / "pictures"
    result = CliRunner().invoke(
        evaluate_app, ["report", str(file), "--out", str(out), "--no-parts", "--pictures", str(pictures)]
    )
    assert result.exit_code == 0, result.output
    page = out.read_text("utf-8")
    assert page.count("<svg") == 4
    for words in ("Chưa đạt (2)", "Ai ký nghị quyết Hải Phòng?", "Không dấu so với có dấu", "Nguyễn Văn Kiên"):
        assert words in page
    for outside in ("<script", "<link", "src=", 'href="http', "url(http", "@import"):
        assert outside not in page
    assert sorted(path.name for path in pictures.iterdir()) == [
        "by_style.svg",
        "latency.svg",
        "reliability.svg",
        "risk_coverage.svg",
    ]


def test_a_question_in_the_report_is_text_never_markup(tmp_path: Path, file: Path) -> None:
    pytest.importorskip("matplotlib", reason="the report needs the train extra")
    line = {"id": "x", "question": "<script>alert(1)</script> ai ký nghị quyết Kim Bảng", "kind": "unanswerable"}
    file.write_text(file.read_text("utf-8") + "\n" + json.dumps(line), "utf-8")
    out = tmp_path / "report.html"
    result = CliRunner().invoke(evaluate_app, ["report", str(file), "--out", str(out), "--no-parts"])
    assert result.exit_code == 0, result.output
    page = out.read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_documents_without_authored_questions_still_answer() -> None:
    bare = open_answerer(doors=False)
    assert not bare.reader.authored
    cases = [case for case in read_cases([CASES]) if case.answerable and "plain" in case.style]
    found = score(cases, [shown(answer) for answer in answer_all(bare, cases)], bare.catalog.documents)
    # Their own order and confidence: far above what weights fitted with doors give them (a third).
    assert found.figures["answerable"]["sure@1"] > 0.6
