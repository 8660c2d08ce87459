"""Commands for the user's own files: check, template, compare-lists."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from geodata import LayerError, load_roads
from geodata.coordinates import SYSTEMS, system_named
from geodata.errors import both, in_language, prefixed
from geodata.files import NoSheetError, read_file
from geodata.gazetteer import Gazetteer, answers_as_aliases, open_gazetteer, read_answers
from geodata.layers import LAYERS, LayerReport, Reading, layers, read_layer, reasons_in
from geodata.layers.changes import Changes, changes_between
from geodata.register import check_key, compare_lists, ephemeral_key
from planning.faults import PlanningError
from planning.folder import write_csv
from planning.texts import LANGUAGES, text
from planning.workbooks import REVIEW_SHEET, review_frame, write_list_comparison, write_quality, write_template


def add_layer_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands and their options."""
    check = command("check", _check, "read layer files as the tool would and list every fault / 检查数据文件")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--layer", default="points", choices=LAYERS)
    check.add_argument("--since", type=Path, metavar="FILE", help="the last version of the file: counts what changed")
    check.add_argument("--report", type=Path, metavar="XLSX", help="the quality report, to send back")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    add_reading(check)
    template = command("template", _template, "an Excel template with an explained example row / 填写模板")
    template.add_argument("layer", choices=[key for key, layer in layers().items() if layer.template])
    template.add_argument("--out", type=Path, metavar="XLSX")
    lists = command("compare-lists", _compare_lists, "two registers: who entered, left, changed / 两份名单比对")
    lists.add_argument("old", type=Path, metavar="OLD_FILE")
    lists.add_argument("new", type=Path, metavar="NEW_FILE")
    lists.add_argument("--old-date", required=True, metavar="YYYY-MM-DD", help="cut-off date of the old list")
    lists.add_argument("--new-date", required=True, metavar="YYYY-MM-DD", help="cut-off date of the new list")
    lists.add_argument("--departments", action="store_true", help="two lists of different owners, not of two dates")
    lists.add_argument("--out", type=Path, required=True, metavar="XLSX")
    add_reading(lists)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """The options that say how a file is to be read."""
    parser.add_argument("--columns", default="", metavar="FIELD=HEADING,…", help="columns that are not recognised")
    systems = f"coordinate system of the file: {', '.join(SYSTEMS)}, or gk13 to gk45 for a zone"
    parser.add_argument("--crs", default="wgs84", help=systems)
    parser.add_argument("--swap", action="store_true", help="put swapped longitude and latitude right")
    parser.add_argument("--sheet", help="sheet of a workbook")
    parser.add_argument("--county", help="the county that the whole file is about: name or code")
    parser.add_argument("--matches", type=Path, metavar="FILE", help="the filled-in list of places")
    parser.add_argument("--aliases", type=Path, metavar="FILE", help="other names of units: code, alias")
    parser.add_argument("--places", type=Path, metavar="FILE", help="points of villages and townships: code, lon, lat")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="your secret for joining lists of people")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="cut-off date of the list")
    parser.add_argument("--roads", type=Path, metavar="FILE", help="roads, to look for an offset of all points")
    parser.add_argument("--source", default="", help="who made the file, to be named on maps")
    parser.add_argument("--keep-aliases", type=Path, metavar="CSV", help="write the answers of --matches as aliases")


def reading_of(options: argparse.Namespace) -> Reading:
    """How to read, as the options say.

    Raises:
        PlanningError, LayerError: for options and files that cannot be meant.
    """
    gazetteer = open_gazetteer()
    if options.aliases:
        gazetteer = gazetteer.with_aliases(read_file(options.aliases).frame)
    answers = answers_in(options.matches, gazetteer) if options.matches else None
    if options.keep_aliases and answers is not None:
        write_csv(answers_as_aliases(answers, gazetteer), options.keep_aliases)
    return Reading(
        columns=_columns(options.columns),
        system=crs_named(options.crs),
        swap=options.swap,
        sheet=options.sheet,
        gazetteer=gazetteer,
        county=options.county,
        answers=answers,
        own_points=own_points(options.places) if options.places else None,
        key=_key(options.key_file) if options.key_file else None,
        cut_off=day_of(options.date) if options.date else None,
        roads=load_roads(options.roads) if options.roads else None,
        source=options.source,
    )


