"""Find the provisions that a paper names, as papers write them: "điểm b khoản 2 Điều 5", "các điều 3 và 4", "Điều này".

`corpus.mention` reads what people type, in any spelling and order; this reads papers, and keeps for each provision of a
list the words that name it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.mention import COUNTS
from corpus.provision import POINT_LETTERS, Level, Step

DEPTH = {
    Level.APPENDIX: 0,
    Level.PART: 1,
    Level.CHAPTER: 2,
    Level.SECTION: 3,
    Level.SUBSECTION: 4,
    Level.ARTICLE: 5,
    Level.CLAUSE: 7,
    Level.POINT: 8,
    Level.INDENT: 9,
}
"""How far in a level stands; a section may also stand inside an article."""

_ORDINALS = "|".join(sorted((word for word in COUNTS if " " not in word), key=len, reverse=True))
_FORMS: dict[Level, tuple[str, str]] = {
    Level.PART: (r"[Pp]hần", rf"thứ\s+(?:{_ORDINALS})|[IVXLC]+"),
    Level.CHAPTER: (r"[Cc]hương", r"[IVXLC]+|\d{1,2}"),
    Level.SECTION: (r"(?<!tiểu )(?<!Tiểu )[Mm]ục", r"[IVXLC]+|\d{1,2}"),
    Level.SUBSECTION: (r"[Tt]iểu mục", r"\d{1,2}"),
    Level.ARTICLE: (r"[Đđ]iều", r"\d{1,3}[a-zđ]?"),
    Level.CLAUSE: (r"(?<!tài )[Kk]hoản", r"\d{1,3}[a-zđ]?"),
    Level.POINT: (r"(?<!thời )(?<!địa )(?<!đặc )(?<!ưu )(?<!nhược )(?<!quan )[Đđ]iểm", rf"[{POINT_LETTERS}]\d?"),
    Level.INDENT: (r"gạch đầu dòng", rf"thứ\s+(?:{_ORDINALS}|\d{{1,2}})"),
    Level.APPENDIX: (r"Phụ lục", r"[IVXLC]+|\d{1,2}"),
}
"""For each level the word and the numbers with which papers name it."""
_STEMS = {level: re.sub(r"\[.*?\]|\(.*?\)", "", word) for level, (word, _) in _FORMS.items()}
"""The letters that any form of a level's word holds: a text without them need not be searched."""
_NO_COUNT = r"(?![\w%/])(?!\s+(?:%|phần trăm|ngày|tháng|năm|người|lần|giờ|hộ|bản)(?!\w))"
"""What a number must not be followed by: "Điều 5 và 10 ngày" names one article."""
_GROUPS = {
    level: re.compile(
        rf"(?<!\w)(?:(?:[Cc]ác|[Tt]ừ)\s+)?{word}\s+(?P<number>{number}){_NO_COUNT}"
        if level is not Level.APPENDIX
        else rf"(?<!\w){word}(?:\s+(?P<number>{number}){_NO_COUNT}|(?=\s+(?:ban hành\s+)?kèm theo\s+[A-ZĐ]))"
    )
    for level, (word, number) in _FORMS.items()
}
_ITEMS = {
    level: re.compile(rf"(?P<joint>\s*[,;]\s+(?:và\s+)?|\s+và\s+|\s+hoặc\s+)(?P<number>{number}){_NO_COUNT}")
    for level, (word, number) in _FORMS.items()
}
_UP_TO = {
    level: re.compile(rf"\s+đến\s+(?:{word}\s+)?(?P<number>{number}){_NO_COUNT}")
    for level, (word, number) in _FORMS.items()
}
_THIS = {
    "điểm này": Level.POINT,
    "khoản này": Level.CLAUSE,
    "Điều này": Level.ARTICLE,
    "Tiểu mục này": Level.SUBSECTION,
    "Mục này": Level.SECTION,
    "Chương này": Level.CHAPTER,
    "Phần này": Level.PART,
    "Phụ lục này": Level.APPENDIX,
}
_HERE = re.compile(rf"(?<!\w)(?:{'|'.join(f'[{w[0].upper()}{w[0].lower()}]{w[1:]}' for w in _THIS)})(?!\w)")
_WITHIN = re.compile(r"\s*,?\s+(?:của\s+|thuộc\s+|tại\s+)?")
"""What stands between a provision and the larger one that holds it."""
JOINS = re.compile(r"\s*(?:[,;]|[,;]?\s(?:và|hoặc))\s+(?:tại\s+)?")
"""What stands between provisions of one list."""


