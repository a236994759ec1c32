"""What every channel to people is: something that runs until it is told to stop, and may be called by a webhook.

Errors are drawn here; each message is one plain sentence in Vietnamese:

    ChannelError
     ├─ MissingToken     no token is set
     ├─ RejectedToken    the platform does not know the token, or it was revoked
     ├─ TwoPollers       another process polls with the same token
     └─ Unreachable      the platform's server could not be reached at the start
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.message import Message
from bot.people import Told

_T = TypeVar("_T")

FINISH_S = 25.0
"""How long a channel that is told to stop goes on answering what it took; the rest waits for the next start."""


class ChannelError(Exception):
    """A channel that cannot run; the message is one plain sentence in Vietnamese."""


class MissingToken(ChannelError):
    """No token is set."""


class RejectedToken(ChannelError):
    """The token is malformed, unknown or revoked."""


class TwoPollers(ChannelError):
    """Another process takes this bot's updates."""


class Unreachable(ChannelError):
    """The platform's server could not be reached."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a platform is to deliver, and the secret by which it is known. `repr` hides the secret."""

    url: str
    secret: str

    def __repr__(self) -> str:
        return f"Webhook(url={self.url!r})"


class Channel(Protocol):
    """A door to people."""

    @property
    def name(self) -> str:
        """The channel's name in records and metrics."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Take and answer until `stop` is set, then finish what was taken.

        Raises:
            ChannelError: it cannot run.
        """
        ...

    async def received(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a webhook's delivery; the HTTP status to answer with.

        Args:
            headers: by any case of the name.
            body: as it came.
        """
        ...

    async def tell(self, chat: str, message: Message) -> Told:
        """Say something unasked."""
        ...


class Counts(Protocol):
    """What counts the messages of channels: `bot.metrics.Metrics`."""

    def message(self, channel: str, event: str) -> None:
        """Count one of "received", "repeated", "limited", "delivered", "failed"."""
        ...


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """The work's result, or None if `stop` is set first; the work is cancelled then."""
    doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)
