"""A process of its own that opens one workbook and hands its cells back; run by path, imports nothing of this project.

A damaged old workbook can ask calamine for more memory than there is, which ends the process that reads it, and its
messages can quote cells. So it reads apart, under a limit of memory, and nobody listens to what it says.

Talks in pickles: writes (name, visible) of every sheet, then for every name it reads one sheet, as
(first row, first column, merged ranges, rows of cells); for a sheet without cells None, for one too large its
(rows, columns). What cannot be read is a text: `password` or `broken`.
"""

import pickle
import sys
from typing import Any, BinaryIO

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum


def main(path: str, most_cells: int, memory: int) -> None:
    """Answer until nobody asks any more.

    Args:
        path: the workbook.
        most_cells: of a sheet that is handed back.
        memory: bytes that may be asked for.
    """
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        pass  # no such limits here: asking for too much ends this process all the same
    out = sys.stdout.buffer
    try:
        workbook = _opened(path)
    except BaseException as error:  # what Rust raises is no Exception
        _say("password" if isinstance(error, PasswordError) else "broken", out)
        return
    sheets = [m for m in workbook.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    _say([(m.name, m.visible == SheetVisibleEnum.Visible) for m in sheets], out)
    while True:
        try:
            name = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = _sheet(workbook, name, most_cells)
        except BaseException:
            answer = "broken"
        _say(answer, out)


def _opened(path: str) -> CalamineWorkbook:
    with open(path, "rb") as file:
        return CalamineWorkbook.from_filelike(file)  # by its first bytes; by path the ending would decide


def _sheet(workbook: CalamineWorkbook, name: str, most_cells: int) -> Any:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None or sheet.end is None:
        return None
    if sheet.height * sheet.width > most_cells:
        return sheet.height, sheet.width
    return (*sheet.start, sheet.merged_cell_ranges or [], sheet.to_python())


def _say(answer: object, out: BinaryIO) -> None:
    pickle.dump(answer, out, pickle.HIGHEST_PROTOCOL)
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
