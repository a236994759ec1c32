"""An Answer becomes a Reply: what any channel shows, without its markup."""

from __future__ import annotations

from dataclasses import dataclass

from bot import messages
from retrieval.answer import Answer, Quote, Status


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
class Reply:
    """What a channel sends: a headline, quotes, and closing lines."""

    status: Status
    headline: str
    understood: str
    quotes: tuple[QuoteBlock, ...]
    closing: str
    next_question: str | None


def reply(answer: Answer) -> Reply:
    """Turn an answer into what people read. The quotes' words are passed on untouched."""
    following = answer.next_question
    return Reply(
        status=answer.status,
        headline=messages.headline(answer),
        understood=messages.UNDERSTOOD.format(understood=answer.understood) if answer.understood else "",
        quotes=tuple(_block(quote) for quote in answer.quotes),
        closing=messages.closing(answer),
        next_question=messages.NEXT_QUESTION.format(question=following) if following else None,
    )


def _block(quote: Quote) -> QuoteBlock:
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
