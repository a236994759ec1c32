"""An HTTP server on loopback that keeps what it was asked, for fakes that speak a wire format."""

from __future__ import annotations

import json
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx


@dataclass(frozen=True)
class Reply:
    """What is answered: HTTP status and a body, JSON unless it is bytes. `hang_up` answers nothing at all."""

    status: int = 200
    body: Any = None
    hang_up: bool = False

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Call:
    """One call: method, parameters, headers (names in lower case), when it came, and what it was answered."""

    method: str
    params: dict[str, Any]
    headers: Mapping[str, str]
    at: float
    reply: Reply

    @property
    def text(self) -> str:
        return str(self.params["text"])


@dataclass
class _Refusal:
    method: str
    reply: Reply
    left: float
    when: Callable[[dict[str, Any]], bool]


class LoopbackServer:
    """Answers HTTP on a free port of 127.0.0.1. `receive` gets path, headers (names in lower case) and body."""

    def __init__(self, receive: Callable[[str, Mapping[str, str], bytes], Reply]) -> None:
        connections: set[socket.socket] = set()

        class Server(ThreadingHTTPServer):
            daemon_threads = False  # closing waits for them
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up in the middle of a poll is nothing to print."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                connections.add(self.connection)

            def finish(self) -> None:
                connections.discard(self.connection)
                super().finish()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = receive(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                if reply.hang_up:
                    self.close_connection = True
                    return
                data = reply.encoded()
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._connections = connections
        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and wait until all is closed."""
        self._server.shutdown()
        for connection in list(self._connections):
            with suppress(OSError):  # the client closed it first
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()


class Loopback(ABC):
    """A fake platform. Use it as a context manager; `url` is its base URL."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._closed = False
        self._calls: list[Call] = []
        self._refusals: list[_Refusal] = []
        self._server = LoopbackServer(self._receive)
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *exc: object) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._server.stop()

    # What the test sees and sets.

    def all_calls(self, method: str, chat_id: str | None = None) -> list[Call]:
        """The calls, refused ones too, in order."""
        with self._change:
            return [
                call
                for call in self._calls
                if call.method == method and (chat_id is None or call.params.get("chat_id") == chat_id)
            ]

    def calls(self, method: str, chat_id: str | None = None) -> list[Call]:
        """The calls that were answered with success, in order."""
        return [call for call in self.all_calls(method, chat_id) if self._succeeded(call.reply)]

    def wait(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until a condition on the calls holds; AssertionError if it does not come to hold."""
        until = time.monotonic() + seconds
        while not condition():
            left = until - time.monotonic()
            assert left > 0, f"waited {seconds} s in vain; calls: {[(c.method, c.reply) for c in self._calls][-20:]}"
            with self._change:
                self._change.wait(min(left, 0.05))

    def answer(
        self,
        method: str,
        reply: Reply,
        *,
        times: float = 1,
        when: Callable[[dict[str, Any]], bool] = lambda params: True,
    ) -> None:
        """Answer the next calls of a method with this, instead of doing what they ask."""
        self._refusals.append(_Refusal(method, reply, times, when))

    def forget(self) -> None:
        """Do again what the calls ask."""
        with self._change:
            self._refusals.clear()

    def post(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> int:
        """Deliver an event (JSON, or bytes as they are) to a webhook; the HTTP status that it answers."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        return httpx.post(url, content=content, headers=sent, trust_env=False, timeout=10).status_code

    # The wire.

    @abstractmethod
    def _parse(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
        """Method and parameters of a request."""

    @abstractmethod
    def _do(self, method: str, params: dict[str, Any], headers: Mapping[str, str]) -> Reply:
        """What the call does, and what it is answered."""

    @abstractmethod
    def _succeeded(self, reply: Reply) -> bool: ...

    def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        at = time.monotonic()
        method, params = self._parse(path, headers, body)
        reply = self._told(method, params) or self._do(method, params, headers)
        with self._change:
            self._calls.append(Call(method, params, headers, at, reply))
            self._change.notify_all()
        return reply

    def _told(self, method: str, params: dict[str, Any]) -> Reply | None:
        with self._change:
            for refusal in self._refusals:
                if refusal.method == method and refusal.left > 0 and refusal.when(params):
                    refusal.left -= 1
                    return refusal.reply
        return None
