"""`candidates.csv` and `facilities.csv`: where a service could open, and where one is already."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geodata.build.places import SEATS
from geodata.build.sources import FOLDER
from geodata.crs import to_metric

VILLAGE_POINTS: Final = 400
VILLAGE_POINT_REACH_M: Final = 8_000.0


def build_candidates(cells: pd.DataFrame, places: pd.DataFrame, counties: pd.DataFrame) -> None:
    """`candidates.csv`: every real place that is not a county seat, then the modelled village points."""
    both = [township_places(places), village_points(cells, places, counties)]
    pd.concat(both, ignore_index=True).to_csv(FOLDER / "candidates.csv", index=False, lineterminator="\n")


def township_places(places: pd.DataFrame) -> pd.DataFrame:
    """Real places below the county seat; what could host a service there is assumed."""
    real = places[~places["rank"].isin(SEATS)]
    return pd.DataFrame(
        {
            "site_id": real["place_id"], "name_zh": real["name_zh"], "name_en": real["name_en"],
            "county_code": real["county_code"], "township_code": real["township_code"], "kind": "township_place",
            "host_type": np.where(real["rank"] == "township_seat", "township_health_centre", "new_building"),
            "lon": real["lon"], "lat": real["lat"], "mark": "real place, assumed host",
        }
    )  # fmt: skip


def village_points(cells: pd.DataFrame, places: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Modelled village points, named after their county and numbered."""
    picked = cells.iloc[crowded_cells(cells, places)]
    names = counties.set_index("county_code").loc[picked["county_code"], ["name_zh", "name_en"]]
    serial = (picked.groupby("county_code").cumcount() + 1).astype(str).to_numpy()
    return pd.DataFrame(
        {
            "site_id": "V" + picked["cell_id"].str[1:].to_numpy(),
            "name_zh": names["name_zh"].to_numpy() + "模拟村点" + serial,
            "name_en": names["name_en"].to_numpy() + " modelled village point " + serial,
            "county_code": picked["county_code"].to_numpy(), "township_code": "", "kind": "village_point",
            "host_type": "village_building", "lon": picked["lon"].to_numpy(), "lat": picked["lat"].to_numpy(),
            "mark": "modelled",
        }
    )  # fmt: skip


def crowded_cells(cells: pd.DataFrame, places: pd.DataFrame) -> list[int]:
    """Positions of cells: again and again the one with most people within reach and no candidate near."""
    at = to_metric(cells["lon"], cells["lat"])
    tree = cKDTree(at)
    within = [tree.query_ball_point(xy, VILLAGE_POINT_REACH_M) for xy in at]
    left = cells["population"].to_numpy(float).copy()
    for xy in to_metric(places["lon"], places["lat"]):
        left[tree.query_ball_point(xy, VILLAGE_POINT_REACH_M / 2)] = 0
    chosen: list[int] = []
    gain = np.array([left[w].sum() for w in within])
    while len(chosen) < VILLAGE_POINTS and gain.max() > 0:
        best = int(np.argmax(gain))
        chosen.append(best)
        left[within[best]] = 0
        touched = sorted({i for j in within[best] for i in within[j]})
        gain[touched] = [left[within[i]].sum() for i in touched]
    return sorted(chosen)


KASHGAR_SOURCE: Final = (
    "each of the 12 counties and cities of Kashgar has one: China News 2022-03-08; position: county seat [J]"
)
FACILITY_ROWS: Final = (
    # kind, Chinese and English name after the county's, which counties, mark, source
    ("county_service_centre", "县级残疾人服务中心", "county disability service centre", "kashgar", "S", KASHGAR_SOURCE),
    ("county_service_centre", "县级残疾人服务中心（假设）", "county disability service centre (assumed)", "other", "J",
     "assumption: as in Kashgar, one at every county seat; confirm before use"),
    ("day_care", "日间照料（设在县级中心）", "day care (in the county centre)", "kashgar", "S", KASHGAR_SOURCE),
    ("special_school", "特殊教育学校（假设）", "special school (assumed)", "over 200,000", "J",
     "assumption: one at the seat of each county over 200,000 people, where policy promotes one; confirm before use"),
)  # fmt: skip


def build_facilities(places: pd.DataFrame, counties: pd.DataFrame) -> None:
    """`facilities.csv`: what a source names, and marked assumptions for the rest, in one editable table.

    A county whose seat has no point gets no row.
    """
    seats = places.loc[places["rank"].isin(SEATS), ["county_code", "lon", "lat"]]
    seated = counties.merge(seats, on="county_code")
    kashgar = seated["county_code"].str.startswith("6531")
    groups = {"kashgar": kashgar, "other": ~kashgar, "over 200,000": seated["population"] > 200_000}
    rows = []
    for kind, zh, en, where, mark, source in FACILITY_ROWS:
        for county in seated[groups[where]].itertuples():
            rows.append(
                {
                    "facility_id": f"{kind[0].upper()}{county.county_code}", "kind": kind,
                    "name_zh": county.name_zh + zh, "name_en": f"{county.name_en} {en}",
                    "county_code": county.county_code, "lon": county.lon, "lat": county.lat,
                    "mark": mark, "source": source,
                }
            )  # fmt: skip
    pd.DataFrame(rows).to_csv(FOLDER / "facilities.csv", index=False, lineterminator="\n")
