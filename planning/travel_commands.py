"""The commands about roads: `travel-times` and `roads`."""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import numpy as np
import pandas as pd

from geodata import LayerError, RoadNetwork, load_roads
from geodata.elevation import read_elevation
from geodata.errors import both, prefixed
from geodata.figures import Figure, changed
from geodata.roads.quality import road_quality
from geodata.roads.quality_page import quality_page
from geodata.shapes import read_shapes
from geodata.store import default_folder, whole_file
from geodata.travel.closures import closed_in, read_closures
from geodata.travel.ground import Ground, ground
from geodata.travel.points import no_route_table, read_points
from geodata.travel.rules import (
    PROFILES,
    TravelRules,
    is_exact_speed,
    may_be_zero,
    season_of,
    travel_figures,
    travel_rules,
)
from geodata.travel.scale import spread_table
from geodata.travel.times import Roadway, prepare, require_connected, roadway
from planning.faults import PlanningError, nearest
from planning.folder import CSV_ENCODING, write_csv
from planning.texts import text

Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: Command) -> None:
    """The two commands and their options."""
    times = command(
        "travel-times", travel_times_command, "minutes between two point files on any road file / 计算到达时间"
    )
    times.add_argument(
        "--roads", type=Path, required=True, metavar="FILE", help=".osm.pbf, .osm, .graphml, .gpkg, .csv"
    )
    times.add_argument("--origins", type=Path, required=True, metavar="FILE", help="points with id, lon, lat")
    times.add_argument("--destinations", type=Path, required=True, metavar="FILE", help="points with id, lon, lat")
    times.add_argument(
        "--limit", type=_minutes, metavar="MIN", help="longest trip; the traveller's own limit by default"
    )
    times.add_argument("--out", type=Path, required=True, metavar="FILE.parquet", help="or .csv")
    _how(times)
    times.add_argument("--workers", type=_count, default=1, help="processes of this machine")
    times.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler elsewhere, with the same --cache folder"
    )
    times.add_argument("--islands", action="store_true", help="accept roads that fall into unconnected parts")
    roads = command("roads", roads_command, "a quality report of a road file, one page / 道路数据质量报告")
    roads.add_argument("roads", type=Path, metavar="FILE")
    roads.add_argument("--points", type=Path, metavar="FILE", help="points to be joined to the roads")
    roads.add_argument("--out", type=Path, metavar="FILE.html")
    for one in (times, roads):
        one.add_argument(
            "--cache", type=Path, metavar="DIR", help="where computed times are kept; JIUJIN_CACHE as well"
        )
        one.add_argument("--no-cache", action="store_true")
        one.add_argument(
            "--columns",
            metavar="KEY=COLUMN,…",
            help="of road lines: class, speed_kph, oneway, surface, length_m, id",
        )
        one.add_argument("--json", action="store_true", help="print one JSON object")


def _how(parser: argparse.ArgumentParser) -> None:
    """Who travels, when, and over what ground."""
    parser.add_argument("--profile", choices=tuple(PROFILES), default="car")
    parser.add_argument("--season", choices=("summer", "winter"), help="summer where nothing is said")
    parser.add_argument("--month", type=int, choices=range(1, 13), help="1 to 12, in place of the season")
    parser.add_argument("--surface", choices=("best", "worst", "both"), default="best", help="roads of unknown surface")
    parser.add_argument(
        "--speeds", type=Path, metavar="FILE.toml", help="rows `key = value` in place of the shipped ones"
    )
    parser.add_argument(
        "--closures", type=Path, metavar="FILE.csv", help="closed roads: closure_id, lon, lat, radius_m, months"
    )
    parser.add_argument("--elevation", type=Path, nargs="+", metavar="TIF", help="GeoTIFF tiles or a folder of them")
    parser.add_argument("--land-cover", type=Path, metavar="TIF")
    parser.add_argument("--barriers", type=Path, metavar="FILE", help="rivers and the like, lines or polygons")


def travel_times_command(options: argparse.Namespace) -> int:
    """The sparse table of minutes, and the points without a known route as CSV beside it."""
    _check_options(options)
    folder = cache_folder(options)
    roads = load_roads(options.roads, columns=_columns(options), cache=folder or False)
    points, faults = [], []
    for path in (options.origins, options.destinations):
        found, wrong = read_points(path, roads)
        points.append(found)
        faults += wrong
    if faults:
        raise LayerError(faults)
    way = _roadways(options, roads)
    tables = [_minutes_between(one, points, options, folder) for one in way]
    table = tables[0] if len(tables) == 1 else _both_ends(*tables)
    alone = no_route_table(way[0], points[0], points[1], folder)
    _write(table, alone, options)
    _told(options, table, alone, points, way[0].rules)
    return 0


