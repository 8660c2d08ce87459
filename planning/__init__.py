"""THE QUESTION: a scenario in, a plan out. The only room where places and numbers meet."""

from planning.compare import compare
from planning.faults import PlanningError
from planning.folder import read_plan, write_plan
from planning.plan import Plan
from planning.run import run
from planning.scenario import Scenario, shipped
from planning.study_area import StudyArea

__all__ = ["Plan", "PlanningError", "Scenario", "StudyArea", "compare", "read_plan", "run", "shipped", "write_plan"]
