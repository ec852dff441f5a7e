"""Leads about papers and the list: what was signed beside it, after it, or wider than it.

DR-05 擅增条款, 06 扩大范围, 07 清单外签责, 08 名亡实存, 09 变相责任状, 10 事后补签, 11 倒签, 26 到期不退, 28 签到村户, 32 部门越级指令.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from uuid import UUID

from ledger.days import day_of, microseconds, within
from ledger.events import IrregularVetoObserved, VetoDecided
from ledger.terms import Level, SignerKind
from ledger.text import same_matter, title_core
from ledger.timelines.document import DOCUMENT
from ledger.timelines.incident import Incident
from ledger.timelines.item import Item
from ledger.timelines.pledge import Kind
from ledger.timelines.scope import reaches
from ledger.timelines.veto import VETO, Stage, Veto
from ledger.values import Evidence
from projections.leads.scene import Answer, Scene, Severity, Sheet, about, make, regular, rule, spared
from projections.papers import commanded, trace, traced


@rule("DR-05")
def clause_added(scene: Scene) -> Answer:
    """A paper under a listed item holds a clause that the approved version does not."""
    for sheet in scene.sheets:
        if not sheet.active or sheet.version is None:
            continue
        approved = {clause.hash for clause in sheet.version.terms.clauses}
        strange = [clause.clause_id for clause in sheet.paper.clauses if clause.hash not in approved]
        if strange:
            yield about(sheet, "DR-05", "CLAUSE_ADDED", said={"clauses": ", ".join(strange)})


@rule("DR-06")
def scope_widened(scene: Scene) -> Answer:
    """A paper under a listed item was put to a unit outside its scope, or to more units than were approved."""
    by_year: defaultdict[tuple[UUID, int], list[Sheet]] = defaultdict(list)
    for sheet in scene.sheets:
        if not sheet.active or sheet.version is None or sheet.paper.item is None:
            continue
        by_year[sheet.paper.item, sheet.day.year].append(sheet)
        if not _reaches(scene, sheet):
            yield about(sheet, "DR-06", "SIGNER_OUT_OF_SCOPE", said={"signer": sheet.signer.name})
    for (item, year), sheets in by_year.items():
        yield from _too_many(item, year, sheets)


def _reaches(scene: Scene, sheet: Sheet) -> bool:
    scopes = sheet.version.terms.recipient_scope if sheet.version else ()
    return reaches(scopes, sheet.signer, lambda named: scene.held.same(named, sheet.signer.id, sheet.day))


def _too_many(item: UUID, year: int, sheets: list[Sheet]) -> Answer:
    signers = {sheet.signer.id: sheet for sheet in sorted(sheets, key=lambda each: (each.day, each.at), reverse=True)}
    firsts = sorted(signers.values(), key=lambda each: (each.day, each.at))
    allowed = ((number, sheet, _approved_signers(sheet)) for number, sheet in enumerate(firsts, 1))
    beyond = next(((sheet, most) for number, sheet, most in allowed if most is not None and number > most), None)
    if beyond is None:
        return
    sheet, approved = beyond
    yield make(
        "DR-06",
        (item, year),
        "TOO_MANY_SIGNERS",
        units=(firsts[0].issuer.id,),
        positions=tuple(each.at for each in firsts),
        since=sheet.day,
        papers=tuple(each.paper.id for each in firsts),
        said={"signers": len(signers), "approved": approved, "year": year},
    )


def _approved_signers(sheet: Sheet) -> int | None:
    return sheet.version.terms.approved_signers if sheet.version else None


@rule("DR-07")
def off_list(scene: Scene) -> Answer:
    """A paper was signed though no item on the list stands behind it."""
    for sheet in scene.sheets:
        if not sheet.off:
            continue
        until = sheet.rules.day("transition_until")
        if until is not None and sheet.day <= until:
            yield spared(sheet, "DR-07", "TRANSITION")
            continue
        yield about(sheet, "DR-07", "OFF_THE_LIST", said={"day": sheet.day})


@rule("DR-08", Severity.HIGH)
def cancelled_yet_signed(scene: Scene) -> Answer:
    """After an item ended, its issuer had the same kind of unit sign a paper about the same matter."""
    for sheet in scene.sheets:
        for item in _ended_items(scene, sheet):
            if sheet.active:
                yield spared(sheet, "DR-08", "STANDS_ON_A_LISTED_ITEM")
                break
            how = _same_matter(scene, sheet, item)
            yield make(
                "DR-08",
                (sheet.paper.id,),
                how,
                units=(sheet.issuer.id, sheet.signer.id),
                positions=(sheet.at, *_end(scene, item)),
                since=sheet.day,
                papers=(sheet.paper.id,),
                assumed_day=not sheet.dated,
                said={"title": item.terms.title, "paper": sheet.paper.title, "day": sheet.day},
            )
            break


def _ended_items(scene: Scene, sheet: Sheet) -> Iterator[Item]:
    kind = (sheet.signer.level, sheet.signer.category)
    for item, ended, _ in scene.ended_items:
        if sheet.day < ended or kind not in ((scope.level, scope.category) for scope in item.terms.recipient_scope):
            continue
        whose = (item.terms.implementing_unit, item.terms.issued_in_name_of)
        same_issuer = any(scene.held.same(sheet.issuer.id, each, sheet.day) for each in whose)
        if same_issuer and _same_matter(scene, sheet, item):
            yield item


def _same_matter(scene: Scene, sheet: Sheet, item: Item) -> str:
    """Say in what a paper is about the same as an item, "" if it is not."""
    duties = scene.duties_of(item)
    if duties and 100 * len(duties & sheet.duty_codes) >= sheet.rules.number("lead_duty_share_percent") * len(duties):
        return "SAME_DUTIES"
    if same_matter(_core(item.terms.title, scene.names), _core(sheet.paper.title, scene.names)):
        return "SAME_TITLE"
    return ""


@lru_cache(maxsize=1 << 16)
def _core(title: str, names: frozenset[str]) -> str:
    return title_core(title, names)


def _end(scene: Scene, item: Item) -> tuple[int, ...]:
    told = [each for each in scene.held.facts(item.id) if each.fact.TOPIC in _ENDS]
    return (told[-1].position,) if told else ()


_ENDS = frozenset(("item.cancelled", "item.merged", "item.exited", "item.expired"))


@rule("DR-09")
def disguised(scene: Scene) -> Answer:
    """A paper under another name has the marks of a pledge."""
    for sheet in scene.sheets:
        paper = sheet.paper
        genres = sheet.rules.words("variant_genres")
        if paper.kind is not Kind.IRREGULAR or (paper.genre is not None and paper.genre not in genres):
            continue
        marks = [name for name, there in _marks(scene, sheet).items() if there]
        if len(marks) < sheet.rules.number("lead_disguised_points"):
            continue
        if paper.signer_kind is SignerKind.PERSON and paper.voluntary:
            yield spared(sheet, "DR-09", "VOLUNTARY_PERSON")
            continue
        said = {"title": paper.title, "marks": ", ".join(marks), "points": len(marks)}
        yield about(sheet, "DR-09", "DISGUISED_PLEDGE", said=said)


def _marks(scene: Scene, sheet: Sheet) -> dict[str, bool]:
    paper = sheet.paper
    gone = (duties for _, ended, duties in scene.ended_items if ended <= sheet.day)
    return {
        "UPPER_TO_LOWER": sheet.issuer.level.rank > sheet.signer.level.rank,
        "SEAL_REQUIRED": paper.seal_required,
        "NUMERIC_TARGET": paper.numeric_target,
        "PENALTY_LINKED": paper.penalty_linked,
        "DUTY_OF_AN_ENDED_ITEM": any(duties & sheet.duty_codes for duties in gone),
    }


@rule("DR-10", Severity.HIGH)
def signed_after_incident(scene: Scene) -> Answer:
    """A paper about the duty was signed within days after an incident, or dated before it and first heard of after it."""
    for sheet in scene.sheets:
        for incident in scene.incidents_on(sheet):
            reason = _afterwards(scene, sheet, incident)
            if reason:
                at = scene.held.facts(incident.id)[0].position
                yield make(
                    "DR-10",
                    (sheet.paper.id, incident.id),
                    reason,
                    units=(sheet.issuer.id, sheet.signer.id),
                    positions=(sheet.at, at),
                    since=max(sheet.day, incident.occurred_on),
                    papers=(sheet.paper.id,),
                    assumed_day=not sheet.dated,
                    said={
                        "signed_on": sheet.day,
                        "incident_on": incident.occurred_on,
                        "days": (sheet.day - incident.occurred_on).days,
                    },
                )


def _afterwards(scene: Scene, sheet: Sheet, incident: Incident) -> str:
    tau = incident.occurred_on
    if (
        not sheet.dated
    ):  # it was seen after the incident because of the incident: that says nothing of when it was signed
        return ""
    if tau < sheet.day and within(sheet.day, tau, sheet.rules.number("lead_post_incident_days")):
        return "SIGNED_AFTER"
    if sheet.day > tau:
        return ""
    return "RECORDED_AFTER" if traced(scene.held, trace(scene.held, sheet.paper), incident) == "RECORDED_AFTER" else ""


@rule("DR-11")
def backdated(scene: Scene) -> Answer:
    """A paper's date lies before the item's approval, before its own file was made, or long before it was shown, an incident between."""
    for sheet in scene.sheets:
        reason = _too_early(scene, sheet) if sheet.dated else ""
        if reason and sheet.paper.backlog:
            yield spared(sheet, "DR-11", "BACKLOG")
        elif reason:
            yield about(sheet, "DR-11", reason, said={"signed_on": sheet.day})


def _too_early(scene: Scene, sheet: Sheet) -> str:
    item = scene.held.item(sheet.paper.item)
    approved = item.effective_from if item else None
    if (
        sheet.off and approved is not None and sheet.day < approved
    ):  # where there was no list, nothing could be approved
        return "BEFORE_APPROVAL"
    files = (file for told in scene.held.facts(sheet.paper.id) for file in told.envelope.evidence)
    made = [file.created_at for file in files if file.digest == sheet.paper.digest and not _scan(file)]
    if any(moment is not None and day_of(microseconds(moment)) > sheet.day for moment in made):
        return "BEFORE_ITS_FILE"
    recorded = day_of(sheet.paper.told_recorded_at)
    late = (recorded - sheet.day).days > sheet.rules.number("lead_late_record_days")
    between = (
        incident
        for incident in scene.incidents
        if sheet.day < incident.occurred_on <= recorded
        and (scene.names_unit(incident, sheet.signer) or scene.names_unit(incident, sheet.issuer))
    )
    return "RECORDED_LATE" if late and any(between) else ""


def _scan(file: Evidence) -> bool:
    """Tell whether a file is a picture of the paper: that is always made after the signing."""
    return file.media_type.startswith("image/") or file.media_type == "application/pdf"


@rule("DR-26")
def used_after_its_years(scene: Scene) -> Answer:
    """A paper or a veto is dated after the last year of the item that it rests on."""
    for sheet in scene.sheets:
        year = _past_year(scene.held.item(sheet.paper.item), sheet.day)
        if year is not None:
            yield about(sheet, "DR-26", "PLEDGE_AFTER_LAST_YEAR", said={"year": year, "day": sheet.day})
    for veto in scene.held.each(VETO):
        day = veto.decided_on
        year = _past_year(scene.held.item(veto.item), day) if day and _used(veto) else None
        if day is not None and year is not None:
            yield make(
                "DR-26",
                (veto.id,),
                "VETO_AFTER_LAST_YEAR",
                units=(veto.exercising_unit,),
                positions=scene.held.positions(veto.id, VetoDecided, IrregularVetoObserved),
                since=day,
                said={"year": year, "day": day},
            )


def _used(veto: Veto) -> bool:
    return veto.vetoed or veto.stage is Stage.IRREGULAR


def _past_year(item: Item | None, day: date) -> int | None:
    if item is None:
        return None
    version = item.version_on(day)
    year = version.terms.end_year if version else None
    left = item.first_day_without is not None and item.first_day_without <= day
    return year if year is not None and day.year > year and not left else None


@rule("DR-28")
def village_or_household(scene: Scene) -> Answer:
    """A village, a household or a single person was made to sign."""
    for sheet in scene.sheets:
        kind = sheet.paper.signer_kind
        if sheet.signer.level is not Level.VILLAGE and kind is SignerKind.UNIT:
            continue
        collective = kind in (SignerKind.UNIT, SignerKind.VILLAGE)
        if collective and commanded(sheet.field_code, sheet.issuer.level, Level.VILLAGE, sheet.rules):
            yield spared(sheet, "DR-28", "COMMANDED_BY_LAW")
            continue
        if kind is SignerKind.PERSON and sheet.paper.voluntary:
            yield spared(sheet, "DR-28", "VOLUNTARY_PERSON")
            continue
        yield about(sheet, "DR-28", "SIGNED_DOWN_TO_VILLAGE", said={"kind": kind})


@rule("DR-32")
def department_commands(scene: Scene) -> Answer:
    """A department or team has a Party committee or government of a lower level sign, and no committee or government stands behind it."""
    for sheet in scene.sheets:
        since = sheet.rules.day("lead_directives_from")
        commands = sheet.issuer.category in sheet.rules.words("commanding_categories")
        bodies = sheet.rules.words("committee_or_government_categories")
        to_lower = sheet.signer.category in bodies and sheet.issuer.level.rank > sheet.signer.level.rank
        if since is None or sheet.day < since or not commands or not to_lower:
            continue
        if _backed(scene, sheet, bodies):
            yield spared(sheet, "DR-32", "GOVERNMENT_STANDS_BEHIND")
            continue
        yield about(
            sheet, "DR-32", "DEPARTMENT_COMMANDS", said={"issuer": sheet.issuer.name, "signer": sheet.signer.name}
        )


def _backed(scene: Scene, sheet: Sheet, bodies: tuple[str, ...]) -> bool:
    by_item = sheet.version.terms.issued_in_name_of if sheet.version and (sheet.active or regular(sheet)) else None
    if sheet.paper.issued_in_name_of or by_item:
        return True
    for told in scene.held.facts(sheet.paper.id):
        document = scene.held.state(DOCUMENT, told.envelope.authority.document if told.envelope.authority else None)
        issuer = scene.held.unit(document.issuer, sheet.day) if document else None
        if issuer is not None and issuer.category in bodies and issuer.level.rank > sheet.signer.level.rank:
            return True
    return False
