"""The engines that `benchmarks/location.py` compares; each runs in a process of its own, started by it.

`python benchmarks/location_engines.py FOLDER ENGINE SECONDS EFFORT` reads the instance in FOLDER, runs one engine and
writes `answer.json` there: sites, bound, CPU and wall seconds of building and solving, children included. Libraries
are imported and compiled code is warmed up before the clocks start.
"""

import importlib
import json
import re
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # run from a checkout, installed or not

from benchmarks.location_instances import Instance, load, made_up

Answer = dict[str, Any]
Engine = Callable[[Instance, float, str], Answer]


def used() -> float:
    """CPU seconds of this process and its ended children."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def ours(instance: Instance, seconds: float, effort: str) -> Answer:
    from optimizers import LocationProblem, solve

    if instance.model == "capacitated_fixed_charge":
        small = LocationProblem([1.0, 2.0], [[1.0, 3.0], [2.0, 1.0]], capacity=[9.0, 9.0], site_cost_yuan=[1.0, 1.0])
        solve(small, instance.model)
    else:  # large enough that every kernel is met
        like = made_up(instance.model, 800, 80, None, 7, "even")
        solve(LocationProblem(**like.arguments), instance.model, time_limit_s=5.0, effort=effort, **like.asked)

    def run() -> Answer:
        problem = LocationProblem(**instance.arguments)
        found = solve(problem, instance.model, time_limit_s=seconds, effort=effort, **instance.asked)
        return {"sites": list(found.sites), "bound": found.bound, "says": found.status, "reason": found.reason}

    return measured(run)


def measured(run: Callable[[], Answer]) -> Answer:
    """An engine's answer with the CPU and wall seconds it took."""
    cpu, wall = used(), time.monotonic()
    answer = run()
    return {**answer, "cpu_s": used() - cpu, "wall_s": time.monotonic() - wall}


def spopt_with(solver: str) -> Engine:
    def engine(instance: Instance, seconds: float, effort: str) -> Answer:
        locate = importlib.import_module("spopt.locate")
        return measured(lambda: of_spopt(locate, instance, solver, seconds))

    return engine


def of_spopt(locate: Any, instance: Instance, solver: str, seconds: float) -> Answer:
    """spopt wants a full table: pairs that do not exist are far away, or cost what staying unserved costs."""
    table, weight = instance.arguments["travel_time_min"], instance.arguments["weight"]
    far = instance.arguments.get("unserved_cost", 1e6)
    minutes = np.full(table.shape, far)
    minutes[np.repeat(np.arange(table.shape[0]), np.diff(table.indptr)), table.indices] = np.minimum(table.data, far)
    p, threshold = instance.asked.get("p"), instance.asked.get("threshold_min")
    if instance.model == "max_coverage":
        model = locate.MCLP.from_cost_matrix(minutes, weight, threshold, p_facilities=p)
    elif instance.model == "set_cover":
        model = locate.LSCP.from_cost_matrix(minutes[weight > 0], threshold)
    elif instance.model == "p_median":
        model = locate.PMedian.from_cost_matrix(minutes, weight, p_facilities=p)
    else:
        model = locate.PCenter.from_cost_matrix(minutes, p_facilities=p)
    del minutes
    log = Path("solver.log")
    says = "ended"
    try:
        model.solve(pulp_solver(solver, seconds, log), results=False)
    except RuntimeError as fault:  # spopt's word for a run that found no optimum
        says = str(fault).splitlines()[0][:60]
    sites = [j for j, y in enumerate(model.fac_vars) if (y.varValue or 0.0) > 0.5]
    return {"sites": sites, "bound": bound_of(model.problem, solver, log), "says": says}


def pulp_with(solver: str) -> Engine:
    def engine(instance: Instance, seconds: float, effort: str) -> Answer:
        importlib.import_module("pulp")
        return measured(lambda: of_pulp(instance, solver, seconds))

    return engine


