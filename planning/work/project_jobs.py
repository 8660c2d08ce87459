"""The work of jobs that make the file of a project, and a project of such a file."""

import re
from collections.abc import Mapping
from typing import Any, Final

from planning.jobs.ask import Ask
from planning.jobs.kinds import Workplace
from planning.store import bundle, projects
from planning.store.bundle_form import ENDING
from planning.work.plan_job import author_of, store_of

PART: Final = f"project{ENDING}"
"""Name of the part with the file of a project, and of the upload that shall be opened."""
STEP: Final = "store_step_files"


def pack_project(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """Make the file of the project that is asked in.

    Returns:
        `name` of the file for people, and its `size`.
    """
    at.progress(STEP, 0.0)
    content = bundle.pack(store_of(at), ask.project)
    at.keep(PART, content)
    name = re.sub(r"[^\w-]+", "_", projects.project(store_of(at), ask.project).name).strip("_")[:60]
    return {"name": f"{name or 'project'}{ENDING}", "size": len(content)}


def unpack_project(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """Open the file of a project that came with the question as `project.jiujin`.

    Returns:
        `opened`: id of the project.
    """
    at.progress(STEP, 0.0)
    content = at.uploads()[PART].read_bytes()
    at.forget_uploads()
    return {"opened": bundle.unpack(store_of(at), content, author_of(ask)).id}
