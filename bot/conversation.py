"""A conversation: what a person writes or picks becomes what the bot says, the same on every channel.

Commands, and the actions that choices carry (at most 64 bytes each):

    r:RECORD:1  r:RECORD:0   this was what I asked / it was not
    n:RECORD                 ask the second question of that message
    o:RECORD                 the same question for the other places
    t:RECORD                 tell me when there is an answer
    v:PAGE  d:KEY:PAGE       documents; a document's contents
    a:KEY:KEY                a whole provision
    m  m:GROUP  m:GROUP:KEY:N  measures: the groups; a group's places; a clause
    p:KEY  p:                remember my place; remember none
    x:1  x:0                 delete what is stored of me; or do not
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot import browse, messages
from bot.assistant import Assistant, Recorded
from bot.channel import Counts
from bot.memory import Memory, Who
from bot.message import Choice, Incoming, Line, Message, Rows, Style, Turn, said
from bot.office import measure_chat
from bot.opening import opening
from bot.people import Before, People
from bot.reply import QuoteBlock, block, lines, message, reply
from corpus.citation import short_name
from corpus.document import Document, Place
from corpus.places import places_of
from corpus.territory import held_place
from corpus.verify import verify
from retrieval.answer import Answer, Reason, Status
from retrieval.question import Question

log = logging.getLogger(__name__)

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?\s*(.*)", re.DOTALL)
_NOT_TOLD = (None, Reason.EMPTY, Reason.UNREADABLE, Reason.TOO_LONG, Reason.OFF_TOPIC)
"""No answer to come for these: there is nothing that a document could say."""


class Paces(Protocol):
    """How often one person may ask: `bot.limiter.Limiter`."""

    def wait(self, client: str) -> float:
        """Take one turn; the seconds until the next is free, 0 if this one is."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote to be sent into some chat by the person who asked for it (inline mode)."""

    title: str
    description: str
    message: Message


