"""The places that a question sets side by side: in a list, by their initials, or all of them at once ("các nơi")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.document import Place
from corpus.places import PlaceMention, bare_name
from corpus.text import fold

if TYPE_CHECKING:
    from retrieval.understand import Understanding

COMPARES = re.compile(
    r"(?<!\w)(?:so sanh|so voi|doi chieu|giua|song song|giong|khac (?:gi|nhau|voi|biet)|"
    r"khac (?!(?:cua|o|tai|theo|de|ma)(?!\w)).{1,40}(?:cho nao|diem nao|diem gi|o dau|the nao|ra sao|gi))(?!\w)"
)
"""What tells that places are set against each other, in letters without accents."""

_ALL = r"(?:(?:tat ca|toan bo|het thay) )?(?:cac|nhung|moi|tung|ca (?:hai|ba|bon|nam)|tat ca)"
_EVERYWHERE = re.compile(
    r"(?<!\w)(?:giua|o|tai|cua|voi|va|nhu|giong|khac(?: gi)?) "
    rf"({_ALL} (?:noi|dia phuong|dia ban|xa phuong)(?: khac| nay| do)?)(?!\w)"
)
_BESIDE = r"\s*(?:,|;|/|&|\+|-|–|(?<!\w)(?:va|voi|so voi|khac gi|khac|hay)(?!\w))\s*"
"""What stands between two places of a list, in letters without accents."""
_LIST_GOES_ON = (
    r"(?=\s*(?:$|[?!.,;:/&+–-]|(?:va|voi|so voi|khac|giong|hay|ve|co|thi|nhu|ra sao|the nao|o cho|quy dinh)(?!\w)))"
)
"""What follows initials that are a place: "NQ Hải Phòng" is a resolution, "NQ, Hải Phòng" may be Ngô Quyền."""
_UNIT = re.compile(r"(?:tinh|thanh pho|tp|thi xa|thi tran|quan|huyen|phuong|xa|dac khu|[pqhx])\.?\s+")


def everywhere(text: str, named: Sequence[PlaceMention], held: Sequence[Place]) -> list[PlaceMention]:
    """The places that a comparison of "các nơi" means: all that documents are held of, but for those it names.

    Args:
        text: the question, composed (NFC).
        named: the places that it names.
        held: the places that documents are held of, in the order in which they are told.
    """
    folded = fold(text)
    found = _EVERYWHERE.search(folded)
    if found is None or not COMPARES.search(folded):
        return []
    if any(mention.place is None for mention in named) or (named and not found[1].endswith("khac")):
        return []
    theirs = {mention.place for mention in named}
    return [PlaceMention(text[slice(*found.span(1))], *found.span(1), place) for place in held if place not in theirs]


def write_out_listed(text: str, held: Sequence[Place]) -> str:
    """Write out the initials of held places that stand in a list with another place, where places are compared.

    Initials alone may be anything ("NQ" is a resolution more often than Ngô Quyền); beside a place, in a question
    that compares, they are a place.

    Examples:
        >>> write_out_listed("so sánh kinh phí ở HP, TK", [Place("Phường Thạch Khôi", ""), Place("Thành phố Hải Phòng", "")])
        'so sánh kinh phí ở Hải Phòng, Thạch Khôi'
    """  # noqa: E501 - an example is one line
    if not COMPARES.search(fold(text)):
        return text
    names = {_initials(bare_name(place)): bare_name(place) for place in held}
    names = {initials: name for initials, name in names.items() if len(initials) > 1}
    if not names:
        return text
    short = "|".join(map(re.escape, names))
    whole = "|".join(re.escape(fold(bare_name(place))).replace(r"\ ", r"\s+") for place in held)
    short = rf"(?:{short})(?!\w){_LIST_GOES_ON}"
    unit = r"(?:(?:phuong|xa|quan|huyen|thanh pho|tp|p|q|h|x)\.?\s*)?"
    listed = re.compile(
        rf"(?<!\w){unit}(?:{short}|{whole})(?:{_BESIDE}(?:o |tai |ben )?{unit}(?:{short}|{whole})(?!\w))+"
    )
    for run in reversed(list(listed.finditer(fold(text)))):
        words = text[run.start() : run.end()]
        for match in reversed(list(re.finditer(rf"(?<!\w)(?:{short})(?!\w)", run[0]))):
            name = names[match[0]]
            name = fold(name).title() if text.isascii() and text.islower() else name
            words = words[: match.start()] + name + words[match.end() :]
        text = text[: run.start()] + words + text[run.end() :]
    return text


def named_beside(asked: Understanding, compared: Sequence[Place]) -> tuple[Place | str, ...]:
    """The places that a question compares, in the order asked; those that no document is held of as they were typed.

    Args:
        asked: the question.
        compared: those of them that documents are held of (`understand.compared`).
    """
    held = list(compared)
    if not held or not COMPARES.search(fold(asked.text)):
        unknown: list[PlaceMention] = []
    else:
        unknown = [m for m in asked.places if m.place is None and not any(_of(m.words, place) for place in held)]
    if not held and COMPARES.search(fold(asked.text)):
        unknown = [m for m in asked.places if m.place is None]
    told: list[Place | str] = []
    for mention in asked.places:
        one = mention.place if mention.place in held else mention.words if mention in unknown else None
        if one is not None and one not in told:
            told.append(one)
    return (*told, *(place for place in held if place not in told))


def _of(words: str, place: Place) -> bool:
    """Whether a name is only where a held place lies or lay: "Kim Bảng, Hà Nam"."""
    name = _UNIT.sub("", fold(words), count=1)
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", fold(f"{place.province} {place.former or ''}")))


def _initials(name: str) -> str:
    return "".join(word[0] for word in fold(name).split())
