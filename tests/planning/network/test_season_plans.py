"""Plans by season held against every season: values from the engine itself, regrets by plain loops."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_by_hand import COUNTIES, SEASONS, HandMade, answer, question
from scipy.sparse import csr_array

from geodata.errors import both
from optimizers.network import BARRED, NetworkProblem, NetworkSolution, deliver, solve_network
from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.groups import persons_served
from planning.network.measures.tables import modules_table, sites_table
from planning.network.read import read_network
from planning.network.result import NetworkPlan
from planning.network.scenario.form import Network
from planning.network.variants.again import as_built, chosen_years
from planning.network.variants.season_plans import (
    PLANS,
    _values_told,
    for_season,
    largest_regrets,
    season_plans,
    with_regret,
)
from planning.scenario import Scenario

SCENARIO = Scenario(name="s", network=Network(aims=("most_units",), season="summer"))
CAVEAT = both("roughly", "大致")
NAMES = pd.DataFrame({"county_code": COUNTIES, "name_zh": ["甲县", "乙县"], "name_en": ["A", "B"]})
AREA: Any = SimpleNamespace(data=SimpleNamespace(counties=NAMES))


def plan_of(asked: HandMade, solution: NetworkSolution) -> NetworkPlan:
    table = asked.rows[["cell_id", "county_code", "area_id"]].drop_duplicates().reset_index(drop=True)
    names = table.assign(county_zh="", county_en="", area_zh="", area_en="")
    return read_network(asked, solution, names, None, kappa=0.01)  # type: ignore[arg-type]


def tables_of(asked: HandMade, solution: NetworkSolution) -> Any:
    """The sites and modules of a plan alone."""
    found = deliveries_of(asked, solution)  # type: ignore[arg-type]
    return SimpleNamespace(sites=sites_table(found), modules=modules_table(found))


@cache
def asked_in(season: str, seed: int) -> HandMade:
    """A question with money for a part of all sites and no rounds, for one season or for both."""
    whole = question(seed, cells=8, sites=5)
    p = whole.problem
    limited = replace(
        p, money=np.full((1, p.years), 260_000.0), pays=np.ones((1, 2, 2), bool), carry=np.array([True]),
        round_yuan=np.full(len(p.units), np.inf), module_capacity=p.module_capacity / 2,
    )  # fmt: skip
    if season == "both":
        return replace(whole, problem=limited, sources=("a",))
    at = [SEASONS.index(season)] if season in SEASONS else [0, 1]
    reach = limited.reach[at[0]]
    for a in at[1:]:
        reach = csr_array(reach.multiply(limited.reach[a]))
    one = replace(limited, reach=(reach,), season_share=np.array([1.0]))
    return replace(whole, problem=one, seasons=(season,), routes=(whole.routes[at[-1]],), sources=("a",))


@cache
def solved(season: str, seed: int) -> NetworkSolution:
    asked = asked_in(season, seed)
    aims = ("least_regret", "most") if season == "both" else ("most",)
    return solve_network(asked.problem, aims, time_limit_s=20)


@cache
def found(seed: int) -> Any:
    def run(scenario: Scenario, area: Any) -> Any:
        assert scenario.network is not None
        season = str(scenario.network.season)
        return SimpleNamespace(network=plan_of(asked_in(season, seed), solved(season, seed)))

    def pose(scenario: Scenario, area: Any) -> Any:
        assert scenario.network is not None
        return asked_in(str(scenario.network.season), seed)

    def roads(asked: Any, modules: pd.DataFrame, area: Any) -> Any:
        return (asked.rows["county_code"] == COUNTIES[1]).to_numpy()[None, :], CAVEAT

    return season_plans(SCENARIO, AREA, run, pose=pose, roads=roads)


SEEDS = (1, 2)


@pytest.mark.parametrize("seed", SEEDS)
class TestEveryPlanInEverySeason:
    def test_its_value_is_what_its_institutions_deliver_there(self, seed: int) -> None:
        for row in found(seed).values.itertuples():
            asked, choice = asked_in(row.season, seed), solved(row.plan, seed)
            there = deliver(asked.problem, choice.form_year, choice.module_year, aims=("most",))
            assert row.value == pytest.approx(there.objective)
            assert row.persons_served == persons_served(asked, there).sum()  # type: ignore[arg-type]
            assert row.unusable == 0

    def test_the_plan_of_a_season_is_the_best_in_it(self, seed: int) -> None:
        table = found(seed).values.set_index(["plan", "season"])
        for season in SEASONS:
            assert solved(season, seed).status == "optimal"
            assert table.loc[(season, season), "regret"] == pytest.approx(0, abs=1e-6)

    def test_least_regret_loses_least_in_its_worst_season(self, seed: int) -> None:
        regrets = found(seed).regrets.set_index("plan")["largest_regret"]
        assert regrets["both"] <= regrets.min() + 1e-6
        assert (regrets >= -1e-9).all()

    def test_regrets_are_those_of_plain_loops(self, seed: int) -> None:
        square = found(seed).values.set_index(["plan", "season"])["regret"].unstack().reindex(list(PLANS))
        value = {(r.plan, r.season): r.value for r in found(seed).values.itertuples()}
        for plan in PLANS:
            for season in SEASONS:
                assert square.loc[plan, season] == pytest.approx(
                    max(value[p, season] for p in PLANS) - value[plan, season]
                )
        worst = found(seed).regrets.set_index("plan")
        for plan in PLANS:
            assert worst.loc[plan, "largest_regret"] == pytest.approx(square.loc[plan].max())
            assert square.loc[plan, worst.loc[plan, "regret_season"]] == pytest.approx(square.loc[plan].max())

    def test_who_depends_on_one_road_is_told_by_county_with_the_caveat(self, seed: int) -> None:
        table = found(seed).one_road
        assert set(table["county_code"]) == {COUNTIES[1]}
        assert set(table["plan"]) == set(PLANS)
        rows = asked_in("winter", seed).rows
        persons = rows.loc[rows["county_code"] == COUNTIES[1], "persons"].sum()
        here = table[(table["plan"] == "both") & (table["season"] == "winter")]
        assert here["persons"].sum() == pytest.approx(persons)
        said = found(seed).explanations[-1]
        assert f"{round(persons):,} persons" in said.en
        assert said.value == round(persons)
        assert "in B" in said.en
        assert "roughly" in said.en
        assert "乙县" in said.zh
        assert "大致" in said.zh

    def test_there_is_a_sentence_for_every_plan_and_one_for_the_best(self, seed: int) -> None:
        said = found(seed).explanations
        assert len(said) == len(PLANS) + 2
        for told, row in zip(said, found(seed).regrets.itertuples(), strict=False):
            lost = row.regret_share > 1e-6
            assert (f"loses {100 * row.regret_share:.1f} %" if lost else "none of these plans delivers more") in told.en
            assert (f"损失 {100 * row.regret_share:.1f}%" if lost else "都不比它多") in told.zh
            assert (told.kind, told.subject, told.unit) == ("seasons", row.plan, "weighted attendances")
            assert told.value == row.largest_regret
        largest = found(seed).regrets["largest_regret"]
        differ = "the plan of least regret loses least in its worst season."
        assert said[-2].en.endswith("in their worst seasons." if np.allclose(largest, largest.min()) else differ)


def test_a_plan_that_cannot_be_used_in_one_season_says_so_and_is_not_called_the_best() -> None:
    value = {"summer": (9.0, 5.0), "winter": (5.0, 5.0), "all_year": (5.0, 5.0), "both": (6.0, 5.0)}
    rows = [
        (plan, season, v, 1, int((plan, season) == ("summer", "winter")))
        for plan in PLANS for season, v in zip(SEASONS, value[plan], strict=True)
    ]  # fmt: skip
    values = with_regret(pd.DataFrame(rows, columns=["plan", "season", "value", "persons_served", "unusable"]))
    regrets = largest_regrets(values)
    assert regrets.set_index("plan")["unusable"].to_dict() == {"summer": 1, "winter": 0, "all_year": 0, "both": 0}
    summer, *_, best = _values_told(values, regrets, "attendances")
    assert "1 of its buildings and modules cannot be used" in summer.en
    assert "无法使用" in summer.zh
    assert "the plan of least regret loses least" in best.en


def test_plans_that_are_equally_good_are_not_set_against_each_other() -> None:
    rows = [(plan, season, 5.0, 3, 0) for plan in PLANS for season in SEASONS]
    values = with_regret(pd.DataFrame(rows, columns=["plan", "season", "value", "persons_served", "unusable"]))
    *_, said = _values_told(values, largest_regrets(values), "attendances")
    assert "lose equally little" in said.en
    assert "损失相同" in said.zh


class TestTheQuestions:
    def test_least_regret_comes_first_for_both_seasons_and_nowhere_else(self) -> None:
        network = Network(aims=("least_regret", "neediest", "least_cost"), season="both")
        scenario = Scenario(name="s", network=network, month=1)
        aims = {key: for_season(scenario, key).network.aims for key in PLANS}  # type: ignore[union-attr]
        assert aims["both"] == ("least_regret", "neediest", "least_cost")
        assert {aims[key] for key in ("summer", "winter", "all_year")} == {("neediest", "least_cost")}
        assert for_season(scenario, "winter").month is None
        alone = Scenario(name="s", network=Network(aims=("least_regret",), season="both"))
        assert for_season(alone, "summer").network.aims == ("most_units",)  # type: ignore[union-attr]


def test_of_equal_values_nobody_regrets_anything() -> None:
    rows = [(plan, season, 5.0, 3, 0) for plan in PLANS for season in SEASONS]
    table = with_regret(pd.DataFrame(rows, columns=["plan", "season", "value", "persons_served", "unusable"]))
    assert not table[["regret", "regret_persons"]].to_numpy().any()


class TestFoundAgain:
    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10_000))
    def test_what_was_chosen_is_found_among_the_same_choices(self, seed: int) -> None:
        asked = question(seed)
        made = answer(asked, seed)
        forms, modules, lost = chosen_years(asked, tables_of(asked, made))  # type: ignore[arg-type]
        assert forms.tolist() == made.form_year.tolist()
        assert modules.tolist() == made.module_year.tolist()
        assert lost == 0

    def test_what_may_not_be_there_in_another_season_is_left_out_and_counted(self) -> None:
        asked = question(3)
        made = answer(asked, 3, np.array([0, 0, 1, -1]), np.array([0, 0, 0, -1, 1, 1, -1, -1]))
        state = asked.problem.module_state.copy()
        state[2] = BARRED
        barred = replace(asked, problem=replace(asked.problem, module_state=state))
        forms, modules, lost = chosen_years(barred, tables_of(asked, made))  # type: ignore[arg-type]
        assert forms.tolist() == [0, 0, 1, -1]
        assert modules.tolist() == [0, 0, -1, -1, 1, 1, -1, -1]
        assert lost == 1

    def test_of_several_copies_each_is_taken_once(self) -> None:
        asked = question(3)
        table = asked.modules.assign(capacity_units=10.0)
        table.loc[3, "service"] = table.loc[2, "service"]
        twice = replace(asked, modules=table)
        plan = tables_of(asked, answer(asked, 3, np.array([0, 0, -1, -1]), np.array([0, 0, 1, 0, -1, -1, -1, -1])))
        plan.modules.loc[plan.modules["site_id"] == "s1", "service"] = table.loc[2, "service"]
        plan.modules["capacity_units"] = 10.0
        _, modules, lost = chosen_years(twice, plan)  # type: ignore[arg-type]
        assert sorted(modules[2:4].tolist()) == [0, 1]
        assert lost == 0

    def test_limits_of_the_choice_alone_are_lifted(self) -> None:
        problem: NetworkProblem = question(1).problem
        strict = replace(
            problem, pool=np.zeros((1, 1)), site_by=np.ones(4, int), floor=np.ones(2), most_sites=0,
            site_pool=np.full(4, -1), module_use=np.ones((8, 1)), round_resource=-1,
        )  # fmt: skip
        choice = (np.array([0, 0, 0, 0]), np.zeros(8, int))
        assert deliver(strict, *choice).objective is None
        built = deliver(as_built(strict), *choice)
        assert built.objective == pytest.approx(deliver(replace(problem, round_resource=-1), *choice).objective)
