"""One place: what its code, columns and address say together, level by level, from the county down."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from geodata.gazetteer.index import NONE, Codes, Index, Lookups
from geodata.gazetteer.names import LEVELS, key, split_kind
from geodata.gazetteer.reading import NEAR, NOTHING, Reading, one_slip, read_column, read_running
from geodata.gazetteer.reasons import MATCHED, PERSON, UNMATCHED

MOST: Final = 5
"""Candidates shown to a person."""

WEAKEST: Final = ("name", "alias", "core", "kind", "typo")  # the last one used is told as the reason


_LIKE_COUNTY: Final = re.compile("^(.{1,5}?[县市])")


class Place(NamedTuple):
    """The cells of one row as keys; empty where nothing is written."""

    code: str = ""
    county: str = ""
    township: str = ""
    village: str = ""
    address: str = ""


@dataclass(frozen=True)
class Found:
    """What is known about a place.

    Attributes:
        unit: the deepest unit that is sure, whatever the status.
        candidates: units that a person may choose from, best first.
        asked: the words in question, as key; empty where showing them might show more than a place.
        level: the level of the words in question.
    """

    unit: str = ""
    score: float = 0.0
    reason: str = "no_text"
    status: str = UNMATCHED
    candidates: tuple[str, ...] = ()
    asked: str = ""
    level: str = ""


class County(NamedTuple):
    """The county of a place, or why there is none; and what is left of the texts."""

    possible: Codes | None
    reason: str
    said: str
    rest: Place
    division: bool
    weak: bool


def resolve(place: Place, lookups: Lookups, given: str = "") -> Found:
    """The unit of a place; `given` is the county that the whole file is about."""
    if not any(place):
        return Found()
    coded, known = _coded(place.code, lookups)
    if known == "unreadable" and (not place.code or any(place[1:])):
        return _by_names(place, lookups, given)
    counties = {c[:6] for c in coded}
    within = counties.pop() if len(counties) == 1 else given
    found = _by_names(place, lookups, within)
    if found.reason in ("village_several", "village_unknown") and len(coded) == 1 and len(min(coded)) > 6:
        found = _by_names(place._replace(township=key(lookups.names[min(coded)[:9]])), lookups, within)
    return _with_code(coded, "unknown" if known == "unreadable" else known, found, lookups)


def _coded(code: str, lookups: Lookups) -> tuple[Codes, str]:
    """The units that a code means, and how it is known: listed, above (only the unit above it is listed), unknown,
    or unreadable, which is no code at all.
    """
    if not code.isdigit() or len(code) not in LEVELS or len(code) < 6:  # an identity number begins with a county, too
        return NONE, "unreadable"
    bare = code[:6] if set(code[6:]) <= {"0"} else code[:9] if set(code[9:]) <= {"0"} else code
    if bare in lookups.codes:
        return lookups.codes[bare], "listed"
    for length in (9, 6):
        if len(bare) > length and len(found := lookups.codes.get(bare[:length], NONE)) == 1:
            return found, "above"
    return NONE, "unknown"


def resolve_answered(place: Place, code: str, found: Found, lookups: Lookups) -> tuple[Place, Found]:
    """The place after a person said which unit is meant; lower levels are read again inside it.

    Returns:
        The place with what is known put in, and what is known now; it may be a question about a lower level.
    """
    final = Found(code, 100.0, "answered", MATCHED)
    if len(code) == 12 or found.level == "village" or code[:6] in lookups.new_counties:
        return place, final
    township = key(lookups.names[code]) if len(code) == 9 else place.township
    cut = place.address.partition(found.asked)[2] if found.asked and found.asked in place.address else place.address
    known = Place("", key(lookups.names[code[:6]]), township, place.village, cut)
    again = resolve(known, lookups)
    if not again.unit.startswith(code) or (again.unit == code and again.status != PERSON):
        return known, final
    return known, replace(again, reason="answered") if again.status == MATCHED else again


def _with_code(coded: Codes, known: str, found: Found, lookups: Lookups) -> Found:
    """Code and names together: the deeper one where they agree, a person where they do not."""
    if known == "unknown":
        return replace(found, unit="", status=PERSON, reason="code_unknown", candidates=_with_unit(found))
    if any(c[:6] in lookups.new_counties for c in coded):
        return replace(found, unit="", status=PERSON, reason="county_new", candidates=_first([*coded, found.unit]))
    fitting = [c for c in coded if c.startswith(found.unit) or found.unit.startswith(c)]
    deeper = [c for c in fitting if len(c) > len(found.unit)]
    if fitting and not deeper:
        return replace(found, reason="code") if found.status == MATCHED else found
    if len(fitting) == 1 and _not_denied(deeper[0], found, lookups):
        score, reason = (100.0, "code") if known == "listed" else (90.0, "code_above")
        return Found(deeper[0], score, reason, MATCHED)
    reason = "code_several" if len(fitting) > 1 else "code_clash"
    shared = found.unit[:6] if {c[:6] for c in coded} == {found.unit[:6]} else ""
    candidates = _first([*sorted(coded, key=len, reverse=True), found.unit, *found.candidates])
    return replace(found, unit=shared, score=0.0, status=PERSON, reason=reason, candidates=candidates)


def _not_denied(code: str, found: Found, lookups: Lookups) -> bool:
    """Do the words that could not be read still fit the unit that the code means?"""
    if code in found.candidates or (found.status != PERSON and not found.asked and found.reason != "township_new"):
        return True
    if found.level not in ("township", "village") or not found.asked:
        return False
    at = code if found.level == "village" else code[:9]
    index = lookups.villages(code[:9]) if found.level == "village" else lookups.townships(code[:6])
    return any(ratio(found.asked, form[0]) >= NEAR for form in index.forms if form[3] == at)


def _by_names(place: Place, lookups: Lookups, given: str) -> Found:
    if not any(place[1:]):
        return Found()
    county = _county(place, lookups, given)
    if county.reason or county.possible is None or len(county.possible) != 1:
        return _without_county(county, place, lookups)
    code = next(iter(county.possible))
    found = _inside(code, county.rest, lookups)
    if code in lookups.new_counties:
        below = lookups.names[found.unit] if len(found.unit) > 6 else found.asked
        return _asked(found, "county_new", county.said + below)
    if county.weak and found.status == MATCHED:
        return _asked(found, "weak", county.said)
    if county.division and found.reason == "county_only":
        return _asked(found, "division_only", county.said)
    return found


def _asked(found: Found, reason: str, asked: str) -> Found:
    """The same place as a question about its county."""
    return Found("", 0.0, reason, PERSON, _first([found.unit, *found.candidates]), asked, "county")


def _county(place: Place, lookups: Lookups, given: str) -> County:
    possible: Codes | None = None
    rest = {}
    reason = ""
    division = weak = False
    said = ""
    for column, mode in (("county", "column"), ("township", "full"), ("village", "full"), ("address", "running")):
        text = getattr(place, column)
        sure = possible or ({given} if given else NONE)
        if not text or (column != "county" and len(sure) == 1 and lookups.townships(*sure).begins(text)):
            rest[column] = text  # a township may be named after a prefecture: 克孜勒苏柯尔克孜自治州林场
            continue
        head = lookups.head(text, mode)
        if head.counties is None and column == "address" and (inside := lookups.head_inside(text)):
            head = inside if possible is None and (not given or inside.counties == frozenset([given])) else head
        rest[column] = head.rest
        if head.counties is not None:
            division = head.division and (possible is None or division)
        weak = weak or head.weak
        said = head.said if column == "address" else said
        if head.counties is None:
            reason = "county_unknown" if column == "county" else reason
        elif head.clash or (possible is not None and not possible & head.counties):
            possible, reason = (possible or NONE) | head.counties, "county_clash"
        else:
            possible = head.counties if possible is None else possible & head.counties
    if given and not reason and (possible is None or given in possible):
        possible = frozenset([given])
    return County(possible, reason, said, Place("", **rest), division, weak)


def _without_county(county: County, place: Place, lookups: Lookups) -> Found:
    """What a person may choose from when the county is not sure; nothing is matched."""
    possible, said, rest = county.possible, county.said, county.rest
    reason = county.reason or ("county_missing" if possible is None else "county_ambiguous")
    near: list[str] = []
    if reason == "county_unknown":
        near = _near_counties(place.county, lookups, 50.0)  # two letters, one of them right
    elif possible is None and not _anywhere(rest, None, lookups)[2] and (wrong := _LIKE_COUNTY.match(rest.address)):
        near = _near_counties(wrong[1], lookups, NEAR)
        reason, said, rest = (
            "county_unknown",
            wrong[1] if near else "",
            rest._replace(address=rest.address[wrong.end() :]),
        )
    towns, villages, words = _anywhere(rest, possible, lookups)
    counties = near
    if possible is not None:
        alike = [c for c in sorted(possible) if split_kind(key(lookups.names[c]), "county")[0] in (place.county, said)]
        counties = alike or (sorted(possible) if len(possible) <= MOST else [])
    candidates = _first([*villages, *towns, *counties])
    if possible is None and not candidates:
        return Found("", 0.0, "county_unknown" if place.county else "nothing_known", UNMATCHED)
    return Found("", 0.0, reason, PERSON, candidates, said + words, "county")


def _anywhere(rest: Place, possible: Codes | None, lookups: Lookups) -> tuple[list[str], list[str], str]:
    """Townships and villages of these full names in any possible county, and the names as one text."""
    every = lookups.all_townships()
    town = next((r for t in (rest.township, rest.village, rest.address) if (r := _begins(every, t)).codes), NOTHING)
    text = rest.village if town.phrase and not town.rest else town.rest or rest.village or rest.address
    towns = [c for c in sorted(town.codes) if possible is None or c[:6] in possible]
    village = _begins(lookups.all_villages(), text)
    if town.codes:
        within = [v for t in towns if len(t) == 9 for v in sorted(_begins(lookups.villages(t), text).codes)]
    else:
        within = [v for v in sorted(village.codes) if possible is None or v[:6] in possible]
    return towns, within, town.phrase + village.phrase


def _begins(index: Index, text: str) -> Reading:
    begun = index.begins(text) if text else None
    return Reading(index.full[begun[0]], "name", 0.0, begun[1], begun[0]) if begun else NOTHING


def _near_counties(text: str, lookups: Lookups, least: float) -> list[str]:
    found = process.extract(text, list(lookups.one_county), scorer=ratio, score_cutoff=least, limit=MOST)
    return [lookups.one_county[name] for name, _, _ in found if len(text) <= len(name) + 1]


def _inside(county: str, rest: Place, lookups: Lookups) -> Found:
    """Township and village of a place whose county is sure."""
    index = lookups.townships(county)
    readings = _township_readings(index, rest, lookups)
    said = [r for r in readings if r.codes or r.open]
    if not said:
        return _village_in_county(county, rest, lookups)
    sure = [r for r in said if r.code and r.how != "weak"]
    if len({r.code for r in sure}) > 1:
        return Found(county, 0.0, "township_clash", PERSON, _first(r.code for r in sure), sure[0].phrase, "township")
    village = _village_text(readings, rest)
    if not sure:
        return _open_township(county, said[0], village, lookups)
    if readings[0].open and sure[0].code not in readings[0].near:
        return _open_township(county, readings[0], village, lookups)
    best = max(sure, key=lambda r: r.score)
    if len(best.code) == 6:
        return Found(county, 90.0, "township_new", MATCHED)
    return _village(best, village, rest, lookups)


def _township_readings(index: Index, rest: Place, lookups: Lookups) -> list[Reading]:
    """What the township column, the county column, the village column and the address say of the township."""
    first = read_column(index, rest.township)
    county = read_running(index, rest.county, lookups.villages)
    village = _exactly(index, rest.village)
    address = read_running(index, rest.address, lookups.villages)
    return [first, county, village if village.rest else NOTHING, address]


def _exactly(index: Index, text: str) -> Reading:
    found = read_running(index, text) if index.begins(text) else NOTHING
    return found if found.how in ("name", "alias") else NOTHING


def _village_text(readings: list[Reading], rest: Place) -> tuple[tuple[str, bool], ...]:
    """What is said of the village, column first: (text, is it a column of its own)."""
    first, county, village, address = readings
    column = village.rest if village.code else rest.village
    own = ((column, True),) if column else ()
    others = [(r.rest, False) for r in (first, county, address) if r.code and r.rest]
    if rest.address and not address.how:
        others.append((rest.address, False))
    return (*own, *others)


def _open_township(county: str, reading: Reading, texts: tuple[tuple[str, bool], ...], lookups: Lookups) -> Found:
    """A township that is said and not read: candidates, those first that have the village."""
    text = texts[0][0] if texts else reading.rest
    near = reading.near or tuple(sorted(reading.codes))
    villages = [v for t in near if len(t) == 9 for v in sorted(_begins(lookups.villages(t), text).codes)]
    if reading.how == "several" and len(villages) == 1:
        return Found(villages[0], 95.0, "name", MATCHED)
    alone = len(villages) == 1 and villages == sorted(_begins(lookups.county_villages(county), text).codes)
    if alone and one_slip(lookups.townships(county), reading.phrase, villages[0][:9]):
        return Found(villages[0], 90.0, "typo", MATCHED)  # two names point there, and nowhere else
    elsewhere = sorted(_begins(lookups.all_townships(), reading.hidden).codes) if not near else []
    only = sorted(_begins(lookups.county_villages(county), text).codes) if not near else []
    reason = {"several": "township_several", "near": "township_near", "weak": "weak", "unknown": "township_unknown"}[
        reading.how
    ]
    if elsewhere:
        asked = _begins(lookups.all_townships(), reading.hidden).phrase
        return Found("", 0.0, "township_elsewhere", PERSON, _first([*elsewhere, *only]), asked, "township")
    candidates = _first([*villages, *near, *only])
    return Found(county, 0.0, reason, PERSON, candidates, reading.phrase, "township")


def _village(town: Reading, texts: tuple[tuple[str, bool], ...], rest: Place, lookups: Lookups) -> Found:
    """The village inside a township that is sure."""
    index = lookups.villages(town.code)
    said = [r for text, own in texts if (r := read_column(index, text) if own else read_running(index, text)).how]
    if (whole := read_column(index, rest.village)).code:
        said = [whole, *said[1:]] if texts and texts[0][1] else said
    sure = [r for r in said if r.code and r.how != "weak"]
    if len({r.code for r in sure}) > 1:
        return Found(town.code, 0.0, "village_clash", PERSON, _first(r.code for r in sure), sure[0].phrase, "village")
    if said and said[0].code and said[0].how != "weak":
        return Found(said[0].code, min(town.score, said[0].score), _weaker(town.how, said[0].how), MATCHED)
    if not said:
        reason = "township_only" if town.how == "name" else town.how
        return Found(town.code, town.score, reason, MATCHED)
    return _open_village(town, said[0], texts[0][0], lookups)


def _open_village(town: Reading, said: Reading, text: str, lookups: Lookups) -> Found:
    if said.how in ("several", "near", "weak"):
        reason = {"several": "village_several", "near": "village_near", "weak": "weak"}[said.how]
        return Found(town.code, 0.0, reason, PERSON, _first(said.near), said.phrase, "village")
    county = lookups.county_villages(town.code[:6])
    elsewhere = _begins(county, text).codes
    if len(elsewhere) == 1:
        candidates = _first([*elsewhere, town.code])
        return Found(town.code[:6], 0.0, "village_elsewhere", PERSON, candidates, said.phrase, "village")
    if town.how == "typo":  # a slip, and a village that does not bear it out
        return Found(town.code[:6], 0.0, "township_near", PERSON, (town.code,), town.phrase, "township")
    return Found(town.code, min(town.score, 80.0), "village_not_listed", MATCHED, (), said.phrase, "village")


def _village_in_county(county: str, rest: Place, lookups: Lookups) -> Found:
    """No township is said: a village only by its full name, and only where the county has one of that name."""
    text = rest.village or rest.address or rest.county
    if not text:
        return Found(county, 100.0, "county_only", MATCHED)
    index = lookups.county_villages(county)
    reading = read_column(index, text) if rest.village else read_running(index, text)
    if reading.code and reading.how in ("name", "alias"):
        return Found(reading.code, min(reading.score, 92.0), "only", MATCHED)
    if reading.codes or reading.open:
        reason = "village_several" if reading.how == "several" else "village_unknown"
        candidates = _first(reading.near or sorted(reading.codes))
        return Found(county, 0.0, reason, PERSON, candidates, reading.phrase, "village")
    return Found(county, 80.0, "county_only", MATCHED)


def _weaker(one: str, other: str) -> str:
    return max(one, other, key=WEAKEST.index)


def _with_unit(found: Found) -> tuple[str, ...]:
    return _first([found.unit, *found.candidates])


def _first(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c for c in codes if c))[:MOST]
