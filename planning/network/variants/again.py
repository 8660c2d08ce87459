"""What a plan chose, found again among the choices of another question: the same institutions in another season."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from optimizers.network import FREE, NEVER, STANDS, NetworkProblem
from optimizers.network.changes import without_locks, without_most_sites, without_targets
from planning.network.result import NOTHING_YET, NetworkPlan

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

Ints = npt.NDArray[np.int64]
_PLENTY: Final = 1e9  # persons of a specialism, where staff is not asked about
_FORM: Final = ("site_id", "form", "size")
_MODULE: Final = ("site_id", "service")


def chosen_years(question: NetworkQuestion, plan: NetworkPlan) -> tuple[Ints, Ints, int]:
    """First years (positions) of the question's forms and modules under a plan of another question of the same area.

    Forms are the same by site, form and size; modules by site and service and, of several, the one of most nearly the
    same capacity. What stands is open from the first year on.

    Returns:
        Forms, modules, and how many of those chosen are no choices of this question (out of reach for referral in its
        season, say): they are left out.
    """
    problem = question.problem
    built = plan.sites[(plan.sites["opened"] != NOTHING_YET) & (plan.sites["form"] != "")]
    on = plan.modules[plan.modules["opened"] != NOTHING_YET]
    forms, lost = _first_years(question, question.forms, np.asarray(problem.form_state), built, _FORM)
    modules, more = _first_years(question, question.modules, np.asarray(problem.module_state), on, _MODULE)
    return forms, modules, lost + more


def as_built(problem: NetworkProblem) -> NetworkProblem:
    """The problem for institutions that are there already: what only their choice had to keep is lifted.

    Lifted are floors, standards, tilt, orders and the most sites, what a form needs near it, and staff for modules;
    kept are capacity, space, money and the days of rounds.
    """
    staff = np.array(problem.pool, float)
    other = np.arange(staff.shape[1]) != problem.round_resource
    staff[:, other] = _PLENTY
    pool = np.maximum(problem.site_pool, 0) if len(staff) else problem.site_pool
    needs = csr_array((len(problem.form_site), len(problem.site_group)))
    lifted = without_most_sites(without_locks(without_targets(problem)))
    return replace(lifted, pool=staff, site_pool=pool, form_needs=needs)


def _first_years(
    question: NetworkQuestion, choices: pd.DataFrame, state: Ints, chosen: pd.DataFrame, by: tuple[str, ...]
) -> tuple[Ints, int]:
    """Year of each choice, and the rows without one; every chosen row takes a free choice that is not taken yet."""
    years = np.where(state == STANDS, 0, NEVER).astype(np.int64)
    left: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for at, key in enumerate(zip(*(choices[c] for c in by), strict=True)):
        if state[at] == FREE:
            left[key].append(at)
    capacity = choices["capacity_units"].to_numpy(float) if "capacity_units" in choices else np.zeros(len(choices))
    lost = 0
    for row in chosen.to_dict("records"):
        free = left[tuple(row[c] for c in by)]
        if not free:
            lost += 1
            continue
        nearest = min(free, key=lambda at: abs(capacity[at] - float(row.get("capacity_units", 0.0))))
        free.remove(nearest)
        years[nearest] = question.years.index(int(row["opened"]))
    return years, lost
