"""Figures for Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts of one server, apart from those of others in the process."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.requests = Counter(
            "sidelight_requests", "Answered requests", ["route", "status"],
            registry=registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "sidelight_request_seconds", "From the first byte to the last", ["route"],
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self.open = Gauge(
            "sidelight_open_requests", "Requests with a body that are being answered",
            registry=registry,
        )  # fmt: skip
        self.batches = Histogram(
            "sidelight_batch_rows", "Rows that a network was asked at once", ["model"],
            buckets=ROWS, registry=registry,
        )  # fmt: skip
        self.swaps = Gauge(
            "sidelight_model_swaps", "How often a model was exchanged", ["model"],
            registry=registry,
        )  # fmt: skip
        self.current = Gauge(
            "sidelight_model_current", "1 if the loaded model is what its file holds",
            ["model"], registry=registry,
        )  # fmt: skip

    def saw_batch(self, model: str, rows: int) -> None:
        """Count a batch."""
        self.batches.labels(model).observe(rows)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self._registry)
