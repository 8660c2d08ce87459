"""Workbooks opened in a process of their own, because reading a damaged one may end it."""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final

from geodata.errors import LayerError, both
from geodata.files import limits
from geodata.files.faults import locked, unreadable
from geodata.files.kinds import OLE

_PROCESS: Final = Path(__file__).with_name("workbook_process.py")
_SECONDS: Final = 600  # the largest sheet takes some 20
_MEMORY: Final = 4 * 2**30  # bytes, for a sheet of as many cells as there may be
_OLD_MEMORY: Final = 2**30  # old sheets have 65,536 rows at most; damaged ones may ask for any amount
_NO_WINDOW: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows


@dataclass(frozen=True)
class Cells:
    """The filled part of a sheet.

    Attributes:
        top: its first row, counted from 0.
        left: its first column, counted from 0.
        merged: ((first row, first column), (last row, last column)) of merged cells in the sheet.
        rows: typed cells, all rows of one length; an empty text where there is none.
    """

    top: int = 0
    left: int = 0
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    rows: tuple[list[Any], ...] = ()


class Workbook:
    """An open workbook: names of its sheets, each with whether it is visible, and their cells."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        self._name, self._process = name, process
        self.sheets: dict[str, bool] = dict(self._answer())

    def read(self, sheet: str) -> Cells:
        """The cells of a sheet.

        Raises:
            LayerError: for cells that cannot be read, and too many of them.
        """
        try:
            _pipe(self._process.stdin).write(pickle.dumps(sheet))
            _pipe(self._process.stdin).flush()
        except OSError:  # it has ended
            raise unreadable(self._name, _kind(self._name)) from None
        answer = self._answer()
        if answer is None:
            return Cells()
        if len(answer) == 2:
            limits.require_cells(answer[1], answer[0], self._name)
        top, left, merged, rows = answer
        return Cells(top, left, tuple(merged), tuple(rows))

    def _answer(self) -> Any:
        try:
            answer = pickle.load(_pipe(self._process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            answer = "broken"
        if answer == "password":
            raise locked(self._name)
        if answer == "broken":
            raise unreadable(self._name, _kind(self._name))
        return answer


@contextmanager
def workbook(path: Path, name: str) -> Iterator[Workbook]:
    """A workbook that is closed afterwards.

    Args:
        path: the file.
        name: how sentences call it.

    Raises:
        LayerError: for a password, and a file that is no workbook.
    """
    with path.open("rb") as file:
        memory = _OLD_MEMORY + 20 * path.stat().st_size if file.read(len(OLE)) == OLE else _MEMORY
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_PROCESS), str(path), str(limits.LARGEST_GRID), str(memory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=_NO_WINDOW,
        )  # fmt: skip
    except OSError:
        fault = both(
            f"{name}: no process could be started to read the workbook; save it as 'CSV UTF-8'",
            f"{name}：无法启动读取工作簿的进程；请另存为“CSV UTF-8”",
        )
        raise LayerError([fault]) from None
    clock = Timer(_SECONDS, process.kill)
    clock.start()
    try:
        yield Workbook(name, process)
    finally:
        clock.cancel()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                _pipe(pipe).close()
        process.wait()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # it was asked for above
    return pipe


def _kind(name: str) -> str:
    return Path(name).suffix or "workbook"
