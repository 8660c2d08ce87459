"""The user's own files as plain values for a screen: choices, headings, reading, and what is taken.

Nothing here keeps anything: bytes of files come in and are gone, and of people only counts and places go out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd

from geodata import LayerError
from geodata.coordinates import SYSTEMS
from geodata.errors import both, in_language
from geodata.gazetteer import open_gazetteer, read_answers
from geodata.layers import Column, LayerReport, Reading, layers
from geodata.layers.changes import Changes, changes_between
from geodata.layers.columns import IGNORED, recognise
from geodata.register import ephemeral_key
from planning.faults import PlanningError
from planning.study_area import StudyArea
from planning.texts import text
from planning.uploads import read_upload
from planning.workbooks import write_quality, write_template

FAULTY: Final = (LayerError, PlanningError)
"""What reading and building raise; each carries `faults`, sentences in both languages."""
FILE_LAYERS: Final = ("residents", "institutions", "candidates")
FILE_TYPES: Final = ("csv", "xlsx", "xls", "txt", "gpkg", "geojson", "zip", "parquet")
UNUSED: Final = "-"  # in place of a field: this column is not read
_WORKBOOKS: Final = (".xlsx", ".xls")


@dataclass(frozen=True)
class Asked:
    """How a person asks for a file to be read; equal for equal questions.

    Attributes:
        layer: one of `FILE_LAYERS`.
        county: code of the county that the whole file is about, or "".
        system: a key of `geodata.coordinates.SYSTEMS`.
        cut_off: the day that the list speaks of.
        swap: longitude and latitude are the wrong way round.
        sheet: of a workbook; "" for the first with a table.
        columns: pairs of field and heading, as `Reading.columns`.
    """

    layer: str
    cut_off: date
    county: str = ""
    system: str = "wgs84"
    swap: bool = False
    sheet: str = ""
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Checked:
    """A file as read, waiting to be taken or left: by whom it was asked for, and the places answered so far."""

    file_id: str
    asked: Asked
    report: LayerReport
    answers: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Adopted:
    """A file that is taken: its accepted rows and counts, nothing of a person."""

    report: LayerReport
    cut_off: date

    @property
    def persons(self) -> int:
        """Persons of the accepted rows; of sites, the sites."""
        rows = self.report.accepted
        return int(pd.to_numeric(rows["persons"]).sum()) if "persons" in rows else len(rows)

    @property
    def counties(self) -> set[str]:
        """Codes of the counties that accepted rows name."""
        rows = self.report.accepted
        return set(rows["county_code"].astype(str)) - {""} if "county_code" in rows else set()


# --- choices -------------------------------------------------------------------------------------------


def layer_titles(language: str) -> dict[str, str]:
    """The layers that a file may be: key → name."""
    return {key: in_language(layers()[key].title, language) for key in FILE_LAYERS}


def county_choices(area: StudyArea, language: str) -> dict[str, str]:
    """Counties: code → name."""
    rows = area.data.counties
    names = rows["name_zh" if language == "zh" else "name_en"]
    return dict(zip(rows["county_code"].astype(str), names.astype(str), strict=True))


def system_choices(language: str) -> dict[str, str]:
    """Coordinate systems: key → what it is."""
    return {key: in_language(title, language).split("；")[0].split("，")[0] for key, title in SYSTEMS.items()}


def field_choices(layer: str, language: str) -> dict[str, str]:
    """What a column may be: key → heading, beginning with nothing."""
    fields = layers()[layer].fields
    return {UNUSED: text("unused", language), **{f.key: in_language(f.heading, language) for f in fields}}


def has_sheets(name: str) -> bool:
    """Whether a file is a workbook, by its name."""
    return name.lower().endswith(_WORKBOOKS)


def template_bytes(layer: str, language: str) -> bytes:
    """The template of a layer as an Excel file."""
    with TemporaryDirectory(prefix="jiujin-") as work:
        path = Path(work) / "template.xlsx"
        write_template(layer, path, language)
        return path.read_bytes()


# --- headings ------------------------------------------------------------------------------------------


def mapping_rows(columns: Sequence[Column], language: str) -> list[dict[str, str]]:
    """Every heading of a file: the field it is taken for (`UNUSED` for none), how that was seen, what becomes of it."""
    return [
        {
            "heading": c.heading,
            "field": c.field or UNUSED,
            "how": text(f"how_{c.how}", language),
            "kept": text("deleted" if not c.kept else "kept" if c.field else "left_aside", language),
        }
        for c in columns
    ]


def columns_given(columns: Sequence[Column], chosen: Sequence[str], layer: str) -> tuple[tuple[str, str], ...]:
    """What `Reading.columns` must say so that every heading is what a person chose; nothing where nothing changed.

    Args:
        columns: as recognised.
        chosen: a field (or `UNUSED`) for each of them.

    Raises:
        PlanningError: for a field that two headings were given.
        LayerError: for names or numbers of persons that would be kept as something else.
    """
    wanted = {c.heading: "" if key == UNUSED else key for c, key in zip(columns, chosen, strict=True)}
    if all(wanted[c.heading] == c.field for c in columns):
        return ()
    _require_single(wanted, layer)
    headings = [c.heading for c in columns]
    unused = {f.key: IGNORED for f in layers()[layer].fields if f.key not in wanted.values()}
    changed = {key: h for h, key in wanted.items() if key and key != {c.heading: c.field for c in columns}[h]}
    every = {key: h for h, key in wanted.items() if key}
    for given in (changed, every):
        seen = recognise(headings, layers()[layer], {**given, **unused})
        if all(wanted[c.heading] == c.field for c in seen):
            break
    return tuple(sorted({**given, **unused}.items()))


def _require_single(wanted: Mapping[str, str], layer: str) -> None:
    fields = [key for key in wanted.values() if key]
    twice = sorted({key for key in fields if fields.count(key) > 1})
    if twice:
        raise PlanningError([_twice(layer, key, [h for h, k in wanted.items() if k == key]) for key in twice])


def _twice(layer: str, key: str, headings: Sequence[str]) -> str:
    heading = next(f.heading for f in layers()[layer].fields if f.key == key)
    return both(
        f"{heading}: several columns are taken for it ({', '.join(headings)}); keep one",
        f"“{heading.zh}”对应了多列（{'、'.join(headings)}）；请只保留一列",
    )


def missing(chosen: Sequence[str], layer: str, language: str) -> list[str]:
    """What the layer needs and no column is taken for."""
    one = layers()[layer]
    lacking = [group for group in one.needed if not set(group) & set(chosen)]
    told = [
        text("need_place", language)
        if group[0] in ("lon", "lat")
        else text("or", language).join(in_language(f.heading, language) for k in group if (f := one.field(k)))
        for group in lacking
    ]
    return list(dict.fromkeys(told))


# --- reading -------------------------------------------------------------------------------------------


@cache
def _key() -> bytes:
    """Of this process, kept nowhere: with it a person in two lists is one person, and nobody can be looked up later."""
    return ephemeral_key()


def reading_of(asked: Asked, area: StudyArea, answers: pd.DataFrame | None = None) -> Reading:
    """How to read, as a person asked; an offset of all points is looked for on the roads of the area."""
    return Reading(
        columns=dict(asked.columns),
        system=asked.system,
        swap=asked.swap,
        sheet=asked.sheet or None,
        county=asked.county or None,
        answers=answers,
        key=_key() if asked.layer == "residents" else None,
        cut_off=asked.cut_off,
        roads=None if area.roads.straightened else area.roads,
    )


def checked(
    file_id: str, name: str, content: bytes, asked: Asked, area: StudyArea, answers: pd.DataFrame | None = None
) -> Checked:
    """A file read and checked.

    Raises:
        LayerError: when it cannot be read.
    """
    report = read_upload(name, content, asked.layer, reading_of(asked, area, answers))
    return Checked(file_id, asked, report, answers)


def adopted(one: Checked) -> Adopted:
    """What is kept of a file that is taken: the columns the tool knows, numbers of rows; of other columns nothing."""
    report = one.report
    strange = [column.heading for column in report.columns if not column.field]
    return Adopted(
        replace(
            report,
            accepted=report.accepted.drop(columns=strange, errors="ignore"),
            rejected=report.rejected[["row", "reasons"]],
            columns=tuple(column for column in report.columns if column.field and column.kept),
            review=None,
            shift=None,
        ),
        one.asked.cut_off,
    )


def quality_bytes(report: LayerReport, language: str) -> bytes:
    """The quality report as an Excel file."""
    with TemporaryDirectory(prefix="jiujin-") as work:
        path = Path(work) / "report.xlsx"
        write_quality([report], path, language)
        return path.read_bytes()


def changes_of(old: tuple[str, bytes], new: tuple[str, bytes], asked: Asked, area: StudyArea) -> Changes:
    """What changed from one version of a file (name, bytes) to the next.

    Raises:
        LayerError: when one cannot be read, or nothing joins the two.
    """
    reading = replace(reading_of(asked, area), roads=None)
    before, after = (read_upload(name, content, asked.layer, reading) for name, content in (old, new))
    return changes_between(before, after)


def answers_of(one: Checked, codes: Sequence[str | None]) -> pd.DataFrame | None:
    """The answers given so far and those of a filled-in list, in the order of `review_rows`.

    Raises:
        LayerError: for a code that no county, township or village has.
    """
    review = one.report.review
    if review is None:
        return one.answers
    new = read_answers(review.assign(code=[code or "" for code in codes]), open_gazetteer())
    both_lists = [table for table in (one.answers, new) if table is not None and len(table)]
    return pd.concat(both_lists, ignore_index=True).drop_duplicates("place", keep="last") if both_lists else None


# --- files that are taken ------------------------------------------------------------------------------


def adopted_sentence(one: Adopted, language: str) -> str:
    """A file that is taken, as one line."""
    report = one.report
    title = in_language(layers()[report.layer].title, language)
    numbers = (len(report.accepted), one.persons, len(report.rejected), one.cut_off)
    key = "adopted_people" if report.layer == "residents" else "adopted_sites"
    return text("adopted_line", language).format(title, report.file, text(key, language).format(*numbers))


def counted_twice(registers: Sequence[Adopted], names: Mapping[str, str]) -> list[str]:
    """Counties of which more than one register speaks."""
    told = [code for one in registers for code in one.counties]
    return [names.get(code, code) for code in sorted({code for code in told if told.count(code) > 1})]


def adopted_with(files: Mapping[str, Sequence[Adopted]], one: Adopted) -> dict[str, tuple[Adopted, ...]]:
    """The files with one more: a register stands beside others of other names, a list of sites takes the place."""
    layer, name = one.report.layer, one.report.file
    beside = [a for a in files.get(layer, ()) if layer == "residents" and a.report.file != name]
    return {**{key: tuple(value) for key, value in files.items()}, layer: (*beside, one)}
