"""Every bad input is refused by `solve` itself with one clear sentence for each fault, naming positions."""

import numpy as np
import pytest

from optimizers import LocationProblem, ProblemError, solve
from optimizers.problem import Group

WEIGHT, TIMES = [3.0, 4.0], [[1.0, 5.0, 9.0], [7.0, 2.0, 4.0]]


def refused(model="p_median", question=None, **problem):
    """The sentences with which a problem or a question is refused."""

    def ask():
        given = LocationProblem(**{"weight": WEIGHT, "travel_time_min": TIMES, **problem})
        return solve(given, model, **({"p": 1} if question is None else question))

    with pytest.raises(ProblemError) as caught:
        ask()
    assert isinstance(caught.value, ValueError)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ({"weight": [np.nan, 1.0]}, "weight is unknown (NaN) at 0; give a value, or leave the row or pair out."),
        ({"weight": [1.0, -1.0]}, "weight is negative at 1; give a value of 0 or more."),
        ({"weight": [1.0, np.inf]}, "weight is infinite at 1; give a finite value."),
        ({"weight": [1.0]}, "weight has 1 values but travel_time_min has 2 rows."),
        ({"weight": [[1.0, 2.0]]}, "weight must be one-dimensional, found 2 dimensions."),
        (
            {"travel_time_min": [[1.0, np.nan, 1.0], TIMES[1]]},
            "travel_time_min is unknown (NaN) at (0, 1); give a value, or leave the row or pair out.",
        ),
        (
            {"travel_time_min": [TIMES[0], [1.0, 1.0, -2.0]]},
            "travel_time_min is negative at (1, 2); give a value of 0 or more.",
        ),
        ({"site_cost_yuan": [1.0, np.nan, 1.0]}, "site_cost_yuan is unknown (NaN) at 1; give a value, or leave"),
        ({"capacity": [1.0, -3.0, np.inf]}, "capacity is negative at 1; give a value of 0 or more."),
        ({"capacity": [1.0]}, "capacity has 1 values but travel_time_min has 3 columns."),
        ({"unserved_cost": np.nan}, "unserved_cost is nan; give a finite cost of 0 or more, or None."),
        ({"unserved_cost": "dear"}, "unserved_cost is dear; give a finite cost of 0 or more, or None."),
        ({"threshold_min": np.nan}, "threshold_min is nan; give a finite number of minutes of 0 or more, or None."),
        ({"threshold_min": [1.0, -1.0]}, "threshold_min is negative at 1; give a value of 0 or more."),
        ({"threshold_min": [1.0]}, "threshold_min has 1 values; give one number, or one for each of 2 rows."),
        ({"fixed_open": [1], "forbidden": [1, 2]}, "sites 1 are both fixed open and forbidden; choose one."),
        ({"fixed_open": [3]}, "fixed_open names positions 3, but sites run from 0 to 2."),
        ({"forbidden": "ab"}, "forbidden must be a sequence of whole site positions."),
        ({"groups": [Group([1.0, 1.0], 1.5)]}, "floor of group 0 is 1.5; give a share from 0 to 1."),
        ({"groups": [Group([1.0, 1.0], "half")]}, "floor of group 0 is half; give a share from 0 to 1."),
        ({"groups": [Group([1.0], 0.5)]}, "weight of group 0 has 1 values but travel_time_min has 2 rows."),
        (
            {"groups": [Group([1.0, 1.0], 0.5), Group([1.0, -1.0], 0.5)]},
            "weight of group 1 is negative at 1; give a value of 0 or more.",
        ),
        ({"groups": [0.5]}, "groups must be a sequence of Group(weight, floor)."),
        ({"weight": ["3", "4"]}, "weight holds something that is not a number."),
        ({"weight": [1.0, 2j]}, "weight holds something that is not a number."),
        ({"travel_time_min": [["1", "2", "3"]] * 2}, "travel_time_min holds something that is not a number."),
        ({"travel_time_min": [[1.0, 2.0], [3.0]]}, "travel_time_min holds something that is not a number."),
        ({"travel_time_min": [1.0, 2.0]}, "travel_time_min must have 2 dimensions, found 1."),
        ({"travel_time_min": np.ones((2, 3)) * 1j}, "travel_time_min holds something that is not a number."),
        ({"unserved_cost": "5"}, "unserved_cost is 5; give a finite cost of 0 or more, or None."),
        ({"unserved_cost": True}, "unserved_cost is True; give a finite cost of 0 or more, or None."),
        ({"threshold_min": "5"}, "threshold_min is 5; give a finite number of minutes of 0 or more, or None."),
        ({"groups": [Group([1.0, 1.0], "0.5")]}, "floor of group 0 is 0.5; give a share from 0 to 1."),
    ],
)
def test_a_problem_with_one_fault_is_refused_with_one_sentence(problem, sentence):
    (fault,) = refused(**problem)
    assert fault.startswith(sentence)


