"""Which document held is the one that a paper names: for certain, likely with a reason, or none.

A number, a law's title or a date that the words give must agree with what is known of the document held. What the
words or the document leave open makes it likely at best, and the reason says what differs; nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.document import Document, Kind, Metadata, Tier
from corpus.document_names import DocumentName
from corpus.text import fold
from corpus.validity import vn_date

NEAR_DAYS = 7
"""A resolution is dated, signed and adopted within days; two days further apart belong to two papers."""

_ABBREVIATED = {"HĐND": "Hội đồng nhân dân", "UBND": "Ủy ban nhân dân", "TP": "thành phố"}
_UNITS = r"(?:thành phố|tỉnh|huyện|quận|thị xã|phường|xã|thị trấn|đặc khu)"
_LEAST_TITLE_WORDS = 3
"""A title cut shorter than this may be any law's."""
_MOST_CUT_WORDS = 3
"""A law that amends others ends with their titles and is none of them."""


@dataclass(frozen=True, slots=True)
class Match:
    """The document held that a name means. `reason` is a Vietnamese sentence where it is not certain, else None."""

    document: Document
    reason: str | None = None


def which(name: DocumentName, where: Document, held: Iterable[Document]) -> Match | None:
    """The document held that a name means, or None.

    Args:
        name: the name.
        where: the document in which it stands; "thành phố" there is the city that its place lies in.
        held: the documents held.
    """
    if name.own:
        return Match(where)
    documents = list(held)
    for link in where.meta.links:
        linked = next((document for document in documents if document.id == link.to), None)
        if linked is not None and (name.words in link.words or link.words in name.words):
            return Match(linked, link.note)
    alike = [document for document in documents if document.meta.kind is name.kind]
    if name.number:
        numbered = [match for document in alike if (match := _by_number(name, where, document))]
        best = _best(numbered)
        return best or _best([match for document in alike if (match := _unnumbered(name, where, document))])
    if name.title:
        titled = [match for document in alike if (match := _by_title(name, document))]
        if len(titled) > 1 and not (name.date or name.year):
            reason = "Đang giữ nhiều luật cùng tên; chỗ viện dẫn không ghi năm. Đây là bản mới nhất."
            return Match(max(titled, key=lambda match: max(_days(match.document.meta), default=dt.date.min)).document,
                         reason)  # fmt: skip
        return _best(titled)
    return None


def issuer_in_full(issuer: str | None, where: Metadata) -> str | None:
    """An issuer as its own papers name it, or None where the words do not say which one it is.

    Examples:
        "HĐND quận" in a paper of quận Ngô Quyền is "Hội đồng nhân dân quận Ngô Quyền".
    """
    if not issuer:
        return None
    full = " ".join(_ABBREVIATED.get(word.rstrip("."), word) for word in issuer.split())
    unit = re.search(rf"(?<!\w){_UNITS}$", full)
    if unit is None:
        return full
    place = where.place
    for name in (place.name, place.province) if place else ():
        if fold(name).startswith(fold(unit[0]) + " "):
            return f"{full[: unit.start()]}{unit[0]}{name[len(unit[0]) :]}"
    return None


def same_number(one: str | None, other: str | None) -> bool:
    """Whether two numbers are the same, however they are spaced and spelt."""
    return one is not None and other is not None and bare_number(one) == bare_number(other)


def bare_number(number: str) -> str:
    """A number without white space and accents."""
    return re.sub(r"\s+", "", fold(number))


def bare_title(title: str) -> str:
    """A law's title without accents, commas and capitals."""
    return " ".join(re.findall(r"\w+", fold(title)))


def cut_short(named: str, title: str) -> bool:
    """Whether a name is a law's title without its first words; both as `bare_title` gives them.

    Examples:
        >>> cut_short("dan chu o co so", "thuc hien dan chu o co so")
        True
    """
    missing = len(title.split()) - len(named.split())
    return title.endswith(f" {named}") and missing <= _MOST_CUT_WORDS and len(named.split()) >= _LEAST_TITLE_WORDS


