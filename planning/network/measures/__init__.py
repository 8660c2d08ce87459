"""What a solution means for people, places and money.

| file | does |
|------|------|
| `deliveries.py`, `even.py` | what every row gets; people in the same position served alike |
| `groups.py`, `tables.py`, `worst.py` | the four groups, places and yuan by year, the worst served by name |
| `kinds.py` | who is served by category and grade of disability |
| `frames.py`, `scopes.py` | what indicators are computed from, and about whom they speak |
| `people.py`, `travel.py`, `equity.py`, `supply.py` | the measures |
| `one_road.py` | who depends on one single piece of road |
| `indicators.py` | one table of indicators with formula, unit, denominator, source and mark |
"""
