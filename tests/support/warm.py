"""A ``captions`` command whose process is forked from one that has imported the program.

It saves half a second for each command that a test runs. ``python -m tests.support.warm SOCKET`` is the process that
forks; the command sends it the arguments, the folder, the environment and the standard streams.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.paths import ROOT

_SHIM = """#!{python} -IS
import os, socket, sys
with socket.socket(socket.AF_UNIX) as warm:
    warm.connect({address!r})
    facts = [os.getcwd(), *map("=".join, os.environ.items()), "", *sys.argv[1:]]
    request = "\\0".join(facts).encode("utf-8", "surrogateescape")
    socket.send_fds(warm, [len(request).to_bytes(8, "big")], [0, 1, 2])
    warm.sendall(request)
    code = warm.recv(1)
sys.exit(code[0] if code else 99)
"""


@contextmanager
def commands(folder: Path) -> Iterator[Path]:
    """Yield a folder with a command ``captions``, to put first in PATH."""
    address = str(folder / "warm")
    shim = folder / "captions"
    shim.write_text(_SHIM.format(python=sys.executable, address=address), encoding="utf-8")
    shim.chmod(0o755)
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'db'}"}
    server = subprocess.Popen([sys.executable, "-m", "tests.support.warm", address], cwd=ROOT, env=env)  # noqa: S603
    try:
        while not Path(address).exists():
            assert server.poll() is None
            time.sleep(0.02)
        yield folder
    finally:
        server.kill()
        server.wait()


def _serve(address: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the commands
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{address}.new")
        server.listen()
        Path(f"{address}.new").rename(address)
        while True:
            asking, _ = server.accept()
            with asking:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    server.close()
                    _run(asking)


def _run(asking: socket.socket) -> None:
    from captions.cli import main

    code = 99
    try:
        size, streams, _, _ = socket.recv_fds(asking, 8, 3)
        with asking.makefile("rb") as file:
            request = file.read(int.from_bytes(size, "big")).decode("utf-8", "surrogateescape").split("\0")
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        empty = request.index("")
        os.chdir(request[0])
        os.environ.clear()
        os.environ.update(dict(fact.split("=", 1) for fact in request[1:empty]))
        sys.argv = ["captions", *request[empty + 1 :]]
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor, which stays open
        sys.stdout, sys.stderr = _output(1), _output(2)
        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        asking.send(bytes([code]))
        os._exit(code)


def _output(number: int) -> io.TextIOWrapper:
    """Return the stream that Python would open at its start."""
    raw = io.FileIO(number, "w", closefd=False)
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    return io.TextIOWrapper(
        raw if unbuffered else io.BufferedWriter(raw), "utf-8", line_buffering=number == 2, write_through=unbuffered
    )


if __name__ == "__main__":
    from tests.support.streams_probe import import_everything

    import_everything()
    gc.freeze()  # a collection in a child would copy all of the memory
    _serve(sys.argv[1])
