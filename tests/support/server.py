"""Run one PostgreSQL server for all tests, with its own data folder and socket."""

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
    """Return the folder of the server's programs, or None."""
    named = os.environ.get("CAPTIONS_POSTGRESQL_BIN")
    found = shutil.which("initdb")
    newest = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    places = (
        [Path(named)] if named else [*([Path(found).resolve().parent] if found else []), *(p.parent for p in newest)]
    )
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@contextmanager
def running(bin_folder: Path) -> Iterator[Path]:
    """Run a server that listens only on a socket in a folder; yield the folder."""
    # Not in pytest's folders: root's server runs as another user, and socket paths must be short.
    folder = Path(tempfile.mkdtemp(prefix="captions-pg-"))
    data, as_user = folder / "data", _as_user(folder)
    # Sort in English, if supported, so that tests detect an order that comes from the server.
    helped = subprocess.run([bin_folder / "initdb", "--help"], capture_output=True, text=True, check=True)  # noqa: S603
    english = ["--locale-provider=icu", "--icu-locale=en"] if "--icu-locale" in helped.stdout else []
    command: list[str | Path] = [
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
    _run([*as_user, *command, *english])
    try:
        # Without fsync, because these databases need not survive a crash.
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c timezone=Asia/Kolkata"
        log = folder / "log"
        _run([*as_user, bin_folder / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-t", "60", "start"])
        try:
            yield folder
        finally:
            _run([*as_user, bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        # Deleting gigabytes in a hundred thousand files takes half a minute; do not wait for it.
        os.spawnlp(os.P_NOWAIT, "rm", "rm", "-rf", str(folder))  # noqa: S606 - our own folder


def _as_user(folder: Path) -> list[str]:
    """Return the prefix that runs a command as another user: the programs refuse to run as root."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _run(command: Sequence[str | Path]) -> None:
    # To a file: the server inherits the output, and reading a pipe would never end.
    with tempfile.TemporaryFile() as output:
        ran = subprocess.run(list(map(str, command)), stdout=output, stderr=output, cwd="/", check=False)  # noqa: S603
        output.seek(0)
        assert ran.returncode == 0, output.read().decode(errors="replace")
