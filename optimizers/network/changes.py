"""The same network question with one thing changed: a limit lifted, a site forced in or left out, other money.

Each function gives a new problem; the one given stays as it is. Lifting makes no plan impossible that was possible
(the plans of the problem given are plans of the new one); forcing in and leaving out make no new plan possible.

| lifted | forced, left out | other question |
|--------|------------------|----------------|
| `without_lock`, `without_locks` | `with_site` | `with_money`, `with_units` |
| `without_floor`, `without_standard`, `without_tilt` | `without_site` | `only_at` |
| `without_most_sites`, `without_targets` | `without_rounds` | |
| `without_money`, `with_money_from`, `without_staff` | | |
"""

from dataclasses import replace
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.network.problem import BARRED, FREE, NetworkProblem
from optimizers.network.solution import NEVER, NetworkSolution
from optimizers.problem import ProblemError

NO_ORDER = -1


def without_lock(problem: NetworkProblem, site: int) -> NetworkProblem:
    """No order that this site must have a form open."""
    _check(problem, site=site)
    return replace(problem, site_by=_set(problem.site_by, site, NO_ORDER))


def without_locks(problem: NetworkProblem) -> NetworkProblem:
    """No order that any site must have a form open."""
    return replace(problem, site_by=np.full_like(np.asarray(problem.site_by), NO_ORDER))


def with_site(problem: NetworkProblem, site: int, by: int = 0) -> NetworkProblem:
    """The site must have a form open from year `by` on, or from an earlier year if it was ordered for then."""
    _check(problem, site=site, year=by)
    before = int(problem.site_by[site])
    return replace(problem, site_by=_set(problem.site_by, site, by if before == NO_ORDER else min(by, before)))


def without_site(problem: NetworkProblem, site: int) -> NetworkProblem:
    """Nothing new at this site: its free forms and modules may not be chosen, and no order asks for it.

    What stands there stays. An order is dropped, since no plan could keep it where nothing stands.
    """
    _check(problem, site=site)
    return without_lock(_with_states(problem, site, FREE, BARRED), site)


def without_rounds(problem: NetworkProblem, group: int) -> NetworkProblem:
    """Nobody of this group is served at home."""
    _check(problem, group=group)
    there = np.asarray(problem.group) == group
    return replace(problem, round_yuan=np.where(there, np.inf, problem.round_yuan))


def without_floor(problem: NetworkProblem, group: int | None = None) -> NetworkProblem:
    """No share that this group must reach; None: no group has one."""
    _check(problem, group=group)
    return replace(problem, floor=_set(problem.floor, slice(None) if group is None else group, 0.0))


def without_standard(problem: NetworkProblem, service: int | None = None) -> NetworkProblem:
    """No share of units that this service must reach; None: no service has one."""
    _check(problem, service=service)
    return replace(problem, standard=_set(problem.standard, slice(None) if service is None else service, 0.0))


def without_tilt(problem: NetworkProblem) -> NetworkProblem:
    """No share of the money that must go to some groups."""
    return replace(problem, tilt_share=0.0)


def without_most_sites(problem: NetworkProblem) -> NetworkProblem:
    """As many sites as money and staff allow."""
    return replace(problem, most_sites=None)


def without_targets(problem: NetworkProblem) -> NetworkProblem:
    """No order, floor, standard or tilt, so that any choice of forms and modules within money and staff is a plan."""
    return without_tilt(without_standard(without_floor(without_locks(problem))))


def without_money(problem: NetworkProblem) -> NetworkProblem:
    """No source of money, and no limit of it."""
    return replace(problem, money=problem.money[:0], pays=problem.pays[:0], carry=problem.carry[:0])


def without_staff(problem: NetworkProblem) -> NetworkProblem:
    """Modules draw on nobody; what rounds need stays."""
    return replace(problem, module_use=np.zeros_like(np.asarray(problem.module_use)))


def only_at(problem: NetworkProblem, solution: NetworkSolution, site: int) -> NetworkProblem:
    """Nothing new but at this site and what the solution has elsewhere, which is free of charge."""
    _check(problem, site=site)
    changed: dict[str, Any] = {}
    for kind, years in (("form", solution.form_year), ("module", solution.module_year)):
        here, state = np.asarray(getattr(problem, f"{kind}_site")) == site, getattr(problem, f"{kind}_state")
        changed[f"{kind}_state"] = np.where((state == FREE) & ~here & (years == NEVER), BARRED, state)
        for cost in (f"{kind}_capital", f"{kind}_running"):
            changed[cost] = np.where(here, getattr(problem, cost), 0.0)
    return replace(problem, **changed)


def with_money(problem: NetworkProblem, factor: float) -> NetworkProblem:
    """Every source has `factor` times its money in every year."""
    if not (np.isfinite(factor) and factor >= 0):
        raise ProblemError([f"factor is {factor!r}; money can be multiplied by a finite number of 0 or more."])
    return replace(problem, money=np.asarray(problem.money, dtype=np.float64) * factor)


