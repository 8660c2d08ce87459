"""The scenario editor: every control shows the draft, every change goes to it, and undo leads back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_scenarios import HOSTILE, few_sites
from streamlit.testing.v1 import AppTest

from planning import Plan, Scenario
from planning.editor.edits import edited
from planning.scenario import load
from planning.store import drafts, projects, scenarios
from planning.store.audit import Author
from planning.store.open import Store, open_store, usual_url
from planning.texts import TEXTS

Opened = Callable[..., "Editor"]


class Editor:
    """The page in a session of its own, on the project of this test."""

    def __init__(self, home: Path, start: Scenario, *, auto: bool) -> None:
        self.store: Store = open_store(usual_url(home))
        self.at = AppTest.from_string(
            "from planning.app.pages import scenario\nfrom planning.app import session\nscenario.show()\n"
            "import streamlit as st\nst.session_state['me'] = session.author()", default_timeout=60,
        )  # fmt: skip
        self.at.session_state["editor_auto_kept"] = auto
        self.project = projects.new_project(self.store, "测试", "southern_xinjiang", Author("x", "os")).id
        self.at.query_params["p"] = self.project
        self.start = start
        self._begin()

    def _begin(self) -> None:
        from planning.app.session.seat import author

        self.me = author()
        drafts.draft(self.store, self.project, self.me, self.start)
        self.run()

    def run(self) -> Editor:
        self.at.run()
        assert [e.message for e in self.at.exception] == []
        return self

    def change(self, widget: Any, value: Any) -> Editor:
        widget.set_value(value)
        return self.run()

    def control(self, kind: str, path: str) -> Any:
        """The present control of a setting: one that the draft overrode has a new key."""
        return self.at.get(kind)[[one.key.split("~")[0] for one in self.at.get(kind)].index(f"f:{path}")]

    def press(self, key: str) -> Editor:
        self.at.button(key=key).click()
        return self.run()

    @property
    def draft(self) -> Scenario:
        return drafts.draft(self.store, self.project, self.me, self.start).now

    @property
    def shown(self) -> str:
        at = self.at
        parts = [*at.title, *at.header, *at.markdown, *at.caption, *at.text, *at.error, *at.warning, *at.info]
        widgets = [*at.number_input, *at.selectbox, *at.multiselect, *at.checkbox, *at.text_input, *at.button]
        return "\n".join([*(p.value for p in parts), *(w.label for w in widgets)]).replace("\\", "")

    @property
    def faults(self) -> list[str]:
        return [e.value.replace("\\", "") for e in self.at.error]


@pytest.fixture
def opened(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def make(start: Scenario | None = None, *, auto: bool = False) -> Editor:
        if not auto:  # the map of no plan is always the same
            monkeypatch.setattr("planning.app.editing.picture.plan_map", lambda *_, **__: None)
        return Editor(at_home, start or load("most_people"), auto=auto)

    return make


def test_each_usual_setting_goes_to_the_draft_and_undo_leads_back(opened: Opened) -> None:
    page = opened()
    at = page.at
    page.change(page.control("number_input", "objective.sites"), 35)
    page.change(page.control("selectbox", "objective.goal"), "equity")
    page.control("selectbox", "when").set_value("1")
    page.control("number_input", "weights.severe").set_value(2.0)
    page.change(page.control("multiselect", "changes.lock"), ["G11890268"])
    now = page.draft
    assert (now.objective.sites, now.objective.model, now.objective.inequality_aversion) == (35, "p_median", 1.0)
    assert (now.month, now.season, now.weights.severe, len(now.changes)) == (1, "winter", 2.0, 1)
    assert "新增机构数 40 个 → 35 个" in page.shown
    assert "锁定 霍什拉甫乡（莎车县）" in page.shown
    while not at.button(key="undo").disabled:
        page.press("undo")
    assert page.draft == page.start
    assert page.control("number_input", "objective.sites").value == 40
    page.press("redo")
    assert page.control("number_input", "objective.sites").value == 35


def test_a_control_that_an_undo_replaced_does_not_write_its_value_back(opened: Opened) -> None:
    page = opened()
    before = page.control("multiselect", "changes.lock")
    page.change(before, ["G11890268"])
    page.press("undo")
    assert page.control("multiselect", "changes.lock").key != before.key
    page.at.session_state[before.key] = ["G11890268"]  # what a closed group of the browser still says
    page.run()
    assert page.draft == page.start
    assert page.control("multiselect", "changes.lock").value == []


def test_what_cannot_be_is_said_at_its_setting_and_the_draft_stays(opened: Opened) -> None:
    page = opened()
    page.change(page.control("number_input", "objective.minutes"), 0.0)
    assert page.faults == ["“附近”的时限：发现 0.0；请填大于 0 的数"]
    assert page.draft == page.start
    page.change(page.control("number_input", "objective.sites"), 36)
    assert page.faults == []


def test_the_file_and_the_form_are_one_draft(opened: Opened) -> None:
    page = opened()
    text = page.control("text_area", "file")
    assert "sites = 40" in text.value
    page.change(text, text.value.replace("sites = 40", "sites = 33"))
    assert page.control("number_input", "objective.sites").value == 33
    page.change(page.control("text_area", "file"), "sites = [")
    assert any("TOML" in fault for fault in page.faults)
    assert page.draft.objective.sites == 33


def test_a_network_has_its_rows_and_shows_no_raw_keys(opened: Opened) -> None:
    page = opened(load("network_five_years"))
    page.at.toggle(key="editor_more").set_value(True)
    page.run()
    assert re.findall(r"[a-z]+_[a-z_0-9]+", page.shown) == []
    page.press("b:add:network.money")
    page.change(page.control("number_input", "network.money.3.yuan.0"), 250.0)
    page.press("b:up:network.money.3")
    page.change(page.at.selectbox(key="add:network.aims"), "worst_off")
    now = page.draft.network
    assert now is not None
    assert (now.money[2].source, now.money[2].yuan, now.aims) == (
        "资金来源 1", (2_500_000.0,), ("neediest", "worst_off"),
    )  # fmt: skip
    page.change(page.control("number_input", "network.years"), 6)
    page.press("b:out:network.money.0")
    assert page.draft.network is not None
    assert len(page.draft.network.money[0].yuan) == 6


def test_a_run_shows_the_plan_how_good_it_is_and_what_a_lock_costs(opened: Opened) -> None:
    page = opened(few_sites("mine", title_zh=HOSTILE), auto=True)
    assert re.search(r"目标值 [\d,]+，界", page.shown)
    assert HOSTILE in page.shown
    page.change(page.control("multiselect", "changes.lock"), ["G11890268"])
    assert "锁定与排除的代价" in page.shown
    assert page.at.get("iframe") == []
    page.press("undo")
    assert "锁定与排除的代价" not in page.shown


def test_a_question_without_a_plan_says_why_and_the_last_plan_stays(opened: Opened) -> None:
    page = opened(few_sites("mine", sites=1), auto=True)
    page.change(page.control("multiselect", "changes.lock"), ["G11890268", "G11890652"])
    assert TEXTS["editor_failed"][0] in page.shown
    assert len(page.faults) == 1
    assert "most_people" not in page.faults[0]


def test_a_run_that_broke_off_is_told_beside_the_first_look_that_stays(
    opened: Opened, small_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(scenario: Scenario, *_: Any) -> Plan:
        if scenario.solver.effort != "first":
            raise MemoryError
        return replace(small_plan, scenario=scenario, solver={**small_plan.solver, "status": "gap"})

    monkeypatch.setattr("planning.work.plan_job._run", made)
    monkeypatch.setattr("planning.app.editing.picture.plan_map", lambda *_, **__: None)
    page = opened(few_sites("mine"), auto=True)
    assert TEXTS["editor_first_look"][0] in page.shown
    page.press("run")
    for _ in range(2):
        assert "这次计算没有完成：内存不足" in page.shown
        assert TEXTS["editor_first_look"][0] in page.shown
        assert TEXTS["editor_failed"][0] not in page.shown
        page.run()
    page.change(page.control("number_input", "objective.sites"), 2)
    assert "这次计算没有完成" not in page.shown


def test_of_two_who_save_the_second_is_told_and_keeps_both(opened: Opened) -> None:
    page = opened(few_sites("mine"))
    page.press("save_do")
    assert [row.version for row in scenarios.scenarios(page.store, page.project)] == [1]
    theirs = edited(page.draft, "objective.minutes", 90.0)
    scenarios.save(page.store, page.project, theirs, after=1, who=Author("乙"))
    page.change(page.control("number_input", "objective.sites"), 4)
    page.press("save_do")
    assert "他人已保存第 2 版" in page.shown
    assert "“附近”的时限 90 分钟 → 60 分钟" in page.shown
    page.press("keep_both")
    kept = {row.name: row.scenario.objective for row in scenarios.scenarios(page.store, page.project)}
    assert (kept["mine"].minutes, kept["mine-2"].minutes, kept["mine-2"].sites) == (90.0, 60.0, 4)


def test_another_start_can_be_undone_and_all_is_there_in_english(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIUJIN_LANG", "en")
    page = opened()
    assert "New institutions" in page.shown
    assert not re.search(r"[\u4e00-\u9fff]", page.shown.replace("测试", ""))
    page.change(page.at.selectbox(key="start_from"), "location:frugal")
    page.press("start_use")
    assert page.draft == load("frugal")
    assert [box.value for box in page.at.text_input if str(box.key).startswith("save_name:")] == ["frugal"]
    assert page.control("number_input", "objective.budget_yuan").value == 1200
    page.press("undo")
    assert page.draft == page.start
