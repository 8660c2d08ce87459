"""A solution read back as tables: what stands in them is what the answer says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_by_hand import COUNTIES, SERVICES, HandMade, answer, question
from scipy.sparse import csr_array

from optimizers.network import FREE, STANDS
from planning.network.measures.deliveries import deliveries_of, stored_values
from planning.network.measures.groups import groups_table
from planning.network.measures.tables import flows_table, modules_table, money_table, rounds_table, sites_table
from planning.network.read import read_network, standing_choice, standing_problem
from planning.network.reasons.sentences import unit_of
from planning.network.result import NetworkPlan

seeds = st.integers(0, 10_000)


def names_of(asked: HandMade) -> pd.DataFrame:
    table = asked.rows[["cell_id", "county_code", "area_id"]].drop_duplicates().reset_index(drop=True)
    return table.assign(
        county_zh="县" + table["county_code"], county_en="county " + table["county_code"],
        area_zh="片" + table["area_id"], area_en="area " + table["area_id"],
    )  # fmt: skip


def read(seed: int = 0) -> tuple[HandMade, NetworkPlan]:
    asked = question(seed)
    stands = answer(asked, seed, *standing_choice(standing_problem(asked.problem)))
    return asked, read_network(asked, answer(asked, seed), names_of(asked), stands, kappa=0.01)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_flows_are_the_deliveries_of_the_answer(seed: int) -> None:
    asked = question(seed)
    made = answer(asked, seed)
    flows = flows_table(deliveries_of(asked, made))
    for t, year in enumerate(asked.years):
        for a, season in enumerate(asked.seasons):
            here = flows[(flows["year"] == year) & (flows["season"] == season)]
            assert here["units"].sum() == pytest.approx(made.served[t][a].sum() + made.at_home[t, a].sum())
            for row in here.itertuples():
                if row.site_id:
                    minutes = asked.routes[a].toarray()[int(row.cell_id[1:]), int(row.site_id[1:])]
                    assert row.minutes == minutes
                else:
                    assert np.isnan(row.minutes)
    assert "weight_class" not in flows  # never by kind of person


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_no_module_delivers_more_than_its_capacity(seed: int) -> None:
    asked = question(seed)
    made = answer(asked, seed)
    found = deliveries_of(asked, made)
    modules = modules_table(found)
    assert (modules["delivered_units"] <= modules["capacity_units"] + 1e-9).all()
    sites = sum(s * x.sum() for s, x in zip((0.75, 0.25), made.served[-1], strict=True))
    assert modules["delivered_units"].sum() == pytest.approx(sites)
    known = modules["capacity_units"] > 0
    assert np.allclose((modules["delivered_units"] / modules["capacity_units"])[known], modules["utilisation"][known])


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_money_is_what_forms_modules_and_rounds_cost_year_by_year(seed: int) -> None:
    asked = question(seed)
    p, made = asked.problem, answer(asked, seed)
    found = deliveries_of(asked, made)
    money = money_table(found)
    for t, year in enumerate(asked.years):
        capital = running = 0.0
        for kind, first in (("form", made.form_year), ("module", made.module_year)):
            for i, opened in enumerate(first):
                if getattr(p, f"{kind}_state")[i] == 0 and opened >= 0:
                    capital += getattr(p, f"{kind}_capital")[i] * (opened == t)
                    running += getattr(p, f"{kind}_running")[i] * (opened <= t)
        home = sum(s * z.sum() for s, z in zip((0.75, 0.25), made.at_home[t], strict=True))
        here = money[money["year"] == year].groupby("kind")["yuan"].sum()
        assert here.get("capital", 0.0) == pytest.approx(capital)
        assert here.get("running", 0.0) == pytest.approx(running + 80.0 * home)


def test_money_is_told_by_source_where_there_are_sources() -> None:
    asked = question(4)
    made = answer(asked, 4)
    due = deliveries_of(asked, made).counted.cost
    half = [due * 0.25, due * 0.75]
    told = money_table(deliveries_of(replace(asked, sources=("region", "pairing")), replace(made, paid=np.array(half))))
    assert set(told["source"]) == {"region", "pairing"}
    assert told["yuan"].sum() == pytest.approx(due.sum())
    assert told.groupby("source")["yuan"].sum()["region"] == pytest.approx(due.sum() / 4)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_rounds_add_up_to_what_is_delivered_at_home(seed: int) -> None:
    asked = question(seed)
    made = answer(asked, seed)
    rounds = rounds_table(deliveries_of(asked, made))
    for t, year in enumerate(asked.years):
        home = sum(s * z.sum() for s, z in zip((0.75, 0.25), made.at_home[t], strict=True))
        here = rounds[rounds["year"] == year]
        assert here["units"].sum() == pytest.approx(home)
        assert here["yuan"].sum() == pytest.approx(80 * home)
        assert here["staff_days"].sum() == pytest.approx(home / 4)
        assert here["vehicle_days"].sum() == pytest.approx(home / 8)
    assert set(rounds["site_id"]) <= {"s0"}
    assert set(rounds["service"]) <= set(SERVICES)
    assert set(rounds["county_code"]) <= set(COUNTIES)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_sites_are_those_that_stand_and_those_that_were_chosen(seed: int) -> None:
    asked = question(seed)
    made = answer(asked, seed)
    sites = sites_table(deliveries_of(asked, made)).set_index("site_id")
    chosen = {f"s{j}" for j in range(1, 4) if made.form_year[j] >= 0}
    assert set(sites.index) == chosen | {"s0"}
    assert sites.loc["s0", "role"] == "existing"
    assert (sites.loc["s0", "opened"], sites.loc["s0", "capital_yuan"]) == (0, 0.0)
    for j in range(1, 4):
        if f"s{j}" in chosen:
            row = sites.loc[f"s{j}"]
            on = made.module_year[[2 * j, 2 * j + 1]] >= 0
            assert row["opened"] == asked.years[made.form_year[j]]
            assert row["role"] == ("locked" if j == 1 else "proposed")
            assert row["capital_yuan"] == 100_000.0 * (j + 1) + 10_000.0 * on.sum()
            assert row["running_yuan"] == 20_000.0 + 5_000.0 * on.sum()
            assert (row["form"], row["mode"]) == ("new", ["public", "purchased"][j % 2])
    units = sum(s * x.sum() for s, x in zip((0.75, 0.25), made.served[-1], strict=True))
    assert sites[[f"units_{s}" for s in SERVICES]].to_numpy().sum() == pytest.approx(units)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_persons_served_at_the_sites_add_up_to_the_groups(seed: int) -> None:
    asked = question(seed, cells=12, sites=7)
    found = deliveries_of(asked, answer(asked, seed))
    sites, groups = sites_table(found), groups_table(found)
    last = groups[groups["year"] == asked.years[-1]]
    assert sites["persons_served"].sum() == last["persons_served"].sum() - last["persons_at_home"].sum()
    assert (sites["persons_served"] >= 0).all()
    none = sites[sites[[f"units_{s}" for s in SERVICES]].sum(axis=1) == 0]
    assert not none["persons_served"].any()


def test_rounds_are_told_by_the_centre_that_they_set_out_from() -> None:
    asked = question(2)
    made = answer(asked, 2)
    assert made.at_home is not None
    hubs = np.where(np.isfinite(asked.problem.round_yuan), 1 + np.arange(len(asked.rows)) % 2, -1)  # one county, two
    rounds = rounds_table(deliveries_of(replace(asked, round_hub=hubs), made))
    home = np.einsum("a,ar->r", [0.75, 0.25], made.at_home[-1])
    last = rounds[rounds["year"] == asked.years[-1]].groupby("site_id")["units"].sum()
    assert last.to_dict() == pytest.approx({f"s{j}": home[hubs == j].sum() for j in (1, 2)})


def test_a_service_switched_on_in_a_building_that_stands_is_a_site_of_the_plan() -> None:
    asked = question(5)
    made = answer(asked, 5)
    p = replace(asked.problem, form_state=np.array([STANDS, FREE, STANDS, STANDS]))
    years = (np.array([0, -1, 0, 0]), np.array([0, 0, -1, -1, 1, -1, -1, -1]))
    sites = sites_table(
        deliveries_of(replace(asked, problem=p), replace(made, form_year=years[0], module_year=years[1]))
    )
    assert sites["site_id"].to_list() == ["s0", "s2"]
    assert sites["opened"].to_list() == [0, 2027]
    assert sites["role"].to_list() == ["existing", "proposed"]


def test_the_plan_knows_its_years_aims_and_numbers() -> None:
    asked, plan = read()
    assert plan.last_year == 2027
    assert plan.solver["model"] == "network_most"
    assert plan.solver["unit"] == unit_of(asked, "most")
    assert [(a["aim"], a["objective"], a["bound"], a["gap"]) for a in plan.aims] == [("neediest", 1.0, 2.0, 0.5)]
    assert plan.value("persons") == plan.groups[plan.groups["year"] == 2027]["persons"].sum()
    assert np.isnan(plan.value("nothing_of_the_kind"))
    assert plan.value("persons", "class:severe", 2026) < plan.value("persons")


def test_the_worst_served_are_named_and_add_up() -> None:
    _, plan = read(7)
    last = plan.groups[plan.groups["year"] == 2027]
    worst = plan.worst[plan.worst["scope"] == "all"]
    counties, areas = (worst[worst["level"] == level] for level in ("county", "area"))
    unserved = (last["persons"] - last["persons_served"]).sum()
    assert counties["persons_unserved"].sum() == areas["persons_unserved"].sum() == unserved
    assert counties["persons"].sum() == last["persons"].sum()
    assert areas["persons"].sum() <= last["persons"].sum()  # areas where nobody is left are not listed
    assert (counties["persons_unserved"].diff().dropna() <= 0).all()
    assert set(areas["name_zh"]) <= {"片a0", "片a1", "片a2"}
    assert set(counties["name_en"]) <= {f"county {c}" for c in COUNTIES}
    assert counties["rank"].to_list() == list(range(1, len(counties) + 1))


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_a_stored_value_is_found_by_bisection(seed: int) -> None:
    dice = np.random.default_rng(seed)
    dense = dice.random((7, 9)) * (dice.random((7, 9)) < 0.4)
    row, column = dice.integers(0, 7, 50), dice.integers(0, 9, 50)
    found = stored_values(csr_array(dense), row, column)
    assert np.array_equal(np.nan_to_num(found), dense[row, column])
    assert np.array_equal(np.isnan(found), dense[row, column] == 0)
