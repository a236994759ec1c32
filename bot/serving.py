"""The channels as processes: all together beside the web pages, or some of them alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot import logs, messages
from bot.assistant import Assistant
from bot.channel import Channel, ChannelError, MissingToken, Webhook, unless
from bot.cli_tools import notes, opened
from bot.conversation import Conversation
from bot.engine import Engine
from bot.feedback.clusters import Clusters
from bot.feedback.database import Database, FeedbackError
from bot.feedback.desk import Desk
from bot.feedback.pins import LivePins, Pins, open_pins
from bot.feedback.recorder import Recorder, open_recorder
from bot.feedback.redact import redact
from bot.feedback.salt import load_salt
from bot.feedback.same import asked_by
from bot.intake import Inbox
from bot.limiter import Limiter
from bot.metrics import Levels, Metrics
from bot.server import Readiness, Service, create_app, create_hook_app
from bot.settings import Settings, load_settings
from bot.switch import AnsweringSwitch
from bot.telling import Telling

log = logging.getLogger(__name__)

_TAKE_IN_EVERY_S = 5.0
"""How often records that wait in the spool are tried again."""

_CLUSTER_EVERY_S = 3.0
"""How often new questions are gathered for the reviewers."""

_PURGE_EVERY_S = 6 * 3600.0
"""How often what is older than it may be kept is deleted."""


class ServingError(Exception):
    """A channel that cannot run; the message is one plain line in Vietnamese."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What every channel stands on."""

    settings: Settings
    engine: Engine
    recorder: Recorder
    switch: AnsweringSwitch
    metrics: Metrics
    assistant: Assistant
    conversation: Conversation
    inbox: Inbox
    pins: LivePins
    database: Database
    """For the review pages: a connection of their own, beside the recorder's."""
    clusters: Clusters
    stop: threading.Event
    """Ends the looking after pins."""

    def readiness(self) -> Readiness:
        """What `/readyz` shows. Answers go on while the database is dead; that is a detail."""
        kept = self.recorder.status()
        details: dict[str, object] = {
            "documents": len(self.engine.catalog.documents),
            "corpus_version": self.engine.catalog.digest[:12],
            "answering": "off" if self.switch.notice() else "on",
            "database": "ok" if kept.database_ok else "unavailable",
            "spooled": kept.spooled,
            "in_memory": kept.in_memory,
        }
        if self.engine.trouble:
            details["corpus"] = self.engine.trouble
        return Readiness(True, details)

    def close(self) -> None:
        """Bring home what waits."""
        self.stop.set()
        self.pins.close()
        self.database.close()
        self.inbox.close()
        self.recorder.close()


def serve(host: str | None, port: int | None) -> None:
    """Serve the web pages, and every other channel whose token is set, until SIGTERM or SIGINT.

    Args:
        host: the address to listen on, or None for the setting.
        port: the port, or None for the setting.

    Raises:
        ServingError: if the port is taken or the address is not this machine's.
    """
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    with logs.keep_out(*settings.secrets):
        listening = _listen(host or settings.host, settings.port if port is None else port)
        parts = _open(settings)
        channels = _channels(parts, _NAMES)
        service = Service(parts.assistant, parts.engine.documents, parts.engine.validity_of, parts.readiness)
        app = create_app(
            service,
            per_minute=settings.web_per_minute,
            public_url=settings.public_url,
            cors_origins=settings.cors_origins,
            embed_origins=settings.embed_origins,
            retention_days=settings.retention_days,
            channels=channels,
            metrics=parts.metrics,
            metrics_token=_secret(settings.metrics_token),
            desk=Desk(parts.database, parts.clusters, Pins(parts.database), lambda: parts.engine.answerer),
        )
        notes().print(f"Trang hỏi đáp: {_address(listening)}  (dừng bằng Ctrl+C)", markup=False)
        asyncio.run(_together(parts, channels, _server(app, settings), listening, alone=False))


