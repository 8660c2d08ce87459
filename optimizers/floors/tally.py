"""What a plan is worth and what every single move would change, in one pass over the rows.

A move lets one site leave, or none, and one site enter, or none. With c_i near open sites of row i

    change(r, j) = drop_r + add_j + cross_rj
    add_j    = - sum_{i near j} gain_{i, c_i + 1}        drop_r = sum_{i near r} gain_{i, c_i}
    cross_rj = sum_{i near both} (gain_{i, c_i + 1} - gain_{i, c_i})

for counted rows, and the covered weight of a group changes by minus the same sums with its weights for a single step
of gain. For costed rows it is the swap of Whitaker (1983), INFOR 21.
"""

from typing import Any, NamedTuple

from optimizers.arrays import Floats, Ints
from optimizers.kernel import kernel


class Rows(NamedTuple):
    """The rows of a board, their pairs nearest first.

    | field | meaning |
    |-------|---------|
    | indptr, site, cost | pairs of each row: CSR starts, sites, what the row pays there (0 in counted rows) |
    | close | pairs of each row that are within the threshold: the first ones |
    | gain | (rows, steps): what a counted row pays for each step it lacks, a costed one without a site |
    | start, group, weight | groups of each row, CSR, and its weight in each |
    | costed | True for costed rows |
    """

    indptr: Any
    site: Any
    cost: Floats
    close: Ints
    gain: Floats
    start: Ints
    group: Ints
    weight: Floats
    costed: bool


@kernel
def tally(rows: Rows, place: Ints, table: Floats, total: Floats) -> None:
    """Add up a plan and its moves: the value first, then the covered weight of each group.

    `place` says where each open site stands among those that may leave; -1: closed. In table[q, r, j] the row before
    the last is for nobody leaving, the last for sites that must stay; the last column is for nobody entering.
    """
    for i in range(rows.close.size):
        a, b = rows.indptr[i], rows.indptr[i] + rows.close[i]
        count, owner = 0, -1
        for k in range(a, b):
            if place[rows.site[k]] >= 0:
                count += 1
                owner = place[rows.site[k]]
        for h in range(rows.start[i], rows.start[i + 1]):
            held, weight = table[rows.group[h] + 1], rows.weight[h]
            if count < 2:
                weigh(rows, place, held, a, b, count, owner, weight * (count == 0), weight * (count == 1))
            if count > 0:
                total[rows.group[h] + 1] += weight
        if rows.costed:
            total[0] += serve(rows, place, table[0], i)
        else:
            steps = rows.gain.shape[1]
            for k in range(count, steps):
                total[0] += rows.gain[i, k]
            if count <= steps:
                after = rows.gain[i, count] if count < steps else 0.0
                own = rows.gain[i, count - 1] if count > 0 else 0.0
                weigh(rows, place, table[0], a, b, count, owner, after, own)


@kernel
def weigh(
    rows: Rows, place: Ints, held: Floats, a: int, b: int, count: int, owner: int, after: float, own: float
) -> None:
    """Add the moves of one counted row that gains `after` by one more site, and gained `own` by the last one."""
    nobody, out = held.shape[0] - 2, held.shape[1] - 1
    if after == 0.0 and own == 0.0:
        return
    for k in range(a, b):
        j = rows.site[k]
        r = place[j]
        if r < 0:
            held[nobody, j] -= after
            if count == 1:
                held[owner, j] += after - own
        else:
            held[r, out] += own
            if count > 1 and own != after:
                for e in range(a, b):
                    if place[rows.site[e]] < 0:
                        held[r, rows.site[e]] += after - own


@kernel
def serve(rows: Rows, place: Ints, held: Floats, i: int) -> float:
    """Add the moves of one costed row; what it pays."""
    nobody, out = held.shape[0] - 2, held.shape[1] - 1
    first = second = rows.gain[i, 0]
    who = -1
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        if rows.cost[k] >= second:
            break
        if place[rows.site[k]] >= 0:
            if who >= 0:
                second = rows.cost[k]
                break
            first, who = rows.cost[k], place[rows.site[k]]
    if who >= 0:
        held[who, out] += second - first
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        cost, j = rows.cost[k], rows.site[k]
        if cost >= second:
            break
        if place[j] < 0:
            held[nobody, j] -= max(first - cost, 0.0)
            if who >= 0:
                held[who, j] -= second - max(cost, first)
    return float(first)
