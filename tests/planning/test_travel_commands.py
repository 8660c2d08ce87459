"""`jiujin travel-times` and `jiujin roads`, from files to files."""

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata import store
from planning.cli import main

ROOT = Path(__file__).parents[2]

# A main street west to east, a side street that is one-way south, a track without known surface, an island.
NODES = {
    1: (76.00, 39.50), 2: (76.02, 39.50), 3: (76.04, 39.50), 4: (76.02, 39.48), 5: (76.06, 39.50), 8: (76.10, 39.40),
    9: (76.1002, 39.40),
}  # fmt: skip
WAYS = (
    ((1, 2, 3), {"highway": "secondary"}),
    ((2, 4), {"highway": "residential", "oneway": "yes"}),
    ((4, 3), {"highway": "residential"}),
    ((3, 5), {"highway": "track"}),
    ((8, 9), {"highway": "residential"}),
)


def osm(nodes: dict[int, tuple[float, float]], ways: Any) -> str:
    places = "".join(f'<node id="{i}" lon="{x}" lat="{y}" version="1"/>' for i, (x, y) in nodes.items())
    lines = ""
    for number, (refs, tags) in enumerate(ways, 1):
        named = "".join(f'<nd ref="{r}"/>' for r in refs)
        said = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines += f'<way id="{number}" version="1">{named}{said}</way>'
    return f'<?xml version="1.0"?><osm version="0.6">{places}{lines}</osm>'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JIUJIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_MEMORY", {})
    (tmp_path / "town.osm").write_text(osm(NODES, WAYS), encoding="utf-8")
    points(tmp_path / "homes.csv", [("west", 76.00, 39.50), ("south", 76.02, 39.48), ("end", 76.06, 39.50)])
    points(tmp_path / "sites.csv", [("crossing", 76.02, 39.50), ("east", 76.04, 39.50)])
    return tmp_path


