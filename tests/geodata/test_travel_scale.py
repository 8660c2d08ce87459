"""Several processes give the table of one, to the last bit, and a stopped run goes on."""

import pickle
from dataclasses import replace

import numpy as np
import psutil
import pytest
from tiny_places import RULES, both_ways, degrees, network

from geodata import store
from geodata.errors import LayerError, both, in_language
from geodata.travel import scale
from geodata.travel.scale import spread_table
from geodata.travel.times import minutes_table, prepare, roadway

pytest.importorskip("distributed", reason="the extra `scale` is not installed")

SIDE = 5
NODES = [(1_500.0 * i, 1_500.0 * j) for i in range(SIDE) for j in range(SIDE)] + [(90_000.0, 0.0), (91_500.0, 0.0)]
STREETS = [
    (i * SIDE + j, i * SIDE + j + step, 1_500.0 + 37 * i + 11 * j)
    for i in range(SIDE)
    for j in range(SIDE)
    for step, there in ((1, j < SIDE - 1), (SIDE, i < SIDE - 1))
    if there
]
ROADS = network(NODES, [*both_ways([*STREETS, (25, 26, 1_500)]), (0, 6, 700.0)])
CHANCE = np.random.default_rng(11)
HOMES = [*map(tuple, CHANCE.uniform(-500, 6_500, (30, 2))), (90_200.0, 100.0), (0.0, 200_000.0)]
SITES = [*map(tuple, CHANCE.uniform(-500, 6_500, (19, 2))), (90_900.0, 0.0), (0.0, 300_000.0)]


@pytest.fixture(autouse=True)
def _small_regions(monkeypatch):
    store._MEMORY.clear()
    monkeypatch.setattr(scale, "REGION", 6)


def trips(homes=HOMES, sites=SITES, **changes):
    return prepare(roadway(ROADS, replace(RULES, off_road_trip_km=1, **changes), None), degrees(homes), degrees(sites))


def identical(one, other):
    assert one.shape == other.shape
    for name in ("indptr", "indices", "data"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    return True


class FakeJob:
    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value


@pytest.fixture
def here(monkeypatch):
    """Jobs run in this process at once; which chunks they were for."""
    from contextlib import contextmanager

    done = []

    class Client:
        def submit(self, work, *args, pure):
            done.append(args[-1])
            return FakeJob(work(*args))

    @contextmanager
    def client(workers, scheduler):
        yield Client()

    monkeypatch.setattr(scale, "_client", client)
    monkeypatch.setattr(scale, "_wait", lambda jobs, regions, progress: [job.result() for job in jobs])
    return done


@pytest.mark.parametrize(("homes", "sites"), [(HOMES, SITES), (SITES, HOMES)], ids=["from the sites", "from the homes"])
def test_two_processes_give_the_table_of_one_to_the_last_bit(homes, sites, tmp_path):
    these = trips(homes, sites)
    serial = minutes_table(these)
    assert 0 < serial.nnz < len(homes) * len(sites)
    told = []
    spread = spread_table(these, 2, None, tmp_path, lambda text, share: told.append((text, share)))
    assert identical(spread, serial)
    assert [share for _, share in told] == pytest.approx([(i + 1) / len(told) for i in range(len(told))])
    assert len(told) == len(list(tmp_path.glob("*.parquet"))) == -(-these.shape[0] // 6)


def test_one_process_needs_no_others(monkeypatch):
    def refuse(*args):
        raise AssertionError("workers were started")

    monkeypatch.setattr(scale, "_client", refuse)
    assert identical(spread_table(trips(), 1, None, None), minutes_table(trips()))


class TestGoingOn:
    def test_finished_chunks_are_not_computed_again(self, tmp_path, here):
        these = trips()
        first = spread_table(these, 2, None, tmp_path)
        assert identical(first, minutes_table(these))
        chunks = sorted(tmp_path.glob("*.parquet"))
        assert len(chunks) == len(here) == 4
        here.clear()
        chunks[2].unlink()
        assert identical(spread_table(these, 2, None, tmp_path), first)
        assert here == [str(chunks[2])]
        here.clear()
        assert identical(spread_table(these, 2, None, tmp_path), first)
        assert here == []

    def test_chunks_of_another_run_are_left_aside(self, tmp_path, here):
        spread_table(trips(), 2, None, tmp_path)
        here.clear()
        slower = trips(boarding_min=9)
        assert identical(spread_table(slower, 2, None, tmp_path), minutes_table(slower))
        assert len(here) == 4

    def test_without_a_folder_a_temporary_one_is_used_and_goes_away(self, here):
        assert identical(spread_table(trips(), 2, None, None), minutes_table(trips()))
        from pathlib import Path

        assert len({Path(file).parent for file in here}) == 1
        assert not Path(here[0]).parent.exists()

    def test_every_source_is_in_one_chunk_and_neighbours_share_it(self):
        these = trips()
        regions = scale._regions(these)
        assert sorted(np.concatenate(regions).tolist()) == list(range(these.shape[0]))
        assert {len(region) for region in regions[:-1]} == {6}
        assert these.shape[0] - 1 in regions[-1]  # the place that reaches no road

    @pytest.mark.parametrize(("homes", "sites"), [([], SITES), (HOMES, []), ([], [])])
    def test_nobody_or_nowhere_gives_an_empty_table_of_that_shape(self, homes, sites, tmp_path, here):
        found = spread_table(trips(homes, sites), 2, None, tmp_path)
        assert found.shape == (len(homes), len(sites))
        assert found.nnz == 0


class TestRefusals:
    def test_a_sentence_comes_back_from_another_process_as_it_was_told(self):
        told = LayerError([both("one", "一"), both("two", "二")])
        back = pickle.loads(pickle.dumps(told))
        assert (str(back), back.faults) == (str(told), told.faults)
        assert [in_language(fault, "zh") for fault in back.faults] == ["一", "二"]

    def test_a_scheduler_needs_a_folder_that_its_workers_see(self):
        with pytest.raises(LayerError, match="--scheduler needs a cache folder"):
            spread_table(trips(), 1, "tcp://127.0.0.1:1", None)

    def test_a_damaged_chunk_is_computed_again(self, tmp_path, here):
        first = spread_table(trips(), 2, None, tmp_path)
        for damage in (b"", b"PAR1", (chunk := sorted(tmp_path.glob("*.parquet"))[1]).read_bytes()[:-9]):
            here.clear()
            chunk = sorted(tmp_path.glob("*.parquet"))[1]
            chunk.write_bytes(damage)
            assert identical(spread_table(trips(), 2, None, tmp_path), first)
            assert here == [str(chunk)]

    def test_a_full_disk_is_one_sentence_and_leaves_no_part_behind(self, tmp_path, here, monkeypatch):
        import errno

        import pandas as pd

        def full(*args, **options):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
        with pytest.raises(LayerError, match="the disk is full"):
            spread_table(trips(), 2, None, tmp_path)
        assert [file for file in tmp_path.iterdir() if file.suffix != ".arrays"] == []

    def test_a_table_that_does_not_fit_is_refused_before_any_worker_starts(self, tmp_path, here, monkeypatch):
        monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 100})())
        with pytest.raises(LayerError, match="GB of memory"):
            spread_table(trips(), 2, None, tmp_path)
        assert here == []
        assert list(tmp_path.iterdir()) == []

    def test_without_dask_it_says_what_to_install(self, tmp_path, monkeypatch):
        import sys

        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(LayerError, match=r"pip install jiujin\[scale\]"):
            spread_table(trips(), 2, None, tmp_path)
