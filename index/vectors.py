"""Vectors of passages and their inner products with a question's. The only module that knows FAISS.

The index is flat and exact. A passage too long for the encoder has several vectors, one for each window of its text,
and is as near as its nearest window.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from index.encoder import IndexDamaged

# The products are small: a second thread gains little, and waits long for a core where the machine is busy.
threadpool_limits(limits=1, user_api="blas")

_VECTORS_FILE = "vectors.faiss"
_OWNERS_FILE = "owners.npy"


class VectorIndex:
    """Exact inner-product search over passages.

    Args:
        index: a flat FAISS index, one row a window.
        owners: shape (windows,): the passage of each window, ascending from 0 without a gap.
    """

    def __init__(self, index: faiss.IndexFlatIP, owners: NDArray[np.int32]) -> None:
        self._index = index
        self._owners = owners
        # Where each passage's run of windows begins, for one maximum a run.
        self._starts = np.flatnonzero(np.diff(owners, prepend=-1))

    @classmethod
    def build(cls, matrix: NDArray[np.float32], owners: NDArray[np.int32] | None = None) -> VectorIndex:
        """Indexes vectors.

        Args:
            matrix: shape (windows, dim).
            owners: shape (windows,), the passage of each row, ascending from 0 without a gap; None means one vector
                a passage.

        Raises:
            ValueError: the shapes do not fit, or the owners have a gap.
        """
        if matrix.ndim != 2:
            raise ValueError("the matrix has not two dimensions")
        if owners is None:
            owners = np.arange(len(matrix), dtype=np.int32)
        if not _sound(owners, len(matrix)):
            raise ValueError("the owners do not fit the matrix")
        index = faiss.IndexFlatIP(matrix.shape[1])
        index.add(np.ascontiguousarray(matrix, dtype=np.float32))
        return cls(index, owners.astype(np.int32))

    def __len__(self) -> int:
        """The number of passages."""
        return len(self._starts)

    @property
    def windows(self) -> int:
        """The number of vectors."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k nearest passages.

        Args:
            query: shape (dim,).
            k: the most to return.

        Returns:
            Passage rows and scores, best first, each of shape (min(k, passages),).
        """
        k = min(k, len(self))
        if k <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        wanted = k
        while True:
            scores, rows = self._index.search(self._row(query), wanted)
            owners, first = np.unique(self._owners[rows[0]], return_index=True)
            if len(owners) >= k or wanted >= self.windows:
                break
            # Several windows of one passage came up: look further down.
            wanted = min(wanted * 2, self.windows)
        order = np.sort(first)[:k]
        return self._owners[rows[0][order]].astype(np.int64), scores[0][order]

    def scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The exact score of every passage, that of its nearest window.

        Args:
            query: shape (dim,).

        Returns:
            Shape (passages,).
        """
        if not self.windows:
            return np.zeros(0, dtype=np.float32)
        products = self._matrix() @ self._row(query)[0]
        if len(self) == self.windows:
            return np.asarray(products, dtype=np.float32)
        return np.asarray(np.maximum.reduceat(products, self._starts), dtype=np.float32)

    def scores_of(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The exact scores of some passages, in their order; what they cost does not grow with the index.

        Args:
            query: shape (dim,).
            rows: passages, shape (k,).

        Returns:
            Shape (k,).
        """
        ends = np.append(self._starts[1:], self.windows)
        lengths = (ends - self._starts)[rows]
        firsts = np.cumsum(lengths) - lengths
        windows = np.repeat(self._starts[rows] - firsts, lengths) + np.arange(int(lengths.sum()))
        if not len(windows):
            return np.zeros(len(rows), dtype=np.float32)
        products = self._matrix()[windows] @ self._row(query)[0]
        return np.asarray(np.maximum.reduceat(products, firsts), dtype=np.float32)

    def _matrix(self) -> NDArray[np.float32]:
        """All vectors: a view of FAISS's own memory, not a copy."""
        flat = faiss.rev_swig_ptr(self._index.get_xb(), self.windows * self.dimension)
        return np.asarray(flat.reshape(self.windows, self.dimension))

    def save(self, folder: Path) -> None:
        """Writes the index into a folder, which is made if need be.

        Raises:
            OSError: the folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        # FAISS reports a full disk as RuntimeError; written by Python it is an OSError like any other.
        (folder / _VECTORS_FILE).write_bytes(faiss.serialize_index(self._index).tobytes())
        np.save(folder / _OWNERS_FILE, self._owners)

    @classmethod
    def load(cls, folder: Path) -> VectorIndex:
        """Reads what `save` wrote.

        Raises:
            IndexDamaged: a file is missing or does not hold what it should.
        """
        try:
            index = faiss.deserialize_index(np.fromfile(folder / _VECTORS_FILE, dtype=np.uint8))
            owners = np.load(folder / _OWNERS_FILE)
            if not isinstance(index, faiss.IndexFlatIP) or not _sound(owners, index.ntotal):
                raise ValueError("the arrays do not fit each other")
        # FAISS raises RuntimeError for bytes that are no index, AssertionError for none at all.
        except (OSError, ValueError, EOFError, RuntimeError, AssertionError) as error:
            raise IndexDamaged(
                f"Chỉ mục vectơ ở {folder} bị hỏng; hãy chạy `danchu index build` để dựng lại."
            ) from error
        return cls(index, owners.astype(np.int32))

    def _row(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        if query.shape != (self.dimension,):
            raise ValueError(f"a vector of shape {query.shape} in an index of dimension {self.dimension}")
        return np.ascontiguousarray(query, dtype=np.float32)[None]


def _sound(owners: NDArray[np.int32], windows: int) -> bool:
    """Whether owners ascend from 0 without a gap, one for each window."""
    if owners.shape != (windows,):
        return False
    steps = np.diff(owners.astype(np.int64), prepend=-1)
    return windows == 0 or bool(steps[0] == 1 and ((steps == 0) | (steps == 1)).all())
