"""Rows that tighten a model without losing a plan: nobody is served where nothing is on yet.

    x_pe <= units_r Σ_{t in Y_p} Σ_{f at j} y_ft        at a site j where nothing stands
    x_pe <= units_r Σ_{t in Y_p} Σ_{k of q} m_kt        at a pair q of site and service where nothing stands

There is one for every arc e = (r, q) and period p. Few of them bind, so a large model is given those that its
relaxation breaks, and a narrow one, or one cut into counties, all of them. They matter most where years are folded
and people weigh unequally: else a module of the last year could serve the neediest of all years.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.network.core import Core
from optimizers.network.model import Model, matches, standing_sites
from optimizers.network.problem import NetworkProblem

_MOST: Final = 6_000  # rows added at a time
_HAIR: Final = 1e-3  # of a row's units: a smaller breach is not worth a row


@dataclass(frozen=True, eq=False)
class Links:
    """Arcs of one period to be linked: to the forms of their site, and to the modules of their pair."""

    period: int
    by_site: Ints
    by_pair: Ints


def all_links(problem: NetworkProblem, core: Core, model: Model) -> list[Links]:
    """Every arc at a pair where nothing stands; by its site where no form stands either."""
    stands = standing_sites(problem)
    out = []
    for number, period in enumerate(model.periods):
        pair = core.arcs[period.season].pair
        empty = core.standing[pair] == 0
        bare = ~stands[core.pair_site[pair]]
        out.append(Links(number, np.flatnonzero(empty & bare), np.flatnonzero(empty)))
    return out


def broken_links(problem: NetworkProblem, core: Core, model: Model, values: Floats) -> list[Links]:
    """Those that the values of a relaxation break most."""
    return [_broken(problem, core, model, values, links) for links in all_links(problem, core, model)]


def _broken(problem: NetworkProblem, core: Core, model: Model, values: Floats, links: Links) -> Links:
    period = model.periods[links.period]
    arcs, years = core.arcs[period.season], period.years
    sites, pairs = problem.site_group.size, core.pair_site.size
    opened = values[model.opens][:, years].sum(axis=1)
    at_site = np.bincount(problem.form_site[model.forms], opened, minlength=sites)
    kind_pair = core.module_pair[model.modules]
    gives = kind_pair >= 0
    at_pair = np.bincount(kind_pair[gives], values[model.on][:, years].sum(axis=1)[gives], minlength=pairs)
    delivered, units = values[model.delivered[links.period]], core.units[arcs.row]
    over_site = delivered - units * at_site[core.pair_site[arcs.pair]]
    over_pair = delivered - units * at_pair[arcs.pair]
    worst = arcs.value
    return Links(
        links.period,
        _most(links.by_site, over_site * worst, over_site > _HAIR * units),
        _most(links.by_pair, over_pair * worst, (over_pair > _HAIR * units) & (over_pair > over_site + _HAIR * units)),
    )


def _most(arcs: Ints, over: Floats, counts: Bools) -> Ints:
    some: Ints = arcs[counts[arcs]]
    return np.asarray(some[np.argsort(-over[some], kind="stable")[:_MOST]])


def add_links(problem: NetworkProblem, core: Core, model: Model, links: list[Links]) -> int:
    """Write rows into the model.

    Returns:
        Their number.
    """
    before = model.sheet.rows
    kind_pair = core.module_pair[model.modules]
    for one in links:
        period = model.periods[one.period]
        arcs = core.arcs[period.season]
        sites = core.pair_site[arcs.pair[one.by_site]]
        _add(core, model, one.period, one.by_site, matches(sites, problem.form_site[model.forms]), model.opens)
        _add(core, model, one.period, one.by_pair, matches(arcs.pair[one.by_pair], kind_pair), model.on)
    return model.sheet.rows - before


def _add(core: Core, model: Model, number: int, chosen: Ints, met: tuple[Ints, Ints], columns: Ints) -> None:
    period = model.periods[number]
    units = core.units[core.arcs[period.season].row[chosen]]
    rows = model.sheet.new_rows(chosen.size, high=0.0)
    model.sheet.put(rows, model.delivered[number][chosen], 1.0)
    which, of = met
    model.sheet.put(rows[which][:, None], columns[of][:, period.years], -units[which][:, None])
