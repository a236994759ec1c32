"""The officials' pages: role cards, and dates with their calendar file."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bot.limiter import Limiter
from bot.office import words as office
from bot.office.concerning import NoSuchPlace, concerning, place_meant
from bot.office.sheet import by_document
from bot.office.when import when
from bot.web.api import too_often
from bot.web.quotes import quoted, shown_today
from bot.web.render import failure, page
from bot.web.report import report
from bot.web.service import Service
from bot.web.site import Site
from corpus.bodies import all_bodies
from corpus.citation import name, short_name
from corpus.dates import DateToKeep, dates
from corpus.document import Document, Place
from corpus.duties import Card, Entry, cards
from corpus.places import bare_name, places_of
from corpus.text import fold

_Place = Annotated[str, Query()]

_KEPT = 8
"""For how many sets of documents what was read of them is kept."""


class Readings:
    """What was read of sets of documents, so that a page need not read them again until they change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[tuple[Card, ...], list[DateToKeep]]] = OrderedDict()

    def of(self, documents: Sequence[Document]) -> tuple[tuple[Card, ...], list[DateToKeep]]:
        """The cards and dates of documents."""
        key = tuple(f"{document.id}\0{document.sha256}\0{document.meta!r}" for document in documents)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = cards(documents), dates(documents)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def routes(service: Service, limiter: Limiter, site: Site) -> APIRouter:
    """The routes of role cards and dates; `noi` names a place."""
    router = APIRouter(include_in_schema=False)
    readings = Readings()

    def meant(typed: str) -> tuple[Place | None, list[Document], dict[str, Any]]:
        """The place asked for, the documents that concern it, and what the form of places shows."""
        held = service.documents()
        place = place_meant(typed, held)
        names = sorted(place.name for place in places_of(held))
        query = "?" + urlencode({"noi": place.name}) if place else ""
        shown = {"places": names, "place": place.name if place else "", "query": query}
        return place, concerning(held, place, service.validity_of), shown

    @router.get("/nhiem-vu")
    def all_cards(request: Request, noi: _Place = "") -> Response:
        """The bodies, with how many clauses give each a duty."""
        try:
            _, documents, shown = meant(noi)
        except NoSuchPlace as error:
            return failure(request, 404, str(error))
        return page("duties.html", cards=readings.of(documents)[0], **shown)

    @router.get("/nhiem-vu/{body_id}")
    def card(request: Request, body_id: str, noi: _Place = "") -> Response:
        """A body's card: every clause that gives it a duty."""
        body = next((body for body in all_bodies() if body.id == body_id), None)
        if body is None:
            return failure(request, 404, office.NO_CARD)
        try:
            _, documents, shown = meant(noi)
        except NoSuchPlace as error:
            return failure(request, 404, str(error))
        found = next((one for one in readings.of(documents)[0] if one.body.id == body_id), Card(body, (), ()))
        base = site.base(request)
        quotes = [quoted(service, entry.document, one) for entry in found.duties for one in entry.citations]
        sheet = by_document(quotes, dt.date.today(), office.DUTIES_OF.format(body=body.name), link=base)
        return page(
            "duty_card.html",
            card=found,
            groups=_by_document(service, found.duties, base),
            named=[_line(entry) for entry in found.named],
            report=report([quote.code for quote in quotes], sheet),
            **shown,
        )

    @router.get("/thoi-han")
    def all_dates(request: Request, noi: _Place = "") -> Response:
        """The dates and periods, by document."""
        try:
            _, documents, shown = meant(noi)
        except NoSuchPlace as error:
            return failure(request, 404, str(error))
        base = site.base(request)
        groups: list[dict[str, Any]] = []
        for one in readings.of(documents)[1]:
            if not groups or groups[-1]["id"] != one.document.id:
                groups.append({**_document(service, one.document), "rows": []})
            shown_quote = shown_today(quoted(service, one.document, one.citation), base, service.documents())
            groups[-1]["rows"].append({"date": one, "parts": _parts(one), "when": when(one), "quote": shown_quote})
        return page("dates.html", groups=groups, **shown)

    @router.get("/thoi-han.ics")
    def calendar_file(request: Request, noi: _Place = "") -> Response:
        """The same as a calendar file."""
        if refused := too_often(request, limiter):
            return refused
        try:
            place, documents, _ = meant(noi)
        except NoSuchPlace as error:
            return failure(request, 404, str(error))
        from bot.office.ics import MEDIA_TYPE, calendar  # the library takes a tenth of a second to come

        found = readings.of(documents)[1]
        file, _ = calendar(found, service.validity_of, dt.datetime.now(dt.UTC), site.base(request))
        of = "" if place is None else "-" + _ascii(bare_name(place))
        headers = {"Content-Disposition": f'attachment; filename="thoi-han{of}.ics"'}
        return Response(file, media_type=MEDIA_TYPE, headers=headers)

    return router


def _by_document(service: Service, entries: Sequence[Entry], base: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for entry in entries:
        if not groups or groups[-1]["id"] != entry.document.id:
            groups.append({**_document(service, entry.document), "quotes": []})
        groups[-1]["quotes"] += [
            shown_today(quoted(service, entry.document, citation), base, service.documents())
            for citation in entry.citations
        ]
    return groups


def _document(service: Service, document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "short": short_name(document.meta),
        "name": name(document.meta),
        "validity": service.validity_of(document),
    }


def _parts(one: DateToKeep) -> tuple[str, str, str]:
    """The sentence of a date: what stands before the words on the time, they, and what stands behind."""
    text, start = one.sentence.text, one.sentence.start
    return text[: one.words.start - start], one.words.text, text[one.words.end - start :]


def _line(entry: Entry) -> dict[str, str]:
    words = entry.citations[0].words
    return {
        "words": words[:1].upper() + words[1:],
        "address": f"/van-ban/{entry.document.id}/{entry.provision.path.id}#asked",
    }


def _ascii(words: str) -> str:
    return fold(words).replace(" ", "-")
