"""One typed door to numba, so that every compiled function keeps its signature for the type checker."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numba.core.event

F = TypeVar("F", bound=Callable[..., object])

_EVENTS: Any = numba.core.event  # has no types
_COMPILATIONS = _EVENTS.TimingListener()
_EVENTS.register("numba:compile", _COMPILATIONS)


def kernel(function: F) -> F:
    """Compile on first call and keep the machine code on disk; IEEE arithmetic, no fastmath."""
    return cast("F", numba.njit(cache=True)(function))


def compiling_s() -> float:
    """Seconds that this process has spent on compiling so far; next to none once the machine code is on disk."""
    return float(_COMPILATIONS.duration) if _COMPILATIONS.done else 0.0
