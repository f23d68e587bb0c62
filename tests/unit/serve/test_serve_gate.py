"""Who is let in: key, size, time, and how many at once."""

import asyncio
import json

import pytest

from sidelight.serve._gate import BODY, Gate
from sidelight.serve._metrics import Metrics
from sidelight.serve._settings import Settings

KEY = "só secret"


async def echo(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope[BODY]})


def scope(path="/predict", method="POST", **headers):
    names = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return {
        "type": "http",
        "path": path,
        "method": method,
        "headers": [(name, value.encode("utf-8")) for name, value in names.items()],
    }


def parts(*bodies):
    messages = [
        {"type": "http.request", "body": body, "more_body": more}
        for body, more in zip(bodies, [True] * (len(bodies) - 1) + [False], strict=True)
    ]

    async def receive():
        return messages.pop(0)

    return receive


def call(gate, asked, receive):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(gate(asked, receive, send))
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


def gate_of(app=echo, **settings):
    metrics = Metrics()
    return Gate(app, Settings(**settings), metrics), metrics


def test_a_body_in_parts_arrives_whole():
    gate, _ = gate_of()
    status, headers, body = call(gate, scope(), parts(b"ab", b"", b"c"))
    assert (status, body) == (200, b"abc")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"default-src 'self'" in headers[b"content-security-policy"]


@pytest.mark.parametrize(
    ("headers", "bodies"),
    [
        ({"content_length": "1049000"}, (b"",)),
        ({"content_length": "-1"}, (b"",)),
        ({"content_length": "1e3"}, (b"",)),
        ({}, (b"x" * 700_000, b"x" * 700_000)),
        ({"content_length": "5"}, (b"x" * 1_100_000,)),
    ],
)
def test_what_is_too_large_is_not_read(headers, bodies):
    gate, _ = gate_of(body_mb=1)
    status, _, body = call(gate, scope(**headers), parts(*bodies))
    assert status == 413
    assert json.loads(body)["detail"] == "a request may have 1 MiB"


def test_a_slow_body_is_not_waited_for():
    async def never():
        await asyncio.sleep(60)

    gate, _ = gate_of(body_seconds=0.05)
    status, _, body = call(gate, scope(), never)
    assert status == 408
    assert b"not there after 0.05 seconds" in body


def test_a_client_that_leaves_is_counted_not_answered_by_the_app():
    async def gone():
        return {"type": "http.disconnect"}

    gate, metrics = gate_of()
    assert call(gate, scope(), gone)[0] == 400
    assert b'route="/predict",status="400"} 1.0' in metrics.text()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (scope(), 401),
        (scope(x_api_key="wrong"), 401),
        (scope(authorization=f"Bearer {KEY}x"), 401),
        (scope(authorization=KEY[:-1]), 401),
        (scope("/metrics", "GET"), 401),
        (scope("/openapi.json", "GET"), 401),
        (scope("/static", "GET"), 401),
        (scope(x_api_key=KEY), 200),
        (scope(authorization=f"Bearer {KEY}"), 200),
        (scope("/", "GET"), 200),
        (scope("/static/app.js", "GET"), 200),
        (scope("/healthz", "GET"), 200),
        (scope("/readyz", "GET"), 200),
    ],
)
def test_a_key_opens_all_but_the_page(asked, status):
    gate, _ = gate_of(api_key=KEY)
    assert call(gate, asked, parts(b""))[0] == status


def test_more_requests_than_may_be_open_are_told_to_wait():
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(scope, receive, send):
        entered.set()
        await leave.wait()
        await echo(scope, receive, send)

    gate, metrics = gate_of(slow, most_open=1)
    sent = []

    async def send(message):
        sent.append(message)

    async def both():
        first = asyncio.create_task(gate(scope(), parts(b"1"), send))
        await entered.wait()
        await gate(scope(), parts(b"2"), send)
        refused = list(sent)
        leave.set()
        await first
        return refused

    start, body = asyncio.run(both())
    assert start["status"] == 429
    assert dict(start["headers"])[b"retry-after"] == b"1"
    assert b"try again" in body["body"]
    assert sent[2]["status"] == 200
    assert b"sidelight_open_requests 0.0" in metrics.text()


def test_what_is_asked_for_by_name_is_not_a_label_of_its_own():
    gate, metrics = gate_of()
    call(gate, scope("/../../etc/passwd", "GET"), parts(b""))
    assert b"passwd" not in metrics.text()
    assert b'route="other"' in metrics.text()


def test_the_key_is_not_in_what_the_settings_print():
    assert KEY not in repr(Settings(api_key=KEY))
