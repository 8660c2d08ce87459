"""Workers are processes: killed, filled up, left alone; no job is lost without a word, and none takes others along."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from planning.jobs import keeper as keepers
from planning.jobs import queue, told
from planning.jobs.ask import Ask
from planning.jobs.home import Home, read_json, write_json
from planning.jobs.keeper import Keeper
from planning.jobs.kinds import Kept, Kind, Kinds
from planning.jobs.processes import living, process_of, signature
from planning.jobs.queue import Ended, Job, cancel, claim, put, read_job
from planning.jobs.worker import work

HERE = Path(__file__).parent
BARE = (sys.executable, str(HERE / "bare.py"))
PATIENCE_S = 40.0
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs signals and limits of POSIX")
Keep = Callable[..., Keeper]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "家").made()


@pytest.fixture
def keep(home: Home) -> Iterator[Keep]:
    """Start a keeper with workers that begin quickly; all are ended after the test."""
    kept: list[Keeper] = []

    def start(*options: str, kinds: str = "fake_kinds:KINDS") -> Keeper:
        kept.append(Keeper(home, kinds, BARE, options).start())
        return kept[-1]

    yield start
    for one in kept:
        one.close(end_workers=True)


def until(true: Callable[[], Any]) -> Any:
    """What is found once it is true; a machine under load is given time."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def job_of(home: Home, name: str) -> Job:
    job = read_job(home, name)
    assert job is not None
    return job


def end_of(home: Home, name: str) -> Ended:
    """How a job ended, once it has."""
    ended = until(lambda: (home.ended / name).is_dir() and job_of(home, name).ended)
    assert isinstance(ended, Ended)
    return ended


def done(home: Home, kind: str, **ask: Any) -> Ended:
    return end_of(home, put(home, Ask(kind, "quick", ask=ask)))


def runs(home: Home, name: str) -> bool:
    return job_of(home, name).progress is not None


def kill_worker(home: Home, name: str) -> None:
    process = process_of(read_json(home.running / name / "worker.json"))
    assert process is not None
    process.kill()


def holds(home: Home, marker: str) -> list[Path]:
    """Files anywhere in a home that hold a word."""
    return [p for p in home.path.rglob("*") if p.is_file() and marker.encode() in p.read_bytes()]


def test_jobs_end_as_their_work_does(home: Home, keep: Keep) -> None:
    keep()
    assert done(home, "echo", n=[1, "二"]).result == {"n": [1, "二"]}
    slept = put(home, Ask("sleep", "quick", ask={"seconds": 0.05}))
    assert end_of(home, slept).how == "done"
    assert (job_of(home, slept).result / "slept").read_bytes() == b"well"
    assert done(home, "fault").told == ("a fault", "another")
    assert done(home, "no_memory").told == (told.MEMORY,)
    assert done(home, "nothing_like_it").told == (told.unknown_kind("nothing_like_it"),)
    failed = done(home, "not_json")
    assert failed.how == "failed"
    assert "not your doing" in failed.told[0]
    first, again = done(home, "counted").result, done(home, "counted").result
    assert first["warm"]
    assert again["times"] == first["times"] + 1  # the same process, still warm
    assert len(living(home.workers)) == 1


def test_a_long_job_has_a_worker_of_its_own(home: Home, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "ONE_FOR_ALL_BYTES", 0)
    keep()
    long = put(home, Ask("sleep", "long", ask={"seconds": 60}))
    until(lambda: runs(home, long))
    assert done(home, "echo", n=1).result == {"n": 1}
    assert {one["lane"] for one in living(home.workers)} == {"quick", "long"}
    assert cancel(home, long)
    assert end_of(home, long).told == (told.CANCELLED,)


def test_with_little_memory_one_worker_does_all(home: Home, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "ONE_FOR_ALL_BYTES", 1 << 60)
    keep()
    assert end_of(home, put(home, Ask("echo", "long"))).how == "done"
    assert done(home, "echo").how == "done"
    assert [one["lane"] for one in living(home.workers)] == ["both"]


