"""What every request passes: key, size, time, how many at once; and what it is told."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from typing import TYPE_CHECKING

from sidelight.serve._metrics import Metrics
from sidelight.serve._settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Answered without a key: the page, which asks for one, and whether the server lives.
OPEN_TO_ALL = ("/", "/static/", "/healthz", "/readyz")
ROUTES = ("/", "/schema", "/predict", "/explain", "/healthz", "/readyz", "/metrics")
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
)
RETRY_S = b"1"
BODY = "sidelight.body"  # in the scope of what was let in


class Refusal(Exception):
    """A request that is not let in.

    Args:
        status: The HTTP status.
        text: Why.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(text)
        self.status, self.headers = status, headers


class Gate:
    """Lets requests in; their bodies are read whole, within the limits.

    Args:
        app: What answers those that are let in.
        settings: The limits.
        metrics: What counts.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500
        has_body = scope["method"] not in ("GET", "HEAD", "OPTIONS")

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        try:
            self._open += has_body
            self._metrics.open.set(self._open)
            body = await self._admitted(scope, receive, has_body=has_body)
            await self._app({**scope, BODY: body}, receive, send_with_headers)
        except Refusal as refusal:
            await _refuse(refusal, send_with_headers)
        finally:
            self._open -= has_body
            self._metrics.open.set(self._open)
            route = scope["path"] if scope["path"] in ROUTES else "other"
            self._metrics.requests.labels(route, str(status)).inc()
            seconds = time.perf_counter() - start
            self._metrics.seconds.labels(route).observe(seconds)

    async def _admitted(
        self, scope: Scope, receive: Receive, *, has_body: bool
    ) -> bytes:
        """Return the body of a request that may come in.

        Raises:
            Refusal: If it may not.
        """
        headers = dict(scope["headers"])
        self._check_key(scope["path"], headers)
        if not has_body:
            return b""
        if self._open > self._settings.most_open:
            text = "too many requests are being answered; try again in a second"
            raise Refusal(429, text, (b"retry-after", RETRY_S))
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._settings.body_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                return await self._body(receive)
        except TimeoutError:
            seconds = self._settings.body_seconds
            text = f"the request was not there after {seconds:g} seconds"
            raise Refusal(408, text, (b"connection", b"close")) from None

    def _check_key(self, path: str, headers: dict[bytes, bytes]) -> None:
        key = self._settings.api_key
        public = path in OPEN_TO_ALL or path.startswith("/static/")
        if key is None or public:
            return
        bearer = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        for given in (headers.get(b"x-api-key", b""), bearer):
            if hmac.compare_digest(given, key.encode()):
                return
        text = "this server asks for an API key: Authorization: Bearer KEY"
        raise Refusal(401, text, (b"www-authenticate", b"Bearer"))

    async def _body(self, receive: Receive) -> bytes:
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                text = "the client left before its request was there"
                raise Refusal(400, text)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._settings.body_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_large(self) -> Refusal:
        text = f"a request may have {self._settings.body_mb:g} MiB"
        return Refusal(413, text, (b"connection", b"close"))


async def _refuse(refusal: Refusal, send: Send) -> None:
    body = json.dumps({"detail": str(refusal)}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *refusal.headers,
    ]
    start = {"type": "http.response.start", "status": refusal.status}
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})
