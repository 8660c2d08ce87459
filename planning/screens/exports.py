"""What the page of reports shows: the plans to choose from, and the files that were made."""

from collections.abc import Sequence
from datetime import UTC, datetime

from planning.jobs.queue import Job
from planning.plan import Plan
from planning.record import scenario_of
from planning.screens.tables import Column, Table
from planning.screens.trail import when
from planning.store.plans import PlanHead
from planning.texts import gap_sentence, people_note, text
from planning.work.exports import FORMATS


def plans_table(heads: Sequence[PlanHead], first: str, language: str) -> Table:
    """Plans to choose from, a row each.

    Args:
        first: id of the plan that the others are held against.
    """
    titles = {"plan": "store_plan", "status": "store_status", "when": "store_when", "who": "store_who"}
    rows = tuple(
        {
            "plan": _title(head, first, language),
            "status": status_of(head, language),
            "when": when(head.made_at),
            "who": head.made_by,
        }
        for head in heads
    )
    columns = tuple(Column(key, text(title, language)) for key, title in titles.items())
    return Table(text("store_plans_caption", language), columns, rows, row_ids=tuple(head.id for head in heads))


def _title(head: PlanHead, first: str, language: str) -> str:
    mark = f"（{text('store_baseline', language)}）" if language == "zh" else f" ({text('store_baseline', language)})"
    return scenario_of(head.toml).title(language) + (mark if head.id == first else "")


def formats_table(count: int, language: str) -> Table:
    """The kinds of files, a row each, and how many files of each kind would be made.

    Args:
        count: how many plans are chosen.
    """
    titles = {"format": "store_format", "for": "store_format_for", "count": "store_format_count"}
    rows = tuple(
        {
            "format": text(f"store_format_{key}", language),
            "for": text(f"store_format_{key}_help", language),
            "count": one.count(count) or text("store_needs_two" if count else "store_no_plan_chosen", language),
        }
        for key, one in FORMATS.items()
    )
    columns = tuple(Column(key, text(title, language)) for key, title in titles.items())
    return Table(text("store_formats_caption", language), columns, rows, row_ids=tuple(FORMATS))


def status_of(head: PlanHead, language: str) -> str:
    """How good a plan is known to be, in a word or two."""
    return gap_sentence("", head.status, None, language)


def made_line(job: Job, language: str) -> str:
    """When the files of a job were made, by whom, and how many."""
    assert job.ended is not None
    at = when(datetime.fromtimestamp(job.asked_at, UTC))
    return text("store_made_line", language).format(at, job.ask.by, len(job.ended.result["files"]))


def source_lines(plans: Sequence[Plan], language: str) -> list[str]:
    """What files of these plans rest on: the people counted, the sources, and the stamp."""
    notes = dict.fromkeys(people_note(plan.demand_source, plan.cut_off, language) for plan in plans)
    between = "；" if language == "zh" else "; "
    sources = between.join(dict.fromkeys(source for plan in plans for source in plan.sources))
    return [*notes, text("store_sources_of_plans", language).format(sources), text("stamp", language)]
