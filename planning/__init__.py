"""THE QUESTION: a scenario in, a plan out. The only room where places and numbers meet."""

from planning.compare import compare
from planning.demand_report import agreement_sentence, available_bases, bases_table, owed_to_base, units_table
from planning.faults import PlanningError
from planning.folder import read_plan, write_plan
from planning.new_area import new_area
from planning.plan import Plan
from planning.run import run
from planning.scenario import Scenario, shipped
from planning.study_area import StudyArea
from planning.workbooks import write_quality, write_template

__all__ = [
    "Plan", "PlanningError", "Scenario", "StudyArea", "agreement_sentence", "available_bases", "bases_table", "compare",
    "new_area", "owed_to_base", "read_plan", "run", "shipped", "units_table", "write_plan", "write_quality",
    "write_template",
]  # fmt: skip
