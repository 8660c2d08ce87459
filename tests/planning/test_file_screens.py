"""The user's own files as plain values: what a person chose is what the file is read with, and nothing else is kept."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.coordinates.shift import Shift
from geodata.layers import LayerReport, layers
from geodata.layers.columns import recognise
from geodata.roads import straight_roads
from planning import PlanningError, StudyArea
from planning.file_screens import (
    UNUSED,
    Adopted,
    Asked,
    adopted,
    adopted_with,
    checked,
    columns_given,
    counted_twice,
    field_choices,
    missing,
)
from planning.report_screens import counts, found_rows, precision_sentence, returned_rows
from planning.shift_picture import shift_picture

HEADINGS = ("编号", "机构名称", "机构类型", "经度", "纬度", "容量", "县", "镇名", "备注", "开放情况")
FIELDS = tuple(f.key for f in layers()["institutions"].fields if f.kind != "personal")
DAY = date(2025, 6, 30)
SITES = """编号,名称,经度,纬度,行号,备注
1,测试甲站,77.2455,38.4141,7,虚构备注
2,测试乙站,0,0,8,虚构备注
"""


@pytest.fixture(scope="module")
def sites(area: StudyArea) -> LayerReport:
    return checked("1", "机构.csv", SITES.encode("gb18030"), Asked("institutions", DAY), area).report


class TestColumnsThatAPersonPutRight:
    SEEN = recognise(HEADINGS, layers()["institutions"])

    def test_nothing_is_given_where_nothing_changed(self) -> None:
        assert columns_given(self.SEEN, [c.field or UNUSED for c in self.SEEN], "institutions") == ()

    def test_what_was_recognised_stays_recognised(self) -> None:
        chosen = ["address" if c.heading == "备注" else c.field or UNUSED for c in self.SEEN]
        given_columns = dict(columns_given(self.SEEN, chosen, "institutions"))
        assert given_columns["address"] == "备注"
        assert "name" not in given_columns
        again = recognise(HEADINGS, layers()["institutions"], given_columns)
        assert {c.how for c in again if c.heading == "机构名称"} == {"word"}

    @settings(max_examples=60, deadline=None)
    @given(st.permutations([*FIELDS, *[UNUSED] * len(HEADINGS)]).map(lambda fields: fields[: len(HEADINGS)]))
    def test_any_choice_is_what_the_file_is_read_with(self, chosen: list[str]) -> None:
        given_columns = dict(columns_given(self.SEEN, chosen, "institutions"))
        again = recognise(HEADINGS, layers()["institutions"], given_columns)
        assert [c.field or UNUSED for c in again] == chosen

    def test_one_field_twice_is_refused_in_both_languages(self) -> None:
        with pytest.raises(PlanningError) as error:
            columns_given(self.SEEN, ["id"] * len(HEADINGS), "institutions")
        (fault,) = error.value.faults
        assert "keep one" in fault
        assert "“编号”对应了多列" in fault.zh  # type: ignore[attr-defined]

    def test_what_the_layer_needs_is_told_by_its_headings(self) -> None:
        assert missing(["name"], "candidates", "zh") == [
            field_choices("candidates", "zh")["host_type"],
            "位置（经纬度，或县、乡镇、村，或区划代码，或地址）",
        ]
        assert missing(["id", "name", "address"], "institutions", "en") == []


class TestTheReport:
    def test_counts_add_up(self, sites: LayerReport) -> None:
        read, good, _, _, bad = (number for _, number in counts(sites, "zh"))
        assert (read, good, bad) == (2, 1, 1)
        assert precision_sentence(sites, "zh") == "位置精确到：坐标点 1 · 村 0 · 乡镇 0 · 县 0（行）"

    def test_examples_are_shown_only_where_there_are_any(self, sites: LayerReport) -> None:
        with_example = found_rows(sites, "zh")
        assert all("示例" in row for row in with_example)
        people = LayerReport("a", "residents", "", 0, sites.accepted, sites.rejected, ())
        assert found_rows(people, "zh") == []

    def test_a_column_called_like_one_of_ours_keeps_its_place(self, sites: LayerReport) -> None:
        table = returned_rows(sites, "zh")
        assert [c for c in table.columns if c.startswith("行号")] == ["行号", "行号 (2)"]
        assert table.loc[table.index[0], ["行号", "行号 (2)"]].tolist() == ["3", "8"]


class TestAdopted:
    def test_only_columns_that_the_tool_knows_are_kept(self, area: StudyArea) -> None:
        one = checked("1", "机构.csv", SITES.encode("gb18030"), Asked("institutions", DAY), area)
        assert "备注" in one.report.accepted
        kept = adopted(one)
        assert not {"备注", "行号"} & set(kept.report.accepted.columns)
        assert list(kept.report.rejected.columns) == ["row", "reasons"]
        assert kept.persons == 1

    def test_registers_stand_beside_each_other_and_sites_do_not(self, sites: LayerReport) -> None:
        people = LayerReport("甲.csv", "residents", "", 0, sites.accepted, sites.rejected, ())
        first, other = Adopted(people, DAY), Adopted(LayerReport(**{**vars(people), "file": "乙.csv"}), DAY)
        files = adopted_with(adopted_with(adopted_with({}, first), other), first)
        assert [one.report.file for one in files["residents"]] == ["乙.csv", "甲.csv"]
        site = Adopted(sites, DAY)
        assert len(adopted_with(adopted_with(files, site), site)["institutions"]) == 1

    def test_a_county_in_two_registers_is_named(self) -> None:
        def of(*codes: str) -> Adopted:
            rows = pd.DataFrame({"county_code": [*codes, ""], "persons": 1})
            return Adopted(LayerReport("a", "residents", "", 0, rows, rows, ()), DAY)  # type: ignore[arg-type]

        assert counted_twice([of("653125", "653126"), of("653126")], {"653126": "叶城县"}) == ["叶城县"]


def test_the_picture_shows_points_where_they_are() -> None:
    at, step = np.array([77.24, 38.41]), 0.001
    before = at + np.column_stack([np.zeros(5), np.arange(5) * step])
    roads = straight_roads(np.array([77.2, 77.3]), np.array([38.41, 38.41]), [0, 1], [1, 0], [8700.0, 8700.0])
    shift = Shift("gcj02", 5, 5, 100.0, 90.0, 100.0, 1.0, 1.0, before, np.add(before, (step, 0)))
    svg = ElementTree.fromstring(shift_picture(shift, roads))
    left, right = svg.findall("{http://www.w3.org/2000/svg}svg")
    circles = [
        [float(c.get("cx", "")) for c in square.iter("{http://www.w3.org/2000/svg}circle")] for square in (left, right)
    ]
    assert [len(c) for c in circles] == [5, 5]
    assert circles[0] == [150.0] * 5  # the busiest point is the middle
    assert np.allclose(circles[1], 150 + step * 111_320 * np.cos(np.radians(before[:, 1].mean())) / 10, atol=0.2)
    assert len({path.get("d") for path in svg.iter("{http://www.w3.org/2000/svg}path")}) == 1