def of_pulp(instance: Instance, solver: str, seconds: float) -> Answer:
    """The textbook model on the pairs that exist, built with PuLP and handed over as it is."""
    import pulp

    lp, opens = sparse_model(pulp, instance)
    log = Path("solver.log")
    lp.solve(pulp_solver(solver, seconds, log))
    sites = [j for j, y in enumerate(opens) if (y.varValue or 0.0) > 0.5]
    return {"sites": sites, "bound": bound_of(lp, solver, log), "says": "ended"}


def sparse_model(pulp: Any, instance: Instance) -> tuple[Any, list[Any]]:
    table, weight = instance.arguments["travel_time_min"], instance.arguments["weight"].tolist()
    n, m = table.shape
    lp = pulp.LpProblem("plain", pulp.LpMinimize)
    opens = [lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in range(m)]
    start, site, minutes = table.indptr.tolist(), table.indices.tolist(), table.data.tolist()
    terms: list[Any] = []
    if instance.model == "p_center":
        worst = lp.add_variable("worst", 0)
        terms.append((worst, 1.0))
    for i in range(n):
        if weight[i] <= 0:
            continue
        pairs = [(opens[site[k]], 1.0) for k in range(start[i], start[i + 1])]
        if instance.model == "max_coverage":
            left = lp.add_variable(f"z_{i}", 0, 1)
            terms.append((left, weight[i]))
            pairs.append((left, 1.0))
        elif instance.model != "set_cover":
            parts = [(lp.add_variable(f"x_{i}_{k}", 0, 1), minutes[k]) for k in range(start[i], start[i + 1])]
            for (x, _), (y, _) in zip(parts, pairs, strict=True):
                lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression([(x, 1.0), (y, -1.0)]), -1, rhs=0.0))
            if instance.model == "p_center":
                lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression([*parts, (worst, -1.0)]), -1, rhs=0.0))
            else:
                parts.append((lp.add_variable(f"u_{i}", 0, 1), instance.arguments["unserved_cost"]))
                terms += [(x, weight[i] * cost) for x, cost in parts]
            pairs = [(x, 1.0) for x, _ in parts]
        lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(pairs), 1, rhs=1.0))
    if instance.model == "set_cover":
        terms = [(y, 1.0) for y in opens]
    else:
        lp.addConstraint(
            pulp.LpConstraint(pulp.LpAffineExpression([(y, 1.0) for y in opens]), -1, rhs=instance.asked["p"])
        )
    lp.setObjective(pulp.LpAffineExpression(terms))
    return lp, opens


def pulp_solver(solver: str, seconds: float, log: Path) -> Any:
    import pulp

    if solver == "highs":
        return pulp.HiGHS(msg=False, threads=1, timeLimit=seconds)
    return pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=seconds, logPath=str(log))


def bound_of(lp: Any, solver: str, log: Path) -> float | None:
    """What the solver proved, in the sense of its model; None where it does not say."""
    if solver == "highs":
        found = float(lp.solverModel.getInfo().mip_dual_bound) * (-1.0 if lp.sense == -1 else 1.0)
        return found + (lp.objective.constant or 0.0) if np.isfinite(found) else None
    text = log.read_text(errors="replace") if log.exists() else ""
    if "Result - Optimal solution found" in text:
        printed = re.findall(r"^Objective value:\s+(\S+)", text, re.M)
    else:
        printed = re.findall(r"^(?:Lower|Upper) bound:\s+(\S+)", text, re.M)
    value = float(printed[-1]) if printed else np.nan
    return abs(value) if np.isfinite(value) else None


ENGINES: dict[str, Engine] = {
    "jiujin": ours,
    "PuLP + CBC, sparse": pulp_with("cbc"),
    "PuLP + HiGHS, sparse": pulp_with("highs"),
    "spopt + CBC": spopt_with("cbc"),
    "spopt + HiGHS": spopt_with("highs"),
}


def main() -> None:
    folder, engine, seconds, effort = sys.argv[1:5]
    warnings.simplefilter("ignore")
    try:
        answer = ENGINES[engine](load(Path(folder)), float(seconds), effort)
    except ImportError as fault:
        answer = {"missing": str(fault)}
    (Path(folder) / "answer.json").write_text(json.dumps(answer, default=float))


if __name__ == "__main__":
    main()
