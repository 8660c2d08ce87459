"""Made-up and published instances for `benchmarks/location.py`.

The made-up country: towns of unequal size and width at random, demand points and sites scattered around them, 1 to 30
persons at each point; or points spread evenly, which is harder. Minutes are straight lines. The threshold is set so
that a demand point has about 30 sites within it. The same numbers and seed make the same instance.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import KDTree

Floats = npt.NDArray[np.float64]

KINDS = ("clustered", "even")
CANDIDATES = 30
"""Sites that a demand point has within the threshold, on average."""
CHUNK = 20_000
"""Demand points whose pairs are made at a time."""
WORST_FOR_CENTRE = 4_000_000
"""Pairs of a full table, at most: the p-centre must reach everybody, so its tables are full."""


@dataclass(frozen=True)
class Instance:
    """One question in plain arrays.

    Attributes:
        name: for the table.
        model: which question.
        arguments: of `LocationProblem`.
        asked: of `solve`.
        known: best value published, where there is one.
    """

    name: str
    model: str
    arguments: dict[str, Any]
    asked: dict[str, Any]
    known: float | None = None

    def save(self, folder: Path) -> None:
        """Write it where another process finds it."""
        times = self.arguments["travel_time_min"]
        arrays = {k: v for k, v in self.arguments.items() if isinstance(v, np.ndarray) and k != "travel_time_min"}
        plain = {k: v for k, v in self.arguments.items() if k not in arrays and k != "travel_time_min"}
        np.savez(folder / "arrays.npz", **arrays)
        sparse.save_npz(folder / "times.npz", sparse.csr_array(times), compressed=False)
        rest = {"name": self.name, "model": self.model, "plain": plain, "asked": self.asked, "known": self.known}
        (folder / "rest.json").write_text(json.dumps(rest))


def load(folder: Path) -> Instance:
    """Read what `save` wrote."""
    rest = json.loads((folder / "rest.json").read_text())
    with np.load(folder / "arrays.npz") as arrays:
        arguments = {name: arrays[name] for name in arrays.files}
    times = sparse.csr_array(sparse.load_npz(folder / "times.npz"))
    for array in (times.data, times.indices, times.indptr, *arguments.values()):
        array.setflags(write=False)  # so that the problem need not copy them
    arguments |= {"travel_time_min": times, **rest["plain"]}
    return Instance(rest["name"], rest["model"], arguments, rest["asked"], rest["known"])


def made_up(model: str, n_demand: int, n_sites: int, p: int | None, seed: int, kind: str = "clustered") -> Instance:
    """An instance of a model, one of `KINDS`."""
    demand, sites, weight, some = (country if kind == "clustered" else plain)(n_demand, n_sites, seed)
    name = f"{n_demand:,} × {n_sites:,}" + ("" if kind == "clustered" else f", {kind}")
    p = p or max(1, n_sites // 20)
    if model == "p_center":
        if n_demand * n_sites > WORST_FOR_CENTRE:
            raise ValueError(
                f"{name} is too large for p_center, whose table is full; {WORST_FOR_CENTRE:,} pairs at most"
            )
        minutes = np.hypot(*(demand[:, None, :] - sites[None, :, :]).transpose(2, 0, 1))
        return Instance(name, model, {"weight": weight, "travel_time_min": np.round(minutes, 3)}, {"p": p})
    threshold = radius_of(some, sites)
    arguments: dict[str, Any] = {"weight": weight, "travel_time_min": pairs_within(demand, sites, threshold)}
    if model == "max_coverage":
        return Instance(name, model, arguments, {"p": p, "threshold_min": threshold})
    if model == "set_cover":
        seen = np.diff(arguments["travel_time_min"].indptr) > 0
        return Instance(name, model, {**arguments, "weight": np.where(seen, weight, 0.0)}, {"threshold_min": threshold})
    # Whoever has no open site within the threshold pays twice the threshold.
    return Instance(name, model, {**arguments, "unserved_cost": 2.0 * threshold}, {"p": p})


def country(n_demand: int, n_sites: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Demand points, sites (minutes east and north), whole persons, and points to measure the threshold with."""
    rng = np.random.default_rng(seed)
    towns = max(10, n_sites // 20)
    centre, width = rng.uniform(0.0, 1000.0, (towns, 2)), rng.uniform(10.0, 60.0, towns)
    share = rng.dirichlet(np.ones(towns))

    def scattered(count: int) -> Floats:
        town = rng.choice(towns, count, p=share)
        return centre[town] + rng.normal(size=(count, 2)) * width[town, None]

    demand, sites = scattered(n_demand), scattered(n_sites)
    persons = rng.integers(1, 31, n_demand).astype(np.float64)
    return demand, sites, persons, demand[rng.choice(n_demand, min(n_demand, 2000), replace=False)]


def plain(n_demand: int, n_sites: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """The same without towns: points anywhere alike, after Cordeau, Furini & Ljubić (2019)."""
    rng = np.random.default_rng(seed)
    sites, demand = rng.uniform(0.0, 1000.0, (n_sites, 2)), rng.uniform(0.0, 1000.0, (n_demand, 2))
    return demand, sites, rng.integers(1, 101, n_demand).astype(np.float64), demand[:2000]


def radius_of(some: Floats, sites: Floats) -> float:
    """Minutes within which a demand point has so many sites on average."""
    tree, low, high = KDTree(sites), 0.1, 500.0
    for _ in range(40):
        middle = (low + high) / 2
        mean = float(np.mean(tree.query_ball_point(some, middle, return_length=True)))
        low, high = (middle, high) if mean < CANDIDATES else (low, middle)
    return high


def pairs_within(demand: Floats, sites: Floats, minutes: float) -> Any:
    """All pairs within a time, as CSR; a part of the demand at a time."""
    tree, parts = KDTree(sites), []
    for start in range(0, len(demand), CHUNK):
        some = demand[start : start + CHUNK]
        found = KDTree(some).sparse_distance_matrix(tree, minutes, output_type="ndarray")
        order = np.lexsort((found["j"], found["i"]))
        indptr = np.concatenate(([0], np.cumsum(np.bincount(found["i"], minlength=len(some)))))
        data, column = found["v"][order], found["j"][order].astype(np.int32)
        parts.append(sparse.csr_array((data, column, indptr), shape=(len(some), len(sites))))
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def published(folder: Path, models: list[str]) -> list[Instance]:
    """The instances of the OR-Library and TSPLIB that lie in a folder (`pmed`, `tsplib`, `cap`)."""
    found: list[Instance] = []
    if "p_median" in models:
        found += of_pmed(folder / "pmed", "p_median", "pmedopt.txt") + of_tsplib(folder / "tsplib")
    if "p_center" in models:
        found += of_pmed(folder / "pmed", "p_center", "kcenteropt.txt")
    if "capacitated_fixed_charge" in models:
        found += of_cap(folder / "cap")
    return found


def of_pmed(folder: Path, model: str, optima: str) -> list[Instance]:
    if not (folder / optima).is_file():
        return []
    lines = [line.split() for line in (folder / optima).read_text().splitlines()]
    known = {words[0]: float(words[1]) for words in lines if len(words) == 2 and words[0].startswith("pmed")}
    return [
        _pmed(folder / f"{name}.txt", model, best) for name, best in known.items() if (folder / f"{name}.txt").is_file()
    ]


def _pmed(path: Path, model: str, best: float) -> Instance:
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    n, edges, p = map(int, lines[0])
    length = np.zeros((n, n))
    for a, b, minutes in lines[1 : 1 + edges]:  # of duplicate edges the last wins
        length[int(a) - 1, int(b) - 1] = length[int(b) - 1, int(a) - 1] = float(minutes)
    arguments = {"weight": np.ones(n), "travel_time_min": full(shortest_path(length, directed=False))}
    return Instance(path.stem, model, arguments, {"p": p}, best)


def full(minutes: Floats) -> Any:
    """A full table as CSR, zeros kept: they are times, not gaps."""
    n, m = minutes.shape
    return sparse.csr_array((minutes.ravel(), np.tile(np.arange(m), n), np.arange(0, n * m + 1, m)), shape=(n, m))


def of_tsplib(folder: Path) -> list[Instance]:
    if not (folder / "p_median_best.json").is_file():
        return []
    best = json.loads((folder / "p_median_best.json").read_text())
    found = []
    for key, value in best.items():
        path = folder / f"{key.rsplit('-', 1)[0]}.tsp"
        if path.is_file():
            xy = np.array([line.split()[1:3] for line in _coordinates(path)], dtype=np.float64)
            minutes = np.floor(np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)))
            arguments = {"weight": np.ones(len(xy)), "travel_time_min": full(minutes)}
            found.append(Instance(key, "p_median", arguments, {"p": int(value["p"])}, float(value["best"])))
    return found


