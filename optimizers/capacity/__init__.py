"""Sites that can fill up: which to open, and who is served where.

| file | does |
|------|------|
| `pose.py` | problem and question become a core |
| `rows.py` | demand rows with the pairs that may serve them, equal ones as one |
| `core.py` | the core: rows whose weight is carried by sites with room for so much |
| `climb.py` | the Lagrangian bound: prices for rows, a knapsack at each site |
| `transport.py`, `split.py` | the best split of the demand among open sites, kept optimal while sites open and close |
| `search.py` | plans by interchange on that split |
| `own_choice.py` | the same where people go to their nearest open site |
| `formulation.py` | what is left as a PuLP model |
| `allocation.py` | the best split for a plan that somebody else made |
| `solve.py` | from question to finding |
"""

from optimizers.capacity.allocation import best_split

__all__ = ["best_split"]
