"""Reference models of coverage. Symbols in `pieces`; c_i says that row i has an open site near."""

from typing import Any

from optimizers.coverage import Threshold, needed_weight
from optimizers.problem import LocationProblem
from optimizers.reference.pieces import Reference, add_covered, add_floors, draft, near_sites


def max_coverage_model(
    problem: LocationProblem, *, threshold_min: Threshold, cutoff: float | None = None, **limits: Any
) -> Reference:
    """Maximal covering: cover the most weight within the threshold with p sites or a budget.

        maximise    sum_i w_i c_i
        subject to  c_i <= sum_{j in N_i} y_j,  0 <= c_i <= 1,  sum_j y_j <= p,  sum_j f_j y_j <= B
                    sum_i g_i c_i >= F sum_i g_i  for each group

    Church & ReVelle (1974), The maximal covering location problem, Papers in Regional Science 32.
    """
    model = draft(problem, "max_coverage", "max", **limits)
    covered = add_covered(problem, model, threshold_min)
    add_floors(problem, model, covered)
    return model.finished([(c, float(problem.weight[i])) for i, c in covered.items()], cutoff)


def set_cover_model(
    problem: LocationProblem,
    *,
    threshold_min: Threshold,
    cover_share: float = 1.0,
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Location set covering: the fewest sites that reach everyone, or a share a < 1 of the weight.

        minimise    sum_j y_j
        subject to  sum_{j in N_i} y_j >= 1  for each row of positive weight,  or
                    sum_i w_i c_i >= a sum_i w_i,  c_i <= sum_{j in N_i} y_j,  0 <= c_i <= 1
                    sum_i g_i c_i >= F sum_i g_i  for each group

    Toregas, Swain, ReVelle & Bergman (1971), The location of emergency service facilities, Operations Research
    19; the share: Daskin & Owen (1999), Two new location covering problems, Geographical Analysis 31.
    """
    model = draft(problem, "set_cover", "min", **limits)
    if cover_share >= 1.0:
        for i, sites in enumerate(near_sites(problem, model, threshold_min)):
            if problem.weight[i] > 0:
                model.at_least([(model.opens[j], 1.0) for j in sites], 1.0)
    if cover_share < 1.0 or problem.groups:
        covered = add_covered(problem, model, threshold_min)
        add_floors(problem, model, covered)
        if cover_share < 1.0:
            terms = [(c, float(problem.weight[i])) for i, c in covered.items()]
            model.at_least(terms, needed_weight(cover_share, problem.weight))
    return model.finished([(y, 1.0) for y in model.opens.values()], cutoff)


def backup_coverage_model(
    problem: LocationProblem,
    *,
    threshold_min: Threshold,
    backup_share: float = 0.5,
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Backup coverage: a second open site near counts too, theta against 1 - theta for the first.

        maximise    sum_i w_i [(1 - theta) c_i + theta u_i]
        subject to  c_i + u_i <= sum_{j in N_i} y_j,  u_i <= c_i <= 1,  u_i in {0, 1}
                    limits and floors as in `max_coverage_model`

    u_i says that at least two open sites are near; it must be whole where theta > 1/2, since half a first and
    half a second cover would then be worth more than one whole first cover.

    Hogan & ReVelle (1986), Concepts and applications of backup coverage, Management Science 32.
    """
    model = draft(problem, "backup_coverage", "max", **limits)
    covered = add_covered(problem, model, threshold_min)
    add_floors(problem, model, covered)
    lists = near_sites(problem, model, threshold_min)
    terms = []
    for i, c in covered.items():
        if problem.weight[i] > 0:
            u = model.share(f"u_{i}", whole=True)
            model.at_most([(c, 1.0), (u, 1.0), *((model.opens[j], -1.0) for j in lists[i])], 0.0)
            model.at_most([(u, 1.0), (c, -1.0)], 0.0)
            weight = float(problem.weight[i])
            terms += [(c, (1.0 - backup_share) * weight), (u, backup_share * weight)]
    return model.finished(terms, cutoff)
