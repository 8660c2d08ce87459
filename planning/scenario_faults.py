"""What is wrong with the table of a scenario file, in plain sentences, all at once."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError as Invalid

from geodata.errors import Sentence, both, prefixed
from geodata.travel.rules import is_exact_speed, may_be_zero, season_of, travel_figures
from planning.assumptions import default_assumptions
from planning.faults import kind_needed, listed_zh, nearest, needed
from planning.network.scenario.faults import network_faults
from planning.scenario_form import CHANGE_TYPES, LIMITS, Form, Layers
from planning.scenario_keys import known_keys


def _place(path: tuple[Any, ...]) -> Sentence:
    """Where in the file: `[objective] sites`, `changes no. 2: factor`."""
    parts = [p for p in path if p not in CHANGE_TYPES]
    if parts and parts[0] == "changes" and len(parts) > 1:
        keys = [str(key) for key in parts[2:]]
        return both(
            ": ".join([f"changes no. {parts[1] + 1}", *keys]), "：".join([f"changes 第 {parts[1] + 1} 项", *keys])
        )
    number = next((i for i, part in enumerate(parts) if isinstance(part, int)), 0)
    if parts[0] == "network" and number > 1:
        table, keys = ".".join(map(str, parts[:number])), [str(key) for key in parts[number + 1 :]]
        nth = parts[number] + 1
        return both(": ".join([f"[{table}] no. {nth}", *keys]), "：".join([f"[{table}] 第 {nth} 项", *keys]))
    same = f"[{parts[0]}] {'.'.join(map(str, parts[1:]))}" if len(parts) > 1 else str(parts[0])
    return both(same, same)


def form_faults(table: dict[str, Any], folder: Path) -> list[str]:
    """One sentence for everything that is wrong with a scenario's table, codes of places aside."""
    return _faults(table) + _missing_files(table, folder)


def _faults(table: dict[str, Any]) -> list[str]:
    try:
        scenario = Form.model_validate(tuples(table))
    except Invalid as error:
        found = [e for e in error.errors() if not _follows(e, error)]
        return [_sentence(e["type"], e["loc"], e["input"], e.get("ctx", {})) for e in found] + _wrong_keys(table)
    return _wrong_keys(table) + _contradictions(scenario) + network_faults(scenario)


def _follows(fault: Any, error: Invalid) -> bool:
    """A list that only counts as empty because its entries are wrong, which is said of each of them."""
    within = [other["loc"] for other in error.errors() if other["loc"][: len(fault["loc"])] == fault["loc"]]
    return fault["type"] == "too_short" and len(within) > 1


def _sentence(kind: str, loc: tuple[Any, ...], found: Any, ctx: dict[str, Any]) -> Sentence:
    where, shown = _place(loc), repr(found)
    if kind == "extra_forbidden":
        table = _place(loc[:-1]) if len(loc) > 1 else both("top level", "文件顶层")
        return _unknown_key(table, str(loc[-1]), known_keys(loc))
    if kind == "missing":
        table_zh = f"{_place(loc[:-1]).zh}：" if len(loc) > 1 else ""
        return both(f"{where} is missing; add it", f"{table_zh}缺少 {loc[-1]}；请补上")
    wanted: dict[str, Callable[[], Sentence]] = {
        "greater_than": lambda: needed(shown, f"a number above {ctx['gt']:g}", f"大于 {ctx['gt']:g} 的数"),
        "greater_than_equal": lambda: needed(shown, f"a number of {ctx['ge']:g} or more", f"{ctx['ge']:g} 或更大的数"),
        "less_than_equal": lambda: needed(shown, f"a number of {ctx['le']:g} or less", f"{ctx['le']:g} 或更小的数"),
        "too_long": lambda: needed(
            f"{ctx['actual_length']}", f"{ctx['max_length']} entries or fewer", f"不超过 {ctx['max_length']} 项"
        ),
        "finite_number": lambda: needed(shown, "a finite number", "有限的数"),
        "tuple_type": lambda: (
            needed(shown, "a number or a list of numbers", "一个数或一列数")
            if loc[-1] == "yuan"
            else needed(shown, *kind_needed(kind))
        ),
        "model_type": lambda: needed(shown, f"a table [{loc[-1]}]", f"表 [{loc[-1]}]"),
        "string_too_short": lambda: both("an empty text found, some words are needed", "发现空白；请填写文字"),
        "too_short": lambda: both("an empty list found, one entry or more is needed", "发现空列表；请至少填一项"),
        "literal_error": lambda: needed(shown, f"one of {ctx['expected']}", listed_zh(ctx["expected"])),
        "union_tag_invalid": lambda: _unknown_type(ctx["tag"]),
        "union_tag_not_found": lambda: both(
            f"the key 'type' is missing; one of {', '.join(CHANGE_TYPES)} is needed",
            f"缺少“type”；请填 {'、'.join(CHANGE_TYPES)} 之一",
        ),
        "string_pattern_mismatch": lambda: both(
            f"{shown} found, letters, digits, '-' and '_' only are needed", f"发现 {shown}；请只用文字、数字、“-”和“_”"
        ),
    }
    return prefixed(where, wanted[kind]() if kind in wanted else needed(shown, *kind_needed(kind)))


