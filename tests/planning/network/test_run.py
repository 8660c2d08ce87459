"""A network scenario from start to end: the plan beside others, what is printed, what is said when there is none."""

from __future__ import annotations

import io
import json
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from four_counties import TASHKURGAN, area_of_counties, asked, four_counties

from geodata.errors import in_language
from planning import Plan, PlanningError, cli, read_plan, run, write_plan
from planning.compare import compare, printed, summary
from planning.network import run as running
from planning.network.files import TABLES, rounded

SMALL = {
    "services": ("rehabilitation", "day_care"), "first_year": 2026, "years": 2, "village_points": False,
    "money": ({"source": "=省级", "yuan": (3_000_000.0, 2_000_000.0)},),
    "tilt": {"share": 0.2, "prefectures": ("6531",)},
}  # fmt: skip
AROUND = {"title_zh": "四县", "title_en": "four counties", "solver": {"effort": "quick", "gap": 0.05}}


def scenario(**network: Any) -> Any:
    return asked(AROUND, **{**SMALL, **network})


@pytest.fixture(scope="module")
def plan() -> Plan:
    return run(scenario(), four_counties())


@pytest.fixture(scope="module")
def written(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans") / "网络"
    write_plan(plan, folder, four_counties())
    return folder


class TestThePlan:
    def test_money_of_no_year_and_source_is_overspent(self, plan: Plan) -> None:
        assert plan.network is not None
        spent = plan.network.money.groupby("year")["yuan"].sum()
        assert spent.get(2026, 0.0) <= 3_000_000 * (1 + 1e-6)
        assert spent.get(2027, 0.0) <= 2_000_000 * (1 + 1e-6)
        assert spent.sum() > 0

    def test_everyone_is_in_one_of_the_four_groups_of_each_service(self, plan: Plan) -> None:
        assert plan.network is not None
        groups = plan.network.groups
        four = ["persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route"]
        assert (groups[four].sum(axis=1) == groups["persons"]).all()
        by_year = groups.groupby(["service", "county_code", "weight_class"])["persons"].nunique()
        assert (by_year == 1).all()

    def test_no_site_delivers_more_than_its_modules_can(self, plan: Plan) -> None:
        assert plan.network is not None
        network = plan.network
        assert network.flows is not None
        capacity = network.modules[network.modules["opened"] <= 2026].groupby(["site_id", "service"])["capacity_units"]
        flows = network.flows[(network.flows["site_id"] != "") & (network.flows["year"] == 2026)]
        given = flows.groupby(["season", "site_id", "service"])["units"].sum().reset_index()
        most = given.merge(capacity.sum().rename("most").reset_index(), on=["site_id", "service"], how="left")
        assert (most["units"] <= most["most"] * (1 + 1e-6) + 1e-6).all()

    def test_what_is_served_is_more_than_by_what_stands(self, plan: Plan) -> None:
        assert plan.network is not None
        assert plan.network.value("persons_newly_served") > 0
        assert plan.network.value("persons_served", year=0) > 0
        assert plan.network.value("persons_at_home", year=0) == 0  # rounds belong to the plan
        assert (plan.network.indicators["key"] == "persons_on_one_road").any()

    def test_the_same_question_gives_the_same_plan(self, plan: Plan, written: Path, tmp_path: Path) -> None:
        again = run(scenario(), four_counties())
        write_plan(again, tmp_path / "again", four_counties())
        for path in sorted(p for p in written.rglob("*") if p.suffix in (".csv", ".json", ".toml")):
            one, other = path.read_bytes(), (tmp_path / "again" / path.relative_to(written)).read_bytes()
            if path.name == "plan.json":
                one, other = (json.dumps({**json.loads(x), "seconds": 0}).encode() for x in (one, other))
            assert one == other, path.name


class TestBesideOtherPlans:
    def test_its_sites_are_measured_as_those_of_any_plan(self, plan: Plan) -> None:
        assert plan.network is not None
        chosen = plan.network.sites.set_index("site_id")
        new = plan.sites[plan.sites["role"] != "existing"]
        assert set(new["site_id"]) == set(chosen[chosen["role"] != "existing"].index)
        here = plan.sites[plan.sites["site_id"].isin(chosen.index)]
        assert here["capital_yuan"].to_list() == chosen.loc[here["site_id"], "capital_yuan"].to_list()
        four = ["persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route"]
        assert sum(plan.indicators[k] for k in four) == plan.indicators["persons_total"]
        capital = plan.network.money[plan.network.money["kind"] == "capital"]["yuan"].sum()
        assert plan.indicators["cost_yuan"] == pytest.approx(capital)

    def test_it_can_be_compared_with_a_plan_of_one_service(self, plan: Plan, written: Path) -> None:
        usual = run(asked(AROUND).model_copy(update={"name": "nothing", "network": None}), four_counties())
        table = compare([usual, read_plan(written)], four_counties()).table.set_index("key")
        assert table.loc["sites", "made"] == plan.indicators["sites"]
        assert table.loc["persons_total", "made"] == table.loc["persons_total", "nothing"]

    def test_two_networks_are_compared_by_their_own_indicators_too(self, plan: Plan) -> None:
        other = replace(plan, scenario=plan.scenario.model_copy(update={"name": "other"}))
        compared = compare([plan, other], four_counties())
        table = compared.table.set_index("key")
        assert plan.network is not None
        assert table.loc["network_tilt_gap_points", "other"] == plan.network.value("tilt_gap_points")
        assert table.loc["network_gini_cells", "other − made"] == 0.0
        for language in ("zh", "en"):
            assert f"{plan.network.value('gini_cells'):.3f}" in printed(compared, language)


class TestFiles:
    def test_the_tables_stand_in_a_folder_of_their_own(self, written: Path) -> None:
        names = {p.name for p in (written / "network").iterdir()}
        assert names == {*TABLES, "explanations.csv"}
        for path in (written / "network").iterdir():
            assert path.read_bytes().startswith(b"\xef\xbb\xbf")

    def test_text_that_excel_would_run_is_kept_as_text(self, written: Path) -> None:
        assert "'=省级" in (written / "network" / "money.csv").read_text(encoding="utf-8-sig")

    def test_nothing_below_a_county_speaks_of_kinds_of_persons(self, written: Path) -> None:
        for path in (written / "network").iterdir():
            header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
            assert not ({"weight_class", "cell_id"} <= set(header))
            assert "cell_id" not in header

    def test_the_plan_reads_back(self, plan: Plan, written: Path) -> None:
        again = read_plan(written).network
        assert again is not None
        assert plan.network is not None
        for name in TABLES.values():
            one, other = rounded(getattr(plan.network, name)), getattr(again, name)
            pd.testing.assert_frame_equal(one, other, check_dtype=False)
        assert again.flows is None
        assert (again.years, again.services, again.counties) == ((2026, 2027), SMALL["services"], plan.network.counties)
        assert again.solver["aims"] == list(plan.network.solver["aims"])
        assert again.value("share_served") == pytest.approx(plan.network.value("share_served"), abs=1e-6)
        assert summary(read_plan(written), "zh", four_counties()) == summary(plan, "zh", four_counties())

    def test_the_record_has_years_aims_choices_and_totals(self, plan: Plan, written: Path) -> None:
        record = json.loads((written / "plan.json").read_text(encoding="utf-8"))["network"]
        assert record["years"] == [2026, 2027]
        assert [set(a) for a in record["aims"]] == [{"aim", "objective", "bound", "gap", "status", "unit"}]
        assert plan.network is not None
        opened = plan.network.sites[plan.network.sites["opened"] > 0]
        assert sum(len(y["forms"]) for y in record["chosen"].values()) == len(opened)
        assert record["totals"]["persons_served"]["2027"] == plan.network.value("persons_served")

    def test_a_folder_that_lacks_a_table_says_which(self, written: Path, tmp_path: Path) -> None:
        copy = tmp_path / "copy"
        shutil.copytree(written, copy)
        (copy / "network" / "groups.csv").unlink()
        with pytest.raises(PlanningError, match=r"groups\.csv: missing"):
            read_plan(copy)
        shutil.rmtree(copy / "network")
        with pytest.raises(PlanningError, match=r"modules\.csv: missing"):
            read_plan(copy)

    def test_a_plan_of_one_service_may_take_the_place_of_a_network(self, plan: Plan, tmp_path: Path) -> None:
        write_plan(plan, tmp_path / "plan", four_counties())
        write_plan(replace(plan, network=None, scenario=plan.scenario), tmp_path / "plan", four_counties())
        assert not (tmp_path / "plan" / "network").exists()


class TestTheCommand:
    def said(
        self, monkeypatch: pytest.MonkeyPatch, folder: Path, *more: str, given: Any = None
    ) -> tuple[int, str, str]:
        area = four_counties() if given is None else area_of_counties(TASHKURGAN)
        monkeypatch.setattr(cli, "asked", lambda *_: (given or scenario(), area))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = cli.main(["run", "any", "--out", str(folder), *more])
        return status, out.getvalue(), err.getvalue()

    @pytest.mark.parametrize(("language", "words"), [
        ("zh", ("规划年份 2026–2027", "资金合计", "康复服务：需要", "在附近但容量已满", "目标“提供最多服务”")),
        ("en", ("2026–2027; season", "money of all years", "day care: ", "near but full", "aim 'most service")),
    ])  # fmt: skip
    def test_run_prints_years_money_people_and_how_good_it_is(
        self, language: str, words: tuple[str, ...], plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(cli, "run", lambda *_, **__: plan)
        status, out, err = self.said(monkeypatch, tmp_path / "plan", "--lang", language)
        assert status == 0, err
        assert all(word in out for word in words), out
        served = plan.network.value("persons_served") if plan.network else np.nan
        assert f"{int(served):,}" in out

    def test_json_has_the_network_too(self, plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(cli, "run", lambda *_, **__: plan)
        status, out, _ = self.said(monkeypatch, tmp_path / "plan", "--json")
        assert status == 0
        record = json.loads(out)["plans"][0]
        assert plan.network is not None
        assert record["network"]["persons_served"] == plan.network.value("persons_served")

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_what_cannot_be_done_is_said_with_what_would_help(
        self, language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A township in the mountains, everybody asked for, and next to no money."""
        status, out, err = self.said(monkeypatch, tmp_path / "plan", "--lang", language, given=impossible(1.0))
        assert (status, out) == (2, "")
        assert not (tmp_path / "plan").exists()
        (said,) = [line for line in err.splitlines() if line and not line.startswith("four counties")]
        lower = {"zh": r"不能同时满足.*日间照料.*100% 降至 (\d+)%", "en": r"day care: from 100% down to (\d+)%"}
        found = re.search(lower[language], said)
        assert found, said
        if language == "en":
            share = int(found[1]) / 100
            assert run(impossible(share), area_of_counties(TASHKURGAN)).network is not None


def impossible(standard: float) -> Any:
    money = ({"source": "省级", "yuan": 100_000.0},)
    return asked(
        {"solver": {"effort": "first"}}, services=("day_care",), years=1, village_points=False, rounds=False,
        standards={"day_care": standard}, money=money,
    )  # fmt: skip


def test_no_plan_in_the_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = SimpleNamespace(objective=None, status="unknown", reason="time")
    question = SimpleNamespace(scenario=scenario(), problem=None, engine_aims=("most",))
    monkeypatch.setattr(running, "solve_network", lambda *_, **__: nothing)
    with pytest.raises(PlanningError) as error:
        running.answer_network(question)  # type: ignore[arg-type]
    assert "time_limit_s" in str(error.value)
    assert "没有找到方案" in in_language(error.value.faults[0], "zh")
