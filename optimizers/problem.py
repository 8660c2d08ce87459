"""The problem as numbers: who needs service, how far each site is, and what may be opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers import checks
from optimizers.arrays import Bools, Floats


class ProblemError(ValueError):
    """The numbers or parameters handed in cannot be a problem; one sentence for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, eq=False)
class Group:
    """Demand of one kind (a county, an age) and the share of it that must be near an open site.

    | field  | unit | meaning |
    |--------|------|---------|
    | weight | persons or service units | (n_demand,) what each demand row holds of the group, >= 0 |
    | floor  | share 0..1 | at least floor x sum(weight) lies within the threshold |

    Groups may overlap, and may count people whom the weights of the problem do not.
    """

    weight: Any
    floor: float


@dataclass(frozen=True, eq=False)
class LocationProblem:
    """Demand rows, site columns and the travel times between them, by position.

    | field           | unit | meaning |
    |-----------------|------|---------|
    | weight          | persons or service units | need of each demand row, >= 0 |
    | travel_time_min | minutes (or any cost) | dense with `inf` = unreachable, or CSR, see below |
    | site_cost_yuan  | yuan | cost of opening each site; for a budget and for the fixed-charge models |
    | fixed_open      | positions | sites that are always open; they count in `p`, they cost nothing |
    | forbidden       | positions | sites that may not be opened |
    | unserved_cost   | minutes (or the same cost) | price of one unit of weight left unassigned, see below |
    | capacity        | weight units | what each site can take, `inf` for no limit; for the capacitated models |
    | groups          | `Group`s | demand of which a share must be within the threshold |
    | threshold_min   | minutes | what counts as near unless `solve` is told otherwise; one number or one per row |

    In a scipy CSR array the stored entries, zeros too, are the reachable pairs. With an `unserved_cost` no pair
    dearer than it is ever used; with None every demand must be assigned.

    After construction `travel_time_min` is always a read-only CSR of float64 with sorted columns. It shares the
    caller's arrays where they are read-only float64 (and int32) already, and is a copy otherwise.
    Rows of zero weight ask for nothing: no model has to reach them.

    Raises:
        ProblemError: naming every fault at once.
    """

    weight: Any
    travel_time_min: Any
    site_cost_yuan: Any = None
    fixed_open: Sequence[int] = ()
    forbidden: Sequence[int] = ()
    unserved_cost: float | None = None
    capacity: Any = None
    groups: Sequence[Group] = ()
    threshold_min: Any = None

    def __post_init__(self) -> None:
        faults: list[str] = []
        times = checks.checked_times(self.travel_time_min, faults)
        rows, columns = (None, None) if times is None else times.shape
        weight = checks.checked_vector("weight", self.weight, faults)
        checks.check_length("weight", weight, rows, "rows", faults)
        cost = _optional("site_cost_yuan", self.site_cost_yuan, columns, faults)
        fixed = checks.checked_positions("fixed_open", self.fixed_open, columns, faults)
        forbidden = checks.checked_positions("forbidden", self.forbidden, columns, faults)
        checks.check_locks(fixed, forbidden, faults)
        unserved = checks.checked_number("unserved_cost", self.unserved_cost, faults)
        capacity = _optional("capacity", self.capacity, columns, faults, infinite=True)
        groups = _checked_groups(self.groups, rows, faults)
        threshold = checks.checked_threshold(self.threshold_min, rows, faults)
        if faults:
            raise ProblemError(faults)
        for name, value in (
            ("weight", weight), ("travel_time_min", times), ("site_cost_yuan", cost), ("fixed_open", fixed),
            ("forbidden", forbidden), ("unserved_cost", unserved), ("capacity", capacity), ("groups", groups),
            ("threshold_min", threshold),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def n_demand(self) -> int:
        """Number of demand rows."""
        return int(self.travel_time_min.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of site columns."""
        return int(self.travel_time_min.shape[1])

    @property
    def closed_for_good(self) -> Bools:
        """True for each forbidden site."""
        return self.mask_of(self.forbidden)

    @property
    def open_already(self) -> Bools:
        """True for each site that is fixed open."""
        return self.mask_of(self.fixed_open)

    def mask_of(self, sites: Iterable[int]) -> Bools:
        """True for each of these sites."""
        mask = np.zeros(self.n_sites, dtype=np.bool_)
        mask[list(sites)] = True
        return mask


def _optional(name: str, value: Any, needed: int | None, faults: list[str], *, infinite: bool = False) -> Floats | None:
    """A vector over the sites, or None where none was given."""
    if value is None:
        return None
    vector = checks.checked_vector(name, value, faults, infinite=infinite)
    checks.check_length(name, vector, needed, "columns", faults)
    return vector


def _checked_groups(value: Any, rows: int | None, faults: list[str]) -> tuple[Group, ...]:
    try:
        given = [(group.weight, group.floor) for group in value]
    except (TypeError, AttributeError):
        faults.append("groups must be a sequence of Group(weight, floor).")
        return ()
    pairs = [checks.checked_group(k, weight, floor, rows, faults) for k, (weight, floor) in enumerate(given)]
    return tuple(Group(*pair) for pair in pairs if pair is not None)
