"""A small study area cut out of the embedded one, and network scenarios on it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from planning import Scenario, StudyArea
from planning.network.posing.pose import NetworkQuestion, pose_network

SHACHE, TASHKURGAN, YANQI, TIEMENGUAN = "653125", "653131", "652826", "659006"
CODES = (SHACHE, TASHKURGAN, YANQI, TIEMENGUAN)


@cache
def four_counties() -> StudyArea:
    """A large county, one in the mountains, one on the plain, and an XPCC city beside it."""
    return area_of_counties(*CODES)


@cache
def area_of_counties(*codes: str) -> StudyArea:
    """The embedded area with these counties alone; roads and heights stay whole."""
    area = StudyArea.southern_xinjiang()

    def cut(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["county_code"].isin(codes)].reset_index(drop=True)

    tables = ("cells", "counties", "facilities", "candidates")
    data = replace(area.data, **{name: cut(getattr(area.data, name)) for name in tables})
    return replace(area, data=data, institutions=cut(area.institutions), candidates=cut(area.candidates))


def asked(around: dict[str, Any] | None = None, **network: Any) -> Scenario:
    """A network scenario from plain tables."""
    table = {"name": "made", "network": network, **(around or {})}
    return Scenario.from_table(table, "made.toml")


def posed(around: dict[str, Any] | None = None, **network: Any) -> NetworkQuestion:
    """The question of a network scenario on the four counties."""
    return pose_network(asked(around, **network), four_counties())
