"""`danchu evaluate …`: the product's own cases, and public sets in the BEIR layout."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

evaluate_app = typer.Typer(help="Đo chất lượng trả lời.", no_args_is_help=True)

Add = Annotated[list[Path] | None, typer.Option(help="Văn bản thêm chỉ cho lần đo này.")]
Files = Annotated[list[Path], typer.Argument(help="Tệp câu hỏi đánh giá (JSONL).")]
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate cases evaluation/cases/steer.jsonl --misses`")
def cases(
    context: typer.Context,
    files: Files,
    as_json: Json = False,
    misses: Annotated[bool, typer.Option(help="In từng câu chưa đạt, đã đưa gì và lẽ ra phải đưa gì.")] = False,
    baseline: Annotated[
        Path | None, typer.Option(help="Bảng số đo đã ghi; thua quá 1 điểm ở một số đo thì thoát với mã 1.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Ghi bảng số đo này để so về sau.")] = None,
    add: Add = None,
    answers: Annotated[Path | None, typer.Option(help="Ghi các câu trả lời (JSONL), để so sánh về sau.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Trả lời theo cả các ghim của người phụ trách.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Có câu nào chưa đạt thì thoát với mã 1.")] = False,
) -> None:
    """Đo trên các câu hỏi của sản phẩm; không ghi cơ sở dữ liệu, và chỉ đọc khi có --live."""
    from evaluation.cases import located, read_cases
    from evaluation.gate import read_baseline, regressions
    from evaluation.measure import score
    from evaluation.run import answer_all, open_answerer
    from evaluation.shown import shown, write_answers

    read = read_cases(files)
    answerer = open_answerer(add or [])
    if live:
        context.obj(answerer)  # given by who mounts these commands: this package knows no database
    read = located(read, answerer.catalog)
    given = answer_all(answerer, read)
    if answers:
        write_answers(answers, given)
    scores = score(read, [shown(answer) for answer in given], answerer.catalog.documents)
    figures = {**scores.figures, "settings": answerer.settings.table()}
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        _show(figures)
    if record:
        kept = {"settings": figures["settings"], **{k: v for k, v in scores.figures.items() if ":" in k or "able" in k}}
        record.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if misses:
        from evaluation.run import tell_misses

        print("\n".join(tell_misses(scores)), file=sys.stderr if as_json else sys.stdout)
    if baseline:
        worse = regressions(scores.figures, read_baseline(baseline))
        for line in worse:
            print(line, file=sys.stderr)
        if worse:
            raise typer.Exit(1)
    if strict and scores.misses:
        raise typer.Exit(1)


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate compare truoc.jsonl sau.jsonl evaluation/cases/steer.jsonl`")
def compare(
    before: Annotated[Path, typer.Argument(help="Các câu trả lời trước (JSONL).")],
    after: Annotated[Path, typer.Argument(help="Các câu trả lời sau.")],
    files: Files,
    add: Add = None,
    as_json: Json = False,
) -> None:
    """So hai lần trả lời cùng các câu hỏi: câu nào được thêm, câu nào mất."""
    from evaluation.cases import located, read_cases
    from evaluation.compare import compare as run
    from evaluation.compare import tell_changes
    from evaluation.measure import score
    from evaluation.run import open_catalog_with
    from evaluation.shown import read_answers

    catalog = open_catalog_with(add or [])
    read = located(read_cases(files), catalog)
    ids = [case.id for case in read]
    old, new = (score(read, read_answers(path, ids), catalog.documents) for path in (before, after))
    changes = run(old, new)
    if as_json:
        print(json.dumps([change.table() for change in changes], ensure_ascii=False))
        return
    _show({change.group: change.table() for change in changes})
    print("\n".join(tell_changes(changes)))


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate report evaluation/cases/steer.jsonl --out bao-cao.html`")
def report(
    files: Files,
    out: Annotated[Path, typer.Option(help="Nơi ghi báo cáo (HTML).")] = Path("bao-cao.html"),
    add: Add = None,
    parts: Annotated[bool, typer.Option(help="Đo xem từng phần của việc tìm mang lại gì (lâu nhất).")] = True,
    pictures: Annotated[Path | None, typer.Option(help="Ghi cả các hình vào thư mục này (SVG).")] = None,
) -> None:
    """Viết báo cáo đánh giá thành một tệp HTML: số đo, đường cong, từng phần, và mọi câu chưa đạt."""
    from functools import partial

    from rich.console import Console

    from evaluation.cases import EvaluationError, located, read_cases
    from evaluation.run import open_answerer

    try:
        from evaluation.report import find, write_report
        from evaluation.report import pictures as draw
    except ModuleNotFoundError as error:
        raise EvaluationError(f"Báo cáo cần thư viện {error.name}: pip install 'danchu[train]'.") from error
    read = read_cases(files)
    open_with = partial(open_answerer, add or [])
    answerer = open_with()
    with Console(stderr=True).status("mở văn bản") as status:
        found = find(open_with, located(read, answerer.catalog), parts=parts, say=status.update)
    write_report(found, answerer, [path.name for path in files], out)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        for name, drawn in draw(found, answerer.settings.sure).items():
            (pictures / f"{name}.svg").write_text(drawn, "utf-8")
    print(f"Đã ghi {out}.")


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate beir alqac2025 --split dev --json`")
def beir(
    folder: Annotated[Path, typer.Argument(help="Thư mục kiểu BEIR: corpus.jsonl[.gz], queries.jsonl, qrels/.")],
    split: Annotated[str, typer.Option(help="Phần qrels dùng để đo.")] = "test",
    as_json: Json = False,
    run: Annotated[Path | None, typer.Option(help="Ghi tệp kết quả dạng TREC.")] = None,
    fifth: Annotated[
        int | None, typer.Option(min=0, max=4, help="Chỉ đo phần năm này của câu hỏi (với mô hình học không có nó).")
    ] = None,
    words_only: Annotated[bool, typer.Option(help="Chỉ tìm theo chữ (BM25), không đọc lại, để so.")] = False,
    no_dense: Annotated[bool, typer.Option("--no-dense", help="Không dùng bộ mã hoá, để so.")] = False,
    no_rereading: Annotated[bool, typer.Option("--no-rereading", help="Không đọc lại từng chữ, để so.")] = False,
) -> None:
    """Đo khả năng tìm trên một bộ dữ liệu công khai."""
    from evaluation.beir import evaluate
    from evaluation.run import chosen_encoder
    from retrieval.search import SearchSettings

    usual = SearchSettings()
    settings = SearchSettings(
        dense=0.0 if words_only or no_dense else usual.dense, relevance=not (words_only or no_rereading)
    )
    figures = evaluate(folder, split, settings, run, encoder=chosen_encoder(), fifth=fifth)
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        _show(figures)


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate fit alqac2022 zalo2021`")
def fit(
    folders: Annotated[list[Path], typer.Argument(help="Thư mục kiểu BEIR có câu hỏi thuộc lĩnh vực khác.")],
    cases: Annotated[list[Path], typer.Option(help="Các câu hỏi để lái; không bao giờ dùng phần niêm phong.")] = [  # noqa: B006
        Path("evaluation/cases/steer.jsonl"),
        Path("evaluation/cases/steer_more.jsonl"),
        Path("evaluation/cases/steer_officials.jsonl"),
        Path("evaluation/cases/steer_refuse.jsonl"),
        Path("evaluation/cases/steer_near.jsonl"),
        Path("evaluation/cases/steer_fresh.jsonl"),
        Path("evaluation/cases/steer_forms.jsonl"),
    ],
    add: Annotated[list[Path] | None, typer.Option(help="Văn bản thêm chỉ cho lần này.")] = None,
    added_cases: Annotated[Path, typer.Option(help="Các câu hỏi để lái trên những văn bản đã thêm.")] = Path(
        "evaluation/cases/laws_steer.jsonl"
    ),
    out: Annotated[Path, typer.Option(help="Nơi ghi bảng trọng số.")] = Path("retrieval/ranker.json"),
    seed: Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên.")] = 13,
) -> None:
    """Khớp lại trọng số xếp hạng và độ tin cậy từ các câu hỏi để lái."""
    from evaluation.cases import located, read_cases
    from evaluation.fit import fit as run
    from evaluation.fit import other_fields, small_talk
    from evaluation.run import open_answerer
    from retrieval.rank import unfitted

    talk, law = small_talk(), other_fields(folders, 10_000, seed)
    # Half of each tells the field; the other half, not seen by that, teaches confidence.
    elsewhere, foreign = [*talk[::2], *law[:600]], [*talk[1::2], *law[600:]]

    def fitted_with(doors: bool) -> dict[str, Any]:
        shipped = open_answerer(fitted=unfitted(), doors=doors)
        sets = [(shipped, located(read_cases(cases), shipped.catalog))]
        if add:
            more = open_answerer(add, fitted=unfitted(), doors=doors)
            sets.append((more, located(read_cases([added_cases]), more.catalog)))
        print("có câu hỏi soạn sẵn" if doors else "không có câu hỏi soạn sẵn", file=sys.stderr)
        return run(sets, elsewhere, foreign, say=lambda line: print(line, file=sys.stderr))

    fitted = fitted_with(doors=True)
    # A document may have no authored questions: it has an order and a confidence of its own.
    fitted["bare"] = {key: value for key, value in fitted_with(doors=False).items() if key != "field"}
    out.write_text(json.dumps(fitted, ensure_ascii=False, indent=1) + "\n", "utf-8")


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate fit-relevance alqac2022 zalo2021`")
def fit_relevance(
    folders: Annotated[list[Path], typer.Argument(help="Thư mục kiểu BEIR có câu hỏi để học.")],
    split: Annotated[str, typer.Option(help="Phần qrels để học.")] = "train",
    out: Annotated[Path, typer.Option(help="Nơi ghi các cây.")] = Path("retrieval/relevance.json"),
    seed: Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên.")] = 13,
) -> None:
    """Học cách một điều khoản khớp với câu hỏi, từ câu hỏi của mọi lĩnh vực; in số đo trên phần chưa thấy."""
    from evaluation.fit_relevance import fit_relevance as run
    from evaluation.run import chosen_encoder

    fitted = run(folders, chosen_encoder(), split=split, seed=seed, say=lambda line: print(line, file=sys.stderr))
    out.write_text(json.dumps(fitted, ensure_ascii=False) + "\n", "utf-8")


def _show(figures: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    table.add_column("nhóm")
    table.add_column("số đo")
    for name, value in figures.items():
        cells = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name, cells)
    Console().print(table)
