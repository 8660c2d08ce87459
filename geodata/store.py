"""Computed arrays kept on disk under the digest of everything they were computed from.

One file a key: a JSON header and the raw arrays, mapped into memory when read, so that a warm read copies nothing
and several processes share one copy. A file is complete or it is not there.
"""

import errno
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerError, Sentence, both

Arrays = Mapping[str, npt.NDArray[Any]]
MAGIC: Final = b"jiujin01"
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
    found = blake2b(digest_size=16)
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
    except (OSError, ValueError, KeyError):
        return None
    arrays = {}
    for row in header["arrays"]:
        raw = whole[row["at"] : row["at"] + row["bytes"]]
        arrays[row["name"]] = np.asarray(raw).view(row["dtype"]).reshape(row["shape"])
    return arrays, header["note"]


def write_arrays(folder: Path, key: str, arrays: Arrays, note: Mapping[str, Any] | None = None) -> None:
    """Keep arrays under a key; the file appears when it is whole.

    Raises:
        LayerError: when the folder cannot be written or its disk is full; nothing stays behind.
    """
    header, total = _header(arrays, note or {})
    temporary: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as file:
            temporary = file.name
            file.write(header)
            for array in arrays.values():
                file.write(b"\0" * (-file.tell() % ALIGN))
                file.write(np.ascontiguousarray(array).data)
            file.write(b"\0" * (total - file.tell()))
        os.replace(temporary, folder / f"{key}.arrays")
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise refused(folder, error) from None


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


def kept(
    folder: Path | None, parts: Iterable[Any], compute: Callable[[], dict[str, npt.NDArray[Any]]]
) -> dict[str, npt.NDArray[Any]]:
    """Arrays computed once for equal parts: taken from memory, from the folder, or computed and kept in both.

    Raises:
        LayerError: when the folder cannot be written.
    """
    key = digest(parts)
    if key not in _MEMORY:
        found = read_arrays(folder, key) if folder else None
        arrays = found[0] if found else compute()
        if folder and not found:
            write_arrays(folder, key, arrays)
        _MEMORY[key] = arrays
        while len(_MEMORY) > 1 and sum(a.nbytes for v in _MEMORY.values() for a in v.values()) > _MEMORY_BYTES:
            _MEMORY.pop(next(iter(_MEMORY)))
    return _MEMORY[key]
