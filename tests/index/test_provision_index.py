"""The index as a folder: built aside, swapped in whole, never trusted when it does not fit."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import index.provision_index as module
from index.encoder import IndexDamaged
from index.lexical import LexicalSettings
from index.normalise import fold, syllables
from index.passages import Passage
from index.provision_index import ProvisionIndex, open_or_build, read_manifest

PASSAGES = (
    Passage("a#1", "Nghị quyết A", "Nhân dân bàn và quyết định"),
    Passage("a#2", "Nghị quyết A > Điều 2", "Người đứng đầu cản trở dân chủ thì bị xử lý"),
    Passage("b#1", "", "Báo cáo sáu tháng nộp trước ngày 15 tháng 6"),
)


class Letters:
    """An encoder without a model: a text's letters, counted."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 26), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in fold(text):
                if "a" <= letter <= "z":
                    vectors[row, ord(letter) - 97] += 1
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


class ShortLetters(Letters):
    """The same, reading only so many syllables."""

    max_tokens = 6

    def count_tokens(self, text: str) -> int:
        return len(syllables(text))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        assert all(self.count_tokens(text) <= self.max_tokens for text in texts)
        return super().encode(texts)


class Spoken(list[str]):
    """What was said."""

    def __call__(self, sentence: str) -> None:
        self.append(sentence)


def opened(
    folder: Path,
    passages: Sequence[Passage] = PASSAGES,
    corpus: str = "c",
    model: str = "m",
    lexical: LexicalSettings | None = None,
) -> tuple[ProvisionIndex, Spoken]:
    said = Spoken()
    return open_or_build(folder, passages, corpus, Letters(), model, said, lexical=lexical), said


def test_both_scores_cover_every_passage() -> None:
    index = ProvisionIndex.build(PASSAGES, Letters())
    assert len(index) == 3
    assert int(index.lexical_scores("cản trở dân chủ").argmax()) == 1
    assert int(index.dense_scores("bao cao sau thang nop truoc ngay thang").argmax()) == 2
    for text in ("", "🙂"):
        assert not index.lexical_scores(text).any()
        assert not index.dense_scores(text).any()


def test_progress_ends_with_all_passages() -> None:
    seen: list[tuple[int, int]] = []
    ProvisionIndex.build(PASSAGES, Letters(), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (3, 3)]


def test_an_index_of_nothing_answers_nothing(tmp_path: Path) -> None:
    index, _ = opened(tmp_path / "index", ())
    assert index.lexical_scores("dân chủ").shape == index.dense_scores("dân chủ").shape == (0,)
    again, said = opened(tmp_path / "index", ())
    assert len(again) == 0
    assert said == []


def test_keys_are_unique() -> None:
    with pytest.raises(ValueError, match="key"):
        ProvisionIndex.build([PASSAGES[0], PASSAGES[0]], Letters())


def test_long_texts_are_read_in_windows() -> None:
    long = Passage("c#1", "Kế hoạch", "một hai ba bốn năm. sáu bảy tám chín mười; zz zz zz zz")
    heading = Passage("c#2", "một đầu đề rất dài có hơn sáu tiếng", "kk kk")
    index = ProvisionIndex.build([PASSAGES[2], long, heading], ShortLetters())
    assert index.vectors.windows > len(index) == 3
    assert int(index.dense_scores("zz zz zz zz").argmax()) == 1
    assert int(index.dense_scores("kk").argmax()) == 2


def test_a_good_index_is_loaded_and_not_built(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "index"
    built, said = opened(folder)
    assert [sentence for sentence in said if "chưa có chỉ mục" in sentence]
    loaded, said = opened(folder)
    assert said == []
    assert loaded.passages == built.passages == PASSAGES
    for text in ("dân chủ", "bao cao"):
        np.testing.assert_array_equal(loaded.lexical_scores(text), built.lexical_scores(text))
        np.testing.assert_array_equal(loaded.dense_scores(text), built.dense_scores(text))
    manifest = read_manifest(folder)
    assert (manifest["corpus"], manifest["model"], manifest["passages"]) == ("c", "m", 3)
    assert set(manifest["libraries"]) >= {"bm25s", "faiss-cpu"}
    assert [path.name for path in folder.parent.iterdir()] == ["index"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"corpus": "other"}, "văn bản đã thay đổi"),
        ({"passages": PASSAGES[:2]}, "văn bản đã thay đổi"),
        ({"passages": (*PASSAGES[:2], Passage("b#1", "", "khác"))}, "văn bản đã thay đổi"),
        ({"model": "other"}, "mô hình đã thay đổi"),
        ({"lexical": LexicalSettings(k1=2.0)}, "phiên bản khác"),
    ],
)
def test_a_stale_index_is_built_anew(change: dict[str, object], why: str, tmp_path: Path) -> None:
    opened(tmp_path / "index")
    index, said = opened(tmp_path / "index", **change)  # type: ignore[arg-type]
    assert len(said) == 1
    assert why in said[0]
    assert index.passages == change.get("passages", PASSAGES)
    assert opened(tmp_path / "index", **change)[1] == []  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["format", "libraries"])
