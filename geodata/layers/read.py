"""A layer file from the first byte to accepted and rejected rows: headings, cells, rules, places. Nothing is lost."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import points

from geodata.coordinates import CHINA, Box
from geodata.coordinates.shift import Shift, suspect_shift
from geodata.crs import STORED
from geodata.errors import LayerError, Sentence, both, in_language, prefixed
from geodata.files import FileTable, read_file
from geodata.findings import Finding, Mask
from geodata.gazetteer import Gazetteer
from geodata.layers.cells import clean
from geodata.layers.columns import Column, recognise
from geodata.layers.fields import Layer, layers
from geodata.layers.placing import placed
from geodata.layers.report import LayerReport, faults_of, reasons_of
from geodata.layers.rules import CHECKS, blank
from geodata.register import PERSONAL, PLACE, read_residents, without_numbers
from geodata.roads.network import RoadNetwork

_LONG_NUMBER: Final = re.compile(r"\d{11}")  # a phone or identity number is no id to keep
_WHOLE_POPULATION: Final = re.compile(
    r"(户籍|常住|总|全县|户口)人(口|数)|resident population|registered population", re.I
)


@dataclass(frozen=True, eq=False)
class Reading:
    """How a layer file is to be read; every default is what a file without surprises needs.

    Attributes:
        columns: field → heading, where the file's headings are not recognised; `""` for a field it does not have.
        system: coordinate system of the file, a key of `geodata.coordinates.SYSTEMS`.
        swap: put longitude and latitude right where they are swapped.
        sheet: of a workbook with several.
        box: west, south, east, north in degrees; what lies outside is rejected.
        outside: the rule to name then.
        gazetteer: of administrative units; the embedded one where None.
        county: the county that the whole file is about: name or 6-digit code.
        answers: the filled-in list of places that needed a person.
        own_points: `code`, `lon`, `lat` of villages and townships.
        key: secret for `person_key`, to join lists of people; none without one.
        cut_off: the day for which ages are computed.
        roads: to look for an offset of all points; None for no look.
        source: who made the file, to be named on maps; empty where nobody has said.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    system: str = "wgs84"
    swap: bool = False
    sheet: str | None = None
    box: Box = CHINA
    outside: Sentence | None = None
    gazetteer: Gazetteer | None = None
    county: str | None = None
    answers: Any = None
    own_points: pd.DataFrame | None = None
    key: bytes | None = None
    cut_off: date | None = None
    roads: RoadNetwork | None = None
    source: str = ""


def read_layer(path: str | Path, layer: str = "points", reading: Reading | None = None) -> LayerReport:
    """Read a layer file and check every row; each is either accepted or rejected with its reasons.

    Args:
        path: a spreadsheet, text table or file of shapes, see `geodata.files`.
        layer: a key of `geodata.layers.LAYERS`.
        reading: how; `Reading()` where None.

    Raises:
        LayerError: for what makes the whole file unreadable: no file, unknown layer or kind, missing columns.
    """
    path, reading = Path(path), reading or Reading()
    if layer not in layers():
        known = layers()
        fault = both(
            f"{path.name}: layer '{layer}' is not known; there is {', '.join(known)}",
            f"{path.name}：没有名为“{layer}”的图层；可用的有 {'、'.join(known)}",
        )
        raise LayerError([fault])
    try:
        return _read(path, layers()[layer], reading)
    except LayerError as error:
        raise LayerError([f if path.name in f else prefixed(path.name, f) for f in error.faults]) from None


def headings(path: Path, layer: str, reading: Reading | None = None) -> tuple[Column, ...]:
    """What every heading of a file would be taken for, without reading on.

    Raises:
        LayerError: when the file cannot be read, or a given column is not there.
    """
    reading = reading or Reading()
    frame = read_file(path, sheet=reading.sheet).frame
    return recognise([c for c in frame.columns if c != "geometry"], layers()[layer], reading.columns)


def _read(path: Path, layer: Layer, reading: Reading) -> LayerReport:
    file = read_file(path, sheet=reading.sheet, allow_empty=True)
    columns = recognise([c for c in file.frame.columns if c != "geometry"], layer, reading.columns)
    table = _fields(file.frame, columns, layer)
    _require(table, layer, columns)
    table, file = without_example(table.reset_index(drop=True), file, layer)
    table, cut = _without_persons(table, layer)
    written = table
    table, findings = clean(table, layer.private)
    findings += cut
    table, more, review = _checked(table, layer, reading)
    return _report(path, layer, reading, file, columns, (table, written), [*findings, *more], review)


def _fields(frame: pd.DataFrame, columns: tuple[Column, ...], layer: Layer) -> pd.DataFrame:
    """The columns under the names of their fields; what is not kept goes, but the register still reads its own."""
    dropped = [c.heading for c in columns if not c.kept and not (layer.private and c.field)]
    ours = {*(f.key for f in layer.fields), "row", "reasons", "geometry"}
    renamed = {c.heading: c.field or (f"{c.heading} (file)" if c.heading in ours else c.heading) for c in columns}
    return frame.drop(columns=dropped).rename(columns=renamed)


