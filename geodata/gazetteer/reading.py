"""One level read from a text inside its parent: exactly, without its kind, or with one slip of the pen.

A slip is believed only when nothing else is near. The thresholds are judgement [J], measured by
`benchmarks/matching.py`: at least 99.5 % of what is matched without a person has to be right.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from geodata.gazetteer.index import NONE, Codes, Index, prefix, starts_with_kind
from geodata.gazetteer.names import LATIN_KINDS, split_kind

HIGH: Final = 72.0  # ratio of letters in common from which a slip may be believed
MARGIN: Final = 12.0  # by which the second best has to be less alike
NEAR: Final = 60.0  # from which a name is worth showing to a person
SHORTEST: Final = {True: 3, False: 5}  # letters of a core in which a slip may be believed: Chinese, Latin
TELLING: Final = frozenset("上下东西南北中前后左右内外新老旧大小一二三四五六七八九十0123456789")
"""Letters that tell neighbouring units apart: a difference in one of them is never a slip."""

SAME_RANK: Final = frozenset("乡镇")  # a 乡 becomes a 镇 and keeps its name
SCORE: Final = {"name": 100.0, "alias": 98.0, "weak": 90.0, "core": 95.0, "kind": 95.0, "only": 92.0}

_AFTER_UNIT: Final = re.compile(r"\d+(?:组|号|小队|队|栋|幢|单元|室|户|区|巷|弄).*$|(?:路|街|巷)\d+号.*$")
_PHRASE: Final = {
    "township": re.compile(r"^(.{1,12}?(?:街道|镇|乡|农场|牧场|林场|园艺场|良种场|\d团|片区|管委会|区公所))"),
    "village": re.compile(r"^(.{1,12}?(?:社区|村|生活区|连|大队))"),
}


@dataclass(frozen=True)
class Reading:
    """What a text says at one level.

    Attributes:
        codes: what it may be; it is read when there is one.
        how: name, alias, weak, core, kind or typo when it is read; several, near or unknown when it is not; empty
            when the text does not speak of this level.
        score: 0 to 100.
        rest: what follows in the text.
        phrase: the letters read; empty where they stand in running text and do not look like a name of this level.
        near: units that a person may mean, best first.
        hidden: the letters of what could not be read, never to be shown.
    """

    codes: Codes = NONE
    how: str = ""
    score: float = 0.0
    rest: str = ""
    phrase: str = ""
    near: tuple[str, ...] = ()
    hidden: str = ""

    @property
    def code(self) -> str:
        """The unit, where it is certain which."""
        return next(iter(self.codes)) if len(self.codes) == 1 else ""

    @property
    def open(self) -> bool:
        """Something is said that could not be read."""
        return self.how in ("several", "near", "unknown")


NOTHING: Final = Reading()


def read_column(index: Index, text: str) -> Reading:
    """A cell that is meant for this level."""
    if not text:
        return NOTHING
    if found := _exact(index, text):
        return found
    phrase = _AFTER_UNIT.sub("", text) or text
    core, kind = split_kind(phrase, index.level)
    if options := index.cores.get(core.replace(" ", "")):
        return _by_core(options, kind, phrase, "", index.level)
    return _by_likeness(index, phrase, "", shown=True)


def read_running(index: Index, text: str, deeper: Callable[[str], Index] | None = None) -> Reading:
    """The beginning of a text that goes on with lower levels and whatever else.

    Args:
        index: names of this level.
        text: a key.
        deeper: the units inside a unit; a name without its kind counts only before one of them.
    """
    if not text:
        return NOTHING
    if found := _exact(index, text):
        return found
    if begun := prefix(index.cores, index.longest, text):
        core, after = begun
        kind, options = starts_with_kind(after), index.cores[begun[0]]
        code = next(iter(options))[1] if len({c for _, c in options}) == 1 else ""
        if kind and index.level == "township" and kind in SAME_RANK | {"街道"}:
            return _by_core(options, kind, core + kind, after[len(kind) :], index.level)
        if not kind and code and deeper and after and deeper(code).begins(after):
            return Reading(frozenset([code]), "core", SCORE["core"], after, core)
    said = _PHRASE[index.level].match(text)
    return _by_likeness(index, said[1], text[said.end() :], shown=False) if said else NOTHING


def _exact(index: Index, text: str) -> Reading | None:
    begun = index.begins(text)
    if not begun:
        return None
    spelt, rest = begun
    kind = starts_with_kind(rest)
    if kind and kind.isascii() and LATIN_KINDS[kind] == index.level:
        rest = rest[len(kind) :].lstrip()
    elif kind and (kind.isascii() or index.level == "village" or kind in ("镇", "乡", "街道", "县", "市")):
        return None
    if index.level == "village" and rest[:1] > "ÿ" and not split_kind(spelt, "village")[1]:
        return None  # 团结 is not what 团结新村 begins with
    codes, how = index.full[spelt], index.how[spelt]
    if len(codes) > 1:
        return Reading(codes, "several", 0.0, rest, spelt, tuple(sorted(codes)))
    return Reading(codes, how, SCORE[how], rest, spelt, tuple(codes) if how == "weak" else ())


def _by_core(options: frozenset[tuple[str, str]], kind: str, phrase: str, rest: str, level: str) -> Reading:
    """Units that share the name but for its kind: sure when there is one and the kind is missing or 乡 for 镇."""
    every = tuple(sorted({code for _, code in options}))
    if not kind or kind.isascii():
        codes, how = frozenset(every), "core"
    else:
        rank = level == "township" and kind in SAME_RANK
        codes, how = frozenset(c for k, c in options if rank and k in SAME_RANK), "kind"
    if len(codes) == 1:
        return Reading(codes, how, SCORE[how], rest, phrase)
    if codes:
        return Reading(codes, "several", 0.0, rest, phrase, tuple(sorted(codes)))
    return Reading(NONE, "near", 0.0, rest, phrase, every)


def _by_likeness(index: Index, phrase: str, rest: str, shown: bool) -> Reading:
    ranked = alike(index, phrase)
    longest = max((len(index.forms[at][0]) for _, score, at in ranked if score >= NEAR), default=0)
    if ranked and _is_slip(index, phrase, ranked):
        return Reading(frozenset([ranked[0][0]]), "typo", round(ranked[0][1], 1), rest, phrase)
    near = tuple(code for code, score, _ in ranked if score >= NEAR)
    seen = phrase if shown or len(phrase) <= longest + 1 else ""
    return Reading(NONE, "near" if near else "unknown", 0.0, rest, seen, near, phrase)


def alike(index: Index, phrase: str, limit: int = 8) -> list[tuple[str, float, int]]:
    """(code, ratio 0-100, place in `index.forms`) of the units most alike, each once, best first."""
    found = process.extract(phrase, [form[0] for form in index.forms], scorer=ratio, score_cutoff=45.0, limit=limit)
    best: dict[str, tuple[str, float, int]] = {}
    for _, score, at in found:
        best.setdefault(index.forms[at][3], (index.forms[at][3], score, at))
    return list(best.values())


def _is_slip(index: Index, phrase: str, ranked: list[tuple[str, float, int]]) -> bool:
    """Is the best one letter away, and everything else far from it and from what is written?"""
    code, score, at = ranked[0]
    _, meant, kind, _ = index.forms[at]
    core, said_kind = split_kind(phrase, index.level)
    if score < HIGH or (said_kind and said_kind != kind) or OSA.distance(core, meant) != 1:
        return False
    if len(ranked) > 1 and score - ranked[1][1] < MARGIN:
        return False
    if max(len(core), len(meant)) < SHORTEST[not core.isascii()] or TELLING & _changed(core, meant):
        return False
    others = [form[1] for form in index.forms if form[3] != code]
    return all(OSA.distance(core, o, score_cutoff=1) > 1 and OSA.distance(meant, o, score_cutoff=1) > 1 for o in others)


def one_slip(index: Index, phrase: str, code: str) -> bool:
    """Is the unit written so but for one letter of its name?"""
    core = split_kind(phrase, index.level)[0]
    return any(OSA.distance(core, form[1]) == 1 for form in index.forms if form[3] == code)


def _changed(one: str, other: str) -> set[str]:
    first, second = Counter(one), Counter(other)
    return set((first - second) + (second - first))
