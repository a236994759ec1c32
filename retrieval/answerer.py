"""The only way in: a Question becomes an Answer.

The steps, in order: is it a question at all; what does it say (`understand`); does it name a provision or a document
(`lookup`); did a reviewer answer it (`reviewed`); else search (`search`, `rank`); then decide between answered, related
and unanswered.
"""

from __future__ import annotations

import copy
import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corpus.authored import every_authored
from corpus.catalog import Catalog
from corpus.document import Document, Place, Tier
from corpus.places import places_of, within
from corpus.provision import Provision
from corpus.validity import Validity, amendments, validity, vn_date
from corpus.when import day_asked, without
from index.passages import Passage, door_passages, passages_of
from index.provision_index import ProvisionIndex
from retrieval import lookup
from retrieval.accents import Accents
from retrieval.answer import (
    Answer,
    Candidate,
    Quote,
    Reason,
    Searched,
    Status,
)
from retrieval.compare import by_place, places_asked
from retrieval.facts import Fact, states
from retrieval.lookup import Named
from retrieval.order import Order
from retrieval.question import Question
from retrieval.quoting import Hit, quotes_of
from retrieval.rank import Ranker, RankSettings, asking, ranker
from retrieval.reviewed import Found, Reviewed
from retrieval.signals import SignalReader
from retrieval.understand import (
    Understanding,
    clean,
    compared,
    too_long,
    understand,
    unreadable,
)
from retrieval.where import Whereabouts
from retrieval.words import words

_SHOWN = 3
"""How many provisions a search shows at most; the contract allows five quotes."""


def assemble(
    catalog: Catalog,
    build: Callable[[str, Sequence[Passage]], ProvisionIndex],
    fitted: Ranker | None = None,
    settings: RankSettings | None = None,
) -> Answerer:
    """An answerer over a catalog.

    Args:
        catalog: the documents held.
        build: makes or loads an index of passages, by the name under which it may be kept.
        fitted: order and confidence; those that ship by default.
        settings: the thresholds of the decision.
    """
    index, doors = build("provisions", passages_of(catalog)), build("questions", door_passages(catalog))
    return Answerer(catalog, index, doors, settings, fitted)


