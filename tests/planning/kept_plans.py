"""A plan and a network plan written down by hand, small and with everything that is hard to keep."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from made_scenarios import scenario

from planning import Plan
from planning.assumptions import default_assumptions
from planning.network.explanation import Explanation
from planning.network.result import KIND_COLUMNS, NetworkPlan

NAMES = ("3~5公里，$100 与 $200", "_x_ **粗** <b>b</b>", "ئۇيغۇرچە 🏥 =1+1", "", "001", "C:\\新 名\n第二行")
"""Words that a file, a page or a database might spoil."""


def kept_plan(name: str = "made", **solver: Any) -> Plan:
    rows = len(NAMES)
    sites = pd.DataFrame({
        "site_id": [f"{i:03d}" for i in range(rows)], "name_zh": list(NAMES), "name_en": list(NAMES),
        "county_code": "653125", "lon": np.linspace(75, 80, rows), "lat": 0.1 + 0.2, "role": "existing",
        "locked": False, "capital_yuan": [0.0, -0.0, 1e300, 5e-324, math.nan, math.inf], "load_persons": 2**62,
    })  # fmt: skip
    cells = pd.DataFrame({
        "cell_id": ["a", "b"], "persons": [3, 4], "travel_time_min": [1 / 3, math.inf], "nearest_site_id": ["001", ""],
        "persons_served": [3, 0], "persons_near_but_full": [0, 0], "persons_too_far": [0, 0],
        "persons_no_route": [0, 4],
    })  # fmt: skip
    told = {"model": "none", "status": "evaluated", "objective": None, "bound": math.inf, "gap": math.nan, **solver}
    return Plan(
        scenario=scenario(name, title_zh="计划", title_en=" ".join(NAMES), objective={"model": "none"}),
        study_area="南疆", baseline_digest="0" * 64, layer_digests={"candidates": "1" * 64}, sites=sites, cells=cells,
        options=sites.iloc[:0], indicators={"persons_total": 7, "share_near": np.float64(3 / 7), "cost": math.nan},
        solver={"unit": "", "reason": NAMES[0], "solver": "", "seconds": 0.1, "seed": 1, **told},
        assumptions=default_assumptions().changed({"severe_share": 0.5}), sources=NAMES, demand_source="modelled",
    )  # fmt: skip


def kept_network() -> NetworkPlan:
    frame = pd.DataFrame({"year": [2026, 2027], "name_zh": list(NAMES[:2]), "units": [1 / 3, math.nan]})
    return NetworkPlan(
        years=(2026, 2027), seasons=("winter", "summer"), services=("rehabilitation",), counties=("653101", "659003"),
        aims=({"aim": "most_units", "objective": 1.5, "gap": math.inf}, {"aim": "least_cost", "objective": None}),
        sites=frame, modules=frame.iloc[:0], groups=frame, flows=frame.assign(site_id=["s1", ""]), money=frame,
        rounds=frame.iloc[:0], indicators=frame, worst=frame, kinds=pd.DataFrame(columns=list(KIND_COLUMNS)),
        solver={"aims": ["most", "least_cost"], "status": "optimal", "seed": None, "objective": 1.5},
        explanations=(
            Explanation("why_here", "s1", NAMES[0], NAMES[1], 12.0, 12.0, 12.0, "persons"),
            Explanation("lock", "s2", "代价不明", "not known", math.nan, 0.0, math.inf, "yuan"),
        ),
        compared={"phasing_sites": frame, "integration_dropped": pd.DataFrame({"site_id": [], "yuan": []})},
    )  # fmt: skip


def first_look(name: str) -> Plan:
    """A plan of a first look, made in passing."""
    plan = kept_plan(name)
    solver = plan.scenario.solver.model_copy(update={"effort": "first"})
    return replace(plan, scenario=plan.scenario.model_copy(update={"solver": solver}))
