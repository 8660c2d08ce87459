"""From people to disabled residents: a model whose sums hold exactly. Everything it makes is modelled.

persons(county) is the regional control total shared by expected persons Σ_a population_a × prevalence_a;
persons(cell) is the county's share by cell population; category, severity and age are split inside a county
so that each margin holds to the person (`apportion.balanced_split`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from geodata.apportion import balanced_split, largest_remainder

AGE_BANDS: Final = ("0_14", "15_59", "60_plus")
CATEGORIES: Final = ("visual", "hearing", "speech", "physical", "intellectual", "psychiatric", "multiple")
SEVERITIES: Final = ("severe", "moderate")  # grades 1-2, grades 3-4


@dataclass(frozen=True)
class DemandRates:
    """Rates of the demand model; the defaults and their sources stand in the assumption table.

    Attributes:
        control_rate: disabled residents per resident in the whole region (persons per person).
        prevalence: persons per person by age band; only the ratios between bands matter.
        category_share: shares of the seven categories, scaled to add up to 1.
        severe_share: share of grades 1-2.
        hardship_share_of_severe: share of the severe who also live in hardship.
    """

    control_rate: float
    prevalence: tuple[float, float, float]
    category_share: tuple[float, ...]
    severe_share: float
    hardship_share_of_severe: float
    columns: tuple[str, ...] = field(default=tuple(f"{c}_{s}" for c in CATEGORIES for s in SEVERITIES), init=False)


def model_demand(
    cells: pd.DataFrame,
    counties: pd.DataFrame,
    ages: pd.DataFrame,
    rates: DemandRates,
    factors: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Disabled residents of every cell, in whole persons.

    Args:
        cells: `cell_id`, `county_code`, `lon`, `lat`, `population` (persons).
        counties: `county_code`, `in_prefecture_total`, `population`; those counted outside the prefectures
            have a control total of their own.
        ages: persons by age band, a row for each county that has one and `*` for the others.
        rates: the rates.
        factors: county code → what its disabled residents are multiplied by, before they are split.

    Returns:
        `cells` with `persons`, `persons_severe`, `persons_hardship`, `persons_0_14`, `persons_15_59`,
        `persons_60_plus` and one column a category and severity, all int64.
    """
    times = factors or {}
    persons = {c: round(n * times.get(c, 1.0)) for c, n in county_persons(counties, ages, rates).items()}
    parts = [_county_cells(group, persons[str(code)], ages, rates) for code, group in cells.groupby("county_code")]
    return pd.concat(parts).loc[cells.index]


def county_persons(counties: pd.DataFrame, ages: pd.DataFrame, rates: DemandRates) -> dict[str, int]:
    """Disabled residents by county; their sum is the population × the control rate, rounded once."""
    out: dict[str, int] = {}
    for _, group in counties.groupby("in_prefecture_total"):
        control = round(float(group["population"].sum()) * rates.control_rate)
        expected = [
            population * float(np.dot(_age_shares(ages, code), rates.prevalence))
            for code, population in zip(group["county_code"], group["population"], strict=True)
        ]
        shares = largest_remainder(control, expected)
        out |= dict(zip(group["county_code"], map(int, shares), strict=True))
    return out


def _age_shares(ages: pd.DataFrame, county_code: str) -> np.ndarray:
    row = ages[ages["county_code"] == county_code]
    chosen = row if len(row) else ages[ages["county_code"] == "*"]
    persons = chosen[[f"persons_{b}" for b in AGE_BANDS]].to_numpy(float)[0]
    return np.asarray(persons / persons.sum())


def _county_cells(cells: pd.DataFrame, persons: int, ages: pd.DataFrame, rates: DemandRates) -> pd.DataFrame:
    """The cells of one county with its disabled residents split over them."""
    out = cells.copy()
    out["persons"] = largest_remainder(persons, out["population"].to_numpy(float))
    classes = np.outer(np.array(rates.category_share), [rates.severe_share, 1 - rates.severe_share]).ravel()
    out[list(rates.columns)] = balanced_split(out["persons"], largest_remainder(persons, classes))
    out["persons_severe"] = out[[c for c in rates.columns if c.endswith("_severe")]].sum(axis=1)
    hardship = round(int(out["persons_severe"].sum()) * rates.hardship_share_of_severe)
    out["persons_hardship"] = largest_remainder(hardship, out["persons_severe"].to_numpy(float))
    by_age = _age_shares(ages, str(out["county_code"].iloc[0])) * np.array(rates.prevalence)
    bands = [f"persons_{b}" for b in AGE_BANDS]
    out[bands] = balanced_split(out["persons"], largest_remainder(persons, by_age))
    return out
