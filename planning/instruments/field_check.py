"""明查暗访抽样: a random list of sites that anybody with the seed can draw again.

Every site has a number of its own, SHA-256 of seed and site id. A county's sites stand in the order of these numbers;
the first of each county are drawn, then the lowest numbers of all. A new site changes the list only where its own
number is among the lowest; nobody else's number moves.
"""

from collections.abc import Collection
from hashlib import sha256

import pandas as pd

from geodata.errors import Sentence, both
from planning.faults import PlanningError
from planning.instruments.people import unknown_counties
from planning.instruments.result import InstrumentResult, listed
from planning.study_area import StudyArea

FORM = (
    "checked_on", "open_now", "staff_present", "persons_present", "step_free_entrance", "services_running",
    "position_right", "remarks",
)  # fmt: skip
"""Blank columns to fill on the spot; no names of persons."""


def field_check(
    sites: pd.DataFrame,
    n: int,
    seed: int | str,
    *,
    per_county: int = 1,
    exclude: Collection[str] = (),
    counties: Collection[str] | None = None,
) -> InstrumentResult:
    """Draw sites for unannounced checks, at least `per_county` in every county that has sites.

    Args:
        sites: `site_id`, `county_code`; further columns are kept.
        n: sites to draw, at least 1.
        seed: whole number or word that is recorded; the same one draws the same list on any machine.
        per_county: sites that each county gets at least (fewer where it has fewer).
        exclude: counties left out, such as those supervised on the spot.
        counties: all counties there are, so that those without any site are named; those of the sites when None.

    Returns:
        Table `list` by county and order of drawing: `number`, `site_id`, …, `drawn_as` (county or all), `draw` (first
        12 digits of the site's number), blank columns `FORM`; and table `counties`: sites and sites drawn.

    Raises:
        PlanningError: for n below 1, above the number of sites, or too few for one in each county; sites named twice;
            unknown counties.
    """
    sites = sites.assign(site_id=sites["site_id"].astype(str), county_code=sites["county_code"].astype(str))
    pool = sites[~sites["county_code"].isin(list(exclude))]
    known = sorted(set(sites["county_code"]) if counties is None else map(str, counties))
    faults = unknown_counties(sorted({*exclude, *sites["county_code"]}), known)
    faults += _faults(sites, pool, n, per_county, seed)
    if faults:
        raise PlanningError(faults)
    drawn = _drawn(pool, n, seed, per_county)
    by = _by_county([code for code in known if code not in set(exclude)], pool, drawn)
    bare = by.loc[by["sites"] == 0, "county_code"].tolist()
    counted = {"drawn": len(drawn), "sites": len(pool), "counties": len(by), "without_sites": len(bare)}
    return InstrumentResult(
        name="field_check",
        tables={"list": drawn.assign(seed=str(seed), **dict.fromkeys(FORM, "")), "counties": by},
        totals={**counted, "seed": str(seed)},
        sentences=_sentences(by, seed, per_county, bare),
        denominator=both("sites of the list that was drawn from", "抽样名单中的地点"),
        base=both("the sites as given", "所给地点名单"),
        notes=(_NOTE,),
    )


_NOTE = both(
    "A site counts in its county's order by SHA-256 of seed and id; the list can be drawn again by anybody. Shares of "
    "the drawn sites are no shares of all: small counties have a greater chance.",
    "各地点按种子与编号的 SHA-256 排序，任何人可重抽核对。小县的地点被抽中的机会较大，样本比例不等于总体比例。",
)


def _drawn(pool: pd.DataFrame, n: int, seed: int | str, per_county: int) -> pd.DataFrame:
    """The first of each county in the order of their numbers, then the lowest numbers of all."""
    pool = pool.assign(draw=[_number(seed, i) for i in pool["site_id"]]).sort_values(["draw", "site_id"])
    first = pool.groupby("county_code").head(per_county)
    rest = pool.drop(index=first.index).head(n - len(first))
    drawn = pd.concat([first.assign(drawn_as="county"), rest.assign(drawn_as="all")])
    drawn = drawn.sort_values(["county_code", "draw", "site_id"]).reset_index(drop=True)
    drawn.insert(0, "number", range(1, len(drawn) + 1))
    return drawn.assign(draw=drawn["draw"].str[:12])


def _by_county(counties: list[str], pool: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """Sites there are and sites drawn; a county without any site has its row."""
    by = pd.DataFrame({"county_code": counties})
    for column, table in (("sites", pool), ("drawn", drawn)):
        by[column] = by["county_code"].map(table["county_code"].value_counts()).fillna(0).astype(int)
    return by


def sites_to_check(area: StudyArea, kind: str = "facilities") -> pd.DataFrame:
    """The sites of an area to draw from: facilities (what is there, assumed ones among them), candidates, or all."""
    here = area.data.facilities.rename(columns={"facility_id": "site_id"})
    columns = ["site_id", "name_zh", "name_en", "kind", "county_code", "lon", "lat", "mark"]
    tables = {"facilities": [here], "candidates": [area.candidates], "all": [here, area.candidates]}[kind]
    found = pd.concat([t.reindex(columns=columns) for t in tables], ignore_index=True)
    return found.drop_duplicates("site_id").reset_index(drop=True)


def _sentences(by: pd.DataFrame, seed: int | str, per_county: int, bare: list[str]) -> tuple[Sentence, ...]:
    drawn, sites, n = int(by["drawn"].sum()), int(by["sites"].sum()), len(by) - len(bare)
    told = both(
        f"{drawn} of {sites} sites drawn with seed '{seed}', at least {per_county} (or all there are) in each of "
        f"{n} counties",
        f"用随机种子“{seed}”从 {sites} 个地点中抽取 {drawn} 个，{n} 个县每县至少 {per_county} 个（不足的全取）",
    )
    none = both(f"counties without any site to check: {listed(bare)}", f"没有可检查地点的县：{listed(bare, True)}")
    return (told, none) if bare else (told,)


def _number(seed: int | str, site_id: str) -> str:
    return sha256(f"{seed}\0{site_id}".encode()).hexdigest()


def _faults(sites: pd.DataFrame, pool: pd.DataFrame, n: int, per_county: int, seed: int | str) -> list[Sentence]:
    faults: list[Sentence] = []
    if sites["site_id"].duplicated().any():
        twice = sites.loc[sites["site_id"].duplicated(), "site_id"].iloc[0]
        faults.append(both(f"site '{twice}' stands twice in the list", f"地点“{twice}”重复"))
    if not str(seed).strip():
        faults.append(both("seed: a number or a word is needed", "随机种子：请填数字或词语"))
    for name, zh, value, least in (("n", "抽取数", n, 1), ("per_county", "每县至少", per_county, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            faults.append(
                both(f"{name}: {value} found, at least {least} is needed", f"{zh}：发现 {value}；至少为 {least}")
            )
    if faults:
        return faults
    least = int(pool["county_code"].value_counts().clip(upper=per_county).sum())
    if n > len(pool):
        faults.append(
            both(f"n: {n} sites asked for, there are {len(pool)}", f"抽取数：要求 {n} 个，只有 {len(pool)} 个地点")
        )
    elif n < least:
        faults.append(
            both(
                f"n: {n} sites are too few for {per_county} in each county; ask for at least {least}, or for fewer in "
                "each county",
                f"抽取数：{n} 个不够每县 {per_county} 个；至少需 {least} 个，或减少每县个数",
            )
        )
    return faults
