"""Linear models, and what their values mean: log-odds, or chances among passages that are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model: weights in the order of its features, and the constant."""

    weights: NDArray[np.float64]
    constant: float

    def value(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value of each row of a table of features, in log-odds."""
        return np.asarray(table @ self.weights + self.constant)


def shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ranker's values of some passages as chances that add up to 1: shape (rows,)."""
    raised = np.exp(values - values.max(initial=-np.inf))
    return np.asarray(raised / raised.sum())


def chance(log_odds: float) -> float:
    """Log-odds as a chance, 0 to 1."""
    return float(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))
