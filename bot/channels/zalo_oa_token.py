"""The two tokens of a Zalo Official Account, kept in a file, because each refresh replaces both.

A refresh token works once: Zalo answers it with a new pair, and from then on the old one is worth nothing. So the new
pair is on the disk before it is used, one refresher is at work at a time among all tasks and processes, and room on the
disk is taken before the old token is spent, so that a full disk is found while nothing is lost yet.

    ZaloError
     └─ StoreFailed   the file cannot be read or written; the message is for people, in Vietnamese
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from bot import messages
from bot.channels.zalo_wire import Passing, ZaloError
from bot.durable import sync_folder, try_lock

LOCK_WAIT_S = 120.0
"""How long another's refresh is waited for."""

_ROOM_BYTES = 16_384
_EARLY_S = 60
"""An access token is renewed so long before it expires."""


class StoreFailed(ZaloError):
    """The file of the tokens cannot be read or written."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What one refresh gave.

    Attributes:
        access_token: goes with each call, for about 25 hours.
        refresh_token: good for one refresh.
        expires_at: Unix time in seconds; None where Zalo did not tell it readably. It is used until refused then.
        origin: `origin_of` the refresh token in the settings with which the chain of refreshes began.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float | None
    origin: str

    def has_expired(self) -> bool:
        """Whether the access token is at its end, or so close that a call might meet it."""
        return self.expires_at is not None and time.time() > self.expires_at - _EARLY_S


def origin_of(refresh_token: str) -> str:
    """A refresh token's digest: enough to see that the settings were given another, useless to anyone else."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()


class TokenStore:
    """A pair in a file that its owner alone can read, replaced whole or not at all. Nothing is made before its use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> TokenPair | None:
        """The pair stored last; None where there is none.

        Raises:
            StoreFailed: the file cannot be read, or is not what was written.
        """
        with self._failing():
            if not self._path.exists():
                return None
            stored = self._path.read_bytes()
        with suppress(ValueError, RecursionError):
            match json.loads(stored):
                case {
                    "access_token": str(access),
                    "refresh_token": str(refresh),
                    "expires_at": int() | float() | None as expires_at,
                    "origin": str(origin),
                }:
                    return TokenPair(access, refresh, expires_at, origin)
        raise StoreFailed(messages.ZALO_OA_DAMAGED.format(path=self._path))

    @contextmanager
    def room(self) -> Iterator[Callable[[TokenPair], None]]:
        """Take room on the disk for a pair that does not exist yet. To be called while holding the store.

        Yields:
            A function that stores the pair; when it returns, the pair is on the disk. Without it nothing changes.

        Raises:
            StoreFailed: there is no room, or later, that it was not stored all the same.
        """
        fresh = self._path.with_name(f".{self._path.name}.new")

        def store(pair: TokenPair) -> None:
            # Written over the room taken and padded to it: white space after JSON means nothing.
            data = json.dumps(asdict(pair)).encode().ljust(_ROOM_BYTES)
            with self._failing():
                _write(fresh, "r+b", data)
                fresh.replace(self._path)
                sync_folder(self._path.parent)

        try:
            with self._failing():
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                fresh.unlink(missing_ok=True)  # of a process that was killed
                _write(fresh, "xb", b" " * _ROOM_BYTES)
            yield store
        finally:
            with suppress(OSError):  # the next room removes it
                fresh.unlink(missing_ok=True)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Be the only one at work on the pair, among tasks and processes; the system frees it where a process dies.

        Raises:
            Passing: another held it for too long.
            StoreFailed: the lock's file cannot be made.
        """
        with self._failing():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + LOCK_WAIT_S
            while not try_lock(file):
                if time.monotonic() > deadline:
                    raise Passing("another process refreshes the tokens and does not come to an end")
                await asyncio.sleep(0.02)
            yield
        finally:
            os.close(file)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreFailed(messages.ZALO_OA_NO_FILE.format(path=self._path)) from error


def _write(path: Path, mode: Literal["xb", "r+b"], data: bytes) -> None:
    """Write over a file from its beginning, readable by its owner alone, and wait until it is on the disk."""
    with open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
