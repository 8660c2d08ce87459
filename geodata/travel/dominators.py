"""What every way from one place must pass: the dominator tree of a directed graph.

T. Lengauer, R. E. Tarjan: A fast algorithm for finding dominators in a flowgraph. ACM Transactions on Programming
Languages and Systems 1 (1979) 121-141; the simple version, O(m log n), without recursion.
"""

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

Ints = npt.NDArray[np.int64]
UNREACHED: Final = -1


def dominator_tree(nodes: int, tail: Ints, head: Ints, root: int) -> tuple[Ints, Ints]:
    """The last node that every way from the root to a node passes before it.

    Args:
        nodes: number of nodes.
        tail, head: (m,) arcs; parallel arcs and rings are allowed.
        root: where all ways begin.

    Returns:
        (n,) that node, the root for itself, `UNREACHED` where no way leads; and the reached nodes from the root on,
        each after the one that dominates it.
    """
    onward = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes)).tocsr()
    back = onward.T.tocsr()
    order, number, parent = _walk(onward.indptr, onward.indices, nodes, root)
    idom = _dominators(back.indptr, back.indices, order, number, parent)
    found = np.full(nodes, UNREACHED, np.int64)
    found[order] = order[idom]
    return found, order


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _walk(start: Any, heads: Any, nodes: int, root: int) -> tuple[Any, Any, Any]:
    """Depth first from the root: nodes in the order met, number of each node in it, number of the one before."""
    number = np.full(nodes, -1, np.int64)
    order, parent = np.empty(nodes, np.int64), np.zeros(nodes, np.int64)
    upcoming = np.empty(nodes, np.int64)
    stack = np.empty(nodes, np.int64)
    upcoming[root], number[root], order[0], stack[0] = start[root], 0, root, root
    count, top = 1, 0
    while top >= 0:
        node = stack[top]
        if upcoming[node] == start[node + 1]:
            top -= 1
            continue
        other = heads[upcoming[node]]
        upcoming[node] += 1
        if number[other] < 0:
            number[other], order[count], parent[count] = count, other, number[node]
            upcoming[other] = start[other]
            count, top = count + 1, top + 1
            stack[top] = other
    return order[:count], number, parent[:count]


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _dominators(start: Any, tails: Any, order: Any, number: Any, parent: Any) -> Any:
    """(k,) immediate dominators; all in numbers of the walk."""
    k = len(order)
    semi, label = np.arange(k), np.arange(k)
    ancestor, idom = np.full(k, -1, np.int64), np.zeros(k, np.int64)
    bucket, following = np.full(k, -1, np.int64), np.full(k, -1, np.int64)
    path = np.empty(k, np.int64)
    for w in range(k - 1, 0, -1):
        for i in range(start[order[w]], start[order[w] + 1]):
            v = number[tails[i]]
            if v >= 0:
                semi[w] = min(semi[w], semi[_least(v, ancestor, label, semi, path)])
        following[w], bucket[semi[w]] = bucket[semi[w]], w
        above = parent[w]
        ancestor[w] = above
        v = bucket[above]
        while v >= 0:
            u = _least(v, ancestor, label, semi, path)
            idom[v] = u if semi[u] < semi[v] else above
            v = following[v]
        bucket[above] = -1
    for w in range(1, k):
        if idom[w] != semi[w]:
            idom[w] = idom[idom[w]]
    return idom


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _least(v: int, ancestor: Any, label: Any, semi: Any, path: Any) -> int:
    """The node of least semidominator on the way up from `v` through joined nodes, whose paths are shortened."""
    if ancestor[v] < 0:
        return int(label[v])
    top = 0
    node = v
    while ancestor[ancestor[node]] >= 0:
        path[top] = node
        node = ancestor[node]
        top += 1
    while top > 0:
        top -= 1
        node = path[top]
        above = ancestor[node]
        if semi[label[above]] < semi[label[node]]:
            label[node] = label[above]
        ancestor[node] = ancestor[above]
    return int(label[v])