@pytest.mark.parametrize(
    ("model", "question", "problem", "sentence"),
    [
        ("p_median", {"p": 4}, {}, "p is 4 but only 3 of 3 sites are allowed."),
        ("p_median", {"p": 1}, {"fixed_open": [0, 1]}, "p is 1 but 2 sites are fixed open already."),
        ("p_center", {"p": 3}, {"forbidden": [1]}, "p is 3 but only 2 of 3 sites are allowed."),
        ("p_median", {"p": 1, "time_limit_s": 0}, {}, "time_limit_s is 0; give more than 0 seconds."),
        ("p_median", {"p": 1, "time_limit_s": -3.0}, {}, "time_limit_s is -3.0; give more than 0 seconds."),
        ("p_median", {"p": 1, "time_limit_s": np.nan}, {}, "time_limit_s is nan; give more than 0 seconds."),
        ("p_median", {"p": 1, "gap": np.nan}, {}, "gap is nan; give a finite share value of 0 or more."),
        ("p_median", {"p": 1, "gap": "5%"}, {}, "gap is 5%; give a finite share value of 0 or more."),
        ("max_coverage", {"p": 1, "threshold_min": -1.0}, {}, "threshold_min is -1.0; give a finite number of minutes"),
        ("max_coverage", {"p": 1}, {}, "max_coverage needs threshold_min."),
        ("p_median", {"p": 1, "cover_share": 0.5}, {}, "p_median has no options, so 'cover_share' means nothing"),
        ("set_cover", {"threshold_min": 5.0, "cover_share": -0.1}, {}, "cover_share is -0.1; give a number of 0"),
        ("capacitated_p_median", {"p": 1}, {}, "capacitated_p_median needs capacity, and the problem has none."),
        (
            "capacitated_p_median", {"p": 2}, {"capacity": [1.0, 2.0, 3.0]},
            "the capacities of the 3 allowed sites add up to 6, but the demand to 7.",
        ),
        ("p_median", {"p": 1}, {"groups": [Group([1.0, 1.0], 0.5)]}, "p_median with floors for groups needs"),
        ("p_median", {"budget_yuan": 5.0}, {}, "a budget needs site_cost_yuan, and the problem has none."),
        ("p_median", {"budget_yuan": np.nan}, {"site_cost_yuan": [1, 2, 3]}, "budget_yuan is nan; give a finite yuan"),
        ("p_median", {"budget_yuan": "5"}, {"site_cost_yuan": [1, 2, 3]}, "budget_yuan is 5; give a finite yuan"),
        ("max_coverage", {"p": 1, "threshold_min": "5"}, {}, "threshold_min is 5; give a finite number of minutes"),
        ("max_coverage", {"p": 1, "threshold_min": [1.0]}, {}, "threshold_min has 1 values; give one number"),
        ("p_median", {"p": 1, "gap": None}, {}, "gap is None; give a finite share value of 0 or more."),
        ("p_median", {"p": 1, "progress": 5}, {}, "progress is 5; give a function that takes a sentence, or None."),
        ("p_median", {"p": 1, "start": [9]}, {}, "start names positions 9, but sites run from 0 to 2."),
        ("p_median", {"p": 1, "start": ["a"]}, {}, "start must be a sequence of whole site positions."),
        ("lexicographic", {"p": 1, "depth": 1.5}, {}, "depth is 1.5; give a whole number of 1 or more."),
        ("lexicographic", {"p": 1, "levels": [1.0, 2.0]}, {}, "levels is [1.0, 2.0]; give the largest first"),
        ("p_medain", {"p": 1}, {}, "model 'p_medain' is unknown; did you mean 'p_median'?"),
    ],
)  # fmt: skip
def test_a_question_with_one_fault_is_refused_with_one_sentence(model, question, problem, sentence):
    (fault,) = refused(model, question, **problem)
    assert fault.startswith(sentence)


def test_many_faults_are_named_together_and_long_lists_are_cut_short():
    (fault,) = refused(weight=[-1.0] * 20, travel_time_min=np.ones((20, 2)))
    assert fault == "weight is negative at 0, 1, 2, 3, 4 and 15 more; give a value of 0 or more."


def test_an_empty_row_is_named_by_the_answer_of_a_model_that_must_serve_it():
    times = [[1.0, 2.0, np.inf], [np.inf, np.inf, np.inf], [3.0, np.inf, 1.0]]
    given = LocationProblem([1.0, 5.0, 0.0], times)
    for model, question in (("p_median", {"p": 1}), ("p_center", {"p": 1}), ("set_cover", {"threshold_min": 9.0})):
        found = solve(given, model, **question)
        assert (found.status, found.sites) == ("infeasible", ())
        assert "emand row 1 reaches no allowed site" in found.reason


@pytest.mark.parametrize("model", ["p_median", "p_center", "lexicographic", "kolm_pollak"])
@pytest.mark.parametrize("p", [0, -1, 2.5, 1.0, "2", np.nan, True, [1]])
def test_a_number_of_sites_that_is_none_is_refused_by_every_model(model, p):
    (fault,) = refused(model, {"p": p})
    assert fault.startswith(f"p is {p!r}; it must be a whole number" if p not in (0, -1) or p is True else f"p is {p};")
