"""The aims of a network plan as lines of text: what each reached and what no plan can pass."""

import math
from typing import Any, Final

from geodata.errors import in_language
from planning.network.reasons.sentences import amount
from planning.network.result import NetworkPlan
from planning.texts import TEXTS, gap_sentence, text

BY_BOUND: Final = {
    "worst_off": "network_at_most",
    "least_regret": "network_at_least",
    "fewest_sites": "network_at_least",
}
"""Aims whose distance from the best is told as what no plan can pass, with the text for it."""


def aim_lines(plan: NetworkPlan, language: str) -> list[str]:
    """Every aim with what it reached and what no plan can pass; aims that only prepare another are left out."""
    known = [aim for aim in plan.aims if f"aim_{aim['aim']}" in TEXTS]
    return [_aim(aim, language, is_last=place == len(known)) for place, aim in enumerate(known, 1)]


def _aim(aim: Any, language: str, *, is_last: bool) -> str:
    """What an aim reached when its turn came; later ones may have taken what the scenario gives them."""
    reached = _measured(aim["objective"], aim["unit"], language)
    key = "network_aim" if is_last else "network_earlier_aim"
    return text(key, language).format(text(f"aim_{aim['aim']}", language), reached, _quality(aim, language))


def _measured(value: float, unit: str, language: str) -> str:
    return f"{value * 100:.1f}%" if unit == "share" else in_language(amount(value, unit), language)


def _quality(aim: Any, language: str) -> str:
    """How good it is known to be: in shares of it, or by what no plan can pass where a share of it says little."""
    is_bound = aim["bound"] is not None and math.isfinite(aim["bound"])
    if aim["status"] == "optimal" or aim["aim"] not in BY_BOUND or not is_bound:
        return gap_sentence(f"network_{aim['aim']}", aim["status"], aim["gap"], language)
    if BY_BOUND[aim["aim"]] == "network_at_most":
        return text("network_at_most", language).format(f"{math.ceil(aim['bound'] * 1000) / 10:.1f}%")
    below = max(0.0, aim["bound"])
    return text("network_at_least", language).format(_measured(below, aim["unit"], language))
