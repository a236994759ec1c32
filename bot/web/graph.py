"""The map of documents: those held and those that they name, a row each, and the arrows between the rows.

Rows stand one below the other and arrows bow out to their left, so that the map is as narrow as a phone and its names
are text of the page. Lengths are in rem, so that the drawing grows with the letters.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.browse import key
from corpus.citation import name, short_name
from corpus.document import Document
from corpus.missing import Missing, missing
from corpus.references import Reference, References, Standing, references
from corpus.text import fold

ROW_REM = 3.6
"""The height of a row; `static/graph.css` has the same."""
CURVES = 510
"""The width of the room for curves, in units of 0.01 rem; on a wide screen it is stretched."""
HEADS = 70
"""The width of the room for heads, in the same units; it is never stretched."""
_APART_REM = 0.16
"""Between the ends of two arrows at one dot."""


@dataclass(frozen=True, slots=True)
class Node:
    """A document of the map: one held, or one that is named and not held."""

    key: str
    name: str
    """As lists show it."""
    full: str
    href: str
    """Where it is read; "" where it is not held."""
    times: int
    """How often it is named by other documents."""
    held: bool
    also: tuple[str, ...] = ()
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """What one document names of another: all its references to it."""

    source: str
    target: str
    references: tuple[Reference, ...]

    @property
    def kind(self) -> str:
        """How it is drawn: `likely`, else `basis` where a legal basis names it, else `mention`."""
        if all(reference.standing is Standing.LIKELY for reference in self.references):
            return "likely"
        return "basis" if any(reference.basis for reference in self.references) else "mention"

    @property
    def reason(self) -> str | None:
        """Why it is only likely the same."""
        return next((reference.reason for reference in self.references if reference.reason), None)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge as it is drawn: paths of SVG, in units of 0.01 rem, the head in a room of its own."""

    edge: Edge
    curve: str
    head: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The map: held documents first, then those that are not, the most often named first."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def by_key(self) -> dict[str, Node]:
        """The nodes by key."""
        return {node.key: node for node in self.nodes}

    @property
    def held(self) -> tuple[Node, ...]:
        """The documents held."""
        return tuple(node for node in self.nodes if node.held)

    @property
    def wanted(self) -> tuple[Node, ...]:
        """The documents that are named and not held: what an office should get."""
        return tuple(node for node in self.nodes if not node.held)

    def naming(self, target: str) -> list[Edge]:
        """The edges that lead to a node."""
        return [edge for edge in self.edges if edge.target == target]

    def named_by(self, source: str) -> list[Edge]:
        """The edges that lead from a node."""
        return [edge for edge in self.edges if edge.source == source]


def graph(documents: Sequence[Document]) -> Graph:
    """The map of these documents. Names inside another document's name are no arrows; nor are they counted."""
    found = references(documents)
    lacking = missing(found)
    edges = [*_held_edges(found), *_missing_edges(lacking)]
    times = Counter(edge.target for edge in edges for _ in edge.references)
    order = sorted(documents, key=lambda document: (-times[key(document.id)], fold(short_name(document.meta))))
    nodes = [
        Node(
            key=key(document.id),
            name=short_name(document.meta),
            full=name(document.meta),
            href=f"/van-ban/{document.id}",
            times=times[key(document.id)],
            held=True,
        )
        for document in order
    ]
    nodes += [
        Node(_missing_key(one), _short(one), one.name, "", one.times, held=False, also=one.also, about=one.about)
        for one in lacking
    ]
    return Graph(tuple(nodes), tuple(edges))


def arrows(drawn: Graph) -> tuple[Arrow, ...]:
    """The edges as paths. The further apart two rows are, the further out an arrow bows."""
    rows = {node.key: n for n, node in enumerate(drawn.nodes)}
    ends: dict[str, list[tuple[bool, int, int]]] = {}
    for n, edge in enumerate(drawn.edges):
        ends.setdefault(edge.source, []).append((False, rows[edge.target], n))
        ends.setdefault(edge.target, []).append((True, rows[edge.source], n))
    heights: dict[tuple[int, bool], float] = {}
    for node, touching in ends.items():
        # Arrows that come from above end above those that come from below, so that they do not cross at the dot.
        ordered = sorted(touching, key=lambda end: (end[1] > rows[node], -end[1]))
        for place, (arriving, _, n) in enumerate(ordered):
            spread = (place - (len(ordered) - 1) / 2) * min(_APART_REM, (ROW_REM * 0.6) / len(ordered))
            heights[n, arriving] = (rows[node] + 0.5) * ROW_REM + spread
    most = max((abs(rows[edge.source] - rows[edge.target]) for edge in drawn.edges), default=1)
    return tuple(
        _arrow(edge, heights[n, False], heights[n, True], abs(rows[edge.source] - rows[edge.target]) / most)
        for n, edge in enumerate(drawn.edges)
    )


def _arrow(edge: Edge, start: float, end: float, share: float) -> Arrow:
    # A cubic whose two handles lie straight left of its ends bows out by three quarters of their length.
    left = round(CURVES - (CURVES - 10) / 0.75 * math.sqrt(share))
    begin, stop = _unit(start), _unit(end)
    return Arrow(edge, f"M{CURVES} {begin}C{left} {begin} {left} {stop} {CURVES} {stop}", f"M45 {stop}l-45 -17v34z")


def _unit(rem: float) -> int:
    return round(rem * 100)


def _held_edges(found: References) -> Iterable[Edge]:
    for document in found.documents:
        named: dict[str, list[Reference]] = {}
        for reference in found.of(document):
            if reference.target and reference.target != document.id and not reference.within:
                named.setdefault(reference.target, []).append(reference)
        for target, references_to in named.items():
            yield Edge(key(document.id), key(target), tuple(references_to))


def _missing_edges(lacking: Iterable[Missing]) -> Iterable[Edge]:
    for one in lacking:
        for document_id in one.by:
            named = tuple(reference for reference in one.references if reference.document_id == document_id)
            yield Edge(key(document_id), _missing_key(one), named)


def _missing_key(one: Missing) -> str:
    return key(f"?{one.name}")


def _short(one: Missing) -> str:
    """A numbered document by its kind and number alone."""
    numbered = any(reference.name and reference.name.number for reference in one.references)
    return one.name.split(" ngày ")[0].split(" của ")[0] if numbered else one.name
