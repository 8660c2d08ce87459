"""Search, bound, fix, finish: how a core is solved and what is proven about it.

Each stage leaves a valid statement behind: the best plan so far, and a number below which no plan can be. Sites are
fixed against the best plan, so that what remains holds every better plan; hence the final lower bound is the smaller
of the best plan's value and the bound of what remains. Where the own branch and bound does not get on, what remains
goes to a mixed-integer solver in one call, with the best plan to start from.
"""

import math
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Ints
from optimizers.bounds import relaxed_choice
from optimizers.certificate import Step
from optimizers.clock import Clock
from optimizers.incumbent import Incumbent, is_plan, is_proven, whole_bound
from optimizers.relaxation import Ascent, Plan, Relaxation, plan_of
from optimizers.request import Request
from optimizers.solvers import run, solver_name
from optimizers.tree import Part, Tree

__all__ = ["Proof", "prove"]

_MIP_PAIRS = 150_000
"""More than these the mixed-integer solver does not finish."""
_TREE_PAIRS = 2_000_000
"""With more than these a part of the tree takes longer than it is worth, however little is left open."""
_BATCH, _HOPE, _AT_LEAST, _AT_MOST = 6e6, 4e8, (10, 200), (200, 10_000)
"""Pairs times parts looked into between two looks at the course, and how many may be needed in all; as parts."""
_WORTH, _WORTH_A_CLIMB = 0.05, 0.002
"""A round that closes less than this share of what was open is the last; less than the other, the last climb."""
_CLOSE = 0.002
"""A gap at which the tree takes over from the rounds."""
_STEPS, _SHARE, _LONGER = 600, 0.2, 1.5
"""Of a round that is gone on with as long as there is time; longer searches where one was in vain."""
_PORTION, _CLIMB, _FEWEST = 3e7, 3e9, 100
"""Pairs that a climb may look at in one call, well under half a second, and in all; the fewest steps of it."""
_OWN = "interchange, Lagrangian bound, branch and bound"
_FAR = 1e9  # values so far apart lose digits in one sum
_LENT = 0.75  # of the time left goes to the solver
_SELDOM = 0.02  # share of a site that the relaxation hardly uses
_SEEDS = 1_000  # from one search to the next
_NOBODY = np.zeros(0, dtype=np.int64)
_TIME_IS_UP = "the time limit was reached."


@dataclass(frozen=True, eq=False)
class Proof:
    """Best plan found and best bound proven on the value of a core, with the steps that prove it."""

    plan: Plan
    lower: float
    reason: str = ""
    solver: str = _OWN
    certificate_tree: Step | None = None


@dataclass(frozen=True)
class _Effort:
    """How much work an effort is: rounds of (steps of the climb, share of a long search), parts of the tree."""

    rounds: tuple[tuple[int, float], ...]
    parts: int
    enough: float  # a gap at which it stops where none was asked for


_EFFORTS = {
    "first": _Effort(((90, 0.0),), 0, 1.0),
    "quick": _Effort(((400, 0.0), (400, 0.05), (400, 0.05)), 30, 0.01),
    "thorough": _Effort(((_STEPS, 0.0), (_STEPS, 0.05), (_STEPS, 0.1), (_STEPS, _SHARE)), 0, 0.0),
}


def prove(core: Relaxation, request: Request, clock: Clock, record: bool = False) -> Proof:
    """Solve a core as far as the effort and the clock allow; an interrupt returns the best so far."""
    task = _Task(core, request, clock, record)
    try:
        reason = task.work_off()
    except KeyboardInterrupt:
        reason = "interrupted."
    return task.proof(reason)


