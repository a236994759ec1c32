"""A channel that runs in a thread with an event loop of its own, over a clerk, a book and a real inbox."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.channel import Channel
from bot.conversation import Conversation
from bot.intake import Inbox
from tests.bot.stand_ins import Book, Clerk, conversation

SALT = b"0" * 32


class Running:
    """The channel that `make` makes of a conversation and an inbox, from now on until `stop`."""

    def __init__(
        self,
        make: Callable[[Conversation, Inbox], Channel],
        home: Path,
        clerk: Clerk | None = None,
        book: Book | None = None,
        talk: Conversation | None = None,
    ) -> None:
        self.clerk, self.book = clerk or Clerk(), book or Book()
        self.error: Exception | None = None
        self.inbox = Inbox(home, SALT, str)
        self.channel = make(talk or conversation(self.clerk, self.book), self.inbox)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self._started.wait()

    def _run(self) -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._started.set()
            try:
                await self.channel.run(self._stop)
            finally:
                self.inbox.close()

        try:
            asyncio.run(main())
        except Exception as error:  # noqa: BLE001 - whatever ended it is for the test to see
            self.error = error

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Call the channel as the web server would."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self.channel.received(headers, body), self._loop).result(20)

    def served(self, count: int, seconds: float = 20) -> None:
        """Wait until so many deliveries came in all, and each is answered."""
        until = time.monotonic() + seconds
        while True:
            with self.inbox._lock:
                row = self.inbox._file.execute(
                    "SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM pending)"
                ).fetchone()
            if row == (count, 0):
                return
            assert time.monotonic() < until, f"came and not answered: {row}, wanted {count}"
            time.sleep(0.005)

    def stop(self) -> None:
        if self.thread.is_alive() and self._loop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self.thread.join(60)
        assert not self.thread.is_alive()

    def end(self, seconds: float = 30) -> Exception | None:
        """Wait until it ends by itself, and give the error that ended it."""
        self.thread.join(seconds)
        assert not self.thread.is_alive()
        return self.error
