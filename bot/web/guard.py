"""What stands around every response: security headers, caching, and a plain answer where something breaks."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import messages
from bot.logs import request, where
from bot.web.render import failure

log = logging.getLogger(__name__)

_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}; object-src 'none'"

HEADERS = {
    "Content-Security-Policy": _POLICY.format(ancestors="'none'"),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every response. Pages load nothing from elsewhere and hold no script or style of their own."""


def headers_for(embed_origins: Sequence[str]) -> dict[str, str]:
    """The headers where the pages of some origins may show ours in a frame."""
    if not embed_origins:
        return HEADERS
    # X-Frame-Options knows no list of origins; every browser that knows the policy goes by the policy.
    kept = {name: value for name, value in HEADERS.items() if name != "X-Frame-Options"}
    return {**kept, "Content-Security-Policy": _POLICY.format(ancestors=" ".join(("'self'", *embed_origins)))}


REQUEST_ID = "X-Request-Id"
"""Names a request in the log; a proxy may give it, and it is sent back."""


class Guard:
    """ASGI middleware, the outermost.

    Args:
        app: what it stands around.
        embed_origins: whose pages may show ours in a frame.
    """

    def __init__(self, app: ASGIApp, embed_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._headers = headers_for(embed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; if that breaks, log why and answer 500 with one Vietnamese sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID)
        with request(given) as id:
            await self._guard(scope, receive, send, id)

    async def _guard(self, scope: Scope, receive: Receive, send: Send, id: str) -> None:
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                # Nobody's page may show the reviewers' in a frame: a click there would be theirs.
                framed = HEADERS if scope["path"].startswith("/duyet") else self._headers
                for name, value in framed.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", _caching(scope, message["status"]))
                headers[REQUEST_ID] = id
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - the last border: the person gets a sentence, the log the place
            # Which page, and where it broke: the rest of an address or an error's words may hold somebody's question.
            page = scope["path"].split("/", 2)[1]
            log.error("failed: %s /%s: %s", scope["method"], page, where(error))
            if started:
                raise RuntimeError("a response broke off") from None
            response = failure(Request(scope), 500, messages.WEB_FAILED)
            await response(scope, receive, guarded)


def _caching(scope: Scope, status: int) -> str:
    """Files that carry their digest in the address never change; pages follow the documents; answers are nobody's."""
    if scope["path"].startswith("/static/") and status in (200, 304):
        return "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
    if scope["path"].startswith(("/van-ban", "/bien-phap")) and status == 200:
        return "no-cache"
    is_form = scope["method"] == "POST" and (scope["path"] == "/" or scope["path"].startswith("/in/"))
    if is_form and status == 200:
        # The answer to a form, kept by this browser alone: without it the way back would ask to send the form again.
        return "private, no-cache"
    return "no-store"
