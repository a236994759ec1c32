"""An Answer becomes a Reply: what any channel shows, without its markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot import compare_words, messages
from bot.message import Block, Line, Message, Style
from retrieval.answer import Answer, Quote, Status

BADGES = {"in_force": "🟢", "not_yet": "🟡", "expired": "🔴", "not_binding": "⚪", "unknown": "🟠"}
"""A colour beside the words that say the same."""

FOLDED_OVER = 900
"""A longer quote may come folded; a shorter one stands open. In code points."""


@dataclass(frozen=True, slots=True)
class QuoteBlock:
    """One quote as people read it."""

    lead_in: tuple[str, ...]
    text: str
    citation: str
    force: str
    """The status of the contract ("in_force", …), for a badge's colour."""
    badge: str
    note: str
    code: str
    document_id: str
    path: str
    rest: str

    @property
    def address(self) -> str:
        """Where the web reader shows it, from the site's root."""
        return f"/van-ban/{self.document_id}/{self.path}"


@dataclass(frozen=True, slots=True)
class SideBlock:
    """One of several places asked about: its name, what is said of it, and which of the quotes are its own."""

    place: str
    found: str
    """`retrieval.answer.Found`, for a style."""
    says: str
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a channel sends: a headline, quotes, and closing lines."""

    status: Status
    headline: str
    understood: str
    quotes: tuple[QuoteBlock, ...]
    closing: str
    next_question: str | None
    sides: tuple[SideBlock, ...] = ()
    """The quotes by place, where several places are asked about; each quote is on one side."""


def reply(answer: Answer) -> Reply:
    """Turn an answer into what people read. The quotes' words are passed on untouched."""
    following = answer.next_question
    return Reply(
        status=answer.status,
        headline=messages.headline(answer),
        # Words that are searched for as they were typed need not be said again.
        understood=_understood(answer),
        quotes=tuple(block(quote) for quote in answer.quotes),
        closing=messages.closing(answer),
        next_question=messages.NEXT_QUESTION.format(question=following) if following else None,
        sides=tuple(
            SideBlock(side.place, side.found.value, compare_words.says(side), side.quotes) for side in answer.comparison
        ),
    )


def message(said: Reply) -> Message:
    """A reply as a chat says it: headline, quotes with their proof, closing lines."""
    return Message(
        (
            (Line(said.headline), Line(said.understood, Style.SOFT)),
            *(blocks_of(said) if said.sides else map(lines, said.quotes)),
            (Line(said.closing),),
            (Line(said.next_question or ""),),
        )
    )


def blocks_of(said: Reply) -> Iterator[Block]:
    """The quotes under the names of their places; a name never stands in another message than what follows it."""
    for side in said.sides:
        head = (Line(compare_words.HEADING.format(place=side.place), Style.STRONG), Line(side.says, Style.SOFT))
        first, *others = (lines(said.quotes[n]) for n in side.quotes) if side.quotes else ((),)
        yield (*head, *first)
        yield from others


def lines(quoted: QuoteBlock, *, fold: bool = True) -> Block:
    """One quote as lines: citation, force, lead-in, the words, what remains, the code that proves it."""
    badge = f"{BADGES.get(quoted.force, '')} {quoted.badge}".strip() if quoted.badge else ""
    noted = Line(quoted.note, Style.SOFT, f"{badge} · ") if badge and quoted.note.strip() else Line(badge)
    folded = Style.FOLDED if fold and len(quoted.text) > FOLDED_OVER else Style.QUOTE
    return (
        Line(quoted.citation, Style.STRONG),
        noted,
        *(Line(words, Style.SOFT) for words in quoted.lead_in),
        Line(quoted.text, folded),
        Line(quoted.rest),
        Line(quoted.code, Style.CODE, messages.CHECK_CODE),
    )


def _understood(answer: Answer) -> str:
    remarks = " ".join(answer.remarks)
    if _as_typed(answer):
        return remarks
    said = messages.UNDERSTOOD.format(understood=answer.understood)
    return f"{said.rstrip('.')}. {remarks}" if remarks else said


def block(quote: Quote) -> QuoteBlock:
    """One quote as people read it. Its words are passed on untouched."""
    rest = quote.rest
    return QuoteBlock(
        lead_in=tuple(part.text for part in quote.lead_in),
        text=quote.text,
        citation=quote.citation.words,
        force=quote.validity.status.value,
        badge=messages.FORCE[quote.validity.status],
        note=quote.validity.note,
        code=quote.code,
        document_id=quote.document.id,
        path=quote.citation.path.id,
        rest=messages.REST.format(provisions=rest.provisions) if rest else "",
    )


def _as_typed(answer: Answer) -> bool:
    understood, question = answer.understood, answer.question
    return understood in ("", question) or (understood.casefold().split() == question.casefold().rstrip(" ?.!").split())
