"""Who must act in a sentence of a document, by a written rule that is the same for every document.

A body must act where

1. a sentence (a part between "." or ";") has it as its subject: the sentence begins with the body, alone or in a list,
   behind words of time, share or condition ("Hằng năm,", "Định kỳ", "100%", "Mỗi", "Căn cứ …,", "Trường hợp … thì");
2. it is told to: "Giao …", "Đề nghị …", "Yêu cầu …";
3. it stands in a heading that names bodies and nothing else ("1. Đối với UBND các phường:", "Điều 87. Trách nhiệm
   của …"), for all below that names no other subject;
4. its part is to grow: "phát huy vai trò của … trong …", "nâng cao trách nhiệm của … trong …", in a clause that heads
   no others;
5. two sides are to work together: "phối hợp giữa … với …" binds both.

"Phối hợp với X" binds who is told so, and X is only named. So is whoever is helped, trained, supervised or reported
to, and whose role is a principle ("bảo đảm vai trò nòng cốt của …"). What a body may do ("có quyền", "có thể"), what is
done to it ("được", "bị"), and a submission's own request ("kính đề nghị") is no duty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.bodies import Body, Named, find_bodies
from corpus.document import Document
from corpus.provision import Provision
from corpus.text import MARK


@dataclass(frozen=True, slots=True)
class Subject:
    """Who must act, as the text names them: canonical offsets, and where the sentence that says so begins."""

    start: int
    end: int
    bodies: tuple[Body, ...]
    sentence: int


_BEFORE = re.compile(
    r"(?:(?:định kỳ\s+)?(?:hằng|hàng)\s+(?:năm|quý|tháng|tuần)|định kỳ(?:\s+\([^)]*\))?|đồng thời|thường xuyên"
    r"|100\s?%|giao(?:\s+cho)?|đề nghị|yêu cầu|đối với|mỗi|riêng|trong các nội dung"
    r"|theo chức năng,?\s+nhiệm vụ(?:\s+được giao)?|trong quá trình triển khai thực hiện có gì vướng mắc)"
    r"(?!\w)[,:]?\s*",
    re.IGNORECASE,
)
"""Words that may stand before a subject."""

_CONDITION = re.compile(
    r"(?:trong|trường hợp|khi|sau|trước|căn cứ|theo|tùy theo|đối với|trên cơ sở|để|nếu|ngoài|tại|chậm nhất|ít nhất"
    r"|kể từ|hằng|định kỳ)(?!\w)",
    re.IGNORECASE,
)
"""A condition or time before a subject; it ends at "thì", else at a comma that joins no list of bodies."""

_UNITS = "quận|huyện|thành phố|tỉnh|cấp xã|phường|xã|thị trấn|đặc khu|thôn|tổ dân phố|khu phố|địa phương"
_BESIDE = re.compile(
    rf"(?:\s+(?:(?:thuộc|trên địa bàn|ở|tại|nơi|của)\s+(?:{_UNITS})(?:(?:,|\s+và)\s+(?:{_UNITS}))*|cùng cấp|các cấp"
    r"|có liên quan|liên quan|khác)(?!\w))+",
    re.IGNORECASE,
)
"""Words that say of which or where a body is, and belong to its name."""

_JOIN = re.compile(r"\s*(?:[,;]\s*(?:và\s+)?|\s(?:và|hoặc|cùng)\s+)(?:các\s+|mỗi\s+)?", re.IGNORECASE)
"""What joins the bodies of a list."""

_NO_DUTY = re.compile(r"\s*(?:được|bị|kính|có\s+quyền|có\s+thể|có\s+(?:các\s+)?hành\s+vi)(?!\w)", re.IGNORECASE)
_LABEL = re.compile(r"(?:trách nhiệm|nhiệm vụ(?:,\s+quyền hạn)?|đối với)\s+(?:của\s+)?", re.IGNORECASE)
_PLAYED = re.compile(
    r"(?<!nhằm )(?:phát huy|nâng cao|đề cao)(?:[\s,]+\w+){0,5}?\s+(?:vai trò|trách nhiệm)(?:\s+nêu gương)?\s+của\s+",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"(?<!\w)giữa\s+((?:(?!\sphối hợp với|\strong\s)[^.;])*)", re.IGNORECASE)
_CUT = re.compile(r"\.\s+(?=[A-ZĐÀ-Ỹ])|;\s+|\n")


def subjects(document: Document, provision: Provision) -> list[Subject]:
    """Who must act by a provision's own words, in order; rules 1, 2, 4 and 5."""
    text = document.own_words(provision)
    named = find_bodies(text, document)
    found = list(_of_sentences(text, named))
    if provision.is_leaf:
        for match in _PLAYED.finditer(text):
            chain = _chain(text, match.end(), named)
            if chain and re.search(r"\strong\s", text[chain.end : _end_of_sentence(text, chain.end)]):
                found.append(Subject(chain.start, chain.end, chain.bodies, match.start()))
    if re.search(r"phối hợp\s+giữa\s", text, re.IGNORECASE):
        for match in _TOGETHER.finditer(text):
            held = [one for one in named if match.start(1) <= one.start < match.end(1)]
            if held:
                bodies = tuple(dict.fromkeys(body for one in held for body in one.bodies))
                found.append(Subject(held[0].start, held[-1].end, bodies, match.start()))
    shift = provision.start
    moved = (Subject(s.start + shift, s.end + shift, s.bodies, s.sentence + shift) for s in found)
    return sorted(moved, key=lambda subject: subject.start)


