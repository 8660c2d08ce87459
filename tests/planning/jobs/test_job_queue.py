"""A job moves from waiting to running to ended in single steps, and of two that want it one gets it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planning.faults import PlanningError
from planning.jobs.ask import Ask
from planning.jobs.home import Home, write_json
from planning.jobs.queue import HELP_AFTER_S, Ended, ahead, cancel, claim, end, jobs, left_of, put, read_job

HERE = Path(__file__).parent


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "家").made()


def test_jobs_are_taken_in_the_order_of_asking(home: Home) -> None:
    asked = [put(home, Ask("echo", "quick", ask={"n": n})) for n in range(5)]
    assert asked == sorted(asked)
    taken = [claim(home, "quick") for _ in range(6)]
    assert [job.id for job in taken if job] == asked
    assert taken[-1] is None


def test_quick_jobs_do_not_wait_for_long_ones(home: Home) -> None:
    long, quick = put(home, Ask("plan", "long")), put(home, Ask("echo", "quick"))
    job = claim(home, "quick")
    assert job is not None
    assert job.id == quick
    assert claim(home, "quick") is None
    job = claim(home, "long")
    assert job is not None
    assert job.id == long


def test_one_worker_for_both_lanes_does_quick_jobs_first(home: Home) -> None:
    put(home, Ask("plan", "long"))
    put(home, Ask("echo", "quick"))
    lanes = [job.ask.lane for job in (claim(home, "both"), claim(home, "both")) if job]
    assert lanes == ["quick", "long"]


def test_an_idle_long_worker_helps_with_a_quick_job_that_nobody_takes(home: Home) -> None:
    put(home, Ask("echo", "quick"))
    time.sleep(HELP_AFTER_S + 0.1)
    put(home, Ask("plan", "long"))
    lanes = [job.ask.lane for job in (claim(home, "long"), claim(home, "long")) if job]
    assert lanes == ["long", "quick"]


def test_of_three_claimants_of_sixty_jobs_each_job_has_one(home: Home) -> None:
    command = [sys.executable, str(HERE / "bare.py"), "claims", str(home.path)]
    claimants = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(3)]
    asked = [put(home, Ask("echo", "quick")) for _ in range(60)]
    until = time.monotonic() + 30
    while len(list(home.path.glob("ready-*"))) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    (home.path / "go").touch()
    taken = [one.communicate(timeout=30)[0].split() for one in claimants]
    assert sorted(name for names in taken for name in names) == asked


def test_a_job_that_waits_is_cancelled_at_once_and_leaves_nothing_of_its_files(home: Home) -> None:
    name = put(home, Ask("check", "quick"), {"名单.csv": b"secret"})
    assert cancel(home, name)
    job = read_job(home, name)
    assert job is not None
    assert job.ended is not None
    assert (job.stage, job.ended.how) == ("ended", "cancelled")
    assert not any(b"secret" in path.read_bytes() for path in home.path.rglob("*") if path.is_file())
    assert not cancel(home, name)
    assert not cancel(home, "unknown")


def test_a_running_job_that_is_cancelled_is_shown_so_at_once(home: Home) -> None:
    name = put(home, Ask("echo", "quick"))
    claim(home, "quick")
    assert cancel(home, name)
    job = read_job(home, name)
    assert job is not None
    assert job.stage == "cancelling"


def test_only_the_first_word_on_how_a_job_ended_counts(home: Home) -> None:
    name = put(home, Ask("echo", "quick"))
    claim(home, "quick")
    assert end(home, name, Ended("done", result={"n": 1}, seconds=2.0))
    assert not end(home, name, Ended("lost"))
    job = read_job(home, name)
    assert job is not None
    assert job.ended == Ended("done", (), {"n": 1}, 2.0)
    assert not cancel(home, name)
    second = put(home, Ask("echo", "quick"))
    claim(home, "quick")
    (home.running / second / "over").touch()  # somebody is about to say it
    assert not end(home, second, Ended("lost"))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights elsewhere")
def test_files_of_a_job_are_for_this_user_only(home: Home) -> None:
    name = put(home, Ask("check", "quick"), {"a.csv": b"x"})
    upload = home.waiting / name / "upload"
    assert upload.stat().st_mode & 0o777 == 0o700
    assert (upload / "a.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../a.csv", "a/b", "C:\\x", "", ".", "..", ".hidden", "x" * 200, "a\n"])
def test_a_name_that_is_not_plain_is_refused_and_nothing_is_put(home: Home, name: str) -> None:
    with pytest.raises(PlanningError, match="plain file name"):
        put(home, Ask("check", "quick"), {name: b""})
    assert list(home.waiting.iterdir()) == list(home.making.iterdir()) == []


def test_jobs_of_a_project_are_listed_with_the_newest_first(home: Home) -> None:
    first, _, third = (put(home, Ask("echo", "quick", project=one)) for one in ("甲", "乙", "甲"))
    claim(home, "quick")
    end(home, first, Ended("done"))
    assert [job.id for job in jobs(home, "甲")] == [third, first]
    assert len(jobs(home)) == 3


def test_a_waiting_job_knows_how_many_of_its_lane_come_before(home: Home) -> None:
    for lane in ("quick", "long", "quick"):
        put(home, Ask("echo", lane))
    newest = jobs(home)[0]
    assert ahead(home, newest) == 1


def test_what_cannot_be_read_ends_instead_of_blocking_the_queue(home: Home) -> None:
    for number, content in enumerate((b"{", b'{"kind": 3, "asked_at": "x"}')):
        (home.waiting / f"0{number}").mkdir()
        (home.waiting / f"0{number}" / "ask.json").write_bytes(content)
    good = put(home, Ask("echo", "quick"))
    job = claim(home, "quick")
    assert job is not None
    assert job.id == good
    assert sorted(one.name for one in home.ended.iterdir()) == ["00", "01"]
    assert jobs(home) == [job]


def test_earlier_jobs_of_its_kind_and_area_tell_how_long_one_takes(home: Home) -> None:
    for kind, area, seconds in (("plan", "A", 90.0), ("plan", "A", 110.0), ("plan", "B", 5.0), ("why", "A", 5.0)):
        name = put(home, Ask(kind, "long", area=area))
        claim(home, "long")
        end(home, name, Ended("done", seconds=seconds))
    put(home, Ask("plan", "long", area="A"))
    job = claim(home, "long")
    assert job is not None
    left = left_of(home, job)
    assert left is not None
    assert left[0] < 100 < left[1]
    write_json(job.folder / "progress.json", {"step": "x"})  # of another form
    again = read_job(home, job.id)
    assert again is not None
    assert again.progress is None
