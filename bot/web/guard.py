"""What stands around every response: security headers, caching, and a plain answer where something breaks."""

from __future__ import annotations

import logging

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import messages
from bot.web.render import failure

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every response. Pages load nothing from elsewhere and hold no script or style of their own."""


class Guard:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; if that breaks, log why and answer 500 with one Vietnamese sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", _caching(scope, message["status"]))
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception:
            # The path alone: a query may hold somebody's question.
            log.exception("failed: %s %s", scope["method"], scope["path"])
            if started:
                raise
            response = failure(Request(scope), 500, messages.WEB_FAILED)
            await response(scope, receive, guarded)


def _caching(scope: Scope, status: int) -> str:
    """Files that carry their digest in the address never change; pages follow the documents; answers are nobody's."""
    if scope["path"].startswith("/static/") and status in (200, 304):
        return "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
    if scope["path"].startswith("/van-ban") and status == 200:
        return "no-cache"
    return "no-store"
