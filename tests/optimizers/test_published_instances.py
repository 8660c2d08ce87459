"""Known optima of the OR-Library p-median instances, where the files are at hand."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from optimizers import LocationProblem, solve

PMED = Path(__file__).parents[2].parent / "shared" / "bench" / "pmed"
pytestmark = pytest.mark.skipif(not PMED.is_dir(), reason=f"the OR-Library instances are not at {PMED}")


def published(file):
    lines = [line.split() for line in (PMED / file).read_text().splitlines()]
    return {words[0]: float(words[1]) for words in lines if len(words) == 2 and words[0].startswith("pmed")}


def instance(name):
    lines = [line.split() for line in (PMED / f"{name}.txt").read_text().splitlines() if line.strip()]
    n, edges, p = map(int, lines[0])
    length = np.zeros((n, n))
    for a, b, minutes in lines[1 : 1 + edges]:
        length[int(a) - 1, int(b) - 1] = length[int(b) - 1, int(a) - 1] = float(minutes)
    return LocationProblem(np.ones(n), shortest_path(length, directed=False)), p


ALL = [f"pmed{k}" for k in range(1, 31)]


@pytest.mark.parametrize("name", ALL)
def test_the_p_median_optimum_is_reached_and_proven(name):
    problem, p = instance(name)
    found = solve(problem, "p_median", p=p)
    assert found.objective == published("pmedopt.txt")[name]
    assert found.status == "optimal"


@pytest.mark.parametrize("name", ALL)
def test_the_p_centre_optimum_is_reached_and_proven(name):
    problem, p = instance(name)
    found = solve(problem, "p_center", p=p)
    assert found.objective == published("kcenteropt.txt")[name]
    assert found.status == "optimal"
