"""The value of a setting in a scenario, and a scenario's table with another value.

A path is keys, codes and positions with dots between: `objective.sites`, `network.money.0.source`. A few paths stand
for more than one key (`objective.goal`, `when`), or for the changes of one type (`changes.lock`: the sites).
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from geodata.travel.rules import season_of
from planning.scenario import Scenario
from planning.scenario_form import LIMITS, Model

SITES: Final = 40  # where a goal is chosen that needs a number, as in the shipped scenarios
BUDGET_YUAN: Final = 12_000_000.0
AVERSION: Final = 1.0
ONE_CODE: Final = {"lock": "site", "forbid": "site", "open": "site", "close": "site", "close_road": "closure"}
"""Changes that only name one thing: their value is the list of what they name."""


def table_of(scenario: Scenario) -> dict[str, Any]:
    """The scenario as the tables of its file, to be changed freely."""
    return scenario.model_dump(mode="json", exclude_none=True)


def value_of(scenario: Scenario, path: str) -> Any:
    """The value of a setting; None where the file says nothing."""
    if path in _GET:
        return _GET[path](scenario)
    if path.startswith("changes."):
        return _in(_changes(scenario, path.split(".")[1]), path.split(".")[2:])
    return _in(scenario.model_dump(mode="json"), path.split("."))


def with_value(scenario: Scenario, path: str, value: Any) -> dict[str, Any]:
    """The tables of the scenario with another value of a setting; None takes it out."""
    table, parts = table_of(scenario), path.split(".")
    if path in _SET:
        _SET[path](table, value)
    elif parts[0] == "changes":
        _set_changes(scenario, table, parts[1:], value)
    else:
        _put(table, parts, value)
        if path in _FOLLOW:
            _FOLLOW[path](table)
    return table


def _in(value: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _put(inside: Any, parts: list[str], value: Any) -> None:
    for part in parts[:-1]:
        inside = inside.setdefault(part, {}) if isinstance(inside, dict) else inside[int(part)]
    last = parts[-1]
    if not isinstance(inside, dict):
        inside[int(last)] = value
    elif value is None:
        inside.pop(last, None)
    else:
        inside[last] = value


def _changes(scenario: Scenario, kind: str) -> list[Any]:
    """The changes of one type: codes, or rows without their type."""
    rows = [c.model_dump(mode="json") for c in scenario.changes if c.type == kind.removesuffix("_year")]
    if kind in ONE_CODE:
        return [row[ONE_CODE[kind]] for row in rows]
    return [{key: value for key, value in row.items() if key != "type"} for row in rows]


def _set_changes(scenario: Scenario, table: dict[str, Any], parts: list[str], value: Any) -> None:
    """All changes of one type anew; those that stay keep their place among the others."""
    kind = parts[0]
    if len(parts) > 1:
        rows = copy.deepcopy(_changes(scenario, kind))
        _put(rows, parts[1:], value)
        value = rows
    change = kind.removesuffix("_year")
    there = {row.get(ONE_CODE.get(kind, "")): row for row in table["changes"] if row["type"] == change}
    left = [there.get(v, {"type": change, ONE_CODE[kind]: v}) if kind in ONE_CODE else {"type": change, **_given(v)}
            for v in value or ()]  # fmt: skip
    out = []
    for row in table["changes"]:
        if row["type"] != change:
            out.append(row)
        elif kind not in ONE_CODE:
            out += [left.pop(0)] if left else []
        elif row in left:
            out.append(left.pop(left.index(row)))
    table["changes"] = [*out, *left]


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def _goal(scenario: Scenario) -> str:
    goal = scenario.objective
    return "equity" if goal.model == "p_median" and goal.inequality_aversion > 0 else goal.model


def _set_goal(table: dict[str, Any], goal: str) -> None:
    """Another model; what only the former one takes goes, and what the new one needs comes."""
    before = table["objective"]
    model = cast("Model", "p_median" if goal == "equity" else goal)
    kept = {key: before[key] for key in ("minutes", *LIMITS[model]) if key in before}
    if LIMITS[model] and not kept.keys() & set(LIMITS[model]):
        kept["sites"] = SITES
    if goal == "equity":
        kept["inequality_aversion"] = before.get("inequality_aversion") or AVERSION
    knob = {"set_cover": "cover_share", "backup_coverage": "backup_share"}.get(model)
    if knob and knob in before and before["model"] == model:
        kept[knob] = before[knob]
    table["objective"] = {"model": model, **kept}


def _limit_by(scenario: Scenario) -> str:
    goal = scenario.objective
    if goal.budget_yuan is None:
        return "by_sites"
    return "by_budget" if goal.sites is None else "by_both"


def _set_limit_by(table: dict[str, Any], how: str) -> None:
    goal = table["objective"]
    sites, yuan = goal.pop("sites", SITES), goal.pop("budget_yuan", BUDGET_YUAN)
    if how != "by_budget":
        goal["sites"] = sites
    if how != "by_sites":
        goal["budget_yuan"] = yuan


def _when(scenario: Scenario) -> str:
    return str(scenario.month or scenario.season)


def _set_when(table: dict[str, Any], when: str) -> None:
    table.pop("month", None)
    table["season"] = when
    if when.isdigit():
        table["month"], table["season"] = int(when), season_of(int(when))


def _years_follow(table: dict[str, Any]) -> None:
    """Money given year by year has as many years as the plan: the last sum goes on."""
    years = table["network"]["years"]
    for money in table["network"].get("money", ()):
        sums = money["yuan"]
        money["yuan"] = sums if len(sums) == 1 else [*sums, *[sums[-1]] * years][: max(int(years), 1)]


def _services_follow(table: dict[str, Any]) -> None:
    """What is said of a service goes with it."""
    network = table["network"]
    for key in ("minutes", "profiles", "standards"):
        network[key] = {name: v for name, v in network.get(key, {}).items() if name in network["services"]}


def _tilt_follows(table: dict[str, Any]) -> None:
    """A tilt to nowhere is none; one that begins asks for no share yet."""
    tilt = table["network"].get("tilt", {})
    if tilt.get("prefectures") or tilt.get("counties"):
        tilt.setdefault("share", 0.0)
    else:
        table["network"].pop("tilt", None)


_GET: Final[Mapping[str, Callable[[Scenario], Any]]] = {
    "objective.goal": _goal, "objective.limit_by": _limit_by, "when": _when,
}  # fmt: skip
_SET: Final[Mapping[str, Callable[[dict[str, Any], Any], None]]] = {
    "objective.goal": _set_goal, "objective.limit_by": _set_limit_by, "when": _set_when,
}  # fmt: skip
_FOLLOW: Final[Mapping[str, Callable[[dict[str, Any]], None]]] = {
    "network.years": _years_follow, "network.services": _services_follow,
    "network.tilt.prefectures": _tilt_follows, "network.tilt.counties": _tilt_follows,
}  # fmt: skip
