"""The documents that those held name and that are not held, the most often named first: what an office should get.

Names are the same document where number and issuer agree, or title and date; a name without a date goes with the only
dated one of its title, and a title cut short with the only one that it ends. Names inside another document's name
("quy định chi tiết một số điều của Luật …") are not counted: they say what that document is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from corpus.document import Document
from corpus.document_names import DocumentName
from corpus.identity import bare_number, bare_title, cut_short, issuer_in_full
from corpus.references import Reference, References, Standing
from corpus.text import fold


@dataclass(frozen=True, slots=True)
class Missing:
    """A document that is named and not held."""

    name: str
    """Its fullest name among the words that name it."""
    about: str | None
    """What it is about, where a name says so: "về việc …"."""
    also: tuple[str, ...]
    """Other names for it that a reader might take for another document's."""
    references: tuple[Reference, ...]
    """Every place that names it, in the order of the documents held."""

    @property
    def times(self) -> int:
        """How often it is named."""
        return len(self.references)

    @property
    def by(self) -> dict[str, int]:
        """How often each document names it, by the document's id."""
        return dict(Counter(reference.document_id for reference in self.references))

    @property
    def basis_of(self) -> tuple[str, ...]:
        """The ids of the documents whose legal bases name it."""
        return tuple(dict.fromkeys(r.document_id for r in self.references if r.basis))


def missing(found: References) -> list[Missing]:
    """The documents not held, the most often named first; of those named as often, by how many, then by name."""
    groups: dict[tuple[object, ...], list[Reference]] = {}
    for document in found.documents:
        for reference in found.of(document):
            if reference.name and reference.standing is Standing.NOT_HELD and not reference.within:
                groups.setdefault(_key(reference.name, document), []).append(reference)
    _join_laws(groups)
    listed = [_missing(references) for references in groups.values()]
    return sorted(listed, key=lambda one: (-one.times, -len(one.by), fold(one.name)))


def _key(name: DocumentName, where: Document) -> tuple[object, ...]:
    if name.number:
        full = issuer_in_full(name.issuer, where.meta)
        return name.kind, bare_number(name.number), fold(full) if full else None
    if name.title:
        return name.kind, bare_title(name.title), name.date or name.year
    if name.issuer is None and name.year is None and len(name.words.split()) <= 2:
        return (name.kind,)  # "Hiến pháp": there is one
    return name.kind, fold(name.words), where.id


def _join_laws(groups: dict[tuple[object, ...], list[Reference]]) -> None:
    """Put names of laws without a full date, or with a title cut short, to the only one that they can mean."""
    laws = [key for key, found in groups.items() if found[0].name and found[0].name.title]
    for key in sorted(laws, key=lambda key: (isinstance(key[2], dt.date), -len(str(key[1])))):
        kind, title, when = key
        if isinstance(when, dt.date):
            continue
        others = [k for k in laws if k in groups and k != key and k[0] is kind]
        same = [k for k in others if k[1] == title and _may_be(when, k[2])]
        if not same and not when:
            ended = [k for k in others if cut_short(str(title), str(k[1]))]
            same = [k for k in ended if isinstance(k[2], dt.date)] or ended
        if len(same) == 1:
            groups[same[0]] += groups.pop(key)


def _may_be(when: object, day: object) -> bool:
    """Whether a year, or nothing, may be said of what another name dates."""
    if when is None:
        return day is not None
    return isinstance(day, dt.date) and day.year == when


def _missing(references: list[Reference]) -> Missing:
    named = [reference.name for reference in references if reference.name]
    fullest = max(named, key=_fullness)
    titles = dict.fromkeys(f"{name.words[: name.words.index(name.title)]}{name.title}" for name in named if name.title)
    also = {bare_title(words): words for words in titles if bare_title(words) != bare_title(_plain(fullest))}
    about = next((name.about for name in named if name.about), None)
    return Missing(fullest.words, about, tuple(also.values()), tuple(references))


def _plain(name: DocumentName) -> str:
    return f"{name.words[: name.words.index(name.title)]}{name.title}" if name.title else name.words


def _fullness(name: DocumentName) -> tuple[bool, bool, bool, int]:
    return bool(name.number), bool(name.date), bool(name.issuer), len(name.words)
