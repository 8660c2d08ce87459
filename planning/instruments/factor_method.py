"""因素法: an envelope shared among counties by factors, with more for key counties, exact to the yuan.

A county's weight is Σ over factors of share × its amount / the amount of all. Key counties get 1 + uplift times their
weight, exactly, before all weights are scaled back to the envelope. Totals by largest remainder with ties by code,
cells by controlled rounding: see `controlled_rounding`.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

import pandas as pd

from geodata.errors import Sentence, both
from geodata.figures import Figure
from planning.faults import PlanningError
from planning.instruments.controlled_rounding import exact, whole_table
from planning.instruments.factor_faults import factor_faults
from planning.instruments.figures import figures_of
from planning.instruments.people import base_of, county_people, modelled_in, unknown_counties
from planning.instruments.result import InstrumentResult
from planning.study_area import StudyArea

FACTORS: Final = {
    "persons_severe": both("severe disabled persons (grades 1-2)", "重度残疾人数"),
    "persons_hardship": both("severe disabled persons in hardship", "困难重度残疾人数"),
    "persons": both("disabled persons", "残疾人数"),
    "school_age": both("disabled children aged 6-14", "6–14 岁残疾儿童数"),
    "population": both("residents", "常住人口"),
    "township_units": both("township-level units", "乡级单位数"),
    "village_units": both("village-level units", "村级单位数"),
    "equal": both("the same for every county", "各县相同"),
}
_MOVED: Final = both(
    "The uplift goes to the whole amount of a key county, so that the yuan of a factor are its share of the envelope "
    "before "
    "the uplift and a little more or less after it; both are shown.",
    "上浮按重点县总额计算，因此各因素资金在上浮前等于其权重份额，上浮后略有增减；两者均列出。",
)
Cells = dict[tuple[str, str], Fraction]


def allocate(
    amounts: pd.DataFrame,
    shares: Mapping[str, object],
    envelope_yuan: int,
    key_counties: Collection[str] = (),
    *,
    uplift: object = "0.15",
) -> InstrumentResult:
    """Share an envelope among counties.

    Args:
        amounts: `county_code`, and a column a factor with amounts of 0 or more (persons, km2, …); other columns, such
            as names, are kept.
        shares: factor → its share of the envelope; they add up to 1 exactly, as written ("0.3" is three tenths).
        envelope_yuan: whole yuan, 0 or more.
        key_counties: codes of the counties that get more.
        uplift: how much more, as a share: 0.15 [S Hunan 2020].

    Returns:
        Tables `allocation` (a row a county: yuan by factor `<factor>_yuan`, `yuan`, `before_yuan` without uplift,
        `raised_yuan` exact with the uplift before scaling, `change_yuan`), `before` and `factors` (sums by factor).

    Raises:
        PlanningError: one sentence for every fault of the input.
    """
    faults = factor_faults(amounts, shares, envelope_yuan, key_counties, uplift)
    if faults:
        raise PlanningError(faults)
    more, codes = exact(uplift), sorted(amounts["county_code"].astype(str))
    weights = _weights(amounts, {f: exact(s) for f, s in shares.items()})
    raised = {(c, f): w * (1 + more) if c in set(key_counties) else w for (c, f), w in weights.items()}
    before, after = whole_table(envelope_yuan, weights), whole_table(envelope_yuan, raised)
    table = _allocation(amounts, codes, list(shares), before, after, key_counties)
    table["raised_yuan"] = [float(sum(raised[c, f] for f in shares) * envelope_yuan) for c in table["county_code"]]
    scale = 1 / sum(raised.values(), Fraction(0))
    return InstrumentResult(
        name="factor_method",
        tables={
            "allocation": table,
            "before": _by_factor(codes, list(shares), before),
            "factors": _sums(shares, table, before),
        },
        totals={
            "envelope_yuan": envelope_yuan,
            "allocated_yuan": int(table["yuan"].sum()),
            "raised_to_yuan": float(envelope_yuan / scale),
            "scaled_by": float(scale),
        },
        sentences=_sentences(table, envelope_yuan, more, scale),
        denominator=both("the envelope in whole yuan", "资金总额（整数元）"),
        base=both("the amounts of the factors as given", "所给各因素数值"),
        figures=(_uplift_figure(more), *_share_figures(shares)),
        notes=(_MOVED,) if key_counties and more else (),
    )


def allocate_in(
    area: StudyArea,
    shares: Mapping[str, object],
    envelope_yuan: int,
    key_counties: Collection[str] = (),
    *,
    uplift: object = "0.15",
    more: pd.DataFrame | None = None,
    only: Collection[str] = (),
) -> InstrumentResult:
    """The same with the factors of a study area (see `FACTORS`) and the columns of a table of one's own.

    Args:
        more: `county_code` and further factors, such as km2; every county that gets money.
        only: codes of the counties (6 digits) or prefectures (4) that get money; all when empty.

    Raises:
        PlanningError: one sentence for every fault of the input.
    """
    amounts = _only(factor_amounts(area), only)
    if more is not None:
        faults = unknown_counties(more["county_code"], amounts["county_code"])
        if more["county_code"].duplicated().any():
            faults.append(both("the factor file names a county twice", "因素表中有重复的县"))
        if faults:
            raise PlanningError(faults)
        kept = amounts.drop(columns=[c for c in more if c in amounts and c != "county_code"])
        amounts = kept.merge(more, on="county_code", how="inner")
    found = allocate(amounts, shares, envelope_yuan, key_counties, uplift=uplift)
    people = modelled_in(area) and any(
        f in ("persons", "persons_severe", "persons_hardship", "school_age") for f in shares
    )
    return InstrumentResult(**{**vars(found), "base": base_of(area), "modelled": people})


def _only(amounts: pd.DataFrame, only: Collection[str]) -> pd.DataFrame:
    """The counties that are named, by themselves or by their prefecture."""
    if not only:
        return amounts
    code = amounts["county_code"]
    strange = [word for word in only if len(word) not in (4, 6) or not code.str.startswith(word).any()]
    if strange:
        raise PlanningError(unknown_counties(strange, code))
    return amounts[code.str.startswith(tuple(only))].reset_index(drop=True)


def factor_amounts(area: StudyArea) -> pd.DataFrame:
    """The factors that a study area gives: a row a county, with names and a column for each of `FACTORS`."""
    people = county_people(area)
    units = area.data.counties
    for ours, theirs in (("township_units", "township_units_2023"), ("village_units", "village_units_2023")):
        if theirs in units:
            people[ours] = units[theirs].to_numpy()
    names = [c for c in ("county_code", "name_zh", "name_en", "owner") if c in people]
    return people.assign(equal=1)[[*names, *(f for f in FACTORS if f in people or f == "equal")]]


# --- pieces --------------------------------------------------------------------------------------------


def _weights(amounts: pd.DataFrame, shares: Mapping[str, Fraction]) -> Cells:
    """Exact weights by county and factor; all add up to 1, those of a factor to its share."""
    out: Cells = {}
    for factor, share in shares.items():
        values = {str(c): exact(v) for c, v in zip(amounts["county_code"], amounts[factor], strict=True)}
        whole = sum(values.values(), Fraction(0))
        out |= {(code, factor): share * value / whole for code, value in values.items()}
    return out


def _by_factor(codes: list[str], factors: list[str], yuan: Mapping[tuple[str, str], int]) -> pd.DataFrame:
    columns = {f"{f}_yuan": [yuan[c, f] for c in codes] for f in factors}
    table = pd.DataFrame({"county_code": codes, **columns})
    return table.assign(yuan=table[list(columns)].sum(axis=1))


def _allocation(
    amounts: pd.DataFrame,
    codes: list[str],
    factors: list[str],
    before: Mapping[tuple[str, str], int],
    after: Mapping[tuple[str, str], int],
    key: Collection[str],
) -> pd.DataFrame:
    """Counties in order of their codes; amounts, yuan by factor, before and after."""
    kept = [c for c in ("name_zh", "name_en", "owner") if c in amounts]
    rows = amounts.assign(county_code=amounts["county_code"].astype(str)).set_index("county_code").loc[codes]
    table = rows[[*kept, *factors]].reset_index()
    table.insert(1 + len(kept), "key_county", table["county_code"].isin(list(key)))
    table = table.merge(_by_factor(codes, factors, after), on="county_code")
    table["before_yuan"] = _by_factor(codes, factors, before)["yuan"]
    return table.assign(change_yuan=table["yuan"] - table["before_yuan"])


def _sums(shares: Mapping[str, object], table: pd.DataFrame, before: Mapping[tuple[str, str], int]) -> pd.DataFrame:
    """A row a factor: its share, the amount of all counties, their yuan, and their yuan without uplift."""
    rows = [
        {
            "factor": f,
            "zh": FACTORS[f].zh if f in FACTORS else f,
            "en": str(FACTORS.get(f, f)),
            "share": float(exact(share)),
            "amount": float(sum((exact(v) for v in table[f]), Fraction(0))),
            "yuan": int(table[f"{f}_yuan"].sum()),
            "before_yuan": sum(yuan for (_, factor), yuan in before.items() if factor == f),
        }
        for f, share in shares.items()
    ]
    return pd.DataFrame(rows)


def _sentences(table: pd.DataFrame, envelope: int, more: Fraction, scale: Fraction) -> tuple[Sentence, ...]:
    n, key = len(table), int(table["key_county"].sum())
    whole = both(
        f"{envelope:,} yuan shared among {n} counties; the {n} amounts add up to {int(table['yuan'].sum()):,} yuan",
        f"{envelope:,} 元分配给 {n} 个县；各县合计 {int(table['yuan'].sum()):,} 元",
    )
    if not key or not more:
        return (whole,)
    percent, left = float(more) * 100, (float((1 + more) * scale) - 1, float(scale) - 1)
    raised = both(
        f"key counties ({key}) get {percent:g} % more before scaling; scaled back to the envelope they have "
        f"{left[0]:+.2%} and the others {left[1]:+.2%} against the shares without it",
        f"{key} 个重点县在调整前各提高 {percent:g}%；按资金总额调整后，重点县比未提高时 {left[0]:+.2%}，"
        f"其他县 {left[1]:+.2%}",
    )
    return whole, raised


def _uplift_figure(more: Fraction) -> Figure:
    return figures_of("uplift", values={"uplift": float(more)} if more else None)["uplift"]


def _share_figures(shares: Mapping[str, object]) -> list[Figure]:
    return [
        Figure(
            key=f"share_{f}",
            value=float(exact(s)),
            unit="share of the envelope",
            mark="J",
            source="set by the planner",
            zh=f"{FACTORS[f].zh if f in FACTORS else f}的权重",
            en=f"share of {FACTORS.get(f, f)}",
        )
        for f, s in shares.items()
    ]
