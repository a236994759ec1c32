"""Canonical text: a source's words with its layout repaired, and the way back to the source for every character.

Layout is repaired once, here, by the named steps of `STEPS`. Words are never changed: a step may drop white space,
Markdown marks, soft hyphens and lone page numbers, join lines, and put a tone mark back on its vowel. Slips of the
source stay.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_MARKS_SHAPE = "\u0302\u0306\u031b"  # circumflex, breve, horn: letters of their own (â ă ơ), not tones

MARK = re.compile(
    r"(?:"
    r"(?:PHẦN|Phần)\s+(?:thứ\s+\w+|THỨ\s+\w+|[IVXLC]+|\d+)\b"
    r"|(?:CHƯƠNG|Chương)\s+(?:[IVXLC]+|\d+)\b"
    r"|(?:TIỂU MỤC|Tiểu mục)\s+\d+\b"
    r"|(?:MỤC|Mục)\s+(?:\d+|[IVXLC]+)\b"
    r"|(?:PHỤ LỤC|Phụ lục)\b"
    r"|(?:ĐIỀU|Điều)\s+\d+[a-zđ]?\s*[.:]"
    r"|[IVXLC]{1,6}\s*[.)]\s"
    r"|\d{1,3}[a-zđ]?\s?\.\s"
    r"|[a-zđ]\d?\s?\)\s"
    r"|[-–—+•]\s"
    r")"
)
"""The marks with which a provision begins, at the start of a line."""

_OPENERS = re.compile(
    r"(?:Căn cứ|Theo đề nghị|Xét|Nơi nhận|Kính gửi|Số\s*:|Luật số|TM\.|KT\.|CHỦ TỊCH|QUYẾT NGHỊ|QUYẾT ĐỊNH|Thực hiện "
    r"(?:Thông báo|Luật|Nghị|Chỉ|Kết luận))"
)
"""Words that open a paragraph of their own, also in a text whose lines are broken hard."""

_SENTENCE_END = re.compile(r"""[.:;!?…][”"’')\]]*$|/\.$|[”"]\s*$""")


@dataclass(frozen=True, slots=True)
class CanonicalText:
    """A canonical text, one paragraph a line, and where each character stands in the source.

    `starts[i]` and `ends[i]` are the offsets (code points of the source's UTF-8 text, no newline translation) of the
    words that character i stands for.
    """

    text: str
    starts: array[int]
    ends: array[int]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The source offsets of the canonical span [start, end).

        Raises:
            ValueError: if the span is empty or outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no such span: {start}:{end} of {len(self.text)}")
        # A tone mark that the source puts after a space ends later than the letters that follow its vowel.
        tail = max(start, end - 16)
        return self.starts[start], max(self.ends[tail:end])


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replace [start, end) by `new`, which stands for the source span of `of` (default: of what it replaces)."""

    start: int
    end: int
    new: str
    of: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    text: str
    starts: array[int]
    ends: array[int]

    def edit(self, edits: Iterable[_Edit]) -> _Draft:
        """Apply edits, in order and without overlaps."""
        parts: list[str] = []
        starts, ends = array("I"), array("I")
        at = 0
        for edit in edits:
            parts += (self.text[at : edit.start], edit.new)
            low, high = edit.of or (edit.start, edit.end)
            starts += self.starts[at : edit.start] + array("I", [self.starts[low]] * len(edit.new))
            ends += self.ends[at : edit.start] + array("I", [max(self.ends[low:high])] * len(edit.new))
            at = edit.end
        if not at:
            return self
        parts.append(self.text[at:])
        return _Draft("".join(parts), starts + self.starts[at:], ends + self.ends[at:])

    def drop(self, pattern: re.Pattern[str], group: int = 0) -> _Draft:
        """Drop each match of a pattern (or of one of its groups)."""
        return self.edit(_Edit(*m.span(group), "", (m.start(group), m.end(group))) for m in pattern.finditer(self.text))


def canonical(source: str) -> CanonicalText:
    """Repair the layout of a source text.

    Args:
        source: the file's text, decoded as it stands (no newline translation).
    """
    n = len(source)
    draft = _Draft(source, array("I", range(n)), array("I", range(1, n + 1)))
    for step in STEPS:
        draft = step(draft)
    return CanonicalText(draft.text, draft.starts, draft.ends)


def _folding() -> dict[int, str]:
    """Each accented Latin letter to its bare small letter, one for one."""
    table = {ord("Đ"): "d", ord("đ"): "d"}
    for point in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1EA0, 0x1EFA)):
        bare = unicodedata.normalize("NFD", chr(point).lower())[:1]
        if bare.isascii() and bare.isalpha():
            table[point] = bare
    return table | {ord("Đ"): "d", ord("đ"): "d"}


