"""Messages cut to a channel's limit: between blocks first, then between lines, and inside a line only if it must be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.message import Block, Line

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\n")
# A full stop after a digit is more often a mark ("Điều 15. …") than the end of a sentence.
_SENTENCE_END = re.compile(r"(?<!\d)[.;:!?…][\"”’»)\]]*(?=\s)")
_SPACE = re.compile(r"\s")

BETWEEN_BLOCKS = "\n\n"
BETWEEN_LINES = "\n"

Measure = Callable[[str], int]
"""How long a channel says a text is."""


def utf16_units(text: str) -> int:
    """The length of a text in UTF-16 units, as Telegram counts it: an emoji outside the basic plane counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def whole(text: str) -> str:
    """Text that any wire carries: a lone surrogate becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


@dataclass
class Part:
    """One message on the wire: lines, each with the gap before it."""

    lines: list[tuple[str, Line]] = field(default_factory=list)
    length: int = 0

    def room(self, gap: str, limit: int) -> int:
        """The length left after a gap."""
        return limit - self.length - (len(gap) if self.lines else 0)

    def add(self, line: Line, gap: str, measure: Measure) -> None:
        """Add a line that there is room for."""
        gap = gap if self.lines else ""
        self.lines.append((gap, line))
        self.length += len(gap) + measure(line.label) + measure(line.text)

    def written(self, line_markup: Callable[[Line], str]) -> str:
        """The part in a channel's markup."""
        return "".join(gap + line_markup(line) for gap, line in self.lines)

    @property
    def words(self) -> str:
        """The part without any markup."""
        return self.written(lambda line: line.label + line.text)


def pack(blocks: Iterable[Block], limit: int, measure: Measure = len) -> list[Part]:
    """Fill messages of at most `limit`, as `measure` counts.

    A block goes whole into the message begun, else whole into a new one, else line by line. Only a line that alone
    exceeds a message is cut, at a line break or the end of a sentence where there is one. Lines without words are
    left out.
    """
    parts = [Part()]
    for block in blocks:
        # Channels trim the ends of a message, and a lone surrogate would upset the counting.
        trimmed = (replace(line, text=whole(line.text).strip()) for line in block)
        lines = [line for line in trimmed if line.text]
        if not lines:
            continue
        size = sum(measure(line.label) + measure(line.text) for line in lines) + len(BETWEEN_LINES) * (len(lines) - 1)
        if size > parts[-1].room(BETWEEN_BLOCKS, limit) and size <= limit:
            parts.append(Part())
        gap = BETWEEN_BLOCKS
        for line in lines:
            _flow(line, gap, parts, limit, measure)
            gap = BETWEEN_LINES
    return [part for part in parts if part.lines]


def _flow(line: Line, gap: str, parts: list[Part], limit: int, measure: Measure) -> None:
    """Add a line, whole if any message can hold it."""
    while measure(line.label) + measure(line.text) > limit:
        if parts[-1].room(gap, limit) < limit // 2:
            parts.append(Part())
        head, tail = _cut(line.text, parts[-1].room(gap, limit) - measure(line.label), measure)
        parts[-1].add(replace(line, text=head), gap, measure)
        line = replace(line, text=tail, label="")
    if measure(line.label) + measure(line.text) > parts[-1].room(gap, limit):
        parts.append(Part())
    parts[-1].add(line, gap, measure)


def _cut(text: str, room: int, measure: Measure) -> tuple[str, str]:
    """Cut a text so that its head measures at most `room`, at the best place in the second half of the head.

    Best is a line break, then the end of a sentence; then either of them further up; then a space; a word longer
    than a message is cut between letters.
    """
    window = _longest(text, room, measure)
    for pattern, start in (
        (_LINE_END, len(window) // 2),
        (_SENTENCE_END, len(window) // 2),
        (_LINE_END, 1),
        (_SENTENCE_END, 1),
        (_SPACE, 1),
    ):
        ends = [match.end() for match in pattern.finditer(window, start)]
        if ends:
            return window[: ends[-1]].rstrip(), text[ends[-1] :].lstrip()
    end = len(window)
    # A combining mark (a tone written apart from its letter) stays with its letter.
    while end > len(window) // 2 and end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[:end], text[end:]


def _longest(text: str, room: int, measure: Measure) -> str:
    """The longest beginning of a text that measures at most `room`; each code point measures at least 1."""
    window = text[:room]
    while measure(window) > room:
        window = window[: len(window) - (measure(window) - room + 1) // 2]
    return window


def words_of(parts: Sequence[Part]) -> str:
    """All words of a message's parts, in order, without markup."""
    return BETWEEN_BLOCKS.join(part.words for part in parts)
