"""Excel workbooks for people: templates, quality reports, compared lists. Text is always written as text."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
import xlsxwriter

from geodata.errors import both, in_language
from geodata.layers import Fault, Field, Layer, LayerReport, layers, reasons_in
from geodata.layers.rules import KEYS, first_words
from geodata.register import CONFLICTS, ListComparison
from planning.faults import PlanningError
from planning.texts import text

ROWS_NAMED: Final = 200  # row numbers that one line of the report names
_PLAIN: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_CREATED: Final = {"created": date(2026, 1, 1)}  # the same file gives the same bytes
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_LISTS: Final = {
    "category": ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"), "grade": ("一级", "二级", "三级", "四级"),
}  # fmt: skip
REVIEW_SHEET: Final = both("places", "地名核对")
REVIEW_COLUMNS: Final = {
    "place": both("place", "地名"), "rows": both("rows", "行数"), "first_row": both("first row", "首行"),
    "reason": both("why", "原因"), "candidates": both("could be", "可能是"),
    "code": both("fill in: code of the unit", "请填：单位代码"), "asked": both("name in question", "待定名称"),
    "asked_level": both("level", "级别"),
}  # fmt: skip
"""Columns of the list of places, by the names that `review_list` gives them."""


def write_template(layer: str, path: Path, language: str = "zh") -> None:
    """An empty workbook for a layer: headings with one example row, and a sheet that explains every column.

    The example row is recognised and left out when the workbook is read.

    Raises:
        PlanningError: for a layer without a template, or a file that cannot be written.
    """
    one = layers()[layer]
    if not one.template:
        fault = both(
            f"layer '{layer}' is made of shapes and has no template; there are templates of {', '.join(_templated())}",
            f"图层“{layer}”由图形组成，没有模板；有模板的是 {'、'.join(_templated())}",
        )
        raise PlanningError([fault])
    fields = [f for key in one.template if (f := one.field(key))]

    def fill(book: Any) -> None:
        _form(book, fields, language)
        _explained(book, one, fields, language)

    _written(path, fill)


def _templated() -> list[str]:
    return [key for key, layer in layers().items() if layer.template]


def _form(book: Any, fields: Sequence[Field], language: str) -> None:
    """The sheet to fill in."""
    sheet = book.add_worksheet(text("sheet_form", language))
    head, example = _head(book), book.add_format({**_FONT, "font_color": "#7a7a7a", "italic": True, "num_format": "@"})
    cell = book.add_format({**_FONT, "num_format": "@"})
    for i, field in enumerate(fields):
        heading = in_language(field.heading, language)
        sheet.set_column(i, i, max(11, 2.2 * len(heading), 1.3 * len(field.example)), cell)
        sheet.write_string(0, i, heading, head)
        sheet.write_string(1, i, field.example, example)
        sheet.write_comment(0, i, in_language(field.explained, language))
        choices = _choices(field)
        if choices:
            sheet.data_validation(
                1, i, 5000, i, {"validate": "list", "source": list(choices), "error_type": "information"}
            )
    sheet.freeze_panes(1, 0)


def _choices(field: Field) -> tuple[str, ...]:
    """What a cell can be, for the list in the cell."""
    if field.kind == "flag":
        return "是", "否"
    if field.key in _LISTS:
        return _LISTS[field.key]
    first = first_words(field.key)
    return tuple(first[key] for key in KEYS[field.key]) if first and field.key != "status" else ()


def _explained(book: Any, layer: Layer, fields: Sequence[Field], language: str) -> None:
    """The sheet that says what every column is for."""
    rows = [
        (
            in_language(f.heading, language),
            text("needed" if any(f.key in g for g in layer.needed) else "optional", language),
            in_language(f.explained, language),
            f.example,
        )
        for f in fields
    ]
    names = [text(k, language) for k in ("column", "duty", "explained", "example")]
    _table(book, text("sheet_explained", language), pd.DataFrame(rows, columns=names), [22, 14, 90, 26])


def write_quality(reports: Sequence[LayerReport], path: Path, language: str = "zh") -> None:
    """The quality report of files as one workbook to send back: counts, everything found, rows returned, places.

    Raises:
        PlanningError: when the file cannot be written.
    """

    def fill(book: Any) -> None:
        _table(book, text("sheet_summary", language), summary_table(reports, language), [30, 16, 14, 12, 12, 12, 12])
        _table(book, text("sheet_found", language), found_table(reports, language), [24, 10, 40, 10, 46, 30, 60])
        places = [report.review for report in reports if report.review is not None and len(report.review)]
        if places:  # one list for all files: an answer holds wherever the place stands
            told = review_table(pd.concat(places), language)
            _table(book, in_language(REVIEW_SHEET, language), told, [36, 8, 8, 36, 60, 20, 14, 10])
        for number, report in enumerate(reports, 1):
            more = f" {number}" if len(reports) > 1 else ""
            if len(report.rejected):
                _table(book, text("sheet_returned", language) + more, returned_table(report, language), [8, 60])
            _table(book, text("sheet_columns", language) + more, columns_table(report, language), [30, 22, 16, 12])

    _written(path, fill)


def write_list_comparison(
    found: ListComparison, reports: tuple[LayerReport, LayerReport], path: Path, language: str = "zh"
) -> None:
    """Two compared lists as one workbook: counts, entered, left, changed, conflicts; rows by number, nobody named.

    Raises:
        PlanningError: when the file cannot be written.
    """
    counts = [
        (report.file, day.isoformat(), report.rows_read, len(report.rejected), *own.values())
        for report, day, own in zip(reports, found.dates, found.counts(), strict=True)
    ]
    heads = ("file", "cut_off", "rows_read", "rows_rejected", "left_or_entered", "changed", "same_rows", "conflicts",
             "repeated", "without_key")  # fmt: skip
    told = found.conflicts.assign(
        reason=[in_language(CONFLICTS[r], language) for r in found.conflicts["reason"]],
        list=[in_language(found.names[i], language) for i in found.conflicts["list"]],
    )

    def fill(book: Any) -> None:
        summary = pd.DataFrame(counts, columns=[text(k, language) for k in heads])
        _table(book, text("sheet_summary", language), summary, [28, *[14] * 9])
        for key, table in (
            ("entered", found.entered), ("left", found.left), ("changed", found.changed), ("conflicts", told),
        ):  # fmt: skip
            _table(book, text(key, language), table, [10, 10])

    _written(path, fill)


def review_table(places: pd.DataFrame, language: str) -> pd.DataFrame:
    """Places that need a person as a sheet: where, why, what it could be, and an empty column for the code."""
    names = {key: in_language(name, language) for key, name in REVIEW_COLUMNS.items()}
    table = places.rename(columns={"reason_zh" if language == "zh" else "reason_en": "reason"})
    return table[list(names)].rename(columns=names)


def review_frame(table: pd.DataFrame) -> pd.DataFrame:
    """A filled-in sheet of places under the names that `read_answers` knows."""
    keys = {word: key for key, name in REVIEW_COLUMNS.items() for word in (name.zh, str(name))}
    return table.rename(columns=keys)


def summary_table(reports: Sequence[LayerReport], language: str) -> pd.DataFrame:
    """A row a file: read, accepted, corrected, asked about, rejected."""
    rows = [
        (r.file, in_language(layers()[r.layer].title, language), r.encoding, r.rows_read, len(r.accepted),
         _count(r.corrections), _count(r.questions), len(r.rejected))
        for r in reports
    ]  # fmt: skip
    keys = ("file", "layer", "encoding", "rows_read", "rows_accepted", "rows_corrected", "rows_asked", "rows_rejected")
    return pd.DataFrame(rows, columns=[text(k, language) for k in keys])


def _count(faults: Sequence[Fault]) -> int:
    return len({row for fault in faults for row in fault.rows})


def found_table(reports: Sequence[LayerReport], language: str) -> pd.DataFrame:
    """Everything found, a row a rule: what happened to the rows, how many, which, an example, what to do."""
    rows = [
        (r.file, text(effect, language), in_language(f.rule, language), len(f.rows), _rows_named(f), f.example,
         in_language(f.advice, language))
        for r in reports
        for effect, faults in (("rejected", r.faults), ("asked", r.questions), ("corrected", r.corrections))
        for f in faults
    ]  # fmt: skip
    keys = ("file", "effect", "rule", "rows", "row_numbers", "example", "advice")
    return pd.DataFrame(rows, columns=[text(k, language) for k in keys])


def _rows_named(fault: Fault) -> str:
    more = " …" if len(fault.rows) > ROWS_NAMED else ""
    return ", ".join(map(str, fault.rows[:ROWS_NAMED])) + more


def returned_table(report: LayerReport, language: str) -> pd.DataFrame:
    """The rejected rows: number and reasons first, then the cells as in the file; of people nothing more."""
    rows = reasons_in(report, language)
    ahead = ["row", "reasons"]
    names = {c: in_language(layers()[report.layer].heading(c), language) for c in rows.columns if c not in ahead}
    table = rows[[*ahead, *(c for c in rows.columns if c not in ahead)]].rename(columns=names)
    return table.rename(columns={k: text(k, language) for k in ahead})


def columns_table(report: LayerReport, language: str) -> pd.DataFrame:
    """What every heading was taken for."""
    layer = layers()[report.layer]
    rows = [
        (c.heading, in_language(layer.heading(c.field), language) if c.field else "", text(f"how_{c.how}", language),
         text("kept" if c.kept else "dropped", language))
        for c in report.columns
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[text(k, language) for k in ("heading", "field", "how", "kept_or_dropped")])


# --- writing -------------------------------------------------------------------------------------------


def _head(book: Any) -> Any:
    return book.add_format(
        {**_FONT, "bold": True, "bg_color": "#dcecf2", "border": 1, "border_color": "#b8ccd4", "text_wrap": True}
    )


def _table(book: Any, name: str, table: pd.DataFrame, widths: Sequence[float]) -> None:
    """A sheet with one table."""
    sheet = book.add_worksheet(name)
    head, wide = _head(book), book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
    for i, column in enumerate(table.columns):
        sheet.set_column(i, i, widths[i] if i < len(widths) else 16, wide)
        sheet.write_string(0, i, str(column), head)
    for r, row in enumerate(table.itertuples(index=False), 1):
        for c, value in enumerate(row):
            _cell(sheet, r, c, value)
    sheet.freeze_panes(1, 0)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value is pd.NA or value != value:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif hasattr(value, "item"):
        _cell(sheet, row, column, value.item())
    else:
        sheet.write_string(row, column, str(value)[:32_000])


def _written(path: Path, fill: Any) -> None:
    """Write beside the file and move into its place, so that nothing is half-written."""
    beside = path.with_name(f".{path.name}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book = xlsxwriter.Workbook(str(beside), _PLAIN)
        book.set_properties(_CREATED)
        fill(book)
        book.close()
        beside.replace(path)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        beside.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or type(error).__name__
        fault = both(
            f"{path}: cannot be written ({why}); close it where it is open and try again",
            f"{path}：无法写入（{why}）；如已打开请先关闭",
        )
        raise PlanningError([fault]) from None
