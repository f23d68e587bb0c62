"""What a server takes, and how much of it."""

from __future__ import annotations

from pydantic import Field

from sidelight.schema import Record


class Settings(Record):
    """Limits of a server.

    Attributes:
        api_key: What requests have to show; None asks for nothing.
        body_mb: MiB of a request's body.
        pixels: Pixels of an uploaded picture, height times width.
        rows: Rows of a request.
        body_seconds: Seconds in which a request's body has to be there.
        most_open: Requests with a body that are taken at once; more get 429.
        max_batch: Rows that the network is asked at once.
        max_wait_ms: How long rows wait for others that are being decoded.
        threads: Cores that the network has; None is all of them.
        watch_seconds: How often the models' files are looked at.
    """

    api_key: str | None = Field(default=None, min_length=1, repr=False)
    body_mb: float = Field(default=32, gt=0)
    pixels: int = Field(default=50_000_000, ge=1)
    rows: int = Field(default=64, ge=1)
    body_seconds: float = Field(default=30, gt=0)
    most_open: int = Field(default=128, ge=1)
    max_batch: int = Field(default=4, ge=1)
    max_wait_ms: float = Field(default=1, ge=0)
    threads: int | None = Field(default=None, ge=1)
    watch_seconds: float = Field(default=1, gt=0)

    @property
    def body_bytes(self) -> int:
        """Bytes of a request's body."""
        return int(self.body_mb * 2**20)
