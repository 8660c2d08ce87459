"""What OpenStreetMap's tags mean for a trip: class, surface, speed, and who may go in which direction.

One-way values, roundabouts and speeds with units are read as OSMnx reads them, but a word for a country's usual limit
(`DE:urban`) is no speed: the class decides. Gates, bollards and other barriers
on single nodes, turn restrictions and conditional tags are not read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from geodata.roads.network import CLASSES, MODES, SURFACES

NAN: Final = float("nan")
KEYS: Final = (
    "highway", "route", "area", "oneway", "junction", "maxspeed", "maxspeed:forward", "maxspeed:backward",
    "access", "vehicle", "motor_vehicle", "motorcar", "motorcycle", "foot", "wheelchair", "bicycle",
    "surface", "tracktype", "smoothness", "duration", "motorroad",
)  # fmt: skip
"""All keys that are read; everything else leaves a road as it is."""

ONE_WAY: Final = frozenset({"yes", "true", "1", "-1", "reverse", "T", "F"})
REVERSED: Final = frozenset({"-1", "reverse", "T"})
CLOSED: Final = frozenset(
    {"no", "private", "agricultural", "forestry", "military", "emergency", "delivery", "permit", "residents",
     "use_sidepath"}
)  # fmt: skip
NO_CARS: Final = frozenset({"footway", "path", "steps", "cycleway", "bridleway", "pedestrian"})
MOTORWAYS: Final = frozenset({"motorway", "motorway_link"})
ROADS: Final = frozenset(CLASSES) - {"ferry", "main_road"}

# mode → keys from the most general to the most specific, and those that open a road its class keeps closed
ACCESS: Final[Mapping[str, tuple[tuple[str, ...], frozenset[str]]]] = {
    "car": (("access", "vehicle", "motor_vehicle", "motorcar"), frozenset({"motor_vehicle", "motorcar"})),
    "motorcycle": (("access", "vehicle", "motor_vehicle", "motorcycle"), frozenset({"motor_vehicle", "motorcycle"})),
    "foot": (("access", "foot"), frozenset({"foot"})),
    "wheelchair": (("access", "foot", "wheelchair"), frozenset({"wheelchair"})),
}

SURFACE: Final[Mapping[str, str]] = {
    "paved": "paved", "asphalt": "paved", "concrete": "paved", "concrete:plates": "paved", "concrete:lanes": "paved",
    "paving_stones": "paved", "paving_stones:lanes": "paved", "sett": "paved", "cobblestone": "paved",
    "unhewn_cobblestone": "paved", "bricks": "paved", "brick": "paved", "chipseal": "paved", "metal": "paved",
    "metal_grid": "paved", "wood": "paved", "tiles": "paved", "rubber": "paved",
    "unpaved": "unpaved", "compacted": "unpaved", "fine_gravel": "unpaved", "gravel": "unpaved",
    "pebblestone": "unpaved", "ground": "unpaved", "dirt": "unpaved", "earth": "unpaved", "grass_paver": "unpaved",
    "clay": "unpaved", "shells": "unpaved", "woodchips": "unpaved",
    "mud": "rough", "sand": "rough", "rock": "rough", "rocks": "rough", "stone": "rough", "grass": "rough",
    "snow": "rough", "ice": "rough", "salt": "rough", "stepping_stones": "rough", "dirt/sand": "rough",
}  # fmt: skip
TRACK: Final[Mapping[str, str]] = {
    "grade1": "paved", "grade2": "unpaved", "grade3": "unpaved", "grade4": "rough", "grade5": "rough",
}  # fmt: skip
SMOOTHNESS: Final[Mapping[str, str]] = {
    "bad": "unpaved", "very_bad": "rough", "horrible": "rough", "very_horrible": "rough", "impassable": "rough",
}  # fmt: skip
"""The worst surface that a road of this smoothness drives like; a better surface tag does not help it."""

MILE_KM: Final = 1.60934  # as OSMnx
KNOT_KM: Final = 1.852
_SPEED: Final = re.compile(r"([0-9][0-9.,]*) ?(km/h|kmh|kph|mph|knots)?")
_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d+)(?::(\d\d))?")
_ISO: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True)
class Meaning:
    """What the tags of a way say.

    Attributes:
        road_class: position in `CLASSES`.
        surface: position in `SURFACES`.
        forward_kph, backward_kph: tagged limit along and against the way, km/h; NaN untagged.
        forward, backward: bits of `MODES`: who may go along and against the way.
        minutes: a ferry's time for the whole way; NaN where it is not tagged.
    """

    road_class: int
    surface: int
    forward_kph: float
    backward_kph: float
    forward: int
    backward: int
    minutes: float = NAN


def meaning(tags: Mapping[str, str]) -> Meaning | None:
    """The meaning of a way's tags; None where it is no road, or nobody may use it."""
    kind = road_class(tags)
    if kind is None:
        return None
    allowed = modes(kind, tags)
    if not allowed:
        return None
    forward, backward = directions(allowed, tags)
    both = kph(tags.get("maxspeed"))
    along, against = (kph(tags.get(f"maxspeed:{way}")) for way in ("forward", "backward"))
    return Meaning(
        road_class=CLASSES.index(kind),
        surface=SURFACES.index(surface(tags)),
        forward_kph=both if np.isnan(along) else along,
        backward_kph=both if np.isnan(against) else against,
        forward=forward,
        backward=backward,
        minutes=minutes(tags.get("duration")) if kind == "ferry" else NAN,
    )


