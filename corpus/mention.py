"""Find where a text names provisions and documents: "điểm a khoản 2 Điều 5 Luật …", "khoản 1 và 2", "NQ 18/NQ-HĐND".

Reading works on letters without accents, so that "dieu 5 khoan 2" is found too; offsets are those of the text given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.document import Kind
from corpus.extract import read_number
from corpus.provision import POINT_LETTERS, Level, Step
from corpus.text import fold

_LEVELS = {
    "phan": Level.PART,
    "chuong": Level.CHAPTER,
    "muc": Level.SECTION,
    "tieu muc": Level.SUBSECTION,
    "dieu": Level.ARTICLE,
    "khoan": Level.CLAUSE,
    "diem": Level.POINT,
    "gach dau dong": Level.INDENT,
    "phu luc": Level.APPENDIX,
}
_TO_TEN = ("nhat", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi")
_TEENS = ("mot", "hai", "ba", "bon", "lam", "sau", "bay", "tam", "chin")
_COUNTS = {
    **{word: str(n) for n, word in enumerate(_TO_TEN, 1)},
    **{f"muoi {word}": str(n) for n, word in enumerate(_TEENS, 11)},
    "hai muoi": "20",
    "mot": "1",
    "bon": "4",
}
"""Number words up to twenty, of ordinals ("khoản thứ mười hai") and after "Điều"."""
_CARDINALS = "mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi"
_PAPER = "(?:cua|nghi quyet|nq|ke hoach|to trinh|luat|nghi dinh)"
_ORDINALS = "|".join(sorted((word.replace(" ", r"\s+") for word in _COUNTS), key=len, reverse=True))
_NUMBERS = {
    Level.PART: r"(?:thu\s+\w+|[ivxlc]+|\d+)",
    Level.CHAPTER: r"(?:[ivxlc]+|\d{1,2})",
    Level.SECTION: r"(?:[ivxlc]+|\d{1,2})",
    Level.SUBSECTION: r"\d{1,2}",
    # "Điều 3.7" is no provision of these papers; it must not be read as Điều 3.
    Level.ARTICLE: rf"\d{{1,3}}(?:\.\d{{1,2}}|[a-e])?|thu\s+(?:{_ORDINALS})|(?:{_CARDINALS})(?=\s+{_PAPER})",
    Level.CLAUSE: rf"\d{{1,3}}(?:\.\d{{1,2}}|[a-e])?|thu\s+(?:{_ORDINALS})",
    Level.POINT: r"[a-z]\d?",
    Level.INDENT: rf"(?:thu\s+)?(?:\d{{1,2}}|{_ORDINALS}|dau tien|dau|cuoi cung|cuoi)",
    Level.APPENDIX: r"(?:[ivxlc]+|\d{1,2})?",
}
_GAP = re.compile(r"[\s,]*(?:(?:cua|thuoc|tai|trong|o|theo)\s+)?")
_JOIN = re.compile(r"\s*(?:,|;|va|hoac|hay)\s+(?:(?:cac)\s+)?")
LAST = "cuối"
"""The number of "gạch đầu dòng cuối cùng": the last of its kind, wherever it stands."""
_SHORT = re.compile(r"(?<!\w)(?:(đ|d)\.?\s?(\d{1,3}[a-e]?)|(k)\.?\s?(\d{1,2}[a-e]?))(?!\w|[./-]\d)")
_DEPTH = {level: depth for depth, level in enumerate(Level)} | {Level.SECTION: 4.5, Level.SUBSECTION: 4.6}

KIND_WORDS: tuple[tuple[str, Kind], ...] = (
    ("hien phap", Kind.CONSTITUTION),
    ("bo luat", Kind.LAW),
    ("luat", Kind.LAW),
    ("phap lenh", Kind.ORDINANCE),
    ("nghi quyet", Kind.RESOLUTION),
    ("nq", Kind.RESOLUTION),
    ("nghi dinh", Kind.DECREE),
    ("nd", Kind.DECREE),
    ("quyet dinh so", Kind.DECISION),
    ("qd", Kind.DECISION),
    ("thong tu", Kind.CIRCULAR),
    ("ke hoach", Kind.PLAN),
    ("kh", Kind.PLAN),
    ("to trinh", Kind.SUBMISSION),
    ("ttr", Kind.SUBMISSION),
    ("chi thi", Kind.OTHER),
    ("ket luan", Kind.OTHER),
    ("cong van", Kind.OTHER),
    ("huong dan", Kind.OTHER),
    ("thong bao", Kind.OTHER),
    ("thong tri", Kind.OTHER),
    ("quy dinh", Kind.OTHER),
    ("bao cao", Kind.OTHER),
    ("cv", Kind.OTHER),
    ("dieu le", Kind.OTHER),
    ("quyet dinh", Kind.DECISION),
)
"""The words for kinds of documents, without accents, as people type them."""


_OFTEN_WORDS = frozenset(words for words, kind in KIND_WORDS if kind is Kind.OTHER) - {"dieu le"} | {"quyet dinh"}


@dataclass(frozen=True, slots=True)
class ProvisionMention:
    """A place in a text where provisions are named.

    `targets` holds one tuple of steps for each provision named, outermost first; a list or range names several.
    `loose` says that a point letter d may stand for đ, because the text has no accents.
    """

    targets: tuple[tuple[Step, ...], ...]
    start: int
    end: int
    loose: bool = False


@dataclass(frozen=True, slots=True)
class DocumentMention:
    """A place in a text where a document is named by kind, and by number where it has one."""

    kind: Kind
    number: str | None
    start: int
    end: int
    """Where kind and number end; a title or place may follow."""
    this: bool = False
    """Whether it is "Luật này", "Nghị quyết này"."""


@dataclass(frozen=True, slots=True)
class _Group:
    level: Level
    numbers: tuple[str, ...]
    start: int
    end: int


def find_provisions(text: str) -> list[ProvisionMention]:
    """Find every place where the text names provisions by level and number.

    Args:
        text: composed (NFC) text.

    Examples:
        >>> find_provisions("điểm b khoản 5 Mục II Điều 1")[0].targets[0][0].words
        'Điều 1'
    """
    groups = _groups(text)
    chains: list[list[_Group]] = []
    folded = fold(text)
    for group in groups:
        if chains and _GAP.fullmatch(folded, chains[-1][-1].end, group.start) and _extends(chains[-1], group):
            chains[-1].append(group)
        else:
            chains.append([group])
    plain = text.isascii()
    mentions = [_mention(chain, plain) for chain in chains]
    mentions = _rejoin(mentions, folded)
    # "điểm a khoản 1 và điểm b khoản 2 Điều 5": what stands outside the last holds for those before it.
    for i in range(len(mentions) - 2, -1, -1):
        here, following = mentions[i], mentions[i + 1]
        if not _JOIN.fullmatch(folded, here.end, following.start):
            continue
        top = _DEPTH[here.targets[0][0].level]
        outer = tuple(step for step in following.targets[0] if _DEPTH[step.level] < top)
        if outer and here.targets[0][0].level is not Level.ARTICLE:
            targets = tuple((*outer, *steps) for steps in here.targets)
            mentions[i] = ProvisionMention(targets, here.start, here.end, here.loose)
    return mentions


def _rejoin(mentions: list[ProvisionMention], folded: str) -> list[ProvisionMention]:
    """Take up what follows a document's name: "khoản 2 Điều 1 Nghị quyết …, điểm đ" names one point."""
    joined: list[ProvisionMention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        if before and len(before.targets) == 1 and mention.start - before.end <= 80:
            gap = folded[before.end : mention.start]
            inner = min(_DEPTH[step.level] for step in mention.targets[0])
            outer = max(_DEPTH[step.level] for step in before.targets[0])
            if inner > outer and not re.search(r"\b(?:va|hoac|hay|voi|so voi)\b|[?;]", gap):
                targets = tuple((*before.targets[0], *steps) for steps in mention.targets)
                joined[-1] = ProvisionMention(targets, before.start, mention.end, before.loose or mention.loose)
                continue
        joined.append(mention)
    return joined


def find_documents(text: str) -> list[DocumentMention]:
    """Find every place where the text names a document by its kind, with its number if one follows."""
    folded = fold(text)
    found: list[DocumentMention] = []
    kinds = "|".join(words for words, _ in KIND_WORDS)
    number = (
        r"\s*(?:so\s*:?\s*)?"
        r"(\d{1,4}(?:\s*-\s*[a-z]+\s*/\s*[a-z]+|(?:\s*/\s*\d{4})?(?:\s*/\s*[a-z]+\d*(?:\s*-\s*[a-z]+\d*)*)?))(?![\w%])"
    )
    for match in re.finditer(rf"(?<![\w/-])({kinds})(?![\w-])", folded):
        kind = dict(KIND_WORDS)[match[1]]
        tail = re.compile(number).match(folded, match.end())
        if tail and re.match(
            r"\s*(?:thang|nam(?!\s+(?:19|20)\d\d)|ngay(?!\s+\d)|nguoi|gio|ho|lan|cuoc|buoi|noi dung|muc tieu)(?!\w)",
            folded[tail.end() :],
        ):
            tail = None
        if match[1] in ("nd", "kh", "ttr") and not tail:
            continue
        # Most of these are ordinary words; "số", a slash or, after "cv", a long number makes them papers.
        long = match[1] == "cv" and tail and len(tail[1]) > 2
        if match[1] in _OFTEN_WORDS and not long and not (tail and re.search(r"(?<!\w)so(?!\w)|[/-]", tail[0])):
            continue
        end = tail.end() if tail else match.end()
        this = bool(re.match(r"\s+nay\b", folded[match.end() :]))
        if found and match.start() < found[-1].end:
            continue
        found.append(
            DocumentMention(
                kind, re.sub(r"\s", "", text[tail.start(1) : tail.end(1)]) if tail else None, match.start(), end, this
            )
        )
    covered = [(m.start, m.end) for m in found]
    for match in re.finditer(
        r"\d{1,4}\s*/\s*(?:\d{4}\s*/\s*)?(nq|nd|qd|ttr|kh|tt|qh\d+|bc|tb|ct|kl|hd|cv)(?:\s*-\s*[a-z]+\d*)*|\d{1,4}\s*-\s*(tb|ct|nq|kl|qd|hd)\s*/\s*t[wu]",
        folded,
    ):
        if not any(a <= match.start() < b for a, b in covered):
            words = {
                "nq": Kind.RESOLUTION,
                "nd": Kind.DECREE,
                "qd": Kind.DECISION,
                "ttr": Kind.SUBMISSION,
                "kh": Kind.PLAN,
            }
            mark = match[1] or ""
            kind = words.get(mark, Kind.CIRCULAR if mark == "tt" else Kind.LAW if mark.startswith("qh") else Kind.OTHER)
            exact = read_number(text[match.start() : match.end()]) or re.sub(
                r"\s", "", text[match.start() : match.end()]
            )
            found.append(DocumentMention(kind, exact, match.start(), match.end()))
    return sorted(found, key=lambda mention: mention.start)


def _groups(text: str) -> list[_Group]:
    folded = fold(text)
    groups: list[_Group] = []
    words = "|".join(sorted(_LEVELS, key=len, reverse=True))
    at = 0
    pattern = re.compile(rf"(?<!\w)({words})(?!\w)")
    while match := pattern.search(folded, at):
        at = match.end()
        level = _LEVELS[match[1]]
        group = _read_group(text, folded, level, match)
        if group:
            groups.append(group)
            at = group.end
    taken = [(group.start, group.end) for group in groups]
    shorts = [m for m in _SHORT.finditer(text.lower()) if not any(a <= m.start() < b for a, b in taken)]
    # "k2" or "d5" alone can be anything; "Đ5", "k2 d15" and "k2 Điều 5" are provisions.
    # Who types no accents writes "D5" for "Đ5"; a small "d5" can be anything.
    stroke = "đĐD" if text.isascii() else "đĐ"
    if groups or any(text[m.start()] in stroke for m in shorts) or {bool(m[1]) for m in shorts} == {True, False}:
        for short in shorts:
            level, number = (Level.ARTICLE, short[2]) if short[1] else (Level.CLAUSE, short[4])
            groups.append(_Group(level, (number,), *short.span()))
    return sorted(groups, key=lambda group: group.start)


def _read_group(text: str, folded: str, level: Level, match: re.Match[str]) -> _Group | None:
    number = _NUMBERS[level]
    first = re.compile(rf"\s*(?:so\s+)?({number})(?![\w%])").match(folded, match.end())
    if not first or (level is not Level.APPENDIX and not first[1]):
        return None
    if level is Level.PART and not re.match(r"thu\s|[ivxlc]+$", first[1]):
        return None
    if level is Level.POINT and not _is_point(text, folded, match, first):
        return None
    numbers = [_exact(text, level, first)]
    end = first.end()
    item = re.compile(
        rf"(\s*,\s*|\s*;\s*|\s+va\s+|\s+hoac\s+|\s+den\s+|\s+toi\s+|\s*-\s*)(?:{re.escape(match[1])}\s+)?({number})(?![\w%/])"
    )
    while (following := item.match(folded, end)) and following[2]:
        if level is Level.POINT and not _letter(text, following.start(2)):
            break
        joint = following[1].strip()
        value = _exact(text, level, following, 2)
        if joint in ("den", "toi", "-"):
            numbers += _between(level, numbers[-1], value)
        numbers.append(value)
        end = following.end()
    return _Group(level, tuple(numbers), match.start(), end)


def _is_point(text: str, folded: str, match: re.Match[str], first: re.Match[str]) -> bool:
    """Tell "điểm o" from "địa điểm ở" and "dia diem o thach khoi"."""
    before = folded[: match.start()].split()
    if before and before[-1] in ("dia", "thoi", "dac", "quan", "uu", "nhuoc", "trong", "luan", "cham", "thi"):
        return False
    if not _letter(text, first.start(1)):
        return False
    following = folded[first.end() :].lstrip(" ,")
    return not following or bool(
        re.match(
            r"(?:[a-z](?!\w)|khoan|k\d|dieu|muc|gach|dau|va|;|hoac|den|tai|cua|trong|nghi|luat|nq|ke|to|[.?!)])",
            following,
        )
    )


def _letter(text: str, at: int) -> bool:
    # "điểm z" is read too: whoever asks for it is told that there is none.
    return text[at].lower() in POINT_LETTERS + "fjwz"


def _exact(text: str, level: Level, match: re.Match[str], group: int = 1) -> str:
    """The number as provisions write it: Roman numerals large, letters small, ordinals as counts."""
    words = text[match.start(group) : match.end(group)]
    if level is Level.INDENT or (level in (Level.ARTICLE, Level.CLAUSE) and words[:1].isalpha()):
        bare = re.sub(r"^thu\s+", "", fold(words))
        return LAST if bare.startswith("cuoi") else _COUNTS.get(bare, "1" if bare.startswith("dau") else bare)
    if level in (Level.CHAPTER, Level.SECTION, Level.APPENDIX) and not words.isdigit():
        return words.upper()
    return words.lower()


def _between(level: Level, low: str, high: str) -> list[str]:
    """The numbers strictly between two ends of a range."""
    if low.isdigit() and high.isdigit() and int(low) < int(high) <= int(low) + 200:
        return [str(n) for n in range(int(low) + 1, int(high))]
    if level is Level.POINT and low in POINT_LETTERS and high in POINT_LETTERS:
        return list(POINT_LETTERS[POINT_LETTERS.index(low) + 1 : POINT_LETTERS.index(high)])
    return []


def _extends(chain: list[_Group], group: _Group) -> bool:
    """Whether a group goes on with a chain: always further out, or always further in, no level twice."""
    depths = [_DEPTH[g.level] for g in chain] + [_DEPTH[group.level]]
    if len({g.level for g in [*chain, group]}) < len(depths):
        return False
    return sorted(depths) == depths or sorted(depths, reverse=True) == depths or _roman_pair(chain, group)


def _roman_pair(chain: list[_Group], group: _Group) -> bool:
    """ "Mục II Điều 1" and "Điều 1 Mục II" both occur; a section may stand on either side of an article."""
    return {chain[-1].level, group.level} == {Level.SECTION, Level.ARTICLE}


def _mention(chain: list[_Group], plain: bool) -> ProvisionMention:
    ordered = sorted(chain, key=lambda group: _DEPTH[group.level])
    targets: list[tuple[Step, ...]] = [()]
    for group in ordered:
        targets = [(*steps, Step(group.level, number)) for steps in targets for number in group.numbers]
    loose = plain and any(group.level is Level.POINT for group in chain)
    return ProvisionMention(tuple(targets), min(g.start for g in chain), max(g.end for g in chain), loose)
