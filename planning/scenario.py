"""A scenario: a baseline plus ordered, typed changes and one objective. TOML file ↔ frozen object.

Unknown keys, text where a number belongs, negative numbers and unknown codes are all reported at once, one
sentence each; see `Scenario.from_toml`.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic import ValidationError as Invalid

from planning.assumptions import default_assumptions
from planning.faults import PlanningError

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
        faults = [f"{file}: {fault}" for fault in form_faults(table, folder)]
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

    def title(self, language: str) -> str:
        """Title in `zh` or `en`, the name when there is none."""
        return (self.title_zh if language == "zh" else self.title_en) or self.name


def read_toml(path: Path) -> dict[str, Any]:
    """The table of a TOML file.

    Raises:
        PlanningError: when there is no such file or it is not TOML in UTF-8.
    """
    if not path.is_file():
        raise PlanningError([f"{path}: there is no such scenario file; `jiujin scenarios` lists the shipped ones"])
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanningError([f"{path.name}: not TOML in UTF-8 ({error}); correct it or save it as UTF-8"]) from None


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


@dataclass(frozen=True)
class _Place:
    """Where in the file: `[objective] sites`, `changes no. 2: factor`."""

    path: tuple[Any, ...]

    def __str__(self) -> str:
        parts = [p for p in self.path if p not in CHANGE_TYPES]
        if parts and parts[0] == "changes" and len(parts) > 1:
            return ": ".join([f"changes no. {parts[1] + 1}", *map(str, parts[2:])])
        return f"[{parts[0]}] {'.'.join(map(str, parts[1:]))}" if len(parts) > 1 else str(parts[0])


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that a mistyped one most likely means, as the end of a sentence."""
    close = get_close_matches(word, known, 1, 0.5)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(sorted(known)[:12])}"


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


def _sentence(kind: str, loc: tuple[Any, ...], found: Any, ctx: dict[str, Any]) -> str:
    where, shown = _Place(loc), repr(found)
    if kind == "extra_forbidden":
        table = _Place(loc[:-1]) if len(loc) > 1 else "top level"
        return f"{table}: unknown key '{loc[-1]}'{nearest(str(loc[-1]), _known_keys(loc))}"
    wanted: dict[str, Callable[[], str]] = {
        "missing": lambda: f"{where} is missing; add it",
        "greater_than": lambda: f"{where}: {shown} found, a number above {ctx['gt']:g} is needed",
        "greater_than_equal": lambda: f"{where}: {shown} found, a number of {ctx['ge']:g} or more is needed",
        "less_than_equal": lambda: f"{where}: {shown} found, a number of {ctx['le']:g} or less is needed",
        "too_short": lambda: f"{where}: an empty list found, one entry or more is needed",
        "literal_error": lambda: f"{where}: {shown} found, one of {ctx['expected']} is needed",
        "union_tag_invalid": lambda: f"{where}: type {ctx['tag']!r} is not known{nearest(ctx['tag'], CHANGE_TYPES)}",
        "union_tag_not_found": lambda: (
            f"{where}: the key 'type' is missing; one of {', '.join(CHANGE_TYPES)} is needed"
        ),
        "string_pattern_mismatch": lambda: f"{where}: {shown} found, letters, digits, '-' and '_' only are needed",
    }
    if kind in wanted:
        return wanted[kind]()
    needed = {"int": "a whole number", "float": "a number", "string": "text in quotes", "bool": "true or false"}
    return f"{where}: {shown} found, {needed.get(kind.split('_')[0], 'a value of another kind')} is needed"


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
    return [f"[layers] {key}: there is no file '{path}'" for key, path in files if not (folder / path).is_file()]


def _wrong_keys(table: dict[str, Any]) -> list[str]:
    """Assumptions and speeds that do not exist, or are negative."""
    known = default_assumptions().keys()
    given = table.get("assumptions")
    values = given if isinstance(given, dict) else {}
    faults = [f"[assumptions]: unknown key '{k}'{nearest(k, known)}" for k in values if k not in known]
    numbers = {k: v for k, v in values.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    faults += [f"[assumptions] {k}: {v} found, a number of 0 or more is needed" for k, v in numbers.items() if v < 0]
    zero = [k for k, v in numbers.items() if v == 0 and k in DIVISORS]
    faults += [f"[assumptions] {k}: 0 found, a number above 0 is needed" for k in zero]
    changes = table.get("changes")
    for i, change in enumerate(changes if isinstance(changes, list) else [], 1):
        speed = change.get("speed") if isinstance(change, dict) else None
        if isinstance(speed, str) and speed not in SPEEDS:
            faults.append(f"changes no. {i}: speed '{speed}' is not known{nearest(speed, SPEEDS)}")
    return faults + _locked_and_forbidden(changes if isinstance(changes, list) else [])


def _locked_and_forbidden(changes: list[Any]) -> list[str]:
    """Sites that one change wants and another excludes."""
    named: dict[str, set[str]] = {}
    for change in changes:
        if isinstance(change, dict) and isinstance(change.get("site"), str):
            named.setdefault(change["site"], set()).add(str(change.get("type")))
    clashes = [(site, "locked" if "lock" in kinds else "opened") for site, kinds in named.items()
               if "forbid" in kinds and kinds & {"lock", "open"}]  # fmt: skip
    return [f"changes: site '{site}' is both {how} and forbidden; keep one" for site, how in sorted(clashes)]


DIVISORS = (
    "control_rate", "main_road_kph", "local_road_kph", "main_road_sinuosity", "local_sinuosity", "hill_factor",
    "mountain_factor", "winter_factor", "equity_cap_min",
)  # fmt: skip
SPEEDS = (
    "main_road_kph", "local_road_kph", "hill_factor", "mountain_factor", "winter_factor", "boarding_min",
)  # fmt: skip


def _contradictions(scenario: Scenario) -> list[str]:
    """What each key allows but the scenario as a whole does not."""
    goal, faults = scenario.objective, []
    if goal.model in ("p_median", "p_center") and goal.sites is None:
        faults.append(f"[objective] sites is missing; the model '{goal.model}' needs a number of sites")
    if goal.model == "max_coverage" and goal.sites is None and goal.budget_yuan is None:
        faults.append("[objective]: the model 'max_coverage' needs sites, budget_yuan or both")
    if goal.budget_yuan is not None and goal.model != "max_coverage":
        faults.append(f"[objective] budget_yuan: the model '{goal.model}' does not take a budget; use sites")
    if goal.inequality_aversion and goal.model != "p_median":
        faults.append("[objective] inequality_aversion: only the model 'p_median' takes it")
    return faults
