"""A baseline: the JSON of an earlier audit, read line by line if it is long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from captions.audit.request import BaselineFinding
from captions.errors import CaptionsError

_ITEM = '    {"severity":'


def read_baseline(path: Path) -> Iterator[BaselineFinding]:
    """Yield the findings of an audit written with ``--format json``; raise CaptionsError for any other file."""
    wrong = CaptionsError(f"{path} is not an audit in JSON; write one with: captions audit --format json -o {path}")
    try:
        with path.open(encoding="utf-8-sig") as stream:
            # The audit writes one finding per line; a reformatted file is parsed whole.
            head = [line for _, line in zip(range(100), stream, strict=False)]
            stream.seek(0)
            if any(line.startswith(_ITEM) for line in head):
                for line in stream:
                    if line.startswith(_ITEM):
                        yield _baseline_finding(json.loads(line.rstrip().removesuffix(",")))
                return
            for item in json.load(stream)["findings"]:
                yield _baseline_finding(item)
    except OSError as error:
        raise CaptionsError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError):
        raise wrong from None


def _baseline_finding(item: dict[str, Any]) -> BaselineFinding:
    return BaselineFinding(
        str(item["code"]), str(item["source"]), item["caption"] or "", item["credit"], item["position"] is not None
    )
