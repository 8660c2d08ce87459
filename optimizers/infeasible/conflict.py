"""What makes a question infeasible, in numbers and in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

import numpy as np

from optimizers.arrays import Floats

_SHOWN = 5


@dataclass(frozen=True)
class Conflict:
    """Why there is no plan, and the smallest change that would make one.

    | field | unit | meaning |
    |-------|------|---------|
    | rows | positions | demand rows that cannot be served as asked |
    | groups | positions | groups whose floors cannot be kept |
    | sites | positions | the sites it is about: too small for those rows, or forbidden and of help |
    | sentence | sentence | what is in the way |
    | mend | sentence | the smallest changes that would mend this, each on its own; "" where none is known |
    """

    rows: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    sites: tuple[int, ...] = ()
    sentence: str = ""
    mend: str = ""


def named(kind: str, positions: Sequence[Any]) -> str:
    """Such as "row 3", "rows 3 and 5", "12 rows (3, 5, 8, 9, 11, ...)"."""
    names = [str(position) for position in positions]
    if len(names) == 1:
        return f"{kind} {names[0]}"
    if len(names) <= _SHOWN:
        return f"{kind}s {', '.join(names[:-1])} and {names[-1]}"
    return f"{len(names)} {kind}s ({', '.join(names[:_SHOWN])}, ...)"


def sentence_of(words: str) -> str:
    """With a full stop and a capital letter, unless it begins with the name of a parameter."""
    if not words:
        return ""
    is_name = words.split(" ", 1)[0] in ("p", "budget_yuan", "choice")
    return f"{words if is_name else words[0].upper() + words[1:]}."


def ways(*changes: str) -> str:
    """Alternatives as one sentence; empty ones are left out."""
    return sentence_of("; or ".join(change for change in changes if change))


def spelt(threshold: float | Floats) -> str:
    """A threshold in words."""
    return f"{float(threshold):.10g} minutes" if np.ndim(threshold) == 0 else "their thresholds"


def share_of(share: float) -> str:
    """A share in per cent."""
    return f"{100.0 * share:.4g} %"


def share_kept(share: float) -> str:
    """A share in per cent that is not more than this one, so that it can be kept where this one can."""
    return f"{_cut(100.0 * share, 4, ROUND_FLOOR)} %"


def share_given(share: float) -> str:
    """A share in per cent that is not less than this one."""
    return f"{_cut(100.0 * share, 4, ROUND_CEILING)} %"


def enough_of(number: float) -> str:
    """A number with few digits that is not less than this one, so that it is enough where this one is."""
    return _cut(number, 10, ROUND_CEILING)


def _cut(number: float, digits: int, rounding: str) -> str:
    near = float(f"{number:.{digits}g}")
    if abs(near - number) <= 4e-16 * abs(number):
        return f"{near:.{digits}g}"
    return f"{float(Context(prec=digits, rounding=rounding).create_decimal_from_float(number)):.{digits}g}"


def between(name: str, least: float, enough: float | None, unit: str = "", *, more: bool = False) -> str:
    """How much is enough: exactly, or between two numbers; `more`: the lower number itself is not enough."""
    tail = f" {unit}" if unit else ""
    if enough is not None and abs(enough - round(enough)) <= 1e-6 * min(1.0, abs(enough)) and name == "p":
        enough = float(round(enough))
    if enough is None:
        return f"{name} must be {'more than ' if more else ''}{least:.10g}{tail}{'' if more else ' or more'}"
    if enough <= least * (1.0 + 1e-9) and not more:
        return f"{name} = {enough_of(enough)}{tail} is enough, and nothing less is"
    return f"{name} = {enough_of(enough)}{tail} is enough, and the least that is lies between {least:.10g} and that"
