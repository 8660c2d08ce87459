"""A scenario: a baseline plus ordered, typed changes and one objective. TOML file ↔ frozen object.

Unknown keys, text where a number belongs, negative numbers and unknown codes are all reported at once, one
sentence each; see `Scenario.from_toml`.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic import ValidationError as Invalid

from geodata.errors import Sentence, both, prefixed
from planning.assumptions import default_assumptions
from planning.faults import PlanningError, kind_needed, listed_zh, nearest, needed

Model = Literal["none", "max_coverage", "set_cover", "p_median", "p_center"]
CandidateKind = Literal["township_place", "village_point"]


class _Table(BaseModel):
    """A table of a scenario file: frozen, no unknown keys, no text for numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Open(_Table):
    """A candidate is an institution already (part of the baseline, at no cost to this plan)."""

    type: Literal["open"] = "open"
    site: str


class Close(_Table):
    """An existing institution is gone."""

    type: Literal["close"] = "close"
    site: str


class Upgrade(_Table):
    """A site serves another number of persons."""

    type: Literal["upgrade"] = "upgrade"
    site: str
    capacity_persons: PositiveInt


class Lock(_Table):
    """A candidate must be chosen; it counts against the number of sites and the budget."""

    type: Literal["lock"] = "lock"
    site: str


class Forbid(_Table):
    """A candidate must not be chosen."""

    type: Literal["forbid"] = "forbid"
    site: str


class CloseRoad(_Table):
    """A named closure of the study area is in force."""

    type: Literal["close_road"] = "close_road"
    closure: str


class ScaleDemand(_Table):
    """The weight of a county's people in the objective and in the counts is multiplied."""

    type: Literal["scale_demand"] = "scale_demand"
    county: str
    factor: PositiveFloat


class SetSpeed(_Table):
    """One of the travel assumptions takes another value."""

    type: Literal["set_speed"] = "set_speed"
    speed: str
    value: PositiveFloat


Change = Annotated[
    Open | Close | Upgrade | Lock | Forbid | CloseRoad | ScaleDemand | SetSpeed, Field(discriminator="type")
]
CHANGES: tuple[type[_Table], ...] = get_args(get_args(Change)[0])
CHANGE_TYPES = tuple(kind.model_fields["type"].default for kind in CHANGES)


class Objective(_Table):
    """What the plan is for.

    Attributes:
        model: a model of the optimisers, or `none` to evaluate what is there.
        sites: number of new institutions; with `budget_yuan` too, both hold.
        budget_yuan: capital, yuan.
        minutes: within how many minutes a person counts as near; `<=`.
        inequality_aversion: above 0, a p_median minimises the Kolm-Pollak equally distributed equivalent
            time with this aversion instead of the mean.
    """

    model: Model = "none"
    sites: NonNegativeInt | None = None
    budget_yuan: NonNegativeFloat | None = None
    minutes: PositiveFloat = 60.0
    inequality_aversion: Annotated[float, Field(ge=0, le=10)] = 0.0


class Weights(_Table):
    """Weight of a person in the objective; everyone else weighs 1. Counts of persons are never weighted."""

    severe: NonNegativeFloat = 1.0
    hardship: NonNegativeFloat = 1.0


class Candidates(_Table):
    """Which candidates may be chosen: kinds of places, and the counties they lie in (all when empty)."""

    kinds: Annotated[tuple[CandidateKind, ...], Field(min_length=1)] = ("township_place",)
    counties: tuple[str, ...] = ()


class Layers(_Table):
    """Files of the user's that replace layers of the study area; paths are relative to the scenario file."""

    institutions: str | None = None
    candidates: str | None = None


class Solver(_Table):
    """How long to try: `quick` stops at search and bound, `thorough` goes on to the MIP."""

    effort: Literal["quick", "thorough"] = "thorough"
    time_limit_s: PositiveFloat = 60.0


