"""Long work in processes of its own: asked by the page, done by warm workers, never lost by a click.

Nothing is imported here. Everything lies in folders that a text editor can read (`home.py`):

| file | does |
|------|------|
| `home.py` | where things lie; files written whole, folders moved in one step |
| `ask.py` | what is asked of a job |
| `queue.py` | put, claim, cancel, end: a job is a folder that moves from waiting to running to ended |
| `progress.py` | how far a job is, and how long it may still take |
| `kinds.py` | the form of the table of kinds, and what the work of a kind is given |
| `worker.py` | the process that works: `python -m planning.jobs.worker` |
| `keeper.py` | starts workers, ends what was cancelled, tells what was lost |
| `processes.py` | is a process still the one that signed |
| `told.py` | what happened, in Chinese and English |
"""
