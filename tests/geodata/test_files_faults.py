"""Whatever is chosen by mistake is answered in one sentence, in two languages, without a word of what is in it."""

import random
import shutil
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_files_features import SHAPES, drawn, saved
from test_files_sheets import MERGED, Made, ods
from test_files_text import fault, save

from geodata.errors import LayerError
from geodata.files import KINDS, limits, read_drawn, read_file
from geodata.files.table import letters


class TestFromOutside:
    def test_a_folder(self, tmp_path):
        with pytest.raises(LayerError, match="is a folder; name the file in it"):
            read_file(tmp_path)

    @pytest.mark.parametrize("name", ["nothing.csv", "no\0where.csv", "x" * 300 + ".csv"])
    def test_nothing_there(self, tmp_path, name):
        with pytest.raises(LayerError, match=r"there is no such file|cannot be opened"):
            read_file(tmp_path / name)

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_empty_file(self, tmp_path, kind):
        assert "not a readable file, it is empty" in fault(save(tmp_path, b"", f"table{kind}"))

    @pytest.mark.parametrize("name", ["table.vrt", "table", "table.doc", ".csv"])
    def test_another_kind(self, tmp_path, name):
        assert "files are .csv, .tsv" in fault(save(tmp_path, b"x", name))

    @pytest.mark.parametrize("kind", KINDS)
    def test_bytes_that_are_nothing(self, tmp_path, kind):
        fault(save(tmp_path, random.Random(1).randbytes(5_000) + "测试甲".encode(), f"table{kind}"))

    def test_a_file_that_may_not_be_read(self, tmp_path, monkeypatch):
        path = save(tmp_path, b"a,b\n1,2\n")

        def refuse(*_, **__):
            raise PermissionError(13, "denied")

        monkeypatch.setattr(type(path), "open", refuse)
        assert "cannot be opened; close it in Excel or WPS" in fault(path)

    def test_a_file_that_is_too_large(self, tmp_path, monkeypatch):
        monkeypatch.setattr(limits, "LARGEST_FILE", 2**20)
        assert "larger than 1.0 MB" in fault(save(tmp_path, b"a,b\n" + b"1,2\n" * 2**18))

    def test_a_table_that_is_too_large(self, tmp_path, monkeypatch):
        monkeypatch.setattr(limits, "LARGEST_GRID", 100)
        assert "reaches to row 60, column 2" in fault(save(tmp_path, b"a,b\n" + b"1,2\n" * 60))
        pd.DataFrame({"a": range(60), "b": range(60)}).to_parquet(tmp_path / "table.parquet")
        assert "reaches to row 60, column 2" in fault(tmp_path / "table.parquet")

    def test_the_mark_of_an_open_workbook(self, tmp_path):
        assert "choose the file without ~$" in fault(save(tmp_path, b"\x07admin", "~$table.xlsx"))

    def test_an_ending_in_capitals_is_no_matter(self, tmp_path):
        assert len(read_file(save(tmp_path, b"a,b\n1,2\n", "TABLE.CSV")).frame) == 1

    def test_only_welcome_kinds_are_read(self, tmp_path):
        path = save(tmp_path, b"a,b\n1,2\n")
        assert "files are .gpkg, .zip, found '.csv'" in fault(path, kinds=(".gpkg", ".zip"))
        with zipfile.ZipFile(tmp_path / "table.zip", "w") as archive:
            archive.write(path, "table.csv")
        assert "found 0" in fault(tmp_path / "table.zip", kinds=(".gpkg", ".zip"))

    @pytest.mark.parametrize("name", ["table.csv", "layer.geojson", "layer.shp", "table.parquet"])
    def test_sheets_are_asked_only_of_files_that_have_them(self, tmp_path, name):
        path = tmp_path / name
        if name.startswith("layer"):
            saved(drawn(), path)
        elif name.endswith("csv"):
            save(tmp_path, b"a,b\n1,2\n")
        else:
            pd.DataFrame({"a": [1]}).to_parquet(path)
        assert "has no sheets or layers" in fault(path, sheet="一")


class TestDrawn:
    def test_lines_are_read_with_text_cells(self, tmp_path):
        rows = read_drawn(saved(drawn(SHAPES["lines"], n=[1, 2]), tmp_path / "roads.gpkg"))
        assert (rows["n"].tolist(), rows.crs.is_geographic) == (["1", "2"], True)

    def test_no_features_are_no_fault(self, tmp_path):
        (tmp_path / "roads.geojson").write_text('{"type": "FeatureCollection", "features": []}')
        rows = read_drawn(tmp_path / "roads.geojson")
        assert (len(rows), rows.geometry.name) == (0, "geometry")


