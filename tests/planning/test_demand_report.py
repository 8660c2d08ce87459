"""Demand for the eyes of people: an area shows the bases that it can give, and says why it cannot give the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from test_new_area import COUNTY, FAR, PEOPLE, far_roads, register

from geodata.demand.bases import BASES
from geodata.errors import both
from planning import PlanningError, StudyArea
from planning.area_demand import demand_source
from planning.area_screens import area_sentences, bases_rows
from planning.assumptions import Assumptions
from planning.demand_report import available_bases, bases_table, lacking_bases, persons_in, service_rows, units_table
from planning.new_area import new_area


def far_area(out: Path, **more: Any) -> StudyArea:
    """An area outside the embedded one that has a register and roads."""
    return StudyArea.open(new_area(out, name="far", residents=[register(FAR)], roads=far_roads(), **more))


class TestAnAreaWithARegisterOnly:
    def test_its_register_is_the_one_base_and_the_others_say_what_they_lack(self, tmp_path: Path) -> None:
        area = far_area(tmp_path / "a")
        assert available_bases(area) == ("register",)
        assert lacking_bases(area, "en") == [
            f"no numbers {name}: demand_base: the population of county '000000' is not known; "
            "use the register, or make the area with totals"
            for name in ("by the control total", "by the prevalence of 6.34 %")
        ]

    def test_every_view_of_its_demand_can_be_drawn(self, tmp_path: Path) -> None:
        area = far_area(tmp_path / "a")
        assert bases_table(area)["register"].to_list() == [15]
        assert bases_table(area)["difference"].isna().all()
        assert bases_rows(area, "zh")[0]["控制总数"] is None
        assert units_table(area)["home_visit"].to_list() != [0]
        rows = service_rows(area, "en")
        assert "by the register" in rows[0]
        assert "by the control total" not in rows[0]

    def test_own_totals_make_a_second_base(self, tmp_path: Path) -> None:
        area = far_area(tmp_path / "a", totals=pd.DataFrame({"county_code": ["000000"], "persons": [300]}))
        assert available_bases(area) == ("register", "control_total")
        assert len(service_rows(area, "zh")) == len(service_rows(area, "en")) > 0

    def test_a_total_of_nobody_is_no_base_for_registered_persons(self, tmp_path: Path) -> None:
        area = far_area(tmp_path / "a", totals=pd.DataFrame({"county_code": ["000000"], "persons": [0]}))
        assert available_bases(area) == ("register",)
        assert "has a register, but a total of 0" in lacking_bases(area, "en")[0]
        assert service_rows(area, "zh")

    def test_one_county_without_a_population_is_enough_to_lack_a_base(self, tmp_path: Path) -> None:
        mixed = register([*PEOPLE, *(row | {"county_code": "310101"} for row in FAR)])
        area = StudyArea.open(new_area(tmp_path / "a", name="a", residents=[mixed], roads=far_roads()))
        assert available_bases(area) == ("register",)
        assert service_rows(area, "zh")
        assert bases_table(area).set_index("county_code")["control_total"].notna().to_dict() == {
            COUNTY: True, "310101": False,
        }  # fmt: skip


class TestThePage:
    @staticmethod
    def shown(area: StudyArea) -> AppTest:
        def demand() -> None:
            import streamlit as st

            from planning.app.pages.files.own_area import _demand

            _demand(st.session_state["area"])

        page = AppTest.from_function(demand, default_timeout=60)
        page.session_state["area"] = area
        return page.run()

    def test_an_area_with_a_register_only_is_shown_whole(self, tmp_path: Path) -> None:
        page = self.shown(far_area(tmp_path / "a"))
        assert not page.exception
        assert not page.error
        assert len(page.get("bidi_component")) == 2

    def test_what_cannot_be_computed_is_told_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuses(*_: object) -> None:
            raise PlanningError([both("no numbers", "没有数字")])

        for name in ("bases_rows", "service_rows"):
            monkeypatch.setattr(f"planning.app.pages.files.own_area.{name}", refuses)
        st.cache_data.clear()
        page = self.shown(far_area(tmp_path / "a"))
        assert not page.exception
        assert [error.value for error in page.error] == ["没有数字", "没有数字"]


def test_an_area_of_known_counties_gives_all_bases_with_a_register_and_two_without(
    tmp_path: Path, area: StudyArea
) -> None:
    assert available_bases(area) == ("control_total", "prevalence")
    assert lacking_bases(area, "zh") == []
    own = StudyArea.open(new_area(tmp_path / "a", name="a", residents=[register(PEOPLE)]))
    assert available_bases(own) == BASES


def test_the_prevalence_that_is_shown_is_the_one_that_is_used(area: StudyArea) -> None:
    rows = tuple(replace(row, value=0.081) if row.key == "prevalence_rate" else row for row in area.assumptions.rows)
    other = replace(area, assumptions=Assumptions(rows))
    assert "by the prevalence of 8.1 %" in service_rows(other, "en")[0]
    assert "按现残率 6.34%" in service_rows(area, "zh")[0]


class TestPersonsOfAnArea:
    def test_cities_counted_apart_are_told_apart_and_nobody_is_lost(self, area: StudyArea) -> None:
        inside, apart = persons_in(area)
        assert apart > 0
        assert inside + apart == area.demand(area.assumptions.demand_rates())["persons"].sum()
        assert f"{inside:,} disabled residents" in area_sentences(area, "en")[0]
        assert area_sentences(area, "en")[0].endswith(f"; XPCC cities, counted apart: {apart:,}")

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_an_area_without_such_cities_does_not_speak_of_them(self, tmp_path: Path, language: str) -> None:
        area = StudyArea.open(new_area(tmp_path / "a", name="a", codes=[COUNTY]))
        assert persons_in(area)[1] == 0
        assert "XPCC" not in area_sentences(area, language)[0]
        assert "兵团" not in area_sentences(area, language)[0]

    def test_an_area_says_where_its_persons_come_from_as_its_plans_do(self, tmp_path: Path) -> None:
        own = StudyArea.open(new_area(tmp_path / "a", name="a", residents=[register(PEOPLE)]))
        assert demand_source(own.data, None) == "register"
        assert "登记" in area_sentences(own, "zh")[1]
