"""The worst served by name: counties and demand areas with the most persons unserved, in whole persons."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from planning.network.measures.equity import unserved_by_area
from planning.network.measures.frames import Frames
from planning.network.measures.groups import shared_out

LISTED: Final = 20
COLUMNS: Final = (
    "level", "scope", "rank", "code", "name_zh", "name_en", "county_code", "persons", "persons_unserved",
    "share_served",
)  # fmt: skip
_NAMES: Final = ("county_zh", "county_en", "area_zh", "area_en")


def worst_table(frames: Frames, names: pd.DataFrame) -> pd.DataFrame:
    """The table `worst` of `NetworkPlan`: of the last year, over all services and for each.

    Args:
        names: demand cells with county_code, area_id, county_zh, county_en, area_zh, area_en.
    """
    known = names.drop_duplicates(["county_code", "area_id"]).set_index(["county_code", "area_id"])[list(_NAMES)]
    scopes = ["all", *(f"service:{s}" for s in frames.question.services)]
    parts = [part for scope in scopes for part in (_counties(frames, scope, known), _areas(frames, scope, known))]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _counties(frames: Frames, scope: str, known: pd.DataFrame) -> pd.DataFrame:
    found = _by_county(frames, scope).reset_index()
    names = known.groupby(level="county_code")[["county_zh", "county_en"]].first()
    named = found.join(names, on="county_code").rename(columns={"county_zh": "name_zh", "county_en": "name_en"})
    return _ranked(named.assign(level="county", scope=scope, code=named["county_code"]))


def _by_county(frames: Frames, scope: str) -> pd.DataFrame:
    """Whole persons and unserved persons by county, as in the groups."""
    scopes, last = frames.of_groups, len(frames.question.years) - 1
    kept = [scope in ("all", f"service:{service}") for service in scopes.named("service")]
    persons, served = (
        scopes.crossed(frames.counted(last, column))[kept].sum(axis=0).astype(np.int64)
        for column in ("persons", "persons_served")
    )
    counties = pd.Index(scopes.named("county"), name="county_code")
    table = pd.DataFrame({"persons": persons, "persons_unserved": persons - served}, index=counties)
    return table[table["persons"] > 0]


def _areas(frames: Frames, scope: str, known: pd.DataFrame) -> pd.DataFrame:
    """Areas with whole persons that add up to those of their county."""
    exact = unserved_by_area(frames, len(frames.question.years) - 1, scope)
    named = (
        _whole(exact, _by_county(frames, scope))
        .join(known, on=["county_code", "area_id"])
        .rename(columns={"area_zh": "name_zh", "area_en": "name_en"})
    )
    return _ranked(named.assign(level="area", scope=scope, code=named["area_id"]))


def _whole(exact: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Unserved and served persons of the areas, shared out within each county, each by itself."""
    left, kept = np.zeros(len(exact), np.int64), np.zeros(len(exact), np.int64)
    unserved = np.clip(exact["unserved"].to_numpy(float), 0.0, None)
    served = np.clip((exact["persons"] - exact["unserved"]).to_numpy(float), 0.0, None)
    places = exact.groupby("county_code").indices
    for code, persons, missing in counties.itertuples():
        members = places[code]
        left[members] = shared_out(missing, unserved[members])
        kept[members] = shared_out(persons - missing, served[members])
    return exact.assign(persons=left + kept, persons_unserved=left).drop(columns="unserved")


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The worst first: most persons unserved, then the smaller share served, then the code."""
    persons = table["persons"].to_numpy(float)
    served = (table["persons"] - table["persons_unserved"]).to_numpy(float)
    share = np.divide(served, persons, out=np.ones_like(persons), where=persons > 0)
    table = table.assign(share_served=np.round(share, 4))
    table = table[table["persons_unserved"] > 0]
    order = table.sort_values(
        ["persons_unserved", "share_served", "code"], ascending=[False, True, True], kind="stable"
    )
    return order.head(LISTED).assign(rank=np.arange(1, min(LISTED, len(order)) + 1))