@pytest.mark.parametrize(("column", "words"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_called_as_in_a_sheet(column, words):
    assert letters(column) == words


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A small sound file of every kind."""
    folder = tmp_path_factory.mktemp("sound")
    table = pd.DataFrame({"姓名": ["测试甲", "测试乙"], "县": ["试样县", "二县"], "数": [1.5, None]})
    save(folder, table.to_csv(index=False), "a.csv", "gb18030")
    save(folder, '编号,说明\n1,"两\n行"\n2,\n', "b.csv", "utf-8-sig")
    save(folder, table.to_csv(index=False, sep="\t"), "c.txt", "utf-16")
    table.to_parquet(folder / "d.parquet")
    for name in ("e.gpkg", "f.geojson", "g.shp", "h.parquet"):
        saved(drawn(名称=["测试甲", "测试乙"], n=[1, 2]), folder / name)
    with zipfile.ZipFile(folder / "i.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.glob("g.*"):
            archive.write(part, part.name)
    shutil.copy(MERGED, folder / "j.xls")
    with Made(folder / "k.xlsx") as made:
        made.sheet("数据", ["姓名", "县"], ["测试甲", "试样县"]).merge_range("A3:A4", "测试乙")
    ods(folder / "l.ods", [["姓名", "县"], ["测试甲", "试样县"]])
    return folder


KINDS_OF_HARM = st.tuples(
    st.sampled_from(["set", "flip", "cut", "insert", "fill", "end"]), st.floats(0, 1), st.integers(0, 255)
)


def harmed(data, harm):
    data = bytearray(data)
    for what, where, value in harm:
        at = min(int(where * len(data)), max(len(data) - 1, 0))
        if what == "set":
            data[at : at + 1] = bytes([value])
        elif what == "flip" and data:
            data[at] ^= 1 << value % 8
        elif what == "cut":
            del data[at : at + value % 40]
        elif what == "insert":
            data[at:at] = bytes([value]) * (value % 9)
        elif what == "fill":
            data[at : at + 4] = bytes([value]) * 4
        elif value < 60:
            del data[at:]
    return bytes(data)


def harmed_within(data, harm, which):
    """An archive or workbook with one of its parts harmed, its checksums right."""
    out = zipfile.ZipFile(data)
    names = out.namelist()
    chosen = names[which % len(names)]
    parts = {n: harmed(out.read(n), harm) if n == chosen else out.read(n) for n in names}
    out.close()
    with zipfile.ZipFile(data, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


TIMES = {
    "a.csv": 40, "b.csv": 40, "c.txt": 20, "d.parquet": 40, "e.gpkg": 25, "f.geojson": 40, "g.shp": 25, "g.dbf": 20,
    "g.shx": 15, "h.parquet": 20, "i.zip": 25, "j.xls": 15, "k.xlsx": 15, "l.ods": 12,
}  # fmt: skip


@pytest.mark.parametrize(("name", "times"), TIMES.items())
def test_harmed_files_are_read_or_told_and_nothing_else(sound, tmp_path_factory, name, times):
    whole = sound / name

    @settings(max_examples=times, deadline=None, derandomize=True, database=None)
    @given(st.lists(KINDS_OF_HARM, min_size=1, max_size=6), st.booleans(), st.integers(0, 20))
    def holds(harm, within, which):
        folder = tmp_path_factory.mktemp("harmed")
        if whole.stem == "g":
            for part in sound.glob("g.*"):
                shutil.copy(part, folder / part.name)
        path = folder / name
        if within and path.suffix in (".zip", ".xlsx", ".ods"):
            shutil.copy(whole, path)
            harmed_within(path, harm, which)
        else:
            path.write_bytes(harmed(whole.read_bytes(), harm))
        told = ""
        try:
            read_file(folder / "g.shp" if whole.stem == "g" else path)
        except LayerError as error:
            told = "".join(fault + fault.zh for fault in error.faults)
        assert "测试甲" not in told
        shutil.rmtree(folder)

    assert len(read_file(sound / "g.shp" if whole.stem == "g" else whole).frame) > 0
    holds()