def crs_named(name: str) -> str:
    """The coordinate system an option gives, as it is, when it is one.

    Raises:
        LayerError: for an unknown one.
    """
    system_named(name)
    return name


def _columns(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    bad = [left for left, sign, _ in pairs if not sign]
    if bad:
        fault = both(
            f"--columns: '{bad[0]}' is not FIELD=HEADING; write for example category=残疾类型",
            f"--columns：“{bad[0]}”不是 字段=列名 的写法；例如 category=残疾类型",
        )
        raise PlanningError([fault])
    return {left.strip(): right.strip() for left, _, right in pairs}


def day_of(text: str, option: str = "--date") -> date:
    """A day as an option gives it.

    Raises:
        PlanningError: for what is no date.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        fault = both(
            f"{option}: '{text}' is not a date; write it as 2025-06-30",
            f"{option}：“{text}”不是日期；请写成 2025-06-30",
        )
        raise PlanningError([fault]) from None
    if day > date.today():
        fault = both(f"{option}: {text} has not come yet; check the year", f"{option}：{text} 尚未到来；请核对年份")
        raise PlanningError([fault])
    return day


def _key(path: Path) -> bytes:
    """The bytes of a key file; the key is never shown."""
    try:
        key = path.read_bytes().rstrip(b"\r\n")  # editors end files with a line break
    except OSError:
        fault = both(f"{path}: the key file cannot be read", f"{path}：无法读取密钥文件；请核对路径")
        raise PlanningError([fault]) from None
    try:
        check_key(key)
    except LayerError as error:
        raise PlanningError([prefixed(path.name, fault) for fault in error.faults]) from None
    return key


def answers_in(path: Path, gazetteer: Gazetteer) -> pd.DataFrame:
    """The filled-in list of places, a file of its own or the sheet of a quality report."""
    for sheet in (REVIEW_SHEET.zh, str(REVIEW_SHEET)):
        try:
            return read_answers(review_frame(read_file(path, sheet=sheet).frame), gazetteer)
        except NoSheetError:
            continue
    return read_answers(review_frame(read_file(path).frame), gazetteer)


def own_points(path: Path) -> pd.DataFrame:
    """Points of units: `code`, `lon`, `lat`.

    Raises:
        PlanningError: for rows that are no points.
    """
    report = read_layer(path, "points", Reading(columns={"id": _code_heading(path)}))
    if report.faults:
        raise PlanningError([prefixed(report.file, f.told(5)) for f in report.faults])
    return pd.DataFrame(report.accepted[["id", "lon", "lat"]]).rename(columns={"id": "code"})


def _code_heading(path: Path) -> str:
    """The heading that holds the code of the unit: the one that says so, else the id."""
    frame = read_file(path).frame
    names = ("code", "unit_code", "行政区划代码", "区划代码", "代码", "村代码", "乡镇代码", "id", "编号")
    found = [c for name in names for c in frame.columns if c == name]
    if not found:
        fault = both(
            f"{path.name}: column 'code' is missing; points of units need code, lon, lat",
            f"{path.name}：缺少“代码”列；点位文件需要 代码、经度、纬度",
        )
        raise PlanningError([fault])
    return str(found[0])


# --- check and template --------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    reading = reading_of(options)
    if options.since and options.layer == "residents" and reading.key is None:
        reading = replace(reading, key=ephemeral_key())
    reports, faults = read_all(options.files, options.layer, reading)
    for path, report in reports:
        _write_rejected(path, report, options.lang)
    if options.report and reports:
        write_quality([report for _, report in reports], options.report, options.lang)
    changes, more = _changes(options.since, reports, reading)
    faults += more
    if options.json:
        found = [report.record() for _, report in reports]
        for record, change in zip(found, changes, strict=False):
            record["changes"] = asdict(change)
        print(json.dumps(found[0] if len(options.files) == 1 and found else found, ensure_ascii=True))
    else:
        for path, report in reports:
            print(told(path, report, options.lang))
        for change in changes:
            print("  " + in_language(change.told(), options.lang))
        if options.report and reports:
            print(options.report.resolve())
    if faults:
        raise PlanningError(faults)
    return 2 if any(len(report.rejected) for _, report in reports) else 0


def _changes(
    since: Path | None, reports: Sequence[tuple[Path, LayerReport]], reading: Reading
) -> tuple[list[Changes], list[str]]:
    """What changed since the last version; where it cannot be compared, why, and the check itself still stands."""
    if since is None or not reports:
        return [], []
    try:
        old = read_layer(since, reports[0][1].layer, reading)
        return [changes_between(old, report) for _, report in reports], []
    except LayerError as error:
        return [], list(error.faults)


def _write_rejected(path: Path, report: LayerReport, language: str) -> None:
    """The rejected rows beside the file; those of an earlier check do not stay there when nothing is rejected now."""
    beside = path.with_name(f"{path.stem}.rejected.csv")
    if len(report.rejected):
        write_csv(reasons_in(report, language), beside)
    elif beside.is_file() and beside.read_bytes().startswith("\ufeffrow,".encode()):
        beside.unlink()


def read_all(files: Sequence[Path], layer: str, reading: Reading) -> tuple[list[tuple[Path, LayerReport]], list[str]]:
    """Every file that can be read, and the faults of the others."""
    reports: list[tuple[Path, LayerReport]] = []
    faults: list[str] = []
    for path in files:
        try:
            reports.append((path, read_layer(path, layer, reading)))
        except LayerError as error:
            faults += error.faults
    return reports, faults


def told(path: Path, report: LayerReport, language: str, *, written: bool = True) -> str:
    """A report as lines: counts, columns that were guessed, everything found, and the file of rejected rows."""
    read, good, bad = report.rows_read, len(report.accepted), len(report.rejected)
    head = both(
        f"{path.name}: {report.encoding}, {read} rows read, {good} accepted, {bad} rejected",
        f"{path.name}：{report.encoding}，读取 {read} 行，接受 {good} 行，退回 {bad} 行",
    )
    groups = (
        (both("rejected", "退回"), report.faults),
        (both("to ask", "待核实"), report.questions),
        (both("corrected", "已更正"), report.corrections),
    )
    lines: list[str] = [head, *_columns_told(report), *_places_told(report), *report.notes]
    lines += [prefixed(name, fault.told(ROWS_TOLD)) for name, faults in groups for fault in faults]
    if report.shift:
        system = report.shift.system
        lines.append(report.shift.told())
        lines.append(
            both(f"to convert, read the file again with --crs {system}", f"如需换算，请用 --crs {system} 重新读取")
        )
    if report.review is not None and len(report.review):
        lines.append(
            both(
                f"{len(report.review)} places need a person: write the report with --report, fill in its sheet of "
                "places, and read again with --matches",
                f"{len(report.review)} 个地名需要人工核对：用 --report 生成报告，填好“地名核对”表后"
                "用 --matches 重新读取",
            )
        )
    if any("swapped" in fault.rule for fault in report.faults):
        lines.append(both("--swap puts swapped longitude and latitude right", "用 --swap 可把颠倒的经纬度调正"))
    if bad and written:
        file = path.with_name(f"{path.stem}.rejected.csv")
        lines.append(both(f"rejected rows: {file}", f"退回的行：{file}"))
    return "\n  ".join(in_language(line, language) for line in lines)


ROWS_TOLD: Final = 20  # row numbers named in one line of the screen; the report has more


def _columns_told(report: LayerReport) -> list[str]:
    """What the headings were taken for, when anything about them was guessed or dropped."""
    layer = layers()[report.layer]
    read = [c for c in report.columns if c.field and c.kept and c.how in ("word", "alike")]
    gone = [c.heading for c in report.columns if not c.kept]
    unused = [c.heading for c in report.columns if c.kept and not c.field]
    lines: list[str] = []
    if read:
        en = ", ".join(f"{c.heading} = {c.field}{' (alike, check)' if c.how == 'alike' else ''}" for c in read)
        zh = "、".join(
            f"{c.heading} = {layer.heading(c.field).zh}{'（近似，请核对）' if c.how == 'alike' else ''}" for c in read
        )
        lines.append(both(f"columns taken as: {en}; put right with --columns", f"列识别为：{zh}；可用 --columns 更正"))
    if unused:
        lines.append(both(f"columns not used: {', '.join(unused)}", f"未使用的列：{'、'.join(unused)}"))
    if gone:
        lines.append(both(f"dropped at import: {', '.join(gone)}", f"导入时删除的列：{'、'.join(gone)}"))
    return lines


def _places_told(report: LayerReport) -> list[str]:
    """How far the rows were matched, and how precise their coordinates are."""
    matched, precise = report.matched(), report.precision()
    if not sum(precise.values()):
        return []
    words = [("matched", matched), ("located", precise)] if sum(matched.values()) else [("located", precise)]
    parts = {
        language: [_counted(text(key, language), counts, language) for key, counts in words] for language in LANGUAGES
    }
    return [both("; ".join(parts["en"]), "；".join(parts["zh"]))]


def _counted(title: str, counts: Mapping[str, int], language: str) -> str:
    """A title and what there is of each precision."""
    shown = [f"{text(f'precision_{key}', language)} {n}" for key, n in counts.items() if n]
    return f"{title}：{'、'.join(shown)}" if language == "zh" else f"{title}: {', '.join(shown)}"


def _template(options: argparse.Namespace) -> int:
    title = in_language(layers()[options.layer].title, options.lang)
    path = options.out or Path(f"{title}.xlsx" if options.lang == "zh" else f"{options.layer}.xlsx")
    write_template(options.layer, path, options.lang)
    print(path.resolve())
    return 0


# --- two lists -----------------------------------------------------------------------------------------


def _compare_lists(options: argparse.Namespace) -> int:
    reading = reading_of(options)
    reading = replace(reading, key=reading.key or ephemeral_key())
    days = day_of(options.old_date, "--old-date"), day_of(options.new_date, "--new-date")
    old, new = (
        read_layer(path, "residents", replace(reading, cut_off=day))
        for path, day in zip((options.old, options.new), days, strict=True)
    )
    (before, sent_old), (after, sent_new) = _not_returned(old, new), _not_returned(new, old)
    found = compare_lists(
        before, after, *days, names=(old.file, new.file),
        between="departments" if options.departments else "dates",
    )  # fmt: skip
    write_list_comparison(found, (old, new), options.out, options.lang)
    for path, report in ((options.old, old), (options.new, new)):
        read, good, bad = report.rows_read, len(report.accepted), len(report.rejected)
        line = both(
            f"{path.name}: {read} rows read, {good} accepted, {bad} rejected (not compared)",
            f"{path.name}：读取 {read} 行，接受 {good} 行，退回 {bad} 行（未比对）",
        )
        print(in_language(line, options.lang))
    print(in_language(found.told(), options.lang))
    if sent_old or sent_new:
        line = both(
            f"not counted as left or entered, because they stand in returned rows of the other list: {sent_old} of "
            f"{old.file}, {sent_new} of {new.file}",
            f"因在另一份名单的退回行中，未计入减少或新增：{old.file} {sent_old} 行，{new.file} {sent_new} 行",
        )
        print(in_language(line, options.lang))
    for note in found.notes:
        print(in_language(note, options.lang))
    print(options.out.resolve())
    return 0


def _not_returned(one: LayerReport, other: LayerReport) -> tuple[pd.DataFrame, int]:
    """The accepted rows of a list whose people are not in returned rows of the other, and how many are."""
    rows = pd.DataFrame(one.accepted)
    keys = set(other.rejected["person_key"]) - {""} - set(other.accepted["person_key"])
    waiting = rows["person_key"].isin(keys)
    return rows[~waiting], int(waiting.sum())
