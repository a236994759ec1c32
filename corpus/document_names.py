"""Find the documents that a paper names, as papers write them: kind, number, date, issuer, or a law by its title.

`corpus.mention` reads what people type, in any spelling; this reads the careful words of papers, where capitals and
accents tell a name from a word. The forms are those of Decree 30/2020/NĐ-CP (annex I, on legal bases and references).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.document import Kind
from corpus.extract import read_date
from corpus.law_titles import TITLES
from corpus.text import fold

_NOUNS = {
    "nghị quyết liên tịch": Kind.RESOLUTION,
    "nghị quyết": Kind.RESOLUTION,
    "nghị định": Kind.DECREE,
    "quyết định": Kind.DECISION,
    "thông tư liên tịch": Kind.CIRCULAR,
    "thông tư": Kind.CIRCULAR,
    "tờ trình": Kind.SUBMISSION,
    "kế hoạch": Kind.PLAN,
    "pháp lệnh": Kind.ORDINANCE,
    "bộ luật": Kind.LAW,
    "luật": Kind.LAW,
    "hiến pháp": Kind.CONSTITUTION,
    **dict.fromkeys(
        (
            "báo cáo thẩm tra", "báo cáo", "thông báo kết luận", "thông báo", "chỉ thị", "kết luận", "công văn",
            "công điện", "hướng dẫn", "quy định", "quy chế", "thông tri", "chương trình", "đề án", "lệnh",
        ),
        Kind.OTHER,
    ),
}  # fmt: skip
"""The nouns with which the name of a document begins."""

_LARGE = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(map(chr, range(0x1EA0, 0x1EFA, 2)))
_SMALL = _LARGE.lower()
_DATE = r"ngày\s+\d{1,2}(?:\s*/\s*\d{1,2}\s*/\s*|\s+tháng\s+\d{1,2}\s+năm\s+)\d{4}"
_LETTERS = r"[A-ZĐ][A-ZĐa-z\d]*"
_NUMBER = rf"(?:\d+\s*/\s*(?:\d{{4}}\s*/\s*)?{_LETTERS}(?:\s*-\s*{_LETTERS})*|\d+\s*-\s*[A-ZĐ]+\s*/\s*[A-ZĐ][A-ZĐa-z]+)"
_NOUN = "|".join(f"[{noun[0].upper()}{noun[0]}]{noun[1:]}" for noun in sorted(_NOUNS, key=len, reverse=True))
_MAKES = (
    r"về|[Qq]uy định|[Bb]an hành|[Hh]ướng dẫn|phê duyệt|phê chuẩn|sửa đổi|công bố|triển khai|thông qua|quyết định|giao|"
    r"thực hiện|tổ chức"
)
"""What a document does, as the words behind its issuer say it."""
_BODY_ENDS = (
    rf"(?:{_MAKES}|hết|có|được|thì|trình|tại|đã|là|theo|cũng|phải|gồm|gửi|để|cho|đối với|cùng|tiếp tục|điều chỉnh|"
    r"chuyển|trong|ngày)(?!\w)"
)
_BODY_WORD = r"[^\s;,.:()“”\"]+"
_ISSUER = (
    rf"(?=[{_LARGE}])(?:Bộ trưởng )?(?:Bộ Văn hóa, Thể thao và Du lịch|{_BODY_WORD})"
    rf"(?:\s+(?!{_BODY_ENDS})(?!và\s+(?:[{_SMALL}]|(?:{_NOUN})(?!\w))){_BODY_WORD})*"
)
_BEHIND_NUMBER = rf"(?:,?\s+(?P<date>{_DATE}))?(?:\s+(?:của|do)\s+(?P<issuer>{_ISSUER})(?:\s+(?P<late>{_DATE}))?)?"
_NUMBERED = re.compile(rf"(?<!\w)(?P<noun>{_NOUN})\s+(?:số\s*:?\s*)?(?P<number>{_NUMBER})(?![\w/]){_BEHIND_NUMBER}")
_MORE_NUMBERS = re.compile(rf"\s*(?:,|;|và|hoặc)\s+(?P<said>(?:số\s+)?(?P<number>{_NUMBER}))(?![\w/]){_BEHIND_NUMBER}")
_PROPOSED_BY = re.compile(rf"đề nghị của\s+(?P<issuer>{_ISSUER})\s+tại\s+$")
_ABOUT = re.compile(
    rf"\s+((?:{_MAKES})(?!\w)[^;]*?)(?=;|\.?\s*$|\.\s+[{_LARGE}]|\s+hết hiệu lực|,?\s+và\s+(?:{_NOUN})\s+số\s)"
)

_OWN = re.compile(
    r"(?<!\w)(?P<noun>[Bb]ộ luật|Luật|Pháp lệnh|Nghị quyết|Nghị định|Quyết định|Thông tư liên tịch|Thông tư|"
    r"Kế hoạch|Tờ trình|Quy chế|Quy định|Chỉ thị|Hướng dẫn|Chương trình|Đề án)\s+này(?!\w)"
)
_CONSTITUTION = re.compile(
    r"(?<!\w)Hiến pháp(?:\s+nước\s+Cộng\s+h(?:òa|oà)\s+xã\s+hội\s+chủ\s+nghĩa\s+Việt\s+Nam)?"
    r"(?:\s+năm\s+(?P<year>\d{4}))?"
)
_UNNUMBERED = re.compile(
    rf"(?<!\w)(?:(?P<noun>Báo cáo thẩm tra)\s+của\s+(?P<issuer>{_ISSUER})"
    r"|(?P<programme>Chương trình công tác)\s+năm\s+(?P<year>\d{4})"
    r"|(?:Dự thảo|dự thảo)\s+(?P<draft>Luật|Nghị quyết|Nghị định|Quyết định|Kế hoạch|Quy chế)\s+kèm theo(?!\s+\w))"
)

_LAW = re.compile(r"(?<!\w)(?:(?:Bộ luật|BỘ LUẬT|Luật|LUẬT)|(?<!pháp )(?<!Pháp )(?<!dự )(?:bộ luật|luật))\s+")
_AMENDS = re.compile(
    r"sửa đổi,?\s+bổ sung(?:\s+một số điều)?(?:\s+của)?\s+(?:các\s+)?(?=(?:bộ )?luật\s)", re.IGNORECASE
)
_TITLE_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_TITLE_ENDS = frozenset(
    "và hoặc hay theo thì có phải đã được về trên tại trong là do để khi này đó khác số ngày năm gồm mà nhằm với cho "
    "bao góp sư bị nếu như còn cũng sẽ không từ đến đối hết chưa trước sau nêu nói thuộc của các những mỗi hiện cùng "
    "nhưng gửi ghi xem vẫn kể đang xảy lựa".split()
)
_TITLE_ENDS_WITH = re.compile(r"(?:quy định|ban hành|sửa đổi|hiện hành|vào cuộc sống)(?!\w)")
_TITLE_GOES_NO_FURTHER = re.compile(r"(?:thực hiện|cụ thể|phù hợp|liên quan|đăng ký|cung cấp|kiến nghị)(?!\w)")
"""With these a title may begin; behind other words they belong to the sentence."""
_PREVENTION = re.compile(r"[Pp]hòng, chống ")
_MOST_TITLE_WORDS = 14
_KNOWN = {fold(title): title for title in sorted(TITLES, key=len, reverse=True)}
_BEHIND_TITLE = re.compile(
    rf"(?:\s+\(?(?:[Ll]uật\s+)?số:?\s*(?P<number>{_NUMBER})\)?)?"
    rf"(?:,?\s+(?P<date>{_DATE})|\s+năm\s+(?P<year>\d{{4}}))?(?:\s+của\s+(?P<issuer>Quốc hội))?"
)
_JOINS_TITLES = re.compile(r"(?:,\s*(?:và\s+)?|\s+và\s+)(?=(?:Bộ luật|Luật|luật)\s)")
_NAMED_BY = re.compile(r"(?:của|thi hành|thực hiện|triển khai|hướng dẫn|bổ sung|sửa đổi)\s+$")
"""What stands before a name that belongs to another document's name ("quy định chi tiết một số điều của Luật …")."""


