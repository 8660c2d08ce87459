"""The network of services as its formulas say it: one mixed-integer PuLP model, a function for each limit.

    maximise   Σ_t Σ_a σ_a ( Σ_rj v_arj x_atrj + Σ_r w_r z_atr )                     aim "most"; others in `_AIMS`
    subject to Σ_j x_atrj + z_atr <= n_r                                             everyone_is_served_once
               Σ_{r of s} x_atrj <= Σ_{k at j, of s} c_k m_kt                        no_site_gives_more_than_it_can
               y_ft >= y_f,t-1,  m_kt >= m_k,t-1                                     what_is_open_stays_open
               m_kt <= Σ_{f at j} y_ft                       k free                  a_module_needs_a_building
               Σ_{f at j, free} y_ft <= 1                                            a_site_takes_one_new_form
               Σ_{k at j} e_k m_kt <= Σ_{f at j} e_f y_ft                            everything_has_its_space
               y_ft <= Σ_{j in needs_f} Σ_{f' at j} y_f't    f free                  a_point_needs_an_open_centre
               Σ_{k in h, free} u_kp m_kt + [p = p*] Σ_{r of h} Σ_a σ_a d_r z_atr <= P_hp      staff_is_there
               Σ_b q_btgi = C_tgi,  q_btgi = 0 where source b does not pay that      every_cost_is_paid
               Σ_gi q_btgi <= M_bt;  with carry Σ_{t'<=t} Σ_gi q_bt'gi <= Σ_{t'<=t} M_bt'      no_source_pays_too_much
               D_g >= floor_g N_g                            last year               every_group_gets_its_floor
               D_s >= standard_s N_s                         last year               every_service_keeps_its_standard
               Σ_t Σ_{g in tilt} Σ_i C_tgi >= τ Σ_tgi C_tgi                          the_tilt_is_kept
               Σ_{f free} y_f,T-1 <= S                                               not_too_many_sites
               Σ_{f at j} y_ft >= 1                          t = site_by_j           sites_open_by_their_year

    where      C_tg0 = Σ_{f, k in g, free} K (y_t - y_t-1)                           capital, due in the year of opening
               C_tg1 = Σ_{f, k in g, free} L y_t + Σ_{r in g} Σ_a σ_a ρ_r z_atr      running cost and rounds
               D_g = Σ_{r in g} ω_r Σ_a σ_a ( Σ_j x_a,T-1,rj + z_a,T-1,r ),  N_g = Σ_{r in g} ω_r n_r
               D_s, N_s: the same for the rows of a service, with 1 for ω

| symbol | unit | meaning |
|--------|------|---------|
| x_atrj, z_atr | units a year | delivered at site j, at home, in season a of year t; where reachable, ρ finite |
| y_ft, m_kt | 0/1 | form f is open, module k is on; 1 where it stands, 0 where it is barred |
| q_btgi | yuan | paid by source b in year t for group g: capital i = 0, running cost i = 1 |
| σ_a | share | of the year that season a lasts |
| n_r, ω_r | units a year, per unit | need of row r; what a unit counts in shares |
| v_arj, w_r | per unit | value of a unit at the site, at home |
| c_k, e_f, e_k | units a year, m2 | capacity of a module; space of a form, of a module |
| u_kp, d_r, P_hp | of resource p | drawn by a module, by a unit at home (from p*), there in pool h |
| K, L, ρ_r, M_bt | yuan | capital, running cost a year, a unit at home, money of source b |

Nemhauser & Wolsey (1988), Integer and Combinatorial Optimization, chapter I.1; Melo, Nickel & Saldanha da Gama (2006),
Dynamic multi-commodity capacitated facility location, Computers & Operations Research 33.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import numpy as np
import pulp
from scipy import sparse

from optimizers.network.problem import NetworkProblem
from optimizers.network.solution import NEVER, NetworkSolution, Stage
from optimizers.reference.network_limits import LIMITS
from optimizers.reference.network_pieces import (
    NetworkModel,
    Terms,
    all_cost,
    blank_model,
    delivered,
    needy_groups,
    new_sites,
    season_value,
)
from optimizers.solvers import SolverReport, run, solver_name

MINIMISED = ("least_cost", "fewest_sites", "least_regret")
_SLACK = 1e-6  # of a held value, ten times what a solver keeps to; without it a hold may rule out its own plan


def network_model(problem: NetworkProblem) -> NetworkModel:
    """Variables and all limits, without an aim."""
    model = blank_model(problem)
    for limit in LIMITS:
        limit(model)
    return model


def solve_reference(
    problem: NetworkProblem, aims: Sequence[str] = ("most",), *, give: float = 0.0, time_limit_s: float = 60.0
) -> NetworkSolution:
    """Solve the model aim by aim, each later one while the earlier ones keep all but the share `give` of their best.

    Args:
        problem: the question.
        aims: names of `AIMS`, the first counts most.
        give: share of the best value of an aim that later aims may take away.
        time_limit_s: seconds for each run of the solver.

    The stages name the best of every season alone ("season_0", ...) before "least_regret", which is measured against
    them; only the limits of the problem bind there, not the aims before.
    """
    begun, model, stages = monotonic(), network_model(problem), list[Stage]()
    for aim in aims:
        runs = [_season_best(problem, a, time_limit_s) for a in _seasons(problem)] if aim == "least_regret" else []
        stages += [_stage(f"season_{a}", report) for a, report in enumerate(runs) if report.found]
        terms = AIMS[aim](model, [float(report.objective or 0.0) for report in runs])
        report = next((each for each in runs if not each.found), None) or _solved(model, aim, terms, time_limit_s)
        if not report.found:
            return _no_plan(problem, aims, report, monotonic() - begun, stages)
        stages.append(_stage(aim, report))
        plan = _plan(model)
        _hold(model, aim, terms, stages[-1].objective, give)
    return _answer(aims, stages, monotonic() - begun, report.stopped_by, plan)


def most(model: NetworkModel, bests: Sequence[float]) -> Terms:
    """Σ_a σ_a Σ_t (Σ_rj v_arj x_atrj + Σ_r w_r z_atr)."""
    shares = model.problem.season_share
    return [(v, float(shares[a]) * f) for a in _seasons(model.problem) for v, f in season_value(model, a)]


def worst_off(model: NetworkModel, bests: Sequence[float]) -> Terms:
    """u in 0..1 with N_g u <= D_g for every group that has need."""
    least = model.lp.add_variable("worst_off", 0, 1)
    for _, rows, need in needy_groups(model.problem):
        model.add([*delivered(model, rows, model.problem.worth), (least, -need)], ">=", 0.0)
    return [(least, 1.0)]


def least_cost(model: NetworkModel, bests: Sequence[float]) -> Terms:
    """Σ_tgi C_tgi."""
    return all_cost(model, range(model.problem.groups))


def fewest_sites(model: NetworkModel, bests: Sequence[float]) -> Terms:
    """Σ_{f free} y_f,T-1."""
    return new_sites(model)


def least_regret(model: NetworkModel, bests: Sequence[float]) -> Terms:
    """u >= 0 with u >= best_a - Σ_t (Σ_rj v_arj x_atrj + Σ_r w_r z_atr) for every season a."""
    most_lost = model.lp.add_variable("regret", 0)
    for a, best in enumerate(bests):
        model.add([*season_value(model, a), (most_lost, 1.0)], ">=", best)
    return [(most_lost, 1.0)]


AIMS: dict[str, Callable[[NetworkModel, Sequence[float]], Terms]] = {
    "most": most,
    "worst_off": worst_off,
    "least_cost": least_cost,
    "fewest_sites": fewest_sites,
    "least_regret": least_regret,
}


def _seasons(problem: NetworkProblem) -> range:
    return range(len(problem.reach))


def _season_best(problem: NetworkProblem, a: int, time_limit_s: float) -> SolverReport:
    model = network_model(problem)
    return _solved(model, "most", season_value(model, a), time_limit_s)


def _solved(model: NetworkModel, aim: str, terms: Terms, time_limit_s: float) -> SolverReport:
    model.lp.sense = pulp.LpMinimize if aim in MINIMISED else pulp.LpMaximize
    objective = pulp.LpAffineExpression()
    for variable, factor in terms:
        objective.addterm(variable, factor)
    model.lp.setObjective(objective)
    return run(model.lp, time_limit_s=time_limit_s)


def _hold(model: NetworkModel, aim: str, terms: Terms, best: float, give: float) -> None:
    """value >= best - give |best|, or <= best + give |best| for an aim that is minimised."""
    room = give * abs(best) + _SLACK * max(1.0, abs(best))
    model.add(terms, *(("<=", best + room) if aim in MINIMISED else (">=", best - room)))


def _stage(aim: str, report: SolverReport) -> Stage:
    assert report.objective is not None
    bound = report.bound if report.bound is not None else np.inf * (-1 if aim in MINIMISED else 1)
    return Stage(aim, report.objective, float(bound), "optimal" if report.proven else "feasible")


Plan = tuple[Any, Any, Any, Any, Any]  # form_year, module_year, served, at_home, paid


def _plan(model: NetworkModel) -> Plan:
    p = model.problem
    seasons = range(len(p.reach))
    served = tuple(tuple(_table(model, a, t) for a in seasons) for t in range(p.years))
    home, paid = np.zeros((p.years, len(seasons), len(p.units))), np.zeros((len(p.money), p.years, p.groups, 2))
    for (a, t, r), z in model.z.items():
        home[t, a, r] = max(_value(z), 0.0)
    for key, q in model.q.items():
        paid[key] = max(_value(q), 0.0)
    return _first_years(model.y, len(p.form_site)), _first_years(model.m, len(p.module_site)), served, home, paid


def _value(variable: Any) -> float:
    """What the solver found; a variable that no row and no aim asks for stays at its lowest."""
    return float(variable.lowBound if variable.varValue is None else variable.varValue)


def _table(model: NetworkModel, a: int, t: int) -> Any:
    own = [(r, j, _value(x)) for (season, year, r, j), x in model.x.items() if (season, year) == (a, t)]
    rows, sites, units = np.array([entry for entry in own if entry[2] > 0]).reshape(-1, 3).T
    shape = model.problem.reach[a].shape
    return sparse.csr_array((units, (rows.astype(np.int64), sites.astype(np.int64))), shape=shape)


def _first_years(choices: dict[tuple[int, int], Any], count: int) -> Any:
    years = np.full(count, NEVER, dtype=np.int64)
    for (i, t), choice in sorted(choices.items(), reverse=True):
        if _value(choice) > 0.5:
            years[i] = t
    return years


def _no_plan(
    problem: NetworkProblem, aims: Sequence[str], report: SolverReport, seconds: float, stages: list[Stage]
) -> NetworkSolution:
    status = "infeasible" if report.infeasible else "unknown"
    forms, modules = (np.full(len(sites), NEVER, dtype=np.int64) for sites in (problem.form_site, problem.module_site))
    none = tuple(tuple(sparse.csr_array(reach.shape) for reach in problem.reach) for _ in range(problem.years))
    home = np.zeros((problem.years, len(problem.reach), len(problem.units)))
    paid = np.zeros((len(problem.money), problem.years, problem.groups, 2))
    return NetworkSolution(
        tuple(aims), status, None, None, None, report.stopped_by, seconds, solver_name(),
        forms, modules, none, home, paid, tuple(stages),
    )  # fmt: skip


def _answer(aims: Sequence[str], stages: list[Stage], seconds: float, reason: str, plan: Plan) -> NetworkSolution:
    last, proven = stages[-1], all(stage.status == "optimal" for stage in stages)
    bound = last.bound if np.isfinite(last.bound) else None
    far = 1.0 if bound is None else abs(last.objective - bound) / max(abs(last.objective), abs(bound), 1e-12)
    return NetworkSolution(
        tuple(aims), "optimal" if proven else "feasible", last.objective, bound, 0.0 if proven else far,
        "" if proven else reason, seconds, solver_name(), *plan, tuple(stages),
    )  # fmt: skip
