"""The work of a job that makes files of plans; they lie among the parts of its result until it is forgotten."""

from collections.abc import Mapping
from typing import Any, Final

from planning.jobs.ask import Ask
from planning.jobs.kinds import Workplace
from planning.store import plans
from planning.work.exports import FORMATS, together, wanted
from planning.work.plan_job import area_for, store_of

ALL: Final = "all.zip"
"""The part that holds all files of a job, where there are several."""
STEP: Final = "store_step_files"


def make_export(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """Make files of plans.

    The question: `plans` (ids, the baseline first), `formats` (keys of `FORMATS`), `lang`.

    Returns:
        `files`: for each its `part` of the result, `name`, `format` and `size`.
    """
    store, area = store_of(at), area_for(ask, at)
    asked = wanted(ask.ask["formats"], [plans.load(store, key) for key in ask.ask["plans"]])
    made: list[tuple[str, bytes]] = []
    told = []
    for number, one in enumerate(asked):
        at.progress(STEP, number / len(asked))
        content = FORMATS[one.key].make(one.plans, area, ask.ask["lang"])
        part = f"{number:03d}{FORMATS[one.key].ending}"
        at.keep(part, content)
        made.append((one.name, content))
        told.append({"part": part, "name": one.name, "format": one.key, "size": len(content)})
    if len(made) > 1:
        at.keep(ALL, together(made))
    return {"files": told}
