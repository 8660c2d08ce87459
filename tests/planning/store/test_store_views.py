"""A short code opens the same view elsewhere; what a page cannot show is refused."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from planning.store.audit import Author, trail
from planning.store.faults import NotThereError, StoreError
from planning.store.open import Store
from planning.store.projects import Project
from planning.store.schema import views as table
from planning.store.views import LENGTH, LETTERS, View, keep_view, view

SHOWN = View(
    page="compare", plans=("a1", "b2"), base="a1", mode="difference", map=(39.5, 76.0, 7.25),
    layers=("roads", "people"), opacity={"roads": 0.5}, year=2027, service="rehabilitation", tab="map", lang="en",
)  # fmt: skip


def test_a_view_comes_back_as_it_was(store: Store, project: Project, who: Author) -> None:
    for shown in (SHOWN, View(page="start")):
        code = keep_view(store, project.id, shown, who)
        assert len(code) == LENGTH
        assert set(code) <= set(LETTERS)
        assert view(store, code) == (project.id, shown)
    assert [entry.act for entry in trail(store, project.id)] == ["made", "link made", "link made"]


def test_a_code_that_was_typed_by_hand_is_understood(store: Store, project: Project, who: Author) -> None:
    code = keep_view(store, project.id, SHOWN, who)
    typed = code.lower().replace("0", "o").replace("1", "l")
    assert view(store, f" {typed[:4]}-{typed[4:]} ") == (project.id, SHOWN)


@pytest.mark.parametrize("code", ["", "XXXXXXXX", "' OR 1=1 --", "x" * 5000, "a\0b"])
def test_a_code_of_nothing_is_told(store: Store, code: str) -> None:
    with pytest.raises(NotThereError) as told:
        view(store, code)
    assert "链接" in told.value.faults[0].zh  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "key",
    [
        {"secret": 1}, {"mode": "three"}, {"map": [100.0, 0.0, 1.0]}, {"map": [float("nan"), 0.0, 1.0]},
        {"opacity": {"roads": 2.0}}, {"page": "<b>"}, {"plans": ["x"] * 65}, {"year": "2027"},
    ],
)  # fmt: skip
def test_what_no_page_shows_is_refused(key: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        View.model_validate_json(json.dumps({"page": "compare", **key}))


def test_a_view_of_another_version_is_told_with_its_keys(store: Store, project: Project, who: Author) -> None:
    code = keep_view(store, project.id, SHOWN, who)
    state = SHOWN.model_dump_json().replace('"tab"', '"swipe"')
    with store.writing() as connection:
        connection.execute(table.update().where(table.c.code == code).values(state=state))
    with pytest.raises(StoreError, match="swipe"):
        view(store, code)


def test_a_link_into_no_project_is_not_made(store: Store, who: Author) -> None:
    with pytest.raises(NotThereError):
        keep_view(store, "nowhere", SHOWN, who)
