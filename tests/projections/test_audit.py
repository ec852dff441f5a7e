"""Decisions without authority, late records and corrections, asked of the log; and what differs between two sights."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from api.catalogue import catalogue
from ledger.days import day_of
from ledger.events import (
    DocumentRegistered,
    DocumentRepealed,
    ItemAmended,
    ItemExited,
    ItemRetained,
    MeetingHeld,
    RecordCorrected,
    UnitRenamed,
)
from ledger.streams import document_stream, meeting_stream
from ledger.terms import ClauseType, Level, MeetingBody
from ledger.values import Authority, Change, Clause
from projections import audit, differences
from projections import log as stored
from projections.audit import Gap
from projections.builds import Build
from projections.catalogue import REGISTER
from projections.differences import compared
from projections.rebuild import rebuild
from tests.projections.conftest import Log
from tests.projections.small_campaign import DECIDED, ITEMS, LEAD, NAMES, PUBLISHED, TARGET, YEAR, SmallCampaign
from tests.projections.telling import CITY, Telling, pin, terms, unit

PAPER, OLD, HELD = (
    document_stream(unit(LEAD), "1"),
    document_stream(unit(LEAD), "2"),
    meeting_stream(unit(LEAD), MeetingBody.STANDING_COMMITTEE, DECIDED, 1),
)
NOBODYS = document_stream(unit(LEAD), "3")
LATER, AFTER = date(2025, 6, 1), date(2026, 1, 1)
WHOLE = Authority(document=PAPER, meeting=HELD)


@pytest.fixture
def story(log: Log) -> SmallCampaign:
    return SmallCampaign(Telling(log)).tell()


@pytest.fixture
def say(story: SmallCampaign) -> Telling:
    """The small clean-up, and the papers that later decisions name."""
    say = story.telling
    paper = DocumentRegistered(
        document_issuer=unit(LEAD), title="演示文件", dated=DECIDED, issuer_level=Level.PREFECTURE, genre="通知",
        effective_from=DECIDED,
    )  # fmt: skip
    for number, stream in (("1", PAPER), ("2", OLD)):
        say.tell(stream, replace(paper, number=number), DECIDED)
    say.tell(OLD, DocumentRepealed(repealed_by=PAPER, first_day_without=YEAR), DECIDED)
    met = MeetingHeld(
        unit=unit(LEAD),
        body=MeetingBody.STANDING_COMMITTEE,
        held_on=DECIDED,
        ordinal=1,
        due_members=9,
        present=9,
        agenda=(),
        minutes_digest="0" * 64,
    )
    say.tell(HELD, met, DECIDED)
    return say


def anew(connection: Connection[Any], say: Telling) -> Build:
    say.done()
    return rebuild(connection, REGISTER)


def exited(say: Telling, on: date, authority: Authority | None) -> int:
    return say.tell(ITEMS["否"], ItemExited(ground="演示", first_day_without=AFTER), on, authority=authority)


def gaps(connection: Connection[Any], build: Build, on: date = AFTER, **asked: Any) -> dict[int, Sequence[Gap]]:
    known_at = asked.pop("known_at", None)
    return {row.position: row.gaps for row in audit.authority_gaps(connection, pin(build, on, known_at), **asked)}


# ── Authority ──


def test_every_decision_without_authority_is_named_and_nothing_else(connection: Connection[Any], say: Telling) -> None:
    build = anew(connection, say)
    topics = {kind.TOPIC for kind in audit.DECISIONS}
    expected = {each.position for each in say.told if each.fact.TOPIC in topics}
    assert len(expected) > 10
    both = (Gap.NO_DOCUMENT, Gap.NO_MEETING)
    assert gaps(connection, build) == dict.fromkeys(sorted(expected), both)
    assert gaps(connection, build, on=DECIDED - timedelta(days=1)) == {}
    first = min(expected)
    assert list(gaps(connection, build, known_at=first)) == [first]


@pytest.mark.parametrize(
    ("authority", "on", "expected"),
    [
        (WHOLE, LATER, None),
        (None, LATER, (Gap.NO_DOCUMENT, Gap.NO_MEETING)),
        (Authority(document=PAPER), LATER, (Gap.NO_MEETING,)),
        (Authority(meeting=HELD), LATER, (Gap.NO_DOCUMENT,)),
        (Authority(document=NOBODYS, meeting=HELD), LATER, (Gap.DOCUMENT_NOT_RECORDED,)),
        (Authority(document=PAPER, meeting=NOBODYS), LATER, (Gap.MEETING_NOT_RECORDED,)),
        (Authority(document=OLD, meeting=HELD), LATER, (Gap.DOCUMENT_NOT_IN_FORCE,)),
        (Authority(document=OLD, meeting=HELD), DECIDED, None),
        (WHOLE, DECIDED - timedelta(days=1), (Gap.DOCUMENT_NOT_IN_FORCE, Gap.MEETING_LATER)),
    ],
)
def test_what_an_authority_lacks(
    connection: Connection[Any], say: Telling, authority: Authority | None, on: date, expected: Any
) -> None:
    position = exited(say, on, authority)
    assert gaps(connection, anew(connection, say)).get(position) == expected


def test_a_paper_counts_once_it_is_recorded_and_a_corrected_authority_as_it_reads(
    connection: Connection[Any], say: Telling
) -> None:
    wrong = exited(say, LATER, Authority(document=NOBODYS, meeting=HELD))
    mended = (Change(path="/authority/document", value=f'"{PAPER}"'),)
    say.tell(ITEMS["否"], RecordCorrected(corrects=wrong, why="更正", changed=mended), LATER)
    before = say.position - 1
    void = exited(say, LATER, None)
    say.tell(ITEMS["否"], RecordCorrected(corrects=void, why="误录", void=True), LATER)
    build = anew(connection, say)
    assert {wrong, void} & gaps(connection, build).keys() == set()
    assert gaps(connection, build, known_at=before)[wrong] == (Gap.DOCUMENT_NOT_RECORDED,)
    assert void in gaps(connection, build, known_at=void)


def test_gaps_are_narrowed_by_unit_topic_and_gap(connection: Connection[Any], say: Telling) -> None:
    half = exited(say, LATER, Authority(document=PAPER))
    build = anew(connection, say)
    by_lead = {each.position for each in say.told if each.envelope.actor_unit == unit(LEAD)}
    every = gaps(connection, build)
    assert gaps(connection, build, unit=unit(LEAD)).keys() == every.keys() & by_lead
    kept = {each.position for each in say.told if isinstance(each.fact, ItemRetained)}
    assert gaps(connection, build, topic=["item.retained"]).keys() == kept
    assert gaps(connection, build, gap=[Gap.NO_MEETING]) == every
    assert half not in gaps(connection, build, gap=[Gap.NO_DOCUMENT])
    (row, *_) = audit.authority_gaps(connection, pin(build, AFTER), unit=unit(LEAD), most=1)
    assert row.actor_unit_name == "演示市委组织部"


# ── Lateness ──


def test_what_is_late_is_what_a_naive_reading_of_the_log_gives(connection: Connection[Any], say: Telling) -> None:
    position = say.tell(unit(LEAD), UnitRenamed(name="演示新名"), LATER, by=unit(LEAD))
    earlier = (Change(path="/effective_on", value='"2024-05-01"'),)
    say.tell(unit(LEAD), RecordCorrected(corrects=position, why="更正", changed=earlier), LATER)
    say.done()
    today = day_of(next(stored.between(connection, say.position - 1, say.position, REGISTER.topics)).recorded_at)
    for days in (-40, 0, 29, 31):
        say.tell(unit(LEAD), UnitRenamed(name=f"演示{days}"), today - timedelta(days=days), by=unit(LEAD))
    build, far = anew(connection, say), today + timedelta(days=100)
    expected = {}
    for each in stored.between(connection, 0, say.position, sorted({told.fact.TOPIC for told in say.told})):
        days = (day_of(each.recorded_at) - (date(2024, 5, 1) if each.position == position else each.effective_on)).days
        expected[each.position] = days
    shown = {row.position: row.days_late for row in audit.lateness(connection, pin(build, far), most=500)}
    assert shown == {at: days for at, days in expected.items() if days > 30 or days < 0}
    assert min(shown.values()) == -40
    for more_than in (0, 30, 600):
        asked = audit.lateness(connection, pin(build, far), more_than=more_than, most=500)
        assert [row.position for row in asked] == [at for at, days in expected.items() if days > more_than]
    (moved,) = [row for row in audit.lateness(connection, pin(build, far), most=500) if row.position == position]
    assert (moved.effective_on, moved.stated_on, moved.stands) == (date(2024, 5, 1), LATER, True)
    by_unit = audit.lateness(connection, pin(build, far), unit=unit(LEAD), since=LATER, most=500)
    assert [row.days_late for row in by_unit] == [-40, 31]


def test_a_record_becomes_late_or_timely_by_the_correction_of_its_day(
    connection: Connection[Any], say: Telling
) -> None:
    say.done()
    today = day_of(next(stored.between(connection, say.position - 1, say.position, REGISTER.topics)).recorded_at)
    timely = say.tell(unit(LEAD), UnitRenamed(name="演示"), today)
    late = say.tell(unit(LEAD), UnitRenamed(name="演示二"), LATER)
    moves = [f'"{today - timedelta(days=60)}"', f'"{today}"']
    for position, value in zip((timely, late), moves, strict=True):
        moved = RecordCorrected(corrects=position, why="更正", changed=(Change(path="/effective_on", value=value),))
        say.tell(unit(LEAD), moved, today)
    third = say.position
    say.tell(unit(LEAD), RecordCorrected(corrects=third - 1, why="误", void=True), today)
    build = anew(connection, say)
    shown = [
        {row.position: row.days_late for row in audit.lateness(connection, pin(build, today, at), most=500)}
        for at in (late, third - 1, third, third + 1)
    ]
    assert [found.get(timely) for found in shown] == [None, 60, 60, None]
    assert [late in found for found in shown] == [True, True, False, False]


def test_a_late_record_that_was_voided_is_still_shown_and_said_to_be_void(
    connection: Connection[Any], say: Telling
) -> None:
    position = exited(say, LATER, WHOLE)
    say.tell(ITEMS["否"], RecordCorrected(corrects=position, why="误录", void=True), LATER)
    build = anew(connection, say)
    stands = {row.position: row.stands for row in audit.lateness(connection, pin(build, AFTER), most=500)}
    assert (stands[position], stands[position - 1]) == (False, True)
    before = audit.lateness(connection, pin(build, AFTER, position), most=500)
    assert before[-1].position == position
    assert before[-1].stands


# ── Corrections ──


def test_a_correction_shows_both_values_and_is_itself_corrected(connection: Connection[Any], say: Telling) -> None:
    renamed = say.tell(unit(LEAD), UnitRenamed(name="误"), LATER, by=unit(LEAD))
    first = RecordCorrected(corrects=renamed, why="一", changed=(Change(path="/name", value='"正"'),))
    one = say.tell(unit(LEAD), first, LATER, by=unit(LEAD))
    second = RecordCorrected(
        corrects=renamed,
        why="二",
        changed=(Change(path="/name", value='"更正"'), Change(path="/effective_on", value='"2025-05-31"')),
    )
    two = say.tell(unit(LEAD), second, AFTER)
    three = say.tell(unit(LEAD), RecordCorrected(corrects=one, why="三", void=True), AFTER)
    build = anew(connection, say)
    rows = {row.position: row for row in audit.corrections(connection, pin(build, AFTER))}
    assert list(rows) == [one, two, three]
    sides = {at: [(each.path, each.before, each.after) for each in row.changed] for at, row in rows.items()}
    assert sides == {
        one: [("/name", "误", "正")],
        two: [("/name", "正", "更正"), ("/effective_on", "2025-06-01", "2025-05-31")],
        three: [],
    }
    assert [(row.stands, row.void, list(row.corrected_by)) for row in rows.values()] == [
        (False, False, [three]), (True, False, []), (True, True, []),
    ]  # fmt: skip
    assert (rows[one].corrects, rows[one].corrected_topic, rows[one].corrected_on) == (renamed, "unit.renamed", LATER)
    assert rows[three].corrected_topic == "record.corrected"
    assert rows[one].actor_unit_name == "更正"  # as the unit is called on the day asked about
    (known,) = audit.corrections(connection, pin(build, AFTER, one))
    assert known.stands
    assert [row.position for row in audit.corrections(connection, pin(build, LATER))] == [one]
    assert [row.position for row in audit.corrections(connection, pin(build, AFTER), since=AFTER)] == [two, three]
    assert [row.position for row in audit.corrections(connection, pin(build, AFTER), void=True)] == [three]
    assert [row.position for row in audit.corrections(connection, pin(build, AFTER), unit=unit(LEAD))] == [one]


@pytest.mark.parametrize("ask", [audit.authority_gaps, audit.lateness, audit.corrections])
def test_pages_of_any_size_give_the_whole(
    connection: Connection[Any], say: Telling, monkeypatch: pytest.MonkeyPatch, ask: Callable[..., Any]
) -> None:
    for number in range(5):
        position = exited(say, LATER, WHOLE if number % 2 else None)
        say.tell(ITEMS["否"], RecordCorrected(corrects=position, why="误录", void=number == 3), LATER)
    pinned = pin(anew(connection, say), AFTER)
    whole = ask(connection, pinned, most=500)
    assert len(whole) >= 5
    for size, chunk in ((1, 2), (3, 1), (4, 3), (500, 7)):
        monkeypatch.setattr(audit, "CHUNK", chunk)
        paged: list[Any] = []
        while page := ask(connection, pinned, after=paged[-1].position if paged else 0, most=size):
            assert len(page) <= size
            paged += page
        assert paged == whole


# ── Differences ──


def clause(number: str, text: str = "演示", **more: Any) -> Clause:
    return Clause(clause_id=number, type=ClauseType.SIGNER_DUTY, text=text, **more)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((), (), []),
        ((clause("1"),), (clause("1", "演 示\n"),), []),
        ((), (clause("1"),), [("ADDED", "1", True, ())]),
        ((clause("1"),), (), [("REMOVED", "1", True, ())]),
        ((clause("1"),), (clause("1", "演示二"),), [("CHANGED", "1", True, ("text",))]),
        ((clause("1", slots=("甲",)),), (clause("1", slots=("乙",)),), [("CHANGED", "1", False, ("slots",))]),
        ((clause("1"),), (clause("2"),), [("CHANGED", "2", False, ("clause_id",))]),
        ((clause("1", amount=1),), (clause("1", amount=2),), [("CHANGED", "1", False, ("amount",))]),
        ((clause("1"), clause("2", "二")), (clause("2", "二"), clause("1")), []),
        (
            (clause("1"), clause("2", "二"), clause("3", "三")),
            (clause("1", "二"), clause("4", "三"), clause("5", "五")),
            [
                ("CHANGED", "1", True, ("text",)),
                ("CHANGED", "4", False, ("clause_id",)),
                ("ADDED", "5", True, ()),
                ("REMOVED", "2", True, ()),
            ],
        ),
    ],
)
def test_clauses_are_met_by_id_then_by_text(before: Any, after: Any, expected: Any) -> None:
    rows = compared(before, after)
    assert [(row.change, row.clause_id, row.text_changed, row.changed) for row in rows] == expected


def test_an_amendment_is_a_difference_by_either_clock(connection: Connection[Any], say: Telling) -> None:
    made = replace(terms("甲", "530900-01"), clauses=(clause("1"),), result="改为")
    position = say.tell(
        ITEMS["甲"], ItemAmended(from_version=1, terms=made, effective_from=AFTER, clauses_added=("1",)), LATER
    )
    build = anew(connection, say)
    known = differences.item(connection, pin(build, AFTER, position - 1), pin(build, AFTER, position), ITEMS["甲"])
    force = differences.item(connection, pin(build, AFTER - timedelta(days=1)), pin(build, AFTER), ITEMS["甲"])
    for found in (known, force):
        assert found is not None
        assert {each.path: (each.before, each.after) for each in found.fields} == {
            "/version": (1, 2), "/terms/result": ("纳入考核", "改为"),
        }  # fmt: skip
        assert [(each.change, each.clause_id) for each in found.clauses] == [("ADDED", "1")]
    same = differences.item(connection, pin(build, AFTER), pin(build, AFTER), ITEMS["甲"])
    assert same is not None
    assert (list(same.fields), list(same.clauses)) == ([], [])


def test_a_side_that_did_not_know_a_thing_says_so(connection: Connection[Any], say: Telling) -> None:
    build = anew(connection, say)
    born = differences.item(connection, pin(build, YEAR, 3), pin(build, YEAR), ITEMS["甲"])
    assert born is not None
    assert (born.known_before, born.known_after) == (False, True)
    assert {each.before for each in born.fields} == {None}
    assert differences.item(connection, pin(build, YEAR, 3), pin(build, YEAR, 4), ITEMS["甲"]) is None
    assert differences.unit(connection, pin(build, YEAR), pin(build, YEAR), NOBODYS) is None


def test_a_unit_differs_by_its_name(connection: Connection[Any], say: Telling) -> None:
    say.tell(unit(LEAD), UnitRenamed(name="新名"), LATER)
    build = anew(connection, say)
    found = differences.unit(connection, pin(build, YEAR), pin(build, LATER), unit(LEAD))
    assert found is not None
    assert [(each.path, each.before, each.after) for each in found.fields] == [("/name", "演示市委组织部", "新名")]


def test_a_list_differs_by_members_and_by_their_elements(
    connection: Connection[Any], story: SmallCampaign, say: Telling
) -> None:
    say.tell(ITEMS["否"], ItemExited(ground="演示", first_day_without=date(2025, 3, 1)), LATER)
    say.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), LATER)
    story.retain("乙")
    made = replace(terms("甲", "530900-01"), clauses=(clause("1"),))
    say.tell(ITEMS["甲"], ItemAmended(from_version=1, terms=made, effective_from=date(2025, 3, 1)), LATER)
    build = anew(connection, say)
    held = differences.lists(connection, pin(build, LATER, story.at["close"]), pin(build, LATER), CITY)
    assert [NAMES[each.item] for each in held.added] == ["乙"]
    assert [NAMES[each.item] for each in held.removed] == ["否"]
    assert [(NAMES[each.id], [row.change for row in each.clauses]) for each in held.changed] == [("甲", ["ADDED"])]
    assert held.unchanged == 0
    still = differences.lists(connection, pin(build, PUBLISHED), pin(build, YEAR), CITY, ("PREFECTURE",))
    assert len(still.added) == 3
    same = differences.lists(connection, pin(build, LATER), pin(build, LATER), CITY)
    assert (same.added, same.removed, same.changed, same.unchanged) == ([], [], [], 2)
    assert TARGET not in {each.item for each in still.added}


def test_every_word_of_a_row_has_its_words() -> None:
    for section, words in (("gap", audit.Gap), ("change", differences.Change)):
        said = {code.removeprefix(f"{section}.") for code in catalogue() if code.startswith(f"{section}.")}
        assert said == {str(word) for word in words}
    assert UUID(int=0) not in NAMES
