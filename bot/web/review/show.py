"""The review pages' templates, and how moments are written on them."""

from __future__ import annotations

import datetime as dt

from fastapi.responses import HTMLResponse

from bot.feedback.review import ClusterState, Role, UserSession
from bot.web.render import page
from bot.web.review import words

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""Vietnam's clock, all year round."""


def when(at: dt.datetime) -> str:
    """A moment as people in Vietnam read it.

    Examples:
        >>> when(dt.datetime(2026, 11, 20, 20, 5, tzinfo=dt.UTC))
        '03:05 21/11/2026'
    """
    return at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def show(template: str, me: UserSession | None, *, status: int = 200, **values: object) -> HTMLResponse:
    """Render a template of `templates/review/` for somebody who is signed in, or for nobody."""
    fixed = {"me": me, "words": words, "when": when, "Role": Role, "ClusterState": ClusterState}
    return page(f"review/{template}", status=status, **fixed, **values)
