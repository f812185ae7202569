"""The headers that every answer of the node carries, whichever door gave it; a door may say something stricter or its own.

Told before the door's own headers are sent: nothing is stored on the way, nothing is framed, guessed, embedded elsewhere or
told to other sites; and where the node's address is https, browsers never ask it without TLS again.
Sources: https://www.rfc-editor.org/rfc/rfc6797, https://www.w3.org/TR/CSP3/, OWASP ASVS 5.0 chapters 3.4 and 14.3.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

FLOOR: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""One year; ASVS 3.4.1."""


def floor_of(base_url: str) -> tuple[tuple[bytes, bytes], ...]:
    """What is added to answers of a node at `base_url`; HSTS only when that is https: a browser believes it for a year."""
    return (*FLOOR, HSTS) if base_url.startswith("https://") else FLOOR


def adding(floor: tuple[tuple[bytes, bytes], ...], send: Send) -> Send:
    """`send` that adds each header of `floor` which the answer has not given itself."""

    async def send_safely(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            # ASGI's names are lower case.
            given = {header[0] for header in headers}
            message["headers"] = [*headers, *(header for header in floor if header[0] not in given)]
        await send(message)

    return send_safely
