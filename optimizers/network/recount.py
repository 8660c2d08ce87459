"""What the arrays of a plan amount to, counted from problem and plan alone: capacity, cost, shares, aims."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Floats, Ints, summed
from optimizers.network.problem import FREE, STANDS, NetworkProblem
from optimizers.network.solution import NetworkSolution

CAPITAL, RUNNING = 0, 1


@dataclass(frozen=True)
class Recount:
    """A plan counted anew; every table is made when it is asked for."""

    problem: NetworkProblem
    plan: NetworkSolution

    @cached_property
    def new_forms(self) -> Bools:
        """(T, F): free and open."""
        return self._on(self.plan.form_year, self.problem.form_state, FREE)

    @cached_property
    def new_modules(self) -> Bools:
        """(T, K): free and on."""
        return self._on(self.plan.module_year, self.problem.module_state, FREE)

    @cached_property
    def forms(self) -> Bools:
        """(T, F): open, standing ones included."""
        stand: Bools = np.asarray(self.problem.form_state) == STANDS
        return self.new_forms | stand

    @cached_property
    def modules(self) -> Bools:
        """(T, K): on, standing ones included."""
        stand: Bools = np.asarray(self.problem.module_state) == STANDS
        return self.new_modules | stand

    def _on(self, first: Ints, states: Any, state: int) -> Bools:
        years = np.arange(self.problem.years)[:, None]
        opened: Bools = (first >= 0) & (first <= years) & (np.asarray(states) == state)
        return opened

    def by_site(self, sites: Any, values: Floats) -> Floats:
        """(T, m): sums over what belongs to each site of values (T, n)."""
        total = np.zeros((self.problem.years, len(self.problem.site_group)))
        for t in range(self.problem.years):
            np.add.at(total[t], np.asarray(sites), values[t])
        return total

    @cached_property
    def open_sites(self) -> Bools:
        """(T, m): some form is open."""
        opened: Bools = self.by_site(self.problem.form_site, self.forms.astype(float)) > 0
        return opened

    @cached_property
    def new_sites(self) -> int:
        """Sites where a free form is open in the last year."""
        counts = self.by_site(self.problem.form_site, self.new_forms.astype(float))
        return int((counts[-1] > 0).sum())

    def capacity(self, s: int) -> Floats:
        """(T, m) units a year of one service."""
        own = np.asarray(self.problem.module_service) == s
        return self.by_site(self.problem.module_site, self.modules * (own * np.asarray(self.problem.module_capacity)))

    def load(self, t: int, a: int, s: int) -> Floats:
        """(m,) units a year of one service delivered at each site."""
        own = (np.asarray(self.problem.service) == s).astype(float)
        total: Floats = self.plan.served[t][a].T @ own
        return total

    @cached_property
    def at_sites(self) -> Floats:
        """(T, A, R) units a year delivered at sites."""
        return np.array([[np.asarray(table.sum(axis=1)).ravel() for table in year] for year in self.plan.served])

    def annual(self, tables: Floats) -> Floats:
        """(T, R): (T, A, R) as a mean over the seasons by their shares."""
        means: Floats = np.einsum("tar,a->tr", tables, np.asarray(self.problem.season_share, dtype=float))
        return means

    @cached_property
    def cost(self) -> Floats:
        """(T, G, 2) yuan: capital in the year of opening, running cost of what is new with rounds."""
        p, total = self.problem, np.zeros((self.problem.years, self.problem.groups, 2))
        for on, sites, capital, running in (
            (self.new_forms, p.form_site, p.form_capital, p.form_running),
            (self.new_modules, p.module_site, p.module_capital, p.module_running),
        ):
            opens = np.diff(on.astype(float), axis=0, prepend=0.0)
            groups = np.asarray(p.site_group)[np.asarray(sites, dtype=np.int64)]
            for t in range(p.years):
                np.add.at(total[t, :, CAPITAL], groups, opens[t] * capital)
                np.add.at(total[t, :, RUNNING], groups, on[t] * running)
        for t, yuan in enumerate(self.annual(self.plan.at_home) * self._round_yuan):
            np.add.at(total[t, :, RUNNING], np.asarray(p.group), yuan)
        return total

    @cached_property
    def _round_yuan(self) -> Floats:
        yuan = np.asarray(self.problem.round_yuan, dtype=float)
        return np.where(np.isfinite(yuan), yuan, 0.0)

    def staff(self, h: int, resource: int) -> Floats:
        """(T,) drawn from a pool by new modules and by rounds."""
        p = self.problem
        site_pool = np.asarray(p.site_pool)[np.asarray(p.module_site, dtype=np.int64)]
        drawn: Floats = self.new_modules @ (np.asarray(p.module_use)[:, resource] * (site_pool == h))
        if resource == p.round_resource:
            goes = np.isfinite(np.asarray(p.round_yuan)) & (np.asarray(p.round_pool) == h)
            drawn = drawn + self.annual(self.plan.at_home) @ (goes * np.asarray(p.round_days))
        return drawn

    @cached_property
    def delivered(self) -> Floats:
        """(R,) units in the last year, at sites and at home."""
        last: Floats = self.annual(self.at_sites + self.plan.at_home)[-1]
        return last

    def share_of(self, rows: Bools, worth: Floats) -> float | None:
        """Share of the worth of these rows that is delivered in the last year; None where there is no need."""
        need = summed((worth * self.problem.units)[rows])
        return summed((worth * self.delivered)[rows]) / need if need > 0 else None

    def share_of_group(self, g: int) -> float | None:
        """Share of a group's worth."""
        return self.share_of(np.asarray(self.problem.group) == g, np.asarray(self.problem.worth, dtype=float))

    def share_of_service(self, s: int) -> float | None:
        """Share of a service's units."""
        return self.share_of(np.asarray(self.problem.service) == s, np.ones(len(self.problem.units)))

    @cached_property
    def season_values(self) -> Floats:
        """(A,) value of each season alone, all years, without its share."""
        p, values = self.problem, np.zeros(len(self.problem.reach))
        for year, home in zip(self.plan.served, self.plan.at_home, strict=True):
            for a, table in enumerate(year):
                there = sparse.csr_array(p.reach[a]).multiply(table).sum()
                values[a] += float(there) + float(np.dot(p.round_value, home[a]))
        return values

    def value(self, aim: str) -> float | None:
        """Value of an aim; None for the regret when the plan does not say what each season could reach alone."""
        if aim == "most":
            return float(np.dot(self.problem.season_share, self.season_values))
        if aim == "worst_off":
            shares = [self.share_of_group(g) for g in range(self.problem.groups)]
            return min((share for share in shares if share is not None), default=1.0)
        if aim == "least_cost":
            return summed(self.cost.ravel())
        if aim == "fewest_sites":
            return float(self.new_sites)
        return self._regret() if aim == "least_regret" else None

    def _regret(self) -> float | None:
        bests = {stage.aim: stage.objective for stage in self.plan.stages}
        names = [f"season_{a}" for a in range(len(self.problem.reach))]
        if not all(name in bests for name in names):
            return None
        return float(max(bests[name] - value for name, value in zip(names, self.season_values, strict=True)))
