"""Slow answers for models with capacities that share no code with the package: all site sets, scipy for the split."""

from itertools import combinations

import numpy as np
from scipy.optimize import linprog

MODELS = ("capacitated_coverage", "capacitated_p_median", "capacitated_fixed_charge")


def site_sets(n_sites, fixed, forbidden, p, cost, budget):
    free = [j for j in range(n_sites) if j not in fixed and j not in forbidden]
    for size in range(len(free) + 1):
        for extra in combinations(free, size):
            if p is not None and size + len(fixed) > p:
                continue
            if budget is not None and cost[list(extra)].sum() > budget + 1e-12:
                continue
            yield sorted([*fixed, *extra]), list(extra)


def split_value(unit, weight, room, sites, left_out):
    """Least value of serving everybody from these sites; None for `left_out` when nobody may be left out."""
    n, k = unit.shape[0], len(sites)
    if n == 0:
        return 0.0
    known = np.isfinite(unit[:, sites])
    cost = np.append(np.where(known, unit[:, sites], 0.0).ravel(), np.full(n, left_out or 0.0))
    most = np.append(np.where(known, np.inf, 0.0).ravel(), np.full(n, 0.0 if left_out is None else np.inf))
    rows = np.hstack([np.kron(np.eye(n), np.ones(k)), np.eye(n)])
    columns = np.hstack([np.tile(np.eye(k), (1, n)), np.zeros((k, n))])
    found = linprog(
        cost, columns if k else None, np.minimum(room[sites], 1e9) if k else None, rows, weight,
        bounds=list(zip(np.zeros_like(most), most, strict=True)),
    )  # fmt: skip
    return found.fun if found.status == 0 else np.inf


def nearest_value(times, unit, weight, room, sites, left_out, limit):
    """Value when each row goes whole to its nearest of these sites, if that is within its limit; inf when one fills."""
    load, value = np.zeros(room.size), 0.0
    for i in np.flatnonzero(weight > 0):
        j = min(sites, key=lambda site: (times[i, site], site), default=None)
        if j is None or not times[i, j] <= limit[i]:
            if left_out is None:
                return np.inf
            value += weight[i] * left_out
        else:
            load[j] += weight[i]
            value += weight[i] * unit[i, j]
    return value if np.all(load <= room * (1 + 1e-9)) else np.inf


def best_value(model, choice, times, weight, room, *, p=None, cost=None, budget=None, fixed=(), forbidden=(),
               unserved=None, threshold=None, rate=1.0):  # fmt: skip
    """The best objective of all site sets; inf (or -inf) when there is no plan."""
    covers, charged = model == "capacitated_coverage", model == "capacitated_fixed_charge"
    limit = np.broadcast_to(np.inf if threshold is None else threshold, weight.shape)
    unit, left_out = (rate if charged else 1.0) * times, unserved
    if covers:
        unit, left_out = np.where(times <= limit[:, None], 0.0, np.inf), 1.0
    elif unserved is not None and charged:
        left_out = rate * unserved
    reach = np.where(np.isfinite(limit), limit, np.finfo(float).max)
    needy, best = weight > 0, np.inf
    for sites, extra in site_sets(times.shape[1], list(fixed), forbidden, p, cost, budget):
        if choice == "planned":
            value = split_value(unit[needy], weight[needy], room, sites, left_out)
        else:
            value = nearest_value(times, unit, weight, room, sites, left_out, reach)
        best = min(best, value + (cost[extra].sum() if charged else 0.0))
    return float(weight.sum() - best) if covers else float(best)


def random_question(seed, model, choice):
    """A tiny problem as arguments of LocationProblem, and a question about it."""
    rng = np.random.default_rng([seed, *map(ord, model[12:14]), ord(choice[0])])
    n, m = int(rng.integers(1, 10)), int(rng.integers(2, 7))
    whole = rng.random() < 0.6
    times = rng.integers(1, 12, (n, m)).astype(float) if whole else rng.random((n, m)) * 10
    times[rng.random((n, m)) < 0.2] = np.inf
    weight = rng.integers(0, 9, n).astype(float) if rng.random() < 0.6 else rng.random(n) * 3
    room = rng.integers(0, 22, m).astype(float) if rng.random() < 0.6 else rng.random(m) * weight.sum()
    if rng.random() < 0.2:
        room[rng.integers(m)] = np.inf
    order = rng.permutation(m).tolist()
    fixed = order[:1] if rng.random() < 0.3 else []
    forbidden = order[1:2] if rng.random() < 0.3 else []
    given = {
        "weight": weight, "travel_time_min": times, "capacity": room, "fixed_open": fixed, "forbidden": forbidden,
        "site_cost_yuan": rng.integers(1, 9, m).astype(float),
    }  # fmt: skip
    asked = {"choice": choice}
    limited = rng.random()
    if model == "capacitated_fixed_charge":
        asked["yuan_per_time"] = float(rng.choice([0.5, 1.0, 2.0]))
        limited = 0.0 if limited < 0.3 else 0.6
    if limited < 0.7 and not (model == "capacitated_fixed_charge" and limited > 0.5):
        asked["p"] = int(min(max(1, len(fixed), rng.integers(1, m)), m - len(forbidden)))
    if limited > 0.5 and model != "capacitated_fixed_charge":
        asked["budget_yuan"] = float(rng.integers(2, 20))
    if model == "capacitated_coverage":
        asked["threshold_min"] = (
            rng.integers(2, 10, n).astype(float) if rng.random() < 0.3 else float(rng.integers(2, 10))
        )
    elif choice == "planned" and rng.random() < 0.5:
        given["unserved_cost"] = float(rng.integers(3, 15))
    return given, asked


def oracle_of(model, given, asked):
    return best_value(
        model, asked["choice"], given["travel_time_min"], given["weight"], given["capacity"], p=asked.get("p"),
        cost=given["site_cost_yuan"], budget=asked.get("budget_yuan"), fixed=given["fixed_open"],
        forbidden=given["forbidden"], unserved=given.get("unserved_cost"), threshold=asked.get("threshold_min"),
        rate=asked.get("yuan_per_time", 1.0),
    )  # fmt: skip


def clustered(n=90, m=25, p=6, *, tight=1.3, seed=1, near=10):
    """Demand and sites in clusters with distances as times; room for `tight` times the demand in p average sites."""
    rng = np.random.default_rng(seed)
    centres = rng.random((6, 2))
    demand = centres[rng.integers(0, 6, n)] + rng.normal(0, 0.08, (n, 2))
    sites = centres[rng.integers(0, 6, m)] + rng.normal(0, 0.1, (m, 2))
    times = 100 * np.linalg.norm(demand[:, None] - sites[None], axis=2)
    far = times > np.sort(times, axis=1)[:, [near]]
    times[far] = np.inf
    weight = rng.integers(1, 50, n).astype(float)
    room = np.rint(rng.uniform(0.5, 1.5, m) * weight.sum() / p * tight)
    return {"weight": weight, "travel_time_min": times, "capacity": room,
            "site_cost_yuan": np.rint(rng.uniform(0.5, 1.5, m) * 4000)}  # fmt: skip
