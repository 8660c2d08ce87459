"""Nobody of a register can be found afterwards: not in a file, a cache, a report, a message or what a page keeps."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import logging
import pickle
import tempfile
import traceback
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

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
ROWS = 50
PREFIX = 4  # bytes by which the places to look at are found


# --- looking for people --------------------------------------------------------------------------------


def coats(secret: str) -> set[bytes]:
    """The bytes under which a text may lie in a file."""
    return {*(secret.encode(e) for e in ENCODINGS), json.dumps(secret)[1:-1].encode()}


@lru_cache(maxsize=4)
def beginnings(secrets: tuple[str, ...]) -> dict[bytes, dict[bytes, str]]:
    """Every coat of every secret by its first bytes."""
    found: dict[bytes, dict[bytes, str]] = {}
    for secret in secrets:
        for coat in coats(secret):
            found.setdefault(coat[:PREFIX], {})[coat] = secret
    return found


def people_in(blob: bytes, secrets: Sequence[str]) -> set[str]:
    """The secrets that stand in some bytes, in whatever encoding."""
    found = set()
    for start, names in beginnings(tuple(secrets)).items():
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
    log: io.StringIO = field(default_factory=io.StringIO)

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

    def left(self, below: str = "") -> Iterator[tuple[str, bytes]]:
        """Every file that is no input, and what was said and logged."""
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file() and p not in self.inputs):
            name = path.relative_to(self.folder).as_posix()
            if name.startswith(below):
                yield name, path.read_bytes()
        yield "said", "\n".join([*self.said, self.log.getvalue()]).encode()

    def people(self, secrets: Sequence[str], below: str = "") -> dict[str, set[str]]:
        """Where somebody was found, and who."""
        assert secrets, "nobody to look for"
        return {
            inner: who
            for name, data in self.left(below)
            for inner, blob in blobs(name, data)
            if (who := people_in(blob, secrets) | people_in(inner.encode(), secrets))
        }


@contextlib.contextmanager
def apart(folder: Path) -> Iterator[Traces]:
    """A folder that holds everything a command could write to: caches, temporary files, the home folder."""
    homes = {"JIUJIN_CACHE": "cache", "TMPDIR": "tmp", "TEMP": "tmp", "TMP": "tmp", "HOME": "home"}
    handler = logging.StreamHandler(stream := io.StringIO())
    with pytest.MonkeyPatch.context() as patch:
        for name, inside in homes.items():
            (folder / inside).mkdir(parents=True, exist_ok=True)
            patch.setenv(name, str(folder / inside))
        patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        patch.setattr(store, "_MEMORY", {})
        patch.chdir(folder / "home")
        patch.setattr(logging.root, "level", logging.DEBUG)
        logging.root.addHandler(handler)
        try:
            yield Traces(folder, log=stream)
        finally:
            logging.root.removeHandler(handler)


@pytest.fixture
def traces(tmp_path: Path) -> Iterator[Traces]:
    with apart(tmp_path) as found:
        yield found


def nobody(traces: Traces, secrets: Sequence[str], below: str = "") -> None:
    """Nobody can be found, and no command broke off."""
    assert traces.people(secrets, below) == {}
    assert not any(words.startswith("Traceback") for words in traces.said), traces.said


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
    """A person for every fault, each with name, numbers, phone, guardian and account."""
    return register(ROWS, seed=7)


@pytest.fixture
def messy(made: Made, traces: Traces) -> Path:
    return traces.put("名册.csv", made.table.to_csv(index=False).encode("gb18030"))


SLIPS = {
    "姓名": ("category", "grade", "birth_date", "county", "township", "village", "address", "household", "status",
           "living_alone", "id", "persons", "unit_code", "lon"),
    "身份证号": ("category", "birth_date", "township", "address", "unit_code", "county_code", "household", "id", "lat"),
    "联系电话": ("age", "village", "coordinates", "persons"),
    "备注": ("village", "address", "status"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "column"), [pytest.param(key, c, id=f"{key}={c}") for c, keys in SLIPS.items() for key in keys]
)
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
    path = traces.put("名册.csv", made.table.drop(columns=["备注", "村"]).to_csv(index=False).encode())
    for more in ([], ["--json"]):
        assert traces.run("check", path, "--layer", layer, "--columns", columns, "--report", "r.xlsx", *more) == 2
    nobody(traces, made.secrets)


def test_numbers_of_persons_in_remarks_of_institutions_are_cut_out(traces: Traces) -> None:
    rows = "编号,名称,经度,纬度,备注\na,试样站,75.98,39.47,请联系 13900000001\na,试样站,0,0,请联系 13900000001\n"
    path = traces.put("sites.csv", rows.encode())
    traces.run("check", path, "--layer", "institutions", "--report", traces.folder / "r.xlsx")
    nobody(traces, ["13900000001"])


# --- what goes wrong -----------------------------------------------------------------------------------

PERSON = "试样·甲子,653125198506010015,13900000001"
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


@pytest.mark.parametrize("fault", BROKEN)
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
    newer = register(ROWS, seed=7).table.assign(残疾等级="三级").iloc[20:]
    old, new = (
        traces.put(name, table.to_csv(index=False).encode("gb18030"))
        for name, table in (("旧.csv", made.table), ("新.csv", newer))
    )
    dates = ["--old-date", "2024-12-31", "--new-date", DAY, "--lang", language]
    for more in ([], ["--departments"]):
        assert traces.run("compare-lists", old, new, *dates, "--out", traces.folder / "lists.xlsx", *more) == 0
    nobody(traces, made.secrets)


TWINS = ("utf8_bom.csv", "merged_headings.xls")  # the people of gbk.csv, which an area refuses to count twice
OWN_SITES = """
name = "own"
study_area = "area"
layers = {institutions = "institution_status.csv"}
objective = {model = "max_coverage", sites = 1}
solver = {effort = "quick"}
"""


@pytest.fixture(scope="module")
def planned(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Traces, list[str]]]:
    """One area from all fixtures and the messy register, its demand, plans with maps, and one with own institutions."""
    with apart(tmp_path_factory.mktemp("planned")) as traces:
        files = [traces.put("名册.csv", made.table.to_csv(index=False).encode("gb18030"))]
        files += [traces.put(name, (FIXTURES / name).read_bytes()) for name in REGISTERS if name not in TWINS]
        sites = traces.put("institution_status.csv", (FIXTURES / "institution_status.csv").read_bytes())
        own, out = traces.put("own.toml", OWN_SITES.encode()), traces.folder
        for arguments in (
            ("new-area", out / "area", "--residents", *files, "--date", DAY, "--institutions", sites),
            ("new-area", out / "area.zip", "--residents", *files, "--date", DAY, "--lang", "en"),
            ("run", "most_people", "--area", out / "area", "--out", out / "plan-zh"),
            ("run", "most_people", "--area", out / "area", "--out", out / "plan-en", "--lang", "en", "--json"),
            ("demand", "--area", out / "area", "--out", out / "demand"),
            ("run", own, "--area", out / "area", "--out", out / "own-plan"),
        ):
            assert traces.run(*arguments) == 0, traces.said[-1]
        yield traces, sorted({*made.secrets, *(s for path in (*files[1:], sites) for s in secrets_in(path))})


@pytest.mark.parametrize("below", ["area", "plan", "demand", "cache", "tmp", "home", "in/"])
def test_an_area_and_its_plans_hold_nobody(below: str, planned: tuple[Traces, list[str]]) -> None:
    traces, secrets = planned
    assert len(list(traces.left("area/"))) > 8
    assert len(list(traces.left("plan-"))) > 10
    nobody(traces, secrets, below)


def test_a_plan_with_own_institutions_holds_nobody(planned: tuple[Traces, list[str]]) -> None:
    nobody(*planned, "own-plan")


def test_templates_hold_nobody(made: Made, traces: Traces) -> None:
    for key, layer in layers().items():
        if layer.template:
            for language in ("zh", "en"):
                assert (
                    traces.run("template", key, "--out", traces.folder / f"{key}-{language}.xlsx", "--lang", language)
                    == 0
                )
    nobody(traces, made.secrets)
