"""What is asked of a job is the same in the file and in the program, and every fault is told at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.faults import PlanningError, in_language
from planning.jobs.ask import Ask

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.text(max_size=12), st.sampled_from(("quick", "long"))
)
def test_an_ask_comes_back_from_json_as_it_was(asked: dict[str, Any], by: str, lane: Any) -> None:
    ask = Ask("plan", lane, by=by, project="喀什", ask=asked, seconds_expected=30)
    assert Ask.read(json.loads(json.dumps(ask.table(), ensure_ascii=False))) == ask


def test_what_the_asker_changes_later_does_not_change_the_ask() -> None:
    given_table = {"sites": 3}
    ask = Ask("plan", "quick", ask=given_table)
    given_table["sites"] = 4
    assert ask.ask == {"sites": 3}


def test_all_faults_of_a_file_come_at_once_in_both_languages() -> None:
    with pytest.raises(PlanningError) as found:
        Ask.read({"lane": "slow", "projekt": "x", "by": 3, "ask": [1], "seconds_expected": True})
    told = "\n".join(found.value.faults)
    for part in ("did you mean 'project'", "'kind' is missing", "quick or long", "'by' must", "'ask' must", "seconds"):
        assert part in told
    assert all("ask.json：" in in_language(fault, "zh") for fault in found.value.faults)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_a_value_that_json_has_not_is_refused(value: object) -> None:
    with pytest.raises(PlanningError, match="JSON"):
        Ask("plan", "quick", ask={"x": value})
