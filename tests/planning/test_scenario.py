"""Scenario files: read, written back, and every fault named at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from made_scenarios import COUNTY, is_chinese, is_english, own_layers, reread, scenario, write_text
from pydantic import ValidationError

from planning import PlanningError, Scenario
from planning.assumptions import default_assumptions
from planning.cli import checked_scenario
from planning.faults import in_language
from planning.scenario import load, shipped
from planning.scenario_faults import SPEEDS
from planning.scenario_form import CHANGE_TYPES
from planning.texts import LANGUAGES

SITE = "G11890268"


def faults_of(text: str, folder: Path) -> tuple[str, ...]:
    """The faults of a scenario file with this text; codes of places are not looked at."""
    with pytest.raises(PlanningError) as caught:
        Scenario.from_toml(write_text(folder / "asked.toml", text))
    return caught.value.faults


def code_faults_of(text: str, folder: Path) -> tuple[str, ...]:
    """The faults of a scenario file with this text, codes of places among them."""
    with pytest.raises(PlanningError) as caught:
        checked_scenario(str(write_text(folder / "asked.toml", text)))
    return caught.value.faults


def change_table(change: dict[str, Any]) -> dict[str, Any]:
    return {"changes": [change]}


EVERY_CHANGE: list[dict[str, Any]] = [
    {"type": "open", "site": SITE},
    {"type": "close", "site": "C653101"},
    {"type": "upgrade", "site": "C653121", "capacity_persons": 4000},
    {"type": "lock", "site": "G11890652"},
    {"type": "forbid", "site": "G11890878"},
    {"type": "unsafe", "site": "C653131", "reason": "滑坡"},
    {"type": "close_road", "closure": "duku"},
    {"type": "scale_demand", "county": COUNTY, "factor": 1.2},
    {"type": "set_speed", "speed": "main_road_kph", "value": 70.0},
]


class TestReadingAndWriting:
    @pytest.mark.parametrize("name", list(shipped()))
    def test_a_shipped_scenario_reads_back_equal(self, name: str) -> None:
        asked = load(name)
        assert asked.name == name
        assert reread(asked) == asked
        assert asked.title("zh") != asked.title("en")
        assert asked.description_zh
        assert asked.description_en

    def test_there_are_a_baseline_and_three_scenarios_or_more(self) -> None:
        assert next(iter(shipped())) == "baseline"
        assert load("baseline").objective.model == "none"
        assert len(shipped()) >= 4

    def test_every_kind_of_change_reads_back_equal(self) -> None:
        asked = scenario(
            changes=EVERY_CHANGE, assumptions={"boarding_min": 5.0}, season="winter", weights={"severe": 2}
        )
        assert {c["type"] for c in EVERY_CHANGE} == set(CHANGE_TYPES)
        assert [c.type for c in asked.changes] == [c["type"] for c in EVERY_CHANGE]
        assert reread(asked) == asked

    def test_a_file_with_a_byte_order_mark_is_read(self, tmp_path: Path) -> None:
        path = write_text(tmp_path / "windows.toml", 'name = "窗口"\r\n', "utf-8-sig")
        assert Scenario.from_toml(path).name == "窗口"

    def test_layer_files_are_found_beside_the_scenario(self, tmp_path: Path) -> None:
        asked = scenario(layers=own_layers(tmp_path), folder=tmp_path)
        assert Path(str(asked.layers.candidates)).is_absolute()
        assert Path(str(asked.layers.candidates)).is_file()

    def test_a_scenario_cannot_be_edited(self) -> None:
        with pytest.raises(ValidationError):
            load("baseline").season = "winter"  # type: ignore[misc]

    def test_a_scenario_without_title_goes_by_its_name(self) -> None:
        assert scenario("plain").title("zh") == scenario("plain").title("en") == "plain"

    def test_every_speed_is_an_assumption(self) -> None:
        assert set(SPEEDS) <= set(default_assumptions().keys())


EVERY_FAULT = """
name = "wrong"
sesaon = "winter"
[objective]
model = "max_coverage"
sites = -4
minutes = "sixty"
[layers]
candidates = "nowhere.csv"
[weights]
severe = -2.0
[assumptions]
boarding_minn = 3.0
main_road_kph = -1.0
[[changes]]
type = "opne"
site = "G11890268"
[[changes]]
type = "set_speed"
speed = "main_road"
value = 0
[[changes]]
type = "lock"
sites = "G11890268"
"""
EXPECTED = (
    r"top level: unknown key 'sesaon'; did you mean 'season'\?",
    r"\[objective\] sites: -4 found, a number of 0 or more is needed",
    r"\[objective\] minutes: 'sixty' found, a number is needed",
    r"\[layers\] candidates: there is no file 'nowhere.csv'",
    r"\[weights\] severe: -2.0 found, a number of 0 or more is needed",
    r"\[assumptions\]: unknown key 'boarding_minn'; did you mean 'boarding_min'\?",
    r"\[assumptions\] main_road_kph: -1.0 found, a number of 0 or more is needed",
    r"changes no. 1: type 'opne' is not known; did you mean 'open'\?",
    r"changes no. 2: speed 'main_road' is not known; did you mean 'main_road_kph'\?",
    r"changes no. 2: value: 0 found, a number above 0 is needed",
    r"changes no. 3: unknown key 'sites'; did you mean 'site'\?",
    r"changes no. 3: site is missing; add it",
)

EXPECTED_ZH = (
    "[objective] sites：发现 -4；请填 0 或更大的数",
    "[objective] minutes：发现 'sixty'；请填数字",
    "[weights] severe：发现 -2.0；请填 0 或更大的数",
    "changes 第 1 项：没有“opne”这种类型；是否应为“open”？",
    "changes 第 2 项：value：发现 0；请填大于 0 的数",
    "changes 第 3 项：缺少 site；请补上",
    "changes 第 3 项：没有“sites”这一项；是否应为“site”？",
    "文件顶层：没有“sesaon”这一项；是否应为“season”？",
    "[assumptions]：没有“boarding_minn”这一项；是否应为“boarding_min”？",
    "[assumptions] main_road_kph：发现 -1.0；请填 0 或更大的数",
    "changes 第 2 项：没有“main_road”这个速度；是否应为“main_road_kph”？",
    "[layers] candidates：没有文件“nowhere.csv”；请核对路径和文件名",
)


class TestFaults:
    def test_all_faults_of_a_file_are_named_at_once_one_sentence_each(self, tmp_path: Path) -> None:
        faults = faults_of(EVERY_FAULT, tmp_path)
        for sentence in EXPECTED:
            assert sum(bool(re.search(sentence, fault)) for fault in faults) == 1, (sentence, faults)
        assert len(faults) == len(EXPECTED)
        assert all(fault.startswith("asked.toml: ") and "\n" not in fault for fault in faults)

    def test_a_planning_error_is_a_value_error_with_one_line_a_fault(self, tmp_path: Path) -> None:
        path = write_text(tmp_path / "asked.toml", EVERY_FAULT)
        with pytest.raises(ValueError, match="sesaon") as caught:
            Scenario.from_toml(path)
        assert len(str(caught.value).splitlines()) == len(EXPECTED)

    def test_a_site_both_locked_and_forbidden_is_named(self, tmp_path: Path) -> None:
        text = (
            f'name = "a"\n[[changes]]\ntype = "lock"\nsite = "{SITE}"\n[[changes]]\ntype = "forbid"\nsite = "{SITE}"\n'
        )
        (fault,) = faults_of(text, tmp_path)
        assert f"'{SITE}' is both locked and forbidden" in fault

    def test_a_contradiction_is_named_together_with_a_mistyped_key(self, tmp_path: Path) -> None:
        text = (
            f'name = "a"\nseson = "winter"\n[[changes]]\ntype = "lock"\nsite = "{SITE}"\n'
            f'[[changes]]\ntype = "forbid"\nsite = "{SITE}"\n'
        )
        faults = faults_of(text, tmp_path)
        assert any("seson" in fault for fault in faults)
        assert any("both locked and forbidden" in fault for fault in faults)

    @pytest.mark.parametrize(
        ("goal", "named"),
        [
            ({"model": "p_median"}, "'p_median' needs sites, budget_yuan or both"),
            ({"model": "p_center"}, "'p_center' needs sites"),
            ({"model": "lexicographic", "budget_yuan": 5.0}, "'lexicographic' does not take it; use sites"),
            ({"model": "set_cover", "sites": 3}, "'set_cover' does not take it; leave it out"),
            ({"model": "set_cover", "backup_share": 1.0}, "only the model 'backup_coverage' takes it"),
            ({"model": "p_median", "sites": 3, "cover_share": 0.9}, "only the model 'set_cover' takes it"),
            ({"model": "max_coverage"}, "needs sites, budget_yuan or both"),
            ({"model": "set_cover", "inequality_aversion": 1.0}, "only the model 'p_median' takes it"),
            ({"model": "p_medain", "sites": 3}, "'p_medain' found, one of"),
            ({"model": "p_median", "sites": 2.5}, "2.5 found, a whole number is needed"),
            ({"model": "p_median", "sites": True}, "True found, a whole number is needed"),
            ({"model": "p_median", "sites": 3, "minutes": float("nan")}, "minutes: nan found"),
            ({"model": "p_median", "sites": 3, "minutes": 0}, "minutes: 0 found, a number above 0"),
        ],
    )
    def test_an_objective_that_cannot_be_is_refused(self, goal: dict[str, Any], named: str) -> None:
        with pytest.raises(PlanningError, match=re.escape(named)) as caught:
            scenario(objective=goal)
        assert all(is_chinese(in_language(fault, "zh")) for fault in caught.value.faults)

    @pytest.mark.parametrize("changes", [5, [5], [{"site": SITE}], [{"type": 5}], [{"type": ["open"]}]])
    def test_changes_that_are_no_changes_are_refused_in_words(self, changes: Any) -> None:
        with pytest.raises(PlanningError, match="changes") as caught:
            scenario(changes=changes)
        assert all(is_chinese(in_language(fault, "zh")) for fault in caught.value.faults)

    @pytest.mark.parametrize("name", ["", "a b", "../a", "a/b", "a\\b", "<b>"])
    def test_a_name_that_is_no_file_name_is_refused(self, name: str) -> None:
        with pytest.raises(PlanningError, match="name"):
            scenario(name)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PlanningError, match=r"nowhere\.toml: there is no such scenario file"):
            Scenario.from_toml(tmp_path / "nowhere.toml")

    @pytest.mark.parametrize(
        "content",
        ['name = "冬"'.encode("gb18030"), 'name = "a"'.encode("utf-16"), b"name = \x00", b"name = ", b"<?xml?>"],
    )
    def test_a_file_that_is_not_toml_in_utf8_is_named(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "other.toml"
        path.write_bytes(content)
        with pytest.raises(PlanningError, match=r"^other\.toml: not (TOML in UTF-8|valid TOML)") as caught:
            Scenario.from_toml(path)
        (fault,) = caught.value.faults
        assert is_chinese(in_language(fault, "zh"))


PLACES_ASKED = """
name = "places"
[candidates]
counties = ["653125", "999999"]
[[changes]]
type = "lock"
site = "G1189026"
[[changes]]
type = "close"
site = "nobody"
[[changes]]
type = "upgrade"
site = "nothing"
capacity_persons = 10
[[changes]]
type = "close_road"
closure = "duk"
[[changes]]
type = "scale_demand"
county = "65312"
factor = 2.0
"""


class TestCodesOfPlaces:
    def test_all_unknown_codes_are_named_at_once_with_the_nearest_known_one(self, tmp_path: Path) -> None:
        faults = code_faults_of(PLACES_ASKED, tmp_path)
        assert len(faults) == 6
        text = "\n".join(faults)
        assert "[candidates] counties: there is no county '999999'" in text
        assert re.search(r"changes no\. 1 .*there is no candidate 'G1189026'; did you mean 'G11890", text)
        assert re.search(r"changes no\. 2 .*there is no existing institution 'nobody'", text)
        assert re.search(r"changes no\. 3 .*there is no site 'nothing'", text)
        assert re.search(r"changes no\. 4 .*there is no closure 'duk'; did you mean 'duku'\?", text)
        assert re.search(r"changes no\. 5 .*there is no county '65312'; did you mean '6531", text)

    def test_an_unknown_study_area_is_named(self, tmp_path: Path) -> None:
        (fault,) = code_faults_of('name = "a"\nstudy_area = "../elsewhere"\n', tmp_path)
        assert "study area '../elsewhere' is not known; there is southern_xinjiang" in fault

    def test_sites_of_the_users_own_layers_are_known(self, tmp_path: Path) -> None:
        own_layers(tmp_path)
        text = 'name = "a"\n[layers]\ncandidates = "candidates.csv"\n[[changes]]\ntype = "lock"\nsite = "K1"\n'
        assert checked_scenario(str(write_text(tmp_path / "asked.toml", text))).of
        text = text.replace("K1", "G11890268")
        (fault,) = code_faults_of(text, tmp_path)
        assert "there is no candidate 'G11890268'" in fault

    def test_the_codes_in_a_good_file_are_all_known(self, tmp_path: Path) -> None:
        asked = scenario(changes=EVERY_CHANGE)
        assert checked_scenario(str(write_text(tmp_path / "asked.toml", asked.to_toml()))) == asked


FIVE_FAULTS = """
name = "five"
sesaon = "winter"
[objective]
model = "max_coverage"
sites = -4
minutes = "sixty"
[layers]
candidates = "nowhere.csv"
[candidates]
counties = ["999999"]
"""


class TestTheContractOfTheCommandLine:
    def test_five_kinds_of_faults_in_one_file_are_all_told_and_nothing_is_written(
        self, jiujin: Any, tmp_path: Path
    ) -> None:
        asked, out = write_text(tmp_path / "bad.toml", FIVE_FAULTS), tmp_path / "out"
        said = jiujin("run", asked, "--out", out, "--lang", "en")
        assert said.status == 2
        assert said.out == ""
        lines = said.err.splitlines()
        for word in ("'sesaon'", "-4", "'sixty'", "'nowhere.csv'", "'999999'"):
            assert sum(word in line for line in lines) == 1, (word, lines)
        assert len(lines) == 5
        assert all(line.startswith("bad.toml: ") for line in lines)
        assert "Traceback" not in said.err
        assert not out.exists()
        assert [p.name for p in tmp_path.iterdir()] == ["bad.toml"]

    @pytest.mark.parametrize(
        "text", [EVERY_FAULT, PLACES_ASKED, FIVE_FAULTS, "name = ", 'name = "a"\nstudy_area = "b"']
    )
    def test_every_fault_is_one_sentence_of_the_asked_language(self, jiujin: Any, tmp_path: Path, text: str) -> None:
        asked = write_text(tmp_path / "bad.toml", text)
        chinese, english = (
            jiujin("run", asked, "--out", tmp_path / "out", "--lang", speech).err.splitlines() for speech in LANGUAGES
        )
        assert len(chinese) == len(english) >= 1
        assert all(is_chinese(line) and line.startswith("bad.toml：") for line in chinese), chinese
        assert all(is_english(line) and line.startswith("bad.toml: ") for line in english), english

    def test_chinese_is_told_at_first_with_key_found_value_and_what_to_do(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("run", write_text(tmp_path / "bad.toml", EVERY_FAULT), "--out", tmp_path / "out")
        assert said.err.splitlines() == [f"bad.toml：{sentence}" for sentence in EXPECTED_ZH]

    def test_the_file_is_not_changed_by_reading_it(self, tmp_path: Path) -> None:
        path = write_text(tmp_path / "asked.toml", scenario(changes=EVERY_CHANGE).to_toml())
        before = path.read_bytes()
        checked_scenario(str(path))
        assert path.read_bytes() == before
        assert tomllib.loads(before.decode())["name"] == "made"