class Scenario(_Table):
    """A whole scenario. Equal scenarios on the same study area give the same sites."""

    name: str = Field(pattern=r"^[\w\-]+$")
    title_zh: str = ""
    title_en: str = ""
    description_zh: str = ""
    description_en: str = ""
    study_area: str = "southern_xinjiang"
    season: Literal["summer", "winter"] = "summer"
    with_separate_xpcc: bool = False
    objective: Objective = Objective()
    weights: Weights = Weights()
    candidates: Candidates = Candidates()
    layers: Layers = Layers()
    solver: Solver = Solver()
    assumptions: dict[str, float] = Field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @classmethod
    def from_toml(cls, path: str | Path) -> "Scenario":
        """Read a scenario file.

        Raises:
            PlanningError: with one sentence for every fault of the file.
        """
        path = Path(path)
        return cls.from_table(read_toml(path), path.name, path.parent)

    @classmethod
    def from_table(cls, table: dict[str, Any], file: str, folder: Path = Path()) -> "Scenario":
        """Check the table of a scenario file; layer paths become absolute.

        Raises:
            PlanningError: with one sentence for every fault.
        """
        faults = [prefixed(file, fault) for fault in form_faults(table, folder)]
        if faults:
            raise PlanningError(faults)
        scenario = cls.model_validate(_tuples(table))
        found = {key: str((folder / path).resolve()) for key, path in scenario.layers if path}
        return scenario.model_copy(update={"layers": Layers(**found)})

    def to_toml(self) -> str:
        """The scenario as the text of a file that reads back to an equal scenario."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    def of(self, kind: type[_Table]) -> list[Any]:
        """The changes of one kind, in order."""
        return [change for change in self.changes if isinstance(change, kind)]

    @property
    def called(self) -> Sentence:
        """The scenario by name, as the beginning of a sentence."""
        return both(f"scenario '{self.name}'", f"情景“{self.name}”")

    def title(self, language: str) -> str:
        """Title in `zh` or `en`, the name when there is none."""
        return (self.title_zh if language == "zh" else self.title_en) or self.name


def read_toml(path: Path) -> dict[str, Any]:
    """The table of a TOML file.

    Raises:
        PlanningError: when there is no such file or it is not TOML in UTF-8.
    """
    if not path.is_file():
        fault = both(
            f"{path}: there is no such scenario file; `jiujin scenarios` lists the shipped ones",
            f"{path}：没有这个情景文件；用 `jiujin scenarios` 可列出内置情景",
        )
        raise PlanningError([fault])
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanningError([_not_toml(path.name, error)]) from None


def _not_toml(file: str, error: Exception) -> Sentence:
    line = re.search(r"line (\d+)", str(error))
    where = f"第 {line[1]} 行" if line else "文件"
    return both(
        f"{file}: not TOML in UTF-8 ({error}); correct it or save it as UTF-8",
        f"{file}：{where}不是 UTF-8 编码的 TOML 写法；请改正，或另存为 UTF-8",
    )


def shipped() -> dict[str, Path]:
    """The shipped scenarios, name → file, in the order in which they are compared."""
    return {p.stem.split("_", 1)[1]: p for p in sorted((Path(__file__).parent / "scenarios").glob("*.toml"))}


def load(name_or_file: str) -> Scenario:
    """A shipped scenario by name, or a file.

    Raises:
        PlanningError: when there is neither, or the file has faults.
    """
    return Scenario.from_toml(find(name_or_file))


def find(name_or_file: str) -> Path:
    """The file of a shipped scenario, or the path as it is."""
    return shipped().get(name_or_file, Path(name_or_file))


# --- faults in plain sentences ---------------------------------------------------------------------------


def _place(path: tuple[Any, ...]) -> Sentence:
    """Where in the file: `[objective] sites`, `changes no. 2: factor`."""
    parts = [p for p in path if p not in CHANGE_TYPES]
    if parts and parts[0] == "changes" and len(parts) > 1:
        keys = [str(key) for key in parts[2:]]
        return both(
            ": ".join([f"changes no. {parts[1] + 1}", *keys]), "：".join([f"changes 第 {parts[1] + 1} 项", *keys])
        )
    same = f"[{parts[0]}] {'.'.join(map(str, parts[1:]))}" if len(parts) > 1 else str(parts[0])
    return both(same, same)


def form_faults(table: dict[str, Any], folder: Path) -> list[str]:
    """One sentence for everything that is wrong with a scenario's table, codes of places aside."""
    return _faults(table) + _missing_files(table, folder)


def _faults(table: dict[str, Any]) -> list[str]:
    try:
        scenario = Scenario.model_validate(_tuples(table))
    except Invalid as error:
        return [_sentence(e["type"], e["loc"], e["input"], e.get("ctx", {})) for e in error.errors()] + _wrong_keys(
            table
        )
    return _wrong_keys(table) + _contradictions(scenario)


