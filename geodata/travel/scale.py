"""The same table computed by several processes or machines (extra `scale`: Dask distributed).

Sources are sorted along the space-filling curve of the graph, so a chunk is a region. Each chunk becomes one parquet
file named by the digest of everything it depends on: a stopped run goes on with the chunks that are missing, and the
result equals the serial one to the last bit, because a row of the table depends on its own source only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_array

from geodata.errors import LayerError, both
from geodata.store import digest, read_arrays, refused, whole_file, write_arrays
from geodata.travel.kernel import Arcs, Legs
from geodata.travel.times import Progress, Trips, chunk_table, minutes_table, require_memory, turned_round

Ints = npt.NDArray[np.int64]
REGION: Final = 128  # sources a chunk


def spread_table(
    trips: Trips, workers: int, scheduler: str | None, folder: Path | None, progress: Progress | None = None
) -> csr_array:
    """The table of minutes, computed here or by workers.

    Args:
        workers: processes of this machine; 1 computes in this one.
        scheduler: address of a Dask scheduler whose workers see the same folder; in place of own processes.
        folder: where graph and chunks are kept; a temporary one when None.

    Returns:
        (origins, destinations) CSR of minutes, identical for any number of workers.

    Raises:
        LayerError: when the extra `scale` is not installed, or the folder cannot be written.
    """
    if scheduler is not None and folder is None:
        fault = both(
            "--scheduler needs a cache folder that its workers see too; leave out --no-cache",
            "--scheduler 需要各工作进程都能访问的缓存文件夹；请不要用 --no-cache",
        )
        raise LayerError([fault])
    if (workers <= 1 and scheduler is None) or 0 in trips.shape:
        return minutes_table(trips, folder, progress)
    require_memory(trips)
    if folder is None:
        with TemporaryDirectory() as temporary:
            return _spread(trips, workers, scheduler, Path(temporary), progress)
    return _spread(trips, workers, scheduler, folder, progress)


def _spread(trips: Trips, workers: int, scheduler: str | None, folder: Path, progress: Progress | None) -> csr_array:
    key, folder = trips.digest(), folder.resolve()
    regions = _regions(trips)
    files = [folder / f"{digest((key, region))}.parquet" for region in regions]
    missing = [i for i, file in enumerate(files) if not _whole(file)]
    if missing:
        if read_arrays(folder, f"{key}-trips") is None:
            write_arrays(folder, f"{key}-trips", _packed(trips), {"limit_min": trips.limit_min, "turned": trips.turned})
        with _client(workers, scheduler) as client:
            jobs = [client.submit(_chunk, str(folder), key, regions[i], str(files[i]), pure=False) for i in missing]
            _wait(jobs, len(regions), progress)
    pairs = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    rows = csr_array(
        (pairs["minutes"].to_numpy(float), (pairs["source"].to_numpy(), pairs["target"].to_numpy())),
        shape=trips.shape,
    )
    rows.sort_indices()
    return turned_round(rows, trips.turned)


def _whole(file: Path) -> bool:
    """Whether a chunk is there and can be read to its end."""
    try:
        return file.is_file() and pq.read_metadata(file).num_rows >= 0
    except (OSError, pa.ArrowInvalid):
        return False


def _regions(trips: Trips) -> list[Ints]:
    """Sources in chunks of neighbours; those that reach no road stand at the end."""
    start = trips.sources.start
    first = np.full(trips.shape[0], len(trips.arcs.start), np.int64)
    joined = np.flatnonzero(start[1:] > start[:-1])
    first[joined] = trips.sources.node[start[joined]]
    order = np.argsort(first, kind="stable")
    return [order[i : i + REGION] for i in range(0, len(order), REGION)]


def _packed(trips: Trips) -> dict[str, npt.NDArray[Any]]:
    a, s, t, d = trips.arcs, trips.sources, trips.targets, trips.direct
    return {
        "start": a.start, "head": a.head, "minutes": a.minutes,
        "s_start": s.start, "s_node": s.node, "s_minutes": s.minutes,
        "t_start": t.start, "t_node": t.node, "t_minutes": t.minutes,
        "d_start": d.indptr, "d_column": d.indices, "d_minutes": d.data,
    }  # fmt: skip


def _unpacked(folder: Path, key: str) -> Trips:
    found = read_arrays(folder, f"{key}-trips")
    if found is None:
        raise FileNotFoundError(f"{key}-trips: the graph is not in the shared folder")
    a, note = found
    sources, targets = (Legs(a[f"{x}_start"], a[f"{x}_node"], a[f"{x}_minutes"]) for x in "st")
    shape = (len(sources.start) - 1, len(targets.start) - 1)
    direct = csr_array((a["d_minutes"], a["d_column"], a["d_start"]), shape=shape)
    arcs = Arcs(a["start"], a["head"], a["minutes"])
    return Trips(arcs, sources, targets, direct, float(note["limit_min"]), bool(note["turned"]))


def _chunk(folder: str, key: str, sources: Ints, file: str) -> str:
    """Run on a worker: the rows of some sources into one parquet file, which appears when it is whole."""
    trips = _unpacked(Path(folder), key)
    rows = chunk_table(trips, sources, threads=1).tocoo()
    table = pd.DataFrame(
        {
            "source": sources[rows.coords[0]],
            "target": np.asarray(rows.coords[1], np.int32),
            "minutes": rows.data,
        }
    )
    try:
        with whole_file(Path(file)) as opened:
            table.to_parquet(opened, index=False)
    except OSError as error:
        raise refused(Path(folder), error) from None
    return file


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster  # the extra `scale`
    except ImportError:
        fault = both(
            "--workers and --scheduler need Dask; install it with `pip install jiujin[scale]`",
            "--workers 和 --scheduler 需要 Dask；请用 `pip install jiujin[scale]` 安装",
        )
        raise LayerError([fault]) from None
    if scheduler is not None:
        try:
            client = Client(scheduler)
        except (OSError, ValueError) as error:
            raise LayerError([_no_scheduler(scheduler, error)]) from None
        with client:
            yield client
        return
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
        Client(cluster) as client,
    ):
        yield client


def _no_scheduler(address: str, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return both(
        f"--scheduler {address}: no Dask scheduler answers there ({reason}); check the address",
        f"--scheduler {address}：没有 Dask 调度程序应答；请核对地址",
    )


def _wait(jobs: list[Any], regions: int, progress: Progress | None) -> None:
    from distributed import as_completed

    done = regions - len(jobs)
    for job in as_completed(jobs):
        job.result()
        done += 1
        if progress:
            progress("travel_times", done / regions)
