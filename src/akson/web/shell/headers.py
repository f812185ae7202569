"""Response headers that hold for every page: content security policy, no store, no framing, no referrer.

Sources: https://www.w3.org/TR/CSP3/, OWASP Secure Headers. A page that needs an exception does not get one.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Designsystemet draws its icons as data: images inside the stylesheet.
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        # The round's page keeps itself (docs/adr/0209); no other page registers a worker.
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
SECURITY_HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}
NO_STORE = (b"cache-control", b"no-store")


class SecureHeaders:
    """Adds the headers, and `no-store` where the response has not said how it may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                extra = [(k, v) for k, v in SECURITY_HEADERS.items() if k not in given]
                extra += [NO_STORE] if b"cache-control" not in given else []
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self._app(scope, receive, send_with_headers)
