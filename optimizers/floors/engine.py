"""The stages of a question with floors; each leaves a plan and a bound that hold whatever happens later."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.certificate import BySolver, Certificate
from optimizers.clock import Clock
from optimizers.equity import kappa_of
from optimizers.finding import Finding
from optimizers.floors.board import Board, board_of
from optimizers.floors.exact import Answer, is_small, settled_sites, solved, whole
from optimizers.floors.prices import Prices, guess_prices
from optimizers.floors.search import Kept, better, polished, repaired, swung
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.prove import prove
from optimizers.request import Request
from optimizers.solution import PROOF_TOLERANCE, relative_gap

_OWN = "moves across floors, Lagrangian bound with prices of floors"
_NEAR_ENOUGH = 0.01
"""Gap at which a quick answer stops of its own accord."""
_STOPPED = "stopped after search and bound, as effort '{}' asks."
_FEW = 2
"""Steps of the prices by the engine where each takes long."""
_PART = 0.5
"""Share of the time left that one bound may take."""


@dataclass(frozen=True)
class _Effort:
    """How much work: steps of the prices by local search and by the engine, and of the search across the floors."""

    guesses: int
    bounds: int
    swings: int


_EFFORTS = {"first": _Effort(5, 1, 15), "quick": _Effort(8, 5, 25), "thorough": _Effort(12, 12, 100)}


@dataclass(frozen=True, eq=False)
class _Bounded:
    """What the engine made of some prices: its plan, without regard to floors, its bound, and why it stopped."""

    sites: Ints
    bound: float
    reason: str
    kept: bool  # the plan keeps the floors by itself


def solve_with_floors(problem: LocationProblem, model: str, request: Request, clock: Clock) -> Finding:
    """Solve a question of a model that knows floors; an interrupt returns the best so far."""
    board = board_of(problem, model, request)
    short = np.flatnonzero(~(board.shortfall(board.everything) <= 0.0))
    if short.size:
        return Finding(None, None, _out_of_reach(problem, short.tolist()), "check of the data")
    run = _Run(problem, model, request, clock, board)
    try:
        reason = run.work_off()
    except KeyboardInterrupt:
        reason = "interrupted."
    return run.finding(reason)


def _out_of_reach(problem: LocationProblem, short: list[int]) -> str:
    if short == [len(problem.groups)]:
        return "all allowed sites together do not cover the share of the weight that is asked for."
    names = ", ".join(str(g) for g in short if g < len(problem.groups))
    return f"all allowed sites together do not reach the floors of these groups: {names}."


class _Run:
    """What is known so far: the best plan that keeps the floors, and the tightest bound with its certificate."""

    def __init__(self, problem: LocationProblem, model: str, request: Request, clock: Clock, board: Board) -> None:
        self.problem, self.model, self.request, self.clock, self.board = problem, model, request, clock, board
        self.best: Kept | None = None
        self.is_max = MODELS[model].sense == "max"
        self.bound = math.inf if self.is_max else -math.inf
        self.impossible = False
        self.certificate: Certificate | None = None
        self.solver = _OWN
        self.mended: set[bytes] = set()  # plans that were repaired already

    def work_off(self) -> str:
        """All stages in turn; why it stopped."""
        effort = self.request.effort
        self.request.say("a plan without floors")
        sites = self._without_floors()
        if self.board.keeps_floors(sites):
            found = self._proved(np.zeros(self.board.needed.size), effort, self.request.gap, self.clock)
            sites = found.sites
            if (found.kept and self.best is not None) or self._is_done(found.reason):
                return found.reason  # the floors ask for nothing, so what holds without them is all there is
        self.request.say("plans that keep the floors, and prices of the floors")
        self.best = better(self.best, repaired(self.board, sites, self.clock))
        if self._is_done(""):
            return _STOPPED.format(effort)
        prices, self.best = guess_prices(
            self.board, sites, self.best, self.clock, steps=_EFFORTS[effort].guesses
        )  # fmt: skip
        if self._is_done(""):
            return _STOPPED.format(effort)
        steps = _EFFORTS[effort].bounds
        reason = self._raised(prices, steps if is_small(self.board) else min(steps, _FEW))
        if self._is_done(reason) or (effort == "first" and self.best is not None):
            return reason
        self._swing(sites, _EFFORTS[effort].swings)
        if self._is_done("") or (effort != "thorough" and self.best is not None):
            return reason
        if is_small(self.board):
            return self._handed_over(prices.best)
        return self._proved(prices.best, "thorough", self.request.gap, self.clock).reason

    def _without_floors(self) -> Ints:
        """A plan that is good without floors; the caller's own where there is one."""
        if self.request.start is not None:
            start = np.union1d(np.array(self.request.start, dtype=np.int64), self.board.fixed)
            if self.board.fits(start):
                self.best = repaired(self.board, start, self.clock)
                return start
        core = self._posed(np.zeros(self.board.needed.size))
        plan = core.search(None, share=0.0, seed=self.request.seed, clock=self.clock)
        return self._all_sites(core, plan.sites)

    def _posed(self, prices: Floats) -> Any:
        pose = MODELS[self.model].pose
        assert pose is not None
        return pose(self.problem, self.request, prices * self.board.unit)

    def _all_sites(self, core: Any, free_sites: Ints) -> Ints:
        return np.union1d(free_sites, np.array(core.opened, dtype=np.int64)).astype(np.int64)

    def _swing(self, sites: Ints, steps: int) -> None:
        start = sites if self.best is None else self.best.sites
        self.best = swung(self.board, start, self.best, self.clock, steps=steps, seed=self.request.seed)

    def _raised(self, search: Prices, steps: int) -> str:
        """Proven bounds, the prices improved from one to the next; why it stopped."""
        effort, reason = self.request.effort, ""
        search.top = -math.inf  # what was guessed so far was no bound
        prices: Floats | None = search.best
        for _ in range(steps):
            if prices is None or self.clock.is_up:
                break
            # A quick engine stops at a gap that is too wide here; the tree of a thorough one stops in time.
            how = "thorough" if effort != "first" and is_small(self.board) else min(effort, "quick")
            enough = 0.3 * max(self.request.gap, _NEAR_ENOUGH)
            found = self._proved(prices, how, enough, self.clock.part(_PART))
            reason = found.reason
            if self._is_done(reason):
                break
            search.meet(found.sites)
            search.judge(prices, self.board.value_at(found.bound))
            prices = search.next()
        return reason or _STOPPED.format(effort)

    def _proved(self, prices: Floats, effort: str, gap: float, clock: Clock) -> _Bounded:
        """Bound with these prices, and what the plan of that bound becomes once it keeps the floors."""
        start = None if self.best is None else tuple(self.best.sites.tolist())
        core = self._posed(prices)
        proof = prove(core, replace(self.request, start=start, effort=effort, gap=gap), clock, record=True)
        bound = core.objective(proof.lower)
        self._believe(bound, Certificate(
            bound, proof.certificate_tree, tuple(getattr(core, "dominated", ())),
            group_prices=tuple((prices * self.board.unit).tolist()),
        ))  # fmt: skip
        self.solver = f"{_OWN}, {proof.solver}"
        sites = self._all_sites(core, proof.plan.sites)
        kept = polished(self.board, sites, self.clock)
        if kept is None and sites.tobytes() not in self.mended:
            self.mended.add(sites.tobytes())
            kept = repaired(self.board, sites, self.clock, prices)
        self.best = better(self.best, kept)
        return _Bounded(sites, bound, proof.reason, self.board.keeps_floors(sites))

    def _believe(self, bound: float, certificate: Certificate) -> None:
        """Take a bound where it is tighter; above all that a plan can have it says that there is none."""
        bound = whole(self.problem, self.model, bound)
        worst = self.board.objective(self.board.dearest)
        hair = 1e-6 * max(abs(worst), self.board.dearest)
        if bound < worst - hair if self.is_max else bound > worst + hair:
            self.impossible = True
        if self.certificate is None or (bound < self.bound if self.is_max else bound > self.bound):
            self.bound, self.certificate = bound, replace(certificate, bound=bound)

    def _gap(self) -> float:
        if self.best is None:
            return math.inf
        objective = self.board.objective(self.best.value)
        passed = objective >= self.bound if self.is_max else objective <= self.bound
        return 0.0 if passed else relative_gap(objective, self.bound, self.board.dearest if self.is_max else 0.0)

    def _is_done(self, reason: str) -> bool:
        enough = max(self.request.gap, PROOF_TOLERANCE if self.request.effort == "thorough" else _NEAR_ENOUGH)
        return reason == "interrupted." or self.impossible or self._gap() <= enough

    def _handed_over(self, prices: Floats) -> str:
        """The solver's part; sites settled by multipliers and prices are fixed for it."""
        if self.clock.is_up:
            return "the time limit was reached."
        settled = settled_sites(self._posed(prices), self.board, self.best)
        answer = solved(self.problem, self.model, self.request, self.board, self.best, settled, self.clock)
        if answer.sites is not None:
            sites = np.array(answer.sites, dtype=np.int64)
            found = polished(self.board, sites, self.clock) or repaired(self.board, sites, self.clock)
            self.best = better(self.best, found)
        if answer.solver:
            self.solver = f"{self.solver}, {answer.solver}"
        if answer.infeasible and self.best is None:
            self.impossible = True
        elif answer.infeasible or answer.bound is not None:
            bound = self._of_all_plans(answer)
            self._believe(bound, Certificate(bound, BySolver(self._value(bound), answer.solver)))
        return answer.reason

    def _of_all_plans(self, answer: Answer) -> float:
        """A bound for all plans, where the answer has one for those that may be better than the best."""
        if self.best is None:
            assert answer.bound is not None
            return answer.bound
        best = self.board.objective(self.best.value)
        if answer.bound is None:
            return best
        return max(best, answer.bound) if self.is_max else min(best, answer.bound)

    def _value(self, bound: float) -> float:
        """A bound in the unit of the minimised value, for `verify`."""
        total = float(self.problem.weight.sum())
        if self.is_max:
            return total - bound
        if self.model == "kolm_pollak":
            kappa = kappa_of(self.problem, float(self.request.options["aversion"]))
            return total * float(np.exp(kappa * bound)) if kappa else total * bound
        return bound

    def finding(self, reason: str) -> Finding:
        """What is known by now."""
        if self.impossible and self.best is None:
            limits = f"{self.request.p} sites" if self.request.p is not None else "sites"
            return Finding(
                None, None, f"no choice of {limits} keeps the floors of all groups.", self.solver, self.certificate
            )
        if self.best is None:
            return Finding(None, self.bound, reason or "no plan was found that keeps the floors.", self.solver)
        done = self._gap() <= PROOF_TOLERANCE
        sites = tuple(self.best.sites.tolist())
        return Finding(sites, self.bound, "" if done else reason, self.solver, self.certificate)
