"""The reference model of the network, solved as it stands, equals the trial of every choice for all aims and limits."""

from dataclasses import replace
from itertools import product

import pytest
from brute_force import best_value, best_values
from odd_networks import ODD, one_site
from tiny_networks import OFTEN, tiny_network

from optimizers.network.broken import broken
from optimizers.reference import network as reference
from optimizers.reference.network import AIMS, solve_reference
from optimizers.solvers import SolverReport

PAIRS = [
    ("worst_off", "most"),
    ("most", "least_cost"),
    ("fewest_sites", "most"),
    ("least_cost", "worst_off"),
    ("least_regret", "most"),
    ("most", "least_regret"),
    ("least_cost", "least_regret"),
    ("worst_off", "fewest_sites", "least_cost"),
]
HELD = 1e-4  # held aims may give way by a millionth, which later aims may turn into more


def agrees(found, expected, tolerance=1e-6):
    """Both say there is no plan, or both have the same value."""
    if expected is None:
        return found.status == "infeasible"
    return found.status == "optimal" and found.objective == pytest.approx(expected, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("limit", OFTEN)
def test_the_reference_equals_the_trial_of_every_choice(limit, aim):
    seed = list(OFTEN).index(limit) * 10 + list(AIMS).index(aim)
    problem = tiny_network(seed, on=(limit,))
    found = solve_reference(problem, (aim,))
    assert agrees(found, best_value(problem, (aim,)))
    assert broken(problem, found) == []


@pytest.mark.parametrize("give", [0.0, 0.25])
@pytest.mark.parametrize("aims", PAIRS, ids=" then ".join)
def test_later_aims_keep_what_earlier_ones_reached(aims, give):
    for seed in range(2):
        problem = tiny_network(seed, on=("seasons",))
        found, expected = solve_reference(problem, aims, give=give), best_values(problem, aims, give)
        assert agrees(found, None if expected is None else expected[-1], HELD)
        assert broken(problem, found, give=give) == []
        if expected is not None:
            reached = [stage.objective for stage in found.stages if stage.aim in aims]
            assert reached == pytest.approx(expected, rel=HELD, abs=HELD)


@pytest.mark.parametrize("said", ODD)
def test_each_limit_is_read_as_it_is_said(said):
    changes, aims, value = ODD[said]
    problem = one_site(**changes)
    found = solve_reference(problem, aims)
    assert best_value(problem, aims) == (None if value is None else pytest.approx(value))
    assert agrees(found, value)
    assert broken(problem, found) == []


@pytest.mark.parametrize("left_out", [limit.__name__ for limit in reference.LIMITS])
def test_without_any_one_limit_some_answer_is_another(left_out, monkeypatch):
    rest = [limit for limit in reference.LIMITS if limit.__name__ != left_out]
    monkeypatch.setattr(reference, "LIMITS", rest)
    assert not all(agrees(solve_reference(one_site(**changes), aims), value) for changes, aims, value in ODD.values())


def test_a_run_without_a_plan_or_a_proof_is_unknown(monkeypatch):
    nothing = SolverReport(False, False, False, None, None, "Time limit reached")
    monkeypatch.setattr(reference, "run", lambda lp, **limits: nothing)
    found = solve_reference(one_site())
    assert (found.status, found.objective, found.bound, found.reason) == ("unknown", None, None, "Time limit reached")


def test_a_run_that_stops_early_says_how_far_it_may_be(monkeypatch):
    whole = reference.run
    monkeypatch.setattr(reference, "run", lambda lp, **limits: replace(whole(lp, **limits), proven=False, bound=8.0))
    found = solve_reference(one_site())
    assert (found.status, found.objective, found.bound, found.gap) == ("feasible", 6.0, 8.0, 0.25)
    assert broken(one_site(), found) == []


def test_the_networks_tried_are_of_every_size():
    problems = [tiny_network(seed) for seed in range(60)]
    assert max(len(problem.site_group) for problem in problems) == 4
    assert max(len(problem.units) for problem in problems) == 6
    sizes = {(p.years, len(p.reach), p.services) for p in problems}
    assert sizes == set(product((1, 2), repeat=3))
