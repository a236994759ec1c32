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
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.authored import every_authored
from corpus.catalog import Catalog
from corpus.citation import Citation, lead_in, name, quotations
from corpus.document import Document, Place, Tier
from corpus.places import places_of, within
from corpus.provision import MARKED, Provision, ProvisionPath
from corpus.validity import Force, Validity, amendments, validity, vn_date
from corpus.when import day_asked, without
from index.passages import Passage, door_passages, key, passages_of
from index.provision_index import ProvisionIndex
from retrieval import lookup
from retrieval.accents import Accents
from retrieval.answer import (
    MAX_QUOTES,
    Answer,
    Candidate,
    LeadIn,
    Quote,
    Reason,
    Rest,
    Searched,
    Signal,
    Status,
)
from retrieval.compare import by_place, places_asked
from retrieval.facts import Fact, states
from retrieval.lookup import Named
from retrieval.question import Question
from retrieval.rank import PLAIN, Asking, Ranker, RankSettings, asking, features, pushes, ranker, sureness
from retrieval.reviewed import Found, Reviewed
from retrieval.signals import SignalReader, Signals
from retrieval.understand import (
    Understanding,
    clean,
    compared,
    too_long,
    understand,
    unreadable,
)
from retrieval.weights import chance, shares
from retrieval.where import Whereabouts
from retrieval.words import words

_EXPLAINED = 8
"""How many candidates an answer keeps, so that it can be explained."""
_SHOWN = 3
"""How many provisions a search shows at most; the contract allows five quotes."""
_FORCE_FIRST = {Force.IN_FORCE: 0.3, Force.UNKNOWN: 0.1, Force.NOT_BINDING: -0.3, Force.EXPIRED: -0.2}
"""When two clauses are equally good, the binding one comes first; in log-odds."""
_LOCAL_FIRST = 0.3
"""And so does the one of the very place asked about, before that of the city around it; in log-odds."""


