"""The command line. Exit 0 on success; 2 with one sentence for each fault of the input; 1 for a fault of ours."""

import argparse
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from geodata import LayerError
from geodata.errors import both, in_language, prefixed
from planning.area_commands import add_area_commands
from planning.codes import unknown_codes
from planning.compare import compare, printed, summary, write_comparison
from planning.faults import PlanningError
from planning.folder import check_target, plain, read_plan, write_plan
from planning.instrument_commands import add_instrument_commands
from planning.layer_commands import add_layer_commands
from planning.network.files import totals
from planning.plan import Plan
from planning.run import run
from planning.scenario import Scenario, find, load, read_toml, shipped, shipped_networks
from planning.scenario_faults import form_faults
from planning.scenario_form import Layers
from planning.store_commands import add_store_commands
from planning.study_area import StudyArea, embedded
from planning.texts import LANGUAGES, text
from planning.travel_commands import add_commands

CONTRACT = (
    "persons_total", "persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route",
    "share_within_30_min", "share_within_60_min", "share_within_120_min", "mean_travel_time_min", "sites", "cost_yuan",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    for stream in (sys.stdout, sys.stderr):  # a Windows console may speak GBK
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (PlanningError, LayerError) as error:
        _print_faults(error.faults, options.lang)
        return 2
    except BrokenPipeError:  # whoever read the output, such as `head`, has had enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
        return 0


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="jiujin", description="就近: where disabled people are served next / 残疾人服务资源规划"
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: Callable[[argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=what, description=what)
        one.set_defaults(command=does)
        one.add_argument("--lang", choices=LANGUAGES, default="zh", help="language of tables and maps")
        return one

    demo = command("demo", _demo, "the main job on southern Xinjiang: all shipped scenarios, compared / 演示")
    demo.add_argument("--out", type=Path, default=Path("jiujin-demo"), metavar="DIR")
    one = command("run", _run, "one scenario into one plan folder / 运行一个情景")
    one.add_argument("scenario", help="a TOML file, or the name of a shipped scenario")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--area", type=Path, help="folder or zip of a study area of your own")
    command("scenarios", _scenarios, "the shipped scenarios / 内置情景")
    beside = command("compare", _compare, "plan folders side by side / 比较方案")
    beside.add_argument("plans", nargs="+", type=Path, metavar="PLAN_DIR")
    beside.add_argument("--out", type=Path, required=True, metavar="DIR")
    beside.add_argument("--area", type=Path, help="folder or zip of the study area of the plans, if it is your own")
    add_layer_commands(command)
    add_area_commands(command)
    add_instrument_commands(command)
    add_store_commands(command)
    app = command("app", _app, "the page in the browser, on this machine only / 打开网页")
    app.add_argument("--port", type=int, default=8501)
    wheels = command("wheelhouse", _wheelhouse, "download all wheels for a machine without internet / 离线安装包")
    wheels.add_argument("folder", type=Path, metavar="DIR")
    wheels.add_argument("--platform", default="win_amd64", help="pip's name of the platform")
    wheels.add_argument("--python", default="3.11", help="Python version of the other machine")
    add_commands(command)
    for each in (demo, one):
        each.add_argument("--json", action="store_true", help="print one JSON object")
    return top


# --- commands ------------------------------------------------------------------------------------------


def _demo(options: argparse.Namespace) -> int:
    out: Path = options.out
    names = list(shipped())
    for name in names:
        check_target(out / name)
    area = StudyArea.southern_xinjiang()
    plans = [_planned(load(name), area, out / name, options.lang) for name in names]
    compared = compare(plans)
    files = write_comparison(compared, out / "comparison", area, options.lang)
    if options.json:
        _print_json(plans, [out / name for name in names])
        return 0
    print(printed(compared, options.lang))
    print()
    for path in [*(out / name / "map.html" for name in names), *files]:
        print(path.resolve())
    return 0


def _run(options: argparse.Namespace) -> int:
    check_target(options.out)
    scenario, area = asked(options.scenario, options.area, options.lang)
    plan = _planned(scenario, area, options.out, options.lang)
    if options.json:
        _print_json([plan], [options.out])
    else:
        print(summary(plan, options.lang, area))
        print((options.out / "map.html").resolve())
    return 0


def asked(name_or_file: str, area: Path | None, language: str) -> tuple[Scenario, StudyArea]:
    """A scenario and its study area; asked of another area, it leaves out what that does not have, and says so."""
    if area is None:
        scenario = checked_scenario(name_or_file)
        return scenario, embedded(scenario.study_area)
    own = StudyArea.open(area)
    if read_toml(find(name_or_file)).get("study_area") == own.data.name:
        return checked_scenario(name_or_file, own), own
    scenario, left = load(name_or_file).for_area(own)
    for sentence in left:
        print(in_language(sentence, language), file=sys.stderr)
    return scenario, own


def checked_scenario(name_or_file: str, area: StudyArea | None = None) -> Scenario:
    """A scenario whose codes all exist in its study area; faults of form and of codes are reported together.

    Args:
        area: the study area of the scenario; an embedded one is found by its name.

    Raises:
        PlanningError: one sentence for every fault.
    """
    path = find(name_or_file)
    table = read_toml(path)
    faults = form_faults(table, path.parent)
    try:
        area = area or embedded(str(table.get("study_area", "southern_xinjiang")))
        area = area.with_layers(Layers(**_existing_layers(table, path.parent)))
    except (PlanningError, LayerError) as error:
        faults += error.faults
    if area is not None:
        faults += unknown_codes(table, area)
    if faults:
        raise PlanningError([prefixed(path.name, fault) for fault in faults])
    return Scenario.from_toml(path)


def _existing_layers(table: dict[str, Any], folder: Path) -> dict[str, str]:
    """The user's layer files that are there, so that their ids count as known."""
    layers = table.get("layers")
    named = layers.items() if isinstance(layers, dict) else ()
    return {
        key: str(folder / path)
        for key, path in named
        if key in Layers.model_fields and isinstance(path, str) and (folder / path).is_file()
    }


def _scenarios(options: argparse.Namespace) -> int:
    for name in (*shipped(), *shipped_networks()):
        scenario = load(name)
        words = scenario.description_zh if options.lang == "zh" else scenario.description_en
        print(f"{name:26} {scenario.title(options.lang)}: {words}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    plans = [read_plan(folder) for folder in options.plans]
    area = StudyArea.open(options.area) if options.area else embedded(plans[0].study_area)
    compared = compare(plans, area)
    files = write_comparison(compared, options.out, area, options.lang)
    print(printed(compared, options.lang))
    print("\n".join(str(path.resolve()) for path in files))
    return 0


def _app(options: argparse.Namespace) -> int:
    page = Path(__file__).parents[1] / "streamlit_app.py"  # beside the package, in a clone and when installed
    if not page.is_file():
        fault = both(
            f"{page}: the page is not installed; install the project again",
            f"{page}：没有安装网页；请重新安装本项目",
        )
        raise PlanningError([fault])
    from planning.app.look.theme import flags  # the page is loaded when it is asked for

    os.environ["JIUJIN_LANG"] = options.lang
    print(f"http://127.0.0.1:{options.port}", flush=True)
    sys.argv = ["streamlit", "run", str(page), f"--server.port={options.port}", *flags()]
    runpy.run_module("streamlit", run_name="__main__")  # in this process: stopping it stops the page
    return 0


WINDOWS_ONLY = ("colorama", "tzdata")  # pip judges by this machine and would leave them out


def _wheelhouse(options: argparse.Namespace) -> int:
    """All wheels of this project for another machine, through pip."""
    source = Path(__file__).parents[1]
    if not (source / "pyproject.toml").is_file():
        fault = both(
            "wheelhouse needs a clone of the project: install it there with `pip install -e .`",
            "wheelhouse 需要项目的源码副本；请在副本中用 `pip install -e .` 安装",
        )
        raise PlanningError([fault])
    pip, folder = [sys.executable, "-m", "pip"], str(options.folder)
    if subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, str(source)]).returncode:
        return 1
    wheel = sorted(options.folder.glob("jiujin-*.whl"))[-1]
    more = WINDOWS_ONLY if options.platform.startswith("win") else ()
    target = ["--only-binary=:all:", "--platform", options.platform, "--python-version", options.python]
    return 1 if subprocess.run([*pip, "download", *target, "--dest", folder, str(wheel), *more]).returncode else 0


# --- pieces --------------------------------------------------------------------------------------------


def _planned(scenario: Scenario, area: StudyArea, folder: Path, language: str) -> Plan:
    started = monotonic()
    title = scenario.title(language)

    def progress(step: str, share: float) -> None:
        _say(f"{title}: {text(step, language)} {share * 100:.0f}%", end="\r")

    plan = run(scenario, area, progress=progress)
    progress("write", 0.0)
    write_plan(plan, folder, area, language)
    _say(f"{title}: {monotonic() - started:.1f} s" + " " * 24)
    return plan


def _print_faults(faults: Sequence[str], language: str) -> None:
    print("\n".join(in_language(fault, language) for fault in faults), file=sys.stderr)


def _say(words: str, end: str = "\n") -> None:
    if end == "\n" or sys.stderr.isatty():
        print(words, end=end, file=sys.stderr, flush=True)


def plan_record(plan: Plan, folder: Path) -> dict[str, Any]:
    """A plan as `--json` prints it."""
    solver = {k: plan.solver[k] for k in ("status", "objective", "bound", "gap")}
    numbers = {k: plain(plan.indicators[k]) for k in CONTRACT}
    more = {k: plain(v) for k, v in plan.indicators.items() if k not in CONTRACT}
    network = {} if plan.network is None else {"network": totals(plan.network)}
    told = {**numbers, **solver, **more, **network}
    return {"name": plan.name, "folder": str(folder), **told, "demand": plan.demand_source}


def _print_json(plans: Sequence[Plan], folders: Sequence[Path]) -> None:
    records = [plan_record(p, f) for p, f in zip(plans, folders, strict=True)]
    print(json.dumps({"study_area": plans[0].study_area, "plans": records}))


if __name__ == "__main__":
    sys.exit(main())
