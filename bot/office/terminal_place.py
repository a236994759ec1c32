"""How a place and what binds there look in a terminal."""

from __future__ import annotations

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from bot import messages
from bot.office.place import MORE, Report, chain_lines, sentences
from bot.terminal import COLOURS
from corpus.binding import Entry
from corpus.citation import name


def show_place(screen: Console, told: Report) -> None:
    """Print the unit taken, its chain and its stack; or the choices; or that there is no such unit."""
    found, chain, pile = told.resolved, told.chain, told.stack
    if chain is None or pile is None:
        for line in sentences(found):
            screen.print(Text(line, style="bold"))
        for unit in found.choices:
            screen.print(Text(f"  • {unit.address()}{'' if unit.today else ' (trước 01/7/2025)'}"))
        if found.more:
            screen.print(Text(f"  {MORE.format(more=found.more)}", style="dim"))
        return
    first, *more = chain_lines(chain)
    screen.print(Text(first, style="bold"))
    for line in more:
        screen.print(Text(line))
    if found.taken:
        screen.print(Text(found.taken, style="yellow"))
    for n, entry in enumerate(pile.entries, 1):
        screen.print(_panel(n, entry))
    for gap in pile.gaps:
        screen.print(Text(gap, style="yellow"))


def _panel(n: int, entry: Entry) -> Panel:
    said, quote = entry.ground.validity, entry.ground.quote
    lines = [
        Text(f"{n}. {name(entry.document.meta)}", style="bold"),
        Text.assemble((messages.FORCE[said.status], f"bold {COLOURS[said.status.value]}"), (f" – {said.note}", "dim")),
    ]
    if entry.ground.rule:
        lines.append(Text(entry.ground.rule, style="dim"))
    if quote:
        lines += [Text(f"“{quote.text}”"), Text(f"{quote.words} – Mã: {quote.code}", style="cyan")]
    return Panel(Group(*lines), padding=(0, 1))
