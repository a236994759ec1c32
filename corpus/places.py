"""Places named in a text: those that documents are held of, and others that can be told to be places.

Provinces are those of the two lists of 2025: the 63 before 1 July 2025 and the 34 after (Resolution 202/2025/QH15).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from corpus.document import Document, Place
from corpus.text import fold
from corpus.units import units as table

_PROVINCES = """An Giang|Bà Rịa - Vũng Tàu|Bà Rịa Vũng Tàu|Vũng Tàu|Bạc Liêu|Bắc Giang|Bắc Kạn|Bắc Ninh|Bến Tre|
Bình Dương|Bình Định|Bình Phước|Bình Thuận|Cà Mau|Cao Bằng|Cần Thơ|Đà Nẵng|Đắk Lắk|Đắk Nông|Điện Biên|Đồng Nai|
Đồng Tháp|Gia Lai|Hà Giang|Hà Nam|Hà Nội|Hà Tĩnh|Hải Dương|Hải Phòng|Hậu Giang|Hòa Bình|Hồ Chí Minh|Sài Gòn|Huế|
Thừa Thiên Huế|Hưng Yên|Khánh Hòa|Kiên Giang|Kon Tum|Lai Châu|Lạng Sơn|Lào Cai|Lâm Đồng|Long An|Nam Định|Nghệ An|
Ninh Bình|Ninh Thuận|Phú Thọ|Phú Yên|Quảng Bình|Quảng Nam|Quảng Ngãi|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La|Tây Ninh|
Thái Bình|Thái Nguyên|Thanh Hóa|Tiền Giang|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|Yên Bái|Hạ Long|Nha Trang|Đà Lạt|
Thủ Đức|Biên Hòa|Phú Quốc"""

PROVINCES = tuple(name.strip() for name in _PROVINCES.replace("\n", "").split("|"))
"""Provinces and central cities, before and after 1 July 2025, and some large cities that people name alone."""

_UNITS = r"(?:tinh|thanh pho|tp\.?|thi xa|tx\.?|thi tran|tt\.?|quan|q\.?|huyen|h\.?|phuong|p\.?|xa|x\.?|dac khu)"
# A word that begins with a capital: no letter that is small comes first.
_CAPITAL = r"(?=[^\W\d_])(?![a-zà-öø-ÿăđĩũơưạ-ỹ])\w+"
_NAME = rf"{_CAPITAL}(?:\s+{_CAPITAL}){{0,3}}"
# A number that is a name ("Phường 5"), not one that counts ("ở xã 5 ngày").
_COUNTED = (
    "ngày|lần|tháng|năm|người|đồng|nơi|nội dung|hình thức|văn bản|cách|việc|bước|điều|khoản|xã|phường|hộ|cuộc|phần|"
    "ngay|lan|thang|nam|nguoi|noi|noi dung|hinh thuc|van ban|cach|viec|buoc|dieu|khoan|xa|phuong|ho"
)
_NUMBER = rf"\d{{1,2}}(?!\s*[/%.]|\w|\s+(?:{_COUNTED})\b)"
_UNIT_WORDS = r"(?:[Tt]ỉnh|[Tt]hành phố|TP\.?|[Tt]hị xã|[Tt]hị trấn|[Qq]uận|[Hh]uyện|[Pp]hường|[Xx]ã|[Đđ]ặc khu)"


_INITIALS_AFTER = {
    "Phường": "phuong|p",
    "Xã": "xa|x",
    "Quận": "quan|q",
    "Huyện": "huyen|h",
    "Thành phố": "thanh pho|tp",
    "Tỉnh": "tinh",
    "Thị xã": "thi xa|tx",
}
"""The words for each kind of unit after which its initials can be nothing else."""


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text. `place` is None where no document of it is held."""

    words: str
    start: int
    end: int
    place: Place | None


def bare_name(place: Place) -> str:
    """A place's name without its unit word: "Phường Thạch Khôi" is "Thạch Khôi"."""
    return re.sub(r"^(?:Thành phố|Tỉnh|Thị xã|Thị trấn|Quận|Huyện|Phường|Xã|Đặc khu)\s+", "", place.name)


