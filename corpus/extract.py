"""What a document's own words say of it: number, dates, issuer, bases, signer.

`danchu corpus add` takes its metadata from here; `danchu corpus check` holds the metadata of the shipped documents
against it. What the words do not say stays None.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from corpus.document import Kind, LegalBasis, Tier
from corpus.provision import Level, Provision

_DATE = r"(?:ngày\s+)?(\d{1,2})\s*(?:/|-|\s+tháng\s+)\s*(\d{1,2})\s*(?:/|-|\s+năm\s+)\s*(\d{4})"
_NUMBER = r"\d+\s*/\s*(?:\d{4}\s*/\s*)?[A-ZĐ][A-ZĐa-z\d]*(?:\s*-\s*[A-ZĐ][A-ZĐa-z\d]*)*\d*"
_BODY = (
    r"(Hội đồng nhân dân|HĐND|Ủy ban nhân dân|Uỷ ban nhân dân|UBND)\s+"
    r"([Tt]ỉnh|[Tt]hành phố|TP\.?|[Hh]uyện|[Qq]uận|[Tt]hị xã|[Pp]hường|[Xx]ã|[Tt]hị trấn|[Đđ]ặc khu)\s+"
    r"([A-ZĐÀ-Ỹ][\wà-ỹ]*(?:\s+[A-ZĐÀ-Ỹ][\wà-ỹ]*)*)"
)
CENTRAL_CITIES = ("Hà Nội", "Hồ Chí Minh", "Hải Phòng", "Đà Nẵng", "Cần Thơ", "Huế")

_KINDS = (
    ("HIẾN PHÁP", Kind.CONSTITUTION),
    ("BỘ LUẬT", Kind.LAW),
    ("LUẬT", Kind.LAW),
    ("PHÁP LỆNH", Kind.ORDINANCE),
    ("NGHỊ QUYẾT", Kind.RESOLUTION),
    ("NGHỊ ĐỊNH", Kind.DECREE),
    ("QUYẾT ĐỊNH", Kind.DECISION),
    ("THÔNG TƯ", Kind.CIRCULAR),
    ("KẾ HOẠCH", Kind.PLAN),
    ("TỜ TRÌNH", Kind.SUBMISSION),
    ("CHỈ THỊ", Kind.OTHER),
    ("HƯỚNG DẪN", Kind.OTHER),
    ("QUY CHẾ", Kind.OTHER),
    ("QUY ĐỊNH", Kind.OTHER),
    ("BÁO CÁO", Kind.OTHER),
    ("CÔNG VĂN", Kind.OTHER),
)
_TITLE_ENDS = re.compile(
    r"(?:HỘI ĐỒNG NHÂN DÂN|ỦY BAN NHÂN DÂN|UỶ BAN NHÂN DÂN|QUỐC HỘI|CHÍNH PHỦ|THỦ TƯỚNG|BỘ TRƯỞNG|CHỦ TỊCH|KHÓA|KHOÁ|"
    r"Kính gửi|Căn cứ|Số\s*:|\(?Ban hành kèm)"
)
_NATIONAL = {
    "QUỐC HỘI": "Quốc hội",
    "ỦY BAN THƯỜNG VỤ QUỐC HỘI": "Ủy ban Thường vụ Quốc hội",
    "CHÍNH PHỦ": "Chính phủ",
    "THỦ TƯỚNG CHÍNH PHỦ": "Thủ tướng Chính phủ",
}


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the words say. None, or empty, where they say nothing."""

    kind: Kind | None
    number: str | None
    title: str | None
    issuer: str | None
    tier: Tier | None
    place: str | None
    session: str | None
    issued: dt.date | None
    adopted: dt.date | None
    signed: dt.date | None
    effective: dt.date | None
    year: int | None
    signer: str | None
    addressed_to: str | None
    draft: bool
    bases: tuple[LegalBasis, ...]


