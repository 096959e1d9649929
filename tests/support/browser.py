"""Drive a real browser for tests: headless Chromium, with chromedriver over W3C WebDriver, which is HTTP and JSON.

A driver library would add ten packages, one of which downloads programs, for the six requests needed here.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage", "--window-size=1366,900",
)  # fmt: skip
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing() -> str:
    """The reason why no browser is available; empty if there is a browser."""
    lacks = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"not installed: {', '.join(lacks)} (Debian: apt-get install chromium chromium-driver)" if lacks else ""


class Browser:
    """A browser with a single window."""

    def __init__(self, address: str, session: str) -> None:
        self._address, self._session = address, session

    def call(self, command: str, **arguments: Any) -> Any:
        """Send a request to the driver in this session."""
        return _post(f"{self._address}/session/{self._session}/{command}", arguments)

    def open(self, path: Path) -> Self:
        self.call("url", url=path.resolve().as_uri())
        return self

    def run(self, script: str, *arguments: Any) -> Any:
        """Return the result of a script in the page: ``run("return document.title")``."""
        return self.call("execute/sync", script=script, args=list(arguments))

    def run_async(self, script: str) -> Any:
        """Return the value that a script passes to its last argument, a function."""
        return self.call("execute/async", script=script, args=[])

    def find(self, selector: str) -> str:
        found: dict[str, str] = self.call("element", using="css selector", value=selector)
        return found[ELEMENT]

    def click(self, selector: str) -> None:
        self.call(f"element/{self.find(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        self.call(f"element/{self.find(selector)}/value", text=text)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def log(self) -> list[dict[str, Any]]:
        """Return what the page wrote to the console since the last call, errors of scripts and its policy included."""
        entries: list[dict[str, Any]] = self.call("se/log", type="browser")
        return entries

    def emulate(self, media: str = "", **features: str) -> None:
        """Set the medium and its features: ``emulate("print")``, ``emulate(prefers_color_scheme="dark")``."""
        pairs = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"media": media, "features": pairs})

    def size(self, width: int, height: int) -> None:
        self.call("window/rect", width=width, height=height)

    def picture(self, path: Path) -> None:
        """Write a screenshot of the window as PNG."""
        with urllib.request.urlopen(f"{self._address}/session/{self._session}/screenshot", timeout=60) as answer:  # noqa: S310
            path.write_bytes(base64.b64decode(json.load(answer)["value"]))

    def print(self, path: Path) -> None:
        """Write the page as PDF, as it would be printed."""
        path.write_bytes(base64.b64decode(self.call("print", background=False)))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Run a new browser, with its profile in a folder, and close it afterward."""
    driver = subprocess.Popen(  # noqa: S603 - no text of a test is in it
        [str(shutil.which("chromedriver")), "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert driver.stdout is not None
    try:
        line = next(line for line in driver.stdout if "started successfully on port" in line)
        address = f"http://127.0.0.1:{line.rstrip().rstrip('.').rpartition(' ')[2]}"
        options = {"args": [*FLAGS, f"--user-data-dir={folder}"], "binary": shutil.which("chromium")}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = _post(f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        try:
            yield Browser(address, session)
        finally:
            end = urllib.request.Request(f"{address}/session/{session}", method="DELETE")  # noqa: S310
            urllib.request.urlopen(end, timeout=60).close()  # noqa: S310
    finally:
        driver.terminate()
        driver.wait(30)
        driver.stdout.close()


def _post(url: str, arguments: Any) -> Any:
    data = json.dumps(arguments).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - to this machine
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        with error:
            value = json.load(error)["value"]
        raise AssertionError(f"{value['error']}: {value['message'].splitlines()[0]}") from None
