"""Where a row is: its own coordinates, else the place that its code, names or address say, and how precisely."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from shapely import contains_xy, prepare

from geodata.boundaries import county_polygons
from geodata.coordinates import read_coordinates
from geodata.errors import both
from geodata.findings import Finding
from geodata.gazetteer import locate, match_places, open_gazetteer, review_list
from geodata.layers.fields import Layer
from geodata.layers.rules import blank

if TYPE_CHECKING:
    from geodata.layers.read import Reading

EDGE_DEG: Final = 0.02  # about two kilometres: borders are simplified, and people live along them
NAMES: Final = ("unit_code", "county_code", "county", "township", "village", "address")
MATCHED: Final = ("unit_code", "county_code", "precision", "score", "match_reason")


def placed(
    table: pd.DataFrame, layer: Layer, reading: "Reading"
) -> tuple[pd.DataFrame, list[Finding], pd.DataFrame | None]:
    """Coordinates, unit and precision of every row.

    Returns:
        Aligned with the table: `lon`, `lat` (degrees, EPSG:4326, NaN where unknown) and, for a layer whose rows may be
        named instead, `unit_code`, `county_code`, `precision`, `score`, `match_reason`; the findings; the list of
        places for a person to look at, whose `first_row` is a label of the table.
    """
    named = [c for c in NAMES if c in table] if layer.field("county") else []
    own, findings = _own_coordinates(table, layer, reading, required=not named)
    if not layer.field("county"):
        return own[["lon", "lat"]], findings, None
    has_point = own["lon"].notna().to_numpy(bool)
    if not named:
        return _without_names(own, has_point), findings, None
    gazetteer = reading.gazetteer or open_gazetteer()
    matches = match_places(_units(table[named]), gazetteer, county=reading.county, answers=reading.answers)
    place = _placed(own, has_point, matches, gazetteer, reading)
    findings += _unplaced(table, own, has_point, matches, place, findings)
    findings += [*_elsewhere(place, has_point), *_other_county(place, gazetteer, reading)]
    waiting = matches["status"] != "matched"
    asked = table.loc[waiting, named].assign(row=table.index[waiting])
    review = review_list(matches[waiting], asked, gazetteer) if waiting.any() else None
    return place, findings, review


def _other_county(place: pd.DataFrame, gazetteer: Any, reading: "Reading") -> list[Finding]:
    """Rows of another county than the one that the file is said to be about."""
    if not reading.county:
        return []
    named = pd.DataFrame({"county": [reading.county]})
    asked = match_places(named, gazetteer, county=reading.county)["county_code"].iloc[0]
    other = ((place["county_code"] != "") & (place["county_code"] != asked)).to_numpy(bool)
    rule = both("the row is in another county than the file", "该行所在县与整份文件的县不同")
    return [Finding(rule, both("it counts there; check it", "按该县计入；请核对"), other, effect="ask")]


def _elsewhere(place: pd.DataFrame, has_point: Any) -> list[Finding]:
    """Points that lie outside the county that their row names; nothing where the county's polygon is not known."""
    codes = place["county_code"].where(has_point, "").to_numpy(str)
    lon, lat = place["lon"].to_numpy(float), place["lat"].to_numpy(float)
    outside = np.zeros(len(place), bool)
    for code, near in _near(tuple(sorted(set(codes) - {""}))).items():
        rows = np.flatnonzero(codes == code)
        outside[rows] = ~contains_xy(near, lon[rows], lat[rows])
    rule = both("the point lies outside the county of its row", "坐标不在该行所写的县内")
    advice = both("the coordinates are used; check them and the county", "采用坐标；请核对坐标和县名")
    return [Finding(rule, advice, outside, effect="ask")]


@lru_cache(maxsize=8)
def _near(codes: tuple[str, ...]) -> dict[str, Any]:
    """The counties whose polygon is known, each with its edge; kept, because reading the polygons takes seconds."""
    if not codes:
        return {}
    polygons = county_polygons(list(codes))
    shapes = [shape.buffer(EDGE_DEG) for shape in polygons.geometry]
    prepare(shapes)
    return dict(zip(polygons["code"], shapes, strict=True))


