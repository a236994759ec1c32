"""A number of one passage beside those of the others it is compared with; arrays have shape (passages,)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)


def share_of_best(column: NDArray[Float]) -> NDArray[Float]:
    """Numbers from 0 up as shares of the highest: 1 for the best; as they are where there is none above 0."""
    best = column.max(initial=0.0)
    return column / best if best > 0 else column


def rank(column: NDArray[Float]) -> NDArray[np.float64]:
    """The natural logarithm of 1 + how many passages are better; equal passages share a rank."""
    return np.log1p(len(column) - np.searchsorted(np.sort(column), column, side="right"))
