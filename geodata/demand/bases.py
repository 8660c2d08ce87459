"""How many disabled residents there are, by three bases side by side, and a register brought to a control total.

Register: those whom somebody has counted. Control total: the region's 1.07 million shared over its people. Prevalence:
6.34 % of the people (2006 survey). None of the three is the truth; the difference is shown, never hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from geodata.apportion import balanced_split, largest_remainder
from geodata.demand.classes import CLASS, Ints, amounts, figure_values, require
from geodata.demand.model import DemandRates, county_persons
from geodata.errors import LayerError, Sentence, both
from geodata.figures import Figure

BASES: Final = ("register", "control_total", "prevalence")
HOW: Final = ("unchanged", "scaled", "spread", "empty")
"""What was done with a county: nothing, its classes scaled, new people spread by population, nobody anywhere."""


def bases(
    counties: pd.DataFrame,
    ages: pd.DataFrame,
    rates: DemandRates,
    register: Mapping[str, int] | None = None,
    figures: Iterable[Figure] | None = None,
) -> pd.DataFrame:
    """The three demand bases of every county, in whole persons.

    Args:
        counties, ages, rates: as for `county_persons`, which gives the control total.
        register: county code → persons counted; a county that is not in it has no register (<NA>, not 0).
        figures: rows in place of the shipped ones (`national_prevalence`).

    Returns:
        `county_code`, `population`, `register` (Int64), `control_total`, `prevalence` (int64), `register_to_control`
        (Float64; <NA> where one of the two is unknown or the control total is 0), in the order of `counties`.
        Control totals and prevalence add up to the rounded totals of the prefectures and of those counted apart.

    Raises:
        LayerError: for a register with counties that are not there or counts that are not whole.
    """
    known, codes = dict(register or {}), counties["county_code"].astype(str)
    faults = [_strange(code) for code in sorted(set(known) - set(codes))] + _not_whole(known, _REGISTER)
    if faults:
        raise LayerError(faults)
    control = county_persons(counties, ages, rates)
    rate = figure_values(figures)["national_prevalence"]
    prevalence = pd.Series(0, index=counties.index, dtype="int64")
    for _, group in counties.groupby("in_prefecture_total"):
        population = group["population"].to_numpy(float)
        prevalence.loc[group.index] = largest_remainder(round(float(population.sum()) * rate), population)
    out = pd.DataFrame(
        {
            "county_code": codes,
            "population": counties["population"],
            "register": pd.array([known.get(code, pd.NA) for code in codes], "Int64"),
            "control_total": np.array([control[code] for code in counties["county_code"]], np.int64),
            "prevalence": prevalence,
        },
        index=counties.index,
    )
    total = out["control_total"].astype("Float64")
    return out.assign(register_to_control=out["register"].astype("Float64") / total.mask(total == 0))


def reconcile(
    counts: pd.DataFrame, classes: Sequence[str], control: Mapping[str, int], *, by_population: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of cells by class brought to control totals, exact to the person in every county.

    Every class of a county gets its proportional share of the control total (largest remainder); each cell's count is
    scaled alike and rounded up or down, those rounded up being chosen so that the cells keep their shares too. Counts
    that add up already stay as they are, and a class that a cell does not have stays absent.

    Args:
        counts: a row a cell: `county_code`, one column of whole numbers a class, with `by_population` `population`.
        classes: the columns that are classes; each person stands in one of them.
        control: county code → persons, for every county where somebody is counted. A county without people and
            without a control total is left alone and has no row in the reconciliation.
        by_population: a county whose register is empty gets its control total spread over its cells by population,
            with the classes of all counties together; without it, such a county is a fault.

    Returns:
        `counts` with other numbers in `classes`; and a row a county, by code: `county_code`, `register`,
        `control_total`, `difference` (control total - register), `factor` (control total / register, NaN where the
        register is 0) and `how`, one of `HOW`.

    Raises:
        LayerError: one sentence for every county without a control total or without cells; with nobody in the
            register and nothing to spread by; with a register where the control total is 0.
    """
    name = both("counts", "计数表")
    require(counts, ["county_code", *classes], name)
    before = np.column_stack([amounts(counts, c, whole=True, name=name).astype(np.int64) for c in classes])
    county = counts["county_code"].astype(str).to_numpy(object)
    population = amounts(counts, "population", name=name) if by_population else np.zeros(len(counts))
    after = before.copy()
    codes, place = np.unique(county, return_inverse=True)
    register = dict(zip(codes, np.bincount(place, before.sum(axis=1)).astype(int).tolist(), strict=True))
    peopled = {str(code) for code in county[population > 0]}
    faults = _not_whole(control, _CONTROL) or _unreconcilable(register, control, peopled, before)
    if faults:
        raise LayerError(faults)
    for k, code in enumerate(codes):
        rows, total = np.flatnonzero(place == k), int(control.get(code, 0))
        if register[code]:
            after[rows] = _scaled(before[rows], total)
        elif total:
            mix = largest_remainder(total, before.sum(axis=0))
            after[rows] = balanced_split(largest_remainder(total, population[rows]), mix)
    out = counts.assign(**dict(zip(classes, after.T, strict=True)))
    return out, _reconciliation(register, control)


