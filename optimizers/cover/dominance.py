"""Rows and sites that a cover of everybody need not look at, struck off until nothing more goes.

A row whose sites include all sites of another row is covered whenever the other is. A site whose rows are all rows of
another site, which costs and takes no more, is never needed. Striking off sites shortens rows, striking off rows
shortens sites. Toregas & ReVelle (1972), Papers of the Regional Science Association 28.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.cover.tables import Small, by_site
from optimizers.kernel import kernel

if TYPE_CHECKING:
    from optimizers.cover.core import CoverCore

_WORDS = 16  # 64-bit words of a row's pattern of sites; exact up to 1,024 sites
_CHUNK = 60_000_000
_ROUNDS = 20
_WORTH = 0.002  # a round that strikes off less than this share of the pairs is the last


def without_dominated(core: CoverCore) -> CoverCore:
    """The core of the rows and sites that nothing dominates; `dominated` records the sites, with their betters."""
    for _ in range(_ROUNDS):
        before = core.n_pairs
        core = without_rows(core, dominated_rows(core))
        pairs = dominated_sites(core)
        closed = np.zeros(core.n_sites, dtype=np.bool_)
        closed[[worse for worse, _ in pairs]] = True
        core = replace(core.restrict(np.zeros_like(closed), closed), dominated=core.dominated + pairs)
        if not pairs or core.n_pairs >= (1.0 - _WORTH) * before:
            break
    return core


def without_rows(core: CoverCore, dropped: Bools) -> CoverCore:
    """The core without some rows that are covered whenever the others are."""
    if not dropped.any():
        return core
    live = ~dropped
    held = np.repeat(live, np.diff(core.indptr))
    indptr = np.concatenate(([0], np.cumsum(np.diff(core.indptr)[live])))
    site = core.site[held]
    start, row = by_site(indptr, site, core.n_sites)
    number = np.append(np.where(live, np.cumsum(live) - 1, -1), -1).astype(np.int32)
    origin = replace(core.origin, became=number[core.origin.became])
    return replace(core, indptr=indptr, site=site, start=start, row=row, gains=core.gains[live], origin=origin)


def dominated_rows(core: CoverCore) -> Bools:
    """True for each row that holds all sites of a shorter row, or of an equal one before it."""
    dropped = np.zeros(core.n_rows, dtype=np.bool_)
    order = np.argsort(np.diff(core.indptr), kind="stable")
    pattern = patterns(core.indptr, core.site, min(_WORDS, core.n_sites // 64 + 1))
    mark = np.full(core.n_sites, -1, dtype=np.int32)
    at = 0
    while at < order.size:
        at = strike_rows(core.indptr, core.site, core.start, core.row, pattern, order, at, dropped, mark, _CHUNK)
    return dropped


def dominated_sites(core: CoverCore) -> tuple[tuple[int, int], ...]:
    """Pairs of a site and one that is at least as good, in the order they may be struck off."""
    better = np.full(core.n_sites, -1, dtype=np.int64)
    order = np.argsort(np.diff(core.start), kind="stable")
    seen, at = np.zeros(core.n_sites, dtype=np.int32), 0
    worth = np.vstack([core.open_cost[None, :], core.size])
    while at < order.size:
        at = strike_sites(core.indptr, core.site, core.start, core.row, worth, order, at, better, seen, _CHUNK)
    return tuple((int(j), int(better[j])) for j in order if better[j] >= 0)


@kernel
def patterns(indptr: Any, site: Small, words: int) -> Any:
    """For each row a bit for each of its sites; sites further apart than the bits share them."""
    pattern = np.zeros((indptr.size - 1, words), dtype=np.uint64)
    for i in range(indptr.size - 1):
        for k in range(indptr[i], indptr[i + 1]):
            bit = site[k] % (64 * words)
            pattern[i, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
    return pattern


@kernel
def strike_rows(
    indptr: Any, site: Small, start: Any, row: Small, pattern: Any, order: Ints, first: int,
    dropped: Bools, mark: Any, work: int,
) -> int:  # fmt: skip
    """Drop the rows that hold all sites of a row in the order, from place `first`; the place to go on from."""
    at = first
    while at < order.size and work > 0:
        i = order[at]
        at += 1
        a, b = indptr[i], indptr[i + 1]
        if dropped[i] or a == b:
            continue
        rare = site[a]
        for k in range(a, b):
            mark[site[k]] = i
            if start[site[k] + 1] - start[site[k]] < start[rare + 1] - start[rare]:
                rare = site[k]
        for e in range(start[rare], start[rare + 1]):
            other = row[e]
            length = indptr[other + 1] - indptr[other]
            work -= 2
            if dropped[other] or length < b - a or (length == b - a and other <= i):
                continue
            if within(pattern, i, other):
                count = 0
                for k in range(indptr[other], indptr[other + 1]):
                    count += mark[site[k]] == i
                work -= length
                dropped[other] = count == b - a
    return at


@kernel
def within(pattern: Any, i: int, other: int) -> bool:
    """True when every bit of one row's pattern is in another's."""
    strange = np.uint64(0)
    for word in range(pattern.shape[1]):
        strange |= pattern[i, word] & ~pattern[other, word]
        if strange:
            break
    return bool(strange == np.uint64(0))


@kernel
def strike_sites(
    indptr: Any, site: Small, start: Any, row: Small, worth: Floats, order: Ints, first: int,
    better: Ints, seen: Any, work: int,
) -> int:  # fmt: skip
    """Find a better site for each site in the order, from place `first`; the place to go on from."""
    at = first
    while at < order.size and work > 0:
        j = order[at]
        at += 1
        length = start[j + 1] - start[j]
        if length == 0:
            continue
        for e in range(start[j], start[j + 1]):
            i = row[e]
            for k in range(indptr[i], indptr[i + 1]):
                seen[site[k]] += 1
            work -= indptr[i + 1] - indptr[i]
        i = row[start[j]]
        for k in range(indptr[i], indptr[i + 1]):
            other = site[k]
            if other == j or seen[other] < length or better[other] >= 0 or better[j] >= 0:
                continue
            twin = start[other + 1] - start[other] == length and other > j
            if not (twin and same(worth, other, j)) and no_worse(worth, other, j):
                better[j] = other
        for e in range(start[j], start[j + 1]):
            i = row[e]
            for k in range(indptr[i], indptr[i + 1]):
                seen[site[k]] = 0
    return at


@kernel
def no_worse(worth: Floats, other: int, j: int) -> bool:
    """True when one site costs and takes no more than another."""
    return bool(np.all(worth[:, other] <= worth[:, j]))


@kernel
def same(worth: Floats, other: int, j: int) -> bool:
    """True when two sites cost and take the same."""
    return bool(np.all(worth[:, other] == worth[:, j]))
