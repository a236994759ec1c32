"""What Telegram shows: replies as HTML messages, split between quotes, and the buttons under them.

Telegram counts a message's length after its entities are parsed, in UTF-16 units (Bot API, `sendMessage`). So lengths
here are those of the visible words, and an emoji outside the basic plane counts twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from bot import messages
from bot.reply import QuoteBlock, Reply
from corpus.citation import name, quotations, short_name
from corpus.document import Document
from corpus.provision import MARKED, Level, Provision
from corpus.validity import amendments, validity
from retrieval.answer import Answer

LIMIT = 4096
"""The most UTF-16 units of visible text in one message."""

FOLDED_OVER = 900
"""A longer quote comes folded, to be opened with a tap; a shorter one stands open."""

CALLBACK_BYTES = 64
"""The most bytes that a button can carry back."""

DOCUMENTS_A_PAGE = 20
PROVISIONS_A_PAGE = 24
BUTTONS_A_ROW = 3
BUTTON_CHARS = 60
LINE_CHARS = 120

BADGES = {"in_force": "🟢", "not_yet": "🟡", "expired": "🔴", "not_binding": "⚪", "unknown": "🟠"}
"""A colour beside the words that say the same."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"<[^>]*>")
_LINE_END = re.compile(r"\n")
# A full stop after a digit is more often a mark ("Điều 15. …") than the end of a sentence.
_SENTENCE_END = re.compile(r"(?<!\d)[.;:!?…][\"”’»)\]]*(?=\s)")
_SPACE = re.compile(r"\s")


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: its words, and what comes back when it is tapped (at most 64 bytes).

    What comes back: `r:RECORD:1` and `r:RECORD:0` thumbs; `n` the second question; `v:PAGE` documents; `d:KEY:PAGE`
    a document's contents; `a:KEY:KEY` a whole provision.
    """

    label: str
    data: str


Rows: TypeAlias = list[list[Button]]


def utf16_len(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Text as it stands in HTML. A lone surrogate, which no message can carry, becomes U+FFFD."""
    return html.escape(_SURROGATE.sub("\ufffd", text), quote=False)


def plain(markup: str) -> str:
    """The visible words of HTML made here."""
    return html.unescape(_TAG.sub("", markup))


def parts(reply: Reply) -> list[str]:
    """Write a reply as HTML messages.

    Each has at most `LIMIT` visible UTF-16 units and closes its own tags. Quotes stay whole, with their citation;
    only a quote that alone exceeds a message is cut, at a line break or the end of a sentence where there is one.
    """
    return _pack(
        [
            [Run(reply.headline), Run(reply.understood, "i")],
            *map(_quote, reply.quotes),
            [Run(reply.closing)],
            [Run(reply.next_question or "")],
        ]
    )


def quote_parts(quotes: Iterable[QuoteBlock]) -> list[str]:
    """Write quotes alone as HTML messages, under the same rules as `parts`, none folded: they were asked for."""
    return _pack([_quote(block, fold=False) for block in quotes])


def greeting() -> str:
    """The first message: what this is, what is kept, what can be asked. Within one message."""
    return f"{escape(messages.GREETING)}\n\n<i>{escape(messages.PRIVACY)}</i>\n\n{help_text()}"


def help_text() -> str:
    """How to ask, with examples. Within one message."""
    examples = "\n".join(f"• {escape(example)}" for example in messages.EXAMPLES)
    return f"{escape(messages.HELP)}\n{examples}\n\n{escape(messages.BROWSE)}"


@dataclass(frozen=True, slots=True)
class Run:
    """Words under one tag, on lines of their own; the label before them stays outside the tag."""

    text: str
    tag: str = ""
    label: str = ""

    @property
    def units(self) -> int:
        """Its visible length."""
        return utf16_len(self.label) + utf16_len(self.text)

    def html(self) -> str:
        """Its markup, closed."""
        words = escape(self.text)
        if self.tag:
            words = f"<{self.tag}>{words}</{self.tag.split()[0]}>"
        return escape(self.label) + words


def _quote(block: QuoteBlock, *, fold: bool = True) -> list[Run]:
    tag = "blockquote expandable" if fold and utf16_len(block.text) > FOLDED_OVER else "blockquote"
    badge = f"{BADGES.get(block.force, '')} {block.badge}".strip()
    force = (
        Run(block.note, "i", f"{badge} · ") if block.badge and block.note.strip() else Run(badge if block.badge else "")
    )
    return [
        Run(block.citation, "b"),
        force,
        *(Run(words, "i") for words in block.lead_in),
        Run(block.text, tag),
        Run(block.rest),
        Run(block.code, "code", messages.CHECK_CODE),
    ]


