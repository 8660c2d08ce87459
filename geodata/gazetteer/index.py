"""Names looked up inside one parent: the townships of a county, the villages of a township, and what heads a text."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import pandas as pd

from geodata.gazetteer.names import KINDS, LATIN_KINDS, inside_brackets, key, split_kind

Codes = frozenset[str]
NONE: Final[Codes] = frozenset()
UNSURE_MARKS: Final = ("V", "J")

_KIND_START: Final = re.compile("|".join(sorted({k for level in KINDS.values() for k in level}, key=len, reverse=True)))
_REGION: Final = re.compile(r"^(?:中国|新疆维吾尔自治区|新疆|自治区直辖县级行政区划|兵团|农(?=\d+师))+")
_CORPS: Final = tuple(re.compile(p) for p in ("^兵团", r"^(?:兵团)?农(?=\d+师)", r"^(?:兵团)?(?:农?\d+师)?"))
_LATIN_COUNTY: Final = {"县": ("nahiyisi", "nahiye", "xian", "county"), "市": ("shehiri", "sheher", "shi", "city")}
_LATIN_PREFECTURE: Final = ("wilayiti", "oblasti", "prefecture", "diku", "zhou")


class Name(NamedTuple):
    """One way to write a unit: its code, the key, and `name`, `alias` or `weak` (an alias nobody has verified)."""

    code: str
    key: str
    how: str


@dataclass(frozen=True)
class Index:
    """The names of the units of one parent.

    Attributes:
        full: key without blanks → codes.
        how: key without blanks → how the first unit is named by it.
        cores: key without its kind → (kind, code) of all that share it.
        forms: (key, core, kind, code) of every name, for likeness.
    """

    level: str
    full: Mapping[str, Codes]
    how: Mapping[str, str]
    cores: Mapping[str, frozenset[tuple[str, str]]]
    forms: tuple[tuple[str, str, str, str], ...]
    longest: int

    @classmethod
    def of(cls, names: Iterable[Name], level: str) -> "Index":
        """The index of some names of one level."""
        full: dict[str, set[str]] = defaultdict(set)
        cores: dict[str, set[tuple[str, str]]] = defaultdict(set)
        how: dict[str, str] = {}
        forms: dict[tuple[str, str, str, str], None] = {}
        for code, spelt, kind_of_name in names:
            core, kind = split_kind(spelt, level)
            tight = spelt.replace(" ", "")
            full[tight].add(code)
            how.setdefault(tight, kind_of_name)
            if kind_of_name != "weak":
                cores[core.replace(" ", "")].add((kind, code))
            forms[(spelt, core, kind, code)] = None
        return cls(
            level,
            {k: frozenset(v) for k, v in full.items()},
            how,
            {k: frozenset(v) for k, v in cores.items()},
            tuple(forms),
            longest_key(full),
        )

    def begins(self, text: str) -> tuple[str, str] | None:
        """The longest name that a text begins with, and what follows."""
        return prefix(self.full, self.longest, text)


def prefix(table: Mapping[str, object], longest: int, text: str) -> tuple[str, str] | None:
    """The longest key of a table that a text begins with, and what follows; words and numbers are not cut in two."""
    spaced = " " in text
    for cut in range(min(len(text), longest), 0, -1):
        tight = text[:cut].replace(" ", "") if spaced else text[:cut]
        if tight in table and not _inside_word(text, cut):
            return tight, text[cut:].lstrip()
    return None


def longest_key(table: Mapping[str, object]) -> int:
    """Letters of the longest key, with room for the blanks that a text may have between words."""
    return max(map(len, table), default=0) + 4


def _inside_word(text: str, cut: int) -> bool:
    if cut >= len(text):
        return False
    before, after = text[cut - 1], text[cut]
    return (before.isascii() and before.isalpha() and after.isascii() and after.isalpha()) or (
        before.isdigit() and after.isdigit()
    )


def starts_with_kind(text: str) -> str:
    """The word that says what kind of unit it is, where a text begins with one."""
    if text[:1].isascii():
        word = text.split(" ", 1)[0]
        return word if word in LATIN_KINDS else ""
    found = _KIND_START.match(text)
    return found[0] if found else ""


class Head(NamedTuple):
    """A name that a text may begin with: the counties it leaves possible, and what is to be known about it."""

    counties: Codes
    short: bool
    division: bool
    weak: bool


class Heads(NamedTuple):
    """What heads a text: the counties it leaves possible (None: no head), the words, the rest, do heads disagree."""

    counties: Codes | None
    said: str
    rest: str
    division: bool = False
    weak: bool = False
    clash: bool = False


@dataclass(frozen=True)
class Lookups:
    """Everything the matching looks up; indices are made when they are first needed.

    Attributes:
        children: parent code → the names of its units.
        heads: key of a prefecture, county or division → what it leaves possible.
        codes: any code, of either list → units.
        new_counties: counties that only the newer list has.
        full_counties: full names of one county each, in Chinese.
        one_county: every name that means one county → its code.
    """

    names: Mapping[str, str]
    children: Mapping[str, tuple[Name, ...]]
    heads: Mapping[str, Head]
    codes: Mapping[str, Codes]
    new_counties: Codes
    longest_head: int
    full_counties: tuple[str, ...]
    one_county: Mapping[str, str]
    _made: dict[str, Index] = field(default_factory=dict, repr=False)
    _known: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, units: pd.DataFrame, aliases: pd.DataFrame) -> "Lookups":
        """Look-ups for the units and aliases of a gazetteer."""
        names = dict(zip(units["code"], units["name"], strict=True))
        codes: dict[str, set[str]] = {c: {c} for c in names}
        for code, other in zip(units["code"], units["mca_code"], strict=True):
            if other:
                codes.setdefault(other, set()).add(code)
        children: dict[str, list[Name]] = defaultdict(list)
        for code, name in names.items():
            if len(code) > 6:
                children[code[:-3]] += [Name(code, k, "name") for k in _spellings(name, code, names)]
        for code, alias, kind, mark in aliases[["code", "alias", "kind", "mark"]].itertuples(index=False):
            how = "weak" if mark in UNSURE_MARKS else "alias"
            if kind == "new" and alias.isdigit():
                codes.setdefault(alias, set()).add(code)
            elif kind == "new":
                children[code].append(Name(code, key(alias), how))
            elif len(code) > 6:
                children[code[:-3]] += [Name(code, k, how) for k in _spellings(alias, code, names)]
        new = units["code"][(units["level"] == "county") & (units["valid"] == "mca2025")]
        heads = _heads(units, aliases)
        return cls(
            names,
            {k: tuple(v) for k, v in children.items()},
            heads,
            {k: frozenset(v) for k, v in codes.items()},
            frozenset(new),
            longest_key(heads),
            tuple(k for k, h in heads.items() if not h.short and len(h.counties) == 1 and not k.isascii()),
            {k: next(iter(h.counties)) for k, h in heads.items() if len(h.counties) == 1},
        )

    def townships(self, county: str) -> Index:
        """The townships of a county."""
        return self._index(county, "township", lambda: self.children.get(county, ()))

    def villages(self, township: str) -> Index:
        """The villages of a township."""
        return self._index(township, "village", lambda: self.children.get(township, ()))

    def county_villages(self, county: str) -> Index:
        """All villages of a county."""
        return self._index(f"{county}*", "village", lambda: self._below(county))

    def _below(self, county: str) -> list[Name]:
        return [n for parent, names in self.children.items() if parent[:6] == county and parent[6:] for n in names]

    def all_townships(self) -> Index:
        """The townships of all counties."""
        return self._index("*", "township", lambda: [n for p, v in self.children.items() if len(p) == 6 for n in v])

    def all_villages(self) -> Index:
        """The villages of all counties."""
        return self._index("**", "village", lambda: [n for p, v in self.children.items() if len(p) == 9 for n in v])

    def head_inside(self, text: str) -> Heads | None:
        """A county's full name further on in an address; the words before it are dropped, one letter is no word."""
        starts = {name: at for name in self.full_counties if (at := text.find(name)) > 1}
        if not starts:
            return None
        counties = frozenset(c for name in starts for c in self.heads[name].counties)
        found = self.head(text[min(starts.values()) :], "running")
        return found if len(counties) == 1 else found._replace(counties=counties, clash=True)

    def known(self, level: str) -> frozenset[str]:
        """Every name of a unit of the level or above it, without blanks, with and without its kind."""
        if level not in self._known:
            depth = {"township": 1, "village": 2}.get(level, 0)
            below = [made() for made in (self.all_townships, self.all_villages)[:depth]]
            names = (table for index in below for table in (index.full, index.cores))
            self._known[level] = frozenset(self.heads).union(*names)
        return self._known[level]

    def siblings_named(self, code: str, spelt: str) -> list[str]:
        """Units beside this one whose own name is written so."""
        tight = spelt.replace(" ", "")
        if len(code) <= 6:
            head = self.heads.get(tight)
            return sorted(head.counties) if head and not head.short else []
        return sorted({n.code for n in self.children.get(code[:-3], ()) if n.how == "name" and n.key == spelt})

    def _index(self, name: str, level: str, names: Callable[[], Iterable[Name]]) -> Index:
        if name not in self._made:
            self._made[name] = Index.of(names(), level)
        return self._made[name]

    def head(self, text: str, mode: str) -> Heads:
        """Strip prefecture and county from the beginning of a text.

        Args:
            text: a key.
            mode: `column` takes a short name that stands alone; `running` one that no township elsewhere bears; both
                take it before something that lies in it (乌什 is not what 乌什塔拉 begins with); `full` takes none.
        """
        rest = _REGION.sub("", text) or text
        counties: Codes | None = None
        division = weak = False
        said = ""
        while found := prefix(self.heads, self.longest_head, rest):
            head, after = self.heads[found[0]], found[1]
            sure = counties is not None and len(counties) == 1
            if after in ("县", "市") or (sure and self.townships(*(counties or NONE)).begins(rest)):
                break
            if head.short and (mode == "full" or sure or not self._really_head(head, found[0], after, mode)):
                break
            said += found[0]
            if counties is not None and not counties & head.counties:
                return Heads(counties | head.counties, said, after, division, weak, clash=True)
            counties = head.counties if counties is None else counties & head.counties
            division, weak = head.division and not sure, weak or head.weak
            rest = _REGION.sub("", after)
        return Heads(counties, said, rest, division, weak)

    def _really_head(self, head: Head, spelt: str, after: str, mode: str) -> bool:
        if starts_with_kind(after):
            return False
        if not after and mode == "column":
            return True
        if not after:
            named_so = {c[:6] for _, c in self.all_townships().cores.get(spelt, frozenset())}
            return named_so <= head.counties
        if prefix(self.heads, self.longest_head, after):
            return True
        return any(self.townships(c).begins(after) for c in head.counties)


