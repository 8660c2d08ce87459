"""What the instruments read from a study area: people by county, and minutes to a few points."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata import travel_times
from geodata.apportion import largest_remainder
from geodata.errors import Sentence, both
from geodata.figures import Figure
from geodata.travel.closures import closed_in, closures_of
from planning.area_demand import demand_source
from planning.faults import PlanningError, nearest
from planning.instruments.result import REGISTERED, SCALED
from planning.network.posing.rounds import team_days
from planning.study_area import StudyArea

Floats = npt.NDArray[np.float64]
XPCC = "659"  # codes of the cities of the Xinjiang Production and Construction Corps


def county_people(area: StudyArea) -> pd.DataFrame:
    """A row a county: who lives there, in whole persons by the study area's own base.

    Returns:
        `county_code`, `name_zh`, `name_en`, `prefecture_code`, `owner` (local or xpcc), `population` (residents,
        Int64), `population_quality`, `persons`, `persons_severe`, `persons_hardship` (severe and in hardship),
        `school_age` (disabled, 6-14), `demand` (modelled, register, register_scaled).
    """
    a, counties = area.assumptions, area.data.counties
    codes = counties["county_code"].astype(str)
    cells = area.demand(a.demand_rates())
    out = pd.DataFrame({"county_code": codes, "name_zh": counties["name_zh"], "name_en": counties["name_en"]})
    out["prefecture_code"] = counties["prefecture_code"].astype(str)
    out["owner"] = np.where(codes.str.startswith(XPCC), "xpcc", "local")
    out["population"] = pd.array(counties["population"], "Int64")
    out["population_quality"] = counties["quality"].fillna("") if "quality" in counties else ""
    sums = cells.groupby("county_code")[["persons", "persons_severe", "persons_hardship"]].sum()
    for column in sums:
        out[column] = codes.map(sums[column]).fillna(0).astype(np.int64)
    out["school_age"] = school_age(area).reindex(codes, fill_value=0).to_numpy()
    return out.assign(demand=demand_source(area.data, None)).reset_index(drop=True)


def school_age(area: StudyArea) -> "pd.Series[int]":
    """Disabled residents aged 6-14 by county, whole persons that add up to the rounded total."""
    county = area.data.cells.set_index("cell_id")["county_code"]
    here = _children(area)
    persons = here.groupby(here["cell_id"].map(county))["persons"].sum().sort_index()
    whole = largest_remainder(round(float(persons.sum())), persons.to_numpy(float))
    return pd.Series(whole, persons.index)


def children_by_cell(area: StudyArea) -> "pd.Series[float]":
    """Disabled residents aged 6-14 of every cell (fractions where people are modelled), by `cell_id`."""
    persons = _children(area).groupby("cell_id")["persons"].sum()
    return persons.reindex(area.data.cells["cell_id"], fill_value=0.0).astype(float)


def children_by_class(area: StudyArea) -> pd.DataFrame:
    """Disabled residents aged 6-14 of known category and grade: `category`, `grade`, `persons`."""
    return _children(area).groupby(["category", "grade"])["persons"].sum().reset_index()


def age_unknown(area: StudyArea) -> int:
    """Disabled residents whose age the register does not give; 0 where people are modelled."""
    return _by_age(area)[1]


def _children(area: StudyArea) -> pd.DataFrame:
    """The rows of the people aged 6-14; not to be changed."""
    return _by_age(area)[0]


@lru_cache(maxsize=4)
def _by_age(area: StudyArea) -> tuple[pd.DataFrame, int]:
    """The rows of the people aged 6-14, and how many persons are of no known age."""
    people = area.people(area.assumptions.demand_rates())
    unknown = people.loc[people["age_band"].fillna("") == "", "persons"].sum()
    return people[people["age_band"] == "6_14"].reset_index(drop=True), round(float(unknown))


def minutes_to(
    area: StudyArea, points: pd.DataFrame, season: str = "summer", profile: str = "car", month: int | None = None
) -> npt.NDArray[np.float64]:
    """(cells, points) minutes one way; inf where no route is known.

    Args:
        points: `lon`, `lat` in degrees.
        season: speeds of summer or winter.
        profile: who travels how, see `geodata.travel.rules.PROFILES`.
        month: roads that are closed in this month are closed; none without a month.
    """
    out = np.full((len(area.data.cells), len(points)), np.inf)
    if not len(points):
        return out
    rules = area.assumptions.travel_rules(season, profile)
    cells = area.data.cells[["lon", "lat"]].to_numpy(float)
    to = points[["lon", "lat"]].to_numpy(float)
    shut = closed_in(closures_of(area.data.closures), month)
    found = travel_times(area.roads, cells, to, rules, area.ground, closures=shut).tocoo()
    out[found.coords] = found.data
    return out


def base_of(area: StudyArea) -> Sentence:
    """Which count of people an area's instruments start from, with its date."""
    source = demand_source(area.data, None)
    if source == "modelled":
        a = area.assumptions["control_rate"]
        return both(
            f"disabled residents modelled as {a:.4%} of the residents of the 2020 census [D]",
            f"按 2020 年普查常住人口的 {a:.4%} 估计的残疾人数 [D]",
        )
    day = area.data.cut_off
    kind = REGISTERED if source == "register" else SCALED
    told = str(kind)[:-1] + (f"; as of {day}" if day else "; cut-off date not given")
    return both(told, kind.zh[:-1] + (f"（截至 {day}）" if day else "（截止日期未注明）"))


def modelled_in(area: StudyArea) -> bool:
    """Whether an area's numbers of people are modelled."""
    return demand_source(area.data, None) == "modelled"


def unknown_counties(codes: "pd.Series[str] | list[str]", known: "pd.Series[str] | list[str]") -> list[Sentence]:
    """A sentence for every code that is not one of the known counties."""
    have = [str(code) for code in known]
    return [
        both(f"there is no county '{code}'{nearest(code, have)}", f"没有县“{code}”{nearest(code, have).zh}")
        for code in dict.fromkeys(map(str, codes))
        if code not in set(have)
    ]


def require_counties(codes: "pd.Series[str] | list[str]", known: "pd.Series[str] | list[str]") -> None:
    """Raise for codes that are not known.

    Raises:
        PlanningError: one sentence for each.
    """
    if faults := unknown_counties(codes, known):
        raise PlanningError(faults)


def days_a_visit(minutes: npt.ArrayLike, visit_minutes: float, figures: Mapping[str, Figure]) -> Floats:
    """Days of a round that one visit takes (`planning.network.posing.rounds.team_days`); inf where no round reaches.

    Args:
        minutes: (n,) one way from where the round sets out; inf without a route.
        visit_minutes: of a visit with the way to the next home.
        figures: `hours_day`, `round_night_days`, `round_longest_days`.
    """
    day, night = 60 * figures["hours_day"].value, figures["round_night_days"].value
    return team_days(minutes, visit_minutes, day, night, int(figures["round_longest_days"].value))
