"""What is certain of a part of the plans when people choose for themselves, before any multipliers.

Nobody goes farther than to the nearest site that is open for certain; who has such a site is served. The first site
of a row that is not closed gets that row as soon as it opens, so a site that the rows it is first for overfill cannot
open. Closing it makes others the first.
"""

from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.verification.measure import SLACK
from optimizers.verification.posed import Posed


@dataclass(frozen=True, eq=False)
class Certain:
    """What is left: pairs that may be used, those used whenever their site opens, closed sites, gains of rows."""

    usable: Bools
    nearest: Bools
    closed: Bools
    gain: Floats


def narrowed(question: Posed, opened: Bools, closed: Bools) -> Certain | None:
    """What is certain of the plans that open and close these sites; None: there are none."""
    assert question.rank is not None
    assert question.weight is not None
    assert question.site_room is not None
    row, site, rank, n = question.row, question.site, question.rank, question.gain.shape[0]
    last = np.full(n, np.iinfo(np.int64).max)
    sure = opened[site]
    np.minimum.at(last, row[sure], rank[sure])
    closed = closed.copy()
    room = question.site_room + SLACK * (1.0 + question.site_room)
    while True:
        usable = ~closed[site] & (rank <= last[row])
        first = np.full(n, np.iinfo(np.int64).max)
        np.minimum.at(first, row[usable], rank[usable])
        nearest = usable & (rank == first[row])
        load = np.bincount(site[nearest], question.weight[row[nearest]], minlength=closed.size)
        over = (load > room) & ~closed
        if (over & opened).any():
            return None
        if not over.any():
            break
        closed |= over
    served = np.zeros(n, dtype=np.bool_)
    served[row[sure]] = True
    return Certain(usable, nearest, closed, np.where(served, np.inf, question.gain[:, 0]))
