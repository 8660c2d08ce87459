"""特殊教育安置: special school, mainstream class or lessons at home; who boards, and the teachers that home lessons
need."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Final

import numpy as np
import pandas as pd

from geodata.demand import read_needs
from geodata.demand.needs import Needs
from geodata.errors import Sentence, both
from geodata.figures import Figure
from planning.faults import PlanningError
from planning.instruments.controlled_rounding import exact, whole_table
from planning.instruments.figures import figures_of
from planning.instruments.people import (
    Floats,
    age_unknown,
    base_of,
    children_by_cell,
    children_by_class,
    county_people,
    days_a_visit,
    minutes_to,
    modelled_in,
)
from planning.instruments.result import InstrumentResult
from planning.instruments.special_schools import special_schools
from planning.instruments.targets import met_of
from planning.study_area import StudyArea

PLACES: Final = ("special", "mainstream", "home")
_WORK: Final = (
    "home_minutes_school_compulsory", "home_visits_school_compulsory", "hours_day", "round_night_days",
    "round_longest_days", "teacher_days_year",
)  # fmt: skip


def place_children(
    area: StudyArea,
    *,
    shares: Mapping[str, object] | None = None,
    enrolled: "pd.Series[int] | None" = None,
    needs: Needs | None = None,
    season: str = "summer",
    values: Mapping[str, float] | None = None,
) -> InstrumentResult:
    """Places of the disabled children of school age (6-14) by county.

    Args:
        shares: `special`, `mainstream`, `home`, adding up to 1; by default the need table's share of special schools,
            23 % at home [S] and the rest in mainstream classes.
        enrolled: children enrolled by county code, for the enrolment rate; the rate is not known without.
        season: of the travel times.
        values: own values of the figures.

    Returns:
        Table `counties`: `children`, `special`, `mainstream`, `home` (whole, adding up to children), `boarding` (of the
        special places, those more than the boarding minutes from the nearest school), `mean_minutes`, `longest_minutes`
        to it, `no_route` children, `teacher_days` and `teachers` for lessons at home, and `enrolled`, `to_enrol`
        (children lacking to the target).

    Raises:
        PlanningError: for shares that do not add up to 1, unknown counties, more enrolled than there are children.
    """
    figures = figures_of(*_WORK, "boarding_minutes", "enrolment_target", "placement_home", values=values)
    split = _shares(area, shares, needs, figures)
    table = county_people(area)[["county_code", "name_zh", "name_en", "owner", "school_age"]]
    table = table.rename(columns={"school_age": "children"})
    cells = {
        (c, p): Fraction(int(n)) * s
        for c, n in table[["county_code", "children"]].itertuples(index=False)
        for p, s in split.items()
    }
    total = int(table["children"].sum())
    whole = whole_table(total, cells) if total else dict.fromkeys(cells, 0)
    for place in PLACES:
        table[place] = [whole[code, place] for code in table["county_code"]]
    table = table.merge(_ways(area, split, figures, season, table), on="county_code")
    table = _enrolment(table, enrolled, figures["enrolment_target"])
    return _told(area, table, split, figures, shares is None)


def _shares(
    area: StudyArea, given: Mapping[str, object] | None, needs: Needs | None, figures: Mapping[str, Figure]
) -> dict[str, Fraction]:
    """Exact shares of the three places."""
    if given is None:
        special, home = exact(round(special_share(area, needs), 6)), exact(figures["placement_home"].value)
        given = {"special": special, "mainstream": 1 - special - home, "home": home}
    try:
        out = {place: exact(given[place]) for place in PLACES}
    except (KeyError, ValueError):
        out = {}
    if not out or set(given) != set(PLACES) or sum(out.values()) != 1 or min(out.values()) < 0:
        fault = both(
            "placement: shares of special, mainstream and home of 0 or more that add up to 1 are needed; "
            f"found {', '.join(f'{k}={v}' for k, v in given.items()) or 'none'}",
            f"安置比例：special、mainstream、home 都应大于等于 0 且合计为 1；"
            f"发现 {'、'.join(f'{k}={v}' for k, v in given.items()) or '无'}",
        )
        raise PlanningError([fault])
    return out


def special_share(area: StudyArea, needs: Needs | None = None) -> float:
    """Share of the disabled children of school age whose place is a special school, by the need table and classes."""
    here = children_by_class(area)
    table = (needs or read_needs()).table
    table = table[(table["service"] == "school_compulsory") & (table["age_band"] == "6_14")]
    joined = here.merge(table[["category", "grade", "need_share"]], on=["category", "grade"], how="left")
    known = joined.dropna(subset=["need_share"])
    weights = known["persons"].to_numpy(float)
    return (
        float(np.average(known["need_share"], weights=weights)) if weights.sum() else float(table["need_share"].mean())
    )


def _ways(
    area: StudyArea, split: Mapping[str, Fraction], figures: dict[str, Figure], season: str, table: pd.DataFrame
) -> pd.DataFrame:
    """By county: minutes to the nearest school, who boards, and the work of lessons at home."""
    cells = _by_cell(area, float(split["home"]), figures, season)
    by = cells.groupby("county_code").sum(numeric_only=True).drop(columns="longest")
    by = by.reindex(table["county_code"], fill_value=0.0)
    longest = cells[cells["children"] > 0].groupby("county_code")["longest"].max().reindex(by.index)
    special = table.set_index("county_code")["special"]
    share = (by["boarding"] / by["children"].where(by["children"] > 0)).fillna(0.0)
    return (
        pd.DataFrame(
            {
                "boarding": np.rint(special * share).astype(int),
                "mean_minutes": (by["minutes"] / by["routed"].where(by["routed"] > 0)).round(1),
                "longest_minutes": longest.where(np.isfinite(longest)).round(1),
                "no_route": np.rint(by["children"] - by["routed"]).astype(int),
                "teacher_days": by["days"].round(1),
                "teachers": np.ceil(by["days"] / figures["teacher_days_year"].value - 1e-9).astype(int),
            }
        )
        .rename_axis("county_code")
        .reset_index()
    )


def _by_cell(area: StudyArea, home: float, figures: dict[str, Figure], season: str) -> pd.DataFrame:
    """By cell: children, those with a route and their minutes, those beyond the boarding minutes, days of teachers."""
    schools, children = special_schools(area), children_by_cell(area).to_numpy(float)
    to_school = minutes_to(area, schools, season, "with_escort").min(axis=1, initial=np.inf)
    has_route = np.isfinite(to_school)
    return pd.DataFrame(
        {
            "county_code": area.data.cells["county_code"].astype(str),
            "children": children,
            "minutes": children * np.where(has_route, to_school, 0.0),
            "routed": np.where(has_route, children, 0.0),
            "boarding": np.where(to_school > figures["boarding_minutes"].value, children, 0.0),
            "days": children * home * _days_a_child(area, schools, figures, season),
            "longest": np.where(has_route, to_school, -np.inf),
        }
    )


def _days_a_child(area: StudyArea, schools: pd.DataFrame, figures: dict[str, Figure], season: str) -> Floats:
    """(cells,) days of a teacher a year for a child taught at home; 0 where no round reaches."""
    start = pd.concat([schools[["lon", "lat"]], area.institutions[["lon", "lat"]]])  # where teachers set out
    by_car = minutes_to(area, start, season, "car").min(axis=1, initial=np.inf)
    a_visit = days_a_visit(by_car, figures["home_minutes_school_compulsory"].value, figures)
    lessons = figures["home_visits_school_compulsory"].value
    return np.asarray(np.where(np.isfinite(a_visit), lessons * a_visit, 0.0), float)


def _enrolment(table: pd.DataFrame, enrolled: "pd.Series[int] | None", target: Figure) -> pd.DataFrame:
    """The children who lack to the target; not known without an enrolment."""
    known = pd.Series(dtype="Int64") if enrolled is None else enrolled
    strange = sorted(set(map(str, known.index)) - set(table["county_code"]))
    if known.index.has_duplicates or not _are_counts(known):
        en = "enrolled: one whole number of pupils of 0 or more is needed for each county"
        raise PlanningError([both(en, "在学人数：每县只填一个大于等于 0 的整数")])
    counted = pd.array(table["county_code"].map(known), "Int64")
    over = table.loc[(counted > table["children"]).fillna(False), "county_code"].tolist()
    faults = [both(f"enrolled: there is no county '{c}'", f"在学人数：没有县“{c}”") for c in strange]
    faults += [
        both(
            f"enrolled: county {c} has more pupils than disabled children of school age; check both counts",
            f"在学人数：县 {c} 的在学人数多于适龄残疾儿童人数；请核对",
        )
        for c in over
    ]
    if faults:
        raise PlanningError(faults)
    lacking = [
        pd.NA if n is pd.NA else met_of(int(n), int(children), target.value)[1]
        for n, children in zip(counted, table["children"], strict=True)
    ]
    return table.assign(enrolled=counted, to_enrol=pd.array(lacking, "Int64"))


def _are_counts(numbers: "pd.Series[int]") -> bool:
    """Whether all are whole numbers of 0 or more."""
    found = pd.to_numeric(numbers, errors="coerce")
    return bool(((found >= 0) & (found < 1e15) & (found % 1 == 0)).all())


def _told(
    area: StudyArea, table: pd.DataFrame, split: Mapping[str, Fraction], figures: dict[str, Figure], shipped: bool
) -> InstrumentResult:
    n = {c: int(table[c].sum()) for c in ("children", *PLACES, "boarding", "no_route", "teachers")}
    special = Figure(
        key="placement_special",
        value=float(split["special"]),
        unit="share of disabled children of school age",
        mark="D" if shipped else "J",
        source="need table: Ministry of Education 2020" if shipped else "set by the planner",
        zh="特教学校占比",
        en="share in special schools",
    )
    return InstrumentResult(
        name="placement",
        tables={"counties": table},
        totals={**n, "teacher_days": float(table["teacher_days"].sum())},
        sentences=(*_places_told(n, split, figures), _enrolment_told(table, figures["enrolment_target"].value)),
        denominator=both("disabled children of school age, 6-14 (适龄)", "适龄（6–14 岁）残疾儿童少年"),
        base=base_of(area),
        figures=(special, *figures.values()),
        modelled=modelled_in(area),
        notes=(*_NOTES, *_unknown_told(age_unknown(area))),
    )


def _places_told(
    n: Mapping[str, int], split: Mapping[str, Fraction], figures: Mapping[str, Figure]
) -> tuple[Sentence, ...]:
    parts, limit = [f"{float(split[p]):.1%}" for p in PLACES], f"{figures['boarding_minutes'].value:g}"
    return (
        both(
            f"{n['children']:,} disabled children of school age: special school {n['special']:,} ({parts[0]}), "
            f"mainstream {n['mainstream']:,} ({parts[1]}), lessons at home {n['home']:,} ({parts[2]})",
            f"适龄残疾儿童 {n['children']:,} 人：特教学校 {n['special']:,} 人（{parts[0]}），"
            f"随班就读 {n['mainstream']:,} 人（{parts[1]}），送教上门 {n['home']:,} 人（{parts[2]}）",
        ),
        both(
            f"of the {n['special']:,} in special schools {n['boarding']:,} live more than {limit} minutes away and "
            f"board; lessons at home need {n['teachers']:,} teachers",
            f"特教学校学生中 {n['boarding']:,} 人单程超过 {limit} 分钟，须寄宿；送教上门需教师 {n['teachers']:,} 人",
        ),
        both(
            f"for {n['no_route']:,} children no route to a school is known; they count neither in minutes nor in "
            "boarding",
            f"{n['no_route']:,} 名儿童没有已知的上学路线，未计入时间和寄宿人数",
        ),
    )


def _unknown_told(unknown: int) -> tuple[Sentence, ...]:
    if not unknown:
        return ()
    told = both(
        f"The age of {unknown:,} persons of the register is not known; children among them are not counted here.",
        f"登记名册中有 {unknown:,} 人年龄未知，其中的儿童未计入。",
    )
    return (told,)


def _enrolment_told(table: pd.DataFrame, target: float) -> Sentence:
    known = table[table["enrolled"].notna()]
    if not len(known):
        needed = ceil(exact(target) * int(table["children"].sum()))
        return both(
            f"the enrolment rate is not known; {needed:,} enrolled would meet the target of {target:.0%} (2021-25)",
            f"入学率未知；达到“十四五”目标 {target:.0%} 需 {needed:,} 人在学",
        )
    pupils, children = int(known["enrolled"].sum()), int(known["children"].sum())
    met, lacking = met_of(pupils, children, target)
    rate = f"{pupils / max(children, 1):.2%}"
    return both(
        f"enrolment in {len(known)} counties: {pupils:,} of {children:,} = {rate}; the target of {target:.0%} "
        "(2021-25) "
        f"is {'met' if met else f'missed by {lacking:,} children'}",
        f"{len(known)} 个县入学 {pupils:,} 人，占适龄 {children:,} 人的 {rate}；"
        f"“十四五”目标 {target:.0%}：{'已达到' if met else f'还差 {lacking:,} 人'}",
    )


_NOTES: Final = (
    both(
        "Nearest schools include assumed ones; confirm them first. The target is dated: it belongs to 2021-25.",
        "最近的学校包括假设的学校，请先核实。目标有期限：属于 2021–2025 年。",
    ),
    both(
        "The shipped shares are of pupils in special education (2020); here they place all disabled children of school "
        "age, as if all were enrolled. Teachers set out from a special school or a county centre, whichever is nearer.",
        "默认比例的分母是特殊教育在校生（2020 年），此处用于全部适龄残疾儿童（视同全部入学）。"
        "送教教师从最近的特教学校或县级中心出发。",
    ),
)