def alone(names: Sequence[str], host: str | None = None, port: int | None = None) -> None:
    """Run some channels without the web pages, until SIGTERM or SIGINT; webhooks get an address to be called at.

    Args:
        names: of "telegram", "zalo", "zalo_oa"; those whose token is not set are left out.
        host: the address to listen on for webhooks, or None for the setting.
        port: the port, or None for the setting.

    Raises:
        ChannelError: none of them has its token, or one cannot run; the work it held is finished first.
        ServingError: if the port is taken.
    """
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    with logs.keep_out(*settings.secrets):
        wanted = [name for name in names if _is_set(settings, name)]
        if not wanted:
            raise MissingToken(_NO_TOKEN[names[0]])
        called = any(_webhook(settings, name) is not None or name == "zalo_oa" for name in wanted)
        listening = _listen(host or settings.host, settings.port if port is None else port) if called else None
        parts = _open(settings)
        try:
            channels = _channels(parts, wanted)
        except ChannelError:
            parts.close()
            raise
        server = None
        if listening is not None:
            app = create_hook_app(parts.readiness, channels, parts.metrics, _secret(settings.metrics_token))
            server = _server(app, settings)
            notes().print(f"Nhận webhook tại: {_address(listening)}/hook/  (dừng bằng Ctrl+C)", markup=False)
        asyncio.run(_together(parts, channels, server, listening, alone=True))


_NAMES = ("telegram", "zalo", "zalo_oa")
_NO_TOKEN = {
    "telegram": messages.TELEGRAM_NO_TOKEN,
    "zalo": messages.ZALO_NO_TOKEN,
    "zalo_oa": messages.ZALO_OA_NO_TOKEN,
}


def _is_set(settings: Settings, name: str) -> bool:
    return {"telegram": settings.telegram_token, "zalo": settings.zalo_token, "zalo_oa": settings.zalo_oa_app_id}[
        name
    ] is not None


def _webhook(settings: Settings, name: str) -> Webhook | None:
    url, secret = {
        "telegram": (settings.telegram_webhook, settings.telegram_webhook_secret),
        "zalo": (settings.zalo_webhook, settings.zalo_webhook_secret),
        "zalo_oa": (None, None),
    }[name]
    return Webhook(url, secret.get_secret_value()) if url and secret else None


def _channels(parts: _Parts, names: Sequence[str]) -> list[Channel]:
    """The channels of these names whose tokens are set."""
    settings, talk, inbox, counts = parts.settings, parts.conversation, parts.inbox, parts.metrics
    channels: list[Channel] = []
    for name in names:
        if not _is_set(settings, name):
            continue
        hook = _webhook(settings, name)
        # Each is imported only where it is used: their libraries take time to load.
        if name == "telegram":
            from bot.channels.telegram import Telegram

            token = _secret(settings.telegram_token)
            channels.append(Telegram(token, settings.telegram_api, talk, inbox, webhook=hook, counts=counts))
        elif name == "zalo":
            from bot.channels.zalo_bot import ZaloBot

            token = _secret(settings.zalo_token)
            channels.append(ZaloBot(settings.zalo_api, token, talk, inbox, webhook=hook, counts=counts))
        else:
            from bot.channels.zalo_oa import ZaloOa

            channels.append(
                ZaloOa(
                    settings.home,
                    settings.zalo_oa_app_id or "",
                    _secret(settings.zalo_oa_app_secret) or "",
                    _secret(settings.zalo_oa_webhook_key) or "",
                    _secret(settings.zalo_oa_refresh_token),
                    talk,
                    inbox,
                    api_base=settings.zalo_oa_api,
                    oauth_base=settings.zalo_oa_oauth,
                    counts=counts,
                )
            )
    return channels


def _secret(value: Any) -> str | None:
    return value.get_secret_value() if value is not None else None


class _Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn's own raises them again at its end, which would kill the process
    before records and answers on their way are home."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals: `_together` does."""
        yield


def _server(app: FastAPI, settings: Settings) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=20,
            # Longer than proxies keep a connection (nginx: 60 s): whoever closes first must not be us, in mid-request.
            timeout_keep_alive=75,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
        )
    )


