"""A plan: chosen sites, what they mean for everyone, and how good the choice is known to be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from optimizers import Allocation, Solution, allocate, evaluate, is_covered
from planning.area_demand import PRECISIONS, Source, demand_source
from planning.assumptions import Assumptions
from planning.network.result import NetworkPlan
from planning.question import Question, demand_factors
from planning.scenario import Scenario
from planning.study_area import StudyArea
from planning.texts import text

Floats = npt.NDArray[np.float64]
BANDS_MIN = (30.0, 60.0, 120.0)  # time bands of maps and shares; a band includes its upper end
BAND_NAMES = ("within_30", "within_60", "within_120", "beyond_120", "no_route")
GROUPS = ("served", "near_but_full", "too_far", "no_route")
NOT_OPTIMISED = "evaluated"


@dataclass(frozen=True)
class Indicator:
    """One number of a plan: unit, denominator, and whether more is better (+1), worse (-1) or neither (0)."""

    key: str
    zh: str
    en: str
    unit: str
    of: str
    better: int


# Order of every table of indicators.
INDICATORS = (
    Indicator("persons_total", "残疾人总数（模型估计）", "disabled residents (modelled)", "persons", "", 0),
    Indicator("persons_served", "可获服务", "served", "persons", "persons_total", 1),
    Indicator("persons_near_but_full", "在附近但容量已满", "near but full", "persons", "persons_total", -1),
    Indicator("persons_too_far", "太远", "too far", "persons", "persons_total", -1),
    Indicator("persons_no_route", "无已知路线", "no route known", "persons", "persons_total", -1),
    Indicator("share_near", "所设分钟数内", "within the minutes set", "share", "persons_total", 1),
    Indicator("share_within_30_min", "30 分钟内", "within 30 minutes", "share", "persons_total", 1),
    Indicator("share_within_60_min", "60 分钟内", "within 60 minutes", "share", "persons_total", 1),
    Indicator("share_within_120_min", "120 分钟内", "within 120 minutes", "share", "persons_total", 1),
    Indicator("share_severe_within_60_min", "重度残疾人 60 分钟内", "severe, within 60 minutes", "share", "severe", 1),
    Indicator("mean_travel_time_min", "平均到达时间", "mean travel time", "min", "persons with a route", -1),
    Indicator(
        "ede_travel_time_min",
        "公平等值时间（封顶，含无路线者）",
        "equity-equivalent time (capped, no route counts as the cap)",
        "min",
        "persons_total",
        -1,
    ),
    Indicator("worst_county_mean_min", "最远县平均时间", "mean of the worst county", "min", "persons with a route", -1),
    Indicator("sites", "新增机构", "new institutions", "sites", "", 0),
    Indicator("places", "总服务容量", "places in all", "persons", "", 1),
    Indicator("cost_yuan", "建设成本", "capital", "yuan", "", -1),
    Indicator("running_yuan_per_year", "年运行成本（新增）", "running cost of the new", "yuan/year", "", -1),
)


def indicator_title(indicator: Indicator, sources: Collection[str], language: str) -> str:
    """The name of an indicator; the count of people says where it comes from where all plans agree on that."""
    kinds = set(sources)
    if indicator.key != "persons_total" or kinds == {"modelled"}:
        return indicator.zh if language == "zh" else indicator.en
    return text("all_people", language) + (text(f"people_{kinds.pop()}", language) if len(kinds) == 1 else "")


@dataclass(frozen=True, eq=False)
class Plan:
    """The answer to one scenario.

    Attributes:
        sites: open sites with `role` (existing, proposed, locked), `load_persons`, `nearest_persons`.
        cells: demand cells with `travel_time_min` (inf without route), `nearest_site_id` ("" without),
            `band`, and whole persons in each of `GROUPS`.
        options: sites that could have been chosen but were not, with `role` candidate or forbidden.
        indicators: see `INDICATORS`; recomputed from the sites for every kind of plan alike.
        solver: model, status, objective, bound, gap (share), unit of the objective, reason, solver, seconds.
        baseline_digest: fingerprint of the study area, the same before and after.
        layer_digests: SHA-256 of each file of the user's.
        demand_source: where the persons come from: modelled, a register, or a register scaled to other totals.
        cut_off: last day the register speaks of; "" where people are modelled or the day is not known.
        network: the plan of the network where the scenario asks for one; its last year is what `sites` shows.
    """

    scenario: Scenario
    study_area: str
    baseline_digest: str
    layer_digests: Mapping[str, str]
    sites: pd.DataFrame
    cells: pd.DataFrame
    options: pd.DataFrame
    indicators: Mapping[str, float]
    solver: Mapping[str, Any]
    assumptions: Assumptions
    sources: tuple[str, ...]
    demand_source: Source = "modelled"
    cut_off: str = ""
    network: NetworkPlan | None = None

    @property
    def precision(self) -> dict[str, float]:
        """Share of the persons located to the point, the village, the township and the county; empty when modelled."""
        persons = float(self.cells["persons"].sum())
        counts = {p: float(self.cells[f"persons_{p}"].sum()) for p in PRECISIONS if f"persons_{p}" in self.cells}
        return {p: n / persons if persons else 0.0 for p, n in counts.items()}

    @property
    def name(self) -> str:
        """The name of the scenario."""
        return self.scenario.name

    @property
    def proposed(self) -> tuple[str, ...]:
        """Ids of the new sites, sorted."""
        return tuple(sorted(self.sites.loc[self.sites["role"] != "existing", "site_id"]))


def read_answer(question: Question, solution: Solution | None, area: StudyArea) -> Plan:
    """Turn positions back into places and measure the plan.

    Args:
        solution: None for a scenario that optimises nothing: what is fixed is open.
    """
    return measured(question, question.fixed if solution is None else solution.sites, _solver(question, solution), area)


def measured(question: Question, opened: tuple[int, ...], solver: Mapping[str, Any], area: StudyArea) -> Plan:
    """The plan that has these sites open, whoever chose them."""
    capacity = question.sites["capacity_persons"].to_numpy(float)
    shared = allocate(question.people, opened, capacity, question.scenario.objective.minutes)
    cells = _cells(question, opened, shared)
    sites = _open_sites(question, opened, shared, cells)
    return Plan(
        scenario=question.scenario,
        study_area=area.data.name,
        baseline_digest=area.digest,
        layer_digests={
            key: sha256(Path(path).read_bytes()).hexdigest() for key, path in question.scenario.layers if path
        },
        sites=sites,
        cells=cells,
        options=_options(question, opened),
        indicators=_indicators(question, cells, sites),
        solver=solver,
        assumptions=question.assumptions,
        sources=tuple(area.sources()),
        demand_source=demand_source(area.data, question.scenario.demand_base, demand_factors(question.scenario)),
        cut_off=area.data.cut_off if area.data.residents is not None else "",
    )


def _cells(question: Question, opened: tuple[int, ...], shared: Allocation) -> pd.DataFrame:
    found = evaluate(question.people, opened)
    ids = question.sites["site_id"].to_numpy()
    out = question.cells.copy()
    out["travel_time_min"] = found.nearest_time_min
    out["nearest_site_id"] = np.where(found.reached, ids[found.nearest_site.filled(0)], "")
    out["band"] = bands(found.nearest_time_min)
    for group in GROUPS:
        out[f"persons_{group}"] = getattr(shared, group)
    return out


def bands(minutes: Floats) -> npt.NDArray[np.int64]:
    """Index into `BAND_NAMES` for each travel time; inf is the last."""
    band = sum((~is_covered(minutes, limit)).astype(np.int64) for limit in BANDS_MIN)
    return np.where(np.isinf(minutes), len(BAND_NAMES) - 1, band).astype(np.int64)


def _open_sites(question: Question, opened: tuple[int, ...], shared: Allocation, cells: pd.DataFrame) -> pd.DataFrame:
    sites = question.sites.iloc[list(opened)].copy()
    sites["role"] = np.where(sites["role"] == "existing", "existing", np.where(sites["locked"], "locked", "proposed"))
    sites["load_persons"] = shared.load[list(opened)]
    sites["nearest_persons"] = (
        sites["site_id"].map(cells.groupby("nearest_site_id")["persons"].sum()).fillna(0).astype(int)
    )
    sites["capacity_persons"] = sites["capacity_persons"].astype(int)
    return sites.drop(columns=["forbidden"]).sort_values(["role", "site_id"], ignore_index=True)


def _options(question: Question, opened: tuple[int, ...]) -> pd.DataFrame:
    left = question.sites.drop(index=list(opened))
    return left.assign(role=np.where(left["forbidden"], "forbidden", "candidate")).reset_index(drop=True)


def _indicators(question: Question, cells: pd.DataFrame, sites: pd.DataFrame) -> dict[str, float]:
    persons, minutes = cells["persons"].to_numpy(float), cells["travel_time_min"].to_numpy(float)
    severe = cells["persons_severe"].to_numpy(float)
    routed = np.isfinite(minutes)
    new = sites[sites["role"] != "existing"]
    counts = {f"persons_{g}": int(cells[f"persons_{g}"].sum()) for g in GROUPS}
    shares = {f"share_within_{b:.0f}_min": share(persons, is_covered(minutes, b)) for b in BANDS_MIN}
    return {
        "persons_total": int(persons.sum()),
        **counts,
        "share_near": share(persons, is_covered(minutes, question.scenario.objective.minutes)),
        **shares,
        "share_severe_within_60_min": share(severe, is_covered(minutes, 60.0)),
        "mean_travel_time_min": mean(persons[routed], minutes[routed]),
        "ede_travel_time_min": ede(persons, minutes, question.assumptions["equity_cap_min"], question.alpha),
        "worst_county_mean_min": _worst_county(cells[routed & (persons > 0)]),
        "sites": len(new),
        "places": int(sites["capacity_persons"].sum()),
        "cost_yuan": float(new["capital_yuan"].sum()),
        "running_yuan_per_year": float(new["running_yuan"].sum()),
    }


def _worst_county(cells: pd.DataFrame) -> float:
    """The longest of the counties' mean minutes; nan when no county has a route."""
    means = [
        mean(county["persons"].to_numpy(float), county["travel_time_min"].to_numpy(float))
        for _, county in cells.groupby("county_code")
    ]
    return max(means, default=float("nan"))


