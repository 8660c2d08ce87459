"""Who is served where when some sites are open: a transport problem, kept optimal while sites open and close.

    minimise  sum_ij unit_ij x_ij + sum_i default_i x_i0
    subject to  sum_j x_ij + x_i0 = weight_i,  sum_i x_ij <= room_j,  x >= 0

The flow is kept optimal by shortest paths (successive shortest paths, Ahuja, Magnanti & Orlin 1993, chapter 9). The
graph is small: its nodes are the open sites and "nowhere", and its arc from a to b is the cheapest way to move one
row's weight from a to b. Closing a site sends its weight along shortest paths to sites with room; opening one draws
weight to it along paths of negative length while there are any.

| array | meaning |
|-------|---------|
| slot  | node of each open site, -1 when it is closed; node 0 is nowhere, with room for everybody |
| held, room, load | site of each node (-1: free), what it can take and what it has |
| cost, flow | [row, node]: unit_ij (inf where there is no pair) and x_ij |
| arc, mover | [to, from]: cost of the cheapest move and the row that makes it, inf and -1 where there is none |
| price, towards | value of one unit more of weight at each node, 0 where there is room, and the way to that room |
| head, after, before | the rows that have weight at each node, as a chain |
| crumb | weight of each row that is left over by rounding and counts as none |
"""

from typing import Any, NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.capacity.tables import Tables
from optimizers.kernel import kernel

_HAIR = 1e-12
_PORTION = 2e7  # work in one call: well under half a second
_ENDLESS = 1_000_000  # no loop turns more often than this, whatever rounding does


class Flow(NamedTuple):
    """An optimal flow for the open sites; `numbers`: its value, the work done so far, and what counts as rounding."""

    slot: Ints
    held: Ints
    room: Floats
    load: Floats
    cost: Floats
    flow: Floats
    arc: Floats
    mover: Ints
    price: Floats
    towards: Ints
    head: Ints
    after: Any
    before: Any
    crumb: Floats
    numbers: Floats


def new_flow(tables: Tables, nodes: int) -> Flow:
    """Nothing open, nobody served; at most `nodes` sites will be open at a time."""
    n, size = tables.weight.size, nodes + 1
    cost, flow = np.full((n, size), np.inf), np.zeros((n, size))
    cost[:, 0], flow[:, 0] = tables.default, tables.weight
    after, before = (np.full((n, size), -1, dtype=np.int32) for _ in range(2))
    chain = np.flatnonzero(tables.weight > 0)
    after[chain[:-1], 0], before[chain[1:], 0] = chain[1:], chain[:-1]
    head = np.full(size, -1, dtype=np.int64)
    head[0] = chain[0] if chain.size else -1
    room = np.zeros(size)
    room[0] = np.inf
    value = float(tables.weight @ tables.default)
    hair = 1e-12 * max(float(tables.unit.max(initial=0.0)), float(tables.default.max(initial=0.0)))
    return Flow(
        np.full(tables.room.size, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64), room, np.zeros(size),
        cost, flow, np.full((size, size), np.inf), np.full((size, size), -1, dtype=np.int64), np.zeros(size),
        np.full(size, -1, dtype=np.int64), head, after, before, _HAIR * tables.weight,
        np.array([value, 0.0, hair]),
    )  # fmt: skip


def copy_flow(to: Flow, source: Flow) -> None:
    """Overwrite one flow by another; the count of the work goes on."""
    work = to.numbers[1] + source.flow.size / 2.0
    for mine, other in zip(to, source, strict=True):
        np.copyto(mine, other)
    to.numbers[1] = work


@kernel
def consider(flow: Flow, i: int, a: int, b: int) -> None:
    """Row i, which has weight at a, could move some to b."""
    cost = flow.cost[i, b] - flow.cost[i, a]
    if cost < flow.arc[b, a]:
        flow.arc[b, a] = cost
        flow.mover[b, a] = i


@kernel
def find_move(flow: Flow, a: int, b: int) -> None:
    """The cheapest move from a to b, anew."""
    flow.arc[b, a] = np.inf
    flow.mover[b, a] = -1
    i = flow.head[a]
    while i >= 0:
        consider(flow, i, a, b)
        flow.numbers[1] += 1.0
        i = flow.after[i, a]


