"""What a decision on an item rests on: document and meeting, the report upward, the mandate from above, ground and elements.

Shared by the deciders of the items' second half (review, decision, admission, list). Pure; who may decide where, which levels report
and which grounds there are is said by the rule pack in force. Keeps: a login is no authority.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.commands import Command
from ledger.days import add_months
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.terms import Disposition, ItemType
from ledger.timelines.document import Document
from ledger.timelines.item import Item
from ledger.timelines.unit import UNIT
from ledger.values import Authority, ItemTerms, RunningPledgesTreatment
from ledger.world import World

TABLES = {Disposition.RETAIN: "R", Disposition.MERGE: "M", Disposition.CANCEL: "C"}
HIGHEST_LINE = 6  # levels from a village to the nation: no line of superiors is longer


@dataclass
class DecisionWithoutDocument(Refused):
    """The decision on “{title}” names no document; name the registered one by which it was issued."""

    title: str


@dataclass
class DecisionWithoutMeeting(Refused):
    """The decision on “{title}” names no meeting; name the recorded one at which it was taken."""

    title: str


@dataclass
class BodyMayNotDecide(Refused):
    """A meeting of {body} does not decide on items of level {level}; here it is for: {allowed}."""

    body: str
    level: str
    allowed: str


@dataclass
class MeetingOfAnotherArea(Refused):
    """{unit} ({area_code}) stands neither in {jurisdiction} nor above it; name a meeting of that jurisdiction or of one above."""

    unit: str
    area_code: str
    jurisdiction: str


@dataclass
class DocumentOfAnotherArea(Refused):
    """{document} was issued by {issuer} ({area_code}), which stands neither in {jurisdiction} nor above it; name the deciding document."""

    document: str
    issuer: str
    area_code: str
    jurisdiction: str


@dataclass
class MeetingAfterDecision(Refused):
    """The meeting was held on {held_on}, after the decision of {decided} that it is to have taken."""

    held_on: date
    decided: date


@dataclass
class QuorumNotReached(Refused):
    """{present} of {due_members} members were present; a decision needs at least {percent} per cent."""

    present: int
    due_members: int
    percent: int


@dataclass
class NotReportedToProvince(Refused):
    """“{title}” was not reported to the province before the decision; here items of level {level} are reported one by one first."""

    title: str
    level: str


@dataclass
class MandateMissing(Refused):
    """No document of {mandating} in force on {day} requires “{title}”; cite one that is registered, or do not set the item up."""

    title: str
    day: date
    mandating: str


@dataclass
class GroundUnknown(Refused):
    """“{ground_code}” is no ground of table {table} in force here."""

    ground_code: str
    table: str


@dataclass
class ElementsMissing(Refused):
    """“{title}” cannot be decided on, for it is not stated: {missing}."""

    title: str
    missing: str


@dataclass
class RunningPledgesUntreated(Refused):
    """It is not said what becomes of the pledges running under “{title}”: ended, or run out, and by which last day."""

    title: str


@dataclass
class RunOutTooLong(Refused):
    """Pledges under “{title}” would run until {last_day}; here they run out by {latest}."""

    title: str
    last_day: date
    latest: date


@dataclass
class OwnSystemPledge(Refused):
    """“{title}” has units of the implementing unit's own line sign a pledge, which is no longer done here."""

    title: str


def taken(world: World, rules: Rules, command: Command, terms: ItemTerms) -> None:
    """Demand that a decision names its document and its meeting, and that the meeting could take it (BR-04)."""
    authority = command.authority or Authority()
    rules.demand("BR-04", authority.document is not None, DecisionWithoutDocument(terms.title))
    rules.demand("BR-04", authority.meeting is not None, DecisionWithoutMeeting(terms.title))
    if authority.document:
        _of_the_area(world, rules, known.document(world, authority.document), terms.jurisdiction)
    if authority.meeting:
        _could_decide(world, rules, authority.meeting, terms, command.effective_on)


def reported(rules: Rules, item: Item) -> None:
    """Demand that an item of a level that reports to the province was reported before it is decided on (BR-04)."""
    level = item.terms.level
    holds = level not in rules.words("report_levels") or item.reported_on is not None
    rules.demand("BR-04", holds, NotReportedToProvince(item.terms.title, level))


