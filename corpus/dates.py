"""The dates and periods that a clause makes somebody keep, each with its words, who must act, and to whom it goes.

Found are: fixed days and windows ("từ 01/6 đến trước ngày 15/6/2025", "trước ngày 31/12 hằng năm"); periods that come
again ("hằng năm", "định kỳ 6 tháng một lần", "hàng quý"); sessions ("tại các kỳ họp"); and terms that run from an event
("chậm nhất là 05 ngày làm việc kể từ ngày …").

Left out: the dates of documents and of their force, a plain year that names a plan ("kế hoạch … năm 2025"), "thường
xuyên", meetings "định kỳ" without a period, plans and budgets that are only named ("kế hoạch hằng năm"), and events
without a count of days ("khi có thay đổi nhân sự").

"Trước ngày 15" ends on the 14th; "đến ngày 15" and "đến hết ngày 15" end on the 15th.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from corpus.acting import acting, sentence
from corpus.bodies import find_bodies
from corpus.citation import Citation, quotations
from corpus.document import Document
from corpus.duties import READ
from corpus.provision import Level, Provision


class Every(StrEnum):
    """How often something comes again."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"
    SESSION = "session"
    """At each session of a council: no day of the calendar."""
    TERM = "term"
    """So many days from an event: no day of the calendar."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the year; the year itself where the clause gives one."""

    month: int
    day: int
    year: int | None = None

    def on(self, year: int) -> dt.date:
        """The day in a year; 29 February falls on the 28th where there is none."""
        year = self.year or year
        if (self.month, self.day) == (2, 29) and not calendar.isleap(year):
            return dt.date(year, 2, 28)
        return dt.date(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a document, with their canonical offsets."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateToKeep:
    """A date or period that somebody has to keep."""

    document: Document
    provision: Provision
    citation: Citation
    """The clause that says it, or the part of a long clause that holds the words."""
    words: Part
    sentence: Part
    """The sentence that holds them: what is to be done then."""
    every: Every | None
    """How often it comes again; None for once."""
    first: Day | None = None
    """The first day of a window; None where none is given, or only its end."""
    last: Day | None = None
    """The last day on which it is kept; None where the clause names no day."""
    who: Part | None = None
    to: Part | None = None


_EACH = r"(?:hằng|hàng|mỗi)"
_NOT_A_NAME = "".join(f"(?<!{words} )" for words in ("kế hoạch", "trung hạn và", "ngân sách"))
_PERIODS = (
    (Every.YEAR, rf"{_NOT_A_NAME}{_EACH}\s+năm|01\s+năm\s+một\s+lần"),
    (Every.HALF_YEAR, r"(?:06|6|sáu)\s+tháng\s+(?:một|1|01)\s+lần"),
    (Every.QUARTER, rf"{_EACH}\s+quý|(?:03|3|ba)\s+tháng\s+(?:một|1|01)\s+lần"),
    (Every.MONTH, rf"{_EACH}\s+tháng"),
    (Every.SESSION, r"tại\s+(?:các\s+)?kỳ\s+họp(?!\s+(?:thứ|này))"),
)
_PERIODIC = re.compile(
    "|".join(f"(?P<p{n}>(?:định kỳ\\s+)?(?:{pattern}))" for n, (_, pattern) in enumerate(_PERIODS)), re.IGNORECASE
)
_BRACKET = re.compile(r"(?:định kỳ|báo cáo|sơ kết|tổng kết)[^.;()]*\(([^()]*)\)", re.IGNORECASE)
_IN_BRACKET = re.compile(
    r"(?P<half>(?:06|6)\s+tháng)|(?P<year>(?:01|1)\s+năm)|(?P<quarter>quý|(?:03|3)\s+tháng)", re.IGNORECASE
)

_DAY = r"(?:ngày\s+)?(\d{1,2})(?:/|\s+tháng\s+)(\d{1,2})(?:(?:/|\s+năm\s+)(\d{4}))?(?!\d|/)"
_WINDOW = re.compile(
    rf"từ\s+{_DAY}\s+(?P<until>đến\s+trước|đến\s+hết|đến|tới)\s+{_DAY}(?P<yearly>\s+{_EACH}\s+năm)?",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    rf"(?P<until>(?:chậm nhất(?:\s+là)?|muộn nhất(?:\s+là)?|xong)\s+(?:trước\s+|đến\s+)?|trước\s+(?=ngày)|đến hết\s+)"
    rf"{_DAY}(?P<yearly>\s+{_EACH}\s+năm)?",
    re.IGNORECASE,
)
_OF_A_PAPER = re.compile(r"(?:ban hành|thông qua|công nhận|phê duyệt|ký|hiệu lực)\s+$", re.IGNORECASE)
"""What stands before a day that says how old a paper is."""
_COUNT = r"\d{1,3}(?:\s+\(\w+\))?\s+(?:ngày(?:\s+làm\s+việc)?|tháng|giờ|tuần)(?:\s+liên\s+tục)?"
_TERM = re.compile(
    rf"(?:trong\s+thời\s+hạn(?:\s+chậm\s+nhất)?(?:\s+là)?(?:\s+không\s+quá)?|chậm\s+nhất(?:\s+là|\s+sau)?|"
    rf"ít\s+nhất(?:\s+là)?|không\s+quá|sau)\s+{_COUNT}"
    r"(?:,?\s+(?:kể\s+từ|trước|sau)\s+(?:khi|ngày)?(?:(?!\s+bằng\s)[^,;:.\n])*)?",
    re.IGNORECASE,
)
_TO = re.compile(r"(?:gửi(?: (?:về|đến|tới|cho))?|báo cáo(?: (?:về|với|cho|lên))?) ", re.IGNORECASE)
_THROUGH = re.compile(r"\s*\((?:qua|thông qua)[^()]*\)", re.IGNORECASE)


def dates(documents: Iterable[Document]) -> list[DateToKeep]:
    """All dates and periods to keep, in the order of the documents and of their text."""
    return [found for document in documents for found in _of_document(document)]


def _of_document(document: Document) -> Iterator[DateToKeep]:
    for provision in document.walk():
        if provision.level not in READ or (provision.level is Level.CLOSING and _of_force(document, provision)):
            continue
        text = document.own_words(provision)
        taken: list[tuple[int, int]] = []
        found: list[DateToKeep] = []
        for start, end, every, first, last in _find(text):
            if all(end <= a or start >= b for a, b in taken):
                taken.append((start, end))
                found.append(
                    _kept(document, provision, provision.start + start, provision.start + end, every, first, last)
                )
        yield from sorted(found, key=lambda one: one.words.start)


def _of_force(document: Document, provision: Provision) -> bool:
    """Whether the closing words only say when the document was adopted and is in force."""
    return "thông qua" in document.own_words(provision)


def _find(text: str) -> Iterator[tuple[int, int, Every | None, Day | None, Day | None]]:
    """Dates and periods in a text: windows first, since they hold days."""
    for match in _WINDOW.finditer(text):
        day, month, year, last_day, last_month, last_year = (match[n] for n in (1, 2, 3, 5, 6, 7))
        every = Every.YEAR if match["yearly"] else None
        first, last = _day(day, month, year or last_year), _day(last_day, last_month, last_year)
        if first and last:
            yield *match.span(), every, first, _until(last, match["until"])
    for match in _DEADLINE.finditer(text):
        last = _day(match[2], match[3], match[4])
        if last and not _OF_A_PAPER.search(text, 0, match.start()):
            yield *match.span(), Every.YEAR if match["yearly"] else None, None, _until(last, match["until"])
    for match in _TERM.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip()), Every.TERM, None, None
    for held in _BRACKET.finditer(text):
        for match in _IN_BRACKET.finditer(text, *held.span(1)):
            kinds = {"half": Every.HALF_YEAR, "year": Every.YEAR, "quarter": Every.QUARTER}
            if not re.search(r"(?:hằng|hàng)\s+$", text[: match.start()], re.IGNORECASE):
                yield *match.span(), kinds[str(match.lastgroup)], None, None
    for match in _PERIODIC.finditer(text):
        yield *match.span(), _PERIODS[int(str(match.lastgroup)[1:])][0], None, None


