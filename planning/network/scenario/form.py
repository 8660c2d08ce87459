"""The `[network]` table of a scenario file: services, years, aims, money and limits of a network plan."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from planning.scenario_table import Table

Aim = Literal["most_units", "neediest", "kolm_pollak", "worst_off", "least_cost", "fewest_sites", "least_regret"]
VALUED: tuple[Aim, ...] = ("most_units", "neediest", "kolm_pollak")
"""Aims that say what a unit of service is worth; a plan has one of them at most."""
Mode = Literal["public_private", "private_aided", "purchased"]
MODES: tuple[Mode, ...] = get_args(Mode)
"""公建民营 (built by the public, run privately), 民办公助 (private, aided), 政府购买服务 (purchased service)."""
Seasons = Literal["summer", "winter", "all_year", "both"]
Comparison = Literal["phasing", "seasons", "integration"]
Share = Annotated[float, Field(ge=0, le=1)]
SPECIALISMS = ("therapist", "care_worker", "teacher", "social_worker", "technician")
ROUND_STAFF = "round_staff"
USUAL_SERVICES = (
    "rehabilitation", "day_care", "culture_sports", "supported_employment", "device_fitting", "school_compulsory",
)  # fmt: skip


def _one_for_all(value: Any) -> Any:
    """A single number stands for every year."""
    single = isinstance(value, int | float) and not isinstance(value, bool)
    return (value,) if single else value


class Money(Table):
    """One source of money, `[[network.money]]`.

    Attributes:
        source: its name, such as 中央专项; each once.
        yuan: a number, for each of the years, or one number a year.
        pays: `capital` (buildings and equipment), `running` (running cost and rounds) or `both`.
        prefectures, counties: codes of 4 and 6 digits that it is earmarked to; everywhere when both are empty.
        donor: who gives it in a pairing (对口援疆); only shown.
        carry: what is left of a year may be spent in later years; else it is lost.
    """

    source: Annotated[str, Field(min_length=1)]
    yuan: Annotated[tuple[NonNegativeFloat, ...], BeforeValidator(_one_for_all), Field(min_length=1)]
    pays: Literal["capital", "running", "both"] = "both"
    prefectures: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    donor: str = ""
    carry: bool = False


class Floors(Table):
    """`[network.floors]`: share of a county's persons in need that are served in the last year, at least.

    Attributes:
        county_share: for every county.
        counties: code → share, in place of it.
    """

    county_share: Share = 0.0
    counties: dict[str, Share] = Field(default_factory=dict)


class Tilt(Table):
    """`[network.tilt]`: of all money of all years at least `share` goes to the `prefectures` and `counties` named."""

    share: Share
    prefectures: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()


class StaffOf(Table):
    """`[[network.staff_counties]]`: persons whom one county can find, in place of all else.

    Attributes:
        county: its code.
        therapist, care_worker, teacher, social_worker, technician, round_staff: persons.
    """

    county: str
    therapist: NonNegativeFloat | None = None
    care_worker: NonNegativeFloat | None = None
    teacher: NonNegativeFloat | None = None
    social_worker: NonNegativeFloat | None = None
    technician: NonNegativeFloat | None = None
    round_staff: NonNegativeFloat | None = None


class Network(Table):
    """The `[network]` table. What is not given comes from the catalogue (`[assumptions]` changes its rows).

    Attributes:
        services: keys of `geodata.services`, in the order in which they are shown.
        first_year, years: calendar year in which the plan begins, and for how many years (1 to 10).
        aims: in their order, three at most; each keeps what the earlier ones reached. `most_units`: service attendances
            (服务人次) a year, a session, fitting, attendance or visit counting 1, a place its days of use; `neediest`:
            the same, weighted by `[weights]`; `kolm_pollak`: persons served with what they need in a year, near ones
            more, the farthest least of all, by `inequality_aversion`; `worst_off`: the county served least;
            `least_cost`; `fewest_sites`; `least_regret` over seasons.
        give: share of an earlier aim that later ones may give up.
        inequality_aversion: of `kolm_pollak`, times the study area's scale.
        season: `summer`, `winter` (closures of July, of January), `all_year` (in time in both) or `both` (each its
            own flows, by months); where absent that of the scenario.
        owners: `joint` (local and XPCC institutions serve everyone) or `separate` (each its own people).
        village_points: whether village points may be chosen.
        rounds: whether people whom no standing institution reaches in time in every season may be served at home (of
            services with minutes at home in the catalogue: not day care, culture and sports, supported employment).
        new_buildings: whether new buildings may be chosen.
        referral_minutes: from a township to a county centre at most, for services that need referral.
        outreach_minutes: from a county centre to the sites that draw on its staff, at most.
        link_minutes: from a village point to the open institution or centre that it hangs on, at most.
        only_accessible_hosts: only hosts that are known to be accessible; else the others carry a retrofit.
        mode, modes: operating mode of what is new: `public_private`, `private_aided`, `purchased`; `modes` by code
            of county or prefecture.
        most_sites: sites built or extended, at most.
        explain, explain_s: whether the plan is explained, and seconds for the re-solves of that.
        why_not: ids of sites; for each that the plan leaves out, what forcing it in would cost, within `explain_s` too.
        compare: other ways of planning, each solved within the scenario's own `[solver]` and set beside the plan:
            `phasing` (all capital at once), `seasons` (plans for summer, winter, the whole year and least regret),
            `integration` (local and XPCC institutions apart and together).
        money: sources of money; no limit where there is none.
        minutes: service → longest minutes, in place of `services.toml`.
        profiles: service → who travels how.
        standards: service → share of its units that is delivered in the last year, at least.
        floors, tilt: see there.
        staff: specialism (or `round_staff`) → persons whom every county can find; the catalogue's where absent.
        staff_counties: the same for single counties.
    """

    services: Annotated[tuple[str, ...], Field(min_length=1)] = USUAL_SERVICES
    first_year: Annotated[int, Field(ge=2000, le=2100)] = 2026
    years: Annotated[int, Field(ge=1, le=10)] = 5
    aims: Annotated[tuple[Aim, ...], Field(min_length=1, max_length=3)] = ("most_units",)
    give: Share = 0.0
    inequality_aversion: Annotated[float, Field(gt=0, le=10)] = 1.0
    season: Seasons | None = None
    owners: Literal["joint", "separate"] = "joint"
    village_points: bool = True
    rounds: bool = True
    new_buildings: bool = True
    referral_minutes: PositiveFloat | None = None
    outreach_minutes: PositiveFloat | None = None
    link_minutes: PositiveFloat | None = None
    only_accessible_hosts: bool = False
    mode: Mode = "public_private"
    modes: dict[str, Mode] = Field(default_factory=dict)
    most_sites: NonNegativeInt | None = None
    explain: bool = False
    explain_s: PositiveFloat = 60.0
    why_not: tuple[str, ...] = ()
    compare: tuple[Comparison, ...] = ()
    money: tuple[Money, ...] = ()
    minutes: dict[str, PositiveFloat] = Field(default_factory=dict)
    profiles: dict[str, str] = Field(default_factory=dict)
    standards: dict[str, Share] = Field(default_factory=dict)
    floors: Floors = Floors()
    tilt: Tilt | None = None
    staff: dict[str, NonNegativeFloat] = Field(default_factory=dict)
    staff_counties: tuple[StaffOf, ...] = ()

    @property
    def calendar(self) -> tuple[int, ...]:
        """The calendar years of the plan."""
        return tuple(range(self.first_year, self.first_year + self.years))
