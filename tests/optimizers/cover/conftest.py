"""Puts this folder and the one above on the path, for `small_covers` and `location_oracle`."""

import pytest

from optimizers.clock import Clock


@pytest.fixture
def clock():
    return Clock(60.0)
