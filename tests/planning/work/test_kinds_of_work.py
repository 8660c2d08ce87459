"""The table of kinds of work, and what a worker does before its first job."""

from __future__ import annotations

from typing import get_args

from planning.scenario_form import Model
from planning.texts import TEXTS
from planning.work.kinds import KINDS
from planning.work.warm_up import _TINY


def test_every_kind_has_a_name_in_both_languages() -> None:
    assert [kind for kind, row in KINDS.rows.items() if not all(TEXTS.get(row.words_key, ("", "")))] == []


def test_every_model_is_compiled_in_spare_time() -> None:
    assert {*_TINY, "none"} == set(get_args(Model))
    assert len(KINDS.spare_time) == len(_TINY)
    for piece in KINDS.spare_time:
        piece()
