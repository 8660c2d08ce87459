"""A study area of the user's own as one folder or one zip: plain tables, roads, heights, and a record with checksums.

Nothing in it names the machine, a user or a person: files lie beside the record under fixed names, and people are
counts by place, category, grade, age band and hardship.
"""

import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
from affine import Affine

from geodata.crs import STORED
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, Sentence, both, prefixed
from geodata.roads.cut import frozen
from geodata.roads.network import RoadNetwork
from geodata.study_data import StudyData, file_hash

FORMAT: Final = 1  # of the folder; raised when an older program could misread it
PROFILE: Final = "jiujin-study-area"
RECORD: Final = "area.json"
RESIDENT_COLUMNS: Final = ("cell_id", "category", "grade", "age_band", "hardship", "persons")
TITLES: Final[dict[str, tuple[str, str]]] = {  # file → what it is
    "counties.csv": ("Counties", "县市"),
    "region.csv": ("Counties among which the regional total is shared", "区域总数在其中分摊的各县"),
    "cells.csv": ("Where people live", "居住地点"),
    "residents.csv": ("Disabled residents, counts by place and kind", "残疾人数（按地点和类别汇总）"),
    "totals.csv": ("Disabled residents of whole counties, as given", "各县残疾人总数（所给）"),
    "institutions.csv": ("Existing institutions", "现有机构"),
    "candidates.csv": ("Candidate sites", "候选地点"),
    "places.csv": ("Places that name neighbourhoods", "地名"),
    "closures.csv": ("Roads that close", "封闭路段"),
    "age_structure.csv": ("Age structure", "年龄结构"),
    "boundaries.gpkg": ("Boundaries, as given", "边界（所给）"),
    "roads.npz": ("Roads", "道路"),
    "elevation.tif": ("Heights of the ground", "高程"),
}
_TABLES: Final = {  # file → attribute of `StudyData`
    "counties.csv": "counties", "region.csv": "region", "cells.csv": "cells", "residents.csv": "residents",
    "totals.csv": "totals", "institutions.csv": "facilities", "candidates.csv": "candidates", "places.csv": "places",
    "closures.csv": "closures", "age_structure.csv": "age_structure",
}  # fmt: skip
_MAY_LACK: Final = ("region.csv", "residents.csv", "totals.csv", "boundaries.gpkg", "elevation.tif")
_NUMBERS: Final = (
    "population", "persons", "radius_m", "elevation_m", "capacity_persons", "capital_yuan",
    "running_yuan", "space_m2", "staff", "days_open", "census_2010", "census_2020",
)  # fmt: skip
_NUMBER_STARTS: Final = ("persons_", "capacity_", "capital_yuan_", "running_yuan_")
_KEYS: Final = {"name": str, "resources": list, "demand_base": str, "cut_off": str}  # that a record must have
_FLAGS: Final = ("in_prefecture_total", "serves")
_NO_TIME: Final = "2000-01-01T00:00:00.000Z"  # in place of the hour of writing, so that equal input gives equal bytes
_MOST_BYTES: Final = 4_000_000_000
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_TEXT_ENCODING: Final = "utf-8-sig"  # so that Excel shows Chinese


# --- writing -------------------------------------------------------------------------------------------


