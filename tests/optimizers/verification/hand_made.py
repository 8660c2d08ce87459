"""Tiny problems, all their plans, and certificates made by hand: a linear program at each node, branching by hand."""

from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from optimizers import LocationProblem, Solution, evaluate
from optimizers.certificate import Branch, BySolver, Certificate, Full, Leaf, digest_of
from optimizers.equity import kappa_of
from optimizers.problem import Group
from optimizers.solution import relative_gap
from optimizers.verification import problem_digest

THRESHOLD = 10.0
LIMITED = ("max_coverage", "backup_coverage", "p_median", "kolm_pollak", "capacitated_coverage", "capacitated_p_median")
CAPACITATED = ("capacitated_coverage", "capacitated_p_median", "capacitated_fixed_charge")
COVERING = ("max_coverage", "backup_coverage", "capacitated_coverage")


class Case:
    """A problem, a question, and what enumeration says about it."""

    def __init__(self, model, problem, asked, options=None):
        self.model, self.problem, self.asked, self.options = model, problem, asked, options or {}

    def __repr__(self):
        return f"{self.model} {self.asked} {self.options}"

    @property
    def is_min(self):
        return self.model not in COVERING

    @property
    def worst(self):
        return np.inf if self.is_min else -np.inf

    @property
    def threshold(self):
        """What counts as near, for each row."""
        return np.broadcast_to(self.asked.get("threshold_min", THRESHOLD), self.problem.n_demand)

    def plans(self):
        """Every set of sites that keeps locks and limits."""
        problem, p = self.problem, self.asked.get("p")
        free = [j for j in range(problem.n_sites) if j not in (*problem.fixed_open, *problem.forbidden)]
        most = len(free) if p is None else p - len(problem.fixed_open)
        for size in range(most + 1):
            for extra in combinations(free, size):
                budget = self.asked.get("budget_yuan")
                if budget is None or problem.site_cost_yuan[list(extra)].sum() <= budget:
                    yield tuple(sorted((*problem.fixed_open, *extra)))

    def worth(self, sites):
        """The objective of a plan, infinitely bad where it breaks a rule."""
        measured = evaluate(self.problem, sites, threshold_min=self.threshold)
        for group in self.problem.groups:
            covered = group.weight[measured.covered].sum()
            if covered < group.floor * group.weight.sum() - 1e-9:
                return self.worst
        if self.model in CAPACITATED and self.options.get("choice", "planned") == "planned":
            return self.split(sites)[0]
        return evaluate(
            self.problem, sites, model=self.model, threshold_min=self.asked.get("threshold_min"), **self.options
        ).objective

    def split(self, sites):
        """The best planned split of demand among open sites, by a transport problem: objective and table."""
        problem = self.problem
        times = problem.travel_time_min.tocoo()
        keep = np.isin(times.col, sites)
        if self.model == "capacitated_coverage":
            keep &= times.data <= self.threshold[times.row]
        row, site, minutes = times.row[keep], times.col[keep], times.data[keep]
        n, m, k = problem.n_demand, problem.n_sites, row.size
        price = 0.0 if self.model == "capacitated_coverage" else problem.unserved_cost
        cost = np.concatenate([minutes if self.is_min else -np.ones(k), np.full(n, 1e9 if price is None else price)])
        rows = sparse.coo_array((np.ones(k + n), (np.append(row, np.arange(n)), np.arange(k + n))), shape=(n, k + n))
        load = sparse.coo_array((np.ones(k), (site, np.arange(k))), shape=(m, k + n))
        room = np.minimum(problem.capacity, problem.weight.sum())
        found = linprog(cost, A_ub=load, b_ub=room, A_eq=rows, b_eq=problem.weight, bounds=(0, None))
        if price is None and found.x[k:].sum() > 1e-9:
            return self.worst, None
        table = sparse.csr_array((found.x[:k], (row, site)), shape=(n, m))
        value = found.fun if self.is_min else -found.fun
        if self.model == "capacitated_fixed_charge":
            opening = sum(problem.site_cost_yuan[j] for j in sites if j not in problem.fixed_open)
            value = opening + self.options.get("yuan_per_time", 1.0) * value
        return float(value), table

    def best(self):
        """The best plan and its objective; None when no plan keeps the rules."""
        found = [(self.worth(sites), sites) for sites in self.plans()]
        found = [pair for pair in found if np.isfinite(pair[0])]
        if not found:
            return None, self.worst
        worth, sites = min(found) if self.is_min else max(found, key=lambda pair: pair[0])
        return sites, worth

    def solution(self, sites, objective, bound, certificate, **changes):
        """A solution as `solve` would show it."""
        total = 0.0 if self.is_min else float(self.problem.weight.sum())
        gap = None if objective is None else relative_gap(objective, bound, total)
        shown = {
            "model": self.model, "status": "optimal" if gap == 0 else "feasible", "sites": sites,
            "objective": objective, "bound": bound, "gap": gap, "reason": "", "seconds": 0.0, "solver": "by hand",
            "certificate": certificate, "options": self.options,
            "allocation": self.split(sites)[1] if self.model in CAPACITATED and objective is not None else None,
            **self.asked, **changes,
        }  # fmt: skip
        return Solution(**shown)

    def sealed(self, step, bound, **parts):
        """A certificate with both digests."""
        now = problem_digest(self.problem, self.model, **self.asked, options=self.options)
        return sealed(Certificate(bound=bound, step=step, problem_digest=now, **parts))


