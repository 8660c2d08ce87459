"""A study area as one folder or zip: whole, checked, the same on every machine, and without a person or a path."""

import getpass
import json
import os
import shutil
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geodata import study_folder
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError
from geodata.roads.network import RoadNetwork, straight_roads
from geodata.study_data import StudyData, open_study_data
from geodata.study_folder import RECORD, RESIDENT_COLUMNS, TITLES, read_study_folder, write_study_folder

NONE = pd.DataFrame


def residents() -> pd.DataFrame:
    """Three classes in two cells; grade, age and hardship of one are not known."""
    return pd.DataFrame(
        {
            "cell_id": ["R1", "R1", "R2"],
            "category": ["physical", "", "visual"],
            "grade": pd.array([2, pd.NA, 1], "Int64"),
            "age_band": ["18_59", "", "60_plus"],
            "hardship": pd.array([True, pd.NA, False], "boolean"),
            "persons": [3, 1, 2],
        }
    )


def tiny() -> StudyData:
    """Two cells, one institution, one candidate, a square of roads and hills."""
    roads = straight_roads(
        np.array([77.0, 77.1, 77.2]),
        np.array([38.0, 38.0, 38.1]),
        [0, 1, 1, 2],
        [1, 0, 2, 1],
        [9000.0] * 4,
        source="道路",
    )
    site = {"name_zh": ["甲"], "name_en": ["A"], "county_code": ["000000"], "lon": [77.0], "lat": [38.0], "mark": ["J"]}
    height = np.arange(600, dtype=np.int16).reshape(20, 30)
    grid = ElevationGrid(height, height * 0, 76.9, 38.2, 1 / 60)
    return StudyData(
        name="tiny",
        package={"title_zh": "小区", "title_en": "tiny", "inputs": [], "credits": []},
        digest="",
        prefectures=NONE({"prefecture_code": ["0000"]}),
        counties=NONE(
            {"county_code": ["000000"], "name_zh": ["甲县"], "name_en": ["A"], "prefecture_code": ["0000"],
             "in_prefecture_total": [True], "population": [np.nan]}
        ),
        age_structure=NONE({"county_code": [], "persons_0_14": [], "persons_15_59": [], "persons_60_plus": []}),
        places=NONE({"place_id": [], "name_zh": [], "name_en": [], "county_code": [], "lon": [], "lat": []}),
        roads=roads,
        cells=NONE(
            {"cell_id": ["R1", "R2"], "county_code": ["000000"] * 2, "lon": [77.00001, 77.2], "lat": [38.0, 38.1],
             "precision": ["point", "village"], "population": [0, 0]}
        ),
        facilities=NONE({"facility_id": ["I1"], "kind": ["day_care"], **site, "source": [""], "serves": [True]}),
        candidates=NONE({"site_id": ["K1"], "kind": ["township_place"], "host_type": ["new_building"], **site}),
        closures=NONE({"closure_id": [], "name_zh": [], "name_en": [], "lon": [], "lat": [], "radius_m": [],
                       "months": [], "mark": [], "source": []}),
        elevation=grid,
        residents=residents(),
        totals=NONE({"county_code": ["000000"], "persons": [10]}),
        boundaries=gpd.GeoDataFrame({"code": ["000000"], "name": ["甲县"]}, geometry=[box(76, 37, 78, 39)], crs=4326),
        base="register",
        cut_off="2025-06-30",
    )  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_study_folder(tiny(), tmp_path / "研究区 一", {})


def same(first: StudyData, second: StudyData) -> None:
    """Everything but package and digest is equal."""
    for field in fields(StudyData):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, RoadNetwork):
            assert other.digest == one.digest
        elif isinstance(one, ElevationGrid):
            assert (other.height_m == one.height_m).all()
            assert (other.west, other.north, other.step) == (one.west, one.north, one.step)
        elif isinstance(one, gpd.GeoDataFrame):
            assert list(other["code"]) == list(one["code"])
            assert other.geometry.iloc[0].equals(one.geometry.iloc[0])
        elif isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(other, one, check_dtype=len(one) > 0)
        elif field.name not in ("package", "digest"):
            assert other == one, field.name