@kernel
def join(flow: Flow, i: int, a: int) -> None:
    """Row i has weight at node a from now on: put it in the chain and offer its moves."""
    head = flow.head[a]
    flow.after[i, a], flow.before[i, a] = head, -1
    if head >= 0:
        flow.before[head, a] = i
    flow.head[a] = i
    for b in range(flow.held.size):
        if b != a and flow.cost[i, b] < np.inf:
            consider(flow, i, a, b)
    flow.numbers[1] += flow.held.size


@kernel
def leave(flow: Flow, i: int, a: int) -> None:
    """Row i has no weight at node a any more: take it out of the chain and replace the moves it made."""
    before, after = flow.before[i, a], flow.after[i, a]
    if before >= 0:
        flow.after[before, a] = after
    else:
        flow.head[a] = after
    if after >= 0:
        flow.before[after, a] = before
    for b in range(flow.held.size):
        if flow.mover[b, a] == i:
            find_move(flow, a, b)


@kernel
def shift(flow: Flow, i: int, a: int, amount: float) -> bool:
    """Add to what row i has at node a (less when negative); True when that uses up what it had."""
    had, has = flow.flow[i, a], flow.flow[i, a] + amount
    if has <= flow.crumb[i]:
        has = 0.0
    flow.flow[i, a] = has
    if had <= 0.0 < has:
        join(flow, i, a)
    elif has <= 0.0 < had:
        leave(flow, i, a)
        return True
    return False


@kernel
def has_room(flow: Flow, a: int) -> bool:
    """True where a node can take more."""
    if a == 0:
        return True
    return bool(flow.held[a] >= 0 and flow.room[a] - flow.load[a] > _HAIR * flow.room[a])


