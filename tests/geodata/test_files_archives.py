"""Archives hold one layer, unpack to no more than they say, and leave nothing behind."""

import io
import struct
import tempfile
import zipfile

import pytest
from test_files_features import drawn, saved
from test_files_sheets import MERGED, Made
from test_files_text import cells, fault

from geodata.files import limits, read_file

TABLE = "县,人数\n试样县,1\n".encode("gb18030")


def packed(path, files, mode=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", mode) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, mode)
    return path


def shapefile(folder, name="道路"):
    made = folder / "made"
    made.mkdir()
    saved(drawn(名称=["测试甲", "测试乙"]), made / f"{name}.shp", encoding="GBK")
    return {f.name: f.read_bytes() for f in made.iterdir()}


def understated(path):
    """The archive, the last part of which declares 40 bytes."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, 40)
    path.write_bytes(bytes(data))
    return path


class TestOneLayer:
    def test_a_zipped_shapefile_is_read_whatever_stands_beside_it(self, tmp_path):
        files = {f"数据/{name.upper()}": data for name, data in shapefile(tmp_path).items()}
        more = {"数据/说明.txt": "说明".encode(), "table.csv": TABLE, "__MACOSX/._道路.shp": b""}
        table = read_file(packed(tmp_path / "layer.zip", files | more))
        assert table.frame["名称"].tolist() == ["测试甲", "测试乙"]

    @pytest.mark.parametrize(
        ("name", "data"), [("登记.csv", TABLE), ("a/登记.txt", TABLE), ("登记.xls", MERGED.read_bytes())]
    )
    def test_another_kind_is_read_as_if_it_were_not_packed(self, tmp_path, name, data):
        inner = tmp_path / name.split("/")[-1]
        inner.write_bytes(data)
        table, plain = read_file(packed(tmp_path / "layer.zip", {name: data})), read_file(inner)
        assert (cells(table), table.rows.tolist(), table.sheet) == (cells(plain), plain.rows.tolist(), plain.sheet)

    def test_geopackages_and_workbooks_in_an_archive_are_read(self, tmp_path):
        layer = saved(drawn(), tmp_path / "layer.gpkg")
        assert len(read_file(packed(tmp_path / "layer.zip", {"layer.gpkg": layer.read_bytes()})).frame) == 2

    def test_a_fault_names_the_archive_and_the_file_in_it(self, tmp_path):
        told = fault(packed(tmp_path / "layer.zip", {"登记.csv": "县,人数\n测试甲,1,2\n".encode()}))
        assert told.startswith("layer.zip/登记.csv: row 2: more values")

    def test_names_that_an_old_system_kept_in_gbk_are_readable(self, tmp_path):
        path = packed(tmp_path / "layer.zip", {"aabb.csv": b"a\n1,2\n"})
        path.write_bytes(path.read_bytes().replace(b"aabb", "登记".encode("gbk")))
        assert fault(path).startswith("layer.zip/登记.csv: ")

    @pytest.mark.parametrize(
        ("files", "words"),
        [
            ({"readme.md": b"x"}, "exactly one .shp is needed, found 0"),
            ({}, "exactly one .shp is needed, found 0"),
            ({"inner.zip": b"PK"}, "exactly one .shp is needed, found 0"),
            ({"a.shp": b"", "b.shp": b""}, "exactly one .shp is needed, found 2"),
            ({"a.csv": TABLE, "b.csv": TABLE}, "exactly one table or layer is needed, found 2"),
        ],
    )
    def test_none_and_several_are_refused(self, tmp_path, files, words):
        assert words in fault(packed(tmp_path / "layer.zip", files))

    def test_nothing_is_left_on_the_disk(self, tmp_path, monkeypatch):
        path = packed(tmp_path / "layer.zip", shapefile(tmp_path))
        away = tmp_path / "temporary"
        away.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(away))
        read_file(path)
        fault(packed(tmp_path / "broken.zip", {"道路.shp": b"x"}))
        assert list(away.iterdir()) == []


class TestHostile:
    @pytest.mark.parametrize("lead", ["../", "/", "a/../../", "..\\", "C:"])
    def test_names_that_lead_out_are_refused(self, tmp_path, lead):
        assert "leads out of the archive" in fault(packed(tmp_path / "layer.zip", {f"{lead}登记.csv": TABLE}))

    def test_sizes_are_looked_at_before_anything_is_unpacked(self, tmp_path):
        path = packed(tmp_path / "layer.zip", {"登记.csv": b"0" * (1 << 26)})
        assert path.stat().st_size < 1 << 17
        assert "unpacks to 64.0 MB, which no table needs" in fault(path)

    def test_all_parts_together_count(self, tmp_path, monkeypatch):
        monkeypatch.setattr(limits, "LARGEST_UNPACKED", 3_000)
        path = packed(tmp_path / "layer.zip", {f"{i}.csv": bytes(range(250)) * 8 for i in range(2)}, zipfile.ZIP_STORED)
        assert "unpacks to" in fault(path)

    def test_an_archive_that_holds_more_than_it_declares_is_refused(self, tmp_path):
        path = packed(tmp_path / "layer.zip", {"登记.csv": b"a,b\n" + b"1,2\n" * 100_000})
        assert "not a readable" in fault(understated(path))

    def test_a_workbook_that_holds_more_than_it_declares_is_refused(self, tmp_path):
        with Made(tmp_path / "table.xlsx") as made:
            made.sheet("数据", ["县", "人数"], ["试样县", 1])
        assert len(read_file(made.path).frame) == 1
        with zipfile.ZipFile(made.path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/image1.png", b"0" * 100_000)
        assert "not a readable" in fault(understated(made.path))

    def test_a_password_is_told(self, tmp_path):
        path = packed(tmp_path / "layer.zip", {"登记.csv": TABLE})
        data = bytearray(path.read_bytes())
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(mark) + at] |= 1
        path.write_bytes(bytes(data))
        assert "protected by a password" in fault(path)

    @pytest.mark.parametrize("length", [4, 70, 200])
    def test_an_archive_that_breaks_off_is_told(self, tmp_path, length):
        path = packed(tmp_path / "layer.zip", {"登记.csv": TABLE * 20}, zipfile.ZIP_STORED)
        path.write_bytes(path.read_bytes()[:length])
        assert "not a readable .zip file" in fault(path)

    def test_an_archive_in_an_archive_is_not_opened(self, tmp_path):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("登记.csv", TABLE)
        told = fault(packed(tmp_path / "layer.zip", {"登记.csv": inner.getvalue()}))
        assert "holds another archive" in told