_FOLDING = _folding()


def fold(text: str) -> str:
    """A composed (NFC) text in small letters without accents; offsets stay the same, letter for letter.

    Examples:
        >>> fold("Điều 5a, khoản đ")
        'dieu 5a, khoan d'
    """
    return text.translate(_FOLDING)


_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]+")


def strip_layout(text: str) -> str:
    """A text's letters, without white space, layout marks, soft hyphens or the place of tone marks.

    Two texts are word for word the same exactly if this is equal for both and so are their tone marks in order; it
    returns the letters followed by the tone marks.
    """
    # What cannot be seen goes first, as in `canonical`: a number with a soft hyphen behind it is a page number too.
    lines = (line for line in _UNSEEN.sub("", text).split("\n") if not re.fullmatch(r"\s*\d{1,3}\s*", line))
    bare = unicodedata.normalize("NFD", re.sub(r"[\s*#]+", "", "".join(lines)))
    letters = "".join(char for char in bare if char not in _TONES)
    return letters + "\n" + "".join(char for char in bare if char in _TONES)


# The steps, in the order in which they run.


def _unify_space(draft: _Draft) -> _Draft:
    """Soft hyphens, zero-width characters and the byte order mark go; other white space becomes plain spaces."""
    draft = draft.drop(_UNSEEN)
    newlines = re.compile("\r\n|[\r\f\v\u2028\u2029\x85]")
    draft = draft.edit(_Edit(*m.span(), "\n") for m in newlines.finditer(draft.text))
    return draft.edit(_Edit(*m.span(), " ") for m in re.finditer("[\t\u00a0\u2000-\u200a\u202f\u3000]", draft.text))


def _return_tone_marks(draft: _Draft) -> _Draft:
    """A tone mark that a PDF puts after a space goes back on its vowel: "đươc ̣ Hội" is "được Hội"."""
    pattern = re.compile(rf"([^\W\d_]+)( +)([{_TONES}])( ?)")
    edits: list[_Edit] = []
    for match in pattern.finditer(draft.text):
        syllable, mark = match[1], match[3]
        nucleus = _nucleus(syllable)
        if nucleus is None:
            continue
        at = match.start(1) + nucleus
        edits.append(_Edit(at, at + 1, unicodedata.normalize("NFC", draft.text[at] + mark), (at, match.end(3))))
        edits.append(_Edit(match.start(2), match.end(4), " ", (match.start(2), match.end(4))))
    return draft.edit(edits)


def _nucleus(syllable: str) -> int | None:
    """The index of the vowel that carries a syllable's tone, or None where it has no vowel or a tone already.

    The rule is the spelling of Decision 240/QĐ of 1984: a vowel with a shape mark carries it (the last one, as in
    ươ); else the last vowel before a final consonant, else the last but one.
    """
    plain = [unicodedata.normalize("NFD", char) for char in syllable.lower()]
    if any(tone in char for char in plain for tone in _TONES):
        return None
    vowels = [i for i, char in enumerate(plain) if char[0] in "aeiouy"]
    if len(vowels) > 1 and (syllable[:2].lower() == "qu" or (syllable[:2].lower() == "gi" and vowels[0] == 1)):
        vowels = vowels[1:]
    if not vowels:
        return None
    shaped = [i for i in vowels if any(mark in plain[i] for mark in _MARKS_SHAPE)]
    if shaped:
        return shaped[-1]
    if vowels[-1] < len(syllable) - 1 or len(vowels) == 1:
        return vowels[-1]
    return vowels[-2]


def _compose(draft: _Draft) -> _Draft:
    """Unicode form C: letters and their marks become one character."""
    if unicodedata.is_normalized("NFC", draft.text):
        return draft
    pattern = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]+|[\u0340\u0341\u0343\u0344\u0374\u037e\u0387\u1f71-\u1ffd]")
    composed = ((m, unicodedata.normalize("NFC", m[0])) for m in pattern.finditer(draft.text))
    return draft.edit(_Edit(*m.span(), new) for m, new in composed if new != m[0])


