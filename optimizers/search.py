"""Good plans quickly: greedy, interchange, and small upheavals followed by interchange.

Greedy adds the site with the largest saving, and for a budget also the one with the largest saving per yuan;
the interchange is the fast one of Whitaker (1983, INFOR 21) with first improvement in site order (Hansen &
Mladenovic 1997, Location Science 5); the upheavals are those of iterated local search. Everything is
deterministic: ties go to the lowest position and the pseudo-random numbers come from a fixed seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Ints
from optimizers.core import Core, Tables, tables_of, value_of
from optimizers.greedy import greedy_kernel
from optimizers.interchange import fits, interchange, new_state
from optimizers.kernel import kernel
from optimizers.solution import SEED

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Plan:
    """Chosen free sites, sorted, and the value of opening them."""

    sites: Ints
    value: float

    def beats(self, other: "Plan | None") -> bool:
        """True when this plan is better by more than rounding."""
        return other is None or self.value < other.value - _TOLERANCE * (1.0 + abs(other.value))


def find_plan(core: Core, *, upheavals: int, starts: Sequence[Ints] | None = None) -> Plan:
    """Best plan of greedy (or of `starts`), interchange and `upheavals` restarts nearby."""
    tables = tables_of(core)
    if starts is None:
        by_yuan = core.capacity.size > 0 and np.ptp(core.size[-1]) > 0
        starts = [np.flatnonzero(greedy_kernel(tables, rule)) for rule in (False, True)[: 1 + by_yuan]]
    best: Plan | None = None
    for sites in starts:
        chosen = np.zeros(core.n_sites, dtype=np.bool_)
        chosen[sites] = True
        found = plan_of(core, np.flatnonzero(iterate(tables, chosen, upheavals, SEED)))
        best = found if found.beats(best) else best
    assert best is not None
    return best


def plan_of(core: Core, sites: Ints) -> Plan:
    """The plan that opens exactly these free sites."""
    ordered = np.sort(sites)
    return Plan(ordered, value_of(core, ordered))


@kernel
def next_random(state: int) -> int:
    """One step of a linear congruential generator; the same on every machine."""
    return (state * 1103515245 + 12345) % 2147483648


@kernel
def shake(tables: Tables, chosen: Bools, count: int, state: int) -> int:
    """Close `count` random sites, open random ones instead where the limits allow; new random state."""
    used = np.zeros(tables.capacity.size)
    for j in np.flatnonzero(chosen):
        used += tables.size[:, j]
    for _ in range(count):
        inside = np.flatnonzero(chosen)
        outside = np.flatnonzero(tables.free & ~chosen)
        if inside.size == 0 or outside.size == 0:
            return state
        state = next_random(state)
        leave = inside[(state >> 8) % inside.size]
        state = next_random(state)
        enter = outside[(state >> 8) % outside.size]
        chosen[leave] = False
        used -= tables.size[:, leave]
        if fits(tables, used, enter, -1):
            chosen[enter] = True
            used += tables.size[:, enter]
    return state


@kernel
def iterate(tables: Tables, chosen: Bools, upheavals: int, seed: int) -> Bools:
    """Interchange, then shake a few sites and interchange again, keeping whatever is not worse."""
    state = new_state(tables)
    best = interchange(tables, state, chosen)
    random = seed
    for attempt in range(upheavals):
        trial = chosen.copy()
        random = shake(tables, trial, 1 + attempt % 4, random)
        value = interchange(tables, state, trial)
        if value <= best + 1e-12 * abs(best):
            best = value
            chosen = trial
    return chosen
