"""The tables of a scenario file as frozen objects: what may stand in it, key by key."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from geodata.travel.rules import season_of
from planning.network.scenario.form import Network
from planning.scenario_table import Table as Table

Model = Literal["none", "max_coverage", "backup_coverage", "set_cover", "p_median", "p_center", "lexicographic"]
LIMITS: dict[Model, tuple[str, ...]] = {
    "none": (),
    "max_coverage": ("sites", "budget_yuan"),
    "backup_coverage": ("sites", "budget_yuan"),
    "set_cover": (),
    "p_median": ("sites", "budget_yuan"),
    "p_center": ("sites",),
    "lexicographic": ("sites",),
}
"""What may limit each model; one that takes limits needs at least one."""

WITHIN_MINUTES = ("max_coverage", "backup_coverage", "set_cover")
"""Models that ask whether somebody is within `minutes`; the others only report it."""
CandidateKind = Literal["township_place", "village_point"]
Base = Literal["register", "control_total", "prevalence"]
Profile = Literal["car", "motorcycle", "walking", "wheelchair", "with_escort"]
PROFILES: tuple[Profile, ...] = get_args(Profile)


class Open(Table):
    """A candidate is an institution already (part of the baseline, at no cost to this plan)."""

    type: Literal["open"] = "open"
    site: str


class Close(Table):
    """An existing institution is gone."""

    type: Literal["close"] = "close"
    site: str


class Upgrade(Table):
    """A site serves another number of persons."""

    type: Literal["upgrade"] = "upgrade"
    site: str
    capacity_persons: PositiveInt


class Lock(Table):
    """A candidate must be chosen; it counts against the number of sites and the budget.

    Attributes:
        year: calendar year from which it must be open, of a scenario with `[network]`; by the last year where absent.
    """

    type: Literal["lock"] = "lock"
    site: str
    year: int | None = None


class Forbid(Table):
    """A candidate must not be chosen."""

    type: Literal["forbid"] = "forbid"
    site: str


class Unsafe(Table):
    """A site that must not be used for safety, and why: a candidate is not chosen, an institution not used."""

    type: Literal["unsafe"] = "unsafe"
    site: str
    reason: str = Field(min_length=1)


class CloseRoad(Table):
    """A named closure of the study area is in force."""

    type: Literal["close_road"] = "close_road"
    closure: str


class ScaleDemand(Table):
    """The weight of a county's people in the objective and in the counts is multiplied."""

    type: Literal["scale_demand"] = "scale_demand"
    county: str
    factor: PositiveFloat


class SetSpeed(Table):
    """One of the travel assumptions takes another value."""

    type: Literal["set_speed"] = "set_speed"
    speed: str
    value: PositiveFloat


Change = Annotated[
    Open | Close | Upgrade | Lock | Forbid | Unsafe | CloseRoad | ScaleDemand | SetSpeed, Field(discriminator="type")
]
CHANGES: tuple[type[Table], ...] = get_args(get_args(Change)[0])
CHANGE_TYPES = tuple(kind.model_fields["type"].default for kind in CHANGES)


class Objective(Table):
    """What the plan is for.

    Attributes:
        model: a model of the optimisers, or `none` to evaluate what is there.
        sites: number of new institutions; with `budget_yuan` too, both hold.
        budget_yuan: capital, yuan.
        minutes: within how many minutes a person counts as near; `<=`.
        inequality_aversion: above 0, a p_median minimises the Kolm-Pollak equally distributed equivalent
            time with this aversion instead of the mean.
        cover_share: set_cover only: share of the weighted persons who can be near at all that must be.
        backup_share: backup_coverage only: worth of a second institution near, 1 minus it that of the first.
    """

    model: Model = "none"
    sites: NonNegativeInt | None = None
    budget_yuan: NonNegativeFloat | None = None
    minutes: PositiveFloat = 60.0
    inequality_aversion: Annotated[float, Field(ge=0, le=10)] = 0.0
    cover_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    backup_share: Annotated[float, Field(ge=0, le=1)] = 0.5


class Weights(Table):
    """Weight of a person in the objective; everyone else weighs 1. Counts of persons are never weighted."""

    severe: NonNegativeFloat = 1.0
    hardship: NonNegativeFloat = 1.0


class Candidates(Table):
    """Which candidates may be chosen: kinds of places, and the counties they lie in (all when empty)."""

    kinds: Annotated[tuple[CandidateKind, ...], Field(min_length=1)] = ("township_place",)
    counties: tuple[str, ...] = ()


class Layers(Table):
    """Files of the user's that replace layers of the study area; paths are relative to the scenario file."""

    institutions: str | None = None
    candidates: str | None = None


class Solver(Table):
    """How long to try: `first` is a first look, `quick` stops at search and bound, `thorough` goes on to a proof.

    Attributes:
        gap: any effort stops when the plan is proven to be this close to the best possible, a share.
    """

    effort: Literal["first", "quick", "thorough"] = "thorough"
    gap: Annotated[float, Field(ge=0, lt=1)] = 0.0
    time_limit_s: PositiveFloat = 60.0


class Form(Table):
    """All tables of a scenario file.

    Attributes:
        season: `summer` or `winter`; that of the month where a month is given.
        month: 1 to 12; the closures with this month are in force.
        profile: who travels, see `geodata.travel.rules.PROFILES`.
        demand_base: which count of persons holds: the register, the control totals of the counties, or the
            prevalence of the survey; None for the register where the area has one, else the control totals.
        network: a plan of all services over years takes the place of `objective`; see `planning.network.scenario.form`.
    """

    name: str = Field(pattern=r"^[\w\-]+$")
    title_zh: str = ""
    title_en: str = ""
    description_zh: str = ""
    description_en: str = ""
    study_area: str = "southern_xinjiang"
    season: Literal["summer", "winter"] = "summer"
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    profile: Profile = "car"
    demand_base: Base | None = None
    with_separate_xpcc: bool = False
    objective: Objective = Objective()
    network: Network | None = None
    weights: Weights = Weights()
    candidates: Candidates = Candidates()
    layers: Layers = Layers()
    solver: Solver = Solver()
    assumptions: dict[str, float] = Field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _season_of_the_month(cls, table: Any) -> Any:
        """A scenario that names only its month is in that month's season."""
        if isinstance(table, dict) and "season" not in table and table.get("month") in range(1, 13):
            return table | {"season": season_of(int(table["month"]))}
        return table