def find_places(text: str, held: Iterable[Place]) -> list[PlaceMention]:
    """Find the places that a text names, in order.

    Args:
        text: composed (NFC) text, with or without accents.
        held: the places that documents are held of.
    """
    folded = fold(text)
    one_line = " ".join(folded.split())
    found: list[PlaceMention] = []

    def take(start: int, end: int, place: Place | None) -> None:
        if all(end <= mention.start or start >= mention.end for mention in found):
            found.append(PlaceMention(text[start:end], start, end, place))

    names: list[tuple[str, Place | None]] = [(bare_name(place), place) for place in held]
    for name, place in [*names, *((province, None) for province in PROVINCES if _named_in(province, one_line))]:
        for match in _pattern(name).finditer(folded):
            if _spelled(text[match.start(1) : match.end(1)], name):
                take(*match.span(), place)
    for match in re.finditer(rf"(?<!\w){_UNIT_WORDS}\s+({_NAME}(?:\s+{_NUMBER})?|{_NUMBER})", text):
        if fold(match[1]) not in _NOT_NAMES:
            take(*match.span(), None)
    for match in re.finditer(rf"(?<!\w)(?<!co )(?<!dia )({_UNITS})\s*(?=(?<!\w)\w)", folded):
        for end in _ends(folded, match.end()):
            words = text[match.end() : end]
            if any(_bears(match[1], kinds) and _spelled(words, name) for name, kinds in units(fold(words))):
                take(match.start(), end, None)
                break
    for start, end in _large(folded):
        words = text[start:end]
        if _stands_alone(text, start, end) and any(_spelled(words, name) for name, _ in units(folded[start:end])):
            take(start, end, None)
    return sorted(found, key=lambda mention: mention.start)


def _large(folded: str) -> Iterator[tuple[int, int]]:
    """Where names of cities, towns and districts stand without their unit word; the longest of those that overlap."""
    syllables = [match.span() for match in re.finditer(r"\w+", folded)]
    districts, past = table().districts, 0
    for at, (start, _) in enumerate(syllables):
        if start < past:
            continue
        for _, end in reversed(syllables[at + 1 : at + 5]):
            plain = " ".join(folded[start:end].split())
            if plain in districts and plain not in _MORE_OFTEN_WORDS:
                past = end
                yield start, end
                break


_BEHIND = re.compile(
    r"^(?:(?:thế |vậy |the |vay )?(?:còn|con) )?$|"
    r"(?<!\w)(?:ở|tại|bên|quê|o|tai|ben|que)(?:\s+(?:tôi|em|mình|toi|em|minh))?\s+$",
    re.IGNORECASE,
)
"""What tells that a name is one of a place: a word, or that the question begins with it."""


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a name is a place though no unit word says so: behind "ở", in capitals, or of three syllables."""
    words = text[start:end]
    if _BEHIND.search(text[:start]) and words not in _WORDS_WITHOUT_ACCENTS:
        return True
    if words.istitle() and not text.isupper():
        return not re.search(rf"(?<!\w){_CAPITAL}\s+$", text[:start]) and not re.match(rf"\s+{_CAPITAL}", text[end:])
    return not words.isascii() and len(words.split()) > 2


def write_out_initials(text: str, held: Iterable[Place]) -> str:
    """Write the initials of held places out, where a word for a place of their kind, "ở", "tại" or "bên" stands before.

    Examples:
        >>> write_out_initials("tiền ở kb lấy đâu ra", [Place("Huyện Kim Bảng", "Tỉnh Hà Nam")])
        'tiền ở Kim Bảng lấy đâu ra'
    """
    for place in held:
        name = bare_name(place)
        unit = _INITIALS_AFTER.get(place.name.removesuffix(name).strip())
        initials = "".join(word[0] for word in fold(name).split())
        if unit is None or len(initials) < 2:
            continue
        folded = fold(text)
        alone = "" if initials in _SHORT_WORDS else "|o|tai|ben"
        for match in reversed(list(re.finditer(rf"(?<!\w)(?:{unit}{alone})\.?\s+({initials})(?!\w)", folded))):
            text = f"{text[: match.start(1)]}{fold(name).title() if text.isascii() else name}{text[match.end(1) :]}"
    return text


_SHORT_WORDS = frozenset(("nq", "tt", "hd", "pl", "vb"))
"""Initials that are more often abbreviations of other words."""


def _ends(text: str, start: int) -> list[int]:
    """Where the second, third and fourth word from a place end, the longest first."""
    found = re.compile(r"\w+\s+\w+(?:\s+\w+)?(?:\s+\w+)?").match(text, start)
    if found is None:
        return []
    ends = [word.end() + start for word in re.finditer(r"\w+", text[start : found.end()])]
    return ends[:0:-1]


def units(plain: str) -> tuple[tuple[str, str], ...]:
    """The units of a name of two and more syllables, by its plain letters: names, each with the kinds that bear it."""
    plain = " ".join(plain.split())
    if " " not in plain or plain in _MORE_OFTEN_WORDS:
        return ()
    return tuple((name, fold(", ".join(kinds))) for name, kinds in table().spellings(plain))


def _named_in(name: str, line: str) -> bool:
    plain = _plain_name(name)
    return plain in line or plain.replace(" ", "") in line


@cache
def _plain_name(name: str) -> str:
    return fold(name)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A name in letters without accents, with or without its unit word."""
    letters = re.escape(fold(name)).replace(r"\ ", r"\s*")
    return re.compile(rf"(?<!\w)(?:{_UNITS}\s*)?(?<!\w)({letters})(?!\w)")


