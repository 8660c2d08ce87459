"""The line of running work without a browser: news of one's own work, kept until it is seen, and the way to results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shown import literal
from streamlit.testing.v1 import AppTest

from planning.app import job_panel, session
from planning.jobs import queue, told
from planning.jobs.ask import Ask
from planning.jobs.home import Home
from planning.jobs.queue import Ended
from planning.store import projects
from planning.store.audit import Author
from planning.store.open import open_store, usual_url
from planning.work.job_words import in_words

ME, OTHER = "甲", "乙"


@pytest.fixture
def project(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LOGNAME", ME)
    store = open_store(usual_url(at_home))
    made = projects.new_project(store, "和田", "southern_xinjiang", Author(ME, "os"))
    store.close()
    return made.id


@pytest.fixture
def home(at_home: Path) -> Home:
    return Home(at_home).made()


@pytest.fixture
def went(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    pages: list[Any] = []
    monkeypatch.setattr(job_panel, "go", lambda page, **address: pages.append((page, address)))
    return pages


def put(home: Home, project: str, title: str, by: str = ME, kind: str = "plan", **question: str) -> str:
    return queue.put(home, Ask(kind, "quick", by, project, ask={"title": title, **question}))


def end(home: Home, key: str, ended: Ended) -> None:
    assert queue.claim(home, "quick") is not None
    assert queue.end(home, key, ended)


def line(project: str, page: str = "start") -> AppTest:
    def draw() -> None:
        import streamlit as st

        from planning.app.job_panel import job_line

        st.session_state["page"] = st.query_params["page"]
        job_line()

    at = AppTest.from_function(draw, default_timeout=60)
    for key, value in {"p": project, "page": page, "lang": "zh"}.items():
        at.query_params[key] = value
    return ran(at)


def ran(at: AppTest) -> AppTest:
    at.run()
    assert [e.message for e in at.exception] == []
    return at


def said(at: AppTest) -> str:
    return literal(" ".join(one.value for one in at.markdown))


def test_what_failed_is_told_off_the_page_of_the_scenario_and_not_driven_out_by_what_went_well(
    project: str, home: Home
) -> None:
    keys = [put(home, project, title) for title in ("满", "好")]
    at = line(project, "scenario")
    at.session_state["editor_jobs"] = dict(enumerate(keys))
    end(home, keys[0], Ended("failed", (told.DISK_FULL,)))
    assert told.DISK_FULL.zh not in said(ran(at))
    assert told.DISK_FULL.zh in at.session_state["look_said"][0]  # heard there, where the page itself shows it
    at.query_params["page"] = "start"
    end(home, keys[1], Ended("done"))
    assert "“好”已算好" in said(ran(at))
    at.button(key="dismiss_news").click()
    assert told.DISK_FULL.zh in said(ran(at))
    at.button(key="dismiss_news").click()
    assert not said(ran(at))


def test_work_of_another_planner_is_neither_shown_nor_cancelled_nor_told(project: str, home: Home) -> None:
    key = put(home, project, "别人的", by=OTHER)
    at = line(project)
    assert not at.button
    at.session_state["watched"] = {key: True}  # a page waits for it too
    end(home, key, Ended("failed", (told.MEMORY,)))
    assert not said(ran(at))
    assert "look_said" not in at.session_state


def test_what_came_of_a_curve_or_of_reasons_opens_where_it_is(project: str, home: Home, went: list[Any]) -> None:
    asked = {"curve": {"plan": "plan-1"}, "why_site": {"plan": "plan-1", "site": "S 1"}}
    for kind, question in asked.items():
        key = put(home, project, kind, kind=kind, **question)
        at = line(project)
        end(home, key, Ended("done"))
        ran(at).button(key="show_news").click()
        ran(at)
    assert went == [("compare", {"tab": "curve", "plan": "plan-1"}), ("why", {"plan": "plan-1", "site": "S 1"})]


def test_a_closer_plan_opens_the_comparison_from_any_other_page(
    project: str, home: Home, went: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(session, "shown", lambda: ("stand", "look"))
    monkeypatch.setattr(session, "show_plans", shown.append)
    key = put(home, project, "近", first="look")
    at = line(project)
    end(home, key, Ended("done", result={"plan": key}))
    ran(at).button(key="show_news").click()
    ran(at)
    assert (shown, went) == ([["stand", key]], [("compare", {})])
    job = queue.read_job(home, key)
    assert job is not None
    assert in_words(home, job, "zh").address == {}