def test_work_that_listens_and_work_that_does_not_are_both_cancelled_soon(home: Home, keep: Keep) -> None:
    keep()
    listens = put(home, Ask("sleep", "quick", ask={"seconds": 600}))
    until(lambda: runs(home, listens))
    worker = living(home.workers)[0]["pid"]
    assert cancel(home, listens)
    assert end_of(home, listens).how == "cancelled"
    assert not job_of(home, listens).result.exists()
    spins = put(home, Ask("spin", "quick"))
    until(lambda: runs(home, spins))
    assert process_of(read_json(home.running / spins / "worker.json")) == psutil.Process(worker)  # not killed: warm
    began = time.monotonic()
    assert cancel(home, spins)
    assert end_of(home, spins).told == (told.CANCELLED,)
    assert time.monotonic() - began < 10  # far less on a quiet machine; the loop never ends
    assert done(home, "echo").how == "done"


def test_a_job_whose_worker_is_killed_is_lost_with_a_sentence_and_the_next_one_is_done(home: Home, keep: Keep) -> None:
    keep()
    name = put(home, Ask("sleep", "quick", ask={"seconds": 600}), {"名单.csv": b"MARKER"})
    until(lambda: runs(home, name))
    kill_worker(home, name)
    ended = end_of(home, name)
    assert (ended.how, ended.told) == ("lost", (told.LOST,))
    assert "请重新运行" in ended.told[0].zh
    assert holds(home, "MARKER") == []
    assert done(home, "echo").how == "done"


def test_what_came_with_a_job_is_nowhere_once_it_has_ended(home: Home, keep: Keep) -> None:
    keep()
    files = {"一.csv": "MARKER 一二".encode(), "2.xlsx": b"MARKER"}
    names = {kind: put(home, Ask(kind, "quick"), files) for kind in ("counted", "fail", "spin")}
    assert end_of(home, names["counted"]).result["sizes"] == {"2.xlsx": 6, "一.csv": 13}
    failed = end_of(home, names["fail"])
    assert failed.how == "failed"
    assert not job_of(home, names["fail"]).result.exists()
    number = str(failed.told[0]).split("number ")[1][:6]
    assert f"{number} " in home.log.read_text(encoding="utf-8")
    until(lambda: runs(home, names["spin"]))
    assert len(holds(home, "MARKER")) == 2
    cancel(home, names["spin"])
    end_of(home, names["spin"])
    assert holds(home, "MARKER") == []


@POSIX
def test_a_full_disk_is_told_and_leaves_no_half_result(home: Home, keep: Keep) -> None:
    keep()
    name = put(home, Ask("fill", "quick"))
    ended = end_of(home, name)
    assert (ended.how, ended.told) == ("failed", (told.DISK_FULL,))
    assert not job_of(home, name).result.exists()
    assert holds(home, "xxxxxxxx") == []


