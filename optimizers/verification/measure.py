"""What a plan is worth and whether it is allowed, added up once more."""

from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.verification.question import Question

SLACK = 1e-9
"""Relative overrun of a limit that adding up in another order may explain."""


def faults_of_sites(question: Question, sites: tuple[int, ...]) -> list[str]:
    """Whether these sites may be open together: positions, locks, number and budget."""
    problem = question.problem
    if list(sites) != sorted(set(sites)):
        return ["the sites are not sorted positions, each named once."]
    if sites and not (sites[0] >= 0 and sites[-1] < problem.n_sites):
        return [f"some site is outside 0 to {problem.n_sites - 1}."]
    faults = []
    if missing := sorted(set(problem.fixed_open) - set(sites)):
        faults.append(f"sites {missing} are fixed open but closed in the plan.")
    if wrong := sorted(set(problem.forbidden) & set(sites)):
        faults.append(f"sites {wrong} are forbidden but open in the plan.")
    used = question.sizes[:, list(sites)].sum(axis=1)
    for amount, room in zip(used, question.room, strict=True):
        if over(amount, room):
            faults.append(f"the plan uses {amount:g} of a limit of {room:g}.")
    return faults


def over(amount: float, room: float) -> bool:
    """True when an amount exceeds a limit by more than rounding."""
    return bool(amount > room + SLACK * (1.0 + abs(room)))


def faults_of_floors(question: Question, is_open: Bools) -> list[str]:
    """Whether each group has its share within the threshold."""
    covered = open_near(question, is_open) > 0
    faults = []
    for g, (weight, share) in enumerate(question.floors):
        if over(share * weight.sum(), weight[covered].sum()):
            faults.append(f"floor {g} asks for {share:g} of its weight near a site; {weight[covered].sum():g} is.")
    return faults


def open_near(question: Question, is_open: Bools) -> Ints:
    """How many open sites each row has within its threshold."""
    taken = question.near & is_open[question.site]
    return np.bincount(question.row[taken], minlength=question.problem.n_demand)


def nearest_minutes(question: Question, is_open: Bools) -> Floats:
    """Time to the nearest open site, inf where none is reached."""
    nearest = np.full(question.problem.n_demand, np.inf)
    taken = is_open[question.site]
    np.minimum.at(nearest, question.row[taken], question.minutes[taken])
    return nearest


def own_choice(question: Question, is_open: Bools) -> Ints:
    """Position among the pairs of each row's nearest open site, the lowest site among equals; -1 where none."""
    taken = np.flatnonzero(is_open[question.site])
    if question.model == "capacitated_coverage":
        taken = taken[question.near[taken]]
    order = np.lexsort((question.site[taken], question.minutes[taken], question.row[taken]))
    rows, first = np.unique(question.row[taken][order], return_index=True)
    chosen = np.full(question.problem.n_demand, -1, dtype=np.int64)
    chosen[rows] = taken[order][first]
    return chosen


def objective_of(question: Question, is_open: Bools, allocation: Any) -> tuple[float, list[str]]:
    """The objective of the plan, infinite where somebody who must be served is not, and what is wrong with it."""
    model, weight = question.model, question.weight
    if model in ("capacitated_coverage", "capacitated_p_median", "capacitated_fixed_charge"):
        return _capacitated(question, is_open, allocation)
    if model == "max_coverage":
        return float(weight[open_near(question, is_open) > 0].sum()), []
    if model == "backup_coverage":
        count, theta = open_near(question, is_open), question.options["backup_share"]
        return float((1.0 - theta) * weight[count > 0].sum() + theta * weight[count > 1].sum()), []
    if model == "set_cover":
        left_out = (open_near(question, is_open) == 0) & (weight > 0)
        complete = question.options["cover_share"] < 1.0 or not left_out.any()
        return (float(is_open.sum()) if complete else np.inf), []
    minutes = nearest_minutes(question, is_open)[weight > 0]
    if model == "lexicographic" and len(question.options["levels"]):
        return float(weight[weight > 0][minutes > question.options["levels"][0]].sum()), []
    if model in ("p_center", "lexicographic"):
        return float(minutes.max(initial=0.0)), []
    return _of_minutes(question, is_open, minutes), []


def _of_minutes(question: Question, is_open: Bools, minutes: Floats) -> float:
    """Objectives made of each row's time to its nearest site, at most the price of being left out."""
    price = question.problem.unserved_cost
    paid = minutes if price is None else np.minimum(minutes, price)
    weight = question.weight[question.weight > 0]
    if question.model == "kolm_pollak":
        return equal_minutes(paid, weight, kappa_of(question))
    total = float(weight @ paid)
    return opening_yuan(question, is_open) + (yuan_per_time(question) * total if np.isfinite(total) else np.inf)


