"""Whether two questions ask the same: of the same place, the same kind of thing, in words and meaning alike.

What a question says is read by retrieval and passed in (`asked_by`); the vectors come from the index's encoder.
Thresholds and weights were fitted on tests/bot/feedback/same_questions_steer.jsonl alone, by logistic regression over
its pairs of one place; `danchu feedback clusters --measure FILE` prints how well they sort a file of such questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus.text import fold
from retrieval.question import Question
from retrieval.understand import Understanding, compared

_UNIT = re.compile(r"^(?:thanh pho|tinh|thi xa|thi tran|quan|huyen|phuong|xa|dac khu|tp|tx|tt|q|h|p|x)\.?\s+")
_SYLLABLES = re.compile(r"\w+")
_QUIET = frozenset(
    """ban bao cho chu chuc co cong don hanh nguoi dan nhan nhieu noi dung phuong quan quyen thong tin thuc tich to
    trach nhiem uy viec vi xa""".split()
)
"""Syllables that stand in so many questions that sharing one says little."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two questions of one place are, in log-odds of asking the same."""

    bias: float = -10.8
    cosine: float = 7.8
    shared: float = 5.1
    """For the share of all their words that both have, 0 to 1."""
    held: float = 3.7
    """For the share of the shorter one's words that the other has, 0 to 1."""
    same_kind: float = 4.2
    near_kind: float = 1.4
    other_kind: float = -4.5
    """Where both kinds are told and differ: "mấy người" and "ai bầu" of the same board."""
    quiet: float = 0.4
    """What a word of `_QUIET` weighs; any other weighs 1."""
    threshold: float = 0.0
    """From here on they ask the same."""


LIKENESS = Likeness()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared of a question."""

    text: str
    """What the encoder reads: accents and abbreviations written out, without places, small letters."""
    words: tuple[str, ...]
    """Syllables that carry matter, without accents, each once."""
    kind: str | None
    """What is asked for, of `KINDS`; None where nothing tells."""
    place: str | None = None
    """The place as it is shown; None where none is named."""
    place_key: str = ""
    """The place as it is compared."""


Reading = Callable[[str, Sequence[str], str | None], Asked]
"""Reads a question on record: its words, the questions before it (oldest first), the place that was answered for."""

# The first that fits is taken, over letters without accents; the more special stand before the more general.
_AMOUNT = r"(?:may|bao nhieu)"
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "money",
            rf"{_AMOUNT} (?:\w+ )?tien|(?<!khong )\bgia (?:bao|nao|may|\w+ bao)|tinh gia|"
            r"gia (?:\w+ ){0,5}(?:the nao|ra sao|tinh)|phi (?:\w+ ){0,4}bao nhieu|phat (?:\w+ ){0,6}bao nhieu|"
            r"bao nhieu (?:1|mot|moi|hang) thang|"
            rf"(?:luong|tro cap|phu cap|muc|che do) (?:\w+ ){{0,8}}{_AMOUNT}|"
            rf"(?:gop|vay|dong) (?:\w+ ){{0,4}}{_AMOUNT}(?! (?:phan|%|ngay|thang|nam|nguoi|ho|lan)(?!\w))",
        ),
        ("age", rf"{_AMOUNT} tuoi|do tuoi"),
        ("share", r"phan tram|%|ty le"),
        ("often", rf"{_AMOUNT} (?:lan|ban)\b"),
        ("people", rf"{_AMOUNT} (?:nguoi|thanh vien|ho)\b|so thanh vien"),
        ("contact", r"so dien thoai|sdt|goi so|duong day nong|dia chi(?! nao)|trang web|trang nao"),
        ("long", rf"{_AMOUNT} (?:ngay|nam|thang|hom)\b|bao lau|thoi han"),
        ("hour", r"may gio|gio nao|gio lam"),
        ("number", rf"so {_AMOUNT}|so hieu"),
        ("when", r"khi nao|bao gio|luc nao|(?:ngay|hom|thoi gian) nao|ngay may|nao thi"),
        ("papers", r"giay to|ho so gom|thu tuc|can (?:nhung )?gi\b"),
        ("where", r"o dau|cho nao|(?:den|toi|ra|di|tu) dau|dau ra|noi nao|dia diem"),
        ("who", r"\bai\b|nguoi nao|\bten\b|(?:co quan|don vi|to chuc|ong|ba) nao"),
        ("yesno", r"\bkhong\b\W*(?:a|vay|ha|nhi)?\W*$|hay khong|\bco (?:\w+ ){0,9}khong\b|hay tu nguyen"),
        ("how", r"the nao|ra sao|\bsao\b|kieu gi|cach nao|bang cach|lam sao"),
        ("what", r"\bgi\b|\bnao\b"),
    )
)
"""What a question can ask for. Coarser than `retrieval.facts`, which need only know what an answer must state, and
told for every question: "ai" and "mấy ngày" part two that share all other words."""

_NEAR = frozenset(
    frozenset(pair.split())
    for pair in """who where|how what|papers what|when long|long often|number what|contact where|contact what|
    how yesno|what yesno|money people|money share|money how|share people|where what|who what""".split("|")
)
"""Kinds that one question can be put as: to whom and where one turns, how and what."""


def kind_of(text: str) -> str | None:
    """What a question asks for: the first of `KINDS` that fits, or None."""
    folded = fold(text)
    return next((kind for kind, pattern in KINDS if pattern.search(folded)), None)


def plain(text: str) -> str:
    """A wording without what does not count: small letters without accents, words apart by one space."""
    return " ".join(_SYLLABLES.findall(fold(text)))


def asked_by(understood: Callable[[Question], Understanding]) -> Reading:
    """A reading that goes through retrieval's understanding (`Answerer.understood`)."""

    def read(text: str, previous: Sequence[str] = (), place: str | None = None) -> Asked:
        said = understood(Question(text, place, previous=tuple(previous)))
        bare = said.text
        for mention in sorted(said.places, key=lambda mention: -mention.start):
            bare = bare[: mention.start] + " " + bare[mention.end :]
        bare = " ".join(bare.split())
        own = set(plain(bare).split())
        content = dict.fromkeys(fold(word) for word in (*said.context, *said.content))
        # A follow-up ("còn ở Hải Phòng thì sao?") says less than it asks.
        carried = [word for word in dict.fromkeys((*said.context, *said.content)) if fold(word) not in own]
        kind = kind_of(bare)
        places = [held.name for held in compared(said)] + list(said.unknown_places)
        return Asked(
            text=" ".join([*carried, bare]).lower(),
            words=tuple(content),
            kind=None if carried and kind in ("how", "what") else kind,
            place=", ".join(places) or None,
            place_key=place_key(places),
        )

    return read


