"""Ties between sites, by hand: the centre that a site hangs on, and the hub that rounds set out from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.network.posing.homes import nearest_hub
from planning.network.posing.places import centre_of, is_centre
from planning.study_area import INSTITUTION

SITES = pd.DataFrame(
    [
        ("centre 1", INSTITUTION, "existing", "1", "local"),
        ("centre 2", INSTITUTION, "existing", "2", "xpcc"),
        ("township", "township_health_centre", "candidate", "1", "local"),
        ("far away", "new_building", "candidate", "3", "local"),
        ("rehabilitation", "rehabilitation_centre", "existing", "1", "local"),
    ],
    columns=["site_id", "host_type", "role", "county_code", "owner"],
)
INF = np.inf
MINUTES = np.array(
    [
        [0, 90, 50, 80, 5],
        [90, 0, 10, 30, 95],
        [50, 10, 0, 40, 45],
        [80, 30, 40, 0, 85],
        [5, 95, 45, 85, 0],
    ],
    float,
)


def test_only_county_centres_that_stand_are_centres() -> None:
    assert list(is_centre(SITES)) == [True, True, False, False, False]


def test_a_site_hangs_on_the_centre_of_its_own_county_even_where_another_is_nearer() -> None:
    centre, away = centre_of(SITES, MINUTES, separate=False)
    assert list(centre) == [0, 1, 0, 1, 0]  # the county of `far away` has none: the nearest of all
    assert list(away) == [0, 0, 50, 30, 5]


def test_separate_owners_hang_on_their_own() -> None:
    centre, away = centre_of(SITES, MINUTES, separate=True)
    assert list(centre) == [0, 1, 0, 0, 0]
    assert away[3] == 80


def test_without_a_route_a_site_hangs_on_nothing() -> None:
    cut = MINUTES.copy()
    cut[3, :2] = INF
    centre, away = centre_of(SITES, cut, separate=False)
    assert (centre[3], away[3]) == (-1, INF)


CELLS = pd.DataFrame({"county_code": ["1", "1", "3", "2"], "owner": ["local", "local", "local", "xpcc"]})
CENTRES = np.array([0, 1])


def test_rounds_set_out_from_the_own_county_and_count_the_worse_season() -> None:
    summer = np.array([[60, 20], [INF, 20], [70, 30], [10, 40]])
    winter = np.array([[85, 28], [INF, 28], [INF, 42], [14, INF]])
    hub, away = nearest_hub(CELLS, SITES, CENTRES, [summer, winter], separate=False)
    assert list(hub) == [0, 1, 1, 0]
    assert list(away) == [85, 28, 42, 14]  # its own centre is cut off in winter: another one's team comes


def test_nobody_is_visited_whom_a_season_cuts_off() -> None:
    hub, away = nearest_hub(CELLS, SITES, CENTRES, [np.full((4, 2), 20.0), np.full((4, 2), INF)], separate=False)
    assert (hub == -1).all()
    assert np.isinf(away).all()


def test_separate_owners_are_visited_from_their_own_centre() -> None:
    minutes = np.array([[60.0, 20], [INF, 20], [70, 30], [10, 40]])
    hub, away = nearest_hub(CELLS, SITES, CENTRES, [minutes], separate=True)
    assert list(hub) == [0, -1, 0, 1]
    assert list(away) == [60, INF, 70, 40]


def test_without_a_centre_nobody_sets_out() -> None:
    hub, away = nearest_hub(CELLS, SITES, np.array([], int), [np.zeros((4, 0))], separate=False)
    assert set(hub) == {-1}
    assert np.isinf(away).all()
