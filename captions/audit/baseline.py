"""A baseline: the JSON of an earlier audit, read a line at a time where it is long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from captions.audit.request import Known
from captions.errors import CaptionsError

_ITEM = '    {"severity":'


def read_baseline(path: Path) -> Iterator[Known]:
    """Gives the findings of an audit that was written with ``--format json``; CaptionsError for anything else."""
    wrong = CaptionsError(f"{path} is no audit; write one: captions audit --format json -o {path}")
    try:
        with path.open(encoding="utf-8-sig") as stream:
            # As the audit writes it, each finding is a line; a file that was put into another shape is read whole.
            head = [line for _, line in zip(range(100), stream, strict=False)]
            stream.seek(0)
            if any(line.startswith(_ITEM) for line in head):
                for line in stream:
                    if line.startswith(_ITEM):
                        yield _known(json.loads(line.rstrip().removesuffix(",")))
                return
            for item in json.load(stream)["findings"]:
                yield _known(item)
    except OSError as error:
        raise CaptionsError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError):
        raise wrong from None


def _known(item: dict[str, Any]) -> Known:
    return Known(
        str(item["code"]), str(item["source"]), item["caption"] or "", item["credit"], item["position"] is not None
    )
