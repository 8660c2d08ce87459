"""特殊教育: which counties a special school is promoted in, and where the children of school age are placed."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geodata.errors import both
from geodata.figures import Figure
from planning.faults import PlanningError
from planning.instruments.figures import figures_of
from planning.instruments.people import require_counties
from planning.instruments.population_bases import QUALITY_MARK, certainty, other_bases, population_errors
from planning.instruments.result import InstrumentResult, listed
from planning.study_area import StudyArea

KIND: Final = "special_school"


def special_school_rule(
    area: StudyArea,
    *,
    populations: Mapping[str, "pd.Series[float]"] | None = None,
    schools: pd.DataFrame | None = None,
    values: Mapping[str, float] | None = None,
) -> InstrumentResult:
    """Counties with more residents than the rule says: promoted and met, met only by an assumption, or unmet.

    The verb of the text is 推动 (promote), and it names no population base. The first base here is the resident
    population of the area; every other base is shown beside it, with the counties that change sides.

    Args:
        populations: other bases: name → persons by county code, such as registered residents.
        schools: facilities with `kind`, `county_code`, `mark`; those of the area when None. One marked J is assumed.
        values: own values of `special_school_population` and of the errors of populations.

    Returns:
        Table `counties`: `population`, `population_quality`, `mark` (of the population), `margin` (population /
        threshold - 1), `certainty` (see `population_bases.certainty`), `obliged`, `schools`, `schools_assumed`,
        `status` (met, met_assumed, unmet, not_obliged), a column `obliged_<base>` for each other base (<NA> where it
        has no count) and `flips` (another base says otherwise).

    Raises:
        PlanningError: for unknown counties, or populations that are no numbers of 0 or more.
    """
    figure = figures_of("special_school_population", values=values)["special_school_population"]
    errors = population_errors(area.data, values)
    table = _counties(area, schools)
    bases = {**other_bases(area.data), **dict(populations or {})}
    _check(bases, table)
    table["margin"] = table["population"].astype(float) / figure.value - 1
    table["certainty"] = certainty(table["margin"], table["population_quality"], errors)
    table["obliged"] = table["population"] > figure.value
    table["status"] = _status(table)
    for name, persons in bases.items():
        other = pd.array(table["county_code"].map(persons), "Float64")
        table[f"obliged_{name}"] = other > figure.value
    flips = [table[f"obliged_{name}"].ne(table["obliged"]).fillna(False) for name in bases]
    table["flips"] = np.any([f.to_numpy(bool) for f in flips], axis=0) if flips else False
    return _told(table, figure, errors, list(bases))


def _counties(area: StudyArea, schools: pd.DataFrame | None) -> pd.DataFrame:
    counties = area.data.counties
    codes = counties["county_code"].astype(str)
    table = pd.DataFrame({"county_code": codes, "name_zh": counties["name_zh"], "name_en": counties["name_en"]})
    table["owner"] = np.where(codes.str.startswith("659"), "xpcc", "local")
    table["population"] = pd.array(counties["population"], "Int64")
    table["population_quality"] = counties["quality"].fillna("given") if "quality" in counties else "given"
    table["mark"] = table["population_quality"].map(QUALITY_MARK).fillna("S")
    if "source" in counties:  # a count of 2020 that is itself the difference of two others
        table["mark"] = table["mark"].mask(counties["source"].astype(str).str.contains(r"2020: [^;]*\[D\]"), "D")
    if table["population"].isna().any():
        missing = listed(table.loc[table["population"].isna(), "county_code"].tolist()[:5])
        raise PlanningError(
            [both(f"population of counties {missing} is not known; give it", f"缺少县 {missing} 的常住人口；请补充")]
        )
    found = special_schools(area) if schools is None else schools[schools["kind"] == KIND]
    require_counties(found["county_code"].astype(str).tolist(), codes.tolist())
    assumed = found["mark"].astype(str).str.startswith("J")
    for column, rows in (("schools", found[~assumed]), ("schools_assumed", found[assumed])):
        table[column] = codes.map(rows["county_code"].astype(str).value_counts()).fillna(0).astype(int)
    return table.reset_index(drop=True)


def special_schools(area: StudyArea) -> pd.DataFrame:
    """The facilities of the area that are special schools."""
    return area.data.facilities[area.data.facilities["kind"] == KIND].reset_index(drop=True)


def _check(bases: Mapping[str, "pd.Series[float]"], table: pd.DataFrame) -> None:
    for name, persons in bases.items():
        require_counties(list(map(str, persons.index)), table["county_code"].tolist())
        numbers = pd.to_numeric(persons, errors="coerce")
        if persons.index.has_duplicates or numbers.isna().any() or (numbers < 0).any():
            raise PlanningError(
                [
                    both(
                        f"base {name}: one number of persons of 0 or more is needed for each county",
                        f"人口口径 {name}：每县只填一个大于等于 0 的人数",
                    )
                ]
            )


def _status(table: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    has, assumed = table["schools"] > 0, table["schools_assumed"] > 0
    where = [~table["obliged"].to_numpy(bool), has.to_numpy(bool), assumed.to_numpy(bool)]
    return np.select(where, ["not_obliged", "met", "met_assumed"], "unmet")


def _told(table: pd.DataFrame, figure: Figure, errors: Mapping[str, Figure], bases: list[str]) -> InstrumentResult:
    count = table["status"].value_counts()
    n = {word: int(count.get(word, 0)) for word in ("met", "met_assumed", "unmet", "not_obliged")}
    obliged, limit = len(table) - n["not_obliged"], f"{figure.value:,.0f}"
    sentences = [
        both(
            f"{obliged} of {len(table)} counties and cities have more than {limit} residents; a special school is "
            f"promoted there: {n['met']} have one, {n['met_assumed']} have only an assumed one that must be "
            f"confirmed, {n['unmet']} lack one",
            f"{len(table)} 个县市中有 {obliged} 个常住人口超过 {limit} 人，属于“推动建设特殊教育学校”的范围："
            f"已有 {n['met']} 个，仅有假设学校、须核实 {n['met_assumed']} 个，缺少 {n['unmet']} 个",
        )
    ]
    unsure = table[table["certainty"].isin(["open", "likely"])]
    if len(unsure):
        sentences.append(
            both(
                f"{len(unsure)} counties lie so near to the threshold that an error of their population may decide: "
                f"{listed(unsure['name_en'].tolist())}",
                f"{len(unsure)} 个县的人口不是普查数且接近标准，误差可能改变结"
                f"论：{listed(unsure['name_zh'].tolist(), True)}",
            )
        )
    for name in bases:
        other = table[table[f"obliged_{name}"].ne(table["obliged"]).fillna(False)]
        known = int(table[f"obliged_{name}"].notna().sum())
        sentences.append(
            both(
                f"by {name} (known for {known} counties) {len(other)} change "
                f"sides: {listed(other['name_en'].tolist())}",
                f"按口径 {name}（{known} 个县有数）有 {len(other)} 个县结论不"
                f"同：{listed(other['name_zh'].tolist(), True)}",
            )
        )
    return InstrumentResult(
        name="special_schools",
        tables={"counties": table},
        totals={"counties": len(table), "obliged": obliged, **n, "flips": int(table["flips"].sum())},
        sentences=tuple(sentences),
        denominator=both("counties, cities and districts, XPCC cities among them", "县、市、区（含兵团城市）"),
        base=both(
            "resident population: census 2020 [S] where published, else scaled from 2010 [D] or estimated [J], row by "
            "row",
            "常住人口：2020 年普查数 [S]；没有公布的按 2010 年数推算 [D] 或估计 [J]，逐行注明",
        ),
        figures=(figure, *errors.values()),
    )
