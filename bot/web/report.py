"""What a page offers of some quotes for a report: the addresses of their files, and their Markdown to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.office.markdown import markdown
from bot.office.sheet import Sheet

MOST_QUOTES = 60
"""The most quotes in one annex."""


def report(codes: Sequence[str], sheet: Sheet) -> dict[str, Any] | None:
    """What the pages offer for a report of some quotes: addresses of files, and the Markdown; None without quotes."""
    if not codes or len(codes) > MOST_QUOTES:
        return None
    address = f"/phu-luc/{'-'.join(codes)}"
    return {"docx": f"{address}.docx", "md": f"{address}.md", "markdown": markdown(sheet)}
