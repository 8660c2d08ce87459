"""What can be wrong with a question. Every error is also a ValueError and carries all faults at once."""

from collections.abc import Sequence
from difflib import get_close_matches

from geodata.errors import Sentence, both, in_language

__all__ = ["PlanningError", "in_language", "kind_needed", "listed_zh", "nearest", "needed"]


class PlanningError(ValueError):
    """Bad input: one clear sentence for each fault (which file, which key, what was found, what to do)."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def nearest(word: str, known: Sequence[str]) -> Sentence:
    """The known word that a mistyped one most likely means, as the end of a sentence."""
    close = get_close_matches(word, known, 1, 0.5)
    if close:
        return both(f"; did you mean '{close[0]}'?", f"；是否应为“{close[0]}”？")
    some, more = sorted(known)[:12], " 等" if len(known) > 12 else ""
    return both(f"; known are {', '.join(some)}", f"；可用的有 {'、'.join(some)}{more}")


def needed(shown: str, en: str, zh: str) -> Sentence:
    """What was found, and what is needed."""
    return both(f"{shown} found, {en} is needed", f"发现 {shown}；请填{' ' if zh[0].isascii() else ''}{zh}")


def kind_needed(kind: str) -> tuple[str, str]:
    """What a value must be, by the first word of pydantic's name of the fault."""
    words = {
        "int": ("a whole number", "整数"),
        "float": ("a number", "数字"),
        "string": ("text in quotes", "加引号的文字"),
        "bool": ("true or false", "true 或 false"),
    }
    return words.get(kind.split("_")[0], ("a value of another kind", "符合格式的内容"))


def listed_zh(expected: str) -> str:
    """pydantic's list of allowed words in Chinese."""
    return expected.replace(", ", "、").replace(" or ", " 或 ")
