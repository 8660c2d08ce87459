"""A town written by hand: four sites, two counties, two years, two seasons, and a plan that keeps every limit of it.

Site 0 stands and trains 6 a year. Site 1 (county 0) opens in year 0, the point at site 2 (county 1), which needs it, in
year 1. Nothing is ever built at site 3. In season 1 the road of row 1 is shut, and rounds go there.

| year | county | capital | running | rounds | paid by |
|------|--------|---------|---------|--------|---------|
| 0 | 0 | 20 + 4 | 2 + 1 | 8 units x half a year x 2 yuan = 8 | source 0: 35 of 40 |
| 1 | 0 | 0 | 3 | 8 | source 0: 11 of 10 and the 5 left |
| 1 | 1 | 10 + 3 | 1 + 1 | 0 | source 1: 15 of 20 |
"""

import numpy as np
from scipy import sparse

from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem
from optimizers.network.solution import NEVER, NetworkSolution, Stage

SITES = 4


def table(entries, rows=4):
    """A CSR table from {(row, site): value}."""
    where = np.array(list(entries), dtype=int).reshape(-1, 2).T
    values = np.array(list(entries.values()), dtype=float)
    return sparse.csr_array((values, tuple(where)), shape=(rows, SITES))


def town() -> NetworkProblem:
    open_road = {(0, 0): 1, (0, 1): 1, (1, 1): 1, (2, 2): 2}
    return NetworkProblem(
        years=2, services=2, groups=2,
        service=np.array([0, 0, 1, 0]), group=np.array([0, 0, 1, 1]),
        units=np.array([10.0, 8.0, 6.0, 4.0]), worth=np.ones(4),
        reach=(table(open_road), table({pair: v for pair, v in open_road.items() if pair != (1, 1)})),
        season_share=np.array([0.5, 0.5]),
        round_yuan=np.array([np.inf, 2.0, np.inf, np.inf]), round_value=np.ones(4), round_days=np.ones(4),
        round_pool=np.array([-1, 0, -1, -1]), round_resource=1,
        site_group=np.array([0, 0, 1, 1]), site_pool=np.array([0, 0, 1, -1]), site_by=np.array([-1, 0, 1, -1]),
        form_site=np.array([0, 1, 2, 2, 0]), form_capital=np.array([0.0, 20, 10, 30, 9]),
        form_running=np.array([0.0, 2, 1, 3, 9]), form_space=np.array([10.0, 5, 4, 9, 9]),
        form_state=np.array([STANDS, FREE, FREE, FREE, BARRED]), form_needs=table({(2, 1): 1}, rows=5),
        module_site=np.array([0, 1, 2]), module_service=np.array([0, 0, 1]), module_capacity=np.array([6.0, 8, 6]),
        module_capital=np.array([0.0, 4, 3]), module_running=np.array([0.0, 1, 1]),
        module_space=np.array([5.0, 5, 4]), module_use=np.array([[0.0, 0], [2, 0], [1, 0]]),
        module_state=np.array([STANDS, FREE, FREE]),
        pool=np.array([[2.0, 6.0], [1.0, 0.0]]), money=np.array([[40.0, 10.0], [0.0, 20.0]]),
        pays=np.array([[[1, 1], [0, 0]], [[0, 0], [1, 1]]], dtype=bool), carry=np.array([True, False]),
        floor=np.array([0.8, 0.5]), standard=np.array([0.7, 1.0]),
        tilt_groups=np.array([False, True]), tilt_share=0.24, most_sites=2,
    )  # fmt: skip


def plan() -> NetworkSolution:
    seasons = ({(0, 0): 6, (1, 1): 8}, {(0, 0): 6, (0, 1): 4})
    first = tuple(table(each) for each in seasons)
    second = tuple(table({**each, (2, 2): 6}) for each in seasons)
    at_home, paid = np.zeros((2, 2, 4)), np.zeros((2, 2, 2, 2))
    at_home[:, 1, 1] = 8
    paid[0, :, 0] = [[24, 11], [0, 11]]
    paid[1, 1, 1] = [13, 2]
    return NetworkSolution(
        aims=("most",), status="optimal", objective=44.0, bound=44.0, gap=0.0, reason="", seconds=0.0, solver="by hand",
        form_year=np.array([0, 0, 1, NEVER, NEVER]), module_year=np.array([0, 0, 1]), served=(first, second),
        at_home=at_home, paid=paid, stages=(Stage("most", 44.0, 44.0, "optimal"),),
    )  # fmt: skip
