"""What the build reads: the wheels, the tables in `facts/` and the box of the study area."""

import zipfile
from pathlib import Path
from typing import Final

import pandas as pd

FOLDER: Final = Path(__file__).parents[1] / "data" / "southern_xinjiang"
FACTS: Final = FOLDER / "facts"
WEST, SOUTH, EAST, NORTH = 73.0, 34.0, 94.5, 44.0  # degrees
MINUTE: Final = 1 / 60  # degrees


def wheel(folder: Path, name: str) -> zipfile.ZipFile:
    """The one wheel of a package in the folder."""
    found = sorted(folder.glob(f"{name}-*.whl"))
    if len(found) != 1:
        raise SystemExit(f"{folder}: one wheel of {name} is needed, {len(found)} found; see facts/wheels.txt")
    return zipfile.ZipFile(found[0])


def read_counties() -> pd.DataFrame:
    """The county facts: names, censuses, unit counts, with a source for each row."""
    return pd.read_csv(FACTS / "counties.csv", dtype={"county_code": str, "prefecture_code": str})


def read_prefectures() -> pd.DataFrame:
    """The prefecture facts: names and census totals."""
    return pd.read_csv(FACTS / "prefectures.csv", dtype={"prefecture_code": str})
