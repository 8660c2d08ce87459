"""One scenario from start to end."""

from geodata.errors import both
from planning.faults import PlanningError
from planning.network.run import run_network
from planning.plan import Plan, read_answer
from planning.scenario import Scenario
from planning.solving import answered
from planning.study_area import Progress, StudyArea


def run(scenario: Scenario, area: StudyArea, *, progress: Progress | None = None) -> Plan:
    """Pose the scenario's question on the study area, solve it and measure the plan.

    A scenario with `[network]` gives a plan whose `network` has services, years and money.

    Args:
        progress: called with the name of a step and a share from 0 to 1.

    Raises:
        PlanningError: for unknown codes, for a study area that is not the scenario's, or when no plan exists.
    """
    if scenario.study_area != area.data.name:
        asked, given = scenario.study_area, area.data.name
        fault = both(
            f"scenario '{scenario.name}' is for '{asked}', not for '{given}'",
            f"情景“{scenario.name}”用于研究区“{asked}”，不能用于“{given}”；请换用对应的研究区",
        )
        raise PlanningError([fault])
    if scenario.network is not None:
        return run_network(scenario, area, progress)
    found = answered(scenario, area, progress)
    return read_answer(found.question, found.solution, area)
