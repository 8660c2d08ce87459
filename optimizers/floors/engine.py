"""The stages of a question with floors; each leaves a plan and a bound that hold whatever happens later."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.certificate import BySolver, Certificate, Leaf
from optimizers.clock import Clock
from optimizers.equity import kappa_of
from optimizers.finding import Finding
from optimizers.floors.board import Board, board_of
from optimizers.floors.exact import Answer, is_small, settled_sites, solved, whole
from optimizers.floors.fewest import Fewest
from optimizers.floors.joint import Joint, begun
from optimizers.floors.moves import improved, priced
from optimizers.floors.prices import guess_prices
from optimizers.floors.search import Kept, better, first_fines, polished, repaired, swung
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.prove import prove
from optimizers.request import Request
from optimizers.solution import PROOF_TOLERANCE, relative_gap

_OWN = "moves across floors, Lagrangian bound with prices of floors"
_NEAR_ENOUGH = 0.01
"""Gap at which a quick answer stops of its own accord."""
_COSTED = ("p_median", "kolm_pollak", "fixed_charge")
_STOPPED = "stopped after search and bound, as effort '{}' asks."
_OVER = "the time limit was reached."
_TOO_LARGE = "what remains is too large to finish exactly."
_WORTH = 0.05
"""A climb that closes less than this share of what was open is the last."""
_PART = 0.5
"""Share of the time left that one bound may take."""
_RISES, _RISE, _NARROWED = 16, 1.5, 4
"""Plans tried where only the engine searches, by what factor prices rise, and how often they are halved."""
_TABLE = 1_000_000
"""Moves and groups, at most, for a table of all moves."""
_HAIR = 1e-9
"""By so much a bound of zero may be off."""
_LONGER, _LONGEST, _VAIN = 1.5, 100_000, 5
"""By what factor climbs grow where only they can prove, up to how many steps, and how many may be in vain in a row."""


@dataclass(frozen=True)
class _Effort:
    """How much work: steps of the prices by local search, of each climb, and of the search across the floors."""

    guesses: int
    climbs: tuple[int, ...]
    swings: int


_EFFORTS = {
    "first": _Effort(3, (60,), 15),
    "quick": _Effort(12, (150, 250, 400), 40),
    "thorough": _Effort(16, (150, 250, 400, 600, 600), 150),
}


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


def is_large(board: Board) -> bool:
    """True when a table of all moves would be too large to make at every step."""
    most = float(board.room[0]) if board.room.size else 0.05 * board.n_sites
    return board.n_sites * min(most, 0.05 * board.n_sites) * (board.needed.size + 1) > _TABLE


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
        self._fewest: Fewest | None = None

    def work_off(self) -> str:
        """All stages in turn; why it stopped."""
        effort, board = _EFFORTS[self.request.effort], self.board
        self.request.say("plans that keep the floors")
        if is_large(board):
            return self._by_prices(effort)
        sites = self._first_plans()
        prices = np.zeros(board.needed.size)
        if self.model == "set_cover":
            prices = self._counted_out(effort)
        elif not board.keeps_floors(sites) and (self.best is None or self.request.effort != "first"):
            prices, sites = guess_prices(board, sites, self.clock, steps=effort.guesses)
            self._mend(sites, prices)
        if not self._is_done("") and self.certificate is None:
            prices = self._climbed(begun(board, sites, prices), sites, effort)
        if not self._is_done("") and not self.clock.is_up and (self.best is None or self.request.effort != "first"):
            self._swing(sites, effort.swings)
        return self._finished(prices)

    def _by_prices(self, effort: _Effort) -> str:
        """Where a table of all moves is too large: the engine searches, with prices that rise on what is short."""
        sites, prices = self._risen(np.zeros(self.board.needed.size))
        joint = begun(self.board, sites, prices)
        for steps in self._steps(effort):
            if self._is_done("") or self.clock.is_up:
                break
            self.request.say("Lagrangian bound and prices of the floors")
            prices = self._bounded_by(joint, sites, steps)
            if not self._is_done("") and not self.clock.is_up:
                sites, _ = self._risen(prices)
        if self.clock.is_up:
            return _OVER
        if self.request.effort != "thorough":
            return _STOPPED.format(self.request.effort)
        return "" if self._is_done("") else _TOO_LARGE

    def _steps(self, effort: _Effort) -> Iterator[int]:
        """Steps of one climb after the other; who asks for a proof gets ever longer ones as long as they bring some."""
        yield from effort.climbs
        steps, vain = effort.climbs[-1], 0
        while self.request.effort == "thorough" and vain < _VAIN:
            steps, before = min(round(_LONGER * steps), _LONGEST), (self.best, self.bound)
            yield steps
            is_tighter = relative_gap(self.bound, before[1]) > 0.0
            vain = 0 if self.best is not before[0] or is_tighter else vain + 1

    def _bounded_by(self, joint: Joint, sites: Ints, steps: int) -> Floats:
        """One more climb where there is no table of moves; the prices that it ends with."""
        if self.model == "set_cover" and self.best is not None:
            most = int(self.best.sites.size) - 1
            if self._fewest is None or self._fewest.most > most:
                self._fewest = Fewest(self.board, most, self.clock, self.best.sites[1:])
            value, multipliers, prices = self._fewest.climb(steps, self.clock)
            self._believe_in(value, multipliers, prices)
            return prices
        joint.climb(self.board.value(sites) if self.best is None else self.best.value, steps, self.clock)
        self._believe_in(joint.value, joint.multipliers, joint.prices)
        return joint.prices

    def _risen(self, prices: Floats) -> tuple[Ints, Floats]:
        """The engine's first plan that keeps the floors, or the last one tried, and the prices that led to it.

        Prices rise until the floors are kept, and then are halved in between, in ratio, for a plan that keeps them
        more narrowly.
        """
        least, below, narrowed = 0.2 * first_fines(self.board), prices, 0
        for _ in range(_RISES):
            core = self._posed(prices)
            plan = core.search(None, share=0.0, seed=self.request.seed, clock=self.clock)
            sites = self._all_sites(core, plan.sites)
            short = self.board.shortfall(sites) > 0.0
            if not short.any():
                self._take(sites)
                above, narrowed = prices, narrowed + 1
            elif narrowed:
                below, narrowed = prices, narrowed + 1
            if self.clock.is_up or narrowed > _NARROWED or (narrowed and np.array_equal(above, below)):
                break
            if not narrowed:
                below, prices = prices, np.where(short, np.maximum(_RISE * prices, least), prices)
            else:
                prices = np.sqrt(np.maximum(below, 0.25 * above) * above)
        return sites, prices

    def _take(self, sites: Ints) -> None:
        """Keep a plan that keeps the floors, where it keeps the limits too and serves all who must be served."""
        value = self.board.value(sites)
        if self.board.fits(sites) and value <= self.board.dearest * (1.0 + 1e-9):
            self.best = better(self.best, Kept(sites, value))

    def _climbed(self, joint: Joint, sites: Ints, effort: _Effort) -> Floats:
        """Multipliers and prices climb together, plans follow; the best prices."""
        for turn, steps in enumerate(effort.climbs):
            self.request.say(f"Lagrangian bound and prices of the floors, round {turn + 1}")
            before = joint.value
            joint.climb(self.board.value(sites) if self.best is None else self.best.value, steps, self.clock)
            self._believe_in(joint.value, joint.multipliers, joint.prices)
            if not self._is_done("") and not self.clock.is_up and (self.best is None or self.request.effort != "first"):
                self._search(sites, joint)
            if self._is_done("") or self.clock.is_up:
                break
            if turn and self.best and joint.value - before < _WORTH * (self.best.value - before):
                break
        return joint.prices

    def _counted_out(self, effort: _Effort) -> Floats:
        """For the fewest sites: could one site less do? The prices of the best bound."""
        board, prices = self.board, np.zeros(self.board.needed.size)
        for steps in effort.climbs:
            if self._is_done("") or self.clock.is_up:
                break
            most = board.n_sites if self.best is None else int(self.best.sites.size) - 1
            if self._fewest is None or self._fewest.most > most:
                self._fewest = Fewest(board, most, self.clock)
            value, multipliers, prices = self._fewest.climb(steps, self.clock)
            self._believe_in(value, multipliers, prices)
            likely = np.union1d(self._fewest.joint.likely, board.fixed)
            self._mend(likely, prices)
        return prices

    def _mend(self, sites: Ints, prices: Floats) -> None:
        """What a plan becomes once it keeps the floors; each plan once."""
        if sites.tobytes() not in self.mended and not self.clock.is_up:
            self.mended.add(sites.tobytes())
            self.best = better(self.best, repaired(self.board, sites, self.clock, prices))

    def _finished(self, prices: Floats) -> str:
        """What comes after the climbs: branch and bound with these prices, then the solver; why it stopped."""
        effort = self.request.effort
        if self._is_done(""):
            return _STOPPED.format(effort)
        if self.clock.is_up:
            return _OVER
        if effort == "first" and self.best is not None:
            return _STOPPED.format(effort)
        found = self._proved(prices, effort, 0.3 * max(self.request.gap, _NEAR_ENOUGH), self.clock.part(_PART))
        if self._is_done(found.reason) or (effort != "thorough" and self.best is not None):
            return found.reason or _STOPPED.format(effort)
        if self.clock.is_up:
            return _OVER
        return self._handed_over(prices) if is_small(self.board) else found.reason

    def _first_plans(self) -> Ints:
        """A plan that is good without floors, the caller's own where there is one; mended until it keeps them."""
        sites, asked = self.board.fixed, self.request.start
        if asked is not None:
            start = np.union1d(np.array(asked, dtype=np.int64), sites)
            if self.board.fits(start):
                self.best = polished(self.board, start, self.clock) or repaired(self.board, start, self.clock)
                sites = start
        nothing = np.zeros(self.board.needed.size)
        free = priced(nothing)
        if asked is None and self.model in _COSTED:  # the engine is quicker than moves on a table are
            core = self._posed(nothing)
            plan = core.search(None, share=0.0, seed=self.request.seed, clock=self.clock)
            sites = self._all_sites(core, plan.sites)
        sites = improved(self.board, sites, free, clock=self.clock)
        self.best = better(self.best, repaired(self.board, sites, self.clock))
        if self.best is None or self.board.keeps_floors(sites):
            return sites
        again = improved(self.board, self.best.sites, free, clock=self.clock)
        return again if self.board.value(again) < self.board.value(sites) else sites

    def _believe_in(self, value: float, multipliers: Floats, prices: Floats) -> None:
        """A bound on the value, with the numbers that prove it."""
        unit, whole = self.board.unit, np.zeros(self.problem.n_demand)
        whole[self.board.position] = multipliers * unit
        bound = self.board.objective(value)
        self._believe(bound, Certificate(bound, Leaf(whole), group_prices=tuple((prices * unit).tolist())))

    def _search(self, sites: Ints, joint: Joint) -> None:
        """Plans that the prices suggest, from the plan without floors and from what the relaxed choice opens."""
        prices, board = joint.prices, self.board
        likely = np.union1d(joint.likely[board.free[joint.likely]], board.fixed).astype(np.int64)
        for start in [sites, *([likely] if board.fits(likely) else [])]:
            self._mend(improved(board, start, priced(prices), clock=self.clock), prices)

    def _posed(self, prices: Floats) -> Any:
        pose = MODELS[self.model].pose
        assert pose is not None
        return pose(self.problem, self.request, prices * self.board.unit)

    def _all_sites(self, core: Any, free_sites: Ints) -> Ints:
        return np.union1d(free_sites, np.array(core.opened, dtype=np.int64)).astype(np.int64)

    def _swing(self, sites: Ints, steps: int) -> None:
        start = sites if self.best is None else self.best.sites
        self.best = swung(self.board, start, self.best, self.clock, steps=steps, seed=self.request.seed)

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
        self.best = better(self.best, kept)
        if kept is None:
            self._mend(sites, prices)
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
        """How far apart plan and bound are.

        Raises:
            ArithmeticError: the bound has passed the plan by more than rounding, so that it is none.
        """
        if self.best is None:
            return math.inf
        objective = self.board.objective(self.best.value)
        passed = objective >= self.bound if self.is_max else objective <= self.bound
        if not passed:
            return relative_gap(objective, self.bound, self.board.dearest if self.is_max else 0.0)
        made_from = self.board.dearest if self.is_max else abs(self.board.objective(self.board.dearest))
        if abs(self.bound - objective) > _HAIR and relative_gap(self.bound, objective, made_from) > PROOF_TOLERANCE:
            raise ArithmeticError(f"the bound {self.bound:.17g} has passed the plan, which has {objective:.17g}.")
        return 0.0

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
            reason = reason or "no plan was found that keeps the floors."
            return Finding(None, self.bound, reason, self.solver, self.certificate)
        done = self._gap() <= PROOF_TOLERANCE
        sites = tuple(self.best.sites.tolist())
        return Finding(sites, self.bound, "" if done else reason, self.solver, self.certificate)