def write_study_folder(data: StudyData, out: Path, about: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write a study area as a folder, or as one zip where the name ends with `.zip`; whole or not at all.

    An earlier study area in the same place is replaced, anything else is left alone. Equal input gives equal bytes.

    Args:
        data: everything but `digest`; `package` holds what the record says besides the files.
        about: file → `sources`, `licenses`, `caveat` of its entry in the record.

    Raises:
        LayerError: when the place holds something else or cannot be written, or the residents are not plain counts.
    """
    check_area_target(out)
    _require_counts(data.residents)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".writing-") as work:
            new = Path(work) / "new"
            new.mkdir()
            _write_files(data, new, about)
            made = _zipped(new, Path(work) / "new.zip") if out.suffix.lower() == ".zip" else new
            move_into_place(made, out, Path(work) / "old")
    except OSError as error:
        why = error.strerror or str(error)
        raise LayerError(
            [
                both(
                    f"{out}: cannot be written ({why}); close what has it open and try again",
                    f"{out}：无法写入（{why}）；请关闭打开它的程序后重试",
                )
            ]
        ) from error
    return out


def check_area_target(out: Path) -> None:
    """Refuse a place that holds anything but a study area of ours.

    Raises:
        LayerError: naming what is there.
    """
    files = [p for p in (out, *out.parents) if p.is_file() and not (p == out and _is_area_zip(out))]
    if files:
        fault = both(
            f"{files[0]}: is another file; name a folder, or a new file that ends with .zip",
            f"{files[0]}：这是其他文件；请指定一个文件夹，或以 .zip 结尾的新文件名",
        )
        raise LayerError([fault])
    if not out.is_dir():
        return
    found = sorted(p.name for p in out.iterdir())
    ours = (*TITLES, RECORD) if _is_record(out / RECORD) else ()
    strange = [name for name in found if name not in ours]
    if strange:
        shown = ", ".join(strange[:3])
        fault = both(
            f"{out}: holds other files and no study area ({shown}); name an empty or a new folder",
            f"{out}：里面有不属于研究区的文件（{shown}）；请指定空文件夹或新文件夹",
        )
        raise LayerError([fault])


def _is_record(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8")).get("profile") == PROFILE)
    except (OSError, ValueError, AttributeError):
        return False


def _is_area_zip(path: Path) -> bool:
    """Whether a file may be replaced by a zip: it is one that `write_study_folder` made."""
    try:
        with zipfile.ZipFile(path) as packed:
            found = json.loads(packed.read(RECORD))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, RuntimeError, zlib.error):
        return False
    return path.suffix.lower() == ".zip" and isinstance(found, dict) and found.get("profile") == PROFILE


def _require_counts(residents: pd.DataFrame | None) -> None:
    """Only counts may be written: no other column, and one row for each place and kind of person."""
    if residents is None:
        return
    strange = sorted(set(residents.columns) ^ set(RESIDENT_COLUMNS))
    if strange or residents.duplicated(list(RESIDENT_COLUMNS[:-1])).any():
        fault = both(
            f"residents: counts with the columns {', '.join(RESIDENT_COLUMNS)} are needed, one row for each kind",
            f"残疾人：需要汇总数，列为 {'、'.join(RESIDENT_COLUMNS)}，每类一行",
        )
        raise LayerError([fault])


def move_into_place(made: Path, out: Path, old: Path) -> None:
    """Into its place; an earlier one comes back when that fails."""
    if out.exists():
        os.replace(out, old)
    try:
        os.replace(made, out)
    except OSError:
        if old.exists():
            os.replace(old, out)
        raise


def _write_files(data: StudyData, folder: Path, about: Mapping[str, Mapping[str, Any]]) -> None:
    for file, attribute in _TABLES.items():
        table = getattr(data, attribute)
        if table is not None:
            text = table.to_csv(index=False, lineterminator="\n")
            (folder / file).write_text(text, encoding=_TEXT_ENCODING, newline="\n")
    _write_roads(data.roads, folder / "roads.npz")
    if data.elevation is not None:
        _write_elevation(data.elevation, folder / "elevation.tif")
    if data.boundaries is not None:
        _write_boundaries(data.boundaries, folder / "boundaries.gpkg")
    written = [_entry(folder / file, about.get(file, {})) for file in TITLES if (folder / file).exists()]
    own = {"demand_base": data.base, "cut_off": data.cut_off}
    record = {"profile": PROFILE, "format": FORMAT, "name": data.name, **data.package, **own, "resources": written}
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8", newline="\n")


def _entry(path: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """What the record says of one file, with the keys of a data package."""
    en, zh = TITLES[path.name]
    usual = {"sources": [], "licenses": [], "caveat": ""}
    size = {"bytes": path.stat().st_size, "hash": file_hash(path)}
    return {"name": path.stem, "path": path.name, "title": f"{en} / {zh}", **usual, **about, **size}


def _write_roads(roads: pd.DataFrame | RoadNetwork, path: Path) -> None:
    if not isinstance(roads, RoadNetwork):
        raise TypeError("a study area is written with a road network, see `load_roads`")
    whole = {"straightened": np.array(roads.straightened), "source": np.array(roads.source)}
    np.savez_compressed(path, **roads.arrays(), **whole)  # type: ignore[arg-type]


def _write_elevation(grid: ElevationGrid, path: Path) -> None:
    whole = grid.height_m.dtype == np.int16
    rows, columns = grid.height_m.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="int16" if whole else "float32",
        crs=STORED.to_wkt(), transform=Affine(grid.step, 0, grid.west, 0, -grid.row_step, grid.north),
        nodata=None if whole else np.nan, compress="deflate", predictor=2 if whole else 3,
    ) as out:  # fmt: skip
        out.write(grid.height_m.astype(np.int16 if whole else np.float32), 1)


def _write_boundaries(polygons: gpd.GeoDataFrame, path: Path) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _NO_TIME})
    try:
        polygons[["code", "name", "geometry"]].to_file(path, layer="boundaries", driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name)  # a fixed date, no owner, no permissions of this machine
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with file.open("rb") as source, out.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
    return path


# --- reading -------------------------------------------------------------------------------------------


def read_study_folder(path: Path) -> StudyData:
    """Read a study area from its folder or zip into memory and check every file against its checksum.

    Raises:
        LayerError: one sentence for every file that is missing or changed; for a folder or zip that is no study area,
            and for one that a later version made.
    """
    if not path.exists():
        fault = both(f"{path}: there is no such study area", f"{path}：没有这个研究区；请核对路径")
        raise LayerError([fault])
    with _folder_of(path) as folder:
        record = _record(folder, path)
        faults = [prefixed(path.name, fault) for fault in _file_faults(folder, record)]
        if faults:
            raise LayerError(faults)
        digest = sha256((folder / RECORD).read_bytes()).hexdigest()
        return _data(folder, record, digest)


@contextmanager
def _folder_of(path: Path) -> Iterator[Path]:
    """The folder itself, or a temporary one with the files of the zip."""
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="jiujin-") as work:
        _unpack(path, Path(work))
        yield Path(work)


def _unpack(path: Path, folder: Path) -> None:
    """The known files of a zip, which may lie in one folder of it."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = [m for m in packed.infolist() if not m.is_dir() and not _litter(m.filename)]
            _check_names(path, members)
            for member in members:
                name = PurePosixPath(member.filename).name
                if name in TITLES or name == RECORD:
                    with packed.open(member) as source, (folder / name).open("xb") as target:
                        shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, FileExistsError) as error:
        fault = both(
            f"{path.name}: not a readable zip of a study area ({error}); make it again",
            f"{path.name}：不是可读取的研究区 zip 文件；请重新生成",
        )
        raise LayerError([fault]) from None


