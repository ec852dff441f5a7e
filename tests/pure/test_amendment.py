"""An item changes only as its approved application says: no clause, no recipient, no name, year or range beyond it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.amendment import BurdenNotApproved, NotAnApprovableAmendment, NothingAmended, RangeNotApproved
from ledger.authority import DecisionWithoutMeeting
from ledger.commands import AmendItem
from ledger.events import (
    AdmissionApproved,
    AdmissionReturned,
    ItemAmended,
    ItemSuspended,
)
from ledger.refusals import EffectBeforeDecision, ItemIsFinal, ItemNotInPhase, LaterFactsStand, UnitUnknown
from ledger.streams import stream
from ledger.terms import AdmissionKind, Level
from ledger.timelines.admission import ADMISSION
from ledger.values import Authority, Scope, Trigger
from tests.pure.item_scene import ItemScene, clause, document_id, refuses, terms, unit_id

APPLIED, AMENDED, BEGINS = date(2025, 2, 1), date(2025, 4, 1), date(2025, 5, 1)
NOWHERE = stream("nowhere")
BUREAUS, TOWNSHIPS = (
    Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT"),
    Scope(level=Level.TOWNSHIP, category="TOWNSHIP"),
)
NEXT = terms(clauses=(clause(2, "落实主体责任"), clause(3)), recipient_scope=(BUREAUS, TOWNSHIPS))


def amend(scene: ItemScene, item: UUID, application: UUID | None, **changes: Any) -> AmendItem:
    lawful = AmendItem(
        effective_on=AMENDED,
        authority=scene.by_the_city(),
        item=item,
        terms=NEXT,
        effective_from=BEGINS,
        application=application,
    )
    return replace(lawful, **changes)


def test_an_approved_amendment_makes_the_next_version_and_says_what_moved() -> None:
    scene = ItemScene()
    item = scene.listed()
    application = scene.application(item, NEXT)
    assert scene.when(amend(scene, item, application)) == (
        (application, AdmissionApproved(item=item)),
        (
            item,
            ItemAmended(
                application=application,
                from_version=1,
                terms=NEXT,
                effective_from=BEGINS,
                clauses_added=("c3",),
                clauses_removed=("c1",),
                clauses_changed=("c2",),
                scope_widened=True,
            ),
        ),
    )
    assert scene.state(item).version == 2
    approved = scene.world().see(ADMISSION, application)
    assert approved
    assert approved.final


SCOPES: list[tuple[tuple[Scope, ...], bool]] = [
    ((replace(BUREAUS, units=(unit_id("县级部门"),)),), False),
    ((replace(BUREAUS, level=Level.TOWNSHIP),), True),
    ((replace(BUREAUS, category="PUBLIC_INSTITUTION"),), True),
]


@pytest.mark.parametrize(("scopes", "widened"), SCOPES)
def test_a_scope_is_widened_by_what_the_old_one_did_not_reach(scopes: tuple[Scope, ...], *, widened: bool) -> None:
    scene = ItemScene()
    item = scene.listed()
    wanted = terms(recipient_scope=scopes)
    _, (_, fact) = scene.when(amend(scene, item, scene.application(item, wanted), terms=wanted))
    assert isinstance(fact, ItemAmended)
    assert fact.scope_widened is widened


def test_a_scope_of_named_units_is_widened_by_any_other_and_by_naming_none() -> None:
    scene = ItemScene()
    one = replace(BUREAUS, units=(unit_id("县级部门"),))
    for wider in (replace(one, units=(unit_id("县级部门"), unit_id("县委"))), BUREAUS):
        item = scene.listed(terms(recipient_scope=(one,)))
        wanted = terms(recipient_scope=(wider,))
        _, (_, fact) = scene.when(amend(scene, item, scene.application(item, wanted), terms=wanted))
        assert isinstance(fact, ItemAmended)
        assert fact.scope_widened


BURDENS: list[dict[str, Any]] = [
    {"clauses": (clause(1), clause(2), clause(3))},
    {"clauses": (clause(1),)},
    {"recipient_scope": (BUREAUS, TOWNSHIPS)},
    {"triggers": (Trigger(code="t1", text="发生较大事故"),)},
    {"approved_signers": 9},
    {"duty_codes": ("d1",)},
]
RANGES: list[dict[str, Any]] = [
    {"title": "农村沼气安全责任书"},
    {"start_year": 2020},
    {"end_year": 2030},
    {"end_year": None, "no_end_ground": "长期"},
    {"jurisdiction": "530000"},
    {"result": "一票否决"},
]


@pytest.mark.parametrize("change", BURDENS)
def test_clauses_and_recipients_do_not_change_without_an_application_or_beyond_it(change: dict[str, Any]) -> None:
    scene = ItemScene()
    item = scene.listed()
    refuses(scene, amend(scene, item, None, terms=terms(**change)), BurdenNotApproved, "BR-05")
    application = scene.application(item, terms(title="新名称"))
    beyond = terms(title="新名称", **change)
    refuses(scene, amend(scene, item, application, terms=beyond), BurdenNotApproved, "BR-05")
    scene.when(amend(scene, item, scene.application(item, beyond), terms=beyond))


@pytest.mark.parametrize("change", RANGES)
def test_name_years_and_range_do_not_move_without_an_application_or_beyond_it(change: dict[str, Any]) -> None:
    scene = ItemScene()
    item = scene.listed()
    refuses(scene, amend(scene, item, None, terms=terms(**change)), RangeNotApproved, "BR-30")
    beyond = replace(NEXT, **change)
    refuses(scene, amend(scene, item, scene.application(item, NEXT), terms=beyond), RangeNotApproved, "BR-30")
    scene.when(amend(scene, item, scene.application(item, beyond), terms=beyond))


def test_an_amendment_is_decided_on_an_application_to_amend_this_item_that_waits_for_it() -> None:
    scene = ItemScene()
    item = scene.listed()
    returned, late = scene.application(item, NEXT), scene.application(item, NEXT)
    scene.fact(returned, AdmissionReturned(return_ground="补正"), APPLIED)
    scene.fact(late, AdmissionReturned(return_ground="补正"), BEGINS)
    unfit = [
        NOWHERE,
        returned,
        scene.application(scene.listed(), NEXT),
        scene.application(item, NEXT, kind=AdmissionKind.NEW),
    ]
    for application in unfit:
        refuses(scene, amend(scene, item, application), NotAnApprovableAmendment)
    refuses(scene, amend(scene, item, late), LaterFactsStand)
    used = scene.application(item, NEXT)
    scene.when(amend(scene, item, used))
    once_more = amend(scene, item, used, effective_on=BEGINS, terms=terms())
    refuses(scene, once_more, NotAnApprovableAmendment)


def test_an_amendment_is_a_decision_that_changes_something_from_its_day_on() -> None:
    scene = ItemScene()
    item = scene.listed()
    application = scene.application(item, NEXT)
    only_document = Authority(document=document_id("市委文件"))
    refuses(scene, amend(scene, item, application, authority=only_document), DecisionWithoutMeeting, "BR-04")
    refuses(scene, amend(scene, item, application, terms=terms()), NothingAmended)
    refuses(scene, amend(scene, item, application, effective_from=AMENDED - timedelta(days=1)), EffectBeforeDecision)
    scene.when(amend(scene, item, application))


def test_an_amendment_names_what_is_there_and_is_not_slipped_in_before_what_stands() -> None:
    scene = ItemScene()
    item = scene.listed()
    application = scene.application(item, NEXT)
    refuses(scene, amend(scene, item, application, terms=terms(implementing_unit=NOWHERE)), UnitUnknown)
    scene.fact(item, ItemSuspended(ground="机构改革", suspended_from=BEGINS), BEGINS)
    refuses(scene, amend(scene, item, application), LaterFactsStand)
    scene.when(amend(scene, item, application, effective_on=BEGINS))


def test_only_what_is_on_the_list_is_amended() -> None:
    scene = ItemScene()
    proposed, gone = scene.reported(), scene.listed()
    refuses(scene, amend(scene, proposed, scene.application(proposed, NEXT)), ItemNotInPhase)
    scene.when(scene.cancel(gone))
    refuses(scene, amend(scene, gone, scene.application(gone, NEXT)), ItemIsFinal, "BR-13")
