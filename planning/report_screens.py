"""What was found in a file as plain values for a screen: counts, precision, findings, rows, places to check."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from geodata.errors import in_language
from geodata.layers import LayerReport
from geodata.layers.changes import Changes
from planning.area_demand import PRECISIONS
from planning.file_screens import field_choices
from planning.shift_picture import shift_picture
from planning.study_area import StudyArea
from planning.texts import text
from planning.workbooks import returned_table

ROWS_SHOWN: Final = 8  # numbers of rows on the screen; the report has more


def counts(report: LayerReport, language: str) -> list[tuple[str, int]]:
    """The numbers to look at first: rows read, accepted, of these corrected and asked about, returned."""
    touched = [len({row for f in faults for row in f.rows}) for faults in (report.corrections, report.questions)]
    numbers = (report.rows_read, len(report.accepted), *touched, len(report.rejected))
    keys = ("rows_read", "rows_accepted", "rows_corrected", "rows_asked", "rows_rejected")
    return [(text(key, language), number) for key, number in zip(keys, numbers, strict=True)]


def precision_sentence(report: LayerReport, language: str) -> str:
    """How surely the accepted rows are placed, as one line; empty where the layer has no places."""
    if "precision" not in report.accepted:
        return ""
    found = report.accepted["precision"].value_counts()
    parts = [f"{text(f'precision_{p}', language)} {int(found.get(p, 0)):,}" for p in PRECISIONS]
    nowhere = len(report.accepted) - sum(int(found.get(p, 0)) for p in PRECISIONS)
    parts += [f"{text('placed_nowhere', language)} {nowhere:,}"] if nowhere else []
    return text("precision", language).format(" · ".join(parts))


def file_sentences(report: LayerReport, language: str) -> list[str]:
    """What was noticed about the file as a whole: its encoding or kind, then every note."""
    about = [text("encoding_is", language).format(report.encoding)] if report.encoding else []
    return [*about, *(in_language(note, language) for note in report.notes)]


def found_rows(report: LayerReport, language: str) -> list[dict[str, str]]:
    """Everything found, a row a rule; without the column of examples where there is none to show."""
    groups = (("rejected", report.faults), ("asked", report.questions), ("corrected", report.corrections))
    found = [(effect, fault) for effect, faults in groups for fault in faults]
    keys = ("effect", "rule", "rows", "row_numbers", "example", "advice")
    hidden = () if any(fault.example for _, fault in found) else ("example",)
    rows = [
        (text(effect, language), in_language(f.rule, language), f"{len(f.rows):,}", _first_rows(f.rows), f.example,
         in_language(f.advice, language))
        for effect, f in found
    ]  # fmt: skip
    return [{text(k, language): v for k, v in zip(keys, row, strict=True) if k not in hidden} for row in rows]


def _first_rows(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:ROWS_SHOWN])) + (" …" if len(rows) > ROWS_SHOWN else "")


def returned_rows(report: LayerReport, language: str) -> pd.DataFrame:
    """The rejected rows with their reasons as text; of people nothing more than the number of the row."""
    table = returned_table(report, language)
    cells = table.astype(object).where(table.notna(), "").astype(str)
    cells.columns = _different(list(map(str, table.columns)))
    return cells


def returned_records(report: LayerReport, language: str) -> list[dict[str, str]]:
    """The same as plain rows for a table of the page."""
    return [{str(k): str(v) for k, v in row.items()} for row in returned_rows(report, language).to_dict("records")]


def _different(names: list[str]) -> list[str]:
    """Names of columns, those that stand there twice told apart: a file may have a column called like one of ours."""
    return [f"{name} ({names[:i].count(name) + 1})" if name in names[:i] else name for i, name in enumerate(names)]


def review_rows(report: LayerReport, language: str) -> list[dict[str, Any]]:
    """Places that need a person: place, how many rows, why, candidates, and an empty code."""
    if report.review is None:
        return []
    return [
        {
            "place": row["place"],
            "rows": int(row["rows"]),
            "reason": row["reason_zh" if language == "zh" else "reason_en"],
            "candidates": row["candidates"],
            "code": "",
        }
        for row in report.review.to_dict("records")
    ]


def shift_sentence(report: LayerReport, language: str) -> str:
    """The suspicion that the points are in another coordinate system; empty where there is none."""
    if report.shift is None:
        return ""
    stop = "；" if language == "zh" else "; "
    return f"{in_language(report.shift.told(), language)}{stop}{text('convert_below', language)}"


def shift_numbers(report: LayerReport, language: str) -> list[tuple[str, str]]:
    """Offset, and metres to the nearest road before and after; empty where nothing is suspected."""
    if report.shift is None:
        return []
    s = report.shift
    metres = (("offset", s.offset_m), ("road_before", s.distance_before_m), ("road_after", s.distance_after_m))
    return [(text(key, language), text("metres", language).format(value)) for key, value in metres]


def shift_svg(report: LayerReport, area: StudyArea) -> str:
    """The points before and after the conversion on the roads of the area, as SVG; empty where none is suspected."""
    return shift_picture(report.shift, area.roads) if report.shift is not None else ""


def changes_sentence(changes: Changes, layer: str, language: str) -> str:
    """What changed since the last version, with the columns by their headings."""
    told = text("changes_told", language).format(changes.added, changes.removed, changes.changed, changes.same)
    names = field_choices(layer, language)
    parts = [f"{names.get(key, key)} {n:,}" for key, n in changes.columns]
    return told + (text("changes_columns", language).format(" · ".join(parts)) if parts else "")
