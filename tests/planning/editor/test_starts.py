"""A plan as a start: its scenario is again what its author had, not what was run for a first look."""

from made_scenarios import few_sites

from planning import StudyArea
from planning.editor.edits import edited
from planning.editor.starts import as_draft, start_of, starts, told_apart
from planning.scenario import load
from planning.work.asks import first_look


def test_a_first_look_is_again_the_draft_it_was_run_for(area: StudyArea) -> None:
    known, start = starts(area), load("most_people")
    fewer = edited(start, "objective.sites", 35)
    drafts = (
        start, fewer, edited(fewer, "solver.effort", "quick"), edited(start, "solver.effort", "first"),
        edited(fewer, "title_zh", "我的方案"),
    )  # fmt: skip
    for draft in drafts:
        run = told_apart(draft, start_of(draft, known), area)
        for plan in (run, first_look(run) or run):
            assert as_draft(plan, known, area).to_toml() == draft.to_toml()


def test_without_a_known_start_only_the_effort_is_made_good(area: StudyArea) -> None:
    mine = few_sites("mine", title_zh="我的方案")
    look = first_look(mine)
    assert look is not None
    again = as_draft(look, starts(area), area)
    assert first_look(again) == look
    assert again.title_zh == "我的方案"
    assert as_draft(mine, starts(area), area) == mine
