"""Files as people bring them → one table of text cells, every row with its number in the file.

`read_file` opens text tables, workbooks, GeoPackage, GeoJSON, Shapefile, Parquet and archives with one of them. It
knows no layer and no field: what the columns mean is decided elsewhere. A file is opened as what its first bytes say
it is, never as what it points to, and what cannot be read is one sentence that quotes no cell.
"""

from geodata.files.faults import NoSheetError
from geodata.files.kinds import KINDS
from geodata.files.read import read_drawn, read_file
from geodata.files.table import FileTable

__all__ = ["KINDS", "FileTable", "NoSheetError", "read_drawn", "read_file"]
