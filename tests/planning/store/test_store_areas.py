"""Own study areas are kept once and never swept away; what an author left open is remembered."""

from __future__ import annotations

import os

import pytest
from kept_plans import first_look
from sqlalchemy import func, select

from planning.record import parts_of
from planning.store import plans
from planning.store.areas import area_bytes, keep_area
from planning.store.audit import Author
from planning.store.faults import NotThereError, StoreError
from planning.store.open import Store
from planning.store.projects import new_project
from planning.store.schema import blobs
from planning.store.settings import LAST_PROJECT, TYPED_NAME, remember, setting


def test_an_area_comes_back_by_its_content_and_is_kept_once(fresh: Store) -> None:
    packed = os.urandom(300_000)
    assert keep_area(fresh, packed) == keep_area(fresh, packed)
    assert area_bytes(fresh, keep_area(fresh, packed)) == packed
    with fresh.reading() as connection:
        assert connection.execute(select(func.count()).select_from(blobs)).scalar() == 1


def test_forgetting_plans_leaves_the_areas(fresh: Store, who: Author) -> None:
    sha, project = keep_area(fresh, b"PK an area"), new_project(fresh, "x", "南疆", who)
    plans.put(fresh, project.id, "a" * 32, parts_of(first_look("p")), who)
    assert plans.forget(fresh, project.id, newest=0) == 1
    assert area_bytes(fresh, sha) == b"PK an area"


def test_an_area_that_is_not_here_is_told(store: Store) -> None:
    with pytest.raises(NotThereError, match="study area"):
        area_bytes(store, "f" * 64)


def test_an_author_finds_what_was_left_open(fresh: Store) -> None:
    one, other = Author("规划员 <b>甲</b> $1"), Author("乙")
    assert setting(fresh, one, LAST_PROJECT) == ""
    for value in ("p1", "p2 3~5公里 _x_", "p2 3~5公里 _x_"):
        remember(fresh, one, LAST_PROJECT, value)
    remember(fresh, one, TYPED_NAME, "3")
    assert setting(fresh, one, LAST_PROJECT) == "p2 3~5公里 _x_"
    assert (setting(fresh, one, TYPED_NAME), setting(fresh, other, TYPED_NAME)) == ("3", "")
    with pytest.raises(StoreError, match="NUL"):
        remember(fresh, one, TYPED_NAME, "\x00")
