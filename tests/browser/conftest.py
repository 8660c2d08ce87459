"""One browser and one server for the browser tests of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness import CHROMIUM, FLAGS, Visit, free_port, is_up, serving


@pytest.fixture(scope="module")  # a second one at the same time in one process is refused
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this system")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def address(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page as `jiujin app` serves it, in Chinese, with work done in the process of the server."""
    port, folder = free_port(), tmp_path_factory.mktemp("page")
    with serving(folder, port, settings={"JIUJIN_JOBS": "here"}):
        yield f"http://127.0.0.1:{port}"
    assert not is_up(port)
    assert "Traceback" not in (folder / "server.log").read_text(errors="replace")


@pytest.fixture
def visits(browser: Any, address: str) -> Iterator[Callable[..., Visit]]:
    """Open tabs; each is closed at the end, when nothing may have gone outside or wrong."""
    opened: list[Visit] = []

    def one(**size: int) -> Visit:
        opened.append(Visit(browser, address, **size))
        return opened[-1]

    yield one
    for visit in opened:
        visit.close()
