"""Hybrid search: what the words say and what the meaning says, in one score for every passage.

The two are normalised and added, not merged by rank: how far the first is ahead of the second is what tells a sure
find from a guess, and ranks forget it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from index.provision_index import ProvisionIndex
from retrieval.relative import share_of_best

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """The weights of the sum; steered on questions that the encoder had not seen.

    Args:
        lexical: of the BM25 score, as a share of the best passage's.
        dense: of the cosine, where it is above 0.
        relevance: whether the best passages are read again, word by word, and put in order by `retrieval.relevance`.
    """

    lexical: float = 1.0
    dense: float = 0.3
    relevance: bool = True

    def table(self) -> dict[str, float]:
        """The numbers by name, for a report."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """The scores of every passage for one text; each array has shape (n,), rows as in the index.

    Args:
        lexical: BM25 as a share of the best passage's, from 0 to 1; all 0 where no word is known.
        dense: the cosine, from -1 to 1.
        score: the weighted sum.
    """

    lexical: Scores
    dense: Scores
    score: Scores


def hybrid(index: ProvisionIndex, text: str, settings: SearchSettings | None = None) -> Hybrid:
    """Scores every passage of an index for a text."""
    settings = settings or SearchSettings()
    lexical = share_of_best(index.lexical_scores(text))
    dense = index.dense_scores(text)
    return Hybrid(lexical, dense, weighed(lexical, dense, settings))


def weighed(lexical: Scores, dense: Scores, settings: SearchSettings) -> Scores:
    """The weighted sum of the lexical share and the cosine, shape (n,)."""
    score = np.float32(settings.lexical) * lexical + np.float32(settings.dense) * np.maximum(dense, 0)
    return np.asarray(score, dtype=np.float32)
