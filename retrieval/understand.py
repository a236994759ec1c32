"""What a question says: its words written out, the places, documents and provisions it names, the fact it asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from corpus.document import Place
from corpus.mention import DocumentMention, ProvisionMention, find_documents, find_provisions
from corpus.places import PlaceMention, find_places, within
from corpus.text import fold
from index.normalise import syllables
from retrieval.question import MAX_QUESTION_CHARS, Question
from retrieval.words import law_words, names_own_field, write_out


class Fact(StrEnum):
    """The kind of fact that a question asks for, where its answer must state one."""

    SIGNER = "signer"
    FORCE = "force"
    ISSUED = "issued"
    BASIS = "basis"
    SHARE = "share"
    SUM = "sum"
    DAYS = "days"
    WHEN = "when"
    COUNT = "count"
    PERIOD = "period"
    NAME = "name"
    CONTACT = "contact"


_FACTS: tuple[tuple[Fact, tuple[str, ...]], ...] = (
    (Fact.SIGNER, ("ai (?:la nguoi )?ky", "nguoi ky", "ky boi ai", "do ai ky", "ai dung ten ky", "chu ky cua ai")),
    (
        Fact.FORCE,
        (
            "hieu luc (?:tu|khi|bao gio|ke tu|luc|ngay|chua)",
            "(?:khi nao|bao gio|luc nao|tu ngay nao) (?:thi )?(?:co )?hieu luc",
            "co hieu luc",
            "(?:khi nao|bao gio|luc nao|ngay nao).{0,30}thong qua",
            "thong qua (?:ngay|khi|luc|bao gio|vao)",
            "ngay thong qua",
            "ap dung tu (?:khi|ngay|luc|bao)",
        ),
    ),
    (
        Fact.BASIS,
        (
            "(?:can cu|dua (?:vao|tren)|co so phap ly).{0,40}(?:luat|nghi dinh|van ban|nao|gi|dau)",
            "phan can cu",
            "can cu (?:phap ly|ban hanh)",
        ),
    ),
    (
        Fact.ISSUED,
        (
            "ban hanh (?:vao |tu )?(?:ngay|khi|luc|nam|thang) (?:nao|may)",
            "ngay ban hanh|so hieu|(?:mang )?so may",
        ),
    ),
    (
        Fact.CONTACT,
        (
            "so dien thoai|dien thoai so|hotline|duong day nong",
            "so may (?:ban|dien thoai|cua (?:ong|ba|can bo|chu tich))",
            "dia chi (?:nha|tru so|email|cu the|o dau|la gi|nao)",
            "(?:e?mail|hom thu|thu dien tu|zalo|facebook|fanpage|website|trang web)"
            ".{0,50}(?:dia chi|la gi|la bao nhieu)",
            "email cua",
        ),
    ),
    (
        Fact.NAME,
        (
            "(?:ho )?ten (?:cua )?(?:nguoi|ong|ba|chu tich|pho chu tich|bi thu|truong|to truong|nguoi dung dau|can bo)",
            "ai (?:dang )?(?:la|lam) (?:chu tich|pho chu tich|bi thu|truong|to truong)",
            "ten la gi|ten gi",
            "(?:chu tich|truong ban|bi thu|truong phong|to truong|giam doc).{0,50} la ai",
        ),
    ),
    (Fact.SHARE, ("(?:bao nhieu|may) (?:phan tram|%)", "bao nhieu %", "dat may phan")),
    (
        Fact.SUM,
        (
            "(?:bao nhieu|may) (?:tien|dong|trieu|ty)",
            "(?:phat|luong|thuong|ho tro|phu cap|chi|boi duong) bao nhieu",
            "(?:luong|phu cap|thu lao).{0,60}bao nhieu",
            r"bao nhieu.{0,20}(?:mot|1|/)\s?(?:thang|nguoi|lan)",
        ),
    ),
    (
        Fact.PERIOD,
        (
            "(?:bao lau|(?:may|bao nhieu) (?:thang|nam|quy|tuan|ngay)).{0,60}(?:mot|1) lan",
            "(?:bao nhieu|may) lan",
        ),
    ),
    (
        Fact.DAYS,
        (
            "(?:bao nhieu|may|trong vong may|trong may) (?:ngay|gio|tuan|thang|nam)(?! nao)",
            "(?:trong )?bao lau",
        ),
    ),
    (
        Fact.WHEN,
        (
            "khi nao(?! thi)|luc nao|ngay nao|bao gio|thang may|thang nao|ngay may|truoc ngay|han nop|han chot",
            "thu may|lich tiep",
        ),
    ),
    (
        Fact.COUNT,
        (
            "(?:bao nhieu|may) (?:nguoi|thanh vien|ho|cuoc|lop|don|to|can bo|thanh phan|dai bieu|uy vien|buoi|diem|"
            "mo hinh|may tinh|bien che|cay so|trang|tuoi|nhiem ky|phieu|chu ky|met)",
        ),
    ),
)

_FACT_PATTERNS = [(fact, re.compile(rf"(?<!\w)(?:{'|'.join(words)})")) for fact, words in _FACTS]

_NOUNS: tuple[tuple[Fact, str], ...] = (
    (Fact.SHARE, "t[yi] le"),
    (Fact.SUM, "muc (?:tien |tien phat|phat|chi|thuong|luong|ho tro|phu cap|dong gop)"),
    (Fact.DAYS, "thoi han"),
    (Fact.WHEN, "dinh ky"),
)
"""Nouns for a fact; they ask for it where nothing else is asked ("chủ trương gì về mức chi" asks for no sum)."""
_NOUN_PATTERNS = [(fact, re.compile(rf"(?<!\w)(?:{noun})")) for fact, noun in _NOUNS]
_OTHER_ASKED = re.compile(r"(?<!la )(?<!\w)(?:gi|nao|ai|dau)(?!\w)|(?<!\w)co(?!\w).*(?<!\w)(?:khong|chua)(?!\w)")
"""Another thing that a question asks for than the fact of a noun; not "thế nào", "là gì"."""
_SEVERAL = re.compile(r"(?<!\w)may (?:\w+ ){1,2}(?:nay|do|ay|kia)(?!\w)")
""" "Mấy lớp này": several, not how many."""
_UNIT = re.compile(r"(?<!\w)(?:bao nhieu|may) (\w+(?: (?:vien|phan|bieu|hinh|che|so|ky|tinh|bo))?)")
_PERSONS = r"nguoi|thanh vien|uy vien|dai bieu|can bo|cu tri|ho|phieu"
"""Units that stand for each other, and of which a clause may state a part ("hai phần ba số cử tri")."""
_NUMERAL = r"(?:\d+|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi)"

STATED: dict[Fact, re.Pattern[str]] = {
    Fact.SHARE: re.compile(r"\d\s*%|phan tram"),
    Fact.SUM: re.compile(r"\d[\d.,]*\s*(?:dong|trieu|ty)\b|muc luong co so"),
    # "02 (hai) ngày làm việc"; not "tháng 6 năm 2025".
    Fact.DAYS: re.compile(
        r"\d+\s*(?:\([^)]{1,20}\)\s*)?(?:(?:ngay|gio|tuan)\b|(?:thang|nam)\b(?!\s*\d))|nam\s+mot\s+lan"
    ),
    Fact.WHEN: re.compile(
        r"\d{1,2}/\d{1,2}|ngay\s+\d|thang\s+\d|\d+\s*(?:thang|ngay|nam)\b|h[aà]ng (?:nam|quy|thang|ngay)|dinh ky|"
        r"thuong xuyen|moi nam|sau khi|truoc khi|den khi|kip thoi"
    ),
    Fact.CONTACT: re.compile(r"\d{3,4}[ .]?\d{3}[ .]?\d{3}|@"),
    Fact.NAME: re.compile(r"chu tich\n"),
    Fact.PERIOD: re.compile(
        r"(?:hang|moi) (?:nam|quy|thang|tuan|ngay)|dinh ky|\d+\s*(?:lan|thang|nam)\b|(?:mot|hai) lan"
    ),
    Fact.COUNT: re.compile(
        r"\d+\s*(?:nguoi|thanh vien|ho|uy vien|dai bieu|cuoc|lan|buoi|thang|diem|mo hinh|tuoi|phieu|nhiem ky|trang)\b|"
        r"(?:hang|moi) (?:quy|thang|nam)|\d\s*%\s*(?:so )?(?:ho|cu tri|dai dien)"
    ),
}
"""What a clause must hold, in letters without accents, to state the fact asked for."""

STOP = frozenset(
    """ai anh bà bác bạn bị bên biết cái các cách cần câu cậu chả chắc chăng chi chỉ cho chứ chưa chị có còn của cùng
    cũng cứ dạ dám do dù đã đang đâu đấy để đến đi đó được em gì giờ giúp ha hả hay hay hãy hết hiện hoặc hỏi hơn khi
    không kiểu là lại làm lắm lên lời lúc luôn mà mấy mình mỗi một muốn nào này nay nên nếu nhé nhỉ nhiều như nhưng
    những nói nữa ở ơi ông phải qua quá quy định ra rằng rất rõ rồi sao sẽ tại tao thấy theo thế thì thôi tôi tới
    trả trên trong từ tui và vào vẫn vậy vầy về vì với xem xin à ạ ừ việc ngta""".split()
)
"""Syllables that carry no matter of their own in a question."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question as search sees it. Nothing of it is quoted; `shown` is what the asker reads ("Tìm theo: …")."""

    text: str
    """The asker's words, cleaned, abbreviations written out."""
    searched: str
    """`text` without place names, with the law's words for lay words added."""
    shown: str
    content: tuple[str, ...]
    """The syllables that carry matter; places, numbers of provisions and filler left out."""
    added: tuple[str, ...]
    """The law's words for the asker's lay words."""
    places: tuple[PlaceMention, ...]
    provisions: tuple[ProvisionMention, ...]
    documents: tuple[DocumentMention, ...]
    fact: Fact | None
    unit: str | None = None
    """What is counted where a number is asked for ("thành viên"), in letters without accents."""
    next_question: str | None = None
    context: tuple[str, ...] = ()
    """The same as `content`, of the earlier question that a follow-up carries on; it counts for less."""
    context_searched: str = ""
    """The same as `searched`, of that earlier question."""

    @property
    def held_places(self) -> tuple[Place, ...]:
        """The places named that documents are held of, each once."""
        return tuple(dict.fromkeys(mention.place for mention in self.places if mention.place))

    @property
    def unknown_places(self) -> tuple[str, ...]:
        """The places named that no document is held of."""
        return tuple(mention.words for mention in self.places if mention.place is None)


