"""Leads about duties and means: whose duty a paper passes on, with what power, what support, what answer.

DR-01 职责下移, 02 收回/配合事项签责, 12 无权无钱, 13 单边责任状, 14 一签了之, 15 异议不复, 27 临时机构甩任务.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from ledger.terms import ClauseRole, ClauseType, DutyListKind, Level
from ledger.timelines.claim import CLAIM
from ledger.timelines.duty import Holding
from ledger.timelines.incident import INCIDENT
from ledger.timelines.pledge import PLEDGE, Objection, Pledge
from ledger.timelines.support import outstanding
from ledger.values import Clause
from projections.leads.scene import Answer, Scene, Severity, Sheet, about, make, rule, spared
from projections.papers import answer_due, commanded, empowered, last_day, objected


@rule("DR-01")
def duty_transfer(scene: Scene) -> Answer:
    """A signer's duty is, on the day of signing, the issuer's own or that of a unit at its level or above."""
    for sheet in scene.sheets:
        moved = [(clause, held) for clause, held in _held(scene, sheet) if _moved(scene, sheet, held)]
        if not moved:
            continue
        if commanded(sheet.field_code, sheet.issuer.level, sheet.signer.level, sheet.rules):
            yield spared(sheet, "DR-01", "COMMANDED_BY_LAW")
            continue
        positions = tuple(at for _, held in moved for at in held.positions)
        said = {"duties": _texts(held for _, held in moved)}
        yield about(sheet, "DR-01", "DUTY_TRANSFERRED", positions=positions, said=said)


def _held(scene: Scene, sheet: Sheet) -> list[tuple[Clause, Holding]]:
    """Give each duty clause with who owned the duty at the signer's place on the day of signing; what is not known is left out."""
    found = []
    for clause in sheet.duties:
        held = scene.held.holding(clause.duty_code, sheet.signer.area_code, sheet.day) if clause.duty_code else None
        if held is not None:
            found.append((clause, held))
    return found


def _moved(scene: Scene, sheet: Sheet, held: Holding) -> bool:
    if scene.held.same(held.owner, sheet.signer.id, sheet.day):
        return False
    if scene.held.same(held.owner, sheet.issuer.id, sheet.day):
        return True
    if scene.held.below(held.owner, sheet.signer.id, sheet.day):  # the signer's own office has it: T6 says so too
        return False
    rank = scene.held.rank(held.owner, sheet.day)
    return rank is not None and rank >= sheet.issuer.level.rank


@rule("DR-02")
def taken_back_or_cooperating(scene: Scene) -> Answer:
    """A township signs for a duty that was taken back from it, or in which it only cooperates, as the principal."""
    for sheet in scene.sheets:
        if sheet.signer.level is not Level.TOWNSHIP:
            continue
        wrong = [(clause, held) for clause, held in _held(scene, sheet) if _not_its_own(clause, held)]
        reviewed = [pair for pair in wrong if scene.held.same(pair[1].delegated_to, sheet.signer.id, sheet.day)]
        left = [pair for pair in wrong if pair not in reviewed]
        if left:
            positions = tuple(at for _, held in left for at in held.positions)
            said = {"duties": _texts(held for _, held in left)}
            yield about(sheet, "DR-02", "NOT_A_TOWNSHIP_DUTY", positions=positions, said=said)
        elif reviewed:
            yield spared(sheet, "DR-02", "DELEGATED")


def _not_its_own(clause: Clause, held: Holding) -> bool:
    if held.list_kind is DutyListKind.TAKEN_BACK:
        return True
    return held.list_kind is DutyListKind.COOPERATING and clause.role is ClauseRole.PRINCIPAL


@rule("DR-12")
def duty_without_means(scene: Scene) -> Answer:
    """The signer lacks the power that a duty needs, or promised support did not come, or none was promised for a power."""
    for sheet in scene.sheets:
        powerless = [held for _, held in _held(scene, sheet) if held.needs_power and not _empowered(scene, sheet, held)]
        if powerless:
            positions = tuple(at for held in powerless for at in held.positions)
            said = {"duties": _texts(powerless)}
            yield about(sheet, "DR-12", "NO_POWER", positions=positions, said=said)
        elif _without_support(scene, sheet):
            yield about(sheet, "DR-12", "NO_SUPPORT_CLAUSE")
        elif (due := _undelivered(scene, sheet)) is not None:
            since, at = due
            yield about(sheet, "DR-12", "SUPPORT_UNDELIVERED", since=since, positions=(at,), said={"since": since})


def _empowered(scene: Scene, sheet: Sheet, held: Holding) -> bool:
    return empowered(scene.held, held, sheet.signer.id, sheet.day)


def _without_support(scene: Scene, sheet: Sheet) -> bool:
    """Tell whether a clause needs a power that the signer is not known to have, and no support at all was promised."""
    known = {
        held.entry.duty_code for _, held in _held(scene, sheet) if held.needs_power
    }  # and it has it: who lacks it was met before
    wanting = [clause for clause in sheet.duties if clause.needs_power and clause.duty_code not in known]
    return bool(wanting) and not sheet.paper.of_type(ClauseType.SUPPORT) and not sheet.paper.promises