def with_money_from(problem: NetworkProblem, year: int) -> NetworkProblem:
    """The money of `year` and of all later years is there in `year`, and kept until it is needed.

    Earlier years stay as they are: a source that does not carry over still loses what they leave. It is then two
    sources, its money of before `year` and that of `year` on.
    """
    _check(problem, year=year)
    money, carry = np.array(problem.money, dtype=np.float64), np.asarray(problem.carry)
    money[:, year] = money[:, year:].sum(axis=1)
    money[:, year + 1 :] = 0.0
    lost = ~carry & (money[:, :year] > 0).any(axis=1)
    before = money[lost]
    before[:, year:] = 0.0
    money[lost, :year] = 0.0
    return replace(
        problem,
        money=np.concatenate([money, before]),
        pays=np.concatenate([problem.pays, problem.pays[lost]]),
        carry=np.concatenate([np.ones_like(carry), carry[lost]]),
    )


def with_units(problem: NetworkProblem, units: Floats) -> NetworkProblem:
    """Other need, (R,) units a year, at the same places."""
    units = np.asarray(units, dtype=np.float64)
    if units.shape != np.shape(problem.units) or not (np.isfinite(units).all() and (units >= 0).all()):
        raise ProblemError([f"units must be {np.size(problem.units)} finite numbers of 0 or more."])
    return replace(problem, units=units)


def new_at(problem: NetworkProblem, solution: NetworkSolution) -> Bools:
    """(m,) sites where the solution opens a free form or switches on a free module."""
    forms = (problem.form_state == FREE) & (solution.form_year != NEVER)
    modules = (problem.module_state == FREE) & (solution.module_year != NEVER)
    found = np.zeros(len(problem.site_by), dtype=np.bool_)
    found[problem.form_site[forms]] = True
    found[problem.module_site[modules]] = True
    return found


def closed(problem: NetworkProblem, solution: NetworkSolution, site: int) -> tuple[Ints, Ints]:
    """Years of forms (F,) and modules (K,) with nothing new at this site, all else as in the solution.

    Forms elsewhere that need a site of which none is left open are not opened either, nor what stands in them, and so
    on; a form that loses its last needed site for some years only opens as late as that site does.
    """
    _check(problem, site=site)
    form_year, module_year = solution.form_year.copy(), solution.module_year.copy()
    form_year[(problem.form_site == site) & (problem.form_state == FREE)] = NEVER
    module_year[(problem.module_site == site) & (problem.module_state == FREE)] = NEVER
    return as_late_as_needed(problem, form_year, module_year)


def as_late_as_needed(problem: NetworkProblem, form_year: Ints, module_year: Ints) -> tuple[Ints, Ints]:
    """Years of forms (F,) and modules (K,), put off until a site that they need, and a form to be in, is open.

    What is never open then is left out. What stands is left as it is.
    """
    form_year = form_year.copy()
    while True:
        earliest = np.array([_first_allowed(problem, form_year, form) for form in range(form_year.size)])
        late = (form_year != NEVER) & (problem.form_state == FREE) & (earliest > form_year)
        if not late.any():
            return form_year, _after_forms(problem, form_year, module_year)
        form_year[late] = np.where(earliest[late] >= problem.years, NEVER, earliest[late])


def _first_allowed(problem: NetworkProblem, form_year: Ints, form: int) -> int:
    """First year in which one of the sites that the form needs is open; `years` for never."""
    needs = problem.form_needs
    sites = needs.indices[needs.indptr[form] : needs.indptr[form + 1]]
    if not sites.size:
        return 0
    opened = form_year[np.isin(problem.form_site, sites) & (form_year != NEVER)]
    return int(opened.min(initial=problem.years))


def _after_forms(problem: NetworkProblem, form_year: Ints, module_year: Ints) -> Ints:
    """Free modules are on no earlier than a form of their site is open."""
    first = np.full(len(problem.site_by), problem.years)
    opened = form_year != NEVER
    np.minimum.at(first, problem.form_site[opened], form_year[opened])
    year = np.maximum(module_year, first[problem.module_site])
    kept = np.where(year >= problem.years, NEVER, year)
    return np.where((problem.module_state == FREE) & (module_year != NEVER), kept, module_year)


def _with_states(problem: NetworkProblem, site: int, old: int, new: int) -> NetworkProblem:
    forms = (np.asarray(problem.form_site) == site) & (problem.form_state == old)
    modules = (np.asarray(problem.module_site) == site) & (problem.module_state == old)
    return replace(
        problem,
        form_state=np.where(forms, new, problem.form_state),
        module_state=np.where(modules, new, problem.module_state),
    )


def _set(values: Any, where: int | slice, value: float) -> Any:
    changed = np.array(values)
    changed[where] = value
    return changed


def _check(problem: NetworkProblem, **asked: int | None) -> None:
    """Positions that are not there; numpy would count negative ones from the end."""
    size = {
        "site": len(problem.site_by),
        "group": problem.groups,
        "service": problem.services,
        "season": len(problem.reach),
        "year": problem.years,
    }
    faults = [
        f"{name} is {position!r}; it must be a position from 0 to {size[name] - 1}."
        for name, position in asked.items()
        if position is not None and not 0 <= position < size[name]
    ]
    if faults:
        raise ProblemError(faults)