def equal_minutes(minutes: Floats, weight: Floats, kappa: float) -> float:
    """Kolm-Pollak: the time which, if everybody had it, would be as bad; the largest time leads the sum."""
    worst = float(minutes.max(initial=0.0))
    if not np.isfinite(worst) or weight.size == 0:
        return worst
    if kappa == 0.0:
        return float(weight @ minutes / weight.sum())
    mean = float((weight * np.exp(kappa * (minutes - worst))).sum() / weight.sum())
    return worst + float(np.log(mean)) / kappa


def kappa_of(question: Question) -> float:
    """aversion x sum w t / sum w t^2, with every allowed site open; rows left out count with their price."""
    minutes = nearest_minutes(question, ~question.problem.closed_for_good)
    if question.problem.unserved_cost is not None:
        minutes = np.minimum(minutes, question.problem.unserved_cost)
    known = np.isfinite(minutes) & (question.weight > 0)
    weight, minutes = question.weight[known], minutes[known]
    squares = float(weight @ minutes**2)
    return question.options["aversion"] * float(weight @ minutes) / squares if squares > 0 else 0.0


def opening_yuan(question: Question, is_open: Bools) -> float:
    """Cost of the sites that were not open already, for the models that count it."""
    if "fixed_charge" not in question.model:
        return 0.0
    return float(question.problem.site_cost_yuan[is_open & ~question.problem.open_already].sum())


def yuan_per_time(question: Question) -> float:
    """What a unit of weight times a minute counts for."""
    return float(question.options.get("yuan_per_time", 1.0))


def _capacitated(question: Question, is_open: Bools, allocation: Any) -> tuple[float, list[str]]:
    problem, weight = question.problem, question.weight
    if question.options["choice"] == "nearest":
        pair = own_choice(question, is_open)
        pair = pair[(pair >= 0) & (weight > 0)]
        amount = weight[question.row[pair]]
        faults: list[str] = []
    else:
        pair, amount, faults = _pairs_of(question, allocation)
        if faults:
            return np.nan, faults
        if not is_open[question.site[pair]].all():
            faults.append("the allocation gives weight to a closed site.")
    load = np.bincount(question.site[pair], amount, minlength=problem.n_sites)
    served = np.asarray(np.bincount(question.row[pair], amount, minlength=problem.n_demand), dtype=np.float64)
    full = [j for j in range(problem.n_sites) if over(load[j], problem.capacity[j])]
    if full:
        faults.append(f"sites {full[:5]} are given more than their capacity.")
    return _of_loads(question, is_open, pair, amount, served), faults


def _of_loads(question: Question, is_open: Bools, pair: Ints, amount: Floats, served: Floats) -> float:
    if question.model == "capacitated_coverage":
        return float(amount.sum())
    left = np.maximum(question.weight - served, 0.0)
    unserved = question.problem.unserved_cost
    total = float(amount @ question.minutes[pair])
    if (left > SLACK * (1.0 + question.weight)).any():
        if unserved is None or question.options["choice"] == "nearest":
            return np.inf
        total += unserved * float(left.sum())
    return opening_yuan(question, is_open) + yuan_per_time(question) * total


def _pairs_of(question: Question, allocation: Any) -> tuple[Ints, Floats, list[str]]:
    """The allocation as positions among the stored pairs and amounts, with what is wrong with it."""
    none = np.zeros(0, dtype=np.int64), np.zeros(0)
    shape = question.problem.travel_time_min.shape
    if allocation is None or tuple(allocation.shape) != tuple(shape):
        return *none, ["the solution has no allocation of the problem's shape."]
    table = allocation.tocoo()
    amount = np.asarray(table.data, dtype=np.float64)
    if not np.isfinite(amount).all() or (amount < -SLACK).any():
        return *none, ["the allocation holds amounts that are negative or unknown."]
    stored = question.row * shape[1] + question.site  # ascending, the rows of the problem are sorted
    wanted = table.row.astype(np.int64) * shape[1] + table.col
    at = np.minimum(np.searchsorted(stored, wanted), max(stored.size - 1, 0))
    known = stored[at] == wanted if stored.size else np.zeros(wanted.size, dtype=np.bool_)
    if not (known | (amount == 0)).all():
        return *none, ["the allocation uses a pair without a known travel time."]
    pair, amount = at[known], amount[known]
    faults = []
    if question.model == "capacitated_coverage" and not question.near[pair[amount > 0]].all():
        faults.append("the allocation uses a pair beyond the threshold.")
    served = np.bincount(question.row[pair], amount, minlength=shape[0])
    if (served > question.weight + SLACK * (1.0 + question.weight)).any():
        faults.append("the allocation serves more of a row than its weight.")
    return pair, amount, faults
