"""A form taken apart in memory: no upload is put on a disk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import multipart

MOST_PARTS = 66  # 64 pictures, metadata, class


@dataclass(frozen=True)
class Part:
    """One value of a field.

    Attributes:
        data: What was sent.
        is_file: Whether it came with a file's name.
    """

    data: bytes
    is_file: bool

    @property
    def text(self) -> str:
        """The value as text; what is no UTF-8 is replaced."""
        return self.data.decode("utf-8", "replace")


def parts_of(content_type: str, body: bytes) -> dict[str, list[Part]]:
    """Return the values of each field of a `multipart/form-data` body (RFC 7578).

    Args:
        content_type: The request's header, which says where parts begin.
        body: All of it.

    Raises:
        ValueError: If it is none, is cut off, or has more than 66 parts.
    """
    _, options = multipart.parse_options_header(content_type)
    found: dict[str, list[Part]] = defaultdict(list)
    chunks: list[bytes] = []
    segment = None
    with multipart.PushMultipartParser(
        options.get("boundary", ""),
        content_length=len(body),
        max_segment_count=MOST_PARTS,
    ) as parser:
        for event in parser.parse(body):
            if isinstance(event, multipart.MultipartSegment):
                segment, chunks = event, []
            elif event is not None:
                chunks.append(bytes(event))
            elif segment is not None:
                data, is_file = b"".join(chunks), segment.filename is not None
                found[segment.name].append(Part(data, is_file))
    return dict(found)
