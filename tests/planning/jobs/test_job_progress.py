"""Progress never goes back, and the time left is a range that holds what happens."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.jobs.progress import CANCEL, FILE, Cancelled, Progress, Reporter, read_progress, time_left

SAID = st.lists(st.tuples(st.sampled_from(("times", "solve", "说" * 200)), st.floats(-1, 2)), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(SAID)
def test_progress_never_goes_back_and_stays_small(said: list[tuple[str, float]]) -> None:
    with TemporaryDirectory() as name:
        report, before = Reporter(Path(name)), (0, 0.0)
        for step, share in said:
            report(step, share)
            report._write()
            now = read_progress(Path(name))
            assert now is not None
            assert (now.number, now.share) >= before
            assert 0 <= now.share <= 1
            assert step.startswith(now.step)
            assert (Path(name) / FILE).stat().st_size <= 1024
            before = (now.number, now.share)


def test_a_new_step_is_told_at_once_and_shares_a_few_times_a_second(tmp_path: Path) -> None:
    report = Reporter(tmp_path)
    report("travel_times", 1.0)
    report("optimise", 0.0)
    now = read_progress(tmp_path)
    assert now is not None
    assert (now.step, now.number) == ("optimise", 2)
    stamps, until = set(), time.monotonic() + 0.5
    while time.monotonic() < until:
        report("optimise", 0.5)
        stamps.add((tmp_path / FILE).stat().st_mtime_ns)
    assert len(stamps) <= 4


def test_the_same_step_done_again_begins_anew(tmp_path: Path) -> None:
    report = Reporter(tmp_path)
    for share in (0.0, 1.0, 0.0):
        report("travel_times", share)
    now = read_progress(tmp_path)
    assert now is not None
    assert (now.share, now.number) == (0.0, 2)


def test_work_that_shall_end_is_stopped_at_its_next_word_even_if_it_catches_all_errors(tmp_path: Path) -> None:
    report = Reporter(tmp_path)
    report("solve", 0.1)
    (tmp_path / CANCEL).touch()

    def stubborn() -> None:
        try:
            report("solve", 0.2)
        except Exception:
            pytest.fail("an engine could have held it up")

    with pytest.raises(Cancelled):
        stubborn()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("whole_s", [2.0, 60.0, 4000.0])
def test_even_work_ends_within_the_time_told(share: float, whole_s: float) -> None:
    left = time_left(Progress("x", share, 1, 1000.0), share * whole_s, now=1000.0 + share * whole_s)
    assert left is not None
    rest = (1 - share) * whole_s
    assert rest / 2 <= left[0] <= rest <= left[1] <= 2 * rest


def test_nothing_is_promised_when_nothing_is_known() -> None:
    assert time_left(None, 5.0) is None
    assert time_left(Progress("x", 0.02, 1, 0.0), 5.0, now=5.0) is None
    assert time_left(None, 120.0, earlier_s=[60.0]) is None


def test_the_time_its_solver_may_still_take_is_never_left_out() -> None:
    assert time_left(None, 10.0, expected_s=60.0) == (0.0, 50.0)
    left = time_left(None, 10.0, earlier_s=[20.0, 22.0, 24.0], expected_s=60.0)
    assert left is not None
    assert left[0] < 12 < left[1] == 50.0
    assert time_left(None, 70.0, expected_s=60.0) is None
