"""What of a place people may see: names of places, never the rest of the text they stand in."""

import re
from hashlib import blake2b
from typing import Final

from geodata.gazetteer.index import Lookups
from geodata.gazetteer.names import KINDS, LEVELS, clean, key
from geodata.gazetteer.reasons import MATCHED
from geodata.gazetteer.resolve import Found, Place

Row = tuple[Place, tuple[str, ...]]
"""A place as keys, and its cells as written, in the order of `Place`."""

LETTERS: Final = 20  # of one cell
LENGTH: Final = 40  # of the whole text
_ENDS: Final = sorted({k for kinds in KINDS.values() for k in kinds} | {"委会", "农场", "牧场", "林场", "团", "师"})
_UNIT_END: Final = re.compile(f"^.*(?:{'|'.join(_ENDS)})")
_NOT_LETTER: Final = re.compile(r"[^0-9A-Za-zÀ-ɏ\u0600-\u06ff\u3400-\u9fff· ]+|\d{4,}")
_COLUMNS: Final = {"county_unknown": 1, "weak": 1, "division_only": 1, "county_ambiguous": 2}
"""Place columns that a question is about, where it is not about all of them."""


def shown_text(cell: str) -> str:
    """What of a cell meant for a place may be shown: up to the last word for a kind of unit, letters only."""
    plain = clean(cell)
    until = _UNIT_END.match(plain)
    bare = _NOT_LETTER.sub("", until[0] if until else re.sub(r"\d", "", plain))
    return " ".join(bare.split())[:LETTERS]


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
    parts = [text for cell in cells[1 : 1 + depth] if (text := shown_text(cell))]
    whole = len(parts) == sum(map(bool, place[1 : 1 + depth]))
    written = "".join(place[1 : 1 + depth])
    if place.address and not (found.asked and found.asked in written):
        names = [lookups.names[found.unit[:n]] for n in (6, 9) if 0 < n <= len(found.unit)]
        parts += [n for n in (*names, found.asked) if n and key(n) not in written]
    visible = whole and bool(parts) and (bool(found.asked) or not place.address)
    if found.reason.startswith("code"):
        coded = place.code.isdigit() and len(place.code) in LEVELS
        parts, visible = [*parts, *([place.code] if coded else [])], coded and not place.address
    text = " ".join(parts)
    if visible and len(text) <= LENGTH:
        return text
    mark = blake2b(repr(place).encode(), digest_size=2).hexdigest()
    return f"{text[: LENGTH // 2]}（未识别的地址 {number}·{mark}）"
