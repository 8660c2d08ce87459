"""A network that cannot be a question is refused, with one sentence for every fault."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_networks import tiny_network

from optimizers import ProblemError


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("units", [1.0], "units must be real of shape"),
        ("units", -1.0, "units must lie from 0"),
        ("units", np.nan, "units must lie from 0"),
        ("service", 7, "service must lie from 0 to"),
        ("form_state", 3, "form_state must lie from 0 to 2"),
        ("module_service", 0.5, "module_service must be whole"),
        ("floor", 1.5, "floor must lie from 0 to 1"),
        ("site_by", 9, "site_by must lie from -1 to"),
        ("tilt_share", 2.0, "tilt_share is 2.0"),
        ("most_sites", -1, "most_sites is -1"),
        ("round_resource", 99, "round_resource is 99"),
        ("years", 0, "at least one season and one year"),
    ],
)
def test_every_fault_is_named(field, value, said):
    problem = tiny_network(1)
    there = getattr(problem, field)
    whole = np.ndim(there) and np.ndim(value) == 0
    with pytest.raises(ProblemError) as refused:
        replace(problem, **{field: np.full(np.shape(there), value) if whole else value})
    assert said in str(refused.value)


def test_all_faults_are_named_at_once():
    problem = tiny_network(1)
    with pytest.raises(ProblemError) as refused:
        replace(problem, floor=problem.floor + 2, units=problem.units - 1e6)
    assert len(refused.value.faults) == 2
