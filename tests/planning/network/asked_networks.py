"""Tiny networks as questions of the planner, and solvers for them: the reference model, and one that stops early."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

sys.path.append(str(Path(__file__).parents[2] / "optimizers" / "network"))
from brute_force import best_value
from tiny_networks import tiny_network

from optimizers.network import BARRED, FREE, NetworkProblem, NetworkSolution
from optimizers.network.solution import Stage
from optimizers.reference import network as made
from optimizers.reference.network import MINIMISED, solve_reference
from planning.assumptions import default_assumptions

__all__ = [
    "Asked", "asked", "best_value", "delivered", "hasty", "is_within", "planned", "posing", "reference",
    "rounds_or_building", "tiny_network",
]  # fmt: skip

_STATES = ("form_state", "module_state")
SERVICES, SEASONS = ("rehabilitation", "day_care"), ("summer", "winter")
NAMES = {"653101": ("喀什市", "Kashgar"), "652901": ("阿克苏市", "Aksu")}


@dataclass(frozen=True, eq=False)
class Asked:
    """What explanations read of a `NetworkQuestion`."""

    scenario: Any
    problem: NetworkProblem
    services: tuple[str, ...]
    counties: tuple[str, ...]
    county_names: dict[str, tuple[str, str]]
    years: tuple[int, ...]
    seasons: tuple[str, ...]
    rows: pd.DataFrame
    sites: pd.DataFrame
    forms: pd.DataFrame
    modules: pd.DataFrame
    row_cell: Any
    routes: tuple[Any, ...]
    assumptions: Any = field(default_factory=default_assumptions)

    def minutes_of(self, season: int, service: int) -> csr_array:
        return self.routes[season]


def asked(problem: NetworkProblem, aims: tuple[str, ...] = ("most_units",)) -> Asked:
    """The question of a tiny network: every row a cell of its own, a unit is what a person needs in a year."""
    rows, sites = len(problem.units), len(problem.site_by)
    counties = tuple(NAMES)[: problem.groups]
    table = pd.DataFrame(
        {
            "cell_id": [f"c{r}" for r in range(rows)],
            "county_code": [counties[g] for g in problem.group],
            "area_id": [f"a{r // 2}" for r in range(rows)],
            "service": [SERVICES[s] for s in problem.service],
            "weight_class": [("other", "severe", "hardship")[r % 3] for r in range(rows)],
            "persons": problem.units,
            "units": problem.units,
        }
    )
    named = pd.DataFrame(
        {
            "site_id": [f"s{j}" for j in range(sites)],
            "name_zh": [f"机构{j}" for j in range(sites)],
            "name_en": [f"Site {j}" for j in range(sites)],
            "tier": "township",
            "forbidden": False,
            "unsafe": "",
        }
    )
    table_of_network = {
        "aims": aims, "explain_s": 60.0, "give": 0.1, "explain": True, "why_not": (), "new_buildings": True,
        "referral_minutes": None,
    }  # fmt: skip
    return Asked(
        scenario=SimpleNamespace(network=SimpleNamespace(**table_of_network)),
        problem=problem,
        services=SERVICES[: problem.services],
        counties=counties,
        county_names=NAMES,
        years=tuple(range(2026, 2026 + problem.years)),
        seasons=SEASONS[: len(problem.reach)],
        rows=table,
        sites=named,
        forms=pd.DataFrame(
            {"site_id": [f"s{j}" for j in problem.form_site], "form": "new", "size": "small", "mode": "", "barred": ""}
        ),
        modules=pd.DataFrame(
            {
                "site_id": [f"s{j}" for j in problem.module_site],
                "service": [SERVICES[s] if s >= 0 else "" for s in problem.module_service],
                "barred": "",
            }
        ),
        row_cell=np.arange(rows),
        routes=tuple(_minutes(problem, a) for a in range(len(problem.reach))),
    )


def posing(question: Asked, free: NetworkProblem | None = None) -> Any:
    """Poses one season of a tiny network by itself; for a site that is allowed again, the network given."""

    def pose(*, season: str | None = None, allowed: str | None = None) -> Asked:
        if allowed is not None:
            assert free is not None
            return replace(question, problem=free)
        a = question.seasons.index(str(season))
        alone = replace(question.problem, reach=(question.problem.reach[a],), season_share=np.ones(1))
        return replace(question, problem=alone, seasons=(str(season),), routes=(question.routes[a],))

    return pose


def _minutes(problem: NetworkProblem, season: int) -> csr_array:
    """Minutes of all pairs; those in reach are the nearer ones."""
    reach = problem.reach[season]
    whole = np.add.outer(7.0 * np.arange(reach.shape[0]), 3.0 * np.arange(reach.shape[1])) % 23 + 61.0 + season
    near = np.zeros(reach.shape, dtype=bool)
    near[np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr)), reach.indices] = True
    return csr_array(np.where(near, whole - 60.0, whole))


def reference(problem: NetworkProblem, aims: tuple[str, ...] = ("most",), **how: Any) -> NetworkSolution:
    """The best plan, proven, whatever the engine is; knows the options of an engine and needs none."""
    return solve_reference(problem, aims, give=how.get("give", 0.0))


def delivered(
    problem: NetworkProblem, form_year: Any, module_year: Any, aims: tuple[str, ...] = ("most",), **how: Any
) -> NetworkSolution:
    """The best deliveries of given institutions: the reference model with its choices fixed."""
    model = made.network_model(problem)
    for choices, years in ((model.y, form_year), (model.m, module_year)):
        for (i, t), choice in choices.items():
            choice.lowBound = choice.upBound = float(0 <= years[i] <= t)
    report = made._solved(model, aims[0], made.AIMS[aims[0]](model, []), 60.0)
    if not report.found:
        return made._no_plan(problem, aims, report, 0.0, [])
    return made._answer(aims, [made._stage(aims[0], report)], 0.0, report.stopped_by, made._plan(model))


def hasty(seed: int) -> Any:
    """A solver that stops early: a plan that is not the best at times, and a bound that is not tight at times."""
    rng = np.random.default_rng(seed)

    def solve(problem: NetworkProblem, aims: tuple[str, ...] = ("most",), **how: Any) -> NetworkSolution:
        best = reference(problem, aims, **how)
        if best.objective is None or len(aims) > 1:
            return best
        worse = best
        if rng.random() < 0.6:
            free = np.flatnonzero(problem.form_state == FREE)
            state = problem.form_state.copy()
            state[rng.choice(free, min(1, free.size), replace=False)] = 2
            worse = reference(replace(problem, form_state=state), aims, **how)
            worse = best if worse.objective is None else worse
        turn = -1 if aims[0] in MINIMISED else 1
        bound = best.objective + turn * float(rng.choice([0.0, 0.5, 3.0, np.inf]))
        stage = Stage(aims[0], worse.objective, bound, "feasible")
        return replace(worse, status="feasible", bound=bound, gap=None, stages=(stage,))

    return solve


@cache
def _seed(n: int, on: tuple[str, ...], off: tuple[str, ...]) -> int:
    seed = _seed(n - 1, on, off) + 1 if n else 0
    while not _is_worth_it(tiny_network(seed, on=on, off=off)):
        seed += 1
    return seed


def _is_worth_it(problem: NetworkProblem) -> bool:
    """There is a plan, and what it opens is worth something."""
    best = best_value(problem)
    states = {name: np.where(getattr(problem, name) == FREE, BARRED, getattr(problem, name)) for name in _STATES}
    return best is not None and best > (best_value(replace(problem, **states)) or 0.0) + 1e-6


def planned(n: int, on: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> NetworkProblem:
    """The n-th tiny network with these limits in whose best plan something is opened."""
    return tiny_network(_seed(n, on, off), on=on, off=off)


def is_within(found: Any, truth: float | None) -> bool:
    """Whether the true price (None or inf: no plan at all) lies in the interval of an explanation."""
    room = 1e-5
    if truth in (None, np.inf):
        return bool(found.high == np.inf)
    return bool(found.low - room <= truth <= found.high + room)


def rounds_or_building():
    """Everyone may be served at home or at any site; money is enough for rounds, or for one building and few rounds."""
    off = ("seasons", "years", "round_days", "site_by", "most_sites", "stands", "barred", "needs", "tilt", "gives")
    problem = planned(0, off=off)
    rows, sites, forms, modules = (
        len(x) for x in (problem.units, problem.site_by, problem.form_site, problem.module_site)
    )
    return replace(
        problem, services=1, groups=1, service=np.zeros(rows, int), group=np.zeros(rows, int), units=np.full(rows, 4.0),
        reach=(csr_array(np.full((rows, sites), 5.0)),), round_yuan=np.full(rows, 2.0), round_value=np.full(rows, 9.0),
        site_group=np.zeros(sites, int), form_capital=np.full(forms, 1000.0), form_running=np.full(forms, 1.0),
        form_state=np.full(forms, FREE), module_state=np.full(modules, FREE), module_service=np.zeros(modules, int),
        module_capital=np.zeros(modules), module_running=np.zeros(modules), module_space=np.zeros(modules),
        module_use=np.zeros((modules, 2)), floor=np.zeros(1), standard=np.zeros(1), tilt_groups=np.zeros(1, bool),
        pays=np.ones((1, 1, 2), bool), carry=np.zeros(1, bool), money=np.full((1, 1), 1010.0),
    )  # fmt: skip
