"""Papers that a question asks for and that are none of those held: drafts, guidance, reports, rules of procedure.

The words for them are ordinary words as well ("báo cáo", "quy chế"), so they count as papers only where a question
begins with them and asks for the paper itself: what it says, or nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from corpus.document import Kind
from corpus.mention import DocumentMention
from corpus.places import PlaceMention
from corpus.text import fold

_REQUEST = (
    r"(?:(?:theo|trong|tai|xem|doc|trich|tim|xin|can|cho|toi|minh|em|hoi|biet|lay|cai|ban|noi dung|toan van|nguyen van"
    r"|cu the) )*"
)
"""How a question asks for a paper before it names it."""
_KINDS = frozenset(
    "quy chế|đề án|chương trình|báo cáo|quy định|hướng dẫn|thông báo|kết luận|chỉ thị|công văn|quyết định|biên bản|"
    "công điện|thông tri|sổ tay|cẩm nang|giáo trình".split("|")
)
_KIND = f"(?:{'|'.join(sorted(map(fold, _KINDS)))})"
_BEFORE = re.compile(rf"{_REQUEST}(?:(?:phu luc|chuong|muc|dieu|khoan|diem) \w+[ ,]+)*(?:cua )?")
_BEGINS = re.compile(rf"{_REQUEST}({_KIND})(?!\w)")
_SAYS = r"(?:quy dinh|noi|neu|ghi|danh gia|huong dan|yeu cau|viet|co (?:nhung )?noi dung)"
_SPEAKS = re.compile(
    rf"{_REQUEST}({_KIND}(?: (?!quy dinh|noi|neu|ghi|danh gia|yeu cau|co(?! so| quan)|phai|nay)[\w/-]+){{1,14}}) "
    rf"{_SAYS}(?!\w)"
)
"""A question that begins with such a paper and asks what it says."""
_OFFICE = (
    "uy ban nhan dan|hoi dong nhan dan|uy ban mat tran|so noi vu|so tu phap|bo|ban|dang uy|thanh uy|huyen uy|quan uy|"
    "chinh phu|thu tuong|phuong|xa|quan|huyen|thanh pho|tinh"
)
_ISSUED = re.compile(
    rf"{_REQUEST}((?!quyet dinh|quy dinh){_KIND}(?: [\w/-]+){{0,14}}? (?:cua|do) (?:{_OFFICE})(?!\w)(?: [\w/-]+)*)"
)
"""A question that begins with such a paper and its issuer; "quy định của phường" means what the rules say."""
_WHAT_IT_SAYS = re.compile(
    rf"(?<!\w)(?:{_SAYS}|la|co) (?:nhung )?(?:gi|chi|the nao|ra sao)(?!\w)|"
    r"(?<!\w)(?:xem o |lay o |tai o )dau$|(?<!\w)dau roi$"
)
_ASKS = re.compile(r"(?<!\w)(?:ai|gi|nao|sao|dau(?! nam)|may|bao nhieu|khong|bao gio|khi|chua|phai|bao lau)(?!\w)")
_DRAFT = re.compile(rf"{_REQUEST}(du thao(?!\w)(?: [\w/-]+){{0,6}}? ?)$")
_MADE_FROM = re.compile(
    r"(?:sua doi(?:\s*,? bo sung)?|bo sung|thay the|bai bo|huong dan|trien khai|thi hanh|thuc hien|chi tiet)"
    r"(?: (?:trien khai|thi hanh|thuc hien|mot so dieu|noi dung|cac|cua|cho))*\s+$"
)
"""What stands between a paper and another that it amends, explains or carries out."""
LOCAL = (Kind.RESOLUTION, Kind.PLAN, Kind.SUBMISSION, Kind.DECISION)
"""The kinds of papers that every council or committee issues."""


def another_paper(
    text: str,
    mentions: Sequence[DocumentMention],
    places: Sequence[PlaceMention],
    spoken_of: Callable[[str], bool],
) -> str | None:
    """The words for a paper that a question asks for and that is surely not held; None where it asks for none.

    Args:
        text: the question, abbreviations written out.
        mentions: the documents that it names by kind.
        places: the places that it names; a paper without one may be any that the documents held speak of.
        spoken_of: whether any document held says some words, given without accents.
    """
    plain = fold(text)
    speaks = _SPEAKS.match(plain)
    if speaks and not mentions:
        return _upper_first(text[speaks.start(1) : speaks.end(1)])
    if not places:
        return None
    begins = _BEGINS.match(plain)
    kind = begins if begins and text[begins.start(1) : begins.end(1)].lower() in _KINDS else None
    if kind and not spoken_of(kind[1]):
        return _upper_first(" ".join(text[kind.start(1) :].split()[:8]))
    named = [(mention.start, mention.end) for mention in mentions if mention.kind in LOCAL]
    heads = [m.start for m in mentions if not m.number and _BEFORE.fullmatch(plain[: m.start])]
    heads += [kind.start(1)] if kind else []
    for start, end in named:
        made = _MADE_FROM.search(plain, 0, start)
        if made and any(_close(plain[head : made.start()]) for head in heads if head < made.start()):
            return _upper_first(text[min(heads) : end])
    draft = _DRAFT.match(plain, 0, named[0][0]) if named else None
    if draft:
        return _upper_first(text[draft.start(1) : named[0][1]])
    issued = _ISSUED.match(plain.rstrip(" ?.!"))
    if kind and issued and not _ASKS.search(_WHAT_IT_SAYS.sub(" ", plain.rstrip(" ?.!"))):
        return _upper_first(text[issued.start(1) : issued.end(1)])
    return None


def _close(between: str) -> bool:
    """Whether what stands behind a paper's kind is no more than its issuer and the like."""
    return len(between.split()) <= 16 and not _ASKS.search(between)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
