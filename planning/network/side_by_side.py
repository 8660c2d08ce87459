"""Network plans side by side: their own indicators over all people and services in their last years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from planning.network.measures.indicators import NETWORK_INDICATORS

if TYPE_CHECKING:
    from planning.plan import Plan


def network_rows(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """A row for each indicator that every plan tells, as in `Comparison.table`; none unless all are network plans."""
    networks = {plan.name: plan.network for plan in plans}
    rows = []
    for indicator in NETWORK_INDICATORS:
        values = {name: float("nan") if n is None else n.value(indicator.key) for name, n in networks.items()}
        if all(value == value for value in values.values()):
            first = plans[0].name
            head = {
                "key": f"network_{indicator.key}", "zh": f"网络（末年）：{indicator.zh}",
                "en": f"network, last year: {indicator.en}",
            }  # fmt: skip
            more = {f"{p.name} − {first}": values[p.name] - values[first] for p in plans[1:]}
            of = f"network_{indicator.denominator}"
            rows.append({**head, "unit": indicator.unit, "of": of, **values, **more})
    return rows