def _undelivered(scene: Scene, sheet: Sheet) -> tuple[date, int] | None:
    """Return the first day on which promised support is overdue as far as is known, and where the promise stands."""
    last = last_day(scene.held, sheet.paper)
    short = [
        (promise.due_on + timedelta(days=1), promise.position)
        for promise in sheet.paper.support
        if promise.due_on <= last and outstanding(promise, sheet.paper.deliveries, date.max)
    ]
    return min(short, default=None) if sheet.paper.signed else None


@rule("DR-13", Severity.LOW)
def one_sided(scene: Scene) -> Answer:
    """Hardly anything in the paper is the issuer's own to do."""
    for sheet in scene.sheets:
        signer, issuer = len(sheet.duties), len(sheet.paper.of_type(ClauseType.ISSUER_DUTY))
        if signer and 100 * issuer < sheet.rules.number("lead_one_sided_percent") * signer:
            yield about(sheet, "DR-13", "ONE_SIDED", said={"signer": signer, "issuer": issuer})


@rule("DR-14")
def sign_and_forget(scene: Scene) -> Answer:
    """A paper is waved in a claim, though nothing that it promises was done or delivered before the incident."""
    for claim in scene.held.each(CLAIM):
        sheet = scene.by_paper.get(claim.pledge) if claim.pledge else None
        incident = scene.held.state(INCIDENT, claim.incident)
        if sheet is None or incident is None or sheet.paper.period_from is None:
            continue
        if not _due(sheet.paper, incident.occurred_on):
            continue
        acted = [each.performed_on for each in sheet.paper.performed]
        acted += [each.delivered_on for each in sheet.paper.deliveries]
        if not any(sheet.paper.period_from <= day <= incident.occurred_on for day in acted):
            yield about(
                sheet,
                "DR-14",
                "NOTHING_DONE",
                since=claim.asserted_on,
                positions=(claim.asserted_at,),
                claim=claim.id,
            )


def _due(paper: Pledge, day: date) -> bool:
    """Tell whether something of the issuer's was due by a day; a paper in which the issuer promises nothing leaves no excuse."""
    due = [clause.due_on or paper.period_from for clause in paper.of_type(ClauseType.ISSUER_DUTY)]
    due += [promise.due_on for promise in paper.support]
    return not due or any(each is not None and each <= day for each in due)


@rule("DR-15")
def unanswered_objection(scene: Scene) -> Answer:
    """A warning that it could not be done stayed without an answer past the deadline, and it was signed or an incident followed."""
    for paper in scene.held.each(PLEDGE):
        for objection in paper.objections:
            due = answer_due(scene.held.rules_of(objection.addressed_to, objection.raised_on), objection.raised_on)
            followed = _followed(scene, paper, objection, due)
            if followed is not None:
                since, at = followed
                yield make(
                    "DR-15",
                    (paper.id, objection.objection_id),
                    "UNANSWERED",
                    units=(objection.addressed_to, objection.raised_by),
                    positions=(objection.position, at),
                    since=since,
                    papers=(paper.id,),
                    said={"raised_on": objection.raised_on, "due": due},
                )


def _followed(scene: Scene, paper: Pledge, objection: Objection, due: date) -> tuple[date, int] | None:
    """Return the first day after the deadline on which the paper was signed, or an incident happened, with the warning still open."""

    def still_open(day: date) -> bool:
        return due < day and (objection.answered_on is None or day < objection.answered_on)

    signer = scene.held.unit(paper.signer, objection.raised_on)
    incidents = scene.incidents_about(objected(paper, objection), signer) if signer else []
    days = [(each.occurred_on, scene.held.facts(each.id)[0].position) for each in incidents]
    if paper.signed_on is not None and paper.signed_at is not None:
        days.append((paper.signed_on, paper.signed_at))
    return min((each for each in days if still_open(each[0])), default=None)


@rule("DR-27")
def ad_hoc_body(scene: Scene) -> Answer:
    """A leading group or task force has others sign, in its own name, for a duty that a department owns."""
    for sheet in scene.sheets:
        if sheet.issuer.category not in sheet.rules.words("ad_hoc_categories"):
            continue
        owned = [held for _, held in _held(scene, sheet) if _by_department(scene, sheet, held)]
        if owned and _in_whose_name(sheet):
            yield spared(sheet, "DR-27", "ISSUED_IN_NAME_OF")
        elif owned:
            positions = tuple(at for held in owned for at in held.positions)
            said = {"duties": _texts(owned)}
            yield about(sheet, "DR-27", "AD_HOC_ISSUER", positions=positions, said=said)


def _by_department(scene: Scene, sheet: Sheet, held: Holding) -> bool:
    owner = scene.held.unit(held.owner, sheet.day)
    if scene.held.same(held.owner, sheet.signer.id, sheet.day):  # its own duty is not handed to it
        return False
    return owner is not None and owner.category in sheet.rules.words("department_categories")


def _in_whose_name(sheet: Sheet) -> bool:
    by_item = sheet.version.terms.issued_in_name_of if sheet.version and sheet.active else None
    return (sheet.paper.issued_in_name_of or by_item) is not None


def _texts(holdings: Iterable[Holding]) -> str:
    return ", ".join(dict.fromkeys(held.entry.text for held in holdings))
