"""Nobody of a register can be found afterwards: not in a file, a cache, a report, a message or what a page keeps."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import logging
import pickle
import shutil
import tempfile
import traceback
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from made_registers import PERSONAL, Made, register, secrets_of
from shapely import Point

from geodata import store
from geodata.layers import Reading, layers
from planning.cli import main
from planning.uploads import read_upload, upload_columns

FIXTURES = Path(__file__).parent / "fixtures" / "bad_inputs"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
SITE_PERSONS = ("负责人", "联系电话")
DAY = "2025-06-30"
PREFIX = 4  # bytes by which the places to look at are found


# --- looking for people --------------------------------------------------------------------------------


def coats(secret: str) -> set[bytes]:
    """The bytes under which a text may lie in a file."""
    return {*(secret.encode(e) for e in ENCODINGS), json.dumps(secret)[1:-1].encode()}


def people_in(blob: bytes, secrets: Sequence[str]) -> set[str]:
    """The secrets that stand in some bytes, in whatever encoding."""
    looked_for: dict[bytes, list[tuple[bytes, str]]] = {}
    for secret in secrets:
        for coat in coats(secret):
            looked_for.setdefault(coat[:PREFIX], []).append((coat, secret))
    found = set()
    for start, ones in looked_for.items():
        names = dict(ones)
        lengths = {len(coat) for coat in names}
        at = blob.find(start)
        while at >= 0:
            found |= {names[part] for n in lengths if (part := blob[at : at + n]) in names}
            at = blob.find(start, at + 1)
    return found


def blobs(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and of everything packed in it."""
    yield name, data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                yield from blobs(f"{name}/{part}", archive.read(part))
    elif data[:2] == b"\x1f\x8b":
        yield from blobs(f"{name}/", gzip.decompress(data))
    elif data[:4] == b"PAR1":
        yield f"{name} as text", pd.read_parquet(io.BytesIO(data)).to_csv().encode()


@dataclass
class Traces:
    """What commands leave behind: files below a folder that were not there before, and all they say."""

    folder: Path
    inputs: set[Path] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def run(self, *arguments: object) -> int | None:
        """One command in this process; what it prints and raises is kept."""
        out, err = io.StringIO(), io.StringIO()
        status = None
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main([str(a) for a in arguments])
            except SystemExit as stop:
                self.said.append(repr(stop))
            except Exception:
                self.said.append(traceback.format_exc())
        self.said += [out.getvalue(), err.getvalue()]
        return status

    def put(self, name: str, content: bytes) -> Path:
        """A file of the user's, which is of course not looked into."""
        path = self.folder / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        self.inputs.add(path)
        return path

    def left(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file() and p not in self.inputs):
            yield path.relative_to(self.folder).as_posix(), path.read_bytes()
        yield "said", "\n".join(self.said).encode()

    def people(self, secrets: Sequence[str]) -> dict[str, set[str]]:
        """Where somebody was found, and who."""
        assert secrets, "nobody to look for"
        found = {
            inner: who
            for name, data in self.left()
            for inner, blob in blobs(name, data)
            if (who := people_in(blob, secrets) | people_in(inner.encode(), secrets))
        }
        return found


