"""A veto in use: suggested, its facts verified, the party heard, decided or not, notified; reviewed, lifted, lapsed.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a veto is decided only on an item of the list, for one of its situations, by a level with power (BR-07), one level down or beside
and for no longer than the pack says (BR-08), after the party was heard; what is done off the list is observed, not decided.
Judged by the rules of the exercising unit's area: they say who may veto there, and for how long.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ledger import known
from ledger.authority import DecisionWithoutDocument, DecisionWithoutMeeting, MeetingAfterDecision, MeetingOfAnotherArea
from ledger.commands import (
    DecideVeto,
    DecideVetoReview,
    HearVetoParty,
    LiftVeto,
    NoteVetoLapsed,
    NotifyVeto,
    RequestVetoReview,
    SuggestVeto,
    VerifyVetoFacts,
)
from ledger.days import add_months
from ledger.events import (
    Fact,
    VetoDecided,
    VetoFactsVerified,
    VetoLapsed,
    VetoLifted,
    VetoNotified,
    VetoPartyHeard,
    VetoReviewDecided,
    VetoReviewRequested,
    VetoSuggested,
)
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.streams import veto_stream
from ledger.succession import is_or_succeeds
from ledger.terms import ItemType, VetoDecision
from ledger.timelines.item import Item, Version
from ledger.timelines.scope import reaches
from ledger.timelines.unit import Unit
from ledger.timelines.veto import VETO, Stage, Veto
from ledger.values import Authority
from ledger.world import Decision, World


@dataclass
class VetoUnknown(Refused):
    """No veto stood under {veto} on {day}."""

    veto: UUID
    day: date


@dataclass
class VetoExists(Refused):
    """A veto on this item against {target} for {assessment_year} is {stage} already; one year, one veto."""

    target: str
    assessment_year: int
    stage: str


@dataclass
class VetoNotAtStage(Refused):
    """The veto is {stage}; this step is taken while it is: {wanted}."""

    stage: str
    wanted: str


@dataclass
class VetoWithoutItem(Refused):
    """“{title}” is no veto item in force on {day}; a veto is used only on an item of the list, others can only be observed."""

    title: str
    day: date


@dataclass
class ItemOfAnotherUnit(Refused):
    """“{title}” does not give {unit} a veto, but its implementing unit alone, or the one in whose name it is issued."""

    title: str
    unit: str


@dataclass
class TargetOutOfScope(Refused):
    """“{title}” does not reach {target}: it is of another level or category than the item was approved for."""

    title: str
    target: str


@dataclass
class TriggerNotListed(Refused):
    """“{trigger_code}” is no situation in which “{title}” lets a veto be used; these are: {listed}."""

    trigger_code: str
    title: str
    listed: str


@dataclass
class LevelWithoutVeto(Refused):
    """{unit} is of level {level}, which may suggest a veto but not decide it; here it is for: {allowed}."""

    unit: str
    level: str
    allowed: str


@dataclass
class TargetOutOfReach(Refused):
    """{target} is neither one level below {unit} in its area nor a department beside it; its own superior decides."""

    target: str
    unit: str


@dataclass
class EffectTooLong(Refused):
    """The veto would be in effect until {effect_to}; here it lasts until {latest} at the longest."""

    effect_to: date
    latest: date


@dataclass
class PartyNotHeard(Refused):
    """The veto is {stage}; before it is decided to veto, the facts are verified and the party is heard."""

    stage: str


@dataclass
class EffectNotStated(Refused):
    """A veto says what it does, and its first and last day; a decision not to veto says nothing of the kind."""


@dataclass
class EffectReversed(Refused):
    """The effect cannot begin on {effect_from} and end on {effect_to}."""

    effect_from: date
    effect_to: date


@dataclass
class NothingVetoed(Refused):
    """No veto stands here: it was not decided, decided against, or revoked."""


@dataclass
class VetoAlreadyNotified(Refused):
    """The decision was notified on {notified_on}."""

    notified_on: date


@dataclass
class VetoNotNotified(Refused):
    """The decision was not notified yet; there is nothing that the party could have reviewed."""


@dataclass
class VetoReviewPending(Refused):
    """A review was asked for already and is not decided."""


@dataclass
class NoVetoReviewRequested(Refused):
    """No review was asked for that would still have to be decided."""


@dataclass
class VetoReviewedByItsAuthor(Refused):
    """{unit} suggested or decided the veto; another unit reviews it."""

    unit: str


@dataclass
class NotLiftedEarly(Refused):
    """From {first_day_without} on there is nothing to lift: the last day of effect is {last_day}."""

    first_day_without: date
    last_day: date


@dataclass
class VetoNotLapsed(Refused):
    """The veto is in effect until {last_day} (included); it has lapsed from the next day on."""

    last_day: date


@dataclass
class VetoLapseNoted(Refused):
    """That the veto has lapsed is on record."""


Preparations = VerifyVetoFacts | HearVetoParty
Afterwards = NotifyVeto | RequestVetoReview | DecideVetoReview | LiftVeto | NoteVetoLapsed
Commands = SuggestVeto | Preparations | DecideVeto | Afterwards
UNDECIDED = (Stage.SUGGESTED, Stage.FACTS_VERIFIED, Stage.PARTY_HEARD)


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a veto in use; raise Refused."""
    match command:
        case SuggestVeto():
            return _suggest(command, world)
        case VerifyVetoFacts() | HearVetoParty():
            return _prepare(command, world)
        case DecideVeto():
            return _decide(command, world)
        case _:
            return _afterwards(command, world)


