"""The day that a question asks for: "năm 2024", "trước 1/7/2025", "vào ngày 1 tháng 8 năm 2024".

A date may as well be a document's ("Nghị quyết năm 2024", "ngày 16/8/2023") or a deadline ("trước ngày 15/6"), so only
words that put the whole question at a time are read as a day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from corpus.text import fold

_DAY = r"(?:ngay )?(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})\s*(?:[/.-]|nam)\s*(20\d\d)(?!\d)"
_MONTH = r"(?:thang )(\d{1,2})\s*(?:[/-]|nam)\s*(20\d\d)(?!\d)"
_YEAR = r"nam (20\d\d)(?!\w)"
_FROM = r"(?:(?:vao|hoi|o|tai|tinh den|thoi diem|vao thoi diem|tai thoi diem|lay moc|xet) )"
_PAPER = re.compile(
    r"(?<!\w)(?:luat|phap lenh|nghi dinh|nd|nghi quyet|nq|quyet dinh|qd|ke hoach|kh|to trinh|ttr|thong tu|bao cao|"
    r"thong bao|chuong trinh|ban hanh|thong qua|so ket|tong ket|giai doan|khoa|nhiem ky|so|ky|de ra|cua|cho|den|tu)"
    r"[\w\s,/-]{0,60}$"
)
"""What stands before a date that is a paper's own or a period's, not the time asked about."""
_PLACE = re.compile(r"(?<!\w)(?:o|tai)\s+(?:[\w.]+[\s,]+){1,6}$")
_STANDS = re.compile(r"(?:hieu luc|ap dung|con dung)\s+(?:thi hanh\s+)?(?:vao\s+)?$")
_BEFORE = re.compile(rf"(?<!\w)truoc (?:(?:khi |moc |thoi diem )?{_DAY}|(?:dau )?{_YEAR})")
_ON = re.compile(rf"(?<!\w)({_FROM})?(?:{_DAY}|{_MONTH}|{_YEAR})")
_FORCE = re.compile(r"hieu luc|ap dung|rang buoc|con (?:dung|gia tri)|bat buoc|thi hanh duoc")


@dataclass(frozen=True, slots=True)
class When:
    """A day, and the words that say it."""

    day: dt.date
    words: str
    start: int
    end: int


def day_asked(text: str) -> When | None:
    """The day that a question is asked for, or None where it names none.

    "Before" a day is the eve of it; a month or a year is its last day, when what came in its course is known.

    Args:
        text: composed (NFC) text, with or without accents.
    """
    plain = fold(text)
    for match in _BEFORE.finditer(plain):
        day = _date(match[3], match[2], match[1]) if match[1] else _date(match[4], "1", "1")
        # "Gửi báo cáo trước ngày 15/6" is a deadline; only the day of the reform, and a year, part two times.
        if day and (match[4] or day == dt.date(2025, 7, 1) or _opens(plain, match.start())):
            return _when(text, match, day - dt.timedelta(days=1))
    for match in _ON.finditer(plain):
        asked = (
            match[1]
            or _PLACE.search(plain[: match.start()])
            or _opens(plain, match.start())
            or _ends(plain, match.end())
            or _FORCE.search(plain)
        )
        stands = _STANDS.search(plain[: match.start()])
        if not stands and (not asked or (not match[1] and _PAPER.search(plain[: match.start()]))):
            continue
        if match[4]:
            day = _date(match[4], match[3], match[2])
        elif match[6]:
            day = _last(int(match[6]), int(match[5]))
        else:
            day = _date(match[7], "12", "31")
        if day:
            return _when(text, match, day)
    return None


def without(text: str, when: When) -> str:
    """The text without the words for its day."""
    return " ".join(f"{text[: when.start]} {text[when.end :]}".split()).strip(" ,")


def _when(text: str, match: re.Match[str], day: dt.date) -> When:
    return When(day, text[match.start() : match.end()], match.start(), match.end())


def _opens(plain: str, start: int) -> bool:
    return not plain[:start].strip(" ,")


def _ends(plain: str, end: int) -> bool:
    return bool(re.fullmatch(r"[\s?.!,]*(?:thi sao|thi the nao)?[\s?.!]*", plain[end:]))


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _last(year: int, month: int) -> dt.date | None:
    if not 1 <= month <= 12:
        return None
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)
