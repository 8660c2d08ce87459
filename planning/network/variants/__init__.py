"""The same scenario asked in other ways, side by side.

| file | does |
|------|------|
| `beside.py` | what a scenario asks to be compared, as tables and explanations of its plan |
| `runs.py`, `again.py` | what variants share; a choice found again in another question |
| `integration.py` | local and XPCC services together, apart, and each standing alone |
| `season_plans.py` | plans for summer, winter, all year and least regret |
| `phasing.py` | a plan nested year by year against the end plan |
"""
