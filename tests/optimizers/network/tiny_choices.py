"""Every choice of what opens when in a tiny network, and what follows from a choice alone."""

from functools import cached_property
from itertools import product

import numpy as np

FREE, STANDS = 0, 1


class Choice:
    """What opens when (a number beyond the last year: never) and what follows from that alone."""

    def __init__(self, p, form_year, module_year):
        self.p, self.form_year, self.module_year = p, np.array(form_year), np.array(module_year)

    @property
    def key(self):
        """The years, to compare choices by."""
        return tuple(self.form_year.tolist()), tuple(self.module_year.tolist())

    @cached_property
    def open_forms(self):
        """(T, F): open in that year."""
        return self.form_year[None, :] <= np.arange(self.p.years)[:, None]

    @cached_property
    def open_modules(self):
        return self.module_year[None, :] <= np.arange(self.p.years)[:, None]

    @cached_property
    def sites_open(self):
        """(T, m)."""
        sites = np.zeros((self.p.years, len(self.p.site_group)), dtype=bool)
        for t, f in np.argwhere(self.open_forms):
            sites[t, self.p.form_site[f]] = True
        return sites

    @cached_property
    def capacity(self):
        """(T, m, S) units a year."""
        p = self.p
        total = np.zeros((p.years, len(p.site_group), p.services))
        for t, k in np.argwhere(self.open_modules):
            if p.module_service[k] >= 0:
                total[t, p.module_site[k], p.module_service[k]] += p.module_capacity[k]
        return total

    @cached_property
    def staff_left(self):
        """(T, H, P) what new modules leave for rounds."""
        p = self.p
        left = np.repeat(np.asarray(p.pool, float)[None], p.years, axis=0)
        for t, k in np.argwhere(self.open_modules):
            pool = p.site_pool[p.module_site[k]]
            if p.module_state[k] == FREE and pool >= 0:
                left[t, pool] -= p.module_use[k]
        return left

    @cached_property
    def fixed_cost(self):
        """(T, G, 2) yuan without rounds."""
        p, cost = self.p, np.zeros((self.p.years, self.p.groups, 2))
        for years, states, sites, capital, running in (
            (self.form_year, p.form_state, p.form_site, p.form_capital, p.form_running),
            (self.module_year, p.module_state, p.module_site, p.module_capital, p.module_running),
        ):
            for i, year in enumerate(years):
                if states[i] == FREE and year < p.years:
                    group = p.site_group[sites[i]]
                    cost[year, group, 0] += capital[i]
                    cost[year:, group, 1] += running[i]
        return cost

    @cached_property
    def new_sites(self):
        p = self.p
        return len({int(p.form_site[f]) for f, year in enumerate(self.form_year) if is_new(p, f, year)})


def is_new(p, f, year):
    return p.form_state[f] == FREE and year < p.years


def every_choice(p):
    """All choices that keep the limits on choices, site by site and then together."""
    sites = [list(_choices_at(p, j)) for j in range(len(p.site_group))]
    for together in product(*sites):
        forms, modules = np.full(len(p.form_site), p.years), np.full(len(p.module_site), p.years)
        for own_forms, own_modules in together:
            for f, year in own_forms.items():
                forms[f] = year
            for k, year in own_modules.items():
                modules[k] = year
        choice = Choice(p, forms, modules)
        if _is_allowed(p, choice):
            yield choice


def _choices_at(p, j):
    forms, modules = np.flatnonzero(p.form_site == j).tolist(), np.flatnonzero(p.module_site == j).tolist()
    for form_years in product(*(_years(p, p.form_state[f]) for f in forms)):
        if sum(is_new(p, f, year) for f, year in zip(forms, form_years, strict=True)) > 1:
            continue
        first = min(form_years, default=p.years)
        if 0 <= p.site_by[j] < first:
            continue
        for module_years in product(*(_years(p, p.module_state[k]) for k in modules)):
            if _fits(p, j, forms, form_years, modules, module_years, first):
                yield dict(zip(forms, form_years, strict=True)), dict(zip(modules, module_years, strict=True))


def _years(p, state):
    return [0] if state == STANDS else [p.years] if state != FREE else range(p.years + 1)


def _fits(p, j, forms, form_years, modules, module_years, first):
    for k, year in zip(modules, module_years, strict=True):
        drawn = p.site_pool[j] < 0 and max(p.module_use[k]) > 0
        if p.module_state[k] == FREE and year < p.years and (year < first or drawn):
            return False
    for t in range(p.years):
        given = sum(p.form_space[f] for f, year in zip(forms, form_years, strict=True) if year <= t)
        taken = sum(p.module_space[k] for k, year in zip(modules, module_years, strict=True) if year <= t)
        if taken > given:
            return False
    return True


def _is_allowed(p, choice):
    if p.most_sites is not None and choice.new_sites > p.most_sites:
        return False
    for f, year in enumerate(choice.form_year):
        needs = p.form_needs.indices[p.form_needs.indptr[f] : p.form_needs.indptr[f + 1]]
        if is_new(p, f, year) and needs.size and not choice.sites_open[year, needs].any():
            return False
    return bool((choice.staff_left >= 0).all()) and _is_affordable(p, choice)


def _is_affordable(p, choice):
    """Necessary only: what must be paid by each year is there by then."""
    if len(p.money) == 0:
        return True
    for g, i in np.ndindex(p.groups, 2):
        due = choice.fixed_cost[:, g, i]
        if (np.cumsum(due) > np.cumsum(p.money[p.pays[:, g, i]].sum(axis=0))).any():
            return False
    return bool((np.cumsum(choice.fixed_cost.sum(axis=(1, 2))) <= np.cumsum(p.money.sum(axis=0))).all())
