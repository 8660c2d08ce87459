"""Coordinates are read as people write them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.coordinates.notation import read_cells

DMS = 75 + 59 / 60 + 12.5 / 3600
LON, LAT = 75.99, 39.47

ONE = {
    "75.99": LON,
    " 75.99 ": LON,
    "+75.99": LON,
    "7.599E1": LON,
    "７５．９９": LON,
    "75,99": LON,
    "75.99°": LON,
    "75.99度": LON,
    "75.99E": LON,
    "E 75.99": LON,
    "东经75.99度": LON,
    "经度：75.99": LON,
    "经度:东经75.99": LON,
    "Lon: 75.99": LON,
    "longitude=75.99": LON,
    "\u200e75.99": LON,
    "W75.99": -LON,
    "西经75.99": -LON,
    "-75.99": -LON,
    "−75.99": -LON,
    "75.99S": -LON,
    "75°59′12.5″E": DMS,
    "75°59′12.5″": DMS,
    "75°59'12.5\"": DMS,
    "75° 59' 12.5'' E": DMS,
    "75º59’12.5”": DMS,
    "75°59′12.5": DMS,
    "７５°５９′１２．５″": DMS,
    "75°59'12,5\"E": DMS,
    "东经75度59分12.5秒": DMS,
    "75度59分12.5秒": DMS,
    "75d59'12.5\"": DMS,
    "75 deg 59 12.5": DMS,
    "75 59 12.5": DMS,
    "75-59-12.5": DMS,
    "75:59:12.5": DMS,
    "75.59.12.5": DMS,
    "E75.59.12.5": DMS,
    "75 59 12,5": DMS,
    "-75-59-12.5": -DMS,
    "75°59′": 75 + 59 / 60,
    "75 59.25": 75 + 59.25 / 60,
    "75-59": 75 + 59 / 60,
    "75°59′60″": 76.0,
}
NONE = [
    "east", "N", "-", "75..99", "75.99.E", "75°60′00″", "75°59′61″", "75.5°30′", "75°59.5′30″", "E75.99W", "-75.99W",
    "75-59:12", "nan", "inf", "1/0", "75.99°39", "东经", "O75.99", "75 59 12 5",
]  # fmt: skip
PAIRS = [
    "75.99,39.47", "75.99, 39.47", "75.99，39.47", "75.99、39.47", "75.99;39.47", "75.99/39.47", "75.99|39.47",
    "75.99 39.47", "75.99\t39.47", "(75.99,39.47)", "[75.99, 39.47]", "POINT(75.99 39.47)", "75,99;39,47",
    "75,99 39,47", "75,99, 39,47", "75,99,39,47", "75.99E,39.47N", "39.47N 75.99E", "39.47°N, 75.99°E",
    "E75.99 N39.47", "N39.47E75.99", "东经75.99度，北纬39.47度", "北纬39.47东经75.99", "经度:75.99 纬度:39.47",
    "纬度：39.47，经度：75.99", "75°59′24″,39°28′12″", "75°59′24″ 39°28′12″", "N39°28′12″ E75°59′24″",
    "75°59′24,0″E, 39°28′12,0″N", "75 59 24 39 28 12", "75 59 24,39 28 12", "75 59.4 39 28.2", "75-59-24,39-28-12",
    "75.59.24,39.28.12", "75.99°39.47°",
]  # fmt: skip
NO_PAIRS = ["75.99", "75,99", "75 39.47", "75 59 12", "75-59-12,5", "75°59′12,5″", "75.99E 75.98E", "75.99,", "a,b"]


def cells(x, y, **more):
    return read_cells(pd.Series(x, dtype=str), pd.Series(y, dtype=str), **more)


class TestOneCoordinate:
    @pytest.mark.parametrize(("text", "value"), ONE.items(), ids=ONE)
    def test_the_usual_writings_are_read(self, text, value):
        found = cells([text], ["39.47"])
        assert found.x[0] == pytest.approx(value, abs=1e-9)
        assert found.y[0] == LAT

    @pytest.mark.parametrize("text", NONE)
    def test_what_is_no_coordinate_is_none(self, text):
        found = cells([text], ["39.47"])
        assert np.isnan(found.x[0])
        assert not found.x_blank[0]

    def test_the_notation_is_told(self):
        found = cells(
            ["75.99", "75.99E", "75°59′12″", "75.99", "east", np.nan], ["39.47", "N39", "39", "39-28-12", "", ""]
        )
        assert found.notation.tolist() == ["degrees", "degrees", "dms", "dms", "", ""]

    @given(
        st.integers(0, 179),
        st.integers(0, 59),
        st.integers(0, 59_999),
        st.sampled_from("°-: "),
        st.sampled_from("NSEW"),
    )
    def test_degrees_minutes_and_seconds_are_what_they_add_up_to(self, d, m, ms, gap, letter):
        seconds = f"{ms / 1000:.3f}"
        text = f"{d}°{m}′{seconds}″{letter}" if gap == "°" else f"{letter}{d}{gap}{m}{gap}{seconds}"
        sign = -1 if letter in "SW" else 1
        assert cells([text], ["1"]).x[0] == pytest.approx(sign * (d + m / 60 + ms / 3_600_000), abs=1e-9)

    @given(st.text(max_size=12), st.text(max_size=12))
    def test_no_text_is_too_strange_to_be_read_or_left(self, x, y):
        found = cells([x], [y])
        assert len(found.x) == len(found.y) == len(found.notation) == 1

    @given(st.floats(-180, 180, allow_subnormal=False), st.floats(-90, 90, allow_subnormal=False))
    def test_numbers_come_back_to_the_last_digit(self, x, y):
        found = cells([repr(x)], [repr(y)])
        assert (found.x[0], found.y[0]) == (x, y)


class TestOneCellForBoth:
    @pytest.mark.parametrize("text", PAIRS)
    @pytest.mark.parametrize("where", ["x", "y", "both"])
    def test_it_is_taken_apart_longitude_first_unless_letters_say_else(self, text, where):
        found = cells([np.nan if where == "y" else text], [np.nan if where == "x" else text])
        assert (found.x[0], found.y[0]) == pytest.approx((LON, LAT), abs=1e-9)
        assert found.paired[0]
        assert not found.x_blank[0] | found.y_blank[0]

    @pytest.mark.parametrize("text", NO_PAIRS)
    def test_what_may_be_one_coordinate_is_not_taken_apart(self, text):
        found = cells([text], [np.nan])
        assert not found.paired[0]
        assert found.y_blank[0]

    def test_a_pair_beside_another_number_is_no_number(self):
        found = cells(["75.99,39.47"], ["39.48"])
        assert np.isnan(found.x[0])

    def test_rows_with_and_without_pairs_stay_in_their_places(self):
        found = cells(
            ["75.99", "75.98,39.46", np.nan, "x", "75°59′24″ 39°28′12″"], ["39.47", np.nan, np.nan, "39.45", ""]
        )
        assert found.x.tolist() == pytest.approx([75.99, 75.98, np.nan, np.nan, 75.99], nan_ok=True)
        assert found.y.tolist() == pytest.approx([39.47, 39.46, np.nan, 39.45, 39.47], nan_ok=True)
        assert found.paired.tolist() == [False, True, False, False, True]
        assert found.x_blank.tolist() == [False, False, True, False, False]


class TestLetters:
    @pytest.mark.parametrize(
        ("x", "y"), [("N39.47", "E75.99"), ("N39.47", "75.99"), ("39.47", "75.99E"), ("北纬39", "东经75")]
    )
    def test_a_longitude_under_latitude_is_noticed(self, x, y):
        assert cells([x], [y]).crossed[0]

    @pytest.mark.parametrize(("x", "y"), [("E75.99", "N39.47"), ("75.99", "39.47N"), ("75.99", "39.47")])
    def test_columns_in_order_are_not(self, x, y):
        assert not cells([x], [y]).crossed[0]

    def test_two_longitudes_are_no_place(self):
        assert np.isnan(cells(["75.99E"], ["39.47E"]).y[0])


class TestMetres:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("4371234.5", 4371234.5),
            ("4,371,234.5", 4371234.5),
            ("4 371 234.5", 4371234.5),
            ("13 512345", 13512345),
            ("512345,67", 512345.67),
            ("512,345", 512345),
            ("X=4371234.5", 4371234.5),
            ("y: 13512345 m", 13512345),
            ("４３７１２３４．５米", 4371234.5),
        ],
    )
    def test_separators_zones_labels_and_units_are_understood(self, text, value):
        found = cells([text], ["512345"], metres=True)
        assert found.x[0] == value
        assert found.notation[0] == "metres"

    @pytest.mark.parametrize("text", ["4371234.5,13512345", "4371234.5 13512345.0", "X=4371234.5, Y=13512345"])
    def test_one_cell_may_hold_both(self, text):
        found = cells([text], [np.nan], metres=True)
        assert (found.x[0], found.y[0]) == (4371234.5, 13512345)

    @pytest.mark.parametrize("text", ["metres", "75°59′12″", "N", "m", "12m34"])
    def test_what_is_no_number_is_none(self, text):
        assert np.isnan(cells([text], ["512345"], metres=True).x[0])


def test_cells_that_are_numbers_already_are_read_too():
    found = read_cells(pd.Series([75.99, np.nan]), pd.Series([39.47, 39.0]))
    assert found.x.tolist() == pytest.approx([75.99, np.nan], nan_ok=True)
    assert found.x_blank.tolist() == [False, True]


def test_no_rows_are_no_trouble():
    found = cells([], [])
    assert len(found.x) == 0
