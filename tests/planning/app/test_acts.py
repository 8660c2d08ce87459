"""Acts from the browser are taken only when they were offered."""

from typing import Any

import pytest

from planning.app.acts import Act, act_of

GOOD = {
    "verb": "lock",
    "site": "a",
    "n": 7,
    "view": {"lat": 39.5, "lon": 76, "zoom": 8, "layers": {"names": 0}, "x": 1},
}


def test_an_offered_act_comes_with_its_view_and_nothing_else() -> None:
    act = act_of(GOOD, {"lock"}, {"a"})
    assert act == Act("lock", "a", 7, {"lat": 39.5, "lon": 76.0, "zoom": 8.0, "layers": {"names": False}})
    assert act_of({"verb": "undo", "site": "", "n": 1}, {"lock"}, {"a"}, {"undo"}) == Act("undo", "", 1)


@pytest.mark.parametrize(
    "told",
    [None, "lock", {}, GOOD | {"verb": "drop"}, GOOD | {"site": "b"}, GOOD | {"n": "7"}, GOOD | {"n": True},
     GOOD | {"n": float("nan")}, GOOD | {"verb": "undo"}, {"verb": "undo", "site": "a", "n": 1}, GOOD | {"site": ""}],
)  # fmt: skip
def test_what_was_not_offered_is_no_act(told: Any) -> None:
    assert act_of(told, {"lock"}, {"a"}) is None
