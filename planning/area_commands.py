"""Commands for study areas of the user's own: new-area and demand."""

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from geodata import LayerError, load_roads
from geodata.coordinates import SYSTEMS
from geodata.demand import read_needs
from geodata.errors import Sentence, both, in_language, prefixed
from geodata.files import read_file
from geodata.layers import LayerReport, Reading, read_layer
from geodata.layers.cells import clean
from geodata.layers.columns import recognise
from geodata.layers.fields import layers
from geodata.layers.rules import numbers
from geodata.register import ephemeral_key
from geodata.travel.closures import read_closures
from planning.area_screens import bases_rows
from planning.demand_report import (
    agreement_sentence,
    available_bases,
    bases_table,
    lacking_bases,
    needs_table,
    owed_to_base,
    persons_apart,
    persons_in,
    repeated_sentence,
    service_rows,
    units_table,
)
from planning.faults import PlanningError
from planning.folder import write_csv
from planning.layer_commands import add_reading, reading_of, told
from planning.new_area import new_area
from planning.scenario import load
from planning.study_area import StudyArea

_COUNTY: Final = r"^(\d{6})(?:0{3}|0{6})?(?:\.0)?$"  # zeros stand for the whole county
_LONG_NUMBER: Final = re.compile(r"\d{11}")  # a phone or identity number


