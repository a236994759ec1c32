"""Find where a text names provisions and documents: "điểm a khoản 2 Điều 5 Luật …", "khoản 1 và 2", "NQ 18/NQ-HĐND".

Reading works on letters without accents, so that "dieu 5 khoan 2" is found too; offsets are those of the text given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

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
    "dong gach": Level.INDENT,
    "gach ngang": Level.INDENT,
    "gach": Level.INDENT,
    "phu luc": Level.APPENDIX,
}
_UNITS = {
    1: "một mốt nhất",
    2: "hai",
    3: "ba",
    4: "bốn tư",
    5: "năm lăm nhăm",
    6: "sáu",
    7: "bảy bẩy",
    8: "tám",
    9: "chín",
}


def _counted() -> dict[str, str]:
    """Number words up to 99 as they are spelt, each with its count."""
    ones = [(word, n) for n, words in _UNITS.items() for word in words.split()]
    tens = [("mười", 10), *((f"{word} mươi", 10 * n) for word, n in ones if n > 1)]
    return {
        word: str(n) for word, n in (*ones, *tens, *((f"{t} {word}", ten + n) for t, ten in tens for word, n in ones))
    }


COUNTS = _counted()
"""Number words up to 99 as they are spelt, each with its count."""
_PLAIN_COUNTS = {fold(words): count for words, count in COUNTS.items()}
"""Number words, of ordinals ("khoản thứ mười hai") and behind the name of a level ("điều chín")."""
ROMAN = {roman: str(n) for n, roman in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), 1)}
"""Roman numerals, as people number sections and, by mistake, articles."""
_PAPER = "(?:cua|nghi quyet|nq|ke hoach|to trinh|luat|nghi dinh)"
_ORDINALS = "|".join(sorted((word.replace(" ", r"\s+") for word in _PLAIN_COUNTS), key=len, reverse=True))
_LEVEL_WORDS = "|".join(sorted(_LEVELS, key=len, reverse=True))
_CLOSES = (
    rf"(?=\s*(?:$|[,;.:?!)])|\s+(?:{_PAPER}|{_LEVEL_WORDS}|va|voi|den|hoac|trong|tai|co|noi|quy dinh|ghi|"
    r"neu|viet|la|thi|nhu)(?!\w))"
)
"""What may follow a number in words ("điều hai nghị quyết"), so that "khoản năm nay" and "mục ba mẹ" name nothing."""
_SAID = rf"thu\s+(?:{_ORDINALS}|\d{{1,3}})|(?:{_ORDINALS}){_CLOSES}"
"""A number said in words: an ordinal, or a count that ends there."""
_NUMBERS = {
    Level.PART: rf"(?:[ivxlc]+|\d{{1,2}}{_CLOSES}|thu\s+(?:{_ORDINALS}|\d{{1,2}}))",
    Level.CHAPTER: rf"(?:[ivxlc]+|\d{{1,2}}|{_SAID})",
    Level.SECTION: rf"(?:[ivxlc]+|\d{{1,2}}|{_SAID})",
    Level.SUBSECTION: rf"(?:\d{{1,2}}|{_SAID})",
    # "Điều 3.7" is no provision of these papers; it must not be read as Điều 3.
    Level.ARTICLE: rf"(?:\d{{1,3}}(?:\.\d{{1,2}}|[a-e])?|{_SAID}|[ivx]+(?=\s+{_PAPER}))",
    Level.CLAUSE: rf"(?:\d{{1,3}}(?:\.\d{{1,2}}|[a-e])?|{_SAID})",
    Level.POINT: r"[a-z]\d?",
    Level.INDENT: rf"(?:thu\s+)?(?:\d{{1,2}}|{_ORDINALS}|dau tien|dau|cuoi cung|cuoi)",
    Level.APPENDIX: rf"(?:[ivxlc]+|\d{{1,2}}|{_SAID})?",
}
_GAP = re.compile(r"[\s,]*(?:(?:cua|thuoc|tai|trong|o|theo)\s+)?")
_JOIN = re.compile(r"\s*(?:,|;|va|hoac|hay)\s+(?:(?:cac)\s+)?")
LAST = "cuối"
"""The number of "gạch đầu dòng cuối cùng": the last of its kind, wherever it stands."""
_SHORT = re.compile(r"(?<!\w)(?:(đ|d)\.?\s?(\d{1,3}[a-e]?)|(k)\.?\s?(\d{1,2}[a-e]?))(?!\w|[./-]\d)")
_DEPTH = {level: depth for depth, level in enumerate(Level)} | {Level.SECTION: 4.5, Level.SUBSECTION: 4.6}


class Needs(Enum):
    """What must stand behind the words for a kind of document before they name a document."""

    NOTHING = ""
    NUMBER = r"\d"
    LONG_NUMBER = r"\d{3}|(?<!\w)so(?!\w)|[/-]"
    SIGNED_NUMBER = r"(?<!\w)so(?!\w)|[/-]"
    """A number with "số", a slash or a dash: the words are more often ordinary ones ("báo cáo 2 lần")."""


KINDS: dict[str, tuple[Kind, Needs]] = {
    "hien phap": (Kind.CONSTITUTION, Needs.NOTHING),
    "bo luat": (Kind.LAW, Needs.NOTHING),
    "luat": (Kind.LAW, Needs.NOTHING),
    "phap lenh": (Kind.ORDINANCE, Needs.NOTHING),
    "nghi quyet": (Kind.RESOLUTION, Needs.NOTHING),
    "nq": (Kind.RESOLUTION, Needs.NOTHING),
    "nghi dinh": (Kind.DECREE, Needs.NOTHING),
    "nd": (Kind.DECREE, Needs.NUMBER),
    "quyet dinh so": (Kind.DECISION, Needs.NOTHING),
    "quyet dinh": (Kind.DECISION, Needs.SIGNED_NUMBER),
    "qd": (Kind.DECISION, Needs.NOTHING),
    "thong tu": (Kind.CIRCULAR, Needs.NOTHING),
    "ke hoach": (Kind.PLAN, Needs.NOTHING),
    "kh": (Kind.PLAN, Needs.NUMBER),
    "to trinh": (Kind.SUBMISSION, Needs.NOTHING),
    "ttr": (Kind.SUBMISSION, Needs.NUMBER),
    "dieu le": (Kind.OTHER, Needs.NOTHING),
    "cv": (Kind.OTHER, Needs.LONG_NUMBER),
    **dict.fromkeys(
        ("chi thi", "ket luan", "cong van", "huong dan", "thong bao", "thong tri", "quy dinh", "bao cao"),
        (Kind.OTHER, Needs.SIGNED_NUMBER),
    ),
}
"""The words for kinds of documents, without accents, as people type them, with what each needs."""
_MARKS = {
    "nq": Kind.RESOLUTION,
    "nd": Kind.DECREE,
    "qd": Kind.DECISION,
    "ttr": Kind.SUBMISSION,
    "kh": Kind.PLAN,
    "tt": Kind.CIRCULAR,
    "qh": Kind.LAW,
}
"""The letters in a document's number that tell its kind."""


