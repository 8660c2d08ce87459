"""Persons of registers put into cells: counted by place and class, everyone exactly once, nobody placed too surely."""

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geodata.apportion import balanced_split, largest_remainder
from geodata.crs import projection_for
from geodata.demand import FLAGS, people_from_register
from geodata.findings import Mask
from geodata.layers import LayerReport
from geodata.layers.report import PRECISIONS
from geodata.roads.network import Floats, RoadNetwork

SNAP_DEG: Final = 0.005  # about 500 m: people closer than this are counted together, so that a dot is no home
CLASSES: Final = ("category", "grade", "age_band", "hardship")
SPOT: Final = ("county_code", "lon", "lat", "precision")
_TEXT: Final = ("county_code", "unit_code", "precision", "category", "age_band")
_DIGITS: Final = ((12, "village"), (9, "township"))

Seats = Mapping[str, tuple[float, float]]


def people_in(reports: Sequence[LayerReport]) -> pd.DataFrame:
    """The accepted rows of registers with the columns that a study area needs, and no other.

    A person who stands in several registers is counted where the first of them has it, see `repeated`.

    Returns:
        `county_code`, `unit_code`, `precision`, `category`, `age_band` (text, "" unknown), `grade` (Int64), `lon`,
        `lat` (degrees, NaN unknown), `persons` (int64), those of `FLAGS` that the registers have (boolean), and for
        faults only `file` (position among the registers) and `row` (Int64, of that file; <NA> unknown).
    """
    tables = [
        _plain(pd.DataFrame(report.accepted)).assign(file=position)[~again]
        for position, (report, again) in enumerate(zip(reports, repeated(reports), strict=True))
    ]
    whole = pd.concat(tables, ignore_index=True)
    flags = [f for f in FLAGS if f in whole]
    return whole[whole["persons"] > 0].astype(dict.fromkeys(flags, "boolean")).reset_index(drop=True)


def repeated(reports: Sequence[LayerReport]) -> list[Mask]:
    """Of every register its accepted rows (n,) whose person stands in an earlier one; by `person_key`, so nobody
    without a key or a number is. Rows of the same register are its own reading's affair."""
    found, seen = [], set[str]()
    for report in reports:
        rows = report.accepted
        keys = rows["person_key"].fillna("").astype(str) if "person_key" in rows else pd.Series("", index=rows.index)
        found.append(((keys != "") & keys.isin(seen)).to_numpy(bool))
        seen |= set(keys) - {""}
    return found


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    none = pd.Series(np.nan, index=rows.index)
    out = {
        c: rows[c].fillna("").astype(str) if c in rows else pd.Series("", index=rows.index, dtype=str) for c in _TEXT
    }
    out |= {c: pd.to_numeric(rows.get(c, none), errors="coerce").astype(float) for c in ("lon", "lat")}
    out["grade"] = pd.to_numeric(rows.get("grade", none), errors="coerce").astype("Int64")
    persons = pd.to_numeric(rows["persons"], errors="coerce") if "persons" in rows else none
    out["persons"] = persons.fillna(1).astype(np.int64)
    out["row"] = pd.to_numeric(rows.get("row", none), errors="coerce").astype("Int64")
    out |= {flag: rows[flag].astype("boolean") for flag in FLAGS if flag in rows}
    return pd.DataFrame(out)


def placed(people: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """People with the best place that is known of them.

    Args:
        people: as `people_in` gives them.
        points: `code` (9 digits township, 12 digits village), `lon`, `lat`; each code once.

    Returns:
        The same rows: a person with coordinates keeps them; one without, or with those of a larger unit, takes the
        point of the village or township. Who has neither is known to the `county` only.
    """
    out, code = people.copy(), _code(people["unit_code"])
    nowhere = out["lon"].isna() | out["lat"].isna()
    unsaid = ~out["precision"].isin(PRECISIONS)
    out["precision"] = out["precision"].mask(unsaid, "point").mask(nowhere, "county")
    at = points.assign(code=_code(points["code"].astype(str))).drop_duplicates("code").set_index("code")
    rank = out["precision"].map({p: i for i, p in enumerate(PRECISIONS)})
    better = pd.Series(False, index=out.index)
    for digits, precision in _DIGITS:
        unit = code.str[:digits].where(code.str.len() >= digits, "")
        here = unit.isin(at.index) & ~better & (rank > PRECISIONS.index(precision))
        for column in ("lon", "lat"):
            out[column] = out[column].mask(here, unit.map(at[column]))
        out["precision"] = out["precision"].mask(here, precision)
        better |= here
    county = out["county_code"].where(out["county_code"] != "", code.str[:6].where(code.str.len() >= 6, ""))
    return out.assign(county_code=county.str[:6])


def _code(codes: "pd.Series[str]") -> "pd.Series[str]":
    """Codes without the zeros that stand for a whole county or township."""
    bare = codes.str.strip()
    bare = bare.str[:9].where((bare.str.len() == 12) & bare.str.endswith("000"), bare)
    return bare.str[:6].where((bare.str.len() == 9) & bare.str.endswith("000"), bare)


def county_by_polygon(
    lon: "pd.Series[float]", lat: "pd.Series[float]", polygons: gpd.GeoDataFrame, most_km: float
) -> "pd.Series[str]":
    """Code of the polygon around each point in degrees, or of the nearest one; aligned with the points.

    `""` for a point that lies more than `most_km` from every polygon.
    """
    metres = projection_for(lon.to_numpy(float), lat.to_numpy(float)).crs
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), index=lon.index, crs=polygons.crs).to_crs(metres)
    shapes = polygons[["code", "geometry"]].to_crs(metres)
    found = spots.sjoin_nearest(shapes, max_distance=most_km * 1000).sort_values("code")["code"]
    return found[~found.index.duplicated()].reindex(lon.index).fillna("")


