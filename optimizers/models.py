"""The one table of models: what each asks and needs, and the functions that pose, build and measure it.

A new model is one `pose_*` function or one function that solves it, one reference model, one measure and one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimizers import measures
from optimizers.cover.pose import pose_backup_coverage, pose_max_coverage, pose_set_cover
from optimizers.median.pose import pose_fixed_charge, pose_kolm_pollak, pose_p_median
from optimizers.problem import LocationProblem
from optimizers.reference import (
    Reference,
    backup_coverage_model,
    capacitated_coverage_model,
    capacitated_fixed_charge_model,
    capacitated_p_median_model,
    fixed_charge_model,
    kolm_pollak_model,
    lexicographic_model,
    max_coverage_model,
    p_center_model,
    p_median_model,
    set_cover_model,
)
from optimizers.request import Option, Request

if TYPE_CHECKING:
    from optimizers.evaluate import Evaluation


@dataclass(frozen=True)
class Model:
    """One row of the table.

    | field | meaning |
    |-------|---------|
    | sense, unit | "min" or "max", and of what |
    | family | which engine: cover, median, centre, lexicographic, capacity |
    | required, any_of, optional | what the question must have, one of which it must have, what it may have |
    | needs | fields that the problem must have |
    | options | knobs by name |
    | serves_all | every row of positive weight must be served, unless the problem has an `unserved_cost` |
    | floors | floors for groups may be asked for |
    | pose | the problem as a core, for the families cover and median |
    | build | the reference model in PuLP |
    | measure | the objective of a plan |
    """

    description: str
    sense: str
    unit: str
    family: str
    required: tuple[str, ...]
    any_of: tuple[str, ...]
    build: Callable[..., Reference]
    pose: Callable[..., Any] | None
    measure: Callable[[LocationProblem, Evaluation, Request], Evaluation]
    citation: str
    optional: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    serves_all: bool = False
    floors: bool = False


_CHOICE = Option(
    "planned",
    "who decides: 'planned' splits demand as is best; 'nearest' sends each row whole to its nearest open site, and a "
    "plan that overfills a site is none",
    choices=("planned", "nearest"),
)
_YUAN_PER_TIME = Option(1.0, "yuan for one unit of weight travelling one minute", low=0.0)
_AVERSION = Option(1.0, "aversion to inequality, kappa = aversion x alpha", low=0.0, high=100.0, above=True)
_LIMITS = ("p", "budget_yuan")

MODELS: dict[str, Model] = {
    "max_coverage": Model(
        "Cover the most weight within the threshold with p sites or a budget.",
        "max", "weight", "cover", ("threshold_min",), _LIMITS,
        max_coverage_model, pose_max_coverage, measures.max_coverage,
        "Church & ReVelle 1974, Papers in Regional Science 32",
        floors=True,
    ),
    "set_cover": Model(
        "Open the fewest sites that reach everyone, or a share of the weight, within the threshold.",
        "min", "sites", "cover", ("threshold_min",), (),
        set_cover_model, pose_set_cover, measures.set_cover,
        "Toregas, Swain, ReVelle & Bergman 1971, Operations Research 19",
        options={"cover_share": Option(1.0, "share of all weight that must be covered", low=0.0, high=1.0)},
        floors=True,
    ),
    "p_median": Model(
        "Place p sites so that the weighted time to the nearest one is least.",
        "min", "weight x minutes", "median", (), _LIMITS,
        p_median_model, pose_p_median, measures.p_median,
        "Hakimi 1964, Operations Research 12; ReVelle & Swain 1970, Geographical Analysis 2",
        serves_all=True, floors=True,
    ),
    "p_center": Model(
        "Place p sites so that the longest time to the nearest one is least.",
        "min", "minutes", "centre", ("p",), (),
        p_center_model, None, measures.p_center,
        "Minieka 1970, SIAM Review 12",
    ),
    "backup_coverage": Model(
        "Cover the most weight within the threshold, a second site near counting too.",
        "max", "weight", "cover", ("threshold_min",), _LIMITS,
        backup_coverage_model, pose_backup_coverage, measures.backup_coverage,
        "Hogan & ReVelle 1986, Management Science 32",
        options={"backup_share": Option(0.5, "theta: worth of the second cover, 1 - theta that of the first",
                                        low=0.0, high=1.0)},
        floors=True,
    ),
    "capacitated_coverage": Model(
        "Serve the most weight within the threshold, no site more than it can take.",
        "max", "weight", "capacity", ("threshold_min",), _LIMITS,
        capacitated_coverage_model, None, measures.capacitated_coverage,
        "Current & Storbeck 1988, Environment and Planning B 15; Wagner & Falkson 1975, Geographical Analysis 7",
        needs=("capacity",), options={"choice": _CHOICE},
    ),
    "capacitated_p_median": Model(
        "Place p sites so that the weighted time is least, no site serving more than it can take.",
        "min", "weight x minutes", "capacity", (), _LIMITS,
        capacitated_p_median_model, None, measures.capacitated_p_median,
        "Mulvey & Beck 1984, European Journal of Operational Research 18; Wagner & Falkson 1975",
        needs=("capacity",), options={"choice": _CHOICE}, serves_all=True,
    ),
    "fixed_charge": Model(
        "Open sites so that their cost and the weighted time, at its price, are least together.",
        "min", "yuan", "median", (), (),
        fixed_charge_model, pose_fixed_charge, measures.fixed_charge,
        "Balinski 1965, Management Science 12; Erlenkotter 1978, Operations Research 26",
        optional=("p",), needs=("site_cost_yuan",), options={"yuan_per_time": _YUAN_PER_TIME},
        serves_all=True, floors=True,
    ),
    "capacitated_fixed_charge": Model(
        "Open sites so that their cost and the weighted time are least, no site serving more than it can take.",
        "min", "yuan", "capacity", (), (),
        capacitated_fixed_charge_model, None, measures.capacitated_fixed_charge,
        "Sridharan 1995, European Journal of Operational Research 87; Wagner & Falkson 1975",
        optional=("p",), needs=("site_cost_yuan", "capacity"),
        options={"yuan_per_time": _YUAN_PER_TIME, "choice": _CHOICE}, serves_all=True,
    ),
    "kolm_pollak": Model(
        "Place p sites so that the equally distributed equivalent of all times is least.",
        "min", "minutes", "median", (), _LIMITS,
        kolm_pollak_model, pose_kolm_pollak, measures.kolm_pollak,
        "Horton, Logan, Murrell, Skipper & Speakman, arXiv 2401.15452",
        options={"aversion": _AVERSION},
        serves_all=True, floors=True,
    ),
    "lexicographic": Model(
        "Place p sites so that the worst time is least, then as few as possible are nearly as badly off.",
        "min", "minutes", "lexicographic", ("p",), (),
        lexicographic_model, None, measures.lexicographic,
        "Ogryczak 1997, European Journal of Operational Research 100",
        options={
            "levels": Option((), "minutes, the largest first: as few as possible beyond each; none: the worst times",
                             low=0.0, many=True),
            "depth": Option(3, "how many worst times and the weight at them are compared, where no levels are given",
                            low=1.0, whole=True),
        },
    ),
}  # fmt: skip
