"""Where this site is reached from outside, for links that leave it: in copied quotes and in QR codes."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request


@dataclass(frozen=True, slots=True)
class Site:
    """The site's own address.

    Args:
        public_url: the address that people know, such as `https://danchu.example.vn`, or None to take the one under
            which each request came.
    """

    public_url: str | None = None

    def base(self, request: Request) -> str:
        """The address without a slash at its end."""
        return (self.public_url or str(request.base_url)).rstrip("/")

    def is_local(self, request: Request) -> bool:
        """Whether links lead to this very machine, so that nobody else can open them."""
        host = request.base_url.hostname or ""
        return self.public_url is None and (host in ("localhost", "::1") or host.startswith("127."))
