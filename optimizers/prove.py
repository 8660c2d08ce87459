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
from optimizers.incumbent import Incumbent, is_plan, is_proven, rules_out_all, whole_bound
from optimizers.relaxation import Ascent, Plan, Relaxation, plan_of
from optimizers.request import Request
from optimizers.solvers import run, solver_name
from optimizers.tree import Part, Tree

__all__ = ["Proof", "is_plan", "prove", "rules_out_all"]

_MIP_PAIRS = 400_000
_WORTH = 0.05
"""A round that closes less than this share of what was open is the last."""
_PORTION = 3e7
"""Pairs that a climb may look at in one call: well under half a second."""
_OWN = "interchange, Lagrangian bound, branch and bound"
_NOBODY = np.zeros(0, dtype=np.int64)


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
    enough: float  # a gap at which it stops of its own accord


_EFFORTS = {
    "first": _Effort(((120, 0.0),), 0, 1.0),
    "quick": _Effort(((400, 0.0), (400, 0.1)), 30, 0.01),
    "thorough": _Effort(((600, 0.0), (600, 0.05), (600, 0.1), (600, 0.2)), 20_000, 0.0),
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

    def proof(self, reason: str) -> Proof:
        """What is known by now."""
        lower = whole_bound(self.core, self.tree.root.lower(), self.best.plan)
        return Proof(self.best.plan, lower, reason, self.solver, self.tree.certificate())

    def work_off(self) -> str:
        """Do everything in turn; why it stopped."""
        effort = _EFFORTS[self.request.effort]
        self.request.say("greedy and interchange")
        self._first_plan()
        for turn, (steps, share) in enumerate(effort.rounds):
            self.request.say(f"Lagrangian bound, round {turn + 1}")
            before = self.tree.root.bound
            self._round(steps, share)
            if self._is_done(effort.enough):
                return self._stopped()
            if self.clock.is_up:
                return "the time limit was reached."
            if turn and self.tree.root.bound - before < _WORTH * (self.best.aim - before):
                break
        if effort.parts and self._grow(effort.parts):
            return ""
        if self.request.effort != "thorough" or self._is_done(0.0):
            return self._stopped()
        return self._hand_over()

    def _first_plan(self) -> None:
        """Greedy and interchange, and what comes of the caller's own plan."""
        starts: list[list[Ints] | None] = [None]
        if self.request.start is not None:
            given = np.array(sorted({*self.request.start}), dtype=np.int64)
            starts.append([within_limits(self.core, given)])
        for start in starts:
            plan = self.core.search(start, share=0.0, seed=self.request.seed, clock=self.clock)
            self.best.offer(self.core, plan.sites)

    def _round(self, steps: int, share: float) -> None:
        """Bound what remains, let the multipliers suggest a plan, search around it, fix what they settle."""
        tree, rest = self.tree, self.tree.core
        self._climb(steps)
        assert self.ascent is not None
        tree.raise_bound(tree.root, rest, self.ascent)
        self._search(relaxed_choice(rest, self.ascent.multipliers), 0.0)
        if share > 0.0 and not self._is_done(0.0):
            self._search(self.best.plan.sites, share)
        tree.core, self.ascent = tree.fix(tree.root, rest, self.ascent)

    def _climb(self, steps: int) -> None:
        """So many steps in portions that let the clock and an interrupt through."""
        rest = self.tree.core
        portion = int(np.clip(_PORTION / (rest.n_pairs + 1), 1, steps))
        for done in range(0, steps, portion):
            self.ascent = rest.climb(self.ascent, self.best.aim, min(portion, steps - done), steps)
            if self.clock.is_up:
                return

    def _search(self, sites: Ints, share: float) -> None:
        rest = self.tree.core
        start = [within_limits(rest, sites)]
        self.best.offer(rest, rest.search(start, share=share, seed=self.request.seed, clock=self.clock).sites)

    def _grow(self, parts: int) -> bool:
        self.request.say(f"branch and bound on {int(self.tree.core.free.sum())} sites")
        return self.tree.grow(self.ascent, parts)

    def _is_done(self, enough: float) -> bool:
        lower = whole_bound(self.core, self.tree.root.lower(), self.best.plan)
        return is_proven(self.core, self.best.plan, lower, max(self.request.gap, enough))

    def _stopped(self) -> str:
        if self._is_done(0.0):
            return ""
        return f"stopped after search and bound, as effort {self.request.effort!r} asks."

    def _hand_over(self) -> str:
        """Give what remains to the solver, if it is small enough and there is time; why it stopped."""
        rest = self.tree.core
        if self.clock.is_up:
            return "the time limit was reached."
        if rest.n_pairs > _MIP_PAIRS:
            return f"what remains ({rest.n_pairs} pairs) is too large to finish exactly."
        self.request.say(f"exact solver on {int(rest.free.sum())} sites and {rest.n_pairs} pairs")
        model = rest.formulate("rest")
        aim = self.best.plan.value - self.best.aim
        start = [model.opens[j].name for j in self.best.plan.sites.tolist() if j in model.opens]
        report = run(model.lp, time_limit_s=self.clock.left_s, absolute_gap=0.99 * max(aim, 0.0), start=start)
        if report.found:
            self.best.offer(rest, model.chosen())
        self._believe(math.inf if report.infeasible else report.bound, model.constant)
        if report.interrupted:
            return "interrupted."
        return "" if self._is_done(0.0) else f"the solver stopped: {report.stopped_by}."

    def _believe(self, bound: float | None, constant: float) -> None:
        """Take the solver's bound on what remains where it is better than the tree's."""
        root = self.tree.root
        whole = Part(math.inf if bound is None else bound + constant, None, root.fixes, by_solver=solver_name())
        self.solver = f"{_OWN}, {solver_name()}"
        if bound is not None and whole.lower() > root.lower():
            self.tree.root = whole


def within_limits(core: Relaxation, sites: Ints) -> Ints:
    """Those of the sites that are free, as many as the limits allow."""
    room, kept = core.capacity * (1.0 + 1e-12), []
    for j in sites[core.free[sites]].tolist():
        if np.all(core.size[:, j] <= room):
            room = room - core.size[:, j]
            kept.append(j)
    return np.array(kept, dtype=np.int64)