def sealed(certificate):
    """The certificate with the digest of its own numbers, as an honest maker or a careful forger would give it."""
    parts = {**certificate.__dict__, "digest": digest_of(certificate)}
    return Certificate(**parts)


def random_case(rng, model, *, floors=False, choice="planned"):
    """A tiny problem and a question for a model."""
    n, m = int(rng.integers(2, 8)), int(rng.integers(2, 6))
    times = rng.choice([0.0, 1.0, 5.0, 9.0, 10.0, 12.5, 20.0, np.inf], size=(n, m))
    weight = rng.integers(0, 9, n).astype(float) if rng.random() < 0.7 else np.round(rng.random(n), 3)
    kinds = rng.choice(["free", "free", "free", "fixed", "never"], size=m)
    kinds[rng.integers(m)] = "free"
    fixed, forbidden = np.flatnonzero(kinds == "fixed"), np.flatnonzero(kinds == "never")
    cost = rng.choice([0.0, 1.0, 2.0, 3.5, 5.0], size=m)
    groups = ()
    if floors:
        groups = [Group(rng.integers(0, 4, n).astype(float), float(rng.choice([0.0, 0.3, 0.6]))) for _ in range(2)]
    unserved = (
        float(rng.choice([8.0, 15.0])) if rng.random() < 0.5 and model != "p_center" and choice == "planned" else None
    )
    problem = LocationProblem(
        weight, times, site_cost_yuan=cost, fixed_open=fixed.tolist(), forbidden=forbidden.tolist(),
        unserved_cost=unserved, groups=groups,
        capacity=rng.choice([2.0, 6.0, 12.0, np.inf], size=m) if model in CAPACITATED else None,
    )  # fmt: skip
    asked, options = {}, {}
    if model in (*COVERING, "set_cover") or (floors and any(g.floor > 0 for g in groups)):
        asked["threshold_min"] = THRESHOLD if rng.random() < 0.7 else rng.choice([5.0, 10.0, 12.5], size=n)
    if model in LIMITED and rng.random() < 0.3:
        asked["budget_yuan"] = float(rng.choice([2.0, 4.5, 8.0]))
    elif model not in ("set_cover", "fixed_charge", "capacitated_fixed_charge"):
        asked["p"] = int(rng.integers(max(1, fixed.size), m - forbidden.size + 1))
    if model == "backup_coverage":
        options["backup_share"] = float(rng.choice([0.0, 0.25, 0.5, 0.75, 1.0]))
    if model == "set_cover":
        options["cover_share"] = float(rng.choice([0.5, 0.8, 1.0]))
    if model == "kolm_pollak":
        options["aversion"] = float(rng.choice([0.5, 1.0, 2.0, 40.0]))
    if "fixed_charge" in model:
        options["yuan_per_time"] = float(rng.choice([0.1, 1.0]))
    if model in CAPACITATED:
        options["choice"] = choice
    return Case(model, problem, asked, options)


def branched(case, target, opened, closed, prices=()):
    """The steps that prove a target by linear programs alone; a solver's word where prices of floors do not suffice."""
    value, multipliers, share = relaxed(case, opened, closed, prices)
    if value >= target - 1e-9 * (1 + abs(target)):
        return Leaf(multipliers)
    used = (
        len(opened)
        if "p" in case.asked
        else sum(case.problem.site_cost_yuan[j] for j in opened - set(case.problem.fixed_open))
    )
    if used > case.asked.get("p", case.asked.get("budget_yuan", np.inf)) + 1e-12:
        return Full()
    undecided = [j for j in range(case.problem.n_sites) if j not in opened | closed]
    if not undecided:
        return BySolver(target, "by hand")
    site = max(undecided, key=lambda j: min(share[j], 1 - share[j]))
    return Branch(
        site,
        branched(case, target, opened | {site}, closed, prices),
        branched(case, target, opened, closed | {site}, prices),
    )