def extract(text: str, parts: tuple[Provision, ...]) -> Extracted:
    """Read what a canonical text says of itself.

    Args:
        text: the canonical text.
        parts: its provisions, as `corpus.parse.parse` reads them.
    """

    def words(level: Level) -> str:
        return "\n".join(text[p.start : p.end] for p in parts if p.level is level)

    head = words(Level.HEAD).split("\n")
    opening, closing = words(Level.OPENING), words(Level.CLOSING)
    kind, at = _kind(head)
    title = _title(head[at + 1 :], text) if kind else None
    bases = words(Level.BASES)
    issuer, tier, place = _issuer(head, opening, closing, bases, words(Level.SIGNATURE))
    adopted = _adopted(closing)
    year = re.search(r"năm (\d{4})\s*$", title or "") if kind is Kind.PLAN else None
    signed = re.search(r"(\d{4})-(\d\d)-(\d\d)T", words(Level.ATTESTATION))
    session = re.search(r"KH(?:ÓA|OÁ) [IVXLC]+, KỲ HỌP THỨ [\wÀ-Ỹ ]+", words(Level.HEAD))
    addressed = next((line[9:].strip(" :.") for line in head if line.startswith("Kính gửi")), None)
    return Extracted(
        kind=kind,
        number=_number(head),
        title=title,
        issuer=issuer,
        tier=tier,
        place=place,
        session=session[0].lower().replace(_roman_of(session[0]).lower(), _roman_of(session[0])) if session else None,
        issued=_issued(head),
        adopted=adopted,
        signed=dt.date(*map(int, signed.groups())) if signed else None,
        effective=_effective(text, closing, adopted),
        year=int(year[1]) if year else None,
        signer=_signer(words(Level.SIGNATURE)),
        addressed_to=addressed,
        draft=any("DỰ THẢO" in line.upper() for line in head),
        bases=tuple(
            _basis(basis)
            for p in parts
            if p.level is Level.BASES
            for c in p.children
            for basis in _named(text[c.start : c.end])
        ),
    )


def read_date(words: str) -> dt.date | None:
    """The first date in the words ("16/6/2025", "ngày 16 tháng 6 năm 2025"), or None.

    Examples:
        >>> read_date("Luật ngày 16 tháng 6 năm 2025"), read_date("Nghị định số 59/2023/NĐ-CP")
        (datetime.date(2025, 6, 16), None)
    """
    for match in re.finditer(_DATE, words):
        try:
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            continue
    return None


def read_number(words: str) -> str | None:
    """The first document number in the words, spaces taken out ("18 /NQ-HĐND" is "18/NQ-HĐND"), or None."""
    match = re.search(rf"(?<![\d/])({_NUMBER})|\b(\d+\s*-\s*[A-ZĐ]{{2}}/[A-ZĐ]{{2}})\b", words)
    return re.sub(r"\s+", "", match[0]) if match else None


def _kind(head: list[str]) -> tuple[Kind | None, int]:
    for i, line in enumerate(head):
        for words, kind in _KINDS:
            if line == words or (line.startswith(words + " ") and line.isupper() and kind is Kind.LAW):
                return kind, i
    return None, -1


def _title(lines: list[str], text: str) -> str | None:
    title: list[str] = []
    for line in lines:
        if _TITLE_ENDS.match(line):
            break
        title.append(line)
    words = " ".join(title)
    if not words:
        return None
    return _recase(words, text) if words.isupper() else words


def _recase(words: str, text: str) -> str:
    """Words in capitals as the rest of the text writes them; elsewhere small, with a capital first."""
    lower = words.lower()
    folded = text.lower()
    for start in (0, lower.find(" luật ") + 1):
        for match in re.finditer(re.escape(lower[start:]), folded):
            found = text[match.start() : match.end()]
            if not found.isupper():
                lower = lower[:start] + found
                break
    return lower[:1].upper() + lower[1:]


def _number(head: list[str]) -> str | None:
    line = next((line for line in head if re.match(r"(?:Luật )?[Ss]ố\s*:", line)), None)
    return read_number(line) if line else None


def _issued(head: list[str]) -> dt.date | None:
    line = next((line for line in head if re.search(r",\s*ngày\s", line) and len(line) < 90), None)
    return read_date(line) if line else None


