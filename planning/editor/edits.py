"""A scenario with one thing changed. Nothing is edited in place, and nothing invalid ever comes out."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from geodata.errors import both
from planning.codes import unknown_codes
from planning.editor.plain_faults import in_plain_words
from planning.editor.values import table_of, value_of, with_value
from planning.faults import PlanningError
from planning.scenario import Scenario
from planning.scenario_faults import form_faults
from planning.study_area import StudyArea

ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "candidate": ("lock", "forbid", "open", "free"), "existing": ("close", "free"),
}  # fmt: skip
"""What can be done with a site on the map or in the table."""
_ONE_SITE: Final = ("lock", "forbid", "unsafe", "open", "close")
_HERE: Final = Path()
FILES_NAMED: Final = both(
    "[layers] names files of this machine, which no scenario of the page may; take the lines out, read the files "
    "under Data, and make a study area of them",
    "[layers] 引用了本机文件，网页上的情景不能这样写；请删去这几行，在“数据”页读入文件并建立研究区",
)


def edited(scenario: Scenario, path: str, value: Any) -> Scenario:
    """The scenario with another value of one setting; None where the setting is to say nothing.

    Args:
        value: as in the file: shares 0 to 1, yuan, codes.

    Raises:
        PlanningError: all that is wrong then, in the words of the page.
    """
    return _checked(with_value(scenario, path, value), scenario.name)


def acted(scenario: Scenario, verb: str, site: str, area: StudyArea) -> Scenario:
    """The scenario after an act on a site: lock, forbid, open (as if it stood already), close, or free of all these.

    A verb that does not fit the site, and a site that the area does not have, change nothing.
    """
    kind = kind_of(site, scenario, area)
    if verb not in ACTS.get(kind, ()):
        return scenario
    table = table_of(scenario)
    same = {"type": verb, "site": site}
    if any({"type": row["type"], "site": row.get("site")} == same for row in table["changes"]):
        return scenario
    table["changes"] = [r for r in table["changes"] if not (r["type"] in _ONE_SITE and r["site"] == site)]
    if verb != "free":
        table["changes"].append(same)
    return _checked(table, scenario.name)


def kind_of(site: str, scenario: Scenario, area: StudyArea) -> str:
    """`existing`, `candidate`, or "" for a site that the scenario's area does not have."""
    own = area.with_layers(scenario.layers)
    if (own.institutions["site_id"] == site).any():
        return "existing"
    return "candidate" if (own.candidates["site_id"] == site).any() else ""


def added(scenario: Scenario, path: str, item: Any) -> Scenario:
    """One more at the end of a list."""
    return edited(scenario, path, [*(value_of(scenario, path) or ()), item])


def removed(scenario: Scenario, path: str, position: int) -> Scenario:
    """A list without the one at a position; as it is where there is none."""
    items = list(value_of(scenario, path) or ())
    return edited(scenario, path, items[:position] + items[position + 1 :])


def moved(scenario: Scenario, path: str, position: int, by: int) -> Scenario:
    """One of a list further up (-1) or down (1); as it is at the end of the list."""
    items = list(value_of(scenario, path) or ())
    to = position + by
    if not (0 <= position < len(items) and 0 <= to < len(items)):
        return scenario
    items[position], items[to] = items[to], items[position]
    return edited(scenario, path, items)


def from_text(text: str, start: Scenario, area: StudyArea) -> Scenario:
    """A scenario from the text of a file, checked like one, for this study area.

    Raises:
        PlanningError: one sentence for every fault; a text that names files of the machine is refused.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fault = both(
            f"this is not valid TOML ({error}); correct it: plain quotes and commas, no key twice",
            "不合 TOML 写法；请改正：引号、逗号须用半角，同一键不能出现两次",
        )
        raise PlanningError([fault]) from None
    table = {"name": start.name, **table}
    if _names_files(table):
        raise PlanningError([FILES_NAMED])
    faults = form_faults(table, _HERE) or unknown_codes(table, area)
    if faults:
        raise PlanningError(faults)
    found = Scenario.from_table(table, start.name)
    return found if found.study_area == area.data.name else found.for_area(area)[0]


def _names_files(table: Mapping[str, Any]) -> bool:
    layers = table.get("layers")
    return isinstance(layers, Mapping) and any(layers.values())


def renamed(scenario: Scenario, name: str) -> Scenario:
    """The scenario under another name.

    Raises:
        PlanningError: for a name with other than letters, digits, `-` and `_`.
    """
    return _checked({**table_of(scenario), "name": name.strip()}, name)


def _checked(table: dict[str, Any], name: str) -> Scenario:
    faults = form_faults(table, _HERE)
    if faults:
        raise PlanningError([in_plain_words(fault) for fault in faults])
    return Scenario.from_table(table, name)
