"""Why so many sites cannot cover some rows, where that can be shown: multipliers, and a tree where they do not suffice.

With multipliers l >= 0 on the rows, p sites cover rows worth at most the sum of the p largest column sums. Where
that is less than the sum of all l, no p sites cover every row:

    L(l) = sum_i l_i - (largest sum over p sites j of sum_{i near j} l_i) > 0

which is the Lagrangian bound of `optimizers.certificate` for rows that must be served at no cost. The tree opens
one site after the other for the row that has fewest left; before that, sites whose opening makes L positive are
closed, and sites whose closing does are opened.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.centre.ascent import SURE, climb
from optimizers.centre.weighting import Cover
from optimizers.certificate import Branch, Fix, Leaf, Step
from optimizers.clock import Clock

_DEEPEST = 120  # openings one after the other; Python's own stack allows about twice as many
_SISTERS = 3  # proofs of sister nodes that are tried before a new climb
_NONE = np.zeros(0, dtype=np.int64)
_WORK = 100_000_000  # pairs that one climb may look at, so that the clock is seen in time
_STEPS = 60  # of the climb at a node that begins with its parent's multipliers


class NoProofError(Exception):
    """The nodes or the time allowed did not suffice."""


class CoveredError(Exception):
    """A choice of sites covers all rows, so there is nothing to show."""

    def __init__(self, sites: tuple[int, ...]) -> None:
        self.sites = sites
        super().__init__("all rows are covered")


@dataclass(frozen=True, eq=False)
class _Node:
    """What is left of the rows once some sites are open; `opened` besides those open from the start."""

    alive: Bools
    free: Bools
    most: int
    opened: tuple[int, ...]
    multipliers: Floats


@dataclass
class Refuter:
    """Looks for the reason; rows must list free sites only.

    Attributes:
        cover: which rows each site covers.
        positions: of the rows in the problem of `n_demand` rows.
        nodes: how many more may be looked at.
    """

    cover: Cover
    positions: Ints
    n_demand: int
    clock: Clock
    nodes: int

    def refute(self, free: Bools, most: int, multipliers: Floats, iterations: int) -> Step:
        """A proof that `most` of the free sites cannot cover all rows, in root terms.

        `multipliers` are where the climb begins and become the best it met.

        Raises:
            CoveredError: they can.
            NoProofError: not within the nodes allowed.
        """
        root = _Node(np.ones(multipliers.size, dtype=np.bool_), free, most, (), multipliers)
        return self._shown(root, iterations)

    def _shown(self, node: _Node, iterations: int) -> Step:
        """Bound, fix, branch; in this order."""
        value, column = self._climb(node, iterations)
        sure = SURE * float(node.multipliers.sum())
        if value > sure:
            return Leaf(self._at_root(node.multipliers, value))
        if self.nodes <= 0 or self.clock.is_up or len(node.opened) > _DEEPEST:
            raise NoProofError
        self.nodes -= 1
        opened, closed, least = _settled(node, value, column, sure)
        if opened.size + closed.size == 0:
            return self._branched(node, column)
        rest = self._with(node, opened, closed)
        then = self._shown(rest, _STEPS) if opened.size else self._branched(rest, column)
        return Fix(self._at_root(node.multipliers, least), tuple(opened.tolist()), tuple(closed.tolist()), then)

    def _climb(self, node: _Node, iterations: int) -> tuple[float, Floats]:
        if not node.alive.any():
            raise CoveredError(node.opened)
        cover = self.cover
        steps = min(iterations, 1 + _WORK // cover.site.size)
        return climb(cover.indptr, cover.site, node.alive, node.free, node.most, node.multipliers, steps)

    def _branched(self, node: _Node, column: Floats) -> Step:
        """Open each of the sites left to one row in turn; when all are closed, nobody serves it."""
        row, sites = self._fewest(node)
        parts, rest, lately = list[tuple[int, Step]](), node, list[tuple[Floats, Leaf]]()
        for j in sites[np.argsort(-column[sites], kind="stable")].tolist():
            child = self._with(rest, np.array([j]), _NONE)
            step: Step | None = self._of_sister(child, lately)
            if step is None:
                step = self._shown(child, _STEPS)
                if isinstance(step, Leaf):
                    lately.insert(0, (child.multipliers, step))
            parts.append((j, step))
            rest = self._with(rest, _NONE, np.array([j]))
        alone = np.zeros(node.alive.size)
        alone[row] = 1.0
        tree: Step = Leaf(self._at_root(alone, 1.0))
        for j, step in reversed(parts):
            tree = Branch(j, step, tree)
        return tree

    def _of_sister(self, node: _Node, lately: list[tuple[Floats, Leaf]]) -> Leaf | None:
        """The proof of a sister that serves here too, as it does where her site covers all that this one does."""
        for multipliers, leaf in lately[:_SISTERS]:
            mine = np.where(node.alive, multipliers, 0.0)
            value, _ = self._climb(replace(node, multipliers=mine), 0)
            if value > 2.0 * SURE * float(multipliers.sum()):
                return leaf
        return None

    def _fewest(self, node: _Node) -> tuple[int, Ints]:
        """The row with the fewest sites left, the heaviest among equals, and those sites."""
        cover = self.cover
        left = np.add.reduceat(node.free[cover.site], cover.indptr[:-1], dtype=np.int64)
        left[~node.alive] = node.free.size + 1
        few = np.flatnonzero(left == left.min())
        row = int(few[np.argmax(node.multipliers[few])])
        sites = cover.site[cover.indptr[row] : cover.indptr[row + 1]]
        return row, sites[node.free[sites]]

    def _with(self, node: _Node, opened: Ints, closed: Ints) -> _Node:
        alive, free = node.alive.copy(), node.free.copy()
        free[opened] = False
        free[closed] = False
        for j in opened:
            alive[self.cover.row[self.cover.start[j] : self.cover.start[j + 1]]] = False
        chosen = (*node.opened, *opened.tolist())
        return _Node(alive, free, node.most - opened.size, chosen, np.where(alive, node.multipliers, 0.0))

    def _at_root(self, multipliers: Floats, value: float) -> Floats:
        """One multiplier for each demand row of the problem, on a scale on which `value` is about 1."""
        whole = np.zeros(self.n_demand)
        whole[self.positions] = np.ldexp(multipliers, -math.frexp(value)[1])
        return whole


def _settled(node: _Node, value: float, column: Floats, sure: float) -> tuple[Ints, Ints, float]:
    """Sites that must open, sites that must not, because L would be positive the other way; and the least such L."""
    if not 0 < node.most < column.size:
        return _NONE, _NONE, math.inf
    ordered = np.partition(column, (column.size - node.most - 1, column.size - node.most))
    beyond, last = ordered[column.size - node.most - 1], ordered[column.size - node.most]
    if_closed, if_open = value + column - beyond, value + last - column
    opened = np.flatnonzero(node.free & (column > beyond) & (if_closed > sure))
    closed = np.flatnonzero(node.free & (column < last) & (if_open > sure))
    least = min(float(if_closed[opened].min(initial=math.inf)), float(if_open[closed].min(initial=math.inf)))
    return opened, closed, least
