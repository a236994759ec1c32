"""`danchu duties` and `danchu dates`: who must do what, and by when."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_tools import console, fail, home, notes

if TYPE_CHECKING:
    from corpus.catalog import Catalog
    from corpus.dates import DateToKeep
    from corpus.document import Document
    from corpus.duties import Card, Entry

office_app = typer.Typer()

_Place = Annotated[str | None, typer.Option(help="Địa phương, ví dụ “Thạch Khôi”.")]
_Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@office_app.command(epilog="Ví dụ: `danchu duties` · `danchu duties “UBND phường”` · `danchu duties mttq --json`")
def duties(
    body: Annotated[str | None, typer.Argument(help="Cơ quan, tổ chức; bỏ trống để xem danh sách.")] = None,
    place: _Place = None,
    as_json: _Json = False,
) -> None:
    """Xem mỗi cơ quan phải làm gì, theo nguyên văn điều khoản."""
    from bot.office import words as office
    from bot.office.terminal import cards_table, show_card
    from corpus.bodies import bodies_meant
    from corpus.duties import Card, cards

    catalog, documents = _documents(place)
    found = cards(documents)
    if body is not None:
        meant = bodies_meant(body)
        if not meant:
            fail(LookupError(), office.NO_SUCH_BODY.format(typed=body))
        held = {card.body.id: card for card in found}
        found = tuple(held.get(one.id, Card(one, (), ())) for one in meant)
        found = tuple(card for card in found if card.duties or card.named) or found
    if as_json:
        print(json.dumps([_card(card, catalog) for card in found], ensure_ascii=False))
    elif body is None:
        console().print(cards_table(found))
    else:
        for card in found:
            show_card(console(), card, list(catalog.documents))


@office_app.command(epilog="Ví dụ: `danchu dates` · `danchu dates --place “Ngô Quyền” --ics thoi-han.ics`")
def dates(
    place: _Place = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Ghi ra tệp lịch (.ics).")] = None,
    as_json: _Json = False,
) -> None:
    """Xem những ngày và kỳ hạn phải giữ."""
    from bot.office import words as office
    from bot.office.terminal import dates_table
    from corpus.dates import dates as find
    from corpus.validity import force_of

    catalog, documents = _documents(place)
    found = find(documents)
    if ics is not None:
        from bot.office.ics import calendar

        today = dt.date.today()
        file, events = calendar(found, lambda d: force_of(d, catalog.documents, today), dt.datetime.now(dt.UTC))
        write(ics, file)
        notes().print(office.DATES_WRITTEN.format(events=events, path=ics), markup=False)
    if as_json:
        print(json.dumps([_date(one, catalog) for one in found], ensure_ascii=False))
    elif ics is None:
        console().print(dates_table(found) if found else office.NO_DATES)


def write(path: Path, data: bytes) -> None:
    """Write a file that was asked for; end the program with a plain line where that fails."""
    from bot.office import words as office

    try:
        path.write_bytes(data)
    except OSError as error:
        fail(error, office.NOT_WRITTEN.format(path=path))


def _documents(place: str | None) -> tuple[Catalog, list[Document]]:
    from bot.office.concerning import concerning, place_meant
    from corpus.catalog import open_catalog
    from corpus.validity import force_of

    catalog, today = open_catalog(home()), dt.date.today()
    meant = place_meant(place or "", catalog.documents)
    return catalog, concerning(catalog.documents, meant, lambda d: force_of(d, catalog.documents, today))


def _card(card: Card, catalog: Catalog) -> dict[str, Any]:
    return {
        "body": {"id": card.body.id, "name": card.body.name, "note": card.body.note or None},
        "duties": [row for entry in card.duties for row in _entry(entry, catalog)],
        "named": [row for entry in card.named for row in _entry(entry, catalog)],
    }


def _entry(entry: Entry, catalog: Catalog) -> list[dict[str, Any]]:
    from corpus.validity import force_of
    from retrieval.quoting import quote_of

    force = force_of(entry.document, catalog.documents, dt.date.today())
    quotes = [quote_of(entry.document, citation, force) for citation in entry.citations]
    return [{**quote.to_json(), "provision": entry.provision.path.id} for quote in quotes]


def _date(one: DateToKeep, catalog: Catalog) -> dict[str, Any]:
    from corpus.validity import force_of
    from retrieval.quoting import quote_of

    def day(value: Any) -> dict[str, int | None] | None:
        return {"year": value.year, "month": value.month, "day": value.day} if value else None

    def part(value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        start, end = one.document.text.source_span(value.start, value.end)
        return {"text": value.text, "start": start, "end": end}

    force = force_of(one.document, catalog.documents, dt.date.today())
    return {
        "words": part(one.words),
        "sentence": part(one.sentence),
        "every": one.every.value if one.every else None,
        "first": day(one.first),
        "last": day(one.last),
        "who": part(one.who),
        "to": part(one.to),
        "quote": quote_of(one.document, one.citation, force).to_json(),
    }
