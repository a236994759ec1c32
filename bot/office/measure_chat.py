"""Measures in a chat: a group, a place, then clause after clause word for word.

Actions: `m` the groups, `m:GROUP` its places, `m:GROUP:KEY:N` the clause with this number (from 0) of a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import browse
from bot.message import Choice, Line, Message, Rows, Style, said
from bot.office import measure_words
from corpus.document import Document
from corpus.measures import Cell, Group, Holder, Matrix, matrix

_WORDS_CHARS = 60


def begin(documents: Sequence[Document], words: str = "") -> Message:
    """The groups to choose from; of one place, where words name it."""
    table = matrix(documents)
    if not table.holders:
        return said(measure_words.NOTHING)
    holder = table.named(words) if words else None
    if holder is not None:
        return _groups_of(table, holder)
    listed = _groups(table)
    if not words:
        return listed
    shown = words if len(words) <= _WORDS_CHARS else words[: _WORDS_CHARS - 1].rstrip() + "…"
    return replace(listed, blocks=((Line(measure_words.not_held(shown, table.holders)),), *listed.blocks))


def picked(documents: Sequence[Document], rest: Sequence[str]) -> Message | None:
    """What a choice shows; None where group, place or clause is no longer there.

    Args:
        documents: the documents held.
        rest: the parts of the action behind its "m".
    """
    table = matrix(documents)
    if not rest:
        return replace(_groups(table), replaces=True) if table.holders else None
    group = table.group(rest[0])
    if group is None:
        return None
    if len(rest) == 1:
        return _places(table, group)
    holder = next((one for one in table.holders if browse.key(one.key) == rest[1]), None)
    if holder is None or len(rest) != 3 or not rest[2].isdecimal():
        return None
    return _clause(table.cell(group, holder), int(rest[2]), documents)


def _groups(table: Matrix) -> Message:
    rows = tuple((Choice(group.name, f"m:{group.id}"),) for group in table.groups)
    return Message(((Line(measure_words.INTRO),), (Line(measure_words.CHOOSE_GROUP),)), rows)


def _groups_of(table: Matrix, holder: Holder) -> Message:
    rows = tuple((_choice(cell.group.name, cell),) for cell in table.of_holder(holder))
    return Message(((Line(measure_words.CHOOSE_GROUP_OF.format(place=holder.name)),),), rows)


def _places(table: Matrix, group: Group) -> Message:
    rows = tuple((_choice(cell.holder.name, cell),) for cell in table.of_group(group))
    back = ((Choice(measure_words.OTHER_GROUP, "m"),),)
    return Message(((Line(measure_words.CHOOSE_PLACE.format(group=group.name)),),), rows + back, replaces=True)


def _clause(cell: Cell, number: int, documents: Sequence[Document]) -> Message | None:
    turning: Rows = ()
    if cell.clauses:
        if number >= len(cell.clauses):
            return None
        clause = cell.clauses[number]
        blocks = browse.whole(clause.document, clause.provision, documents, leading=True).blocks
        head = measure_words.HEAD.format(
            group=cell.group.name, place=cell.holder.name, number=number + 1, total=len(cell.clauses)
        )
        note = "" if cell.holder.checked else measure_words.UNCHECKED
        blocks = ((Line(head), Line(note, Style.SOFT)), *blocks)
        before = (Choice(measure_words.BEFORE, _action(cell, number - 1)),) if number else ()
        after = (Choice(measure_words.AFTER, _action(cell, number + 1)),) if number + 1 < len(cell.clauses) else ()
        turning = ((*before, *after),) if before or after else ()
    else:
        blocks = ((Line(measure_words.gap(cell)),),)
    back = (Choice(measure_words.OTHER_PLACE, f"m:{cell.group.id}"), Choice(measure_words.OTHER_GROUP, "m"))
    return Message(blocks, (*turning, back))


def _choice(name: str, cell: Cell) -> Choice:
    return Choice(measure_words.label(name, cell), _action(cell, 0))


def _action(cell: Cell, number: int) -> str:
    return f"m:{cell.group.id}:{browse.key(cell.holder.key)}:{number}"