def _suggest(command: SuggestVeto, world: World) -> Decision:
    day = command.effective_on
    known.said(trigger_code=command.trigger_code, facts=command.facts)
    known.year(command.assessment_year)
    exerciser, target, _ = _standing(world, day, command.exercising_unit, command.target_unit, command.suggested_by)
    known.item(world, command.item, day)
    stream = veto_stream(command.item, command.target_unit, command.assessment_year)
    existing = world.see(VETO, stream)
    if existing:
        raise VetoExists(target.name, command.assessment_year, existing.stage)
    fact = VetoSuggested(
        item=command.item,
        exercising_unit=command.exercising_unit,
        target_unit=command.target_unit,
        assessment_year=command.assessment_year,
        trigger_code=command.trigger_code,
        suggested_by=command.suggested_by,
        facts=command.facts,
    )
    return Decision(world.rules(exerciser.area_code, day), ((stream, fact),))


def _prepare(command: Preparations, world: World) -> Decision:
    day = command.effective_on
    veto, rules = _veto(world, command.veto, day)
    known.nothing_later(world, veto.id, day)
    fact: VetoFactsVerified | VetoPartyHeard
    match command:
        case VerifyVetoFacts(verifier=verifier, facts=facts):
            _at(veto, Stage.SUGGESTED)
            known.said(facts=facts)
            known.unit(world, verifier, day)
            fact = VetoFactsVerified(verifier=verifier, facts=facts)
        case HearVetoParty(statement=statement):
            _at(veto, Stage.FACTS_VERIFIED, Stage.PARTY_HEARD)  # a party may be heard again
            known.said(statement=statement)
            fact = VetoPartyHeard(heard_on=day, statement=statement)
    return Decision(rules, ((veto.id, fact),))


