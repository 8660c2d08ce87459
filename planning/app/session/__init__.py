"""What a page knows of its session. What must outlive a reload lies in the address or in the store, never here.

| file | knows |
|------|-------|
| `seat.py` | where jobs and the store lie, who works here, what is to be told |
| `opened.py` | the project, its study area, its plans, and which of them are shown |
| `drafting.py` | the scenario at which the author works |
| `asking.py` | work that is asked for, and what came of it |

Pages write `from planning.app import session` and call `session.project()`.
"""

from planning.app.session.asking import acted, ask, cancel, job, jobs, result, unfinished, waited
from planning.app.session.drafting import change, draft, redo, scenario, undo
from planning.app.session.opened import (
    area,
    heads,
    keep_link,
    new_project,
    open_project,
    plan,
    project,
    restore,
    show_plans,
    shown,
    use_area,
    write_address,
)
from planning.app.session.seat import author, home, is_shared, remember_name, store, tell, tell_later, tell_now

__all__ = [
    "acted",
    "area",
    "ask",
    "author",
    "cancel",
    "change",
    "draft",
    "heads",
    "home",
    "is_shared",
    "job",
    "jobs",
    "keep_link",
    "new_project",
    "open_project",
    "plan",
    "project",
    "redo",
    "remember_name",
    "restore",
    "result",
    "scenario",
    "show_plans",
    "shown",
    "store",
    "tell",
    "tell_later",
    "tell_now",
    "undo",
    "unfinished",
    "use_area",
    "waited",
    "write_address",
]
