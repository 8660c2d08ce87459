"""The price of combining aims: what each aim alone could reach, and what the plan reaches of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geodata.errors import both
from optimizers.network import NetworkSolution, solve_network
from optimizers.network.recount import Recount
from planning.network.explanation import Explanation
from planning.network.reasons.asking import Solver
from planning.network.reasons.explanation import Interval, between, cleaned, sense
from planning.network.reasons.sentences import AIM_NAMES, amount, over_years, told, unit_of, within

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


def price_of_aim(
    question: NetworkQuestion, solution: NetworkSolution, aim: str, *, solve: Solver = solve_network, **how: Any
) -> Explanation:
    """What the plan gives up of one aim for the others: the best for this aim alone against what the plan reaches.

    The plan's value is counted from its deliveries and costs.

    Args:
        aim: of the engine, "most", "worst_off", "least_cost" or "fewest_sites"; the regret of a plan is measured
            against each season's best and told by `prices_of_season`.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    alone = solve(question.problem, aims=(aim,), start=solution, **how)
    reached = Recount(question.problem, solution).value(aim)
    assert reached is not None
    interval = _given_up(aim, alone, sense(aim) * reached)
    unit, over, name = unit_of(question, aim), over_years(aim, question.years), AIM_NAMES[aim]
    words, here = within(interval, unit), amount(reached, unit)
    sentence = both(
        f"Aim: {name}{over}. This plan: {here}; given up against the best for this aim alone: {words}.",
        f"目标“{name.zh}”{over.zh}：本方案为 {here.zh}；与单独追求该目标相比的代价：{words.zh}。",
    )
    return told("aim", aim, sentence, interval, unit)


def _given_up(aim: str, alone: NetworkSolution, reached: float) -> Interval:
    """The plan is one of those that the best alone is chosen from, so nothing is ever gained."""
    least, most = between(aim, alone)
    return cleaned(least - reached, max(0.0, least - reached), most - reached, abs(reached))


def prices_of_aims(
    question: NetworkQuestion, solution: NetworkSolution, *, solve: Solver = solve_network, **how: Any
) -> tuple[Explanation, ...]:
    """`price_of_aim` for each aim of a solution that has several; nothing for one that has one."""
    told_apart = [aim for aim in solution.aims if aim != "least_regret"]
    if len(solution.aims) < 2:
        return ()
    return tuple(price_of_aim(question, solution, aim, solve=solve, **how) for aim in told_apart)


def price_of_first(question: NetworkQuestion, solution: NetworkSolution) -> Explanation | None:
    """Which share of the first aim the later ones were allowed to take, and did take; None where there is one aim.

    Exact for the plan found: the first aim as it was reached before the later ones were looked at.
    """
    if len(solution.aims) < 2 or not solution.stages or solution.stages[0].objective is None:
        return None
    aim, before = solution.stages[0].aim, solution.stages[0].objective
    after = Recount(question.problem, solution).value(aim)
    if after is None or aim.startswith("season_"):
        return None
    lost = sense(aim) * (before - after)
    lost = 0.0 if math.isclose(before, after, rel_tol=1e-6, abs_tol=1e-6) else lost
    unit, over, name = unit_of(question, aim), over_years(aim, question.years), AIM_NAMES[aim]
    sentence = both(
        f"For the later aims the plan gives up {amount(lost, unit)} of the first ({name}){over}.",
        f"为兼顾后续目标，首要目标（{name.zh}）{over.zh}让出 {amount(lost, unit).zh}。",
    )
    return told("aim_order", aim, sentence, Interval(lost, lost, lost), unit)
