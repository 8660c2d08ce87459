"""What is wrong with a scenario, in the words of the page: titles of settings and names of choices, no keys."""

import re
from functools import cache
from typing import Final

from geodata.errors import Sentence, both, in_language
from planning.editor.choices import NAMES
from planning.editor.fields import FIELDS

_MORE: Final = {
    "[objective] sites": ("新增机构数", "New institutions"), "[objective]": ("目标", "Objective"),
    "[weights]": ("权重", "Weights"), "changes": ("地点的选择", "Choices of places"), "[solver]": ("计算", "Effort"),
    "[network]": ("服务网络", "Service network"), "name": ("名称", "Name"), "month": ("月份", "Month"),
}  # fmt: skip


def in_plain_words(fault: str) -> Sentence:
    """The same sentence with titles in place of keys."""
    return both(_plain(str(fault), "en"), _plain(in_language(fault, "zh"), "zh"))


def _plain(words: str, language: str) -> str:
    for key, title in _places(language):
        words = words.replace(key, title)
    return _CODE.sub(lambda found: _named(found, language), words)


_LONG: Final = "|".join(sorted((code for code in NAMES if "_" in code or code == "neediest"), key=len, reverse=True))
_CODE: Final = re.compile(rf"(?<=['‘“\"])(\w+)(?=['’”\"])|\b({_LONG})\b", re.ASCII)


def _named(found: re.Match[str], language: str) -> str:
    """The name of a code; in quotes where the code stands in none."""
    names = NAMES.get(found[0])
    if names is None:
        return found[0]
    if found[1]:
        return names[0 if language == "zh" else 1]
    return f"“{names[0]}”" if language == "zh" else f"'{names[1]}'"


@cache
def _places(language: str) -> tuple[tuple[str, str], ...]:
    """How a fault names a place → what the page calls it; the longest first."""
    found = {key: names[0 if language == "zh" else 1] for key, names in _MORE.items() if key.startswith("[")}
    for field in FIELDS:
        for key in dict.fromkeys((field.path, *field.keys)):
            table, _, last = key.rpartition(".")
            found[f"[{table}] {last}" if table else f"[{last}]"] = field.title(language)
            found[f"[{key}]"] = field.title(language)
            head, _, rest = key.partition(".")
            found[f"[{head}] {rest}"] = field.title(language)
            for part in field.fields:
                found[f"[{key}] {part.path}"] = f"{field.title(language)} · {part.title(language)}"
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))
