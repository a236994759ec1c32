"""The dates to keep as a calendar file (RFC 5545): all-day events, with a rule where the clause says that they return.

A window is an event over its days, an end alone an event on that day. A period without a day ("hằng năm") is an event
on the last day of each period, and says that the clause names none; it is left out where an indent below gives the
days. Sessions and terms that run from an event have no day in a calendar; papers that bind nobody are left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from icalendar import Calendar, Event

from bot import messages
from bot.office import words as office
from corpus.citation import short_name
from corpus.dates import DateToKeep, Every
from corpus.document import Document
from corpus.validity import Force, Validity

MEDIA_TYPE = "text/calendar; charset=utf-8"
_ENDS = {Every.YEAR: (12,), Every.HALF_YEAR: (6, 12), Every.QUARTER: (3, 6, 9, 12), Every.MONTH: tuple(range(1, 13))}
"""In which months a period ends."""
_SUMMARY_CHARS = 160
_NO_DAY = (Every.SESSION, Every.TERM)


def calendar(
    dates: Sequence[DateToKeep], validity_of: Callable[[Document], Validity], now: dt.datetime, link: str = ""
) -> tuple[bytes, int]:
    """Write dates as a calendar file.

    Args:
        dates: the dates and periods, as `corpus.dates` finds them.
        validity_of: whether a document binds.
        now: when the file is made, with its time zone.
        link: the site's address, for links to the clauses, or "".

    Returns:
        The file (UTF-8, lines folded at 75 octets), and how many events it holds.
    """
    file = Calendar()
    file.add("prodid", "-//danchu//thoi-han//VI")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", office.CALENDAR)
    seen: dict[str, int] = {}
    for one in dates:
        force = validity_of(one.document)
        when = None if force.status is Force.NOT_BINDING or _told_below(one, dates) else _when(one, now.date())
        if when is None:
            continue
        key = "\0".join((one.document.id, one.provision.path.id, one.words.text))
        seen[key] = seen.get(key, 0) + 1
        event = Event()
        # Of place and words alone: another reading of the same documents updates the events that a calendar holds.
        digest = hashlib.sha256(f"{key}:{seen[key]}".encode()).hexdigest()
        event.add("uid", f"{digest[:32]}@danchu")
        event.add("dtstamp", now.astimezone(dt.UTC))
        event.add("summary", summary(one))
        event.add("description", _description(one, force))
        event.add("transp", "TRANSPARENT")
        for name, value in when.items():
            event.add(name, value)
        if one.document.meta.place:
            event.add("categories", [one.document.meta.place.name])
        if link:
            event.add("url", f"{link}/van-ban/{one.document.id}/{one.provision.path.id}")
        file.add_component(event)
    return file.to_ical(), sum(seen.values())


def summary(one: DateToKeep) -> str:
    """The line that a calendar shows: what is to be done, in the clause's words, and of which document.

    A sentence that is long is left to the description; the time and who must act stand for it.
    """
    of = short_name(one.document.meta)
    if len(one.sentence.text) <= _SUMMARY_CHARS:
        return f"{one.sentence.text} ({of})"
    said = office.END_OF.format(every=office.EVERY[one.every].lower()) if one.last is None and one.every else None
    who = f" – {one.who.text}" if one.who else ""
    return f"{said or one.words.text}{who} ({of})"


def _description(one: DateToKeep, force: Validity) -> str:
    lines = [f"“{one.citation.text}”", f"({one.citation.words})"]
    if one.who:
        lines.append(f"{office.WHO}: {one.who.text}")
    if one.to:
        lines.append(f"{office.TO}: {one.to.text}")
    if one.last is None:
        lines.append(office.END_OF_PERIOD)
    lines.append(f"{messages.FORCE[force.status]}. {force.note}")
    lines.append(office.CODE.format(code=one.citation.code))
    return "\n".join(lines)


def _when(one: DateToKeep, today: dt.date) -> dict[str, Any] | None:
    """The properties that say when an event is; None where it has no day."""
    if one.every in _NO_DAY:
        return None
    meta = one.document.meta
    begin = meta.effective or meta.adopted or meta.issued or (dt.date(meta.year, 1, 1) if meta.year else today)
    until = dt.date(meta.year, 12, 31) if meta.year else None
    if one.last is None:
        return _ends_of(one.every, begin, until) if one.every else None
    year = one.last.year or meta.year
    if year is None and one.every is None:
        return None
    if year is None:
        year = begin.year if one.last.on(begin.year) >= begin else begin.year + 1
    last = one.last.on(year)
    first = one.first.on(year) if one.first else last
    if first > last:
        first = one.first.on(year - 1) if one.first else last
    return {
        "dtstart": first,
        "dtend": last + dt.timedelta(days=1),  # not counted in (RFC 5545, 3.6.1)
        **({"rrule": _rule({"freq": "yearly"}, until)} if one.every else {}),
    }


def _ends_of(every: Every, begin: dt.date, until: dt.date | None) -> dict[str, Any]:
    """The last day of each period from a day on."""
    months = _ENDS[every]
    ends = (_last_of(begin.year + (begin.month - 1 + n) // 12, (begin.month - 1 + n) % 12 + 1) for n in range(13))
    first = next(end for end in ends if end.month in months)
    rule = {"freq": "monthly"} if every is Every.MONTH else {"freq": "yearly", "bymonth": list(months)}
    return {
        "dtstart": first,
        "dtend": first + dt.timedelta(days=1),
        "rrule": _rule({**rule, "bymonthday": -1}, until),
    }


def _last_of(year: int, month: int) -> dt.date:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _rule(rule: dict[str, Any], until: dt.date | None) -> dict[str, Any]:
    return {**rule, "until": until} if until else rule


def _told_below(one: DateToKeep, dates: Iterable[DateToKeep]) -> bool:
    """Whether the days of a period are given by what stands below its clause."""
    path = one.provision.path
    return one.last is None and any(
        other.last and other.document.id == one.document.id and path.contains(other.provision.path) for other in dates
    )
