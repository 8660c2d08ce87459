"""Whatever limit a plan breaks is found, and nothing is said of a plan that keeps them all."""

from dataclasses import replace

import numpy as np
import pytest
from hand_town import plan, table, town

from optimizers.network.broken import CHECKS, _Case, broken
from optimizers.network.problem import STANDS
from optimizers.network.recount import Recount
from optimizers.network.solution import NEVER, Stage

WHOLE = ("stages", "aims")


def put(values, where, value):
    """A copy with one value changed."""
    changed = np.array(values)
    changed[where] = value
    return changed


def asked(**changes):
    """The town with changes; a pair (position, value) changes one value of an array."""
    return {"problem": _changed(town(), changes)}


def answered(**changes):
    return {"solution": _changed(plan(), changes)}


def delivered(year, season, pair, units):
    """The plan with one delivery changed."""
    served = [list(tables) for tables in plan().served]
    entries = served[year][season].todok()
    entries[pair] = units
    served[year][season] = entries.tocsr()
    return {"solution": replace(plan(), served=tuple(map(tuple, served)))}


def _changed(value, changes):
    new = {k: put(getattr(value, k), *v) if k not in WHOLE and isinstance(v, tuple) else v for k, v in changes.items()}
    return replace(value, **new)


TAMPERED = [
    ("a barred form opens", {"states_passed_over"}, answered(form_year=(4, 0))),
    ("a standing module is said to open later", {"states_passed_over"}, answered(module_year=(0, 1))),
    ("a form opens after the last year", {"states_passed_over"}, answered(form_year=(3, 2))),
    ("units where there is no road", {"deliveries_out_of_reach"}, delivered(1, 1, (3, 1), 2.0)),
    ("units in a season when the road is shut", {"deliveries_out_of_reach", "people_served_twice"},
     delivered(0, 1, (1, 1), 2.0)),
    ("rounds where none go", {"deliveries_out_of_reach"}, answered(at_home=((0, 0, 3), 1.0))),
    ("fewer units than none", {"deliveries_below_nothing"}, delivered(0, 0, (0, 0), -1.0)),
    ("unknown units at home", {"deliveries_below_nothing", "people_served_twice", "staff_overdrawn", "bills_not_met",
     "money_not_tilted"}, answered(at_home=((0, 1, 1), np.nan))),
    ("a payment below nothing", {"deliveries_below_nothing", "bills_not_met"}, answered(paid=((0, 1, 0, 0), -1.0))),
    ("more units than needed", {"people_served_twice"}, asked(units=(0, 9.0))),
    ("too little capacity in one season", {"sites_beyond_capacity"}, asked(module_capacity=(1, 7.0))),
    ("a module of another service", {"sites_beyond_capacity"}, asked(module_service=(0, 1))),
    ("a module that gives staff only", {"sites_beyond_capacity"}, asked(module_service=(2, -1))),
    ("a module before its building", {"modules_without_a_building", "sites_too_small", "bills_not_met"},
     answered(module_year=(2, 0))),
    ("two new forms at a site", {"two_new_forms", "bills_not_met"}, answered(form_year=(3, 1))),
    ("too little space", {"sites_too_small"}, asked(form_space=(1, 4.0))),
    ("too little space in what stands", {"sites_too_small"}, asked(form_space=(0, 4.0))),
    ("a point without its centre", {"points_without_a_centre"}, asked(form_needs=table({(2, 3): 1}, rows=5))),
    ("too few staff", {"staff_overdrawn"}, asked(pool=((0, 0), 1.0))),
    ("too few staff in the last year", {"staff_overdrawn"}, asked(pool=((1, 0), 0.0))),
    ("too few days of rounds", {"staff_overdrawn"}, asked(pool=((0, 1), 3.0))),
    ("staff without a pool", {"staff_overdrawn"}, asked(site_pool=(1, -1))),
    ("a bill not paid in full", {"bills_not_met"}, answered(paid=((0, 0, 0, 0), 23.0))),
    ("a bill paid with too much", {"bills_not_met"}, answered(paid=((0, 0, 0, 0), 25.0))),
    ("rounds paid for twice", {"bills_not_met"}, asked(round_yuan=(1, 1.0))),
    ("money for what stands", {"bills_not_met"},
     asked(form_state=(3, STANDS)) | answered(form_year=(3, 0), paid=((1, 1, 1, 1), 5.0))),
    ("money for capital that may not", {"payments_not_allowed"}, asked(pays=((0, 0, 0), False))),
    ("money for another county", {"payments_not_allowed"}, asked(pays=((1, 1, 1), False))),
    ("more than a source has", {"sources_overdrawn"}, asked(money=((0, 0), 34.0))),
    ("what may not be carried over", {"sources_overdrawn"}, asked(carry=(0, False))),
    ("a county below its floor", {"shares_not_reached"}, asked(floor=(1, 0.61))),
    ("a county below its floor by worth", {"shares_not_reached"}, asked(worth=(3, 5.0))),
    ("a service below its standard", {"shares_not_reached"}, asked(standard=(0, 0.73))),
    ("too little for the south", {"money_not_tilted"}, asked(tilt_share=0.25)),
    ("too many sites", {"too_many_sites"}, asked(most_sites=1)),
    ("a site that opens too late", {"sites_not_open_in_time"}, asked(site_by=(2, 0))),
    ("a site that never opens", {"sites_not_open_in_time"}, asked(site_by=(3, 1))),
    ("an objective not reached", {"claims_not_true"}, answered(objective=45.0, bound=45.0)),
    ("a bound that rules out the plan", {"claims_not_true"}, answered(status="feasible", bound=43.0)),
    ("a proof without a bound", {"claims_not_true"}, answered(bound=None)),
    ("a proof with a gap", {"claims_not_true"}, answered(gap=0.1)),
    ("a proof short of its bound", {"claims_not_true"}, answered(bound=44.01)),
    ("a last stage of another aim", {"claims_not_true"}, answered(stages=(Stage("worst_off", 44.0, 44.0, "optimal"),))),
    ("a value that counts twice", {"claims_not_true"}, asked(round_value=np.full(4, 2.0))),
]  # fmt: skip


