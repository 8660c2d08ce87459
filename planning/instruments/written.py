"""A result as files and words: CSV for Chinese Excel, one JSON object, a table in one language."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from geodata.errors import both, in_language
from planning.faults import PlanningError
from planning.instruments.result import InstrumentResult
from planning.tabular import plain, write_csv


def write_result(found: InstrumentResult, folder: Path) -> None:
    """`<table>.csv` for each table and `sources.csv`, for Chinese Excel; text that looks like a formula stays text.

    All are written beside their places first, so that a full disk leaves no half a file.

    Raises:
        PlanningError: when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".writing-") as work:
            for name, table in {**found.tables, "sources": found.sources()}.items():
                write_csv(table, Path(work) / f"{name}.csv")
            for file in sorted(Path(work).iterdir()):
                file.replace(folder / file.name)
    except OSError as error:
        why = error.strerror or str(error)
        fault = both(
            f"{folder}: cannot be written ({why}); close its files, or name another folder",
            f"{folder}：无法写入（{why}）；请关闭其中打开的文件或换一个文件夹",
        )
        raise PlanningError([fault]) from error


def record(found: InstrumentResult, language: str) -> dict[str, Any]:
    """A result as `--json` prints it."""
    return {
        "instrument": found.name,
        "totals": {key: plain(value) for key, value in found.totals.items()},
        "sentences": [in_language(sentence, language) for sentence in found.said()],
        "denominator": in_language(found.denominator, language),
        "base": in_language(found.base, language),
        "modelled": found.modelled,
        "figures": [vars(figure) for figure in found.figures],
        "tables": {name: json.loads(table.to_json(orient="records")) for name, table in found.tables.items()},
    }


def shown(table: pd.DataFrame, language: str) -> str:
    """A table in one language."""
    other = "en" if language == "zh" else "zh"
    kept = table[[c for c in table if not (c == other or str(c).endswith(f"_{other}"))]]
    return str(kept.astype("object").where(kept.notna(), "").to_string(index=False))
