"""One typed door to numba, so that every compiled function keeps its signature for the type checker."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile on first call and keep the machine code on disk; IEEE arithmetic, no fastmath."""
    return cast("F", numba.njit(cache=True)(function))
