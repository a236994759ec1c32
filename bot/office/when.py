"""A date or period as people read it, made the same everywhere: "Từ 01/6/2025 đến hết 14/6/2025", "Hằng năm"."""

from __future__ import annotations

import datetime as dt

from bot.office import words as office
from corpus.dates import DateToKeep, Day
from corpus.validity import vn_date


def when(one: DateToKeep) -> str:
    """The normalised date or period."""
    if one.last is None:
        return office.EVERY[one.every] if one.every else one.words.text
    if one.first:
        said = office.WINDOW.format(first=_day(one.first), last=_day(one.last))
    else:
        said = office.UNTIL.format(last=_day(one.last))
    return office.YEARLY.format(when=said) if one.every else said


def _day(day: Day) -> str:
    if day.year:
        return vn_date(dt.date(day.year, day.month, day.day))
    return vn_date(dt.date(2024, day.month, day.day)).removesuffix("/2024")