def place_key(places: Iterable[str]) -> str:
    """Places as they are compared: without accents and unit words, in one order."""
    return "|".join(sorted({_UNIT.sub("", fold(place)).strip() for place in places}))


def log_odds(one: Asked, other: Asked, cosine: float, weights: Likeness = LIKENESS) -> float:
    """How likely two questions of the same place ask the same; `cosine` is that of their vectors, -1 to 1."""
    mine, theirs = set(one.words), set(other.words)
    both = _weight(mine & theirs, weights)
    either, shorter = _weight(mine | theirs, weights), min(_weight(mine, weights), _weight(theirs, weights))
    kinds = frozenset((one.kind, other.kind))
    near = None in kinds or kinds in _NEAR
    return (
        weights.bias
        + weights.cosine * cosine
        + (weights.shared * both / either if either else 0.0)
        + (weights.held * both / shorter if shorter else 0.0)
        + (weights.same_kind if len(kinds) == 1 and None not in kinds else 0.0)
        + weights.near_kind * near
        + (weights.other_kind if len(kinds) == 2 and not near else 0.0)
    )


def _weight(words: set[str], weights: Likeness) -> float:
    quiet = len(words & _QUIET)
    return len(words) - quiet + weights.quiet * quiet


def pairwise_f1(groups: Sequence[Sequence[str]]) -> tuple[float, float, float]:
    """F1, precision and recall over pairs: of all pairs put together, those that belong together, and the reverse.

    Args:
        groups: the clusters found, each as the true groups of its questions.
    """
    found = sum(_pairs(len(group)) for group in groups)
    truly: dict[str, int] = {}
    for group in groups:
        for label in group:
            truly[label] = truly.get(label, 0) + 1
    right = sum(_pairs(list(group).count(label)) for group in groups for label in set(group))
    belong = sum(_pairs(amount) for amount in truly.values())
    precision, recall = right / found if found else 0.0, right / belong if belong else 0.0
    return (2 * right / (found + belong) if found + belong else 0.0), precision, recall


def _pairs(amount: int) -> int:
    return amount * (amount - 1) // 2
