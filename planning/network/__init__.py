"""A network of services: what is asked, what is proposed, and what it means for everyone.

Nothing is imported here, for `planning.scenario_form` reads `scenario/form.py` before anything else is there.

| room or file | does |
|--------------|------|
| `scenario/` | the `[network]` table of a scenario file |
| `posing/` | from a scenario and a study area to arrays |
| `run.py`, `tidy.py`, `read.py`, `result.py`, `explanation.py` | from a scenario to a plan: solved, tidied, read back |
| `measures/` | the plan as tables and indicators |
| `reasons/` | why here, why not there, what every limit costs |
| `variants/` | the same scenario asked in other ways, side by side |
| `files.py`, `summary.py`, `words.py`, `map_layers.py`, `side_by_side.py` | files, lines of text, maps, comparisons |
"""
