"""Shapes without attributes, such as rivers."""

from pathlib import Path
from typing import Any

import geopandas as gpd

from geodata.errors import LayerError, both
from geodata.files import read_file


def read_shapes(path: Path) -> list[Any]:
    """Geometries of a .gpkg or .geojson file in EPSG:4326.

    Raises:
        LayerError: for a file that is missing, another kind, or cannot be read.
    """
    layer = gpd.GeoDataFrame(read_file(path, allow_empty=True).frame)
    if "geometry" not in layer:
        fault = both(f"{path.name}: no shapes; take .gpkg or .geojson", f"{path.name}：没有图形；请换文件")
        raise LayerError([fault])
    return [shape for shape in layer["geometry"] if shape is not None]