@dataclass(frozen=True, slots=True)
class _Hit:
    document: Document
    provision: Provision
    score: float
    confidence: float
    """How sure it is that the first of its scope answers, 0 to 1."""
    nearness: float = 1.0
    """How sure it is that the question is about what the scope holds, 0 to 1."""
    silent: bool = False
    """Whether the scope has nothing to say where others beside it have: its first is neither sure nor to the matter."""


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
        self._rows = self.reader.rows
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
            quotes = self._quotes([_Hit(d, p, 1.0, 1.0) for d, p in lookup.heads(documents)], on)
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
        quotes = self._quotes([_Hit(d, p, 1.0, 1.0) for d, p in parts], on)
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
        hits = [_Hit(d, p, 1.0, 1.0) for d, p in found.provisions]
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
        quotes = self._quotes([_Hit(found.document, found.provision, found.score, found.score)], on)
        answer = self._answer(question, asked, on, start, Status.ANSWERED, None, quotes, sure=found.score)
        return replace(answer, reviewed=True)

    # Questions that must be searched.

    def _search(self, question: Question, asked: Understanding, named: Named, on: dt.date, start: float) -> Answer:
        signals = self.reader.read(asked)
        scopes = self._scopes(asked, named)
        most = _SHOWN if len(scopes) == 1 else 2
        known = asking(asked, self.reader.known_share(asked.content), self._ranker.field)
        here = frozenset(asked.held_places)
        near = self.settings.other_field if known.other else self.settings.near
        best = [self._best(scope, signals, known, on, most, here) for scope in scopes]
        # Of places compared, one that has nothing on the matter leaves the word to the others, unless none has.
        found = [share for share in best if share and not share[0].silent] or best
        # The best of each comes first, then the second of each.
        hits = [hit for n in range(most) for share in found for hit in share[n : n + 1]]
        candidates = self._candidates(scopes, signals)

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

    def _fitted(self, scope: set[str]) -> Ranker:
        """Order and confidence for a set of documents: another where none of them has authored questions."""
        return self._ranker.bare if self._ranker.bare and not scope & self.reader.authored else self._ranker

    def _ordered(self, scope: set[str], signals: Signals) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The passages of a set of documents, and the ranker's value of each."""
        rows = np.array([row for row, (d, _) in enumerate(self._rows) if d.id in scope], dtype=np.int64)
        return rows, self._fitted(scope).order.value(features(signals, rows))

    def _best(
        self, scope: set[str], signals: Signals, known: Asking, on: dt.date, most: int, here: frozenset[Place]
    ) -> list[_Hit]:
        """The best provisions in a set of documents, none inside another; `here` are the places asked about."""
        rows, values = self._ordered(scope, signals)
        bonus = {
            d.id: _FORCE_FIRST.get(self.validity_of(d, on).status, 0.0) + _LOCAL_FIRST * (d.meta.place in here)
            for d in self.catalog
            if d.id in scope
        }
        force = np.array([bonus[self._rows[row][0].id] for row in rows])
        order = np.argsort(-(values + force), kind="stable")
        if not len(order):
            return []
        top = float(values[order[0]])
        margin = top - float(values[order[1]]) if len(order) > 1 else top
        chances = shares(values)
        fitted = self._fitted(scope)
        beside = self.settings.beside if most > 2 else self.settings.beside_compared
        evidence = sureness(
            signals,
            int(rows[order[0]]),
            top,
            margin,
            float(chances[order[0]]),
            known,
        )
        sure, near = (chance(float(part.value(evidence[None])[0])) for part in (fitted.sureness, fitted.nearness))
        of_first = signals.at(int(rows[order[0]]))
        far = near < self.settings.near and of_first["relevance"] < self.settings.relevant_compared
        silent = sure < self.settings.sure and (far or of_first["coverage"] < self.settings.matter_compared)
        hits: list[_Hit] = []
        for at in order[: 10 * most]:
            document, provision = self._rows[int(rows[at])]
            value = float(chances[at])
            if hits and value < beside * hits[0].score:
                break
            if any(_nested(hit, document, provision.path) for hit in hits):
                continue
            hits.append(_Hit(document, provision, value, sure, near, silent))
            if len(hits) == most:
                break
        return hits

    # From provisions to an answer.

    def _quotes(self, hits: Sequence[_Hit], on: dt.date, *, whole: bool = True) -> tuple[Quote, ...]:
        """Quote provisions, at most five quotes. With `whole`, long provisions go on over several quotes."""
        quotes: list[Quote] = []
        for hit in hits:
            cited = quotations(hit.document, hit.provision)
            room = (MAX_QUOTES if whole else 1) if len(cited) > 1 else 1
            for n, citation in enumerate(cited[: min(room, MAX_QUOTES - len(quotes))], 1):
                last = n == min(room, MAX_QUOTES - len(quotes) + n - 1, len(cited))
                rest = _rest(hit.document, hit.provision, cited[n:]) if last and len(cited) > n else None
                quotes.append(self._quote(hit, citation, on, rest))
            if len(quotes) >= MAX_QUOTES:
                break
        return tuple(quotes)

    def _quote(self, hit: _Hit, citation: Citation, on: dt.date, rest: Rest | None) -> Quote:
        document = hit.document
        leads = []
        for low, high in lead_in(document, citation.path):
            source = document.text.source_span(low, high)
            leads.append(LeadIn(document.text.text[low:high], *source))
        return Quote(document, citation, tuple(leads), self.validity_of(document, on), hit.score, rest)

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

    def _candidates(self, scopes: Sequence[set[str]], signals: Signals) -> tuple[Candidate, ...]:
        every = set().union(*scopes)
        rows, values = self._ordered(every, signals)
        chances = shares(values)
        best = np.argsort(-values, kind="stable")[:_EXPLAINED]
        moved = pushes(self._fitted(every).order, features(signals, rows))
        return tuple(
            Candidate(
                citation=f"{p.path.words} {name(d.meta)}",
                key=key(d, p),
                score=float(chances[at]),
                signals=tuple(
                    Signal(what, value, float(moved[at, PLAIN.index(what)]))
                    for what, value in signals.at(int(rows[at])).items()
                ),
            )
            for at in best
            for d, p in [self._rows[int(rows[at])]]
        )

    def _of(self, places: Iterable[Place]) -> tuple[Document, ...]:
        wanted = list(places)
        return tuple(d for d in self.catalog if d.meta.place in wanted)


def _nested(hit: _Hit, document: Document, path: ProvisionPath) -> bool:
    mine = hit.provision.path
    return hit.document.id == document.id and (mine.contains(path) or path.contains(mine))


def _rest(document: Document, provision: Provision, left: Sequence[Citation]) -> Rest:
    """What remains of a provision after the quotes shown."""
    start = left[0].start
    remaining = [p for p in provision.walk() if p.start >= start and p.level in MARKED]
    at = remaining[0].path if remaining else provision.path
    return Rest(at.id, max(1, len(remaining)), f"/van-ban/{document.id}/{at.id}")


def _asks_force(asked: Understanding) -> bool:
    """Whether a question on dates asks for force rather than adoption."""
    return "hieu luc" in " ".join(asked.content) or "hiệu lực" in asked.text.lower()
