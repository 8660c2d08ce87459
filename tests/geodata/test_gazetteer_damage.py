"""How often a badly written place is matched, and how often rightly; `benchmarks/matching.py` prints the numbers."""

import pytest
from damaged_places import damaged_places, measured

from geodata.gazetteer import match_places, open_gazetteer

SURE = ("clean", "clean village", "extra text", "other name", "other script", "code only", "乡 for 镇")
NEVER = ("code of another county",)


@pytest.fixture(scope="module", params=[1, 2026])
def results(request):
    rows = damaged_places(open_gazetteer(), request.param)
    return measured(rows, match_places(rows, open_gazetteer()))


def test_no_place_is_matched_across_counties(results):
    assert results["wrong_county"].sum() == 0


def test_what_is_matched_without_a_person_is_right(results):
    assert results.loc["all", "precision_percent"] >= 99.5
    assert results["precision_percent"].min() >= 99.0  # of each damage by itself


def test_what_is_written_well_is_matched(results):
    assert results.loc[list(SURE), "recall_percent"].min() >= 99.0


def test_damages_are_matched_about_as_often_as_measured(results):
    least = {
        "slip in the township": 70,
        "slip in the village": 58,
        "no kind": 94,
        "village without kind": 97,
        "no township": 80,
    }
    assert {d: results.loc[d, "recall_percent"] >= r for d, r in least.items()} == dict.fromkeys(least, True)


def test_contradictions_and_places_without_a_county_are_left_to_people(results):
    assert results.loc[list(NEVER), "matched_percent"].max() == 0
    assert results.loc[["no county"], "matched_percent"].max() < 5  # some townships bear their county's name
