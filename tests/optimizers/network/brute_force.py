"""The best plan of a tiny network by trying every choice of what opens when; flows, rounds and payments by linprog.

Nothing of the product is used here but the problem itself. For each choice only right sides differ, so the matrix of
the linear program is written once for a network. Choices are tried in the order of a plain optimistic value, and the
rest is left out when even that is no better than what was found.
"""

from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from tiny_choices import every_choice

MINIMISED = ("least_cost", "fewest_sites", "least_regret")
ROOM = 1e-6


def best_value(problem, aims=("most",), give=0.0):
    """The best value of the last aim, earlier ones held; None where no plan keeps all limits."""
    values = best_values(problem, aims, give)
    return None if values is None else values[-1]


def best_values(problem, aims=("most",), give=0.0):
    """The best value of each aim in its order; None where no plan keeps all limits."""
    every, holds, values = EveryPlan(problem), [], []
    for aim in aims:
        best = every.best(aim, holds)
        if best is None:
            return None
        values.append(best)
        room = give * abs(best) + ROOM * max(1.0, abs(best))
        holds.append((aim, best + room if aim in MINIMISED else best - room))
    return values


class EveryPlan:
    """All choices of a network and the one matrix of its linear programs; the last variable is that of the aim."""

    def __init__(self, problem):
        self.p = p = problem
        self.choices = list(every_choice(p))
        self.tables = [reach.toarray() for reach in p.reach]
        self.x = [(a, t, r, j) for a, reach in enumerate(p.reach) for r, j in stored(reach) for t in range(p.years)]
        goes = np.flatnonzero(np.isfinite(p.round_yuan)).tolist()
        self.z = [(a, t, r) for a in range(len(p.reach)) for t in range(p.years) for r in goes]
        self.q = [(b, t, g, i) for b, t, g, i in np.ndindex(len(p.money), p.years, p.groups, 2) if p.pays[b, g, i]]
        self.size = len(self.x) + len(self.z) + len(self.q) + 1
        self.rows, self.rights = self._limits()
        self.equal_rows = self._payments()
        self.season_bests, self.hopeless = {}, set()

    def vector(self, of_x=None, of_z=None, of_q=None, last=0.0):
        """Coefficients of all variables."""
        parts = [
            [of_x(*key) if of_x else 0.0 for key in self.x],
            [of_z(*key) if of_z else 0.0 for key in self.z],
            [of_q(*key) if of_q else 0.0 for key in self.q],
            [last],
        ]
        return np.array([value for part in parts for value in part], dtype=float)

    def _limits(self):
        """Rows <= right sides; a right side is a function of the choice."""
        p, share = self.p, self.p.season_share
        made = []
        for a, t, r in np.ndindex(len(p.reach), p.years, len(p.units)):
            row = self.vector(lambda *k, c=(a, t, r): k[:3] == c, lambda *k, c=(a, t, r): k == c)
            made.append((row, lambda choice, r=r: p.units[r]))
        for a, t, j, s in np.ndindex(len(p.reach), p.years, len(p.site_group), p.services):
            row = self.vector(lambda *k, c=(a, t, j, s): (k[0], k[1], k[3], p.service[k[2]]) == c)
            made.append((row, lambda choice, t=t, j=j, s=s: choice.capacity[t, j, s]))
        for t, h in np.ndindex(p.years, len(p.pool)):
            if p.round_resource >= 0:
                row = self.vector(
                    of_z=lambda a, u, r, t=t, h=h: (u == t and p.round_pool[r] == h) * share[a] * p.round_days[r]
                )
                made.append((row, lambda choice, t=t, h=h: choice.staff_left[t, h, p.round_resource]))
        for b, t in np.ndindex(len(p.money), p.years):
            first = 0 if p.carry[b] else t
            row = self.vector(of_q=lambda *k, b=b, t=t, first=first: k[0] == b and first <= k[1] <= t)
            made.append((row, lambda choice, b=b, t=t, first=first: p.money[b, first : t + 1].sum()))
        for part, wanted, worth in self._shares():
            row = self.in_last_year(part, worth)
            made.append((-row, lambda choice, part=part, least=wanted, w=worth: -least * (w * p.units)[part].sum()))
        if p.tilt_share > 0:
            tilted = np.flatnonzero(p.tilt_groups)
            everywhere, there = self.rounds_cost(range(p.groups)), self.rounds_cost(tilted)
            made.append((p.tilt_share * everywhere - there, lambda choice: self._tilt_of_fixed(choice, tilted)))
        kept = [(row, right) for row, right in made if row.any()]
        always = [right for row, right in made if not row.any()]
        self.choices = [c for c in self.choices if all(right(c) >= -1e-12 for right in always)]
        return np.array([row for row, _ in kept]).reshape(-1, self.size), [right for _, right in kept]

    def _shares(self):
        p = self.p
        for g in range(p.groups):
            if p.floor[g] > 0:
                yield p.group == g, p.floor[g], p.worth
        for s in range(p.services):
            if p.standard[s] > 0:
                yield p.service == s, p.standard[s], np.ones(len(p.units))

    def _tilt_of_fixed(self, choice, tilted):
        cost = choice.fixed_cost
        return cost[:, tilted].sum() - self.p.tilt_share * cost.sum()

    def in_last_year(self, part, worth):
        """Units of these rows in the last year, weighted, as a mean over the seasons."""
        share, last = self.p.season_share, self.p.years - 1
        return self.vector(
            lambda a, t, r, j: (t == last and part[r]) * share[a] * worth[r],
            lambda a, t, r: (t == last and part[r]) * share[a] * worth[r],
        )

    def rounds_cost(self, groups):
        """Yuan of all years for rounds to rows of these groups."""
        p = self.p
        return self.vector(of_z=lambda a, t, r: (p.group[r] in groups) * p.season_share[a] * p.round_yuan[r])

    def value_of(self, a):
        """Value of season a alone, all years, without its share."""
        p = self.p
        return self.vector(
            lambda s, t, r, j: (s == a) * self.tables[a][r, j], lambda s, t, r: (s == a) * p.round_value[r]
        )

    def _payments(self):
        """For each (t, g, i): paid less rounds = fixed cost."""
        p = self.p
        if len(p.money) == 0:
            return np.zeros((0, self.size))
        rows = []
        for t, g, i in np.ndindex(p.years, p.groups, 2):
            rows.append(
                self.vector(
                    of_z=lambda a, u, r, t=t, g=g, i=i: (
                        -((u, p.group[r], i) == (t, g, 1)) * p.season_share[a] * p.round_yuan[r]
                    ),
                    of_q=lambda b, u, h, k, t=t, g=g, i=i: (u, h, k) == (t, g, i),
                )
            )
        return np.array(rows)

    def needy(self):
        """Groups that have need: rows and worth of all their units."""
        p = self.p
        for g in range(p.groups):
            need = (p.worth * p.units)[p.group == g].sum()
            if need > 0:
                yield p.group == g, need

    def best(self, aim, holds=()):
        """The best value over all choices, or None."""
        if aim == "least_regret":
            self._find_season_bests()
            if not all(best is not None for best in self.season_bests.values()):
                return None
        found, sign = None, 1.0 if aim in MINIMISED else -1.0
        in_order = sorted(((sign * self.optimistic(aim, c), n) for n, c in enumerate(self.choices)))
        for hope, n in in_order:
            if found is not None and hope >= found - 1e-9:
                break
            value = None if n in self.hopeless else self._solved(aim, self.choices[n], holds)
            if value is None and not holds:
                self.hopeless.add(n)
            if value is not None and (found is None or sign * value < found):
                found = sign * value
        return None if found is None else sign * found

    def _find_season_bests(self):
        for a in range(len(self.p.reach)):
            if a not in self.season_bests:
                self.season_bests[a] = self.best(a)

    def optimistic(self, aim, choice):
        """A value that no flow of this choice can pass: everybody gets the best there is."""
        p = self.p
        if aim == "least_cost":
            return choice.fixed_cost.sum()
        if aim == "fewest_sites":
            return choice.new_sites
        if aim == "worst_off":
            return min((self._share_hope(choice, part) / need for part, need in self.needy()), default=1.0)
        hopes = [self._hope(choice, a) for a in range(len(p.reach))]
        if aim == "least_regret":
            return max(self.season_bests[a] - hope for a, hope in enumerate(hopes))
        return hopes[aim] if aim != "most" else float(np.dot(p.season_share, hopes))

    def _hope(self, choice, a):
        return sum(self._filled(choice, t, self.tables[a], self.p.round_value) for t in range(self.p.years))

    def _share_hope(self, choice, part):
        """Worth that the rows of a group could get in the last year if they were alone."""
        p, worth = self.p, self.p.worth * part
        tables = [worth[:, None] * self._stored[a] for a in range(len(p.reach))]
        return sum(s * self._filled(choice, -1, t, worth) for s, t in zip(p.season_share, tables, strict=True))

    @cached_property
    def _stored(self):
        made = [np.zeros(reach.shape) for reach in self.p.reach]
        for table, reach in zip(made, self.p.reach, strict=True):
            for r, j in stored(reach):
                table[r, j] = 1.0
        return made

    def _filled(self, choice, t, values, at_home):
        """Everybody at home as far as rounds go, or at the best open site while any site of the service has room."""
        p = self.p
        home = np.where(np.isfinite(p.round_yuan), at_home, 0.0)
        there = (values * (choice.capacity[t][:, p.service].T > 0)).max(axis=1, initial=0.0)
        room, total, gain = choice.capacity[t].sum(axis=0), float(home @ p.units), np.maximum(there - home, 0.0)
        for r in np.argsort(-gain):
            units = min(p.units[r], room[p.service[r]])
            room[p.service[r]] -= units
            total += gain[r] * units
        return total

    def _solved(self, aim, choice, holds):
        cost, constant, rows, rights = self._asked(aim, choice)
        for held, limit in holds:
            more = self._held(held, limit, choice)
            if more is None:
                return None
            rows, rights = rows + more[0], rights + more[1]
        above = np.array([right(choice) for right in self.rights] + rights)
        table = np.vstack([self.rows, *(np.atleast_2d(row) for row in rows)])
        finite = np.isfinite(above)
        equal = choice.fixed_cost.reshape(-1) if len(self.equal_rows) else np.zeros(0)
        bounds = [(0, None)] * (self.size - 1) + [(0, 1 if aim == "worst_off" else None)]
        out = linprog(cost, table[finite], above[finite], self.equal_rows, equal, bounds, method="highs")
        assert out.status in (0, 2), out.message
        if out.status == 2:
            return None
        return constant + (out.fun if aim in MINIMISED else -out.fun)

    def _asked(self, aim, choice):
        """Costs to minimise, what the choice itself adds, and the rows of the aim."""
        nothing = self.vector()
        if aim == "least_cost":
            return self.rounds_cost(range(self.p.groups)), choice.fixed_cost.sum(), [], []
        if aim == "fewest_sites":
            return nothing, choice.new_sites, [], []
        if aim == "worst_off":
            least = self.vector(last=1.0)
            rows = [need * least - self.in_last_year(part, self.p.worth) for part, need in self.needy()]
            return -least, 0.0, rows, [0.0] * len(rows)
        if aim == "least_regret":
            most_lost = self.vector(last=1.0)
            rows = [-self.value_of(a) - most_lost for a in self.season_bests]
            return most_lost, 0.0, rows, [-best for best in self.season_bests.values()]
        return -(self._most() if aim == "most" else self.value_of(aim)), 0.0, [], []

    def _most(self):
        return sum(share * self.value_of(a) for a, share in enumerate(self.p.season_share))

    def _held(self, aim, limit, choice):
        """Rows and right sides that hold an earlier aim; None when the choice itself breaks it."""
        sign = 1.0 if aim in MINIMISED else -1.0
        if sign * self.optimistic(aim, choice) > sign * limit + 1e-6:
            return None
        if aim == "fewest_sites":
            return [], []
        if aim == "least_cost":
            return [self.rounds_cost(range(self.p.groups))], [limit - choice.fixed_cost.sum()]
        if aim == "worst_off":
            rows = [(-self.in_last_year(part, self.p.worth), -limit * need) for part, need in self.needy()]
            return [row for row, _ in rows], [right for _, right in rows]
        if aim == "least_regret":
            return [-self.value_of(a) for a in self.season_bests], [limit - b for b in self.season_bests.values()]
        return [-self._most()], [-limit]


def stored(reach):
    """Stored pairs of a table, zeros too."""
    return [(r, int(j)) for r in range(reach.shape[0]) for j in reach.indices[reach.indptr[r] : reach.indptr[r + 1]]]