def _without_persons(table: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Finding]]:
    """Texts of sites without phone and identity numbers; a register has a stricter room of its own."""
    if layer.private:
        return table, []
    texts = [c for c in table.columns if (f := layer.field(c)) is None or f.kind == "text"]
    out, findings = table.copy(), []
    for column in texts:
        if column == "geometry" or column.endswith("code"):
            continue
        cells, cut = without_numbers(table[column])
        out[column] = cells.where(cells.astype(str).str.strip() != "", np.nan) if cut.any() else table[column]
        rule = both(f"a number of a person stood in column {column}", f"“{layer.heading(column).zh}”列中有个人号码")
        advice = both("it was cut out; take it out of the file too", "已删去；请在原文件中一并删去")
        findings += [Finding(rule, advice, cut, effect="ask")] if cut.any() else []
    return out, findings


def impersonal_cells(path: Path, layer: str) -> pd.DataFrame | None:
    """A file's cells as they are written, less what import drops of persons; None where there is nothing to drop."""
    frame = read_file(path, allow_empty=True).frame
    columns = recognise([c for c in frame.columns if c != "geometry"], layers()[layer])
    kept = [c.heading for c in columns if c.kept]
    cells, cut = _without_persons(pd.DataFrame(frame[kept]), layers()[layer])
    return cells if cut or len(kept) < len(columns) else None


def without_example(table: pd.DataFrame, file: FileTable, layer: Layer) -> tuple[pd.DataFrame, FileTable]:
    """The table without the template's example row, when somebody left it standing."""
    shown = {key: field.example for key in layer.template if (field := layer.field(key)) and field.example}
    if not shown or not set(shown) <= set(table.columns) or not len(table):
        return table, file  # not a filled-in template: a person may live where the example does
    others = [c for c in table.columns if c not in shown]
    example = np.logical_and.reduce(
        [*(table[key].eq(value).to_numpy(bool) for key, value in shown.items()), *(blank(table[c]) for c in others)]
    )
    if not example.any():
        return table, file
    rows = file.rows[example].tolist()
    note = both(
        f"row {', '.join(map(str, rows))} is the example of the template and was left out",
        f"第 {'、'.join(map(str, rows))} 行是模板的示例，已略过",
    )
    left = replace(file, frame=file.frame[~example], rows=file.rows[~example], notes=(*file.notes, note))
    return table[~example].reset_index(drop=True), left


def _require(table: pd.DataFrame, layer: Layer, columns: tuple[Column, ...]) -> None:
    """Raises LayerError for every group of columns of which the table has none."""
    unknown = [c.heading for c in columns if not c.field]
    missing = [group for group in layer.needed if not set(group) & set(table.columns)]
    if missing:
        raise LayerError([_missing(group, layer, unknown) for group in dict.fromkeys(missing)])


def _missing(group: tuple[str, ...], layer: Layer, unknown: Sequence[str]) -> Sentence:
    """What is missing, one column or any of several, what the file has instead, and what to do."""
    others = f" ({' or '.join(group[1:])} would do)" if len(group) > 1 else ""
    names = [f.heading.zh if (f := layer.field(key)) else key for key in group]
    left = (
        (f"; not recognised: {', '.join(unknown)}", f"；文件中未识别的列：{'、'.join(unknown)}")
        if unknown
        else ("", "")
    )
    return both(
        f"column '{group[0]}' is missing{others}{left[0]}; add it to the {layer.title}, or say which column it is "
        f"(--columns={group[0]}=HEADING)",
        f"缺少“{names[0]}”列（{group[0]}）：“{layer.title.zh}”需要 {'或'.join(names)}{left[1]}；请补上，或指明是哪一列"
        f"（--columns={group[0]}=列名）",
    )


