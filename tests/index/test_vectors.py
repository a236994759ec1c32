"""Exact inner products over passages with one or several vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.encoder import IndexDamaged
from index.vectors import VectorIndex


def unit(rows: int, dim: int, seed: int = 0) -> NDArray[np.float32]:
    matrix = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True))


def test_scores_are_inner_products() -> None:
    matrix, query = unit(50, 8), unit(1, 8, seed=1)[0]
    index = VectorIndex.build(matrix)
    np.testing.assert_allclose(index.scores(query), matrix @ query, atol=1e-6)
    rows, scores = index.search(query, 5)
    assert rows.tolist() == np.argsort(-(matrix @ query), kind="stable")[:5].tolist()
    np.testing.assert_allclose(scores, np.sort(matrix @ query)[::-1][:5], atol=1e-6)


def test_a_passage_is_as_near_as_its_nearest_window() -> None:
    matrix, query = unit(60, 8), unit(1, 8, seed=1)[0]
    owners = np.repeat(np.arange(20), 3).astype(np.int32)
    index = VectorIndex.build(matrix, owners)
    expected = (matrix @ query).reshape(20, 3).max(axis=1)
    assert len(index) == 20
    assert index.windows == 60
    np.testing.assert_allclose(index.scores(query), expected, atol=1e-6)
    for k in (1, 7, 20, 99):
        rows, scores = index.search(query, k)
        assert rows.tolist() == np.argsort(-expected, kind="stable")[:k].tolist()
        np.testing.assert_allclose(scores, np.sort(expected)[::-1][:k], atol=1e-6)


@pytest.mark.parametrize("windows", [1, 3])
def test_some_passages_score_as_all_do(windows: int) -> None:
    matrix, query = unit(60, 8), unit(1, 8, seed=1)[0]
    index = VectorIndex.build(matrix, np.repeat(np.arange(60 // windows), windows).astype(np.int32))
    for rows in ([], [0], [19, 3, 3, 7]):
        some = np.array(rows, dtype=np.int64)
        np.testing.assert_allclose(index.scores_of(query, some), index.scores(query)[some], atol=1e-6)


def test_an_empty_index_has_no_scores() -> None:
    index = VectorIndex.build(np.zeros((0, 8), dtype=np.float32))
    assert index.scores(unit(1, 8)[0]).shape == (0,)
    assert index.search(unit(1, 8)[0], 3)[0].shape == (0,)


@pytest.mark.parametrize("owners", [[0, 2], [1, 1], [0], [1, 0], [0, -1]])
def test_owners_must_fit(owners: list[int]) -> None:
    with pytest.raises(ValueError, match="owners"):
        VectorIndex.build(unit(2, 4), np.array(owners, dtype=np.int32))


def test_a_query_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="dimension"):
        VectorIndex.build(unit(2, 4)).scores(unit(1, 5)[0])


@pytest.mark.parametrize("rows", [0, 7])
def test_saved_and_loaded_it_scores_the_same(rows: int, tmp_path: Path) -> None:
    query = unit(1, 4, seed=3)[0]
    index = VectorIndex.build(unit(rows, 4))
    index.save(tmp_path)
    again = VectorIndex.load(tmp_path)
    assert (len(again), again.windows, again.dimension) == (rows, rows, 4)
    np.testing.assert_array_equal(again.scores(query), index.scores(query))


@pytest.mark.parametrize("cut", [0, 3, 40, -8])
def test_every_damaged_file_is_noticed(cut: int, tmp_path: Path) -> None:
    VectorIndex.build(unit(9, 4)).save(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        kept = path.read_bytes()
        path.write_bytes(kept[:cut])
        with pytest.raises(IndexDamaged, match="danchu index build"):
            VectorIndex.load(tmp_path)
        path.unlink()
        with pytest.raises(IndexDamaged):
            VectorIndex.load(tmp_path)
        path.write_bytes(kept)
    assert len(VectorIndex.load(tmp_path)) == 9


def test_bytes_that_are_no_index_are_noticed(tmp_path: Path) -> None:
    VectorIndex.build(unit(9, 4)).save(tmp_path)
    (tmp_path / "vectors.faiss").write_bytes(bytes(range(256)) * 4)
    with pytest.raises(IndexDamaged):
        VectorIndex.load(tmp_path)