class TestThereAndBack:
    def test_what_is_written_reads_back_equal(self, written: Path) -> None:
        same(tiny(), read_study_folder(written))

    def test_a_zip_reads_back_equal_and_with_the_same_digest(self, written: Path, tmp_path: Path) -> None:
        packed = write_study_folder(tiny(), tmp_path / "area.zip", {})
        same(tiny(), read_study_folder(packed))
        assert read_study_folder(packed).digest == read_study_folder(written).digest

    def test_optional_files_may_be_away(self, tmp_path: Path) -> None:
        lean = replace(tiny(), residents=None, totals=None, boundaries=None, elevation=None, base="control_total")
        again = read_study_folder(write_study_folder(lean, tmp_path / "lean", {}))
        assert again.residents is again.totals is again.boundaries is again.elevation is again.region is None
        assert again.base == "control_total"

    def test_it_opens_like_an_embedded_one_by_path_text_or_path(self, written: Path) -> None:
        assert open_study_data(written).name == open_study_data(str(written)).name == "tiny"

    def test_a_zip_that_a_file_manager_made_of_the_folder_opens_too(self, written: Path, tmp_path: Path) -> None:
        packed = tmp_path / "sent.zip"
        with zipfile.ZipFile(packed, "w") as out:
            out.mkdir("研究区")
            for path in written.iterdir():
                out.write(path, f"研究区/{path.name}")
            out.writestr("__MACOSX/研究区/._area.json", b"x")
            out.writestr("研究区/desktop.ini", b"x")
        same(tiny(), read_study_folder(packed))

    def test_heights_with_holes_stay_holes(self, tmp_path: Path) -> None:
        height = np.array([[1.5, np.nan], [2.0, 3.0]], np.float32)
        grid = ElevationGrid(height, height, 77.0, 38.0, 0.5, 0.25)
        again = read_study_folder(write_study_folder(replace(tiny(), elevation=grid), tmp_path / "a", {})).elevation
        assert again is not None
        np.testing.assert_array_equal(again.height_m, height)
        assert again.row_step == 0.25

    def test_the_embedded_tables_survive_the_way_to_the_digit(self, tmp_path: Path) -> None:
        data = open_study_data()
        kept = {name: getattr(data, name) for name in ("counties", "age_structure", "places", "cells", "candidates")}
        kept["counties"] = kept["counties"].drop(columns=["township_units_2023", "village_units_2023"])
        again = read_study_folder(
            write_study_folder(replace(tiny(), **kept, elevation=data.elevation), tmp_path / "a", {})
        )
        for name, table in kept.items():
            pd.testing.assert_frame_equal(getattr(again, name), table)
        assert again.elevation is not None
        assert (again.elevation.height_m == data.elevation.height_m).all()
        assert (again.elevation.relief_m == data.elevation.relief_m).all()
        assert (again.elevation.west, again.elevation.step) == (data.elevation.west, data.elevation.step)


class TestTheSameEverywhere:
    @pytest.mark.parametrize("name", ["a", "a.zip"])
    def test_equal_input_gives_equal_bytes(self, tmp_path: Path, name: str) -> None:
        def contents(out: Path) -> dict[str, bytes]:
            return {p.name: p.read_bytes() for p in ([out] if out.is_file() else out.iterdir())}

        first = contents(write_study_folder(tiny(), tmp_path / "first" / name, {}))
        os.utime(tmp_path)
        assert contents(write_study_folder(tiny(), tmp_path / "second" / name, {})) == first

    def test_no_path_user_or_machine_stands_in_any_byte(self, written: Path, tmp_path: Path) -> None:
        packed = write_study_folder(tiny(), tmp_path / "area.zip", {})
        with zipfile.ZipFile(packed) as opened:
            entries = opened.infolist()
            texts = [opened.read(entry) for entry in entries]
        texts += [p.read_bytes() for p in written.iterdir()]
        words = [str(tmp_path), str(Path.home()), os.uname().nodename if hasattr(os, "uname") else getpass.getuser()]
        assert [w for w in words for t in texts if w.encode() in t] == []
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert all(not entry.extra for entry in entries)

    def test_names_of_the_files_are_plain_ascii(self, written: Path) -> None:
        assert {p.name for p in written.iterdir()} <= {*TITLES, RECORD}
        assert all(p.name.isascii() for p in written.iterdir())

    def test_tables_open_in_chinese_excel(self, written: Path) -> None:
        assert all(p.read_bytes().startswith(b"\xef\xbb\xbf") for p in written.glob("*.csv"))


