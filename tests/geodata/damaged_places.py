"""Places written badly: every township name of the gazetteer, and villages of each, damaged by a seeded generator.

A row knows which unit was meant. A slip may by chance make another real name, which nobody could tell: that counts as
wrong, except for a county's name, which is drawn again, and for 乡 and 镇 where the county has both. The names of
people in extra text are made up.
"""

import random
from collections.abc import Iterator
from typing import Final

import pandas as pd

from geodata.gazetteer.names import KINDS, key, split_kind
from geodata.gazetteer.units import Gazetteer

COLUMNS: Final = ("damage", "truth", "unit_code", "county", "township", "village", "address")
CONFUSED: Final = dict(
    zip("克勒阿提木尔巴依喀吾乡塔里库斯力其合玛英", "可勤啊题本儿吧衣咯乌镇搭理裤思历奇和马应", strict=True)
)
EXTRA: Final = ("3组15号", "（原5村）2组", "二组测试甲家", "·6号院", " 12 号", "1小队旁边")
MARKS: Final = ("\u200f{}\u202c", "{}\u200b", " {}", "{}　")


class Damage:
    """Draws from one seed."""

    def __init__(self, gazetteer: Gazetteer, seed: int) -> None:
        self.draw = random.Random(seed)
        self.units = gazetteer.units
        self.names = dict(zip(self.units["code"], self.units["name"], strict=True))
        self.letters = sorted({c for n in self.names.values() for c in n if c > "一"})
        self.counties = {key(n) for c, n in self.names.items() if len(c) == 6}
        self.townships = {(c[:6], n) for c, n in self.names.items() if len(c) == 9}
        self.counties |= {split_kind(n, "county")[0] for n in self.counties}

    def slip(self, name: str) -> str:
        """One letter of the name replaced, dropped, doubled or exchanged with the next."""
        at = self.draw.randrange(len(name))
        how = self.draw.choice(["near", "any", "drop", "swap", "double"])
        if how == "near" and any(c in CONFUSED for c in name):
            at = self.draw.choice([i for i, c in enumerate(name) if c in CONFUSED])
            return name[:at] + CONFUSED[name[at]] + name[at + 1 :]
        if how == "drop" and len(name) > 2:
            return name[:at] + name[at + 1 :]
        if how == "swap" and at + 1 < len(name):
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        if how == "double":
            return name[:at] + name[at] + name[at:]
        return name[:at] + self.draw.choice(self.letters) + name[at + 1 :]

    def county_slip(self, name: str) -> str:
        """A county's name with a slip that does not make it another county's."""
        while key(damaged := self.slip(name)) in self.counties or damaged == name:
            pass
        return damaged


def bare(name: str, level: str) -> str:
    """The name without its kind, as people leave it out."""
    for word in sorted((*KINDS[level], "街道办事处", "村委会", "村民委员会", "社区居委会"), key=len, reverse=True):
        if name.endswith(word) and len(name) > len(word) + 1:
            return name.removesuffix(word)
    return name


def damaged_places(gazetteer: Gazetteer, seed: int = 1, villages_each: int = 2) -> pd.DataFrame:
    """One row for each township name and damage, and as many for some villages of each."""
    damage = Damage(gazetteer, seed)
    townships = gazetteer.units[gazetteer.units["level"] == "township"]
    townships = townships[~townships["code"].str[:6].isin(["653228", "653229"])]
    aliases = gazetteer.aliases[gazetteer.aliases["mark"].isin(["S", "D"])]
    below = gazetteer.units[gazetteer.units["level"] == "village"].groupby(gazetteer.units["code"].str[:9])["code"]
    villages = {str(k): sorted(v) for k, v in below}
    rows: list[tuple[str, ...]] = []
    for code, name in zip(townships["code"], townships["name"], strict=True):
        others = aliases[aliases["code"] == code]
        for spelt in [name, *others.loc[others["kind"].isin(["old", "renamed"]), "alias"]]:
            rows += township_rows(damage, code, spelt)
        rows += other_names(damage, code, others)
        inside = villages.get(code, [])
        for village in damage.draw.sample(inside, min(villages_each, len(inside))):
            rows += village_rows(damage, village)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def township_rows(damage: Damage, code: str, name: str) -> Iterator[tuple[str, ...]]:
    """A township in every damage."""
    county = damage.names[code[:6]]
    prefecture = damage.names.get(code[:4], "")
    yield "clean", code, "", county, name, "", ""
    yield "clean", code, "", "", "", "", f"新疆{prefecture}{county}{name}"
    yield "slip in the township", code, "", county, damage.slip(name), "", ""
    yield "slip in the township", code, "", "", "", "", f"{county}{damage.slip(name)}"
    yield "no kind", code, "", county, bare(name, "township"), "", ""
    other = name[:-1] + {"乡": "镇", "镇": "乡"}.get(name[-1], "")
    if name.endswith(("乡", "镇")) and (code[:6], other) not in damage.townships:
        yield "乡 for 镇", code, "", county, other, "", ""
    yield "slip in the county", code, "", damage.county_slip(county), name, "", ""
    yield "county without kind", code, "", bare(county, "county"), name, "", ""
    yield "no county", code, "", "", name, "", ""
    if prefecture:
        yield "prefecture only", code, "", prefecture, name, "", ""
    extra, mark = damage.draw.choice(EXTRA), damage.draw.choice(MARKS)
    yield "extra text", code, "", mark.format(county), mark.format(name), "", ""
    yield "extra text", code, "", "", "", "", mark.format(f"{county} {name}") + extra


