"""The rule that proposes which groups of measures a provision belongs to, by its heading and its words.

It is for documents that nobody has put in order by hand. A heading decides for all under it; inside a list of measures
a clause is read as a heading, and a sentence that begins as another group's do adds that group. Where no measures are
listed (most articles of a law) words alone say nothing: "kiểm tra" is in every second one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.document import Document, Tier
from corpus.provision import MARKED, Level, Provision

_LARGE = (Level.PART, Level.CHAPTER, Level.SECTION, Level.SUBSECTION)
"""What is quoted by the parts inside it: too much for one quote, and a heading alone says nothing."""

_HEADED = (*_LARGE, Level.ARTICLE, Level.APPENDIX)
_MARK = re.compile(
    r"(?:(?:phần|chương|tiểu mục|mục|điều|phụ lục)\s+[\w]+[.:]?|[ivxlc]+\.|\d+\w?[.)]|\w\)|[-–+•])\s*", re.IGNORECASE
)
_HEADING_CHARS = 200
_PARTS = re.compile(r"[.;:\n]\s*")

Groups = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """What the rule goes by: for each group's id, patterns of headings and of sentences."""

    heading: Mapping[str, Sequence[re.Pattern[str]]]
    words: Mapping[str, Sequence[re.Pattern[str]]]
    listing: Sequence[re.Pattern[str]]
    """Headings under which measures are listed."""
    aims: str
    """The group of aims. What is aimed at is no measure yet, so its words add nothing."""

    @classmethod
    def of(cls, groups: Sequence[Mapping[str, Any]], rule: Mapping[str, Any]) -> Patterns:
        """Compile the patterns of the table."""

        def compiled(patterns: Sequence[str]) -> list[re.Pattern[str]]:
            return [re.compile(pattern) for pattern in patterns]

        return cls(
            heading={group["id"]: compiled(group["heading"]) for group in groups},
            words={group["id"]: compiled(group["words"]) for group in groups},
            listing=compiled(rule["listing"]),
            aims=rule["aims"],
        )

    def of_heading(self, words: str) -> Groups:
        """The group that a heading names first, or none."""
        ends = [
            (match.end(), id) for id, patterns in self.heading.items() for p in patterns if (match := p.match(words))
        ]
        return (min(ends)[1],) if ends else ()

    def of_words(self, words: str) -> Groups:
        """The groups that sentences begin with."""
        parts = _PARTS.split(words)
        return tuple(
            id for id, patterns in self.words.items() if any(p.match(part) for p in patterns for part in parts)
        )

    def lists(self, heading: str) -> bool:
        """Whether measures are listed under a heading."""
        return any(pattern.search(heading) for pattern in self.listing)


def propose(document: Document, patterns: Patterns) -> dict[str, Groups]:
    """Propose the groups of a document's provisions, by path: each holds for all inside, those further in add to it."""
    # A paper of a place that has no heading for its measures is a list of them from its first line.
    walk = _Walk(document, patterns)
    from_the_start = document.meta.tier is not Tier.NATIONAL and not any(map(walk.lists, document.marked))
    for part in document.parts:
        if part.level in MARKED:
            walk.provision(part, (), (), from_the_start)
    return walk.found


@dataclass
class _Walk:
    document: Document
    patterns: Patterns
    found: dict[str, Groups] = field(default_factory=dict)

    def lists(self, provision: Provision) -> bool:
        """Whether measures are listed under a provision's heading; a long paragraph is none."""
        heading = _bare(self.document.heading(provision))
        return (
            provision.level in (*_HEADED, Level.CLAUSE)
            and len(heading) <= _HEADING_CHARS
            and self.patterns.lists(heading)
        )

    def provision(self, provision: Provision, above: Groups, said: Groups, listed: bool) -> None:
        """Look at a provision: `above` are groups not yet said of a part, `said` those said of one around it."""
        heading = _bare(self.document.heading(provision))
        own: Groups = ()
        lists = self.lists(provision)
        if not lists:
            if provision.level in _HEADED or (listed and not (above or said)):
                own = self.patterns.of_heading(heading)
            words = self.patterns.of_words(_bare(self.document.own_words(provision)))
            if (
                provision.level not in _LARGE
                and (listed or above or said)
                and self.patterns.aims not in (*above, *said)
            ):
                own += words
        groups = tuple(id for id in dict.fromkeys((*above, *own)) if id not in said)
        if provision.level in _LARGE and provision.children:
            above = groups
        else:
            above, said = (), (*said, *groups)
            if groups:
                self.found[provision.path.id] = groups
        listed = listed or lists
        for child in provision.children:
            self.provision(child, above, said, listed)


def _bare(words: str) -> str:
    """Words in small letters without the mark that they begin with; line breaks in a heading are spaces."""
    plain = " ".join(unicodedata.normalize("NFC", words).split()).lower()
    return _MARK.sub("", plain, count=1) if _MARK.match(plain) else plain
