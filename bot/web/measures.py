"""The pages of measures: the matrix of groups by places, and the clauses of each of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.office import measure_words
from bot.web.quotes import quoted, shown_today
from bot.web.render import page
from bot.web.service import Service
from bot.web.site import Site
from corpus.citation import name, short_name
from corpus.document import Document
from corpus.measures import Cell, Clause, Group, Holder, matrix
from corpus.validity import Validity

CLAUSES_IN_A_CELL = 4
"""How many clauses a cell of the matrix names; the rest are counted."""

CLAUSES_A_PAGE = 20
"""How many clauses stand on one page of a cell; a law may have forty in one group."""

_MANY = 6
"""With as many columns the matrix scrolls in a box of its own."""


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the matrix as the page shows it."""

    holder: str
    address: str
    clauses: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the matrix."""

    group: Group
    origin: str
    boxes: tuple[Box, ...]


def routes(service: Service, site: Site) -> APIRouter:
    """The routes of the matrix and of its cells."""
    router = APIRouter(include_in_schema=False)

    @router.get("/bien-phap")
    def table() -> Response:
        """The matrix."""
        whole = matrix(service.documents())
        rows = [
            Row(group, measure_words.origin_short(group), tuple(map(_box, whole.of_group(group))))
            for group in whole.groups
        ]
        heads = [(holder, _documents(service, holder)) for holder in whole.holders]
        return page(
            "measures.html",
            words=measure_words,
            rows=rows,
            heads=heads,
            wide=len(heads) >= _MANY,
            elsewhere=measure_words.elsewhere(whole.holders),
        )

    @router.get("/bien-phap/{group_id}")
    def row(group_id: str) -> Response:
        """A group's row in the matrix."""
        known = any(group.id == group_id for group in matrix(()).groups)
        return RedirectResponse(f"/bien-phap#{group_id}", 303) if known else _missing()

    @router.get("/bien-phap/{group_id}/{key}")
    def cell(request: Request, group_id: str, key: str, trang: Annotated[str, Query()] = "1") -> Response:
        """The clauses of a cell word for word, or that it has none. `key` names a place or a document."""
        whole = matrix(service.documents())
        group, holder = whole.group(group_id), whole.holder(key)
        if group is None or holder is None:
            return _missing()
        shown = whole.cell(group, holder)
        pages = max(1, -(-len(shown.clauses) // CLAUSES_A_PAGE))
        number = int(trang) if trang.isdecimal() and len(trang) < 6 else 0
        if not 1 <= number <= pages:
            return _missing()
        base = site.base(request)
        return page(
            "measure.html",
            words=measure_words,
            group=group,
            origin=measure_words.origin(group),
            holder=holder,
            documents=_documents(service, holder),
            named=_quotes(service, holder.elsewhere, base),
            gap="" if shown.clauses else measure_words.gap(shown),
            quotes=_quotes(service, shown.clauses[(number - 1) * CLAUSES_A_PAGE : number * CLAUSES_A_PAGE], base),
            here=_address(shown),
            number=number,
            pages=pages,
            elsewhere=[_link(other.holder.name, other) for other in whole.of_group(group) if other is not shown],
            others=[_link(other.group.name, other) for other in whole.of_holder(holder) if other is not shown],
        )

    return router


def _missing() -> Response:
    return page("error.html", status=404, sentence=measure_words.WEB_NONE, whole=None)


def _quotes(service: Service, clauses: Sequence[Clause], base: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    documents = service.documents()
    return [
        shown_today(quoted(service, clause.document, citation), base, documents)
        for clause in clauses
        for citation in clause.citations
    ]


def _box(cell: Cell) -> Box:
    named = [clause.words for clause in cell.clauses]
    if len({clause.document.id for clause in cell.clauses}) > 1:
        named = [f"{clause.words} {short_name(clause.document.meta)}" for clause in cell.clauses]
    left = len(named) - CLAUSES_IN_A_CELL
    # "and one more" is as long as the one.
    shown = named if left <= 1 else named[:CLAUSES_IN_A_CELL]
    more = measure_words.MORE.format(clauses=left) if left > 1 else ""
    return Box(cell.holder.name, _address(cell), tuple(shown), more)


def _link(words: str, cell: Cell) -> tuple[str, str]:
    return measure_words.label(words, cell), _address(cell)


def _address(cell: Cell) -> str:
    return f"/bien-phap/{cell.group.id}/{cell.holder.key}"


def _documents(service: Service, holder: Holder) -> Sequence[tuple[Document, str, str, Validity]]:
    """The documents of a holder: short name, name, whether it binds today."""
    return [
        (document, short_name(document.meta), name(document.meta), service.validity_of(document))
        for document in holder.documents
    ]
