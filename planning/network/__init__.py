"""A network of services: what is asked, what is proposed, and what it means for everyone.

Nothing is imported here, for `planning.scenario_form` reads `form.py` before anything else is there.

Asking
| file | does |
|------|------|
| `form.py`, `faults.py` | the table `[network]` of a scenario file, and every combination that cannot be |
| `elsewhere.py` | the same table for another study area |
| `catalogue.toml`, `catalogue.py` | what may be built and what it costs: rows of the assumption table |
| `people.py` | who needs which service where, by class of weight |
| `places.py`, `ties.py` | sites that stand or may be chosen; centres, staff and links between the tiers |
| `choices.py` | forms and modules of every site |
| `reach.py` | seasons, travel times, who is in time |
| `rounds.py`, `homes.py` | what service at home takes, and who is offered it |
| `limits.py`, `problem.py`, `pose.py` | money, staff, targets; the arrays; the whole question |

Answering
| file | does |
|------|------|
| `run.py`, `result.py`, `read.py` | from a scenario to a plan; the plan; a solution read back |
| `tidy.py`, `even.py` | a solution without what nobody would miss; people in the same position served alike |
| `frames.py`, `deliveries.py`, `groups.py`, `tables.py`, `worst.py` | a solution as tables of people, places, yuan |
| `indicators.py`, `measure_*.py` | one table of indicators |
| `scopes.py` | everyone, each service, county and class of a table |
| `files.py`, `summary.py`, `words.py`, `map_layers.py` | files, lines of text, what a map shows |

Explaining
| file | does |
|------|------|
| `explain.py`, `explanation.py`, `sentences.py`, `asking.py` | explained numbers, in both languages, in bounded time |
| `reasons.py`, `site_facts.py`, `others.py`, `instead.py` | why here, why not there, rounds instead of a building |
| `prices.py`, `aims.py`, `curve.py`, `seasons.py`, `mending.py` | prices of limits, aims, money and seasons; mends |
| `phasing.py`, `integration.py`, `season_plans.py`, `one_road.py`, `variants.py`, `again.py` | plans side by side |
"""
