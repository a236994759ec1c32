"""How much a question sounds like grassroots democracy, and not like another field of law or small talk.

A logistic regression over the syllables and pairs of its matter, hashed into a fixed table; fitted by `danchu evaluate
fit` on the authored questions against questions of other fields and small talk.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.normalise import fold_syllable

BUCKETS = 1 << 13


def terms(content: Sequence[str]) -> list[int]:
    """The places in the table of a question's matter: of its syllables without accents, and of pairs of them."""
    plain = [fold_syllable(syllable) for syllable in content]
    words = {*plain, *(f"{first} {second}" for first, second in pairwise(plain))}
    return sorted(zlib.crc32(word.encode()) % BUCKETS for word in words)


def table(contents: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """What the regression is fitted on: shape (questions, BUCKETS), each row of length 1 or 0."""
    rows = np.zeros((len(contents), BUCKETS), dtype=np.float32)
    for row, content in zip(rows, contents, strict=True):
        places = terms(content)
        row[places] = 1 / math.sqrt(len(places) or 1)
    return rows


def field_score(weights: NDArray[np.float64], constant: float, content: Sequence[str]) -> float:
    """The log-odds that a question is of this field; the constant alone where it has no matter."""
    places = terms(content)
    return constant + float(weights[places].sum()) / math.sqrt(len(places) or 1)
