"""THE QUESTION: a scenario in, a plan out. The only room where places and numbers meet."""

from planning.compare import compare
from planning.demand_report import agreement_sentence, available_bases, bases_table, owed_to_base, units_table
from planning.faults import PlanningError
from planning.folder import read_plan, write_plan
from planning.network.explanation import explanations_table
from planning.network.posing.pose import pose_network
from planning.network.reasons.curve import budget_curve, curve_table
from planning.network.reasons.explain import explain_plan
from planning.network.reasons.others import replacement
from planning.network.reasons.prices import limits_of, price_of
from planning.network.reasons.whom import whom_it_serves
from planning.network.reasons.why_here import why_here
from planning.network.reasons.why_not import why_not
from planning.network.run import answer_network, measure_network
from planning.new_area import new_area
from planning.plan import Plan
from planning.run import run
from planning.scenario import Scenario, shipped, shipped_networks
from planning.study_area import StudyArea
from planning.workbooks import write_quality, write_template

__all__ = [
    "Plan", "PlanningError", "Scenario", "StudyArea", "agreement_sentence", "answer_network", "available_bases",
    "bases_table", "budget_curve", "compare", "curve_table", "explain_plan", "explanations_table", "limits_of",
    "measure_network", "new_area", "owed_to_base", "pose_network", "price_of", "read_plan", "replacement", "run",
    "shipped", "shipped_networks", "units_table", "whom_it_serves", "why_here", "why_not", "write_plan",
    "write_quality", "write_template",
]  # fmt: skip
