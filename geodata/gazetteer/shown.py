"""What of a place people may see: names of places, never the rest of the text they stand in."""

import re
from hashlib import blake2b
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geodata.gazetteer.index import Lookups
from geodata.gazetteer.names import KINDS, LATIN_KINDS, LEVELS, clean, key
from geodata.gazetteer.reasons import MATCHED
from geodata.gazetteer.resolve import Found, Place

Row = tuple[Place, tuple[str, ...]]
"""A place as keys, and its cells as written, in the order of `Place`."""

LETTERS: Final = 20  # of one cell
LENGTH: Final = 40  # of the whole text
_NUMBERED: Final = ("团", "师", "连")  # units only behind a number, else words of names: 王老师, 张团结
_ENDS: Final = sorted(
    {k for kinds in KINDS.values() for k in kinds} - {*_NUMBERED, "州"}
    | {"委会", "农场", "牧场", "林场", "园艺场", "良种场"}
)
_UNIT_END: Final = re.compile(f"^.*(?:{'|'.join(_ENDS)}|(?<=[0-9〇零一二三四五六七八九十百])[{''.join(_NUMBERED)}])")
_GIVEN: Final = frozenset(("shi", "zhen", "xiang", "cun", "xian", "city"))  # given names too, or no word of a unit
_LATIN_ENDS: Final = frozenset(LATIN_KINDS) - _GIVEN
_NOT_LETTER: Final = re.compile(r"[^0-9A-Za-zÀ-ɏ\u0600-\u06ff\u3400-\u9fff· ]+")
_LONG_NUMBER: Final = re.compile(r"\d{4,}")
_SLIP: Final = {True: 4, False: 6}  # letters from which one other letter is a slip in a known name: Chinese, Latin
_FIELDS: Final = ("county", "township", "village")
_COLUMNS: Final = {"county_unknown": 1, "weak": 1, "division_only": 1, "county_ambiguous": 2}
"""Place columns that a question is about, where it is not about all of them."""


def shown_text(cell: str, level: str, lookups: Lookups) -> str:
    """What of a cell meant for a place may be shown: up to the last word for a kind of unit, letters only.

    A text without such a word is shown where it is a name that the gazetteer knows, or one letter from a long one;
    else it may be anything that slipped into the column, such as a person, and nothing is shown. Neither is a text
    with a long number in it.

    Args:
        level: county, township or village, as which the cell is meant.
    """
    plain = clean(cell)
    until = _UNIT_END.match(plain)
    head = until[0] if until else plain
    if _LONG_NUMBER.search(head) or not (
        _ends_as_unit(plain, head, until is not None) or _is_known(plain, level, lookups)
    ):
        return ""
    return " ".join(_NOT_LETTER.sub("", head).split())[:LETTERS]


def asked_text(found: Found, lookups: Lookups) -> str:
    """The words in question, where all of them may be shown; else empty."""
    return found.asked if found.asked and key(shown_text(found.asked, found.level, lookups)) == key(found.asked) else ""


def _ends_as_unit(plain: str, head: str, has_end: bool) -> bool:
    """Whether the text is said to be a unit; before the end of a text one letter is no name: 李镇江 is a person."""
    if has_end:
        return head == plain or len(head) > 2
    words = key(plain).split()
    return len(words) > 1 and words[-1] in _LATIN_ENDS


def _is_known(text: str, level: str, lookups: Lookups) -> bool:
    """Whether a text is the name of a unit of the level or above it, in any county, or one letter from such a name."""
    head = lookups.head(key(text), "column")
    if head.counties is not None and not head.rest:
        return True
    spelt = (head.rest if head.counties is not None else key(text)).replace(" ", "")
    names, least = lookups.known(level), _SLIP[not spelt.isascii()]
    if spelt in names:
        return True
    near = process.extractOne(spelt, names, scorer=OSA.distance, score_cutoff=1) if len(spelt) >= least else None
    return near is not None and len(near[0]) >= least


def place_text(number: int, row: Row, found: Found, lookups: Lookups) -> str:
    """The place of a row that needs a person; empty for one that does not.

    The text goes down to the level in question, so that one answer serves all villages of a township in question.
    What cannot be shown gets the row's number among the distinct places and four letters that change with the text
    behind it, so that an answer is not given to another text.
    """
    place, cells = row
    if found.status == MATCHED or not any(place):
        return ""
    depth = 2 if found.level == "township" else _COLUMNS.get(found.reason, 3)
    said = zip(_FIELDS, cells[1 : 1 + depth], strict=False)
    parts = [text for level, cell in said if (text := shown_text(cell, level, lookups))]
    asked = asked_text(found, lookups)
    whole = len(parts) == sum(map(bool, place[1 : 1 + depth]))
    written = "".join(place[1 : 1 + depth])
    if place.address and not (asked and asked in written):
        names = [lookups.names[found.unit[:n]] for n in (6, 9) if 0 < n <= len(found.unit)]
        parts += [n for n in (*names, asked) if n and key(n) not in written]
    visible = whole and bool(parts) and (bool(asked) or not place.address)
    if found.reason.startswith("code"):
        coded = place.code.isdigit() and len(place.code) in LEVELS
        parts, visible = [*parts, *([place.code] if coded else [])], coded and not place.address
    text = " ".join(parts)
    if visible and len(text) <= LENGTH:
        return text
    mark = blake2b(repr(place).encode(), digest_size=2).hexdigest()
    return f"{text[: LENGTH // 2]}（未识别的地址 {number}·{mark}）"
