"""Work that pages ask for, done by workers and kept in the store; nothing here knows a page.

| file | does |
|------|------|
| `kinds.py` | the table of kinds of work |
| `plan_job.py` | plans, kept under the id of their job |
| `asks.py`, `demo.py` | how plans are asked for: first look or thorough, the demo |
| `reasons_job.py` | curves, reasons, trade-offs |
| `export_job.py`, `exports.py`, `project_jobs.py` | files to take away, projects as files |
| `areas.py` | the study area that a project names |
| `warm_up.py`, `ready.py` | what workers and the server do before anybody waits |
| `here.py` | jobs done in the process that asks |
| `job_words.py`, `told.py` | how far a job is and what came of it, in words |
"""
