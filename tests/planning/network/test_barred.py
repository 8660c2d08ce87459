"""Every form and module that may not be chosen says which rule bars it; a ban on the site is not a rule."""

from __future__ import annotations

from typing import Any

import pytest
from four_counties import TASHKURGAN, posed

from optimizers.network import BARRED, FREE
from planning.network.posing.choices import FORM_RULES, MODULE_RULES
from planning.network.posing.pose import NetworkQuestion

MONEY = ({"source": "made", "yuan": 3e6},)


def asked_for(around: dict[str, Any] | None = None, **network: Any) -> NetworkQuestion:
    return posed(around, season="all_year", years=1, money=MONEY, **network)


@pytest.fixture(scope="module")
def strict() -> NetworkQuestion:
    return asked_for(new_buildings=False, only_accessible_hosts=True, outreach_minutes=60.0, referral_minutes=30.0)


@pytest.mark.parametrize("table", ["forms", "modules"])
def test_what_is_barred_has_a_rule_and_what_is_free_has_none(strict: NetworkQuestion, table: str) -> None:
    rows = getattr(strict, table)
    assert ((rows["state"] == BARRED) == (rows["barred"] != "")).all()
    known = FORM_RULES if table == "forms" else MODULE_RULES
    assert set(rows["barred"]) <= {"", *known}


def test_each_rule_bars_what_it_speaks_of(strict: NetworkQuestion) -> None:
    forms = strict.forms
    tier = strict.sites["tier"].to_numpy()[forms["site"]]
    assert (forms["form"][forms["barred"] == "new_buildings"] == "new").all()
    assert set(forms["barred"][forms["form"] == "new"]) == {"new_buildings"}
    assert (tier[forms["barred"] == "accessible"] == "township").all()
    modules = strict.modules
    far = strict.sites["centre_min"].to_numpy()[modules["site"]] > 30.0
    assert far[modules["barred"] == "referral"].all()
    assert (modules["barred"] == "outreach").any()


def test_a_village_point_without_a_holder_says_so_and_is_barred_in_the_problem() -> None:
    question = asked_for(link_minutes=1.0)
    alone = question.forms["barred"] == "holder"
    assert alone.any()
    assert (question.sites["tier"].to_numpy()[question.forms["site"][alone]] == "village").all()
    assert (question.problem.form_state[alone] == BARRED).all()


def test_a_ban_bars_everything_there_and_adds_no_rule() -> None:
    free = asked_for()
    site = free.sites["site_id"][free.sites["role"] == "candidate"].iloc[0]
    banned = asked_for({"changes": [{"type": "forbid", "site": site}]})
    here = banned.forms["site_id"] == site
    assert (banned.problem.form_state[here] == BARRED).all()
    assert (banned.forms["barred"][here] == free.forms["barred"][here]).all()
    moved = banned.problem.form_state != free.problem.form_state
    assert (banned.forms["barred"][moved & ~here] == "holder").all()  # village points that only it could have held


def test_nothing_new_may_be_in_a_county_that_is_not_asked_for() -> None:
    only = asked_for({"candidates": {"counties": [TASHKURGAN]}})
    county = only.sites["county_code"].to_numpy()
    for table in (only.forms, only.modules):
        there = county[table["site"]] == TASHKURGAN
        assert not (table["state"][~there] == FREE).any()
        assert (table["state"][there] == FREE).any()
        assert set(table["barred"][~there & (table["state"] == BARRED)]) == {"elsewhere"}
