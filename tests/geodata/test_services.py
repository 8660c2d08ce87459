"""The nine services: what they count, for whom, how far and by whom."""

import dataclasses

import pytest

from geodata.figures import MARKS
from geodata.services import FINE_BANDS, SERVICES, services
from geodata.travel.rules import PROFILES


def test_there_are_the_nine_services_in_their_order():
    assert tuple(services()) == SERVICES
    assert len(set(SERVICES)) == 9


@pytest.mark.parametrize("service", services().values(), ids=SERVICES)
def test_every_service_says_what_it_counts_for_whom_and_where_its_limit_comes_from(service):
    assert service.key in SERVICES
    assert service.kind in ("flow", "places")
    assert service.ages
    assert set(service.ages) <= set(FINE_BANDS)
    assert service.profile in PROFILES
    assert service.mark in MARKS
    assert all((service.zh, service.en, service.unit, service.unit_zh, service.source))
    assert ("a year" in service.unit) == (service.kind == "flow")


def test_no_official_travel_time_was_found_so_all_of_them_are_judgement():
    assert {s.mark for s in services().values()} == {"J"}
    assert {s.max_minutes for s in services().values()} == {15, 30, 60}
    assert all(s.source.startswith("assumption") for s in services().values())


def test_the_three_school_stages_do_not_overlap():
    ages = [band for key in SERVICES if key.startswith("school") for band in services()[key].ages]
    assert ages == ["0_5", "6_14", "15_17"]


def test_nobody_changes_a_service():
    with pytest.raises(TypeError):
        services()["day_care"] = None  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        services()["day_care"].max_minutes = 1  # type: ignore[misc]
