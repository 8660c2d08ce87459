"""A question is completed with what the problem and the model know, or refused with every fault at once."""

import numpy as np
import pytest

from optimizers import MODELS, LocationProblem, ProblemError, solve
from optimizers.problem import Group
from optimizers.request import EFFORTS, Option, Request, check_request

TIMES = [[1.0, 5.0, 9.0], [7.0, 2.0, 4.0]]


def problem(**more):
    return LocationProblem([3.0, 4.0], TIMES, **more)


def completed(model, given=None, **question):
    return check_request(given or problem(), model, Request(**question), MODELS)


def faults_of(model, given=None, **question):
    with pytest.raises(ProblemError) as caught:
        completed(model, given, **question)
    return caught.value.faults


def test_options_nobody_gave_have_their_defaults():
    assert completed("backup_coverage", p=1, threshold_min=5.0).options == {"backup_share": 0.5}
    assert completed("p_median", p=1).options == {}
    asked = completed("backup_coverage", p=1, threshold_min=5.0, options={"backup_share": 0.25})
    assert asked.options == {"backup_share": 0.25}


def test_the_threshold_of_the_problem_is_used_where_the_model_uses_one():
    given = problem(threshold_min=6.0)
    assert completed("max_coverage", given, p=1).threshold_min == 6.0
    assert completed("max_coverage", given, p=1, threshold_min=3.0).threshold_min == 3.0
    assert completed("p_median", given, p=1).threshold_min is None


def test_a_threshold_for_each_row_is_kept():
    given = problem(threshold_min=[6.0, 2.0])
    assert completed("set_cover", given).threshold_min.tolist() == [6.0, 2.0]
    assert faults_of("set_cover", given, threshold_min=[1.0, 2.0, 3.0]) == (
        "threshold_min has 3 values; give one number, or one for each of 2 rows.",
    )


def test_floors_make_a_model_need_a_threshold():
    given = problem(groups=[Group([1.0, 0.0], 0.5)])
    assert faults_of("p_median", given, p=1) == ("p_median with floors for groups needs threshold_min.",)
    assert completed("p_median", given, p=1, threshold_min=5.0).threshold_min == 5.0


def test_groups_without_floors_are_only_measured():
    given = problem(groups=[Group([1.0, 0.0], 0.0)], threshold_min=5.0)
    assert completed("p_median", given, p=1).threshold_min is None
    assert completed("p_center", given, p=1).p == 1


def test_a_model_that_knows_no_floors_says_so():
    given = problem(groups=[Group([1.0, 0.0], 0.5)], threshold_min=5.0)
    assert faults_of("p_center", given, p=1) == (
        "p_center does not know floors; leave the groups out, or set their floors to 0.",
    )


def test_a_start_keeps_only_sites_that_are_allowed():
    assert completed("p_median", problem(forbidden=[1]), p=2, start=[2, 1, 0]).start == (0, 2)
    assert faults_of("p_median", p=1, start=[5]) == ("start names positions 5, but sites run from 0 to 2.",)


def test_numbers_become_plain_numbers():
    asked = completed("p_median", problem(site_cost_yuan=[1, 1, 1]), p=np.int32(2), budget_yuan=np.float32(4), seed=7)
    assert (type(asked.p), type(asked.budget_yuan), asked.seed) == (int, float, 7)


@pytest.mark.parametrize("effort", EFFORTS)
def test_there_are_three_efforts(effort):
    assert completed("p_median", p=1, effort=effort).effort == effort


@pytest.mark.parametrize(
    ("model", "question", "sentence"),
    [
        ("max_covrage", {}, "model 'max_covrage' is unknown; did you mean 'max_coverage'?"),
        (None, {}, "model None is unknown"),
        ("p_median", {"options": {"share": 1}}, "p_median has no options, so 'share' means nothing; leave it out."),
        ("set_cover", {"options": {"cover_shar": 1}}, "did you mean 'cover_share'?"),
        (
            "set_cover",
            {"options": {"cover_share": 1.2}},
            "cover_share is 1.2; give a number of 0 or more and at most 1",
        ),
        ("set_cover", {"options": {"cover_share": "all"}}, "cover_share is 'all'; give a number"),
        ("set_cover", {"options": {"cover_share": True}}, "cover_share is True; give a number"),
        ("backup_coverage", {"options": {"backup_share": np.nan}}, "backup_share is nan; give a number"),
        ("kolm_pollak", {"options": {"aversion": 0.0}}, "give a number of more than 0 and at most 100."),
        ("fixed_charge", {"options": {"yuan_per_time": -1}}, "yuan_per_time is -1; give a number of 0 or more."),
        ("capacitated_p_median", {"options": {"choice": "free"}}, "it must be one of planned, nearest."),
        ("capacitated_p_median", {"p": 1}, "capacitated_p_median needs capacity, and the problem has none."),
        ("fixed_charge", {}, "fixed_charge needs site_cost_yuan, and the problem has none."),
        ("fixed_charge", {"budget_yuan": 3.0}, "fixed_charge does not use budget_yuan; leave it out."),
        ("p_median", {"p": 1, "seed": -1}, "seed is -1; give a whole number of 0 or more."),
        ("p_median", {"p": 1, "effort": "most"}, "it must be one of first, quick, thorough."),
    ],
)
def test_each_fault_has_one_sentence(model, question, sentence):
    found = [fault for fault in faults_of(model, **question) if sentence in fault]
    assert len(found) == 1, faults_of(model, **question)


def test_people_who_choose_for_themselves_leave_nobody_out():
    given = problem(capacity=[9.0, 9.0, 9.0], unserved_cost=3.0)
    (fault,) = faults_of("capacitated_p_median", given, p=2, options={"choice": "nearest"})
    assert fault.endswith("leave unserved_cost out.")
    assert completed("capacitated_p_median", given, p=2).options == {"choice": "planned"}


def test_capacity_below_demand_names_both_totals():
    given = problem(capacity=[4.0, 2.5, 9.0], forbidden=[2])
    assert faults_of("capacitated_p_median", given, p=2) == (
        "the capacities of the 2 allowed sites add up to 6.5, but the demand to 7.",
    )
    assert completed("capacitated_coverage", given, p=2, threshold_min=5.0).p == 2
    assert completed("capacitated_p_median", problem(capacity=[7.0, 0.0, 0.0]), p=1).p == 1
    assert completed("capacitated_p_median", problem(capacity=[np.inf, 0.0, 0.0]), p=1).p == 1


def test_an_option_with_choices_takes_only_those():
    option = Option("a", "a or b", choices=("a", "b"))
    assert option.fault("b") == ""
    assert option.fault("c") == "it must be one of a, b"


@pytest.mark.parametrize("name", MODELS)
def test_every_option_in_the_table_allows_its_own_default_and_says_what_it_means(name):
    for option in MODELS[name].options.values():
        assert option.fault(option.default) == ""
        assert option.meaning


def test_a_parameter_misspelt_is_told_apart_from_an_option():
    problem = LocationProblem([1.0], [[1.0]])
    with pytest.raises(ProblemError, match="did you mean 'threshold_min'"):
        solve(problem, "max_coverage", p=1, thresholdmin=3)
