"""The `[network]` table of a scenario file.

| file | does |
|------|------|
| `form.py` | its keys, frozen, with units and defaults |
| `faults.py` | every combination that cannot be, in plain sentences |
| `asked.py` | the table of a scenario that must have one |
| `elsewhere.py` | the same table for another study area |
"""
