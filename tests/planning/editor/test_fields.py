"""The table of settings: whatever a scenario file may say can be set, in plain words, within the bounds of the file."""

import re
from dataclasses import replace

import pytest

from planning import Scenario, StudyArea
from planning.editor.choices import LISTS, choices
from planning.editor.field import UNITS
from planning.editor.fields import FIELDS, FILE_ONLY, bounds, keys_of_form, of_scenario
from planning.scenario import load, shipped, shipped_networks
from planning.study_area import area_of

PARTS = [(field, part) for field in FIELDS for part in field.fields]
ALL = [*FIELDS, *(part for _, part in PARTS)]


def test_every_key_of_a_scenario_file_can_be_set_or_says_why_not() -> None:
    settable = {key for field in FIELDS for key in (field.path, *field.keys)}
    assert [key for key in keys_of_form() if key not in settable | FILE_ONLY.keys()] == []


def test_every_part_of_a_row_of_a_list_can_be_set() -> None:
    from planning.network.scenario.form import Money, StaffOf
    from planning.scenario_form import ScaleDemand, SetSpeed, Unsafe, Upgrade

    rows = {field.path: {part.path for part in field.fields} for field in FIELDS if field.kind == "rows"}
    forms = {
        "network.money": Money,
        "network.staff_counties": StaffOf,
        "changes.unsafe": Unsafe,
        "changes.upgrade": Upgrade,
        "changes.scale_demand": ScaleDemand,
        "changes.set_speed": SetSpeed,
    }
    assert {path: set(form.model_fields) - {"type"} for path, form in forms.items()} == {
        path: rows[path] for path in forms
    }
    assert rows["changes.lock_year"] == {"site", "year"}


@pytest.mark.parametrize("field", ALL, ids=lambda field: field.path)
def test_words_are_short_plain_and_in_both_languages(field: object) -> None:
    from planning.editor.field import Field

    assert isinstance(field, Field)
    assert field.zh
    assert field.en
    assert field.unit in UNITS
    assert field.options == "" or field.options in LISTS
    assert len(field.help_zh) <= 60
    assert field.help_zh.endswith("。")
    assert field.help_zh.count("。") == 1
    assert field.help_en.endswith(".")
    assert not re.search(r"[.] [A-Z]", field.help_en)
    assert not re.search(r"[a-z]+_[a-z]+", f"{field.label('zh')} {field.label('en')} {field.help_en}")
    assert not re.search(r"[a-z]{3}|[,:;()\"']", field.help_zh)


def test_bounds_are_those_of_the_file() -> None:
    assert (bounds("objective.sites").low, bounds("objective.sites").is_whole) == (0, True)
    assert (bounds("objective.cover_share").low, bounds("objective.cover_share").high) == (0, 1)
    assert (bounds("network.years").low, bounds("network.years").high) == (1, 10)
    assert (bounds("network.standards.rehabilitation").low, bounds("network.floors.counties.653101").high) == (0, 1)
    assert bounds("network.money.0.yuan.0").low == 0
    assert not bounds("network.money.0.yuan.0").is_whole
    assert bounds("changes.upgrade.0.capacity_persons").is_whole
    assert bounds("network.most_sites").is_optional
    assert bounds("changes.lock_year.0.year").is_optional


def test_each_scenario_shows_what_it_needs_and_no_more() -> None:
    most, frugal, network = load("most_people"), load("frugal"), load("network_frugal")
    assert [f.path for f in of_scenario(most, more=False)["aim"]] == [
        "objective.goal", "objective.limit_by", "objective.sites", "objective.minutes",
    ]  # fmt: skip
    assert "objective.budget_yuan" in {f.path for f in of_scenario(frugal, more=False)["aim"]}
    assert list(of_scenario(network, more=False))[:2] == ["services", "aims"]
    paths = {f.path for fields in of_scenario(network, more=True).values() for f in fields}
    assert not {"objective.goal", "profile", "changes.lock"} & paths
    assert "changes.lock_year" in paths


def test_every_list_has_names_in_both_languages(area: StudyArea) -> None:
    for name in (*shipped(), *shipped_networks()):
        scenario: Scenario = load(name)
        for options in LISTS:
            zh, en = (choices(options, scenario, area, language) for language in ("zh", "en"))
            assert zh.keys() == en.keys(), options
            assert all((*zh.values(), *en.values())), options
        if name == "most_people":
            assert zh
    assert choices("sites", scenario, area, "zh")["C653101"] == "喀什市县级残疾人服务中心（喀什市）"


def test_an_area_that_knows_prefectures_by_code_alone_still_names_them(area: StudyArea) -> None:
    by_code = area.data.prefectures[["prefecture_code"]]
    own, scenario = area_of(replace(area.data, prefectures=by_code)), load("network_five_years")
    for language in ("zh", "en"):
        for options in ("prefectures", "places"):
            assert choices(options, scenario, own, language) == choices(options, scenario, area, language)