class TestTheRecord:
    def test_every_file_is_described_with_its_checksum_and_where_it_comes_from(self, tmp_path: Path) -> None:
        about = {"residents.csv": {"sources": [{"title": "名册", "mark": "own"}], "caveat": "c"}}
        out = write_study_folder(tiny(), tmp_path / "a", about)
        record = json.loads((out / RECORD).read_text(encoding="utf-8"))
        assert {r["path"] for r in record["resources"]} == {p.name for p in out.iterdir()} - {RECORD}
        assert all(r["hash"].startswith("sha256:") and r["title"] and r["bytes"] > 0 for r in record["resources"])
        named = next(r for r in record["resources"] if r["path"] == "residents.csv")
        assert named["sources"] == [{"title": "名册", "mark": "own"}]
        assert (record["demand_base"], record["cut_off"], record["format"]) == ("register", "2025-06-30", 1)

    def test_only_counts_of_residents_are_written(self, tmp_path: Path) -> None:
        named = residents().assign(person_name="测试甲")
        with pytest.raises(LayerError, match="counts with the columns"):
            write_study_folder(replace(tiny(), residents=named), tmp_path / "a", {})
        assert not list(tmp_path.iterdir())

    def test_a_row_for_every_person_is_refused(self, tmp_path: Path) -> None:
        single = residents().loc[[0, 0, 0]].assign(persons=1)
        with pytest.raises(LayerError, match="one row for each kind"):
            write_study_folder(replace(tiny(), residents=single), tmp_path / "a", {})

    def test_the_table_of_residents_has_no_other_column(self, written: Path) -> None:
        assert tuple(pd.read_csv(written / "residents.csv").columns) == RESIDENT_COLUMNS


class TestWhatIsRefused:
    @pytest.mark.parametrize("name", ["cells.csv", "roads.npz", "elevation.tif"])
    def test_a_changed_file_is_named(self, written: Path, name: str) -> None:
        with (written / name).open("ab") as file:
            file.write(b"\n")
        with pytest.raises(LayerError) as caught:
            read_study_folder(written)
        assert len(caught.value.faults) == 1
        assert f"{name} was changed after the study area was made" in caught.value.faults[0]

    def test_every_missing_file_is_named(self, written: Path) -> None:
        for name in ("cells.csv", "places.csv"):
            (written / name).unlink()
        with pytest.raises(LayerError) as caught:
            read_study_folder(written)
        assert len(caught.value.faults) == 2
        assert all("is missing" in fault for fault in caught.value.faults)

    def test_a_file_that_the_record_forgets_is_missing(self, written: Path) -> None:
        record = json.loads((written / RECORD).read_text(encoding="utf-8"))
        record["resources"] = [r for r in record["resources"] if r["path"] != "roads.npz"]
        (written / RECORD).write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(LayerError, match=r"roads\.npz is missing"):
            read_study_folder(written)

    @pytest.mark.parametrize("found", [2, "new"])
    def test_a_later_format_is_refused_in_one_sentence(self, written: Path, found: object) -> None:
        record = json.loads((written / RECORD).read_text(encoding="utf-8"))
        (written / RECORD).write_text(json.dumps(record | {"format": found}), encoding="utf-8")
        with pytest.raises(LayerError, match="made by a later version") as caught:
            read_study_folder(written)
        assert len(caught.value.faults) == 1

    @pytest.mark.parametrize("text", ["{", "[]", '{"profile": "other"}'])
    def test_another_record_is_no_study_area(self, written: Path, text: str) -> None:
        (written / RECORD).write_text(text, encoding="utf-8")
        with pytest.raises(LayerError, match="not a study area"):
            read_study_folder(written)

    @pytest.mark.parametrize("key", ["name", "resources", "demand_base", "cut_off"])
    def test_a_record_without_a_part_is_damaged(self, written: Path, key: str) -> None:
        record = json.loads((written / RECORD).read_text(encoding="utf-8"))
        del record[key]
        (written / RECORD).write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(LayerError, match=rf"area\.json is damaged \({key}\)"):
            read_study_folder(written)

    @pytest.mark.parametrize("more", [{}, {"name": "a", "resources": [1]}, {"resources": [{"path": "cells.csv"}]}])
    def test_a_record_of_little_more_than_its_kind_is_damaged(self, written: Path, more: dict[str, object]) -> None:
        text = json.dumps({"profile": "jiujin-study-area", "format": 1, **more})
        (written / RECORD).write_text(text, encoding="utf-8")
        with pytest.raises(LayerError, match=r"area\.json is damaged .*resources"):
            read_study_folder(written)

    @pytest.mark.parametrize("name", ["../area.json", "/area.json", "a/b/area.json", "c:area.json", "a\\area.json"])
    def test_a_zip_that_leads_elsewhere_is_refused(self, written: Path, tmp_path: Path, name: str) -> None:
        packed = tmp_path / "bad.zip"
        with zipfile.ZipFile(packed, "w") as out:
            out.writestr(name, (written / RECORD).read_bytes())
        with pytest.raises(LayerError, match="not the zip of one study area"):
            read_study_folder(packed)
        assert not (tmp_path.parent / RECORD).exists()

    def test_a_zip_with_files_in_two_folders_is_refused(self, tmp_path: Path) -> None:
        packed = tmp_path / "two.zip"
        with zipfile.ZipFile(packed, "w") as out:
            out.writestr("a/area.json", b"{}")
            out.writestr("b/cells.csv", b"x")
        with pytest.raises(LayerError, match="side by side"):
            read_study_folder(packed)

    def test_a_file_that_is_no_zip_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 not really")
        with pytest.raises(LayerError, match="not a readable zip"):
            read_study_folder(tmp_path / "a.zip")

    def test_a_zip_without_a_record_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
            out.writestr("cells.csv", b"x")
        with pytest.raises(LayerError, match="not a study area"):
            read_study_folder(tmp_path / "a.zip")


