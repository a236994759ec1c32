"""All review pages, put on an application."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from bot.feedback.database import FeedbackError, StoreUnavailable
from bot.web.review import cluster, figures, people, queue
from bot.web.review.desk import ReviewDesk
from bot.web.review.door import Door, Refused, SignInFirst, first_sign_in
from bot.web.review.show import show
from bot.web.service import Service
from bot.web.site import Site


def mount(app: FastAPI, service: Service, desk: ReviewDesk, site: Site) -> None:
    """Add the review pages under /duyet.

    Args:
        app: the application.
        service: the documents that provisions are chosen from, and how they are searched.
        desk: the clusters and the people who work on them.
        site: where the site is reached from outside.
    """
    door = Door(desk, site)
    app.include_router(door.routes())
    app.include_router(queue.routes(desk, door, service))
    app.include_router(cluster.routes(desk, door, service))
    app.include_router(figures.routes(desk, door))
    app.include_router(people.routes(desk, door))
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(FeedbackError, _not_done)


async def _sign_in(request: Request, error: Exception) -> Response:
    return first_sign_in(request)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _said(request, error.status, error.sentence)


async def _not_done(request: Request, error: Exception) -> Response:
    return _said(request, 503 if isinstance(error, StoreUnavailable) else 409, str(error))


def _said(request: Request, status: int, sentence: str) -> Response:
    return show("refused.html", getattr(request.state, "me", None), status=status, sentence=sentence)
