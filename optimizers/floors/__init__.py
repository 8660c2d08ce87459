"""Floors by group and covering a share of everybody, on top of any core.

    best value(S)  subject to  covered_g(S) >= F_g W_g  for each group g, and the limits on sites

| symbol | unit | meaning |
|--------|------|---------|
| covered_g(S) | weight | weight of group g within the threshold of some open site |
| F_g, W_g | share, weight | floor of the group; all its weight |
| m_g | objective per weight | price of a unit of group weight beyond the threshold, >= 0 |

With prices m the rows of a core pay for being beyond the threshold, and no plan that keeps the floors is better
than the bound of that core (Lagrangean relaxation, Geoffrion 1974). So the engine's search, bounds and tree
serve questions with floors too; `prices` finds good prices, `search` plans that keep the floors, and `exact` what
is left of the gap, by the reference model in HiGHS. A set cover of a share of everybody is one floor more.
"""

from optimizers.floors.engine import solve_with_floors

__all__ = ["solve_with_floors"]