def _check_options(options: argparse.Namespace) -> None:
    """What can be said before anything is read.

    Raises:
        PlanningError: one sentence for every fault.
    """
    faults = []
    if options.out.suffix not in (".parquet", ".csv"):
        name = options.out.name
        faults.append(
            both(
                f"--out: {name}: a name that ends in .parquet or .csv is needed",
                f"--out：{name} 应以 .parquet 或 .csv 结尾",
            )
        )
    if options.month and options.season and options.season != season_of(options.month):
        faults.append(
            both(
                f"--month {options.month} lies in {season_of(options.month)}, but --season is {options.season}; "
                "leave out one of them",
                f"--month {options.month} 与 --season {options.season} 不一致；请删去其中一项",
            )
        )
    if faults:
        raise PlanningError(faults)


def _roadways(options: argparse.Namespace, roads: RoadNetwork) -> list[Roadway]:
    """The roads for the surface asked for, or for the best and the worst, both entered where the best may be."""
    figures, under = read_speeds(options.speeds), _ground(options)
    closures = closed_in(read_closures(options.closures), options.month) if options.closures else ()
    choices = ("best", "worst") if options.surface == "both" else (options.surface,)
    rules = [_rules(options, figures, surface) for surface in choices]
    found = [roadway(roads, one, under, closures, entered_by=rules[0]) for one in rules]
    if not options.islands:
        require_connected(roadway(roads, rules[0], under), options.roads.name)  # with nothing closed
    return found


def _minutes_between(
    way: Roadway, points: list[pd.DataFrame], options: argparse.Namespace, folder: Path | None
) -> pd.DataFrame:
    at = [p[["lon", "lat"]].to_numpy(float) for p in points]
    trips = prepare(way, at[0], at[1], _limit(options, way.rules), folder)
    progress = Progress(options.lang)
    found = spread_table(trips, options.workers, options.scheduler, folder, progress)
    progress.end()
    pairs = found.tocoo()
    ids = [p["id"].to_numpy() for p in points]
    return pd.DataFrame(
        {"origin_id": ids[0][pairs.coords[0]], "destination_id": ids[1][pairs.coords[1]], "travel_time_min": pairs.data}
    )


def _limit(options: argparse.Namespace, rules: TravelRules) -> float:
    return float(rules.longest_min if options.limit is None else options.limit)


def _both_ends(best: pd.DataFrame, worst: pd.DataFrame) -> pd.DataFrame:
    """Best minutes with the worst beside them, empty where the worst is beyond the limit or there is no way."""
    keys = ["origin_id", "destination_id"]
    more = worst.rename(columns={"travel_time_min": "travel_time_worst_min"})
    return best.merge(more, on=keys, how="outer", validate="one_to_one", sort=False)


def _write(table: pd.DataFrame, alone: pd.DataFrame, options: argparse.Namespace) -> None:
    """Both files whole, or none of the table."""
    out: Path = options.out
    beside = no_route_file(out)
    try:
        if len(alone):
            out.parent.mkdir(parents=True, exist_ok=True)
            words = [text(f"reason_{r}", options.lang) for r in alone["reason"]]
            write_csv(alone.assign(explanation=words), beside)
        else:
            beside.unlink(missing_ok=True)
        with whole_file(out) as file:
            if out.suffix == ".csv":
                file.write(table.to_csv(index=False, lineterminator="\n").encode(CSV_ENCODING))
            else:
                table.to_parquet(file, index=False)
    except OSError as error:
        raise _not_written(out, error) from None


def _not_written(out: Path, error: OSError) -> PlanningError:
    reason = error.strerror
    return PlanningError([both(f"{out}: cannot be written ({reason})", f"{out}：无法写入（{reason}）；请换一个位置")])


def no_route_file(out: Path) -> Path:
    """The table of points without a known route, beside the table of minutes."""
    return out.with_name(f"{out.stem}.no_route.csv")


def _told(
    options: argparse.Namespace,
    table: pd.DataFrame,
    alone: pd.DataFrame,
    points: list[pd.DataFrame],
    rules: TravelRules,
) -> None:
    """What was computed, under which conditions, and what is missing."""
    numbers = {
        "out": str(options.out), "origins": len(points[0]), "destinations": len(points[1]), "pairs": len(table),
        "origins_without_route": int((alone["side"] == "origin").sum()),
        "destinations_without_route": int((alone["side"] == "destination").sum()),
        "profile": rules.profile, "season": rules.season, "month": options.month, "limit_min": _limit(options, rules),
        "unknown_surface": options.surface, "off_road": "ground" if options.elevation else "straight_lines",
    }  # fmt: skip
    if options.json:
        print(json.dumps(numbers, ensure_ascii=False))
        return
    season = text(rules.season, options.lang)
    when = text("in_month", options.lang).format(options.month, season) if options.month else season
    who, surface = text(rules.profile, options.lang), text(f"surface_{options.surface}", options.lang)
    print(text("pairs_written", options.lang).format(**numbers, when=when, who=who, surface=surface))
    print(text(f"off_road_{numbers['off_road']}", options.lang))
    if len(alone):
        print(text("points_alone", options.lang).format(len(alone), no_route_file(options.out)))


