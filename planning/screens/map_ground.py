"""What lies under every map of a study area: counties, roads, names and the places where people live. Seldom sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from planning.maps import OTHER_SYMBOLS
from planning.screens.plans import base_map
from planning.study_area import StudyArea
from planning.texts import text

DIGITS: Final = 4
"""Decimals of a degree on the map: about ten metres."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The ground of one area in one language.

    Attributes:
        id: fingerprint; the browser keeps what it has.
        text: JSON: counties, prefectures, roads, bounds, areas, towns, others.
        cells: lon, lat (float32), area (row of `areas`), in the order of the area's cells.
        cell_ids: what row each cell is.
    """

    id: str
    text: str
    cells: pd.DataFrame
    cell_ids: Mapping[str, int]


@lru_cache(maxsize=6)
def ground_of(area: StudyArea, language: str) -> Ground:
    """The ground of a study area."""
    demand = area.demand(area.assumptions.demand_rates())
    names = demand[[f"area_{language}", f"county_{language}"]].astype(str)
    numbered = names.apply(tuple, axis=1)
    areas = list(dict.fromkeys(numbered))
    at = {pair: i for i, pair in enumerate(areas)}
    cells = pd.DataFrame({
        "lon": demand["lon"].to_numpy(np.float32),
        "lat": demand["lat"].to_numpy(np.float32),
        "area": numbered.map(at).to_numpy(np.uint16),
    })  # fmt: skip
    told = {**base_map(area, language), "areas": areas, "towns": _towns(area, language)}
    told |= {"prefectures": _outlines(area, language), "others": _others(area, language)}
    words = json.dumps(told, allow_nan=False, ensure_ascii=False)
    digest = sha256(f"{area.digest}{language}{words}".encode()).hexdigest()[:16]
    return Ground(digest, words, cells, {str(c): i for i, c in enumerate(demand["cell_id"])})


def _towns(area: StudyArea, language: str) -> list[dict[str, Any]]:
    """Names of towns and townships with their place; seats of counties first, then seats of townships."""
    places = area.data.places
    name = places[f"name_{language}"].astype(str)
    order = places["rank"].astype(str).map({"county_seat": 0, "township_seat": 1}).fillna(2).astype(int)
    rows = places.assign(name=name, order=order).sort_values("order", kind="stable")
    return [
        {"name": n, "lon": round(float(x), DIGITS), "lat": round(float(y), DIGITS), "order": int(o)}
        for n, x, y, o in zip(rows["name"], rows["lon"], rows["lat"], rows["order"], strict=True)
        if n
    ]


def _outlines(area: StudyArea, language: str) -> dict[str, Any]:
    _, prefectures = area.boundaries(language)
    if not len(prefectures):
        return {"type": "FeatureCollection", "features": []}
    found: dict[str, Any] = json.loads(gpd.GeoDataFrame(prefectures[["name", "geometry"]]).to_json())
    return found


def _others(area: StudyArea, language: str) -> list[dict[str, Any]]:
    """Institutions that no plan opens: special schools and day care."""
    rows = area.data.facilities
    rows = rows[rows["kind"].isin(list(OTHER_SYMBOLS))]
    return [
        {
            "kind": r["kind"],
            "name": str(r[f"name_{language}"]),
            "label": text(r["kind"], language),
            "lon": round(float(r["lon"]), DIGITS),
            "lat": round(float(r["lat"]), DIGITS),
        }
        for r in rows.to_dict("records")
    ]
