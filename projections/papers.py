"""What may be asked of one signed paper over all that is held: its first trace, its last day, the papers above it, whose power it needs.

Shared by the twelve tests, the leads and the views. Pure.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from ledger.days import add_working_days, day_of, microseconds
from ledger.events import EvidenceAnchored, FindingRecorded, LedgerOpened
from ledger.rules import Rules, ancestors
from ledger.streams import LEDGER, evidence_stream, list_stream
from ledger.terms import Level, TimePrecision
from ledger.timelines.duty import Holding
from ledger.timelines.incident import Incident
from ledger.timelines.listing import LIST
from ledger.timelines.pledge import PLEDGE, Kind, Objection, Pledge
from projections.holdings import Holdings

DEEPEST: Final = 8  # papers above one another: more is a circle
DAY: Final = timedelta(days=1)


def list_regime(held: Holdings, unit_id: UUID, day: date) -> bool:
    """Tell whether there was a list to be off: from the day that the pack sets, else from the first published list on."""
    rules = held.rules_of(unit_id, day)
    begins = rules.day("list_regime_from")
    if begins is not None:
        return day >= begins
    lists = (held.state(LIST, list_stream(area, level)) for area in ancestors(rules.jurisdiction) for level in Level)
    return any(found.publications[0].effective_from <= day for found in lists if found)


def trace(held: Holdings, paper: Pledge) -> tuple[int, int] | None:
    """Return the first trace of a paper that nobody could have typed later: its instant (microseconds UTC) and position."""
    traces = [(paper.told_recorded_at, paper.told_at)]
    if paper.digest:
        anchors = held.told(evidence_stream(paper.digest), EvidenceAnchored)
        traces += [(microseconds(each.fact.anchored_at), each.position) for each in anchors]
    for inspection in held.streams("inspection"):
        findings = held.told(inspection, FindingRecorded)
        traces += [(each.recorded_at, each.position) for each in findings if each.fact.pledge == paper.id]
    return min(traces)


def opened_after(held: Holdings, day: date) -> bool:
    opened = held.told(LEDGER, LedgerOpened)
    return bool(opened) and opened[0].fact.opened_on > day


def last_day(held: Holdings, paper: Pledge) -> date:
    """Return the last day on which a paper binds: of its period, before its termination, or as its item's end allows."""
    last = paper.period_to or date.max
    if paper.first_day_without is not None:
        last = min(last, paper.first_day_without - DAY)
    item = held.item(paper.item)
    if item is not None and item.running_pledges is not None and paper.kind is not Kind.IRREGULAR:
        last = min(last, item.running_pledges.last_day)
    return last


def empowered(held: Holdings, holding: Holding, unit: UUID, day: date) -> bool:
    """Tell whether a unit held the power a duty needs: as its holder, or delegated together with the duty."""
    if held.same(holding.power_holder, unit, day):
        return True
    return holding.delegated_powers and held.same(holding.delegated_to, unit, day)


def objected(pledge: Pledge, objection: Objection) -> frozenset[str]:
    """Return the duties an objection is about: the one it names, its clause's, or all of the paper."""
    clause = pledge.clause(objection.clause_id) if objection.clause_id else None
    named = objection.duty_code or (clause.duty_code if clause else None)
    return frozenset((named,)) if named else pledge.duty_codes


def answer_due(rules: Rules, raised_on: date) -> date:
    """Return the last day on which an objection may be answered."""
    days = rules.number("objection_deadline_working_days")
    return add_working_days(raised_on, days, rules.days("holidays"), rules.days("workdays"))


def ancestry(held: Holdings, paper: Pledge) -> list[Pledge]:
    """Return a paper and those above it that it passes on, up to the root; a circle is walked once."""
    chain, left = [paper], [parent for parent, _ in paper.parents]
    while left and len(chain) <= DEEPEST:
        above = held.state(PLEDGE, left.pop())
        if above is not None and above not in chain:
            chain.append(above)
            left.extend(parent for parent, _ in above.parents)
    return chain


def commanded(field_code: str | None, above: Level, below: Level, rules: Rules) -> bool:
    """Tell whether a basis commands signing from one level to another in a field of work on that day (farmland, arable land)."""
    return any(
        (basis["field"], basis["from_level"], basis["to_level"]) == (field_code, above, below)
        and basis.get("from", date.min) <= rules.on <= basis.get("to", date.max)
        for basis in rules.pack.values.get("cascade_basis", ())
    )


def traced(held: Holdings, first: tuple[int, int] | None, incident: Incident) -> str:
    """Tell how the first trace of a paper stands to an incident.

    TRACED_BEFORE it; the SAME_DAY, where only the day of the incident is known; LEDGER_OPENED_LATER, so that nothing could be traced;
    RECORDED_AFTER it.
    """
    moment, tau = microseconds(incident.occurred_at), incident.occurred_on
    exact = incident.precision is TimePrecision.MINUTE
    if first and (first[0] < moment if exact else day_of(first[0]) < tau):
        return "TRACED_BEFORE"
    if first and not exact and day_of(first[0]) == tau:
        return "SAME_DAY"
    return "LEDGER_OPENED_LATER" if opened_after(held, tau) else "RECORDED_AFTER"
