"""Other plans: what would take the place of a site when it is left out, and how often a site comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import Sentence, both
from optimizers.network import NetworkSolution, changes, solve_network
from planning.network.explanation import Explanation
from planning.network.reasons.asking import Solver, asked_again, in_one_aim, site_at
from planning.network.reasons.effects import loss
from planning.network.reasons.explanation import between, price, priced_aim
from planning.network.reasons.sentences import counted, exactly, joined, over_of, site_name, told, unit_of
from planning.network.reasons.site_facts import left_out
from planning.network.reasons.why_here import chosen_at, touched_sites

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

NEAR: Final = 0.01
"""Share of the objective that a plan may lose and still be near the best; a judgement."""
BY_LEAVING_OUT: Final = both(
    "made by leaving out each other chosen site in turn, at most 1% worse", "逐一排除其他入选地点重算、损失不超过 1%"
)
BY_SEASON: Final = both("each made for one season alone", "分别只按一个季节重算")


def without(
    question: NetworkQuestion, solution: NetworkSolution, site_id: str, *, solve: Solver = solve_network, **how: Any
) -> NetworkSolution:
    """The best plan found that has nothing new at this site, for the aims of the solution."""
    site = chosen_at(question, solution, site_id)
    changed = changes.without_site(question.problem, site)
    return asked_again(question, solution, changed, solve, start=solution, **how)


def replacement(
    question: NetworkQuestion,
    solution: NetworkSolution,
    site_id: str,
    *,
    again: NetworkSolution | None = None,
    solve: Solver = solve_network,
    **how: Any,
) -> Explanation:
    """What the site is worth: how much worse the best plan without it is, and which sites then take its place.

    The order to open it, if there is one, is taken away on both sides.

    Args:
        again: the plan without it, where `without` was asked already.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    site, aim = chosen_at(question, solution, site_id), priced_aim(solution)
    base = in_one_aim(question, solution, solve, **how)
    again = again or without(question, solution, site_id, solve=solve, **how)
    if question.problem.site_by[site] >= 0:
        base = solve(changes.without_lock(question.problem, site), aims=(aim,), start=base, **how)
    interval, unit, over = price(aim, base, again), unit_of(question, aim), over_of(question, solution)
    name, without_it, words = site_name(question, site), left_out(question, site), loss(aim, interval, unit)
    moved = moved_sites(question, solution, question, again, site_id)
    sentence = both(
        f"{name}: {without_it}{over}, all else chosen anew: {words}.{moved}",
        f"{without_it.zh}、其余重新安排{over.zh}：{words.zh}。{moved.zh}",
    )
    return told("replacement", site_id, sentence, interval, unit)


def moved_sites(
    question: NetworkQuestion, solution: NetworkSolution, other: NetworkQuestion, again: NetworkSolution, site_id: str
) -> Sentence:
    """Sites with something new in one plan and not in the other, besides the one in question; of the same sites."""
    if again.objective is None:
        return both("", "")
    before, after = touched_sites(question, solution), touched_sites(other, again)
    come, gone = _only_in(question, after, before, site_id), _only_in(question, before, after, site_id)
    parts = []
    if come:
        names = joined(come)
        parts.append(both(f"the plan found opens {names} instead", f"所得方案改设{names.zh}"))
    if gone:
        names = joined(gone)
        parts.append(both(f"{names} {'give' if len(gone) > 1 else 'gives'} way", f"让位的有{names.zh}"))
    if not parts:
        return both(" The plan found changes no other site.", "所得方案其他地点不变。")
    words = "; ".join(parts)
    return both(f" {words[0].upper()}{words[1:]}.", f"{'；'.join(p.zh for p in parts)}。")


def _only_in(question: NetworkQuestion, one: Sequence[str], other: Sequence[str], but: str) -> list[Sentence]:
    """Names of the sites of one list that are not in the other."""
    return [site_name(question, site_at(question, site)) for site in one if site not in other and site != but]


def near_best(
    question: NetworkQuestion, solution: NetworkSolution, plans: Sequence[NetworkSolution], share: float = NEAR
) -> tuple[NetworkSolution, ...]:
    """Those plans that lose at most this share of what the best plan found reaches."""
    aim = priced_aim(solution)
    reached = [between(aim, plan)[0] for plan in plans]
    best = max([between(aim, solution)[0], *reached])
    return tuple(plan for plan, value in zip(plans, reached, strict=True) if value >= best - share * abs(best))


def appears(
    question: NetworkQuestion, site_id: str, plans: Sequence[Sequence[str]], made: Sentence
) -> tuple[Explanation, ...]:
    """In how many of these plans, given by their `touched_sites`, the site has something new; nothing without plans.

    Args:
        made: says how the plans were made.
    """
    if not plans:
        return ()
    count = sum(site_id in plan for plan in plans)
    of, name = len(plans), site_name(question, site_at(question, site_id))
    sentence = both(
        f"{name}: in {count} of {counted(of, 'other plan')} ({made}).",
        f"{name.zh}：{of} 个其他方案（{made.zh}）中入选 {count} 个。",
    )
    return (told("appears", site_id, sentence, exactly(float(count)), "times"),)
