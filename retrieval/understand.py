"""What a question says: its words written out, the places, documents and provisions it names, the fact it asks for."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpus.document import Place
from corpus.mention import DocumentMention, ProvisionMention, find_documents, find_provisions
from corpus.places import PlaceMention, find_places, within, write_out_initials
from corpus.text import fold
from index.normalise import syllables
from retrieval.facts import OTHER_ASKED, Fact, fact_asked, subjects_asked, unit_asked
from retrieval.question import MAX_QUESTION_CHARS, Question
from retrieval.several import everywhere, write_out_listed
from retrieval.words import law_words, names_own_field, write_out

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
    """What is counted where a number is asked for ("thành viên"), or done where it is asked who does it ("bầu"), in
    letters without accents."""
    subjects: tuple[str, ...] = ()
    """What the number asked for is of, in letters without accents."""
    next_question: str | None = None
    context: tuple[str, ...] = ()
    """The same as `content`, of the earlier question that a follow-up carries on; it counts for less."""
    context_searched: str = ""
    """The same as `searched`, of that earlier question."""
    on: dt.date | None = None
    """The day asked about, where one is."""
    at: Place | None = None
    """The unit asked about, where it is another than the place of the documents that are searched."""
    remarks: tuple[str, ...] = ()
    """What the asker should know of the place and the day that were taken, a Vietnamese sentence each."""

    @property
    def held_places(self) -> tuple[Place, ...]:
        """The places named that documents are held of, each once."""
        return tuple(dict.fromkeys(mention.place for mention in self.places if mention.place))

    @property
    def unknown_places(self) -> tuple[str, ...]:
        """The places named that no document is held of."""
        return tuple(mention.words for mention in self.places if mention.place is None)


_ADDRESS = re.compile(r"[\s,;(/-]*(?:thuoc |cua |o |tai )?\s*")


_WITH_THE_CITY = re.compile(
    r"(?<!\w)(?:voi|va|giua|doi chieu)(?!\w).{0,40}(?<!\w)(?:thanh pho|tp)(?!\w)|"
    r"(?<!\w)(?:thanh pho|tp)(?!\w).{0,40}(?<!\w)(?:voi|va|doi chieu)(?!\w)"
)


def compared(asked: Understanding, held: Sequence[Place] = ()) -> tuple[Place, ...]:
    """The places that a question is about.

    Of "phường Thạch Khôi, Hải Phòng", which is an address, only the ward; of "thành phố so với Thạch Khôi" also the
    city that the ward lies in, if documents of it are held.
    """
    outer = {
        other.place
        for one in asked.places
        for other in asked.places
        if one.place and other.place and within(one.place, other.place) and in_address(asked.text, one, other)
    }
    if len(asked.held_places) == 1 and _WITH_THE_CITY.search(fold(asked.text)):
        place = asked.held_places[0]
        return (place, *(city for city in held if within(place, city)))
    inner = tuple(place for place in asked.held_places if place not in outer)
    return inner if len(inner) == 1 else asked.held_places


def in_address(text: str, inner: PlaceMention, outer: PlaceMention) -> bool:
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
    long = write_out(write_out_listed(write_out_initials(text, held), held))
    guess = accented(long)
    places = tuple(find_places(long, held))
    places += tuple(everywhere(long, places, held))
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
        fact=fact_asked(guess),
        unit=unit_asked(guess),
        subjects=subjects_asked(guess),
        next_question=following,
    )


def _split(text: str) -> tuple[str, str | None]:
    """The first question of a message, and the second where there are two."""
    parts = [part.strip() for part in re.findall(r"[^?]+\?*", text) if part.strip(" ?")]
    if len(parts) < 2 or not parts[0].endswith("?"):
        return text, None
    if len(parts[0].split()) < 4 or len(parts[1].split()) < 4:
        return text, None
    return parts[0], parts[1]


FOLLOWS_UP = re.compile(
    r"(?:con|the con|vay con|the|vay|nhu vay|rieng|o do|cho do|cai do|viec do|con neu|a the|uh the|ok)\b"
)
"""How a question opens that carries an earlier one on, in letters without accents."""
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
    opener = bool(FOLLOWS_UP.match(folded))
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
    # Both are said: the earlier question alone would read as if this one had been passed over.
    shown = "; ".join(part for part in (last.text, here.shown or here.text) if part)
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
            subjects=here.subjects if here.fact else last.subjects,
            context=last.context,
            context_searched=last.context_searched,
        )
    asks = here.fact or OTHER_ASKED.search(folded)
    return replace(
        here,
        shown=shown,
        fact=here.fact if asks else last.fact,
        unit=here.unit if asks else last.unit,
        subjects=here.subjects if asks else last.subjects,
        context=(*last.content, *(syllable for words in last.added for syllable in syllables(words))),
        context_searched=last.searched,
    )


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(set(spans), reverse=True):
        text = text[:start] + " " + text[end:]
    return " ".join(text.split())