def heads(document: Document, provision: Provision) -> Subject | None:
    """Whom a heading gives all below it to (rule 3); None where the first line is no such heading."""
    text = document.heading(provision)
    begin = _behind_mark(text)
    label = _LABEL.match(text, begin)
    chain = _chain(text, label.end() if label else begin, find_bodies(text, document))
    if chain is None or (text[begin:].isupper() and not label):
        return None  # in capitals and without "trách nhiệm" it is the title of a chapter
    rest = text[chain.end :].strip()
    if rest in ("", ":", ".") or (label and re.match(r"(?:trong|về)\s", rest)):
        shift = provision.start
        return Subject(chain.start + shift, chain.end + shift, chain.bodies, shift)
    return None


def acting(document: Document, provision: Provision, at: int) -> Subject | None:
    """Who must act at a place: the subject of its sentence, of one before it, or of what the provision stands under.

    Args:
        document: the document.
        provision: one of its provisions.
        at: a canonical offset in its own words.
    """
    before = [subject for subject in subjects(document, provision) if subject.sentence <= at]
    if before:
        return before[-1]
    for above in reversed(document.ancestors(provision.path)):
        if governing := heads(document, above):
            return governing
        if document.own_words(above).rstrip().endswith(":") and (said := subjects(document, above)):
            return said[-1]
    return None


def sentence(document: Document, provision: Provision, at: int) -> tuple[int, int]:
    """The canonical span of the sentence that holds a place of a provision's own words, without mark and full stop."""
    text = document.own_words(provision)
    spans = list(_sentences(text, _behind_mark(text), find_bodies(text, document)))
    n = next((n for n, (_, end) in enumerate(spans) if at - provision.start <= end), len(spans) - 1)
    start, end = spans[n]
    if _ONLY_GROUNDS.match(text[start:end]) and n + 1 < len(spans):
        end = spans[n + 1][1]
    return provision.start + start, provision.start + start + len(text[start:end].rstrip(" .;:/"))


_ONLY_GROUNDS = re.compile(r"(?:(?:hằng|hàng)\s+năm|định kỳ)[^,]*,\s+(?:căn cứ|theo|trên cơ sở)\s[^,]*$", re.IGNORECASE)
"""A time and a ground, with what is to be done behind a ";"."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """A list of bodies, with the words that belong to their names."""

    start: int
    end: int
    bodies: tuple[Body, ...]


def _chain(text: str, at: int, named: Sequence[Named]) -> _Chain | None:
    """The bodies listed from an offset on; None where none is named there."""
    starts = {one.start: one for one in named}
    if (other := re.compile(r"các\s+", re.IGNORECASE).match(text, at)) and at not in starts:
        at = other.end()
    begin, end, bodies = at, at, list[Body]()
    while one := starts.get(at):
        bodies += one.bodies
        beside = _BESIDE.match(text, one.end)
        end = beside.end() if beside else one.end
        joined = _JOIN.match(text, end)
        if not joined:
            break
        at = next((n for n in range(end + 1, joined.end() + 1) if n in starts), -1)
    return _Chain(begin, end, tuple(dict.fromkeys(bodies))) if bodies else None


def _of_sentences(text: str, named: Sequence[Named]) -> Iterator[Subject]:
    begin = _behind_mark(text)
    for start, end in _sentences(text, begin, named):
        chain = _subject(text, start, end, named)
        if chain is None or not text[chain.end : end].strip(" :.,;/") or _NO_DUTY.match(text, chain.end):
            continue
        yield Subject(chain.start, chain.end, chain.bodies, start)


def _sentences(text: str, at: int, named: Sequence[Named]) -> Iterator[tuple[int, int]]:
    """Cut words into sentences; a ";" between two bodies of a list cuts nothing."""
    starts = {one.start for one in named}
    ends = {beside.end() if (beside := _BESIDE.match(text, one.end)) else one.end for one in named}
    for cut in _CUT.finditer(text, at):
        after = re.compile(r"(?:các\s+)?", re.IGNORECASE).match(text, cut.end())
        listed = cut.start() in ends and (cut.end() in starts or (after is not None and after.end() in starts))
        if cut[0][0] == ";" and listed:
            continue
        yield at, cut.start()
        at = cut.end()
    if at < len(text):
        yield at, len(text)


def _subject(text: str, at: int, end: int, named: Sequence[Named]) -> _Chain | None:
    """The bodies that a sentence begins with, behind words of time, share or condition."""
    here = at
    while here < end:
        if chain := _chain(text, here, named):
            return chain if chain.end <= end else None
        before = _BEFORE.match(text, here, end)
        if before is None:
            break
        here = before.end()
    while at < here and not _CONDITION.match(text, at):
        at = before.end() if (before := _BEFORE.match(text, at, here)) else here
    if not _CONDITION.match(text, at):
        return None
    ends = {one.end for one in named}
    stops = list(re.compile(r",\s+|\sthì\s+").finditer(text, at, end))
    then = [stop for stop in stops if "thì" in stop[0]]
    beyond = then or [stop for stop in stops if stop.start() not in ends]
    return next(filter(None, (_chain(text, stop.end(), named) for stop in beyond)), None)


def _end_of_sentence(text: str, at: int) -> int:
    cut = _CUT.search(text, at)
    return cut.start() if cut else len(text)


def _behind_mark(text: str) -> int:
    """Where the words begin behind a provision's mark."""
    mark = MARK.match(text)
    at = mark.end() if mark else 0
    return at + len(text[at:]) - len(text[at:].lstrip(" .:"))
