"""Write a batch as bytes, and read it again."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def packed(batch: Any) -> Any:
    """Return a batch with its schema as a buffer."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def unpacked(data: bytes) -> Any:
    """Return the batch in a buffer."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()
