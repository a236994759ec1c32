"""Vietnamese text as search sees it: lower case, with or without accents, tone marks in one place.

Nothing here is ever shown to a person; citations quote the canonical text of `corpus`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from corpus.text import fold as fold_letters

_BODIES = {
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "mttq": "mặt trận tổ quốc",
}
_BODY = re.compile(rf"(?<![\w/-])(?:{'|'.join(_BODIES)})(?![\w/])")
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"\w+")

# The five tone marks; the level tone has none. All other marks (breve, circumflex, horn) belong to the vowel.
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VOWELS = "aăâeêioôơuưy"
_ONSET_VOWELS_CODA = re.compile(
    rf"(qu(?=[{_VOWELS}])|gi(?=[{_VOWELS}])|[^{_VOWELS}]*)([{_VOWELS}]+)(|ch|c|m|ng|nh|n|p|t)"
)
_MARKED_VOWELS = frozenset("ăâêôơư")


def fold(text: str) -> str:
    """The text in lower case without accents: "Điều ước" becomes "dieu uoc".

    Spaces and punctuation stay. Where the input is composed (NFC) Vietnamese, each character gives one character, so
    that offsets into the result are offsets into the text.
    """
    return _MARKS.sub("", fold_letters(_small(text)))


def syllables(text: str) -> list[str]:
    """The words and numbers of a text, in order: lower case, composed (NFC), each tone mark in its traditional place.

    "Hoà", "hòa" and "hòa" in decomposed form all give "hòa"; punctuation and white space give nothing.
    """
    return [_placed(word) for word in _WORD.findall(_written_out(_small(text)))]


@lru_cache(maxsize=1 << 16)
def fold_syllable(syllable: str) -> str:
    """One syllable without accents; cached, since a language has few of them."""
    return fold(syllable)


def _written_out(text: str) -> str:
    """The bodies that papers write short, written out; not within a document's number ("18/NQ-HĐND")."""
    return _BODY.sub(lambda match: _BODIES[match[0]], text)


def _small(text: str) -> str:
    # Old fonts and keyboards wrote the Icelandic eth for đ.
    return unicodedata.normalize("NFC", text.lower()).replace("ð", "đ")


@lru_cache(maxsize=1 << 16)
def _placed(word: str) -> str:
    """A word with its tone mark where the traditional spelling has it (hòa, quý, khuỷu); other words unchanged."""
    if word.isascii():
        return word
    tones = ""
    letters = []
    for letter in unicodedata.normalize("NFD", word):
        if letter in _TONES:
            tones += letter
        else:
            letters.append(letter)
    if len(tones) != 1:
        return word
    bare = unicodedata.normalize("NFC", "".join(letters))
    parts = _ONSET_VOWELS_CODA.fullmatch(bare)
    if parts is None:
        return word
    start = parts.start(2)
    vowels = parts[2]
    at = start + _tone_seat(vowels, closed=bool(parts[3]))
    return unicodedata.normalize("NFC", bare[: at + 1] + tones + bare[at + 1 :])


def _tone_seat(vowels: str, *, closed: bool) -> int:
    """Which of a syllable's vowels carries the tone mark.

    The traditional rule: the last vowel that has a mark of its own (ươ: the ơ); else the only vowel, the middle one of
    three, of two the second before a final consonant and the first without one.
    """
    marked = [at for at, vowel in enumerate(vowels) if vowel in _MARKED_VOWELS]
    if marked:
        return marked[-1]
    if len(vowels) == 2:
        return 1 if closed else 0
    return len(vowels) // 2