def kilometres_to_roads(lon: "pd.Series[float]", lat: "pd.Series[float]", roads: RoadNetwork) -> Floats:
    """Straight-line kilometres (n,) from points in degrees to the nearest vertex of the roads."""
    flat = projection_for(roads.shape_lon, roads.shape_lat)
    tree = cKDTree(flat.to_metric(roads.shape_lon, roads.shape_lat))
    return np.asarray(tree.query(np.nan_to_num(flat.to_metric(lon, lat), posinf=1e12, neginf=1e12))[0] / 1000)


def cells_of(
    people: pd.DataFrame, homes: pd.DataFrame, seats: Seats, snap_deg: float = SNAP_DEG
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells of a register, and its persons counted in them. Every person is in exactly one cell.

    Persons known to the county only are not put on one dot: they are spread over the homes of their county by
    population (largest remainder, classes kept to the person), over its seat where it has no homes, and over the
    places of its other persons where it has neither.

    Args:
        people: placed, each with a `county_code`.
        homes: `county_code`, `lon`, `lat`, `population`: where people live by the model.
        seats: county code → degrees.
        snap_deg: places closer than this are one cell.

    Returns:
        Cells with `cell_id`, `county_code`, `lon`, `lat`, `precision`, `population` (0, or persons of the model in a
        county where the register has nobody); and `cell_id`, `category`, `grade`, `age_band`, `hardship`, `persons`.
    """
    broad = people["precision"] == "county"
    surely = _at_spots(people[~broad], snap_deg)
    kinds = people_from_register(people[broad].rename(columns={"county_code": "cell_id"}))
    shared = [_spread(rows, str(code), surely, homes, seats) for code, rows in kinds.groupby("cell_id")]
    counted = pd.concat([surely, *shared], ignore_index=True)
    spots = counted[list(SPOT)].drop_duplicates().assign(population=0)
    empty = homes[~homes["county_code"].isin(counted["county_code"])].assign(precision="county")
    cells = pd.concat([spots, empty[[*SPOT, "population"]]], ignore_index=True)
    cells = cells.sort_values(list(SPOT), kind="stable", ignore_index=True)
    number = cells.groupby("county_code").cumcount() + 1
    cells.insert(0, "cell_id", "R" + cells["county_code"].astype(str) + number.astype(str).str.zfill(6))
    residents = counted.merge(cells[["cell_id", *SPOT]], on=list(SPOT))
    keys = ["cell_id", *CLASSES]
    residents = residents.groupby(keys, dropna=False, as_index=False, sort=False)["persons"].sum()
    return cells, residents.sort_values(keys, kind="stable", ignore_index=True)[[*keys, "persons"]]


def _at_spots(people: pd.DataFrame, snap_deg: float) -> pd.DataFrame:
    """Counts by spot and class."""
    snapped = {c: np.round(np.round(people[c] / snap_deg) * snap_deg, 7) for c in ("lon", "lat")}
    rows = people.assign(**snapped)
    spots = rows[list(SPOT)].drop_duplicates().reset_index(drop=True)
    names = spots.assign(cell_id=np.arange(len(spots)).astype(str))
    counts = people_from_register(rows.merge(names, on=list(SPOT)))
    return counts.merge(names, on="cell_id").drop(columns="cell_id")


def _spread(rows: pd.DataFrame, code: str, surely: pd.DataFrame, homes: pd.DataFrame, seats: Seats) -> pd.DataFrame:
    """The counts by class of one county over its homes, as counts by spot and class."""
    here = homes[homes["county_code"] == code]
    if not len(here) and code in seats:
        here = pd.DataFrame({"lon": [seats[code][0]], "lat": [seats[code][1]], "population": [1]})
    elif not len(here):
        others = surely[surely["county_code"] == code]
        here = others.groupby(["lon", "lat"], as_index=False)["persons"].sum().rename(columns={"persons": "population"})
    kinds = rows.drop(columns="cell_id")
    shares = largest_remainder(int(kinds["persons"].sum()), here["population"].to_numpy(float))
    table = balanced_split(shares, kinds["persons"].to_numpy(np.int64))
    spot, kind = np.nonzero(table)
    out = kinds.iloc[kind].reset_index(drop=True).assign(persons=table[spot, kind])
    return out.assign(
        county_code=code,
        lon=here["lon"].to_numpy(float)[spot],
        lat=here["lat"].to_numpy(float)[spot],
        precision="county",
    )


def unplaceable(people: pd.DataFrame, homes: pd.DataFrame, seats: Seats) -> list[str]:
    """Counties whose persons are all known to the county only, and which has neither homes nor a seat."""
    sure = set(people.loc[people["precision"] != "county", "county_code"])
    broad = set(people.loc[people["precision"] == "county", "county_code"])
    return sorted(broad - sure - set(homes["county_code"]) - set(seats))
