"""Reference models with capacities. Symbols in `pieces`; x_ij is the share of row i that site j serves.

Two ways of choosing, in all three models:

- planned: x_ij in 0..1, a row may be split among sites, as is best for the objective.
- nearest: people choose for themselves. Each row goes whole to its nearest open site, the lower position among
  equals, so that for every site j that row i could use

        sum_{l: (t_il, l) <= (t_ij, j)} x_il >= y_j

  Wagner & Falkson (1975), The optimal nodal location of public facilities with price-sensitive demand,
  Geographical Analysis 7.
"""

from typing import Any

import numpy as np

from optimizers.coverage import Threshold, is_covered
from optimizers.problem import LocationProblem
from optimizers.reference.pieces import Draft, Reference, Terms, draft, opening_costs, timed_pairs


def capacitated_coverage_model(
    problem: LocationProblem,
    *,
    threshold_min: Threshold,
    choice: str = "planned",
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Capacitated covering: serve the most weight within the threshold, no site more than it can take.

        maximise    sum_i sum_{j in N_i} w_i x_ij
        subject to  sum_j x_ij <= 1,  x_ij <= y_j,  sum_i w_i x_ij <= k_j y_j,  limits on y as in `max_coverage_model`

    Current & Storbeck (1988), Capacitated covering models, Environment and Planning B 15.
    """
    model = draft(problem, "capacitated_coverage", "max", **limits)
    limit = np.broadcast_to(np.asarray(threshold_min), problem.n_demand)
    rows = [
        (i, [(time, j) for time, j in pairs if is_covered(time, limit[i])]) for i, pairs in timed_pairs(problem, model)
    ]
    shares = _add_shares(problem, model, rows, choice, complete=False)
    return model.finished([(x, float(problem.weight[i])) for x, i, _, _ in shares], cutoff)


def capacitated_p_median_model(
    problem: LocationProblem, *, choice: str = "planned", cutoff: float | None = None, **limits: Any
) -> Reference:
    """Capacitated p-median: the least weighted time, no site serving more than it can take.

        minimise    sum_ij w_i t_ij x_ij ( + sum_i w_i U u_i )
        subject to  sum_j x_ij ( + u_i ) = 1,  x_ij <= y_j,  sum_i w_i x_ij <= k_j y_j,  limits on y

    Mulvey & Beck (1984), Solving capacitated clustering problems, European Journal of Operational Research 18.
    """
    model = draft(problem, "capacitated_p_median", "min", **limits)
    return model.finished(_timed(problem, model, choice, 1.0), cutoff)


def capacitated_fixed_charge_model(
    problem: LocationProblem,
    *,
    yuan_per_time: float = 1.0,
    choice: str = "planned",
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Capacitated fixed-charge location: sites and time together, time at `yuan_per_time` = v.

        minimise    sum_{j not fixed} f_j y_j + v ( sum_ij w_i t_ij x_ij + sum_i w_i U u_i )

    subject to the constraints of `capacitated_p_median_model`.

    Sridharan (1995), The capacitated plant location problem, European Journal of Operational Research 87.
    """
    model = draft(problem, "capacitated_fixed_charge", "min", **limits)
    return model.finished(_timed(problem, model, choice, yuan_per_time) + opening_costs(problem, model), cutoff)


_Share = tuple[Any, int, float, int]  # variable, row, minutes (U where unserved), site (-1 where unserved)


def _timed(problem: LocationProblem, model: Draft, choice: str, rate: float) -> Terms:
    shares = _add_shares(problem, model, list(timed_pairs(problem, model)), choice, complete=True)
    return [(x, rate * float(problem.weight[i]) * time) for x, i, time, _ in shares]


def _add_shares(
    problem: LocationProblem,
    model: Draft,
    rows: list[tuple[int, list[tuple[float, int]]]],
    choice: str,
    *,
    complete: bool,
) -> list[_Share]:
    """x_ij, and u_i where rows must be complete and staying unserved has a price; capacities and choice."""
    shares: list[_Share] = []
    for i, pairs in rows:
        own: list[_Share] = [(model.share(f"x_{i}_{j}"), i, time, j) for time, j in pairs]
        for k, (x, _, _, j) in enumerate(own):
            model.at_most([(x, 1.0), (model.opens[j], -1.0)], 0.0)
            if choice == "nearest":
                model.at_least([*((x, 1.0) for x, _, _, _ in own[: k + 1]), (model.opens[j], -1.0)], 0.0)
        if complete and problem.unserved_cost is not None:
            own.append((model.share(f"u_{i}"), i, problem.unserved_cost, -1))
        (model.exactly if complete else model.at_most)([(x, 1.0) for x, _, _, _ in own], 1.0)
        shares += own
    _add_capacities(problem, model, shares)
    return shares


def _add_capacities(problem: LocationProblem, model: Draft, shares: list[_Share]) -> None:
    load: dict[int, Terms] = {}
    for x, i, _, j in shares:
        load.setdefault(j, []).append((x, float(problem.weight[i])))
    for j, terms in load.items():
        if j >= 0 and np.isfinite(problem.capacity[j]):
            model.at_most([*terms, (model.opens[j], -float(problem.capacity[j]))], 0.0)
