"""Numbers as people read them, with their unit, in both languages."""

from typing import Final

from geodata.errors import Sentence, both
from planning.compare import shown
from planning.plan import Plan
from planning.texts import text

UNKNOWN: Final = both("—", "—")
_BARE: Final = ("share", "index")  # the per cent sign is the unit of a share; an index has none
# unit → (English, Chinese) where the words of the tables do not read well behind a number
_UNITS: Final = {
    "points": ("percentage points", "个百分点"),
    "units": ("units of service", "单位服务量"),
    "units a person": ("units of service a person", "单位服务量/人"),
}
_ONE: Final = {"persons": "person", "sites": "site"}


def told(value: float, unit: str, *, signed: bool = False) -> Sentence:
    """A number with its unit, rounded as in every table; "—" where it is not known.

    Args:
        unit: as in `Indicator.unit`; shares are 0-1 and told as per cent.
        signed: a difference: with its sign, and in percentage points where it is one of shares.
    """
    if value != value:
        return UNKNOWN
    if unit == "share" and signed:
        return told(value * 100, "points", signed=True)
    digits = shown(value, unit, signed=signed).replace("-", "−")
    digits = digits if digits.strip("+−0.,%") else digits.lstrip("+−")  # nothing has no sign
    if unit in _BARE:
        return both(digits, digits)
    en, zh = _UNITS.get(unit) or (text(f"unit_{unit}", "en"), text(f"unit_{unit}", "zh"))
    en = _ONE.get(unit, en) if digits.lstrip("+−") == "1" else en
    return both(f"{digits} {en}", f"{digits} {zh}")


def title_of(plan: Plan) -> Sentence:
    """The title of a plan's scenario."""
    return both(plan.scenario.title("en"), plan.scenario.title("zh"))
