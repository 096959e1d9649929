"""A second process that works on what this one finds. In processes of their own: the tests' own one has threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there a process is copied")

# Each script's last line is what it should print.
SCRIPTS = {
    "in order, whatever it takes": """
def work(items):
    print("|".join(f"{n}{text}" for n, text in items), flush=True)
relay(((n, "x" * 100_000 if n % 2 else "y") for n in range(40)), work)
# {}
""".replace("{}", "|".join(f"{n}{'x' * 100_000 if n % 2 else 'y'}" for n in range(40))),
    "what the work raises": """
def work(items):
    next(items)
    raise ValueError("no more")
try:
    relay(([n] * 100_000 for n in range(1000)), work)
except ValueError as error:
    print(repr(error))
# ValueError('no more')
""",
    "what the items raise": """
def items():
    yield 1
    raise ValueError("no more")
def work(items):
    for _ in items:
        pass
    print("the end")
try:
    relay(items(), work)
except ValueError as error:
    print(repr(error))
# ValueError('no more')
""",
    "a process that was killed": """
import os, signal
def work(items):
    next(items)
    os.kill(os.getpid(), signal.SIGKILL)
try:
    relay(([n] * 100_000 for n in range(1000)), work)
except OSError as error:
    print(repr(error))
# OSError('the process that writes was killed')
""",
    "a full disk": """
def work(items):
    with open("/dev/full", "w") as full:
        for item in items:
            full.write(str(item))
try:
    relay(([n] * 100_000 for n in range(1000)), work)
except OSError as error:
    print(error.strerror)
# No space left on device
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_copy_works(name: str) -> None:
    script, _, expected = SCRIPTS[name].rpartition("\n# ")
    done = _python(f"from captions.relay import relay\n{script}")
    assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


def test_a_report_written_by_a_copy_is_the_same(archive: Path, tmp_path: Path) -> None:
    def written(relayed_from: int, out: str) -> str:
        script = (
            "import captions.relay, captions.report.findings as findings\nfrom captions.cli import main\n"
            f"captions.relay.can_relay = findings.can_relay = lambda: True\nfindings.RELAYED = {relayed_from}\n"
            f"raise SystemExit(main(['audit', '--db', {str(archive / 'captions.db')!r}, '--format', 'json', *{out}]))"
        )
        done = _python(script)
        assert done.returncode == 0, done.stderr
        return done.stdout

    plain = written(1_000_000, "[]")
    assert len(json.loads(plain)["findings"]) > 1
    assert written(0, "[]") == plain
    file = tmp_path / "report.json"
    written(0, f"['-o', {str(file)!r}]")
    assert file.read_text(encoding="utf-8") == plain


def _python(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own
