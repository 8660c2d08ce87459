"""The embedded study areas: small open files with a data package that says where each comes from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, both

FOLDER: Final = Path(__file__).parent / "data"
_TEXT: Final = (
    "county_code", "prefecture_code", "township_code", "cell_id", "place_id", "site_id", "facility_id", "months",
    "name_zh", "name_en",
)  # fmt: skip


@dataclass(frozen=True)
class StudyData:
    """The tables of one study area as they lie on disk; coordinates in EPSG:4326.

    Attributes:
        package: the data package (sources, licences, caveats, checksums).
        digest: SHA-256 over all resources, so that two runs can show they read the same data.
    """

    name: str
    package: Mapping[str, Any]
    digest: str
    prefectures: pd.DataFrame
    counties: pd.DataFrame
    age_structure: pd.DataFrame
    places: pd.DataFrame
    roads: pd.DataFrame
    cells: pd.DataFrame
    facilities: pd.DataFrame
    candidates: pd.DataFrame
    closures: pd.DataFrame
    elevation: ElevationGrid


def names() -> tuple[str, ...]:
    """The embedded study areas."""
    return tuple(sorted(p.parent.name for p in FOLDER.glob("*/datapackage.json")))


@cache
def open_study_data(name: str = "southern_xinjiang") -> StudyData:
    """Read an embedded study area and check every file against its checksum.

    Raises:
        LayerError: for an unknown name, or a file that is not the one the data package describes.
    """
    folder = FOLDER / name
    if name not in names():
        fault = both(
            f"study area '{name}' is not known; there is {', '.join(names())}",
            f"没有研究区“{name}”；可用的有 {'、'.join(names())}",
        )
        raise LayerError([fault])
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    hashes = {r["path"]: r["hash"] for r in package["resources"]}
    changed = [p for p, h in hashes.items() if h != "sha256:" + sha256((folder / p).read_bytes()).hexdigest()]
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
