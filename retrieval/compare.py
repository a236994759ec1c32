"""An answer by place: what each place asked about says, or plainly that nothing was found there.

A place is told as it would be told alone: with its clauses, with those that are only near, or with nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from corpus.document import Document, Place
from retrieval.answer import Answer, Found, Reason, Side, Status
from retrieval.several import named_beside
from retrieval.understand import Understanding, compared

_ABOUT_PLACES = (None, Reason.LOW_CONFIDENCE, Reason.FACT_NOT_STATED, Reason.NO_PROVISION, Reason.PLACE_NOT_IN_CORPUS)
"""The reasons that leave something to say of each place; the others say what is wrong with the question."""


def places_asked(asked: Understanding, held: Sequence[Place]) -> tuple[Place | str, ...]:
    """The places that a question sets side by side, in the order asked; () where it is about one place or none.

    Those that no document is held of are given as they were typed.
    """
    told = named_beside(asked, compared(asked, held))
    return told if len(told) > 1 else ()


def by_place(
    answer: Answer,
    places: Sequence[Place | str],
    documents: Iterable[Document],
    *,
    unsure: Collection[str] = (),
    beyond: Collection[str] = (),
) -> Answer:
    """The same answer with its quotes told by place (`Answer.comparison`); as it is where no places are compared.

    Args:
        answer: the answer.
        places: from `places_asked`.
        documents: the documents held.
        unsure: the ids of documents whose clauses are near, but would not be given as an answer alone.
        beyond: the ids of documents that have clauses on the matter, quoted or not.
    """
    if not places or answer.status is Status.ERROR or answer.reason not in _ABOUT_PLACES:
        return answer
    if not any(isinstance(place, Place) for place in places) and answer.reason is not Reason.PLACE_NOT_IN_CORPUS:
        return answer
    held = list(documents)
    sides = []
    for place in places:
        theirs = tuple(document for document in held if document.meta.place == place)
        ids = {document.id for document in theirs}
        quotes = tuple(n for n, quote in enumerate(answer.quotes) if quote.document.id in ids)
        if isinstance(place, str):
            found = Found.NOT_HELD
        elif quotes:
            found = Found.NEAR if ids & set(unsure) else Found.FOUND
        else:
            found = Found.NOT_SHOWN if ids & set(beyond) or answer.reviewed else Found.NOTHING
        sides.append(Side(place if isinstance(place, str) else place.name, found, quotes, theirs))
    return replace(answer, comparison=tuple(sides))
