"""`danchu references`: what the documents held name, what of it is held, and what an office should get."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_tools import console, fail, home, notes

if TYPE_CHECKING:
    from rich.table import Table

    from corpus.document import Document
    from corpus.missing import Missing
    from corpus.references import Reference, References


def references(
    document: Annotated[
        str | None, typer.Argument(help="Mã, số hay địa phương của một văn bản; không ghi thì xem tất cả.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Chỉ những văn bản được viện dẫn mà chưa có, nhiều lần nhất trước.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Căn cứ và viện dẫn trong các văn bản: viện dẫn gì, có đang giữ không."""
    from corpus.catalog import open_catalog
    from corpus.missing import missing as not_held
    from corpus.references import references as read

    held = list(open_catalog(home()))
    chosen = held if document is None else [_one(document, held)]
    found = read(held)
    if missing:
        ids = {one.id for one in chosen}
        listed = [one for one in not_held(found) if ids & set(one.by)]
        if as_json:
            print(json.dumps([missing_json(one) for one in listed], ensure_ascii=False))
        else:
            _show_missing(listed, held)
    elif as_json:
        rows = [reference_json(reference, one) for one in chosen for reference in found.of(one)]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        _show(chosen, found)


def _one(words: str, held: list[Document]) -> Document:
    """The document of this id, number or place."""
    from bot.office import reference_messages as said
    from corpus.citation import name
    from corpus.text import fold

    exact = [document for document in held if document.id == words]
    wanted = " ".join(fold(words).split())
    near = exact or [document for document in held if wanted and wanted in fold(name(document.meta))]
    if not near:
        fail(LookupError(), said.NO_DOCUMENT.format(words=words))
    if len(near) > 1:
        fail(LookupError(), said.SEVERAL.format(words=words, ids=", ".join(document.id for document in near)))
    return near[0]


def _show(chosen: list[Document], found: References) -> None:
    from rich.table import Table
    from rich.text import Text

    from bot.office import reference_messages as said
    from corpus.citation import name
    from corpus.references import Standing

    every: list[Reference] = []
    for document in chosen:
        listed = found.of(document)
        every += listed
        if not listed:
            console().print(Text(name(document.meta), style="bold"))
            console().print(said.NONE)
            continue
        table = Table(title=Text(name(document.meta), style="bold"), title_justify="left", show_lines=True)
        for column in ("ở", "viện dẫn", "là"):
            table.add_column(column, overflow="fold")
        for reference in listed:
            words = Text(reference.words)
            if reference.within:
                words.append(f" ({said.WITHIN})", style="dim")
            table.add_row(Text(reference.path.words), words, _told(reference, found))
        console().print(table)
    counts = [sum(one.standing is standing for one in every) for standing in Standing]
    by = dict(zip(Standing, counts, strict=True))
    notes().print(
        said.COUNTED.format(
            documents=len(chosen),
            references=len(every),
            held=by[Standing.HELD],
            likely=by[Standing.LIKELY],
            missing=by[Standing.NOT_HELD] + by[Standing.NO_PROVISION],
        )
    )


def _told(reference: Reference, found: References) -> Any:
    from rich.text import Text

    from bot.office import reference_messages as said
    from corpus.citation import short_name

    colours = {"held": "green", "likely": "yellow", "not_held": "red", "no_provision": "red", "own": "dim"}
    told = Text(said.STANDING[reference.standing], style=colours[reference.standing.value])
    target = next((document for document in found.documents if document.id == reference.target), None)
    if target is not None:
        places = ", ".join(path.words for path in reference.targets)
        told.append(f": {places} {short_name(target.meta)}".replace(":  ", ": "), style="default")
    if reference.reason:
        told.append(f"\n{reference.reason}", style="dim")
    return told


def _show_missing(listed: list[Missing], held: list[Document]) -> None:
    from rich.table import Table

    from bot.office import reference_messages as said

    if not listed:
        console().print(said.NONE_MISSING)
        return
    table = Table(title=said.MISSING_TITLE, title_justify="left", show_lines=True)
    table.add_column("lần", justify="right", no_wrap=True)
    table.add_column("văn bản", overflow="fold")
    table.add_column("được viện dẫn trong", overflow="fold")
    _fill(table, listed, held)
    console().print(table)
    notes().print(said.MISSING_COUNTED.format(documents=len(listed), times=sum(one.times for one in listed)))


def _fill(table: Table, listed: list[Missing], held: list[Document]) -> None:
    from rich.text import Text

    from bot.office import reference_messages as said
    from corpus.citation import short_name

    names = {document.id: short_name(document.meta) for document in held}
    for one in listed:
        words = Text(one.name)
        for more in (one.about, said.ALSO.format(names=", ".join(one.also)) if one.also else None):
            if more:
                words.append(f"\n{more}", style="dim")
        by = [
            f"{names[id]} ({', '.join(filter(None, (said.BASIS if id in one.basis_of else '', _times(n))))})"
            for id, n in one.by.items()
        ]
        table.add_row(str(one.times), words, Text("\n".join(by).replace(" ()", "")))


def _times(n: int) -> str:
    from bot.office import reference_messages as said

    return said.TIMES.format(times=n) if n > 1 else ""


def reference_json(reference: Reference, document: Document) -> dict[str, Any]:
    """A reference as JSON; `start` and `end` are offsets into the source file, in code points."""
    start, end = document.text.source_span(reference.start, reference.end)
    name = reference.name
    return {
        "document": document.id,
        "path": reference.path.id,
        "words": reference.words,
        "start": start,
        "end": end,
        "basis": reference.basis,
        "within": reference.within,
        "named": None
        if name is None
        else {
            "kind": name.kind.value,
            "number": name.number,
            "title": name.title,
            "date": name.date.isoformat() if name.date else None,
            "year": name.year,
            "issuer": name.issuer,
        },
        "provisions": ["__".join(map(str, steps)) for steps in reference.steps],
        "standing": reference.standing.value,
        "target": reference.target,
        "targets": [path.id for path in reference.targets],
        "reason": reference.reason,
    }


def missing_json(one: Missing) -> dict[str, Any]:
    """A document that is not held, as JSON, with who names it how often."""
    return {
        "name": one.name,
        "about": one.about,
        "also": list(one.also),
        "times": one.times,
        "documents": [{"id": id, "times": n, "basis": id in one.basis_of} for id, n in one.by.items()],
        "places": [{"document": r.document_id, "path": r.path.id} for r in one.references],
    }
