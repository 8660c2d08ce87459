"""Small questions of covering, posed, and their plans counted slowly."""

import numpy as np
from location_oracle import random_case, site_sets

from optimizers.cover import pose_backup_coverage, pose_cover_test, pose_max_coverage, pose_set_cover
from optimizers.request import Request

POSES = {"max_coverage": pose_max_coverage, "backup_coverage": pose_backup_coverage, "set_cover": pose_set_cover}


def question(model, case, *, budget=False, theta=0.5):
    """A request that fits the case."""
    options = {"backup_share": theta} if model == "backup_coverage" else {}
    p = None if model == "set_cover" else max(2, len(case.fixed))
    return Request(p=p, budget_yuan=30.0 if budget else None, threshold_min=case.threshold, options=options)


def plans_within(core):
    """Every choice of free sites that keeps the limits."""
    free = np.flatnonzero(core.free).tolist()
    for size in range(len(free) + 1):
        for sites in site_sets(core.n_sites, [], [j for j in range(core.n_sites) if j not in free], size):
            if len(sites) == size and np.all(core.size[:, sites].sum(axis=1) <= core.capacity * (1 + 1e-12)):
                yield np.array(sites, dtype=np.int64)


def best_value(core):
    """The least value of all plans."""
    return min(core.value_of(sites) for sites in plans_within(core))


def posed(model, seed, **asked):
    """A tiny random case and its core; rows out of reach make no set cover, so they get no weight there."""
    case = random_case(seed, rows=7, sites=6, reachable=False)
    if model in ("set_cover", "cover_test"):
        allowed = [j for j in range(case.times.shape[1]) if j not in case.forbidden]
        case.weight[case.covered(allowed) == 0] = 0.0
    pose = POSES.get(model, pose_cover_test)
    return case, pose(case.problem(), question(model, case, **asked))
