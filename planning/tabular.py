"""Tables and numbers as they stand in files: CSV that Chinese Excel opens, JSON without what JSON does not know."""

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

CSV_ENCODING: Final = "utf-8-sig"  # so that Excel shows Chinese
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that Excel would run as a formula."""


def plain(value: Any) -> Any:
    """A number for JSON: no numpy, no nan, no infinity."""
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A CSV file that Chinese Excel opens."""
    path.write_text(csv_text(table), encoding=CSV_ENCODING, newline="\n")


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV; text that Excel would run as a formula is written as text."""
    safe = table.rename(columns=_as_text)
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(t) for t in safe.dtypes]]:
        safe[column] = [_as_text(v) for v in safe[column]]
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _as_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
