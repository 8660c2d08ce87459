"""A plan kept as parts comes back to the last digit, and a part that was changed is refused."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_plans import kept_network, kept_plan
from made_scenarios import few_sites, own_layers

from planning import Plan, StudyArea, run
from planning.compare import compare
from planning.faults import PlanningError
from planning.record import FORMAT, digest_of, format, head_of, parts_of, plan_of
from planning.record.tables import from_parquet, to_parquet
from planning.record.texts import canonical, read_canonical


def same(first: Any, second: Any) -> None:
    """Every field of two plans, tables to the last digit."""
    for field in fields(first):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        elif field.name == "network" and one is not None:
            same(one, other)
        elif field.name == "compared":
            assert list(one) == list(other)
            for name in one:
                pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)
        else:
            assert repr(one) == repr(other) or one == other, field.name


def test_a_plan_of_an_area_comes_back_as_it_was(small_plan: Plan) -> None:
    again = plan_of(parts_of(small_plan))
    same(small_plan, again)
    assert again.proposed == small_plan.proposed
    assert again.precision == small_plan.precision


def test_plans_read_back_compare_as_before(area: StudyArea, small_plan: Plan) -> None:
    plans = [small_plan, replace(small_plan, scenario=few_sites("second"))]
    again = [plan_of(parts_of(plan)) for plan in plans]
    before, after = compare(plans).table, compare(again).table
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_a_plan_with_own_layers_is_read_where_the_files_are_not(area: StudyArea, tmp_path: Path) -> None:
    plan = run(few_sites("own", 1, candidates={"counties": []}, layers=own_layers(tmp_path), folder=tmp_path), area)
    parts = parts_of(plan)
    for file in tmp_path.iterdir():
        file.unlink()
    same(plan, plan_of(parts))
    assert plan_of(parts).layer_digests == plan.layer_digests


@pytest.mark.parametrize("network", [False, True])
def test_hard_words_and_numbers_come_back_as_they_were(network: bool) -> None:
    plan = replace(kept_plan(), network=kept_network() if network else None)
    again = plan_of(parts_of(plan))
    same(plan, again)
    assert np.signbit(again.sites["capital_yuan"][1])
    assert math.isnan(again.indicators["cost"])
    assert again.solver["bound"] == math.inf
    assert type(again.indicators["share_near"]) is float


def test_the_head_says_what_a_list_of_plans_shows() -> None:
    plan = kept_plan("short")
    head = head_of(parts_of(plan))
    assert (head.name, head.toml, head.baseline_digest) == ("short", plan.scenario.to_toml(), plan.baseline_digest)
    assert repr(head.indicators) == repr(plan_of(parts_of(plan)).indicators)
    assert head.solver["status"] == "evaluated"
    with pytest.raises(PlanningError, match="cannot be read"):
        head_of(format.sealed({"plan.json": b"[1]"}))


def test_flows_that_were_left_out_stay_left_out() -> None:
    plan = replace(kept_plan(), network=replace(kept_network(), flows=None))
    again = plan_of(parts_of(plan))
    assert again.network is not None
    assert again.network.flows is None


def test_equal_plans_have_equal_digests_and_others_do_not() -> None:
    first, same_again, other = kept_plan(), kept_plan(), kept_plan(seconds=0.2)
    assert digest_of(parts_of(first)) == digest_of(parts_of(same_again)) != digest_of(parts_of(other))


@cache
def parts_of_a_network() -> dict[str, bytes]:
    return parts_of(replace(kept_plan(), network=kept_network()))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    parts = parts_of_a_network()
    name = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[name]) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    spoilt = bytes([*parts[name][:at], parts[name][at] ^ bit, *parts[name][at + 1 :]])
    with pytest.raises(PlanningError):
        plan_of({**parts, name: spoilt})


def test_all_missing_and_foreign_parts_are_told_at_once() -> None:
    parts = {name: part for name, part in parts_of(kept_plan()).items() if name not in ("cells", "options")}
    with pytest.raises(PlanningError) as told:
        plan_of({**parts, "more": b""})
    assert len(told.value.faults) == 3
    assert "'cells'" in told.value.faults[0]


def test_a_record_of_a_newer_version_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format, "FORMAT", FORMAT + 1)
    parts = parts_of(kept_plan())
    monkeypatch.undo()
    with pytest.raises(PlanningError, match="newer version"):
        plan_of(parts)


def test_a_record_of_an_earlier_version_is_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = kept_plan()
    parts = parts_of(plan)
    monkeypatch.setattr(format, "FORMAT", FORMAT + 1)
    monkeypatch.setattr(format, "UPGRADES", {FORMAT: lambda old: {**old, "new": b""}})
    assert "new" in format.opened(parts)
    same(plan, plan_of(parts))


def test_what_is_no_record_is_refused_with_a_sentence() -> None:
    for parts in ({}, {"manifest.json": b"[]"}, format.sealed({}), format.sealed({"plan.json": b"[1]"})):
        with pytest.raises(PlanningError) as told:
            plan_of(parts)
        assert told.value.faults[0].zh  # type: ignore[attr-defined]


SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS = st.text() | st.integers() | st.sampled_from(["$number", "$tuple", "$pairs"])
VALUES = st.recursive(
    SIMPLE, lambda v: st.lists(v) | st.lists(v).map(tuple) | st.dictionaries(KEYS, v), max_leaves=12
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_any_value_is_read_back_as_it_was(value: Any) -> None:
    again = read_canonical(canonical(value))
    assert repr(again) == repr(value)
    assert canonical(again) == canonical(value)


def test_what_json_does_not_know_is_not_guessed() -> None:
    with pytest.raises(TypeError):
        canonical({"when": object()})


def test_tables_keep_kinds_order_and_index() -> None:
    table = pd.DataFrame(
        {"n": pd.array([1, None], "Int64"), "yes": [True, False], "word": ["", "甲"], "low": [1.5, -math.inf]},
        index=[7, 3],
    )
    pd.testing.assert_frame_equal(table, from_parquet(to_parquet(table)), check_exact=True)
    told = pd.DataFrame({"kind": pd.Categorical(["a", "b"])})
    assert from_parquet(to_parquet(told))["kind"].to_list() == ["a", "b"]


def test_a_column_of_mixed_kinds_is_refused_and_bytes_that_are_no_table_too() -> None:
    with pytest.raises(TypeError, match="mixed kinds"):
        to_parquet(pd.DataFrame({"x": [1, "a"]}))
    with pytest.raises(ValueError, match="not a table"):
        from_parquet(b"PAR1 not really PAR1")
