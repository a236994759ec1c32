"""What administrators see besides: who may sign in, and the audit log."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.feedback.review import Role
from bot.web.review.desk import ReviewDesk
from bot.web.review.door import Door
from bot.web.review.show import show

_NEWEST = 200


def routes(desk: ReviewDesk, door: Door) -> APIRouter:
    """The routes of users and audit log."""
    router = APIRouter(include_in_schema=False)

    @router.get("/duyet/nguoi-dung")
    def users(request: Request) -> Response:
        """Everybody who may sign in."""
        me = door.enter(request, Role.ADMIN)
        return show("users.html", me, users=desk.users(), now=dt.datetime.now(dt.UTC))

    @router.get("/duyet/nhat-ky")
    def audit(request: Request) -> Response:
        """The newest of the audit log."""
        me = door.enter(request, Role.ADMIN)
        return show("audit.html", me, events=desk.newest(_NEWEST))

    return router
