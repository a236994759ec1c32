"""How the process is doing: alive, ready, and its figures for Prometheus."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from bot.web.service import Readiness


class Exposes(Protocol):
    """What has figures to show: `bot.metrics.Metrics`."""

    def exposition(self) -> tuple[bytes, str]:
        """The figures in Prometheus' format, and its content type."""
        ...


def routes(readiness: Callable[[], Readiness], metrics: Exposes | None, token: str | None) -> APIRouter:
    """`/healthz`, `/readyz`, and `/metrics` where there is something to show.

    Args:
        readiness: asked by `/readyz`.
        metrics: what `/metrics` shows.
        token: without it as a bearer token `/metrics` shows nothing; None where it is reached from inside alone.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        """Whether the process lives."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> Response:
        """Whether questions can be answered: 200 or 503, with details."""
        found = await run_in_threadpool(readiness)
        status = "ready" if found.ready else "not_ready"
        return JSONResponse({"status": status, "details": dict(found.details)}, 200 if found.ready else 503)

    if metrics is not None:

        @router.get("/metrics")
        async def figures(request: Request) -> Response:
            """The figures, for Prometheus."""
            given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
            if token is not None and not hmac.compare_digest(given, f"Bearer {token}".encode()):
                return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
            body, kind = await run_in_threadpool(metrics.exposition)
            return Response(body, media_type=kind)

    return router
