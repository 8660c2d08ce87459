"""Where local and XPCC institutions serve their own people only, no measure counts the other owner's sites."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from four_counties import TIEMENGUAN, four_counties, posed
from scipy.sparse import csr_array

from geodata.travel.closures import closures_of
from geodata.travel.single_road import single_road_cells
from geodata.travel.times import roadway
from optimizers.network import BARRED, NetworkSolution
from planning.network.measures.deliveries import Deliveries, deliveries_of
from planning.network.measures.groups import PARTS, parts_of_rows
from planning.network.measures.one_road import rows_on_one_road
from planning.network.posing.pose import NetworkQuestion

SERVICES = ("rehabilitation",)


@cache
def asked() -> NetworkQuestion:
    return posed(services=SERVICES, years=1, owners="separate")


def all_open(question: NetworkQuestion) -> NetworkSolution:
    """Everything that may stand is there, and nobody is served."""
    p = question.problem
    nobody = csr_array((len(p.units), len(p.site_group)))
    return NetworkSolution(
        stages=(), aims=("most",), paid=np.zeros((0, 1, p.groups, 2)), status="feasible", objective=0.0, bound=1.0,
        gap=1.0, reason="", seconds=0.0, solver="by hand", served=((nobody,),), at_home=np.zeros((1, 1, len(p.units))),
        form_year=np.where(p.form_state == BARRED, -1, 0), module_year=np.where(p.module_state == BARRED, -1, 0),
    )  # fmt: skip


def opened() -> tuple[NetworkQuestion, Deliveries]:
    return asked(), deliveries_of(asked(), all_open(asked()))


def nearest(question: NetworkQuestion, service: str, own: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of a service, minutes to the nearest open site (of the own owner), and whether one is in time."""
    s = question.services.index(service)
    table = question.minutes_of(0, s)
    dense = np.full(table.shape, np.inf)
    dense[table.nonzero()] = table.data
    offers = set(
        question.modules[(question.modules["service"] == service) & (question.modules["state"] != BARRED)].site_id
    )
    dense[:, ~question.sites["site_id"].isin(offers)] = np.inf
    rows = np.flatnonzero(question.rows["service"] == service)
    dense = dense[question.row_cell[rows]]
    if own:
        xpcc = (question.rows["county_code"] == TIEMENGUAN).to_numpy()[rows]
        theirs = (question.sites["owner"] == "xpcc").to_numpy()
        dense[xpcc[:, None] != theirs[None, :]] = np.inf
    limit = np.where(question.sites["tier"] == "village", 15.0, question.longest_min[s])
    return rows, dense.min(axis=1), np.asarray((dense <= limit).any(axis=1))


def test_the_nearest_site_is_one_of_the_own_owner() -> None:
    question, found = opened()
    for service in SERVICES:
        rows, minutes, in_time = nearest(question, service, own=True)
        np.testing.assert_allclose(found.nearest_min[0, 0, rows], minutes)
        np.testing.assert_array_equal(found.near[0, 0, rows], in_time)


def test_who_lives_beside_a_site_of_the_other_owner_alone_is_too_far() -> None:
    question, found = opened()
    parts = dict(zip(PARTS, parts_of_rows(found)[0], strict=True))
    for service in SERVICES:
        rows, _, in_time = nearest(question, service, own=True)
        _, whoever, beside = nearest(question, service, own=False)
        only_theirs = beside & ~in_time
        assert only_theirs.any()
        expected = np.where(in_time, "near_but_full", np.where(np.isfinite(whoever), "too_far", "no_route"))
        for part in ("near_but_full", "too_far", "no_route"):
            np.testing.assert_allclose(parts[part][rows], np.where(expected == part, found.persons[rows], 0.0))
        assert (expected[only_theirs] == "too_far").all()


def test_whose_owner_has_no_open_site_is_too_far_where_a_road_leads_to_the_others() -> None:
    question, everything = asked(), all_open(asked())
    theirs = (question.sites["owner"] == "xpcc").to_numpy()[question.problem.module_site]
    found = deliveries_of(question, replace(everything, module_year=np.where(theirs, -1, everything.module_year)))
    xpcc = (question.rows["county_code"] == TIEMENGUAN).to_numpy()
    parts = dict(zip(PARTS, parts_of_rows(found)[0], strict=True))
    assert np.isinf(found.nearest_min[0, 0, xpcc]).all()
    assert parts["too_far"][xpcc].sum() > 0.9 * found.persons[xpcc].sum()
    np.testing.assert_allclose(parts["too_far"][xpcc] + parts["no_route"][xpcc], found.persons[xpcc])


def test_only_ways_to_the_own_owners_sites_keep_anyone_from_hanging_on_one_road() -> None:
    question, area = asked(), four_counties()
    modules = question.modules[(question.modules["state"] != BARRED) & (question.modules["service"] == SERVICES[0])]
    hanging = rows_on_one_road(question, modules, area)[0][0]
    rules = question.assumptions.travel_rules("summer", question.profiles[0])
    closures = [c for c in closures_of(area.data.closures) if c.closure_id in area.closed_in(7)]
    way = roadway(area.roads, rules, area.ground, closures)
    cells = area.data.cells.set_index("cell_id").loc[list(question.cell_ids)]
    offers = question.sites["site_id"].isin(modules.loc[modules["service"] == SERVICES[0], "site_id"])
    depends = pd.Series(False, index=cells.index)
    for owner in ("local", "xpcc"):
        people = cells[(cells["county_code"] == TIEMENGUAN) == (owner == "xpcc")]
        sites = question.sites[offers & (question.sites["owner"] == owner)]
        limit = float(question.longest_min[0])
        extra = np.where(sites["tier"] == "village", limit - 15.0, 0.0)
        points = [t[["lon", "lat"]].to_numpy(float) for t in (people, sites)]
        depends[people.index] = single_road_cells(way, *points, limit_min=limit, extra_min=extra).table["depends"]
    rows = (question.rows["service"] == SERVICES[0]).to_numpy()
    assert hanging[rows].tolist() == question.rows.loc[rows, "cell_id"].map(depends).tolist()
