"""Variables of the network model and the sums that its limits and aims share; symbols in `network`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pulp

from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem

Terms: TypeAlias = list[tuple[Any, float]]
CAPITAL, RUNNING = 0, 1


@dataclass(frozen=True, eq=False)
class NetworkModel:
    """A PuLP model and its variables by position: y[f, t], m[k, t], x[a, t, r, j], z[a, t, r], q[b, t, g, i]."""

    problem: NetworkProblem
    lp: Any
    y: dict[tuple[int, int], Any]
    m: dict[tuple[int, int], Any]
    x: dict[tuple[int, int, int, int], Any]
    z: dict[tuple[int, int, int], Any]
    q: dict[tuple[int, int, int, int], Any]

    @property
    def last(self) -> int:
        """The last year."""
        return self.problem.years - 1

    def add(self, terms: Terms, relation: str, right: float) -> None:
        """The row sum of terms <=, >= or = right; no row where nothing finite is asked."""
        signs = {"<=": pulp.LpConstraintLE, ">=": pulp.LpConstraintGE, "=": pulp.LpConstraintEQ}
        if np.isfinite(right):
            expression = pulp.LpAffineExpression()
            for variable, factor in terms:
                expression.addterm(variable, factor)
            self.lp.addConstraint(pulp.LpConstraint(expression, signs[relation], rhs=float(right)))


def blank_model(problem: NetworkProblem) -> NetworkModel:
    """Variables without limits and aim."""
    lp = pulp.LpProblem("network", pulp.LpMaximize)
    return NetworkModel(
        problem,
        lp,
        _choices(lp, "y", problem.form_state, problem.years),
        _choices(lp, "m", problem.module_state, problem.years),
        {key: lp.add_variable("x_{}_{}_{}_{}".format(*key), 0) for key in _reachable(problem)},
        {key: lp.add_variable("z_{}_{}_{}".format(*key), 0) for key in _visited(problem)},
        {key: lp.add_variable("q_{}_{}_{}_{}".format(*key), 0) for key in _payable(problem)},
    )


def _choices(lp: Any, name: str, states: Any, years: int) -> dict[tuple[int, int], Any]:
    made = {}
    for i, t in product(range(len(states)), range(years)):
        low, high = int(states[i] == STANDS), int(states[i] != BARRED)
        made[i, t] = lp.add_variable(f"{name}_{i}_{t}", low, high, pulp.LpInteger)
    return made


def _reachable(problem: NetworkProblem) -> Iterator[tuple[int, int, int, int]]:
    for a, reach in enumerate(problem.reach):
        pairs = reach.tocoo()
        for t, r, j in ((t, r, j) for r, j in zip(pairs.row, pairs.col, strict=True) for t in range(problem.years)):
            yield a, t, int(r), int(j)


def _visited(problem: NetworkProblem) -> Iterator[tuple[int, int, int]]:
    rows = np.flatnonzero(np.isfinite(problem.round_yuan)).tolist()
    return product(range(len(problem.reach)), range(problem.years), rows)


def _payable(problem: NetworkProblem) -> Iterator[tuple[int, int, int, int]]:
    for b, t in product(range(len(problem.money)), range(problem.years)):
        yield from ((b, t, int(g), int(i)) for g, i in np.argwhere(problem.pays[b]))


def at(sites: Any, j: int) -> list[int]:
    """Positions of what belongs to j."""
    return np.flatnonzero(np.asarray(sites) == j).tolist()


def free(states: Any) -> list[int]:
    """Positions of what may be chosen."""
    return np.flatnonzero(np.asarray(states) == FREE).tolist()


def visited_rows(model: NetworkModel) -> list[int]:
    """Rows that rounds may serve at home."""
    return np.flatnonzero(np.isfinite(model.problem.round_yuan)).tolist()


def at_home(model: NetworkModel, t: int, r: int, factor: float) -> Terms:
    """factor · Σ_a σ_a z_atr."""
    return [(model.z[a, t, r], factor * float(share)) for a, share in enumerate(model.problem.season_share)]


def cost(model: NetworkModel, t: int, g: int, kind: int) -> Terms:
    """C_tg0, capital, or C_tg1, running cost and rounds, in yuan."""
    p, terms = model.problem, Terms()
    for choices, states, sites, capital, running in (
        (model.y, p.form_state, p.form_site, p.form_capital, p.form_running),
        (model.m, p.module_state, p.module_site, p.module_capital, p.module_running),
    ):
        for i in (i for i in free(states) if p.site_group[sites[i]] == g):
            terms.append((choices[i, t], float((running if kind == RUNNING else capital)[i])))
            if kind == CAPITAL and t > 0:
                terms.append((choices[i, t - 1], -float(capital[i])))
    if kind == RUNNING:
        for r in (r for r in visited_rows(model) if p.group[r] == g):
            terms += at_home(model, t, r, float(p.round_yuan[r]))
    return terms


def all_cost(model: NetworkModel, groups: Any) -> Terms:
    """Capital, running cost and rounds of these groups in all years, yuan."""
    asked = product(range(model.problem.years), groups, (CAPITAL, RUNNING))
    return [term for t, g, kind in asked for term in cost(model, t, int(g), kind)]


def delivered(model: NetworkModel, rows: Any, factor: Any) -> Terms:
    """Σ_{r in rows} factor_r Σ_a σ_a (Σ_j x_atrj + z_atr) in the last year."""
    p, held = model.problem, set(np.asarray(rows).tolist())
    terms = [
        (x, float(factor[r]) * float(p.season_share[a]))
        for (a, t, r, _), x in model.x.items()
        if t == model.last and r in held
    ]
    home = [r for r in visited_rows(model) if r in held]
    return terms + [term for r in home for term in at_home(model, model.last, r, float(factor[r]))]


def needy_groups(problem: NetworkProblem) -> Iterator[tuple[int, list[int], float]]:
    """Each group that has need, with its rows and N_g."""
    for g in range(problem.groups):
        rows = at(problem.group, g)
        need = float(np.dot(problem.worth[rows], problem.units[rows]))
        if need > 0:
            yield g, rows, need


def new_sites(model: NetworkModel) -> Terms:
    """Σ_{f free} y_f,T-1; a site has one new form at most, so this counts sites."""
    return [(model.y[f, model.last], 1.0) for f in free(model.problem.form_state)]


def season_value(model: NetworkModel, a: int) -> Terms:
    """Σ_t (Σ_rj v_arj x_atrj + Σ_r w_r z_atr), without σ_a."""
    p = model.problem
    pairs = p.reach[a].tocoo()
    values = dict(zip(zip(pairs.row.tolist(), pairs.col.tolist(), strict=True), pairs.data.tolist(), strict=True))
    terms = [(x, values[r, j]) for (season, _, r, j), x in model.x.items() if season == a]
    return terms + [(z, float(p.round_value[r])) for (season, _, r), z in model.z.items() if season == a]
