"""Codes in a scenario that its study area does not have."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geodata.errors import Sentence, both, prefixed
from planning.faults import nearest
from planning.study_area import StudyArea

# type of change → the key that holds a code, and what the code must be
_CODES: Final[dict[str, tuple[str, str]]] = {
    "open": ("site", "candidate"),
    "lock": ("site", "candidate"),
    "forbid": ("site", "candidate"),
    "unsafe": ("site", "site"),
    "close": ("site", "existing institution"),
    "upgrade": ("site", "site"),
    "close_road": ("closure", "closure"),
    "scale_demand": ("county", "county"),
}
_ZH: Final = {
    "candidate": "候选地点", "existing institution": "现有机构", "site": "地点", "closure": "封路路段", "county": "县",
    "prefecture": "地州", "county or prefecture": "县或地州",
}  # fmt: skip


def unknown_codes(table: Mapping[str, Any], area: StudyArea) -> list[str]:
    """One sentence for every site, county or closure that the study area does not have.

    Args:
        table: a scenario as plain tables; whatever is not of the right kind is passed over here, for the
            check of the form names it.
    """
    known = {
        "candidate": list(area.candidates["site_id"]),
        "existing institution": list(area.institutions["site_id"]),
        "site": list(area.sites["site_id"]),
        "closure": list(area.data.closures["closure_id"]),
        "county": list(area.data.counties["county_code"]),
        "prefecture": list(dict.fromkeys(str(code)[:4] for code in area.data.counties["county_code"])),
    }
    if isinstance(table.get("network"), Mapping):  # a network also counts on what one service leaves aside
        rows = area.data.facilities
        schools = list(rows.loc[rows["kind"] == "special_school", "facility_id"])
        known["existing institution"] += schools
        known["site"] += schools
    known["county or prefecture"] = known["county"] + known["prefecture"]
    faults: list[str] = []
    for where, what, code in _named(table):
        if code not in known[what]:
            hint = nearest(code, known[what])
            faults.append(
                prefixed(where, both(f"there is no {what} '{code}'{hint}", f"没有{_ZH[what]}“{code}”{hint.zh}"))
            )
    return faults


def _named(table: Mapping[str, Any]) -> list[tuple[Sentence, str, str]]:
    """Where in the scenario, what, and the code."""
    candidates, changes = table.get("candidates"), table.get("changes")
    counties = candidates.get("counties") if isinstance(candidates, Mapping) else None
    where = both("[candidates] counties", "[candidates] counties")
    named = [(where, "county", code) for code in _list(counties)]
    for i, change in enumerate(_list(changes), 1):
        kind = change.get("type") if isinstance(change, Mapping) else None
        if isinstance(kind, str) and kind in _CODES:
            key, what = _CODES[kind]
            place = both(f"changes no. {i} ({kind}) {key}", f"changes 第 {i} 项（{kind}）{key}")
            named.append((place, what, change.get(key)))
    named += _in_network(table.get("network"))
    return [(where, what, code) for where, what, code in named if isinstance(code, str)]


def _in_network(network: Any) -> list[tuple[Sentence, str, Any]]:
    """Codes of counties, prefectures and sites in `[network]`."""
    if not isinstance(network, Mapping):
        return []
    places: list[tuple[str, str, Sequence[Any]]] = [
        ("[network.modes]", "county or prefecture", list(network.get("modes") or {}))
    ]
    places.append(("[network] why_not", "site", _list(network.get("why_not"))))
    floors, tilt = network.get("floors"), network.get("tilt")
    if isinstance(floors, Mapping):
        places.append(("[network.floors] counties", "county", list(floors.get("counties") or {})))
    for i, row in enumerate(_list(network.get("staff_counties")), 1):
        places.append((f"[network.staff_counties] {i}", "county", [row.get("county")]))
    sources = [(f"[network.money] {i}", row) for i, row in enumerate(_list(network.get("money")), 1)]
    for where, row in [*sources, ("[network.tilt]", tilt)]:
        if isinstance(row, Mapping):
            places.append((f"{where} counties", "county", _list(row.get("counties"))))
            places.append((f"{where} prefectures", "prefecture", _list(row.get("prefectures"))))
    return [(both(where, where), what, code) for where, what, codes in places for code in codes]


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
