"""The scenario editor: every setting of a scenario in words, and every change of it as a new scenario.

| file | does |
|------|------|
| `field.py` | the form of one setting: where it stands, of what kind, its words |
| `location_fields.py`, `network_fields.py` | the settings, one row each |
| `fields.py` | all of them by path; bounds and defaults from the forms of scenario files |
| `choices.py` | what may be chosen, by name |
| `values.py` | the value of a setting in a scenario, and a scenario's table with another value |
| `edits.py` | a scenario with one setting changed, with a site locked, forbidden, opened or closed |
| `plain_faults.py` | what is wrong, in the words of the page |
| `differences.py` | what differs between two scenarios, a line each |
| `starts.py` | the scenarios to start from |
"""
