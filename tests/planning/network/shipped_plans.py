"""The ready network scenarios, each solved once on a few small counties, its tables written as in a plan folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from optimizers.network import NetworkSolution
from planning import Plan, Scenario, StudyArea
from planning.network.files import write_network
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.run import answer_network, measure_network
from planning.scenario import load

YANQI, XINHE, AKQI, TASHKURGAN, MINFENG, TIEMENGUAN = "652826", "652925", "653023", "653131", "653227", "659006"
FEW = (YANQI, AKQI, TASHKURGAN, MINFENG, TIEMENGUAN)
"""Small counties of four prefectures, Hotan and Kizilsu among them, and an XPCC city beside the first."""
ALL = (*FEW, XINHE)
"""With the smallest county over the line for special schools."""
FOUR = ["persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route"]
_KEPT = TemporaryDirectory(prefix="shipped-plans-")


@dataclass(frozen=True, eq=False)
class Solved:
    """One scenario from its file to the tables of its plan."""

    area: StudyArea
    question: NetworkQuestion
    solution: NetworkSolution
    plan: Plan
    folder: Path

    @property
    def scenario(self) -> Scenario:
        return self.question.scenario

    def table(self, name: str) -> pd.DataFrame:
        """A table of the plan folder, as anybody reads it."""
        codes = {"county_code": str, "site_id": str, "key": str}
        return pd.read_csv(self.folder / "network" / f"{name}.csv", encoding="utf-8-sig", dtype=codes)


@cache
def few_counties(*codes: str) -> StudyArea:
    """The embedded area with some of its counties alone."""
    area = StudyArea.southern_xinjiang()

    def cut(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["county_code"].astype(str).isin(codes)].reset_index(drop=True)

    tables = ("cells", "counties", "facilities", "candidates")
    data = replace(area.data, **{name: cut(getattr(area.data, name)) for name in tables})
    return replace(area, data=data, institutions=cut(area.institutions), candidates=cut(area.candidates))


@cache
def solved(name: str) -> Solved:
    """The scenario as it is shipped, answered at a first look; explained where its subject is a sentence."""
    area, scenario = few_counties(*ALL), _at_a_first_look(load(name))
    question = pose_network(scenario, area)
    solution = answer_network(question)
    plan = measure_network(question, solution, area)
    folder = Path(_KEPT.name) / name
    folder.mkdir()
    assert plan.network is not None
    write_network(plan.network, folder)
    return Solved(area, question, solution, plan, folder)


def _at_a_first_look(scenario: Scenario) -> Scenario:
    network = scenario.network
    assert network is not None
    hurried: dict[str, Any] = {"explain": scenario.name == "network_tashkurgan_rounds", "explain_s": 4.0}
    solver = scenario.solver.model_copy(update={"effort": "first"})
    return scenario.model_copy(update={"solver": solver, "network": network.model_copy(update=hurried)})
