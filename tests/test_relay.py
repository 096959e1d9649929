"""A second process that works beside this one. In processes of their own: the tests' own one has threads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from captions.cli import main

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
# OSError('the other process was killed')
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
    "what a copy finds, more than a pipe holds": """
with ahead(lambda: (["x" * 100_000, n] for n in range(40))) as found:
    print(found.begin()[1], [n for _, n in found] == [*range(1, 40)])
# 0 True
""",
    "a copy that waits to be told": """
import os
read, write = os.pipe()
with ahead(lambda: [os.write(write, b"x")]) as found:
    os.set_blocking(read, False)
    try:
        os.read(read, 1)
    except BlockingIOError:
        print("nothing yet,", found.begin(), os.read(read, 1), list(found))
# nothing yet, 1 b'x' []
""",
    "what a copy raises": """
def find():
    yield "one"
    raise ValueError("no more")
with ahead(find) as found:
    try:
        print(found.begin(), end=" ")
        list(found)
    except ValueError as error:
        print(repr(error))
# one ValueError('no more')
""",
    "a copy that was killed": """
import os, signal
def find():
    yield "one"
    os.kill(os.getpid(), signal.SIGKILL)
with ahead(find) as found:
    try:
        print(found.begin(), end=" ")
        list(found)
    except OSError as error:
        print(repr(error))
# one OSError('the other process was killed')
""",
    "a copy that is not waited for": """
import itertools
with ahead(itertools.count) as found:
    print(found.begin())
# 0
""",
    "turns that are taken": """
from captions.pipes import Turns
turns = Turns(200)
with ahead(lambda: turns) as found:
    first = found.begin()
    ours = list(turns)
    theirs = [first, *found]
    print(sorted(ours + theirs) == [*range(200)], theirs == sorted(theirs), ours == sorted(ours))
# True True True
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_copy_works(name: str) -> None:
    script, _, expected = SCRIPTS[name].rpartition("\n# ")
    done = _python(f"from captions.relay import ahead, relay\n{script}")
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


NEAR = "<article><h1>The ferry</h1><p>It came in at noon, with nobody on board, and left at one.</p>" + "".join(
    f"<figure><img src='{n}.jpg'><figcaption>Passengers wait in the rain for the ferry to {where} at the pier on a "
    "cold day in May. Photo: Amal Roe/Reuters</figcaption></figure>"
    for n, where in enumerate(("Skarv", "Skarvholm"))
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the samples, which have all that is told by comparing."""
    path = tmp_path_factory.mktemp("samples") / "captions.db"
    assert main(["ingest", str(Path(__file__).parent.parent / "samples" / "archive"), "--db", str(path)]) == 0
    return path


@pytest.mark.parametrize("written", [False, True], ids=["", "written between"])
def test_uses_compared_by_a_copy_are_compared_the_same(samples: Path, tmp_path: Path, written: bool) -> None:
    database = tmp_path / "captions.db"
    shutil.copy(samples, database)
    near = tmp_path / "near.html"
    near.write_text(NEAR, encoding="utf-8")
    script = f"""
import captions.auditing.second as second
from captions.cli import main
class Ahead(second.relay.Ahead):
    def begin(self):
        super().begin()
        print("begun")
        if {written}:
            assert main(["ingest", {str(near)!r}, "--db", {str(database)!r}, "--format", "json"]) == 0
second.relay.Ahead = Ahead
second.relay.can_relay = lambda: True
second.FROM = 0
raise SystemExit(main(["audit", "--db", {str(database)!r}, "--format", "json"]))
"""
    done = _python(script)
    assert done.returncode == 0, done.stderr
    begun, _, rest = done.stdout.partition("\n")
    assert begun == "begun"
    report = rest[rest.rindex('{\n  "version"') :]
    found = {(finding["code"], finding["source"]) for finding in json.loads(report)["findings"]}
    assert {"CR201", "CR402"} <= {code for code, _ in found}
    assert (("CR402", str(near)) in found) is written
    alone = _python(f"from captions.cli import main\nmain(['audit', '--db', {str(database)!r}, '--format', 'json'])")
    assert report == alone.stdout


def test_where_no_pipe_can_be_made_uses_are_compared_in_one_process(samples: Path) -> None:
    script = f"""
import contextlib
import resource
import captions.auditing.second as second
from captions.cli import main
original = second.relay.ahead
@contextlib.contextmanager
def ahead(find):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with original(find) as found:
            yield found
    except OSError as error:
        print(error.strerror)
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
second.relay.ahead = ahead
second.relay.can_relay = lambda: True
second.FROM = 0
raise SystemExit(main(["audit", "--db", {str(samples)!r}, "--format", "json"]))
"""
    alone = _python(f"from captions.cli import main\nmain(['audit', '--db', {str(samples)!r}, '--format', 'json'])")
    assert _python(script).stdout == "Too many open files\n" + alone.stdout


def _python(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own
