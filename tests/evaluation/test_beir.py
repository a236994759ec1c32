"""Public sets in the BEIR layout: reading them, measuring on them, and saying what is wrong with one."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from evaluation.beir import evaluate, measures
from index.beir import BrokenFolder, Judged, has_split, read_corpus, read_judged
from index.encoder import IndexingError
from retrieval.search import SearchSettings

KEYS = [
    *("queries", "documents", "acc@1", "acc@3", "acc@10", "acc@100", "mrr@10", "ndcg@10", "recall@10"),
    *("query_ms_p50", "query_ms_p95", "build_s"),
]
DOCUMENTS = {
    "Luật A|1": ("Luật A - Điều 1. Đất đai", "Giấy chứng nhận quyền sử dụng đất do Ủy ban nhân dân cấp."),
    "Luật A|2": ("Luật A - Điều 2. Hôn nhân", "Nam từ đủ 20 tuổi, nữ từ đủ 18 tuổi trở lên được kết hôn."),
    "Luật B|1": ("Luật B - Điều 1. Giao thông", "Người lái xe phải mang theo giấy phép lái xe."),
    "Luật B|2": ("", "Nhân dân bàn và quyết định việc đóng góp xây dựng đường."),
}
QUERIES = {
    "q1": "ai cấp giấy chứng nhận quyền sử dụng đất",
    "q2": "bao nhieu tuoi duoc ket hon",
    "q3": "không có đáp án",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four documents and three questions, two of them judged."""
    (tmp_path / "qrels").mkdir()
    lines = [json.dumps({"_id": key, "title": t, "text": x}, ensure_ascii=False) for key, (t, x) in DOCUMENTS.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = [json.dumps({"_id": key, "text": text}, ensure_ascii=False) for key, text in QUERIES.items()]
    (tmp_path / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", "q1\tLuật A|1\t1", "q2\tLuật A|2\t2", "q2\tLuật B|1\t0", "q3\tLuật B|2\t0"]
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_the_figures_are_those_of_the_contract(folder: Path) -> None:
    figures = evaluate(folder)
    assert list(figures) == KEYS
    assert (figures["queries"], figures["documents"]) == (2, 4)
    assert figures["acc@1"] == figures["mrr@10"] == figures["ndcg@10"] == figures["recall@10"] == 1
    assert figures["query_ms_p95"] >= figures["query_ms_p50"] > 0
    json.dumps(figures)


def test_a_compressed_corpus_reads_the_same(folder: Path) -> None:
    plain = read_corpus(folder)
    path = folder / "corpus.jsonl"
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert read_corpus(folder) == plain
    assert [passage.key for passage in plain] == list(DOCUMENTS)


def test_a_run_file_holds_every_ranking(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    evaluate(folder, run_file=path)
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    assert {len(row) for row in rows} == {6}
    for query in ("q1", "q2"):
        mine = [row for row in rows if row[0] == query]
        assert sorted(row[2] for row in mine) == sorted(DOCUMENTS)
        assert [int(row[3]) for row in mine] == [1, 2, 3, 4]
        scores = [float(row[4]) for row in mine]
        assert scores == sorted(scores, reverse=True)
    assert [row[2] for row in rows if row[3] == "1"] == ["Luật A|1", "Luật A|2"]


def test_the_settings_steer_the_search(folder: Path) -> None:
    assert evaluate(folder, settings=SearchSettings(lexical=0.0, dense=0.0, relevance=False))["acc@1"] < 1


def test_a_fifth_of_the_questions_can_be_measured_alone(folder: Path) -> None:
    whole = read_judged(folder, "test")
    counts = [evaluate(folder, fifth=fifth)["queries"] for fifth in range(5)]
    assert counts == [sum(one.fifth == fifth for one in whole) for fifth in range(5)]
    assert sum(counts) == len(whole) == 2


@pytest.mark.parametrize(
    ("answers", "ranking", "expected"),
    [
        ({"a": 1}, ["a", "b"], {"acc@1": 1, "mrr@10": 1, "ndcg@10": 1, "recall@10": 1}),
        ({"a": 1}, ["b", "a"], {"acc@1": 0, "acc@3": 1, "mrr@10": 0.5, "ndcg@10": 1 / math.log2(3)}),
        ({"a": 1, "z": 1}, ["a"], {"recall@10": 0.5, "ndcg@10": 1 / (1 + 1 / math.log2(3))}),
        ({"a": 1}, [str(n) for n in range(10)] + ["a"], {"acc@10": 0, "acc@100": 1, "mrr@10": 0, "ndcg@10": 0}),
        ({"a": 3, "b": 1}, ["b", "a"], {"ndcg@10": (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))}),
        ({"a": 1}, [], {"acc@100": 0, "mrr@10": 0, "recall@10": 0}),
    ],
)
def test_measures(answers: dict[str, int], ranking: list[str], expected: dict[str, float]) -> None:
    figures = measures([Judged("q", "", answers)], [ranking])
    for name, value in expected.items():
        assert figures[name] == pytest.approx(value, abs=1e-4), name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("corpus.jsonl", None),
        ("queries.jsonl", None),
        ("qrels/test.tsv", None),
        ("corpus.jsonl", b""),
        ("corpus.jsonl", b'{"_id": "a", "text": "b"}\n{broken'),
        ("corpus.jsonl", b'{"_id": "a"}'),
        ("corpus.jsonl", b'["a", "b"]'),
        ("corpus.jsonl", b"\xff\xfe\x00"),
        ("queries.jsonl", b'{"_id": 1, "text": "b"}'),
        ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\n"),
        ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\nq1\tx\n"),
        ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\nq1\tx\tgood\n"),
        ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\nq1\tx\tinf\n"),
        ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\nq99\tx\t1\n"),
        ("qrels/test.tsv", b"\xff\xfe\x00"),
    ],
)
def test_a_broken_folder_is_one_plain_sentence(name: str, content: bytes | None, folder: Path) -> None:
    path = folder / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BrokenFolder) as caught:
        evaluate(folder)
    assert isinstance(caught.value, IndexingError)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_broken_archive_is_one_plain_sentence(damage: str, folder: Path) -> None:
    path = folder / "corpus.jsonl"
    packed = gzip.compress(path.read_bytes() * 50)
    path.unlink()
    broken = packed[: len(packed) // 2] if damage == "cut" else b"\x1f\x8b" + bytes(range(200))
    (folder / "corpus.jsonl.gz").write_bytes(broken)
    with pytest.raises(BrokenFolder, match=r"corpus\.jsonl\.gz"):
        evaluate(folder)


def test_has_split(folder: Path) -> None:
    assert has_split(folder, "test")
    assert not has_split(folder, "train")
