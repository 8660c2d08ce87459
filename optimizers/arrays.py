"""Names for the array types that pass between the files of this room."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Csr: TypeAlias = Any  # scipy.sparse.csr_array of float64; stored entries are the reachable pairs
