"""The numbers of the instruments by key, each with mark and source; a planner's own are marked J."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from geodata.errors import both
from geodata.figures import Figure, changed, read_figures
from planning.assumptions import default_assumptions
from planning.faults import PlanningError, nearest

WORK = (
    "home_minutes_home_visit", "home_minutes_school_compulsory", "home_visits_school_compulsory", "hours_day",
    "round_night_days", "round_longest_days", "round_team_staff", "working_days_year",
)  # fmt: skip
"""Rows of the assumption table that say what visits at home and rounds take, the same as in the network plan."""
WHOLE = ("round_longest_days", "supervised_counties")
MOST, MOST_WHOLE = 10**9, 366
"""Values beyond these are slips of the keyboard; of the whole ones, days and counties."""


@cache
def _shipped() -> Mapping[str, Figure]:
    own = read_figures(Path(__file__).with_suffix(".toml"))
    return {row.key: row for row in (*own, *default_assumptions().rows) if row in own or row.key in WORK}


def figures_of(*keys: str, values: Mapping[str, float] | None = None) -> dict[str, Figure]:
    """The named rows of `figures.toml` and of `WORK`, with the planner's own values in place of the shipped ones.

    Args:
        values: own values by key; others than the named ones are passed over.

    Raises:
        PlanningError: for a key that does not exist, or a value that is no number above 0.
    """
    given, rows = dict(values or {}), _shipped()
    faults = [
        both(f"there is no figure '{k}'{nearest(k, list(rows))}", f"没有数值“{k}”{nearest(k, list(rows)).zh}")
        for k in given
        if k not in rows
    ]
    faults += [
        both(f"{k}: {v:g} found, a number above 0 is needed", f"{k}：发现 {v:g}；请填大于 0 的数")
        for k, v in given.items()
        if not v > 0
    ]
    faults += [
        both(f"{k}: {v:g} found, {most:,} is the most that is possible", f"{k}：发现 {v:g}；最多为 {most:,}")
        for k, v in given.items()
        if v > (most := MOST_WHOLE if k in WHOLE else MOST)
    ]
    faults += [
        both(f"{k}: {v:g} found, a whole number is needed", f"{k}：发现 {v:g}；请填整数")
        for k, v in given.items()
        if k in WHOLE and v <= MOST_WHOLE and v % 1
    ]
    if faults:
        raise PlanningError(faults)
    own = {k: v for k, v in given.items() if k in keys}
    return {row.key: row for row in changed([rows[k] for k in keys], own)}
