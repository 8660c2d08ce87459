"""Deliveries for given choices: proven, impossible, or not known when the time was up; never one told as another."""

import numpy as np
import pytest
from odd_networks import one_site

from optimizers.network import NEVER, choice, deliver
from optimizers.solvers import Outcome

OPEN, SHUT = np.array([0]), np.array([NEVER])


def stops_early(values=None):
    """A solver whose time is up, with values that nothing proves or with none."""

    def solve(*asked):
        return Outcome(status="time", proven=False, infeasible=False, values=values, bound=None, interrupted=False)

    return solve


def test_what_is_open_delivers_all_it_can():
    found = deliver(one_site(), OPEN, OPEN)
    assert (found.status, found.objective, found.bound, found.gap) == ("optimal", 6.0, 6.0, 0.0)


def test_a_module_without_its_building_breaks_a_limit():
    found = deliver(one_site(), SHUT, OPEN)
    assert (found.status, found.objective) == ("infeasible", None)


@pytest.mark.parametrize("values", [None, np.zeros(50)], ids=["no values", "values not proven"])
def test_deliveries_stopped_by_the_clock_prove_nothing(monkeypatch, values):
    monkeypatch.setattr(choice.highs, "solve", stops_early(values))
    found = deliver(one_site(), OPEN, OPEN)
    assert (found.status, found.objective, found.bound) == ("unknown", None, None)
