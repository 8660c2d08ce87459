"""The first page without a browser: the demo in one click, projects, and bad names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_scenarios import few_sites
from streamlit.testing.v1 import AppTest

from planning.app.pages import start
from planning.app.session import asking
from planning.jobs import queue
from planning.jobs.home import Home, read_json, write_json
from planning.texts import TEXTS, text

ODD = "3~5公里 $100 _x_ <b>粗</b>"


@pytest.fixture(autouse=True)
def went(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The demo with two plans of one county, and one that follows."""
    first = [few_sites(name, sites=n).to_toml() for name, n in (("one", 1), ("two", 2))]
    monkeypatch.setattr(start, "asked_of_demo", lambda: (first, [few_sites("three").to_toml()]))
    pages: list[str] = []
    monkeypatch.setattr(start, "go", pages.append)
    return pages


def said(at: AppTest) -> str:
    return " ".join(m.value for m in at.markdown).replace("\\", "")


@pytest.mark.slow
def test_one_click_makes_the_demo_and_opens_the_comparison(front: Callable[..., AppTest], went: list[str]) -> None:
    at = front()
    at.button(key="open_demo").click().run()
    assert not at.exception
    assert went == ["compare"]
    assert at.session_state["plans"][0].endswith("-0")
    assert len(at.session_state["plans"]) == 2
    assert text("session_demo_project", "zh") in said(at)
    at.button(key="open_demo").click().run()
    assert went == ["compare", "compare"]
    assert len(at.session_state["plans"]) == 3


def test_a_demo_that_is_ready_does_not_lead_away_from_another_project(
    front: Callable[..., AppTest], went: list[str], at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(at_home).made()
    monkeypatch.setattr(asking, "work_off", lambda home: None)
    at = front()
    first = at.query_params["p"]
    at.button(key="open_demo").click().run()
    assert at.button(key="open_demo").disabled
    [name] = [one.name for one in sorted(home.waiting.iterdir())][:1]
    at.query_params["p"] = first
    at.run()
    assert not at.button(key="open_demo").disabled
    for job in list(home.waiting.iterdir()):
        queue.cancel(home, job.name)
    ended = read_json(home.ended / name / "ended.json") or {}
    write_json(home.ended / name / "ended.json", {**ended, "how": "done", "result": {"plans": ["x"]}})
    at.run()
    assert not at.exception
    assert went == []
    assert "demo_job" not in at.session_state


def test_a_project_with_an_odd_name_is_made_opened_and_shown_as_written(front: Callable[..., AppTest]) -> None:
    at = front()
    first = at.query_params["p"]
    at.text_input(key="new_name").set_value(ODD)
    at.button(key="make_project").click().run()
    assert f"**{ODD}**" in said(at)
    assert at.query_params["p"] != first
    choice = next(box for box in at.selectbox if box.label == text("session_choose_project", "zh"))
    choice.set_value(first[0] if isinstance(first, list) else first)
    at.button(key="open_project").click().run()
    assert f"**{ODD}**" not in said(at)


def test_a_name_that_cannot_be_kept_is_told(front: Callable[..., AppTest]) -> None:
    at = front()
    at.button(key="make_project").click().run()
    assert not at.exception
    assert "项目没有名称" in at.error[0].value


def test_every_word_of_the_page_is_there_in_english(front: Callable[..., AppTest]) -> None:
    at = front(lang="en")
    shown = [*said(at).split("**"), *(b.label for b in at.button), *(t.value for t in at.title)]
    chinese = {zh for key, (zh, _) in TEXTS.items() if key.startswith("session_")}
    assert not [one for one in shown if one in chinese]
    assert at.title[0].value == text("jiujin", "en")
