"""How sure a county's population is, and what other counts of it say."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geodata.figures import Figure
from geodata.study_data import StudyData
from planning.instruments.figures import figures_of

QUALITY_MARK: Final = {"census 2020": "S", "census 2010 scaled": "D", "estimated": "J"}
FEWEST: Final = 3  # counties that a check needs


def population_errors(data: StudyData, values: Mapping[str, float] | None = None) -> dict[str, Figure]:
    """The typical relative error of each quality of a population: root mean square over the counties with a count.

    The method of each quality is tried where the census of 2020 is known: `census 2010 scaled` is the count of 2010
    times the growth of the prefecture, `estimated` the village-level units times the residents a unit of the other
    counted counties of the prefecture. A census counts as exact. With fewer than three counties to try, an assumption
    serves.

    Returns:
        By quality, marked D with the number of counties tried, or J.
    """
    keys = {"census 2010 scaled": "population_error_scaled", "estimated": "population_error_estimated"}
    assumed = figures_of(*keys.values(), values=values)
    tried = {"census 2010 scaled": _scaled(data), "estimated": _by_units(data)}
    out = {}
    for quality, key in keys.items():
        errors = tried[quality]
        figure = assumed[key]
        if len(errors) >= FEWEST and key not in (values or {}):
            source = (
                f"root mean square of the errors of the same method in {len(errors)} counties with a census of 2020"
            )
            figure = Figure(
                **{**vars(figure), "value": float(np.sqrt((errors**2).mean())), "mark": "D", "source": source}
            )
        out[quality] = figure
    return out


def _scaled(data: StudyData) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Relative errors of the count of 2010 times the growth of its prefecture."""
    if not {"census_2010", "census_2020", "in_prefecture_total"} <= set(data.counties) or not len(data.prefectures):
        return np.empty(0)
    totals = data.prefectures.set_index("prefecture_code")
    growth = totals["census_2020"] / totals["census_2010"]
    both_known = data.counties["census_2010"].notna() & data.counties["census_2020"].notna()
    rows = data.counties[both_known & data.counties["in_prefecture_total"].astype(bool)]
    expected = rows["census_2010"] * rows["prefecture_code"].map(growth).astype(float)
    return np.asarray((rows["census_2020"] / expected - 1).dropna(), float)


def _by_units(data: StudyData) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Relative errors of village-level units times the residents a unit of the others in the prefecture."""
    if not {"census_2020", "village_units_2023"} <= set(data.counties):
        return np.empty(0)
    rows = data.counties[data.counties["census_2020"].notna() & (data.counties["village_units_2023"] > 0)]
    by = rows.groupby("prefecture_code")[["census_2020", "village_units_2023"]].transform("sum")
    people, units = by["census_2020"] - rows["census_2020"], by["village_units_2023"] - rows["village_units_2023"]
    expected = rows["village_units_2023"] * (people / units.where(units > 0))
    return np.asarray((rows["census_2020"] / expected - 1).dropna(), float)


def other_bases(data: StudyData) -> dict[str, "pd.Series[float]"]:
    """Other counts of residents that the area has, by name and county; counties without a count are left out."""
    counties = data.counties.set_index("county_code")
    return {"census_2010": counties["census_2010"].dropna()} if "census_2010" in counties else {}


def certainty(margin: "pd.Series[float]", quality: "pd.Series[str]", errors: Mapping[str, Figure]) -> "pd.Series[str]":
    """How sure it is on which side of a threshold a population lies.

    Args:
        margin: population / threshold - 1.
        quality: of the population.

    Returns:
        census; or, by |threshold - population| in typical errors of the population: open (up to 1), likely (up to 2),
        clear (beyond).
    """
    error = quality.map({name: figure.value for name, figure in errors.items()}).astype(float)
    away = (margin / (1 + margin)).abs() / error
    words = np.select([away <= 1, away <= 2], ["open", "likely"], "clear")
    return pd.Series(np.where(error.isna(), np.where(quality == "census 2020", "census", "given"), words), margin.index)