_PARTS = re.compile(
    rf"(?<!\w)(?:(?:trang|(?:bieu )?mau(?: so)?) (?:so )?\d+|tiet (?:thu )?(?:\d+|[a-z])|"
    rf"(?:doan|cau|(?<!gach dau )dong) (?:van )?(?:thu )?(?:\d+|(?<=thu )(?:{_ORDINALS})))(?![\w%/])"
)
"""Parts that no provision is known by here: pages, forms, and paragraphs or sentences by their number."""


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
    """Take up what follows a document's name: "khoản 2 Điều 1 NQ …, điểm đ" and "khoản 4 NQ … Điều 3" name one each."""
    joined: list[ProvisionMention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        if before and len(before.targets) == 1 and mention.start - before.end <= 80:
            gap = folded[before.end : mention.start]
            inner = min(_DEPTH[step.level] for step in mention.targets[0])
            outer = max(_DEPTH[step.level] for step in before.targets[0])
            if inner > outer and not re.search(_APART, gap):
                targets = tuple((*before.targets[0], *steps) for steps in mention.targets)
                joined[-1] = ProvisionMention(targets, before.start, mention.end, before.loose or mention.loose)
                continue
            widest = min(_DEPTH[step.level] for step in before.targets[0])
            if (
                len(mention.targets) == 1
                and max(_DEPTH[step.level] for step in mention.targets[0]) < widest
                and not re.search(_APART + "|,", gap)
            ):
                targets = ((*mention.targets[0], *before.targets[0]),)
                joined[-1] = ProvisionMention(targets, before.start, mention.end, before.loose or mention.loose)
                continue
        joined.append(mention)
    return joined


_APART = r"\b(?:va|hoac|hay|voi|so voi)\b|[?;]"
"""What stands between two provisions that do not belong together."""


def find_part(text: str) -> str | None:
    """The first part that a text names by page, form or number of a paragraph, in its words; None where it names none.

    Examples:
        >>> find_part("trang 25 nghị quyết Hải Phòng")
        'trang 25'
    """
    match = _PARTS.search(fold(text))
    return text[match.start() : match.end()] if match else None


def find_documents(text: str) -> list[DocumentMention]:
    """Find every place where the text names a document by its kind, with its number if one follows."""
    folded = fold(text)
    found: list[DocumentMention] = []
    for match in _KIND.finditer(folded):
        kind, needs = KINDS[match[1]]
        tail = _NUMBER_BEHIND.match(folded, match.end())
        if tail and _COUNTED.match(folded, tail.end()):
            tail = None
        if not re.search(needs.value, tail[0] if tail else ""):
            continue
        end = tail.end() if tail else match.end()
        this = bool(re.match(r"\s+nay\b", folded[match.end() :]))
        if found and match.start() < found[-1].end:
            continue
        number = re.sub(r"\s", "", text[tail.start(1) : tail.end(1)]) if tail else None
        found.append(DocumentMention(kind, number, match.start(), end, this))
    covered = [(m.start, m.end) for m in found]
    for match in _BARE_NUMBER.finditer(folded):
        if any(a <= match.start() < b for a, b in covered):
            continue
        words = text[match.start() : match.end()]
        kind = _MARKS.get((match[1] or "").rstrip("0123456789"), Kind.OTHER)
        found.append(DocumentMention(kind, read_number(words) or re.sub(r"\s", "", words), *match.span()))
    return sorted(found, key=lambda mention: mention.start)


_KIND = re.compile(rf"(?<![\w/-])({'|'.join(sorted(KINDS, key=len, reverse=True))})(?![\w-])")
_NUMBER_BEHIND = re.compile(
    r"\s*(?:so\s*:?\s*)?"
    r"(\d{1,4}(?:\s*-\s*[a-z]+\s*/\s*[a-z]+|(?:\s*/\s*\d{4})?(?:\s*/\s*[a-z]+\d*(?:\s*-\s*[a-z]+\d*)*)?))(?![\w%])"
)
_COUNTED = re.compile(
    r"\s*(?:thang|nam(?!\s+(?:19|20)\d\d)|ngay(?!\s+\d)|nguoi|gio|ho|lan|cuoc|buoi|noi dung|muc tieu)(?!\w)"
)
"""What makes the number behind a kind one that counts: "kế hoạch 6 tháng"."""
_BARE_NUMBER = re.compile(
    r"\d{1,4}\s*/\s*(?:\d{4}\s*/\s*)?(nq|nd|qd|ttr|kh|tt|qh\d+|bc|tb|ct|kl|hd|cv)(?:\s*-\s*[a-z]+\d*)*|"
    r"\d{1,4}\s*-\s*(tb|ct|nq|kl|qd|hd)\s*/\s*t[wu]"
)
"""A document's number alone ("18/NQ-HĐND", "167-TB/TU")."""


def _groups(text: str) -> list[_Group]:
    folded = fold(text)
    groups: list[_Group] = []
    at = 0
    pattern = re.compile(rf"(?<!\w)({_LEVEL_WORDS})(?!\w)")
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
    # Who types no accents writes "D5" for "Đ5"; a small "d5" can be anything, unless a paper follows.
    stroke = "đĐD" if text.isascii() else "đĐ"
    if (
        groups
        or any(text[m.start()] in stroke or _NAMES_MORE.match(folded, m.end()) for m in shorts)
        or {bool(m[1]) for m in shorts} == {True, False}
    ):
        for short in shorts:
            level, number = (Level.ARTICLE, short[2]) if short[1] else (Level.CLAUSE, short[4])
            groups.append(_Group(level, (number,), *short.span()))
    groups += [
        _Group(Level.POINT, (text[match.start(1)].lower(),), *match.span(1))
        for match in _BARE_POINT.finditer(folded)
        if any(group.start == match.end() and group.level is Level.CLAUSE for group in groups)
        and not any(a <= match.start(1) < b for a, b in taken)
        and text[match.start(1)].lower() in POINT_LETTERS
    ]
    return sorted(groups, key=lambda group: group.start)


_BARE_POINT = re.compile(r"(?:^|(?<=,\s)|(?<=;\s))([a-z])\)?\s+(?=khoan\s)")
"""A letter alone before a clause, where no other word can end in it: "đ khoản 3 Điều 2"."""


def _read_group(text: str, folded: str, level: Level, match: re.Match[str]) -> _Group | None:
    number = _NUMBERS[level]
    first = re.compile(rf"\s*(?:so\s+)?({number})(?![\w%])").match(folded, match.end())
    if not first or (level is not Level.APPENDIX and not first[1]):
        return None
    share = level is Level.PART and _SHARE.search(folded[: match.start()])
    if share or not _is_number(text, first):
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
        if not _is_number(text, following, 2):
            break
        joint = following[1].strip()
        value = _exact(text, level, following, 2)
        if joint in ("den", "toi", "-"):
            numbers += _between(level, numbers[-1], value)
        numbers.append(value)
        end = following.end()
    return _Group(level, tuple(numbers), match.start(), end)


_SHARE = re.compile(rf"(?<!\w)(?:{_ORDINALS}|\d+)\s+$")
"""A number before "phần" makes it a share ("một phần", "hai phần ba")."""


def _is_number(text: str, match: re.Match[str], group: int = 1) -> bool:
    """Tell "điều sáu" and "mục VI" from "điều sau" and "mục vì"; without accents few words can mean something else."""
    said = match[group] or ""
    if said in _ORDINAL_ONLY:
        return False
    if text.isascii():
        return said not in ("sau", "nam") or bool(_NAMES_MORE.match(match.string, match.end(group)))
    words = text[match.start(group) : match.end(group)]
    if said in _PLAIN_COUNTS:
        return words.lower() in COUNTS
    return words.isascii() or re.fullmatch("[ivxlc]+", said) is None


_ORDINAL_ONLY = frozenset(("nhat", "tu", "lam", "nham"))
"""Words that count only behind "thứ" or a ten."""
_NAMES_MORE = re.compile(rf"\s+(?:{_PAPER}|{_LEVEL_WORDS})(?!\w)")


def _is_point(text: str, folded: str, match: re.Match[str], first: re.Match[str]) -> bool:
    """Tell "điểm o" from "địa điểm ở" and "dia diem o thach khoi"."""
    before = folded[: match.start()].split()
    if before and before[-1] in ("dia", "thoi", "dac", "quan", "uu", "nhuoc", "trong", "luan", "cham", "thi"):
        return False
    if not _letter(text, first.start(1)):
        return False
    following = folded[first.end() :].lstrip(" ,")
    return not following or bool(_AFTER_POINT.match(following))


_AFTER_POINT = re.compile(
    r"[a-z](?!\w)|khoan|k\d|dieu|muc|gach|dau|va|;|hoac|den|tai|cua|trong|nghi|luat|nq|ke|to|ghi|quy dinh|noi|neu|viet|"
    r"[.?!)]"
)
"""What may follow the letter of a point."""


def _letter(text: str, at: int) -> bool:
    # "điểm z" is read too: whoever asks for it is told that there is none.
    return text[at].lower() in POINT_LETTERS + "fjwz"


def _exact(text: str, level: Level, match: re.Match[str], group: int = 1) -> str:
    """The number as provisions write it: Roman numerals large, letters small, ordinals as counts."""
    words = text[match.start(group) : match.end(group)]
    bare = re.sub(r"^thu\s+", "", " ".join(fold(words).split()))
    if level is Level.INDENT and bare.startswith("cuoi"):
        return LAST
    if level is Level.INDENT and bare.startswith("dau"):
        return "1"
    if level is not Level.POINT and bare in _PLAIN_COUNTS:
        return _PLAIN_COUNTS[bare]
    if bare.isdigit():
        return bare
    if level is Level.ARTICLE and bare.upper() in ROMAN:
        return ROMAN[bare.upper()]
    return words.upper() if level in (Level.PART, Level.CHAPTER, Level.SECTION, Level.APPENDIX) else words.lower()


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
