"""Known optima of the OR-Library capacitated warehouse instances, where the files are at hand."""

import csv
from pathlib import Path

import numpy as np
import pytest

from optimizers import LocationProblem, solve
from optimizers.verification import verify

CAP = Path(__file__).parents[3].parent / "shared" / "bench" / "cap"
pytestmark = pytest.mark.skipif(not CAP.is_dir(), reason=f"the OR-Library instances are not at {CAP}")
NAMES = ["cap71", "cap72", "cap73", "cap74", "cap101", "cap102", "cap103", "cap104"]


def published():
    with (CAP / "optimum.csv").open() as table:
        return {row["instance"]: float(row["optimum"]) for row in csv.DictReader(table)}


def instance(name):
    """Sites with room and cost; demand, and the cost of all of it from each site, as a cost of one unit."""
    (path,) = CAP.glob(f"*/{name}.txt")
    numbers = np.array(path.read_text().split(), dtype=float)
    sites, rows = int(numbers[0]), int(numbers[1])
    heads = numbers[2 : 2 + 2 * sites].reshape(sites, 2)
    table = numbers[2 + 2 * sites :].reshape(rows, sites + 1)
    return LocationProblem(table[:, 0], table[:, 1:] / table[:, :1], capacity=heads[:, 0], site_cost_yuan=heads[:, 1])


@pytest.mark.parametrize("name", NAMES)
def test_the_published_optimum_is_reached_and_proven(name):
    problem = instance(name)
    found = solve(problem, "capacitated_fixed_charge")
    assert found.status == "optimal"
    assert found.objective == pytest.approx(published()[name], rel=1e-9)
    assert verify(problem, found).accepted