def mandated(world: World, rules: Rules, terms: ItemTerms, documents: Iterable[UUID], day: date) -> None:
    """Demand that a registered document from above, in force on `day`, requires an item of a level that needs one (BR-01)."""
    mandating = rules.words("mandating_levels")
    cited = [known.document(world, each) for each in documents]
    holds = terms.level not in rules.words("mandated_levels") or any(
        document.issuer_level in mandating and document.in_force_on(day) for document in cited
    )
    rules.demand("BR-01", holds, MandateMissing(terms.title, day, ", ".join(mandating)))


def grounded(rules: Rules, ground_code: str, disposition: Disposition) -> None:
    """Demand a ground of the table that belongs to a disposition (BR-03)."""
    table = TABLES[disposition]
    rules.demand("BR-03", rules.ground(ground_code, table) is not None, GroundUnknown(ground_code, table))


def complete(rules: Rules, terms: ItemTerms, *, kept: bool) -> None:
    """Demand the elements without which nobody could judge an item; one that is kept also needs its basis (BR-03)."""
    elements = {
        "recipient_scope": terms.recipient_scope,
        "result": terms.result.strip(),
        "end_year": terms.end_year or terms.no_end_ground,
        "basis": terms.basis or not kept,
    }
    missing = ", ".join(name for name, stated in elements.items() if not stated)
    rules.demand("BR-03", not missing, ElementsMissing(terms.title, missing))


def pledges_treated(rules: Rules, terms: ItemTerms, treatment: RunningPledgesTreatment | None, ends: date) -> None:
    """Demand, of a pledge item that ends with day `ends`, what becomes of the pledges running under it (BR-14)."""
    holds = terms.item_type is not ItemType.PLEDGE or treatment is not None
    rules.demand("BR-14", holds, RunningPledgesUntreated(terms.title))
    longest = rules.pack.values.get("run_out_longest_months")
    if treatment and longest is not None:
        latest = add_months(ends, longest)
        rules.demand("BR-14", treatment.last_day <= latest, RunOutTooLong(terms.title, treatment.last_day, latest))


def not_own_system(world: World, rules: Rules, terms: ItemTerms) -> None:
    """Demand, where a pack forbids it, that a pledge item names no unit of the implementing unit's own line (BR-27)."""
    named = {unit for scope in terms.recipient_scope for unit in scope.units}
    own = terms.item_type is ItemType.PLEDGE and any(
        in_line_below(world, unit, terms.implementing_unit) for unit in named
    )
    rules.demand("BR-27", not own, OwnSystemPledge(terms.title))


def _of_the_area(world: World, rules: Rules, document: Document, jurisdiction: str) -> None:
    issuer = world.see(UNIT, document.issuer)
    if issuer is not None:
        refusal = DocumentOfAnotherArea(document.number or document.title, issuer.name, issuer.area_code, jurisdiction)
        rules.demand("BR-04", issuer.area_code in ancestors(jurisdiction), refusal)


def _could_decide(world: World, rules: Rules, meeting_id: UUID, terms: ItemTerms, day: date) -> None:
    meeting = known.meeting(world, meeting_id)
    unit = known.unit(world, meeting.unit, meeting.held_on)
    bodies = rules.words(f"deciding_bodies_{terms.level}")
    percent = rules.number("quorum_percent")
    rules.demand("BR-04", meeting.held_on <= day, MeetingAfterDecision(meeting.held_on, day))
    rules.demand(
        "BR-04",
        not bodies or meeting.body in bodies,
        BodyMayNotDecide(meeting.body, terms.level, ", ".join(bodies)),
    )
    rules.demand(
        "BR-04",
        unit.area_code in ancestors(terms.jurisdiction),
        MeetingOfAnotherArea(unit.name, unit.area_code, terms.jurisdiction),
    )
    rules.demand(
        "BR-04",
        100 * meeting.present >= percent * meeting.due_members,
        QuorumNotReached(meeting.present, meeting.due_members, percent),
    )


def in_line_below(world: World, unit_id: UUID, superior: UUID) -> bool:
    """Tell whether a unit stands in the line of superiors under another one (its own system)."""
    unit = world.see(UNIT, unit_id)
    for _ in range(HIGHEST_LINE):
        if unit is None or unit.line_superior is None:
            return False
        if unit.line_superior == superior:
            return True
        unit = world.see(UNIT, unit.line_superior)
    return False