class Conversation:
    """Turns what people do into what the bot says. Safe in threads.

    Args:
        assistant: answers and records.
        documents: the documents held now.
        people: what is remembered of people.
        pace: how often one person may ask.
        retention_days: for how long questions are kept, as people are told.
        counts: what counts messages, or None.
    """

    def __init__(
        self,
        assistant: Assistant,
        documents: Callable[[], Sequence[Document]],
        people: People,
        pace: Paces,
        retention_days: int,
        counts: Counts | None = None,
    ) -> None:
        self._assistant = assistant
        self._documents = documents
        self._people = people
        self._pace = pace
        self._counts = counts
        self._memory = Memory()
        self._kept = messages.KEPT.format(days=retention_days)

    def handle(self, incoming: Incoming) -> Turn:
        """What the bot says to this. It takes as long as an answer takes, so call it off the event loop."""
        if self._pace.wait(f"{incoming.channel} {incoming.person}"):
            if self._counts:
                self._counts.message(incoming.channel, "limited")
            return Turn(toast=messages.BUSY) if incoming.action else Turn((said(messages.BUSY),))
        if incoming.action is not None:
            return self._picked(incoming, incoming.action)
        if incoming.text is None:
            return Turn((said(messages.NOT_TEXT),))
        command = _COMMAND.fullmatch(incoming.text.strip())
        if command:
            return self._command(incoming, command[1].casefold(), command[2].strip())
        if incoming.edited and self._memory.answered(_who(incoming), incoming.message_id, incoming.text):
            return Turn()  # channels report link previews as edits too
        return self._first(incoming, self._answer(incoming, incoming.text))

    def offers(self, text: str) -> tuple[Offer, ...]:
        """The clauses for words typed in any chat, best first. Not recorded: it is asked at every keystroke."""
        answer = self._assistant.look(Question(text))
        return tuple(
            Offer(
                title=quote.citation.words,
                description=quote.text,
                message=Message((lines(block(quote)),)),
            )
            for quote in answer.quotes
        )

    # Commands

    def _command(self, incoming: Incoming, name: str, words: str) -> Turn:
        match name:
            case "start":
                self._people.noticed(incoming.channel, _whom(incoming))
                return Turn((_greeting(self._kept),))
            case "vanban":
                return Turn((replace(browse.document_list(self._documents(), 0), replaces=False),))
            case "bienphap":
                return Turn((measure_chat.begin(self._documents(), words),))
            case "noio":
                return Turn((self._place(incoming, words),))
            case "kiemtra":
                return Turn((self._checked(words),))
            case "phanhoi":
                return Turn((self._remark(incoming, words),))
            case "xoa":
                yes, no = Choice(messages.FORGET_YES, "x:1"), Choice(messages.FORGET_NO, "x:0")
                return Turn((said(messages.FORGET_ASK, (yes, no)),))
        return Turn((_help(),))

    def _place(self, incoming: Incoming, words: str) -> Message:
        """/noio: what is remembered and what can be chosen; or remember what was typed."""
        held = places_of(self._documents())
        choices: Rows = tuple((Choice(place.name, f"p:{browse.key(place.name)}"),) for place in held)
        if not words:
            now = self._people.person(incoming.channel, incoming.person).place
            if now is None:
                return said(messages.PLACE_ASK, *choices)
            none = Choice(messages.PLACE_FORGET, "p:")
            shown = Line(f"{messages.PLACE_NOW.format(place=now)}\n{messages.PLACE_ASK}")
            return Message(((shown,),), (*choices, (none,)))
        place = held_place(words, self._documents())
        if place is None:
            names = ", ".join(place.name for place in held)
            return said(messages.PLACE_NOT_HELD.format(place=_short(words), places=names), *choices)
        return said(self._keep_place(incoming, place))

    def _keep_place(self, incoming: Incoming, place: Place | None) -> str:
        if not self._people.remember_place(incoming.channel, incoming.person, place.name if place else None):
            return messages.PLACE_NOT_KEPT
        return messages.PLACE_SET.format(place=place.name) if place else messages.PLACE_FORGOTTEN

    def _checked(self, words: str) -> Message:
        """/kiemtra: whether a quote still stands."""
        if not words:
            return said(messages.CHECK_HOW)
        documents = self._documents()
        verdict = verify(words, documents)
        found: tuple[Line, ...] = (Line(messages.STANDING[verdict.standing]), Line(verdict.note, Style.SOFT))
        if verdict.citation is None or verdict.document is None:
            return Message((found,))
        quoted = browse.quoted(verdict.document, verdict.citation, documents)
        return Message((found, lines(quoted)))

    def _remark(self, incoming: Incoming, words: str) -> Message:
        if not words:
            return said(messages.REMARK_HOW)
        kept = self._people.remark(incoming.channel, incoming.person, words)
        return said(messages.REMARK_KEPT if kept else messages.TELL_ME_NOT_KEPT)

    # Choices

    def _picked(self, incoming: Incoming, action: str) -> Turn:
        kind, *rest = action.split(":")
        turn: Turn | None = None
        match kind, rest:
            case "r", [record_id, ("0" | "1") as thumb]:
                return self._rate(incoming, record_id, thumb)
            case "n", [record_id]:
                turn = self._next_question(incoming, record_id)
            case "o", [record_id]:
                turn = self._other_places(record_id)
            case "t", [record_id]:
                kept = self._people.tell_me(record_id, incoming.channel, incoming.chat)
                turn = Turn(toast=messages.TELL_ME_KEPT if kept else messages.TELL_ME_NOT_KEPT)
            case "v", [page] if page.isdecimal():
                turn = Turn((browse.document_list(self._documents(), int(page)),))
            case "d", [key, page] if page.isdecimal():
                document = browse.document_of(self._documents(), key)
                turn = Turn((browse.contents(document, int(page)),)) if document else None
            case "a", [key, provision_key]:
                turn = self._whole(key, provision_key)
            case "m", _:
                shown = measure_chat.picked(self._documents(), rest)
                turn = Turn((shown,)) if shown else None
            case "p", [key]:
                place = next((one for one in places_of(self._documents()) if browse.key(one.name) == key), None)
                turn = Turn((said(self._keep_place(incoming, place)),)) if place or not key else None
            case "x", ["1"]:
                turn = Turn((said(self._forget(incoming)),))
            case "x", ["0"]:
                turn = Turn((said(messages.FORGET_KEPT),))
        return turn or Turn(toast=messages.GONE)

    def _rate(self, incoming: Incoming, record_id: str, thumb: str) -> Turn:
        """A thumb: keep it and mark the choice. The person may change their mind; the last thumb counts."""
        if not self._assistant.rate(record_id, asker=incoming.person, helpful=thumb == "1"):
            return Turn(toast=messages.NOT_ON_RECORD)
        return Turn(toast=messages.THANKS, marked=thumbs(record_id, thumb))

    def _next_question(self, incoming: Incoming, record_id: str) -> Turn | None:
        before = self._people.asked(record_id)
        text = self._assistant.look(_again(before)).next_question if before else None
        if not text:
            return None
        if self._memory.answered(_who(incoming), incoming.message_id, text):
            return Turn()  # tapped twice
        return self._answer(incoming, text)

    def _other_places(self, record_id: str) -> Turn | None:
        """The same question, as a follow-up for each other place that documents are held of."""
        before = self._people.asked(record_id)
        if before is None:
            return None
        first = self._assistant.look(_again(before))
        shown = {quote.document.meta.place for quote in first.quotes[:1]} | {first.place}
        found: list[QuoteBlock] = []
        none: list[str] = []
        for place in places_of(self._documents()):
            if place in shown:
                continue
            # The law's own words are put to each place as a person would: "còn ở …?".
            follow = Question(f"còn ở {place.name}?", previous=(*before.previous, before.text))
            answer = self._assistant.look(follow)
            quotes = [quote for quote in answer.quotes[:1] if quote.document.meta.place == place]
            if answer.status is Status.ANSWERED and quotes:
                found.append(block(quotes[0]))
            else:
                none.append(place.name)
        head = Line(messages.OTHER_PLACES_SAY if found else "")
        tail = Line(messages.OTHER_PLACES_NONE.format(places=", ".join(none)) if none else "")
        return Turn((Message(((head,), *map(lines, found), (tail,))),)) if found or none else None

    def _whole(self, key: str, provision_key: str) -> Turn | None:
        documents = self._documents()
        document = browse.document_of(documents, key)
        provision = browse.provision_of(document, provision_key) if document else None
        if document is None or provision is None:
            return None
        whole = browse.whole(document, provision, documents)
        opened = opening(documents, document, provision.start, provision.end)
        return Turn((replace(whole, choices=whole.choices + opened),))

    def _forget(self, incoming: Incoming) -> str:
        self._memory.forget(incoming.channel, incoming.person)
        address = None if incoming.group else incoming.chat
        questions = self._people.forget(incoming.channel, incoming.person, address)
        return messages.FORGET_LATER if questions is None else messages.FORGOTTEN.format(questions=questions)

    # Questions

    def _answer(self, incoming: Incoming, text: str) -> Turn:
        who = _who(incoming)
        question = Question(
            text=text,
            place=self._people.person(incoming.channel, incoming.person).place,
            previous=self._memory.previous(who, incoming.message_id),
        )
        recorded = self._assistant.ask(
            question,
            channel=incoming.channel,
            asker=incoming.person,
            record_id=self._people.record_id(incoming.channel, incoming.key),
        )
        self._memory.add(who, incoming.message_id, text)
        if recorded.notice:
            return Turn((said(f"{recorded.notice}\n{messages.QUEUED}"),))
        return Turn(
            (replace(message(reply(recorded.answer)), choices=choices(recorded, self._several(), self._documents())),)
        )

    def _several(self) -> bool:
        return len(places_of(self._documents())) > 1

    def _first(self, incoming: Incoming, turn: Turn) -> Turn:
        """Add, once for each person (in a group: for each group), what is kept of what they write."""
        whom = _whom(incoming)
        if self._people.person(incoming.channel, whom).noticed:
            return turn
        self._people.noticed(incoming.channel, whom)
        if not turn.messages:
            return turn
        # In the same message: one that is sent in two may be cut between them by a killed process, and come twice.
        *before, last = turn.messages
        told = replace(last, blocks=(*last.blocks, (Line(self._kept, Style.SOFT),)))
        return replace(turn, messages=(*before, told))