@dataclass(frozen=True, slots=True)
class DocumentName:
    """Words that name a document. A field is None where the words do not say it."""

    kind: Kind
    words: str
    start: int
    end: int
    number: str | None = None
    title: str | None = None
    """Of a law named by it, without the word "Luật"."""
    date: dt.date | None = None
    year: int | None = None
    issuer: str | None = None
    """As the words say it: "HĐND quận", "Hội đồng nhân dân thành phố"."""
    about: str | None = None
    """What follows a numbered document's name up to the next semicolon or full stop: "về việc …", "quy định …"."""
    own: bool = False
    """Whether it is "Luật này", "Nghị quyết này"."""
    within: bool = False
    """Whether it stands inside another document's name."""


def find_names(text: str) -> list[DocumentName]:
    """Find every document that a paragraph names for certain, in order.

    Args:
        text: a paragraph of a canonical text.

    Returns:
        The names with their offsets in the paragraph. They do not overlap, except that a law which amends others holds
        the names of those (`within`).

    Examples:
        >>> [name.words for name in find_names("Căn cứ Luật Tiếp công dân và Nghị định số 59/2023/NĐ-CP;")]
        ['Luật Tiếp công dân', 'Nghị định số 59/2023/NĐ-CP']
    """
    found: list[DocumentName] = []
    taken = 0
    for name in sorted(_candidates(text), key=lambda name: (name.start, -name.end)):
        if name.start < taken and not name.within:
            continue
        if not name.within and _belongs(text, name, found):
            name = replace(name, within=True)
        found.append(name)
        taken = max(taken, name.end)
    return found


