"""Where the headings of a sheet or text table stand, below titles and in one line or several.

Found by what stands there, not by position: the first row in which most of the columns that carry data below hold
short, different words. A row that carries numbers of persons, dates or coordinates is data, and the search ends there:
a row of data taken for headings would show what is in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HEAD: Final = 60
"""Rows at the top of a table that are looked at."""
_SHORT: Final = 60  # characters of a heading with its explanation, counted generously
_DEEPEST: Final = 3  # lines of headings
_NUMBER: Final = re.compile(
    r"[-+]?\d{5,}[xX]?"  # identity numbers, codes of places, phones
    r"|[-+]?\d+\.\d+(E[-+]?\d+)?"  # coordinates, damaged identity numbers
    r"|[-+]?\d+E[-+]?\d+"
    r"|(\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2})?[日月]?)([ T]\d{1,2}:\d{2}(:\d{2})?)?"  # dates
    r"|\d{1,3}°.*"
    r"|[\d()+-]{7,}",  # phones
    re.IGNORECASE,
)
_FILLED_IN: Final = re.compile(r".*[:：].*\S")  # a line of a form above the table, such as `填表单位：…`

Lines = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Span:
    """Merged cells: first and last line and column, counted from 0 within the table."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Header:
    """Lines of the headings, counted from 0, and the heading of each column (an empty text where there is none)."""

    first: int
    last: int
    headings: tuple[str, ...]


def find_header(lines: Lines, spans: Sequence[Span] = ()) -> Header | None:
    """The headings among the first `HEAD` lines of a table; None when there are none above the data.

    Args:
        lines: stripped texts, an empty one for an empty cell.
        spans: merged cells, as far as the file tells.
    """
    width = max(map(len, lines), default=0)
    table = _Table([[*line, *[""] * (width - len(line))] for line in lines[:HEAD]], spans)
    for first in range(table.data_begins):
        for last in table.last_lines(first):
            if table.is_header(first, last):
                return Header(first, last, table.headings(first, last))
    likely = max(range(table.data_begins), key=table.headings_in, default=None)
    if likely is None or not table.filled(likely):
        return None
    return Header(likely, likely, table.headings(likely, likely))


def _like_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip("='\"`")) is not None  # marks that keep a number text


def _like_heading(text: str) -> bool:
    year = text.isdigit() and len(text) == 4 and text.startswith(("19", "20"))
    bare = text.isascii() and text.replace(".", "").lstrip("+-").isdigit()
    return len(text) <= _SHORT and not _like_number(text) and (year or not bare) and not _FILLED_IN.match(text)


class _Table:
    """The top of a table, all lines of one width."""

    def __init__(self, lines: list[list[str]], spans: Sequence[Span]) -> None:
        self.lines = lines
        self.width = len(lines[0]) if lines else 0
        used = {c for line in lines for c, text in enumerate(line) if text}
        # a title over the whole table is no heading of its columns
        self.spans = [s for s in spans if s.top < len(lines) and not used <= set(range(s.left, s.right + 1))]
        few = len(used) / 2
        full = (i for i in range(len(lines)) if len(self.filled(i)) >= few and any(map(_like_number, lines[i])))
        self.data_begins = next(full, len(lines))

    def filled(self, line: int) -> set[int]:
        """Columns with a text in a line."""
        return {c for c, text in enumerate(self.lines[line]) if text}

    def headings_in(self, line: int) -> tuple[int, int]:
        """How many cells of a line may be headings, and how many it has."""
        filled = self.filled(line)
        return sum(_like_heading(self.lines[line][c]) for c in filled), len(filled)

    def under(self, first: int, last: int) -> set[int]:
        """Columns with anything below a header; those of the header itself when nothing follows."""
        below = set().union(*(self.filled(i) for i in range(last + 1, len(self.lines))))
        return below or set().union(*(self.filled(i) for i in range(first, last + 1)))

    def last_lines(self, first: int) -> Iterator[int]:
        """Lines that a header beginning at `first` may end with, the likeliest first."""
        last = first
        while (reach := self._continued(first, last)) > last and reach < min(first + _DEEPEST, self.data_begins):
            last = reach
        if last > first:
            yield last
        yield first

    def _continued(self, first: int, line: int) -> int:
        """The line down to which the headings of a line go on; the line itself when they end there."""
        tall = [s.bottom for s in self.spans if s.top == line and s.bottom > line and self.lines[line][s.left]]
        if tall:
            return max(tall)
        if line + 1 >= self.data_begins:
            return line
        above, lower = self.filled(line), self.filled(line + 1)
        wide = [s for s in self.spans if s.top == line == s.bottom and s.right > s.left and self.lines[line][s.left]]
        if wide:
            room = {c for s in wide for c in range(s.left, s.right + 1)}
        elif line > first or any(s.top <= line <= s.bottom for s in self.spans):
            return line
        else:  # no merged cells known: a heading may reach over the empty cells to its right
            room = {c for c in range(self.width) if c not in above or (c + 1 < self.width and c + 1 not in above)}
            if len(lower) < 2 or not above - lower or not above - room:
                return line
        fits = lower and lower <= room and all(_like_heading(self.lines[line + 1][c]) for c in lower)
        return line + 1 if fits and not self._comes_back(line + 1) else line

    def _comes_back(self, line: int) -> bool:
        """Whether a text of the line stands below it in the same column again, as only data do."""
        return any(self.lines[line][c] in (row[c] for row in self.lines[line + 1 :]) for c in self.filled(line))

    def is_header(self, first: int, last: int) -> bool:
        """Whether most columns with data have short, different headings in these lines."""
        under = self.under(first, last)
        cells = [self.lines[i][c] for i in range(first, last + 1) for c in self.filled(i)]
        headings = self.headings(first, last)
        words = [text for text in headings if text]
        named = {c for c, text in enumerate(headings) if text}
        return (
            sum(map(_like_heading, cells)) * 3 >= len(cells) * 2
            and len(named & under) * 2 > len(under)
            and len(set(words)) * 2 >= len(words)
            and (len(set(words)) > 1 or len(under) == 1)
        )

    def headings(self, first: int, last: int) -> tuple[str, ...]:
        """The lowest text of each column; with that above it where the lowest stands there more than once."""
        rows = range(last, first - 1, -1)
        at = [next((i for i in rows if self.lines[i][c]), None) for c in range(self.width)]
        lowest = ["" if line is None else self.lines[line][c] for c, line in enumerate(at)]
        made = []
        for column, (text, line) in enumerate(zip(lowest, at, strict=True)):
            upper = self._above(line, column, max(first - 1, 0)) if line is not None else ""
            made.append(f"{upper} {text}" if upper and lowest.count(text) > 1 else text)
        return tuple(made)

    def _above(self, line: int, column: int, top: int) -> str:
        """The text over a heading: of merged cells, or the nearest one to the left."""
        for row in range(line - 1, top - 1, -1):
            spans = [s for s in self.spans if s.top <= row <= s.bottom]
            over = [self.lines[s.top][s.left] for s in spans if s.left <= column <= s.right]
            if not spans and len(self.filled(row)) > 1:
                over = [self.lines[row][c] for c in range(column, -1, -1) if self.lines[row][c]]
            if over and over[0] and _like_heading(over[0]):
                return over[0]
        return ""
