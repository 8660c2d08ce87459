"""Names for groups of cells: each cell belongs to the nearest real place of its own county."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from geodata.crs import to_metric


def nearest_county(lon: npt.ArrayLike, lat: npt.ArrayLike, cells: pd.DataFrame) -> list[str]:
    """The county code of the nearest demand cell, for points in degrees that come without one."""
    near = cKDTree(to_metric(cells["lon"], cells["lat"])).query(to_metric(lon, lat))[1]
    return [str(code) for code in cells["county_code"].to_numpy()[near]]


def kilometres_to_cells(lon: npt.ArrayLike, lat: npt.ArrayLike, cells: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Straight-line kilometres from points in degrees to the nearest demand cell."""
    tree = cKDTree(to_metric(cells["lon"], cells["lat"]))
    return np.asarray(tree.query(to_metric(lon, lat))[0] / 1000)


def demand_areas(cells: pd.DataFrame, places: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """The demand area of every cell.

    Args:
        cells: `county_code`, `lon`, `lat`.
        places: `place_id`, `name_zh`, `name_en`, `county_code`, `lon`, `lat`.
        counties: `county_code`, `name_zh`, `name_en`.

    Returns:
        Aligned with `cells`: `area_id` (the place's, or the county's where it has no place), `area_zh`,
        `area_en`, `county_zh`, `county_en`. An area is a neighbourhood, not an administrative township.
    """
    out = pd.DataFrame(
        index=cells.index, columns=["area_id", "area_zh", "area_en", "county_zh", "county_en"], dtype=str
    )
    names = counties.set_index("county_code")
    for code, group in cells.groupby("county_code"):
        here = places[places["county_code"] == code].reset_index(drop=True)
        county = names.loc[code]
        if len(here):
            near = cKDTree(to_metric(here["lon"], here["lat"])).query(to_metric(group["lon"], group["lat"]))[1]
            chosen = here.iloc[near][["place_id", "name_zh", "name_en"]].to_numpy()
        else:
            chosen = np.array([[f"C{code}", county["name_zh"], county["name_en"]]] * len(group))
        out.loc[group.index, ["area_id", "area_zh", "area_en"]] = chosen
        out.loc[group.index, ["county_zh", "county_en"]] = county["name_zh"], county["name_en"]
    return out
