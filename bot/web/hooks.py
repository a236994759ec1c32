"""Where the platforms deliver: one address a channel. The channel itself checks secret or signature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.channel import Channel
from bot.web.body import TooLarge, read_body


def routes(channels: Sequence[Channel]) -> APIRouter:
    """`POST /hook/NAME` for each channel; a name's underscores are hyphens there."""
    router = APIRouter(prefix="/hook", include_in_schema=False)
    for channel in channels:
        router.add_api_route(f"/{channel.name.replace('_', '-')}", _endpoint(channel), methods=["POST"])
    return router


def _endpoint(channel: Channel) -> Callable[[Request], Awaitable[Response]]:
    async def deliver(request: Request) -> Response:
        """Hand a delivery to its channel; it is on disk when this answers 200."""
        try:
            body = await read_body(request)
        except TooLarge:
            return Response(status_code=413)
        return Response(status_code=await channel.received(request.headers, body))

    return deliver