def _unknown_key(table: str, key: str, known: Sequence[str]) -> Sentence:
    hint = nearest(key, known)
    return prefixed(table, both(f"unknown key '{key}'{hint}", f"没有“{key}”这一项{hint.zh}"))


def _unknown_type(tag: str) -> Sentence:
    hint = nearest(tag, CHANGE_TYPES)
    return both(f"type {tag!r} is not known{hint}", f"没有“{tag}”这种类型{hint.zh}")


def tuples(value: Any) -> Any:
    """TOML arrays as tuples, which the strict frozen tables want; whole numbers stay whole."""
    if isinstance(value, list):
        return tuple(tuples(v) for v in value)
    return {k: tuples(v) for k, v in value.items()} if isinstance(value, dict) else value


def _missing_files(table: dict[str, Any], folder: Path) -> list[str]:
    layers = table.get("layers")
    named = layers.items() if isinstance(layers, dict) else ()
    files = [(key, path) for key, path in named if key in Layers.model_fields and isinstance(path, str)]
    return [
        both(f"[layers] {key}: there is no file '{path}'", f"[layers] {key}：没有文件“{path}”；请核对路径和文件名")
        for key, path in files
        if not (folder / path).is_file()
    ]


def _wrong_keys(table: dict[str, Any]) -> list[str]:
    """Assumptions and speeds that do not exist, or are negative."""
    known = default_assumptions().keys()
    given = table.get("assumptions")
    values = given if isinstance(given, dict) else {}
    faults = [_unknown_key("[assumptions]", k, known) for k in values if k not in known and not is_exact_speed(k)]
    numbers = {k: v for k, v in values.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    below = {k: v for k, v in numbers.items() if v < 0}
    zero = [k for k, v in numbers.items() if v == 0 and (k in DIVISORS or is_exact_speed(k))]
    faults += [
        prefixed(f"[assumptions] {k}", needed(str(v), "a number of 0 or more", "0 或更大的数"))
        for k, v in below.items()
    ]
    above = {k: v for k, v in numbers.items() if v > 1 and k in SHARES}
    faults += [
        prefixed(f"[assumptions] {k}", needed(str(v), "a share of 1 or less", "不大于 1 的比例"))
        for k, v in above.items()
    ]
    faults += [prefixed(f"[assumptions] {k}", needed("0", "a number above 0", "大于 0 的数")) for k in zero]
    changes = table.get("changes")
    for i, change in enumerate(changes if isinstance(changes, list) else [], 1):
        speed = change.get("speed") if isinstance(change, dict) else None
        if isinstance(speed, str) and speed not in SPEEDS and not is_exact_speed(speed):
            hint = nearest(speed, SPEEDS)
            unknown = both(f"speed '{speed}' is not known{hint}", f"没有“{speed}”这个速度{hint.zh}")
            faults.append(prefixed(_place(("changes", i - 1)), unknown))
    return faults + _locked_and_forbidden(changes if isinstance(changes, list) else [])


def _locked_and_forbidden(changes: list[Any]) -> list[str]:
    """Sites that one change wants and another excludes."""
    named: dict[str, set[str]] = {}
    for change in changes:
        if isinstance(change, dict) and isinstance(change.get("site"), str):
            named.setdefault(change["site"], set()).add(str(change.get("type")))
    clashes = [(site, *(("locked", "锁定") if "lock" in kinds else ("opened", "开放"))) for site, kinds in named.items()
               if kinds & {"forbid", "unsafe"} and kinds & {"lock", "open"}]  # fmt: skip
    return [
        both(
            f"changes: site '{site}' is both {how} and forbidden; keep one",
            f"changes：地点“{site}”既{how_zh}又排除；请只保留一项",
        )
        for site, how, how_zh in sorted(clashes)
    ]


TRAVEL = tuple(row.key for row in travel_figures())
SPEEDS = tuple(key for key in TRAVEL if key.endswith(("_kph", "_factor", "boarding_min")))
SHARES = (
    "control_rate", "prevalence_0_14", "prevalence_15_59", "prevalence_60_plus", "severe_share",
    "hardship_share_of_severe", "prevalence_rate", "smallest_part", *(key for key in TRAVEL if key.endswith("_factor")),
)  # fmt: skip
DIVISORS = (
    "control_rate", "prevalence_rate", "equity_cap_min", "prevalence_60_plus", "category_share_physical",
    "working_days_year", *(row.key for row in default_assumptions().rows if row.key.startswith("home_")),
    *(key for key in TRAVEL if not may_be_zero(key)),
)  # fmt: skip


def _contradictions(scenario: Form) -> list[str]:
    """What each key allows but the scenario as a whole does not."""
    faults: list[str] = []
    if scenario.month is not None and scenario.season != season_of(scenario.month):
        faults.append(
            both(
                f"month: {scenario.month} lies in {season_of(scenario.month)}, but season is '{scenario.season}'; "
                "leave out one of them",
                f"month：{scenario.month} 月与季节（season）“{scenario.season}”不一致；请删去其中一项",
            )
        )
    return faults + _faults_of_limits(scenario) + _faults_of_knobs(scenario)


def _faults_of_limits(scenario: Form) -> list[str]:
    """A number of sites or a budget where the model takes none, and none where it needs one."""
    goal = scenario.objective
    faults: list[str] = []
    limits = LIMITS[goal.model]
    if limits and all(getattr(goal, name) is None for name in limits):
        needed = ", ".join(limits) + (" or both" if len(limits) > 1 else "")
        faults.append(
            both(
                f"[objective]: the model '{goal.model}' needs {needed}",
                f"[objective]：模型“{goal.model}”需要填写 {' 或 '.join(limits)}",
            )
        )
    for name in ("sites", "budget_yuan"):
        if name not in limits and getattr(goal, name) is not None:
            instead = f"use {limits[0]}" if limits else "leave it out"
            rather = f"请改填 {limits[0]}" if limits else "请删去"
            faults.append(
                both(
                    f"[objective] {name}: the model '{goal.model}' does not take it; {instead}",
                    f"[objective] {name}：模型“{goal.model}”不用这一项；{rather}",
                )
            )
    return faults


# key of [objective] → the model that alone uses it, and the value that says nothing
_KNOBS = {
    "inequality_aversion": ("p_median", 0.0),
    "cover_share": ("set_cover", 1.0),
    "backup_share": ("backup_coverage", 0.5),
}


def _faults_of_knobs(scenario: Form) -> list[str]:
    return [
        both(
            f"[objective] {key}: only the model '{model}' takes it",
            f"[objective] {key}：只有模型“{model}”使用；请删去这一项",
        )
        for key, (model, silent) in _KNOBS.items()
        if scenario.objective.model != model and getattr(scenario.objective, key) != silent
    ]
