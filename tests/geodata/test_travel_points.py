"""Points are held against the roads before anything is computed, and whoever has no way to a road is told why."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny_places import RULES, both_ways, degrees, flat, network

from geodata import store
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, in_language
from geodata.travel.ground import Ground
from geodata.travel.points import FAR_KM, no_route_table, reach_box, read_points
from geodata.travel.times import roadway

ROADS = network([(0.0, 0.0), (20_000.0, 0.0)], both_ways([(0, 1, 20_000)]))  # around 83.5-83.73°E, 39°N


@pytest.fixture(autouse=True)
def _forget():
    store._MEMORY.clear()


def written(folder, *rows, head="id,lon,lat"):
    path = folder / "homes.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


class TestReading:
    def test_good_points_come_back_in_order_with_their_ids_as_text(self, tmp_path):
        points, faults = read_points(written(tmp_path, "007,83.5,39.0", "b,83.6,39.1"), ROADS)
        assert points.to_dict("list") == {"id": ["007", "b"], "lon": [83.5, 83.6], "lat": [39.0, 39.1]}
        assert faults == []

    @pytest.mark.parametrize(
        ("row", "en", "zh"),
        [
            ("x,0,0", "row 3: coordinates are 0, 0 (found 0, 0); look the place up", "第 3 行：坐标是 0, 0"),
            (
                "x,39.0,83.5", "row 3: lon and lat are swapped (found 39.0, 83.5); put longitude under lon",
                "第 3 行：经纬度颠倒",
            ),
            (
                "x,87.4,39.0", "row 3: point more than 100 km away from the roads (found 87.4, 39.0); check",
                "第 3 行：地点在道路范围以外",
            ),
            ("x,east,39.0", "row 3: lon is not a number (found east); write degrees", "第 3 行：经度（lon）不是数字"),
            ("x,83.5,", "row 3: lat is not a number; write degrees", "第 3 行：纬度（lat）不是数字"),
            ("x,inf,39.0", "row 3: lon is not a number (found inf); write degrees", "第 3 行：经度（lon）不是数字"),
            (",83.5,39.0", "row 3: id missing; give every row", "第 3 行：缺少编号"),
            ("a,83.5,39.0", "row 3: id repeated (found a); keep one row", "第 3 行：编号重复"),
        ],
    )  # fmt: skip
    def test_each_fault_is_one_sentence_with_file_and_row(self, tmp_path, row, en, zh):
        points, faults = read_points(written(tmp_path, "a,83.5,39.0", row, "c,83.6,39.0"), ROADS)
        assert points["id"].tolist() == ["a", "c"]
        (fault,) = faults
        assert fault.startswith(f"homes.csv: {en}")
        assert in_language(fault, "zh").startswith(f"homes.csv：{zh}")
        assert "\n" not in fault

    def test_rows_with_the_same_fault_share_a_sentence_and_others_have_their_own(self, tmp_path):
        rows = [f"far{i},10.{i},39.0" for i in range(9)] + ["zero,0,0", "good,83.5,39.0"]
        points, faults = read_points(written(tmp_path, *rows), ROADS)
        assert points["id"].tolist() == ["good"]
        assert len(faults) == 2
        assert any("rows 2, 3, 4, 5, 6 and 4 more: point more than 100 km" in fault for fault in faults)

    def test_a_file_without_rows_is_a_fault(self, tmp_path):
        points, faults = read_points(written(tmp_path), ROADS)
        assert len(points) == 0
        assert faults == ["homes.csv: there is no row below the header"]
        assert in_language(faults[0], "zh").startswith("homes.csv：表头下面没有数据行")

    def test_a_file_that_cannot_be_read_as_a_whole_is_refused(self, tmp_path):
        with pytest.raises(LayerError, match=r"homes\.csv: column 'lat' is missing"):
            read_points(written(tmp_path, "a,1", head="id,lon"), ROADS)
        with pytest.raises(LayerError):
            read_points(tmp_path / "nowhere.csv", ROADS)

    def test_within_a_hundred_kilometres_of_the_roads_every_point_is_taken(self, tmp_path):
        west, south, east, north = reach_box(ROADS)
        inside = [(west + 1e-6, 39.0), (east - 1e-6, 39.0), (83.6, south + 1e-6), (83.6, north - 1e-6)]
        outside = [(west - 1e-3, 39.0), (east + 1e-3, 39.0), (83.6, south - 1e-3), (83.6, north + 1e-3)]
        rows = [f"{i},{lon},{lat}" for i, (lon, lat) in enumerate(inside + outside)]
        points, faults = read_points(written(tmp_path, *rows), ROADS)
        assert points["id"].tolist() == ["0", "1", "2", "3"]
        assert "rows 6, 7, 8, 9" in faults[0]

    def test_the_box_is_wide_enough_in_every_direction(self):
        west, south, east, north = reach_box(ROADS)
        metric = network([(0.0, 0.0), (20_000.0, 0.0)], [(0, 1, 1.0)])
        assert (metric.lat.min() - south) * 111.2 == pytest.approx(FAR_KM, rel=0.01)
        assert (north - metric.lat.max()) * 111.2 == pytest.approx(FAR_KM, rel=0.01)
        width = 111.2 * np.cos(np.radians(39.0))
        assert (metric.lon.min() - west) * width == pytest.approx(FAR_KM, rel=0.02)
        assert (east - metric.lon.max()) * width == pytest.approx(FAR_KM, rel=0.02)


class TestWithoutRoute:
    SITE = ((10_000.0, 0.0),)

    @staticmethod
    def table(homes, sites=SITE, rules=RULES, ground=None, roads=ROADS):
        def points(letter, places):
            at = degrees(list(places))
            return pd.DataFrame({"id": [f"{letter}{i}" for i in range(len(at))], "lon": at[:, 0], "lat": at[:, 1]})

        return no_route_table(roadway(roads, rules, ground), points("home", homes), points("site", sites))

    @staticmethod
    def told(found):
        return list(zip(found["side"], found["id"], found["reason"], strict=True))

    def test_who_is_too_far_is_told_how_far_on_both_sides(self):
        found = self.table(
            [(5_000.0, 1_000.0), (5_000.0, 42_000.0), (5_000.0, -41_000.0)], [*self.SITE, (5_000.0, 60_000.0)],
            replace(RULES, off_road_trip_km=0),
        )  # fmt: skip
        assert self.told(found) == [
            ("origin", "home1", "too_far"), ("origin", "home2", "too_far"), ("destination", "site1", "too_far"),
        ]  # fmt: skip
        assert found["nearest_road_km"].tolist() == pytest.approx([42, 41, 60], rel=5e-3)
        assert list(found.columns) == ["side", "id", "lon", "lat", "nearest_road_km", "reason"]

    def test_who_could_not_get_to_the_road_in_time_even_on_flat_ground_is_too_far(self):
        homes = [(5_000.0, 30_000.0), (5_000.0, 15_000.0)]
        found = self.table(homes, rules=replace(RULES, access_limit_min=60, off_road_trip_km=0))
        assert self.told(found) == [("origin", "home0", "too_far")]
        assert found["nearest_road_km"].tolist() == pytest.approx([30], rel=5e-3)

    def test_who_is_near_but_behind_a_wall_is_blocked(self):
        height = np.full((600, 1290), 1_000, np.int16)
        height[296:298, :] = 4_000  # a ridge 4 to 7 km north of the road
        ground = Ground(ElevationGrid(height, np.zeros_like(height), 73.0, 44.0, 1 / 60))
        found = self.table([(5_000.0, 1_000.0), (5_000.0, 11_000.0)], ground=ground)
        assert self.told(found) == [("origin", "home1", "blocked")]
        assert found["nearest_road_km"].tolist() == pytest.approx([11], rel=5e-3)

    def test_who_lives_on_a_road_that_leads_to_no_institution_is_cut_off(self):
        nodes = [(0.0, 0.0), (20_000.0, 0.0), (200_000.0, 0.0), (220_000.0, 0.0)]
        two = network(nodes, both_ways([(0, 1, 20_000), (2, 3, 20_000)]))
        found = self.table([(5_000.0, 0.0), (210_000.0, 300.0)], roads=two)
        assert self.told(found) == [("origin", "home1", "cut_off")]
        assert found["nearest_road_km"].tolist() == pytest.approx([0.3], abs=0.01)

    def test_an_institution_up_a_one_way_road_is_cut_off_and_its_neighbours_are_not(self):
        one_way = network([(0.0, 0.0), (20_000.0, 0.0)], [(0, 1, 20_000)])
        rules = replace(RULES, off_road_trip_km=0, access_limit_km=1)
        assert self.told(self.table([(15_000.0, 0.0)], [(5_000.0, 0.0)], rules, roads=one_way)) == [
            ("origin", "home0", "cut_off"), ("destination", "site0", "cut_off"),
        ]  # fmt: skip
        assert self.told(self.table([(5_000.0, 0.0)], [(15_000.0, 0.0)], rules, roads=one_way)) == []

    def test_who_reaches_an_institution_without_any_road_is_not_in_it(self):
        far = [(5_000.0, 60_000.0)]
        assert self.told(self.table(far, far)) == []
        assert len(self.table(far, far, replace(RULES, off_road_trip_km=0))) == 2

    def test_a_road_that_this_traveller_may_not_use_is_no_road_near_by(self):
        """A footpath passes the door; the next road for cars is 45 km away."""
        nodes = [(0.0, 0.0), (20_000.0, 0.0), (0.0, 45_000.0), (20_000.0, 45_000.0)]
        roads = network(nodes, both_ways([(0, 1, 20_000), (2, 3, 20_000)]))
        path = replace(roads, modes=np.where(roads.lat[roads.tail] > 39.1, 4, 15).astype(np.uint8))
        homes = [(5_000.0, 45_000.0), (5_000.0, 0.0)]
        found = self.table(homes, rules=replace(RULES, off_road_trip_km=0), roads=path)
        assert self.told(found) == [("origin", "home0", "too_far")]
        assert found["nearest_road_km"].tolist() == pytest.approx([45], rel=5e-3)

    def test_a_road_that_leads_nowhere_is_cut_off(self):
        nodes = [(0.0, 0.0), (20_000.0, 0.0), (0.0, 90_000.0), (20_000.0, 90_000.0)]
        way = roadway(network(nodes, both_ways([(0, 1, 20_000), (2, 3, 20_000)])), RULES, None)
        at = degrees([(5_000.0, 90_000.0), (5_000.0, 0.0)])
        here, there = (
            pd.DataFrame({"id": [i], "lon": at[k : k + 1, 0], "lat": at[k : k + 1, 1]}) for k, i in enumerate("ab")
        )
        found = no_route_table(way, here, there)
        assert found[["side", "id", "reason"]].to_numpy().tolist() == [
            ["origin", "a", "cut_off"],
            ["destination", "b", "cut_off"],
        ]

    def test_when_all_have_a_way_the_table_is_empty(self):
        found = self.table([(5_000.0, 1_000.0)], ground=flat())
        assert len(found) == 0
        assert list(found.columns) == ["side", "id", "lon", "lat", "nearest_road_km", "reason"]
