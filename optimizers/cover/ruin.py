"""Greedy opening, exhaustive swaps, and ruin and recreate: the search for covers of the most weight.

Greedy opens the site with the largest score (or score per unit of the last limit) until none helps or fits. A swap
closes a site and opens the best one instead. Ruin and recreate closes a few neighbouring sites, opens the best
ones of their surroundings again, with some noise, and keeps the result by the rule of simulated annealing:
a plan worse by d stays with probability exp(-d / heat), the heat falling geometrically.
Schrimpf, Schneider, Stamm-Wilbrandt & Dueck (2000), Journal of Computational Physics 159;
Kirkpatrick, Gelatt & Vecchi (1983), Science 220.
"""

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.cover.moves import State, chance, enter, fits, forget, leave
from optimizers.cover.tables import Small, Tables
from optimizers.kernel import kernel

_EVERYWHERE = 0.2  # how often the last site is looked for everywhere, not only near by
_NOISE = 0.15  # a score may look smaller by this share


@kernel
def best_entry(tables: Tables, state: State, per_size: bool) -> int:
    """The closed site to open next, the lowest position among equals; -1 when none helps or fits."""
    best, best_rate = -1, 0.0
    for j in range(state.chosen.size):
        if state.score[j] <= 1e-12 or state.chosen[j] or not tables.free[j]:
            continue
        rate = state.score[j]
        if per_size:
            rate /= max(tables.size[-1, j], 1e-9)
        if rate > best_rate * (1.0 + 1e-12) and fits(tables, state, j):
            best, best_rate = j, rate
    return best


@kernel
def fill(tables: Tables, state: State, per_size: bool, work: int) -> int:
    """Open sites greedily while one helps and fits; returns what is left of the work, at most 0 when it ran out."""
    while work > 0:
        j = best_entry(tables, state, per_size)
        if j < 0:
            return work
        work -= enter(tables, state, j) + state.chosen.size
    return work


@kernel
def swap(tables: Tables, state: State, course: Ints, work: int) -> bool:
    """Close each open site in turn for the best one instead, round and round, while that helps.

    `course` holds the position to look at next and how many have been looked at in vain, from call to call.
    Returns True where no swap helps any more.
    """
    m = state.chosen.size
    while course[1] < m and work > 0:
        j = course[0]
        course[0] = (j + 1) % m
        course[1] += 1
        if not state.chosen[j]:
            continue
        lost = state.score[j]
        work -= leave(tables, state, j) + m
        other = best_entry(tables, state, False)
        better = other >= 0 and state.score[other] > lost + 1e-9 * (1.0 + abs(lost))
        if better or lost < 0.0:
            course[1] = 0
        else:
            other = j
        if other >= 0:
            work -= enter(tables, state, other)
        forget(state)
    return bool(course[1] >= m)


@kernel
def anneal(
    tables: Tables, state: State, best: Bools, numbers: Floats, schedule: tuple[float, float, int, bool], work: int
) -> None:
    """Ruin and recreate until the work is done.

    `numbers`: the worth of the plan, that of the best one, which `best` holds, and the share of the run so far
    with the share that a unit of work is worth. `schedule`: heat at first and at last, most sites closed at a time,
    whether the last limit is to be used sparingly.
    """
    hot, cold, ruins, per_size = schedule
    removed, added = np.empty(ruins, dtype=np.int32), np.empty(state.chosen.size, dtype=np.int32)
    while work > 0 and state.marks[0] > 0:
        heat = hot * (cold / hot) ** min(numbers[2], 1.0)
        forget(state)
        wanted = 1 + int(chance(state) * ruins)
        worth, n_removed, spent = ruin(tables, state, removed, wanted)
        by_size = per_size and chance(state) < 0.5
        gained, n_added, more = recreate(tables, state, added, n_removed, by_size, heat)
        spent += more
        if ruins == 1 or gained - worth >= heat * np.log(max(chance(state), 1e-12)):
            numbers[0] += gained - worth
            if numbers[0] > numbers[1] + 1e-9 * (1.0 + abs(numbers[1])):
                numbers[1] = numbers[0]
                best[:] = state.chosen
        else:
            for k in range(n_added):
                spent += leave(tables, state, added[n_added - 1 - k])
            for k in range(n_removed):
                spent += enter(tables, state, removed[k])
        work -= spent
        numbers[2] += numbers[3] * spent


@kernel
def ruin(tables: Tables, state: State, removed: Small, wanted: int) -> tuple[float, int, int]:
    """Close a random site and some that share rows with it; what they were worth, their number, and the work."""
    j = state.inside[int(chance(state) * state.marks[0])]
    worth, count, work = state.score[j], 1, leave(tables, state, j)
    removed[0] = j
    for _ in range(3 * wanted):
        if count == wanted:
            break
        j = neighbour(tables, state, removed[int(chance(state) * count)])
        if j >= 0:
            worth += state.score[j]
            work += leave(tables, state, j)
            removed[count] = j
            count += 1
    return worth, count, work


@kernel
def neighbour(tables: Tables, state: State, j: int) -> int:
    """An open site two steps from j: a row of a site of a row of j; -1 where the walk meets none."""
    for _ in range(2):
        a, b = tables.start[j], tables.start[j + 1]
        if a == b:
            return -1
        i = tables.row[a + int(chance(state) * (b - a))]
        a, b = tables.indptr[i], tables.indptr[i + 1]
        off = int(chance(state) * (b - a))
        for k in range(b - a):
            s = tables.site[a + (off + k) % (b - a)]
            if state.chosen[s]:
                return int(s)
        j = tables.site[a + off]
    return -1


@kernel
def recreate(
    tables: Tables, state: State, added: Small, n_removed: int, by_size: bool, heat: float
) -> tuple[float, int, int]:
    """Open the best sites of the surroundings while they help and fit; their worth, number, and the work."""
    gained, count, work = 0.0, 0, 0
    everywhere = chance(state) < _EVERYWHERE
    while True:
        if everywhere and count >= n_removed - 1:
            best = best_entry(tables, state, by_size)
            work += state.chosen.size
        else:
            best = best_near(tables, state, by_size, heat)
            work += state.marks[1]
        if best < 0:
            return gained, count, work
        gained += state.score[best]
        work += enter(tables, state, best)
        added[count] = best
        count += 1


@kernel
def best_near(tables: Tables, state: State, by_size: bool, heat: float) -> int:
    """The best of the touched sites, with noise; -1 when none helps or fits."""
    best, best_rate = -1, -np.inf
    for t in range(state.marks[1]):
        j = state.touched[t]
        if state.score[j] <= 1e-12 or state.chosen[j] or not tables.free[j]:
            continue
        per = max(tables.size[-1, j], 1e-9) if by_size else 1.0
        rate = (state.score[j] + 20.0 * heat) / per
        if rate <= best_rate:
            continue
        rate = (state.score[j] - heat * np.log(-np.log(chance(state) + 1e-12))) / per
        if rate > best_rate and fits(tables, state, j):
            best, best_rate = j, rate
    return best
