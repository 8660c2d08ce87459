"""A network of services within money, staff, space and seasons: what opens where and when, and who is served.

| file | does |
|------|------|
| `problem.py` | the question: rows of need, sites, forms, modules, money, staff; all faults at once |
| `solution.py` | the answer: years of opening, deliveries, payments, and how good it is known to be |
| `core.py` | rows that differ in nothing but their units become one |
| `sheet.py`, `model.py`, `aims.py` | the mixed-integer model: its paper, its limits, what it is for |
| `links.py` | rows that tighten a model without losing a plan |
| `engine.py`, `search.py`, `goal.py` | one aim after the other; for each a first plan, better ones, and the bound |
| `counties.py`, `neighbours.py` | counties by themselves: a bound, and some of them again beside all others |
| `choice.py` | deliveries and payments for given choices; the one measure of every plan |
| `changes.py` | the same question without a lock or a floor; with a site forced in |
| `mending.py` | what would make an impossible question possible |
| `recount.py` | what the arrays of a plan amount to, counted anew |
| `broken.py` | every limit that an answer breaks, from the arrays alone |
"""

from optimizers.network.broken import broken
from optimizers.network.choice import deliver
from optimizers.network.engine import solve_network
from optimizers.network.mending import Mend, mend_network, mended
from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem
from optimizers.network.solution import NEVER, NetworkSolution, Stage

__all__ = [
    "BARRED", "FREE", "NEVER", "STANDS", "Mend", "NetworkProblem", "NetworkSolution", "Stage", "broken", "deliver",
    "mend_network", "mended", "solve_network",
]  # fmt: skip
