"""`danchu evaluate …`: the product's own cases, and public sets in the BEIR layout."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

evaluate_app = typer.Typer(help="Đo chất lượng trả lời.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@evaluate_app.command(epilog="Ví dụ: `danchu evaluate cases evaluation/cases/steer.jsonl --misses`")
def cases(
    files: Annotated[list[Path], typer.Argument(help="Tệp câu hỏi đánh giá (JSONL).")],
    as_json: Json = False,
    misses: Annotated[bool, typer.Option(help="In từng câu chưa đạt, đã đưa gì và lẽ ra phải đưa gì.")] = False,
    baseline: Annotated[
        Path | None, typer.Option(help="Bảng số đo đã ghi; thua quá 1 điểm ở một số đo thì thoát với mã 1.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Ghi bảng số đo này để so về sau.")] = None,
    add: Annotated[list[Path] | None, typer.Option(help="Văn bản thêm chỉ cho lần đo này.")] = None,
) -> None:
    """Đo trên các câu hỏi của sản phẩm; không đọc và không ghi cơ sở dữ liệu."""
    from evaluation.cases import located, read_cases
    from evaluation.gate import read_baseline, regressions
    from evaluation.measure import score
    from evaluation.run import answer_all, open_answerer

    read = read_cases(files)
    answerer = open_answerer(add or [])
    read = located(read, answerer.catalog)
    scores = score(read, answer_all(answerer, read), answerer.catalog.documents)
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
) -> None:
    """Đo khả năng tìm trên một bộ dữ liệu công khai."""
    from evaluation.beir import evaluate
    from evaluation.run import chosen_encoder
    from retrieval.search import SearchSettings

    settings = SearchSettings(dense=0.0, relevance=False) if words_only else None
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

    elsewhere = [*small_talk(), *other_fields(folders, 600, seed)]
    shipped = open_answerer(fitted=unfitted())
    sets = [(shipped, located(read_cases(cases), shipped.catalog))]
    if add:
        more = open_answerer(add, fitted=unfitted())
        sets.append((more, located(read_cases([added_cases]), more.catalog)))
    fitted = run(sets, elsewhere, say=lambda line: print(line, file=sys.stderr))
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
