"""The question made small without changing it: rows that differ in nothing but their units become one.

Two rows of the same service and group whose units count alike, cost the same at home and are served by the same sites
at the same value in every season are one row with the units of both. What nobody can serve is left out; only the sums
that shares are taken of still know it.
"""

from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Csr, Floats, Ints
from optimizers.network.problem import BARRED, STANDS, NetworkProblem


@dataclass(frozen=True, eq=False)
class Arcs:
    """Pairs of a row and a site that may serve it in one season.

    | field | shape | meaning |
    |-------|-------|---------|
    | row | (E,) | row of the core |
    | pair | (E,) | site and service, see `Core` |
    | value | (E,) per unit | of one unit delivered |
    """

    row: Ints
    pair: Ints
    value: Floats


@dataclass(frozen=True, eq=False)
class Core:
    """The merged rows, the arcs of every season, and the places where a service can be given.

    | field | shape | meaning |
    |-------|-------|---------|
    | member | (R,) | row of the core that a row of the problem went into, -1 where nobody can serve it |
    | service, group, units, worth, round_yuan, round_value, round_days, round_pool | (N,) | as in the problem |
    | arcs | A `Arcs` | |
    | pair_site, pair_service | (Q,) | site and service with a module that stands or may be switched on |
    | module_pair | (K,) | pair of each module, -1 where it is barred or gives staff only |
    | standing | (Q,) units a year | capacity there already |
    | need, service_need | (G,), (S,) | sums of worth x units and of units, over all rows of the problem |
    """

    member: Ints
    service: Ints
    group: Ints
    units: Floats
    worth: Floats
    round_yuan: Floats
    round_value: Floats
    round_days: Floats
    round_pool: Ints
    arcs: tuple[Arcs, ...]
    pair_site: Ints
    pair_service: Ints
    module_pair: Ints
    standing: Floats
    need: Floats
    service_need: Floats


def core_of(problem: NetworkProblem, *, shares: bool = True) -> Core:
    """Merge the rows of a problem.

    Args:
        problem: the question.
        shares: whether anything speaks of groups and what units count in them; else rows that only differ there merge
            too, as long as the same sources pay for their rounds, and `group` and `worth` are those of one of them.
    """
    pair_of, module_pair, standing = _pairs(problem)
    arcs = [_arcs(problem, reach, pair_of) for reach in problem.reach]
    member, first = _members(arcs, problem.units, _alike(problem, shares))
    units = _sums(member[member >= 0], problem.units[member >= 0], first.size)
    return Core(
        member=member,
        units=units,
        arcs=tuple(_merged(one, member, first) for one in arcs),
        pair_site=np.array([j for j, _ in pair_of], dtype=np.int64),
        pair_service=np.array([s for _, s in pair_of], dtype=np.int64),
        module_pair=module_pair,
        standing=standing,
        need=_sums(problem.group, problem.worth * problem.units, problem.groups),
        service_need=_sums(problem.service, problem.units, problem.services),
        **{name: getattr(problem, name)[first] for name in _SAME},
    )


def _sums(at: Ints, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(at, values, minlength=size), dtype=np.float64)


_SAME = ("service", "group", "worth", "round_yuan", "round_value", "round_days", "round_pool")


def _pairs(problem: NetworkProblem) -> tuple[dict[tuple[int, int], int], Ints, Floats]:
    """Sites and services with a module that is not barred, the pair of each module, and what stands there."""
    here = (problem.module_state != BARRED) & (problem.module_service >= 0)
    keys = sorted(
        {(int(j), int(s)) for j, s in zip(problem.module_site[here], problem.module_service[here], strict=True)}
    )
    pair_of = {key: q for q, key in enumerate(keys)}
    module_pair = np.full(problem.module_site.size, -1, dtype=np.int64)
    for k in np.flatnonzero(here):
        module_pair[k] = pair_of[int(problem.module_site[k]), int(problem.module_service[k])]
    stands = here & (problem.module_state == STANDS)
    standing = _sums(module_pair[stands], problem.module_capacity[stands], len(keys))
    return pair_of, module_pair, standing


def _arcs(problem: NetworkProblem, reach: Csr, pair_of: dict[tuple[int, int], int]) -> Arcs:
    """The stored pairs of a season for which a module exists at all; sorted by row, then site."""
    table = np.full((int(reach.shape[1]), problem.services), -1, dtype=np.int64)
    for (j, s), q in pair_of.items():
        table[j, s] = q
    row = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    pair = table[reach.indices, problem.service[row]]
    kept = (pair >= 0) & (problem.units[row] > 0)
    return Arcs(row[kept], pair[kept], np.asarray(reach.data, dtype=np.float64)[kept])


def payer_classes(problem: NetworkProblem) -> tuple[Ints, Bools]:
    """Class of every group, and (C, B, 2) who pays for a class: groups that money cannot tell apart are one."""
    sources, groups = problem.money.shape[0], problem.groups
    payers = problem.pays.transpose(1, 0, 2).reshape(groups, 2 * sources)
    unique, class_of = np.unique(np.concatenate([payers, problem.tilt_groups[:, None]], 1), axis=0, return_inverse=True)
    return class_of.ravel(), unique[:, :-1].astype(bool).reshape(unique.shape[0], sources, 2)


def _alike(problem: NetworkProblem, shares: bool) -> Floats:
    """(R, 7) what rows of one merged row have in common; infinite where nobody goes to their homes."""
    same = {name: np.asarray(getattr(problem, name), float) for name in _SAME}
    at_home = np.isfinite(problem.round_yuan)
    if not shares:
        same["worth"] = np.zeros(problem.units.size)
        same["group"] = np.where(at_home, payer_classes(problem)[0][problem.group], -1).astype(float)
    for name in ("round_value", "round_days", "round_pool"):
        same[name] = np.where(at_home, same[name], 0.0)
    return np.column_stack([*same.values()])


def _members(arcs: list[Arcs], units: Floats, alike: Floats) -> tuple[Ints, Ints]:
    """The merged row of every row (-1: nobody serves it), and the first row of the problem in each."""
    served: Bools = np.isfinite(alike[:, _SAME.index("round_yuan")]) & (units > 0)
    starts = []
    for one in arcs:
        served[one.row] = True
        starts.append(np.searchsorted(one.row, np.arange(units.size + 1)))
    member = np.full(units.size, -1, dtype=np.int64)
    known: dict[tuple[bytes, ...], int] = {}
    first: list[int] = []
    for i in np.flatnonzero(served).tolist():
        key = (alike[i].tobytes(), *_fingerprint(arcs, starts, i))
        found = known.setdefault(key, len(first))
        if found == len(first):
            first.append(i)
        member[i] = found
    return member, np.array(first, dtype=np.int64)


def _fingerprint(arcs: list[Arcs], starts: list[Ints], i: int) -> list[bytes]:
    out = []
    for one, start in zip(arcs, starts, strict=True):
        a, b = start[i], start[i + 1]
        out += [one.pair[a:b].tobytes(), one.value[a:b].tobytes()]
    return out


def _merged(one: Arcs, member: Ints, first: Ints) -> Arcs:
    """The arcs of the first rows only, in the numbers of the core."""
    is_first = np.zeros(member.size, dtype=bool)
    is_first[first] = True
    kept = is_first[one.row]
    return Arcs(member[one.row[kept]], one.pair[kept], one.value[kept])
