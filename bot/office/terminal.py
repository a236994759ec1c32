"""How role cards and dates look in a terminal. Words of documents are printed as they stand, never as markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.office import words as office
from bot.office.when import when
from bot.reply import block
from bot.terminal import quote_panel
from corpus.citation import short_name
from corpus.dates import DateToKeep
from corpus.document import Document
from corpus.duties import Card
from corpus.validity import force_of
from retrieval.quoting import quote_of


def cards_table(cards: Sequence[Card]) -> Table | str:
    """The bodies that have a card, a row each."""
    if not cards:
        return office.NO_CARDS
    table = Table()
    table.add_column("mã", no_wrap=True)
    table.add_column("cơ quan, tổ chức")
    table.add_column("giao việc", justify="right")
    table.add_column("chỉ nhắc tới", justify="right")
    for card in cards:
        table.add_row(
            card.body.id,
            Text(card.body.name),
            str(len(card.duties)),
            "" if card.body.everywhere else str(len(card.named)),
        )
    return table


def show_card(console: Console, card: Card, documents: Sequence[Document]) -> None:
    """Print a card: its duties by document, and where else the body is named."""
    note = f" ({card.body.note})" if card.body.note else ""
    console.print(Text(f"{card.body.name}{note}", style="bold"))
    if not card.duties:
        console.print(Text(office.NO_DUTIES, style="dim"))
    last = ""
    for entry in card.duties:
        if entry.document.id != last:
            last = entry.document.id
            console.print(Text(f"\n{short_name(entry.document.meta)}", style="bold underline"))
        force = force_of(entry.document, documents, dt.date.today())
        for citation in entry.citations:
            console.print(quote_panel(block(quote_of(entry.document, citation, force))))
    if card.named:
        console.print(Text(f"\n{office.NAMED.format(named=len(card.named))}:", style="dim"))
        for entry in card.named:
            console.print(Text(f"  {entry.citations[0].words}", style="dim"))


def dates_table(dates: Sequence[DateToKeep]) -> Table:
    """The dates and periods, a row each."""
    table = Table(show_lines=True, expand=True)
    for heading, share in (("khi nào", 2), ("nguyên văn", 4), ("ai làm", 2), ("gửi đến", 2), ("điều khoản", 3)):
        table.add_column(heading, ratio=share)
    for one in dates:
        table.add_row(
            Text(when(one)),
            _marked(one),
            Text(one.who.text if one.who else ""),
            Text(one.to.text if one.to else ""),
            Text(f"{one.provision.path.words}, {short_name(one.document.meta)}"),
        )
    return table


def _marked(one: DateToKeep) -> Text:
    """The sentence, with the words on the time in bold."""
    text = Text(one.sentence.text)
    text.stylize("bold", one.words.start - one.sentence.start, one.words.end - one.sentence.start)
    return text
