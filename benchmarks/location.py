"""Where to open sites, side by side with other tools in one run: `python benchmarks/location.py`.

    --size NxM ...       demand points x sites of made-up instances (6000x600)
    --kind WORD          of the made-up instances: clustered in towns, or even (clustered)
    --p P                sites to open (a twentieth of them)
    --models NAME ...    max_coverage set_cover p_median p_center (max_coverage); with --bench also
                         capacitated_fixed_charge
    --engines NAME ...   a part of their names is enough: jiujin pulp spopt cbc highs (all)
    --seconds S          time limit of each engine (60)
    --our-seconds S      time limit of ours, where it is to be another
    --effort WORD        of ours: first, quick or thorough (thorough)
    --large              also 60,000 x 4,000 and 600,000 x 40,000, ours only
    --bench FOLDER       also published instances, ours only: OR-Library and TSPLIB files in pmed/, tsplib/, cap/
    --seed N             of the made-up instances (1)
    --out FILE           the table in Markdown, too

Every engine runs in a process of its own, with one thread. CPU seconds are those of building and solving, child
processes included, without imports and compiling; memory is the peak of the whole process or of its largest child.
What an engine found is measured again by `optimizers.evaluate`, whatever it says itself. Engines that are not
installed are said to be missing; none of them is needed by the product.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # run from a checkout, installed or not

from benchmarks.location_engines import ENGINES
from benchmarks.location_instances import KINDS, Instance, made_up, published
from optimizers import MODELS, LocationProblem, evaluate

OURS = "jiujin"
SPOPT_PAIRS = 10_000_000
"""Pairs of a full table beyond which spopt is not asked: it would not come back."""
HEAD = ("instance", "model", "p", "engine", "incumbent", "bound", "gap", "CPU s", "wall s", "GB", "CPU / ours", "note")
GRACE_S = 600.0
"""Seconds beyond the limit after which a process is ended: building a dense model takes its time."""


def run_engine(instance: Instance, engine: str, seconds: float, effort: str) -> dict[str, Any]:
    """Run one engine in a process of its own; its answer with the peak memory in GB."""
    with TemporaryDirectory(prefix="location-") as folder:
        instance.save(Path(folder))
        script = Path(__file__).with_name("location_engines.py")
        words = [sys.executable, str(script), folder, engine, str(seconds), effort]
        with open(Path(folder) / "said.txt", "w+") as said:
            child = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said, start_new_session=True)
            peak, ended = wait_for(child.pid, seconds + GRACE_S)
            child.returncode = 0
            said.seek(0)
            words_said = said.read().strip().splitlines()
        path = Path(folder) / "answer.json"
        if not path.exists():
            why = (
                "ended after its time" if not ended else (words_said[-1][:80] if words_said else "ended without a word")
            )
            return {"missing": why}
        return {**json.loads(path.read_text()), "gb": peak / 1e6 * 1.024}


def wait_for(pid: int, seconds: float) -> tuple[int, bool]:
    """Peak memory in kilobytes of a child and its children, and whether it ended by itself."""
    deadline, ended = time.monotonic() + seconds, True
    while True:
        done, _, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return usage.ru_maxrss, ended
        if time.monotonic() > deadline and ended:
            os.killpg(pid, 9)
            ended = False
        time.sleep(0.05)


def measured(instance: Instance, answer: dict[str, Any]) -> float | None:
    """The objective of the sites found, by our own measure; None where they are no plan."""
    sites, p = answer.get("sites") or [], instance.asked.get("p")
    if not sites or (p is not None and len(sites) > p):
        return None
    problem = LocationProblem(**instance.arguments)
    asked = {k: v for k, v in instance.asked.items() if k not in ("p", "budget_yuan")}
    value = evaluate(problem, sites, model=instance.model, **asked).objective
    return value if value is not None and math.isfinite(value) else None


def bound_in_words(instance: Instance, engine: str, bound: float | None) -> float | None:
    """The plain model of max coverage counts what is left out; all others count what is shown."""
    if bound is not None and instance.model == "max_coverage" and engine.startswith("PuLP"):
        return float(instance.arguments["weight"].sum()) - bound
    return bound


def rows_of(instance: Instance, given: argparse.Namespace, engines: list[str]) -> Iterator[dict[str, Any]]:
    """One row of the table for each engine; ratios are to ours, which runs first."""
    n, m = instance.arguments["travel_time_min"].shape
    base = None
    for engine in engines:
        limit = given.our_seconds if engine == OURS and given.our_seconds else given.seconds
        if engine.startswith("spopt") and n * m > SPOPT_PAIRS:
            answer: dict[str, Any] = {"missing": f"not asked: a full table of {n * m / 1e6:,.0f} m pairs"}
        else:
            answer = run_engine(instance, engine, limit, given.effort)
        row = row_of(instance, engine, answer)
        if engine == OURS:
            base = row["cpu"]
        row["ratio"] = row["cpu"] / base if base and row["cpu"] is not None else None
        yield row


def row_of(instance: Instance, engine: str, answer: dict[str, Any]) -> dict[str, Any]:
    value = measured(instance, answer)
    bound = bound_in_words(instance, engine, answer.get("bound"))
    gap = None if value is None or bound is None else abs(value - bound) / max(abs(value), abs(bound), 1e-300)
    note = answer.get("missing", "")
    if not note and value is None:
        note = "no plan"
    if not note and instance.known is not None and value is not None:
        note = f"published {instance.known:,.10g}, {100 * (value / instance.known - 1):+.3f} %"
    if engine == OURS and answer.get("says") and not answer.get("missing"):
        note = "; ".join(filter(None, [answer["says"], answer.get("reason", ""), note]))
    return {
        "instance": instance.name, "model": instance.model, "p": instance.asked.get("p"), "engine": engine,
        "value": value, "bound": bound, "gap": gap, "cpu": answer.get("cpu_s"), "wall": answer.get("wall_s"),
        "gb": answer.get("gb"), "note": note,
    }  # fmt: skip


def cells(row: dict[str, Any]) -> list[str]:
    def number(value: float | None, shape: str) -> str:
        return "–" if value is None else format(value, shape)

    return [
        row["instance"], row["model"], number(row["p"], "d"), row["engine"], number(row["value"], ",.10g"),
        number(row["bound"], ",.10g"), "–" if row["gap"] is None else f"{100 * row['gap']:.3f} %",
        number(row["cpu"], ".2f"), number(row["wall"], ".2f"), number(row["gb"], ".2f"), number(row["ratio"], ".1f"),
        row["note"].replace("|", "/"),
    ]  # fmt: skip


def markdown(rows: list[dict[str, Any]]) -> str:
    lines = [HEAD, ["---"] * len(HEAD), *(cells(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def instances(given: argparse.Namespace) -> Iterator[tuple[Instance, bool]]:
    """Each instance with whether the others are asked as well."""
    sizes = [(size, True) for size in given.size]
    sizes += [(size, False) for size in ("60000x4000", "600000x40000")] if given.large else []
    for model in given.models:
        if model == "capacitated_fixed_charge":
            continue
        for size, others in sizes:
            n, m = (int(part) for part in size.lower().split("x"))
            try:
                yield made_up(model, n, m, given.p if others else None, given.seed, given.kind), others
            except ValueError as fault:
                print(f"left out: {fault}.", flush=True)
    if given.bench:
        for instance in published(Path(given.bench), given.models):
            yield instance, False


def totals(rows: list[dict[str, Any]]) -> str:
    """For the published instances: how many are proven, and the CPU seconds of all."""
    lines = []
    for model in MODELS:
        mine = [row for row in rows if row["model"] == model and "published" in row["note"]]
        if mine:
            proven = sum(row["note"].startswith("optimal") for row in mine)
            cpu = sum(row["cpu"] for row in mine)
            lines.append(f"{model}, published: {proven} of {len(mine)} proven optimal, {cpu:.1f} CPU s in total\n")
    return "".join(lines)


def parsed() -> argparse.Namespace:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--size", nargs="*", default=["6000x600"])
    ask.add_argument("--kind", choices=KINDS, default=KINDS[0])
    ask.add_argument("--p", type=int)
    ask.add_argument("--models", nargs="+", default=["max_coverage"])
    ask.add_argument("--engines", nargs="+", default=[""])
    ask.add_argument("--seconds", type=float, default=60.0)
    ask.add_argument("--our-seconds", type=float)
    ask.add_argument("--effort", default="thorough")
    ask.add_argument("--large", action="store_true")
    ask.add_argument("--bench")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--out")
    return ask.parse_args()


def main() -> None:
    given = parsed()
    chosen = [name for name in ENGINES if any(part.lower() in name.lower() for part in given.engines)]
    rows: list[dict[str, Any]] = []
    print(markdown([]), end="", flush=True)
    for instance, others in instances(given):
        for row in rows_of(instance, given, chosen if others else [OURS]):
            rows.append(row)
            print("| " + " | ".join(cells(row)) + " |", flush=True)
    print("\n" + totals(rows), end="")
    if given.out:
        Path(given.out).write_text(markdown(rows) + "\n" + totals(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