def _coordinates(path: Path) -> list[str]:
    text = path.read_text().split("NODE_COORD_SECTION")[1].split("EOF")[0]
    return [line for line in text.splitlines() if re.match(r"\s*\d", line)]


def of_cap(folder: Path) -> list[Instance]:
    if not (folder / "optimum.csv").is_file():
        return []
    rows = [line.split(",") for line in (folder / "optimum.csv").read_text().splitlines()[1:]]
    paths = {path.stem: path for path in folder.rglob("cap*.txt")}
    return [_cap(paths[name], float(best)) for name, best in rows if name in paths]


def _cap(path: Path, best: float) -> Instance:
    """Customers' costs are for all their demand; ours are for a unit of it."""
    words = path.read_text().split()
    m, n = int(words[0]), int(words[1])
    warehouses = np.array(words[2 : 2 + 2 * m], dtype=np.float64).reshape(m, 2)
    customers = np.array(words[2 + 2 * m : 2 + 2 * m + n * (m + 1)], dtype=np.float64).reshape(n, m + 1)
    arguments = {
        "weight": customers[:, 0], "travel_time_min": full(customers[:, 1:] / customers[:, :1]),
        "site_cost_yuan": warehouses[:, 1], "capacity": warehouses[:, 0],
    }  # fmt: skip
    return Instance(path.stem, "capacitated_fixed_charge", arguments, {}, best)
