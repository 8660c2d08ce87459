"""Kinds of files: which ending is read how, and how each begins."""

from typing import Final

KINDS: Final[dict[str, str]] = {
    ".csv": "table", ".tsv": "table", ".txt": "table",
    ".xls": "table", ".xlsx": "table", ".xlsm": "table", ".et": "table", ".ods": "table",
    ".gpkg": "gpkg", ".geojson": "geojson", ".json": "geojson", ".shp": "shp",
    ".parquet": "parquet", ".geoparquet": "parquet", ".zip": "zip",
}  # fmt: skip
"""Ending → kind. Text and workbooks are one kind: which of them a file is, its first bytes say."""

TEXTS: Final = (".csv", ".tsv", ".txt")
ZIP: Final = b"PK"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STARTS: Final[dict[str, bytes]] = {
    "gpkg": b"SQLite format 3\0", "shp": b"\x00\x00\x27\x0a", "parquet": b"PAR1", "zip": ZIP,
}  # fmt: skip
"""Kind → its first bytes. GDAL follows small text files to other files and addresses, whatever they are called; so
the first bytes are looked at before it sees a file."""

DRAWN: Final = (".gpkg", ".shp", ".zip", ".geojson")
"""Endings of files that hold lines."""
