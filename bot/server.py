"""The web server: the chat page, the reader, the JSON API and the health checks, behind one guard.

`create_app` makes an ASGI application of a Service. Serve it without an access log (`uvicorn --no-access-log`): a link
that asks has a question in its address, and addresses end in such logs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from bot import messages
from bot.channel import Channel
from bot.limiter import Limiter
from bot.web import api, api_page, checks, graph_page, health, hooks, measures, office_pages, pages, papers, place
from bot.web.guard import Guard
from bot.web.health import Exposes
from bot.web.origins import ApiCors, checked, embedding
from bot.web.render import STATIC, failure
from bot.web.review.desk import ReviewDesk
from bot.web.review.routes import mount
from bot.web.service import Readiness, Service
from bot.web.site import Site

__all__ = ["Readiness", "Service", "create_app"]

API_VERSION = "1"

QUESTIONS_PER_MINUTE = 60
"""How often one client address may ask, rate or check; a whole office may stand behind one address."""


RETENTION_DAYS = 365
"""For how long questions are kept where nothing else is set."""


def create_app(
    service: Service,
    *,
    per_minute: int = QUESTIONS_PER_MINUTE,
    public_url: str | None = None,
    cors_origins: Sequence[str] = (),
    embed_origins: Sequence[str] = (),
    retention_days: int = RETENTION_DAYS,
    channels: Sequence[Channel] = (),
    metrics: Exposes | None = None,
    metrics_token: str | None = None,
    desk: ReviewDesk | None = None,
) -> FastAPI:
    """Make the application.

    Args:
        service: what it stands on.
        per_minute: how often one client address may ask, rate or check in a minute; 0 means no limit. Behind a proxy
            the address is the one that the proxy names, if the server is told to trust it (uvicorn:
            `forwarded_allow_ips`).
        public_url: the site's address as people know it, for links in copies and QR codes; None takes the address of
            each request.
        cors_origins: whose pages may ask the API; none, unless set.
        embed_origins: whose pages may show the chat in a frame, by the script `/static/embed.js`; none, unless set.
        retention_days: for how long questions are kept, as people are told.
        channels: those that may be called by webhook, at `/hook/NAME`.
        metrics: what `/metrics` shows, or None to have no such page.
        metrics_token: the bearer token that `/metrics` asks for, or None where it is reached from inside alone.
        desk: what the review pages stand on, or None to have no such pages.

    Raises:
        ValueError: if an origin is none (`https://host` or `https://host:port` is one).
    """
    cors, embed = checked(cors_origins), checked(embed_origins)
    # FastAPI's own pages of API documentation load scripts from elsewhere, so they are off; `/api` is ours.
    app = FastAPI(
        title=messages.NAME,
        version=API_VERSION,
        description=messages.WEB_API_INTRO,
        servers=[{"url": public_url}] if public_url else None,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    limiter, site = Limiter(per_minute), Site(public_url)
    app.include_router(api.routes(service, limiter, site))
    app.include_router(api_page.routes(site))
    app.include_router(graph_page.routes(service))
    app.include_router(pages.routes(service, limiter, site, retention_days))
    app.include_router(checks.routes(service, limiter, site))
    app.include_router(measures.routes(service, site))
    app.include_router(papers.routes(service, limiter, site))
    app.include_router(office_pages.routes(service, limiter, site))
    app.include_router(place.routes(service, limiter))
    if desk is not None:
        mount(app, service, desk, site)
    if embed:
        app.include_router(embedding())
    app.mount("/static", StaticFiles(directory=STATIC))

    app.include_router(health.routes(service.readiness, metrics, metrics_token))
    app.include_router(hooks.routes(channels))

    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    if cors:
        app.add_middleware(ApiCors, origins=cors)
    app.add_middleware(Guard, embed_origins=embed)
    return app


def create_hook_app(
    readiness: Callable[[], Readiness], channels: Sequence[Channel], metrics: Exposes, metrics_token: str | None
) -> FastAPI:
    """Make an application for channels that run without the web pages: webhooks and health alone.

    The arguments are those of `create_app`.
    """
    app = FastAPI(title=messages.NAME, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health.routes(readiness, metrics, metrics_token))
    app.include_router(hooks.routes(channels))
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(Guard)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = messages.WEB_WRONG_METHOD if error.status_code == 405 else messages.WEB_NOT_FOUND
    return failure(request, error.status_code, sentence, dict(error.headers or {}))
