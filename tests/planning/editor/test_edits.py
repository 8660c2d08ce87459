"""Edits: a scenario with one thing changed is valid, or it is said in plain words what is wrong; nothing else moves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_scenarios import HOSTILE, reread

from planning import PlanningError, Scenario, StudyArea
from planning.editor.choices import choices
from planning.editor.differences import difference_sentence, differences
from planning.editor.edits import FILES_NAMED, acted, added, edited, from_text, moved, removed, renamed
from planning.editor.field import Field
from planning.editor.fields import bounds, of_scenario
from planning.editor.starts import start_of, starts
from planning.editor.values import value_of
from planning.faults import in_language
from planning.scenario import load
from planning.scenario_form import CloseRoad, Forbid, Lock

STARTS = ("most_people", "neediest_first", "winter_passes", "network_five_years", "network_tashkurgan_rounds")
PLACE, OTHER, CENTRE = "G11890268", "G11890652", "C653101"


def values(draw: Any, field: Field, path: str, scenario: Scenario, area: StudyArea) -> Any:
    """A value that the widget of a setting could give."""
    codes = list(choices(field.options, scenario, area, "zh")) if field.options else []
    if field.kind in ("several", "order"):
        return draw(st.lists(st.sampled_from(codes), max_size=3, unique=True)) if codes else []
    if field.kind == "choice":
        return draw(st.sampled_from(codes)) if codes else None
    if field.kind == "switch":
        return draw(st.booleans())
    if field.kind == "text":
        return draw(st.sampled_from(["", "3~5公里", HOSTILE, "=1+1 $100 与 $200"]))
    limit = bounds(path, field)
    low, high = limit.low or 0, limit.high if limit.high is not None else 5000
    number = draw(st.integers(int(low), max(int(high), int(low)))) if limit.is_whole else draw(st.floats(low, high))
    return draw(st.sampled_from([number, None])) if limit.is_optional else number


def _tried(start: Scenario, path: str, value: Any) -> tuple[Scenario | None, tuple[str, ...]]:
    """The scenario with the value, or what is wrong with it."""
    try:
        return edited(start, path, value), ()
    except PlanningError as error:
        return None, error.faults


@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=st.sampled_from(STARTS))
def test_any_value_of_any_setting_is_valid_or_its_fault_is_told(data: Any, name: str, area: StudyArea) -> None:
    start = load(name)
    field = data.draw(st.sampled_from([f for fields in of_scenario(start, more=True).values() for f in fields]))
    path, kind = field.path, field
    if field.kind in ("by_code", "figures"):
        codes = list(choices(field.options, start, area, "zh"))
        path = f"{path}.{data.draw(st.sampled_from(codes))}"
        kind = Field(path, "number" if field.item == "number" else "text", "", "", "", "")
    if field.kind == "rows":
        return
    value = values(data.draw, kind, path, start, area)
    new, faults = _tried(start, path, value)
    if new is None:
        assert all(re.search(r"[\u4e00-\u9fff]", in_language(fault, "zh")) for fault in faults)
        return
    assert reread(new) == new
    found = value_of(new, path)
    given_value = tuple(value) if isinstance(value, list) else value
    if not path.endswith((".tilt.prefectures", ".tilt.counties")):
        assert (tuple(found) if isinstance(found, list) else found) == given_value or (not found and not value)
    if new != start:
        assert differences(start, new, area, "zh") or new.objective == start.objective


@pytest.mark.parametrize("name", STARTS)
def test_a_setting_put_back_gives_the_scenario_that_was_there(name: str) -> None:
    start = load(name)
    path = "network.years" if start.network else "objective.sites"
    before = value_of(start, path)
    assert edited(edited(start, path, before + 1), path, before) == start


def test_another_goal_takes_what_it_needs_and_leaves_what_it_cannot_use() -> None:
    frugal = load("frugal")
    near = edited(frugal, "objective.goal", "p_center").objective
    assert (near.model, near.sites, near.budget_yuan) == ("p_center", 40, None)
    fair = edited(frugal, "objective.goal", "equity").objective
    assert (fair.model, fair.inequality_aversion, fair.budget_yuan) == ("p_median", 1.0, 12_000_000.0)
    assert value_of(edited(frugal, "objective.goal", "equity"), "objective.goal") == "equity"
    both = edited(frugal, "objective.limit_by", "by_both").objective
    assert (both.sites, both.budget_yuan) == (40, 12_000_000.0)
    everybody = edited(frugal, "objective.goal", "set_cover").objective
    assert (everybody.sites, everybody.budget_yuan, everybody.minutes) == (None, None, 60)


def test_a_month_brings_its_season() -> None:
    january = edited(load("most_people"), "when", "1")
    assert (january.month, january.season) == (1, "winter")
    assert edited(january, "when", "summer") == load("most_people")


def test_money_by_year_follows_the_years_of_the_plan() -> None:
    five = load("network_five_years")
    six = edited(five, "network.years", 6)
    assert [len(m.yuan) for m in six.network.money] == [1, 6, 1]  # type: ignore[union-attr]
    assert edited(six, "network.years", 5) == five
    assert len(edited(five, "network.years", 2).network.money[1].yuan) == 2  # type: ignore[union-attr]


def test_a_service_taken_out_takes_with_it_what_was_said_of_it() -> None:
    start = edited(load("network_frugal"), "network.minutes.rehabilitation", 45.0)
    without = edited(start, "network.services", ["day_care"])
    assert without.network is not None
    assert without.network.minutes == {}


def test_a_tilt_begins_with_its_places_and_ends_with_the_last_of_them() -> None:
    start = load("network_frugal")
    tilted = edited(edited(start, "network.tilt.prefectures", ["6532"]), "network.tilt.share", 0.4)
    assert tilted.network is not None
    assert tilted.network.tilt is not None
    assert tilted.network.tilt.share == 0.4
    assert edited(tilted, "network.tilt.prefectures", []) == start


def test_rows_are_added_moved_and_taken_out() -> None:
    start = load("network_five_years")
    more = added(start, "network.money", {"source": "捐赠", "yuan": [0.0]})
    assert [m.source for m in more.network.money][-1] == "捐赠"  # type: ignore[union-attr]
    up = moved(more, "network.money", 3, -1)
    assert [m.source for m in up.network.money][2] == "捐赠"  # type: ignore[union-attr]
    assert removed(up, "network.money", 2) == start
    assert moved(start, "network.money", 0, -1) == start
    wider = added(start, "changes.upgrade", {"site": CENTRE, "capacity_persons": 900})
    assert value_of(edited(wider, "changes.upgrade.0.capacity_persons", 950), "changes.upgrade") == [
        {"site": CENTRE, "capacity_persons": 950}
    ]


def test_acts_on_the_map_are_changes_of_the_scenario(area: StudyArea) -> None:
    start = load("winter_passes")
    locked = acted(start, "lock", PLACE, area)
    assert [c.site for c in locked.of(Lock)] == [PLACE]
    assert len(locked.of(CloseRoad)) == 2
    forbidden = acted(locked, "forbid", PLACE, area)
    assert (forbidden.of(Lock), [c.site for c in forbidden.of(Forbid)]) == ([], [PLACE])
    assert acted(forbidden, "free", PLACE, area) == start
    assert acted(start, "close", CENTRE, area).changes[-1].type == "close"
    assert acted(start, "open", OTHER, area).changes[-1].type == "open"
    for verb, site in (("lock", CENTRE), ("close", PLACE), ("lock", HOSTILE), ("explode", PLACE), ("free", "")):
        assert acted(start, verb, site, area) == start


def test_a_lock_keeps_its_year_when_another_place_is_locked(area: StudyArea) -> None:
    start = added(load("network_five_years"), "changes.lock_year", {"site": PLACE, "year": 2027})
    more = acted(start, "lock", OTHER, area)
    assert value_of(more, "changes.lock_year") == [{"site": PLACE, "year": 2027}, {"site": OTHER, "year": None}]


def test_faults_speak_of_settings_and_not_of_keys() -> None:
    with pytest.raises(PlanningError) as wrong:
        edited(load("most_people"), "objective.minutes", 0.0)
    (fault,) = wrong.value.faults
    assert in_language(fault, "zh") == "“附近”的时限：发现 0.0；请填大于 0 的数"
    with pytest.raises(PlanningError) as wrong:
        edited(load("network_frugal"), "network.aims", ["neediest", "most_units"])
    for fault in wrong.value.faults:
        assert not re.search(r"[a-z]+_[a-z]+|\[network\]", f"{fault} {in_language(fault, 'zh')}"), fault


def test_the_text_of_a_file_is_checked_like_a_file(area: StudyArea) -> None:
    start = load("most_people")
    assert from_text(start.to_toml(), start, area) == start
    with pytest.raises(PlanningError) as wrong:
        from_text(start.to_toml().replace("minutes", "minuten"), start, area)
    assert "minuten" in str(wrong.value)
    with pytest.raises(PlanningError, match="there is no candidate 'X'"):
        from_text(start.to_toml().replace("changes = []", "") + "\n[[changes]]\ntype='lock'\nsite='X'\n", start, area)
    with pytest.raises(PlanningError, match="not valid TOML"):
        from_text("[objective", start, area)


def test_a_text_that_names_files_of_the_machine_is_refused_and_none_is_looked_for(area: StudyArea) -> None:
    start = load("most_people")
    for path in ("/etc/passwd", "/not/there.csv"):
        text = start.to_toml().replace("[layers]", f'[layers]\ninstitutions = "{path}"')
        with pytest.raises(PlanningError) as refused:
            from_text(text, start, area)
        assert refused.value.faults == (FILES_NAMED,)


def test_differences_are_told_in_words(area: StudyArea) -> None:
    start = load("most_people")
    new = acted(edited(edited(start, "objective.sites", 35), "weights.severe", 2.0), "lock", PLACE, area)
    assert differences(start, new, area, "zh") == (
        "新增机构数 40 个 → 35 个", "锁定 霍什拉甫乡（莎车县）", "重度（一、二级）权重 1 倍 → 2 倍",
    )  # fmt: skip
    assert differences(new, start, area, "en")[1] == "no longer locked: Huoshilafu, Shache (Yarkant)"
    assert differences(start, start, area, "en") == ()
    assert not difference_sentence(start, start, area)
    dearer = edited(load("network_five_years"), "network.money.0.yuan", [9_000_000.0])
    assert differences(load("network_five_years"), dearer, area, "zh") == (
        "资金来源 · “建设专项（假设）” · 每年金额 800 万元 → 900 万元",
    )
    gone = removed(load("network_five_years"), "network.money", 0)
    assert differences(load("network_five_years"), gone, area, "en") == (
        "Sources of money: '建设专项（假设）', 8,000,000 yuan, capital only taken out",
    )


def test_another_name_is_one_that_a_file_can_have() -> None:
    start = load("most_people")
    assert renamed(start, "托云_2").name == "托云_2"
    with pytest.raises(PlanningError):
        renamed(start, "a/b")


def test_starts_offer_own_scenarios_first_and_all_that_are_shipped(area: StudyArea) -> None:
    class Saved:
        name, version, scenario = "mine", 3, renamed(load("frugal"), "mine")

    found = starts(area, [Saved()], [load("most_people")])
    assert [s.key for s in found[:3]] == ["saved:mine", "shown:1", "location:baseline"]
    assert found[0].version == 3
    assert len({s.key for s in found}) == len(found) == 2 + 6 + 9
    assert all(s.title("zh") and s.title("en") for s in found)
    assert start_of(Saved.scenario, found) == found[0]
