"""The embedded layers through the same readers and checks as anybody's files; the build stops at the first fault."""

from pathlib import Path
from typing import Final

from geodata.layers import read_layer

LAYER_FILES: Final = {"facilities.csv": "institutions", "candidates.csv": "candidates", "places.csv": "points"}
"""File of an embedded study area → the layer it is read as."""


def check_layers(folder: Path) -> None:
    """Read every layer file of a study area as the tool reads a user's.

    Raises:
        SystemExit: naming every fault, when a row is rejected.
    """
    faults = []
    for name, layer in LAYER_FILES.items():
        report = read_layer(folder / name, layer)
        faults += [f"{name}: {fault.told(5)}" for fault in report.faults]
        if not report.rows_read:
            faults.append(f"{name}: no rows")
    if faults:
        raise SystemExit("\n".join(faults))