def _by_number(name: DocumentName, where: Document, document: Document) -> Match | None:
    meta = document.meta
    if not same_number(name.number, meta.number) or _issuers(name, where, meta) is False:
        return None
    days = _days(meta)
    if name.date and days and name.date not in days:
        return Match(document, f"Cùng số nhưng khác ngày: chỗ viện dẫn ghi {vn_date(name.date)}, {_dated(meta)}.")
    # Numbers run anew with each local issuer; only a year in the number or the State's own bodies make one unique.
    unique = meta.tier is Tier.NATIONAL or bool(re.search(r"/\d{4}/", name.number or ""))
    if not unique and not name.date and not _issuers(name, where, meta):
        return Match(document, "Cùng loại và cùng số; chỗ viện dẫn không ghi ngày và cơ quan ban hành.")
    return Match(document)


def _unnumbered(name: DocumentName, where: Document, document: Document) -> Match | None:
    """A document whose source gives no number, of the same kind and issuer, dated within days."""
    meta = document.meta
    if meta.number or document is where or not name.date or not _issuers(name, where, meta):
        return None
    near = [day for day in _days(meta) if abs((day - name.date).days) <= NEAR_DAYS]
    if not near:
        return None
    said = f"chỗ viện dẫn ghi số {name.number}, ngày {vn_date(name.date)}"
    return Match(document, f"Cùng loại, cùng cơ quan ban hành; {said}; {_dated(meta)} và không ghi số.")


def _by_title(name: DocumentName, document: Document) -> Match | None:
    meta = document.meta
    if not meta.title or not name.title:
        return None
    named, title = bare_title(name.title), bare_title(meta.title)
    days = _days(meta)
    if name.year and days and name.year not in {day.year for day in days}:
        return None
    if name.date and days and name.date not in days:
        if named != title or name.date.year not in {day.year for day in days}:
            return None
        return Match(document, f"Cùng tên nhưng khác ngày: chỗ viện dẫn ghi {vn_date(name.date)}, {_dated(meta)}.")
    if named == title:
        return Match(document)
    if cut_short(named, title):
        noun = meta.kind.words
        return Match(
            document, f"Tên ghi không đủ: “{noun} {name.title}”; văn bản đang giữ tên là “{noun} {meta.title}”."
        )
    return None


def _issuers(name: DocumentName, where: Document, meta: Metadata) -> bool | None:
    """Whether the issuer named is the document's; None where one of them is not known."""
    full = issuer_in_full(name.issuer, where.meta)
    if full is None or meta.issuer is None:
        return None
    return fold(full) == fold(meta.issuer)


def _best(matches: Sequence[Match]) -> Match | None:
    """The certain one, else the first that is likely; of several that are certain none can be told."""
    certain = [match for match in matches if match.reason is None]
    if len(certain) > 1:
        return Match(certain[0].document, "Đang giữ nhiều văn bản cùng loại và cùng số.")
    return certain[0] if certain else next(iter(matches), None)


def _days(meta: Metadata) -> list[dt.date]:
    return [day for day in (meta.issued, meta.adopted, meta.signed) if day]


def _dated(meta: Metadata) -> str:
    said = {"ban hành": meta.issued, "thông qua": meta.adopted, "ký": meta.signed}
    days = ", ".join(f"{word} ngày {vn_date(day)}" for word, day in said.items() if day)
    return f"văn bản đang giữ {days}" if days else "văn bản đang giữ không ghi ngày"


def is_itself(name: DocumentName, document: Document) -> bool:
    """Whether a name is the number or title that a document gives itself in its head."""
    meta = document.meta
    if name.kind is not meta.kind:
        return False
    if name.number:
        return same_number(name.number, meta.number)
    return meta.kind is Kind.LAW and bool(
        name.title and meta.title and bare_title(name.title) == bare_title(meta.title)
    )