@POSIX
def test_a_server_that_dies_loses_no_job_and_the_next_one_goes_on(home: Home, keep: Keep) -> None:
    script = [sys.executable, str(HERE / "bare.py"), "dies_as_server", str(home.path), str(HERE / "bare.py")]
    said = subprocess.run(script, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert said.returncode < 0, said.stderr
    running, waiting = said.stdout.split()
    assert end_of(home, running).how == "done"
    (worker,) = living(home.workers)
    keep()
    assert end_of(home, waiting).how == "done"
    assert [one["pid"] for one in living(home.workers)] == [worker["pid"]]  # taken over, still warm


def test_workers_without_a_server_leave(home: Home, keep: Keep) -> None:
    keeper = keep("--alone-s", "0.2")
    assert done(home, "echo").how == "done"
    worker = living(home.workers)[0]
    keeper.close()
    until(lambda: process_of(worker) is None)
    assert list(home.workers.iterdir()) == []


def test_a_worker_leaves_after_its_share_of_jobs_and_another_comes(home: Home, keep: Keep) -> None:
    keep("--most-jobs", "2")
    times = [done(home, "counted").result["times"] for _ in range(3)]
    assert times == [1, 2, 1]


def test_of_two_workers_that_two_servers_started_for_one_lane_the_elder_stays(home: Home) -> None:
    command = [*BARE, "--home", str(home.path), "--kinds", "fake_kinds:KINDS", "--lane", "quick"]
    both = [subprocess.Popen(command) for _ in range(2)]
    try:
        until(lambda: any(one.poll() is not None for one in both))
        (stays,) = [one for one in both if one.poll() is None]
        assert done(home, "echo").how == "done"
        assert [one["pid"] for one in living(home.workers)] == [stays.pid]
        assert sorted(one.poll() is None for one in both) == [False, True]
    finally:
        for one in both:
            one.kill()
            one.wait()


def test_when_workers_cannot_begin_nobody_waits_for_ever(
    home: Home, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "_EARLY_DEATHS", 2)
    keep(kinds="fake_kinds:BROKEN")
    ended = done(home, "echo")
    assert (ended.how, ended.told) == ("failed", (told.NO_WORKER,))
    assert "RuntimeError" in home.log.read_text(encoding="utf-8")


def test_a_process_number_given_anew_does_not_keep_a_job_running(home: Home) -> None:
    name = put(home, Ask("echo", "quick"))
    claim(home, "quick")
    mine = signature()
    write_json(home.running / name / "worker.json", {**mine, "create_time": mine["create_time"] - 100})
    keeper = Keeper(home, "fake_kinds:KINDS", BARE)
    keeper._look_after(name)
    keeper.close()
    assert job_of(home, name).ended == Ended("lost", (told.LOST,))


@pytest.mark.parametrize("how", ["done", "failed"])
def test_a_worker_killed_between_its_last_word_and_the_move_has_had_its_last_word(home: Home, how: str) -> None:
    name = put(home, Ask("echo", "quick"), {"a.csv": b"MARKER"})
    claim(home, "quick")
    folder = home.running / name
    write_json(folder / "worker.json", {"pid": 1 << 30, "create_time": 1.0})
    (folder / "over").touch()
    write_json(folder / "ended.json", {"how": how, "told": [], "result": {"n": 1}, "seconds": 1.0})
    keeper = Keeper(home, "fake_kinds:KINDS", BARE)
    keeper._look_after(name)
    keeper.close()
    ended = end_of(home, name)
    assert (ended.how, ended.result) == (how, {"n": 1})
    assert holds(home, "MARKER") == []


def test_old_jobs_go_and_young_ones_stay(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "ENDED_MOST", 3)
    others = [put(home, Ask("echo", "quick", project="other")), put(home, Ask("rare", "quick"))]  # are not driven out
    names = [put(home, Ask("echo", "quick")) for _ in range(5)]
    for name in [*others, *names]:
        cancel(home, name)
    old = time.time() - (keepers.ENDED_DAYS + 1) * 86_400
    os.utime(home.ended / names[3], (old, old))
    keeper = Keeper(home, "fake_kinds:KINDS", BARE)
    keeper._sweep()
    keeper.close()
    assert sorted(one.name for one in home.ended.iterdir()) == [*others, names[2], names[4]]
    assert home.reserve.exists()


def test_a_worker_stays_as_small_as_it_was(home: Home, keep: Keep) -> None:
    keep("--most-jobs", "1000")

    def memory_after(jobs: int) -> int:
        names = [put(home, Ask("counted", "quick"), {"a.csv": b"x" * 10_000}) for _ in range(jobs)]
        ends = [end_of(home, name) for name in names]
        assert {one.how for one in ends} == {"done"}
        return int(psutil.Process(living(home.workers)[0]["pid"]).memory_info().rss)

    first = memory_after(40)
    assert memory_after(120) - first < 30e6
    assert (
        json.loads((home.ended / max(p.name for p in home.ended.iterdir()) / "ended.json").read_text())["result"][
            "times"
        ]
        == 160
    )


def test_a_worker_starts_as_it_does_for_the_page(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import bare\n", encoding="utf-8")  # light, as all workers here
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(HERE)]))
    keeper = Keeper(home, "fake_kinds:KINDS").start()
    try:
        assert keeper.warming()
        assert done(home, "echo").how == "done"
        assert not keeper.warming()
    finally:
        keeper.close(end_workers=True)


def test_a_disk_that_is_full_at_the_last_word_is_told_too(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    name = put(home, Ask("echo", "quick"))
    job = claim(home, "quick")
    assert job is not None
    home.fill_reserve()

    def written(path: Path, table: dict[str, Any], *, lasting: bool = True) -> None:
        if home.reserve.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        write_json(path, table, lasting=lasting)

    monkeypatch.setattr(queue, "write_json", written)
    kinds = Kinds({"echo": Kind(lambda ask, place: {}, "quick", "of_echo")})
    assert work(home, job, kinds, Kept())
    assert job_of(home, name).ended == Ended("failed", (told.DISK_FULL,))


def test_things_last_used_are_kept(home: Home) -> None:
    kept, made = Kept({"area": 2}), []
    for key in "abacab":
        kept.get("area", key, lambda key=key: made.append(key))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
