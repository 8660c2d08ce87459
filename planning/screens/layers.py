"""What plans rest on as plain tables: layers, institutions, assumed values, each with its source and mark."""

from typing import Any, Final

import pandas as pd

from planning.assumptions import Assumptions
from planning.screens.plans import assumption_rows, institution_rows
from planning.screens.tables import Table, table_of
from planning.study_area import StudyArea
from planning.texts import TEXTS, text

_FRAMES: Final = {"demand_cells": "cells"}  # layers whose table has another name
_JUDGED: Final = ("mark", "quality")  # columns that say how far a row can be trusted


def layers_table(area: StudyArea, language: str) -> Table:
    """Every layer with its rows, source, licence and caveat."""
    rows = [
        {
            text("files_layer", language): _told("title", one, language),
            text("files_rows", language): len(frame) if (frame := _frame(area, one["name"])) is not None else "—",
            text("sources", language): "; ".join(s["title"] for s in one["sources"]),
            text("licence", language): "; ".join(licence["title"] for licence in one["licenses"]),
            text("files_version", language): str(one.get("version", "") or "—"),
            text("caveat", language): _told("caveat", one, language),
        }
        for one in area.data.package["resources"]
    ]
    return table_of(text("files_layers_count", language).format(len(rows)), rows)


def quality_table(area: StudyArea, language: str) -> Table:
    """How many rows of each layer bear which mark."""
    rows = [
        {
            text("files_layer", language): _told("title", one, language),
            text("files_marks", language): text_or(f"files_{mark}", str(mark), language),
            text("files_rows", language): int(count),
        }
        for one in area.data.package["resources"]
        if (frame := _frame(area, one["name"])) is not None
        for column in _JUDGED
        if column in frame
        for mark, count in frame[column].value_counts().items()
    ]
    return table_of(text("files_marks_count", language), rows)


def values_table(assumptions: Assumptions, language: str) -> Table:
    """Every assumed value, exactly as it stands, with unit, mark and source."""
    value, unit = text("value", language), text("unit", language)
    rows = [
        {
            **row,
            value: f"{row[value]:,.6f}".rstrip("0").rstrip("."),
            unit: text_or(f"files_unit_{row[unit]}", str(row[unit]), language),
        }
        for row in assumption_rows(assumptions, language)
    ]
    return table_of(text("files_values_count", language).format(len(rows)), rows)


def institutions_table(area: StudyArea, language: str) -> Table:
    """Every institution with its mark and source."""
    rows = institution_rows(area, language)
    return table_of(text("files_institutions_count", language).format(len(rows)), rows)


def _told(part: str, layer: dict[str, Any], language: str) -> str:
    """Title or caveat of a layer in the language; as its package has it where there is no other."""
    own = str(layer.get(part, "") or "—")
    return text_or(f"files_{part}_{layer['name']}", own, language) if _is_shipped(layer) else own


def _is_shipped(layer: dict[str, Any]) -> bool:
    """Whether a layer is the embedded one: a layer of the user's own may bear the same name."""
    return layer.get("version") is not None and layer.get("hash") is not None and layer["name"] in _shipped_names()


def _shipped_names() -> set[str]:
    return {key.removeprefix("files_title_") for key in TEXTS if key.startswith("files_title_")}


def text_or(key: str, usual: str, language: str) -> str:
    """A text, or the usual words where there is none for this key and language."""
    return (text(key, language) if key in TEXTS else "") or usual


def _frame(area: StudyArea, layer: str) -> pd.DataFrame | None:
    """The table of a layer; None where it has none."""
    found = getattr(area.data, _FRAMES.get(layer, layer), None)
    return found if isinstance(found, pd.DataFrame) else None
