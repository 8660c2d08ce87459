"""The `[network]` table: what may stand in it, and every combination that cannot be, in plain sentences."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from four_counties import asked, four_counties

from geodata.services import SERVICES
from planning import PlanningError, Scenario
from planning.codes import unknown_codes
from planning.faults import in_language
from planning.network.scenario.form import Floors, Money, Network, StaffOf, Tilt
from planning.study_area import StudyArea


def faults(around: dict[str, Any] | None = None, **network: Any) -> tuple[str, ...]:
    with pytest.raises(PlanningError) as caught:
        asked(around, **network)
    return caught.value.faults


def lock(**more: Any) -> dict[str, Any]:
    return {"changes": [{"type": "lock", "site": "G1", **more}]}


def test_an_empty_table_is_a_plan_of_six_services_over_five_years() -> None:
    network = asked().network
    assert network is not None
    assert len(network.services) == 6
    assert set(network.services) <= set(SERVICES)
    assert network.calendar == (2026, 2027, 2028, 2029, 2030)
    assert network.aims == ("most_units",)


def test_a_full_table_reads_back_equal() -> None:
    scenario = asked(
        {"weights": {"severe": 2.0}, **lock(year=2028)},
        services=["rehabilitation", "day_care"],
        aims=["neediest", "worst_off"],
        season="both",
        give=0.05,
        mode="purchased",
        modes={"6531": "private_aided"},
        minutes={"day_care": 45},
        profiles={"day_care": "car"},
        standards={"rehabilitation": 0.5},
        staff={"therapist": 4, "round_staff": 2},
        staff_counties=[{"county": "653125", "therapist": 9}],
        floors={"county_share": 0.1, "counties": {"653131": 0.3}},
        tilt={"share": 0.5, "prefectures": ["6532"]},
        why_not=["G1"],
        compare=["phasing", "seasons", "integration"],
        money=[{"source": "中央", "yuan": [1, 2, 3, 4, 5], "carry": True}, {"source": "省", "yuan": 7.5e6}],
    )
    assert Scenario.from_table(tomllib.loads(scenario.to_toml()), "again.toml") == scenario
    assert scenario.network is not None
    assert scenario.network.money[1].yuan == (7.5e6,)


@pytest.mark.parametrize("table", [Network, Money, Floors, Tilt, StaffOf])
def test_every_key_is_explained(table: type[Any]) -> None:
    told = table.__doc__ or ""
    assert [key for key in table.model_fields if key not in told] == []


IMPOSSIBLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("unknown key 'mony'; did you mean 'money'?", {}, {"mony": 1}),
    ("unknown key 'yaun'; did you mean 'yuan'?", {}, {"money": [{"source": "x", "yuan": 1, "yaun": 2}]}),
    ("unknown key 'county_shar'; did you mean", {}, {"floors": {"county_shar": 1}}),
    ("the aims stand in [network] aims", {"objective": {"model": "p_median", "sites": 3}}, {}),
    ("use [network] village_points", {"candidates": {"kinds": ["village_point"]}}, {}),
    ("use [network.profiles]", {"profile": "walking"}, {}),
    ("'rehab' is not known; did you mean 'rehabilitation'?", {}, {"services": ["rehab"]}),
    ("'home_visit' is not among [network] services", {}, {"minutes": {"home_visit": 20}}),
    ("'cars' is not known; did you mean 'car'?", {}, {"profiles": {"day_care": "cars"}}),
    ("'therapists' is not known; did you mean 'therapist'?", {}, {"staff": {"therapists": 2}}),
    ("one of most_units, neediest, kolm_pollak", {"weights": {"severe": 2}}, {"aims": ["neediest", "kolm_pollak"]}),
    ("'neediest' needs [weights]", {}, {"aims": ["neediest"]}),
    ("is met by doing nothing", {}, {"aims": ["least_cost"]}),
    ("3 entries or fewer", {}, {"aims": ["most_units", "worst_off", "fewest_sites", "least_cost"]}),
    ("'worst_off' stands twice", {}, {"aims": ["worst_off", "worst_off"]}),
    ("needs season = \"both\"", {}, {"aims": ["least_regret"], "season": "winter"}),
    ("beside the scenario's own season", {"season": "winter"}, {"season": "all_year"}),
    ("beside the scenario's own month", {"month": 7}, {"season": "winter"}),
    ("2 numbers found, 1 or 3 (one a year) needed", {}, {"years": 3, "money": [{"source": "x", "yuan": [1, 2]}]}),
    ("every source pays capital only", {}, {"money": [{"source": "x", "yuan": 1, "pays": "capital"}]}),
    ("'x' stands twice; keep one", {}, {"money": [{"source": "x", "yuan": 1}, {"source": "x", "yuan": 2}]}),
    ("no county or prefecture is named", {}, {"tilt": {"share": 0.5}}),
    ("year: 2031 found, 2026 to 2030 is needed", lock(year=2031), {}),
    ("'phasing' compares year by year", {}, {"compare": ["phasing"], "years": 1}),
    ("'seasons' needs a plan for more than one season, 'summer' found", {}, {"compare": ["seasons"]}),
    ("for more than one season, 'winter' found", {"season": "winter"}, {"compare": ["seasons"]}),
    ("'phase' found, one of", {}, {"compare": ["phase"]}),
    ("compare: 'phasing' stands twice", {}, {"compare": ["phasing", "phasing"]}),
    ("why_not: 'G1' stands twice", {}, {"why_not": ["G1", "G1"]}),
    ("a number of 1 or less", {}, {"standards": {"day_care": 1.5}}),
    ("a number of 10 or less", {}, {"years": 11}),
    ("winter_months: 13 found, 12 or less is needed", {"assumptions": {"winter_months": 13.0}}, {"season": "both"}),
]  # fmt: skip


@pytest.mark.parametrize(("told", "around", "network"), IMPOSSIBLE, ids=[row[0][:40] for row in IMPOSSIBLE])
def test_what_cannot_be_is_told_in_one_sentence_of_each_language(
    told: str, around: dict[str, Any], network: dict[str, Any]
) -> None:
    found = faults(around, **network)
    assert len(found) == 1
    assert told in found[0]
    assert any("\u4e00" <= c <= "\u9fff" for c in in_language(found[0], "zh"))
    assert found[0].isascii()


def test_faults_of_several_kinds_are_told_together() -> None:
    found = faults({"profile": "walking"}, services=["rehab"], season="both", years=2, tilt={"share": 0.2})
    assert len(found) == 3


def test_a_year_of_a_lock_needs_a_plan_over_years() -> None:
    with pytest.raises(PlanningError, match="only a plan over years takes it"):
        Scenario.from_table({"name": "made", **lock(year=2027)}, "made.toml")


def test_every_place_in_the_table_is_looked_up(area: StudyArea) -> None:
    scenario = asked(
        modes={"6599": "purchased"},
        floors={"counties": {"111111": 0.1}},
        tilt={"share": 0.1, "counties": ["222222"], "prefectures": ["9999"]},
        staff_counties=[{"county": "333333"}],
        money=[{"source": "x", "yuan": 1, "counties": ["444444"], "prefectures": ["8888"]}],
        why_not=["G0", str(area.candidates["site_id"].iloc[0])],
    )
    found = unknown_codes(scenario.model_dump(mode="json"), area)
    assert len(found) == 8
    assert sum("[network] why_not: there is no site 'G0'" in fault for fault in found) == 1
    for code in ("6599", "111111", "222222", "9999", "333333", "444444", "8888"):
        assert sum(f"'{code}'" in fault for fault in found) == 1


def test_special_schools_may_be_closed_in_a_network(area: StudyArea) -> None:
    school = area.data.facilities.loc[area.data.facilities["kind"] == "special_school", "facility_id"].iloc[0]
    close = {"changes": [{"type": "close", "site": school}]}
    assert not unknown_codes(asked(close).model_dump(mode="json"), area)
    assert unknown_codes(Scenario.from_table({"name": "x", **close}, "x").model_dump(mode="json"), area)


def test_another_area_keeps_what_it_has_and_is_told_the_rest() -> None:
    here = str(four_counties().candidates["site_id"].iloc[0])
    scenario = asked(
        modes={"6531": "purchased", "6540": "private_aided"},
        floors={"counties": {"653125": 0.1, "654001": 0.2}},
        tilt={"share": 0.1, "prefectures": ["6540"]},
        staff_counties=[{"county": "654001"}, {"county": "653131", "therapist": 3}],
        money=[
            {"source": "all", "yuan": 1},
            {"source": "one", "yuan": 1, "counties": ["653125", "654001"]},
            {"source": "other", "yuan": 1, "prefectures": ["6540"]},
        ],
        why_not=["G0", here],
    )
    kept, left = scenario.for_area(four_counties())
    network = kept.network
    assert network is not None
    assert network.modes == {"6531": "purchased"}
    assert network.floors.counties == {"653125": 0.1}
    assert network.tilt is None
    assert [row.county for row in network.staff_counties] == ["653131"]
    assert {m.source: m.counties for m in network.money} == {"all": (), "one": ("653125",)}
    assert network.why_not == (here,)
    assert len(left) == 8
    assert not unknown_codes(kept.model_dump(mode="json"), four_counties())


@pytest.mark.parametrize(
    ("network", "told"),
    [
        ("yes", "network: 'yes' found, a table [network] is needed"),
        ({"floors": 3}, "[network] floors: 3 found, a table [floors] is needed"),
        ({"aims": ["most"]}, "[network.aims] no. 1: 'most' found, one of "),
        ({"services": []}, "[network] services: an empty list found"),
        ({"money": [{"source": "", "yuan": 1}]}, "[network.money] no. 1: source: an empty text found"),
        ({"money": [{"source": "x", "yuan": "1200万"}]}, "'1200万' found, a number or a list of numbers is needed"),
        ({"money": [{"source": "x", "yuan": float("nan")}]}, "nan found, a finite number is needed"),
        ({"money": [{"source": "x", "yuan": [1.0, float("inf")]}]}, "inf found, a finite number is needed"),
    ],
)
def test_a_value_of_a_wrong_kind_is_told_once_with_what_is_needed(network: Any, told: str) -> None:
    with pytest.raises(PlanningError) as error:
        Scenario.from_table({"name": "made", "network": network}, "made.toml")
    assert len(error.value.faults) == 1
    assert told in str(error.value)
