"""A table of exact shares brought to whole numbers so that rows and columns add up, whatever the order of the rows.

Largest remainder (Hamilton) gives the totals; the cells follow by controlled rounding (Bacharach 1966: rounding a table
with its margins is a flow problem): every cell is rounded down, and what is missing is handed out one by one, the
largest remainder first, with augmenting paths where that gets stuck. All arithmetic is in fractions.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Final

_POWER: Final = re.compile(r"[eE][+-]?(\d+)$")
_DIGITS_OF_POWER: Final = 3
_LARGEST: Final = 10**200
Shares = Mapping[str, Fraction]
Cell = tuple[str, str]


def whole_shares(total: int, shares: Shares) -> dict[str, int]:
    """Whole numbers that add up to `total`, in proportion to exact shares; ties go to the lower key.

    Args:
        total: 0 or more.
        shares: by key, 0 or more, not all 0.

    Raises:
        ValueError: for a negative total or share, or no share above 0.
    """
    whole = sum(shares.values(), Fraction(0))
    if total < 0 or any(s < 0 for s in shares.values()) or whole <= 0:
        raise ValueError("a total of 0 or more and a share above 0 are needed")
    exact = {key: total * share / whole for key, share in sorted(shares.items())}
    out = {key: floor(x) for key, x in exact.items()}
    order = sorted(exact, key=lambda key: (out[key] - exact[key], key))
    for key in order[: total - sum(out.values())]:
        out[key] += 1
    return out


def whole_table(total: int, shares: Mapping[Cell, Fraction]) -> dict[Cell, int]:
    """Whole numbers by row and column: rows, columns and all add up to the largest remainders of their totals.

    Args:
        total: what all cells add up to, 0 or more.
        shares: exact share of every (row, column), 0 or more; every row has every column.

    Returns:
        By (row, column). Row sums are `whole_shares(total, row shares)`, column sums those of the columns. The result
        does not depend on the order of the given cells.

    Raises:
        ValueError: as `whole_shares`.
    """
    cells = sorted(shares)
    whole = sum(shares.values(), Fraction(0))
    by_row, by_column = _sums(shares, 0), _sums(shares, 1)
    rows, columns = whole_shares(total, by_row), whole_shares(total, by_column)
    exact = {cell: total * shares[cell] / whole for cell in cells}
    out = {cell: floor(exact[cell]) for cell in cells}
    lack_row = {r: n - sum(out[r, c] for c in columns) for r, n in rows.items()}
    lack_column = {c: n - sum(out[r, c] for r in rows) for c, n in columns.items()}
    raised: set[Cell] = set()
    for cell in sorted(cells, key=lambda cell: (out[cell] - exact[cell], cell)):
        if exact[cell] > out[cell] and lack_row[cell[0]] and lack_column[cell[1]]:
            raised.add(cell)
            lack_row[cell[0]] -= 1
            lack_column[cell[1]] -= 1
    open_cells = {cell for cell in cells if exact[cell] > out[cell]}
    for row in sorted(lack_row):
        for _ in range(lack_row[row]):
            _hand_out(row, raised, open_cells, lack_column, out)
    return {cell: out[cell] + (cell in raised) for cell in cells}


def _sums(shares: Mapping[Cell, Fraction], axis: int) -> dict[str, Fraction]:
    out: dict[str, Fraction] = {}
    for cell, share in shares.items():
        out[cell[axis]] = out.get(cell[axis], Fraction(0)) + share
    return out


def _hand_out(
    row: str, raised: set[Cell], open_cells: set[Cell], lack_column: dict[str, int], out: dict[Cell, int]
) -> None:
    """One more for a row, by the shortest chain of raised cells; past the rounding of cells only where none exists."""
    chain = _chain(row, raised, open_cells, lack_column)
    if chain:
        raised.symmetric_difference_update(chain)
        lack_column[chain[-1][1]] -= 1
        return
    column = min(c for c, n in lack_column.items() if n)
    out[row, column] += 1
    lack_column[column] -= 1


def _chain(row: str, raised: set[Cell], open_cells: set[Cell], lack_column: Mapping[str, int]) -> list[Cell]:
    """Cells to raise, lower, raise … so that the row and one lacking column gain one; empty where there is none."""
    came: dict[str, list[Cell]] = {row: []}
    queue = [row]
    for here in queue:
        for cell in sorted(c for c in open_cells - raised if c[0] == here):
            path = [*came[here], cell]
            if lack_column[cell[1]]:
                return path
            for lower in sorted(c for c in raised if c[1] == cell[1] and c[0] not in came):
                came[lower[0]] = [*path, lower]
                queue.append(lower[0])
    return []


def exact(value: object) -> Fraction:
    """A number as it is written: 0.1 is one tenth, a whole number itself, 1/3 a third.

    Raises:
        ValueError: for what is no number, or none that a double holds.
    """
    text = str(value).strip()
    power = _POWER.search(text)
    if power and len(power[1]) > _DIGITS_OF_POWER:
        raise ValueError(f"{text} is beyond every number that is counted here")
    try:
        found = Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text} divides by 0") from error
    if abs(found) > _LARGEST:
        raise ValueError(f"{text} is beyond every number that is counted here")
    return found
