"""Headings of a file → fields of a layer: recognised, shown, and put right by the user."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from rapidfuzz import fuzz, process

from geodata.errors import LayerError, both
from geodata.layers.fields import Field, Layer, layers

How = Literal["given", "exact", "word", "alike"]
ALIKE: Final = 80.0  # rapidfuzz ratio, 0-100, from which a heading counts as a misspelt one (judgement)
PERSONAL: Final = re.compile(
    r"姓名|身份证|残疾人?证(?!件?[类等级状有注])|证件号|身份号|电话|手机|联系人|联系方式|监护|户主|银行|卡号|账号|家长|亲属"
    r"|phone|mobile|identity|id.?card|passport|guardian|surname|full.?name",
    re.IGNORECASE,
)
IGNORED: Final = ""  # what a user gives for a field that the file does not have


@dataclass(frozen=True)
class Column:
    """One heading of the file and what it stands for.

    Attributes:
        heading: as in the file.
        field: key of the field; empty where none is recognised.
        how: given by the user, exact name, a known word, or only alike.
        kept: False for what is dropped at import.
    """

    heading: str
    field: str
    how: How | Literal[""]
    kept: bool


def recognise(headings: Sequence[str], layer: Layer, given: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """What each heading stands for; every field at most once, the surest reading first.

    Args:
        given: field → heading, or `""` for a field that no column of the file is.

    Raises:
        LayerError: for a field that the layer, or a heading that the file does not have.
    """
    given = {_key_of(field, layer): heading for field, heading in (given or {}).items()}
    chosen = _given(headings, layer, given)
    taken = {field for field, _ in chosen.values()} | set(given)
    for how, find in (("exact", _exact), ("word", _word), ("alike", _alike)):
        ranked = sorted((_rank(h, find(h, layer), layer), h) for h in headings if h not in chosen)
        for _, heading in ranked:
            field = find(heading, layer)
            rivals = [h for h in headings if h not in chosen and how == "alike" and find(h, layer) == field]
            if field and field not in taken and len(rivals) < 2:  # of two that are alike neither is chosen
                chosen[heading] = (field, how)
                taken.add(field)
    return tuple(_column(heading, layer, *chosen.get(heading, ("", ""))) for heading in headings)


def _key_of(name: str, layer: Layer) -> str:
    """A field by its key or either of its headings; what is none of them stays as it is."""
    names = {word: f.key for f in layer.fields for word in (str(f.heading), f.heading.zh, f.key)}
    return names.get(name, name)


def _given(headings: Sequence[str], layer: Layer, given: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    faults = [
        both(
            f"there is no field '{field}' in {layer.title}; there is {', '.join(f.key for f in layer.fields)}",
            f"“{layer.title.zh}”没有字段“{field}”；可用的有 {'、'.join(f.heading.zh for f in layer.fields)}",
        )
        for field in given
        if layer.field(field) is None
    ]
    faults += [
        both(
            f"there is no column '{heading}' in the file; there is {', '.join(headings)}",
            f"文件中没有“{heading}”列；有 {'、'.join(headings)}",
        )
        for heading in given.values()
        if heading != IGNORED and heading not in headings
    ]
    faults += [
        both(
            f"column '{heading}' holds names or numbers of persons and cannot be read as {field}; take another column",
            f"“{heading}”列是个人姓名或号码，不能当作“{layer.heading(field).zh}”；请另选一列",
        )
        for field, heading in given.items()
        if is_personal(heading) and (known := layer.field(field)) and not _may_hold_persons(known)
    ]
    if faults:
        raise LayerError(faults)
    return {heading: (field, "given") for field, heading in given.items() if heading != IGNORED}


def _may_hold_persons(field: Field) -> bool:
    """Whether nothing of what stands in the field's cells is ever shown: households are only told apart."""
    return field.kind == "personal" or field.key == "household"


def _column(heading: str, layer: Layer, field: str, how: str) -> Column:
    found = layer.field(field)
    personal = found.kind == "personal" if found else is_personal(heading) or layer.private
    return Column(heading, field, how, not personal)  # type: ignore[arg-type]


def is_personal(heading: str) -> bool:
    """Whether a heading, taken for a field or not, speaks of a person's name or number."""
    bare = re.sub(r"[\s*＊:：_\-/、()（）\d]", "", heading).lower()
    return bool(PERSONAL.search(heading)) or bare in _personal_words() or plain(heading) in _personal_words()


@cache
def _personal_words() -> frozenset[str]:
    """Every word for a personal field, in any layer; `name` alone means a place elsewhere."""
    fields = [f for layer in layers().values() for f in layer.fields if f.kind == "personal"]
    words = {w for f in fields for w in (f.key, f.heading.zh, str(f.heading), *f.words)} - {"name", "名字"}
    return frozenset(re.sub(r"[\s*＊:：_\-/、()（）]", "", w).lower() for w in words)


def plain(heading: str) -> str:
    """A heading without spaces, brackets and what stands in them, marks of duty and letter case."""
    text = re.sub(r"[\(（\[【<《].*?[\)）\]】>》]", "", heading)
    return re.sub(r"[\s*＊:：_\-/、]", "", text or heading).lower()


def _exact(heading: str, layer: Layer) -> str:
    """The field whose key or heading this is, letter for letter."""
    names = {n: f.key for f in layer.fields for n in (f.heading.zh, f.heading, f.key)}
    return names.get(heading.strip(), "")


def _word(heading: str, layer: Layer) -> str:
    """The field for which this is a known word, with and without what stands in brackets."""
    words = _words(layer)
    bare = re.sub(r"[\s*＊:：_\-/、()（）]", "", heading).lower()
    return words.get(bare) or words.get(plain(heading)) or ""


def _words(layer: Layer) -> dict[str, str]:
    """Every known word without spaces and marks → key; the first field that claims a word has it."""
    words: dict[str, str] = {}
    for field in layer.fields:
        for word in (field.key, field.heading, field.heading.zh, *field.words):
            words.setdefault(re.sub(r"[\s*＊:：_\-/、()（）]", "", word).lower(), field.key)
    return words


def _rank(heading: str, key: str, layer: Layer) -> int:
    """How well a heading says its field: the place among the field's words, the usual one first."""
    field = layer.field(key)
    words = [plain(w) for w in (field.key, field.heading.zh, str(field.heading), *field.words)] if field else []
    return words.index(plain(heading)) if plain(heading) in words else len(words)


def _alike(heading: str, layer: Layer) -> str:
    """The field whose word looks most like the heading, when it is alike enough; short words are too risky."""
    bare, words = plain(heading), _words(layer)
    if len(bare) < 3:
        return ""
    best = process.extractOne(bare, list(words), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return words[best[0]] if best else ""
