"""Parquet and GeoParquet → text cells and shapes."""

import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.errors import both
from geodata.files import limits
from geodata.files.faults import no_sheets
from geodata.files.features import arrow_texts, feature_table
from geodata.files.table import FileTable, Source

_INDEX = re.compile(r"__index_level_\d+__")  # what pandas adds for itself


def read_parquet(source: Source) -> FileTable:
    """A Parquet table; with shapes in EPSG:4326 where it is a GeoParquet one. Columns of bytes are left out.

    Raises:
        LayerError: for a table too large.
        pyarrow.ArrowException: for a file that breaks off.
    """
    if source.sheet is not None:
        raise no_sheets(source.name)
    with pq.ParquetFile(source.path) as file:
        limits.require_cells(file.metadata.num_columns, file.metadata.num_rows, source.name)
        table = file.read()
    about = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    drawn = about.get("primary_column")
    shapes = set(about.get("columns", {}))
    left_out = [f.name for f in table.schema if _bytes(f.type) and f.name not in shapes]
    names = [n for n in table.column_names if n not in (*shapes, *left_out) and not _INDEX.fullmatch(n)]
    cells = pd.DataFrame(
        {i: arrow_texts(table.column(name)) for i, name in enumerate(names)}, index=pd.RangeIndex(len(table))
    )
    notes = (both("columns of bytes are left out", "二进制列不读入"),) if left_out else ()
    if drawn is None:
        return feature_table(cells, names, None, None, source, notes=notes)
    rows = gpd.read_parquet(source.path, columns=[drawn])
    return feature_table(cells, names, np.asarray(rows.geometry), rows.crs, source, notes=notes)


def _bytes(kind: "pa.DataType") -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))
