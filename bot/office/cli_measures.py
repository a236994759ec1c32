"""`danchu measures`: which measures each place has, in which clauses, and where there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_tools import console, fail, home, notes

if TYPE_CHECKING:
    from rich.table import Table

    from corpus.measures import Cell, Clause, Holder, Matrix

_GROUP_WIDTH = 15
_HOLDER_WIDTH = 12
"""Columns of the table, in characters with the line beside them: five places stand side by side in 80."""


def measures(
    place: Annotated[str | None, typer.Option(help="Chỉ xem nơi này, kèm nguyên văn, ví dụ “Kim Bảng”.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Xem biện pháp bảo đảm thực hiện dân chủ của từng nơi, và chỗ còn trống."""
    from bot.office import measure_words
    from corpus.catalog import open_catalog
    from corpus.measures import matrix

    table = matrix(open_catalog(home()))
    holders = table.holders
    if place is not None:
        found = table.named(place)
        if found is None:
            fail(LookupError(), measure_words.not_held(place, holders))
        holders = (found,)
    if as_json:
        print(json.dumps(_json(table, holders), ensure_ascii=False))
    elif place is not None:
        _show(table, holders[0])
    else:
        _show_all(table)


def _show_all(table: Matrix) -> None:
    from bot.office import measure_words

    screen = console()
    most = max(1, (screen.width - _GROUP_WIDTH - 1) // _HOLDER_WIDTH)
    tables = max(1, math.ceil(len(table.holders) / most))
    side_by_side = math.ceil(len(table.holders) / tables)
    for n in range(tables):
        screen.print(_grid(table, table.holders[n * side_by_side : (n + 1) * side_by_side]))
    for holder in table.holders:
        for document, force, _ in _forces(table, holder):
            row = measure_words.DOCUMENT.format(place=holder.name, document=document, force=force)
            screen.print(row, markup=False, highlight=False)
    screen.print(measure_words.LEGEND_GAP, style="dim", markup=False)
    for line in measure_words.elsewhere(table.holders):
        screen.print(line, style="dim", markup=False)
    screen.print(measure_words.LEGEND_SHORT, style="dim", markup=False)
    if not all(holder.checked for holder in table.holders):
        screen.print(measure_words.LEGEND_UNCHECKED, style="dim", markup=False)


def _grid(table: Matrix, holders: tuple[Holder, ...]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from bot.office import measure_words

    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 0), pad_edge=False, show_lines=True, collapse_padding=True)
    grid.add_column(measure_words.SHORT_TITLE, width=_GROUP_WIDTH - 1, overflow="fold")
    for holder in holders:
        name = holder.name if holder.checked else f"{holder.name}{measure_words.UNCHECKED_MARK}"
        grid.add_column(Text(name), width=_HOLDER_WIDTH - 1, overflow="fold")
    for group in table.groups:
        said = (measure_words.short_list(table.cell(group, holder).clauses) for holder in holders)
        grid.add_row(group.short, *(Text(words or measure_words.GAP_MARK) for words in said))
    return grid


def _show(table: Matrix, holder: Holder) -> None:
    from bot.office import measure_words

    screen = console()
    screen.print(f"{measure_words.TITLE}: {holder.name}", style="bold", markup=False)
    for document, force, note in _forces(table, holder):
        screen.print(f"{document}\n{force}. {note}", markup=False, highlight=False)
    for cell in table.of_holder(holder):
        screen.print(f"\n{cell.group.name} ({measure_words.origin(cell.group)})", style="bold reverse", markup=False)
        if not cell.clauses:
            screen.print(measure_words.gap(cell), style="yellow", markup=False)
        for citation in cell.citations:
            screen.print(citation.words, style="bold", markup=False)
            screen.print(citation.text, markup=False, highlight=False)
            screen.print(f"Mã: {citation.code}", style="dim", markup=False)
    if not holder.checked:
        notes().print(measure_words.UNCHECKED, markup=False)


def _forces(table: Matrix, holder: Holder) -> Iterator[tuple[str, str, str]]:
    """Each document of a holder, whether it binds today, and why that is said."""
    import datetime as dt

    from bot import messages
    from corpus.citation import name
    from corpus.validity import amendments, validity

    everything = [document for one in table.holders for document in one.documents]
    for document in holder.documents:
        force = validity(document.meta, dt.date.today(), amendments(document.meta, everything))
        yield name(document.meta), messages.FORCE[force.status], force.note


def _json(table: Matrix, holders: tuple[Holder, ...]) -> dict[str, Any]:
    from bot.office import measure_words

    return {
        "groups": [
            {
                "id": group.id,
                "name": group.name,
                "law": measure_words.BY_LAW.format(clause=group.law).removeprefix("theo ") if group.law else None,
            }
            for group in table.groups
        ],
        "places": [
            {
                "key": holder.key,
                "name": holder.name,
                "national": holder.national,
                "checked": holder.checked,
                "documents": [document.id for document in holder.documents],
                "elsewhere": [clause.provision.path.id for clause in holder.elsewhere],
            }
            for holder in holders
        ],
        "cells": [_cell(table.cell(group, holder)) for group in table.groups for holder in holders],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    from bot.office import measure_words

    return {
        "group": cell.group.id,
        "place": cell.holder.key,
        "gap": None if cell.clauses else measure_words.gap(cell),
        "clauses": [_clause(clause) for clause in cell.clauses],
    }


def _clause(clause: Clause) -> dict[str, Any]:
    document = clause.document
    return {
        "document": document.id,
        "path": clause.provision.path.id,
        "quotes": [
            {
                "code": citation.code,
                "text": citation.text,
                "citation": citation.words,
                "source": {
                    "file": document.source_name,
                    "sha256": document.sha256,
                    "start": citation.source_start,
                    "end": citation.source_end,
                },
            }
            for citation in clause.citations
        ],
    }
