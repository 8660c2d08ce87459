"""Computed arrays kept on disk under the digest of everything they were computed from.

One file a key: a JSON header and the raw arrays, mapped into memory when read, so that a warm read copies nothing
and several processes share one copy. A file is complete or it is not there.
"""

import errno
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerError, Sentence, both

Arrays = Mapping[str, npt.NDArray[Any]]
MAGIC: Final = b"jiujin01"
VERSION: Final = 1  # of everything that is computed; raise it when a result changes, so that old ones are not read
ALIGN: Final = 64


def default_folder() -> Path:
    """`JIUJIN_CACHE` where it is set, else the user's cache folder."""
    if os.environ.get("JIUJIN_CACHE"):
        return Path(os.environ["JIUJIN_CACHE"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "jiujin" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "jiujin"


def digest(parts: Iterable[Any]) -> str:
    """One key for texts, bytes and arrays, in this order."""
    found = blake2b(str(VERSION).encode(), digest_size=16)
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(f"{part.dtype}{part.shape}".encode())
            found.update(np.ascontiguousarray(part).data)
        else:
            found.update(part if isinstance(part, bytes) else repr(part).encode())
        found.update(b"\0")
    return found.hexdigest()


def file_digest(path: Path) -> str:
    """Key of a file's contents."""
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def read_arrays(folder: Path, key: str) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]] | None:
    """The arrays and the note kept under a key, read-only; None where there are none or the file is damaged."""
    path = folder / f"{key}.arrays"
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return None
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
        if path.stat().st_size != header["bytes"]:
            return None
        whole = np.memmap(path, np.uint8, "r")
        arrays = {
            row["name"]: np.asarray(whole[row["at"] : row["at"] + row["bytes"]])
            .view(row["dtype"])
            .reshape(row["shape"])
            for row in header["arrays"]
        }
        return arrays, header["note"]
    except (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError):
        return None


def write_arrays(folder: Path, key: str, arrays: Arrays, note: Mapping[str, Any] | None = None) -> None:
    """Keep arrays under a key; the file appears when it is whole.

    Raises:
        LayerError: when the folder cannot be written or its disk is full; nothing stays behind.
    """
    header, total = _header(arrays, note or {})
    try:
        with whole_file(folder / f"{key}.arrays") as file:
            file.write(header)
            for array in arrays.values():
                file.write(b"\0" * (-file.tell() % ALIGN))
                file.write(np.ascontiguousarray(array).data)
            file.write(b"\0" * (total - file.tell()))
    except OSError as error:
        if read_arrays(folder, key) is None:  # another process may have kept the same and have it open
            raise refused(folder, error) from None


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole, and leaves nothing behind when it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{uuid4().hex}")
    try:
        with part.open("xb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def forget(folder: Path, keys: Iterable[str]) -> None:
    """Remove what is kept under keys, where nobody has it open."""
    for key in keys:
        _MEMORY.pop(key, None)
        with suppress(OSError):
            (folder / f"{key}.arrays").unlink(missing_ok=True)


def _header(arrays: Arrays, note: Mapping[str, Any]) -> tuple[bytes, int]:
    """The head of the file, and the size of the whole."""
    rows = [
        {"name": k, "dtype": a.dtype.str, "shape": list(a.shape), "bytes": a.nbytes, "at": 10**12}
        for k, a in arrays.items()
    ]
    text = {"arrays": rows, "note": dict(note), "bytes": 10**12}
    room = len(json.dumps(text)) + 64  # the places are filled in below and only get shorter
    at = len(MAGIC) + 8 + room
    for row in rows:
        at += -at % ALIGN
        row["at"] = at
        at += int(str(row["bytes"]))
    text["bytes"] = at
    return MAGIC + room.to_bytes(8, "little") + json.dumps(text).ljust(room).encode(), at


def refused(folder: Path, error: OSError) -> LayerError:
    """The sentence for a folder that cannot be written."""
    return LayerError([_not_written(folder, error)])


def _not_written(folder: Path, error: OSError) -> Sentence:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return both(
            f"{folder}: the disk is full, so the computed times cannot be kept; make room or name another folder "
            "with --cache or JIUJIN_CACHE",
            f"{folder}：磁盘已满，无法保存计算结果；请清理空间，或用 --cache 或 JIUJIN_CACHE 指定其他文件夹",
        )
    return both(
        f"{folder}: cannot be written ({error.strerror}); name another folder with --cache or JIUJIN_CACHE",
        f"{folder}：无法写入（{error.strerror}）；请用 --cache 或 JIUJIN_CACHE 指定其他文件夹",
    )


_MEMORY: dict[str, dict[str, npt.NDArray[Any]]] = {}
_MEMORY_BYTES: Final = 400_000_000
_MEMORY_LOCK: Final = Lock()


def kept(
    folder: Path | None, parts: Iterable[Any], compute: Callable[[], dict[str, npt.NDArray[Any]]]
) -> dict[str, npt.NDArray[Any]]:
    """Arrays computed once for equal parts: taken from memory, from the folder, or computed and kept in both.

    The arrays are read-only; several threads may ask.

    Raises:
        LayerError: when the folder cannot be written.
    """
    key = digest(parts)
    with _MEMORY_LOCK:
        arrays = _MEMORY.get(key)
    if arrays is not None:
        if folder and not (folder / f"{key}.arrays").is_file():
            write_arrays(folder, key, arrays)  # computed before this folder was named
        return arrays
    found = read_arrays(folder, key) if folder else None
    arrays = found[0] if found else compute()
    for array in arrays.values():
        array.setflags(write=False)
    if folder and not found:
        write_arrays(folder, key, arrays)
    with _MEMORY_LOCK:
        _MEMORY[key] = arrays
        while len(_MEMORY) > 1 and sum(a.nbytes for v in _MEMORY.values() for a in v.values()) > _MEMORY_BYTES:
            _MEMORY.pop(next(iter(_MEMORY)))
    return arrays