_ADDRESS = re.compile(r"[\s,;(/-]*(?:thuoc |cua |o |tai )?\s*")


def compared(asked: Understanding) -> tuple[Place, ...]:
    """The places that a question is about: of "phường Thạch Khôi, Hải Phòng", which is an address, only the ward."""
    outer = {
        other.place
        for one in asked.places
        for other in asked.places
        if one.place and other.place and within(one.place, other.place) and _address(asked.text, one, other)
    }
    inner = tuple(place for place in asked.held_places if place not in outer)
    return inner if len(inner) == 1 else asked.held_places


def _address(text: str, inner: PlaceMention, outer: PlaceMention) -> bool:
    """Whether two places are written as an address is: the smaller first, hardly anything between them."""
    return inner.end <= outer.start and bool(_ADDRESS.fullmatch(fold(text[inner.end : outer.start])))


def clean(text: str) -> str:
    """The text in Unicode form C, without control characters, white space single."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    kept = (char if unicodedata.category(char)[0] != "C" else " " for char in text)
    return " ".join("".join(kept).split())


def unreadable(text: str) -> bool:
    """Whether a text that is not empty holds hardly any letters: emoji, binary, punctuation."""
    letters = sum(char.isalpha() for char in text)
    return letters < 2 or letters < 0.3 * len(text.replace(" ", ""))


def too_long(text: str) -> bool:
    """Whether a text is longer than a question can be."""
    return len(text) > MAX_QUESTION_CHARS


def understand(
    question: Question,
    held: Sequence[Place],
    knows: Callable[[Sequence[str]], float] = lambda _: 1.0,
    accented: Callable[[str], str] = lambda text: text,
) -> Understanding:
    """Read a question.

    Args:
        question: the person's words, with what came before.
        held: the places that documents are held of.
        knows: the share of some syllables' weight that the corpus knows, 0 to 1; a short question of foreign words
            is no follow-up.
        accented: reads a text typed without accents (`retrieval.accents`); gives others back as they are.
    """
    first, following = _split(clean(question.text))
    here = _read(first, held, following, accented)
    previous: list[Understanding] = []
    for text in question.previous:
        if text.strip():
            earlier = _read(clean(text), held, None, accented)
            previous.append(_follow(earlier, previous, knows) if previous else earlier)
    if previous:
        here = _follow(here, previous, knows)
    if question.place and not here.places:
        given = find_places(clean(question.place), held) or [PlaceMention(clean(question.place), 0, 0, None)]
        here = replace(here, places=tuple(given))
    return here


def _read(text: str, held: Sequence[Place], following: str | None, accented: Callable[[str], str]) -> Understanding:
    long = write_out(text)
    guess = accented(long)
    places = tuple(find_places(long, held))
    provisions = tuple(find_provisions(long))
    documents = tuple(find_documents(long))
    bare = _without(guess, [(mention.start, mention.end) for mention in places])
    entries = law_words(guess)
    added = list(dict.fromkeys(entry.law for entry in entries))
    spans = [(m.start, m.end) for m in places] + [(m.start, m.end) for m in provisions]
    content = tuple(dict.fromkeys(s for s in syllables(_without(guess, spans)) if s not in STOP))
    shown = "; ".join(([guess] if guess.lower() != text.lower() else []) + added)
    return Understanding(
        text=guess,
        searched=" ".join([bare, *added]),
        shown=shown,
        content=content,
        added=tuple(added),
        places=places,
        provisions=provisions,
        documents=documents,
        fact=fact_asked(long),
        unit=unit_asked(long),
        next_question=following,
    )


def fact_asked(text: str) -> Fact | None:
    """The kind of fact that a question asks for, or None."""
    folded = " ".join(_SEVERAL.sub(" ", fold(text)).split())
    for fact, pattern in _FACT_PATTERNS:
        match = pattern.search(folded)
        if match and not _is_of_something_else(fact, folded, match):
            return fact
    for fact, pattern in _NOUN_PATTERNS:
        match = pattern.search(folded)
        # What follows the noun at once belongs to it: "mức phạt nào".
        if match and not _OTHER_ASKED.search(folded[: match.start()] + " " + folded[match.end() + 12 :]):
            return fact
    return None


def unit_asked(text: str) -> str | None:
    """What is counted where a question asks for a number of it, or None."""
    match = _UNIT.search(" ".join(fold(text).split()))
    return match[1] if match else None


def _is_of_something_else(fact: Fact, folded: str, match: re.Match[str]) -> bool:
    """Whether a pattern does not mean the fact: "mấy" for several, the number or bases of another paper."""
    if match[0].startswith("may ") and fact in (Fact.COUNT, Fact.SUM, Fact.DAYS, Fact.WHEN):
        return bool(_OTHER_ASKED.search(folded[match.end() :]))
    if fact is Fact.ISSUED:
        before = folded[max(0, match.start() - 40) : match.start()]
        return bool(re.search(r"(?<!\w)(?:theo|vien dan|dan chieu|can cu|thuc hien|luat)(?!\w)", before))
    return fact is Fact.BASIS and bool(re.search(r"(?<!\w)(?:quy che|huong uoc|quy uoc)(?!\w)", folded))


def states(fact: Fact, words: str, unit: str | None = None) -> bool:
    """Whether a clause states a fact of the kind asked for; of a count, whether it counts that unit."""
    pattern = STATED.get(fact)
    if pattern is None:
        return True
    folded = fold(words)
    if fact is Fact.COUNT and unit:
        units = _PERSONS if re.fullmatch(_PERSONS, unit) else re.escape(unit)
        counted = rf"(?<!\w){_NUMERAL} (?:\([^)]{{1,20}}\) )?(?:\w+ )?(?:{units})(?!\w)"
        part = r"|phan (?:hai|ba|tram)|qua nua|qua ban" if units == _PERSONS else ""
        return bool(re.search(counted + part, " ".join(folded.split())))
    return bool(pattern.search(folded))


def _split(text: str) -> tuple[str, str | None]:
    """The first question of a message, and the second where there are two."""
    parts = [part.strip() for part in re.findall(r"[^?]+\?*", text) if part.strip(" ?")]
    if len(parts) < 2 or not parts[0].endswith("?"):
        return text, None
    if len(parts[0].split()) < 4 or len(parts[1].split()) < 4:
        return text, None
    return parts[0], parts[1]


_OPENER = re.compile(
    r"(?:con|the con|vay con|the|vay|nhu vay|rieng|o do|cho do|cai do|viec do|con neu|a the|uh the|ok)\b"
)
_ASKS = re.compile(r"\?|\b(?:ai|gi|nao|sao|dau|may|bao nhieu|khong|the nao|bao gio|chua)\b")


_FOREIGN = 0.4
"""Below this share of known matter, a question in a conversation stands alone."""


def _follow(
    here: Understanding, previous: Sequence[Understanding], knows: Callable[[Sequence[str]], float]
) -> Understanding:
    """A question in a conversation: what it leaves open is taken from what came before.

    A place holds until another is named. The matter is carried on where the question opens like a follow-up, says
    little, or only gives a place.
    """
    last = next((earlier for earlier in reversed(previous) if earlier.content), previous[-1])
    folded = fold(here.text)
    opener = bool(_OPENER.match(folded))
    if here.content and not opener and knows(here.content) < _FOREIGN and not names_own_field(here.text):
        return here
    place = next((earlier.places for earlier in reversed(previous) if earlier.places), ())
    if not here.places and not here.documents:
        here = replace(here, places=place, documents=())
    if here.documents and here.provisions:
        return here
    if here.content and (len(here.content) > (6 if opener else 4) or (here.provisions and not opener)):
        return here
    if here.places and here.content and not _ASKS.search(folded):
        here = replace(here, content=(), searched="", added=())
    shown = "; ".join(part for part in (last.text, here.shown) if part)
    if not here.content:
        return replace(
            here,
            searched=last.searched,
            shown=shown,
            content=last.content,
            added=last.added,
            provisions=here.provisions or last.provisions,
            fact=here.fact or last.fact,
            unit=here.unit if here.fact else last.unit,
            context=last.context,
            context_searched=last.context_searched,
        )
    asks = here.fact or _OTHER_ASKED.search(folded)
    return replace(
        here,
        shown=shown,
        fact=here.fact if asks else last.fact,
        unit=here.unit if asks else last.unit,
        context=(*last.content, *(syllable for words in last.added for syllable in syllables(words))),
        context_searched=last.searched,
    )


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return " ".join(text.split())
