"""Service at home and mobile rounds: from the minutes between the county centre and a home to days and yuan.

A team leaves the hub, drives t minutes, makes whole visits of v minutes and comes back. In a round of d working days
of D minutes it makes n = ⌊(d·D − 2t) / v⌋ visits; each of its d − 1 nights away counts as a share of a day (allowance
and rest), so the round takes e = d + night·(d − 1) days of team and vehicle. The round is as long as makes e / n
smallest. As n falls with t for every d, days and yuan a visit never fall when the way grows.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.network.posing.catalogue import Catalogue

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rounds:
    """What one unit at home takes, by row; inf where no round reaches.

    Attributes:
        visits_per_day: visits that a team makes in a day of its round, nights counted; 0 where no round reaches.
        staff_days, vehicle_days: a unit.
        yuan: a unit.
    """

    visits_per_day: Floats
    staff_days: Floats
    vehicle_days: Floats
    yuan: Floats


def team_days(minutes: npt.ArrayLike, visit_min: float, day_min: float, night_days: float, longest_days: int) -> Floats:
    """Days of team and vehicle for one visit; inf without a route, or beyond the longest round.

    Args:
        minutes: (n,) one way from the hub; inf without a route.
        visit_min: minutes of a visit, with the way to the next home.
        day_min: minutes of a working day.
        night_days: what a night away counts, in days.
        longest_days: of a round.
    """
    t = np.asarray(minutes, float)
    best = np.full(t.shape, np.inf)
    for days in range(1, longest_days + 1):
        free = np.where(np.isfinite(t), days * day_min - 2 * t, -1.0)
        visits = np.floor(free / visit_min + 1e-9)
        taken = days + night_days * (days - 1)
        best = np.where(visits >= 1, np.minimum(best, taken / np.maximum(visits, 1)), best)
    return np.asarray(best)


def rounds(minutes: npt.ArrayLike, service: str, catalogue: Catalogue) -> Rounds:
    """What serving homes at these minutes from their hub takes, for a service that can be given at home."""
    days = team_days(
        minutes,
        catalogue[f"home_minutes_{service}"],
        60 * catalogue["hours_day"],
        catalogue["round_night_days"],
        round(catalogue["round_longest_days"]),
    )
    per_unit = days * catalogue[f"home_visits_{service}"]
    team = catalogue["round_team_staff"]
    staff_day_yuan = catalogue["staff_yuan_year"] / catalogue["working_days_year"]
    return Rounds(
        visits_per_day=1 / days,
        staff_days=team * per_unit,
        vehicle_days=per_unit,
        yuan=per_unit * (team * staff_day_yuan + catalogue["vehicle_day_yuan"]),
    )
