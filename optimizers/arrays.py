"""Names for the array types that pass between the files of this room, and the one way to add numbers up."""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Csr: TypeAlias = Any  # scipy.sparse.csr_array of float64; stored entries are the reachable pairs


def summed(values: Floats) -> float:
    """The sum, rounded once, so that it is the same to the last bit whatever the order of the demand rows."""
    return math.fsum(values.tolist())
