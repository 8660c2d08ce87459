"""A plan as parts and back."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geodata.errors import both
from geodata.figures import Figure
from planning.assumptions import Assumptions
from planning.faults import PlanningError
from planning.plan import Plan
from planning.record.format import Parts, opened, sealed
from planning.record.network import network_of_parts, network_parts
from planning.record.tables import from_parquet, to_parquet
from planning.record.texts import canonical, read_canonical
from planning.scenario import Scenario
from planning.scenario_faults import tuples

RECORD: Final = "plan.json"
TABLES: Final = ("sites", "cells", "options")
VALUES: Final = (
    "study_area", "baseline_digest", "layer_digests", "indicators", "solver", "sources", "demand_source", "cut_off",
)  # fmt: skip
_OF_THE_HEAD: Final = ("study_area", "baseline_digest", "indicators", "solver")


@dataclass(frozen=True)
class Head:
    """What a list of plans needs to know of each, without its tables.

    Attributes:
        toml: the scenario as the text of a file.
        baseline_digest: fingerprint of the study area.
        indicators: see `planning.plan.INDICATORS`.
        solver: see `Plan.solver`.
    """

    name: str
    toml: str
    study_area: str
    baseline_digest: str
    indicators: Mapping[str, float]
    solver: Mapping[str, Any]


def parts_of(plan: Plan) -> dict[str, bytes]:
    """The plan as bytes by name: `manifest.json`, `plan.json`, a parquet file for every table.

    Equal plans give parts that read back equal; `plan_of` gives the plan to the last digit.
    """
    record = {
        "scenario": plan.scenario.to_toml(),
        **{key: getattr(plan, key) for key in VALUES},
        "assumptions": plan.assumptions.records(),
    }
    tables = {name: to_parquet(getattr(plan, name)) for name in TABLES}
    network = {} if plan.network is None else network_parts(plan.network)
    return sealed({RECORD: canonical(record), **tables, **network})


def plan_of(parts: Parts) -> Plan:
    """The plan that `parts_of` wrote; the files of the user's that its scenario names need not be there any more.

    Raises:
        PlanningError: for a part that is missing, unknown or changed, and for a record of a newer version.
    """
    inside = opened(parts)
    try:
        return _plan(inside)
    except (ValueError, KeyError, TypeError) as error:
        raise _not_readable(error) from error


def head_of(parts: Parts) -> Head:
    """The head of the plan that `parts_of` wrote; every part is held against the manifest, none of them is unpacked.

    Raises:
        PlanningError: as `plan_of`.
    """
    inside = opened(parts)
    try:
        record = read_canonical(inside[RECORD])
        name = scenario_of(record["scenario"]).name
        return Head(name, record["scenario"], *(record[key] for key in _OF_THE_HEAD))
    except (ValueError, KeyError, TypeError) as error:
        raise _not_readable(error) from error


def _not_readable(error: Exception) -> PlanningError:
    fault = both(
        f"the record of the plan cannot be read by this version ({type(error).__name__}); run the scenario again",
        f"本版本无法读取该方案记录（{type(error).__name__}）；请重新运行情景",
    )
    return PlanningError([fault])


def scenario_of(toml: str) -> Scenario:
    """The scenario of a record, wherever the files that it names may be now.

    Raises:
        ValueError: when it is not TOML, or not a scenario.
    """
    return Scenario.model_validate(tuples(tomllib.loads(toml)))


def _plan(parts: Parts) -> Plan:
    record = read_canonical(parts[RECORD])
    return Plan(
        scenario=scenario_of(record["scenario"]),
        **{key: record[key] for key in VALUES},
        assumptions=Assumptions(tuple(Figure(**row) for row in record["assumptions"])),
        **{name: from_parquet(parts[name]) for name in TABLES},
        network=network_of_parts(parts),
    )