@dataclass(frozen=True, slots=True)
class ProvisionName:
    """Words that name a provision, or a run of them ("Điều 7 đến Điều 9").

    `targets` holds the steps of each, outermost first; none where the words are "Điều này" alone. `here` is the level
    of a closing "… này", which says that the rest stands in the very provision of that level that holds the words.
    """

    targets: tuple[tuple[Step, ...], ...]
    here: Level | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Group:
    """One level with its numbers: "khoản 1, 2 đến 4". Each item: its span and the numbers that it names."""

    level: Level
    items: tuple[tuple[int, int, tuple[str, ...]], ...]

    @property
    def start(self) -> int:
        return self.items[0][0]

    @property
    def end(self) -> int:
        return self.items[-1][1]


def find_provision_names(text: str) -> list[list[ProvisionName]]:
    """Find every provision that a paragraph names.

    Args:
        text: a paragraph of a canonical text.

    Returns:
        Chains in the order of the text, each the names that share their last words: "khoản 1 và 2 Điều 5" is one chain
        of two names, the first over "khoản 1", the second over "2 Điều 5".

    Examples:
        >>> [[str(step) for step in name.targets[0]] for name in find_provision_names("khoản 1 và 2 Điều 5")[0]]
        [['art_5', 'cl_1'], ['art_5', 'cl_2']]
    """
    groups = sorted(_groups(text), key=lambda group: group.start)
    heres = {match.start(): match for match in _HERE.finditer(text)}
    chains: list[list[_Group]] = []
    for group in groups:
        if chains and group.start < chains[-1][-1].end:
            continue
        if chains and _outward(chains[-1][-1].level, group.level) and _next(text, chains[-1][-1].end) == group.start:
            chains[-1].append(group)
        else:
            chains.append([group])
    found: list[list[ProvisionName]] = []
    taken: set[int] = set()
    for chain in chains:
        here = heres.get(_next(text, chain[-1].end))
        if here and _outward(chain[-1].level, _THIS[_plain(here[0])]):
            taken.add(here.start())
        else:
            here = None
        found.append(list(_names(chain, here)))
    alone = [[_alone(match)] for at, match in heres.items() if at not in taken]
    return sorted(found + alone, key=lambda chain: chain[0].start)


def _groups(text: str) -> Iterator[_Group]:
    for level, pattern in _GROUPS.items():
        if _STEMS[level] not in text:
            continue
        for match in pattern.finditer(text):
            items: list[tuple[int, int, tuple[str, ...]]] = [
                (match.start(), match.end(), (_number(level, match["number"]),))
            ]
            while True:
                end = items[-1][1]
                if following := _UP_TO[level].match(text, end):
                    first, last = items[-1][2][-1], _number(level, following["number"])
                    items[-1] = (items[-1][0], following.end(), (*items[-1][2], *_between(first, last), last))
                elif (following := _ITEMS[level].match(text, end)) and match["number"]:
                    items.append((following.start("number"), following.end(), (_number(level, following["number"]),)))
                else:
                    break
            yield _Group(level, tuple(items))


def _names(chain: list[_Group], here: re.Match[str] | None) -> Iterator[ProvisionName]:
    """The names of a chain: one for each item of its innermost group; the last takes in what holds them all."""
    end = here.end() if here else chain[-1].end
    level = _THIS[_plain(here[0])] if here else None
    outer: list[tuple[Step, ...]] = [()]
    for group in reversed(chain[1:]):
        every = [number for _, _, numbers in group.items for number in numbers]
        outer = [(*steps, Step(group.level, number)) for steps in outer for number in every]
    for n, (start, stop, numbers) in enumerate(chain[0].items, 1):
        targets = tuple((*steps, Step(chain[0].level, number)) for steps in outer for number in numbers)
        yield ProvisionName(targets, level, start, end if n == len(chain[0].items) else stop)


def _alone(match: re.Match[str]) -> ProvisionName:
    return ProvisionName((), _THIS[_plain(match[0])], *match.span())


def _plain(words: str) -> str:
    return next(known for known in _THIS if known.lower() == words.lower())


def _next(text: str, end: int) -> int:
    match = _WITHIN.match(text, end)
    return match.end() if match else -1


def _outward(level: Level, following: Level) -> bool:
    """Whether a level may hold another; a section with a Roman number stands inside an article or around it."""
    return DEPTH[following] < DEPTH[level] or (level, following) == (Level.SECTION, Level.ARTICLE)


def _number(level: Level, words: str | None) -> str:
    if words is None:
        return ""
    if level is not Level.INDENT:
        return " ".join(words.split())
    said = words.removeprefix("thứ").strip()
    return COUNTS.get(said, said)


def _between(low: str, high: str) -> tuple[str, ...]:
    """The numbers strictly between two ends of a range."""
    if low.isdigit() and high.isdigit() and int(low) < int(high) <= int(low) + 200:
        return tuple(str(n) for n in range(int(low) + 1, int(high)))
    if low in POINT_LETTERS and high in POINT_LETTERS:
        return tuple(POINT_LETTERS[POINT_LETTERS.index(low) + 1 : POINT_LETTERS.index(high)])
    return ()
