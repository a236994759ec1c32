"""The page of the map of documents: the drawing, the same as lists, and what an office should get."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.browse import key
from bot.office import reference_messages as said
from bot.web.graph import CURVES, HEADS, ROW_REM, Edge, Graph, Node, arrows, graph
from bot.web.linked import address
from bot.web.render import page
from bot.web.service import Service
from corpus.document import Document

ADDRESS = "/van-ban/so-do"


def routes(service: Service) -> APIRouter:
    """The route of the page; it has to come before that of the documents, whose ids could be anything."""
    router = APIRouter(include_in_schema=False)

    @router.get(ADDRESS)
    def documents_map(chon: Annotated[str, Query()] = "") -> Response:
        """The map; with `chon`, the arrows of one document stand out. A key that is none chooses nothing."""
        drawn = graph(service.documents())
        chosen = drawn.by_key.get(chon)
        return page(
            "graph.html",
            said=said,
            graph=drawn,
            chosen=chosen,
            arrows=[(arrow, _state(arrow.edge, chosen)) for arrow in arrows(drawn)],
            near=_near(drawn, chosen),
            widths=(CURVES, HEADS),
            height=round(ROW_REM * 100 * len(drawn.nodes)),
            summary=said.MAP_SUMMARY.format(held=len(drawn.held), wanted=len(drawn.wanted), arrows=len(drawn.edges)),
            rows=_rows(drawn),
            wanted=_wanted(drawn),
        )

    return router


def map_address(document: Document) -> str:
    """Where the map shows the arrows of a document, from the site's root."""
    return f"{ADDRESS}?chon={key(document.id)}#so-do"


def _state(edge: Edge, chosen: Node | None) -> str:
    if chosen is None:
        return ""
    return "chosen" if chosen.key in (edge.source, edge.target) else "faint"


def _near(drawn: Graph, chosen: Node | None) -> set[str]:
    """The keys of the rows that an arrow joins with the one chosen, itself included."""
    if chosen is None:
        return set()
    touching = [edge for edge in drawn.edges if chosen.key in (edge.source, edge.target)]
    return {chosen.key, *(edge.source for edge in touching), *(edge.target for edge in touching)}


def _rows(drawn: Graph) -> list[dict[str, Any]]:
    """The drawing as lists: each document held, and what it names."""
    return [
        {"node": node, "named": [_told(drawn.by_key[edge.target], edge) for edge in drawn.named_by(node.key)]}
        for node in drawn.held
    ]


def _wanted(drawn: Graph) -> list[dict[str, Any]]:
    """What an office should get: each document not held, and who names it where."""
    return [
        {"node": node, "by": [_told(drawn.by_key[edge.source], edge) for edge in drawn.naming(node.key)]}
        for node in drawn.wanted
    ]


def _told(other: Node, edge: Edge) -> dict[str, Any]:
    """An edge as a line: the other document, how it is named, and each place that names it."""
    return {
        "node": other,
        "kind": edge.kind,
        "words": said.EDGES[edge.kind],
        "reason": edge.reason,
        "times": len(edge.references),
        "places": [
            {"words": reference.path.words, "href": address(reference.document_id, reference.path)}
            for reference in {reference.path: reference for reference in edge.references}.values()
        ],
    }