async def _together(
    parts: _Parts,
    channels: Sequence[Channel],
    server: _Server | None,
    listening: socket.socket | None,
    *,
    alone: bool,
) -> None:
    """Run channels, web server and what goes on beside them; one signal stops all, and all ends in order.

    Raises:
        ChannelError: a channel that runs alone cannot run.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows' loop has no signal handlers; an interrupt cancels the task there.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    by_name = {channel.name: channel for channel in channels}
    telling = Telling(parts.recorder, parts.assistant, by_name, parts.engine.version)
    beside = [
        asyncio.create_task(work)
        for work in (
            _every(_TAKE_IN_EVERY_S, parts.recorder.take_in, stop),
            _every(_CLUSTER_EVERY_S, lambda: _gather(parts.clusters), stop),
            _every(_PURGE_EVERY_S, lambda: parts.recorder.purge(parts.settings.retention_days), stop),
            telling.run(stop),
        )
    ]
    serving = asyncio.create_task(_serve_until(server, listening, stop)) if server and listening else None
    running = [asyncio.create_task(_run(channel, stop, alone=alone)) for channel in channels]
    try:
        # What is called by webhook goes on until the server has let its last callers go.
        if serving is not None:
            await asyncio.wait((serving, *running) if alone else (serving,), return_when=asyncio.FIRST_COMPLETED)
        elif running:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        ended = await asyncio.gather(*running, *([serving] if serving else []), *beside, return_exceptions=True)
        await asyncio.to_thread(parts.close)
    for outcome in ended:
        if isinstance(outcome, ChannelError):
            raise outcome
        if isinstance(outcome, Exception):
            log.error("ended by %s", type(outcome).__name__, exc_info=outcome)


async def _serve_until(server: _Server, listening: socket.socket, stop: asyncio.Event) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    stopping.cancel()


async def _run(channel: Channel, stop: asyncio.Event, *, alone: bool) -> None:
    """Run a channel. Beside the web page its trouble (a wrong token, a second poller) stops nothing else."""
    try:
        await channel.run(stop)
    except ChannelError as error:
        if alone:
            raise
        log.error("%s stopped: %s", channel.name, error)
        notes().print(str(error), markup=False)


async def _every(seconds: float, work: Callable[[], object], stop: asyncio.Event) -> None:
    """Do something at the start and then again and again."""
    while not stop.is_set():
        await asyncio.to_thread(work)
        await unless(stop, asyncio.sleep(seconds))


def _gather(clusters: Clusters) -> None:
    """Bring questions that wait for a reviewer into their clusters; a dead database is tried again later."""
    try:
        clusters.catch_up()
    except FeedbackError as error:
        log.warning("questions were not gathered: %s", error)


def _open(settings: Settings) -> _Parts:
    engine = opened()
    pins, stop = open_pins(settings), threading.Event()
    engine.watch(pins.changed, stop)
    recorder = open_recorder(settings)
    switch = AnsweringSwitch(settings.home)
    metrics = Metrics(lambda: _levels(settings.home, engine, recorder))
    assistant = Assistant(engine, recorder, notice=switch.notice, meter=metrics)
    pace = Limiter(settings.questions_per_minute)
    conversation = Conversation(assistant, engine.documents, recorder, pace, settings.retention_days, metrics)
    inbox = Inbox(settings.home, load_salt(settings.home), redact)
    database = Database(settings.database_url)
    clusters = Clusters(database, engine.encode, asked_by(engine.understood))
    return _Parts(
        settings, engine, recorder, switch, metrics, assistant, conversation, inbox, pins, database, clusters, stop
    )


def _levels(home: Path, engine: Engine, recorder: Recorder) -> Levels:
    kept = recorder.status()
    built = home / "index" / "provisions" / "manifest.json"
    return Levels(
        index_age_s=time.time() - built.stat().st_mtime if built.exists() else None,
        documents=len(engine.catalog.documents),
        provisions=engine.catalog.provisions,
        spooled=kept.spooled,
        in_memory=kept.in_memory,
        lost=kept.lost,
    )


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


def _address(listening: socket.socket) -> str:
    where = listening.getsockname()
    shown = f"[{where[0]}]" if ":" in where[0] else where[0]
    return f"http://{shown}:{where[1]}"
