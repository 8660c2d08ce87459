"""The `[network]` table of a scenario that must have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geodata.errors import both, prefixed
from planning.faults import PlanningError

if TYPE_CHECKING:
    from planning.network.scenario.form import Network
    from planning.scenario import Scenario

_NO_TABLE: Final = both("a table [network] is needed; add it", "需要 [network] 表；请补上")


def network_of(scenario: Scenario) -> Network:
    """The `[network]` table of a scenario.

    Raises:
        PlanningError: where there is none.
    """
    if scenario.network is None:
        raise PlanningError([prefixed(scenario.called, _NO_TABLE)])
    return scenario.network