class Answerer:
    """Answers questions over one catalog and its index. It keeps no state between questions; safe in threads.

    Args:
        catalog: the documents held.
        index: the index of their passages.
        doors: the index of the authored questions that lead to them, or None to do without.
        settings: the thresholds of the decision.
        fitted: order and confidence; those that ship by default.
    """

    def __init__(
        self,
        catalog: Catalog,
        index: ProvisionIndex,
        doors: ProvisionIndex | None = None,
        settings: RankSettings | None = None,
        fitted: Ranker | None = None,
    ) -> None:
        self.catalog = catalog
        self.settings = settings or RankSettings()
        self.reader = SignalReader(catalog, index, doors)
        self._ranker = fitted or ranker()
        self._held = places_of(catalog)
        self._where = Whereabouts(catalog)
        self._accents: Accents | None = None
        self._order = Order(catalog, self.reader.rows, self.reader.authored, self._ranker, self.settings)
        self._amended = {d.id: amendments(d.meta, catalog) for d in catalog}
        self._searched = Searched(len(catalog.documents), catalog.provisions, catalog.digest[:12])
        self.reviewed: Reviewed | None = None
        """The questions that reviewers answered. Another takes its place whole, while others ask."""

    def validity_of(self, document: Document, on: dt.date | None = None) -> Validity:
        """Whether a document binds on a day (default: today)."""
        return validity(document.meta, on or dt.date.today(), self._amended.get(document.id))

    def with_reviewed(self, reviewed: Reviewed | None) -> Answerer:
        """The same answerer with other reviewed questions; this one stays as it is."""
        other = copy.copy(self)
        other.reviewed = reviewed
        return other

    def understood(self, question: Question) -> Understanding:
        """What a question says, as the search sees it: without the words for its day, its places told."""
        when = day_asked(clean(question.text)) if "20" in question.text else None
        bare = replace(question, text=without(clean(question.text), when)) if when else question
        on = question.on or (when.day if when else None)
        located = self._where.locate(self.read(bare), f"{question.text} {question.place or ''}", on)
        day = (f"Hiệu lực được xét vào ngày {vn_date(on)}.",) if on and on != dt.date.today() else ()
        return replace(located.asked, on=on, at=located.place, remarks=(*located.remarks, *day))

    def read(self, question: Question) -> Understanding:
        """What a question's words say, its places and its day not told yet."""
        return understand(question, self._held, self.reader.known_share, self._accented)

    def encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of texts: shape (n, dimension)."""
        return self.reader.encoded(texts)

    def rarity(self, syllable: str) -> float:
        """How much a syllable without accents tells, 0 to 1; 1 where no document has it."""
        return self.reader.rarity(syllable)

    def _accented(self, text: str) -> str:
        # Learning takes a moment, and most questions never need it.
        if self._accents is None:
            texts = [document.text.text for document in self.catalog]
            questions = (question for found, _ in every_authored(()) for question in found)
            self._accents = Accents([*texts, *questions, *words().phrases])
        return self._accents.read(text)

    def decided(self, question: Question) -> bool:
        """Whether a question is decided without a search: it is none, or names what it wants, or what is not held."""
        asked = self.understood(question)
        named = lookup.named_documents(asked, self.catalog)
        unknown = asked.unknown_places and not asked.held_places and not named.documents
        on, start = asked.on or dt.date.today(), time.perf_counter()
        return bool(
            unknown
            or self._not_a_question(question.text)
            or self._straight(question, asked, named, on, start) is not None
        )

    def answer(self, question: Question) -> Answer:
        """Answer a question. Never raises for want of an answer: that is a status."""
        start = time.perf_counter()
        refusal = self._not_a_question(question.text)
        if refusal:
            today = question.on or dt.date.today()
            return self._answer(question, None, today, start, Status.UNANSWERED, refusal)
        asked = self.understood(question)
        on = asked.on or dt.date.today()
        named = lookup.named_documents(asked, self.catalog)
        places = places_asked(asked, self._held)
        straight = self._straight(question, asked, named, on, start)
        if straight and straight.status is Status.ANSWERED:
            return by_place(straight, places, self.catalog)
        found = self.reviewed.find(question, asked) if self.reviewed else None
        # What a question names is known better than what it is like; only its very words may say otherwise.
        if found and (straight is None or found.exact):
            return by_place(self._reviewed_answer(question, asked, found, on, start), places, self.catalog)
        return by_place(straight, places, self.catalog) if straight else self._search(question, asked, named, on, start)

    # Questions that name what they want.

    def _not_a_question(self, text: str) -> Reason | None:
        visible = "".join(text.split())
        if not visible:
            return Reason.EMPTY
        if too_long(text):
            return Reason.TOO_LONG
        return Reason.UNREADABLE if unreadable(text) else None

    def _straight(
        self, question: Question, asked: Understanding, named: Named, on: dt.date, start: float
    ) -> Answer | None:
        """The answer to a question that names a provision, a document's signature, force or bases; else None."""
        theirs = lookup.cites_another(asked, named)
        if theirs and lookup.cited_in(asked, named.documents or self._of(asked.held_places)):
            return None
        if named.unknown and not named.documents and (named.numbered or asked.provisions or not asked.held_places):
            return self._answer(
                question, asked, on, start, Status.UNANSWERED, Reason.DOCUMENT_NOT_IN_CORPUS, detail=named.unknown
            )
        part = lookup.missing_part(asked, named.documents) if named.documents else None
        if part:
            return self._answer(question, asked, on, start, Status.UNANSWERED, Reason.PROVISION_NOT_FOUND, detail=part)
        if (
            asked.provisions
            and not theirs
            and not (asked.unknown_places and not asked.held_places and not named.documents)
        ):
            found = lookup.find_named(asked, named, self.catalog)
            of_another = found is not None and not found.provisions and named.unknown and named.documents
            if found is not None and not of_another:
                return self._named_answer(question, asked, found, on, start)
        documents = named.documents or self._of(asked.held_places)
        if not documents:
            return None
        if asked.fact in (Fact.SIGNER, Fact.FORCE, Fact.BASIS, Fact.ISSUED):
            parts = lookup.unmarked(asked, documents)
            if parts:
                return self._parts_answer(question, asked, parts, on, start)
        if lookup.names_only_a_document(asked) and not asked.fact and not asked.context:
            quotes = self._quotes([Hit(d, p) for d, p in lookup.heads(documents)], on)
            return self._answer(question, asked, on, start, Status.RELATED, Reason.LOW_CONFIDENCE, quotes)
        return None

    def _parts_answer(
        self,
        question: Question,
        asked: Understanding,
        parts: Sequence[tuple[Document, Provision]],
        on: dt.date,
        start: float,
    ) -> Answer:
        """Quote the parts that say who signed, since when, when issued, on what basis; if they do say it."""
        quotes = self._quotes([Hit(d, p) for d, p in parts], on)
        unsaid = {
            Fact.FORCE: _asks_force(asked) and all(d.meta.effective is None for d, _ in parts),
            Fact.ISSUED: all(d.meta.issued is None and d.meta.number is None for d, _ in parts),
        }
        if asked.fact and unsaid.get(asked.fact):
            return self._answer(question, asked, on, start, Status.RELATED, Reason.FACT_NOT_STATED, quotes)
        return self._answer(question, asked, on, start, Status.ANSWERED, None, quotes)

    def _named_answer(
        self, question: Question, asked: Understanding, found: lookup.Found, on: dt.date, start: float
    ) -> Answer:
        if not found.provisions:
            return self._answer(
                question, asked, on, start, Status.UNANSWERED, Reason.PROVISION_NOT_FOUND, detail=found.missing
            )
        hits = [Hit(d, p) for d, p in found.provisions]
        if found.ambiguous:
            quotes = self._quotes(hits, on, whole=False)
            return self._answer(question, asked, on, start, Status.RELATED, Reason.LOW_CONFIDENCE, quotes)
        if asked.fact and not any(
            states(asked.fact, d.words(p), asked.unit, asked.subjects) for d, p in found.provisions
        ):
            return self._answer(
                question, asked, on, start, Status.RELATED, Reason.FACT_NOT_STATED, self._quotes(hits, on)
            )
        return self._answer(question, asked, on, start, Status.ANSWERED, None, self._quotes(hits, on))

    def _reviewed_answer(
        self, question: Question, asked: Understanding, found: Found, on: dt.date, start: float
    ) -> Answer:
        quotes = self._quotes([Hit(found.document, found.provision, found.score, found.score)], on)
        answer = self._answer(question, asked, on, start, Status.ANSWERED, None, quotes, sure=found.score)
        return replace(answer, reviewed=True)

    # Questions that must be searched.

    def _search(self, question: Question, asked: Understanding, named: Named, on: dt.date, start: float) -> Answer:
        signals = self.reader.read(asked)
        scopes = self._scopes(asked, named)
        most = _SHOWN if len(scopes) == 1 else 2
        known = asking(asked, self.reader.known_share(asked.content), self._ranker.field)
        here = frozenset(asked.held_places)

        def force(document: Document) -> Validity:
            return self.validity_of(document, on)

        near = self.settings.other_field if known.other else self.settings.near
        best = [self._order.best(scope, signals, known, force, most, here) for scope in scopes]
        # Of places compared, one that has nothing on the matter leaves the word to the others, unless none has.
        found = [share for share in best if share and not share[0].silent] or best
        # The best of each comes first, then the second of each.
        hits = [hit for n in range(most) for share in found for hit in share[n : n + 1]]
        candidates = self._order.candidates(scopes, signals)

        def end(
            status: Status, reason: Reason | None, quotes: tuple[Quote, ...] = (), detail: str | None = None
        ) -> Answer:
            answer = self._answer(
                question, asked, on, start, status, reason, quotes, detail=detail, candidates=candidates, sure=sure
            )
            unsure = {hit.document.id for hit in hits if hit.confidence < self.settings.sure or hit.nearness < near}
            beyond = {hit.document.id for hit in hits if not hit.silent}
            return by_place(answer, places_asked(asked, self._held), self.catalog, unsure=unsure, beyond=beyond)

        first = hits[0] if hits else None
        sure = first.confidence if first else 0.0
        stray = asked.content and not (known.own or named.documents or known.other or asked.context)
        foreign = self.reader.foreign(asked.content)
        elsewhere = foreign >= self.settings.foreign and 3 * foreign >= len(asked.content)
        if stray and (elsewhere or first is None or first.nearness < self.settings.stray):
            return end(Status.UNANSWERED, Reason.OFF_TOPIC)
        if asked.unknown_places and not asked.held_places and not named.documents:
            return end(Status.UNANSWERED, Reason.PLACE_NOT_IN_CORPUS, detail=asked.unknown_places[0])
        if first is None or max(hit.nearness for hit in hits) < near:
            return end(Status.UNANSWERED, Reason.OTHER_LAW if known.other else Reason.NO_PROVISION)
        quotes = self._quotes(hits, on, whole=False)
        if asked.fact and not states(asked.fact, first.document.words(first.provision), asked.unit, asked.subjects):
            if stray:
                return end(Status.UNANSWERED, Reason.OFF_TOPIC)
            return end(Status.RELATED, Reason.FACT_NOT_STATED, quotes)
        if sure < self.settings.sure:
            return end(Status.RELATED, Reason.LOW_CONFIDENCE, quotes)
        return end(Status.ANSWERED, None, quotes)

    def _scopes(self, asked: Understanding, named: Named) -> list[set[str]]:
        """The sets of documents to search: one, or one for each place that is compared."""
        side_by_side = [place for place in places_asked(asked, self._held) if isinstance(place, Place)]
        if side_by_side:
            return [{d.id for d in self._of([place])} for place in side_by_side]
        if named.documents:
            return [{d.id for d in named.documents}]
        if asked.held_places:
            place = compared(asked, self._held)[0]
            return [
                {
                    d.id
                    for d in self.catalog
                    if d.meta.tier is Tier.NATIONAL
                    or (d.meta.place and (d.meta.place == place or within(place, d.meta.place)))
                }
            ]
        return [{d.id for d in self.catalog}]

    # From provisions to an answer.

    def _quotes(self, hits: Sequence[Hit], on: dt.date, *, whole: bool = True) -> tuple[Quote, ...]:
        return quotes_of(hits, lambda document: self.validity_of(document, on), whole=whole)

    def _answer(
        self,
        question: Question,
        asked: Understanding | None,
        on: dt.date,
        start: float,
        status: Status,
        reason: Reason | None,
        quotes: tuple[Quote, ...] = (),
        *,
        detail: str | None = None,
        candidates: tuple[Candidate, ...] = (),
        sure: float | None = None,
    ) -> Answer:
        place = (asked.at or next(iter(asked.held_places), None)) if asked else None
        return Answer(
            question=question.text,
            understood=asked.shown if asked else "",
            status=status,
            reason=reason,
            quotes=quotes,
            searched=self._searched,
            on=on,
            place=place,
            id=question.id,
            latency_ms=(time.perf_counter() - start) * 1000,
            detail=detail,
            next_question=asked.next_question if asked else None,
            candidates=candidates,
            remarks=asked.remarks if asked else (),
            confidence=1.0 if sure is None and status is Status.ANSWERED else sure,
        )

    def _of(self, places: Iterable[Place]) -> tuple[Document, ...]:
        wanted = list(places)
        return tuple(d for d in self.catalog if d.meta.place in wanted)


def _asks_force(asked: Understanding) -> bool:
    """Whether a question on dates asks for force rather than adoption."""
    return "hieu luc" in " ".join(asked.content) or "hiệu lực" in asked.text.lower()
