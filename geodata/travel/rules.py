"""Speeds and limits of a trip: a table of figures, read for one kind of traveller in one season.

Speed on a piece of road = speed of its class x surface x terrain x season, then slowed by the slope. A row
`<class>_<surface>[_<terrain>[_<season>]]_kph` takes the place of that product; a limit tagged on the road itself takes
the place of the class speed and comes before both. Ferries keep their own speed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError, both
from geodata.figures import Figure, read_figures
from geodata.roads.network import CLASSES, MODES, SURFACES

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[Any]

TERRAINS: Final = ("flat", "hill", "mountain")
SEASONS: Final = ("summer", "winter")
WINTER_MONTHS: Final = (11, 12, 1, 2, 3)
PROFILES: Final = {
    "car": "car", "motorcycle": "motorcycle", "walking": "foot", "wheelchair": "wheelchair", "with_escort": "car",
}  # fmt: skip
"""Kinds of travellers and the bit of `MODES` they need on a road."""
ON_FOOT: Final = ("walking", "wheelchair")
PAVED: Final = SURFACES.index("paved")
FERRY: Final = CLASSES.index("ferry")
NOT_FERRY: Final = (np.arange(len(CLASSES)) != FERRY)[:, None, None]
PAVED_BY_RANK: Final = tuple(
    c for c in CLASSES if c.split("_")[0] in ("motorway", "trunk", "primary", "secondary", "main")
)
"""Classes whose untagged surface counts as paved; on all others it is unknown."""


@dataclass(frozen=True)
class TravelRules:
    """Everything that turns roads and ground into minutes, for one profile and season.

    Attributes:
        profile: one of `PROFILES`.
        season: `summer` or `winter`.
        mode: bit of `MODES` that an arc must have.
        class_kph: by `CLASSES`, flat, paved, summer; 0 where the profile cannot go.
        surface_factor: by `SURFACES`; 0 = not passable. `unknown` is resolved to the best or the worst.
        terrain_factor: by `TERRAINS`.
        season_factor: share of the summer speed that remains.
        exact_kph: ((class, surface, terrain), km/h) in place of the product.
        uses_tags: the tagged speed limit takes the place of the class speed.
        top_kph: no faster than this; inf for cars.
        hill_relief_m, mountain_relief_m: relief from which ground counts as hilly, mountainous.
        grade_free, grade_slowing: cars lose `grade_slowing` of their speed per unit of slope beyond `grade_free`.
        local_road_kph: speed where only main roads are known, on the local roads between.
        off_road_kph: speed off the roads where all roads are known.
        main_road_sinuosity, main_road_sinuosity_hilly: length of a main road ÷ length of its straightened line, on
            flat ground and in hills and mountains.
        local_sinuosity: length of a way off the known roads ÷ straight line.
        steepest_local: slope (climb ÷ way) from which nobody leaves the road.
        boarding_min: minutes added to every trip.
        longest_min: longest tolerable trip.
        access_limit_km, access_limit_min: farthest and longest way to a road (at summer speed); beyond either no
            route is known.
        local_trip_km, off_road_trip_km: farthest straight line of a trip without any known road, where only main
            roads are known, and where all are.
        smallest_part: connected parts of the roads with less than this share of the longest part's length are not
            used.
    """

    profile: str
    season: str
    mode: int
    class_kph: tuple[float, ...]
    surface_factor: tuple[float, ...]
    terrain_factor: tuple[float, ...]
    season_factor: float
    exact_kph: tuple[tuple[tuple[str, str, str], float], ...]
    uses_tags: bool
    top_kph: float
    hill_relief_m: float
    mountain_relief_m: float
    grade_free: float
    grade_slowing: float
    local_road_kph: float
    off_road_kph: float
    main_road_sinuosity: float
    main_road_sinuosity_hilly: float
    local_sinuosity: float
    steepest_local: float
    boarding_min: float
    longest_min: float
    access_limit_km: float
    access_limit_min: float
    local_trip_km: float
    off_road_trip_km: float
    smallest_part: float

    @property
    def on_foot(self) -> bool:
        """Slope slows by Tobler's function instead of the car's rule."""
        return self.profile in ON_FOOT

    def factor_table(self) -> Floats:
        """(classes, surfaces) share of the paved speed; a road of high rank without known surface counts as paved."""
        table = np.tile(self.surface_factor, (len(CLASSES), 1))
        table[[CLASSES.index(c) for c in PAVED_BY_RANK], SURFACES.index("unknown")] = self.surface_factor[PAVED]
        return table

    def kph_table(self) -> Floats:
        """(classes, surfaces, terrains) km/h in the season, before slope; 0 where nobody of the profile goes."""
        product = (
            np.array(self.class_kph)[:, None, None]
            * self.factor_table()[:, :, None]
            * np.array(self.terrain_factor)[None, None, :]
            * self.season_factor
        )
        for (kind, surface, terrain), kph in self.exact_kph:
            product[CLASSES.index(kind), SURFACES.index(surface), TERRAINS.index(terrain)] = kph
        product[FERRY] = self.class_kph[FERRY]  # a ferry goes as fast for everyone, over any ground
        return np.asarray(np.minimum(product, self.top_kph, where=NOT_FERRY, out=product))

    def road_kph(self, road_class: Codes, surface: Codes, terrain: Codes, tagged_kph: Floats) -> Floats:
        """(n,) km/h before slope; 0 where nobody of the profile goes.

        Args:
            road_class, surface, terrain: (n,) positions in `CLASSES`, `SURFACES`, `TERRAINS`.
            tagged_kph: (n,) tagged limits, NaN where there are none. For vehicles they take the place of the class
                speed; a ferry's speed from its timetable holds for everyone.
        """
        kph = self.kph_table()[road_class, surface, terrain]
        factor = self.factor_table()[road_class, surface] * np.array(self.terrain_factor)[terrain] * self.season_factor
        tagged = np.minimum(tagged_kph * factor, self.top_kph)
        ferry = np.asarray(road_class) == FERRY
        tagged = np.where(ferry, tagged_kph, tagged if self.uses_tags else np.nan)
        return np.asarray(np.where(np.isnan(tagged), kph, tagged))


def season_of(month: int) -> str:
    """`winter` from November to March, else `summer`."""
    return "winter" if month in WINTER_MONTHS else "summer"


@cache
def travel_figures() -> tuple[Figure, ...]:
    """The shipped rows of `speeds.toml` and `people.toml`."""
    folder = Path(__file__).parent
    return read_figures(folder / "speeds.toml") + read_figures(folder / "people.toml")


def travel_rules(
    figures: Iterable[Figure] | None = None,
    *,
    profile: str = "car",
    season: str = "summer",
    month: int | None = None,
    unknown_surface: str = "best",
) -> TravelRules:
    """The rules of one profile and season.

    Args:
        figures: rows of the table; the shipped ones when None. Rows of other tables are left aside.
        profile: one of `PROFILES`.
        season: one of `SEASONS`; that of the month where a month is given.
        month: 1 to 12; closures are chosen apart, see `closed_in`.
        unknown_surface: `best` takes a road without known surface as paved, `worst` as unpaved.

    Raises:
        LayerError: for an unknown profile, season or choice, and for every speed, factor or limit that is no
            number above 0 (factors of surfaces and times may be 0).
    """
    rows = tuple(travel_figures() if figures is None else figures)
    value = {row.key: row.value for row in rows}
    season = season if month is None else season_of(month)
    _check(value, profile, season, unknown_surface)
    foot = profile in ON_FOOT
    if foot:
        kinds = tuple(value[f"{profile}_kph"] if c != "ferry" else value["ferry_kph"] for c in CLASSES)
    else:
        kinds = tuple(value.get(f"{c}_kph", 0.0) for c in CLASSES)
    prefix = f"{profile}_" if foot else ""
    paved, unpaved, rough = (value[f"{prefix}{s}_factor"] for s in SURFACES[1:])
    return TravelRules(
        profile=profile,
        season=season,
        mode=MODES[PROFILES[profile]],
        class_kph=kinds,
        surface_factor=(paved if unknown_surface == "best" else unpaved, paved, unpaved, rough),
        terrain_factor=(1.0, 1.0, 1.0) if foot else (1.0, value["hill_factor"], value["mountain_factor"]),
        season_factor=value["winter_factor"] if season == "winter" else 1.0,
        exact_kph=() if foot else _exact(value, season, unknown_surface),
        uses_tags=not foot,
        top_kph=value["motorcycle_top_kph"] if profile == "motorcycle" else np.inf,
        local_road_kph=value[f"{profile}_kph"] if foot else value["local_road_kph"],
        off_road_kph=value["walking_kph" if profile == "walking" else f"{profile}_off_road_kph"],
        boarding_min=value["boarding_min" if profile == "car" else f"{profile}_boarding_min"],
        longest_min=value[f"{profile}_longest_min"],
        **{key: value[key] for key in COMMON},
    )


COMMON: Final = (
    "hill_relief_m", "mountain_relief_m", "grade_free", "grade_slowing", "main_road_sinuosity",
    "main_road_sinuosity_hilly", "local_sinuosity", "steepest_local", "access_limit_km", "access_limit_min",
    "local_trip_km", "off_road_trip_km", "smallest_part",
)  # fmt: skip
_MAY_BE_ZERO: Final = ("_factor", "_min", "_km", "grade_slowing", "grade_free", "relief_m", "smallest_part")


def may_be_zero(key: str) -> bool:
    """Whether a row of the travel table may be 0: surfaces that are not passable, and minutes."""
    return key not in ("hill_factor", "mountain_factor", "winter_factor") and key.endswith(_MAY_BE_ZERO)


def is_exact_speed(key: str) -> bool:
    """Whether a key names a class and a surface: `<class>_<surface>[_<terrain>[_<season>]]_kph`."""
    stems = (f"{c}_{s}" for c in CLASSES for s in SURFACES[1:])
    tails = ("", *(f"_{t}{s}" for t in TERRAINS for s in ("", *(f"_{x}" for x in SEASONS))))
    return any(key.startswith(stem) and key[len(stem) :] in {f"{t}_kph" for t in tails} for stem in stems)


def _check(value: dict[str, float], profile: str, season: str, unknown_surface: str) -> None:
    faults = [
        both(f"'{found}' is not known; take one of {', '.join(known)}", f"没有“{found}”；可选 {'、'.join(known)}")
        for found, known in ((profile, tuple(PROFILES)), (season, SEASONS), (unknown_surface, ("best", "worst")))
        if found not in known
    ]
    known = [row.key for row in travel_figures()]
    for key in dict.fromkeys([*known, *(k for k in value if is_exact_speed(k))]):
        if key not in value:
            faults.append(both(f"the speed table lacks the row '{key}'", f"速度表缺少“{key}”一行；请补上"))
        elif not np.isfinite(value[key]) or value[key] < 0 or (value[key] == 0 and not may_be_zero(key)):
            faults.append(
                both(
                    f"speed table, '{key}': {value[key]:g} found, a number above 0 is needed",
                    f"速度表“{key}”：发现 {value[key]:g}；请填大于 0 的数",
                )
            )
    if faults:
        raise LayerError(faults)


def _exact(
    value: dict[str, float], season: str, unknown_surface: str
) -> tuple[tuple[tuple[str, str, str], float], ...]:
    """Rows that name a class and a surface; the more a row names, the later it is applied."""
    found: dict[tuple[str, str, str], float] = {}
    seasonal = value["winter_factor"] if season == "winter" else 1.0
    terrain_factor = {"flat": 1.0, "hill": value["hill_factor"], "mountain": value["mountain_factor"]}
    for kind in CLASSES:
        for surface in SURFACES[1:]:
            for terrain in TERRAINS:
                stem = f"{kind}_{surface}"
                spans = {
                    f"{stem}_kph": terrain_factor[terrain] * seasonal,
                    f"{stem}_{terrain}_kph": seasonal,
                    f"{stem}_{terrain}_{season}_kph": 1.0,
                }
                for key, factor in spans.items():
                    if key in value:
                        found[kind, surface, terrain] = value[key] * factor
    resolved = "paved" if unknown_surface == "best" else "unpaved"
    unknown = {
        (k, "unknown", t): kph for (k, s, t), kph in found.items() if s == ("paved" if k in PAVED_BY_RANK else resolved)
    }
    return tuple(sorted((found | unknown).items()))


def speed_table(figures: Iterable[Figure] | None = None) -> pd.DataFrame:
    """Every speed by class, surface, terrain and season for cars, with the weakest mark of the rows it is made of.

    Returns:
        Columns `road_class`, `surface`, `terrain`, `season`, `kph`, `mark`, `rows`.
    """
    rows = tuple(travel_figures() if figures is None else figures)
    mark = {row.key: row.mark for row in rows}
    out = []
    for season in SEASONS:
        kph = travel_rules(rows, season=season).kph_table()
        for c, kind in enumerate(CLASSES):
            for s, surface in enumerate(SURFACES[1:], 1):
                for t, terrain in enumerate(TERRAINS):
                    used = [k for k in _rows_of(kind, surface, terrain, season, mark) if k in mark]
                    if used and kph[c, s, t] > 0:
                        weakest = max((mark[k] for k in used), key="SDVJ".index)
                        out.append((kind, surface, terrain, season, kph[c, s, t], weakest, ", ".join(used)))
    return pd.DataFrame(out, columns=["road_class", "surface", "terrain", "season", "kph", "mark", "rows"])


def _rows_of(kind: str, surface: str, terrain: str, season: str, known: dict[str, str]) -> list[str]:
    """Keys of the rows that make one speed: the most exact one there is, or the factors."""
    if kind == "ferry":
        return ["ferry_kph"]
    stem = f"{kind}_{surface}"
    over = {"flat": [], "hill": ["hill_factor"], "mountain": ["mountain_factor"]}[terrain]
    cold = ["winter_factor"] if season == "winter" else []
    if f"{stem}_{terrain}_{season}_kph" in known:
        return [f"{stem}_{terrain}_{season}_kph"]
    if f"{stem}_{terrain}_kph" in known:
        return [f"{stem}_{terrain}_kph", *cold]
    if f"{stem}_kph" in known:
        return [f"{stem}_kph", *over, *cold]
    return [f"{kind}_kph", f"{surface}_factor", *over, *cold] if f"{kind}_kph" in known else []