def other_names(damage: Damage, code: str, aliases: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """A township by its other names and in other scripts."""
    county = damage.names[code[:6]]
    for alias, kind in zip(aliases["alias"], aliases["kind"], strict=True):
        damaged = "other script" if kind in ("uyghur_arabic", "uyghur_latin", "english") else "other name"
        yield damaged, code, "", county, alias, "", ""
        if damaged == "other name":
            yield damaged, code, "", "", "", "", f"{county}{alias}3组"


def village_rows(damage: Damage, code: str) -> Iterator[tuple[str, ...]]:
    """A village in every damage."""
    county, town, name = damage.names[code[:6]], damage.names[code[:9]], damage.names[code]
    short = bare(name, "village")
    yield "clean village", code, "", county, town, name, ""
    yield "clean village", code, "", "", "", "", f"{county}{town}{key(name)}{damage.draw.choice(EXTRA)}"
    yield "slip in the village", code, "", county, town, damage.slip(name), ""
    yield "slip in the village", code, "", "", "", "", f"{county}{town}{damage.slip(key(name))}3组"
    yield "village without kind", code, "", county, town, short, ""
    yield "slip in the township", code, "", county, damage.slip(town), name, ""
    yield "slip in the township", code, "", "", "", "", f"{county}{damage.slip(town)}{key(name)}3组"
    yield "no township", code, "", county, "", name, ""
    yield "no township", code, "", "", "", "", f"{county}{key(name)}3组"
    yield "no county", code, "", "", town, name, ""
    yield "no county", code, "", "", "", "", f"{town}{key(name)}3组"
    yield "slip in the county", code, "", damage.county_slip(county), town, name, ""
    yield "slip in the county", code, "", "", "", "", f"{damage.county_slip(county)}{town}{key(name)}"
    yield "code only", code, code, "", "", "", ""
    yield "code and slips", code, code, county, damage.slip(town), damage.slip(name), ""
    neighbour = damage.draw.choice([c for c in damage.names if len(c) == 12])
    if neighbour[:6] != code[:6]:
        yield "code of another county", code, neighbour, county, town, name, ""


def measured(rows: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """By damage: rows, share matched without a person, share of those right, at full depth, and wrong counties.

    A unit above the one meant is right, but not at full depth.
    """
    auto = matches["status"] == "matched"
    pairs = list(zip(matches["unit_code"], rows["truth"], strict=True))
    right = auto & pd.Series([bool(u) and t.startswith(u) for u, t in pairs], rows.index)
    deep = auto & (matches["unit_code"] == rows["truth"])
    county = auto & (matches["unit_code"].str[:6] != rows["truth"].str[:6])
    table = pd.DataFrame({"auto": auto, "right": right, "deep": deep, "county": county}).groupby(rows["damage"]).sum()
    table.insert(0, "rows", rows.groupby("damage").size())
    table.loc["all"] = table.sum()
    out = table[["rows"]].assign(
        matched_percent=100 * table["auto"] / table["rows"],
        precision_percent=100 * table["right"] / table["auto"].clip(lower=1),
        recall_percent=100 * table["deep"] / table["rows"],
        wrong=table["auto"] - table["right"],
        wrong_county=table["county"],
    )
    out.loc[table["auto"] == 0, "precision_percent"] = float("nan")
    return out