class TestWholeOrNotAtAll:
    @pytest.mark.parametrize("name", ["area", "area.zip"])
    def test_an_earlier_study_area_is_replaced(self, tmp_path: Path, name: str) -> None:
        write_study_folder(tiny(), tmp_path / name, {})
        write_study_folder(replace(tiny(), name="second", boundaries=None), tmp_path / name, {})
        again = read_study_folder(tmp_path / name)
        assert (again.name, again.boundaries) == ("second", None)
        assert [p.name for p in tmp_path.iterdir()] == [name]

    def test_a_folder_with_other_things_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(LayerError, match="holds other files and no study area"):
            write_study_folder(tiny(), tmp_path, {})
        assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]

    def test_own_files_beside_a_study_area_are_never_deleted(self, written: Path) -> None:
        (written / "notes.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(LayerError, match=r"notes\.txt"):
            write_study_folder(tiny(), written, {})
        assert (written / "notes.txt").exists()

    @pytest.mark.parametrize("name", ["area", "area.zip"])
    def test_a_file_of_another_kind_is_left_alone(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"mine")
        with pytest.raises(LayerError, match="is another file"):
            write_study_folder(tiny(), tmp_path / name, {})
        assert (tmp_path / name).read_bytes() == b"mine"

    def test_a_path_through_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"mine")
        with pytest.raises(LayerError, match="is another file"):
            write_study_folder(tiny(), tmp_path / "file" / "area", {})

    def test_an_interrupted_write_leaves_the_earlier_one_whole_and_no_litter(
        self, written: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = {p.name: p.read_bytes() for p in written.iterdir()}

        def stopped(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(study_folder, "_write_roads", stopped)
        with pytest.raises(KeyboardInterrupt):
            write_study_folder(replace(tiny(), name="second"), written, {})
        assert {p.name: p.read_bytes() for p in written.iterdir()} == before
        assert [p.name for p in written.parent.iterdir()] == [written.name]

    def test_a_failure_at_the_last_step_brings_the_earlier_one_back(
        self, written: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        move = os.replace

        def fails(source: str | Path, target: str | Path) -> None:
            if Path(source).name == "new":
                raise PermissionError("a file of the folder is open in another program")
            move(source, target)

        monkeypatch.setattr(study_folder.os, "replace", fails)
        with pytest.raises(LayerError, match="cannot be written"):
            write_study_folder(replace(tiny(), name="second"), written, {})
        monkeypatch.undo()
        assert read_study_folder(written).name == "tiny"
        assert [p.name for p in written.parent.iterdir()] == [written.name]

    def test_a_moved_folder_opens_in_its_new_place(self, written: Path, tmp_path: Path) -> None:
        moved = shutil.move(written, tmp_path / "elsewhere")
        same(tiny(), read_study_folder(Path(moved)))