def reconcile_people(
    people: pd.DataFrame, cells: pd.DataFrame, control: Mapping[str, int], *, by_population: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A long table of whole people brought to control totals, class by class (hardship too); see `reconcile`.

    Args:
        people: as `people_from_register` makes it.
        cells: `cell_id`, `county_code`, with `by_population` `population`; all cells of the study area.
        control: county code → persons; counties that have no cell are a fault.

    Returns:
        A table of the same form without empty rows, sorted by cell and class; and the reconciliation by county.

    Raises:
        LayerError: as in `reconcile`, and for people in a cell that is not there.
    """
    require(people, ["cell_id", *CLASS])
    persons = amounts(people, "persons", whole=True)
    words = [*CLASS, "hardship"] if "hardship" in people else list(CLASS)
    kinds = people[words].drop_duplicates().sort_values(words).reset_index(drop=True)
    kind = people[words].merge(kinds.reset_index(), on=words, how="left")["index"].to_numpy(int)
    at = pd.Index(cells["cell_id"]).get_indexer(people["cell_id"])
    if (at < 0).any():
        lost = int((at < 0).sum())
        fault = both(f"people: {lost} rows are in no cell; place them first", f"人员表：{lost} 行没有单元；请先定位")
        raise LayerError([fault])
    table = np.zeros((len(cells), len(kinds)), np.int64)
    np.add.at(table, (at, kind), persons.astype(np.int64))
    named = [c for c in ("cell_id", "county_code", "population") if c in cells]
    columns = [f"class_{k}" for k in range(len(kinds))]
    wide = pd.concat([cells[named].reset_index(drop=True), pd.DataFrame(table, columns=columns)], axis=1)
    new, told = reconcile(wide, columns, control, by_population=by_population)
    values = new[columns].to_numpy(np.int64)
    row, k = np.nonzero(values)
    out = kinds.iloc[k].reset_index(drop=True)
    out.insert(0, "cell_id", cells["cell_id"].to_numpy()[row])
    out = out.assign(persons=values[row, k])
    return out.sort_values("cell_id", kind="stable", ignore_index=True), told


def _scaled(table: Ints, total: int) -> Ints:
    """(cells, classes) whole numbers adding up to `total`, in the proportions of `table`, class totals exact.

    What cells gained or lost by rounding in the classes before decides who is rounded up next. Remainders are whole
    numbers, so a table that adds up already comes out as it went in.
    """
    sums = table.sum(axis=0)
    out = np.zeros_like(table)
    owed = np.zeros(len(table))
    for j, (have, want) in enumerate(zip(sums, largest_remainder(total, sums), strict=True)):
        if have == 0:
            continue
        whole, rest = np.divmod(table[:, j] * want, have)
        short = int(want - whole.sum())
        order = np.argsort(np.where(rest > 0, -(rest / have + owed), np.inf), kind="stable")
        whole[order[:short]] += 1
        owed += table[:, j] * want / have - whole
        out[:, j] = whole
    return out


def _reconciliation(register: Mapping[str, int], control: Mapping[str, int]) -> pd.DataFrame:
    codes = sorted(set(register) & set(control))
    have = np.array([register[c] for c in codes], np.int64)
    want = np.array([int(control[c]) for c in codes], np.int64)
    how = np.select([have == want, have > 0], ["unchanged", "scaled"], "spread")
    return pd.DataFrame(
        {
            "county_code": codes,
            "register": have,
            "control_total": want,
            "difference": want - have,
            "factor": np.divide(want, have, out=np.full(len(codes), np.nan), where=have > 0),
            "how": np.where((have == 0) & (want == 0), "empty", how),
        }
    )


_REGISTER: Final = both("register", "登记人数")
_CONTROL: Final = both("control total", "控制总数")


def _strange(code: str) -> Sentence:
    return both(
        f"county '{code}' is not one of the study area; correct the code", f"县“{code}”不属于研究区；请更正代码"
    )


def _not_whole(counts: Mapping[str, int], name: Sentence) -> list[Sentence]:
    return [
        both(
            f"county '{code}', {name}: {n} found, a whole number of 0 or more is needed",
            f"县“{code}”{name.zh}：发现 {n}；请填大于等于 0 的整数",
        )
        for code, n in counts.items()
        if not (isinstance(n, int | float | np.integer) and np.isfinite(n) and n >= 0 and n == int(n))
    ]


def _unreconcilable(
    register: Mapping[str, int], control: Mapping[str, int], peopled: set[str], before: Ints
) -> list[Sentence]:
    """Counties whose difference cannot be shared out without inventing or losing people."""
    faults = []
    for code in sorted(set(register) | set(control)):
        have, want = register.get(code), control.get(code)
        if want is None and have:
            faults.append(
                both(
                    f"county '{code}': {have} persons in the register, but no control total; give one",
                    f"县“{code}”：登记 {have} 人，没有控制总数；请补上",
                )
            )
        elif want and have is None:
            faults.append(
                both(
                    f"county '{code}': a control total of {want}, but no cell to live in; leave it out or add cells",
                    f"县“{code}”：控制总数 {want} 人，但没有单元；请删去或补充单元",
                )
            )
        elif have and not want:
            faults.append(
                both(
                    f"county '{code}': {have} persons in the register, but a control total of 0; give the right one",
                    f"县“{code}”：登记 {have} 人，控制总数却是 0；请更正控制总数",
                )
            )
        elif want and not have and (code not in peopled or not before.any()):
            faults.append(
                both(
                    f"county '{code}': nobody in the register, but a control total of {want}; bring its register, or "
                    "spread by population with the classes of other counties",
                    f"县“{code}”：登记 0 人，控制总数 {want} 人；请补充登记数据，或按人口和其他县的类别分摊",
                )
            )
    return faults
