"""What the record of a new study area says: what was read, and where every file comes from. No path, no person."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geodata.findings import Mask
from geodata.layers import LayerReport
from geodata.layers.report import PRECISIONS
from geodata.study_data import StudyData
from planning.area_people import repeated

if TYPE_CHECKING:
    from planning.area_tables import Given

OWN: Final = "given by the user / 用户提供"
FEW_PERSONS: Final = 3  # cells of fewer are counted in the record
UNSAID: Final = "source unknown / 来源不明"
_OWN_LICENCE: Final = ({"name": "own", "title": "the user's own / 用户自有"},)
_USUAL: Final = {  # file → the embedded one it is cut out of, and the mark of what is in it
    "counties.csv": ("counties.csv", "D"), "region.csv": ("counties.csv", "D"), "cells.csv": ("demand_cells.csv", "J"),
    "institutions.csv": ("facilities.csv", "J"), "candidates.csv": ("candidates.csv", "J"),
    "places.csv": ("places.csv", "S"), "closures.csv": ("closures.csv", "V"),
    "age_structure.csv": ("age_structure.csv", "S"), "roads.npz": ("roads.csv", "S"),
    "elevation.tif": ("elevation_1min.tif", "S"),
}  # fmt: skip


def package_of(
    given: "Given", people: pd.DataFrame | None, cells: pd.DataFrame, residents: pd.DataFrame | None, *, inside: bool
) -> dict[str, Any]:
    """Titles, what was read of every layer, how surely persons are located, and whom to name on maps.

    Args:
        people: a row a row of the registers.
        residents: the same persons as counts by cell and class.
    """
    known = bool(len(cells)) and inside
    credits = ["GeoNames, CC BY 4.0"] if known else []
    if given.boundaries is not None:
        credits.append(f"boundaries / 边界: {given.boundaries.source or UNSAID}")
    persons = {} if people is None else people.groupby("precision")["persons"].sum()
    return {
        "title_zh": given.titles[0],
        "title_en": given.titles[1],
        "base_area": given.base.data.name if inside else "",
        "base_sha256": given.base.data.digest if inside else "",
        "snap_deg": given.snap_deg if people is not None else None,
        **({} if residents is None else {"few_persons": FEW_PERSONS, "cells_with_few_persons": _few(residents)}),
        "precision": {p: int(persons.get(p, 0)) for p in PRECISIONS} if people is not None else {},
        "inputs": inputs_of(given),
        "credits": credits,
    }


def _few(residents: pd.DataFrame) -> int:
    """Cells of so few persons of the register that somebody who knows the place may tell who they are."""
    persons = residents.groupby("cell_id")["persons"].sum()
    return int((persons.gt(0) & persons.lt(FEW_PERSONS)).sum())


def inputs_of(given: "Given") -> list[dict[str, Any]]:
    """Counts of every layer that was read: no file names, for they may say whose they are."""
    read = [
        {**_input(report), **_repeated(report, again, len(given.residents)), "cut_off": day.isoformat() if day else ""}
        for report, again, day in zip(given.residents, repeated(given.residents), given.cut_off, strict=False)
    ]
    layers = (given.institutions, given.candidates, given.boundaries)
    read += [_input(report) for report in layers if report is not None]
    if given.totals is not None:
        read.append({"layer": "totals", "rows_read": len(given.totals), "rows_accepted": len(given.totals),
                     "rows_rejected": 0, "coordinate_system": "", "cut_off": given.days})  # fmt: skip
    return read


def _repeated(report: LayerReport, again: Mask, registers: int) -> dict[str, int]:
    """Rows that are not counted since their persons stand in an earlier register; nothing where nobody could tell."""
    told = registers > 1 and "person_key" in report.accepted
    return {"rows_in_earlier_register": int(again.sum())} if told else {}


def _input(report: LayerReport) -> dict[str, Any]:
    persons = report.accepted["persons"] if report.layer == "residents" and "persons" in report.accepted else None
    counted = {} if persons is None else {"persons": int(pd.to_numeric(persons).sum())}
    return {
        "layer": report.layer,
        "rows_read": report.rows_read,
        "rows_accepted": len(report.accepted),
        "rows_rejected": len(report.rejected),
        **counted,
        "coordinate_system": getattr(report, "system", "wgs84"),
    }


def sources_of(given: "Given", data: StudyData) -> Mapping[str, Mapping[str, Any]]:
    """File → sources with marks, licences and caveat of its entry in the record."""
    usual = {r["path"]: r for r in given.base.data.package["resources"]}
    own = {
        "institutions.csv": given.institutions is not None,
        "candidates.csv": given.candidates is not None,
        "closures.csv": given.closures is not None,
        "roads.npz": given.roads is not None,
        "elevation.tif": given.elevation is not None,
        "cells.csv": data.residents is not None,
    }
    about: dict[str, Mapping[str, Any]] = {
        file: _usual(usual[embedded], mark)
        for file, (embedded, mark) in _USUAL.items()
        if not own.get(file) and embedded in usual and (data.region is not None)
    }
    day = f", {data.cut_off}" if data.cut_off else ""
    for file in (*(f for f, is_own in own.items() if is_own), "residents.csv", "totals.csv", "boundaries.gpkg"):
        source = data.roads.source if file == "roads.npz" and not isinstance(data.roads, pd.DataFrame) else OWN
        when = day if file in ("residents.csv", "totals.csv") else ""
        about[file] = _own(f"{source}{when}")
    if data.region is None:
        about |= {file: _own(OWN) for file in ("counties.csv", "places.csv", "closures.csv", "age_structure.csv")}
    return about


def _usual(resource: Mapping[str, Any], mark: str) -> dict[str, Any]:
    sources = [{**source, "mark": mark} for source in resource["sources"]]
    return {"sources": sources, "licenses": resource["licenses"], "caveat": resource["caveat"]}


def _own(title: str) -> dict[str, Any]:
    return {"sources": [{"title": title, "mark": "own"}], "licenses": list(_OWN_LICENCE), "caveat": ""}