def _sentence(kind: str, loc: tuple[Any, ...], found: Any, ctx: dict[str, Any]) -> Sentence:
    where, shown = _place(loc), repr(found)
    if kind == "extra_forbidden":
        table = _place(loc[:-1]) if len(loc) > 1 else both("top level", "文件顶层")
        return _unknown_key(table, str(loc[-1]), _known_keys(loc))
    if kind == "missing":
        table_zh = f"{_place(loc[:-1]).zh}：" if len(loc) > 1 else ""
        return both(f"{where} is missing; add it", f"{table_zh}缺少 {loc[-1]}；请补上")
    wanted: dict[str, Callable[[], Sentence]] = {
        "greater_than": lambda: needed(shown, f"a number above {ctx['gt']:g}", f"大于 {ctx['gt']:g} 的数"),
        "greater_than_equal": lambda: needed(shown, f"a number of {ctx['ge']:g} or more", f"{ctx['ge']:g} 或更大的数"),
        "less_than_equal": lambda: needed(shown, f"a number of {ctx['le']:g} or less", f"{ctx['le']:g} 或更小的数"),
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


def _known_keys(loc: tuple[Any, ...]) -> list[str]:
    """The keys of the table that holds an unknown one."""
    if loc[0] == "changes" and len(loc) > 3:
        return list(CHANGES[CHANGE_TYPES.index(loc[2])].model_fields)
    if len(loc) > 1:
        kind = Scenario.model_fields[loc[0]].annotation
        return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
    return list(Scenario.model_fields)


def _tuples(value: Any) -> Any:
    """TOML arrays as tuples, which the strict frozen tables want; whole numbers stay whole."""
    if isinstance(value, list):
        return tuple(_tuples(v) for v in value)
    return {k: _tuples(v) for k, v in value.items()} if isinstance(value, dict) else value


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
    faults = [_unknown_key("[assumptions]", k, known) for k in values if k not in known]
    numbers = {k: v for k, v in values.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    below = {k: v for k, v in numbers.items() if v < 0}
    zero = [k for k, v in numbers.items() if v == 0 and k in DIVISORS]
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
        if isinstance(speed, str) and speed not in SPEEDS:
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
               if "forbid" in kinds and kinds & {"lock", "open"}]  # fmt: skip
    return [
        both(
            f"changes: site '{site}' is both {how} and forbidden; keep one",
            f"changes：地点“{site}”既{how_zh}又排除；请只保留一项",
        )
        for site, how, how_zh in sorted(clashes)
    ]


SHARES = (
    "control_rate", "prevalence_0_14", "prevalence_15_59", "prevalence_60_plus", "severe_share",
    "hardship_share_of_severe", "hill_factor", "mountain_factor", "winter_factor",
)  # fmt: skip
DIVISORS = (
    "control_rate", "main_road_kph", "local_road_kph", "main_road_sinuosity", "local_sinuosity", "hill_factor",
    "mountain_factor", "winter_factor", "equity_cap_min",
    "prevalence_60_plus", "category_share_physical",
)  # fmt: skip
SPEEDS = (
    "main_road_kph", "local_road_kph", "hill_factor", "mountain_factor", "winter_factor", "boarding_min",
)  # fmt: skip


def _contradictions(scenario: Scenario) -> list[str]:
    """What each key allows but the scenario as a whole does not."""
    goal = scenario.objective
    faults: list[str] = []
    if goal.model in ("p_median", "p_center") and goal.sites is None:
        faults.append(
            both(
                f"[objective] sites is missing; the model '{goal.model}' needs a number of sites",
                f"[objective]：模型“{goal.model}”需要机构数；请填写 sites",
            )
        )
    if goal.model == "max_coverage" and goal.sites is None and goal.budget_yuan is None:
        faults.append(
            both(
                "[objective]: the model 'max_coverage' needs sites, budget_yuan or both",
                "[objective]：模型“max_coverage”需要机构数（sites）或预算（budget_yuan）；请至少填写一项",
            )
        )
    if goal.sites is not None and goal.model in ("set_cover", "none"):
        faults.append(
            both(
                f"[objective] sites: the model '{goal.model}' takes no number of sites; leave it out",
                f"[objective] sites：模型“{goal.model}”不用机构数；请删去",
            )
        )
    if goal.budget_yuan is not None and goal.model != "max_coverage":
        faults.append(
            both(
                f"[objective] budget_yuan: the model '{goal.model}' does not take a budget; use sites",
                f"[objective] budget_yuan：模型“{goal.model}”不用预算；请改填 sites",
            )
        )
    if goal.inequality_aversion and goal.model != "p_median":
        faults.append(
            both(
                "[objective] inequality_aversion: only the model 'p_median' takes it",
                "[objective] inequality_aversion：只有模型“p_median”使用；请删去这一项",
            )
        )
    return faults
