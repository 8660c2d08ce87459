"""Pieces that maps are drawn with: located rows, layers of symbols."""

from collections.abc import Callable, Mapping
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
from shapely import points

from planning.offline import TextTooltip, inert


def constant(style: Mapping[str, Any]) -> Callable[[Any], Mapping[str, Any]]:
    """The same style for every feature."""
    return lambda _feature: style


def located(rows: pd.DataFrame, columns: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Rows with `lon` and `lat` as points with these columns, text made harmless; EPSG:4326."""
    safe = {k: [inert(x) if isinstance(x, str) else x for x in v] for k, v in columns.items()}
    return gpd.GeoDataFrame(safe, geometry=points(rows["lon"], rows["lat"]), crs=4326)


def placed(rows: pd.DataFrame, facts: Mapping[str, Any], svg: str, size: int, name: str, made: folium.Map) -> None:
    """One layer of symbols with what is told of each."""
    if not len(rows):
        return
    icon = folium.DivIcon(html=svg, icon_size=(size, size), icon_anchor=(size // 2, size // 2), class_name="symbol")
    folium.GeoJson(
        located(rows, facts), name=name, marker=folium.Marker(icon=icon), tooltip=TextTooltip(list(facts))
    ).add_to(made)
