"""Support stands where it was promised, so that what did not come can be seen there."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.commands import DeliverSupport, PromiseSupport
from ledger.refusals import LeftBlank, Refused, UnitHasEnded, UnitUnknown
from ledger.streams import duty_stream
from ledger.support import AmountNotPositive, NotASupportClause, PromiseUnknown, SupportForNothing, SupportToItself
from ledger.terms import SupportKind
from ledger.timelines.support import outstanding
from tests.pure.item_scene import COUNTY, refuses, unit_id
from tests.pure.pledge_scene import DUTY_CODE, NOWHERE, PledgeScene, entry

DAY = timedelta(days=1)
PROMISED, DUE = date(2025, 2, 1), date(2025, 3, 31)
UNDER_DUTY: dict[str, Any] = {"pledge": None, "duty_code": DUTY_CODE, "jurisdiction_code": COUNTY}


def promise(**changes: Any) -> PromiseSupport:
    lawful = PromiseSupport(
        effective_on=PROMISED,
        promised_by=unit_id("县政府"),
        promised_to=unit_id("乡政府"),
        kind=SupportKind.FUNDS,
        text="专项经费",
        due_on=DUE,
        amount=20_000,
        unit="yuan",
    )
    return replace(lawful, **changes)


def deliver(**changes: Any) -> DeliverSupport:
    lawful = DeliverSupport(
        effective_on=DUE,
        delivered_by=unit_id("县政府"),
        delivered_to=unit_id("乡政府"),
        kind=SupportKind.FUNDS,
        text="到账",
        amount=20_000,
        unit="yuan",
    )
    return replace(lawful, **changes)


def test_a_promise_under_a_duty_is_short_until_all_of_it_came() -> None:
    scene = PledgeScene()
    scene.publish(entry())
    stream = scene.last(promise(**UNDER_DUTY))
    assert stream == duty_stream(DUTY_CODE, COUNTY)
    at = scene.log[-1].position
    scene.when(deliver(**UNDER_DUTY, promise=at, amount=19_999))
    scene.when(deliver(**UNDER_DUTY, promise=at, amount=1, effective_on=DUE + DAY))
    duty = scene.duty(stream)
    (made,) = duty.promises
    assert [outstanding(made, duty.deliveries, day) for day in (DUE - DAY, DUE, DUE + DAY)] == [True, True, False]


def test_a_clause_promises_and_what_is_delivered_for_it_keeps_it() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    scene.when(deliver(pledge=pledge))
    (clause,) = scene.paper(pledge).support
    assert outstanding(clause, scene.paper(pledge).deliveries, DUE), "not told for what it came"
    scene.when(deliver(pledge=pledge, clause_id="c3"))
    assert outstanding(clause, scene.paper(pledge).deliveries, DUE) is False


def test_what_is_not_counted_in_the_same_unit_cannot_be_judged() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    scene.when(deliver(pledge=pledge, clause_id="c3", unit="persons"))
    paper = scene.paper(pledge)
    assert outstanding(paper.support[0], paper.deliveries, DUE) is None


def test_what_came_of_its_kind_keeps_an_uncounted_promise() -> None:
    scene = PledgeScene()
    scene.publish(entry())
    stream = scene.last(promise(**UNDER_DUTY, amount=None, unit=None))
    scene.when(deliver(**UNDER_DUTY, kind=SupportKind.STAFF))
    assert outstanding(scene.duty(stream).promises[0], scene.duty(stream).deliveries, DUE) is True
    scene.when(deliver(**UNDER_DUTY))
    assert outstanding(scene.duty(stream).promises[0], scene.duty(stream).deliveries, DUE) is False


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"text": " "}, LeftBlank),
        ({"amount": 0}, AmountNotPositive),
        ({"amount": -1}, AmountNotPositive),
        ({"clause_id": "c1"}, NotASupportClause),
        ({"clause_id": "c9"}, NotASupportClause),
        ({"pledge": NOWHERE}, SupportForNothing),
        ({"pledge": None}, SupportForNothing),
        ({**UNDER_DUTY, "duty_code": "无"}, SupportForNothing),
        ({**UNDER_DUTY, "jurisdiction_code": None}, SupportForNothing),
        ({**UNDER_DUTY, "clause_id": "c3"}, NotASupportClause),
        ({"effective_on": date(2009, 1, 1)}, UnitHasEnded),
    ],
)
def test_support_that_cannot_stand(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = PledgeScene()
    scene.publish(entry())
    pledge = scene.signed()
    for asked in (promise, deliver):
        refuses(scene, asked(**({"pledge": pledge} | changes)), refusal)


def test_who_gives_and_takes_is_registered_and_a_delivery_names_a_promise_that_stands() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    refuses(scene, promise(pledge=pledge, promised_by=NOWHERE), UnitUnknown)
    refuses(scene, deliver(pledge=pledge, delivered_to=NOWHERE), UnitUnknown)
    refuses(scene, deliver(pledge=pledge, promise=1), PromiseUnknown)


def test_nobody_supports_itself() -> None:
    scene = PledgeScene()
    town = unit_id("乡政府")
    given = DeliverSupport(
        effective_on=DUE,
        pledge=scene.signed(),
        delivered_by=town,
        delivered_to=town,
        kind=SupportKind.FUNDS,
        text="自拨",
    )
    refuses(scene, given, SupportToItself)