def roads_command(options: argparse.Namespace) -> int:
    """What an analyst would send to the road department."""
    folder = cache_folder(options)
    roads = load_roads(options.roads, columns=_columns(options), cache=folder or False)
    points = None
    if options.points:
        table, faults = read_points(options.points, roads)
        if faults:
            raise LayerError(faults)
        points = table[["lon", "lat"]].to_numpy(float)
    quality = road_quality(roads, points)
    if options.out:
        try:
            with whole_file(options.out) as file:
                file.write(quality_page(quality, options.roads.name, options.lang).encode())
        except OSError as error:
            raise _not_written(options.out, error) from None
    if options.json:
        print(json.dumps(quality.record(), ensure_ascii=False))
    else:
        print("\n".join(quality.sentences(options.lang)))
        if options.out:
            print(options.out.resolve())
    return 0


# --- options ---------------------------------------------------------------------------------------------


def cache_folder(options: argparse.Namespace) -> Path | None:
    """The folder for computed times; None when none is wanted."""
    return None if options.no_cache else options.cache or default_folder()


def _minutes(word: str) -> float:
    value = float(word)
    if not (value > 0 and np.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{word}: a number of minutes above 0 is needed / 请填大于 0 的分钟数")
    return value


def _count(word: str) -> int:
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word}: a whole number of 1 or more is needed / 请填 1 或更大的整数")
    return int(word)


def _columns(options: argparse.Namespace) -> dict[str, str] | None:
    """The column mapping of department roads.

    Raises:
        PlanningError: for a pair without `=`, and for roads that have no columns to map.
    """
    if options.columns is None:
        return None
    pairs = [pair.strip() for pair in options.columns.replace("，", ",").split(",")]
    faults = [
        both(
            f"--columns: '{p}' found, key=column is needed, such as class=等级",
            f"--columns：发现“{p}”；请写成 class=等级 的形式",
        )
        for p in pairs
        if not all(p.partition("="))
    ]
    if options.roads.suffix.lower() not in (".gpkg", ".shp", ".zip", ".geojson"):
        faults.append(
            both(
                f"--columns: {options.roads.name} has no columns to choose from; leave it out",
                f"--columns：{options.roads.name} 不是线数据，没有可选的列；请删去",
            )
        )
    if faults:
        raise PlanningError(faults)
    return dict(pair.split("=", 1) for pair in pairs)


def _rules(options: argparse.Namespace, figures: tuple[Figure, ...], surface: str) -> TravelRules:
    season = options.season or "summer"
    return travel_rules(figures, profile=options.profile, season=season, month=options.month, unknown_surface=surface)


def read_speeds(path: Path | None) -> tuple[Figure, ...]:
    """The shipped table, with rows of a TOML file (`key = value`, or tables with `value`) in place of its own.

    Raises:
        PlanningError: one sentence for each unknown key and each value that is no number.
    """
    shipped = travel_figures()
    if path is None:
        return shipped
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise PlanningError([both(f"{path}: there is no such file", f"{path}：没有这个文件；请核对路径")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = both(f"{path.name}: not TOML in UTF-8 ({error})", f"{path.name}：不是 UTF-8 编码的 TOML；请改正后重试")
        raise PlanningError([fault]) from None
    values = {key: row.get("value") if isinstance(row, dict) else row for key, row in rows.items()}
    known = [row.key for row in shipped]
    faults = []
    for key, value in values.items():
        hint = nearest(key, known)
        if key not in known and not is_exact_speed(key):
            faults.append(both(f"unknown key '{key}'{hint}", f"没有“{key}”这一项{hint.zh}"))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            faults.append(both(f"{key}: {value!r} found, a number is needed", f"{key}：发现 {value!r}；请填数字"))
        elif not np.isfinite(value) or value < 0 or (value == 0 and not may_be_zero(key)):
            more = ("0 or more", "0 或更大的") if may_be_zero(key) else ("above 0", "大于 0 的")
            faults.append(
                both(f"{key}: {value:g} found, a number {more[0]} is needed", f"{key}：发现 {value:g}；请填{more[1]}数")
            )
    if faults:
        raise PlanningError([prefixed(path.name, fault) for fault in faults])
    return changed(shipped, {key: float(value) for key, value in values.items() if value is not None})


def _ground(options: argparse.Namespace) -> Ground | None:
    if not options.elevation:
        if options.land_cover or options.barriers:
            name = "--land-cover" if options.land_cover else "--barriers"
            fault = both(f"{name}: --elevation is needed too", f"{name}：还需要 --elevation（高程栅格）")
            raise PlanningError([fault])
        return None
    barriers = read_shapes(options.barriers) if options.barriers else None
    return ground(read_elevation(options.elevation), options.land_cover, barriers)


class Progress:
    """Share done and time left, on stderr when someone watches."""

    def __init__(self, language: str) -> None:
        self.language, self.started, self.shown = language, monotonic(), False

    def __call__(self, step: str, share: float) -> None:
        """Say how far it is; times are judged by what is done."""
        if not sys.stderr.isatty() or share <= 0:
            return
        left = (monotonic() - self.started) * (1 - share) / share
        words = text("time_left", self.language).format(text(step, self.language), share * 100, left)
        print(words, end="\r", file=sys.stderr, flush=True)
        self.shown = True

    def end(self) -> None:
        """Leave the line."""
        if self.shown:
            print(file=sys.stderr)
