"""Beyond one answer: what more would buy, what each site is worth, what else would do, and what stays.

points = curve(problem, "max_coverage", p=range(1, 11), threshold_min=30)
replacement_costs(problem, solution), alternatives(problem, solution), stability(problem, solution)
"""

from optimizers.beyond.alternatives import Alternative, Alternatives, alternatives
from optimizers.beyond.curve import Point, curve
from optimizers.beyond.importance import Replacement, replacement_costs
from optimizers.beyond.stability import Stability, stability

__all__ = [
    "Alternative",
    "Alternatives",
    "Point",
    "Replacement",
    "Stability",
    "alternatives",
    "curve",
    "replacement_costs",
    "stability",
]
