"""What may be chosen in a setting, by name: codes of the file and what people call them."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from geodata.services import SERVICES, services
from geodata.travel.rules import PROFILES, season_of
from planning.demand_report import available_bases
from planning.network.scenario.form import ROUND_STAFF, SPECIALISMS
from planning.network.words import STAFF
from planning.scenario import Scenario
from planning.scenario_faults import SPEEDS
from planning.study_area import StudyArea
from planning.texts import TEXTS, text

Named = tuple[str, str]
GOALS: Final = (
    "max_coverage", "equity", "p_median", "p_center", "lexicographic", "set_cover", "backup_coverage", "none",
)  # fmt: skip
WHEN: Final = ("summer", "winter", *(str(month) for month in range(1, 13)))


def _months() -> dict[str, Named]:
    out = {}
    for when in WHEN:
        zh, en = TEXTS[season_of(int(when)) if when.isdigit() else when]
        zh_in, en_in = TEXTS["in_month"]
        out[when] = (zh_in.format(when, zh), en_in.format(when, en)) if when.isdigit() else (zh, en)
    return out


def _texts(*keys: str, prefix: str = "") -> dict[str, Named]:
    return {key: TEXTS[prefix + key] for key in keys}


# name of a list → code → (Chinese, English); what does not depend on the study area
FIXED: Final[Mapping[str, Mapping[str, Named]]] = {
    "goals": _texts(*GOALS, prefix="goal_"),
    "limits": {**_texts("by_sites", "by_budget"), "by_both": ("两者都限制", "both")},
    "when": _months(),
    "profiles": _texts(*PROFILES),
    "candidate_kinds": _texts("township_place", "village_point"),
    "efforts": {
        "first": ("先看一眼（不到一秒）", "a first look (under a second)"),
        "quick": ("快速（几秒）", "quick (seconds)"),
        "thorough": ("深入（尽量证明）", "thorough (on to a proof)"),
    },
    "services": {key: (row.zh, row.en) for key, row in services().items()},
    "network_seasons": {
        "summer": TEXTS["summer"],
        "winter": TEXTS["winter"],
        "all_year": ("全年（冬夏都要到得了）", "all year (in time in both)"),
        "both": ("冬夏分别安排", "summer and winter apart"),
    },
    "aims": _texts(
        "most_units", "neediest", "kolm_pollak", "worst_off", "least_cost", "fewest_sites", "least_regret",
        prefix="aim_",
    ),
    "pays": {
        "both": ("建设和运行", "capital and running"),
        "capital": ("只用于建设", "capital only"),
        "running": ("只用于运行", "running cost only"),
    },
    "owners": {
        "joint": ("互相开放，服务所有人", "serve everyone"),
        "separate": ("各自服务自己的人", "each its own people"),
    },
    "modes": {
        "public_private": ("公建民营", "public, run privately"),
        "private_aided": ("民办公助", "private, aided"),
        "purchased": ("政府购买服务", "purchased"),
    },
    "specialisms": {key: (STAFF[key].zh, str(STAFF[key])) for key in (*SPECIALISMS, ROUND_STAFF)},
    "comparisons": {
        "phasing": ("一次到位（不分年）", "everything at once"),
        "seasons": ("按季节分别规划", "plans by season"),
        "integration": ("兵地分开与融合", "local and XPCC apart and together"),
    },
}  # fmt: skip
NAMES: Final[Mapping[str, Named]] = {
    code: names for table in reversed([*FIXED.values()]) for code, names in table.items() if code != "both"
}
"""Names of all fixed codes, for sentences."""


def choices(options: str, scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    """Codes that may be chosen → their names, in the order in which they are shown."""
    if options in FIXED:
        return {code: names[0 if language == "zh" else 1] for code, names in FIXED[options].items()}
    return _OF_AREA[options](scenario, area, language)


def name_of(options: str, code: str, scenario: Scenario, area: StudyArea, language: str) -> str:
    """What a code is called; the code itself where nothing is known of it."""
    return choices(options, scenario, area, language).get(code, code)


def site_names(area: StudyArea, language: str) -> dict[str, str]:
    """Every institution and candidate: id → name with its county."""
    return _site_names(area, language)


@lru_cache(maxsize=4)
def _site_names(area: StudyArea, language: str) -> dict[str, str]:
    column = f"name_{language}"
    county = area.data.counties.set_index("county_code")[column]
    rows = area.sites.sort_values(["county_code", "site_id"])
    places = [county.get(code, "") for code in rows["county_code"]]
    form = "{0}（{1}）" if language == "zh" else "{0}, {1}"
    named = zip(rows["site_id"], rows[column], places, strict=True)
    return {site: form.format(name, place) if place else str(name) for site, name, place in named}


def _sites(scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    return site_names(area.with_layers(scenario.layers), language)


def _candidates(scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    """Candidates of the kinds that the scenario takes, and those that it names already."""
    own = area.with_layers(scenario.layers)
    kinds = {"township_place", *scenario.candidates.kinds}
    if scenario.network is not None and scenario.network.village_points:
        kinds.add("village_point")
    rows = own.candidates[own.candidates["kind"].isin(kinds)]
    wanted = {*rows["site_id"], *(getattr(change, "site", "") for change in scenario.changes)}
    wanted -= set(own.institutions["site_id"])
    return {site: name for site, name in site_names(own, language).items() if site in wanted}


def _institutions(scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    own = area.with_layers(scenario.layers)
    there = set(own.institutions["site_id"])
    return {site: name for site, name in site_names(own, language).items() if site in there}


def _counties(_: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    rows = area.data.counties.sort_values("county_code")
    return dict(zip(map(str, rows["county_code"]), rows[f"name_{language}"], strict=True))


def _prefectures(_: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    """Prefectures; those of an own study area have codes alone, and the names that the embedded area knows."""
    rows = area.data.prefectures
    known = rows if f"name_{language}" in rows else StudyArea.southern_xinjiang().data.prefectures
    names = dict(zip(map(str, known["prefecture_code"]), known[f"name_{language}"], strict=True))
    return {code: str(names.get(code, code)) for code in map(str, rows["prefecture_code"])}


def _places(scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    return {**_prefectures(scenario, area, language), **_counties(scenario, area, language)}


def _closures(_: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    return area.closure_names(language)


def _bases(_: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    return {base: text(f"base_{base}", language) for base in available_bases(area)}


def _chosen_services(scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    chosen = scenario.network.services if scenario.network else ()
    return {key: name for key, name in choices("services", scenario, area, language).items() if key in chosen}


def _figures(_: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    return {row.key: row.zh if language == "zh" else row.en for row in area.assumptions.rows}


def _speeds(scenario: Scenario, area: StudyArea, language: str) -> dict[str, str]:
    known = _figures(scenario, area, language)
    return {key: known[key] for key in SPEEDS if key in known}


_OF_AREA: Final[Mapping[str, Callable[[Scenario, StudyArea, str], dict[str, str]]]] = {
    "sites": _sites, "candidates": _candidates, "institutions": _institutions, "counties": _counties,
    "prefectures": _prefectures, "places": _places, "closures": _closures, "bases": _bases,
    "chosen_services": _chosen_services, "figures": _figures, "speeds": _speeds,
}  # fmt: skip
LISTS: Final = (*FIXED, *_OF_AREA)
"""Names of all lists."""
assert set(FIXED["services"]) == set(SERVICES)
