"""Serve the API of a store on a free port; ``python -m tests.support.api_server URL`` prints the address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import captions_db as db
import uvicorn
from fastapi import Request

from captions.desk.api.app import api_app
from captions.desk.api.dependencies import AccessScope
from captions.desk.api.problems import ProblemError
from captions.desk.store import DeskStore
from captions.lexicon.vocabulary import default
from tests.support.paths import ROOT

TOKEN = "kim"  # noqa: S105 - of this test
_STARTED = "Uvicorn running on "


def _allow(request: Request, _scope: AccessScope) -> str:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise ProblemError(401, "send a token", {"WWW-Authenticate": "Bearer"})
    return TOKEN


@contextmanager
def serving(url: str) -> Iterator[str]:
    """Yield the address of a server in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db")))}
    command = [sys.executable, "-m", "tests.support.api_server", url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=env) as server:  # noqa: S603
        assert server.stderr is not None
        printed = []
        try:
            for line in server.stderr:
                printed.append(line)
                if _STARTED in line:
                    yield line.partition(_STARTED)[2].split()[0]
                    break
            else:
                raise AssertionError("".join(printed))
        finally:
            server.terminate()
            server.stderr.read()


if __name__ == "__main__":
    engine = db.open_store(sys.argv[1], create=True)
    uvicorn.run(api_app(DeskStore(engine, default()), allow=_allow, jobs=1), host="127.0.0.1", port=0, access_log=False)
