"""How large a file may be, and sentences for those that are larger."""

from geodata.errors import LayerError, both

LARGEST_FILE = 2 * 2**30
"""Bytes of a file [J: what a table of a county never reaches and an office computer can still hold]."""
LARGEST_UNPACKED = 2 * 2**30
"""Bytes that an archive or workbook may unpack to [J]."""
LARGEST_RATIO = 200
"""Unpacked bytes for each packed one [J: tables pack to between a 5th and a 50th; deflate ends at 1 to 1032]."""
RATIO_FROM = 2**24
"""Unpacked bytes below which the ratio does not matter [J]."""
LARGEST_GRID = 20_000_000
"""Cells of a sheet, from its first to its last filled one [J: 0.6 GB while it is read]."""


def _size(number: float) -> str:
    return f"{number / 2**30:.1f} GB" if number >= 2**30 else f"{number / 2**20:.1f} MB"


def require_size(size: int, name: str) -> None:
    """Raises LayerError for a file over the limit."""
    if size > LARGEST_FILE:
        most = _size(LARGEST_FILE)
        fault = both(
            f"{name}: larger than {most}; cut it into parts, for example one for each county",
            f"{name}：超过 {most}；请拆分，例如每个县一个文件",
        )
        raise LayerError([fault])


def require_cells(columns: int, rows: int, name: str) -> None:
    """Raises LayerError for a table of more cells than can be held."""
    if columns * rows > LARGEST_GRID:
        fault = both(
            f"{name}: the table reaches to row {rows}, column {columns}; delete stray cells below and beside it, or "
            "cut it into parts",
            f"{name}：表格延伸到第 {rows} 行、第 {columns} 列；请删去表格下方和右侧多余的单元格，或拆分文件",
        )
        raise LayerError([fault])


def require_unpacked(unpacked: int, packed: int, name: str) -> None:
    """Raises LayerError for what unpacks to too much: sizes as declared, looked at before anything is unpacked."""
    if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_FROM and unpacked > packed * LARGEST_RATIO):
        fault = both(
            f"{name}: unpacks to {_size(unpacked)}, which no table needs; zip only the files of the layer",
            f"{name}：解压后达 {_size(unpacked)}，超出表格所需；请只压缩该图层的文件",
        )
        raise LayerError([fault])
