"""Questions that reviewers answered: asked again, also in other words, they get the provision that was named.

A wording is found as it stands but for accents and spelling; else by the share of its words that the question has and
by the cosine of the two. In either case the place, the kind of fact, who or why is asked, and the numbers must be the
same: a wrong clause given with confidence is worse than none.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.catalog import Catalog
from corpus.document import Document, Tier
from corpus.places import within
from corpus.provision import QUOTABLE, Provision
from corpus.text import fold
from index.normalise import fold_syllable, syllables
from retrieval.question import Question
from retrieval.understand import FOLLOWS_UP, Understanding

_COSINE = 0.3
"""The share of the cosine in the score; the rest is the words'."""
_SURE = 0.7
"""From this score on a question is taken for the same as a wording."""
_NOVEL = 0.2
"""The most that a question's words may weigh that no wording of the pin has, as a share of all its words."""
_NOVEL_WORDS = 0.5
"""The most that they may weigh in all, where 1 is a word that no document has: one rare word changes what is asked."""
_AHEAD = 0.03
"""A question this near to two provisions is given neither."""
# The four are steered on `tests/retrieval/reviewed.txt` and the steering cases; the test there holds what they reach.

_ASKS = {
    "who": re.compile(
        r"(?<!\w)(?:ai|(?:co quan|don vi|cap|phong|ban|bo phan|to chuc|nguoi|dong chi|doan the) nao)(?!\w)"
    ),
    "why": re.compile(r"(?<!\w)(?:vi sao|tai sao|sao lai|ly do)(?!\w)"),
    "where": re.compile(r"(?<!\w)(?:dieu|khoan|muc|luat|van ban|nghi dinh) (?:nao|may|gi)(?!\w)"),
}
"""What is asked for besides facts; in letters without accents."""
_NUMBER = re.compile(r"\d+")
_SHORT, _LONG = 3, 10
"""Fewer syllables are no question of their own; where they open like one that carries on, it takes more."""


class Named(Protocol):
    """Whatever names a provision and the words that it had."""

    @property
    def document_id(self) -> str:
        """The document's id."""
        ...

    @property
    def path(self) -> str:
        """The provision's path in it."""
        ...

    @property
    def text_sha256(self) -> str:
        """`digest` of the provision when it was named."""
        ...


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """A question that a reviewer answered by naming a provision.

    Args:
        id: the pin's.
        document_id, path: the provision.
        text_sha256: `digest` of the provision when it was named.
        wordings: the question as people put it.
        place: the place that it is asked for where its words name none, or None.
    """

    id: str
    document_id: str
    path: str
    text_sha256: str
    wordings: tuple[str, ...]
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The reviewed question that a question is the same as."""

    reviewed: ReviewedQuestion
    document: Document
    provision: Provision
    score: float
    """1 for a wording as it stands, else how near, `_SURE` to 1."""

    @property
    def exact(self) -> bool:
        """Whether the question is a wording as it stands."""
        return self.score == 1.0


class Reads(Protocol):
    """What reads questions as search does: `retrieval.answerer.Answerer`."""

    @property
    def catalog(self) -> Catalog:
        """The documents held."""
        ...

    def understood(self, question: Question) -> Understanding:
        """What a question says."""
        ...

    def encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of texts: shape (n, dimension)."""
        ...

    def rarity(self, syllable: str) -> float:
        """How much a syllable tells, 0 to 1; 1 where no document has it."""
        ...


N = TypeVar("N", bound=Named)


def digest(document: Document, provision: Provision) -> str:
    """What tells a provision's words from others: SHA-256 of its canonical words, in hex."""
    return hashlib.sha256(document.words(provision).encode()).hexdigest()


def provision_of(named: Named, catalog: Catalog) -> tuple[Document, Provision] | None:
    """The provision that was named, or None where it is gone or its words have changed."""
    document = catalog.by_id.get(named.document_id)
    provision = document.by_path.get(named.path) if document else None
    if document is None or provision is None or provision.level not in QUOTABLE:
        return None
    return (document, provision) if digest(document, provision) == named.text_sha256 else None


def stale(named: Sequence[N], catalog: Catalog) -> tuple[N, ...]:
    """Those whose provision is gone or has other words now, in their order. They are not served."""
    return tuple(one for one in named if provision_of(one, catalog) is None)


@dataclass(frozen=True, slots=True)
class _Sense:
    """A question as it is compared.

    Args:
        kind: what must be the same: fact, unit, who or why, and the numbers.
        exact: its syllables in order, without accents.
        words: those that carry matter.
        searched: what is encoded.
    """

    kind: tuple[object, ...]
    exact: tuple[str, ...]
    words: frozenset[str]
    searched: str