def _decide(command: DecideVeto, world: World) -> Decision:
    day = command.effective_on
    veto, rules = _veto(world, command.veto, day)
    suggested = veto.suggestion
    if suggested is None or veto.stage not in UNDECIDED:
        raise VetoNotAtStage(veto.stage, ", ".join(UNDECIDED))
    known.nothing_later(world, veto.id, day)
    item = known.item(world, suggested.item, day)
    exerciser, target = _standing(world, day, suggested.exercising_unit, suggested.target_unit)
    _taken(world, rules, command, item, exerciser)
    if command.decision is VetoDecision.VETO:
        _heard(veto)
        begins, ends = _stated(command)
        _as_listed(world, rules, suggested.trigger_code, item, exerciser, target)
        _in_reach(rules, begins, ends, exerciser, target)
    elif command.effects or command.posts_affected or command.effect_from or command.effect_to:
        raise EffectNotStated
    version = item.version_on(day)
    fact = VetoDecided(
        item=suggested.item,
        item_version=version.number if version else 0,
        exercising_unit=suggested.exercising_unit,
        target_unit=suggested.target_unit,
        assessment_year=suggested.assessment_year,
        decision=command.decision,
        trigger_code=suggested.trigger_code,
        decided_on=day,
        effects=command.effects,
        posts_affected=command.posts_affected,
        effect_from=command.effect_from,
        effect_to=command.effect_to,
    )
    return Decision(rules, ((veto.id, fact),))


def _taken(world: World, rules: Rules, command: DecideVeto, item: Item, exerciser: Unit) -> None:
    """Demand that the decision names its document and a meeting of the exerciser's area, or of one above it (BR-04)."""
    named, day, title = command.authority or Authority(), command.effective_on, item.terms.title
    rules.demand("BR-04", named.document is not None, DecisionWithoutDocument(title))
    rules.demand("BR-04", named.meeting is not None, DecisionWithoutMeeting(title))
    if named.document:
        known.document(world, named.document)
    if named.meeting:
        meeting = known.meeting(world, named.meeting)
        unit = known.unit(world, meeting.unit, meeting.held_on)
        rules.demand("BR-04", meeting.held_on <= day, MeetingAfterDecision(meeting.held_on, day))
        apart = MeetingOfAnotherArea(unit.name, unit.area_code, exerciser.area_code)
        rules.demand("BR-04", unit.area_code in ancestors(exerciser.area_code), apart)


def _heard(veto: Veto) -> None:
    if veto.stage is not Stage.PARTY_HEARD:
        raise PartyNotHeard(veto.stage)


def _stated(command: DecideVeto) -> tuple[date, date]:
    """Return the first and the last day of effect; raise unless a veto says what it does, and from when to when."""
    known.said(**{f"effects.{number}": effect for number, effect in enumerate(command.effects, 1)})
    known.said(**{f"posts_affected.{number}": post for number, post in enumerate(command.posts_affected, 1)})
    if not command.effects or command.effect_from is None or command.effect_to is None:
        raise EffectNotStated
    if command.effect_to < command.effect_from:
        raise EffectReversed(command.effect_from, command.effect_to)
    known.not_before(command.effective_on, command.effect_from)
    return command.effect_from, command.effect_to


def _as_listed(world: World, rules: Rules, trigger_code: str, item: Item, exerciser: Unit, target: Unit) -> None:
    """Demand what the list says: the item in force, its unit, whom it reaches, its situations, and a level with power (BR-07)."""
    day, title = rules.on, item.terms.title
    terms = (item.version_on(day) or Version(0, item.terms, day)).terms
    allowed, triggers = rules.words("veto_levels"), [trigger.code for trigger in terms.triggers]
    given = any(
        unit and is_or_succeeds(world, exerciser.id, unit)
        for unit in (terms.implementing_unit, terms.issued_in_name_of)
    )
    listed = item.active_on(day) and terms.item_type is ItemType.VETO
    powerless = LevelWithoutVeto(exerciser.name, exerciser.level, ", ".join(allowed) or "-")
    unlisted = TriggerNotListed(trigger_code, title, ", ".join(triggers) or "-")
    rules.demand("BR-07", listed, VetoWithoutItem(title, day))
    rules.demand("BR-07", exerciser.level in allowed, powerless)
    rules.demand("BR-07", given, ItemOfAnotherUnit(title, exerciser.name))
    rules.demand(
        "BR-07",
        reaches(terms.recipient_scope, target, lambda named: is_or_succeeds(world, target.id, named)),
        TargetOutOfScope(title, target.name),
    )
    rules.demand("BR-07", trigger_code in triggers, unlisted)