def relaxed(case, opened, closed, prices=()):
    """The linear program with some sites decided: its value, the prices of its rows, and how open each site is."""
    row, site, cost, gain, opening = rows_of(case, prices)
    problem, n, m = case.problem, *case.problem.travel_time_min.shape
    counted, k = cost is None, row.size
    use = opening if counted else np.concatenate([opening, cost])
    left = gain.size
    parts = m + (0 if counted else k)
    value = np.concatenate([use, np.where(np.isfinite(gain), gain, 0.0).ravel()])
    upper = np.concatenate([np.ones(parts), np.isfinite(gain).ravel().astype(float)])
    lower = np.zeros(parts + left)
    lower[list(opened)], upper[list(closed)] = 1.0, 0.0
    need = sparse.lil_array((n, parts + left))
    for at in range(k):
        need[row[at], site[at] if counted else m + at] = -1.0
    for i in range(n):
        need[i, parts + i * gain.shape[1] : parts + (i + 1) * gain.shape[1]] = -1.0
    more, room = [], []
    if not counted:
        for at in range(k):
            more.append({m + at: 1.0, site[at]: -1.0})
            room.append(0.0)
    if case.model in CAPACITATED:
        for j in range(m):
            inside = {m + at: problem.weight[row[at]] for at in np.flatnonzero(site == j)}
            more.append({**inside, j: -min(problem.capacity[j], problem.weight.sum())})
            room.append(0.0)
    if "p" in case.asked:
        more.append(dict.fromkeys(range(m), 1.0))
        room.append(case.asked["p"])
    if "budget_yuan" in case.asked:
        more.append({j: problem.site_cost_yuan[j] for j in range(m) if j not in problem.fixed_open})
        room.append(case.asked["budget_yuan"])
    limits = sparse.lil_array((len(more), parts + left))
    for at, terms in enumerate(more):
        for column, factor in terms.items():
            limits[at, column] = factor
    found = linprog(
        value, A_ub=sparse.vstack([need, limits]).tocsr(), bounds=np.column_stack([lower, upper]),
        b_ub=np.concatenate([np.full(n, -float(gain.shape[1])), room]),
    )  # fmt: skip
    if found.status != 0:
        return np.inf if found.status == 3 else -np.inf, np.ones(n), np.full(m, 0.5)
    rebate = sum(price * (1 - g.floor) * g.weight.sum() for price, g in zip(prices, problem.groups, strict=False))
    return found.fun - rebate, -found.ineqlin.marginals[:n], found.x[:m]


def rows_of(case, prices=()):
    """The rows of a model as row, site and cost of each pair, gains, and opening costs; written for these tests."""
    problem, w = case.problem, case.problem.weight
    times = problem.travel_time_min.tocoo()
    row, site, minutes = times.row, times.col, times.data
    near, opening = minutes <= case.threshold[row], np.zeros(problem.n_sites)
    pays = sum((price * g.weight for price, g in zip(prices, problem.groups, strict=False)), np.zeros(w.size))
    if case.model in ("max_coverage", "set_cover", "backup_coverage"):
        theta = case.options.get("backup_share", 0.0)
        gain = np.where(w > 0, np.inf, pays) if case.model == "set_cover" else (1 - theta) * w + pays
        gain = gain[:, None]
        if case.model == "backup_coverage":
            second = np.minimum(theta * w, (w + pays) / 2)
            gain = np.column_stack([w + pays - second, second])
        return row[near], site[near], None, gain, opening + (case.model == "set_cover")
    if "fixed_charge" in case.model:
        opening = problem.site_cost_yuan.copy()
        opening[list(problem.fixed_open)] = 0.0
    if case.model == "capacitated_coverage":
        return row[near], site[near], np.zeros(near.sum()), w[:, None], opening
    price = problem.unserved_cost
    minutes = minutes if price is None else np.minimum(minutes, price)
    if case.model == "kolm_pollak":
        kappa = kappa_of(problem, case.options["aversion"])
        minutes, price = np.exp(kappa * minutes), None if price is None else np.exp(kappa * price)
    unit = case.options.get("yuan_per_time", 1.0)
    gain = np.where(w > 0, np.inf if price is None else unit * w * (price or 0.0), 0.0) + pays
    return row, site, unit * w[row] * minutes + np.where(near, 0.0, pays[row]), gain[:, None], opening
