"""Figures: numbers that carry their unit, mark and source, read from TOML tables."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MARKS = ("S", "D", "V", "J")


@dataclass(frozen=True)
class Figure:
    """One number.

    Attributes:
        key: its name in files and scenarios.
        mark: S published source, D derived from S, V recalled and to be verified, J judgement.
        zh, en: what it is, in Chinese and English.
    """

    key: str
    value: float
    unit: str
    mark: str
    source: str
    zh: str
    en: str


def read_figures(path: Path) -> tuple[Figure, ...]:
    """The rows of one of the product's own tables, in the order of the file."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Figure(key=key, **row) for key, row in rows.items())


def changed(figures: Iterable[Figure], values: Mapping[str, float]) -> tuple[Figure, ...]:
    """The same rows with other values; a changed row is marked J and names its former value.

    Values without a row (speeds that name a class and a surface) are added at the end, marked J.
    """

    def row(old: Figure) -> Figure:
        if old.key not in values or values[old.key] == old.value:
            return old
        source = f"set in the scenario; the default is {old.value:g} [{old.mark}] ({old.source})"
        return Figure(old.key, float(values[old.key]), old.unit, "J", source, old.zh, old.en)

    rows = tuple(row(r) for r in figures)
    new = sorted(set(values) - {r.key for r in rows})
    return rows + tuple(Figure(k, float(values[k]), "km/h", "J", "set in the scenario", k, k) for k in new)
