"""What people type, made fit for storage: personal data masked, characters no database takes removed, length capped.

Only what people wrote goes through here. Quotes are kept word for word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.feedback.names import NAME_MASK, find_names, plain_names

MAX_STORED_CHARS = 4_000
"""The most of one question that is stored, in code points."""

ID_MASK = "[số định danh]"
PHONE_MASK = "[số điện thoại]"
EMAIL_MASK = "[thư điện tử]"
ACCOUNT_MASK = "[tài khoản]"

_WINDOW = 5 * MAX_STORED_CHARS
"""How much of a long text is looked at. Masks can be shorter than what they cover; this leaves room for it."""

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")
"""Control characters but tab and line breaks, lone surrogates, and what is not seen and may stand inside a number:
PostgreSQL refuses NUL, UTF-8 the surrogates."""

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)+")

# A citizen id is 12 digits and begins with a province code, 001 to 096 (Decree 70/2024/NĐ-CP, article 3): grouped
# digits count only with that zero, or sums such as "500.000.000.000 đồng" would be masked.
_MONEY = r"(?!\s*(?:đồng|dong|đ\b|vnđ|vnd|tỷ|tỉ|triệu|nghìn|ngàn))"
_CITIZEN_ID = re.compile(
    rf"(?<!\d)(?<!\d\.)"
    rf"(?:0\d\d([ .-])\d{{3}}\1\d{{3}}\1\d{{3}}|0\d{{3}}([ .-])\d{{4}}\2\d{{4}}|\d{{12}}{_MONEY})(?!\d)",
    re.IGNORECASE,
)
_OLD_ID = re.compile(  # nine digits are an id only where the words before them say so
    r"(?i)\b(cmnd|cmtnd|cccd|căn cước|can cuoc|chứng minh(?: thư| nhân dân)?|chung minh(?: thu| nhan dan)?)"
    rf"([^\d\n\[]{{0,20}})\d{{3}}[ .-]?\d{{3}}[ .-]?\d{{3}}(?!\.?\d){_MONEY}"
)
_PASSPORT = re.compile(r"(?i)\b(hộ chiếu|ho chieu|passport)([^\d\n\[]{0,12}?)(?<![^\W_])[a-z]\d{7,8}(?![^\W_])")

# Mobile numbers are 03, 05, 07, 08, 09 and eight digits; landlines 02 and nine digits (Circular 22/2014/TT-BTTTT and
# the changes of numbers of 2018). Dates such as 05.07.2025-31.12.2025 look alike: they are taken whole and let be.
_SEP = r"[ \u00a0.\-–]?"
_DATE = r"(?P<date>[0-3]?\d[.\-/ ](?:0?[1-9]|1[0-2])[.\-/ ](?:19|20)\d\d(?!\d))"
_NATIONAL = rf"(?:[35789](?:{_SEP}\d){{8}}|2\d{{1,2}}\)?{_SEP}(?:{_SEP}\d){{7}}\d?)"
_PREFIX = rf"(?:\(?\+84\)?{_SEP}(?:\(0\)|0)?{_SEP}|0084{_SEP}|84(?=\d{{9,10}}(?!\d))|\(?0)"
_PHONE = re.compile(rf"(?<!\d)(?:{_DATE}|{_PREFIX}{_NATIONAL}(?!\d){_MONEY})", re.IGNORECASE)

# Accounts have 6 to 19 digits, and no form of their own: they count only behind the words for one. They have no dots:
# sums have.
_ACCOUNT = re.compile(
    r"(?i)\b(stk|số tài khoản|so tai khoan|số tk|so tk)([^\d\n\[]{0,40})"
    rf"(?!{_DATE})"
    r"(?:\d{6,19}|(?=(?:\d[ -]?){6})\d{2,6}(?:[ -]\d{2,6}){1,5}(?![ -]\d{1,6}(?!\d)))"
    rf"(?!\d){_MONEY}"
)


@dataclass(frozen=True, slots=True)
class Storable:
    """Text that any database takes, without personal data.

    Args:
        text: at most `MAX_STORED_CHARS` code points.
        original_chars: the length of what came in, in code points.
    """

    text: str
    original_chars: int


def redact(text: str, names: Collection[str] = ()) -> str:
    """Mask names of persons, e-mail addresses, citizen ids, passports, accounts and Vietnamese telephone numbers.

    Sums, dates, document numbers, places and everything else stay as they are; the text comes back composed (NFC).
    Masking twice is masking once.

    Args:
        text: anything.
        names: persons named elsewhere in the same conversation (`persons_in`), masked here in any spelling.

    Examples:
        >>> redact("Tôi là Lê Thị Hoa, 0912 345 678, hỏi về 500.000 đồng theo 346/QĐ-TTg ở Ngô Quyền")
        'Tôi là [tên người], [số điện thoại], hỏi về 500.000 đồng theo 346/QĐ-TTg ở Ngô Quyền'
    """
    text = unicodedata.normalize("NFC", text)
    text = _EMAIL.sub(EMAIL_MASK, text)
    text = _CITIZEN_ID.sub(ID_MASK, text)
    text = _OLD_ID.sub(rf"\1\2{ID_MASK}", text)
    text = _PASSPORT.sub(rf"\1\2{ID_MASK}", text)
    text = _ACCOUNT.sub(rf"\1\2{ACCOUNT_MASK}", text)
    text = _PHONE.sub(lambda match: match["date"] or PHONE_MASK, text)
    while spans := find_names(text, names):  # where one is masked, the words beside it may be told as another
        for start, end in reversed(spans):
            text = text[:start] + NAME_MASK + text[end:]
    return text


def persons_in(texts: Iterable[str]) -> frozenset[str]:
    """The names of persons in some texts, as `redact` takes them for other texts of the same conversation."""
    composed = (unicodedata.normalize("NFC", text[:_WINDOW]) for text in texts)
    return frozenset(name for text in composed for name in plain_names(text))


def storable(text: str, limit: int = MAX_STORED_CHARS, names: Collection[str] = ()) -> Storable:
    """Clean, mask and cut a text for storage. Takes any string, lone surrogates included; raises nothing.

    Args:
        text: as the person sent it.
        limit: the most code points to keep.
        names: persons named elsewhere in the same conversation (`persons_in`).
    """
    window = text
    if len(text) > _WINDOW:
        # The last word of the window may be half an address: it is left out rather than stored unmasked.
        window = re.sub(r"[\w.+%@-]++\Z", "", text[:_WINDOW])
    window = _UNSTORABLE.sub(_replacement, window.replace("\r\n", "\n").replace("\r", "\n"))
    return Storable(redact(window, names)[:limit], len(text))


def _replacement(match: re.Match[str]) -> str:
    return "\ufffd" if match[0] >= "\ud800" else ""
