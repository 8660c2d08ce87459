"""The limits of the network model, a function for each; symbols and formulas together in `network`."""

from collections.abc import Callable
from itertools import product

import numpy as np

from optimizers.reference.network_pieces import (
    CAPITAL,
    RUNNING,
    NetworkModel,
    Terms,
    all_cost,
    at,
    at_home,
    cost,
    delivered,
    free,
    needy_groups,
    new_sites,
    visited_rows,
)


def everyone_is_served_once(model: NetworkModel) -> None:
    """Σ_j x_atrj + z_atr <= n_r."""
    need: dict[tuple[int, int, int], Terms] = {key: [(z, 1.0)] for key, z in model.z.items()}
    for (a, t, r, _), x in model.x.items():
        need.setdefault((a, t, r), []).append((x, 1.0))
    for (_, _, r), terms in need.items():
        model.add(terms, "<=", model.problem.units[r])


def no_site_gives_more_than_it_can(model: NetworkModel) -> None:
    """Σ_{r of s} x_atrj <= Σ_{k at j, of s} c_k m_kt."""
    p, load = model.problem, dict[tuple[int, int, int, int], Terms]()
    for (a, t, r, j), x in model.x.items():
        load.setdefault((a, t, j, int(p.service[r])), []).append((x, 1.0))
    for (_, t, j, s), terms in load.items():
        own = [k for k in at(p.module_site, j) if p.module_service[k] == s]
        model.add([*terms, *((model.m[k, t], -float(p.module_capacity[k])) for k in own)], "<=", 0.0)


def what_is_open_stays_open(model: NetworkModel) -> None:
    """y_ft >= y_f,t-1 and m_kt >= m_k,t-1."""
    for choices in (model.y, model.m):
        for (i, t), variable in choices.items():
            if t > 0:
                model.add([(variable, 1.0), (choices[i, t - 1], -1.0)], ">=", 0.0)


def a_module_needs_a_building(model: NetworkModel) -> None:
    """m_kt <= Σ_{f at j} y_ft, for free modules."""
    p = model.problem
    for k, t in product(free(p.module_state), range(p.years)):
        forms = at(p.form_site, p.module_site[k])
        model.add([(model.m[k, t], 1.0), *((model.y[f, t], -1.0) for f in forms)], "<=", 0.0)


def a_site_takes_one_new_form(model: NetworkModel) -> None:
    """Σ_{f at j, free} y_ft <= 1."""
    p, new = model.problem, set(free(model.problem.form_state))
    for j, t in product(range(len(p.site_group)), range(p.years)):
        model.add([(model.y[f, t], 1.0) for f in at(p.form_site, j) if f in new], "<=", 1.0)


def everything_has_its_space(model: NetworkModel) -> None:
    """Σ_{k at j} e_k m_kt <= Σ_{f at j} e_f y_ft, what stands included on both sides."""
    p = model.problem
    for j, t in product(range(len(p.site_group)), range(p.years)):
        taken = [(model.m[k, t], float(p.module_space[k])) for k in at(p.module_site, j)]
        given = [(model.y[f, t], -float(p.form_space[f])) for f in at(p.form_site, j)]
        model.add(taken + given, "<=", 0.0)


def a_point_needs_an_open_centre(model: NetworkModel) -> None:
    """y_ft <= Σ_{j in needs_f} Σ_{f' at j} y_f't, for free forms that need one."""
    p, needs = model.problem, model.problem.form_needs
    for f, t in product(free(p.form_state), range(p.years)):
        centres = needs.indices[needs.indptr[f] : needs.indptr[f + 1]]
        if centres.size:
            opens = [(model.y[other, t], -1.0) for j in centres for other in at(p.form_site, j)]
            model.add([(model.y[f, t], 1.0), *opens], "<=", 0.0)


