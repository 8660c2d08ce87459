"""From a scenario and a study area to the arrays of `optimizers.network`.

| file | does |
|------|------|
| `catalogue.toml`, `catalogue.py` | what may be built and what it costs: rows of the assumption table |
| `people.py` | who needs which service where, by class of weight |
| `places.py`, `ties.py` | sites that stand or may be chosen; centres, staff and links between the tiers |
| `choices.py` | forms and modules of every site |
| `reach.py` | seasons, travel times, who is in time |
| `rounds.py`, `homes.py` | what service at home takes, and who is offered it |
| `limits.py`, `problem.py`, `pose.py` | money, staff, targets; the arrays; the whole question |
"""
