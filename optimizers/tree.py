"""Branch and bound by own Lagrangian bounds: open or close a site, climb from the parent's multipliers, fix, go on.

The plans are split into parts: all of some sites open, none of some others. A part whose bound reaches the target
holds no plan worth having. The others are split on the site whose halves promise most (see `branching`); the search
dives into the likelier half and comes back to the part with the lowest bound. What is known of a part is kept as a
`Part`, at any moment a true statement, so that an interrupt loses nothing.

Beasley (1985), A note on solving large p-median problems, European Journal of Operational Research 21; Christofides &
Beasley (1982), A tree search algorithm for the p-median problem, European Journal of Operational Research 10.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.bounds import fixed_by_bound, lagrangian_value, relaxed_choice
from optimizers.branching import Experience, shares
from optimizers.certificate import Branch, BySolver, Fix, Full, Leaf, Step
from optimizers.clock import Clock
from optimizers.incumbent import Incumbent
from optimizers.relaxation import Ascent, Relaxation
from optimizers.solution import SEED

_KEPT = 25_000_000
"""Multipliers kept in all for the certificate (200 MB); a proof with more is not written down."""
_OPEN_PAIRS = 10_000_000
"""Pairs of the cores behind open parts (240 MB); beyond them the search goes depth first."""
_STEPS, _PROBE_STEPS = 150, 15
_AT_MOST, _WORTH, _FEWER = 3, 0.1, 0.8
"""A part is climbed and fixed again, at most so often, while it closes this share of the gap or loses pairs."""
_NOW_AND_THEN = 4
_NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Fixed:
    """Sites that the multipliers open and close: plans that keep one of them the other way have `bound` or more."""

    bound: float
    multipliers: Floats | None
    opened: Bools
    closed: Bools


@dataclass(eq=False)
class Part:
    """What is known of a part of the plans.

    Attributes:
        bound: no plan of the part has a lower value; of what is left after the fixes.
        multipliers: for each demand row, those that prove it; None where nothing is written down.
        fixes: one after the other.
        site: where it is split; -1: it is not.
        halves: the parts with the site open and closed.
        full: no plan keeps the limits.
        by_solver: a solver says so.
    """

    bound: float
    multipliers: Floats | None = None
    fixes: list[Fixed] = field(default_factory=list)
    site: int = -1
    halves: "tuple[Part, Part] | None" = None
    full: bool = False
    by_solver: str = ""

    def lower(self) -> float:
        """The least bound of what the part was split into."""
        least, waiting = np.inf, [self]
        while waiting:
            part = waiting.pop()
            least = min(least, *(fixed.bound for fixed in part.fixes), np.inf)
            if part.halves:
                waiting += part.halves
            elif not part.full:
                least = min(least, part.bound)
        return float(least)


def written(root: Part, unit: float) -> Step:
    """The steps of a certificate that say the same; `unit` is that of the value, in the caller's."""
    done: dict[int, Step] = {}
    waiting = [root]
    while waiting:
        part = waiting[-1]
        undone = [half for half in part.halves or () if id(half) not in done]
        if undone:
            waiting += undone
            continue
        done[id(waiting.pop())] = _step(part, done, unit)
    return done[id(root)]


def _step(part: Part, done: dict[int, Step], unit: float) -> Step:
    step: Step
    if part.halves:
        if_open, if_closed = part.halves
        step = Branch(part.site, done[id(if_open)], done[id(if_closed)])
    elif part.full:
        step = Full()
    elif part.by_solver:
        step = BySolver(unit * part.bound, part.by_solver)
    else:
        assert part.multipliers is not None
        step = Leaf(part.multipliers)
    for fixed in reversed(part.fixes):
        assert fixed.multipliers is not None
        opened, closed = (tuple(np.flatnonzero(sites).tolist()) for sites in (fixed.opened, fixed.closed))
        step = Fix(fixed.multipliers, opened, closed, step)
    return step


@dataclass(frozen=True, eq=False)
class _Node:
    """A part still to be looked into: the core it is a half of, and which half."""

    part: Part
    parent: Relaxation
    ascent: Ascent
    site: int
    is_open: bool
    share: float
    number: int  # nodes are counted as they are made

    def __lt__(self, other: "_Node") -> bool:
        return self.part.bound < other.part.bound

    def core(self) -> Relaxation:
        """What is left of the parent in this half."""
        chosen = np.zeros(self.parent.n_sites, dtype=np.bool_)
        chosen[self.site] = True
        nothing = np.zeros_like(chosen)
        return self.parent.restrict(chosen, nothing) if self.is_open else self.parent.restrict(nothing, chosen)


