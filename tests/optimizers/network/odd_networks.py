"""Networks of one site or none where the answer is known in words; each pins one reading of a limit."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from optimizers.network.problem import STANDS, NetworkProblem


def one_site(**changes) -> NetworkProblem:
    """10 units needed; a form of 10 yuan, 2 a year, 5 m2; a module of 3 yuan, 1 a year, 4 m2, 6 units, 2 staff."""
    problem = NetworkProblem(
        years=1, services=1, groups=1,
        service=np.array([0]), group=np.array([0]), units=np.array([10.0]), worth=np.array([1.0]),
        reach=(one(1.0),), season_share=np.array([1.0]),
        round_yuan=np.array([np.inf]), round_value=np.array([0.0]), round_days=np.array([0.0]),
        round_pool=np.array([-1]), round_resource=-1,
        site_group=np.array([0]), site_pool=np.array([0]), site_by=np.array([-1]),
        form_site=np.array([0]), form_capital=np.array([10.0]), form_running=np.array([2.0]),
        form_space=np.array([5.0]), form_state=np.array([0]), form_needs=none(),
        module_site=np.array([0]), module_service=np.array([0]), module_capacity=np.array([6.0]),
        module_capital=np.array([3.0]), module_running=np.array([1.0]), module_space=np.array([4.0]),
        module_use=np.array([[2.0]]), module_state=np.array([0]),
        pool=np.array([[5.0]]), money=np.zeros((0, 1)), pays=np.zeros((0, 1, 2), bool), carry=np.zeros(0, bool),
        floor=np.zeros(1), standard=np.zeros(1), tilt_groups=np.zeros(1, bool),
    )  # fmt: skip
    no_money = {"money": np.zeros((0, changes.get("years", 1)))}
    return replace(problem, **(no_money | changes))


def one(value):
    """A table of one row and one site with this value stored."""
    return sparse.csr_array((np.array([float(value)]), (np.array([0]), np.array([0]))), shape=(1, 1))


def none(rows=1, sites=1):
    return sparse.csr_array((rows, sites))


def paid_by(*sources, pays=True, carry=False, years=1):
    """Sources of money, each a list of yuan by year."""
    count = len(sources)
    return {
        "money": np.array(sources, dtype=float).reshape(count, years),
        "pays": np.full((count, 1, 2), pays),
        "carry": np.full(count, carry),
    }


NO_FORMS = {
    "form_site": np.zeros(0, int), "form_capital": np.zeros(0), "form_running": np.zeros(0), "form_space": np.zeros(0),
    "form_state": np.zeros(0, int), "form_needs": none(0),
}  # fmt: skip
NO_MODULES = {
    "module_site": np.zeros(0, int), "module_service": np.zeros(0, int), "module_capacity": np.zeros(0),
    "module_capital": np.zeros(0), "module_running": np.zeros(0), "module_space": np.zeros(0),
    "module_use": np.zeros((0, 1)), "module_state": np.zeros(0, int),
}  # fmt: skip
NO_PEOPLE = {
    "service": np.zeros(0, int), "group": np.zeros(0, int), "units": np.zeros(0), "worth": np.zeros(0),
    "reach": (none(0),), "round_yuan": np.zeros(0), "round_value": np.zeros(0), "round_days": np.zeros(0),
    "round_pool": np.zeros(0, int),
}  # fmt: skip
TWO_YEARS = {"years": 2}
STANDING = {"form_state": np.array([STANDS]), "module_state": np.array([STANDS])}
AT_HOME = {"round_yuan": np.array([2.0]), "round_value": np.array([1.0])}
WINTER = {"reach": (one(1.0), none()), "season_share": np.array([0.75, 0.25])}

TWO_FORMS = {  # of 5 m2 each, the second dearer, and two modules of 4 m2
    "form_site": np.zeros(2, int), "form_capital": np.array([10.0, 12.0]), "form_running": np.zeros(2),
    "form_space": np.full(2, 5.0), "form_state": np.zeros(2, int), "form_needs": none(2),
    "module_site": np.zeros(2, int), "module_service": np.zeros(2, int), "module_capacity": np.array([6.0, 4.0]),
    "module_capital": np.array([3.0, 2.0]), "module_running": np.zeros(2), "module_space": np.full(2, 4.0),
    "module_use": np.zeros((2, 1)), "module_state": np.zeros(2, int),
}  # fmt: skip
TWO_SITES = {  # the people reach site 0 only; its form needs site 1 open, where nothing may be built
    "site_group": np.zeros(2, int), "site_pool": np.zeros(2, int), "site_by": np.full(2, -1),
    "reach": (sparse.csr_array(np.array([[1.0, 0.0]])),), "form_needs": sparse.csr_array(np.array([[0.0, 1.0]])),
}  # fmt: skip
CENTRE = TWO_SITES | TWO_FORMS | {
    "form_site": np.array([0, 1]), "module_site": np.array([0, 1]),
    "form_needs": sparse.csr_array(np.array([[0.0, 1.0], [0.0, 0.0]])),
}  # fmt: skip

ODD = {  # what is said: changes to one_site, aims, value of the last aim (None: no plan)
    "what opens serves up to its capacity": ({}, ("most",), 6.0),
    "every year counts": (TWO_YEARS, ("most",), 12.0),
    "a season counts by its share": (WINTER, ("most",), 4.5),
    "capacity is a rate, not shortened by a season": ({**WINTER, "units": np.array([6.0])}, ("worst_off",), 0.75),
    "nothing to open": (NO_FORMS | NO_MODULES, ("most",), 0.0),
    "nobody there": (NO_PEOPLE, ("most",), 0.0),
    "nobody there is nobody worse off": (NO_PEOPLE, ("worst_off",), 1.0),
    "no need is nobody worse off": ({"units": np.zeros(1)}, ("worst_off",), 1.0),
    "need that counts nothing is nobody worse off": ({"worth": np.zeros(1)}, ("worst_off",), 1.0),
    "a floor where there is no need asks nothing": (
        {"units": np.zeros(1), "floor": np.ones(1), "standard": np.ones(1)}, ("least_cost",), 0.0),
    "a floor just reached": ({"floor": np.array([0.6])}, ("least_cost",), 16.0),
    "a floor just missed": ({"floor": np.array([0.61])}, ("least_cost",), None),
    "a standard just reached": ({"standard": np.array([0.6])}, ("fewest_sites",), 1.0),
    "a floor is of the last year": ({**TWO_YEARS, "floor": np.array([0.6])}, ("least_cost",), 16.0),
    "units without value count for floors": ({"reach": (one(0.0),), "floor": np.array([0.6])}, ("most",), 0.0),
    "a site ordered where nothing may stand": (NO_FORMS | NO_MODULES | {"site_by": np.array([0])}, ("most",), None),
    "a site ordered costs money": ({"site_by": np.array([0])}, ("least_cost",), 12.0),
    "what stands fills the order": ({**STANDING, "site_by": np.array([0])}, ("least_cost",), 0.0),
    "what stands costs nothing": ({**STANDING, **paid_by([0.0])}, ("most",), 6.0),
    "what stands is no new site": ({**STANDING, "most_sites": 0}, ("most",), 6.0),
    "what stands draws no staff": ({**STANDING, "pool": np.zeros((1, 1))}, ("most",), 6.0),
    "what stands needs no centre": ({**STANDING, "form_needs": one(1.0)}, ("most",), 6.0),
    "a standing module needs no building": (
        {"module_state": np.array([STANDS]), "module_space": np.zeros(1), "most_sites": 0}, ("most",), 6.0),
    "a standing module needs its space": (
        {"module_state": np.array([STANDS]), "most_sites": 0}, ("most",), None),
    "a site may be its own centre": ({"form_needs": one(1.0)}, ("most",), 6.0),
    "a site takes one new form": (TWO_FORMS, ("most",), 6.0),
    "what stands may be extended": (TWO_FORMS | {"form_state": np.array([STANDS, 0])}, ("most",), 10.0),
    "a shared building costs its part once": (
        TWO_FORMS | {"form_space": np.full(2, 8.0), "standard": np.ones(1)}, ("least_cost",), 15.0),
    "a point needs its centre": (TWO_SITES, ("most",), 0.0),
    "a point with its centre": (CENTRE, ("most",), 6.0),
    "a point pays for its centre": (CENTRE | {"standard": np.array([0.6])}, ("least_cost",), 25.0),
    "a centre that stands": (CENTRE | {"standard": np.array([0.6]), "form_state": np.array([0, STANDS])},
                             ("least_cost",), 13.0),
    "a module needs a building": ({"module_space": np.zeros(1)} | paid_by([4.0]), ("most",), 0.0),
    "what opens may not close": (
        TWO_YEARS | {"form_capital": np.zeros(1), "module_capital": np.zeros(1)} | paid_by([3.0, 2.0], years=2),
        ("most",), 0.0),
    "staff to the last": ({"pool": np.array([[2.0]])}, ("most",), 6.0),
    "too little staff": ({"pool": np.array([[1.0]])}, ("most",), 0.0),
    "no pool, no staff": ({"site_pool": np.array([-1])}, ("most",), 0.0),
    "no pool, none needed": ({"site_pool": np.array([-1]), "module_use": np.array([[-2.0]])}, ("most",), 6.0),
    "space to the last": ({"form_space": np.array([4.0])}, ("most",), 6.0),
    "too little space": ({"form_space": np.array([3.0])}, ("most",), 0.0),
    "just the money": (paid_by([16.0]), ("most",), 6.0),
    "a yuan too little": (paid_by([15.0]), ("most",), 0.0),
    "money without end": (paid_by([np.inf]), ("most",), 6.0),
    "money that pays nothing": (paid_by([99.0], pays=False), ("most",), 0.0),
    "two sources share a bill": (paid_by([8.0], [8.0]), ("most",), 6.0),
    "capital from one source, running cost from the other": (
        paid_by([13.0], [3.0]) | {"pays": np.array([[[True, False]], [[False, True]]])}, ("most",), 6.0),
    "what is left is lost": (TWO_YEARS | paid_by([10.0, 10.0], years=2), ("most",), 0.0),
    "what is left is carried": (TWO_YEARS | paid_by([10.0, 10.0], years=2, carry=True), ("most",), 6.0),
    "money of later years is not there yet": (TWO_YEARS | paid_by([0.0, 40.0], years=2, carry=True), ("most",), 6.0),
    "running cost is due again": (TWO_YEARS | paid_by([16.0, 3.0], years=2), ("most",), 12.0),
    "who opens must be able to run on": (TWO_YEARS | paid_by([16.0, 2.0], years=2), ("most",), 0.0),
    "rounds serve whom sites do not": (AT_HOME, ("most",), 10.0),
    "rounds cost by the unit": (AT_HOME | paid_by([16.0]), ("most",), 8.0),
    "rounds take days": (AT_HOME | {"round_days": np.ones(1), "round_pool": np.zeros(1, int), "round_resource": 0},
                         ("most",), 9.0),
    "rounds without a pool take no days": (AT_HOME | {"round_days": np.ones(1), "round_resource": 0}, ("most",), 10.0),
    "rounds count for shares": (AT_HOME | {"floor": np.ones(1), "most_sites": 0}, ("least_cost",), 20.0),
    "a round in winter costs its season": (WINTER | AT_HOME | {"floor": np.ones(1), "most_sites": 0},
                                           ("least_cost",), 20.0),
    "the tilt is kept by spending nothing": ({"tilt_share": 0.5}, ("most",), 0.0),
    "the tilt is kept in its own groups": ({"tilt_share": 1.0, "tilt_groups": np.ones(1, bool)}, ("most",), 6.0),
    "one season is not regretted": ({}, ("least_regret",), 0.0),
    "a season shut for all is not regretted": (WINTER, ("least_regret",), 0.0),
    "an aim is held": ({}, ("most", "least_cost"), 16.0),
}  # fmt: skip
