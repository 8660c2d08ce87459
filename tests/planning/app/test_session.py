"""What a session keeps, and what outlives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planning import Plan
from planning.app import session
from planning.record import parts_of
from planning.store import plans, projects
from planning.store.audit import Author
from planning.store.open import open_store, usual_url
from planning.work.told import CHANGED_ELSEWHERE, LOST_PLANS

WHO = Author("规划员", "os")


class Session:
    """A session of its own that does what it is told with `session` and `st` in reach, at an address."""

    def __init__(self, script: str, **address: str) -> None:
        head = "import streamlit as st\nfrom planning.app import session\nfrom made_scenarios import few_sites\n"
        self.at = AppTest.from_string(
            head + script + "\nsession.tell_now()\nsession.write_address()", default_timeout=60
        )
        for key, value in address.items():
            self.at.query_params[key] = value
        self.run()

    def run(self) -> Session:
        self.at.run()
        assert [e.message for e in self.at.exception] == []
        return self

    @property
    def said(self) -> list[str]:
        return [m.value for m in self.at.markdown]

    @property
    def faults(self) -> list[str]:
        return [e.value.replace("\\", "") for e in self.at.error]

    @property
    def address(self) -> dict[str, Any]:
        return {key: value[0] if isinstance(value, list) else value for key, value in self.at.query_params.items()}


@pytest.fixture
def kept(at_home: Path, small_plan: Plan) -> tuple[str, str]:
    """A project with one plan: their ids."""
    store = open_store(usual_url(at_home))
    made = projects.new_project(store, "和田 3~5公里", "southern_xinjiang", WHO)
    plans.put(store, made.id, "plan-1", parts_of(small_plan), WHO)
    store.close()
    return made.id, "plan-1"


def test_an_address_that_leads_nowhere_is_told_and_a_project_is_open(front: Callable[..., AppTest]) -> None:
    at = front(p="../../xyz", plans="nonsense,../x", base="1", v="????")
    assert not at.exception
    assert any("没有这个项目" in e.value for e in at.error)
    assert at.title[0].value
    assert dict(at.query_params)["p"] != "../../xyz"


def test_plans_that_are_gone_are_told_and_the_others_shown(kept: tuple[str, str]) -> None:
    here = Session("st.markdown(','.join(session.shown()))", p=kept[0], plans=f"gone,{kept[1]}")
    assert here.said == [kept[1]]
    assert here.faults == [LOST_PLANS.zh]
    assert here.address["plans"] == kept[1]


def test_a_lost_session_finds_project_plans_and_draft_by_the_address_alone(kept: tuple[str, str]) -> None:
    first = Session(
        "if 'done' not in st.session_state:\n"
        "    st.session_state['done'] = True\n"
        "    session.change(few_sites('mine', sites=5))\n"
        f"    session.show_plans(['{kept[1]}'])\n",
        p=kept[0],
    )
    assert first.address == {"p": kept[0], "plans": kept[1], "lang": "zh"}
    again = Session(
        "st.markdown(session.project().id + ' ' + ','.join(session.shown()) + ' ' + session.scenario().name)",
        **first.address,
    )
    assert again.said == [f"{kept[0]} {kept[1]} mine"]


def test_without_an_address_the_project_worked_at_last_is_open(kept: tuple[str, str]) -> None:
    made = Session("session.new_project('第二个') if 'n' not in st.session_state else 0; st.session_state['n'] = 1")
    other = Session("st.markdown(session.project().name)")
    assert other.said == ["第二个"]
    assert other.address["p"] == made.address["p"]


def test_changes_are_undone_and_redone_and_one_made_elsewhere_is_told(kept: tuple[str, str]) -> None:
    script = (
        "act = st.text_input('act')\n"
        "if act == 'undo': session.undo()\n"
        "elif act == 'redo': session.redo()\n"
        "elif act: session.change(few_sites(act))\n"
        "st.markdown(session.scenario().name)\n"
    )
    one = Session(script, p=kept[0])

    def act(where: Session, what: str) -> str:
        where.at.text_input[0].set_value(what)
        return where.run().said[-1]

    assert [act(one, a) for a in ("first", "second", "undo", "redo")] == ["first", "second", "first", "second"]
    two = Session(script, p=kept[0])
    assert act(one, "third") == "third"
    assert act(two, "fourth") == "fourth"
    assert two.faults == [CHANGED_ELSEWHERE.zh]
    assert act(two, "undo") == "third"


def test_a_scenario_is_run_once_and_its_plan_has_the_id_of_the_job(kept: tuple[str, str]) -> None:
    here = Session("key = session.run(few_sites('ran', sites=2)); st.markdown(key); st.markdown(session.plan(key).name)"
                   "; st.markdown(str(session.job(key).ended.how))", p=kept[0])  # fmt: skip
    key, name, how = here.said
    assert (name, how) == ("ran", "done")
    assert here.run().said[0] == key
    assert len(Session("st.markdown(str(len(session.jobs())))", p=kept[0]).said[0]) == 1


def test_names_that_lead_out_of_the_folder_of_a_job_are_nobodys(at_home: Path) -> None:
    (at_home / "secret").write_text("secret")
    asked = "st.markdown(str([session.result('..', 'x'), session.result('a', '../../secret'), session.job('../..')]))"
    assert Session(asked).said == ["[None, None, None]"]


def test_an_act_that_comes_twice_is_taken_once(at_home: Path) -> None:
    asked = "st.markdown(str([session.acted('map', n) for n in (1, 1, 2, 2, 1)] + [session.acted('table', 1)]))"
    assert Session(asked).said == ["[True, False, True, False, True, True]"]


def test_where_several_share_a_store_a_name_is_asked_before_anything_else(
    front: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (session, session.seat):
        monkeypatch.setattr(place, "is_shared", lambda: True)
    at = front()
    assert not at.title
    at.text_input(key="typed_as").set_value(" 古丽 ").run()
    assert at.title
    assert at.session_state["typed_name"] == "古丽"


def test_who_works_is_the_user_of_the_machine(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session.seat.getpass, "getuser", lambda: "古丽")
    assert session.author() == Author("古丽", "os")
