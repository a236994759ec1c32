"""A citation becomes a quote that people can be shown: with its lead-in and the force of its document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from corpus.citation import Citation, lead_in
from corpus.document import Document
from corpus.validity import Validity, amendments, validity
from retrieval.answer import LeadIn, Quote


def quote_of(document: Document, citation: Citation, force: Validity) -> Quote:
    """A citation of a document held as a quote; its words are untouched."""
    leads = tuple(
        LeadIn(document.text.text[start:end], *document.text.source_span(start, end))
        for start, end in lead_in(document, citation.path)
    )
    return Quote(document, citation, leads, force, 1.0)


def force_of(document: Document, documents: Sequence[Document], on: dt.date) -> Validity:
    """Whether a document binds on a day, as far as the documents held say."""
    return validity(document.meta, on, amendments(document.meta, documents))
