"""What stands beside the map of a plan that is being worked at: its numbers, how good it is known to be, its places."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from geodata.errors import in_language
from planning.comparing.gaps import head_of, is_decided
from planning.comparing.words import told
from planning.editor.choices import site_names
from planning.network.summary import map_lines
from planning.notes import cautions
from planning.plan import INDICATORS, Indicator, Plan
from planning.scenario import Scenario
from planning.scenario_form import Close, Forbid, Lock, Open, Unsafe
from planning.screens.tables import Cell, Column, Mark, Table, Value
from planning.study_area import StudyArea
from planning.texts import gap_sentence, text

HEADLINES: Final = (
    "share_near", "persons_served", "persons_near_but_full", "mean_travel_time_min", "worst_county_mean_min", "sites",
    "cost_yuan",
)  # fmt: skip
_BY_KEY: Final = {indicator.key: indicator for indicator in INDICATORS}


def numbers(plan: Plan, base: Plan | None, language: str) -> Table:
    """The few numbers to look at first, against the baseline where there is one."""
    columns = [
        Column("name", text("indicator", language)),
        Column("value", text("editor_this_plan", language), align="end"),
    ]
    if base is not None:
        columns.append(Column("against", text("editor_against", language), align="end"))
    rows = tuple(_row(_BY_KEY[key], plan, base, language) for key in HEADLINES)
    return Table(text("editor_numbers_caption", language), tuple(columns), rows, row_ids=HEADLINES)


def _row(indicator: Indicator, plan: Plan, base: Plan | None, language: str) -> dict[str, Value]:
    key, unit = indicator.key, indicator.unit
    title = indicator.zh if language == "zh" else indicator.en
    if key == "share_near":
        title = f"{title} ({plan.scenario.objective.minutes:g})"
    row: dict[str, Value] = {"name": title, "value": in_language(told(plan.indicators[key], unit), language)}
    if base is not None:
        change = plan.indicators[key] - base.indicators[key]
        row["against"] = Cell(
            in_language(told(change, unit, signed=True), language), _mark(indicator, change, plan, base)
        )
    return row


def _mark(indicator: Indicator, change: float, plan: Plan, base: Plan) -> Mark:
    if indicator.better == 0 or change == 0 or change != change:
        return ""
    if not is_decided(head_of(base), head_of(plan), indicator.key):
        return "unsure"
    return "better" if change * indicator.better > 0 else "worse"


def proof(plan: Plan, language: str) -> str:
    """How good the plan is known to be, as a sentence; objective, bound and seconds where something was optimised."""
    solver = plan.solver
    known = gap_sentence(str(solver["model"]), str(solver["status"]), solver["gap"], language)
    if solver["objective"] is None:
        return known
    bound = solver["bound"]
    shown = (shown_number(x) if x is not None else "—" for x in (solver["objective"], bound))
    return text("editor_proof", language).format(known, *shown, solver["seconds"])


def shown_number(value: float) -> str:
    """An objective or a bound: without decimals where it is large or whole, else with two."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.2f}"


def lines(plan: Plan, language: str) -> list[str]:
    """What else is to be known: of a network its money and people; then what the numbers hide."""
    network = map_lines(plan.network, language) if plan.network is not None else []
    return [*network, *cautions(plan, language)]


def places(plan: Plan, draft: Scenario, area: StudyArea, language: str) -> dict[str, Table]:
    """New places, existing ones, and those that were not chosen, each a table whose rows are sites."""
    is_new = plan.sites["role"] != "existing"
    ordered = plan.sites.sort_values(["nearest_persons", "site_id"], ascending=[False, True])
    left = plan.options.sort_values(["county_code", "site_id"])
    wishes, own = _wishes(draft, language), area.with_layers(plan.scenario.layers)
    found = {"new": ordered[is_new[ordered.index]], "there": ordered[~is_new[ordered.index]], "left": left}
    return {name: _places(name, rows, wishes, own, language) for name, rows in found.items()}


def _wishes(draft: Scenario, language: str) -> dict[str, str]:
    """Site → what the draft orders for it."""
    named = (Lock, Forbid, Open, Close)
    found = {c.site: text(f"editor_{c.type}", language) for kind in named for c in draft.of(kind)}
    return found | {c.site: c.reason for c in draft.of(Unsafe)}


def _places(name: str, rows: pd.DataFrame, wishes: dict[str, str], area: StudyArea, language: str) -> Table:
    names = site_names(area, language)
    columns = (
        Column("name", text("name", language)),
        Column("wish", text("editor_in_draft", language)),
        *(Column(key, text(_TITLES.get(key, key), language), align="end") for key in _AMOUNTS[name]),
    )
    made = tuple(_place(row, names, wishes, _AMOUNTS[name], language) for row in rows.to_dict("records"))
    caption = text(f"editor_caption_{name}", language)
    return Table(caption, columns, made, row_ids=tuple(rows["site_id"].astype(str)))


_AMOUNTS: Final = {"new": ("nearest_persons", "load"), "there": ("nearest_persons", "load"), "left": ("capital",)}
_TITLES: Final = {"load": "editor_load"}


def _place(
    row: Any, names: Mapping[str, str], wishes: dict[str, str], amounts: Sequence[str], language: str
) -> dict[str, Value]:
    site = str(row["site_id"])
    amount: dict[str, Value] = {
        "nearest_persons": _whole(row.get("nearest_persons")),
        "load": f"{_shown(row.get('load_persons'))} / {_shown(row.get('capacity_persons'))}",
        "capital": _whole(row.get("capital_yuan")),
    }
    name = names.get(site, str(row[f"name_{language}"]))
    return {"name": name, "wish": wishes.get(site, ""), **{key: amount[key] for key in amounts}}


def _whole(value: Any) -> Value:
    return "—" if value is None or value != value else int(value)


def _shown(value: Any) -> str:
    return "—" if value is None or value != value else f"{int(value):,}"
