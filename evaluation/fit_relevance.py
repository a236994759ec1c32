"""Fit the trees of `retrieval.relevance` on folders in the BEIR layout.

Questions of all fields of law teach what a fitting passage looks like. The trees see no cosine: it brought
them nothing, and one of an encoder that was trained on the same questions would mislead them. The encoder has a say in
which passages they see.
Figures are of questions held out, fifth by fifth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.beir import measures
from evaluation.logit import conditional_logit
from index.beir import Judged, read_corpus, read_judged
from index.encoder import Encoder
from index.provision_index import ProvisionIndex
from retrieval.relevance import FEATURES, Relevance, Table
from retrieval.weights import Weights


@dataclass(frozen=True, slots=True)
class RelevanceSettings:
    """What steers the fit (LightGBM's names)."""

    n_estimators: int = 250
    learning_rate: float = 0.05
    num_leaves: int = 12
    min_child_samples: int = 40
    colsample_bytree: float = 0.25
    subsample: float = 0.8
    subsample_freq: int = 1
    lambdarank_truncation_level: int = 10


_RIDGE = 0.003


@dataclass(frozen=True, slots=True)
class _Seen:
    """A question, its candidates' keys and features, and which of them answer."""

    judged: Judged
    keys: list[str]
    table: Table
    right: NDArray[np.bool_]


def fit_relevance(
    folders: Sequence[Path],
    encoder: Encoder,
    *,
    split: str = "train",
    seed: int = 13,
    settings: RelevanceSettings | None = None,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Fit the trees.

    Args:
        folders: BEIR-layout folders that have the split.
        encoder: has a say in which passages are looked at.
        split: the judgements to learn from.
        seed: of the trees.
        settings: what steers the fit.
        say: told how far the work has come, and of the figures held out.

    Returns:
        The trees as `retrieval/relevance.json` holds them, with the figures.
    """
    settings = settings or RelevanceSettings()
    seen: dict[str, list[_Seen]] = {}
    for folder in folders:
        seen[folder.name] = _read(folder, split, encoder)
        say(f"{folder.name}: đã đọc {len(seen[folder.name])} câu hỏi")
    every = [one for found in seen.values() for one in found]
    held_out: dict[int, list[str]] = {}
    for fifth in range(5):
        booster, linear = _fit([one for one in every if one.judged.fifth != fifth], settings, seed)
        for n, one in enumerate(every):
            if one.judged.fifth == fifth:
                held_out[n] = _ranked(one, booster.predict(one.table) + linear.value(one.table))
    figures: dict[str, Any] = {}
    at = 0
    for name, found in seen.items():
        judged, numbers = [one.judged for one in found], range(at, at + len(found))
        at += len(found)
        before = measures(judged, [one.keys for one in found])
        after = measures(judged, [held_out[n] for n in numbers])
        figures[name] = {
            "questions": len(found),
            "lexical": {key: before[key] for key in ("acc@1", "mrr@10")},
            "held_out": {key: after[key] for key in ("acc@1", "mrr@10")},
        }
        say(f"{name}, năm phần, mỗi phần chưa thấy: {figures[name]}")
    booster, linear = _fit(every, settings, seed)
    # Only order counts: the constant puts the values about 0.
    centre = float(np.mean(np.concatenate([linear.value(one.table) for one in every])))
    line = {"weights": [round(float(weight), 6) for weight in linear.weights], "constant": linear.constant - centre}
    return {"seed": seed, "settings": asdict(settings), "figures": figures, "linear": line, **_table(booster)}


def _read(folder: Path, split: str, encoder: Encoder) -> list[_Seen]:
    passages = read_corpus(folder)
    relevance = Relevance(ProvisionIndex.build(passages, encoder))
    seen = []
    for judged in read_judged(folder, split):
        rows, table = relevance.table(judged.text)
        keys = [passages[row].key for row in rows]
        seen.append(_Seen(judged, keys, table, np.array([key in judged.answers for key in keys], dtype=bool)))
    return seen


def _fit(seen: Sequence[_Seen], settings: RelevanceSettings, seed: int) -> tuple[Any, Weights]:
    """The trees, and the linear model whose value is added."""
    from lightgbm import LGBMRanker

    # One thread and a fixed order of columns: the same trees on every machine.
    model = LGBMRanker(**asdict(settings), random_state=seed, n_jobs=1, deterministic=True, force_row_wise=True,
                       verbose=-1)  # fmt: skip
    used = [one for one in seen if one.right.any()]
    model.fit(
        np.concatenate([one.table for one in used]),
        np.concatenate([one.right for one in used]).astype(int),
        group=[len(one.keys) for one in used],
    )
    return model.booster_, conditional_logit([one.table for one in used], [one.right for one in used], _RIDGE)


def _ranked(one: _Seen, values: NDArray[np.float64]) -> list[str]:
    return [one.keys[at] for at in np.argsort(-values, kind="stable")]


def _table(booster: Any) -> dict[str, Any]:
    """LightGBM's trees as flat lists: nodes numbered from the root, leaves pointing at themselves."""
    trees, deepest = [], 0
    for tree in booster.dump_model()["tree_info"]:
        nodes: dict[str, list[float]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}

        def add(node: dict[str, Any], depth: int, nodes: dict[str, list[float]] = nodes) -> int:
            nonlocal deepest
            deepest = max(deepest, depth)
            at = len(nodes["feature"])
            inner = "split_feature" in node
            for name, value in (
                ("feature", node["split_feature"] if inner else 0),
                ("threshold", node["threshold"] if inner else 0.0),
                ("left", at),
                ("right", at),
                ("value", 0.0 if inner else round(node["leaf_value"], 6)),
            ):
                nodes[name].append(value)
            if inner:
                nodes["left"][at] = add(node["left_child"], depth + 1)
                nodes["right"][at] = add(node["right_child"], depth + 1)
            return at

        add(tree["tree_structure"], 0)
        trees.append(nodes)
    return {"features": list(FEATURES), "depth": deepest, "trees": trees}