def choices(recorded: Recorded, several_places: bool, documents: Sequence[Document]) -> Rows:
    """What can be picked under an answer: thumbs, whole articles, the next clause, what it refers to, other places."""
    answer, record_id = recorded.answer, recorded.record_id
    if answer.status is Status.ERROR:
        return ()
    rows: list[tuple[Choice, ...]] = []
    if answer.quotes:
        rows.append(thumbs(record_id))
    rows += [(choice,) for choice in _wholes(answer)]
    if answer.quotes:
        first = answer.quotes[0]
        provision = first.document.by_path.get(first.citation.path.id)
        rows += [(choice,) for choice in browse.next_choice(first.document, provision)] if provision else []
        rows += opening(documents, first.document, first.citation.start, first.citation.end)
        if several_places and first.document.meta.place is not None:
            rows.append((Choice(messages.OTHER_PLACES, f"o:{record_id}"),))
    if answer.next_question:
        rows.append((Choice(messages.ASK_NEXT, f"n:{record_id}"),))
    if answer.status is not Status.ANSWERED and answer.reason not in _NOT_TOLD:
        rows.append((Choice(messages.TELL_ME, f"t:{record_id}"),))
    return tuple(rows)


def thumbs(record_id: str, chosen: str | None = None) -> tuple[Choice, ...]:
    """The two thumbs for a record; `chosen` ("1" up, "0" down) is marked."""
    labels = {"1": messages.HELPFUL, "0": messages.NOT_HELPFUL}
    return tuple(
        Choice(messages.CHOSEN.format(label=label) if thumb == chosen else label, f"r:{record_id}:{thumb}")
        for thumb, label in labels.items()
    )