@dataclass
class _Sheet:
    """One message in the making."""

    markup: list[str] = field(default_factory=list)
    units: int = 0

    def room(self, gap: str) -> int:
        """The units left after a gap."""
        return LIMIT - self.units - (len(gap) if self.markup else 0)

    def add(self, run: Run, gap: str) -> None:
        if self.markup:
            self.markup.append(gap)
            self.units += len(gap)
        self.markup.append(run.html())
        self.units += run.units


def _pack(blocks: Iterable[Sequence[Run]]) -> list[str]:
    """Fill messages: a block goes whole into the message begun, else whole into a new one, else run by run."""
    sheets = [_Sheet()]
    for block in blocks:
        # Telegram trims the ends of a message, and a lone surrogate would upset the counting of units.
        trimmed = [replace(run, text=_SURROGATE.sub("\ufffd", run.text).strip()) for run in block]
        runs = [run for run in trimmed if run.text]
        if not runs:
            continue
        size = sum(run.units for run in runs) + len(runs) - 1
        if size > sheets[-1].room("\n\n") and size <= LIMIT:
            sheets.append(_Sheet())
        gap = "\n\n"
        for run in runs:
            _flow(run, gap, sheets)
            gap = "\n"
    return ["".join(sheet.markup) for sheet in sheets if sheet.markup]


def _flow(run: Run, gap: str, sheets: list[_Sheet]) -> None:
    """Add a run, whole if any message can hold it."""
    while run.units > LIMIT:
        if sheets[-1].room(gap) < LIMIT // 2:
            sheets.append(_Sheet())
        head, tail = _cut(run.text, sheets[-1].room(gap) - utf16_len(run.label))
        sheets[-1].add(replace(run, text=head), gap)
        run = replace(run, text=tail, label="")
    if run.units > sheets[-1].room(gap):
        sheets.append(_Sheet())
    sheets[-1].add(run, gap)