def add_area_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands and their options."""
    new = command("new-area", _new_area, "a study area from your own files / 用自己的文件建立研究区")
    new.add_argument("out", type=Path, metavar="OUT", help="a folder, or a file that ends with .zip")
    new.add_argument("--name", help="what scenarios call it; letters, digits, - and _; default: name of OUT")
    new.add_argument("--codes", default="", metavar="CODE,…", help="6-digit codes of its counties")
    new.add_argument("--residents", type=Path, nargs="+", default=[], metavar="FILE", help="register of residents")
    new.add_argument("--totals", type=Path, metavar="FILE", help="persons of whole counties: county_code, persons")
    new.add_argument("--institutions", type=Path, metavar="FILE")
    new.add_argument("--candidates", type=Path, metavar="FILE")
    new.add_argument("--boundaries", type=Path, metavar="FILE")
    new.add_argument("--elevation", type=Path, metavar="FILE", help="GeoTIFF or a folder of them")
    new.add_argument("--closures", type=Path, metavar="FILE")
    add_reading(new)
    new.add_argument(
        "--sites-crs", default="wgs84", choices=tuple(SYSTEMS),
        help="coordinate system of institutions and candidates; --crs is that of the residents, boundaries have theirs",
    )  # fmt: skip
    demand = command("demand", _demand, "demand bases and service units of a study area / 需求口径与服务量")
    demand.add_argument("--area", default="southern_xinjiang", metavar="AREA", help="folder or zip of a study area")
    demand.add_argument("--needs", type=Path, metavar="TOML", help="your own shares of need")
    demand.add_argument("--scenario", help="a scenario, to see what its plan owes to the demand base")
    demand.add_argument("--out", type=Path, metavar="DIR")
    demand.add_argument("--json", action="store_true", help="print one JSON object")


def _new_area(options: argparse.Namespace) -> int:
    reading = reading_of(options)
    # homes need not lie along roads; one key for all registers, so that nobody in two of them counts twice
    people = replace(reading, roads=None, key=reading.key or ephemeral_key())
    faults: list[str] = []

    def layer(path: Path | None, key: str, how: Reading) -> LayerReport | None:
        if path is None:
            return None
        try:
            return read_layer(path, key, how)
        except LayerError as error:
            faults.extend(error.faults)
            return None

    # --columns, --crs, --swap and --sheet speak of the residents; other files are read as they are
    plain = replace(reading, columns={}, system="wgs84", swap=False, sheet=None)
    sites = replace(plain, system=options.sites_crs)
    residents = [report for path in options.residents if (report := layer(path, "residents", people))]
    institutions, candidates = (layer(getattr(options, key), key, sites) for key in ("institutions", "candidates"))
    boundaries = layer(options.boundaries, "boundaries", plain)
    totals = _totals(options.totals, faults) if options.totals else None
    if faults:
        raise PlanningError(faults)
    reports = [*residents, *(r for r in (institutions, candidates, boundaries) if r)]
    for report in reports:
        print(told(Path(report.file), report, options.lang, written=False))
    made = new_area(
        options.out,
        name=options.name or options.out.stem,
        codes=[code.strip() for code in options.codes.split(",") if code.strip()],
        residents=residents,
        totals=totals,
        roads=load_roads(options.roads) if options.roads else None,
        points=reading.own_points,
        elevation=options.elevation,
        closures=read_closures(options.closures) if options.closures else None,
        cut_off=reading.cut_off,
        institutions=institutions,
        candidates=candidates,
        boundaries=boundaries,
    )
    area = StudyArea.open(made)
    _tell(area, options.lang)
    print(made.resolve())
    follow = both(
        f"next: jiujin run most_people --area {made} --out plan",
        f"下一步：jiujin run most_people --area {made} --out plan",
    )
    print(in_language(follow, options.lang))
    return 0


def _tell(area: StudyArea, language: str) -> None:
    """What was made, in lines."""
    persons = persons_in(area)[0]
    line = both(
        f"study area '{area.data.name}': {len(area.data.counties)} counties, {len(area.data.cells)} places of demand, "
        f"{persons} disabled residents, {len(area.institutions)} institutions, {len(area.candidates)} candidates",
        f"研究区“{area.data.name}”：{len(area.data.counties)} 个县市，{len(area.data.cells)} 个需求点，"
        f"残疾人 {persons} 人，现有机构 {len(area.institutions)} 个，候选地点 {len(area.candidates)} 个",
    )
    print(in_language(line, language) + persons_apart(area, language))
    if told := repeated_sentence(area, language):
        print(told)


def _totals(path: Path, faults: list[str]) -> pd.DataFrame | None:
    """Persons of whole counties from a file."""
    try:
        file = read_file(path)
    except LayerError as error:
        faults.extend(error.faults)
        return None
    names = {c.field: c.heading for c in recognise(list(file.frame.columns), layers()["residents"])}
    code = names.get("county_code") or names.get("unit_code")
    if not code or "persons" not in names:
        faults.append(
            both(
                f"{path.name}: totals need the columns county_code and persons",
                f"{path.name}：总数表需要 县代码 和 人数 两列",
            )
        )
        return None
    table, _ = clean(file.frame[[code, names["persons"]]], private=False)
    persons, codes = numbers(table[names["persons"]]), table[code].str.extract(_COUNTY)[0]
    bad = persons.isna() | (persons < 0) | (persons % 1 != 0)
    wrong = (
        (code, codes.isna(), both("a county's code has 6 digits", "县代码应为 6 位数字")),
        (names["persons"], bad, both("a whole number of 0 or more is needed", "应为大于等于 0 的整数")),
    )
    for heading, rows, needed in wrong:
        cells = zip(file.rows[rows.to_numpy(bool)], table.loc[rows, heading].fillna(""), strict=True)
        faults += [prefixed(path.name, _cell_fault(row, heading, value, needed)) for row, value in cells]
    return pd.DataFrame({"county_code": codes.fillna(""), "persons": persons.mask(bad, 0).astype(int)})


def _cell_fault(row: int, heading: str, value: str, needed: Sentence) -> Sentence:
    """A cell that is not what is needed; a number as long as those of persons is not shown."""
    shown = "…" if _LONG_NUMBER.search(value) else value[:20]
    return both(
        f"row {row}, column '{heading}': found '{shown}'; {needed}",
        f"第 {row} 行“{heading}”列：发现“{shown}”；{needed.zh}",
    )


def _demand(options: argparse.Namespace) -> int:
    area = StudyArea.open(options.area)
    needs = read_needs(options.needs)
    bases, units, services = bases_table(area), units_table(area, None, needs), service_rows(area, options.lang, needs)
    agreed, bases_told = None, available_bases(area)
    if options.scenario:
        scenario, left = load(options.scenario).for_area(area)
        for sentence in left:
            print(in_language(sentence, options.lang))
        _, agreed = owed_to_base(scenario, area)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        tables = {"bases": bases, "service_units": units, "needs": needs_table(needs), "sites_by_base": agreed}
        for name, table in tables.items():
            if table is not None:
                write_csv(table, options.out / f"{name}.csv")
    if options.json:
        record = {
            "study_area": area.data.name,
            "bases": json.loads(bases.to_json(orient="records")),
            "service_units": json.loads(units.to_json(orient="records")),
        }
        print(json.dumps(record))
        return 0
    print(pd.DataFrame(bases_rows(area, options.lang)).astype("object").fillna("").to_string(index=False))
    print(pd.DataFrame(services).to_string(index=False))
    print("".join(f"{line}\n" for line in lacking_bases(area, options.lang)), end="")
    if agreed is not None:
        print(agreement_sentence(agreed, bases_told, options.lang))
    if options.out:
        print(options.out.resolve())
    return 0