def _spellings(name: str, code: str, names: Mapping[str, str]) -> list[str]:
    """The keys of one name: as written, without its county's name or its regiment's division, what is in brackets."""
    full = key(name)
    out = [full, *inside_brackets(name)]
    county = key(names.get(code[:6], ""))
    if county and full.startswith(county) and len(full) >= len(county) + 2:
        out.append(full[len(county) :])
    if len(code) == 9:
        out += [bare for part in _CORPS if len(bare := part.sub("", full)) > 1]
        words = full.split()
        out += [" ".join(words[:-1])] if len(words) > 1 and LATIN_KINDS.get(words[-1]) == "township" else []
    if len(code) == 12 and full.endswith(("生活区", "村社区")):
        out.append(full[: -3 if full.endswith("生活区") else -2])
    return [k for k in dict.fromkeys(out) if k]


def _heads(units: pd.DataFrame, aliases: pd.DataFrame) -> dict[str, Head]:
    """Full and short names of prefectures and counties, and what each leaves possible."""
    upper = units[units["level"].isin(["prefecture", "county"])]
    above = upper["parent"].where(upper["parent"] != "", upper["code"].str[:4])
    inside = upper[upper["level"] == "county"].groupby(above)["code"].agg(frozenset).to_dict()
    names = dict(zip(upper["code"], upper["name"], strict=True))
    means = {c: inside.get(c, NONE) if len(c) == 4 else frozenset([c]) for c in names}
    rows = [(c, n, "name", "S") for c, n in names.items()]
    other = aliases[aliases["code"].isin(names) & (aliases["kind"] != "new")]
    rows += zip(other["code"], other["alias"], other["kind"], other["mark"], strict=True)
    out: dict[str, Head] = {}
    for code, name, kind, mark in rows:
        for spelt, short in _head_spellings(key(name), names[code]):
            before = out.get(spelt, Head(NONE, True, False, False))
            out[spelt] = Head(
                before.counties | means[code],
                short and before.short,
                kind == "division",
                mark in UNSURE_MARKS or before.weak,
            )
    return out


def _head_spellings(spelt: str, official: str) -> list[tuple[str, bool]]:
    """(key without blanks, is it short) of a name: in Latin with each word for the kind, in Chinese as written."""
    level = "prefecture" if official.endswith(KINDS["prefecture"]) else "county"
    core, kind = split_kind(spelt, level)
    tight = core.replace(" ", "")
    if spelt[-1:].isascii() and spelt[-1:].isalpha():
        kinds = _LATIN_PREFECTURE if level == "prefecture" else _LATIN_COUNTY.get(official[-1], ())
        return [(tight, True), *((tight + k, False) for k in kinds)]
    short = [(tight, True)] if len(tight) > 1 else []
    return [(spelt, False), *short] if kind else [(spelt, True)]
