"""The page of runs without a browser: what runs, what became of it, and how to try again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planning.app import session
from planning.jobs import queue, told
from planning.jobs.ask import Ask
from planning.jobs.home import Home
from planning.jobs.queue import Ended
from planning.store import projects
from planning.store.audit import Author
from planning.store.open import open_store, usual_url
from planning.texts import text
from planning.work.asks import plan_question

ME = "规划员"


def page() -> None:
    from planning.app import session
    from planning.app.pages import runs

    session.tell_now()
    runs.show()


@pytest.fixture
def project(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LOGNAME", ME)
    store = open_store(usual_url(at_home))
    made = projects.new_project(store, "和田", "southern_xinjiang", Author("规划员", "os"))
    store.close()
    return made.id


@pytest.fixture
def home(at_home: Path) -> Home:
    return Home(at_home).made()


def opened(project: str, lang: str = "zh") -> AppTest:
    at = AppTest.from_function(page, default_timeout=60)
    at.query_params["p"], at.query_params["lang"] = project, lang
    at.run()
    assert [e.message for e in at.exception] == []
    return at


def said(at: AppTest) -> str:
    return " ".join(m.value for m in at.markdown).replace("\\", "")


def a_job(home: Home, project: str, title: str = "3~5公里 _x_ <b>", by: str = ME) -> str:
    from made_scenarios import few_sites

    scenario = few_sites("asked").model_copy(update={"title_zh": title, "title_en": title})
    return queue.put(home, Ask("plan", "quick", by, project, "southern_xinjiang", plan_question(scenario)))


def test_a_project_without_work_says_so_in_both_languages(project: str) -> None:
    assert text("session_runs_none", "zh") in said(opened(project))
    assert text("session_runs_no_history", "en") in said(opened(project, "en")).replace("\\", "")


def test_work_that_waits_is_named_as_written_and_can_be_cancelled(project: str, home: Home) -> None:
    key = a_job(home, project)
    at = opened(project)
    assert "3~5公里 _x_ <b>" in said(at)
    at.button(key=f"cancel:{key}").click().run()
    assert told.CANCELLED.zh in said(at)
    assert at.button(key=f"again:{key}")


def test_work_of_others_says_whose_it_is_and_cannot_be_cancelled(project: str, home: Home) -> None:
    key = a_job(home, project, by="乙")
    at = opened(project)
    assert "乙" in said(at)
    assert f"cancel:{key}" not in [one.key for one in at.button]


def test_a_process_that_is_gone_is_told_and_the_work_asked_again(project: str, home: Home) -> None:
    key = a_job(home, project)
    assert queue.claim(home, "quick") is not None
    queue.end(home, key, Ended("lost", (told.LOST,)))
    at = opened(project)
    assert told.LOST.zh in said(at)
    assert str(told.LOST) in said(opened(project, "en"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session.asking, "work_off", lambda home: None)
        at.button(key=f"again:{key}").click().run()
    again = [json.loads((folder / "ask.json").read_text()) for folder in home.waiting.iterdir()]
    first = json.loads((home.ended / key / "ask.json").read_text())
    assert [one["ask"]["scenario"] for one in again] == [first["ask"]["scenario"]]


def test_work_of_another_project_is_not_shown(project: str, home: Home) -> None:
    a_job(home, "other", "别的项目")
    assert "别的项目" not in said(opened(project))
