"""Words of the page, one file for each part of it, put together in `planning.texts`.

| file | words of |
|------|----------|
| `session.py` | the front door, projects, work that runs |
| `map.py` | maps and tables |
| `editor.py` | the scenario editor |
| `compare.py` | plans side by side, reasons |
| `files.py` | layers, files, sources, help |
| `look.py` | what every page has |
| `store.py` | reports, the trail of what was done, projects as files |
"""