@kernel
def measure_paths(flow: Flow, only: int) -> None:
    """Shortest path from each node to node `only`, or to the nearest room when that is negative.

    Label correcting from the ends backwards; no cycle is negative while the flow is optimal.
    """
    size = flow.held.size
    waiting, queued = np.empty(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    first, count = 0, 0
    for a in range(size):
        flow.price[a] = np.inf
        flow.towards[a] = -1
        if a == only or (only < 0 and has_room(flow, a)):
            flow.price[a] = 0.0
            waiting[count] = a
            queued[a] = True
            count += 1
    turns = 0
    while count > 0 and turns < size * size:
        b = waiting[first]
        first = (first + 1) % size
        count -= 1
        turns += 1
        queued[b] = False
        for a in range(size):
            found = flow.price[b] + flow.arc[b, a]
            if found < flow.price[a] - flow.numbers[2]:
                flow.price[a] = found
                flow.towards[a] = b
                if not queued[a]:
                    waiting[(first + count) % size] = a
                    queued[a] = True
                    count += 1
    flow.numbers[1] += size * (turns + 1)


@kernel
def end_of(flow: Flow, a: int) -> int:
    """Where the path from a node leads; -1 where rounding made it a circle."""
    steps = 0
    while flow.towards[a] >= 0 and steps <= flow.held.size:
        a = flow.towards[a]
        steps += 1
    return a if steps <= flow.held.size else -1


@kernel
def along(flow: Flow, a: int, end: int, most: float) -> float:
    """How much can move along the path from node a to its end: what its rows have there, and the room."""
    while a != end:
        b = flow.towards[a]
        most = min(most, flow.flow[flow.mover[b, a], a])
        a = b
    return float(min(most, max(flow.room[end] - flow.load[end], 0.0)))


@kernel
def push(flow: Flow, a: int, end: int, amount: float) -> bool:
    """Move an amount along the path from node a to its end; True when the path is used up."""
    used_up = False
    while a != end:
        b = flow.towards[a]
        i = flow.mover[b, a]
        used_up = shift(flow, i, a, -amount) or used_up
        shift(flow, i, b, amount)
        a = b
    flow.load[end] += amount
    return used_up or not has_room(flow, end)


@kernel
def place(flow: Flow, i: int, amount: float) -> None:
    """Serve an amount of row i as cheaply as possible, moving others where that is cheapest."""
    turns = 0
    while amount > flow.crumb[i] and turns < _ENDLESS:
        turns += 1
        a = 0
        for b in range(1, flow.held.size):
            if flow.cost[i, b] + flow.price[b] < flow.cost[i, a] + flow.price[a]:
                a = b
        flow.numbers[1] += flow.held.size
        end = end_of(flow, a)
        moved = along(flow, a, end, amount) if end >= 0 else 0.0
        if moved <= 0.0:
            a, end, moved = 0, 0, amount
        flow.numbers[0] += moved * (flow.cost[i, a] + flow.price[a])
        used_up = push(flow, a, end, moved)
        shift(flow, i, a, moved)
        amount -= moved
        if used_up:
            measure_paths(flow, -1)


@kernel
def close_site(flow: Flow, j: int) -> None:
    """Close an open site and serve its rows elsewhere."""
    a, i = flow.slot[j], flow.head[flow.slot[j]]
    flow.slot[j], flow.held[a], flow.head[a] = -1, -1, -1
    flow.load[a], flow.room[a] = 0.0, 0.0
    for b in range(flow.held.size):
        flow.arc[b, a], flow.arc[a, b] = np.inf, np.inf
        flow.mover[b, a], flow.mover[a, b] = -1, -1
    for row in range(flow.cost.shape[0]):
        if flow.flow[row, a] > 0.0:
            flow.numbers[0] -= flow.flow[row, a] * flow.cost[row, a]
        flow.cost[row, a] = np.inf
    measure_paths(flow, -1)
    while i >= 0:
        amount = flow.flow[i, a]
        flow.flow[i, a] = 0.0
        place(flow, i, amount)
        i = flow.after[i, a]


@kernel
def install(tables: Tables, flow: Flow, j: int) -> int:
    """Give a closed site a node of its own, still empty."""
    a = 1
    while flow.held[a] >= 0:
        a += 1
    flow.slot[j], flow.held[a] = a, j
    flow.load[a], flow.room[a] = 0.0, tables.room[j]
    for at in range(tables.start[j], tables.start[j + 1]):
        i = tables.row[at]
        flow.cost[i, a] = tables.unit_at[at]
    flow.numbers[1] += tables.start[j + 1] - tables.start[j]
    return a


@kernel
def open_site(tables: Tables, flow: Flow, j: int) -> None:
    """Open a closed site and let it draw what is cheaper there, as long as there is room."""
    a = install(tables, flow, j)
    for b in range(flow.held.size):
        if b != a and flow.head[b] >= 0:
            find_move(flow, b, a)
    turns = 0
    while has_room(flow, a) and turns < _ENDLESS:
        turns += 1
        measure_paths(flow, a)
        best = 0
        for b in range(flow.held.size):
            if flow.price[b] < flow.price[best]:
                best = b
        length = flow.price[best]
        amount = along(flow, best, a, np.inf) if end_of(flow, best) == a else 0.0
        if length >= -flow.numbers[2] or amount <= 0.0:
            break
        push(flow, best, a, amount)
        flow.numbers[0] += amount * length
        flow.load[best] = max(flow.load[best] - amount, 0.0)
    measure_paths(flow, -1)


def fill(tables: Tables, flow: Flow, chosen: Bools) -> None:
    """Open all chosen sites of an empty flow and serve one row after the other."""
    flow.flow[:] = 0.0
    flow.head[:] = -1
    flow.numbers[0] = 0.0
    for j in np.flatnonzero(chosen).tolist():
        install(tables, flow, j)
    measure_paths(flow, -1)
    done = 0
    while done < tables.weight.size:
        done = serve(flow, tables.weight, done, _PORTION)


@kernel
def serve(flow: Flow, weight: Floats, first: int, work: float) -> int:
    """Serve the rows from `first` on until so much work is done; the next row."""
    end = flow.numbers[1] + work
    while first < weight.size and flow.numbers[1] < end:
        place(flow, first, weight[first])
        first += 1
    return first


@kernel
def row_prices(flow: Flow) -> Floats:
    """What one unit more of each row would add to the value: the dual of the rows."""
    price = flow.cost[:, 0].copy()
    for i in range(price.size):
        for b in range(1, flow.held.size):
            price[i] = min(price[i], flow.cost[i, b] + flow.price[b])
    return price


@kernel
def regrets(flow: Flow) -> Floats:
    """For each node the least that closing it costs: its rows to their second best nodes at the present prices."""
    regret = np.zeros(flow.held.size)
    for i in range(flow.cost.shape[0]):
        best, second, at = flow.cost[i, 0], np.inf, 0
        for b in range(1, flow.held.size):
            now = flow.cost[i, b] + flow.price[b]
            if now < best:
                best, second, at = now, best, b
            elif now < second:
                second = now
        for b in range(1, flow.held.size):
            if flow.flow[i, b] > 0.0:
                regret[b] += flow.flow[i, b] * ((second if b == at else best) - flow.cost[i, b])
    flow.numbers[1] += 2.0 * flow.cost.size
    return regret
