"""The print sheet: one quote on one A4 page for a notice board, with a QR code of its check page."""

from __future__ import annotations

import math

import segno

from retrieval.answer import Quote

MAX_QUESTION = 300
"""A longer question is not printed, in characters."""

SIZES = (24, 22, 20, 18, 16, 14, 13, 12, 11, 10, 9, 8, 7)
"""The sizes of the quote's letters, in points; `static/sheet.css` has a class for each."""

# The page's measures in points: 210 × 297 mm less margins of 14 mm, and what the quote's own margins take.
_WIDTH = 470
_HEIGHT = 735
# Measured in Noto Sans, the widest of the fonts named in `static/style.css`: 0.48 of its size a letter, and what line
# ends lose.
_LETTER = 0.52
_LINE = 1.45
_FOOT = 190
"""Heading, force, code and QR, whose size stays the same."""
_SMALLER = 0.8
"""Lead-in and question beside the quote; `static/sheet.css` has the same."""


def size_of(quote: Quote, question: str) -> int:
    """The largest size of letters, in points, at which a quote fits on the page with its lead-in and question."""
    around = [question, *(part.text for part in quote.lead_in)]

    def height(size: int) -> float:
        small = sum(_lines(words, size * _SMALLER) for words in around)
        own = _lines(quote.text, size)
        return (own + small * _SMALLER + _lines(quote.citation.words, size * _SMALLER)) * size * _LINE

    return next((size for size in SIZES if height(size) <= _HEIGHT - _FOOT), SIZES[-1])


def _lines(words: str, size: float) -> int:
    if not words:
        return 0
    row = _WIDTH / (size * _LETTER)
    return sum(max(1, math.ceil(len(paragraph) / row)) for paragraph in words.split("\n"))


def qr(address: str) -> str:
    """An address as a QR code (ISO/IEC 18004, error correction M): an SVG element without a style of its own."""
    return segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2)