def _bears(unit: str, kinds: str) -> bool:
    """Whether a unit of this name is of the kind typed ("q.", "tp"); a city or town may be typed as either."""
    kind = _SHORT_UNITS.get(unit.rstrip("."), unit)
    if kind in ("thanh pho", "thi xa"):
        return "thanh pho" in kinds or "thi xa" in kinds
    return kind in kinds.split(", ")


_SHORT_UNITS = {
    "tp": "thanh pho",
    "tx": "thi xa",
    "tt": "thi tran",
    "q": "quan",
    "h": "huyen",
    "p": "phuong",
    "x": "xa",
}
_MORE_OFTEN_WORDS = frozenset(
    "hoi an|thong nhat|dan chu|dan quyen|doan ket|tien bo|tu lap|van hoa|quyet thang|tan tien|hoa binh|quang minh|"
    "thanh tra|dong tam|thanh cong|hop nhat|dan tien|hoi thuong|co noi|co bi|dong thoi|can co|con co|tien thuy|"
    "tien dien|la gi|hoi hop|chi dao".split("|")
)
"""Names that behind a unit word are more often ordinary words ("xã hội an toàn", "phường thống nhất")."""


_WORDS_WITHOUT_ACCENTS = frozenset(
    "van ban|dan phuong|tan thanh|dien ban|cho moi|can duoc|tu ky|co to|co do|tra cu|van lam|nam can|an thi|"
    "vu ban".split("|")
)
"""Names of districts that without accents and unit word are more often ordinary words ("ở văn bản")."""


_NOT_NAMES = frozenset(("hoi", "dang", "nha", "mat tran", "uy", "ban", "luat"))
"""Words that stand after a unit word in capitals without being its name."""


def _spelled(words: str, name: str) -> bool:
    """Whether words may be this name: typed without accents, or with the right ones."""
    bare = " ".join(words.split()).lower()
    return bare.isascii() or bare == name.lower() or bare == _other_spelling(name.lower())


def _other_spelling(name: str) -> str:
    return name.replace("hòa", "hoà").replace("hóa", "hoá")


def places_of(documents: Iterable[Document]) -> list[Place]:
    """The places that documents are held of, each once, longest name first."""
    found = {document.meta.place.name: document.meta.place for document in documents if document.meta.place}
    return sorted(found.values(), key=lambda place: -len(place.name))


def within(inner: Place, outer: Place) -> bool:
    """Whether a place lies in a province or central city (by today's map)."""
    return inner != outer and inner.province == outer.name
