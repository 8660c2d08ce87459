"""What a session keeps, and what outlives it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geodata.errors import both
from planning import Plan, StudyArea
from planning.app import session
from planning.new_area import new_area
from planning.record import parts_of
from planning.record.format import hashed
from planning.store import plans, projects
from planning.store.areas import area_bytes, keep_area
from planning.store.audit import Author
from planning.store.faults import NotThereError, StoreAwayError
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


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a small study area."""
    return new_area(tmp_path_factory.mktemp("own") / "tk.zip", name="tk", codes=["653131"]).read_bytes()


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


def test_a_plan_has_the_id_of_the_job_that_made_it(kept: tuple[str, str]) -> None:
    asked = "key = session.ask('plan', {'scenario': few_sites('ran', sites=2).to_toml()})\n"
    here = Session(asked + "st.markdown(session.plan(key).name)\nst.markdown(session.job(key).ended.how)\n"
                   "st.markdown(str([head.id == key for head in session.heads()]))", p=kept[0])  # fmt: skip
    assert here.said == ["ran", "done", "[True, False]"]
    assert len(Session("st.markdown(str(len(session.jobs())))", p=kept[0]).said[0]) == 1


def test_plans_that_go_into_a_file_are_kept_for_good(at_home: Path, kept: tuple[str, str]) -> None:
    Session(f"session.ask('export', {{'plans': ['{kept[1]}'], 'formats': ['scenario'], 'lang': 'zh'}})", p=kept[0])
    store = open_store(usual_url(at_home))
    assert [head.kept for head in plans.heads(store, kept[0])] == [True]
    store.close()


def test_the_list_of_plans_is_read_again_only_when_there_is_another_one(
    kept: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, heads = [], plans.heads
    monkeypatch.setattr(plans, "heads", lambda *asked: reads.append(1) or heads(*asked))  # type: ignore[func-returns-value]
    Session("[session.heads() for _ in range(5)]; session.shown()", p=kept[0])
    assert reads == [1]


def test_more_plans_than_can_be_shown_are_not_told_as_lost(at_home: Path, small_plan: Plan) -> None:
    store = open_store(usual_url(at_home))
    made = projects.new_project(store, "x", "southern_xinjiang", WHO)
    keys = [f"plan-{number}" for number in range(session.opened.MOST_SHOWN + 1)]
    for key in keys:
        plans.put(store, made.id, key, parts_of(small_plan), WHO)
    store.close()
    here = Session("st.markdown(str(len(session.shown())))", p=made.id, plans=",".join(keys))
    assert (here.said, here.faults) == ([str(session.opened.MOST_SHOWN)], [])


def test_a_store_that_is_away_for_a_moment_does_not_change_the_address(
    kept: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreAwayError(both("away", "暂时无法连接"))

    monkeypatch.setattr(projects, "project", away)
    script = "try:\n    session.project()\nexcept ValueError as e:\n    st.markdown(str(e))\nst.stop()"
    here = Session(script, p=kept[0])
    assert (here.said, here.address) == (["away"], {"p": kept[0]})


def test_an_own_area_opens_a_project_of_the_author_and_is_opened_once(
    at_home: Path, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(usual_url(at_home))
    other = projects.new_project(store, "theirs", "tk", Author("别人", "os"), area_sha=hashed(packed))
    opened, opens = [], StudyArea.open
    monkeypatch.setattr(StudyArea, "open", lambda source: opened.append(source) or opens(source))  # type: ignore[func-returns-value]
    (at_home / "area").write_bytes(packed)
    use = f"from pathlib import Path; session.use_area(Path({str(at_home / 'area')!r}).read_bytes()); "
    first = Session(use + "st.markdown(session.area().data.name)")
    assert first.said == ["tk"]
    second = Session(use)
    assert first.address["p"] == second.address["p"] != other.id
    assert len(opened) == 1
    store.close()


def test_a_file_that_is_no_area_is_told_and_kept_nowhere(at_home: Path) -> None:
    told = "try:\n    session.use_area(b'PK nothing')\nexcept session.seat.PlanningError as e:\n    st.markdown('told')"
    assert Session(told).said == ["told"]
    assert list((at_home / "areas").iterdir()) == []
    store = open_store(usual_url(at_home))
    with pytest.raises(NotThereError):
        area_bytes(store, hashed(b"PK nothing"))
    store.close()


def test_an_area_that_does_not_open_any_more_is_told_and_breaks_no_page(at_home: Path) -> None:
    store = open_store(usual_url(at_home))
    made = projects.new_project(store, "x", "tk", WHO, area_sha=keep_area(store, b"PK spoilt"))
    store.close()
    told = "try:\n    session.area()\nexcept session.seat.PlanningError as e:\n    session.tell(e)"
    (fault,) = Session(told, p=made.id).faults
    assert ".zip" in fault


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


def test_a_typed_name_is_known_after_a_reload_in_the_same_browser_only(
    at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.seat, "is_shared", lambda: True)
    cookies: dict[str, str] = {}
    monkeypatch.setattr(session.seat, "_cookie", lambda: cookies.get("it", ""))
    token = b"of this browser!"

    def masked(mask: bytes) -> str:
        return f"2|{mask.hex()}|{bytes(a ^ b for a, b in zip(token, mask * 4, strict=True)).hex()}|1700000000"

    cookies["it"] = masked(b"\x01\x02\x03\x04")
    assert Session("session.remember_name('古丽'); st.markdown(session.author().name); st.stop()").said == ["古丽"]
    cookies["it"] = masked(b"\xff\x00\x10\x20")
    asked = "st.markdown(f'[{session.author().name}]'); st.stop()"
    assert Session(asked).said == ["[古丽]"]
    for other in (masked(b"abcd")[:-20] + "00|1", "2|zz|zz|1", "", "2|||"):
        cookies["it"] = other
        assert Session(asked).said == ["[]"]


def test_who_works_is_the_user_of_the_machine(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "古丽")
    assert session.author() == Author("古丽", "os")
