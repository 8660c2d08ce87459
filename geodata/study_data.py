"""Study areas: tables that say where each comes from; embedded ones by name, the user's own from a folder or zip."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, both
from geodata.roads.network import RoadNetwork

FOLDER: Final = Path(__file__).parent / "data"
_TEXT: Final = (
    "county_code", "prefecture_code", "township_code", "cell_id", "place_id", "site_id", "facility_id", "months",
    "name_zh", "name_en",
)  # fmt: skip

Base = Literal["register", "control_total"]


@dataclass(frozen=True)
class StudyData:
    """The tables of one study area as they lie on disk; coordinates in EPSG:4326.

    Attributes:
        package: the data package (sources, licences, caveats, checksums).
        digest: SHA-256 over all resources, so that two runs can show they read the same data.
        counties: `population` is missing where it is not known.
        cells: where people live; `precision` says how surely where persons of a register were located.
        roads: a table of straightened roads, or a whole network.
        elevation: None where no heights are known.
        residents: persons of a register, counted by `cell_id`, `category`, `grade` (Int64, <NA> unknown), `age_band`
            (fine bands, "" unknown), `hardship`; None where people are modelled.
        totals: `county_code`, `persons` that the user gave for whole counties; None where the model's hold.
        region: the counties among which the regional control total is shared; `counties` themselves when None.
        boundaries: `code`, `name` and polygons of the user's own; None where the usual ones serve.
        base: which count of persons holds where a question names none.
        cut_off: last day that the register or the totals speak of, as 2025-12-31; the first and the last of them where
            registers differ, as 2024-12-31 – 2025-06-30; "" where not known.
    """

    name: str
    package: Mapping[str, Any]
    digest: str
    prefectures: pd.DataFrame
    counties: pd.DataFrame
    age_structure: pd.DataFrame
    places: pd.DataFrame
    roads: pd.DataFrame | RoadNetwork
    cells: pd.DataFrame
    facilities: pd.DataFrame
    candidates: pd.DataFrame
    closures: pd.DataFrame
    elevation: ElevationGrid | None
    residents: pd.DataFrame | None = None
    totals: pd.DataFrame | None = None
    region: pd.DataFrame | None = None
    boundaries: gpd.GeoDataFrame | None = None
    base: Base = "control_total"
    cut_off: str = ""


def names() -> tuple[str, ...]:
    """The embedded study areas."""
    return tuple(sorted(p.parent.name for p in FOLDER.glob("*/datapackage.json")))


def open_study_data(source: str | Path = "southern_xinjiang") -> StudyData:
    """Read a study area and check every file against its checksum.

    Args:
        source: the name of an embedded study area, or the folder or zip of one of the user's own.

    Raises:
        LayerError: for an unknown name, or a file that is not the one the data package describes.
    """
    if isinstance(source, str) and source in names():
        return read_embedded(source)
    path = Path(source)
    if path.exists() or isinstance(source, Path) or path.suffix.lower() == ".zip":
        from geodata.study_folder import read_study_folder

        return read_study_folder(path)
    fault = both(
        f"study area '{source}' is not known; there is {', '.join(names())}, or name the folder or zip of your own",
        f"没有研究区“{source}”；可用的有 {'、'.join(names())}，也可写出自建研究区的文件夹或 zip 文件",
    )
    raise LayerError([fault])


@cache
def read_embedded(name: str) -> StudyData:
    """An embedded study area by its name, see `names`; read once.

    Raises:
        LayerError: for a file that is not the one the data package describes.
    """
    folder = FOLDER / name
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    hashes = {r["path"]: r["hash"] for r in package["resources"]}
    changed = [p for p, h in hashes.items() if h != file_hash(folder / p)]
    if changed:
        raise LayerError(
            [
                both(
                    f"{p}: not the file that datapackage.json describes; install again",
                    f"{p}：与 datapackage.json 记载的文件不一致；请重新安装",
                )
                for p in changed
            ]
        )

    def table(path: str) -> pd.DataFrame:
        return pd.read_csv(folder / path, dtype=dict.fromkeys(_TEXT, str)).fillna({"township_code": ""})

    return StudyData(
        name=name,
        package=package,
        digest=sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest(),
        prefectures=table("prefectures.csv"),
        counties=table("counties.csv"),
        age_structure=table("age_structure.csv"),
        places=table("places.csv"),
        roads=table("roads.csv"),
        cells=table("demand_cells.csv"),
        facilities=table("facilities.csv"),
        candidates=table("candidates.csv"),
        closures=table("closures.csv"),
        elevation=ElevationGrid.read(folder / "elevation_1min.tif"),
    )


def file_hash(path: Path) -> str:
    """What a data package says of a file: `sha256:` and 64 digits."""
    return "sha256:" + sha256(path.read_bytes()).hexdigest()
