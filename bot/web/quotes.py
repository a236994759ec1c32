"""Quotes as the pages show them, drawn from the documents held: the words are always the source's slice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from bot import messages
from bot.reply import QuoteBlock, block
from bot.web.linked import anchor, linked_quote
from bot.web.render import code_words
from bot.web.service import Service
from corpus.citation import Citation, quotations
from corpus.document import Document
from corpus.provision import QUOTABLE, Level, ProvisionPath
from corpus.validity import vn_date
from retrieval.answer import Quote
from retrieval.quoting import quote_of


def quoted(service: Service, document: Document, citation: Citation) -> Quote:
    """A citation as a quote, with its lead-in and the force of its document today."""
    return quote_of(document, citation, service.validity_of(document))


def find(service: Service, document_id: str, path_id: str, code: str) -> Quote | None:
    """The quote of this code at this provision, or None where the same words do not stand there."""
    document = service.document(document_id)
    provision = document.by_path.get(path_id) if document else None
    if document is None or provision is None or provision.level not in QUOTABLE:
        return None
    cited = (citation for citation in quotations(document, provision) if citation.code == code)
    citation = next(cited, None)
    return quoted(service, document, citation) if citation else None


def said_of(
    quote: Quote, day: str, base: str, documents: Sequence[Document], shown: QuoteBlock | None = None
) -> dict[str, Any]:
    """What the page says beside a quote, the shape that both the script and the templates render.

    Args:
        quote: the quote.
        day: the day of its force, in words.
        base: the site's address, for the link in a copy.
        documents: all documents held, to which the quote's references lead.
        shown: the quote as the channels show it, where that is at hand.
    """
    shown = shown or block(quote)
    path = quote.citation.path
    check = f"/kiem-tra/{quote.code}"
    linked = linked_quote(documents, quote)
    return {
        "badge": shown.badge,
        "note": shown.note,
        "address": f"{shown.address}#{anchor(path)}",
        "read": messages.WEB_READ.format(provision=_whole(path)),
        "rest": shown.rest,
        "print": f"/in/{quote.code}",
        "check": check,
        "copied": messages.WEB_COPY_TEXT.format(
            quote=quote.text,
            citation=quote.citation.words,
            day=day,
            force=shown.badge,
            note=shown.note,
            code=code_words(quote.code),
            link=base + check,
        ),
        **({"linked": linked} if linked else {}),
    }


def shown_today(quote: Quote, base: str, documents: Sequence[Document]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A quote as the templates take it: the contract's fields, and what is said beside them."""
    return quote.to_json(), said_of(quote, vn_date(dt.date.today()), base, documents)


def _whole(path: ProvisionPath) -> str:
    """What a person goes on to read: the article, or the outermost part that is not the document itself."""
    for step in path.steps:
        if step.level in (Level.ARTICLE, Level.APPENDIX):
            return step.words
    first = path.steps[0]
    return first.words if first.level is Level.SECTION and len(path.steps) > 1 else messages.WEB_WHOLE_DOCUMENT
