"""Help where it is needed.

| file | purpose |
|------|---------|
| `glossary.toml`, `glossary.py` | the words of the pages |
| `guide.toml`, `steps.py` | the guided first plan, and which steps are done |
| `keys.py` | what the keyboard does |
"""