def _litter(name: str) -> bool:
    """What file managers add to a zip."""
    return name.startswith(_LITTER) or PurePosixPath(name).name in _LITTER or PurePosixPath(name).name.startswith("._")


def _check_names(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse names that lead out of the folder, files in several folders, and more than can be meant."""
    places = {PurePosixPath(m.filename).parent for m in members}
    outside = any("\\" in m.filename or ":" in m.filename or m.filename.startswith("/") for m in members)
    wrong = outside or len(places) > 1 or any(len(p.parts) > 1 or ".." in p.parts for p in places)
    if wrong or sum(m.file_size for m in members) > _MOST_BYTES:
        fault = both(
            f"{path.name}: not the zip of one study area: its files must lie side by side; make it again",
            f"{path.name}：不是一个研究区的 zip 文件：文件应并列放在一起；请重新生成",
        )
        raise LayerError([fault])


def _record(folder: Path, path: Path) -> dict[str, Any]:
    if not _is_record(folder / RECORD):
        fault = both(
            f"{path}: not a study area ({RECORD} is missing or is not its record); "
            "make one with `jiujin new-area`, or name its folder or zip",
            f"{path}：不是研究区（缺少 {RECORD}，或不是它的记录）；请用 `jiujin new-area` 生成，或写出它的文件夹或 zip",
        )
        raise LayerError([fault])
    record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    found = record.get("format")
    if not isinstance(found, int) or found > FORMAT:
        fault = both(
            f"{path.name}: made by a later version (format {found}, this program reads up to {FORMAT}); update it",
            f"{path.name}：由更新的版本生成（格式 {found}，本程序最高支持 {FORMAT}）；请更新本程序",
        )
        raise LayerError([fault])
    lacking = [key for key, kind in _KEYS.items() if not isinstance(record.get(key), kind)]
    entries = [] if "resources" in lacking else record["resources"]
    if not all(isinstance(r, dict) and {"path", "hash"} <= r.keys() for r in entries):
        lacking.append("resources")
    if lacking:
        shown = ", ".join(lacking)
        fault = both(
            f"{path.name}: {RECORD} is damaged ({shown}); make the study area again, or take an undamaged copy",
            f"{path.name}：{RECORD} 已损坏（{shown}）；请重新生成研究区，或换用完好的副本",
        )
        raise LayerError([fault])
    return record


def _file_faults(folder: Path, record: Mapping[str, Any]) -> list[Sentence]:
    hashes = {str(r["path"]): str(r["hash"]) for r in record["resources"]}
    known = [p for p in hashes if p in TITLES]
    lacking = [p for p in TITLES if p not in hashes and p not in _MAY_LACK]
    missing = [*lacking, *(p for p in known if not (folder / p).is_file())]
    changed = [p for p in known if (folder / p).is_file() and file_hash(folder / p) != hashes[p]]
    return [
        *(
            both(f"{p} is missing; make the study area again", f"缺少 {p}；请重新生成研究区")
            for p in dict.fromkeys(missing)
        ),
        *(
            both(
                f"{p} was changed after the study area was made; make it again from your files",
                f"{p} 在研究区生成后被改动；请用原始文件重新生成",
            )
            for p in changed
        ),
    ]


def _data(folder: Path, record: Mapping[str, Any], digest: str) -> StudyData:
    there = {str(r["path"]) for r in record["resources"]}
    tables = {name: _table(folder / file) for file, name in _TABLES.items() if file in there}
    codes = sorted(set(tables["counties"]["prefecture_code"]))
    return StudyData(
        name=str(record["name"]),
        package=record,
        digest=digest,
        prefectures=pd.DataFrame({"prefecture_code": pd.Series(codes, dtype=str)}),
        roads=_roads(folder / "roads.npz"),
        elevation=ElevationGrid.read(folder / "elevation.tif") if "elevation.tif" in there else None,
        boundaries=_polygons(folder / "boundaries.gpkg") if "boundaries.gpkg" in there else None,
        base="register" if record["demand_base"] == "register" else "control_total",
        cut_off=str(record["cut_off"]),
        **tables,
    )


def _table(path: Path) -> pd.DataFrame:
    """A table whose columns have the same type whatever is in them: text unless it is known to be a number."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=_TEXT_ENCODING)
    for column in table.columns:
        if column in _FLAGS:
            table[column] = table[column] == "True"
        elif column == "grade":
            table[column] = pd.to_numeric(table[column]).astype("Int64")
        elif column == "hardship":
            known = table[column] != ""
            table[column] = (table[column] == "True").astype("boolean").mask(~known)
        elif column in ("lon", "lat"):
            table[column] = table[column].map(float).astype(float)
        elif column in _NUMBERS or column.startswith(_NUMBER_STARTS):
            table[column] = _numbers(table[column])
    return table


def _numbers(cells: "pd.Series[str]") -> "pd.Series[Any]":
    """Whole where all are, else floating with NaN for empty cells; read to the last digit."""
    if all(v.isdigit() for v in cells):
        return cells.astype(np.int64)
    return pd.Series([float(v) if v else np.nan for v in cells], index=cells.index, dtype=float)


def _roads(path: Path) -> RoadNetwork:
    with np.load(path, allow_pickle=False) as kept:
        arrays = {f.name: kept[f.name] for f in fields(RoadNetwork)}
    single = {"straightened": bool(arrays.pop("straightened")), "source": str(arrays.pop("source"))}
    return frozen(RoadNetwork(**arrays, **single))  # type: ignore[arg-type]


def _polygons(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(path, layer="boundaries", engine="pyogrio").to_crs(STORED)
