"""Reference models of the worst off. Symbols in `pieces`."""

from collections.abc import Sequence
from typing import Any

from optimizers.coverage import is_covered
from optimizers.problem import LocationProblem
from optimizers.reference.pieces import Reference, draft, timed_pairs


def p_center_model(problem: LocationProblem, *, cutoff: float | None = None, **limits: Any) -> Reference:
    """p-centre: the least worst time to the nearest of p open sites.

        minimise    z
        subject to  z >= sum_j t_ij x_ij,  sum_j x_ij = 1,  x_ij <= y_j,  x >= 0,  sum_j y_j <= p

    with z the worst time in minutes and x_ij the share of row i that is served by site j, both for rows of
    positive weight only.

    Minieka (1970), The m-center problem, SIAM Review 12; the model is that of Daskin (1995), Network and
    Discrete Location.
    """
    model = draft(problem, "p_center", "min", **limits)
    worst = model.lp.add_variable("z", 0)
    for i, pairs in timed_pairs(problem, model):
        shares = [(model.share(f"x_{i}_{j}"), time, j) for time, j in pairs]
        for x, _, j in shares:
            model.at_most([(x, 1.0), (model.opens[j], -1.0)], 0.0)
        model.exactly([(x, 1.0) for x, _, _ in shares], 1.0)
        model.at_most([*((x, time) for x, time, _ in shares), (worst, -1.0)], 0.0)
    return model.finished([(worst, 1.0)], cutoff)


def lexicographic_model(
    problem: LocationProblem,
    *,
    levels: Sequence[float] = (),
    reached: Sequence[float] = (),
    depth: int = 1,
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Lexicographic minimax: one level of the comparison, while the levels before keep what they `reached`.

        minimise    F_k = sum_i w_i b_ik
        subject to  b_ik + sum_{j: t_ij <= T_k} y_j >= 1,  sum_i w_i b_il <= R_l for l < k,  b >= 0,  sum_j y_j <= p

    | symbol | unit | meaning |
    |--------|------|---------|
    | T_k | minutes | `levels`, the largest first; k counts the levels that were `reached` already |
    | b_ik | share | row i has no open site within T_k |
    | R_l | weight | least weight beyond T_l, found level by level |

    Without levels the first thing compared is the worst time, whatever the `depth`: that is `p_center_model`.

    Ogryczak (1997), On the lexicographic minimax approach to location problems, European Journal of Operational
    Research 100.
    """
    if not levels:
        return p_center_model(problem, cutoff=cutoff, **limits)
    model = draft(problem, "lexicographic", "min", **limits)
    beyond: list[Any] = []
    for k, minutes in enumerate(levels[: len(reached) + 1]):
        terms = []
        for i, pairs in timed_pairs(problem, model):
            b = model.share(f"b_{k}_{i}")
            near = [(model.opens[j], 1.0) for time, j in pairs if is_covered(time, minutes)]
            model.at_least([(b, 1.0), *near], 1.0)
            terms.append((b, float(problem.weight[i])))
        beyond.append(terms)
    for terms, weight in zip(beyond, reached, strict=False):
        model.at_most(terms, weight * (1.0 + 1e-9))
    return model.finished(beyond[-1], cutoff)
