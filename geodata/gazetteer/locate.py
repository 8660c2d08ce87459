"""Where a unit is: its own point, or that of the unit above it, with what the point really stands for."""

from typing import Final

import pandas as pd

from geodata.errors import LayerError, both
from geodata.gazetteer.names import LEVELS
from geodata.gazetteer.units import Gazetteer

WIDTHS: Final = (12, 9, 6)  # digits of a code, deepest level first


def locate(codes: "pd.Series[str]", gazetteer: Gazetteer, points: pd.DataFrame | None = None) -> pd.DataFrame:
    """Coordinates of units, EPSG:4326.

    A unit without a point takes that of the unit above it; `precision` says which one it was, so a village that
    stands at its county's seat is `county`.

    Args:
        codes: unit codes of 12, 9 or 6 digits; empty where unknown.
        gazetteer: the units.
        points: own points, `code`, `lon`, `lat` in EPSG:4326; at each level they go before the gazetteer's.

    Returns:
        Aligned with `codes`: `lon`, `lat` (NaN where no point is known), `precision` village | township | county | "".

    Raises:
        LayerError: when a column of `points` is missing, a code stands twice in it or a coordinate is no number.
    """
    known = gazetteer.units[["code", "lon", "lat"]].dropna()
    if points is not None:
        known = pd.concat([_checked(points), known]).drop_duplicates("code")
    at = known.set_index("code")
    wanted = pd.Series(codes.fillna("").astype(str).unique())
    out = pd.DataFrame({"lon": float("nan"), "lat": float("nan"), "precision": ""}, index=wanted)
    for width in WIDTHS:
        above = wanted.str[:width]
        has = (
            (out["precision"] == "").to_numpy()
            & (wanted.str.len() >= width).to_numpy()
            & above.isin(at.index).to_numpy()
        )
        out.loc[has, ["lon", "lat"]] = at.loc[above[has], ["lon", "lat"]].to_numpy()
        out.loc[has, "precision"] = LEVELS[width]
    return out.loc[codes.fillna("").astype(str)].set_axis(codes.index)


def _checked(points: pd.DataFrame) -> pd.DataFrame:
    absent = [c for c in ("code", "lon", "lat") if c not in points]
    if absent:
        fault = both(f"points: missing columns {', '.join(absent)}", f"坐标表：缺少列 {'、'.join(absent)}")
        raise LayerError([fault])
    own = points[["code", "lon", "lat"]].assign(code=points["code"].astype(str).str.strip())
    own = own.assign(**{c: pd.to_numeric(own[c], errors="coerce") for c in ("lon", "lat")})
    wrong = own[own["lon"].isna() | own["lat"].isna() | ~own["lon"].between(-180, 180) | ~own["lat"].between(-90, 90)]
    twice = own[own["code"].duplicated()]
    faults = [
        both(f"points: {c} has no longitude and latitude in degrees", f"坐标表：{c} 没有以度为单位的经纬度")
        for c in wrong["code"].head(5)
    ]
    faults += [both(f"points: {c} stands twice", f"坐标表：{c} 重复") for c in twice["code"].head(5)]
    if faults:
        raise LayerError(faults)
    return own
