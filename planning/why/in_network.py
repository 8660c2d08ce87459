"""Why a site is in a network plan or not: the reasons of `planning.network.reasons` for this site alone."""

from typing import Final

from optimizers.network import NetworkSolution, solve_network
from planning.network.explanation import Explanation
from planning.network.measures.even import evenly
from planning.network.posing.pose import NetworkQuestion
from planning.network.reasons.explain import explain_plan
from planning.network.reasons.others import replacement
from planning.network.reasons.whom import whom_it_serves
from planning.network.reasons.why_here import touched_sites, why_here

SECONDS: Final = 40.0
"""How long the questions that are asked again may take."""


def explain_network_site(
    question: NetworkQuestion, solution: NetworkSolution, site: str, seconds: float = SECONDS
) -> tuple[Explanation, ...]:
    """What a site gives and what would take its place where the plan has something new there, else why it has not.

    Raises:
        PlanningError: no such site.
    """
    if site not in touched_sites(question, solution):
        return explain_plan(question, solution, time_limit_s=seconds, why_not=(site,), all_else=False)
    found = (whom_it_serves(question, solution, site), *why_here(question, solution, site))
    other = replacement(question, solution, site, solve=evenly(solve_network), time_limit_s=seconds / 2, effort="quick")
    return (*found, other)