def _cut(text: str, room: int) -> tuple[str, str]:
    """Cut a text so that its head has at most `room` UTF-16 units, at the best place in the second half of the head.

    Best is a line break, then the end of a sentence; then either of them further up; then a space; a word longer
    than a message is cut between letters.
    """
    window = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")
    for pattern, from_ in (
        (_LINE_END, len(window) // 2),
        (_SENTENCE_END, len(window) // 2),
        (_LINE_END, 1),
        (_SENTENCE_END, 1),
        (_SPACE, 1),
    ):
        ends = [match.end() for match in pattern.finditer(window, from_)]
        if ends:
            return window[: ends[-1]].rstrip(), text[ends[-1] :].lstrip()
    end = len(window)
    # A combining mark (a tone written apart from its letter) stays with its letter.
    while end > len(window) // 2 and end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[:end], text[end:]


def answer_buttons(record_id: str, answer: Answer) -> Rows:
    """The buttons under an answer: thumbs; the whole article of each quote; the second question, if there is one."""
    rows: Rows = []
    if all(len(button.data.encode()) <= CALLBACK_BYTES for button in thumbs(record_id)):
        rows.append(thumbs(record_id))
    wholes: dict[str, str] = {}
    for quote in answer.quotes:
        entry = _entry_of(quote.document, quote.citation.path.id)
        if entry and (quote.rest or entry.path != quote.citation.path):
            label = messages.WHOLE.format(provision=f"{entry.path.words} {short_name(quote.document.meta)}")
            wholes[f"a:{key(quote.document.id)}:{key(entry.path.id)}"] = label
    rows += [[_button(label, data)] for data, label in wholes.items()]
    if answer.next_question:
        rows.append([_button(messages.ASK_NEXT, "n")])
    return rows


def thumbs(record_id: str, chosen: str | None = None) -> list[Button]:
    """The two thumbs for a record; `chosen` ("1" up, "0" down) is marked."""
    labels = {"1": messages.HELPFUL, "0": messages.NOT_HELPFUL}
    return [
        _button(messages.CHOSEN.format(label=label) if thumb == chosen else label, f"r:{record_id}:{thumb}")
        for thumb, label in labels.items()
    ]


def offered_question(shown: str) -> str:
    """The second question that a message offers to answer, read back from its visible text; "" where there is none.

    So the button needs no memory, and outlives a restart.
    """
    before, after = messages.NEXT_QUESTION.split("{question}")
    start, end = shown.rfind(before), shown.rfind(after)
    return shown[start + len(before) : end].strip() if 0 <= start < end else ""


def document_list(documents: Sequence[Document], page: int) -> tuple[str, Rows]:
    """One page of the documents held (from 0): its plain text, and a button for each document."""
    if not documents:
        return messages.NO_DOCUMENTS, []
    shown, turning = _page(documents, page, DOCUMENTS_A_PAGE, "v:{}")
    rows = [[_button(short_name(document.meta), f"d:{key(document.id)}:0")] for document in shown]
    names = "\n".join(f"• {_clip(name(document.meta), LINE_CHARS)}" for document in shown)
    return f"{messages.DOCUMENTS}\n\n{names}", [*rows, *turning]


def contents(document: Document, page: int) -> tuple[str, Rows]:
    """One page of a document's contents (from 0): its plain text, and a button for each part that can be opened."""
    shown, turning = _page(_entries(document), page, PROVISIONS_A_PAGE, f"d:{key(document.id)}:{{}}")
    buttons = [_button(entry.path.words, f"a:{key(document.id)}:{key(entry.path.id)}") for entry in shown]
    rows = [buttons[n : n + BUTTONS_A_ROW] for n in range(0, len(buttons), BUTTONS_A_ROW)]
    headings = "\n".join(f"• {_clip(document.heading(entry), LINE_CHARS)}" for entry in shown)
    title = _clip(name(document.meta), LINE_CHARS * 2)
    return f"{title}\n\n{messages.CONTENTS}\n{headings}", [*rows, *turning, [_button(messages.TO_DOCUMENTS, "v:0")]]


def whole(document: Document, provision: Provision, documents: Sequence[Document]) -> list[QuoteBlock]:
    """A provision as quotes, each proven, in the order of the text; the force today is said with the first.

    Args:
        document: the document held.
        provision: one of its provisions.
        documents: all documents held, some of which may amend this one.
    """
    force = validity(document.meta, dt.date.today(), amendments(document.meta, documents))
    return [
        QuoteBlock(
            lead_in=(),
            text=citation.text,
            citation=citation.words,
            force=force.status.value,
            badge=messages.FORCE[force.status] if number == 0 else "",
            note=force.note if number == 0 else "",
            code=citation.code,
            document_id=document.id,
            path=citation.path.id,
            rest="",
        )
        for number, citation in enumerate(quotations(document, provision))
    ]


def key(id: str) -> str:
    """A short name for a document or provision, as buttons carry it: ids can exceed 64 bytes."""
    return hashlib.sha256(id.encode()).hexdigest()[:12]


def _entries(document: Document) -> list[Provision]:
    """What a person can open: articles, the sections inside a long article, appendices; else the top parts."""
    provisions = list(document.walk())
    articles = {p.path.steps for p in provisions if p.level is Level.ARTICLE}
    if not articles:
        return [part for part in document.parts if part.level in MARKED]
    return [
        p
        for p in provisions
        if p.level in (Level.ARTICLE, Level.APPENDIX) or (p.level is Level.SECTION and p.path.steps[:-1] in articles)
    ]


def _entry_of(document: Document, path: str) -> Provision | None:
    """The smallest entry that holds a provision."""
    provision = document.by_path.get(path)
    holding = [e for e in _entries(document) if provision and e.path.contains(provision.path)]
    return max(holding, key=lambda entry: len(entry.path.steps), default=None)


def _page(items: Sequence[_T], page: int, size: int, data: str) -> tuple[Sequence[_T], Rows]:
    """One page of a list, and the row of buttons that turns it."""
    last = max(0, (len(items) - 1) // size)
    page = min(page, last)
    turning = []
    if page > 0:
        turning.append(_button(messages.PAGE_BEFORE, data.format(page - 1)))
    if page < last:
        turning.append(_button(messages.PAGE_AFTER, data.format(page + 1)))
    return items[page * size : (page + 1) * size], [turning] if turning else []


def _button(label: str, data: str) -> Button:
    return Button(_clip(label, BUTTON_CHARS), data)


def _clip(text: str, chars: int) -> str:
    return text if len(text) <= chars else text[: chars - 1].rstrip() + "…"