class _Task:
    """A proof in progress; whatever happens, `proof` tells what is known."""

    def __init__(self, core: Relaxation, request: Request, clock: Clock, record: bool) -> None:
        self.core, self.request, self.clock = core, request, clock
        self.best = Incumbent(core, plan_of(core, _NOBODY), request.gap)
        self.solver = _OWN
        self.tree = Tree(self.best, core, clock, record)
        nothing = np.zeros(core.n_rows)
        self.tree.raise_bound(self.tree.root, core, Ascent(nothing, -math.inf))
        self.ascent: Ascent | None = None
        self.climbs = True
        self.cut = math.nan  # value of the plan by which costs were cut off last
        self.told: Part | None = None  # what a solver says of the whole

    def proof(self, reason: str) -> Proof:
        """What is known by now."""
        root = self._root()
        lower = whole_bound(self.core, root.lower(), self.best.plan)
        return Proof(self.best.plan, lower, reason, self.solver, self.tree.certificate(root))

    def work_off(self) -> str:
        """Do everything in turn; why it stopped."""
        effort = _EFFORTS[self.request.effort]
        self.request.say("greedy and interchange")
        self._first_plan()
        for turn, (steps, share) in enumerate(effort.rounds):
            closed = self._round(turn, steps, share)
            if self.clock.is_up or self._is_done(self.request.gap or effort.enough):
                return self._stopped()
            if turn and (closed < _WORTH or self._is_done(_CLOSE)):
                break
        if self.request.effort == "thorough":
            return self._finish(len(effort.rounds))
        if effort.parts and self._is_promising():
            self._grow(effort.parts)
        return self._stopped()

    def _finish(self, turn: int) -> str:
        """The tree while it gets on, the solver for most of the time, then on with all that is left."""
        if self._is_promising() and self._grow_in_hope():
            return ""
        small = self.tree.core.n_pairs <= _MIP_PAIRS
        if small and not self._is_over() and self._hand_over():
            return "interrupted."
        if not small:
            self.tree.fell()
        share = _SHARE
        while not self._is_over():
            turn, before = turn + 1, self.best.plan
            if not small:
                self._round(turn, _STEPS, share)
            elif self._grow(self.tree.parts + self._parts(_BATCH, _AT_LEAST)):
                return ""
            else:
                self._search(self.best.plan.sites, share, turn)
            share = share if self.best.plan is not before else min(_LONGER * share, 1.0)
        return self._stopped()

    def _is_promising(self) -> bool:
        """True where a tree may close the gap: what remains is small, or little is left open."""
        return self.tree.core.n_pairs <= (_TREE_PAIRS if self._is_done(_CLOSE) else _MIP_PAIRS)

    def _parts(self, work: float, limits: tuple[float, float]) -> float:
        """Parts of the tree that so much work is good for."""
        return float(np.clip(work / (self.tree.core.n_pairs + 1), *limits))

    def _first_plan(self) -> None:
        """Greedy and interchange, and what comes of the caller's own plan; again where costs far above it fell away."""
        starts: list[list[Ints] | None] = [None]
        highest = min(self.best.plan.value, self.core.penalty)
        self.best.offer(self.core, within_limits(self.core, np.flatnonzero(self.core.free)))
        everything = self.best.plan
        if self.request.start is not None:
            given = within_limits(self.core, np.array(sorted({*self.request.start}), dtype=np.int64))
            self.best.offer(self.core, given)
            starts.append([given])
        while True:
            rest = self.tree.core
            for start in starts:
                plan = rest.search(start, share=0.0, seed=self.request.seed, clock=self.clock)
                self.best.offer(rest, plan.sites)
            if self.best.plan is everything and is_plan(self.core, everything):  # then at least something to begin from
                found = rest.search([everything.sites], share=0.0, seed=self.request.seed, clock=self.clock)
                self.best.offer(rest, found.sites)
            self._cut_off()
            if self.clock.is_up or highest <= _FAR * self.best.plan.value:
                return
            highest = self.best.plan.value
            starts = [None, [within_limits(self.tree.core, self.best.plan.sites)]]

    def _cut_off(self) -> None:
        """In a better plan nobody pays more than the whole of this one: pairs that cost more fall away.

        Costs of Kolm-Pollak span more than a double holds; what is out of the question would swallow what is not.
        """
        if self.cut == self.best.plan.value:
            return
        self.cut, rest = self.best.plan.value, self.tree.core
        left, _ = self.tree.fix(self.tree.root, rest, Ascent(np.zeros(rest.n_rows), -math.inf))
        if self.ascent is not None and left is not rest:
            self.ascent = left.inherit(rest, self.ascent)
        self.tree.core = left

    def _round(self, turn: int, steps: int, share: float) -> float:
        """Bound what remains, let the multipliers suggest a plan, search around it, fix what they settle.

        Returns the share of what was open that the bound has closed.
        """
        self.request.say(f"Lagrangian bound, round {turn + 1}")
        self._cut_off()
        tree, rest, before = self.tree, self.tree.core, self.tree.root.bound
        if self.climbs:
            self._climb(steps)
            assert self.ascent is not None
            tree.raise_bound(tree.root, rest, self.ascent)
            self._search(relaxed_choice(rest, self.ascent.multipliers), 0.0, turn)
        if share > 0.0 and not self._is_done(0.0):
            self._search(self.best.plan.sites, share, turn)
        self._cut_off()
        assert self.ascent is not None
        tree.core, self.ascent = tree.fix(tree.root, tree.core, self.ascent)
        closed = (tree.root.bound - before) / max(self.best.aim - before, 1e-300)
        self.climbs = closed >= _WORTH_A_CLIMB or tree.core.n_pairs < rest.n_pairs
        return closed

    def _climb(self, steps: int) -> None:
        """So many steps in portions that let the clock and an interrupt through."""
        rest = self.tree.core
        steps = int(np.clip(_CLIMB / (rest.n_pairs + 1), _FEWEST, steps))
        portion = int(np.clip(_PORTION / (rest.n_pairs + 1), 1, steps))
        for done in range(0, steps, portion):
            self.ascent = rest.climb(self.ascent, self.best.aim, min(portion, steps - done), steps)
            if self.clock.is_up:
                return

    def _search(self, sites: Ints, share: float, turn: int) -> None:
        rest, seed = self.tree.core, self.request.seed + _SEEDS * turn
        if share > 0.0 and turn % 2:  # every second time, as the best plan may need an unlikely site
            rest = self._likely(rest, sites)
        start = [within_limits(rest, sites)]
        self.best.offer(rest, rest.search(start, share=share, seed=seed, clock=self.clock).sites)

    def _likely(self, rest: Relaxation, sites: Ints) -> Relaxation:
        """What is left without the sites that the relaxation hardly uses: good plans are found there sooner."""
        share = None if self.ascent is None else self.ascent.share
        if share is None:
            return rest
        closed = rest.free & (share < _SELDOM)
        closed[sites] = False
        return rest.restrict(np.zeros_like(closed), closed)

    def _grow(self, parts: float) -> bool:
        return self.tree.grow(self.ascent, parts)

    def _grow_in_hope(self) -> bool:
        """Go on with the tree while it closes the gap at a rate that will close it all; True when it has."""
        self.request.say(f"branch and bound on {int(self.tree.core.free.sum())} sites")
        before = self.tree.root.bound
        while not self._is_over():
            if self._grow(self.tree.parts + self._parts(_BATCH, _AT_LEAST)):
                return True
            closed = (self.tree.root.lower() - before) / max(self.best.aim - before, 1e-300)
            if closed < self.tree.parts / self._parts(_HOPE, _AT_MOST):
                return False
        return False

    def _root(self) -> Part:
        """The better of what the tree and the solver prove."""
        told = self.told
        return told if told is not None and told.lower() > self.tree.root.lower() else self.tree.root

    def _is_done(self, enough: float) -> bool:
        lower = whole_bound(self.core, self._root().lower(), self.best.plan)
        return is_proven(self.core, self.best.plan, lower, max(self.request.gap, enough))

    def _is_over(self) -> bool:
        return self.clock.is_up or self._is_done(0.0)

    def _stopped(self) -> str:
        if self._is_done(0.0):
            return ""
        if self.clock.is_up:
            return _TIME_IS_UP
        return f"stopped after search and bound, as effort {self.request.effort!r} asks."

    def _hand_over(self) -> bool:
        """Give what remains to the solver for most of the time; True when the user interrupted it."""
        rest = self.tree.core
        self.request.say(f"exact solver on {int(rest.free.sum())} sites and {rest.n_pairs} pairs")
        model = rest.formulate("rest")
        aim = self.best.plan.value - self.best.aim
        start = [model.opens[j].name for j in self.best.plan.sites.tolist() if j in model.opens]
        report = run(model.lp, time_limit_s=_LENT * self.clock.left_s, absolute_gap=0.99 * max(aim, 0.0), start=start)
        if report.found:
            self.best.offer(rest, model.chosen())
        bound = math.inf if report.infeasible else report.bound
        self.solver = f"{_OWN}, {solver_name()}"
        if bound is not None:
            self.told = Part(bound + model.constant, None, self.tree.root.fixes, by_solver=solver_name())
        return report.interrupted


def within_limits(core: Relaxation, sites: Ints) -> Ints:
    """Those of the sites that are free, as many as the limits allow."""
    room, kept = core.capacity * (1.0 + 1e-12), []
    for j in sites[core.free[sites]].tolist():
        if np.all(core.size[:, j] <= room):
            room = room - core.size[:, j]
            kept.append(j)
    return np.array(kept, dtype=np.int64)
