"""The documents that concern a place: its own, those of the city or province above it, and those of the State."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.office import words as office
from corpus.document import CorpusError, Document, Place
from corpus.places import bare_name, places_of, within
from corpus.territory import held_place
from corpus.validity import Force, Validity

_ORDER = (Force.IN_FORCE, Force.UNKNOWN, Force.NOT_YET, Force.EXPIRED, Force.NOT_BINDING)
"""In which order documents stand, by their force."""


class NoSuchPlace(CorpusError):
    """No document is held of what was typed; the message says which places there are."""


def place_meant(typed: str, documents: Sequence[Document]) -> Place | None:
    """The place that a person types, with or without diacritics; None where nothing is typed.

    Raises:
        NoSuchPlace: if no document of it is held.
    """
    if not typed.strip():
        return None
    place = held_place(typed, documents)
    if place is None:
        names = ", ".join(bare_name(one) for one in places_of(documents))
        raise NoSuchPlace(office.NO_SUCH_PLACE.format(typed=typed.strip(), held=names))
    return place


def concerning(
    documents: Sequence[Document], place: Place | None, validity_of: Callable[[Document], Validity]
) -> list[Document]:
    """The documents of a place and of what it lies in, or all of them; what binds first, then what is of the place.

    Args:
        documents: those held.
        place: the place, or None for all.
        validity_of: whether a document binds.
    """
    kept = [document for document in documents if place is None or _concerns(document.meta.place, place)]
    return sorted(
        kept, key=lambda d: (_ORDER.index(validity_of(d).status), place is not None and d.meta.place != place)
    )


def _concerns(of: Place | None, place: Place) -> bool:
    return of is None or of == place or within(place, of)
