"""Names of persons in what people type: "Tôi là Nguyễn Văn An", "toi ten la tran thi b", "bà Lê Thị Hoa tổ 5".

A few sure rules, and no model. A name is taken for one where a family name stands

- before given names in capitals ("Trần Hoàng Nam", "NGUYỄN VĂN AN");
- before *văn* or *thị* and a given name, in any case and without accents ("tran thi b");
- before two usual given names, in any case ("phạm minh đức");

and, with less asked of its words, behind an introduction ("tên tôi là", "em là", "họ tên:") or a title ("bà", "ông").
Names of places and streets are told from them by the table of all units (`corpus.places`) and by the word before:
"đường Nguyễn Trãi", "ở Võ Văn Kiệt", "phường Lê Lợi". A person who is called like a unit is masked only behind an
introduction, "ông" or "bà". A given name alone ("anh Nam nhà bên") names nobody and stays. What is missed: names in
small letters without *văn* or *thị* in the middle of a sentence, above all without accents ("truong my lan hoi").

500 characters take about half a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.feedback.name_words import (
    ALL_TITLES,
    COMPOUNDS,
    CROPS,
    ENDS_NAME,
    FORMAL_TITLES,
    GIVEN,
    GOES_ON,
    NEXT_MATTER,
    NO_GIVEN,
    NOT_BEFORE_VAN,
    NUMBERED,
    OFFICES,
    ORDINARY,
    OTHER,
    PARTS,
    PHRASES,
    PLACE_WORDS,
    PLAIN_AFTER_TITLE,
    PLAIN_ALL,
    PLAIN_GIVEN,
    PLAIN_ORDINARY,
    PLAIN_PARTS,
    PLAIN_SECOND,
    PLAIN_SURE,
    PLAIN_SURNAMES,
    PLAIN_VAN,
    SMALL_SURNAMES,
    SURE,
    SURNAMES,
    TITLES,
    UNIT_WORDS,
)
from corpus.places import PROVINCES, units
from corpus.text import fold

NAME_MASK = "[tên người]"

LONGEST_NAME = 5
"""The most syllables of one name."""


class _Introduction(StrEnum):
    """How sure an introduction makes that a person's name comes."""

    NAMED = "tên tôi là"
    """A given name alone is a person's too, and so is a name that is a unit's."""
    SIGNED = "họ tên"
    """As before, but for a given name alone."""
    CALLED = "đồng chí"
    """A name that is a unit's is a person's."""
    AM = "tôi là"
    """A given name alone is a person's where it is in capitals."""
    THING = "tên là"
    """Things have names as well."""


_INTRODUCTIONS = {
    **{
        tuple(form.replace("_", who).split()): kind
        for who in ("tôi", "em", "mình", "cháu", "tui")
        for form, kind in (
            ("tên _ là", _Introduction.NAMED),
            ("_ tên là", _Introduction.NAMED),
            ("_ tên", _Introduction.NAMED),
            ("tên của _ là", _Introduction.NAMED),
            ("tên _", _Introduction.SIGNED),
            ("_ là", _Introduction.AM),
        )
    },
    **{tuple(form.split()): _Introduction.SIGNED for form in ("họ tên", "họ và tên", "họ tên là", "ký tên")},
    **{
        tuple(form.split()): _Introduction.CALLED
        for form in (
            *("đồng chí", "công dân", "người gửi", "người viết", "người hỏi"),
            *("người làm đơn", "người khiếu nại", "người tố cáo", "người phản ánh", "người kiến nghị"),
        )
    },
    ("con", "là"): _Introduction.AM,
    ("tên", "là"): _Introduction.THING,
}
_LONGEST_INTRODUCTION = max(map(len, _INTRODUCTIONS))
_LAST_WORDS = frozenset(word for words in _INTRODUCTIONS for word in (words[-1], fold(words[-1])))
_INTRODUCTIONS |= {tuple(map(fold, words)): kind for words, kind in _INTRODUCTIONS.items()}
_TOKEN = re.compile(r"[^\W_]+")
_BEHIND_INTRODUCTION = re.compile(r"[\s:;,.\"“(–-]{1,4}")
_OTHER_PLACES = {fold(name): (name,) for name in (*PROVINCES, "Việt Nam", "Tô Lịch", "Phan Xi Păng", "Hoàng Liên Sơn")}
_LONGEST_PLACE = 4
_BEFORE_GIVEN = ("văn", "thị", "van", "thi")


