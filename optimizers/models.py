"""The four models: what each asks, as a sparse PuLP model, and the one table that lists them.

A new model is one `pose_*` function (or one of these), one `*_model` function and one row of `MODELS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizers.core import Core
from optimizers.formulation import Formulation, formulate
from optimizers.pose import pose_cover_test, pose_max_coverage, pose_p_median, pose_set_cover
from optimizers.problem import LocationProblem
from optimizers.request import Request

if TYPE_CHECKING:
    from optimizers.evaluate import Evaluation


def max_coverage_model(
    problem: LocationProblem,
    *,
    threshold_min: float,
    p: int | None = None,
    budget_yuan: float | None = None,
) -> Formulation:
    """Maximal covering: cover the most weight within `threshold_min` minutes.

        maximise sum_i w_i c_i,  built as  minimise sum_i w_i z_i  with  z_i = 1 - c_i
        subject to  z_i + sum_{j: t_ij <= T} y_j >= 1,  sum_j y_j <= p,  sum_j f_j y_j <= B

    | symbol | unit | meaning |
    |--------|------|---------|
    | w_i, t_ij, T | weight, minutes | weight, travel time, threshold |
    | y_j, z_i | 0/1 | site j open; row i left uncovered |
    | p, f_j, B | sites, yuan | number of sites; cost of site j; budget |

    Church & ReVelle (1974), The maximal covering location problem, Papers in Regional Science 32.
    """
    request = Request(p=p, budget_yuan=budget_yuan, threshold_min=threshold_min)
    return formulate(pose_max_coverage(problem, request), "max_coverage")


def set_cover_model(problem: LocationProblem, *, threshold_min: float) -> Formulation:
    """Location set covering: the fewest sites that reach everyone within `threshold_min` minutes.

        minimise sum_j y_j  subject to  sum_{j: t_ij <= T} y_j >= 1 for each row of positive weight

    Symbols as in `max_coverage_model`. A row that no allowed site covers leaves the model without that row;
    `solve` reports it as infeasible beforehand.

    Toregas, Swain, ReVelle & Bergman (1971), The location of emergency service facilities,
    Operations Research 19.
    """
    return formulate(pose_set_cover(problem, Request(threshold_min=threshold_min)), "set_cover")


def p_median_model(problem: LocationProblem, *, p: int) -> Formulation:
    """p-median: the least weighted time to the nearest of `p` open sites.

        minimise sum_i w_i min(u, min_{j open} t_ij)  subject to  sum_j y_j <= p

    with u the `unserved_cost` in minutes, or no such way out. Built in radius form, see `formulation`.

    Hakimi (1964), Operations Research 12; ReVelle & Swain (1970), Central facilities location,
    Geographical Analysis 2; Elloumi (2010), A tighter formulation of the p-median problem.
    """
    return formulate(pose_p_median(problem, Request(p=p)), "p_median")


def p_center_model(problem: LocationProblem, *, p: int, threshold_min: float) -> Formulation:
    """The test inside the p-centre bisection: do `p` sites reach everyone within `threshold_min` minutes?

        sum_{j: t_ij <= T} y_j + z_i >= 1 for each row of positive weight,  sum_j y_j <= p

    The least T for which sum_i z_i = 0 is possible is the p-centre value.

    Minieka (1970), The m-center problem, SIAM Review 12.
    """
    return formulate(pose_cover_test(problem, Request(p=p, threshold_min=threshold_min)), "p_center")


@dataclass(frozen=True)
class Model:
    """One row of the table: what a model needs, how it is posed, built and measured."""

    description: str
    sense: str
    required: tuple[str, ...]
    any_of: tuple[str, ...]
    build: Callable[..., Formulation]
    pose: Callable[[LocationProblem, Request], Core]
    measure: Callable[[LocationProblem, Evaluation], float]
    citation: str
    bisects: bool = False


def _measure_coverage(problem: LocationProblem, found: Evaluation) -> float:
    assert found.covered_weight is not None
    return found.covered_weight


def _measure_cover(problem: LocationProblem, found: Evaluation) -> float:
    """Number of open sites; `inf` when somebody is left out."""
    assert found.covered is not None
    complete = bool(found.covered[problem.weight > 0].all())
    return float(len(found.sites)) if complete else np.inf


def _measure_median(problem: LocationProblem, found: Evaluation) -> float:
    """Weighted time; `inf` when somebody who must be assigned is not."""
    needy = problem.weight > 0
    times = found.nearest_time_min[needy]
    if problem.unserved_cost is not None:
        times = np.minimum(times, problem.unserved_cost)
    return float(problem.weight[needy] @ times)


def _measure_centre(problem: LocationProblem, found: Evaluation) -> float:
    return found.worst_time_min


MODELS: dict[str, Model] = {
    "max_coverage": Model(
        "Cover the most weight within the threshold with p sites or a budget.",
        "max", ("threshold_min",), ("p", "budget_yuan"),
        max_coverage_model, pose_max_coverage, _measure_coverage,
        "Church & ReVelle 1974, Papers in Regional Science 32",
    ),
    "set_cover": Model(
        "Open the fewest sites that reach everyone within the threshold.",
        "min", ("threshold_min",), (),
        set_cover_model, pose_set_cover, _measure_cover,
        "Toregas, Swain, ReVelle & Bergman 1971, Operations Research 19",
    ),
    "p_median": Model(
        "Place p sites so that the weighted time to the nearest one is least.",
        "min", ("p",), (),
        p_median_model, pose_p_median, _measure_median,
        "Hakimi 1964, Operations Research 12; ReVelle & Swain 1970, Geographical Analysis 2",
    ),
    "p_center": Model(
        "Place p sites so that the longest time to the nearest one is least.",
        "min", ("p",), (),
        p_center_model, pose_cover_test, _measure_centre,
        "Minieka 1970, SIAM Review 12",
        bisects=True,
    ),
}  # fmt: skip
