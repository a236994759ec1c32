"""The queue: what waits, narrowed by a form with an address of its own, and the same as files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bot.feedback.review import ClusterState, QueueFilter
from bot.web.review import words
from bot.web.review.desk import ReviewDesk
from bot.web.review.door import HOME, Door, Refused
from bot.web.review.show import show
from bot.web.service import Service

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}
_MOST_CHARS = 200
"""What is typed beyond this is not searched for."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The filter as it stands in the address."""

    filter: QueueFilter
    fields: dict[str, str]
    unread: tuple[str, ...]
    """The dates that cannot be read."""

    def address(self, page: int = 1) -> str:
        """The address of a page of the queue under this filter."""
        return f"{HOME}?{self.query}" + (f"&trang={page}" if page > 1 else "")

    @property
    def query(self) -> str:
        """The filter as the part of an address after "?"."""
        return urlencode(self.fields)


def typed(request: Request) -> Typed:
    """Read the filter out of an address; without one, what is open."""
    given = request.query_params
    names = ("tt", "noi", "kenh", "ly", "tu", "den", "tim")
    fields = {name: given.get(name, "").strip()[:_MOST_CHARS] for name in names}
    if "tt" not in given or (fields["tt"] and fields["tt"] not in list(ClusterState)):
        fields["tt"] = ClusterState.OPEN.value
    days: dict[str, dt.date | None] = {}
    unread = []
    for name in ("tu", "den"):
        try:
            days[name] = dt.date.fromisoformat(fields[name]) if fields[name] else None
        except ValueError:
            unread.append(fields[name])
            days[name], fields[name] = None, ""
    chosen = QueueFilter(
        state=ClusterState(fields["tt"]) if fields["tt"] else None,
        place=fields["noi"] or None,
        channel=fields["kenh"] or None,
        reason=fields["ly"] or None,
        since=days["tu"],
        until=days["den"],
        words=fields["tim"],
    )
    return Typed(chosen, fields, tuple(unread))


def routes(desk: ReviewDesk, door: Door, service: Service) -> APIRouter:
    """The routes of the queue."""
    router = APIRouter(include_in_schema=False)

    @router.get(HOME)
    def queue(request: Request, trang: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
        """A page of the queue."""
        me = door.enter(request)
        asked = typed(request)
        found = desk.queue(asked.filter, trang)
        return show("queue.html", me, asked=asked, found=found, places=[(place, place) for place in desk.places()])

    @router.get("/duyet/xuat.{form}")
    def export(request: Request, form: str) -> Response:
        """The queue as a file."""
        door.enter(request)
        if form not in _TYPES:
            raise Refused(404, words.BAD_CHOICE)
        body = desk.export(form, typed(request).filter, service.documents())
        name = f"danchu-duyet-{dt.date.today().isoformat()}.{form}"
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=_TYPES[form], headers=kept)

    return router
