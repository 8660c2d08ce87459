"""The clock of a run: it counts work, not the compiling that happens once after an installation."""

import math

import numba
import pytest

from optimizers import clock as clocks
from optimizers.clock import Clock
from optimizers.kernel import compiling_s


def test_compiling_is_noticed() -> None:
    before = compiling_s()

    @numba.njit
    def double(x: float) -> float:
        return 2.0 * x

    assert double(1.0) == 2.0
    assert compiling_s() > before


def test_seconds_of_compiling_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(10.0, started=clocks.monotonic() - 12.0)
    assert clock.is_up
    monkeypatch.setattr(clocks, "compiling_s", lambda: clock.compiled_s + 5.0)
    assert not clock.is_up
    assert 2.0 < clock.left_s <= 3.0


def test_a_clock_without_a_limit_is_never_up() -> None:
    assert not Clock(math.inf).is_up
    assert not Clock(math.inf).part(0.5).is_up
