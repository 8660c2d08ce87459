"""The compare page: none, one, two and seven plans, whatever they are called, every part of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import streamlit as st
from shown import literal, tables, words_of
from streamlit.testing.v1 import AppTest

from planning import Plan, StudyArea
from planning.app.pages import compare_link, compare_parts, compare_work
from planning.app.pages.compare import PARTS
from planning.app.session import asking
from planning.app.session import opened as opened_by_session
from planning.jobs import queue, told
from planning.jobs.home import Home, removed
from planning.record import parts_of
from planning.store import plans, projects
from planning.store.audit import Author
from planning.store.open import open_store, usual_url
from planning.texts import text
from planning.why import explained
from planning.work import areas

pytestmark = pytest.mark.slow

HOSTILE = "3~5公里 $100 与 $200 _x_ <b>粗</b> :red[红]"
WHO = Author("规划员 <i>甲</i>", "os")


@pytest.fixture
def project(at_home: Path, small_plan: Plan, area: StudyArea, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], str]:
    """A project with so many plans of one scenario, all with one damaging title: `project(2)`."""
    monkeypatch.setattr(opened_by_session, "shipped_area", lambda: area)
    monkeypatch.setattr(areas, "embedded", lambda name: area)
    monkeypatch.setattr(explained, "DRAWS", 2)
    monkeypatch.setattr(compare_parts, "draw_map", lambda plans, key, mode: None)

    def made(number: int) -> str:
        store = open_store(usual_url(at_home))
        key = projects.new_project(store, HOSTILE, "southern_xinjiang", WHO).id
        for i in range(number):
            asked = small_plan.scenario.model_copy(update={"title_zh": HOSTILE, "title_en": HOSTILE})
            more = {"persons_served": small_plan.indicators["persons_served"] + 1000 * i}
            plan = replace(small_plan, scenario=asked, indicators={**small_plan.indicators, **more})
            plans.put(store, key, f"plan{i}", parts_of(plan), WHO)
        store.close()
        return key

    return made


def opened(name: str = "compare", **address: str) -> AppTest:
    def draw() -> None:
        from importlib import import_module

        import streamlit as st

        from planning.app import session

        session.tell_now()
        if code := st.query_params.pop("v", ""):
            session.restore(code)
        import_module(f"planning.app.pages.{st.query_params['page']}").show()

    at = AppTest.from_function(draw, default_timeout=60)
    for key, value in {"page": name, "lang": "zh", **address}.items():
        at.query_params[key] = value
    at.run()
    assert [e.message for e in at.exception] == []
    return at


def keys(number: int) -> str:
    return ",".join(f"plan{i}" for i in range(number))


def test_without_plans_there_is_one_thing_to_do(project: Callable[[int], str]) -> None:
    at = opened(p=project(0))
    assert "还没有方案" in words_of(at)
    assert len(at.get("page_link")) == 1
    assert not tables(at)


def test_one_plan_is_shown_with_the_way_to_a_second_one(project: Callable[[int], str]) -> None:
    at = opened(p=project(1))
    said = words_of(at)
    assert "只选了一个方案" in said
    assert HOSTILE in said
    assert tables(at)[0].column("角色") == ["对照"]


def test_two_plans_differ_in_one_number_and_that_is_marked(project: Callable[[int], str]) -> None:
    at = opened(p=project(2), plans=keys(2))
    choice, people, *_ = tables(at)
    assert choice.column("方案") == [HOSTILE, HOSTILE]
    served = next(row for row in people.rows if row[0].startswith("可获服务"))
    assert served[3] == "+1,000"
    assert f"{HOSTILE} (2)" in people.titles
    assert f"“{HOSTILE} (2)”与“{HOSTILE} (1)”相比" in words_of(at) or f"与“{HOSTILE}”相比" in words_of(at)


def test_seven_plans_have_a_letter_each(project: Callable[[int], str]) -> None:
    people = tables(opened(p=project(7), plans=keys(7)))[1]
    assert people.titles[1:8] == list("ABCDEFG")
    assert people.rows[1][7].endswith("(+6,000)")


def test_every_part_opens_and_says_titles_as_they_are(
    project: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_work, "worked", lambda *question, **how: None)
    key = project(3)
    for i, part in enumerate(PARTS):
        at = opened(p=key, plans=keys(3), tab=part, lang=("zh", "en")[i % 2])
        assert part in dict(at.query_params)["tab"]
        assert not at.error, [e.value for e in at.error]
        assert HOSTILE in words_of(at)


def test_a_plan_is_ticked_cleared_and_made_the_baseline(project: Callable[[int], str]) -> None:
    key = project(3)

    def draw() -> None:
        import streamlit as st

        from planning.app import session
        from planning.app.acts import Act
        from planning.app.pages import compare

        verb, plan, n = (st.query_params[name] for name in ("verb", "plan", "n"))
        compare._take(Act(verb, plan, int(n)))
        compare._take(Act(verb, plan, int(n)))  # the same act again, as a value this time
        st.markdown(",".join(session.shown()))

    at = AppTest.from_function(draw, default_timeout=60)
    counter = count()

    def act(verb: str, plan: str, shown: str) -> tuple[str, ...]:
        at.query_params.clear()
        for name, value in {"p": key, "plans": shown, "verb": verb, "plan": plan, "n": str(next(counter))}.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return tuple(at.markdown[-1].value.split(","))

    assert act("choose", "plan2", "plan0,plan1") == ("plan0", "plan1", "plan2")
    assert act("choose", "plan1", "plan0,plan1") == ("plan0",)
    assert act("base", "plan1", "plan0,plan1") == ("plan1", "plan0")
    assert act("choose", "plan0", "plan0") == ("plan0",)  # the last one stays


def test_a_link_opens_the_same_plans_part_and_map(
    project: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = project(3)
    place = {"lat": 38.0, "lon": 437.5, "zoom": 9.0, "layers": {"roads": False}, "opacity": {"people": 0.5}}
    monkeypatch.setattr(
        compare_parts, "draw_map", lambda plans, key, mode: compare_link.make(keys(3).split(","), place)
    )
    at = opened(p=key, plans=keys(3), base="plan2", tab="map", mode="difference", lang="en").run()
    [code] = [one.value for one in at.code]
    monkeypatch.setattr(
        compare_parts, "draw_map", lambda plans, key, mode: st.markdown(f"{mode} {compare_link.place()}")
    )
    again = opened(v=code.split("v=")[1], lang="en")
    assert again.title[0].value == "Compare"
    assert f"difference {place | {'lon': 77.5}}" in [one.value for one in again.markdown]


def test_a_map_that_no_link_can_hold_is_told(project: Callable[[int], str], monkeypatch: pytest.MonkeyPatch) -> None:
    key, place = project(3), {"lat": 38.0, "lon": float("nan"), "zoom": 9.0}
    monkeypatch.setattr(
        compare_parts, "draw_map", lambda plans, key, mode: compare_link.make(keys(3).split(","), place)
    )
    at = opened(p=key, plans=keys(3), tab="map").run()
    assert [literal(one.value) for one in at.error] == [text("compare_link_not", "zh")]


def test_the_sites_of_a_map_stand_below_it_as_tables(project: Callable[[int], str], small_plan: Plan) -> None:
    at = opened(p=project(2), plans=keys(2), tab="map", mode="one")
    before = len(tables(at))
    at.toggle(key="compare_places").set_value(True).run()
    assert not at.exception
    new, there, left = tables(at)[before:]
    assert len(new.rows) == len(small_plan.proposed)
    assert "情景指定" in left.titles
    assert there.caption == text("editor_caption_there", "zh")


def test_work_asked_for_before_is_found_again_by_another_session_and_asked_anew_once_it_is_gone(
    project: Callable[[int], str], at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, home = project(2), Home(at_home).made()
    monkeypatch.setattr(compare_work, "AT_ONCE_S", 0.0)
    monkeypatch.setattr(asking, "work_off", lambda home: None)
    assert text("compare_working", "zh") in words_of(opened(p=key, plans=keys(2), tab="curve", plan="plan0"))
    [folder] = home.waiting.iterdir()
    assert queue.cancel(home, folder.name)
    at = opened(p=key, plans=keys(2), tab="curve", plan="plan0")
    assert told.CANCELLED.zh in [literal(one.value) for one in at.error]
    assert not list(home.waiting.iterdir())
    removed(home.ended / folder.name)
    opened(p=key, plans=keys(2), tab="curve", plan="plan0")
    assert len(list(home.waiting.iterdir())) == 1


def test_reasons_of_a_site_stand_beside_the_map(project: Callable[[int], str], small_plan: Plan) -> None:
    key, site = project(1), small_plan.proposed[0]
    at = opened("why", p=key, plan="plan0", site=site)
    said = words_of(at)
    assert "为什么设在" in said
    assert "要走更远" in said
    assert [button.key for button in at.button if str(button.key).startswith("why_")] == ["why_forbid"]
    assert tables(at)[-1].caption == "这些数字"
    other = str(small_plan.options["site_id"].iloc[0])
    assert "为什么不设在" in words_of(opened("why", p=key, plan="plan0", site=other))
    assert "没有这处地点" in words_of(opened("why", p=key, plan="plan0", site="<b>x</b>"))