def test_an_index_of_another_version_is_built_anew(field: str, tmp_path: Path) -> None:
    opened(tmp_path / "index")
    path = tmp_path / "index" / "manifest.json"
    path.write_text(json.dumps({**read_manifest(tmp_path / "index"), field: 0}))
    assert "phiên bản khác" in opened(tmp_path / "index")[1][0]
    assert opened(tmp_path / "index")[1] == []


@pytest.mark.parametrize("damage", ["missing", "empty", "changed", "more"])
def test_every_damaged_file_leads_to_a_rebuild(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    built, _ = opened(folder)
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(names) > 8
    for name in names:
        path = folder / name
        kept = path.read_bytes()
        if damage == "missing":
            path.unlink()
        elif damage == "empty":
            path.write_bytes(b"")
        elif damage == "changed":
            path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        else:
            path.write_bytes(kept + b"\0")
        with pytest.raises(IndexDamaged, match="danchu index build"):
            ProvisionIndex.load(folder, Letters())
        index, said = opened(folder)
        assert len(said) == 1, name
        assert "hỏng" in said[0], name
        np.testing.assert_array_equal(index.lexical_scores("dân chủ"), built.lexical_scores("dân chủ"))
        assert opened(folder)[1] == []


def test_a_foreign_file_in_the_folder_is_noticed(tmp_path: Path) -> None:
    opened(tmp_path / "index")
    (tmp_path / "index" / "stray").write_text("")
    assert "hỏng" in opened(tmp_path / "index")[1][0]


def test_a_crash_while_saving_leaves_the_old_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "index"
    opened(folder)
    before = read_manifest(folder)

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_sync", full)
    index, said = opened(folder, PASSAGES[:2], corpus="new")
    assert len(index) == 2
    assert "Không ghi được" in said[-1]
    assert "No space left" in said[-1]
    assert read_manifest(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_failed_swap_puts_the_old_index_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "index"
    opened(folder)
    before = read_manifest(folder)
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    _, said = opened(folder, corpus="new")
    assert "Không ghi được" in said[-1]
    assert read_manifest(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_folder_that_cannot_be_written_costs_only_the_copy_on_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index, said = opened(tmp_path / "file" / "index")
    assert len(index) == 3
    assert "Không ghi được" in said[-1]


def test_what_a_crashed_build_left_is_swept_away_later(tmp_path: Path) -> None:
    old, young = tmp_path / ".index.new-1-aa", tmp_path / ".index.new-2-bb"
    for path in (old, young):
        path.mkdir()
    os.utime(old, (0, 0))
    opened(tmp_path / "index")
    assert sorted(path.name for path in tmp_path.iterdir()) == [young.name, "index"]


def _open_often(folder: str, corpus: str, failures: multiprocessing.Queue[str]) -> None:
    try:
        for _ in range(5):
            index, said = opened(Path(folder), PASSAGES, corpus)
            assert index.passages == PASSAGES
            assert not [sentence for sentence in said if "Không ghi được" in sentence], said
    except BaseException as error:
        failures.put(repr(error))
        raise


def test_processes_that_build_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    workers = [
        context.Process(target=_open_often, args=(str(tmp_path / "index"), corpus, failures)) for corpus in ("c", "d")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0], failures.get(timeout=1)
    assert len(ProvisionIndex.load(tmp_path / "index", Letters())) == 3
    shutil.rmtree(tmp_path / "index")
    assert list(tmp_path.iterdir()) == []
