"""Run the program on a terminal of a known size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT


def on_terminal(folder: Path, *arguments: str, lines: int = 24, columns: int = 100) -> list[str]:
    """Return the lines that ``captions`` prints on a terminal, messages included; skip the test on Windows."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "CAPTIONS_DB")}
    env |= {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'db'}", "NO_COLOR": "1", "TERM": "xterm"}
    command = [sys.executable, "-m", "captions", *arguments]
    running = subprocess.Popen(command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs)  # noqa: S603
    os.close(theirs)
    printed = b""
    try:
        while part := os.read(ours, 65_536):
            printed += part
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    finally:
        os.close(ours)
        running.wait(timeout=60)
    return printed.decode().replace("\r\n", "\n").splitlines()