class _Token(NamedTuple):
    start: int
    end: int
    low: str
    title: bool
    upper: bool
    joined: bool
    """Whether nothing but blanks stands between it and the word before."""


def find_names(text: str, known: Collection[str] = ()) -> list[tuple[int, int]]:
    """Spans of persons' names in a text, in order; none touches another.

    Args:
        text: composed (NFC).
        known: names found before in the same conversation (`plain_names`), taken wherever they stand.
    """
    tokens = _tokens(text)
    wanted = {tuple(name.split()) for name in known}
    found: list[tuple[int, int]] = []
    i = floor = 0  # what stands before the floor is a name already, and no context for the next
    while i < len(tokens):
        size = _known(tokens, i, wanted) or _name(text, tokens, i, floor)
        if size:
            found.append((tokens[i].start, tokens[i + size - 1].end))
            floor = i + size
        i += size or 1
    return found


def plain_names(text: str) -> tuple[str, ...]:
    """The names in a text as `find_names` takes them again: small letters without accents, two words and more."""
    names = (fold(" ".join(text[start:end].split())) for start, end in find_names(text))
    return tuple(dict.fromkeys(name for name in names if " " in name))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        gap = text[last : match.start()]
        tokens.append(
            _Token(
                match.start(),
                match.end(),
                word.lower(),
                word[0].isupper() and (len(word) == 1 or word[1:].islower()),
                len(word) > 1 and word.isupper(),
                bool(gap) and "\n" not in gap and gap.isspace(),
            )
        )
        last = match.end()
    return tokens


def _known(tokens: list[_Token], i: int, wanted: set[tuple[str, ...]]) -> int:
    for name in wanted:
        here = tokens[i : i + len(name)]
        if tuple(fold(token.low) for token in here) == name and all(token.joined for token in here[1:]):
            return len(name)
    return 0


def _name(text: str, tokens: list[_Token], i: int, floor: int) -> int:
    """How many words from token `i` on are a person's name; 0 where it begins none."""
    first = tokens[i]
    before = tokens[max(floor, i - _LONGEST_INTRODUCTION) : i]
    introduced = _introduced(text, before, first)
    title = before[-1].low if before and first.joined and before[-1].low in ALL_TITLES else ""
    surname = first.low in SURNAMES or first.low in PLAIN_ALL
    if not (introduced or title or surname):
        return 0
    words = [first.low]
    for token in tokens[i + 1 : i + LONGEST_NAME]:
        if not token.joined or not token.low.isalpha():
            break
        words.append(token.low)
    capitals = _capitals(tokens, i, len(words))
    if introduced or title:
        size = _behind_title(words, capitals) or _behind_words(words, introduced, title)
        if not size and introduced in (_Introduction.NAMED, _Introduction.AM):
            size = _given_alone(words, tokens[i + 1 : i + 2], capitals > 0, introduced is _Introduction.NAMED)
        if size and (_means_person(words, introduced, title) or not _is_place(words[:size])):
            return size
    if not surname or (before and first.joined and (before[-1].low, first.low) in COMPOUNDS):
        return 0
    place = _place_around(tokens, i, floor)
    size = _in_capitals(tokens, i, words, capitals, place)
    if not size and not place:
        size = _with_middle(words) or _of_given_names(words)
    return 0 if _behind_place(before, first, size) else size


# What may be a name