def _candidates(text: str) -> Iterator[DocumentName]:
    for match in _OWN.finditer(text):
        yield DocumentName(_kind(match["noun"]), match[0], *match.span(), own=True)
    for match in _NUMBERED.finditer(text):
        yield from _numbered(text, match, _kind(match["noun"]))
    for match in _CONSTITUTION.finditer(text):
        yield DocumentName(Kind.CONSTITUTION, match[0], *match.span(), year=_year(match["year"]))
    for match in _UNNUMBERED.finditer(text):
        kind = _kind(match["draft"]) if match["draft"] else Kind.OTHER
        yield DocumentName(kind, match[0], *match.span(), year=_year(match["year"]), issuer=match["issuer"])
    for match in _LAW.finditer(text):
        yield from _law(text, match)


def _numbered(text: str, match: re.Match[str], kind: Kind) -> Iterator[DocumentName]:
    """A document with its number, and those whose numbers follow it in a list."""
    proposed = _PROPOSED_BY.search(text, 0, match.start())
    following: re.Match[str] | None = match
    while following:
        start, end = following.start(), following.end()
        if following is not match:
            start = following.start("said")
        about = _ABOUT.match(text, end)
        yield DocumentName(
            kind,
            text[start:end],
            start,
            end,
            number=re.sub(r"\s+", "", following["number"]),
            date=read_date(following["date"] or following["late"] or ""),
            issuer=following["issuer"] or (proposed["issuer"] if proposed else None),
            about=about[1] if about else None,
        )
        following = _MORE_NUMBERS.match(text, end)


def _law(text: str, match: re.Match[str]) -> Iterator[DocumentName]:
    """A law named by its title; where it amends others, also those."""
    inner: list[DocumentName] = []
    amends = _AMENDS.match(text, match.end())
    if amends:
        end = amends.end()
        while (named := _LAW.match(text, end)) and (stop := _title_end(text, named)):
            title = text[named.end() : stop]
            inner.append(DocumentName(Kind.LAW, text[end:stop], end, stop, title=title, within=True))
            joined = _JOINS_TITLES.match(text, stop)
            if joined is None:
                break
            end = joined.end()
        stop = inner[-1].end if inner else 0
    else:
        stop = _title_end(text, match)
    if not stop:
        return
    behind = _BEHIND_TITLE.match(text, stop)
    assert behind is not None  # all of it may be missing
    yield DocumentName(
        Kind.LAW,
        text[match.start() : behind.end()],
        match.start(),
        behind.end(),
        number=re.sub(r"\s+", "", behind["number"]) if behind["number"] else None,
        title=text[match.end() : stop],
        date=read_date(behind["date"]) if behind["date"] else None,
        year=_year(behind["year"]),
        issuer=behind["issuer"],
    )
    yield from inner


def _title_end(text: str, law: re.Match[str]) -> int:
    """Where the title behind the word "Luật" ends, or 0 where none begins there."""
    folded = fold(text[law.end() : law.end() + 120])
    for title in _KNOWN:
        if folded.startswith(title) and not folded[len(title) : len(title) + 1].isalpha():
            return law.end() + len(title)
    if not law[0][0].isupper() or law[0].isupper():
        return 0
    prevention = _PREVENTION.match(text, law.end())
    end = at = prevention.end() if prevention else law.end()
    for _ in range(_MOST_TITLE_WORDS):
        word = _TITLE_WORD.match(text, at)
        if word is None or word[0] in _TITLE_ENDS or _TITLE_ENDS_WITH.match(text, at):
            break
        if at > law.end() and _TITLE_GOES_NO_FURTHER.match(text, at):
            break
        end = word.end()
        if text[end : end + 1] != " ":
            break
        at = end + 1
    return 0 if end in (law.end(), prevention.end() if prevention else 0) else end


def _belongs(text: str, name: DocumentName, found: list[DocumentName]) -> bool:
    """Whether a name stands in what another name says that its document is about."""
    before = next((other for other in reversed(found) if not other.within), None)
    if before is None or before.about is None:
        return False
    inside = name.start < before.end + len(before.about) + 2
    joined = found[-1].within and _JOINS_TITLES.fullmatch(text, found[-1].end, name.start)
    return inside and bool(joined or _NAMED_BY.search(text, 0, name.start))


def _kind(noun: str) -> Kind:
    return _NOUNS[noun.lower()]


def _year(digits: str | None) -> int | None:
    return int(digits) if digits else None
