"""Run the answerer over cases, on an index of its own: nothing that people use is read or written."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from corpus.catalog import Catalog, draft, open_catalog
from evaluation.cases import Case
from evaluation.measure import Scores
from index.encoder import Encoder, load_encoder
from index.passages import Passage
from index.provision_index import ProvisionIndex
from retrieval.answer import Answer
from retrieval.answerer import Answerer, assemble
from retrieval.rank import Ranker, RankSettings


def chosen_encoder() -> Encoder:
    """The encoder that `DANCHU_MODEL` names, or the one that ships."""
    return load_encoder(os.environ.get("DANCHU_MODEL") or None)


def open_catalog_with(added: Sequence[Path] = ()) -> Catalog:
    """The shipped documents, and files added for this run alone."""
    documents = [*open_catalog(None), *(draft(path).document for path in added)]
    return Catalog(tuple(sorted(documents, key=lambda document: document.id)))


def open_answerer(
    added: Sequence[Path] = (),
    *,
    doors: bool = True,
    fitted: Ranker | None = None,
    settings: RankSettings | None = None,
) -> Answerer:
    """An answerer over the shipped documents, and over files added for this run alone; the index is in memory.

    Args:
        added: files to add for this run.
        doors: whether the authored questions are searched too.
        fitted: another order and confidence than those that ship.
        settings: other thresholds than those that ship.
    """
    catalog = open_catalog_with(added)
    encoder = chosen_encoder()

    def build(name: str, passages: Sequence[Passage]) -> ProvisionIndex:
        return ProvisionIndex.build(passages if doors or name == "provisions" else (), encoder)

    return assemble(catalog, build, fitted, settings)


def answer_all(answerer: Answerer, cases: Sequence[Case]) -> list[Answer]:
    """Answer every case, in order; one question goes before them unmeasured, to warm caches."""
    answerer.answer(cases[0].question)
    return [answerer.answer(case.question) for case in cases]


def without_accents(case: Case) -> Case:
    """The same case, typed without accents throughout."""
    question = case.question
    return replace(
        case,
        question=replace(
            question, text=_bare(question.text), previous=tuple(_bare(earlier) for earlier in question.previous)
        ),
    )


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def tell_misses(scores: Scores) -> Iterator[str]:
    """Each case that did not end well: what was asked, shown, and should have been shown."""
    for row in scores.misses:
        case, answer = row.case, row.answer
        reason = f"/{answer.reason}" if answer.reason else ""
        before = f" (trước đó: {' | '.join(case.question.previous)})" if case.question.previous else ""
        yield f"{case.id} [{case.style}] {case.question.text}{before}"
        yield f"   {answer.status.value}{reason}{' ' + answer.detail if answer.detail else ''}"
        for quote in answer.quotes[:3]:
            yield f"   → {quote.score:.2f} {quote.path} ({quote.document}): {quote.text[:90]!r}"
        for gold in case.gold[:3]:
            yield f"   ✓ {gold.doc}: {gold.quote[:90]!r}"
