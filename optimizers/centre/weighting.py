"""Cover all rows with a fixed number of sites: swaps in which rows that stay uncovered grow heavier.

Each step closes the site whose loss is least, then opens the best site of one uncovered row; every row that is
still uncovered gains one unit of weight. So the search leaves any place where it is stuck, and the weights end
large on the rows that are hard to cover together, which makes them good first multipliers for a bound.

Gao, Weise & Li (2015), An efficient local search heuristic with row weighting for the unicost set covering
problem, European Journal of Operational Research 246.
"""

from typing import NamedTuple

import numpy as np

from optimizers.arrays import Bools, Ints
from optimizers.kernel import kernel


class Cover(NamedTuple):
    """Which rows each site covers, both ways: rows list their sites, sites list their rows."""

    indptr: Ints
    site: Ints
    start: Ints
    row: Ints


class State(NamedTuple):
    """Working memory of a search.

    | field | meaning |
    |-------|---------|
    | covers, owner | open sites that cover the row; the sum of their positions, which is the site where there is one |
    | score | closed site: weight it would add; open site: weight that only it covers |
    | since | step at which the site last moved |
    | missing, place | uncovered rows in the first `missing[-1]` places, and where each stands |
    """

    covers: Ints
    owner: Ints
    score: Ints
    since: Ints
    missing: Ints
    place: Ints


@kernel
def new_state(cover: Cover, n_sites: int, weight: Ints) -> State:
    """Nothing is open."""
    n = weight.size
    score = np.zeros(n_sites, dtype=np.int64)
    missing = np.zeros(n + 1, dtype=np.int64)
    missing[n] = n
    for i in range(n):
        missing[i] = i
        for k in range(cover.indptr[i], cover.indptr[i + 1]):
            score[cover.site[k]] += weight[i]
    return State(
        np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), score, np.zeros(n_sites, dtype=np.int64),
        missing, missing[:n].copy(),
    )  # fmt: skip


@kernel
def open_site(cover: Cover, state: State, weight: Ints, j: int) -> int:
    """Open a site; returns the work done."""
    work = int(cover.start[j + 1] - cover.start[j])
    for e in range(cover.start[j], cover.start[j + 1]):
        i = cover.row[e]
        if state.covers[i] == 0:
            last = state.missing[-1] - 1
            other = state.missing[last]
            state.missing[state.place[i]] = other
            state.place[other] = state.place[i]
            state.missing[-1] = last
            for k in range(cover.indptr[i], cover.indptr[i + 1]):
                state.score[cover.site[k]] -= weight[i]
            state.score[j] += weight[i]
            work += int(cover.indptr[i + 1] - cover.indptr[i])
        elif state.covers[i] == 1:
            state.score[state.owner[i]] -= weight[i]
        state.covers[i] += 1
        state.owner[i] += j
    return work


@kernel
def close_site(cover: Cover, state: State, weight: Ints, j: int) -> int:
    """Close a site; returns the work done."""
    work = int(cover.start[j + 1] - cover.start[j])
    for e in range(cover.start[j], cover.start[j + 1]):
        i = cover.row[e]
        state.covers[i] -= 1
        state.owner[i] -= j
        if state.covers[i] == 0:
            last = state.missing[-1]
            state.missing[last] = i
            state.place[i] = last
            state.missing[-1] = last + 1
            for k in range(cover.indptr[i], cover.indptr[i + 1]):
                state.score[cover.site[k]] += weight[i]
            state.score[j] -= weight[i]
            work += int(cover.indptr[i + 1] - cover.indptr[i])
        elif state.covers[i] == 1:
            state.score[state.owner[i]] += weight[i]
    return work


@kernel
def fill_up(cover: Cover, state: State, weight: Ints, free: Bools, chosen: Bools, most: int) -> Ints:
    """Open the chosen sites, then the best ones until `most` are open or none helps; the open sites."""
    inside = np.zeros(most, dtype=np.int64)
    opened = 0
    for j in range(chosen.size):
        if chosen[j] and opened < most:
            open_site(cover, state, weight, j)
            inside[opened] = j
            opened += 1
    while opened < most and state.missing[-1] > 0:
        best = -1
        for j in range(chosen.size):
            if free[j] and not chosen[j] and (best < 0 or state.score[j] > state.score[best]):
                best = j
        if best < 0:
            break
        chosen[best] = True
        open_site(cover, state, weight, best)
        inside[opened] = best
        opened += 1
    return inside[:opened]


@kernel
def least_loss(state: State, inside: Ints, kept: int) -> int:
    """Place of the open site that is missed least, among equals the one that has not moved for longest."""
    out = -1
    for a in range(inside.size):
        j = inside[a]
        if j == kept and inside.size > 1:
            continue
        if out >= 0:
            best = inside[out]
            if state.score[j] > state.score[best]:
                continue
            if state.score[j] == state.score[best] and state.since[j] >= state.since[best]:
                continue
        out = a
    return out


@kernel
def best_entry(cover: Cover, state: State, i: int, barred: int) -> int:
    """The site of row i that would add most, but not the one that just left unless there is no other."""
    best = barred
    for k in range(cover.indptr[i], cover.indptr[i + 1]):
        j = cover.site[k]
        if j == barred:
            continue
        if best != barred:
            if state.score[j] < state.score[best]:
                continue
            if state.score[j] == state.score[best] and state.since[j] >= state.since[best]:
                continue
        best = j
    return best


@kernel
def cover_all(
    cover: Cover, free: Bools, chosen: Bools, weight: Ints, most: int, budget: int, seed: int
) -> tuple[int, int, int]:
    """Swap sites until every row is covered or the budget of work is spent.

    `chosen` (free sites, at most `most`) and `weight` are changed in place. Only `free` sites may be listed in
    the rows. Returns the number of uncovered rows, the work done and the state of the random numbers.
    """
    state = new_state(cover, chosen.size, weight)
    inside = fill_up(cover, state, weight, free, chosen, most)
    work, step, last = cover.site.size, 0, -1
    while state.missing[-1] > 0 and work < budget and inside.size > 0:
        step += 1
        out = least_loss(state, inside, last)
        leaving = inside[out]
        chosen[leaving] = False
        state.since[leaving] = step
        work += inside.size + close_site(cover, state, weight, leaving)
        seed = (seed * 1103515245 + 12345) % 2147483648
        wanted = state.missing[(seed >> 8) % state.missing[-1]]
        last = best_entry(cover, state, wanted, leaving)
        chosen[last] = True
        state.since[last] = step
        inside[out] = last
        work += open_site(cover, state, weight, last)
        for a in range(state.missing[-1]):
            i = state.missing[a]
            weight[i] += 1
            for k in range(cover.indptr[i], cover.indptr[i + 1]):
                state.score[cover.site[k]] += 1
            work += cover.indptr[i + 1] - cover.indptr[i]
    return state.missing[-1], work, seed
