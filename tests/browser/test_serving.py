"""How the page is served: to nobody from outside, ending with its process, and with words as they are written."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from harness import Visit, free_port, group_is_alive, is_up, serving

pytestmark = pytest.mark.browser

# What a planner may have in a name, as Streamlit's Markdown could take it.
NAMES_PAGE = """
import streamlit as st
from planning.app.state import plain
for name in {names!r}:
    st.subheader(plain(name), anchor=False)
    st.caption(plain(name))
    st.info(plain(name))
"""
NAMES = [
    "3~5公里，8~9公里",
    "$100 与 $200",
    "**粗** _斜_ `码` [名](javascript:1) ![图](http://outside.example/a.png)",
    "<img src=x onerror=\"document.title='broken'\">",
    "1. 一 :red[红] :smile: \\(x\\)",
]


def test_names_stay_words_in_markdown(browser: Any, tmp_path: Path) -> None:
    script = tmp_path / "names.py"
    script.write_text(NAMES_PAGE.format(names=NAMES), encoding="utf-8")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    flags = ("--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false")
    with serving(tmp_path, port, "streamlit", "run", str(script), f"--server.port={port}", *flags):
        made = Visit(browser, address)
        made.page.goto(address, wait_until="domcontentloaded")
        made.page.get_by_test_id("stAlert").nth(len(NAMES) - 1).wait_for()
        for kind in ("stHeading", "stCaptionContainer", "stAlert"):
            shown = [one.text_content().strip() for one in made.page.get_by_test_id(kind).all()]
            assert shown[: len(NAMES)] == NAMES
        assert made.page.locator("[data-testid=stCaptionContainer] :is(img, strong, em, code, del)").count() == 0
        assert made.page.title() != "broken"
        assert made.outside == []
        made.context.close()


def test_a_foreign_host_is_refused_and_the_server_ends_with_its_process(tmp_path: Path) -> None:
    port = free_port()
    asked = (
        "GET /_stcore/stream HTTP/1.1|Host: outside.example|Origin: http://outside.example|Connection: Upgrade|"
        "Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==||"
    ).replace("|", "\r\n")
    with serving(tmp_path, port) as server:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(asked.encode())
            assert b" 403 " in line.recv(64)
        server.send_signal(signal.SIGINT)  # as Ctrl-C does
        server.wait(20)
        assert not is_up(port)
        assert not group_is_alive(server.pid)
