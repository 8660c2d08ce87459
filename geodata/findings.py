"""What is found in the rows of a table: the one value that every room hands to the quality report."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geodata.errors import Sentence

Mask = npt.NDArray[np.bool_]
Effect = Literal["reject", "ask", "correct"]


@dataclass(frozen=True, eq=False)
class Finding:
    """One rule and the rows it speaks of.

    Attributes:
        rule: what was found, short, in both languages; it never quotes a personal value.
        advice: what to do about it, one sentence in both languages.
        rows: (n,) True where the row is meant, aligned with the table.
        example: one value as found, for a correction `before → after`; empty for personal columns.
        effect: `reject` sends the row back, `ask` keeps it and asks, `correct` keeps it and says what was put right.
    """

    rule: Sentence
    advice: Sentence
    rows: Mask
    example: str = ""
    effect: Effect = "reject"
