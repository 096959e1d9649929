"""Read archives beyond one machine: one function over Arrow batches, for processes, Spark, Dask and DuckDB.

``read_batches`` takes batches of pages and yields batches of ``SCHEMA``, one row for each. Needs pyarrow.
"""

from __future__ import annotations

from captions.archive.batches import read_batches
from captions.archive.schema import SCHEMA

__all__ = ["SCHEMA", "read_batches"]