def _in_reach(rules: Rules, begins: date, ends: date, exerciser: Unit, target: Unit) -> None:
    """Demand a target one level below in the exerciser's area, or a department beside it, and an effect not too long (BR-08)."""
    near = exerciser.level.rank - target.level.rank in (0, 1) and target.id != exerciser.id
    within = exerciser.area_code in ancestors(target.area_code)
    rules.demand("BR-08", near and within, TargetOutOfReach(target.name, exerciser.name))
    latest = _last_day(begins, rules.number("veto_longest_months"))
    rules.demand("BR-08", ends <= latest, EffectTooLong(ends, latest))


def _last_day(first: date, months: int) -> date:
    """Return the last of so many months, the first day counted: the eve of the same day number, or a month's last day for want of it."""
    after = add_months(first, months)
    return after - timedelta(days=1) if after.day == first.day else after


def _afterwards(command: Afterwards, world: World) -> Decision:
    day = command.effective_on
    veto, rules = _veto(world, command.veto, day)
    known.nothing_later(world, veto.id, day)
    fact: Fact
    match command:
        case NotifyVeto():
            _notifiable(veto)
            fact = VetoNotified(notified_on=day)
        case RequestVetoReview(grounds=grounds):
            known.said(grounds=grounds)
            _reviewable(veto)
            fact = VetoReviewRequested(requested_on=day, grounds=grounds)
        case DecideVetoReview(result=result, reviewer=reviewer):
            _reviewed_by_another(world, rules, veto, reviewer)
            fact = VetoReviewDecided(result=result, reviewer=reviewer, decided_on=day)
        case LiftVeto(first_day_without=first, ground=ground):
            known.said(ground=ground)
            known.not_before(day, first)
            _liftable(veto, first)
            fact = VetoLifted(first_day_without=first, ground=ground)
        case NoteVetoLapsed():
            _lapsed(veto, day)
            fact = VetoLapsed()
    return Decision(rules, ((veto.id, fact),))


def _notifiable(veto: Veto) -> None:
    if veto.decision is None:
        raise NothingVetoed
    if veto.notified_on:
        raise VetoAlreadyNotified(veto.notified_on)


def _reviewable(veto: Veto) -> None:
    if not veto.vetoed:
        raise NothingVetoed
    if veto.notified_on is None:
        raise VetoNotNotified
    if veto.review_pending:
        raise VetoReviewPending


def _reviewed_by_another(world: World, rules: Rules, veto: Veto, reviewer: UUID) -> None:
    unit = known.unit(world, reviewer, rules.on)
    if not veto.review_pending:
        raise NoVetoReviewRequested
    authors = (veto.exercising_unit, *((veto.suggestion.suggested_by,) if veto.suggestion else ()))
    own = any(is_or_succeeds(world, reviewer, author) for author in authors)
    rules.demand("BR-19", not own, VetoReviewedByItsAuthor(unit.name))


def _liftable(veto: Veto, first_day_without: date) -> None:
    last = _last_day_of_effect(veto)
    if first_day_without > last:
        raise NotLiftedEarly(first_day_without, last)


def _lapsed(veto: Veto, day: date) -> None:
    last = _last_day_of_effect(veto)
    if day <= last:
        raise VetoNotLapsed(last)
    if veto.lapse_noted:
        raise VetoLapseNoted


def _last_day_of_effect(veto: Veto) -> date:
    if not veto.vetoed or veto.last_day is None:
        raise NothingVetoed
    return veto.last_day


def _veto(world: World, veto_id: UUID, day: date) -> tuple[Veto, Rules]:
    veto = world.see(VETO, veto_id, on=day)
    if veto is None:
        raise VetoUnknown(veto_id, day)
    return veto, world.rules(known.registered_unit(world, veto.exercising_unit).area_code, day)


def _at(veto: Veto, *stages: Stage) -> None:
    if veto.stage not in stages:
        raise VetoNotAtStage(veto.stage, ", ".join(stages))


def _standing(world: World, day: date, *units: UUID) -> list[Unit]:
    return [known.unit(world, unit, day) for unit in units]
