"""How often one client may ask: a bucket that fills again evenly."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable

_MOST_CLIENTS = 10_000
"""Beyond this many buckets, the full ones (clients that have been quiet for a minute) are forgotten."""


class Limiter:
    """Lets each client through so many times a minute, all at once if it likes. Safe in threads.

    Args:
        per_minute: how many; 0 means no limit.
        clock: seconds, rising.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, client: str) -> float:
        """Take one turn.

        Args:
            client: the client's address, or another name of whoever asks.

        Returns:
            0 where the client may go on, else the seconds until it may.
        """
        if not self._size:
            return 0.0
        key = _key(client)
        with self._lock:
            now = self._clock()
            left = self._left(key, now)
            if left < 1:
                return (1 - left) * 60 / self._size
            if key not in self._buckets and len(self._buckets) >= _MOST_CLIENTS:
                self._forget(now)
            self._buckets[key] = (left - 1, now)
        return 0.0

    def _left(self, key: str, now: float) -> float:
        left, at = self._buckets.get(key, (self._size, now))
        return min(self._size, left + (now - at) * self._size / 60)

    def _forget(self, now: float) -> None:
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if self._left(key, now) < self._size}
        if len(self._buckets) >= _MOST_CLIENTS:
            # So many at once is no ordinary day; better to let some ask too often than to run out of memory.
            self._buckets.clear()


def _key(client: str) -> str:
    """One subscriber holds a whole /64 of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return client
