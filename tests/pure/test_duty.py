"""Who owned a duty on which day: listed, changed, removed, delegated, taken back; told late or for a day to come."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.commands import (
    AddDutyEntry,
    AnchorEvidence,
    ChangeDutyEntry,
    DelegateDuty,
    PublishDutyList,
    RemoveDutyEntry,
    TakeDutyBack,
)
from ledger.days import SHANGHAI
from ledger.duty import (
    AlreadyAnchored,
    AnchoredInTheFuture,
    DigestMalformed,
    DutyEntryStands,
    DutyListUnknown,
    DutyNotListed,
    DutyOfAnotherArea,
    DutyOfAnotherList,
    HandedToItself,
    NotAbove,
    NotTheDutysOwner,
    PeriodReversed,
)
from ledger.events import DutyListPublished, DutyTakenBack, RecordCorrected
from ledger.holding import holding
from ledger.refusals import DocumentUnknown, EffectBeforeDecision, LeftBlank, Refused, UnitHasEnded, UnitUnknown
from ledger.streams import duty_stream
from ledger.terms import AnchorKind, DutyListKind, Level
from ledger.timelines.duty_list import DUTY_LIST
from ledger.values import Basis
from tests.pure.item_scene import CITY, COUNTY, refuses, unit_id
from tests.pure.pledge_scene import DIGEST, DUTY_CODE, LISTED, NOWHERE, TOWN, PledgeScene, entry

DAY = timedelta(days=1)
BUREAU, TOWNSHIP, MERGED = unit_id("县级部门"), unit_id("乡政府"), unit_id("并入乡政府")
MOVED, BACK = date(2025, 2, 28), date(2025, 9, 1)
DUTY_ID = duty_stream(DUTY_CODE, COUNTY)


def delegate(**changes: Any) -> DelegateDuty:
    lawful = DelegateDuty(
        effective_on=MOVED,
        duty_code=DUTY_CODE,
        jurisdiction_code=COUNTY,
        from_unit=BUREAU,
        to_unit=TOWNSHIP,
        powers=("检查",),
        resources="人员两名",
        effective_from=MOVED,
    )
    return replace(lawful, **changes)


def take_back(**changes: Any) -> TakeDutyBack:
    lawful = TakeDutyBack(
        effective_on=BACK,
        duty_code=DUTY_CODE,
        jurisdiction_code=COUNTY,
        from_unit=TOWNSHIP,
        to_unit=BUREAU,
        effective_from=BACK,
    )
    return replace(lawful, **changes)


def owner(scene: PledgeScene, day: date) -> UUID | None:
    held = scene.duty(DUTY_ID).holding_on(day)
    return held.owner if held else None


# ── lists ──


def test_a_list_is_published_with_its_entries_and_anew_with_a_number_of_its_own_also_when_told_late() -> None:
    scene = PledgeScene()
    listed = scene.publish(entry())
    scene.publish(on=LISTED - DAY)
    scene.publish(on=LISTED + DAY)
    versions = [each.fact.list_version for each in scene.log if isinstance(each.fact, DutyListPublished)]
    assert versions == [1, 2, 3]
    state = scene.world().see(DUTY_LIST, listed)
    assert state
    assert state.version == 3
    assert [owner(scene, day) for day in (LISTED - DAY, LISTED)] == [None, BUREAU]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"owner_unit": NOWHERE}, UnitUnknown),
        ({"power_holder": NOWHERE}, UnitUnknown),
        ({"cooperating": (NOWHERE,)}, UnitUnknown),
        ({"effective_from": date(2009, 12, 31)}, UnitHasEnded),
        ({"effective_to": LISTED - DAY}, PeriodReversed),
        ({"jurisdiction_code": CITY}, DutyOfAnotherArea),
        ({"jurisdiction_code": ""}, DutyOfAnotherArea),
        ({"duty_code": " "}, LeftBlank),
        ({"text": ""}, LeftBlank),
        ({"legal_basis": (Basis(title="办法", document=NOWHERE),)}, DocumentUnknown),
        ({"list_kind": DutyListKind.BASIC}, DutyOfAnotherList),
        ({"effective_from": LISTED + DAY}, DutyEntryStands),
    ],
)
def test_an_entry_that_cannot_stand(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = PledgeScene()
    listed = scene.publish(entry())
    wrong = entry(**changes)
    refuses(scene, AddDutyEntry(effective_on=LISTED, duty_list=listed, entry=wrong), refusal)


def test_a_list_that_cannot_be_published() -> None:
    scene = PledgeScene()
    kind = DutyListKind.DEPARTMENT
    twice = PublishDutyList(effective_on=LISTED, unit=BUREAU, list_kind=kind, entries=(entry(), entry()))
    refuses(scene, twice, DutyEntryStands)
    refuses(scene, replace(twice, unit=NOWHERE), UnitUnknown)
    refuses(scene, replace(twice, list_document=NOWHERE), DocumentUnknown)
    refuses(scene, AddDutyEntry(effective_on=LISTED, duty_list=NOWHERE, entry=entry()), DutyListUnknown)


def test_an_entry_stands_on_its_own_list_though_another_list_names_the_duty_later() -> None:
    scene = PledgeScene()
    listed = scene.publish(entry())
    scene.publish(entry("乡政府", DutyListKind.BASIC, effective_from=MOVED), unit="县政府", on=MOVED)
    assert [owner(scene, day) for day in (MOVED - DAY, MOVED)] == [BUREAU, TOWNSHIP]
    again = AddDutyEntry(effective_on=BACK, duty_list=listed, entry=entry(effective_from=BACK))
    refuses(scene, again, DutyEntryStands)


def test_an_entry_is_changed_and_removed_from_a_day_not_before_that_was_decided() -> None:
    scene = PledgeScene()
    listed = scene.publish(entry())
    change = ChangeDutyEntry(effective_on=MOVED, duty_list=listed, entry=entry("县政府", effective_from=MOVED))
    refuses(scene, replace(change, entry=entry("县政府", effective_from=MOVED - DAY)), EffectBeforeDecision)
    refuses(scene, replace(change, effective_on=LISTED - DAY, entry=entry(effective_from=LISTED - DAY)), DutyNotListed)
    scene.when(change)
    assert [owner(scene, day) for day in (MOVED - DAY, MOVED)] == [BUREAU, unit_id("县政府")]
    remove = RemoveDutyEntry(
        effective_on=BACK,
        duty_list=listed,
        duty_code=DUTY_CODE,
        jurisdiction_code=COUNTY,
        ground="调整",
        first_day_without=BACK,
    )
    refuses(scene, replace(remove, ground=""), LeftBlank)
    refuses(scene, replace(remove, first_day_without=BACK - DAY), EffectBeforeDecision)
    refuses(scene, replace(remove, duty_code="无"), DutyNotListed)
    refuses(scene, replace(remove, effective_on=LISTED - DAY), DutyNotListed)
    scene.when(remove)
    assert [owner(scene, day) for day in (BACK - DAY, BACK)] == [unit_id("县政府"), None]
    refuses(scene, remove, DutyNotListed)
    scene.when(AddDutyEntry(effective_on=BACK, duty_list=listed, entry=entry(effective_from=BACK)))


# ── hands ──


def test_a_delegation_moves_the_duty_while_it_lasts_the_last_day_included() -> None:
    scene = PledgeScene()
    scene.publish(entry())
    leap = date(2028, 2, 29)
    scene.when(delegate(effective_to=leap))
    days = (MOVED - DAY, MOVED, leap, leap + DAY)
    assert [owner(scene, day) for day in days] == [BUREAU, TOWNSHIP, TOWNSHIP, BUREAU]
    held = scene.duty(DUTY_ID).holding_on(MOVED)
    assert held
    assert (held.delegated_to, held.delegated_powers, len(held.positions)) == (TOWNSHIP, True, 2)


def test_what_was_delegated_comes_back_what_was_its_own_is_taken() -> None:
    scene = PledgeScene()
    scene.publish(entry())
    scene.when(delegate())
    scene.when(take_back())
    held = scene.duty(DUTY_ID).holding_on(BACK)
    assert held
    assert (held.owner, held.list_kind, held.delegated_to) == (BUREAU, DutyListKind.DEPARTMENT, None)
    own = PledgeScene()
    own.publish(entry("乡政府", DutyListKind.BASIC))
    own.when(take_back())
    taken = own.duty(DUTY_ID).holding_on(BACK)
    assert taken
    assert (taken.owner, taken.list_kind) == (BUREAU, DutyListKind.TAKEN_BACK)
    assert owner(own, BACK - DAY) == TOWNSHIP
    own.when(delegate(effective_on=BACK, effective_from=BACK))
    again = own.duty(DUTY_ID).holding_on(BACK)
    assert again
    assert (again.owner, again.delegated_to) == (TOWNSHIP, TOWNSHIP), "who took it back may give it again, with powers"


def test_a_duty_is_taken_back_from_the_unit_that_came_after_its_holder() -> None:
    scene = PledgeScene()
    scene.publish(entry())
    scene.when(delegate())
    scene.merge_units("乡政府", "并入乡政府", date(2025, 6, 1))
    refuses(scene, take_back(), UnitHasEnded)
    ((_, fact),) = scene.when(take_back(from_unit=MERGED))
    assert fact == DutyTakenBack(from_unit=TOWNSHIP, to_unit=BUREAU, effective_from=BACK)
    assert owner(scene, BACK) == BUREAU


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"from_unit": unit_id("县政府")}, NotTheDutysOwner),
        ({"from_unit": BUREAU, "to_unit": BUREAU}, HandedToItself),
        ({"to_unit": NOWHERE}, UnitUnknown),
        ({"duty_code": "无"}, DutyNotListed),
        ({"effective_on": LISTED - DAY, "effective_from": LISTED - DAY}, DutyNotListed),
        ({"effective_from": MOVED - DAY}, EffectBeforeDecision),
        ({"effective_to": MOVED - DAY}, PeriodReversed),
        ({"resources": " "}, LeftBlank),
        ({"powers": ("检查", "")}, LeftBlank),
        ({"delegation_basis": (Basis(title="办法", document=NOWHERE),)}, DocumentUnknown),
    ],
)
def test_what_cannot_be_delegated(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = PledgeScene()
    scene.publish(entry())
    refuses(scene, delegate(**changes), refusal)


def test_only_who_stands_above_takes_a_duty_back() -> None:
    scene = PledgeScene()
    scene.publish(entry("乡政府", DutyListKind.BASIC))
    refuses(scene, take_back(to_unit=unit_id("乡站所")), NotAbove)
    scene._unit("邻县政府", Level.COUNTY, "GOVERNMENT", "530922")
    refuses(scene, take_back(to_unit=unit_id("邻县政府")), NotAbove)
    refuses(scene, take_back(from_unit=unit_id("县政府")), NotTheDutysOwner)


def test_the_nearest_area_above_a_place_says_whose_duty_it_is() -> None:
    scene = PledgeScene()
    scene.publish(entry())
    scene.publish(
        entry("乡政府", DutyListKind.BASIC, jurisdiction_code=TOWN, effective_from=MOVED), unit="乡政府", on=MOVED
    )
    owners = [holding(scene.world(), DUTY_CODE, f"{TOWN}001", day) for day in (MOVED - DAY, MOVED)]
    assert [held.owner if held else None for held in owners] == [BUREAU, TOWNSHIP]
    assert holding(scene.world(), "无", TOWN, MOVED) is None


# ── evidence ──


def test_a_digest_is_anchored_once_in_one_way_and_anew_after_the_record_was_void() -> None:
    scene = PledgeScene()
    lawful = AnchorEvidence(
        effective_on=MOVED,
        digest=DIGEST,
        anchored_at=datetime(2025, 2, 28, 23, 59, tzinfo=SHANGHAI),
        anchor_kind=AnchorKind.GAZETTE,
        verifier=unit_id("县纪委监委"),
    )
    refuses(scene, replace(lawful, digest="D" * 64), DigestMalformed)
    refuses(scene, replace(lawful, anchored_at=lawful.anchored_at + timedelta(minutes=1)), AnchoredInTheFuture)
    refuses(scene, replace(lawful, verifier=NOWHERE), UnitUnknown)
    ((evidence, _),) = scene.when(lawful)
    refuses(scene, lawful, AlreadyAnchored)
    scene.when(replace(lawful, anchor_kind=AnchorKind.ARCHIVE))
    scene.fact(evidence, RecordCorrected(corrects=scene.log[-2].position, why="错录", void=True), MOVED)
    scene.when(lawful)