def _in_capitals(tokens: list[_Token], i: int, words: list[str], capitals: int, place: int) -> int:
    """A family name and given names in capitals; `place` as in `_place_around`."""
    run = words[:capitals]
    if len(run) < 2 or (run[0], run[1]) in PHRASES:
        return 0
    if place and not (place < len(run) and set(run[place:]) <= GIVEN and not _is_place(run)):
        return 0  # "Ngô Quyền", "Ngô Quyền Điều 6", but not "Trần Phú Quý"
    if tokens[i].upper and len(words) > capitals and tokens[i + capitals].upper:
        return 0  # a whole line in capitals says nothing
    ascii_only = all(word.isascii() for word in run)
    if run[0] in SURE or (ascii_only and run[0] in PLAIN_SURE):
        return capitals if capitals > 2 or not tokens[i].upper else 0
    if capitals < 3:
        return 0
    if run[0] in OTHER:
        sure = run[1] in _BEFORE_GIVEN or len(run[1]) == 1 or run[-1] in GIVEN or len(run[-1]) == 1
        return capitals if sure and not _is_province(run[1:]) else 0
    return capitals if ascii_only and (run[1] in _BEFORE_GIVEN or run[-1] in PLAIN_GIVEN) else 0


def _with_middle(words: list[str], plain: frozenset[str] = PLAIN_VAN) -> int:
    """A family name, *văn* or *thị*, and a given name, in any case."""
    if len(words) < 3 or words[2] in NO_GIVEN:
        return 0
    if words[0] in SURNAMES and words[0] not in NOT_BEFORE_VAN and words[1] in ("văn", "thị", "van"):
        more = len(words) > 3 and words[3] in GIVEN - ORDINARY
    elif words[0] in plain and words[1] in ("van", "thi"):
        more = len(words) > 3 and words[3] in PLAIN_SECOND
    else:
        return 0
    return 4 if more else 3


def _of_given_names(words: list[str]) -> int:
    """A usual family name and two or three usual given names, in any case."""
    if words[0] in CROPS:
        return 0
    return _spelled_small(words, SURE, PLAIN_SURE, least=3)


def _spelled_small(words: list[str], surnames: frozenset[str], plain: frozenset[str], least: int = 2) -> int:
    """A family name and parts of names, the last a given name; in any case."""
    if size := _with_middle(words):
        return size
    if words[0] in surnames:
        parts, given = PARTS, GIVEN
    elif words[0] in plain:
        parts, given = PLAIN_PARTS, PLAIN_GIVEN
    else:
        return 0
    if len(words) > 1 and ((words[0], words[1]) in PHRASES or words[1] in _BEFORE_GIVEN):
        return 0
    size = 1
    while size < min(len(words), 4) and words[size] in parts and (size < 3 or words[size] not in ORDINARY):
        size += 1
    while size > 1 and words[size - 1] not in given:
        size -= 1
    if size == 1 and len(words) > 1 and len(words[1]) == 1 and least == 2:
        size = 2  # "nguyễn a"
    return size if size >= least else 0


def _behind_title(words: list[str], capitals: int) -> int:
    """A full name in capitals behind a title or an introduction."""
    run = words[:capitals]
    if len(run) < 2 or _is_province(run):
        return 0
    if run[0] in SURNAMES or (run[0] in PLAIN_SURNAMES and all(word.isascii() for word in run)):
        return capitals
    return capitals if all(word in GIVEN for word in run) else 0


def _behind_words(words: list[str], introduced: _Introduction | None, title: str) -> int:
    """A full name in any case behind a title or an introduction: the surer that a person comes, the less is asked."""
    if introduced in (_Introduction.NAMED, _Introduction.SIGNED):
        sure, surnames, plain = SURNAMES | PLAIN_ALL, SURNAMES, PLAIN_ALL
    elif introduced is _Introduction.CALLED:
        sure, surnames, plain = SMALL_SURNAMES | PLAIN_SURE, SMALL_SURNAMES, PLAIN_SURNAMES
    elif introduced:
        sure, surnames, plain = SURE | PLAIN_SURE, SMALL_SURNAMES, PLAIN_SURNAMES
    elif title in TITLES:
        sure, surnames, plain = SURE, SMALL_SURNAMES, frozenset()
    else:
        sure, surnames, plain = frozenset(), frozenset(), PLAIN_AFTER_TITLE
    size = _with_middle(words, PLAIN_ALL) or _spelled_small(words, surnames, plain)
    if size or words[0] not in sure or len(words) < 2 or (words[0], words[1]) in PHRASES:
        return size
    size = next((n for n, word in enumerate(words) if n and word in ENDS_NAME), len(words))
    return min(size, 4) if size > 1 else 0


