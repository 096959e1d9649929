"""The files for servers are valid, and run commands and options that exist."""

from __future__ import annotations

import configparser
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from captions.desk.api.app import health_router
from tests.conftest import Write
from tests.support import command_docs
from tests.support.paths import ROOT

_DOCS = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
_DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
_COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
_ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_BLOCKS = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", _DOCS, re.MULTILINE | re.DOTALL))


def instructions(name: str) -> list[str]:
    """Return the arguments of a Dockerfile's instructions of one kind."""
    return re.findall(rf"^{name} (.+)$", _DOCKERFILE, re.MULTILINE)


def arguments() -> list[list[str]]:
    """Return the arguments of each `captions` command in the files for servers."""
    cron = [line.split(maxsplit=5)[5] for line in _BLOCKS["crontab"].splitlines() if line[:1].isdigit()]
    unit = re.findall(r"^ExecStart=(.*)$", _BLOCKS["captions-nightly.service"], re.MULTILINE)
    entry = json.loads(instructions("ENTRYPOINT")[-1])
    services = [entry + service["command"] for service in _COMPOSE["services"].values() if "command" in service]
    found = [*map(shlex.split, (*cron, *unit)), *services, entry + json.loads(instructions("CMD")[-1])]
    assert all(words[0] == "captions" for words in found)
    return [words[1:] for words in found]


@pytest.mark.parametrize("words", arguments(), ids=" ".join)
def test_each_command_exists_with_its_options(words: list[str]) -> None:
    commands = dict(command_docs.found())
    if words[0] == "desk" and "desk" not in commands:
        pytest.skip("this version has no captions desk")
    name = words[0] if words[0] in commands else " ".join(words[:2])
    options = {option for param in commands[name].params for option in param.opts}
    assert [word for word in words if word.startswith("-") and word not in options] == []


def test_the_image_is_small_and_runs_without_rights() -> None:
    stages = [stage.split(" AS ")[0] for stage in instructions("FROM")]
    assert len(stages) == 2
    assert all(stage.endswith("-slim") for stage in stages)
    last = _DOCKERFILE[_DOCKERFILE.rindex("FROM ") :]
    assert re.search(r"^USER (?!root|0)\w+$", last, re.MULTILINE)
    copied = [path for line in instructions("COPY") if "--from" not in line for path in line.split()[:-1]]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [path for path in copied if not (ROOT / path).exists() or f"!{path}" not in ignored] == []
    extras = re.search(r"\.\[([\w,]+)\]", _DOCKERFILE)
    known = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(known)


def test_the_health_check_asks_a_route_that_exists() -> None:
    paths = re.findall(r"127\.0\.0\.1:8000(/[\w/]+)", _DOCKERFILE)
    assert paths == [route.path for route in health_router.routes if hasattr(route, "path")]
    code = json.loads(re.findall(r"CMD (\[.*\])$", instructions("HEALTHCHECK")[0])[0])[-1]
    compile(code, "health check", "exec")


def test_the_services_wait_for_the_database_and_hide_the_password() -> None:
    services = _COMPOSE["services"]
    for name in ("desk", "ingest", "audit"):
        assert services[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
        assert "${CAPTIONS_PASSWORD}@database/captions" in services[name]["environment"]["CAPTIONS_DB"]
    assert services["desk"]["ports"] == ["127.0.0.1:8000:8000"]
    image = json.loads(instructions("CMD")[-1])
    for command in (image, services["desk"]["command"]):
        options = dict(itertools.pairwise(command))
        assert (options["--host"], options["--port"]) == ("0.0.0.0", "8000")  # noqa: S104 - of the container
        assert "http://localhost:8000" in options["--address"]
    named = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert {name for name in named if not name.startswith(".")} == set(_COMPOSE["volumes"])


def test_docker_accepts_the_compose_file() -> None:
    compose = ["docker", "compose"]
    if shutil.which("docker") is None:
        pytest.skip("Docker is not installed")
    if subprocess.run([*compose, "version"], capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("Docker has no compose here")
    command = [*compose, "-f", str(ROOT / "compose.yaml"), "config", "--quiet"]
    env = {**os.environ, "CAPTIONS_PASSWORD": "secret"}
    ran = subprocess.run(command, capture_output=True, text=True, env=env, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr


def test_the_timers_are_valid() -> None:
    for name in ("captions-nightly.service", "captions-nightly.timer"):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.read_string(_BLOCKS[name])
        assert parser.sections()
    for line in _BLOCKS["crontab"].splitlines():
        assert re.fullmatch(r"\w+=\S+|(?:[\d*]+ ){5}captions .+", line), line


@pytest.mark.parametrize(
    ("credit", "inputs", "code"),
    [
        ("Jo Reed/AP", {}, 0),
        ("Handout", {"FAIL_ON": "warning"}, 1),
        ("Handout", {"FAIL_ON": "never"}, 0),
        ("Jo Reed/AP. NO SALES", {"SCOPE": "syndication"}, 1),
        ("Jo Reed/AP. GERMANY OUT", {"SCOPE": "syndication", "TERRITORY": "FR", "SARIF": "out.sarif"}, 0),
    ],
)
def test_the_action_runs_a_check(tmp_path: Path, write: Write, credit: str, inputs: dict[str, str], code: int) -> None:
    step = _ACTION["runs"]["steps"][-1]
    given = {name: value.strip("${} ").removeprefix("inputs.") for name, value in step["env"].items()}
    assert set(given.values()) == set(_ACTION["inputs"])
    defaults = {name: _ACTION["inputs"][value].get("default", "") for name, value in given.items()}
    write(tmp_path / "content" / "a.txt", credit)
    (tmp_path / "captions").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m captions "$@"\n')
    (tmp_path / "captions").chmod(0o755)
    env = {
        "PATH": os.pathsep.join((str(tmp_path), os.environ["PATH"])),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db"))),
        "HOME": str(tmp_path),
        **defaults,
        "PATHS": "content",
        **inputs,
    }
    ran = subprocess.run(  # noqa: S603
        ["/bin/sh", "-e", "-c", step["run"]], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert (tmp_path / "out.sarif").exists() == ("SARIF" in inputs)


def test_the_action_installs_files_that_exist() -> None:
    install = next(step["run"] for step in _ACTION["runs"]["steps"] if step.get("name") == "Install")
    named = re.findall(r"GITHUB_ACTION_PATH/([\w.]+)", install)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
    workflow = re.search(r"^```yaml\n(.*?)^```$", _DOCS, re.MULTILINE | re.DOTALL)
    assert workflow is not None
    used = yaml.safe_load(workflow[1])["jobs"]["check"]["steps"][-1]
    assert set(used["with"]) <= set(_ACTION["inputs"])
