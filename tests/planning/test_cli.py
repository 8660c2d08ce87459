"""The command line: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_scenarios import COUNTY, PEOPLE, few_sites, is_chinese, is_english, own_layers, write_text

from planning import folder, read_plan
from planning.cli import CONTRACT
from planning.scenario import load, shipped, shipped_networks
from planning.texts import LANGUAGES

PLAN_KEYS = {
    "name", "folder", "persons_total", "persons_served", "persons_near_but_full", "persons_too_far",
    "persons_no_route", "share_within_30_min", "share_within_60_min", "share_within_120_min", "mean_travel_time_min",
    "sites", "cost_yuan", "status", "objective", "bound", "gap",
}  # fmt: skip
GROUPS = ("persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route")


@pytest.fixture
def quick_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "coverage_map", lambda plan, area, language: f"<!DOCTYPE html>{language}")


def small_file(place: Path, **more: Any) -> Path:
    return write_text(place / "small.toml", few_sites("small", **more).to_toml())


class TestDemo:
    def test_exactly_one_json_object_is_printed(self, demo: Any) -> None:
        assert demo.status == 0
        assert set(demo.json) >= {"study_area", "plans"}
        assert demo.json["study_area"] == "southern_xinjiang"

    def test_there_are_a_baseline_and_three_plans_or_more_with_every_key(self, demo: Any) -> None:
        plans = demo.json["plans"]
        assert [p["name"] for p in plans] == list(shipped())
        assert len(plans) >= 4
        assert all(set(p) >= PLAN_KEYS for p in plans)
        assert set(CONTRACT) < PLAN_KEYS

    def test_the_four_groups_add_up_exactly(self, demo: Any) -> None:
        for plan in demo.json["plans"]:
            assert sum(plan[g] for g in GROUPS) == plan["persons_total"] == PEOPLE
            assert all(isinstance(plan[g], int) for g in GROUPS)

    def test_shares_lie_between_0_and_1_and_grow_with_the_minutes(self, demo: Any) -> None:
        for plan in demo.json["plans"]:
            shares = [plan[f"share_within_{m}_min"] for m in (30, 60, 120)]
            assert 0 <= shares[0] <= shares[1] <= shares[2] <= 1

    def test_the_word_optimal_comes_with_a_proof_only(self, demo: Any) -> None:
        for plan in demo.json["plans"]:
            assert (plan["status"] == "optimal") == (plan["gap"] == 0.0)
        assert demo.json["plans"][0]["status"] == "evaluated"
        assert demo.json["plans"][0]["objective"] is None

    def test_each_plan_lies_in_its_folder_with_these_figures(self, demo: Any) -> None:
        for plan in demo.json["plans"]:
            there = read_plan(Path(plan["folder"]))
            assert there.name == plan["name"]
            assert {k: there.indicators[k] for k in CONTRACT} == {k: plan[k] for k in CONTRACT}

    def test_the_comparison_lies_beside_the_plans(self, demo: Any) -> None:
        assert {p.name for p in demo.folder.iterdir()} == {*shipped(), "comparison"}
        table = pd.read_csv(demo.folder / "comparison" / "compare.csv", index_col="key")
        for plan in demo.json["plans"]:
            assert table.loc["cost_yuan", plan["name"]] == plan["cost_yuan"]
        maps = {p.name for p in (demo.folder / "comparison").glob("*.html")}
        assert maps == {f"difference_{n}.html" for n in list(shipped())[1:]}

    def test_progress_goes_to_the_other_stream(self, demo: Any) -> None:
        assert all(load(name).title("zh") in demo.err for name in shipped())

    def test_a_folder_with_other_things_is_refused_before_anything_runs(self, jiujin: Any, tmp_path: Path) -> None:
        (tmp_path / "frugal").mkdir()
        write_text(tmp_path / "frugal" / "mine.txt", "mine")
        said = jiujin("demo", "--out", tmp_path)
        assert said.status == 2
        assert "里面有不属于方案的文件（mine.txt）" in said.err
        assert [p.name for p in tmp_path.iterdir()] == ["frugal"]


@pytest.mark.usefixtures("quick_map")
class TestRun:
    def test_json_is_one_object_with_one_plan(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("run", small_file(tmp_path), "--out", tmp_path / "out", "--json")
        assert said.status == 0
        (plan,) = said.json["plans"]
        assert set(plan) >= PLAN_KEYS
        assert plan["sites"] == 3
        assert Path(plan["folder"]) == tmp_path / "out"

    @pytest.mark.parametrize(("language", "word"), [("zh", "平均到达时间"), ("en", "mean travel time")])
    def test_figures_and_the_map_are_printed(self, jiujin: Any, tmp_path: Path, language: str, word: str) -> None:
        said = jiujin("run", small_file(tmp_path), "--out", tmp_path / "out", "--lang", language)
        assert word in said.out
        assert said.out.rstrip().endswith(str(tmp_path / "out" / "map.html"))
        assert (tmp_path / "out" / "map.html").read_text().endswith(language)

    def test_a_shipped_scenario_runs_by_its_name(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("run", "baseline", "--out", tmp_path / "out", "--json")
        assert said.status == 0
        assert said.json["plans"][0]["name"] == "baseline"

    def test_an_unknown_name_ends_with_2_and_says_where_to_look(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("run", "basline", "--out", tmp_path / "out", "--lang", "en")
        assert said.status == 2
        assert "basline: there is no such scenario file" in said.err
        assert "jiujin scenarios" in said.err
        assert said.out == ""
        assert not (tmp_path / "out").exists()
        assert "basline：没有这个情景文件；用 `jiujin scenarios`" in jiujin("run", "basline", "--out", tmp_path).err

    def test_too_many_locks_end_with_2_and_write_nothing(self, jiujin: Any, tmp_path: Path) -> None:
        locks = [{"type": "lock", "site": s} for s in ("G11890268", "G11890652")]
        said = jiujin("run", small_file(tmp_path, sites=1, changes=locks), "--out", tmp_path / "out")
        assert said.status == 2
        assert said.err.splitlines()[-1] == (
            "情景“small”：锁定了 2 个地点，但 [objective] sites 是 1；请减少锁定或增加机构数"
        )
        assert not (tmp_path / "out").exists()

    def test_faults_of_own_layers_end_with_2_and_name_rows(self, jiujin: Any, tmp_path: Path) -> None:
        own_layers(tmp_path)
        write_text(tmp_path / "candidates.csv", "id,name,host_type,lon,lat\nK1,甲,new_building,0,0\n")
        asked = write_text(tmp_path / "asked.toml", 'name = "a"\n[layers]\ncandidates = "candidates.csv"\n')
        said = jiujin("run", asked, "--out", tmp_path / "out", "--lang", "en")
        assert said.status == 2
        assert "row 2: coordinates are 0, 0" in said.err
        assert not (tmp_path / "out").exists()

    def test_a_folder_with_other_things_ends_with_2(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("run", small_file(tmp_path), "--out", tmp_path, "--lang", "en")
        assert said.status == 2
        assert "holds other files" in said.err

    def test_a_folder_below_a_file_ends_with_2(self, jiujin: Any, tmp_path: Path) -> None:
        asked = small_file(tmp_path)
        assert jiujin("run", asked, "--out", asked / "out").status == 2

    def test_json_without_nan(self, jiujin: Any, tmp_path: Path) -> None:
        nobody = [{"type": "scale_demand", "county": "652801", "factor": 1e-9}]
        said = jiujin("run", small_file(tmp_path, changes=nobody), "--out", tmp_path / "out", "--json")
        assert said.status == 0
        assert said.json["plans"]

    def test_the_installed_command_tells_faults_without_traceback(self, tmp_path: Path) -> None:
        asked = write_text(tmp_path / "bad.toml", 'name = "a"\nsesaon = "winter"\n')
        command = [sys.executable, "-m", "planning.cli", "run", str(asked), "--out", str(tmp_path / "out")]
        done = subprocess.run(command, capture_output=True, timeout=60)
        assert done.returncode == 2
        assert done.stdout == b""
        assert b"sesaon" in done.stderr
        assert b"Traceback" not in done.stderr
        assert not (tmp_path / "out").exists()


class TestScenarios:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_every_shipped_scenario_is_listed_with_one_line(self, jiujin: Any, language: str) -> None:
        said = jiujin("scenarios", "--lang", language)
        lines = said.out.splitlines()
        assert said.status == 0
        assert [line.split()[0] for line in lines] == [*shipped(), *shipped_networks()]
        assert all(load(line.split()[0]).title(language) in line for line in lines)


class TestCompare:
    def test_folders_are_set_side_by_side(self, jiujin: Any, demo: Any, tmp_path: Path) -> None:
        folders = [demo.folder / name for name in ("baseline", "frugal")]
        said = jiujin("compare", *folders, "--out", tmp_path / "out", "--lang", "en")
        assert said.status == 0
        assert "Frugal (12 million yuan)" in said.out
        assert {p.name for p in (tmp_path / "out").iterdir()} == {"compare.csv", "difference_frugal.html"}
        both = (demo.folder / "comparison" / "difference_frugal.html", tmp_path / "out" / "difference_frugal.html")
        assert all(path.is_file() for path in both)

    def test_one_folder_or_none_of_ours_ends_with_2(self, jiujin: Any, demo: Any, tmp_path: Path) -> None:
        alone = jiujin("compare", demo.folder / "baseline", "--out", tmp_path / "out", "--lang", "en")
        assert (alone.status, alone.out) == (2, "")
        assert "needs two plans" in alone.err
        strange = jiujin("compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out", "--lang", "en")
        assert strange.status == 2
        assert "plan.json: missing" in strange.err
        assert not (tmp_path / "out").exists()


GOOD = "id,lon,lat\n甲,75.99,39.47\n乙,79.92,37.11\n"
WORST = (
    "id,name,host_type,lon,lat,capacity_persons,capital_yuan,running_yuan\n"
    "a,A,new_building,75.99,39.47,,,\n"
    ",,tent,x,y,many,-1,-2\n"
    "a,B,new_building,0,0,-3,many,many\n"
    "c,C,new_building,39.47,75.99,,,\n"
    "d,D,new_building,10,10,,,\n"
)
BAD = "id,lon,lat\n甲,75.99,39.47\n乙,37.11,79.92\n甲,80,41\n丁,0,0\n戊,x,40\n"


class TestCheck:
    def test_a_good_file_ends_with_0(self, jiujin: Any, tmp_path: Path) -> None:
        path = write_text(tmp_path / "good.csv", GOOD, "gb18030")
        said = jiujin("check", path, "--json")
        assert said.status == 0
        assert said.json.items() >= {
            "file": "good.csv", "layer": "points", "encoding": "gb18030", "rows_read": 2, "rows_accepted": 2,
            "rows_rejected": 0, "faults": [],
        }.items()  # fmt: skip
        assert [p.name for p in tmp_path.iterdir()] == ["good.csv"]

    def test_a_bad_file_ends_with_2_and_its_rejected_rows_are_written_with_reasons(
        self, jiujin: Any, tmp_path: Path
    ) -> None:
        path = write_text(tmp_path / "bad.csv", BAD)
        said = jiujin("check", path, "--json")
        found = said.json
        assert said.status == 2
        assert (found["rows_read"], found["rows_accepted"], found["rows_rejected"]) == (5, 1, 4)
        assert {tuple(f["rows"]) for f in found["faults"]} == {(3,), (4,), (5,), (6,)}
        assert all(set(f) == {"rule", "rows", "example", "advice"} for f in found["faults"])
        rejected = pd.read_csv(tmp_path / "bad.rejected.csv")
        assert list(rejected["row"]) == [3, 4, 5, 6]
        assert rejected["reasons"].notna().all()
        assert path.read_text(encoding="utf-8") == BAD

    def test_faults_are_told_in_words_with_row_numbers(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("check", write_text(tmp_path / "bad.csv", BAD), "--lang", "en")
        assert said.status == 2
        assert "5 rows read, 1 accepted, 4 rejected" in said.out
        assert "row 3: lon and lat are swapped (found 37.11, 79.92)" in said.out
        assert "bad.rejected.csv" in said.out

    def test_faults_are_told_in_chinese_unless_asked_otherwise(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("check", write_text(tmp_path / "bad.csv", BAD + "己,36.5,76.1\n"))
        assert said.out.splitlines()[0] == "bad.csv：utf-8，读取 6 行，接受 1 行，退回 5 行"
        swapped = "  退回：第 3、7 行：经纬度颠倒（发现 37.11, 79.92）；请把经度填在 lon 列、纬度填在 lat 列"
        assert swapped in said.out.splitlines()
        rejected = pd.read_csv(tmp_path / "bad.rejected.csv")
        assert list(rejected["reasons"]) == [
            "经纬度颠倒",
            "编号重复",
            "坐标是 0, 0",
            "经度（lon）不是数字",
            "经纬度颠倒",
        ]

    def test_every_fault_of_a_row_is_told_in_the_asked_language_only(self, jiujin: Any, tmp_path: Path) -> None:
        path = write_text(tmp_path / "worst.csv", WORST)
        chinese = jiujin("check", path, "--layer", "candidates", "--lang", "zh").out.splitlines()[1:]
        english = jiujin("check", path, "--layer", "candidates", "--lang", "en").out.splitlines()[1:]
        assert len(chinese) == len(english) == 18
        assert all(is_chinese(line) for line in chinese), chinese
        assert all(is_english(line) for line in english), english
        assert "；请填 乡镇卫生院、敬老院、学校、村级综合服务设施、新建 之一" in "".join(chinese)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("nothing.csv", None),
            ("folder.csv", ""),
            ("table.xlsx", b"PK"),
            ("empty.csv", b""),
            ("long.csv", b"id,lon,lat\na,75,39\nb,75,39,1,1\n"),
            ("more.csv", b"id,lon,lat\nx,a,75.99,39.47\ny,b,75.99,39.47\n"),
            ("strange.csv", b"id,lon,lat\n\xff\xff,75,39\n"),
            ("twice.csv", b"id,lon,lon ,lat\na,75.99,75.99,39.47\n"),
            ("short.csv", b"other\n1\n"),
            ("broken.geojson", b"{}"),
            ("broken.gpkg", b"{}"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_told_in_the_asked_language_only(
        self, jiujin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: Any
    ) -> None:
        monkeypatch.chdir(tmp_path)
        if content == "":
            Path(name).mkdir()
        elif content is not None:
            Path(name).write_bytes(content)
        chinese, english = (jiujin("check", name, "--lang", speech).err.splitlines() for speech in LANGUAGES)
        assert len(chinese) >= 1
        assert all(is_chinese(line) for line in chinese), chinese
        assert all(is_english(line) for line in english), english

    def test_files_that_cannot_be_read_do_not_hide_the_others(self, jiujin: Any, tmp_path: Path) -> None:
        good = write_text(tmp_path / "good.csv", GOOD)
        short = write_text(tmp_path / "short.csv", "id,lon\n甲,75.99\n")
        said = jiujin("check", tmp_path / "nowhere.csv", good, short, "--lang", "en")
        assert said.status == 2
        assert "good.csv: utf-8" in said.out
        assert "nowhere.csv: there is no such file" in said.err
        assert "column 'lat' is missing" in said.err

    def test_columns_are_those_of_the_layer(self, jiujin: Any, tmp_path: Path) -> None:
        path = write_text(tmp_path / "good.csv", GOOD)
        assert jiujin("check", path, "--layer", "residents").status == 2
        with pytest.raises(SystemExit) as ended:
            jiujin("check", path, "--layer", "nothing")
        assert ended.value.code == 2


def test_a_plan_record_can_be_read_by_other_programs(demo: Any) -> None:
    record = json.loads((demo.folder / "frugal" / "plan.json").read_text(encoding="utf-8"))
    assert record["indicators"]["cost_yuan"]["value"] <= 12_000_000
    assert COUNTY not in record["scenario"]["candidates"]["counties"]


def test_a_reader_who_has_had_enough_is_no_fault() -> None:
    code = (
        "import sys; from planning import cli\n"
        "def enough(options): raise BrokenPipeError\n"
        "cli._scenarios = enough\n"
        "sys.exit(cli.main(['scenarios']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
