"""A real server, a real browser, and no way to the outside: what all browser tests share."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).parents[2]
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever goes outside ends here
]
# An address with a path is first asked for the server below that path, then at the root: Streamlit's own search.
SEARCH = re.compile(r"^http://127\.0\.0\.1:\d+/\w+/_stcore/(health|host-config)$")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_up(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def group_is_alive(leader: int) -> bool:
    """Whether any process of a process group is left."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def serving(
    folder: Path, port: int, *command: str, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server of this test's own with projects in `folder`/home, ended at the end; its words go to server.log.

    Args:
        command: as after `python -m`; the page as `jiujin app` serves it where nothing is given.
        settings: more variables of the environment, such as JIUJIN_JOBS=here.
    """
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("STREAMLIT_", "JIUJIN_"))}
    environment = {**usual, "JIUJIN_HOME": str(folder / "home"), **(settings or {})}
    asked = command or ("planning.cli", "app", "--port", str(port))
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *asked],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            until = monotonic() + 90
            while not is_up(port):
                said = (folder / "server.log").read_text(errors="replace")
                assert process.poll() is None, said
                assert monotonic() < until, f"no answer within ninety seconds: {said}"
                sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(20)
            end_workers(folder / "home")


def end_workers(home: Path) -> None:
    """End the computing processes of a home, which outlive their server for a minute."""
    for one in psutil.process_iter(["cmdline"]):
        if str(home) in (one.info["cmdline"] or []):
            one.kill()
            one.wait(20)


class Visit:
    """One tab, and what went wrong in it or tried to leave."""

    def __init__(self, browser: Any, address: str, *, width: int = 1366, height: int = 768) -> None:
        self.address = address
        self.requests: list[str] = []
        self.wrong: list[str] = []
        self.context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": height})
        self.page = self.context.new_page()
        self.page.set_default_timeout(90_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda line: self.requests.append(line.url.replace("ws", "http", 1)))
        self.page.on("requestfailed", lambda r: self._told(f"failed: {r.url} {r.failure}", r.url))
        self.page.on("response", lambda r: self._told(f"{r.status}: {r.url}", r.url) if r.status >= 400 else None)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._told(message.text, message.location.get("url", ""))

    def _told(self, words: str, url: str) -> None:
        if not SEARCH.match(url):
            self.wrong.append(words)

    @property
    def outside(self) -> list[str]:
        """Requests to anything but the server."""
        return [url for url in self.requests if not url.startswith((f"{self.address}/", "data:", "blob:"))]

    def open(self, place: str = "/") -> Any:
        """Load a place anew, a new session; gives the page when its heading stands and the server is done."""
        self.page.goto(f"{self.address}{place}", wait_until="domcontentloaded")
        self.heading().wait_for(timeout=90_000)
        self.settled()
        return self.page

    def follow(self, name: str) -> Any:
        """Go to another page by the menu, in the same session."""
        link = self.page.get_by_test_id("stTopNavLink").filter(has_text=name).first
        link.click()
        self.page.wait_for_function(
            "name => document.querySelector('[aria-current=page]')?.innerText.trim() === name",
            arg=name,
        )
        self.settled()
        return self.page

    def heading(self) -> Any:
        """The one heading of the page."""
        return self.page.get_by_test_id("stMain").locator("h1").first

    def settled(self) -> None:
        """Until the server has nothing more to say."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")

    def button(self, name: str) -> Any:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def close(self) -> None:
        """End the visit; nothing went outside and nothing went wrong."""
        self.context.close()
        assert self.requests
        assert self.outside == []
        assert self.wrong == []
