"""A sheet of quotes as Markdown (CommonMark): words of documents come out as they stand when it is shown."""

from __future__ import annotations

import re

from bot.office import words as office
from bot.office.sheet import Sheet
from bot.reply import QuoteBlock
from corpus.validity import vn_date

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$]")
_MARK = re.compile(r"^(\s*)(?:([-+=#])|(\d{1,9})([.)]))(?=\s|$|#)")


def markdown(sheet: Sheet) -> str:
    """Write a sheet as Markdown, headings from the second level down."""
    lines = [f"## {escaped(sheet.title)}"]
    if sheet.question:
        question = " ".join(sheet.question.encode("utf-8", "ignore").decode().split())
        lines.append(office.ANNEX_QUESTION.format(question=escaped(question)))
    if sheet.note:
        lines.append(f"*{escaped(sheet.note)}*")
    for section in sheet.sections:
        if section.heading:
            lines.append(f"### {escaped(section.heading)}")
        if section.note:
            lines.append(escaped(section.note))
        for quote in section.quotes:
            lines += _quote(sheet, quote)
    return "\n\n".join(lines) + "\n"


def escaped(words: str) -> str:
    """One line of words, with the marks of Markdown made plain."""
    plain = _SPECIAL.sub(r"\\\g<0>", words)
    return _MARK.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", plain)


def _quote(sheet: Sheet, quote: QuoteBlock) -> list[str]:
    lead = [escaped(words) for part in quote.lead_in for words in part.split("\n")]
    quoted = "\n>\n".join(f"> {escaped(words)}" for words in quote.text.split("\n"))
    force = office.FORCE.format(day=vn_date(sheet.day), force=quote.badge, note=quote.note).strip()
    rest = [escaped(quote.rest)] if quote.rest else []
    return [
        *lead,
        quoted,
        f"**{escaped(quote.citation)}**",
        *rest,
        f"{escaped(force)} {escaped(sheet.check(quote.code))}",
    ]
