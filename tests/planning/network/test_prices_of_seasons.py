"""The price of a season: the scenario posed again with that season alone, for tiny networks and for a real county."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from asked_networks import asked, best_value, delivered, planned, posing, reference
from brute_force import EveryPlan
from four_counties import asked as scenario_of

from optimizers.network import BARRED, FREE, NetworkProblem, NetworkSolution, broken, changes, deliver, solve_network
from planning import StudyArea
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.reasons.posed_again import posing_again, years_in
from planning.network.reasons.seasons import prices_of_season, season_alone, seasons_priced
from planning.scenario_form import Forbid

QIRA = "653223"
ASKED = {
    "years": 1, "services": ("rehabilitation", "day_care", "device_fitting"), "rounds": False,
    "money": ({"source": "made", "yuan": 4e6},),
}  # fmt: skip


def value_of_years(problem: NetworkProblem, form_year: Any, module_year: Any) -> float | None:
    """The most that given institutions deliver, by an own linear program."""
    every = EveryPlan(problem)
    wanted = [np.where(np.asarray(years) < 0, problem.years, years) for years in (form_year, module_year)]
    every.choices = [
        c for c in every.choices if (c.form_year == wanted[0]).all() and (c.module_year == wanted[1]).all()
    ]
    return every.best("most")


@pytest.mark.parametrize("n", range(3))
def test_what_serving_both_seasons_costs_in_one_of_them(n: int) -> None:
    problem = planned(n, on=("seasons",), off=("gives", "staff"))
    question, solution = asked(problem), reference(problem)
    free, pose = changes.without_targets(problem), posing(question)
    for season in question.seasons:
        first, second = prices_of_season(question, solution, season, pose=pose, solve=reference, give=delivered)
        alone = changes.without_targets(pose(season=season).problem)
        mine = value_of_years(alone, solution.form_year, solution.module_year)
        assert first.low == first.high == pytest.approx(best_value(alone) - mine, abs=1e-5)
        best = reference(alone)
        theirs = value_of_years(free, best.form_year, best.module_year)
        kept = value_of_years(free, solution.form_year, solution.module_year)
        assert second.value == pytest.approx(kept - theirs, abs=1e-4)


def test_what_cannot_be_there_in_the_year_is_left_out_with_all_that_needs_it() -> None:
    problem = planned(0, on=("seasons", "needs"), off=("gives", "staff", "stands"))
    question, solution = asked(problem), reference(problem)
    opened = problem.form_site[(problem.form_state == FREE) & (solution.form_year >= 0)]
    here = problem.form_site == opened[0]
    other = replace(question, problem=replace(problem, form_state=np.where(here, BARRED, problem.form_state)))
    forms, modules, lost = years_in(question, solution, other)
    assert (forms[here] == -1).all()
    assert lost > 0
    assert value_of_years(changes.without_targets(other.problem), forms, modules) is not None
    assert years_in(question, solution, question)[2] == 0


@cache
def qira() -> StudyArea:
    """One county, cut out of the embedded area; beyond its passes lie townships that winter puts out of reach."""
    area = StudyArea.southern_xinjiang()

    def cut(table: Any) -> Any:
        return table[table["county_code"] == QIRA].reset_index(drop=True)

    tables = ("cells", "counties", "facilities", "candidates")
    data = replace(area.data, **{name: cut(getattr(area.data, name)) for name in tables})
    return replace(area, data=data, institutions=cut(area.institutions), candidates=cut(area.candidates))


@cache
def answered(season: str) -> tuple[NetworkQuestion, NetworkSolution]:
    question = pose_network(scenario_of(season=season, **ASKED), qira())
    return question, solve_network(question.problem, time_limit_s=10.0, effort="quick")


def same_years(question: NetworkQuestion, solution: NetworkSolution, other: NetworkQuestion) -> tuple[Any, Any]:
    """First years in the other question, found again by the names of the choices in a table."""
    found = []
    for name, key in (("forms", ["site_id", "form", "size", "mode"]), ("modules", ["site_id", "service", "copy"])):
        here, there = (getattr(q, name).copy() for q in (question, other))
        for table in (here, there):
            table["copy"] = table.groupby(["site_id", *(c for c in key[1:] if c != "copy")]).cumcount()
        here["year"] = solution.form_year if name == "forms" else solution.module_year
        found.append(there.merge(here[[*key, "year"]], on=key, how="left")["year"].to_numpy())
    return found[0], found[1]


@pytest.mark.parametrize("season", ["both", "all_year"])
def test_the_season_alone_is_the_scenario_posed_again_with_that_season(season: str) -> None:
    question, solution = answered(season)
    assert seasons_priced(question) == ("summer", "winter")
    by_hand = pose_network(scenario_of(season="summer", **ASKED), qira())
    best = solve_network(by_hand.problem, time_limit_s=10.0, effort="quick")
    now = deliver(by_hand.problem, *same_years(question, solution, by_hand))
    assert best.status == "optimal"
    told = prices_of_season(question, solution, "summer", time_limit_s=10.0, effort="quick")[0]
    assert told.low == told.high == pytest.approx(best.objective - now.objective, rel=1e-5)
    assert told.value > 1000.0  # townships that are too far from the county centre in winter alone
    roads_only = replace(question.problem, reach=by_hand.problem.reach, season_share=np.ones(1))
    assert solve_network(roads_only, effort="quick").objective < best.objective - 1000.0


@pytest.mark.parametrize("season", ["both", "all_year"])
def test_a_plan_for_summer_keeps_every_limit_in_the_year_as_it_is(season: str) -> None:
    question, solution = answered(season)
    alone = season_alone(question, solution, "summer", time_limit_s=10.0, effort="quick")
    assert broken(alone.question.problem, alone.now) == []
    forms, modules, lost = years_in(alone.question, alone.best, question)
    assert lost > 0
    whole = deliver(question.problem, forms, modules)
    assert broken(question.problem, whole) == []
    told = prices_of_season(question, solution, "summer", alone=alone)[1]
    assert told.value == pytest.approx(solution.objective - whole.objective, abs=1e-3)
    assert "不能全年使用" in told.zh


def test_a_year_of_one_season_has_no_price() -> None:
    question = pose_network(scenario_of(season="winter", **ASKED), qira())
    assert seasons_priced(question) == ()


def test_a_ban_is_lifted_by_posing_without_it() -> None:
    free = pose_network(scenario_of(season="summer", **ASKED), qira())
    may_open = free.sites["site_id"].iloc[np.unique(free.problem.form_site[free.problem.form_state == FREE])]
    first, second = may_open[free.sites["role"] == "candidate"].iloc[:2]
    bans = {"changes": [{"type": "forbid", "site": first}, {"type": "forbid", "site": second}]}
    both_banned = pose_network(scenario_of(bans, season="summer", **ASKED), qira())
    again = posing_again(both_banned)(allowed=first)
    assert [change.site for change in again.scenario.of(Forbid)] == [second]
    at = {site: np.flatnonzero(again.forms["site_id"] == site) for site in (first, second)}
    assert (again.problem.form_state[at[first]] == free.problem.form_state[at[first]]).all()
    assert (again.problem.form_state[at[second]] == BARRED).all()