def with_ids(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Sites without a column of ids are called by their names, the second of a name `name-2`."""
    if "id" in table or layer.field("id") is None or "name" not in table:
        return table
    again = table.groupby("name").cumcount() + 1
    return table.assign(id=table["name"].where(again == 1, table["name"] + "-" + again.astype(str)))


def _checked(
    table: pd.DataFrame, layer: Layer, reading: Reading
) -> tuple[pd.DataFrame, list[Finding], pd.DataFrame | None]:
    """The rules of the layer, then where every row is."""
    if not layer.private:
        checked, findings = CHECKS[layer.key](with_ids(table, layer), layer)
        if layer.key in ("boundaries", "roads"):
            return checked, findings, None
        return _joined(checked, findings, *placed(table, layer, reading))
    if "persons" in table and table["persons"].isna().all():
        table = table.drop(columns="persons")  # a column that nobody filled in: a row is a person
    people, findings = read_residents(table, key=reading.key, on=reading.cut_off or date.today())
    place, more, review = placed(people[[c for c in PLACE if c in people]], layer, reading)
    people = people.drop(columns=[*PLACE], errors="ignore")
    if "id" in table and not {*PERSONAL} & set(table.columns):  # rows that are sums keep their id
        people = people.assign(id=table["id"].mask(table["id"].str.contains(_LONG_NUMBER, na=False)))
    return people.join(place), [*findings, *more], review


def _joined(
    table: pd.DataFrame, findings: list[Finding], place: pd.DataFrame, more: list[Finding], review: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Finding], pd.DataFrame | None]:
    """The table with what is known of its places in place of what the file says."""
    return table.assign(**{c: place[c] for c in place.columns}), [*findings, *more], review


def _report(
    path: Path, layer: Layer, reading: Reading, file: FileTable, columns: tuple[Column, ...],
    tables: tuple[pd.DataFrame, pd.DataFrame], findings: list[Finding], review: pd.DataFrame | None,
) -> LayerReport:  # fmt: skip
    table, written = tables
    rejecting = [f for f in findings if f.effect == "reject"]
    reasons = reasons_of(rejecting, len(table))
    good: Mask = (reasons == "").to_numpy(bool)
    if review is not None:
        review = review.assign(first_row=file.rows[review["first_row"].to_numpy(int)])
    rejected = pd.DataFrame(index=table.index[~good]) if layer.private else written[~good]  # as the file has them
    rejected = rejected.drop(columns="geometry", errors="ignore")
    rejected.insert(0, "row", file.rows[~good])
    rejected["reasons"] = reasons[~good].to_numpy()
    if "person_key" in table:
        rejected["person_key"] = table.loc[~good, "person_key"]
    accepted = _located(table[good].assign(**({"row": file.rows[good]} if layer.private else {})))
    kept = [f if f.effect == "reject" else replace(f, rows=f.rows & good) for f in findings]  # asked of who counts
    by_effect = {
        effect: faults_of([f for f in kept if f.effect == effect], file.rows, layer.private)
        for effect in ("reject", "ask", "correct")
    }
    return LayerReport(
        file=path.name, layer=layer.key, encoding=file.encoding or path.suffix.lower().lstrip("."),
        rows_read=len(table), accepted=accepted,
        rejected=rejected, faults=by_effect["reject"], questions=by_effect["ask"],
        corrections=by_effect["correct"], columns=columns, review=review,
        notes=(*file.notes, *_notes(columns, layer, reading)),
        shift=_shift(accepted, reading), system=reading.system, source=reading.source,
        aged_on=(reading.cut_off or date.today()) if layer.private else None,
    )  # fmt: skip


def _notes(columns: tuple[Column, ...], layer: Layer, reading: Reading) -> list[Sentence]:
    """What a reader of the file should know: ages as of today, people of all kinds, borders of unknown origin."""
    notes = []
    dated = any(c.field in ("birth_date", "identity", "certificate") for c in columns)
    if layer.private and reading.cut_off is None and dated:
        day = date.today()
        notes.append(
            both(f"ages as of {day}; give the list's cut-off date", f"年龄按 {day} 计算；请给出名册的截止日期")
        )
    whole = [c.heading for c in columns if _WHOLE_POPULATION.search(c.heading) and not c.field]
    if whole and layer.private:
        named, named_zh = ", ".join(whole), "、".join(whole)
        notes.append(
            both(
                f"'{named}' counts everybody, registered or resident, not disabled people; it is not used as persons",
                f"“{named_zh}”是全部人口（户籍或常住），不是残疾人数，未作为人数使用",
            )
        )
    if layer.key == "boundaries" and not reading.source:
        notes.append(
            both(
                "the file does not say who drew these boundaries; name the source, or maps will say it is unknown",
                "文件没有说明边界的来源；请注明出处，否则地图上将标为“来源不明”",
            )
        )
    return notes


def _shift(accepted: gpd.GeoDataFrame, reading: Reading) -> Shift | None:
    """An offset of the points from the roads; only of points whose own coordinates are known."""
    if reading.roads is None or "lon" not in accepted:
        return None
    own = accepted if "precision" not in accepted else accepted[accepted["precision"] == "point"]
    return suspect_shift(own["lon"].to_numpy(float), own["lat"].to_numpy(float), reading.roads)


def _located(table: pd.DataFrame) -> gpd.GeoDataFrame:
    if "geometry" in table.columns and table["geometry"].dtype == "geometry" and "lon" not in table:
        return gpd.GeoDataFrame(table, geometry="geometry", crs=STORED)
    if {"lon", "lat"} <= set(table.columns):
        lon, lat = table["lon"].astype(float), table["lat"].astype(float)
        shapes = points(lon.to_numpy(), lat.to_numpy())
        return gpd.GeoDataFrame(table.drop(columns="geometry", errors="ignore"), geometry=shapes, crs=STORED)
    return gpd.GeoDataFrame(table)


def reasons_in(report: LayerReport, language: str) -> pd.DataFrame:
    """The rejected rows with their reasons in a language."""
    rejected = report.rejected
    if "person_key" in rejected:
        rejected = rejected.drop(columns="person_key")
    if language == "en":
        return rejected
    told: dict[int, list[str]] = {}
    for fault in report.faults:
        for row in fault.rows:
            told.setdefault(row, []).append(in_language(fault.rule, language))
    return rejected.assign(reasons=["；".join(told[row]) for row in report.rejected["row"]])
