"""What a new row of a list, or a new value for a code, begins with: what holds today, so that nothing is made up."""

from typing import Any

from planning.assumptions import default_assumptions
from planning.editor.field import Field
from planning.editor.values import value_of
from planning.scenario import Scenario
from planning.texts import text


def fresh_row(field: Field, code: str, scenario: Scenario, language: str) -> dict[str, Any]:
    """A new row of a list.

    Args:
        code: what the row is about; "" where rows are not about something.
    """
    if field.path == "network.money":
        taken = {row["source"] for row in value_of(scenario, field.path) or ()}
        names = (text("editor_new_source", language).format(number) for number in range(1, len(taken) + 2))
        return {"source": next(name for name in names if name not in taken), "yuan": [0.0]}
    usual: dict[str, dict[str, Any]] = {
        "changes.unsafe": {"reason": text("editor_reason", language)},
        "changes.upgrade": {"capacity_persons": int(default_assumptions()["capacity_township_institution"])},
        "changes.scale_demand": {"factor": 1.0},
        "changes.set_speed": {"value": default_assumptions().get(code)},
    }
    return {field.fields[0].path: code, **usual.get(field.path, {})}


def fresh_value(field: Field, code: str, scenario: Scenario) -> Any:
    """A new value for a code: what holds for it without one."""
    if field.path == "assumptions":
        return float(default_assumptions().get(code))
    if field.path == "network.modes":
        return scenario.network.mode if scenario.network is not None else None
    return 0.0