def road_class(tags: Mapping[str, str]) -> str | None:
    """The class of a way; None for areas, roads being built or planned, and what is no road."""
    highway = tags.get("highway")
    if tags.get("area") == "yes":
        return None
    if highway is not None:
        return highway if highway in ROADS else None
    return "ferry" if tags.get("route") == "ferry" else None


def modes(kind: str, tags: Mapping[str, str]) -> int:
    """Bits of `MODES` allowed on a way of this class; the most specific key decides."""
    bits = 0
    for mode, (keys, opening) in ACCESS.items():
        usual = allowed = _usual(kind, mode, tags)
        for key in keys:
            value = tags.get(key)
            if value is not None:
                closed = all(part.strip() in CLOSED for part in value.split(";"))
                allowed = not closed and (usual or key in opening)
        bits |= MODES[mode] if allowed else 0
    return bits


def _usual(kind: str, mode: str, tags: Mapping[str, str]) -> bool:
    """Whether a mode goes on a class where no key says anything."""
    if mode in ("car", "motorcycle"):
        # a ferry that names walkers or bicycles, and no cars, carries no cars
        return kind not in NO_CARS and not (kind == "ferry" and ("foot" in tags or "bicycle" in tags))
    return kind not in MOTORWAYS and tags.get("motorroad") != "yes" and not (mode == "wheelchair" and kind == "steps")


def directions(allowed: int, tags: Mapping[str, str]) -> tuple[int, int]:
    """Bits of `MODES` along and against the way: one-way binds vehicles, not walkers and wheelchairs."""
    on_foot = allowed & (MODES["foot"] | MODES["wheelchair"])
    oneway = tags.get("oneway", "")
    if oneway in REVERSED:
        return on_foot, allowed
    if oneway in ONE_WAY or tags.get("junction") == "roundabout":
        return allowed, on_foot
    return allowed, allowed


def surface(tags: Mapping[str, str]) -> str:
    """The worst of what surface, tracktype (where there is no surface) and smoothness say."""
    named = [SURFACE[s.strip()] for s in tags.get("surface", "").lower().split(";") if s.strip() in SURFACE]
    ground = named or [TRACK.get(tags.get("tracktype", ""), "unknown")]
    return max([*ground, SMOOTHNESS.get(tags.get("smoothness", ""), "unknown")], key=SURFACES.index)


def kph(text: str | None) -> float:
    """A tagged speed in km/h: the mean where several are given; NaN for words, zero and nonsense."""
    if text is None:
        return NAN
    found = [_SPEED.fullmatch(part.strip()) for part in re.split(r"[|;]", text)]
    values = [_number(m[1], m[2]) for m in found if m]
    if len(values) < len(found) or not values:
        return NAN
    mean = sum(values) / len(values)
    return mean if 0 < mean < np.inf else NAN


def _number(digits: str, unit: str | None) -> float:
    try:
        value = float(digits.replace(",", "."))
    except ValueError:
        return NAN
    return value * {"mph": MILE_KM, "knots": KNOT_KM}.get(unit or "", 1.0)


def minutes(text: str | None) -> float:
    """A duration in minutes: `MM`, `HH:MM`, `HH:MM:SS` or ISO 8601 such as `PT1H30M`; NaN otherwise or for 0."""
    clock = _CLOCK.fullmatch(text or "")
    if clock:
        hours, mins, seconds = (float(part or 0) for part in clock.groups())
        return hours * 60 + mins + seconds / 60 or NAN
    iso = _ISO.fullmatch(text or "")
    if iso:
        days, hours, mins, seconds = (float(part or 0) for part in iso.groups())
        return days * 1440 + hours * 60 + mins + seconds / 60 or NAN
    return NAN
