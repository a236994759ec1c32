"""Where a question is about: its places told apart by the table of units, and what a person should know of that.

A place that no document is of is not always without rules: a ward lies in a city whose resolution binds there. And a
name that is taken for a unit of old may be one of today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from corpus.document import Document, Place
from corpus.places import PlaceMention
from corpus.territory import Chain, Resolved, resolve, seats
from corpus.text import fold
from corpus.units import Unit
from retrieval.understand import Understanding, in_address

_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Located:
    """A question whose places are told."""

    asked: Understanding
    place: Place | None = None
    """The unit asked about, where it is another than the place that the documents found are of."""
    remarks: tuple[str, ...] = ()
    """Vietnamese sentences: which unit was taken, what is held of it, what the choices are."""


class Whereabouts:
    """Tells where questions are about, for a set of documents. Safe in threads.

    Args:
        documents: the documents held.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        held = list(documents)
        units = seats(held)
        self._places = {units[document.id]: document.meta.place for document in held if document.id in units}
        self._units = {place: unit for unit, place in self._places.items() if place}
        self._resolved = lru_cache(_REMEMBERED)(lambda words, on: resolve(words, on, frozenset(self._places)))

    def locate(self, asked: Understanding, text: str, on: dt.date | None) -> Located:
        """Tell the places of a question.

        Args:
            asked: the question as read.
            text: its own words and the place given beside it; one of an earlier question was told of then.
            on: the day asked about, or None where none is.
        """
        if not asked.places:
            return Located(asked)
        plain = fold(text)
        here = [mention for mention in asked.places if fold(mention.words) in plain]
        address = next((pair for pair in pairwise(here) if in_address(asked.text, *pair)), None)
        # A document that a question names is of its own place, not of the one around it.
        if address and not asked.documents:
            inner, outer = address
            found = self._resolved(f"{inner.words}, {outer.words}", on)
            if inner.place is None and found.chain and found.chain.unit not in self._places:
                rest = tuple(mention for mention in asked.places if mention not in address)
                return self._not_held(replace(asked, places=(inner, *rest)), inner, found)
            own = self._units.get(inner.place) if inner.place else None
            if own and outer.place is None and found.chain and own not in found.chain.lineage:
                # "Kim Bảng, Nghệ An" is another Kim Bảng than the one that is held.
                other = replace(inner, place=None, words=f"{inner.words}, {outer.words}")
                rest = tuple(mention for mention in asked.places if mention not in address)
                return self._not_held(replace(asked, places=(other, *rest)), other, found)
        named = list(dict.fromkeys(mention for mention in here if mention.place))
        if not named:
            if any(mention.place for mention in asked.places):
                return Located(asked)
            first = asked.places[0]
            return self._not_held(asked, first, self._resolved(first.words, on))
        place, remarks = None, []
        for mention in named:
            own = self._units.get(mention.place) if mention.place else None
            chain = (found := self._resolved(mention.words, on)).chain
            if chain is None or own is None or mention.place is None:
                continue
            if chain.unit == own or (own in chain.lineage and chain.unit.name == own.name):
                remarks.append(found.taken)
                continue
            was = ", nơi này trước đây thuộc về" if own in chain.lineage and not own.today else ""
            remarks.append(
                f"Dữ liệu không có văn bản của {chain.unit.address(on)}; "
                f"dưới đây là văn bản của {_small(mention.place.name)}{was}."
            )
            if own in chain.lineage and len(named) == 1:
                place = _shown(chain)
        return Located(asked, place, tuple(filter(None, remarks)))

    def _not_held(self, asked: Understanding, mention: PlaceMention, found: Resolved) -> Located:
        if found.chain is None:
            return Located(asked, None, (_choices(found),) if found.choices else ())
        unit, chain, on = found.chain.unit, found.chain, found.on
        over = next((up for up in (chain.ward, chain.district, chain.province) if up in self._places), None)
        if over is not None and (unit == over or not asked.documents):
            told = tuple(replace(each, place=self._places[over]) if each == mention else each for each in asked.places)
            remark = (
                f"Dữ liệu không có văn bản riêng của {unit.address(on)}; "
                f"dưới đây là văn bản của {over.address(on)}, áp dụng cả ở đó."
            )
            own = unit == over
            return Located(replace(asked, places=told), None if own else _shown(chain), () if own else (remark,))
        near = next((old for old in chain.lineage if old in self._places), None)
        if near is not None:
            of = self._places[near]
            remark = (
                f"{_capital(unit.address(on))} trước 01/7/2025 thuộc {near.address()}; "
                f"dữ liệu có văn bản của đơn vị cũ này, bạn hỏi kèm “{_small(of.name) if of else near.name}” để xem."
            )
            return Located(asked, None, (remark,))
        return Located(asked)


def _shown(chain: Chain) -> Place:
    """A unit as answers show it."""
    unit: Unit = chain.unit
    earlier = [*chain.former_districts, *chain.former_provinces]
    words = ", ".join(_small(up.name) for up in earlier if up.name != chain.province.name)
    former = f"trước 01/7/2025 thuộc {words}" if words else None
    return Place(unit.name_on(chain.on), chain.province.name, former)


def _choices(found: Resolved) -> str:
    names = "; ".join(unit.address() for unit in found.choices[:4])
    more = len(found.choices) - 4 + found.more
    return f"“{found.words}” có thể là: {names}{f'; và {more} nơi khác' if more > 0 else ''}. Bạn ghi rõ tỉnh nhé."


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