def _given_alone(words: list[str], following: list[_Token], capitalised: bool, named: bool) -> int:
    """A given name with no family name, behind words that say that a name comes."""
    known = words[0] in GIVEN or (named and words[0] in PLAIN_GIVEN - PLAIN_ORDINARY)
    if not known or not (capitalised or named) or (following and following[0].low in GOES_ON):
        return 0
    return 2 if len(words) > 1 and words[1] in GIVEN - ORDINARY and not _is_place(words[:2]) else 1


# What stands around it


def _introduced(text: str, before: list[_Token], first: _Token) -> _Introduction | None:
    """The introduction that ends here."""
    if not before or before[-1].low not in _LAST_WORDS:
        return None
    if not _BEHIND_INTRODUCTION.fullmatch(text, before[-1].end, first.start):
        return None
    words: tuple[str, ...] = ()
    found = None
    for token in reversed(before):
        words = (token.low, *words)
        found = _INTRODUCTIONS.get(words, found)
        if not token.joined:
            break
    return found


def _means_person(words: list[str], introduced: _Introduction | None, title: str) -> bool:
    """Whether a name that may be a place's is a person's here, by the words before it."""
    if _is_province(words[:2]):
        return False
    if introduced is _Introduction.AM:
        return words[0] in SURE or words[0] in PLAIN_SURNAMES
    return introduced not in (None, _Introduction.THING) or title in FORMAL_TITLES


def _capitals(tokens: list[_Token], i: int, most: int) -> int:
    """How many words from here on are in capitals, up to where another matter begins."""
    size = 0
    for token in tokens[i : i + most]:
        alike = token.upper if tokens[i].upper else token.title
        if not alike and not (token.title and len(token.low) == 1):
            break
        if size > 1 and token.low in NEXT_MATTER and tokens[i + size - 1].low not in _BEFORE_GIVEN:
            break
        size += 1
    if size > 3 and _is_province([token.low for token in tokens[i + size - 2 : i + size]]):
        size -= 2
    return size


def _behind_place(before: list[_Token], first: _Token, size: int) -> bool:
    """Whether the words before say that a place, a street or a school is named."""
    if not size or not before or not first.joined:
        return False
    last = before[-1].low
    earlier = before[-2].low if len(before) > 1 else ""
    if last.isdigit():
        return first.low == "triệu" or (len(last) < 4 and earlier not in NUMBERED)
    if last in UNIT_WORDS and earlier in OFFICES:
        return False
    return last in PLACE_WORDS or (last, earlier) in (("học", "tiểu"), ("viên", "công"))


@lru_cache(4096)
def _places(plain: str) -> frozenset[str]:
    """The names of places with these plain letters, in small letters."""
    return frozenset(name.lower() for name in (*(name for name, _ in units(plain)), *_OTHER_PLACES.get(plain, ())))


def _is_place(words: Sequence[str]) -> bool:
    """Whether these words are a place, or nothing but places one behind the other ("Ngô Quyền Hải Phòng")."""
    whole = " ".join(words)
    names = _places(fold(whole))
    if whole in names or (names and whole.isascii()):
        return True
    return any(_is_place(words[:n]) and _is_place(words[n:]) for n in range(2, len(words) - 1))


def _is_province(words: Sequence[str]) -> bool:
    return fold(" ".join(words)) in _OTHER_PLACES


def _place_around(tokens: list[_Token], i: int, floor: int) -> int:
    """How many words the longest place has that begins here; the most where this word is inside of one."""
    for start in range(max(floor, i - 2), i + 1):
        words = [tokens[start].low]
        for token in tokens[start + 1 : start + _LONGEST_PLACE]:
            if not token.joined or not token.low.isalpha():
                break
            words.append(token.low)
        inside = i - start
        for size in range(len(words), max(1, inside), -1):
            names = _places(fold(" ".join(words[:size])))
            if names and (" ".join(words[:size]) in names or " ".join(words[:size]).isascii()):
                return LONGEST_NAME if inside else size
    return 0