@pytest.fixture
def traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Traces]:
    """A folder that holds everything: caches, temporary files, the home folder."""
    for name, folder in (
        ("JIUJIN_CACHE", "cache"),
        ("TMPDIR", "tmp"),
        ("TEMP", "tmp"),
        ("TMP", "tmp"),
        ("HOME", "home"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(store, "_MEMORY", {})
    monkeypatch.chdir(tmp_path / "home")
    caplog.set_level(logging.DEBUG)
    found = Traces(tmp_path)
    yield found
    found.said.append(caplog.text)


def nobody(traces: Traces, secrets: Sequence[str]) -> None:
    logged = [record.getMessage() for handler in logging.root.handlers for record in getattr(handler, "records", [])]
    traces.said += logged
    assert traces.people(secrets) == {}


class TestTheSearch:
    """A test that finds nothing has to be able to find something."""

    NAME = "试样·艾合买提"

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_a_name_is_found_in_every_encoding(self, encoding: str) -> None:
        assert people_in(f"x{self.NAME}y".encode(encoding), [self.NAME, "虚构甲"]) == {self.NAME}

    def test_a_name_is_found_in_json_with_escapes(self) -> None:
        assert people_in(json.dumps([self.NAME]).encode(), [self.NAME]) == {self.NAME}

    def test_part_of_a_number_is_found(self) -> None:
        secrets = secrets_of(pd.DataFrame({"身份证号": ["653125198506010011"]}))
        assert people_in(b"...65312519850601****", secrets) == {"65312519850601"}

    def test_names_are_found_in_what_is_packed(self, tmp_path: Path) -> None:
        table = pd.DataFrame({"name": [self.NAME] * 300})
        traces = Traces(tmp_path)
        table.to_parquet(tmp_path / "a.parquet", compression="zstd")
        with pd.ExcelWriter(tmp_path / "b.xlsx", engine="xlsxwriter") as book:
            table.to_excel(book)
        gpd.GeoDataFrame(table, geometry=[Point(76, 39)] * 300, crs="EPSG:4326").to_file(tmp_path / "c.gpkg")
        with zipfile.ZipFile(tmp_path / "d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(tmp_path / "b.xlsx", "b.xlsx")
        (tmp_path / "e.gz").write_bytes(gzip.compress(self.NAME.encode("utf-16-le")))
        (tmp_path / f"{self.NAME}.txt").write_text("")
        found = traces.people([self.NAME])
        for name in ("a.parquet", "b.xlsx", "c.gpkg", "d.zip", "e.gz", self.NAME):
            assert any(where.startswith(name) for where in found), name


# --- the fixtures --------------------------------------------------------------------------------------


def rows_of(path: Path) -> list[dict[str, str]]:
    """A fixture read by nothing of this project."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return list(csv.DictReader(io.StringIO(data.decode(encoding), newline="")))
    raise AssertionError(path.name)


def secrets_in(path: Path) -> list[str]:
    """Everybody in a fixture. The workbook holds those of gbk.csv."""
    table = pd.DataFrame(rows_of(FIXTURES / "gbk.csv" if path.suffix == ".xls" else path))
    return secrets_of(table, (*PERSONAL, *SITE_PERSONS))


REGISTERS = sorted(
    p.name
    for p in FIXTURES.iterdir()
    if p.suffix == ".xls" or (p.suffix == ".csv" and {"姓名", "身份证号"} & set(rows_of(p)[0]))
)


def test_there_are_registers_to_try() -> None:
    assert len(REGISTERS) >= 14
    assert all(len(secrets_in(FIXTURES / name)) >= 2 for name in REGISTERS)


@pytest.mark.parametrize("name", [*REGISTERS, "institution_status.csv"])
def test_a_checked_file_leaves_nobody_behind(name: str, traces: Traces) -> None:
    path = traces.put(name, (FIXTURES / name).read_bytes())
    layer = "residents" if name in REGISTERS else "institutions"
    for language, more in (("zh", ()), ("en", ("--json",))):
        report = traces.folder / f"{language}.xlsx"
        status = traces.run("check", path, "--layer", layer, "--report", report, "--lang", language, *more)
        assert status in (0, 2)
        assert report.is_file()
    nobody(traces, secrets_in(path))


@pytest.mark.parametrize("name", [*REGISTERS, "institution_status.csv"])
def test_what_a_page_keeps_of_an_upload_holds_nobody(name: str, traces: Traces) -> None:
    layer = "residents" if name in REGISTERS else "institutions"
    content = (FIXTURES / name).read_bytes()
    reading = Reading(key=b"0123456789abcdef", cut_off=date(2025, 6, 30))
    kept = [upload_columns(name, content, layer, reading), read_upload(name, content, layer, reading)]
    traces.put("kept.pickle", b"")
    assert people_in(pickle.dumps(kept), secrets_in(FIXTURES / name)) == set()
    assert people_in(repr(kept).encode(), secrets_in(FIXTURES / name)) == set()
    nobody(traces, secrets_in(FIXTURES / name))


# --- a register with everything in it ------------------------------------------------------------------


@pytest.fixture(scope="module")
def made() -> Made:
    """Some two persons for every fault, each with name, numbers, phone, guardian and account."""
    return register(80, seed=7, bad=0.02)


@pytest.fixture
def messy(made: Made, traces: Traces) -> Path:
    return traces.put("名册.csv", made.table.to_csv(index=False).encode("gb18030"))


SHOWN = "a text in the column of townships is shown in the list of places, whatever it is"
FIELDS_OF_TEXT = (
    "category", "grade", "birth_date", "age", "county", "township", "village", "address", "household", "status",
    "living_alone", "id", "persons", "unit_code", "county_code", "lon", "coordinates",
)  # fmt: skip
KNOWN_BUGS = {("township", "姓名"): SHOWN, ("township", "监护人"): SHOWN}


def bug(reason: str) -> Any:
    return pytest.mark.xfail(strict=True, reason=reason)


def slips() -> list[Any]:
    """Every field with a column of persons under it, one number column and one name column each."""
    pairs = [
        (f, c) for i, f in enumerate(FIELDS_OF_TEXT) for c in ("姓名", ("身份证号", "残疾人证号", "联系电话")[i % 3])
    ]
    pairs += [(f, c) for f in ("village", "township", "address", "category") for c in ("备注", "监护人")]
    return [pytest.param(*p, id="=".join(p), marks=[bug(KNOWN_BUGS[p])] if p in KNOWN_BUGS else []) for p in pairs]


@pytest.mark.parametrize(("field", "column"), slips())
def test_persons_under_the_heading_of_another_column_leave_nobody_behind(
    field: str, column: str, made: Made, traces: Traces
) -> None:
    heading = layers()["residents"].field(field).heading.zh
    slipped = made.table.drop(columns=heading, errors="ignore").rename(columns={column: heading})
    path = traces.put("名册.csv", slipped.to_csv(index=False).encode("gb18030"))
    report, language = traces.folder / "report.xlsx", "zh" if len(field) % 2 else "en"
    traces.run("check", path, "--layer", "residents", "--report", report, "--date", DAY, "--lang", language)
    assert report.is_file() or traces.said
    nobody(traces, made.secrets)


@pytest.mark.parametrize(
    "given", ["township=姓名", "category=残疾人证号", "id=身份证号", "address=联系电话", "lon=监护人"]
)
def test_a_column_of_persons_cannot_be_given_for_another_field(
    given: str, messy: Path, made: Made, traces: Traces
) -> None:
    for language in ("zh", "en"):
        assert traces.run("check", messy, "--layer", "residents", "--columns", given, "--lang", language) == 2
    assert given.split("=")[1] in "".join(traces.said)
    nobody(traces, made.secrets)


def test_households_may_be_told_apart_by_a_column_of_persons(messy: Path, made: Made, traces: Traces) -> None:
    columns = "household=监护人"
    assert traces.run("check", messy, "--layer", "residents", "--columns", columns, "--date", DAY, "--json") == 2
    assert json.loads(traces.said[0])["rows_accepted"] == len(made.table) - made.rejected
    nobody(traces, made.secrets)


@pytest.mark.parametrize(
    ("layer", "columns"),
    [
        ("institutions", "id=序号,name=状态"),
        ("candidates", "id=序号,name=状态,host_type=残疾类别"),
        ("points", "id=序号"),
    ],
)
def test_a_register_taken_for_another_layer_leaves_nobody_behind(
    layer: str, columns: str, made: Made, traces: Traces
) -> None:
    path = traces.put("名册.csv", made.table.drop(columns="备注").to_csv(index=False).encode())
    for more in ([], ["--json"]):
        assert traces.run("check", path, "--layer", layer, "--columns", columns, "--report", "r.xlsx", *more) == 2
    nobody(traces, made.secrets)


@bug("a phone number in the remarks of an institution is kept: columns without a field pass as they are")
def test_numbers_of_persons_in_remarks_of_institutions_are_cut_out(traces: Traces) -> None:
    rows = "编号,名称,经度,纬度,备注\na,试样站,75.98,39.47,请联系 13900000001\na,试样站,0,0,请联系 13900000001\n"
    path = traces.put("sites.csv", rows.encode())
    traces.run("check", path, "--layer", "institutions", "--report", traces.folder / "r.xlsx")
    nobody(traces, ["13900000001"])


# --- what goes wrong -----------------------------------------------------------------------------------

PERSON = "试样·甲子,653125198506010013,13900000001"
BROKEN = {
    "more values than headings": (f"姓名,身份证号,电话\n{PERSON},肢体\n", ()),
    "a column is missing": (f"姓名,身份证号,电话\n{PERSON}\n", ()),
    "a heading stands there twice": (f"姓名,身份证号,电话,电话\n{PERSON},1\n", ()),
    "a quotation mark is never closed": (f'姓名,身份证号,电话\n"{PERSON}\n{PERSON}\n', ()),
    "no headings": (f"{PERSON},肢体二级,莎车县\n{PERSON},听力三级,莎车县\n", ()),
    "no headings, columns given": (
        f"{PERSON},肢体二级,莎车县\n{PERSON},听力三级,莎车县\n",
        ("--columns", "category=类别"),
    ),
    "an unknown heading is given": (f"姓名,身份证号,电话\n{PERSON}\n", ("--columns", "category=类别")),
    "an unknown field is given": (f"姓名,身份证号,电话\n{PERSON}\n", ("--columns", "kategorie=姓名")),
    "no such county": (f"姓名,身份证号,电话,残疾类别,村\n{PERSON},肢体,团结村\n", ("--county", "虚构县")),
    "no such sheet": (f"姓名,身份证号,电话\n{PERSON}\n", ("--sheet", "名册")),
    "cut short": (f"姓名,身份证号,电话,残疾类别,县\n{PERSON},肢体,莎车县\n试样·甲子,6531251985", ()),
}
NO_HEADINGS = "a file without headings has its first person quoted as headings"


@pytest.mark.parametrize(
    "fault", [pytest.param(f, marks=[bug(NO_HEADINGS)] if f.startswith("no headings") else []) for f in BROKEN]
)
def test_an_error_quotes_nobody(fault: str, traces: Traces) -> None:
    text, more = BROKEN[fault]
    path = traces.put("名册.csv", text.encode())
    for language in ("zh", "en"):
        traces.run(
            "check", path, "--layer", "residents", "--lang", language, "--report", traces.folder / "r.xlsx", *more
        )
    assert any(traces.said)
    nobody(traces, PERSON.split(","))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04" + PERSON.encode()),
        ("a.csv", PERSON.encode("utf-16")),
        ("a.csv", b"\xff\xfe\xff" + PERSON.encode()),
        ("a.geojson", ('{"type": "FeatureCollection", "features": [' + PERSON).encode()),
        ("a.parquet", b"PAR1" + PERSON.encode()),
    ],
    ids=["xlsx", "utf-16", "bytes", "geojson", "parquet"],
)
def test_a_broken_file_quotes_nobody(name: str, content: bytes, traces: Traces) -> None:
    path = traces.put(name, content)
    assert traces.run("check", path, "--layer", "residents") == 2
    nobody(traces, PERSON.split(","))


def test_a_key_is_never_shown(messy: Path, traces: Traces) -> None:
    key = traces.put("key", b"a-secret-of-the-user-0123456789")
    options = ["--layer", "residents", "--key-file", key, "--date", DAY, "--report", traces.folder / "r.xlsx"]
    traces.run("check", messy, *options, "--since", messy)
    traces.run("check", messy, *options, "--json")
    nobody(traces, ["a-secret-of-the-user-0123456789"])


# --- from lists to plans -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_lists_compared_leave_nobody_behind(language: str, made: Made, traces: Traces) -> None:
    newer = register(80, seed=7, bad=0.02).table.assign(残疾等级="三级").iloc[20:]
    old, new = (
        traces.put(name, table.to_csv(index=False).encode("gbk"))
        for name, table in (("旧.csv", made.table), ("新.csv", newer))
    )
    dates = ["--old-date", "2024-12-31", "--new-date", DAY, "--lang", language]
    for more in ([], ["--departments"]):
        assert traces.run("compare-lists", old, new, *dates, "--out", traces.folder / "lists.xlsx", *more) == 0
    nobody(traces, made.secrets)


def test_an_area_and_a_plan_made_from_every_register_hold_nobody(made: Made, traces: Traces) -> None:
    """One area from all fixtures and the messy register, its demand, a plan with maps in both languages."""
    secrets = {*made.secrets}
    files = [traces.put("名册.csv", made.table.to_csv(index=False).encode("gb18030"))]
    for name in REGISTERS:
        files.append(traces.put(name, (FIXTURES / name).read_bytes()))
        secrets |= {*secrets_in(FIXTURES / name)}
    sites = traces.put("sites.csv", (FIXTURES / "institution_status.csv").read_bytes())
    secrets |= {*secrets_in(FIXTURES / "institution_status.csv")}
    out = traces.folder
    assert traces.run("new-area", out / "area", "--residents", *files, "--date", DAY, "--institutions", sites) == 0, (
        traces
    )
    assert traces.run("new-area", out / "area.zip", "--name", "b", "--residents", *files, "--date", DAY) == 0, traces
    for language in ("zh", "en"):
        plan = ("run", "most_people", "--area", out / "area", "--out", out / f"plan-{language}", "--lang", language)
        assert traces.run(*plan) == 0, traces.said[-1]
    assert traces.run("demand", "--area", out / "area", "--out", out / "demand") == 0
    assert len(list(traces.left())) > 30
    nobody(traces, sorted(secrets))


@bug("a plan folder keeps copies of the user's layer files as they are, columns of persons included")
def test_a_plan_with_own_institutions_holds_nobody(traces: Traces) -> None:
    path = traces.put("institutions.csv", (FIXTURES / "institution_status.csv").read_bytes())
    scenario = traces.folder / "in" / "own.toml"
    scenario.write_text(OWN_SITES, encoding="utf-8")
    traces.inputs.add(scenario)
    assert traces.run("run", scenario, "--out", traces.folder / "plan") == 0, traces.said
    nobody(traces, secrets_in(path))


OWN_SITES = """
name = "own"
study_area = "southern_xinjiang"
layers = {institutions = "institutions.csv"}
objective = {model = "max_coverage", sites = 1}
solver = {effort = "quick"}
candidates = {counties = ["653101"]}
"""


def test_templates_hold_nobody(made: Made, traces: Traces) -> None:
    for key, layer in layers().items():
        if layer.template:
            for language in ("zh", "en"):
                assert (
                    traces.run("template", key, "--out", traces.folder / f"{key}-{language}.xlsx", "--lang", language)
                    == 0
                )
    nobody(traces, made.secrets)
