"""On the path of the processes that tests start: every socket but loopback is closed to them."""

import socket

_connect = socket.socket.connect


def _only_loopback(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and not (str(host).startswith("127.") or host in ("::1", "localhost")):
        raise PermissionError(f"only loopback is open in tests, not {host}")
    _connect(self, address)  # type: ignore[arg-type]


socket.socket.connect = _only_loopback  # type: ignore[method-assign, assignment]
