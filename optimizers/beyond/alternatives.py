"""Other plans that are nearly as good: a choice for those who know what the numbers do not.

A plan that does without d sites of another one avoids some set of d of its sites. So plans are looked for by
forbidding: the best plan that avoids a set is found by `solve`; where it is still too much like a plan shown before,
each of the sites that both have is forbidden in turn. Best first, this meets every plan that is near enough, the
better ones earlier; nothing below a set is better than its bound, so most sets are never looked at.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizers.beyond.again import (
    fault_of_count,
    fault_of_share,
    faults_of_solution,
    is_max,
    loss,
    same_measure,
    solve_again,
    was_interrupted,
    without,
    worth,
)
from optimizers.problem import LocationProblem, ProblemError
from optimizers.solution import Solution

_HAIR = 1e-9


@dataclass(frozen=True)
class Alternative:
    """A plan nearly as good.

    Attributes:
        sites: open sites, fixed ones included.
        objective: recomputed from the sites.
        loss: how much worse than the solution, in the unit of the objective; of the lexicographic model's first
            level only.
        without: sites of the solution that it does without.
        instead: sites that it opens instead.
    """

    sites: tuple[int, ...]
    objective: float
    loss: float
    without: tuple[int, ...]
    instead: tuple[int, ...]


@dataclass(frozen=True)
class Alternatives:
    """Plans nearly as good, the best first; `complete` when it is proven that there are no more than shown."""

    plans: tuple[Alternative, ...]
    complete: bool


def alternatives(
    problem: LocationProblem,
    solution: Solution,
    *,
    count: int = 3,
    within: float = 0.01,
    differ_by: int = 1,
    tries: int = 100,
    time_limit_s: float = 20.0,
    **how: Any,
) -> Alternatives:
    """Up to `count` plans within a share of the solution's objective that differ from it and from each other.

    Of the lexicographic model only the first level is compared, the worst time or the weight beyond the first given
    time: a plan shown may be much worse at the levels after it.

    Args:
        problem: the problem.
        solution: its solution.
        count: plans wanted.
        within: share of the objective that may be lost.
        differ_by: each plan does without at least so many sites of the solution and of each plan shown before it.
        tries: plans looked for at most, so that the work is the same everywhere.
        time_limit_s: seconds for each of them.
        how: goes to `solve` (gap, effort).

    After an interrupt from the keyboard the plans found so far are returned, and are not `complete`.

    Raises:
        ProblemError: a count, share or difference that means nothing, or a solution of another problem or no plan.
    """
    _check(count, within, differ_by, tries)
    if faults := faults_of_solution(problem, solution):
        raise ProblemError(faults)
    search = _Search(problem, solution, within, tries, {"time_limit_s": time_limit_s, **how})
    shown: list[Solution] = [solution]
    complete = False
    try:
        while len(shown) <= count:
            found, complete = search.next_after(shown, differ_by)
            if found is None:
                break
            shown.append(found)
    except KeyboardInterrupt:
        complete = False
    return Alternatives(tuple(_alternative(solution, each) for each in shown[1:]), complete)


def _check(count: int, within: float, differ_by: int, tries: int) -> None:
    faults = [
        *fault_of_count("count", count, "ask for at least one plan."),
        *fault_of_share("within", within),
        *fault_of_count("differ_by", differ_by, "plans must differ in at least one site."),
        *fault_of_count("tries", tries, "allow at least one."),
    ]
    if faults:
        raise ProblemError(faults)


def _alternative(solution: Solution, other: Solution) -> Alternative:
    assert solution.objective is not None
    assert other.objective is not None
    mine, theirs = set(solution.sites), set(other.sites)
    lost = loss(solution.model, solution.objective, other.objective)
    return Alternative(other.sites, other.objective, lost, tuple(sorted(mine - theirs)), tuple(sorted(theirs - mine)))


class _Search:
    """Best plans that avoid sets of sites, each looked for once."""

    def __init__(
        self, problem: LocationProblem, solution: Solution, within: float, tries: int, how: dict[str, Any]
    ) -> None:
        self.problem, self.solution, self.how, self.left = problem, solution, how, tries
        self.known: dict[frozenset[int], Solution | None] = {frozenset(): solution}
        assert solution.objective is not None
        self.room = within * abs(solution.objective) + _HAIR * (1.0 + abs(solution.objective))
        self.fixed = set(problem.fixed_open)

    def next_after(self, shown: Sequence[Solution], differ_by: int) -> tuple[Solution | None, bool]:
        """The best plan that differs enough from those shown, and whether it is certain when there is none."""
        waiting: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
        met: set[frozenset[int]] = {frozenset()}
        certain = True
        while waiting:
            _, avoided = heapq.heappop(waiting)
            plan = self.known[frozenset(avoided)]
            assert plan is not None
            alike = next((each for each in shown if len(set(each.sites) - set(plan.sites)) < differ_by), None)
            if alike is None:
                if plan.objective is not None and self._is_near(plan.objective):
                    return plan, False
                certain = False  # only its bound is near: a better plan may be hidden behind it
                continue
            for site in self._in_order(plan, alike):
                more = frozenset((*avoided, site))
                if more not in met:
                    met.add(more)
                    certain &= self._look(more, waiting)
        return None, certain

    def _look(self, avoided: frozenset[int], waiting: list[tuple[float, tuple[int, ...]]]) -> bool:
        """Find the best plan without these sites and keep it if it may be near; False when there are no tries left."""
        if avoided not in self.known and self.left == 0:
            return False
        found = self._best_without(avoided)
        if found is not None and self._is_near(found.bound):
            heapq.heappush(waiting, (self._key(found), tuple(sorted(avoided))))
        return True

    def _best_without(self, avoided: frozenset[int]) -> Solution | None:
        """The best plan that avoids these sites; None when it is proven that there is none."""
        if avoided not in self.known:
            self.left -= 1
            rest = without(self.problem, avoided)
            how = {**same_measure(self.problem, rest, self.solution), **self.how}
            again = solve_again(rest, self.solution, start=self.solution.sites, **how)
            if was_interrupted(again):
                raise KeyboardInterrupt
            self.known[avoided] = None if again is None or again.status == "infeasible" else again
        return self.known[avoided]

    def _is_near(self, value: float | None) -> bool:
        """Near enough to the solution; a bound that is unknown may be."""
        mine = self.solution.objective
        return value is None or mine is None or loss(self.solution.model, mine, value) <= self.room

    def _key(self, found: Solution) -> float:
        if found.objective is None:
            return math.inf
        return -found.objective if is_max(found.model) else found.objective

    def _in_order(self, plan: Solution, alike: Solution) -> list[int]:
        """Sites that both have and that may be left out, the ones missed least first."""
        common = [site for site in plan.sites if site in set(alike.sites) and site not in self.fixed]
        if len(common) <= self.left:
            return common
        rest = {site: worth(self.problem, self.solution, set(plan.sites) - {site}) for site in common}
        return sorted(common, key=lambda site: (-rest[site] if is_max(plan.model) else rest[site], site))
