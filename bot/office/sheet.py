"""A sheet of quotes for a report: what an annex or a Markdown text is made of, whatever its form.

Headings part the quotes: an answer has none, a comparison one for each place, a role card one for each document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot import compare_words, messages
from bot.office import words as office
from bot.reply import QuoteBlock, block
from corpus.citation import name
from retrieval.answer import Answer, Quote


@dataclass(frozen=True, slots=True)
class Section:
    """Quotes under a heading; "" for none. `note` stands below the heading, where there is something to say."""

    heading: str
    quotes: tuple[QuoteBlock, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written.

    Args:
        sections: the quotes, in order.
        day: the day of their force.
        title: what the sheet is.
        question: what was asked, or "".
        note: what the program says before the quotes ("related only"), or "".
        link: the site's address, for the check codes, or "" where no site is known.
    """

    sections: tuple[Section, ...]
    day: dt.date
    title: str = office.ANNEX_TITLE
    question: str = ""
    note: str = ""
    link: str = ""

    def check(self, code: str) -> str:
        """The line with a quote's check code."""
        words = f"{code[:4]}-{code[4:]}"
        if not self.link:
            return office.CODE.format(code=words)
        return office.CODE_AT.format(code=words, link=f"{self.link}/kiem-tra/{code}")


def of_answer(answer: Answer, link: str = "") -> Sheet:
    """The sheet of an answer, with its question and what the program says of it; a comparison's has a part a place."""
    quotes = tuple(block(quote) for quote in answer.quotes)
    sides = tuple(
        Section(side.place, tuple(quotes[n] for n in side.quotes), compare_words.says(side))
        for side in answer.comparison
    )
    sections = sides or (Section("", quotes),)
    return Sheet(sections, answer.on, question=answer.question, note=messages.headline(answer), link=link)


def by_document(
    quotes: Sequence[Quote], day: dt.date, title: str = office.ANNEX_TITLE, *, question: str = "", link: str = ""
) -> Sheet:
    """The sheet of quotes in their order, under the name of each document where they come from several."""
    several = len({quote.document.id for quote in quotes}) > 1
    sections: list[Section] = []
    for quote in quotes:
        heading = name(quote.document.meta) if several else ""
        if not sections or sections[-1].heading != heading:
            sections.append(Section(heading, ()))
        sections[-1] = Section(heading, (*sections[-1].quotes, block(quote)))
    return Sheet(tuple(sections), day, title, question=question, link=link)
