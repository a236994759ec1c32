"""The channels as processes: the web server, with Telegram beside it when its token is set, or Telegram alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn

from bot import messages
from bot.assistant import Assistant
from bot.cli_tools import notes, opened
from bot.engine import Engine
from bot.feedback.recorder import Recorder, open_recorder
from bot.server import Readiness, Service, create_app
from bot.settings import Settings, load_settings

log = logging.getLogger(__name__)

_TAKE_IN_EVERY_S = 5.0
"""How often records that wait in the spool are tried again while the server runs."""


class ServingError(Exception):
    """A channel that cannot run; the message is one plain line in Vietnamese."""


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    engine: Engine
    recorder: Recorder
    assistant: Assistant

    def readiness(self) -> Readiness:
        """What `/readyz` shows. Answers go on while the database is dead; that is a detail."""
        kept = self.recorder.status()
        details: dict[str, object] = {
            "documents": len(self.engine.catalog.documents),
            "corpus_version": self.engine.catalog.digest[:12],
            "database": "ok" if kept.database_ok else "unavailable",
            "spooled": kept.spooled,
            "in_memory": kept.in_memory,
        }
        if self.engine.trouble:
            details["corpus"] = self.engine.trouble
        return Readiness(True, details)


def serve(host: str | None, port: int | None) -> None:
    """Serve the web pages, and Telegram too when its token is set, until SIGTERM or SIGINT.

    Args:
        host: the address to listen on, or None for the setting.
        port: the port, or None for the setting.

    Raises:
        ServingError: if the port is taken or the address is not this machine's.
    """
    settings = load_settings()
    _log(settings)
    host, port = host or settings.host, settings.port if port is None else port
    listening = _listen(host, port)
    parts = _open(settings)
    service = Service(parts.assistant, parts.engine.documents, parts.engine.validity_of, parts.readiness)
    config = uvicorn.Config(
        create_app(service), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=20
    )
    where = listening.getsockname()
    shown = f"[{where[0]}]" if ":" in where[0] else where[0]
    notes().print(f"Trang hỏi đáp: http://{shown}:{where[1]}  (dừng bằng Ctrl+C)", markup=False)
    asyncio.run(_together(_Server(config), listening, parts))


def telegram() -> None:
    """Run the Telegram channel alone, until SIGTERM or SIGINT."""
    from bot.channels import telegram as channel

    settings = load_settings()
    _log(settings)
    if settings.telegram_token is None:
        raise channel.MissingToken(messages.TELEGRAM_NO_TOKEN)
    parts = _open(settings)
    token = settings.telegram_token.get_secret_value()
    try:
        channel.run(token, settings.telegram_api, parts.assistant, parts.engine.documents)
    finally:
        parts.recorder.close()


class _Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn's own raises them again at its end, which would kill the process
    before records and Telegram answers on their way are home."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals over while the server runs."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Windows' loop has no signal handlers; an interrupt cancels the task there.
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _together(server: uvicorn.Server, listening: socket.socket, parts: _Parts) -> None:
    """Run the web server, Telegram beside it, and the taking in of what was spooled; one signal stops all."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_take_in(parts.recorder, stop))]
    settings = parts.settings
    if settings.telegram_token is not None:
        from bot.channels import telegram as channel

        token = settings.telegram_token.get_secret_value()
        application = channel.build_application(token, settings.telegram_api, parts.assistant, parts.engine.documents)
        tasks.append(asyncio.create_task(_telegram_beside(channel.serve(application, stop))))
    try:
        await server.serve(sockets=[listening])
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        parts.recorder.close()


async def _telegram_beside(running: Coroutine[Any, Any, None]) -> None:
    """Telegram's trouble (a wrong token, a second poller) does not stop the web page."""
    from bot.channels.telegram import ChannelError

    try:
        await running
    except ChannelError as error:
        log.error("telegram stopped: %s", error)
        notes().print(str(error), markup=False)


async def _take_in(recorder: Recorder, stop: asyncio.Event) -> None:
    """Take spooled records in, at the start and then while the server runs."""
    while not stop.is_set():
        await asyncio.to_thread(recorder.take_in)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _TAKE_IN_EVERY_S)


def _open(settings: Settings) -> _Parts:
    engine = opened()
    recorder = open_recorder(settings)
    return _Parts(settings, engine, recorder, Assistant(engine, recorder))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before the work of opening begins: a taken one is told at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        why = {13: "không có quyền dùng cổng này", 98: "cổng đang được chương trình khác dùng"}
        reason = why.get(getattr(error, "errno", 0) or 0, "địa chỉ hoặc cổng không dùng được")
        raise ServingError(f"Không mở được {host}:{port}: {reason}. Dùng --port để chọn cổng khác.") from error
    return listening


def _log(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    for chatty in ("httpx", "httpcore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
