"""What a request carries: a body of bounded size, and the fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request

MAX_BODY_BYTES = 64 * 1024
"""A longer body is refused."""

_DRAINED_BYTES = 4 * 1024 * 1024
"""So much of a body that is too long is read and dropped: a client that still writes may miss the refusal."""


class TooLarge(Exception):
    """A body over the limit."""


async def read_body(request: Request) -> bytes:
    """Read a body of any transfer coding.

    Raises:
        TooLarge: if it exceeds the limit, said or found.
    """
    said = request.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > _DRAINED_BYTES:
        raise TooLarge
    body = bytearray()
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read <= MAX_BODY_BYTES:
            body += chunk
        elif read > _DRAINED_BYTES:
            break
    if read > MAX_BODY_BYTES:
        raise TooLarge
    return bytes(body)


async def read_form(request: Request) -> Mapping[str, list[str]]:
    """Read the fields of a form that a page of ours sent (urlencoded); line breaks become plain ones.

    Raises:
        TooLarge: if the body exceeds the limit.
    """
    body = (await read_body(request)).decode("utf-8", "replace")
    fields = parse_qs(body, keep_blank_values=True)
    return {name: [value.replace("\r\n", "\n") for value in values] for name, values in fields.items()}
