"""The network's question as numbers: who needs what, what may open where, and what limits it.

A *row* is the need of people of one place and kind for one service. A *site* may take a *form* (an embedded, an
upgraded, a new building), which gives it space; with a form open it may switch on *modules*, each of one service with
a capacity. Forms and modules open in a year and stay open. What no site reaches may be served by *rounds*.

    maximise   Σ_t Σ_a share_a ( Σ_rj reach_arj x_atrj + Σ_r round_value_r z_atr )
    subject to Σ_j x_atrj + z_atr <= units_r                          everyone is served once
               Σ_{r of service s} x_atrj <= Σ_{k at j of s} capacity_k m_kt     capacity, by season
               m_kt <= Σ_{f at j} y_ft,  Σ_{f at j, free} y_ft <= 1    a module needs its building; one form at most
               Σ_{k at j} space_k m_kt <= Σ_{f at j} space_f y_ft      space
               y_ft >= y_f,t-1,  m_kt >= m_k,t-1                       years are nested
               y_ft <= Σ_{j in needs_f} open_jt                        a point needs an open centre in reach
               Σ_{k free, in pool h} use_kp m_kt (+ days of rounds) <= pool_hp        staff by specialism
               Σ_b paid_btgi = cost_tgi,  Σ_gi paid_btgi <= money_bt (+ what was left)   money by year and source

x: units delivered at sites, z: at home, y: forms open, m: modules on. Indices: a season, t year, r row, j site, s
service, f form, k module, g group (county), h pool, p resource, b source of money, i capital or running cost.

Only what is free to choose costs money and staff: what stands is there, with its space. `optimizers.reference.network`
writes every limit out.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from optimizers.problem import ProblemError

FREE: Final = 0
STANDS: Final = 1
BARRED: Final = 2
"""State of a form or a module: may be chosen, is there already at no cost to the plan, may not be chosen."""


@dataclass(frozen=True, eq=False)
class NetworkProblem:
    """By position: R rows, m sites, F forms, K modules, S services, G groups, H pools, P resources, B sources of money.

    | field | shape, unit | meaning |
    |-------|-------------|---------|
    | years | number | T years, numbered 0..T-1 |
    | services, groups | number | S and G |
    | service, group | (R,) | service and group (county) of each row |
    | units | (R,) units a year | need, >= 0 |
    | worth | (R,) per unit | what one unit counts in shares: floors, standards, the worst-off |
    | reach | A CSR (R, m) | stored: the site may serve the row in that season; value: of one unit delivered, >= 0 |
    | season_share | (A,) share | of the year; adds up to 1 |
    | round_yuan | (R,) yuan a unit | cost of serving at home; inf: no rounds to this row |
    | round_value | (R,) per unit | value of one unit delivered at home |
    | round_days | (R,) staff days a unit | drawn from the pool's resource `round_resource` |
    | round_pool | (R,) | pool that sets out, -1 for none (then no limit of days) |
    | round_resource | position | resource that rounds draw on; -1 for no limit |
    | site_group | (m,) | group (county) of each site; its money is spent there |
    | site_pool | (m,) | staff pool of each site, -1: none, only modules without need of staff may open |
    | site_by | (m,) year | the site must have a form open from this year on; -1: no such order |
    | form_site | (F,) | site of each form |
    | form_capital, form_running | (F,) yuan, yuan a year | running cost is due from the year of opening on |
    | form_space | (F,) m2 | what it gives |
    | form_state | (F,) | FREE, STANDS, BARRED |
    | form_needs | CSR (F, m) | stored: one of these sites must be open; an empty row needs none |
    | module_site, module_service | (K,) | where, and what; service -1: gives staff only |
    | module_capacity | (K,) units a year | |
    | module_capital, module_running | (K,) yuan, yuan a year | |
    | module_space | (K,) m2 | |
    | module_use | (K, P) | resources that it draws from its site's pool; below 0 it gives |
    | module_state | (K,) | FREE, STANDS, BARRED |
    | pool | (H, P) | resources there (staff by specialism, days of rounds) |
    | money | (B, T) yuan | of each source in each year; B = 0: no limit |
    | pays | (B, G, 2) bool | whether the source may pay capital [0] and running cost with rounds [1] of a group |
    | carry | (B,) bool | whether what is left may be spent in later years |
    | floor | (G,) share | of a group's worth that is delivered in the last year, at least |
    | standard | (S,) share | of a service's units that are delivered in the last year, at least |
    | tilt_groups, tilt_share | (G,) bool, share | of all money of all years these groups get at least this share |
    | most_sites | number | of sites where a free form is open, at most; None: no limit |

    Shares of seasons are means over the seasons by `season_share`.

    Raises:
        ProblemError: naming every array of the wrong shape, every number out of range and every position that is none.
    """

    years: int
    services: int
    groups: int
    service: Any
    group: Any
    units: Any
    worth: Any
    reach: tuple[Any, ...]
    season_share: Any
    round_yuan: Any
    round_value: Any
    round_days: Any
    round_pool: Any
    round_resource: int
    site_group: Any
    site_pool: Any
    site_by: Any
    form_site: Any
    form_capital: Any
    form_running: Any
    form_space: Any
    form_state: Any
    form_needs: Any
    module_site: Any
    module_service: Any
    module_capacity: Any
    module_capital: Any
    module_running: Any
    module_space: Any
    module_use: Any
    module_state: Any
    pool: Any
    money: Any
    pays: Any
    carry: Any
    floor: Any
    standard: Any
    tilt_groups: Any
    tilt_share: float = 0.0
    most_sites: int | None = None

    def __post_init__(self) -> None:
        sizes = self._sizes()
        faults: list[str] = []
        for name, (axes, kind, lowest, highest) in _ARRAYS.items():
            wanted = tuple(sizes[axis] for axis in axes)
            array = _array(getattr(self, name), kind)
            if array is None or array.shape != wanted:
                faults.append(f"{name} must be {kind} of shape {wanted}, found {_found(getattr(self, name))}.")
                continue
            object.__setattr__(self, name, array)
            low, high = (sizes.get(bound, bound) if isinstance(bound, str) else bound for bound in (lowest, highest))
            if array.size and kind != "bool" and not (array.min() >= low and array.max() <= high):
                faults.append(f"{name} must lie from {low:g} to {high:g}, found {array.min():g} to {array.max():g}.")
        faults += self._other_faults(sizes)
        if faults:
            raise ProblemError(faults)

    def _sizes(self) -> dict[str, int]:
        """Length of every axis, and the largest position on it (`<R`)."""
        rows, sites = self.reach[0].shape if self.reach else (0, 0)
        pools, resources = np.shape(self.pool) if np.ndim(self.pool) == 2 else (0, 0)
        sizes = {
            "R": rows, "m": sites, "F": np.size(self.form_site), "K": np.size(self.module_site), "S": self.services,
            "G": self.groups, "H": pools, "P": resources, "B": np.shape(self.money)[0] if np.ndim(self.money) else 0,
            "T": self.years, "A": len(self.reach), "2": 2,
        }  # fmt: skip
        return sizes | {f"<{axis}": size - 1 for axis, size in sizes.items()}

    def _other_faults(self, sizes: dict[str, int]) -> list[str]:
        faults = []
        if not self.reach or self.years < 1:
            faults.append("there must be at least one season and one year.")
        faults += [
            f"reach[{a}] has shape {table.shape}, reach[0] {self.reach[0].shape}; all seasons speak of the same."
            for a, table in enumerate(self.reach)
            if table.shape != self.reach[0].shape
        ]
        faults += [
            f"reach[{a}] holds values below 0 or that are no numbers."
            for a, table in enumerate(self.reach)
            if table.nnz and not (np.isfinite(table.data).all() and table.data.min() >= 0)
        ]
        if self.form_needs.shape != (sizes["F"], sizes["m"]):
            faults.append(f"form_needs must have shape {(sizes['F'], sizes['m'])}, found {self.form_needs.shape}.")
        if not 0 <= self.tilt_share <= 1:
            faults.append(f"tilt_share is {self.tilt_share}; give a share from 0 to 1.")
        if self.most_sites is not None and self.most_sites < 0:
            faults.append(f"most_sites is {self.most_sites}; give a number of 0 or more, or None.")
        if not -1 <= self.round_resource < sizes["P"]:
            faults.append(f"round_resource is {self.round_resource}; there are {sizes['P']} resources, -1 for none.")
        return faults


def _array(value: Any, kind: str) -> Any:
    """The value as an array of a kind; None where it is no array of numbers of that kind."""
    try:
        array = np.asarray(value)
        if kind == "whole":
            return array.astype(np.int64, copy=False) if array.size == 0 or array.dtype.kind in "iub" else None
        return array.astype(np.bool_ if kind == "bool" else np.float64, copy=False)
    except (TypeError, ValueError):
        return None


def _found(value: Any) -> str:
    array = np.asarray(value)
    return f"{array.dtype} of shape {array.shape}"


_MOST = float("inf")
_ARRAYS: Final[dict[str, tuple[tuple[str, ...], str, Any, Any]]] = {  # field: axes, kind, smallest, largest
    "service": (("R",), "whole", 0, "<S"),
    "group": (("R",), "whole", 0, "<G"),
    "units": (("R",), "real", 0, 1e18),
    "worth": (("R",), "real", 0, 1e18),
    "season_share": (("A",), "real", 0, 1),
    "round_yuan": (("R",), "real", 0, _MOST),
    "round_value": (("R",), "real", 0, 1e18),
    "round_days": (("R",), "real", 0, 1e18),
    "round_pool": (("R",), "whole", -1, "<H"),
    "site_group": (("m",), "whole", 0, "<G"),
    "site_pool": (("m",), "whole", -1, "<H"),
    "site_by": (("m",), "whole", -1, "<T"),
    "form_site": (("F",), "whole", 0, "<m"),
    "form_capital": (("F",), "real", 0, 1e18),
    "form_running": (("F",), "real", 0, 1e18),
    "form_space": (("F",), "real", 0, 1e18),
    "form_state": (("F",), "whole", 0, 2),
    "module_site": (("K",), "whole", 0, "<m"),
    "module_service": (("K",), "whole", -1, "<S"),
    "module_capacity": (("K",), "real", 0, 1e18),
    "module_capital": (("K",), "real", 0, 1e18),
    "module_running": (("K",), "real", 0, 1e18),
    "module_space": (("K",), "real", 0, 1e18),
    "module_use": (("K", "P"), "real", -1e18, 1e18),
    "module_state": (("K",), "whole", 0, 2),
    "pool": (("H", "P"), "real", 0, 1e18),
    "money": (("B", "T"), "real", 0, _MOST),
    "pays": (("B", "G", "2"), "bool", 0, 1),
    "carry": (("B",), "bool", 0, 1),
    "floor": (("G",), "real", 0, 1),
    "standard": (("S",), "real", 0, 1),
    "tilt_groups": (("G",), "bool", 0, 1),
}