def _units(names: pd.DataFrame) -> pd.DataFrame:
    """The county's code stands in where a row has no longer one."""
    if "county_code" not in names:
        return names
    codes = names["county_code"]
    if "unit_code" in names:
        codes = names["unit_code"].where(~blank(names["unit_code"]), codes)
    return names.drop(columns="county_code").assign(unit_code=codes)


def _own_coordinates(
    table: pd.DataFrame, layer: Layer, reading: "Reading", *, required: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    """The row's own coordinates as far as it has any."""
    none = pd.Series(np.nan, index=table.index, dtype=object)
    x, y = table.get("lon", none), table.get("lat", none)
    if "coordinates" in table:  # both in one cell, where the two of their own are empty
        alone = blank(x) & blank(y)
        x, y = x.mask(alone, table["coordinates"]), y.mask(alone, np.nan)
    return read_coordinates(
        x, y, reading.system, reading.box,
        swap=reading.swap, private=layer.private, required=required, outside=reading.outside,
    )  # fmt: skip


def _without_names(own: pd.DataFrame, has_point: Any) -> pd.DataFrame:
    return own[["lon", "lat"]].assign(
        unit_code="", county_code="", precision=np.where(has_point, "point", ""), score=0.0, match_reason=""
    )


def _placed(
    own: pd.DataFrame, has_point: Any, matches: pd.DataFrame, gazetteer: Any, reading: "Reading"
) -> pd.DataFrame:
    """Own coordinates first, else those of the matched unit; the precision is that of the coordinates used."""
    sure = matches["status"] == "matched"
    codes = matches["unit_code"].where(sure, "")
    found = locate(codes, gazetteer, reading.own_points)
    return pd.DataFrame(
        {
            "lon": own["lon"].where(has_point, found["lon"]),
            "lat": own["lat"].where(has_point, found["lat"]),
            "unit_code": codes,
            "county_code": matches["county_code"].where(sure, ""),
            "precision": np.where(has_point, "point", found["precision"]),
            "score": matches["score"].where(sure, 0.0),
            "match_reason": matches["reason"].where(sure, ""),
        },
        index=own.index,
    )


def _unplaced(
    table: pd.DataFrame, own: pd.DataFrame, has_point: Any, matches: pd.DataFrame, place: pd.DataFrame,
    before: list[Finding],
) -> list[Finding]:  # fmt: skip
    """Rows that no coordinates and no certain match place; rows with both keep their point and are asked about."""
    refused = np.zeros(len(table), bool)
    for finding in before:
        refused |= finding.rows if finding.effect == "reject" else False
    status = matches["status"].to_numpy(str)
    alone = ~has_point & ~refused
    nowhere = (status == "matched") & place["lon"].isna().to_numpy(bool)
    said = ~np.logical_and.reduce([blank(table[c]) for c in NAMES if c in table])
    rows = {
        "person": alone & (status == "person"),
        "unmatched": alone & (status == "unmatched"),
        "nowhere": alone & nowhere,
        "unsure": has_point & (status != "matched") & said,
    }
    return [
        Finding(
            both("the place could be several units", "地名可能对应多个单位"),
            both("choose one in the list of places and read the file again with it", "请在地名核对表中选定后重新读取"),
            rows["person"],
        ),
        Finding(
            both("the place is not known", "地名无法识别"),
            both(
                "write county, township and village in full or their code, or fill in the list of places",
                "请写全县、乡镇、村的名称或代码，或填写地名核对表",
            ),
            rows["unmatched"],
        ),
        Finding(
            both("the unit has no known coordinates", "该单位没有已知坐标"),
            both("give its coordinates, or a file of points with its code", "请提供坐标，或带有该代码的点位文件"),
            rows["nowhere"],
        ),
        Finding(
            both("the place names do not say one unit; the coordinates are used", "地名不能确定单位，采用坐标"),
            both("check the names", "请核对地名"),
            rows["unsure"],
            effect="ask",
        ),
    ]
