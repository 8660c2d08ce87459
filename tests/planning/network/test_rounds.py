"""Service at home: examples by hand, and what must hold for every distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.assumptions import default_assumptions
from planning.network.posing.catalogue import Catalogue
from planning.network.posing.rounds import rounds, team_days

CATALOGUE = Catalogue(default_assumptions())
HOME = ("rehabilitation", "device_fitting", "home_visit", "school_compulsory")


def days(*minutes: float, longest: int = 5) -> list[float]:
    return [float(d) for d in team_days(minutes, 60, 480, 0.5, longest)]


def test_half_an_hour_away_seven_whole_visits_fit_into_a_day() -> None:
    # 480 - 2 x 30 = 420 minutes, 7 visits of 60
    assert days(30) == [pytest.approx(1 / 7)]


def test_half_a_visit_is_no_visit() -> None:
    # 480 - 2 x 31 = 418 minutes, 6 visits and 58 minutes over
    assert days(31, longest=1) == [pytest.approx(1 / 6)]
    # two days: 960 - 62 = 898 minutes, 14 visits in 2.5 days are more than 1/6 each
    assert days(31, longest=2) == [pytest.approx(1 / 6)]


def test_four_hours_away_the_team_stays_the_week() -> None:
    # there and back takes a day; in 5 days 5 x 480 - 480 = 1,920 minutes, 32 visits, in 5 + 4 x 0.5 = 7 days counted
    assert days(240) == [pytest.approx(7 / 32)]
    # not more than two days: 480 minutes are left, 8 visits in 2.5 days
    assert days(240, longest=2) == [pytest.approx(2.5 / 8)]


def test_without_a_route_or_beyond_the_longest_round_nobody_is_visited() -> None:
    # 2 x 480 - 2 x 450 = 60: one visit; a minute more on the way and there is none
    assert days(np.inf, 450, 451, longest=2) == [np.inf, pytest.approx(2.5), np.inf]


def test_a_session_at_home_costs_team_and_vehicle() -> None:
    found = rounds([30.0], "rehabilitation", CATALOGUE)
    # 2 persons x 70,000 / 230 yuan and 400 of the vehicle, 7 sessions a day
    assert found.yuan[0] == pytest.approx((2 * 70_000 / 230 + 400) / 7)
    assert (found.staff_days[0], found.vehicle_days[0]) == (pytest.approx(2 / 7), pytest.approx(1 / 7))
    assert found.visits_per_day[0] == pytest.approx(7)


def test_a_pupil_at_home_has_forty_lessons_a_year() -> None:
    found = rounds([40.0], "school_compulsory", CATALOGUE)
    # 480 - 80 = 400 minutes, 4 lessons of 100
    assert found.vehicle_days[0] == pytest.approx(40 / 4)
    assert found.staff_days[0] == pytest.approx(2 * 40 / 4)


@pytest.mark.parametrize("service", HOME)
@given(a=st.floats(0, 3000), b=st.floats(0, 3000))
def test_farther_homes_never_take_less(service: str, a: float, b: float) -> None:
    found = rounds(sorted([a, b]), service, CATALOGUE)
    for values in (found.yuan, found.staff_days, found.vehicle_days, -found.visits_per_day):
        assert values[0] <= values[1] or np.isclose(values[0], values[1])


@given(t=st.floats(0, 1500), visit=st.floats(10, 300), night=st.floats(0, 2), longest=st.integers(1, 8))
def test_the_days_are_the_least_over_all_lengths_of_a_round(t: float, visit: float, night: float, longest: int) -> None:
    tried = [np.inf]
    for d in range(1, longest + 1):
        n = int((d * 480 - 2 * t) / visit + 1e-9) if d * 480 >= 2 * t else 0
        tried += [(d + night * (d - 1)) / n] if n else []
    assert team_days([t], visit, 480, night, longest)[0] == pytest.approx(min(tried))
