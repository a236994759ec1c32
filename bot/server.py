"""The web server: the chat page, the reader, the JSON API and the health checks, behind one guard.

`create_app` makes an ASGI application of a Service. Serve it without an access log (`uvicorn --no-access-log`): where
there is no JavaScript a question stands in the address, and addresses end in such logs.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from bot import messages
from bot.web import api, pages
from bot.web.guard import Guard
from bot.web.limiter import Limiter
from bot.web.render import STATIC, failure
from bot.web.service import Readiness, Service

__all__ = ["Readiness", "Service", "create_app"]

QUESTIONS_PER_MINUTE = 60
"""How often one client address may ask or rate; a whole office may stand behind one address."""


def create_app(service: Service, *, per_minute: int = QUESTIONS_PER_MINUTE) -> FastAPI:
    """Make the application.

    Args:
        service: what it stands on.
        per_minute: how often one client address may ask or rate in a minute; 0 means no limit. Behind a proxy the
            address is the one that the proxy names, if the server is told to trust it (uvicorn:
            `forwarded_allow_ips`).
    """
    # The pages of API documentation load scripts from elsewhere, so they are off.
    app = FastAPI(title=messages.NAME, docs_url=None, redoc_url=None, openapi_url=None)
    limiter = Limiter(per_minute)
    app.include_router(api.routes(service, limiter))
    app.include_router(pages.routes(service, limiter))
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/healthz")
    async def healthz() -> Response:
        """Whether the process lives."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz() -> Response:
        """Whether questions can be answered: 200 or 503, with details."""
        readiness = await run_in_threadpool(service.readiness)
        status = "ready" if readiness.ready else "not_ready"
        return JSONResponse({"status": status, "details": dict(readiness.details)}, 200 if readiness.ready else 503)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        sentence = messages.WEB_WRONG_METHOD if error.status_code == 405 else messages.WEB_NOT_FOUND
        return failure(request, error.status_code, sentence, dict(error.headers or {}))

    app.add_exception_handler(HTTPException, refused)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Guard)
    return app
