"""Scenario + study area → numbers for the optimisers. The only place where ids become positions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geodata.errors import both, prefixed
from optimizers import LocationProblem, evaluate, is_covered
from planning.assumptions import Assumptions
from planning.codes import unknown_codes
from planning.faults import PlanningError
from planning.scenario import Scenario
from planning.scenario_form import Close, CloseRoad, Forbid, Lock, Open, ScaleDemand, SetSpeed, Unsafe, Upgrade
from planning.study_area import INSTITUTION, Progress, StudyArea

Floats = npt.NDArray[np.float64]


LARGEST_EXPONENT = 600.0  # exp of more is no number
_NO_SITES = both(
    "there is neither an institution nor a candidate; give a list of them under [layers], or other kinds and counties",
    "没有任何机构或候选地点；请在 [layers] 中给出名单，或放宽候选的类型和县",
)


@dataclass(frozen=True, eq=False)
class Question:
    """What is handed to the optimisers, and what is needed to read their answer.

    Attributes:
        cells: (n,) demand cells with whole persons by group.
        sites: (m,) site table with `role` (existing, candidate), `locked`, `capacity_persons`, `capital_yuan`,
            `running_yuan`.
        minutes: (n, m) CSR, minutes; absent = no known route.
        persons: (n,) whole persons, unweighted: what every count and share is made of.
        problem: the location problem of the objective (weights, and for an equity objective other costs).
        fixed: positions that are open anyway (existing and locked).
        kappa: per minute; above 0 when the cost of a pair is exp(kappa × minutes).
        alpha: per minute; the study area's scale of the Kolm-Pollak equivalent.
    """

    scenario: Scenario
    assumptions: Assumptions
    cells: pd.DataFrame
    sites: pd.DataFrame
    minutes: csr_array
    persons: npt.NDArray[np.int64]
    problem: LocationProblem
    fixed: tuple[int, ...]
    locked_yuan: float
    kappa: float
    alpha: float

    @cached_property
    def people(self) -> LocationProblem:
        """The same places with unweighted persons and minutes: what indicators are measured on."""
        return LocationProblem(self.persons.astype(float), self.minutes)


def pose(scenario: Scenario, area: StudyArea, progress: Progress | None = None) -> Question:
    """Apply the scenario's changes to copies of the area's tables and build the location problem.

    Raises:
        PlanningError: one sentence for every code that the study area does not have, and for locks that
            exceed the number of sites or the budget.
    """
    alpha = area.alpha  # of the area as shipped: own layers do not change the scale of the equity figure
    area = area.with_layers(scenario.layers)
    faults = unknown_codes(scenario.model_dump(mode="json"), area)
    if faults:
        raise PlanningError([prefixed(scenario.called, fault) for fault in faults])
    assumptions = area.assumptions.changed(
        {**scenario.assumptions, **{c.speed: c.value for c in scenario.of(SetSpeed)}}
    )
    closures = in_force(scenario, area)
    rows = _counted(scenario, area, area.data.cells["county_code"])
    keep, sites = site_table(scenario, area, assumptions)
    if not len(sites):
        raise PlanningError([prefixed(scenario.called, _NO_SITES)])
    cells = _people(scenario, area, assumptions)[rows].reset_index(drop=True)
    minutes = area.minutes(assumptions.travel_rules(scenario.season, scenario.profile), closures, progress)
    minutes = csr_array(csr_array(minutes[np.flatnonzero(rows)])[:, keep])
    persons = cells["persons"].to_numpy(np.int64)
    fixed = tuple(int(i) for i in np.flatnonzero((sites["role"] == "existing") | sites["locked"]))
    locked_yuan = float(sites.loc[sites["locked"], "capital_yuan"].sum())
    _check_locks(scenario, int(sites["locked"].sum()), locked_yuan)
    weight = _coverable(scenario, weights(scenario, cells), minutes, sites)
    kappa, cost, unserved = _costs(scenario, assumptions, minutes, alpha)
    problem = LocationProblem(
        weight=weight,
        travel_time_min=cost,
        site_cost_yuan=sites["capital_yuan"].to_numpy(float),
        fixed_open=fixed,
        forbidden=tuple(int(i) for i in np.flatnonzero(sites["forbidden"])),
        unserved_cost=unserved,
    )
    return Question(scenario, assumptions, cells, sites, minutes, persons, problem, fixed, locked_yuan, kappa, alpha)


def _people(scenario: Scenario, area: StudyArea, assumptions: Assumptions) -> pd.DataFrame:
    """The demand cells with the persons of the base that the scenario asks for."""
    rate = assumptions["prevalence_rate"]
    try:
        return area.demand(assumptions.demand_rates(), demand_factors(scenario), scenario.demand_base, rate)
    except PlanningError as error:
        raise PlanningError([prefixed(scenario.called, fault) for fault in error.faults]) from None


def in_force(scenario: Scenario, area: StudyArea) -> tuple[str, ...]:
    """Ids of the closures of a scenario: those it orders, then those of its month."""
    ordered = tuple(c.closure for c in scenario.of(CloseRoad))
    return tuple(dict.fromkeys(ordered + area.closed_in(scenario.month)))


def _counted(scenario: Scenario, area: StudyArea, county_codes: "pd.Series[str]") -> npt.NDArray[np.bool_]:
    """What belongs to the prefecture totals, and on request the XPCC cities beside them; people and sites alike."""
    inside = area.data.counties.set_index("county_code")["in_prefecture_total"]
    return np.asarray(county_codes.map(inside).to_numpy(bool) | scenario.with_separate_xpcc)


def site_table(
    scenario: Scenario, area: StudyArea, assumptions: Assumptions
) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """The sites of this scenario: positions among the area's sites, and their table.

    Existing institutions that are neither closed nor unsafe, candidates that may be chosen, and candidates that the
    scenario opens or locks. Order is that of the area.
    """
    sites = area.sites
    existing = sites["kind"] == INSTITUTION
    unsafe = {c.site for c in scenario.of(Unsafe)}
    closed = {c.site for c in scenario.of(Close)} | unsafe
    opened, locked, forbidden = ({c.site for c in scenario.of(kind)} for kind in (Open, Lock, Forbid))
    forbidden |= unsafe
    allowed = sites["kind"].isin(scenario.candidates.kinds)
    if scenario.candidates.counties:
        allowed &= sites["county_code"].isin(scenario.candidates.counties)
    named = ~existing & sites["site_id"].isin(opened | locked)
    usual = (existing & ~sites["site_id"].isin(closed)) | (~existing & allowed)
    wanted = named | (usual & _counted(scenario, area, sites["county_code"]))
    chosen = sites[wanted].reset_index(drop=True)
    is_existing = (chosen["kind"] == INSTITUTION) | chosen["site_id"].isin(opened)
    chosen["role"] = np.where(is_existing, "existing", "candidate")
    chosen["locked"] = chosen["site_id"].isin(locked) & ~is_existing
    chosen["forbidden"] = chosen["site_id"].isin(forbidden) & ~is_existing
    upgraded = {c.site: float(c.capacity_persons) for c in scenario.of(Upgrade)}
    for column, prefix in _AMOUNTS.items():
        usual_amount = chosen["host_type"].map(lambda host, p=prefix: assumptions.get(f"{p}_{host}"))
        own = chosen[column] if column in chosen else pd.Series(np.nan, index=chosen.index)
        chosen[column] = own.fillna(usual_amount)
        if column == "capacity_persons":
            theirs = own.isna() & chosen["mark"].str.startswith(("given by the user", "from "))
            chosen["mark"] = chosen["mark"].mask(theirs, chosen["mark"] + "; capacity assumed / 容量为假设")
    chosen["capacity_persons"] = chosen["site_id"].map(upgraded).fillna(chosen["capacity_persons"])
    chosen.loc[is_existing, ["capital_yuan", "running_yuan"]] = 0.0
    return np.flatnonzero(wanted.to_numpy()).astype(np.int64), chosen


# column of a site table → prefix of the assumption that fills it, by host, where the table gives no amount
_AMOUNTS = {"capacity_persons": "capacity", "capital_yuan": "capital_yuan", "running_yuan": "running_yuan"}


def demand_factors(scenario: Scenario) -> tuple[tuple[str, float], ...]:
    """County code and factor of every changed demand; factors of one county multiply."""
    factors: dict[str, float] = {}
    for change in scenario.of(ScaleDemand):
        factors[change.county] = factors.get(change.county, 1.0) * change.factor
    return tuple(sorted(factors.items()))


def weights(scenario: Scenario, cells: pd.DataFrame) -> Floats:
    """Weight of every cell in the objective: persons, the severe and those in hardship counting for more.

    weight = moderate + w_severe × (severe − hardship) + w_hardship × hardship.
    """
    persons, severe, hardship = (cells[c].to_numpy(float) for c in ("persons", "persons_severe", "persons_hardship"))
    w = scenario.weights
    return np.asarray((persons - severe) + w.severe * (severe - hardship) + w.hardship * hardship, float)


def _coverable(scenario: Scenario, weight: Floats, minutes: csr_array, sites: pd.DataFrame) -> Floats:
    """For models that must reach everyone: those whom no allowed site can reach ask for nothing.

    They stay in every count of persons as too far or without route.
    """
    if scenario.objective.model not in ("set_cover", "p_center", "lexicographic"):
        return weight
    limit = scenario.objective.minutes if scenario.objective.model == "set_cover" else None
    allowed = tuple(int(i) for i in np.flatnonzero(~sites["forbidden"].to_numpy(bool)))
    best = evaluate(LocationProblem(weight, minutes), allowed, threshold_min=limit)
    return np.where(best.reached if best.covered is None else best.covered, weight, 0.0)


def _check_locks(scenario: Scenario, locked: int, locked_yuan: float) -> None:
    goal, faults = scenario.objective, []
    if goal.sites is not None and locked > goal.sites:
        faults.append(
            both(
                f"{locked} sites are locked but [objective] sites is {goal.sites}",
                f"锁定了 {locked} 个地点，但 [objective] sites 是 {goal.sites}；请减少锁定或增加机构数",
            )
        )
    if goal.budget_yuan is not None and locked_yuan > goal.budget_yuan:
        faults.append(
            both(
                f"the locked sites cost {locked_yuan:,.0f} yuan, more than the budget of {goal.budget_yuan:,.0f}; "
                "unlock one or raise the budget",
                f"锁定的地点需要 {locked_yuan:,.0f} 元，超出预算 {goal.budget_yuan:,.0f} 元；请减少锁定或提高预算",
            )
        )
    if faults:
        raise PlanningError([prefixed(scenario.called, fault) for fault in faults])


def _costs(
    scenario: Scenario, assumptions: Assumptions, minutes: csr_array, alpha: float
) -> tuple[float, csr_array, float | None]:
    """kappa, cost of every pair, and the cost of nobody near: minutes, or their Kolm-Pollak transform.

    Kolm-Pollak equally distributed equivalent of times t with weights w (Horton, Logan, Murrell, Skipper,
    Speakman, arXiv 2401.15452): EDE = ln(Σ w exp(kappa t) / Σ w) / kappa, kappa = aversion × alpha of the
    study area. Minimising Σ w exp(kappa t) minimises the EDE, so it is a p-median with other costs. Times are
    capped at `equity_cap_min`; nobody near counts as the cap.
    """
    if scenario.objective.model != "p_median":
        return 0.0, minutes, None
    cap = assumptions["equity_cap_min"]
    near = is_covered(minutes.data, cap)
    row = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))[near]
    kappa = scenario.objective.inequality_aversion * alpha
    if kappa * cap > LARGEST_EXPONENT:
        most = f"{LARGEST_EXPONENT / kappa:.0f}"
        fault = both(
            f"[assumptions] equity_cap_min: {cap:g} found, {most} or less is needed with this aversion",
            f"[assumptions] equity_cap_min：发现 {cap:g}，在此厌恶程度下不得超过 {most}；请改小",
        )
        raise PlanningError([prefixed(scenario.called, fault)])
    cost = np.exp(kappa * minutes.data[near]) if kappa else minutes.data[near]
    unserved = float(np.exp(kappa * cap)) if kappa else cap
    return kappa, csr_array((cost, (row, minutes.indices[near])), shape=minutes.shape), unserved