def _drop_markdown(draft: _Draft) -> _Draft:
    """Markdown marks go: headings' #, ** and the * around emphasised words."""
    draft = draft.drop(re.compile(r"^[ ]*(#{1,6})[ ]+", re.MULTILINE), 1)
    draft = draft.drop(re.compile(r"\*\*+"))
    pairs = re.compile(r"(\*)(?=[^\s*])[^*\n]*[^\s*](\*)|(\*)[^\s*](\*)")
    edits = []
    for match in pairs.finditer(draft.text):
        groups = (1, 2) if match[1] else (3, 4)
        edits += [_Edit(*match.span(group), "", match.span(group)) for group in groups]
    return draft.edit(edits)


def _drop_page_numbers(draft: _Draft) -> _Draft:
    """A line that holds a number of one to three digits and nothing else is a page number."""
    return draft.drop(re.compile(r"^[ ]*(\d{1,3})[ ]*$", re.MULTILINE), 1)


def _paragraphs(draft: _Draft) -> _Draft:
    """Lines become paragraphs: lines broken hard and paragraphs cut by a page are joined, the others stand alone."""
    lines = [(m.start(1), m.end(1)) for m in re.finditer(r"^[ ]*(\S(?:[^\n]*\S)?)[ ]*$", draft.text, re.MULTILINE)]
    if not lines:
        return draft.edit([_Edit(0, len(draft.text), "", (0, len(draft.text)))]) if draft.text else draft
    words = [draft.text[a:b] for a, b in lines]
    layout = _Layout(words)
    edits = [_Edit(0, lines[0][0], "", (0, lines[0][0]))] if lines[0][0] else []
    last = len(draft.text)
    for i, (_, end) in enumerate(lines):
        following = lines[i + 1][0] if i + 1 < len(lines) else last
        if end == following:
            continue
        joint = "" if i + 1 == len(lines) else layout.joint(i)
        edits.append(_Edit(end, following, joint, (end, following)))
    draft = draft.edit(edits)
    return draft.edit(_Edit(*m.span(), " ") for m in re.finditer(r" {2,}", draft.text))


def _split_bases(draft: _Draft) -> _Draft:
    """Bases that run on in one line ("…; Căn cứ …") stand on lines of their own."""
    pattern = re.compile(r"(?<=;)( )(?=Căn cứ [A-ZĐ])")
    return draft.edit(_Edit(*m.span(), "\n") for m in pattern.finditer(draft.text))


STEPS: tuple[Callable[[_Draft], _Draft], ...] = (
    _unify_space,
    _return_tone_marks,
    _compose,
    _drop_markdown,
    _drop_page_numbers,
    _paragraphs,
    _split_bases,
)


class _Layout:
    """How the lines of a text are laid out, and so which of them belong together."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        unfinished = sum(self._unfinished(a) and b[:1].islower() for a, b in itertools.pairwise(lines))
        self.wrapped = len(lines) > 20 and unfinished > 0.15 * len(lines)
        lengths = sorted(map(len, lines))
        self.width = lengths[int(len(lengths) * 0.9)]
        self.pairs = {pair for line in lines for pair in itertools.pairwise(line.split())}

    def joint(self, i: int) -> str:
        """What stands between line i and the next: a line break, a space, or nothing (a number broken in two)."""
        line, following = self.lines[i], self.lines[i + 1]
        if re.search(r"[A-ZĐ\d]-$", line) and re.match(r"[A-ZĐ]{2,}", following):
            return ""
        return " " if self._continues(line, following) else "\n"

    def _continues(self, line: str, following: str) -> bool:
        full = len(line) >= 0.8 * self.width
        if MARK.match(following):
            # In a text broken hard, "chính trị / - xã hội" is one compound and no indent.
            dash = re.match(r"[-–] [a-zđà-ỹ]", following)
            return bool(self.wrapped and full and dash and self._unfinished(line))
        if _OPENERS.match(following) or line.isupper():
            return False
        if following[0].islower() and self._unfinished(line):
            return True
        if self.wrapped:
            closed = len(line) < 0.9 * self.width if _SENTENCE_END.search(line) else not full
            return not closed
        # A page cut a paragraph before a capital letter: the two words stand side by side elsewhere.
        seam = (line.split()[-1], following.split()[0])
        return len(line) >= 60 and self._unfinished(line) and seam in self.pairs

    @staticmethod
    def _unfinished(line: str) -> bool:
        return not _SENTENCE_END.search(line)
