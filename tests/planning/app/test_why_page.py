"""The why page: places of a table beside the map, and another choice put into the scenario at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shown import tables
from streamlit.testing.v1 import AppTest

from planning import Plan
from planning.app.pages import why
from planning.app.session.seat import author
from planning.editor.edits import edited
from planning.editor.starts import start_of, starts, told_apart
from planning.record import parts_of
from planning.scenario import load
from planning.scenario_form import Forbid
from planning.store import drafts, plans, projects
from planning.store.open import open_store, usual_url
from planning.study_area import StudyArea
from planning.work.asks import first_look


def page() -> None:
    from planning.app.pages import why

    why.show()


def test_a_first_look_that_is_tried_otherwise_goes_on_as_its_draft(
    at_home: Path, small_plan: Plan, area: StudyArea, monkeypatch: pytest.MonkeyPatch
) -> None:
    went: list[str] = []
    monkeypatch.setattr(why, "go", went.append)
    monkeypatch.setattr(why, "plan_map", lambda *_, **__: None)
    monkeypatch.setattr(why, "worked", lambda *_, **__: None)
    draft, known = edited(load("most_people"), "objective.sites", 35), starts(area)
    look = first_look(told_apart(draft, start_of(draft, known), area))
    assert look is not None
    store = open_store(usual_url(at_home))
    key = projects.new_project(store, "测试", "southern_xinjiang", author()).id
    plans.put(store, key, "plan", parts_of(replace(small_plan, scenario=look)), author())
    at = AppTest.from_function(page, default_timeout=60)
    for name, value in {"p": key, "plan": "plan", "site": small_plan.proposed[0]}.items():
        at.query_params[name] = value
    at.run().toggle(key="why_places").set_value(True).run()
    assert [e.message for e in at.exception] == []
    new, _, _ = tables(at)
    assert len(new.rows) == len(small_plan.proposed)
    assert new.titles[:2] == ["名称", "情景指定"]
    at.button(key="why_forbid").click().run()
    now = drafts.draft(store, key, author(), draft).now
    assert went == ["scenario"]
    assert (now.solver.effort, now.title("zh")) == (draft.solver.effort, draft.title("zh"))
    assert now.changes == (Forbid(site=small_plan.proposed[0]),)