def _issuer(
    head: list[str], opening: str, closing: str, bases: str, signature: str
) -> tuple[str | None, Tier | None, str | None]:
    """The issuing body, its tier, and the name of its place."""
    for line in head:
        if line in _NATIONAL:
            return _NATIONAL[line], Tier.NATIONAL, None
        if re.match(r"BỘ [A-ZĐÀ-Ỹ ]+$", line) and not line.startswith("BỘ LUẬT"):
            return line[:1] + line[1:].lower(), Tier.NATIONAL, None
    for line in head:
        match = re.match(
            r"(HỘI ĐỒNG|ỦY BAN|UỶ BAN) NHÂN DÂN (TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|PHƯỜNG|XÃ|THỊ TRẤN) (.+)", line
        )
        if match and line.isupper():
            return _body(f"{match[1]} nhân dân", match[2], match[3].title())
    adopting = re.search(r"được\s+" + _BODY, closing)
    acting = re.search(_BODY + r"\s+(?:kính trình|ban hành|xây dựng|trình)", opening + "\n" + bases)
    found = adopting or acting
    return _body(*found.groups()) if found else (None, None, None)


def _body(body: str, unit: str, place: str) -> tuple[str, Tier, str]:
    unit, place = unit.lower().replace("tp.", "thành phố").replace("tp", "thành phố"), place.strip()
    full = "Hội đồng nhân dân" if body.lower().startswith(("hội", "hđnd")) else "Ủy ban nhân dân"
    tiers = {"tỉnh": Tier.PROVINCE, "huyện": Tier.DISTRICT, "quận": Tier.DISTRICT, "thị xã": Tier.DISTRICT}
    tier = tiers.get(unit, Tier.WARD)
    if unit == "thành phố":
        tier = Tier.PROVINCE if place in CENTRAL_CITIES else Tier.DISTRICT
    return f"{full} {unit} {place}", tier, f"{unit[:1].upper()}{unit[1:]} {place}"


def _adopted(closing: str) -> dt.date | None:
    match = re.search(r"thông qua\s+" + _DATE, closing)
    return read_date(match[0]) if match else None


def _effective(text: str, closing: str, adopted: dt.date | None) -> dt.date | None:
    if re.search(r"có hiệu lực (?:thi hành )?(?:kể )?từ ngày (?:được )?thông qua", closing):
        return adopted
    own = re.search(
        r"(?:Luật|Nghị định|Nghị quyết|Quyết định|Thông tư|Pháp lệnh) này (?:có hiệu lực)(?: thi hành)?(?: kể)? từ "
        + _DATE,
        text,
    )
    return read_date(own[0]) if own else None


def _signer(signature: str) -> str | None:
    lines = [line for line in signature.split("\n") if line]
    if not lines or not re.fullmatch(r"(?:[A-ZĐÀ-Ỹ][\wà-ỹ]+\s?){2,6}", lines[-1]) or lines[-1].isupper():
        return None
    return lines[-1]


def _named(basis: str) -> list[str]:
    """The documents that one basis names: "Căn cứ A ngày …; B ngày …;" names two."""
    bare = re.sub(r"^(?:Căn cứ|Xét đề nghị của|Xét|Theo đề nghị của|Thực hiện|Trên cơ sở)\s+", "", basis.rstrip(" ;.,"))
    kinds = (
        r"(?:Luật|Bộ luật|Nghị (?:quyết|định)|Quyết định|Thông (?:tư|báo)|Tờ trình|Báo cáo|Chỉ thị|Kết luận|Pháp lệnh|"
        r"Hiến pháp)"
    )
    pieces = re.split(rf";\s+(?={kinds})", bare)
    found = []
    for piece in pieces:
        match = re.search(rf"{kinds}\s.*", piece, re.DOTALL)
        if match:
            found.append(re.split(r";\s", match[0])[0])
    return found


def _basis(words: str) -> LegalBasis:
    return LegalBasis(words, read_number(words), read_date(words))


def _roman_of(session: str) -> str:
    match = re.search(r"\b[IVXLC]+\b", session)
    return match[0] if match else ""