def checks_that_speak(problem, solution, give=None):
    case = _Case(problem, solution, Recount(problem, solution), 1e-6, give)
    return {check.__name__ for check in CHECKS if list(check(case))}


def test_nothing_is_said_of_an_honest_plan():
    assert broken(town(), plan()) == []
    assert broken(town(), plan(), tolerance=0.0) == []


@pytest.mark.parametrize(("expected", "changed"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_what_is_broken_is_found_and_nothing_else(expected, changed):
    problem, solution = changed.get("problem", town()), changed.get("solution", plan())
    found = checks_that_speak(problem, solution)
    assert found - ({"claims_not_true"} - expected) == expected
    assert broken(problem, solution)


def test_every_check_has_been_seen_to_speak():
    assert {check.__name__ for check in CHECKS} == set().union(*(case[1] for case in TAMPERED))


def test_a_sentence_names_place_year_and_numbers():
    assert broken(town(), answered(paid=((0, 0, 0, 0), 23.0))["solution"]) == [
        "year 0: 23 yuan are paid for capital of group 0; it costs 24."
    ]
    assert broken(asked(most_sites=1)["problem"], plan()) == ["2 sites have a new form; at most 1 may."]


@pytest.mark.parametrize("name", ["form_year", "module_year", "served", "at_home", "paid"])
def test_arrays_of_another_problem_are_refused(name):
    shorter = {name: getattr(plan(), name)[:1]}
    assert broken(town(), replace(plan(), **shorter))[0].startswith(f"{name} has the shape")


def test_no_plan_breaks_nothing():
    none = replace(plan(), status="infeasible", objective=None, bound=None, gap=None, form_year=np.full(5, NEVER))
    assert broken(town(), none) == []


@pytest.mark.parametrize(
    ("aim", "value"),
    [("most", 44.0), ("worst_off", 0.6), ("least_cost", 61.0), ("fewest_sites", 2.0), ("least_regret", 12.0)],
)
def test_each_aim_is_recounted(aim, value):
    stages = (Stage("season_0", 50.0, 50.0, "optimal"), Stage("season_1", 60.0, 60.0, "optimal"))
    for said in (value, value + 1.0):
        told = replace(
            plan(), aims=(aim,), objective=said, bound=said, stages=(*stages, Stage(aim, said, said, "optimal"))
        )
        assert (broken(town(), told) == []) == (said == value)


def test_an_earlier_aim_that_was_not_held_is_found():
    stages = (Stage("most", 50.0, 50.0, "optimal"), Stage("least_cost", 61.0, 61.0, "optimal"))
    later = replace(plan(), aims=("most", "least_cost"), objective=61.0, bound=61.0, stages=stages)
    assert broken(town(), later) == []
    assert broken(town(), later, give=0.12) == []
    assert broken(town(), later, give=0.11) == ["most was to be held at 44.5; this plan has 44."]


def test_the_tolerance_is_a_share_of_the_limit():
    dearer = answered(paid=((0, 0, 0, 0), 24.0 * (1 + 5e-7)))["solution"]
    assert broken(town(), dearer) == []
    assert broken(town(), dearer, tolerance=1e-7)