def points(path: Path, rows: list[tuple[Any, Any, Any]]) -> None:
    path.write_text("\n".join(["id,lon,lat", *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")


def asked(folder: Path, *more: str, out: str = "minutes.parquet", roads: str = "town.osm") -> list[str]:
    base = {"--roads": roads, "--origins": "homes.csv", "--destinations": "sites.csv", "--out": out}
    named = [word for key, name in base.items() for word in (key, str(folder / name))]
    return ["travel-times", *named, "--lang", "en", *(more if "--limit" in more else ("--limit", "60", *more))]


def minutes(path: Path, column: str = "travel_time_min") -> dict[tuple[str, str], float]:
    table = pd.read_parquet(path)
    return {(r.origin_id, r.destination_id): getattr(r, column) for r in table.itertuples()}


def test_the_table_holds_ids_and_minutes_in_the_order_of_the_files(files: Path) -> None:
    assert main(asked(files)) == 0
    table = pd.read_parquet(files / "minutes.parquet")
    assert list(table.columns) == ["origin_id", "destination_id", "travel_time_min"]
    assert list(table["origin_id"]) == ["west", "west", "south", "south", "end", "end"]
    # 1.716 km of secondary road at 40 km/h and 5 minutes of boarding
    assert minutes(files / "minutes.parquet")["west", "crossing"] == pytest.approx(1.716 / 40 * 60 + 5, abs=0.01)


def test_the_one_way_street_is_driven_one_way_only(files: Path) -> None:
    main(asked(files))
    found = minutes(files / "minutes.parquet")
    assert found["south", "crossing"] > found["south", "east"]  # round by the east, not up the one-way street


def test_only_pairs_within_the_limit_are_stored(files: Path) -> None:
    main(asked(files, "--limit", "8"))
    found = minutes(files / "minutes.parquet")
    assert ("west", "crossing") in found
    assert all(value <= 8 for value in found.values())
    assert ("west", "east") not in found


def test_two_workers_give_the_identical_file(files: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    assert main(asked(files)) == 0
    # Workers are new processes that look for the main program, which a test of the page may have replaced here.
    command = [sys.executable, "-m", "planning.cli", *asked(files, "--workers", "2", "--no-cache", out="other.parquet")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert (files / "minutes.parquet").read_bytes() == (files / "other.parquet").read_bytes()


def test_a_second_run_reads_what_was_computed_and_writes_the_same(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(asked(files))
    monkeypatch.setattr(store, "_MEMORY", {})
    monkeypatch.setattr("geodata.travel.times.table", None)  # the kernel may not be called again
    assert main(asked(files, out="again.parquet")) == 0
    assert (files / "minutes.parquet").read_bytes() == (files / "again.parquet").read_bytes()


def test_unknown_surfaces_give_a_best_and_a_worst_time(files: Path) -> None:
    main(asked(files, "--surface", "both"))
    best = minutes(files / "minutes.parquet")
    worst = minutes(files / "minutes.parquet", "travel_time_worst_min")
    assert worst["end", "east"] - 5 == pytest.approx(2 * (best["end", "east"] - 5))  # a track: 20 or 10 km/h
    assert worst["west", "crossing"] == best["west", "crossing"]  # a county road is paved by its rank


def test_january_is_slower_than_july(files: Path) -> None:
    main(asked(files, "--month", "7"))
    main(asked(files, "--month", "1", out="winter.parquet"))
    summer, winter = (minutes(files / f"{n}.parquet")["west", "east"] - 5 for n in ("minutes", "winter"))
    assert winter == pytest.approx(summer / 0.7)


def test_an_own_speed_takes_the_place_of_the_shipped_one(files: Path) -> None:
    (files / "own.toml").write_text("secondary_kph = 80\n", encoding="utf-8")
    main(asked(files, "--speeds", str(files / "own.toml")))
    assert minutes(files / "minutes.parquet")["west", "crossing"] == pytest.approx(1.716 / 80 * 60 + 5, abs=0.01)


def test_points_without_a_road_stand_in_a_table_of_their_own(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(files / "homes.csv", [("west", 76.00, 39.50), ("desert", 76.0, 39.0)])
    assert main(asked(files, "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["origins"], told["origins_without_route"], told["off_road"]) == (2, 1, "straight_lines")
    alone = pd.read_csv(files / "minutes.no_route.csv")
    assert alone[["side", "id", "reason"]].to_numpy().tolist() == [["origin", "desert", "too_far"]]
    assert alone["explanation"][0] == "too far from any road that may be used"
    assert alone["nearest_road_km"][0] == pytest.approx(53.4, abs=0.5)  # to the south end of the side street


def test_the_table_without_a_road_goes_when_everyone_has_one(files: Path) -> None:
    (files / "minutes.no_route.csv").write_text("from an earlier run", encoding="utf-8")
    main(asked(files))
    assert not (files / "minutes.no_route.csv").exists()


BAD_POINTS = {
    "lon is not a number": ("a", "x", "39.5"),
    "coordinates are 0, 0": ("a", 0, 0),
    "lon and lat are swapped": ("a", 39.5, 76.0),
    "point more than 100 km away from the roads": ("a", 79.5, 39.5),
}


@pytest.mark.parametrize("sentence", BAD_POINTS)
def test_a_bad_point_is_one_sentence_and_nothing_is_written(
    files: Path, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    points(files / "homes.csv", [("good", 76.0, 39.5), BAD_POINTS[sentence]])
    assert main(asked(files)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert f"homes.csv: row 3: {sentence}" in lines[0]
    assert not list(files.glob("*.parquet"))


def test_bad_points_of_both_files_are_told_together(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(files / "homes.csv", [("a", 0, 0)])
    points(files / "sites.csv", [("b", 39.5, 76.0)])
    assert main(asked(files)) == 2
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["homes.csv", "sites.csv"]


BAD_ROADS = {
    "text.osm.pbf": ("I am no map", "not a whole OpenStreetMap PBF file"),
    "nothing.osm": ('<?xml version="1.0"?><osm version="0.6"></osm>', "the extract is empty"),
    "houses.osm": (osm(NODES, [((1, 2), {"building": "yes"})]), "none of its ways is a road"),
    "islands.osm": (
        osm({i: (76 + 0.01 * i, 39.5) for i in range(1, 9)}, [((i, i + 1), {"highway": "road"}) for i in (1, 3, 5, 7)]),
        "the roads fall into 4 unconnected parts",
    ),
    "back.csv": ("u,v,u_lon,u_lat,v_lon,v_lat,length_m\n1,2,76,39.5,76.1,39.5,-8\n", "row 2: length_m is -8"),
    "roads.xyz": ("", "road files are"),
}


@pytest.mark.parametrize("name", BAD_ROADS)
def test_bad_roads_are_one_sentence_and_nothing_is_written(
    files: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content, sentence = BAD_ROADS[name]
    (files / name).write_text(content, encoding="utf-8")
    assert main(asked(files, roads=name)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert name in lines[0]
    assert sentence in lines[0]
    assert not list(files.glob("*.parquet"))


def test_islands_are_taken_on_request(files: Path) -> None:
    (files / "islands.osm").write_text(BAD_ROADS["islands.osm"][0], encoding="utf-8")
    assert main(asked(files, "--islands", roads="islands.osm")) == 0


def test_every_fault_of_a_speed_file_is_told_at_once(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "own.toml").write_text(
        'primary_kph = 0\ntertiary_kph = -3\nprimry_kph = 4\ntrack_kph = "slow"\n', encoding="utf-8"
    )
    assert main(asked(files, "--speeds", str(files / "own.toml"))) == 2
    assert capsys.readouterr().err.splitlines() == [
        "own.toml: primary_kph: 0 found, a number above 0 is needed",
        "own.toml: tertiary_kph: -3 found, a number above 0 is needed",
        "own.toml: unknown key 'primry_kph'; did you mean 'primary_kph'?",
        "own.toml: track_kph: 'slow' found, a number is needed",
    ]


def test_a_missing_elevation_tile_is_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, "--elevation", str(files / "n39e076.tif"))) == 2
    assert "n39e076.tif" in capsys.readouterr().err
    assert not list(files.glob("*.parquet"))


def test_a_full_disk_while_caching_leaves_nothing_behind(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    assert main(asked(files, "--cache", str(files / "kept"))) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "the disk is full" in lines[0]
    assert not list(files.glob("*.parquet"))
    assert not list((files / "kept").iterdir())


def closures(files: Path, *rows: str) -> str:
    (files / "closed.csv").write_text("\n".join(["closure_id,lon,lat,radius_m,months", *rows]), encoding="utf-8")
    return str(files / "closed.csv")


def test_a_road_closed_in_winter_is_open_in_july(files: Path) -> None:
    closed = closures(files, 'snow,76.03,39.50,900,"12,1,2"')  # between the crossing and the east
    main(asked(files, "--closures", closed, "--month", "7"))
    main(asked(files, "--closures", closed, "--month", "1", out="winter.parquet"))
    main(asked(files, "--month", "1", out="open.parquet"))
    summer, winter, open_ = (minutes(files / f"{n}.parquet")["west", "east"] for n in ("minutes", "winter", "open"))
    assert winter > open_ > summer


def test_every_fault_of_a_closure_file_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed = closures(files, "a,76.03,39.5,0,", "b,x,39.5,900,13")
    assert main(asked(files, "--closures", closed)) == 2
    assert capsys.readouterr().err.splitlines() == [
        "closed.csv: row 2: radius_m is 0, a number above 0 is needed",
        "closed.csv: row 3: lon is x, degrees is needed",
        "closed.csv: row 3: months is 13, numbers from 1 to 12 with commas are needed",
    ]


def test_a_month_of_the_other_season_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, "--month", "7", "--season", "winter")) == 2
    assert "--month 7 lies in summer, but --season is winter" in capsys.readouterr().err


def test_columns_are_for_lines_only_and_need_an_equals_sign(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, "--columns", "class:kind")) == 2
    assert capsys.readouterr().err.splitlines() == [
        "--columns: 'class:kind' found, key=column is needed, such as class=等级",
        "--columns: town.osm has no columns to choose from; leave it out",
    ]


def test_the_table_as_csv_for_a_spreadsheet(files: Path) -> None:
    main(asked(files))
    main(asked(files, out="minutes.csv"))
    assert (files / "minutes.csv").read_bytes().startswith(b"\xef\xbb\xbforigin_id,")
    pd.testing.assert_frame_equal(pd.read_csv(files / "minutes.csv"), pd.read_parquet(files / "minutes.parquet"))


def test_the_conditions_are_told_with_the_table(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(asked(files, "--month", "1", "--profile", "with_escort", "--json"))
    told = json.loads(capsys.readouterr().out)
    assert (told["profile"], told["season"], told["month"]) == ("with_escort", "winter", 1)
    assert (told["limit_min"], told["unknown_surface"]) == (60, "best")


def test_a_worst_time_is_never_better_than_the_best(files: Path) -> None:
    main(asked(files, "--surface", "both", "--profile", "wheelchair", "--limit", "600"))
    table = pd.read_parquet(files / "minutes.parquet")
    both = table.dropna()
    assert table["travel_time_min"].notna().all()
    assert (both["travel_time_worst_min"] >= both["travel_time_min"]).all()
    assert len(both) < len(table)  # a street of unknown surface may be no way at all


def test_the_table_may_be_read_by_whoever_may_read_any_new_file(files: Path) -> None:
    main(asked(files))
    assert (files / "minutes.parquet").stat().st_mode == (files / "town.osm").stat().st_mode


def test_the_table_must_be_parquet(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, out="minutes.xlsx")) == 2
    assert ".parquet or .csv is needed" in capsys.readouterr().err


def test_faults_are_told_in_chinese(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = asked(files, roads="none.pbf")
    command[command.index("en")] = "zh"
    assert main(command) == 2
    assert "没有这个道路文件" in capsys.readouterr().err


def test_the_quality_report_is_told_and_written_as_one_page(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = files / "roads.html"
    assert main(["roads", str(files / "town.osm"), "--points", str(files / "homes.csv"), "--out", str(out)]) == 0
    assert "道路" in capsys.readouterr().out
    page = out.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page


def test_the_quality_report_as_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roads", str(files / "town.osm"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
