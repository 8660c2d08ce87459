"""What "covered" means, written once."""

from typing import Any

import numpy as np

from optimizers.arrays import Bools


def is_covered(travel_time_min: Any, threshold_min: float) -> Bools:
    """True where a travel time (minutes) is at most the threshold (minutes); the exact value counts."""
    return np.asarray(np.less_equal(travel_time_min, threshold_min), dtype=np.bool_)
