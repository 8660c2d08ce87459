"""Roads from tables of edges: straightened main roads; every cell that a trip cannot use is told at once."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerError, in_language
from geodata.roads.network import CLASSES
from geodata.roads.tables import from_table, read_road_table


def road_table(**changes):
    table = pd.DataFrame(
        {
            "u": [1, 2], "v": [2, 3], "u_lon": [76.0, 76.1], "u_lat": [39.0, 39.0],
            "v_lon": [76.1, 76.2], "v_lat": [39.0, 39.1], "length_m": [8_650.0, 14_000.0],
        }
    )  # fmt: skip
    return table.assign(**changes)


def arcs(roads):
    return sorted(zip(roads.tail.tolist(), roads.head.tolist(), roads.length_m.tolist(), strict=True))


def classes(roads):
    return [CLASSES[c] for c in roads.road_class]


def faults(table):
    with pytest.raises(LayerError) as error:
        from_table(table, "roads")
    return error.value.faults


class TestTheRoads:
    def test_an_edge_leads_both_ways(self):
        roads = from_table(road_table(), "roads")
        assert arcs(roads) == [(0, 1, 8_650), (1, 0, 8_650), (1, 2, 14_000), (2, 1, 14_000)]
        assert roads.lon.tolist() == [76.0, 76.1, 76.2]
        assert roads.lat.tolist() == [39.0, 39.0, 39.1]

    def test_they_are_straightened_main_roads_without_speed(self):
        roads = from_table(road_table(), "roads")
        assert roads.straightened
        assert set(classes(roads)) == {"main_road"}
        assert np.isnan(roads.speed_kph).all()
        assert roads.source == "roads"

    def test_both_directions_share_one_straight_shape(self):
        roads = from_table(road_table(), "roads")
        assert sorted(roads.road.tolist()) == [0, 0, 1, 1]
        for arc, (road, backward) in enumerate(zip(roads.road, roads.backward, strict=True)):
            shape = slice(roads.shape_start[road], roads.shape_start[road + 1])
            lon = roads.shape_lon[shape][:: -1 if backward else 1]
            assert lon.tolist() == [roads.lon[roads.tail[arc]], roads.lon[roads.head[arc]]]

    def test_names_of_junctions_may_be_text(self):
        assert len(from_table(road_table(u=["a", "b"], v=["b", "c"]), "roads").lon) == 3

    def test_one_way_roads_lead_one_way(self):
        assert arcs(from_table(road_table(oneway=["是", "-1"]), "roads")) == [(0, 1, 8_650), (2, 1, 14_000)]

    def test_an_empty_one_way_cell_means_both_ways(self):
        assert len(from_table(road_table(oneway=["", None]), "roads").tail) == 4

    def test_given_speeds_are_kept_and_empty_ones_are_unknown(self):
        roads = from_table(road_table(speed_kph=["40", ""]), "roads")
        assert np.array_equal(np.sort(roads.speed_kph), [40, 40, np.nan, np.nan], equal_nan=True)

    def test_classes_may_be_written_in_chinese(self):
        roads = from_table(road_table(**{"class": ["国道", None]}), "roads")
        by_length = dict(zip(roads.length_m.tolist(), classes(roads), strict=True))
        assert by_length == {8_650: "trunk", 14_000: "main_road"}

    def test_parallel_roads_of_two_classes_keep_two_shapes(self):
        table = pd.concat([road_table().iloc[:1]] * 2, ignore_index=True).assign(**{"class": ["省道", "乡道"]})
        roads = from_table(table, "roads")
        assert {(r, c) for r, c in zip(roads.road.tolist(), classes(roads), strict=True)} == {
            (0, "primary"), (1, "tertiary"),
        }  # fmt: skip
        assert roads.shape_start.tolist() == [0, 2, 4]

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0.1, 1e6)), min_size=1, max_size=12))
    def test_every_row_is_two_arcs_of_its_length_between_its_ends(self, rows):
        u, v, length = zip(*rows, strict=True)
        lon = np.arange(6) / 10 + 76
        table = pd.DataFrame({"u": u, "v": v, "u_lon": lon[list(u)], "u_lat": 39.0, "v_lon": lon[list(v)],
                              "v_lat": 39.0, "length_m": length})  # fmt: skip
        roads = from_table(table, "roads")
        found = sorted(zip(roads.lon[roads.tail], roads.lon[roads.head], roads.length_m, strict=True))
        assert found == sorted((lon[a], lon[b], m) for x, y, m in rows for a, b in ((x, y), (y, x)))


class TestFaults:
    def test_missing_columns_are_named(self):
        told = faults(road_table().drop(columns=["v", "length_m"]))
        assert told == ("roads: the road table lacks v, length_m",)
        assert in_language(told[0], "zh") == "roads：道路表缺少 v、length_m 列；请补上"

    @pytest.mark.parametrize("length", [0.0, -5.0, np.nan, np.inf, "far"])
    def test_a_length_must_be_above_zero(self, length):
        assert faults(road_table(length_m=[8_650.0, length])) == (
            f"roads: row 3: length_m is {length}, a length above 0 is needed",
        )

    def test_all_faults_are_told_at_once(self):
        told = faults(road_table(length_m=["0", "long"], u_lon=["east", "76.1"]))
        assert told == (
            "roads: row 2: u_lon is east, a number is needed",
            "roads: row 2: length_m is 0, a length above 0 is needed",
            "roads: row 3: length_m is long, a length above 0 is needed",
        )
        assert [in_language(fault, "zh") for fault in told] == [
            "roads：第 2 行：u_lon 是 east；请填数字",
            "roads：第 2 行：length_m 是 0；请填大于 0 的长度",
            "roads：第 3 行：length_m 是 long；请填大于 0 的长度",
        ]

    def test_no_rows_are_a_fault(self):
        assert "at least one road" in faults(road_table().iloc[:0])[0]

    def test_metres_in_place_of_degrees_are_refused(self):
        assert faults(road_table(v_lon=[76.1, 412_000.0])) == (
            "roads: row 3: v_lon is 412000.0, degrees within ±180 is needed",
        )

    def test_a_junction_without_name_is_refused(self):
        assert faults(road_table(v=[2, None])) == ("roads: row 3: v is nan, a name is needed",)

    def test_speeds_classes_and_directions_that_mean_nothing_are_refused(self):
        told = faults(road_table(**{"class": ["国道", "big"], "oneway": ["maybe", "no"], "speed_kph": [0, -3]}))
        assert [fault.split(", ")[0] for fault in told] == [
            "roads: row 2: speed_kph is 0", "roads: row 3: speed_kph is -3", "roads: row 3: class is big",
            "roads: row 2: oneway is maybe",
        ]  # fmt: skip


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_a_csv_file_gives_the_same_roads(self, tmp_path, encoding):
        table = road_table(**{"class": ["县道", "乡道"]})
        table.to_csv(tmp_path / "roads.csv", index=False, encoding=encoding)
        roads = read_road_table(tmp_path / "roads.csv")
        assert arcs(roads) == arcs(from_table(table, "roads"))
        assert sorted(set(classes(roads))) == ["secondary", "tertiary"]
        assert roads.source == "roads.csv"

    def test_what_is_no_table_is_told_in_a_sentence(self, tmp_path):
        (tmp_path / "roads.csv").write_text("")
        with pytest.raises(LayerError, match=r"roads\.csv: not a readable table"):
            read_road_table(tmp_path / "roads.csv")