def _wholes(answer: Answer) -> list[Choice]:
    """The whole article of each quote, each once."""
    wholes: dict[str, Choice] = {}
    for quote in answer.quotes:
        entry = browse.entry_of(quote.document, quote.citation.path.id)
        if entry and (quote.rest or entry.path != quote.citation.path):
            label = messages.WHOLE.format(provision=f"{entry.path.words} {short_name(quote.document.meta)}")
            action = browse.whole_action(quote.document, entry)
            wholes[action] = Choice(label, action)
    return list(wholes.values())


def _greeting(kept: str) -> Message:
    return Message(((Line(messages.GREETING),), (Line(kept, Style.SOFT),), *_help().blocks))


def _help() -> Message:
    examples = "\n".join(f"• {example}" for example in messages.EXAMPLES)
    commands = "\n".join(
        messages.COMMAND_LINE.format(command=command, words=words) for command, words in messages.COMMANDS.items()
    )
    return Message(
        ((Line(messages.HELP), Line(examples)), (Line(messages.COMMANDS_INTRO), Line(commands))),
    )


def _again(before: Before) -> Question:
    return Question(before.text, place=before.place, previous=tuple(before.previous))


def _who(incoming: Incoming) -> Who:
    return incoming.channel, incoming.chat, incoming.person


def _whom(incoming: Incoming) -> str:
    """Who is told what is kept: in a group all at once."""
    return incoming.chat if incoming.group else incoming.person


def _short(words: str) -> str:
    words = unicodedata.normalize("NFC", " ".join(words.split()))
    return words if len(words) <= 60 else words[:59].rstrip() + "…"
