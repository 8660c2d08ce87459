"""What planners keep: projects, versions of scenarios, plans, drafts, links, and who did what.

The only room with a database. SQLite in a file for one planner, PostgreSQL for several;
the same tables, the same functions.

| file | does |
|------|------|
| `open.py` | `open_store(url) -> Store`; one writer at a time, readers undisturbed |
| `schema.py`, `migrate.py`, `migrations/` | the tables, and how an earlier database becomes today's |
| `projects.py` | make, list, rename, remove and bring back |
| `scenarios.py` | versions of scenarios, only ever appended; the second of two writers is told |
| `plans.py`, `blobs.py` | plans by their id, as the parts of `planning.record`, kept once by their content |
| `drafts.py` | the scenario at which a planner works, with undo and redo |
| `areas.py` | own study areas by the content of their file |
| `bundle.py`, `bundle_form.py` | a project as one file (`.jiujin`), and a project from such a file |
| `settings.py` | what the page remembers of an author |
| `views.py` | short codes of what a page shows |
| `audit.py` | who did what and when, each entry chained to the one before |
| `faults.py` | what can go wrong, in both languages |

Import the files: `from planning.store import plans`.
"""