def staff_is_there(model: NetworkModel) -> None:
    """Σ_{k in h, free} u_kp m_kt + [p = p*] Σ_{r of h} Σ_a σ_a d_r z_atr <= P_hp; no pool, no module that draws."""
    p, new = model.problem, free(model.problem.module_state)
    pools = [int(p.site_pool[p.module_site[k]]) for k in range(len(p.module_site))]
    for h, resource, t in product(range(p.pool.shape[0]), range(p.pool.shape[1]), range(p.years)):
        terms = [(model.m[k, t], float(p.module_use[k, resource])) for k in new if pools[k] == h]
        if resource == p.round_resource:
            out = [r for r in visited_rows(model) if p.round_pool[r] == h]
            terms += [term for r in out for term in at_home(model, t, r, float(p.round_days[r]))]
        model.add(terms, "<=", p.pool[h, resource])
    for k in new:
        if pools[k] < 0 and (p.module_use[k] > 0).any():
            model.add([(model.m[k, model.last], 1.0)], "<=", 0.0)


def every_cost_is_paid(model: NetworkModel) -> None:
    """Σ_b q_btgi = C_tgi; sources that may not pay it have no variable. Without sources nothing limits the cost."""
    p = model.problem
    for t, g, i in product(range(p.years), range(p.groups), (CAPITAL, RUNNING)):
        paid = [(model.q[b, t, g, i], -1.0) for b in range(len(p.money)) if (b, t, g, i) in model.q]
        if len(p.money):
            model.add(cost(model, t, g, i) + paid, "=", 0.0)


def no_source_pays_too_much(model: NetworkModel) -> None:
    """Σ_gi q_btgi <= M_bt; a source that carries: the sums over the years up to t."""
    p = model.problem
    for b, t in product(range(len(p.money)), range(p.years)):
        since = 0 if p.carry[b] else t
        terms = [(q, 1.0) for (source, year, _, _), q in model.q.items() if source == b and since <= year <= t]
        model.add(terms, "<=", float(np.sum(p.money[b, since : t + 1])))


def every_group_gets_its_floor(model: NetworkModel) -> None:
    """D_g >= floor_g N_g."""
    p = model.problem
    for g, rows, need in needy_groups(p):
        if p.floor[g] > 0:
            model.add(delivered(model, rows, p.worth), ">=", p.floor[g] * need)


def every_service_keeps_its_standard(model: NetworkModel) -> None:
    """D_s >= standard_s N_s."""
    p = model.problem
    for s in range(p.services):
        rows = at(p.service, s)
        if p.standard[s] > 0 and p.units[rows].sum() > 0:
            model.add(delivered(model, rows, np.ones(len(p.units))), ">=", p.standard[s] * p.units[rows].sum())


def the_tilt_is_kept(model: NetworkModel) -> None:
    """Σ_t Σ_{g in tilt} Σ_i C_tgi >= τ Σ_tgi C_tgi."""
    p = model.problem
    if p.tilt_share > 0:
        everywhere = [(v, -p.tilt_share * factor) for v, factor in all_cost(model, range(p.groups))]
        model.add(all_cost(model, np.flatnonzero(p.tilt_groups)) + everywhere, ">=", 0.0)


def not_too_many_sites(model: NetworkModel) -> None:
    """Σ_{f free} y_f,T-1 <= S."""
    if model.problem.most_sites is not None:
        model.add(new_sites(model), "<=", float(model.problem.most_sites))


def sites_open_by_their_year(model: NetworkModel) -> None:
    """Σ_{f at j} y_ft >= 1 for t = site_by_j."""
    for j, t in enumerate(model.problem.site_by):
        if t >= 0:
            model.add([(model.y[f, int(t)], 1.0) for f in at(model.problem.form_site, j)], ">=", 1.0)


LIMITS: tuple[Callable[[NetworkModel], None], ...] = (
    everyone_is_served_once,
    no_site_gives_more_than_it_can,
    what_is_open_stays_open,
    a_module_needs_a_building,
    a_site_takes_one_new_form,
    everything_has_its_space,
    a_point_needs_an_open_centre,
    staff_is_there,
    every_cost_is_paid,
    no_source_pays_too_much,
    every_group_gets_its_floor,
    every_service_keeps_its_standard,
    the_tilt_is_kept,
    not_too_many_sites,
    sites_open_by_their_year,
)
