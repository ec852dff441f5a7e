"""T1–T11 of a claim that cites a pledge: was the paper worth anything, whose duty was it, with what means, who kept silent.

Pure: the same holdings give the same results. Each test looks at one defect, names a reason and the positions that decide it, and
answers pass, fail or unknown; missing data is unknown, never a fail.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from ledger.events import ItemCancelled, ItemExited, ItemMerged
from ledger.rules import ancestors
from ledger.streams import duty_stream
from ledger.terms import ClauseType, DutyListKind
from ledger.timelines.duty import DUTY, Holding
from ledger.timelines.item import Version
from ledger.timelines.pledge import PLEDGE, Objection, Phase, Pledge
from ledger.timelines.scope import reaches
from ledger.timelines.standing import standing
from ledger.timelines.support import Promise, outstanding
from ledger.values import Clause
from projections.holdings import Holdings
from projections.papers import (
    ancestry,
    answer_due,
    commanded,
    empowered,
    last_day,
    list_regime,
    objected,
    trace,
    traced,
)
from projections.shield.matter import FAIL, PASS, UNKNOWN, Matter, Result, ended, registered, stood, worst


def t1(matter: Matter) -> Result:
    """Was the item on an approved list on the day of signing?"""
    return listed("T1", matter, matter.paper.signed_on, matter.paper.item, stood(matter.paper))


def listed(test: str, matter: Matter, day: date | None, item_id: UUID | None, at: tuple[int, ...]) -> Result:
    """Answer whether an item was on the list on the day of the paper, or veto, that stands at `at`."""
    if day is None:
        return Result(test, UNKNOWN, "NOT_DATED", at)
    said: tuple[tuple[str, str], ...] = (("day", day.isoformat()),)
    if not list_regime(matter.held, matter.asserting, day):
        return Result(test, UNKNOWN, "NO_LIST_YET", at, said)
    item = matter.held.item(item_id)
    if item is None:
        return Result(test, FAIL, "NO_ITEM", at, said)
    deciding = (*at, *_deciding(matter.held, item.id, day))
    said = (*said, ("title", item.terms.title), ("phase", item.phase_on(day)))
    if item.active_on(day):
        return Result(test, PASS, "ON_THE_LIST", deciding, said)
    return Result(test, FAIL, "NOT_ON_THE_LIST", deciding, said)


def _deciding(held: Holdings, item_id: UUID, day: date) -> tuple[int, ...]:
    """Give the last fact of an item that bears on whether it was listed on a day: the listing, or what ended it."""
    told = [each for each in standing(held.facts(item_id)) if each.fact.TOPIC in _LISTING and each.effective_on <= day]
    return tuple(each.position for each in told[-1:]) or tuple(each.position for each in held.facts(item_id)[:1])


_LISTING = frozenset(
    (
        "item.retained",
        "item.admitted",
        "item.formed_by_merger",
        "item.amended",
        "item.cancelled",
        "item.merged",
        "item.exited",
        "item.suspended",
        "item.resumed",
    )
)


def t2(matter: Matter) -> Result:
    """Was the issuer the approved one, and the signer within the approved scope?"""
    paper = matter.paper
    return parties("T2", matter, paper.issuer, paper.signer, matter.version, paper.signed_on, stood(paper))


def parties(
    test: str, matter: Matter, issuer: UUID, signer: UUID, version: Version | None, day: date | None, at: Sequence[int]
) -> Result:
    if day is None or version is None:
        return Result(test, UNKNOWN, "NO_VERSION", tuple(at))
    terms = version.terms
    entitled = any(matter.held.same(issuer, each, day) for each in (terms.implementing_unit, terms.issued_in_name_of))
    if not entitled:
        return Result(test, FAIL, "ISSUER_NOT_ENTITLED", tuple(at))
    unit = matter.held.unit(signer, day)
    if unit is None:
        return Result(test, UNKNOWN, "SIGNER_NOT_REGISTERED", tuple(at))
    if reaches(terms.recipient_scope, unit, lambda named: matter.held.same(named, unit.id, day)):
        return Result(test, PASS, "WITHIN_SCOPE", tuple(at))
    return Result(test, FAIL, "SIGNER_OUT_OF_SCOPE", tuple(at))


def t3(matter: Matter) -> Result:
    """Do the cited clauses stand, word for word, in the approved version?"""
    version, at = matter.version, stood(matter.paper)
    if version is None:
        return Result("T3", UNKNOWN, "NO_VERSION", at)
    approved = {clause.hash for clause in version.terms.clauses}
    strange = [clause.clause_id for clause in matter.cited if clause.hash not in approved]
    if not matter.cited:
        return Result("T3", UNKNOWN, "NO_CLAUSE_CITED", at)
    if strange:
        return Result("T3", FAIL, "CLAUSE_NOT_APPROVED", at, (("clauses", ", ".join(strange)),))
    return Result("T3", PASS, "CLAUSES_APPROVED", at)


def t4(matter: Matter) -> Result:
    """Was it signed, and is there a trace of it, before the incident?"""
    paper = matter.paper
    return before("T4", matter, paper.signed_on, stood(paper), trace(matter.held, paper))


_TRACED = {"TRACED_BEFORE": PASS, "SAME_DAY": UNKNOWN, "LEDGER_OPENED_LATER": UNKNOWN, "RECORDED_AFTER": FAIL}


def before(test: str, matter: Matter, day: date | None, at: tuple[int, ...], first: tuple[int, int] | None) -> Result:
    """Answer whether a paper, or veto, of a day and a first trace stood before the incident."""
    if day is None:
        return Result(test, UNKNOWN, "NOT_DATED", at)
    said = (("signed_on", day.isoformat()), ("incident_on", matter.tau.isoformat()))
    if day > matter.tau:
        return Result(test, FAIL, "SIGNED_AFTER", (*at, *registered(matter)), said)
    how = traced(matter.held, first, matter.incident)
    positions = dict.fromkeys(
        (*at, *((first[1],) if first else ()), *(registered(matter) if how != "TRACED_BEFORE" else ()))
    )
    return Result(test, _TRACED[how], how, tuple(positions), said)


def t5(matter: Matter) -> Result:
    """Was the paper in force, by its own period and what ended it?"""
    paper, tau = matter.paper, matter.tau
    if paper.phase is Phase.VOIDED:
        return Result("T5", FAIL, "VOIDED", (*stood(paper), *ended(paper)))
    if paper.period_from is None or paper.period_to is None:
        return Result("T5", UNKNOWN, "NO_PERIOD", stood(paper))
    last = last_day(matter.held, paper)
    said = (("period_from", paper.period_from.isoformat()), ("last_day", last.isoformat()))
    if paper.period_from <= tau <= last:
        return Result("T5", PASS, "IN_FORCE", stood(paper), said)
    by_item = matter.held.positions(paper.item, ItemCancelled, ItemMerged, ItemExited) if paper.item else ()
    return Result("T5", FAIL, "NOT_IN_FORCE", (*stood(paper), *ended(paper), *by_item), said)


# ── T6–T11: whose duty it was, with what means, who kept silent ──


def t6(matter: Matter) -> Result:
    """Who owned the duty that day?"""
    return worst("T6", [owned(matter, clause) for clause in _duty_clauses(matter)])


def owned(matter: Matter, clause: Clause) -> Result:
    held, tau = matter.held, matter.tau
    holding = _holding(matter, clause.duty_code)
    if holding is None:
        return Result("T6", UNKNOWN, "NO_DUTY_ENTRY", matter.at, (("duty", clause.duty_code or "-"),))
    at, said = holding.positions, (("duty", holding.entry.duty_code), ("text", holding.entry.text))
    given_again = held.same(holding.delegated_to, matter.against, tau)
    if holding.list_kind is DutyListKind.TAKEN_BACK and not given_again:
        return Result("T6", FAIL, "TAKEN_BACK", at, said)
    if held.same(holding.owner, matter.against, tau) or held.below(holding.owner, matter.against, tau):
        if holding.list_kind is DutyListKind.COOPERATING and not given_again:
            return Result("T6", FAIL, "ONLY_COOPERATING", at, said)
        return Result("T6", PASS, "OWN_DUTY", at, said)
    if held.same(holding.owner, matter.asserting, tau):
        return Result("T6", FAIL, "CLAIMANTS_OWN", at, said)
    owner, claimant = held.rank(holding.owner, tau), held.rank(matter.asserting, tau)
    if owner is not None and claimant is not None and owner >= claimant:
        return Result("T6", FAIL, "OWNER_ABOVE", at, said)
    return Result("T6", FAIL, "THIRD_OWNER", at, said)


def t7(matter: Matter) -> Result:
    """Did the signer hold the power that the duty needs?"""
    return worst("T7", [power(matter, clause) for clause in _duty_clauses(matter)])


def power(matter: Matter, clause: Clause) -> Result:
    holding = _holding(matter, clause.duty_code)
    if holding is None:
        return Result("T7", UNKNOWN, "NO_DUTY_ENTRY", matter.at, (("duty", clause.duty_code or "-"),))
    at, said = holding.positions, (("duty", holding.entry.duty_code), ("text", holding.entry.text))
    if not holding.needs_power:
        return Result("T7", PASS, "NO_POWER_NEEDED", at, said)
    if empowered(matter.held, holding, matter.against, matter.tau):
        return Result("T7", PASS, "HELD_POWER", at, said)
    return Result("T7", FAIL, "NO_POWER", at, said)


def t8(matter: Matter) -> Result:
    """Had what was promised arrived by the day of the incident?"""
    due = [each for each in _promises(matter) if each[0].due_on <= matter.tau]
    if not due:
        return Result("T8", PASS, "NOTHING_DUE", stood(matter.paper))
    results = [_kept(matter, promise, short) for promise, short in due]
    return worst("T8", results)


def _promises(matter: Matter) -> list[tuple[Promise, bool | None]]:
    paper, tau = matter.paper, matter.tau
    found = [(promise, outstanding(promise, paper.deliveries, tau)) for promise in paper.support]
    for duty_code in sorted(matter.duty_codes):
        for area in ancestors(matter.incident.place_code):
            duty = matter.held.state(DUTY, duty_stream(duty_code, area))
            if duty is not None:
                found += [
                    (promise, outstanding(promise, duty.deliveries, tau))
                    for promise in duty.promises
                    if matter.held.same(promise.promised_to, matter.against, tau)
                ]
    return found


def _kept(matter: Matter, promise: Promise, short: bool | None) -> Result:
    said = (("due_on", promise.due_on.isoformat()), ("clause", promise.clause_id or "-"))
    at = (promise.position, *(each.position for each in matter.paper.deliveries if each.keeps(promise)))
    if short is None:
        return Result("T8", UNKNOWN, "NOT_COUNTABLE", at, said)
    return Result("T8", FAIL, "NOT_DELIVERED", at, said) if short else Result("T8", PASS, "DELIVERED", at, said)


def t9(matter: Matter) -> Result:
    """Had the claimant done what the paper says it does itself?"""
    paper, tau = matter.paper, matter.tau
    due = [(clause, clause.due_on or paper.period_from) for clause in paper.of_type(ClauseType.ISSUER_DUTY)]
    owed = [clause for clause, day in due if day is not None and day <= tau]
    if not owed:
        return Result("T9", UNKNOWN, "NO_ISSUER_DUTY_DUE", stood(paper))
    done = {each.clause_id: each.position for each in reversed(paper.performed) if each.performed_on <= tau}
    left = [clause.clause_id for clause in owed if clause.clause_id not in done]
    at = (*stood(paper), *sorted(done.values()))
    if left:
        return Result("T9", FAIL, "ISSUER_DUTY_NOT_DONE", at, (("clauses", ", ".join(left)),))
    return Result("T9", PASS, "ISSUER_DUTY_DONE", at)


def t10(matter: Matter) -> Result:
    """Had the signer warned that it could not be done, and was it answered?"""
    raised = [each for each in _objections(matter) if each.raised_on <= matter.tau]
    if not raised:
        return Result("T10", PASS, "NO_OBJECTION", matter.at)
    return worst("T10", [_answered(matter, each) for each in raised])


def _objections(matter: Matter) -> list[Objection]:
    """Give what the signer objected to the claimant about these duties, under any paper between the two."""
    found = []
    for pledge in matter.held.each(PLEDGE):
        for objection in pledge.objections:
            between = matter.held.same(objection.raised_by, matter.against, matter.tau) and matter.held.same(
                objection.addressed_to, matter.asserting, matter.tau
            )
            if between and objected(pledge, objection) & matter.duty_codes:
                found.append(objection)
    return sorted(found, key=lambda each: each.position)


def _answered(matter: Matter, objection: Objection) -> Result:
    tau, due = matter.tau, answer_due(matter.held.rules_of(matter.asserting, objection.raised_on), objection.raised_on)
    said = (("raised_on", objection.raised_on.isoformat()), ("due", due.isoformat()))
    if objection.answered_on is not None and objection.answered_on <= tau:
        at = (objection.position, objection.answered_at or objection.position)
        return Result("T10", PASS, "ANSWERED_LATE" if objection.answered_on > due else "ANSWERED", at, said)
    if due < tau:
        return Result("T10", FAIL, "UNANSWERED", (objection.position,), said)
    return Result("T10", UNKNOWN, "ANSWER_NOT_YET_DUE", (objection.position,), said)


def t11(matter: Matter) -> Result:
    """Was it lawful to pass this down, level by level?"""
    chain = ancestry(matter.held, matter.paper)
    if len(chain) == 1:
        return Result("T11", PASS, "NOT_PASSED_DOWN", stood(matter.paper))
    return worst("T11", [hop(matter.held, paper) for paper in chain])


def hop(held: Holdings, paper: Pledge) -> Result:
    """Judge one level of a cascade: its item on the list with the signer in scope, or a basis that commands it."""
    day, at = paper.signed_on, stood(paper)
    said = (("title", paper.title),)
    issuer = held.unit(paper.issuer, day) if day else None
    signer = held.unit(paper.signer, day) if day else None
    if day is None or issuer is None or signer is None:
        return Result("T11", UNKNOWN, "NOT_DATED", at, said)
    version = held.version(paper.item, day)
    if (
        version is not None
        and held.active(paper.item, day)
        and reaches(version.terms.recipient_scope, signer, lambda named: held.same(named, signer.id, day))
    ):
        return Result("T11", PASS, "EACH_LEVEL_LISTED", at, said)
    field_code = version.terms.field_code if version else None
    if commanded(field_code, issuer.level, signer.level, held.rules_of(paper.issuer, day)):
        return Result("T11", PASS, "COMMANDED_BY_LAW", at, said)
    return Result("T11", FAIL, "CASCADE_WITHOUT_BASIS", at, said)


def _duty_clauses(matter: Matter) -> list[Clause]:
    return [clause for clause in matter.cited if clause.duty_code or clause.type is ClauseType.SIGNER_DUTY]


def _holding(matter: Matter, duty_code: str | None) -> Holding | None:
    return matter.held.holding(duty_code, matter.incident.place_code, matter.tau) if duty_code else None


PLEDGE_TESTS: Final = (t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11)
