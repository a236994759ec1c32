"""The trainer, on data made here: does it learn, repeat itself, and write a model that loads?"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import index.training as module
from index.beir import BrokenFolder, read_judged
from index.encoder import IndexingError, StaticEncoder, load_encoder
from index.training import TrainerMissing, TrainingSettings, train

TINY = TrainingSettings(vocabulary=400, dimension=16, epochs=20, batch=16, learning_rate=0.05)
TOPICS = {
    "đất đai": "thửa đất ruộng vườn giấy chứng nhận quyền sử dụng",
    "hôn nhân": "vợ chồng kết hôn ly hôn con cái",
    "giao thông": "xe máy ô tô tốc độ đường bộ biển báo",
    "dân chủ": "nhân dân bàn quyết định giám sát công khai",
    "lao động": "tiền lương hợp đồng người lao động nghỉ phép",
    "đầu tư": "dự án vốn nhà đầu tư doanh nghiệp",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six documents and a question for each."""
    out = tmp_path / "sets" / "six"
    (out / "qrels").mkdir(parents=True)
    documents, queries, judgements = [], [], ["query-id\tcorpus-id\tscore"]
    for at, (topic, words) in enumerate(TOPICS.items()):
        text = f"1. Quy định về {words} được áp dụng.\n2. Cơ quan quản lý {topic} có trách nhiệm {words}."
        documents.append({"_id": f"d{at}", "title": f"Luật {at} - Điều {at}. Về {topic}", "text": text})
        queries.append({"_id": f"q{at}", "text": f"{words.split()[0]} {words.split()[1]} thế nào?"})
        judgements.append(f"q{at}\td{at}\t1")
    (out / "corpus.jsonl").write_text("\n".join(json.dumps(line) for line in documents), encoding="utf-8")
    (out / "queries.jsonl").write_text("\n".join(json.dumps(line) for line in queries), encoding="utf-8")
    (out / "qrels" / "train.tsv").write_text("\n".join(judgements), encoding="utf-8")
    return out


@pytest.fixture(autouse=True)
def _foreign_warnings() -> None:
    # What the training libraries warn each other of is not for this project to mend.
    warnings.simplefilter("ignore")


def test_it_learns_and_writes_a_model_that_loads(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    pairs = [("Nghị quyết > Điều 1. Công khai", "Nhân dân được biết những nội dung sau. Phường niêm yết tại trụ sở.")]
    about = train([folder], pairs, tmp_path / "model", settings=TINY, seed=7, say=said.append)
    assert about["pairs"]["questions"] == 6 * TINY.question_repeats
    assert about["pairs"]["titles"] == 7
    assert len(said) == 3
    encoder = load_encoder(str(tmp_path / "model"))
    assert isinstance(encoder, StaticEncoder)
    assert encoder.dimension == 16
    answers = encoder.encode([f"{topic} {words}" for topic, words in TOPICS.items()])
    questions = encoder.encode([judged.text for judged in read_judged(folder, "train")])
    assert (questions @ answers.T).argmax(axis=1).tolist() == list(range(6))
    with_accents, without = encoder.encode(["Hợp đồng, lao động", "hop dong lao dong"])
    assert with_accents @ without > 0.5
    np.testing.assert_array_equal(*encoder.encode(["Kết hôn", "KET HON"]))
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    for word in ("danchu index train six --split train --seed 7", "six (split `train`)", '"epochs": 20'):
        assert word in card
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "sets"]


def test_it_loads_in_sentence_transformers(folder: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    train([folder], [], tmp_path / "model", settings=TINY, say=lambda _: None)
    model = SentenceTransformer(str(tmp_path / "model"), device="cpu", local_files_only=True).float()
    texts = ["Nhân dân bàn gì?", "vo chong", "", "???"]
    theirs = model.encode(texts, show_progress_bar=False)
    np.testing.assert_allclose(load_encoder(str(tmp_path / "model")).encode(texts), theirs, atol=1e-5)


def test_the_same_seed_gives_the_same_model(folder: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train([folder], [], tmp_path / name, settings=TINY, seed=seed, say=lambda _: None)
    a, b, c = (load_encoder(str(tmp_path / name)).encode(["đất đai"]) for name in "abc")
    np.testing.assert_allclose(a, b, atol=1e-3)
    assert not np.allclose(a, c, atol=1e-2)


def test_a_fifth_of_the_questions_can_be_left_out(folder: Path, tmp_path: Path) -> None:
    fifths = [judged.fifth for judged in read_judged(folder, "train")]
    about = train([folder], [], tmp_path / "model", settings=TINY, leave_out=fifths[0], say=lambda _: None)
    left = len(fifths) - fifths.count(fifths[0])
    assert about["pairs"]["questions"] == left * TINY.question_repeats
    assert f"without its fifth no. {fifths[0]}" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")


def test_questions_of_another_split_are_not_seen(folder: Path, tmp_path: Path) -> None:
    (folder / "qrels" / "train.tsv").rename(folder / "qrels" / "dev.tsv")
    about = train([folder], [], tmp_path / "model", settings=TINY, say=lambda _: None)
    assert about["questions"] == []
    assert about["pairs"]["questions"] == 0
    assert about["pairs"]["titles"] == 6


def test_a_failed_run_leaves_the_old_model(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    out.mkdir()
    (out / "kept").write_text("")
    (folder / "corpus.jsonl").write_text("not json")
    with pytest.raises(BrokenFolder):
        train([folder], [], out, settings=TINY, say=lambda _: None)
    with pytest.raises(IndexingError, match="Không có gì để học"):
        train([], [], out, settings=TINY, say=lambda _: None)
    assert [path.name for path in out.iterdir()] == ["kept"]


def test_missing_libraries_are_one_plain_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "datasets" else object())
    with pytest.raises(TrainerMissing, match=r"Thiếu thư viện.*datasets.*danchu\[train\]"):
        train([], [], tmp_path / "model", settings=TINY)