def share(persons: npt.ArrayLike, among: npt.ArrayLike) -> float:
    """Share of the persons for whom `among` holds; 0 when there are none."""
    total = float(np.sum(persons))
    return float(np.sum(np.asarray(persons)[np.asarray(among)])) / total if total else 0.0


def mean(persons: Floats, minutes: Floats) -> float:
    """Mean minutes weighted by persons; nan when there are none."""
    return float((persons * minutes).sum() / persons.sum()) if persons.sum() else float("nan")


def ede(persons: Floats, minutes: Floats, cap_min: float, kappa: float) -> float:
    """Kolm-Pollak equally distributed equivalent of the capped times, in minutes; see `question._costs`.

    Args:
        kappa: per minute; the study area's, the same for all plans, so that nobody worse off means not higher.
    """
    t = np.minimum(minutes, cap_min)
    return float(np.log((persons * np.exp(kappa * t)).sum() / persons.sum()) / kappa)


def _solver(question: Question, solution: Solution | None) -> dict[str, Any]:
    goal = question.scenario.objective
    if solution is None:
        return {
            "model": goal.model, "status": NOT_OPTIMISED, "objective": None, "bound": None, "gap": None, "unit": "",
            "reason": "nothing was optimised: the open sites are given", "solver": "", "effort": "", "seconds": 0.0,
            "seed": None,
        }  # fmt: skip
    objective, bound, gap = solution.objective, solution.bound, solution.gap
    if goal.model == "p_median":
        objective, bound = (per_person(question, x) for x in (objective, bound))
        if gap and objective is not None and bound is not None:
            gap = (objective - bound) / objective  # of the minutes shown, not of the costs that were minimised
    return {
        "model": goal.model, "status": solution.status, "objective": objective, "bound": bound, "gap": gap,
        "unit": _unit(goal.model, question.kappa), "reason": solution.reason, "solver": solution.solver,
        "effort": solution.effort, "seconds": solution.seconds, "seed": solution.seed,
    }  # fmt: skip


def per_person(question: Question, total: float | None) -> float | None:
    """A p-median total as minutes a person: the weighted mean, or the Kolm-Pollak equivalent."""
    if total is None:
        return None
    per_weight = total / float(question.problem.weight.sum())
    return float(np.log(per_weight) / question.kappa) if question.kappa else per_weight


def _unit(model: str, kappa: float) -> str:
    people = "weighted persons"
    units = {"max_coverage": people, "backup_coverage": people, "set_cover": "sites",
             "p_center": "min", "lexicographic": "min"}  # fmt: skip
    return units.get(model, "min (Kolm-Pollak equivalent)" if kappa else "min (weighted mean)")
