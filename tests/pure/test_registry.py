"""Units, documents, meetings and rule packs: what everything else refers to."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest

from ledger import rules
from ledger.authority import QuorumNotReached
from ledger.commands import (
    AdoptRulePack,
    ChangeSuperior,
    DissolveUnit,
    MergeUnits,
    RecordMeeting,
    RegisterDocument,
    RegisterUnit,
    RenameUnit,
    RepealDocument,
    SplitUnit,
)
from ledger.document import (
    AlreadyRepealed,
    DocumentAlreadyRegistered,
    DocumentCannotRepealItself,
    DocumentDaysReversed,
    DocumentNumberMalformed,
    DocumentOfAFutureDay,
    DocumentUnidentified,
    LevelIsNotTheIssuers,
    RepealBeforeItsDocument,
)
from ledger.events import DocumentRegistered, DocumentRepealed, MeetingHeld, RulePackAdopted, UnitRegistered
from ledger.meeting import (
    AgendaUnusable,
    MeetingAlreadyRecorded,
    MeetingOfAnotherDay,
    MemberCountsImpossible,
    MinutesNotHeldFast,
)
from ledger.refusals import DocumentUnknown, LaterFactsStand, Refused, UnitHasEnded, UnitUnknown
from ledger.rule_pack import RulePackNotHeld, RulePackOutOfOrder
from ledger.streams import NAMESPACE, document_stream, meeting_stream, rule_pack_stream, unit_stream
from ledger.terms import Level, Line, MeetingBody
from ledger.timelines.document import DOCUMENT, Document
from ledger.timelines.unit import UNIT, Unit
from ledger.unit import UnitAlreadyRegistered, UnitCannotFollowItself, UnitsNotNamedOnce
from ledger.values import AgendaItem
from tests.given import Given
from tests.pure.item_scene import refuses

DAY, LATER = date(2024, 3, 1), date(2024, 9, 2)
SINCE = date(2010, 1, 1)
NOBODY = uuid5(NAMESPACE, "nobody")


def registration(name: str = "市教育局", **changes: Any) -> RegisterUnit:
    lawful = RegisterUnit(
        effective_on=DAY,
        code=name,
        name=name,
        level=Level.PREFECTURE,
        category="GOVERNMENT_DEPT",
        area_code="530900",
        valid_from=SINCE,
    )
    return replace(lawful, **changes)


def unit(name: str = "市教育局") -> UUID:
    return unit_stream(name, SINCE)


def registry(*names: str) -> Given:
    given = Given()
    for name in names or ("市教育局", "市体育局", "市教体局"):
        given.when(registration(name))
    return given


def seen(given: Given, name: str = "市教育局", on: date | None = None) -> Unit:
    found = given.world().see(UNIT, unit(name), on)
    assert found
    return found


# ── 单位 Units ──


def test_a_unit_is_its_code_from_a_day_on() -> None:
    given = Given()
    ((stream, fact),) = given.when(registration())
    assert stream == unit()
    assert isinstance(fact, UnitRegistered)
    refuses(given, registration(), UnitAlreadyRegistered)
    given.when(registration(valid_from=LATER))
    refuses(given, registration("市体育局", block_superior=NOBODY), UnitUnknown)
    refuses(given, registration("市体育局", line_superior=NOBODY), UnitUnknown)
    given.when(registration("市体育局", block_superior=unit(), line_superior=unit()))


def test_a_unit_keeps_every_name_by_its_day() -> None:
    given = registry()
    given.when(RenameUnit(effective_on=LATER, unit=unit(), name="市教育体育局"))
    assert (seen(given, on=DAY).name, seen(given).name) == ("市教育局", "市教育体育局")
    refuses(given, RenameUnit(effective_on=DAY.replace(month=2), unit=unit(), name="市教委"), LaterFactsStand)
    refuses(given, RenameUnit(effective_on=LATER, unit=NOBODY, name="市教委"), UnitUnknown)


def test_a_unit_moves_in_its_block_or_its_line() -> None:
    given = registry()
    move = ChangeSuperior(effective_on=LATER, unit=unit(), line=Line.BLOCK, superior=unit("市体育局"))
    given.when(move)
    given.when(replace(move, line=Line.LINE, superior=unit("市教体局")))
    assert seen(given).block_superior == unit("市体育局")
    assert seen(given).line_superior == unit("市教体局")
    given.when(replace(move, superior=None))
    assert seen(given).block_superior is None
    refuses(given, replace(move, superior=unit()), UnitCannotFollowItself)
    refuses(given, replace(move, superior=NOBODY), UnitUnknown)
    refuses(given, replace(move, effective_on=DAY.replace(month=2)), LaterFactsStand)


def test_units_merge_into_one_that_stands() -> None:
    given = registry()
    merge = MergeUnits(
        effective_on=DAY,
        predecessors=(unit("市教育局"), unit("市体育局")),
        successor=unit("市教体局"),
        first_day_without=LATER,
    )
    refuses(given, replace(merge, predecessors=()), UnitsNotNamedOnce)
    refuses(given, replace(merge, predecessors=(unit(), unit())), UnitsNotNamedOnce)
    refuses(given, replace(merge, successor=unit()), UnitCannotFollowItself)
    refuses(given, replace(merge, successor=NOBODY), UnitUnknown)
    filings = given.when(merge)
    assert [stream for stream, _ in filings] == [unit("市教育局"), unit("市体育局")]
    assert seen(given).successors == (unit("市教体局"),)
    assert seen(given).stands_on(LATER.replace(day=1))
    refuses(given, RenameUnit(effective_on=LATER, unit=unit(), name="市教委"), UnitHasEnded)


def test_a_unit_is_split_or_dissolved_once_and_never_before_later_facts() -> None:
    given = registry()
    split = SplitUnit(
        effective_on=DAY,
        unit=unit("市教体局"),
        successors=(unit("市教育局"), unit("市体育局")),
        first_day_without=LATER,
    )
    dissolve = DissolveUnit(effective_on=DAY, unit=unit("市教体局"), first_day_without=LATER)
    merge = MergeUnits(effective_on=DAY, predecessors=(unit("市教体局"),), successor=unit(), first_day_without=LATER)
    refuses(given, replace(split, successors=()), UnitsNotNamedOnce)
    refuses(given, replace(split, successors=(unit("市教体局"),)), UnitCannotFollowItself)
    refuses(given, replace(split, successors=(NOBODY,)), UnitUnknown)
    given.when(RenameUnit(effective_on=LATER.replace(day=1), unit=unit("市教体局"), name="市教委"))
    for command in (split, dissolve, merge):
        refuses(given, command, LaterFactsStand)
    given.when(replace(split, effective_on=LATER.replace(day=1)))
    assert seen(given, "市教体局").successors == (unit("市教育局"), unit("市体育局"))
    refuses(given, replace(dissolve, effective_on=LATER), UnitHasEnded)
    given.when(DissolveUnit(effective_on=LATER, unit=unit(), first_day_without=LATER))
    assert not seen(given).stands_on(LATER)


# ── 文件 Documents ──


def document(**changes: Any) -> RegisterDocument:
    lawful = RegisterDocument(
        effective_on=DAY,
        document_issuer=unit(),
        title="关于加强校园安全的通知",
        dated=DAY,
        issuer_level=Level.PREFECTURE,
        genre="通知",
        effective_from=DAY,
        number="临教发（2024）第07号",
    )
    return replace(lawful, **changes)


def test_a_document_is_its_issuer_and_its_number_however_typed() -> None:
    given = registry()
    ((stream, fact),) = given.when(document())
    assert isinstance(fact, DocumentRegistered)
    assert fact.number == "临教发〔2024〕7号"
    assert stream == document_stream(unit(), "临教发〔2024〕7号")
    refuses(given, document(number="临教发[2024]7号"), DocumentAlreadyRegistered)
    given.when(document(number="临教发[2024]7号", document_issuer=unit("市体育局")))


def test_a_document_without_a_number_is_known_by_its_digest() -> None:
    given = registry()
    ((stream, fact),) = given.when(document(number=None, digest="AB" * 32))
    assert isinstance(fact, DocumentRegistered)
    assert (stream, fact.digest) == (document_stream(unit(), "ab" * 32), "ab" * 32)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"document_issuer": NOBODY}, UnitUnknown),
        ({"issuer_level": Level.PROVINCE}, LevelIsNotTheIssuers),
        ({"dated": DAY.replace(day=2)}, DocumentOfAFutureDay),
        ({"effective_to": DAY.replace(month=2)}, DocumentDaysReversed),
        ({"number": "第7号"}, DocumentNumberMalformed),
        ({"number": None}, DocumentUnidentified),
        ({"number": None, "digest": "ab"}, DocumentUnidentified),
        ({"digest": "ab"}, DocumentUnidentified),
    ],
)
def test_a_document_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    refuses(registry(), document(**changes), refusal)


def test_a_document_outlives_its_issuer() -> None:
    given = registry()
    given.when(DissolveUnit(effective_on=DAY, unit=unit(), first_day_without=DAY))
    given.when(document())


def test_a_document_holds_until_a_later_one_repeals_it() -> None:
    given = registry()
    given.when(document())
    given.when(document(number="临教发〔2024〕9号", effective_from=LATER))
    old, new = (document_stream(unit(), f"临教发〔2024〕{number}号") for number in (7, 9))
    repeal = RepealDocument(effective_on=LATER, document=old, repealed_by=new, first_day_without=LATER)
    refuses(given, replace(repeal, document=NOBODY), DocumentUnknown)
    refuses(given, replace(repeal, repealed_by=NOBODY), DocumentUnknown)
    refuses(given, replace(repeal, repealed_by=old), DocumentCannotRepealItself)
    refuses(given, replace(repeal, first_day_without=LATER.replace(day=1)), RepealBeforeItsDocument)
    refuses(given, replace(repeal, effective_on=DAY.replace(month=2)), LaterFactsStand)
    assert given.when(repeal) == ((old, DocumentRepealed(repealed_by=new, first_day_without=LATER)),)
    assert held(given, old).in_force_on(LATER.replace(day=1))
    assert not held(given, old).in_force_on(LATER)
    for again in (LATER, LATER.replace(day=30)):
        refuses(given, replace(repeal, first_day_without=again), AlreadyRepealed)


def test_a_document_that_ends_by_itself_is_not_repealed_later() -> None:
    given = registry()
    given.when(document(effective_to=LATER.replace(day=1)))
    given.when(document(number="临教发〔2024〕9号"))
    old, new = (document_stream(unit(), f"临教发〔2024〕{number}号") for number in (7, 9))
    repeal = RepealDocument(effective_on=LATER, document=old, repealed_by=new, first_day_without=LATER)
    refuses(given, repeal, AlreadyRepealed)
    given.when(replace(repeal, first_day_without=LATER.replace(month=6)))


def held(given: Given, stream: UUID) -> Document:
    found = given.world().see(DOCUMENT, stream)
    assert found
    return found


# ── 会议 Meetings ──


def meeting(**changes: Any) -> RecordMeeting:
    lawful = RecordMeeting(
        effective_on=DAY,
        unit=unit(),
        body=MeetingBody.PARTY_GROUP,
        held_on=DAY,
        ordinal=1,
        due_members=9,
        present=5,
        agenda=(AgendaItem(number=1, title="清理规范", result="同意"),),
        minutes_digest="0" * 64,
    )
    return replace(lawful, **changes)


def test_a_meeting_is_recorded_once_with_counts() -> None:
    given = registry()
    ((stream, fact),) = given.when(meeting())
    assert stream == meeting_stream(unit(), MeetingBody.PARTY_GROUP, DAY, 1)
    assert isinstance(fact, MeetingHeld)
    assert (fact.present, fact.due_members) == (5, 9)
    refuses(given, meeting(present=9), MeetingAlreadyRecorded)
    given.when(meeting(ordinal=2))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"unit": NOBODY}, UnitUnknown),
        ({"held_on": DAY.replace(month=2)}, MeetingOfAnotherDay),
        ({"present": 0}, MemberCountsImpossible),
        ({"present": 10}, MemberCountsImpossible),
        ({"agenda": ()}, AgendaUnusable),
        ({"agenda": (AgendaItem(number=0, title="一", result="同意"),)}, AgendaUnusable),
        ({"agenda": (AgendaItem(number=1, title="一", result="同意"),) * 2}, AgendaUnusable),
        ({"minutes_digest": "0" * 63}, MinutesNotHeldFast),
        ({"minutes_digest": "G" * 64}, MinutesNotHeldFast),
    ],
)
def test_a_meeting_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    refuses(registry(), meeting(**changes), refusal)


def test_half_of_the_members_are_a_quorum_and_fewer_are_none() -> None:
    given = registry()
    refuses(given, meeting(present=4), QuorumNotReached, "BR-04")
    given.when(meeting(present=4, due_members=8))


# ── 规则包 Rule packs ──


def adoption(**changes: Any) -> AdoptRulePack:
    lawful = AdoptRulePack(
        effective_on=DAY, jurisdiction_code="530900", pack="lincang-2024", edition=1, effective_from=SINCE
    )
    return replace(lawful, **changes)


def test_the_text_of_an_adopted_pack_is_held_fast() -> None:
    given = Given()
    digest = rules.pack("lincang-2024@1").digest
    adopted = RulePackAdopted(
        jurisdiction_code="530900", pack="lincang-2024", edition=1, digest=digest, effective_from=SINCE
    )
    assert given.when(adoption()) == ((rule_pack_stream("530900"), adopted),)
    assert given.world().rules("530900", DAY).pack.id == "lincang-2024@1"
    assert given.world().rules("530922100", DAY).pack.id == "lincang-2024@1"
    assert given.world().rules("430500", DAY).pack.id == "generic@1"


def test_a_pack_that_this_program_does_not_hold_is_not_adopted() -> None:
    refuses(Given(), adoption(edition=2), RulePackNotHeld)


def test_the_first_adoption_may_reach_back_a_later_one_only_forward() -> None:
    given = Given()
    given.when(adoption())
    second = adoption(pack="generic", effective_on=LATER, effective_from=LATER)
    refuses(given, replace(second, effective_from=LATER.replace(day=1)), RulePackOutOfOrder)
    refuses(given, replace(second, effective_on=SINCE, effective_from=SINCE), RulePackOutOfOrder)
    given.when(second)
    assert given.world().rules("530900", LATER.replace(day=1)).pack.id == "lincang-2024@1"
    assert given.world().rules("530900", LATER).pack.id == "generic@1"
