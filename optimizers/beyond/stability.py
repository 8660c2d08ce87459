"""Which sites stay when the numbers are not quite right: the question asked again of resampled weights."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizers.arrays import Floats
from optimizers.beyond.again import (
    fault_of_count,
    fault_of_share,
    faults_of_solution,
    loss,
    solve_again,
    was_interrupted,
    worth,
)
from optimizers.problem import Group, LocationProblem, ProblemError
from optimizers.solution import SEED, Solution

WAYS = ("noise", "persons")


@dataclass(frozen=True, eq=False)
class Stability:
    """How a plan fares under resampled weights.

    | field | unit | meaning |
    |-------|------|---------|
    | draws | number | problems that had a plan |
    | frequency | share | of their plans that open each site, for all positions |
    | kept | share | the same for the sites of the solution, by position of the site |
    | regret | share | for each draw, how much worse the solution's sites are than the plan found for it |
    """

    draws: int
    frequency: Floats
    kept: dict[int, float]
    regret: Floats


def stability(
    problem: LocationProblem,
    solution: Solution,
    *,
    draws: int = 30,
    spread: float = 0.1,
    way: str = "noise",
    seed: int = SEED,
    effort: str = "quick",
    **how: Any,
) -> Stability:
    """Ask the question again for weights as they might have been counted.

    | way | weights of a draw |
    |-----|-------------------|
    | noise | w_i e^(spread z_i), z_i standard normal: each row is off by about `spread` of itself |
    | persons | as many persons as there are, drawn from them with replacement (bootstrap): small rows vary most |

    Every draw is scaled to the same total, so that capacities and floors keep their meaning; the groups of a row
    change with its weight. The same seed gives the same draws. `how` (time limit, gap) goes to `solve`. After an
    interrupt from the keyboard the draws made so far are told about.

    Raises:
        ProblemError: a number of draws, spread or way that means nothing, or a solution of another problem or no plan.
    """
    _check(draws, spread, way)
    if faults := faults_of_solution(problem, solution):
        raise ProblemError(faults)
    rng = np.random.default_rng(seed)
    counts, regret = np.zeros(problem.n_sites), []
    for _ in range(draws):
        try:
            drawn = _drawn(problem, rng, spread, way)
            again = solve_again(drawn, solution, start=solution.sites, effort=effort, **how)
            if was_interrupted(again):
                break
            if again is None or again.objective is None:
                continue
            here = worth(drawn, solution, solution.sites)
        except KeyboardInterrupt:
            break
        counts[list(again.sites)] += 1.0
        regret.append(max(0.0, loss(solution.model, again.objective, here)) / max(abs(again.objective), 1e-300))
    frequency = counts / max(len(regret), 1)
    kept = {site: float(frequency[site]) for site in solution.sites}
    return Stability(len(regret), frequency, kept, np.array(regret, dtype=np.float64))


def _check(draws: int, spread: float, way: str) -> None:
    faults = [*fault_of_count("draws", draws, "draw at least once."), *fault_of_share("spread", spread)]
    if way not in WAYS:
        faults.append(f"way is {way!r}; it must be one of {', '.join(WAYS)}.")
    if faults:
        raise ProblemError(faults)


def _drawn(problem: LocationProblem, rng: Any, spread: float, way: str) -> LocationProblem:
    """The problem with the weights of one draw."""
    weight, total = problem.weight, float(problem.weight.sum())
    factor = np.exp(spread * rng.standard_normal(weight.size))
    if way == "persons":
        persons = rng.multinomial(max(round(total), 1), weight / total) if total > 0 else np.zeros(weight.size)
        factor = np.divide(persons, weight, out=np.zeros(weight.size), where=weight > 0)
    drawn = weight * factor
    if drawn.sum() > 0:
        drawn *= total / drawn.sum()
    groups = [Group(group.weight * factor, group.floor) for group in problem.groups]
    return replace(problem, weight=drawn, groups=groups)
