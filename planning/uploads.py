"""Files that come through the browser: read like any other, and nothing of them stays on disk."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Final

from geodata.layers import Column, LayerReport, Reading, headings, read_layer

_HARMLESS: Final = re.compile(r"[^\w.\-（）() ]")


def safe_name(name: str) -> str:
    """A file name from outside without folders and odd characters; its ending stays."""
    base = _HARMLESS.sub("_", PureWindowsPath(name).name).strip(". ") or "upload"
    return base[-120:]


def shown_name(name: str) -> str:
    """A file name from outside as it is told: as written, without folders and what cannot be printed."""
    return "".join(c for c in PureWindowsPath(name).name if c.isprintable())[-120:] or safe_name(name)


@contextmanager
def _kept_for_a_moment(name: str, content: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="jiujin-") as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(content)
        yield path


def upload_columns(name: str, content: bytes, layer: str, reading: Reading) -> tuple[Column, ...]:
    """What every heading of an uploaded file would be taken for.

    Raises:
        LayerError: when it cannot be read.
    """
    with _kept_for_a_moment(name, content) as path:
        return headings(path, layer, reading)


def read_upload(name: str, content: bytes, layer: str, reading: Reading) -> LayerReport:
    """An uploaded file as a layer; the file itself is gone afterwards.

    Raises:
        LayerError: when it cannot be read.
    """
    with _kept_for_a_moment(name, content) as path:
        return replace(read_layer(path, layer, reading), file=shown_name(name))
