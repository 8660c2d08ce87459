"""Six small counties, and every ready scenario answered on them at a first look: seconds for the whole room."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from made_scenarios import scenario

from planning import Plan, Scenario, StudyArea, run, study_area
from planning.scenario import load, shipped

FEW = ("652826", "652925", "653023", "653131", "653227", "659006")


@pytest.fixture(scope="session")
def few(area: StudyArea) -> StudyArea:
    """The embedded area with six of its counties alone."""

    def cut(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["county_code"].astype(str).isin(FEW)].reset_index(drop=True)

    tables = ("cells", "counties", "facilities", "candidates")
    data = replace(area.data, **{name: cut(getattr(area.data, name)) for name in tables})
    return replace(area, data=data, institutions=cut(area.institutions), candidates=cut(area.candidates))


@pytest.fixture(scope="session")
def few_plans(few: StudyArea) -> dict[str, Plan]:
    """The ready scenarios by name, the frugal one with money for little, and a plan that closes an institution."""
    asked = {name: _hurried(load(name)) for name in shipped()}
    frugal = asked["frugal"].objective.model_copy(update={"budget_yuan": 600_000.0})
    asked["frugal"] = asked["frugal"].model_copy(update={"objective": frugal})
    goal = {"model": "max_coverage", "sites": 1, "minutes": 60}
    asked["closed"] = scenario("closed", objective=goal, changes=[{"type": "close", "site": "C652826"}])
    with pytest.MonkeyPatch.context() as patch:  # polygons take as long to read as all else; nothing here draws a map
        none = gpd.GeoDataFrame({"code": [], "name": []}, geometry=[], crs="EPSG:4326")
        patch.setattr(study_area, "_boundaries", lambda counties, prefectures: (none, none))
        return {name: run(one, few) for name, one in asked.items()}


def _hurried(asked: Scenario) -> Scenario:
    return asked.model_copy(update={"solver": asked.solver.model_copy(update={"effort": "first"})})