class Reviewed:
    """The questions that reviewers answered, in memory. It never changes; safe in threads.

    Args:
        questions: what was answered, the oldest first; of two that have the same wording the later one holds. Those
            that are `stale` are left out.
        reads: reads the wordings, and later the questions, over the catalog that the provisions are quoted from.
        before: what was there before; wordings that it knows need not be read again.
    """

    def __init__(self, questions: Sequence[ReviewedQuestion], reads: Reads, before: Reviewed | None = None) -> None:
        self._reads = reads
        read = before._read if before and before._reads is reads else {}
        self._read: dict[tuple[str, str | None], tuple[_Sense, str]] = {}
        self._exact: dict[tuple[object, ...], int] = {}
        self._held: list[tuple[ReviewedQuestion, Document, Provision]] = []
        self._words: list[dict[str, frozenset[str]]] = []
        owners: list[int] = []
        keys: list[tuple[str, tuple[object, ...]]] = []
        weights: list[float] = []
        texts: list[str] = []
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for question in questions:
            at = provision_of(question, reads.catalog)
            if at is None:
                continue
            number = len(self._held)
            self._held.append((question, *at))
            self._words.append({})
            for wording in filter(stands_alone, question.wordings):
                said = wording, question.place
                if said in read:
                    self._read[said] = read[said]
                else:
                    asked = reads.understood(Question(*said))
                    self._read[said] = _sense(asked), _place(asked)
                sense, place = self._read[said]
                self._exact[place, sense.kind, sense.exact] = number
                self._words[number][place] = self._words[number].get(place, frozenset()) | sense.words
                for word in sense.words:
                    rows[word].append(len(owners))
                owners.append(number)
                keys.append((place, sense.kind))
                weights.append(self._weight(sense.words))
                texts.append(sense.searched)
        self._kinds = {key: n for n, key in enumerate(dict.fromkeys(keys))}
        self._owners = np.array(owners, dtype=np.int64)
        self._of_kind = np.array([self._kinds[key] for key in keys], dtype=np.int64)
        self._weights = np.array(weights)
        self._rows = {word: np.array(held, dtype=np.int64) for word, held in rows.items()}
        self._vectors = reads.encoded(texts)

    def __len__(self) -> int:
        return len(self._held)

    def find(self, question: Question, asked: Understanding) -> Found | None:
        """The reviewed question that this one is the same as, or None.

        Args:
            question: as it came.
            asked: what it says. One that carries an earlier question on is never the same as one that stands alone.
        """
        if not self._held or asked.context:
            return None
        sense = _sense(asked)
        for place, anywhere in self._places(question, asked):
            number = self._exact.get((place, sense.kind, sense.exact))
            if number is not None and (anywhere is None or self._covers(number, anywhere)):
                return self._found(number, 1.0)
        if asked.provisions:
            return None
        return self._nearest(sense, self._places(question, asked))

    def _nearest(self, sense: _Sense, places: Sequence[tuple[str, Understanding | None]]) -> Found | None:
        best: list[tuple[float, int]] = []
        weight = self._weight(sense.words)
        if not weight:
            return None
        vector: NDArray[np.float32] | None = None
        shared: NDArray[np.float64] | None = None
        for place, anywhere in places:
            kind = self._kinds.get((place, sense.kind))
            if kind is None:
                continue
            if shared is None or vector is None:
                vector, shared = self._reads.encoded([sense.searched])[0], np.zeros(len(self._owners))
                for word in sense.words:
                    shared[self._rows.get(word, [])] += self._reads.rarity(word)
            rows = np.flatnonzero(self._of_kind == kind)
            overlap = 2 * shared[rows] / (weight + self._weights[rows])
            score = _COSINE * (self._vectors[rows] @ vector) + (1 - _COSINE) * overlap
            for at in np.argsort(-score, kind="stable"):
                if score[at] < _SURE:
                    break
                number = int(self._owners[rows[at]])
                novel = self._weight(sense.words - self._words[number][place])
                if novel > min(_NOVEL * weight, _NOVEL_WORDS):
                    continue
                if anywhere is None or self._covers(number, anywhere):
                    best.append((float(score[at]), number))
        best.sort(key=lambda one: -one[0])
        if not best:
            return None
        first = self._found(best[0][1], min(best[0][0], 0.9999))
        rivals = (self._held[number][1:] for score, number in best if score > best[0][0] - _AHEAD)
        return first if all(rival == (first.document, first.provision) for rival in rivals) else None

    def _places(self, question: Question, asked: Understanding) -> list[tuple[str, Understanding | None]]:
        """The places under which wordings are looked for; with what was asked where a provision must cover its place.

        Who only lives somewhere may get what was answered for no place, if it holds there.
        """
        places: list[tuple[str, Understanding | None]] = [(_place(asked), None)]
        if question.place and asked.places:
            plain = self._reads.understood(replace(question, place=None, previous=()))
            if not plain.places:
                places.append(("", asked))
        return places

    def _covers(self, number: int, asked: Understanding) -> bool:
        meta = self._held[number][1].meta
        return meta.tier is Tier.NATIONAL or any(
            meta.place is not None and (meta.place == place or within(place, meta.place)) for place in asked.held_places
        )

    def _found(self, number: int, score: float) -> Found:
        question, document, provision = self._held[number]
        return Found(question, document, provision, score)

    def _weight(self, words: frozenset[str]) -> float:
        return sum(map(self._reads.rarity, words))


def stands_alone(wording: str) -> bool:
    """Whether a wording can be understood without what was said before it ("còn ở đó thì sao?" cannot)."""
    said = list(map(fold_syllable, syllables(wording)))
    opens = FOLLOWS_UP.match(" ".join(said)) and said[:2] != ["the", "nao"]
    return len(said) >= (_LONG if opens else _SHORT)


def _sense(asked: Understanding) -> _Sense:
    folded = fold(asked.text)
    asks = next((name for name, pattern in _ASKS.items() if pattern.search(folded)), None)
    numbers = frozenset(int(number) for number in _NUMBER.findall(asked.text))
    return _Sense(
        kind=(asked.fact, asked.unit if asked.fact else None, asks, numbers),
        exact=tuple(map(fold_syllable, syllables(asked.text))),
        words=frozenset(map(fold_syllable, asked.content)),
        searched=asked.searched,
    )


def _place(asked: Understanding) -> str:
    """The places that a question names, as they are compared; "" for none."""
    return "|".join(sorted({fold(mention.place.name if mention.place else mention.words) for mention in asked.places}))