class Tree:
    """A branch and bound in progress; `root` tells at any moment what is proven."""

    def __init__(self, best: Incumbent, core: Relaxation, clock: Clock, record: bool) -> None:
        self.best, self.core, self.clock, self.record = best, core, clock, record
        self.root = Part(-np.inf)
        self.parts = 0
        self.kept = 0
        self.tied = 0
        self.open: list[_Node] = []
        self.experience = Experience(core.n_sites)

    def certificate(self, root: Part) -> Step | None:
        """The steps that prove `root.lower()`; None where nothing was written down."""
        if not self.record:
            return None
        unit = abs(self.best.core.sign)
        if self.kept > _KEPT:
            return BySolver(unit * root.lower(), "own branch and bound, too large to write down")
        return written(root, unit)

    def grow(self, ascent: Ascent | None, parts: float) -> bool:
        """Look into at most so many parts; True when nothing is left open."""
        node = None if self.parts else self._look(self.root, self.core, ascent)
        while node or self.open:
            if node is None:
                node = self._next()
            if node.part.bound > self.best.aim:
                node = None
            elif self.parts >= parts or self.clock.is_up:
                self._put_back(node)
                return False
            else:
                before, core = node.part.bound, node.core()
                half = self._look(node.part, core, core.inherit(node.parent, node.ascent))
                self.experience.learn(node.site, node.is_open, node.share, node.part.bound - before)
                node = half
        return True

    def fell(self) -> None:
        """Forget how the plans were split; what holds for all of them stays."""
        self.root.halves, self.root.site = None, -1
        self.open, self.tied, self.parts = [], 0, 0

    def _next(self) -> _Node:
        """The part with the lowest bound; the newest one where too much memory is tied up."""
        if self.tied > _OPEN_PAIRS:
            newest = max(range(len(self.open)), key=lambda k: self.open[k].number)
            node = self.open.pop(newest)
            heapq.heapify(self.open)
        else:
            node = heapq.heappop(self.open)
        self.tied -= node.parent.n_pairs
        return node

    def _put_back(self, node: _Node) -> None:
        heapq.heappush(self.open, node)
        self.tied += node.parent.n_pairs

    def _look(self, part: Part, core: Relaxation, ascent: Ascent | None) -> _Node | None:
        """Bound, fix and split one part; the half to look into next, if any."""
        self.parts += 1
        for _ in range(_AT_MOST):
            if self._is_settled(part, core):
                return None
            before, pairs = part.bound, core.n_pairs
            ascent = core.climb(ascent, self.best.aim, _STEPS)
            self.raise_bound(part, core, ascent)
            self._try(part, core, ascent)
            aim = self.best.aim
            if part.bound > aim:
                return None
            core, ascent = self.fix(part, core, ascent)
            if core.n_pairs > _FEWER * pairs and part.bound - before < _WORTH * (aim - before):
                break
        assert ascent is not None
        return None if self._is_settled(part, core) else self._split(part, core, ascent)

    def _is_settled(self, part: Part, core: Relaxation) -> bool:
        """True where a part needs no further look: no plan keeps the limits, or nothing is left to decide."""
        if np.any(core.capacity < -1e-9 * (1.0 + np.abs(self.best.core.capacity))):
            part.full = True
        elif core.n_rows == 0:
            self.best.offer(core, _NOBODY)
            part.multipliers = self.noted(core, np.zeros(0))
            part.bound = core.constant
        return part.full or core.n_rows == 0

    def raise_bound(self, part: Part, core: Relaxation, ascent: Ascent) -> None:
        """Keep the multipliers if they prove more than is known."""
        bound = lagrangian_value(core, ascent.multipliers)
        if bound > part.bound:
            # In this order, so that an interrupt in between leaves nothing unproven.
            part.multipliers = self.noted(core, ascent.multipliers)
            part.bound = bound

    def fix(self, part: Part, core: Relaxation, ascent: Ascent) -> tuple[Relaxation, Ascent]:
        """Settle the sites that the multipliers settle; what is left, and where to climb on."""
        aim = self.best.aim
        opened, closed = fixed_by_bound(core, ascent.multipliers, aim)
        room = aim - lagrangian_value(core, ascent.multipliers)
        rest = core.settle(opened, closed, ascent.multipliers, room)
        if opened.any() or closed.any():
            part.fixes.append(Fixed(aim, self.noted(core, ascent.multipliers), opened, closed))
        elif rest.n_pairs == core.n_pairs:
            return core, ascent
        return rest, rest.inherit(core, ascent)

    def noted(self, core: Relaxation, multipliers: Floats) -> Floats | None:
        """The multipliers for the certificate, while there is room for it."""
        if not self.record or self.kept > _KEPT:
            return None
        noted = core.root_multipliers(multipliers)
        self.kept += noted.size
        return noted

    def _try(self, part: Part, core: Relaxation, ascent: Ascent) -> None:
        """Offer the plan that the multipliers suggest, now and then improved where it is not far off."""
        choice = relaxed_choice(core, ascent.multipliers)
        value, best = core.value_of(choice), self.best.plan.value
        if value < best:
            self.best.offer(core, choice)
        if value < best or (self.parts % _NOW_AND_THEN == 1 and value < best + (best - part.bound)):
            plan = core.search([choice], share=0.0, seed=SEED, clock=self.clock)
            self.best.offer(core, plan.sites)

    def _split(self, part: Part, core: Relaxation, ascent: Ascent) -> _Node:
        """Split on the most promising site; the likelier half is looked into at once, the other waits."""
        share = shares(core, ascent)

        def probe(site: int, is_open: bool) -> float:
            return self._probe(_Node(part, core, ascent, site, is_open, 0.5, 0), part.bound)

        site = self.experience.choose(core, share, self.parts, probe)
        halves = Part(part.bound, part.multipliers), Part(part.bound, part.multipliers)
        part.site, part.halves = site, halves
        if_open, if_closed = (
            _Node(half, core, ascent, site, is_open, float(share[site]), 2 * self.parts + is_open)
            for half, is_open in zip(halves, (True, False), strict=True)
        )
        first, later = (if_open, if_closed) if share[site] >= 0.5 else (if_closed, if_open)
        self._put_back(later)
        return first

    def _probe(self, node: _Node, bound: float) -> float:
        """How far a few steps raise the bound of a half."""
        half = node.core()
        if half.n_rows == 0:
            return max(half.constant - bound, 0.0)
        reached = half.climb(half.inherit(node.parent, node.ascent), self.best.aim, _PROBE_STEPS).value
        return float(max(reached - bound, 0.0))
