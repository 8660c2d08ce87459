"""Random networks so small that every choice can be tried: whole numbers, shares of powers of two, each limit at times.

`tiny_network(seed, on=("tilt",))` has the named limits for certain and each of the others at times.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem

OFTEN = {  # chance of each limit where nothing is said of it
    "money": 0.6, "carry": 0.3, "earmarks": 0.2, "staff": 0.5, "rounds": 0.5, "round_days": 0.4, "needs": 0.3,
    "stands": 0.3, "barred": 0.3, "gives": 0.3, "floor": 0.15, "standard": 0.15, "tilt": 0.15, "most_sites": 0.2,
    "site_by": 0.1, "seasons": 0.5, "years": 0.5,
}  # fmt: skip
BRINGS = {"carry": ("money", "years"), "earmarks": ("money",), "round_days": ("rounds",), "gives": ("staff",)}
MOST_FREE = {1: 9, 2: 6}  # forms and modules that may be chosen, by number of years
PLENTY = 1000.0


def tiny_network(seed: int, on: tuple[str, ...] = (), off: tuple[str, ...] = (), grown: int = 1) -> NetworkProblem:
    """At most 4 sites, 6 rows, 2 services, 2 years, 2 seasons; limits `on` are there for certain, `off` never.

    With `grown` = 3 there are three times as many sites, rows and yuan, too many to try every choice.
    """
    rng = np.random.default_rng([seed, 6])
    on = (*on, *(other for name in on for other in BRINGS.get(name, ())))
    drawn = {name: bool(rng.random() < chance) for name, chance in OFTEN.items()}
    has = {name: (drawn[name] or name in on) and name not in off for name in drawn}
    made = _sized(rng, has, grown)
    for change in (_with_people, _with_rounds, _with_buildings, _with_states, _with_staff, _with_money, _with_targets):
        made |= change(rng, has, made)
    del made["sites"], made["grown"]
    return NetworkProblem(**made)


def _sized(rng, has, grown):
    years, seasons, sites = 1 + has["years"], 1 + has["seasons"], grown * int(rng.integers(2, 5))
    first = float(rng.choice([0.5, 0.75]))
    return {
        "years": years,
        "services": int(rng.integers(1, 3)),
        "groups": int(rng.integers(1, 3)),
        "season_share": np.array([first, 1.0 - first]) if seasons == 2 else np.ones(1),
        "sites": sites,
        "grown": grown,
    }


def _with_people(rng, has, made):
    rows, groups = made["grown"] * int(rng.integers(3, 7)), made["groups"]
    reach = []
    for _ in made["season_share"]:
        there = rng.random((rows, made["sites"])) < 0.65
        r, j = np.nonzero(there)
        reach.append(sparse.csr_array((rng.integers(0, 6, r.size).astype(float), (r, j)), shape=there.shape))
    return {
        "service": rng.integers(0, made["services"], rows),
        "group": rng.integers(0, groups, rows),
        "units": rng.integers(0, 13, rows).astype(float),
        "worth": rng.integers(0, 4, rows).astype(float),
        "reach": tuple(reach),
        "site_group": rng.integers(0, groups, made["sites"]),
    }


def _with_rounds(rng, has, made):
    rows = made["units"].size
    goes = has["rounds"] & (rng.random(rows) < 0.6)
    return {
        "round_yuan": np.where(goes, rng.integers(1, 5, rows), np.inf),
        "round_value": rng.integers(0, 4, rows).astype(float),
        "round_days": rng.integers(0, 4, rows).astype(float),
        "round_pool": rng.integers(-1, 2, rows),
        "round_resource": int(rng.integers(0, 2)) if has["round_days"] else -1,
    }


def _with_buildings(rng, has, made):
    sites = made["sites"]
    form_site = np.sort(np.concatenate((np.arange(sites), rng.integers(0, sites, int(rng.integers(0, 4))))))
    module_site = np.sort(np.concatenate((np.arange(sites), rng.integers(0, sites, int(rng.integers(0, 4))))))
    forms, modules = form_site.size, module_site.size
    needs = np.zeros((forms, sites))
    if has["needs"]:  # points need the first site, some of them another one instead
        needs[:, 0] = (form_site > 0) & (rng.random(forms) < 0.8)
        needs[:, -1] = (needs[:, 0] > 0) & (form_site < sites - 1) & (rng.random(forms) < 0.3)
    return {
        "form_site": form_site,
        "form_capital": rng.integers(5, 30, forms).astype(float),
        "form_running": rng.integers(0, 6, forms).astype(float),
        "form_space": rng.integers(2, 8, forms).astype(float),
        "form_needs": sparse.csr_array(needs),
        "module_site": module_site,
        "module_service": np.where(
            has["gives"] & (rng.random(modules) < 0.25), -1, rng.integers(0, made["services"], modules)
        ),
        "module_capacity": rng.integers(3, 16, modules).astype(float),
        "module_capital": rng.integers(0, 12, modules).astype(float),
        "module_running": rng.integers(0, 5, modules).astype(float),
        "module_space": rng.integers(1, 6, modules).astype(float),
    }


def _with_states(rng, has, made):
    """What stands is housed; so much is barred that the free ones can be tried in all combinations."""
    forms, modules = made["form_site"], made["module_site"]
    form_state, module_state = np.full(forms.size, FREE), np.full(modules.size, FREE)
    if has["stands"]:
        site = int(rng.integers(0, made["sites"]))
        form_state[np.flatnonzero(forms == site)[0]] = STANDS
        module_state[np.flatnonzero(modules == site)[0]] = STANDS if rng.random() < 0.7 else FREE
    if has["barred"]:
        form_state[rng.integers(0, forms.size)] = BARRED
        module_state[rng.integers(0, modules.size)] = BARRED
    for state, at in rng.permutation([(s, i) for s, n in ((0, forms.size), (1, modules.size)) for i in range(n)]):
        states = (form_state, module_state)[state]
        free = int((form_state == FREE).sum() + (module_state == FREE).sum())
        if free > MOST_FREE[made["years"]] * made["grown"] ** 2 and states[at] == FREE:
            states[at] = BARRED
    space = made["form_space"].copy()
    for site in forms[form_state == STANDS]:
        housed = made["module_space"][(modules == site) & (module_state == STANDS)].sum()
        space[(forms == site) & (form_state == STANDS)] = max(housed, space[forms == site][0])
    return {"form_state": form_state, "module_state": module_state, "form_space": space}


def _with_staff(rng, has, made):
    sites, modules, service = made["sites"], made["module_site"].size, made["module_service"]
    use = rng.integers(0, 4, (modules, 2)).astype(float) * (rng.random((modules, 2)) < 0.7)
    use[service == -1] = -rng.integers(0, 4, (int((service == -1).sum()), 2))
    pool = rng.integers(0, 7, (2, 2)).astype(float) if has["staff"] else np.full((2, 2), PLENTY)
    if has["round_days"]:
        pool[:, made["round_resource"]] = rng.integers(0, 10, 2)
    return {
        "site_pool": rng.integers(-1 if has["staff"] and rng.random() < 0.3 else 0, 2, sites),
        "module_use": use,
        "pool": pool,
    }


def _with_money(rng, has, made):
    groups, years = made["groups"], made["years"]
    sources = int(rng.integers(1, 3)) if has["money"] or has["carry"] or has["earmarks"] else 0
    pays = np.ones((sources, groups, 2), dtype=bool)
    if has["earmarks"]:
        pays = rng.random(pays.shape) < 0.6
    return {
        "money": made["grown"] * rng.integers(10, 60, (sources, years)).astype(float),
        "pays": pays,
        "carry": np.full(sources, has["carry"]) & (rng.random(sources) < 0.8),
    }


def _with_targets(rng, has, made):
    groups, services, sites = made["groups"], made["services"], made["sites"]
    site_by = np.full(sites, -1)
    if has["site_by"]:
        site_by[rng.integers(0, sites)] = rng.integers(0, made["years"])
    return {
        "floor": has["floor"] * rng.choice([0.0, 0.25, 0.5], groups),
        "standard": has["standard"] * rng.choice([0.0, 0.125, 0.375], services),
        "tilt_groups": rng.random(groups) < 0.5,
        "tilt_share": float(has["tilt"] * rng.choice([0.25, 0.5])),
        "most_sites": int(rng.integers(0, 3)) if has["most_sites"] else None,
        "site_by": site_by,
    }


def without(problem: NetworkProblem, limit: str) -> NetworkProblem:
    """The same network with one limit taken away."""
    p = problem
    wide = {
        "money": {"money": p.money[:0], "pays": p.pays[:0], "carry": p.carry[:0]},
        "carry": {"carry": np.zeros(len(p.money), bool)},
        "earmarks": {"pays": np.ones_like(p.pays)},
        "staff": {"module_use": np.zeros_like(p.module_use)},
        "rounds": {"round_yuan": np.full(p.units.size, np.inf)},
        "round_days": {"round_resource": -1},
        "space": {"module_space": np.zeros_like(p.module_space)},
        "needs": {"form_needs": sparse.csr_array(p.form_needs.shape)},
        "floor": {"floor": np.zeros_like(p.floor)},
        "standard": {"standard": np.zeros_like(p.standard)},
        "tilt": {"tilt_share": 0.0},
        "most_sites": {"most_sites": None},
        "site_by": {"site_by": np.full_like(p.site_by, -1)},
        "barred": {"form_state": np.where(p.form_state == BARRED, FREE, p.form_state)},
        "gives": {"module_use": np.maximum(p.module_use, 0.0)},
    }
    return replace(p, **wide[limit])
