"""The files of a network plan: what is written reads back, and numbers are shown with as many digits as are known."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from networks_by_hand import answer, question
from test_result import names_of

from planning.network.explanation import Explanation
from planning.network.files import (
    TABLES,
    network_record,
    read_network_plan,
    read_table,
    rounded,
    table_files,
    totals,
    write_network,
)
from planning.network.read import read_network, standing_choice
from planning.network.result import NetworkPlan
from planning.tabular import write_csv

TOLD = (
    Explanation("why_here", "s1", "因为近", "because it is near", 12.0, 12.0, 12.0, "persons"),
    Explanation("lock", "s2", "代价不明", "not known", math.nan, 0.0, math.inf, "yuan"),
)

COMPARED = {
    "phasing_sites": pd.DataFrame({"site_id": ["001"], "name_zh": ["=甲"], "opened": [0], "in_end": [True]}),
    "integration_dropped": pd.DataFrame({"site_id": [], "capital_yuan": []}),
}


@pytest.fixture(scope="module")
def plan() -> NetworkPlan:
    asked = question(4)
    stands = answer(asked, 4, *standing_choice(asked.problem))
    found = read_network(asked, answer(asked, 4), names_of(asked), stands, kappa=0.01)
    return replace(found, explanations=TOLD, compared=COMPARED)


@pytest.fixture(scope="module")
def written(plan: NetworkPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    write_network(plan, folder)
    return folder


def test_every_table_is_written_and_reads_back(plan: NetworkPlan, written: Path) -> None:
    assert all(path.is_file() for path in table_files(written))
    again = read_network_plan(network_record(plan), plan.solver, written)
    for name in TABLES.values():
        pd.testing.assert_frame_equal(rounded(getattr(plan, name)), getattr(again, name), check_dtype=False)
    assert list(again.compared) == list(COMPARED)
    for name, table in COMPARED.items():
        pd.testing.assert_frame_equal(table, again.compared[name], check_dtype=False)
    assert again.flows is None
    assert (again.years, again.seasons, again.services) == (plan.years, plan.seasons, plan.services)


def test_what_was_compared_is_among_the_files_that_a_folder_must_have(written: Path) -> None:
    names = {path.name for path in (written / "network").iterdir()}
    assert names == {path.name for path in table_files(written, COMPARED)}
    assert {"variants_phasing_sites.csv", "variants_integration_dropped.csv"} == names - {
        path.name for path in table_files(written)
    }


def test_codes_stay_text(written: Path) -> None:
    groups = read_table(written / "network" / "groups.csv")
    assert set(groups["county_code"]) == {"653101", "652901"}
    assert groups["persons"].dtype.kind == "i"


def test_text_that_looks_like_a_formula_comes_back_as_it_was(tmp_path: Path) -> None:
    names = pd.DataFrame({"source": ["=1+1", "'quoted", "@home", "", "001"], "yuan": [1.0, 2.0, 3.0, 4.0, math.nan]})
    write_csv(names, tmp_path / "money.csv")
    assert "'=1+1" in (tmp_path / "money.csv").read_text(encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_table(tmp_path / "money.csv"), names, check_dtype=False)


def test_explanations_are_written_with_their_interval(plan: NetworkPlan, written: Path) -> None:
    table = read_table(written / "network" / "explanations.csv")
    assert table["zh"].to_list() == ["因为近", "代价不明"]
    assert np.array_equal(
        table[["value", "low", "high"]].to_numpy(), [[12, 12, 12], [np.nan, 0, np.nan]], equal_nan=True
    )
    told = read_network_plan(network_record(plan), plan.solver, written).explanations
    assert told[0] == TOLD[0]
    assert math.isnan(told[1].value)
    assert told[1].low == 0.0


def test_a_plan_without_explanations_has_a_table_without_rows(plan: NetworkPlan, tmp_path: Path) -> None:
    write_network(replace(plan, explanations=()), tmp_path)
    text = (tmp_path / "network" / "explanations.csv").read_text(encoding="utf-8-sig")
    assert text == "kind,subject,zh,en,value,low,high,unit\n"


def test_the_record_says_what_opens_in_each_year(plan: NetworkPlan) -> None:
    record = network_record(plan)
    for year in plan.years:
        opened = plan.sites[plan.sites["opened"] == year]["site_id"].to_list()
        assert [form["site_id"] for form in record["chosen"][str(year)]["forms"]] == opened
        on = plan.modules[plan.modules["opened"] == year]
        assert len(record["chosen"][str(year)]["modules"]) == len(on)
    assert record["totals"]["persons_served"]["0"] == plan.value("persons_served", year=0)
    assert record["asked"] == ["most"]


def test_totals_are_the_numbers_of_everyone_in_the_last_year(plan: NetworkPlan) -> None:
    found = totals(plan)
    assert found["persons_served"] == plan.value("persons_served")
    assert found["gini_cells"] == plan.value("gini_cells")
    assert all(value is None or math.isfinite(value) for value in found.values())


def test_nothing_is_not_a_negative_nothing() -> None:
    shown = rounded(pd.DataFrame({"units": [-1e-9, 1.23456], "share": [0.1234567, 1.0]}))
    assert np.signbit(shown["units"].to_numpy()).tolist() == [False, False]
    assert shown["units"].to_list() == [0.0, 1.235]
    assert shown["share"].to_list() == [0.1234567, 1.0]
