"""A PostgreSQL server for the tests: one for all of them, with a data folder and a socket of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HOW_TO_RUN = (
    "no PostgreSQL server here; run these tests with Debian's postgresql installed (apt-get install postgresql), "
    "or name the folder of its initdb and pg_ctl in CAPTIONS_POSTGRESQL_BIN"
)
_DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Gives the folder of the server's programs; None where there are none."""
    named = os.environ.get("CAPTIONS_POSTGRESQL_BIN")
    found = shutil.which("initdb")
    newest = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    places = (
        [Path(named)] if named else [*([Path(found).resolve().parent] if found else []), *(p.parent for p in newest)]
    )
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@contextmanager
def running(bin_folder: Path) -> Iterator[Path]:
    """Runs a server that listens on a socket in a folder only; gives the folder."""
    # Not in pytest's folders: another user runs the server if root runs the tests, and the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="captions-pg-"))
    data, as_user = folder / "data", _as_user(folder)
    # Sorting as English does it, where the server can: an order that is the server's, not the program's, must show.
    helped = subprocess.run([bin_folder / "initdb", "--help"], capture_output=True, text=True, check=True)  # noqa: S603
    english = ["--locale-provider=icu", "--icu-locale=en"] if "--icu-locale" in helped.stdout else []
    made: list[str | Path] = [
        bin_folder / "initdb",
        "-D",
        data,
        "-U",
        "captions",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    _run([*as_user, *made, *english])
    try:
        # Without fsync: what these databases hold need not outlive the machine.
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c timezone=Asia/Kolkata"
        log = folder / "log"
        _run([*as_user, bin_folder / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-t", "60", "start"])
        try:
            yield folder
        finally:
            _run([*as_user, bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        # Some gigabytes in a hundred thousand files, half a minute of work: nobody need wait for it.
        os.spawnlp(os.P_NOWAIT, "rm", "rm", "-rf", str(folder))  # noqa: S606 - our own folder


def _as_user(folder: Path) -> list[str]:
    """How to run the server's programs: they refuse to run as root, so root takes their own user, or nobody."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _run(command: Sequence[str | Path]) -> None:
    # Into a file, not a pipe: the server keeps what it was given, and a pipe would never end.
    with tempfile.TemporaryFile() as said:
        ran = subprocess.run(list(map(str, command)), stdout=said, stderr=said, cwd="/", check=False)  # noqa: S603
        said.seek(0)
        assert ran.returncode == 0, said.read().decode(errors="replace")
