"""`jiujin check` and `jiujin template`: from a file to accepted rows, a report to send back, words in two languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata.boundaries import county_polygons
from geodata.errors import in_language
from geodata.gazetteer.units import DATA
from geodata.layers import layers
from planning.cli import main
from planning.workbooks import REVIEW_COLUMNS

HEAD = "编号,名称,经度,纬度,容量,工作人员数"
GOOD = "a,试样站甲,77.25,38.42,30,4"
BAD = "b,试样站乙,0,0,三十,4"
ASKED = "c,试样站丙,77.25,38.42,9999,0"
REGISTER = "姓名,身份证号,残疾类别,残疾等级,县,乡镇"
PERSON = "虚构甲,653125198506010015,肢体,二级,莎车县,阿瓦提镇"
OTHER = "虚构乙,653125198506010023,听力,三级,莎车县,阿瓦提镇"
EMBEDDED = DATA / "southern_xinjiang"


def save(folder: Path, *lines: str, name: str = "机构.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def sheets(path: Path) -> dict[str, pd.DataFrame]:
    return pd.read_excel(path, sheet_name=None, engine="calamine", dtype=str)


class TestCheck:
    def test_a_file_in_order_ends_well_and_leaves_no_list_of_rejected_rows(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, HEAD, GOOD)
        said = jiujin("check", path, "--layer", "institutions", "--lang", "en")
        assert (said.status, said.err) == (0, "")
        assert "机构.csv: utf-8, 1 rows read, 1 accepted, 0 rejected" in said.out
        assert [p.name for p in tmp_path.iterdir()] == ["机构.csv"]

    def test_rejected_rows_lie_beside_the_file_with_their_cells_and_reasons(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, HEAD, GOOD, BAD, ASKED, encoding="gbk")
        said = jiujin("check", path, "--layer", "institutions")
        assert said.status == 2
        left = pd.read_csv(tmp_path / "机构.rejected.csv", dtype=str)
        assert (tmp_path / "机构.rejected.csv").read_bytes()[:3] == b"\xef\xbb\xbf"  # so that Excel shows Chinese
        assert left[["row", "id", "reasons"]].to_numpy().tolist() == [
            ["3", "b", "容量（capacity_persons）不是数字；坐标是 0, 0"]
        ]
        for words in (
            "读取 3 行，接受 2 行，退回 1 行",
            "第 3 行：坐标是 0, 0",
            "待核实：第 4 行：",
            "机构.rejected.csv",
        ):
            assert words in said.out

    def test_every_line_is_in_the_language_asked_for(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, HEAD, GOOD, BAD, ASKED, name="sites.csv")
        said = jiujin("check", path, "--layer", "institutions", "--lang", "en")
        told = said.out.replace("三十", "").replace(str(tmp_path), "")
        headings = "编号名称经度纬度容量工作人员数"
        assert not any("\u4e00" <= c <= "\u9fff" for c in told if c not in headings)

    def test_of_a_register_the_rejected_rows_have_numbers_and_reasons_only(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, REGISTER, PERSON, OTHER.replace("听力", "外星"), name="名册.csv")
        assert jiujin("check", path, "--layer", "residents", "--date", "2025-06-30").status == 2
        left = pd.read_csv(tmp_path / "名册.rejected.csv", dtype=str)
        assert list(left.columns) == ["row", "reasons"]

    def test_columns_taken_by_their_sound_and_columns_dropped_are_told(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, "姓名,残疾类型,行政区划代玛", "虚构甲,肢体,653125", name="名册.csv")
        said = jiujin("check", path, "--layer", "residents", "--lang", "en")
        assert "残疾类型 = category, 行政区划代玛 = unit_code (alike, check)" in said.out
        assert "dropped at import: 姓名" in said.out

    def test_the_record_is_one_json_object_for_one_file_and_a_list_for_several(
        self, jiujin: Any, tmp_path: Path
    ) -> None:
        one, two = save(tmp_path, HEAD, GOOD), save(tmp_path, HEAD, BAD, name="b.csv")
        record = jiujin("check", one, "--layer", "institutions", "--json").json
        assert (record["file"], record["rows_read"], record["rows_accepted"]) == ("机构.csv", 1, 1)
        both = jiujin("check", one, two, "--layer", "institutions", "--json")
        assert both.status == 2
        assert [r["rows_rejected"] for r in both.json] == [0, 1]

    def test_a_file_that_cannot_be_read_does_not_hide_the_others(self, jiujin: Any, tmp_path: Path) -> None:
        said = jiujin("check", tmp_path / "missing.csv", save(tmp_path, HEAD, GOOD), "--layer", "institutions")
        assert said.status == 2
        assert "读取 1 行，接受 1 行" in said.out
        assert "missing.csv" in said.err

    def test_what_changed_since_the_last_version_is_counted(self, jiujin: Any, tmp_path: Path) -> None:
        old = save(tmp_path, HEAD, GOOD, ASKED, name="old.csv")
        new = save(tmp_path, HEAD, GOOD.replace("30", "40"), name="new.csv")
        said = jiujin("check", new, "--layer", "institutions", "--since", old, "--lang", "en")
        assert "0 added, 1 removed, 1 changed (capacity_persons 1), 0 the same" in said.out

    def test_two_versions_of_a_register_are_joined_without_a_key_of_the_user(self, jiujin: Any, tmp_path: Path) -> None:
        old = save(tmp_path, REGISTER, PERSON, OTHER, name="old.csv")
        new = save(tmp_path, REGISTER, PERSON.replace("二级", "一级"), name="new.csv")
        said = jiujin("check", new, "--layer", "residents", "--since", old, "--lang", "en", "--date", "2025-06-30")
        assert "0 added, 1 removed, 1 changed (grade 1), 0 the same" in said.out

    def test_a_version_that_cannot_be_compared_does_not_hide_the_check(self, jiujin: Any, tmp_path: Path) -> None:
        lines = ("残疾类别,等级,县,乡镇", "肢体,二级,莎车县,荒地镇")
        old, new = (save(tmp_path, *lines, name=name) for name in ("old.csv", "new.csv"))
        said = jiujin("check", new, "--layer", "residents", "--since", old, "--lang", "en")
        assert said.status == 2
        assert "1 rows read, 1 accepted" in said.out
        assert "nothing to join the two versions by" in said.err

    def test_a_file_that_would_run_as_a_formula_is_written_as_text(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, HEAD, "=1+1,@试样,0,0,30,4")
        report = tmp_path / "r.xlsx"
        jiujin("check", path, "--layer", "institutions", "--report", report)
        assert pd.read_csv(tmp_path / "机构.rejected.csv", dtype=str)["id"].tolist() == ["'=1+1"]
        returned = sheets(report)["退回的行"]
        assert "=1+1" in returned.to_numpy().ravel().tolist()


class TestHowAFileIsRead:
    def test_columns_are_given_by_hand(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, "代号甲,站名乙,东,北", "a,试样站,77.25,38.42")
        columns = "id=代号甲, name=站名乙,lon=东,lat=北"
        assert jiujin("check", path, "--layer", "institutions", "--columns", columns).status == 0

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--columns", "category"), "--columns: 'category' is not FIELD=HEADING"),
            (("--columns", "category=没有"), "there is no column '没有' in the file"),
            (("--columns", "colour=残疾类别"), "there is no field 'colour'"),
            (("--columns", "category=姓名"), "cannot be read as category"),
            (("--date", "30.6.2025"), "--date: '30.6.2025' is not a date"),
            (("--county", "疏"), "is not one county"),
            (("--key-file", "none.key"), "the key file cannot be read"),
            (("--matches", "none.csv"), "none.csv"),
            (("--places", "none.csv"), "none.csv"),
            (("--aliases", "none.csv"), "none.csv"),
            (("--roads", "none.geojson"), "none.geojson"),
            (("--since", "none.csv"), "none.csv"),
        ],
    )
    def test_an_option_that_cannot_be_meant_is_one_sentence(
        self, jiujin: Any, tmp_path: Path, options: tuple[str, ...], words: str
    ) -> None:
        path = save(tmp_path, REGISTER, PERSON, name="名册.csv")
        said = jiujin("check", path, "--layer", "residents", "--lang", "en", *options)
        assert said.status == 2
        assert words in said.err
        assert "Traceback" not in said.err
        chinese = jiujin("check", path, "--layer", "residents", *options)
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese.err)

    @pytest.mark.parametrize("key", ["short", ""])
    def test_a_key_that_protects_nobody_is_refused_and_not_shown(self, jiujin: Any, tmp_path: Path, key: str) -> None:
        file = save(tmp_path, key, name="key.txt")
        path = save(tmp_path, REGISTER, PERSON, name="名册.csv")
        said = jiujin("check", path, "--layer", "residents", "--key-file", file, "--lang", "en")
        assert said.status == 2
        assert "needs 16 to 64 random bytes" in said.err
        assert not key or key not in said.err

    def test_metres_need_their_system(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, HEAD, "a,试样站,13585142.173,4371181.808,30,4")
        assert jiujin("check", path, "--layer", "institutions").status == 2
        said = jiujin("check", path, "--layer", "institutions", "--crs", "gk", "--lang", "en")
        assert said.status == 0
        assert "zone 13 (75°E)" in said.out

    def test_swapped_coordinates_are_put_right_on_request(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, HEAD, "a,试样站,38.42,77.25,30,4")
        assert jiujin("check", path, "--layer", "institutions").status == 2
        assert jiujin("check", path, "--layer", "institutions", "--swap").status == 0

    def test_points_of_villages_and_other_names_of_townships_are_taken_from_files(
        self, jiujin: Any, tmp_path: Path
    ) -> None:
        path = save(tmp_path, "残疾类别,县,乡镇", "肢体二级,莎车县,虚构旧名", name="名册.csv")
        assert jiujin("check", path, "--layer", "residents").status == 2
        aliases = save(tmp_path, "code,alias", "653125104,虚构旧名", name="aliases.csv")
        places = save(tmp_path, "code,lon,lat", "653125104,77.3,38.5", name="places.csv")
        options = ("--aliases", aliases, "--places", places, "--json")
        record = jiujin("check", path, "--layer", "residents", *options).json
        assert record["rows_accepted"] == 1
        assert record["precision"]["township"] == 1

    def test_one_county_for_the_whole_file(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, "残疾类别,乡镇", "肢体二级,阿瓦提镇", name="名册.csv")
        assert jiujin("check", path, "--layer", "residents").status == 2
        assert jiujin("check", path, "--layer", "residents", "--county", "莎车县").status == 0


class TestPlacesThatNeedAPerson:
    @pytest.mark.parametrize(
        ("language", "sheet", "told"),
        [("zh", "地名核对", "1 个地名需要人工核对"), ("en", "places", "1 places need a person")],
    )
    def test_the_report_is_filled_in_and_read_back(
        self, jiujin: Any, tmp_path: Path, language: str, sheet: str, told: str
    ) -> None:
        path = save(tmp_path, "残疾类别,县", "肢体二级,和田", "听力三级,和田县", name="名册.csv")
        report = tmp_path / "report.xlsx"
        said = jiujin("check", path, "--layer", "residents", "--report", report, "--lang", language)
        assert said.status == 2
        assert told in said.out
        book = sheets(report)
        row = book[sheet].iloc[0]
        assert "653201 和田市; 653221 和田县" in row.tolist()
        code = in_language(REVIEW_COLUMNS["code"], language)
        with pd.ExcelWriter(report, engine="xlsxwriter") as file:  # as somebody saves it again, filled in
            for name, table in book.items():
                filled = table.astype(object).assign(**{code: "653201 和田市"}) if name == sheet else table
                filled.to_excel(file, sheet_name=name, index=False)
        again = jiujin("check", path, "--layer", "residents", "--matches", report, "--json")
        assert (again.status, again.json["rows_accepted"]) == (0, 2)

    def test_an_answer_that_is_no_unit_is_named_by_its_row(self, jiujin: Any, tmp_path: Path) -> None:
        path = save(tmp_path, "残疾类别,县", "肢体二级,和田", name="名册.csv")
        answers = save(tmp_path, "place,code", "和田,999999", name="answers.csv")
        said = jiujin("check", path, "--layer", "residents", "--matches", answers, "--lang", "en")
        assert said.status == 2
        assert "answers, row 2" in said.err


TEMPLATED = [key for key, layer in layers().items() if layer.template]


class TestTemplates:
    def test_shapes_have_no_template(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert set(layers()) - set(TEMPLATED) == {"boundaries", "roads"}
        with pytest.raises(SystemExit):
            main(["template", "boundaries"])
        assert "invalid choice: 'boundaries'" in capsys.readouterr().err

    @pytest.mark.parametrize("layer", TEMPLATED)
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_template_is_filled_in_and_read_back(
        self, jiujin: Any, tmp_path: Path, layer: str, language: str
    ) -> None:
        path = tmp_path / "template.xlsx"
        assert jiujin("template", layer, "--out", path, "--lang", language).status == 0
        untouched = jiujin("check", path, "--layer", layer, "--lang", language, "--json").json
        assert untouched["rows_read"] == 0
        form = next(iter(sheets(path).values()))
        another = form.iloc[0].copy()
        another.iloc[0 if layer != "residents" else 1] = "JG-002" if layer != "residents" else "三级"
        filled = tmp_path / "filled.xlsx"
        pd.concat([form, another.to_frame().T]).to_excel(filled, index=False, engine="xlsxwriter")
        found = jiujin("check", filled, "--layer", layer, "--lang", language, "--json", "--date", "2025-06-30").json
        assert (found["rows_read"], found["rows_accepted"]) == (1, 1)
        assert {c["how"] for c in found["columns"]} == {"exact"}
        assert [c["field"] for c in found["columns"]] == list(layers()[layer].template)
        assert any("row 2 is the example of the template" in note for note in found["notes"])
        assert found["faults"] == []

    def test_a_template_has_a_name_of_its_own_when_none_is_given(
        self, jiujin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        jiujin("template", "residents")
        jiujin("template", "residents", "--lang", "en")
        assert {p.name for p in tmp_path.iterdir()} == {"残疾人名册.xlsx", "residents.xlsx"}


class TestTheEmbeddedLayers:
    """What the tool ships passes its own checks, as it would on the command line."""

    @pytest.mark.parametrize(("file", "layer"), [("facilities.csv", "institutions"), ("candidates.csv", "candidates")])
    def test_no_row_of_the_embedded_sites_is_rejected(self, jiujin: Any, tmp_path: Path, file: str, layer: str) -> None:
        path = tmp_path / file
        path.write_bytes((EMBEDDED / file).read_bytes())
        found = jiujin("check", path, "--layer", layer, "--json")
        assert (found.status, found.json["rows_rejected"], found.json["faults"]) == (0, 0, [])
        assert found.json["rows_accepted"] == len(pd.read_csv(path)) > 20

    def test_no_county_polygon_is_rejected(self, jiujin: Any, tmp_path: Path) -> None:
        codes = pd.read_csv(EMBEDDED / "counties.csv", dtype=str)["county_code"].tolist()
        polygons = county_polygons(codes)
        if not len(polygons):
            pytest.skip("the polygons are not installed")
        path = tmp_path / "boundaries.gpkg"
        polygons.assign(geometry=polygons.geometry.simplify(0.01)).to_file(path)
        found = jiujin("check", path, "--layer", "boundaries", "--source", "试样", "--json")
        assert (found.status, found.json["rows_accepted"], found.json["rows_rejected"]) == (0, len(polygons), 0)