def _day(day: str, month: str, year: str | None) -> Day | None:
    """A day as written, or None where there is no such day."""
    try:
        dt.date(int(year or 2024), int(month), int(day))
    except ValueError:
        return None
    return Day(int(month), int(day), int(year) if year else None)


def _until(day: Day, words: str) -> Day:
    """The last day: the one before, where the words say "trước"."""
    if "trước" not in words.lower():
        return day
    before = dt.date(day.year or 2023, day.month, day.day) - dt.timedelta(days=1)
    return Day(before.month, before.day, before.year if day.year else None)


def _kept(
    document: Document,
    provision: Provision,
    start: int,
    end: int,
    every: Every | None,
    first: Day | None,
    last: Day | None,
) -> DateToKeep:
    cited = quotations(document, provision)
    citation = next((one for one in cited if one.start <= start and end <= one.end), cited[0])
    if last and not last.year and re.search(rf"{_EACH}\s+năm", document.own_words(provision), re.IGNORECASE):
        every = Every.YEAR
    subject = acting(document, provision, start)
    return DateToKeep(
        document,
        provision,
        citation,
        _part(document, start, end),
        _part(document, *sentence(document, provision, start)),
        every,
        first,
        last,
        _part(document, subject.start, subject.end) if subject else None,
        _receiver(document, provision, start),
    )


def _receiver(document: Document, provision: Provision, at: int) -> Part | None:
    """To whom a report goes: the body behind "gửi về" or "báo cáo" in the clause, or in the one that it belongs to."""
    above = [
        one for one in reversed(document.ancestors(provision.path)) if document.own_words(one).rstrip().endswith(":")
    ]
    for one in (provision, *above[:1]):
        text = document.own_words(one)
        starts = {named.start: named for named in find_bodies(text, document)}
        for match in _TO.finditer(text):
            if named := starts.get(match.end()):
                through = _THROUGH.match(text, named.end)
                end = through.end() if through else named.end
                return _part(document, one.start + named.start, one.start + end)
    return None


def _part(document: Document, start: int, end: int) -> Part:
    return Part(document.text.text[start:end], start, end)
