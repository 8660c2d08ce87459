"""A home and a store of its own for every test, jobs done in the process that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGE = Path(__file__).parents[3] / "streamlit_app.py"


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where jobs and the store of this test lie."""
    monkeypatch.setenv("JIUJIN_HOME", str(tmp_path))
    monkeypatch.setenv("JIUJIN_JOBS", "here")
    monkeypatch.delenv("JIUJIN_STORE", raising=False)
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def front(at_home: Path) -> Callable[..., AppTest]:
    """The whole program in a session of its own, at an address: `front(p="…")`."""

    def opened(**address: str) -> AppTest:
        at = AppTest.from_file(PAGE, default_timeout=60)
        for key, value in address.items():
            at.query_params[key] = value
        return at.run()

    return opened
