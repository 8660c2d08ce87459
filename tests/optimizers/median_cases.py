"""Small random questions for the models of the median family, and the bound of a certificate added up by hand."""

from itertools import combinations

import numpy as np
from location_oracle import Case

from optimizers.certificate import Branch, Fix, Full, Leaf
from optimizers.median.pose import pose_fixed_charge, pose_kolm_pollak, pose_p_median
from optimizers.request import Request

POSES = {"p_median": pose_p_median, "kolm_pollak": pose_kolm_pollak, "fixed_charge": pose_fixed_charge}
OPTIONS = {"p_median": {}, "kolm_pollak": {"aversion": 1.5}, "fixed_charge": {"yuan_per_time": 0.5}}


def random_case(seed, n=9, m=7):
    """Whole or broken numbers, routes missing or not, sites locked or not, equal rows, rows without weight."""
    dice = np.random.default_rng(seed)
    times = np.rint(dice.uniform(0, 40, (n, m))) if seed % 2 else dice.uniform(0, 40, (n, m))
    times[n - 2 :] = times[:2]
    unserved = [None, 12.0, 60.0][seed % 3]
    if unserved is not None:
        times[dice.random(times.shape) < 0.3] = np.inf
    weight = dice.integers(0, 9, n).astype(float) * (0.125 if seed % 5 == 0 else 1.0)
    cost = dice.integers(0, 60, m).astype(float)
    locks = dice.permutation(m)
    return Case(
        weight, times, fixed=locks[: seed % 4 == 1].tolist(), forbidden=locks[1 : 1 + (seed % 7 == 2)].tolist(),
        cost=cost, unserved=unserved,
    )  # fmt: skip


def limits_of(seed, model):
    """p, a budget, both, or for fixed charges sometimes nothing."""
    p, budget = 1 + seed % 3, 70.0
    if model == "fixed_charge":
        return {"p": [None, 2, 3][seed % 3], "budget": None}
    return [{"p": p, "budget": None}, {"p": None, "budget": budget}, {"p": 3, "budget": budget}][seed % 3]


def request_of(model, *, p=None, budget=None, **more):
    return Request(p=p, budget_yuan=budget, options=OPTIONS[model], **more)


def pose(case, model, request):
    return POSES[model](case.problem(), request)


class AddedUp:
    """The least bound of the parts of a p-median certificate, by the formula of `optimizers.certificate` alone."""

    def __init__(self, case, p, budget=None):
        self.case, self.p, self.budget = case, p, budget
        asks = case.weight > 0
        self.cost = case.weight[:, None] * np.where(asks[:, None], case.times, 0.0)
        limit = np.where(asks, np.inf if case.unserved is None else case.unserved, 0.0)
        self.default = np.where(asks, case.weight, 1.0) * limit

    def bound(self, step, opened=None, closed=frozenset()):
        opened = frozenset(self.case.fixed) if opened is None else opened
        closed = closed | frozenset(self.case.forbidden)
        if isinstance(step, Leaf):
            return self.least(step.multipliers, opened, closed)
        if isinstance(step, Full):
            assert not self.fits(opened)
            return np.inf
        if isinstance(step, Branch):
            assert step.site not in opened | closed
            return min(
                self.bound(step.if_open, opened | {step.site}, closed),
                self.bound(step.if_closed, opened, closed | {step.site}),
            )
        assert isinstance(step, Fix)
        others = [self.least(step.multipliers, opened, closed | {j}) for j in step.opened]
        others += [self.least(step.multipliers, opened | {j}, closed) for j in step.closed]
        return min([*others, self.bound(step.then, opened | set(step.opened), closed | set(step.closed))])

    def fits(self, sites):
        return self.case.is_within(sorted(sites), self.p, self.budget)

    def least(self, multipliers, opened, closed):
        """L(l; O, C), the least sum by trying all sets of free sites."""
        paid = np.minimum(multipliers, self.default)
        rho = np.minimum(0.0, self.cost - paid[:, None]).sum(axis=0)
        free = [j for j in range(rho.size) if j not in opened | closed]
        sums = [
            rho[list(more)].sum()
            for size in range(len(free) + 1)
            for more in combinations(free, size)
            if self.fits(opened | set(more))
        ]
        return np.inf if not sums else paid.sum() + rho[sorted(opened)].sum() + min(sums)
