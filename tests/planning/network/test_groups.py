"""The four groups: everyone is in exactly one of them, in whole persons."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_by_hand import HandMade, answer, question

from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.groups import KEYS, groups_table, parts_of_rows, persons_served, shared_out

FOUR = ["persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route"]
seeds = st.integers(0, 10_000)


def table_of(seed: int) -> tuple[HandMade, pd.DataFrame]:
    asked = question(seed)
    return asked, groups_table(deliveries_of(asked, answer(asked, seed)))


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_the_four_groups_always_add_up_to_the_persons(seed: int) -> None:
    asked, table = table_of(seed)
    assert (table[FOUR].sum(axis=1) == table["persons"]).all()
    assert (table[[*FOUR, "persons_at_home"]] >= 0).all(axis=None)
    assert (table["persons_at_home"] <= table["persons_served"]).all()
    assert all(table[c].dtype == np.int64 for c in [*FOUR, "persons", "persons_at_home"])
    exact = asked.rows.groupby("service")["persons"].sum()
    for _, year in table.groupby("year"):
        assert year.groupby("service")["persons"].sum().to_dict() == exact.round().astype(int).to_dict()


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_the_units_of_the_table_are_those_of_the_answer(seed: int) -> None:
    asked = question(seed)
    made = answer(asked, seed)
    table = groups_table(deliveries_of(asked, made))
    for t, (_, year) in enumerate(table.groupby("year")):
        sites = sum(s * x.sum() for s, x in zip((0.75, 0.25), made.served[t], strict=True))
        home = sum(s * x.sum() for s, x in zip((0.75, 0.25), made.at_home[t], strict=True))
        assert year["units_delivered"].sum() == pytest.approx(sites + home)
        assert year["units_at_home"].sum() == pytest.approx(home)
        assert year["units_needed"].sum() == pytest.approx(asked.rows["units"].sum())


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_each_part_is_within_one_person_of_a_slow_count_in_fractions(seed: int) -> None:
    asked = question(seed, cells=4, sites=3)
    made = answer(asked, seed)
    table = groups_table(deliveries_of(asked, made)).set_index(["year", *KEYS])
    slow = slowly(asked, made)
    for key, row in table.iterrows():
        counted = slow[key]
        assert row["persons"] == pytest.approx(float(sum(counted.values())), abs=2.0)
        scale = row["persons"] / float(sum(counted.values())) if sum(counted.values()) else 0.0
        for name in FOUR:
            assert abs(row[name] - float(counted[name]) * scale) < 2.0


def slowly(asked: HandMade, made: Any) -> dict[Any, dict[str, Fraction]]:
    """Row by row and season by season, without arrays."""
    p, out = asked.problem, {}
    for t, year in enumerate(asked.years):
        for r, row in enumerate(asked.rows.to_dict("records")):
            key = (year, row["service"], row["county_code"], row["weight_class"])
            counted = out.setdefault(key, dict.fromkeys(FOUR, Fraction(0)))
            for a, share in enumerate((Fraction(3, 4), Fraction(1, 4))):
                on = [
                    p.module_site[k] for k in range(len(p.module_site))
                    if 0 <= made.module_year[k] <= t and p.module_service[k] == p.service[r]
                ]  # fmt: skip
                minutes = [asked.routes[a].toarray()[asked.row_cell[r], j] for j in on]
                routed = [m for m in minutes if m > 0]
                here = Fraction(row["persons"]) * share
                given_ = made.served[t][a].toarray()[r].sum() + made.at_home[t, a, r]
                part = Fraction(given_) / Fraction(row["units"]) if row["units"] else Fraction(0)
                counted["persons_served"] += here * part
                where = (
                    "persons_near_but_full" if any(m <= 60 for m in routed)
                    else "persons_too_far" if routed else "persons_no_route"
                )  # fmt: skip
                counted[where] += here * (1 - part)
    return out


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_whole_persons_served_of_rows_add_up_to_the_table(seed: int) -> None:
    asked = question(seed)
    made = answer(asked, seed)
    rows = asked.rows.assign(served=persons_served(asked, made))
    table = groups_table(deliveries_of(asked, made))
    last = table[table["year"] == asked.years[-1]].set_index(list(KEYS))["persons_served"]
    assert rows.groupby(list(KEYS))["served"].sum().to_dict() == last.to_dict()


def test_more_years_serve_no_fewer_where_nothing_closes() -> None:
    asked = question(3)
    made = answer(asked, 3)
    near = deliveries_of(asked, made).near
    assert (near[1] >= near[0]).all()


def test_nobody_is_counted_without_route_beside_an_open_site() -> None:
    asked = question(1)
    found = deliveries_of(asked, answer(asked, 1))
    parts = parts_of_rows(found)
    everywhere_near = found.near.all(axis=1)
    assert np.allclose(parts[:, 3:5].transpose(0, 2, 1)[everywhere_near], 0.0)
    assert np.allclose(parts.sum(axis=1), found.persons)


def test_persons_without_any_need_of_units_are_not_served() -> None:
    asked = question(2)
    asked = replace(asked, problem=replace(asked.problem, units=np.zeros(len(asked.rows))))
    table = groups_table(deliveries_of(asked, answer(asked, 2)))
    assert table["persons_served"].sum() == 0
    assert (table[FOUR].sum(axis=1) == table["persons"]).all()


def test_traces_of_rounding_give_nobody() -> None:
    assert shared_out(3, np.array([3.0, 1e-12, 0.0])).tolist() == [3, 0, 0]
    assert shared_out(0, np.array([0.0, 0.0])).tolist() == [0, 0]
