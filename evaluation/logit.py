"""The conditional logit (McFadden 1974): each question chooses among its own passages. The only user of scipy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.weights import Weights, shares

Table = NDArray[np.float64]


def conditional_logit(tables: Sequence[Table], right: Sequence[NDArray[np.bool_]], ridge: float) -> Weights:
    """Fit the weights under which the right passages are the likeliest choice of their question.

    Args:
        tables: features of each question's passages, shape (passages, features).
        right: which of the passages answer, at least one for each question.
        ridge: the weight of the squared weights in the loss, features taken in units of their spread.
    """
    from scipy.optimize import minimize

    every = np.concatenate(tables)
    mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-9
    sides = [(table - mean) / spread for table in tables]

    def loss(weights: Table) -> tuple[float, Table]:
        total, slope = ridge * float(weights @ weights), 2 * ridge * weights
        for side, rights in zip(sides, right, strict=True):
            values = side @ weights
            total += (_log_sum(values) - _log_sum(values[rights])) / len(sides)
            slope = slope + (shares(values) @ side - shares(values[rights]) @ side[rights]) / len(sides)
        return total, slope

    found = minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = np.asarray(found.x / spread)
    return Weights(weights, -float(weights @ mean))


def _log_sum(values: Table) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
