"""The command `instrument`: the instruments of the policy texts by name, printed and written with their sources."""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.demand import read_needs
from geodata.errors import both, in_language
from planning.faults import PlanningError
from planning.folder import read_plan
from planning.instrument_options import by_county, codes, counts, factors, number, pairs, shelves, whole
from planning.instruments import (
    InstrumentResult,
    allocate_in,
    check_targets,
    field_check,
    home_modification,
    place_children,
    pool_in,
    sites_to_check,
    special_school_rule,
    supervision_in,
    target_list,
    visiting_workload,
)
from planning.instruments.figures import figures_of
from planning.instruments.written import record, shown, write_result
from planning.study_area import StudyArea
from planning.texts import LANGUAGES

Options = argparse.Namespace


@dataclass(frozen=True)
class Instrument:
    """One instrument as a command: its name, what it does, its options, and how it is asked."""

    name: str
    zh: str
    en: str
    add: Callable[[argparse.ArgumentParser], None]
    ask: Callable[[Options, StudyArea, dict[str, float]], InstrumentResult]


# --- options and questions, one pair an instrument -----------------------------------------------------


def _schools(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--population", type=Path, metavar="FILE", help="another base: county_code, persons")
    parser.add_argument(
        "--population-name", default="given", metavar="NAME", help="what that base is, such as registered"
    )


def _ask_schools(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    name = o.population_name.strip() or "given"
    other = {name: by_county(o.population, "persons")} if o.population else None
    return special_school_rule(area, populations=other, values=values)


def _placement(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shares", metavar="special=0.27,mainstream=0.50,home=0.23", help="places; they add up to 1")
    parser.add_argument("--enrolled", type=Path, metavar="FILE", help="children enrolled: county_code, persons")
    parser.add_argument("--needs", type=Path, metavar="TOML", help="your own shares of need")
    _season(parser)


def _ask_placement(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    return place_children(
        area,
        shares=pairs(o.shares, "--shares") if o.shares is not None else None,
        enrolled=by_county(o.enrolled, "persons") if o.enrolled else None,
        needs=read_needs(o.needs) if o.needs else None,
        season=o.season,
        values=values,
    )


def _factor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--envelope", required=True, metavar="YUAN", help="whole yuan to share out")
    parser.add_argument(
        "--shares", required=True, metavar="FACTOR=SHARE,…",
        help="shares of the envelope that add up to 1, such as persons_severe=0.5,village_units=0.5",
    )  # fmt: skip
    parser.add_argument("--key-counties", default="", metavar="CODE,…", help="counties that get more")
    parser.add_argument("--uplift", default="0.15", metavar="SHARE", help="how much more, default 0.15")
    parser.add_argument("--only", default="", metavar="CODE,…", help="counties or prefectures that get money")
    parser.add_argument("--factors", type=Path, metavar="FILE", help="your own factors: county_code and a column each")


def _ask_factor(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    more = factors(o.factors) if o.factors else None
    shares, key = pairs(o.shares, "--shares"), codes(o.key_counties)
    yuan, only = whole(o.envelope, "--envelope"), codes(o.only)
    return allocate_in(area, shares, yuan, key, uplift=o.uplift, more=more, only=only)


def _supervision(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", default="persons", help="rank by persons or by share")
    parser.add_argument("--counties", metavar="N", help="length of the list, default 10")
    parser.add_argument("--plan", type=Path, metavar="PLAN_DIR", help="the need that a plan leaves, not that of today")
    _season(parser)


def _ask_supervision(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    n = whole(o.counties, "--counties") if o.counties is not None else None
    if o.plan is not None and not o.plan.is_dir():
        raise PlanningError([both(f"--plan: there is no folder {o.plan}", f"--plan：没有文件夹 {o.plan}")])
    plan = read_plan(o.plan) if o.plan else None
    if plan is not None and plan.study_area != area.data.name:
        fault = both(
            f"--plan: the plan is of '{plan.study_area}', not of '{area.data.name}'; name its area with --area",
            f"--plan：方案属于研究区“{plan.study_area}”，不是“{area.data.name}”；请用 --area 指定",
        )
        raise PlanningError([fault])
    return supervision_in(area, plan=plan, by=o.by, counties=n, season=o.season, values=values)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--n", required=True, metavar="N", help="sites to draw")
    parser.add_argument("--seed", required=True, help="number or word that is recorded and draws the same list again")
    parser.add_argument("--per-county", default="1", metavar="N", help="at least so many in each county, default 1")
    parser.add_argument("--exclude", default="", metavar="CODE,…", help="counties left out, such as supervised ones")
    parser.add_argument("--sites", default="facilities", choices=("facilities", "candidates", "all"))


def _ask_check(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    return field_check(
        sites_to_check(area, o.sites),
        whole(o.n, "--n"),
        o.seed,
        per_county=whole(o.per_county, "--per-county"),
        exclude=codes(o.exclude),
        counties=area.data.counties["county_code"].astype(str).tolist(),
    )


def _homes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--budget", metavar="YUAN", help="what whole yuan buy")
    parser.add_argument("--done", type=Path, metavar="FILE", help="households modified so far: county_code, households")
    parser.add_argument("--target", metavar="N", help="households, in place of the share of the regional 19,931")


def _ask_homes(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    return home_modification(
        area,
        budget_yuan=whole(o.budget, "--budget") if o.budget is not None else None,
        done=by_county(o.done, "households") if o.done else None,
        target=whole(o.target, "--target") if o.target is not None else None,
        values=values,
    )


def _visits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--visits", metavar="N", help="visits a person and year, default 3.22")
    parser.add_argument("--month", metavar="1-12", help="roads that are closed in this month are closed")
    _season(parser)


def _ask_visits(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    rate = number(o.visits, "--visits") if o.visits is not None else None
    month = whole(o.month, "--month") if o.month is not None else None
    if month is not None and not 1 <= month <= 12:
        raise PlanningError([both(f"--month: {month} found, take 1 to 12", f"--month：发现 {month}；请填 1 到 12")])
    return visiting_workload(area, visits_per_person=rate, season=o.season, month=month, values=values)


def _devices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--availability", metavar="SHARE", help="refill intervals without an unmet request, default 0.95"
    )
    parser.add_argument("--days", metavar="N", help="days between two refills, default 14")
    parser.add_argument(
        "--loan-days", default="0", metavar="N", help="how long a device is lent; 0: handed over for good"
    )
    parser.add_argument("--demand", type=Path, metavar="FILE", help="your own requests: shelf, depot, units_per_year")


def _ask_devices(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    return pool_in(
        area,
        availability=number(o.availability, "--availability") if o.availability is not None else None,
        rotation_days=number(o.days, "--days") if o.days is not None else None,
        loan_days=number(o.loan_days, "--loan-days"),
        units=shelves(o.demand) if o.demand else None,
        values=values,
    )


def _targets(parser: argparse.ArgumentParser) -> None:
    columns = "target, numerator, denominator, base, date, and county_code where counted by county"
    parser.add_argument("--counts", type=Path, metavar="FILE", help=f"counts from registers: {columns}")


def _ask_targets(o: Options, area: StudyArea, values: dict[str, float]) -> InstrumentResult:
    known = area.data.counties["county_code"].astype(str).tolist()
    return check_targets(counts(o.counts, known)) if o.counts else target_list()


def _season(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--season", default="summer", choices=("summer", "winter"), help="of the travel times")


INSTRUMENTS: Final = (
    Instrument(
        "special-schools", "20 万以上人口县的特教学校", "where a special school is promoted", _schools, _ask_schools
    ),
    Instrument("placement", "适龄残疾儿童安置与送教", "places of children of school age", _placement, _ask_placement),
    Instrument("factor-method", "因素法资金分配", "an envelope shared by factors, to the yuan", _factor, _ask_factor),
    Instrument("supervision", "十县督战名单", "ten counties of unmet severe need", _supervision, _ask_supervision),
    Instrument("field-check", "明查暗访随机抽样", "a random list of sites to check", _check, _ask_check),
    Instrument("home-modification", "家庭无障碍改造", "homes to modify: budget and progress", _homes, _ask_homes),
    Instrument("visits", "走访探视工作量", "visits and the staff days they take", _visits, _ask_visits),
    Instrument("devices", "辅具库存共享与轮换", "stock of devices, alone or shared", _devices, _ask_devices),
    Instrument("targets", "按名册核对目标", "targets on their own denominators", _targets, _ask_targets),
)


# --- the command ---------------------------------------------------------------------------------------


def add_instrument_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The command, a subcommand for each instrument, and their options."""
    top = command("instrument", _list, "the instruments of the policy texts / 政策工具")
    top.add_argument("--list", action="store_true", help="the instruments by name")
    names = top.add_subparsers(metavar="NAME")
    for each in INSTRUMENTS:
        one = names.add_parser(each.name, help=f"{each.en} / {each.zh}", description=f"{each.en} / {each.zh}")
        one.set_defaults(command=_run, instrument=each)
        each.add(one)
        one.add_argument("--area", default="southern_xinjiang", metavar="AREA", help="folder or zip of a study area")
        one.add_argument("--set", action="append", default=[], metavar="FIGURE=VALUE", help="a number of your own")
        one.add_argument("--out", type=Path, metavar="DIR", help="write the tables and their sources as CSV")
        one.add_argument("--json", action="store_true", help="print one JSON object")
        one.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)


def _list(options: Options) -> int:
    for each in INSTRUMENTS:
        print(f"{each.name:18} {each.zh if options.lang == 'zh' else each.en}")
    return 0


def _run(options: Options) -> int:
    each: Instrument = options.instrument
    given = pairs(",".join(options.set), "--set")
    values = {key: number(text, f"--set {key}") for key, text in given.items()}
    figures_of(values=values)
    found = each.ask(options, StudyArea.open(options.area), values)
    unused = sorted(set(values) - {figure.key for figure in found.figures})
    if unused:
        faults = [both(f"--set: {each.name} does not use '{k}'", f"--set：{each.name} 不使用“{k}”") for k in unused]
        raise PlanningError(faults)
    if options.out:
        write_result(found, options.out)
    if options.json:
        print(json.dumps(record(found, options.lang), ensure_ascii=False))
        return 0
    print(each.zh if options.lang == "zh" else each.en)
    print(shown(found.table, options.lang))
    print("\n".join(in_language(sentence, options.lang) for sentence in found.said()))
    for figure in found.figures:
        words = figure.zh if options.lang == "zh" else figure.en
        print(f"  {words}: {figure.value:g} {figure.unit} [{figure.mark}] {figure.source}")
    if options.out:
        print(options.out.resolve())
    return 0
