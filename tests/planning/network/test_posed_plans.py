"""Plans of posed questions keep every limit: rounds, money that is kept or earmarked, and staff, all at once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from four_counties import TASHKURGAN, YANQI, asked
from shipped_plans import few_counties

from optimizers.network import NetworkProblem, NetworkSolution, broken, solve_network
from planning import StudyArea
from planning.instruments.people import minutes_to
from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.tables import rounds_table
from planning.network.posing.pose import NetworkQuestion, pose_network

YEARS = 3
MONEY = (
    {"source": "省级建设", "yuan": (4e5, 6e5, 8e5), "pays": "capital", "carry": True},
    {"source": "运行经费", "yuan": (5e5, 9e5, 13e5), "pays": "running"},
    {"source": "援助资金", "yuan": 2e5, "counties": (TASHKURGAN,), "carry": True},
)
CARRIED, RUNNING, AID = range(3)
ASKED = {
    "years": YEARS, "season": "both", "services": ("rehabilitation", "day_care", "device_fitting", "home_visit"),
    "staff": {"therapist": 4, "care_worker": 6, "round_staff": 1}, "money": MONEY,
}  # fmt: skip


@cache
def answered() -> tuple[NetworkQuestion, NetworkSolution]:
    question = pose_network(asked(**ASKED), few_counties(TASHKURGAN, YANQI))
    return question, solve_network(question.problem, effort="first", gap=0.05, time_limit_s=20.0)


class TestEveryLimitAtOnce:
    def test_the_plan_keeps_them_all(self) -> None:
        question, solution = answered()
        assert solution.objective is not None
        assert broken(question.problem, solution) == []

    def test_each_of_them_is_felt(self) -> None:
        question, solution = answered()
        problem, tashkurgan = question.problem, question.counties.index(TASHKURGAN)
        assert solution.at_home.sum() > 0
        assert solution.paid[AID].sum() == pytest.approx(solution.paid[AID][:, tashkurgan].sum())
        assert solution.paid[AID].sum() > 0
        assert solution.paid[RUNNING][..., 0].sum() == 0
        days = np.einsum("a,tar->tr", problem.season_share, solution.at_home) * problem.round_days
        of_county = np.array([days[:, problem.round_pool == pool].sum(axis=1).max() for pool in range(2)])
        assert (of_county > 0.99 * problem.pool[:, problem.round_resource]).any()

    @pytest.mark.parametrize("less", ["money of each source", "nothing kept", "staff of rounds", "no earmarked money"])
    def test_with_less_of_any_the_plan_would_break_it(self, less: str) -> None:
        question, solution = answered()
        assert broken(_with_less(question.problem, less), solution)


def _with_less(problem: NetworkProblem, less: str) -> NetworkProblem:
    pool = problem.pool.copy()
    pool[:, problem.round_resource] *= 0.9
    without_aid = problem.pays.copy()
    without_aid[AID] = False
    changed: dict[str, Any] = {
        "money of each source": {"money": problem.money * 0.9},
        "nothing kept": {"carry": np.zeros(len(MONEY), bool)},
        "staff of rounds": {"pool": pool},
        "no earmarked money": {"pays": without_aid},
    }[less]
    return replace(problem, **changed)


class TestTwoCentresInOneCounty:
    """Rounds of a county set out from whichever of its centres is nearer, with one staff for all of them."""

    def test_each_home_is_visited_from_the_nearer_one(self) -> None:
        question = self._posed()
        offered = np.flatnonzero(np.isfinite(question.problem.round_yuan))
        hubs = question.sites["site_id"].to_numpy()[question.round_hub[offered]]
        assert set(hubs) == {f"C{YANQI}", "SECOND"}
        minutes = minutes_to(question.area, self._centres(question.area), "summer", "car", 7)
        cells = question.area.data.cells["cell_id"].to_list()
        here = [cells.index(cell) for cell in question.rows["cell_id"].to_numpy()[offered]]
        nearer = np.array([f"C{YANQI}", "SECOND"])[minutes[here].argmin(axis=1)]
        assert (hubs == nearer).all()
        np.testing.assert_allclose(question.round_minutes[offered], minutes[here].min(axis=1))

    def test_their_days_come_out_of_one_pool(self) -> None:
        question = self._posed()
        offered = np.isfinite(question.problem.round_yuan)
        assert set(question.problem.round_pool[offered]) == {question.counties.index(YANQI)}
        assert question.problem.pool.shape[0] == 1

    def test_the_table_of_rounds_names_both(self) -> None:
        question = self._posed()
        solution = solve_network(question.problem, effort="first", gap=0.05, time_limit_s=10.0)
        assert broken(question.problem, solution) == []
        table = rounds_table(deliveries_of(question, solution))
        assert set(table["site_id"]) == {f"C{YANQI}", "SECOND"}
        assert set(table["county_code"]) == {YANQI}
        of_year = np.einsum("a,tar->t", question.problem.season_share, solution.at_home)
        np.testing.assert_allclose(table.groupby("year")["units"].sum(), of_year, rtol=1e-6)

    @staticmethod
    @cache
    def _posed() -> NetworkQuestion:
        scenario = asked(
            services=("rehabilitation", "home_visit"), years=2, season="summer", village_points=False,
            staff={"round_staff": 3}, money=({"source": "省级", "yuan": 2e6},),
        )  # fmt: skip
        return pose_network(scenario, _with_a_second_centre(few_counties(YANQI)))

    @staticmethod
    def _centres(area: StudyArea) -> Any:
        facilities = area.data.facilities.set_index("facility_id")
        return facilities.loc[[f"C{YANQI}", "SECOND"], ["lon", "lat"]]


def _with_a_second_centre(area: StudyArea) -> StudyArea:
    """A county centre more, where the township farthest from the first one lies."""
    first = area.institutions[area.institutions["site_id"] == f"C{YANQI}"]
    places = area.candidates[area.candidates["kind"] == "township_place"].reset_index(drop=True)
    away = np.hypot(places["lon"] - first["lon"].iloc[0], places["lat"] - first["lat"].iloc[0])
    there = {"lon": places["lon"][away.argmax()], "lat": places["lat"][away.argmax()], "name_zh": "二中心"}
    facilities = area.data.facilities
    more = facilities[facilities["facility_id"] == f"C{YANQI}"].assign(facility_id="SECOND", **there)
    data = replace(area.data, facilities=_and(facilities, more))
    institutions = _and(area.institutions, first.assign(site_id="SECOND", **there))
    return replace(area, data=data, institutions=institutions)


def _and(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Both tables, one after the other."""
    return pd.concat([table, more], ignore_index=True)
