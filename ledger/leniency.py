"""What bars leniency, and what shows that a duty came without power or means: asked of every ruling that grants, and of every review.

Shared by the steps of tolerance; stands beside `authority`. Pure. Keeps: what was granted before for the same duty of the same unit
bars another grant, save for force majeure (BR-16); a mismatch rests on positions of facts that stand in the streams named (BR-17).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import DutyEntryAdded, DutyEntryChanged, Fact, PledgeObjectionRaised, ToleranceRuled
from ledger.known import registered_unit
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.streams import duty_stream
from ledger.succession import is_or_succeeds
from ledger.terms import ToleranceOutcome
from ledger.timelines.case import CASE
from ledger.timelines.duty import DUTY
from ledger.timelines.incident import INCIDENT, Incident
from ledger.timelines.pledge import PLEDGE
from ledger.timelines.standing import standing
from ledger.timelines.support import outstanding
from ledger.timelines.tolerance import TOLERANCE, Tolerance, Verification
from ledger.timelines.unit import Unit
from ledger.values import DutyEntry
from ledger.world import World


@dataclass
class LeniencyBarred(Refused):
    """There is no leniency here, for verifying found: {circumstances}."""

    circumstances: str


@dataclass
class MatterExcluded(Refused):
    """There is no leniency for incidents of severity {severity}; excluded here are: {excluded}."""

    severity: str
    excluded: str


@dataclass
class MistakeRepeated(Refused):
    """Leniency was granted to {unit} before, in {earlier}, for the same duty {duty_codes}, and no force majeure was found."""

    unit: str
    earlier: UUID
    duty_codes: str


@dataclass
class NotAnEarlierRuling(Refused):
    """{earlier} is no other matter of tolerance of {unit} in a case."""

    earlier: UUID
    unit: str


@dataclass
class MismatchRefNotFound(Refused):
    """No fact that stands at position {position} is found in the pledges and duties named; name its stream too."""

    position: int


@dataclass
class MismatchWithoutDuty(Refused):
    """“Duty without power or means” is granted without the entry of the duty at issue ({duty_codes}); name its position."""

    duty_codes: str


@dataclass
class MismatchWithoutWant(Refused):
    """Nothing named shows that {unit} lacked the power, the means or an answer.

    Accepted are: an objection of its own, the entry of a duty whose power another unit holds, support that was due and short.
    """

    unit: str


def duties_at_issue(world: World, matter: Tolerance) -> tuple[str, ...]:
    """Return the duties that the incident behind a matter of tolerance is about."""
    incident = _incident(world, matter)
    return incident.duty_codes if incident else ()


def allowed(world: World, rules: Rules, matter: Tolerance, ruled: ToleranceRuled) -> None:
    """Demand of a ruling that grants leniency that nothing bars it (BR-16), and of a mismatch that it is shown (BR-17)."""
    if ruled.outcome is ToleranceOutcome.REFUSED:
        return
    incident = _incident(world, matter)
    _not_barred(rules, matter.verification)
    _not_excluded(rules, incident)
    _not_repeated(world, rules, matter, ruled)
    if ruled.ground_code == rules.pack.values.get("mismatch_ground"):
        on = incident.occurred_on if incident else date.max
        _mismatch_shown(world, rules, registered_unit(world, matter.unit), ruled, on)


def _incident(world: World, matter: Tolerance) -> Incident | None:
    case = matter.case and world.see(CASE, matter.case)
    return world.see(INCIDENT, case.incident) if case else None


def _not_barred(rules: Rules, found: Verification | None) -> None:
    barring = ("private_gain", "knowing_violation", "prohibition_ignored")
    circumstances = ", ".join(name for name in barring if found is None or getattr(found, name))
    rules.demand("BR-16", not circumstances, LeniencyBarred(circumstances))


def _not_excluded(rules: Rules, incident: Incident | None) -> None:
    excluded = rules.words("tolerance_excluded_severities")
    severity = incident.severity if incident else ""
    rules.demand("BR-16", severity not in excluded, MatterExcluded(severity, ", ".join(excluded)))


def _not_repeated(world: World, rules: Rules, matter: Tolerance, ruled: ToleranceRuled) -> None:
    """Look through the earlier rulings that are named; who names none is found by a lead, for no stream leads from unit to rulings."""
    unit = registered_unit(world, matter.unit)
    spared = matter.verification is not None and matter.verification.force_majeure
    for earlier in ruled.earlier_rulings:
        before = world.see(TOLERANCE, earlier)
        if (
            before is None
            or before.case is None
            or earlier == matter.id
            or not is_or_succeeds(world, unit.id, before.unit)
        ):
            raise NotAnEarlierRuling(earlier, unit.name)
        granted = before.ruling.ruled.duty_codes if before.ruling and before.ruling.granted else ()
        again = ", ".join(code for code in granted if code in ruled.duty_codes)
        rules.demand("BR-16", spared or not again, MistakeRepeated(unit.name, earlier, again))


# ── 权责不对等 ──


def _mismatch_shown(world: World, rules: Rules, unit: Unit, ruled: ToleranceRuled, on: date) -> None:
    reachable = (duty_stream(code, area) for code in ruled.duty_codes for area in ancestors(unit.area_code))
    streams = tuple(dict.fromkeys((*ruled.mismatch_streams, *reachable)))
    world.see_all(DUTY, streams)  # all of them at the price of one question
    stands = {recorded.position: recorded for stream in streams for recorded in standing(world.facts(stream))}
    for position in ruled.mismatch_refs:
        rules.demand("BR-17", position in stands, MismatchRefNotFound(position))
    named = [stands[position] for position in ruled.mismatch_refs if position in stands]
    duty = any(_entry(recorded.fact, ruled.duty_codes) for recorded in named)
    rules.demand("BR-17", duty, MismatchWithoutDuty(", ".join(ruled.duty_codes) or "-"))
    want = any(_shows_want(world, recorded, unit, ruled.duty_codes, on) for recorded in named)
    rules.demand("BR-17", want, MismatchWithoutWant(unit.name))


def _entry(fact: Fact, duty_codes: tuple[str, ...]) -> DutyEntry | None:
    """Return the entry of a duty at issue that a fact puts on a list."""
    match fact:
        case DutyEntryAdded(entry=entry) | DutyEntryChanged(entry=entry) if entry.duty_code in duty_codes:
            return entry
    return None


def _shows_want(world: World, recorded: Recorded[Fact], unit: Unit, duty_codes: tuple[str, ...], on: date) -> bool:
    match recorded.fact:
        case PledgeObjectionRaised(raised_by=by, duty_code=code):
            return is_or_succeeds(world, unit.id, by) and (code is None or code in duty_codes)
    entry = _entry(recorded.fact, duty_codes)
    if entry:
        return _power_elsewhere(world, recorded.stream, entry, unit, on)
    return recorded.position in _short(world, recorded.stream, unit, on)


def _power_elsewhere(world: World, stream: UUID, entry: DutyEntry, unit: Unit, on: date) -> bool:
    """Tell whether the duty needs a power that another unit holds, and did not hand over for the day of the incident."""
    duty = world.see(DUTY, stream)
    holding = duty and duty.holding_on(on)
    handed_over = holding and holding.delegated_to == unit.id and holding.delegated_powers
    return entry.needs_power and entry.power_holder not in (None, unit.id) and not handed_over


def _short(world: World, stream: UUID, unit: Unit, on: date) -> Iterator[int]:
    """Yield the positions that promise the unit support which was due by a day and had not arrived in full."""
    pledge, duty = world.see(PLEDGE, stream), world.see(DUTY, stream)
    promises = pledge.support if pledge else duty.promises if duty else ()
    deliveries = pledge.deliveries if pledge else duty.deliveries if duty else ()
    for promise in promises:
        owed = promise.due_on <= on and is_or_succeeds(world, unit.id, promise.promised_to)
        if owed and outstanding(promise, deliveries, on):
            yield promise.position
            if pledge and promise.clause_id:
                yield pledge.told_at
