"""Leads about what units did: claims, vetoes, cases, campaigns, documents.

DR-16 挡箭牌, 17 无单否决, 18 变相否决, 19 问下不问上, 20 问责同步缺失, 21 漏报/假零报告, 22 报后反弹, 25 依据失效, 30 报复迹象.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import comb
from uuid import UUID

from ledger.days import add_months
from ledger.events import (
    AccountabilityDecided,
    CampaignClosed,
    CaseOpened,
    DisguisedVetoObserved,
    FalseZeroRegistered,
    IrregularVetoObserved,
    MatchDecided,
    OmissionRegistered,
    RecipientReportFiled,
    ToleranceConsidered,
    VetoDecided,
)
from ledger.rules import ancestors
from ledger.terms import ClaimOutcome, Level, PledgeResult, VetoDecision
from ledger.timelines.campaign import CAMPAIGN, Campaign
from ledger.timelines.case import CASE, Case
from ledger.timelines.claim import CLAIM, Claim
from ledger.timelines.document import DOCUMENT
from ledger.timelines.incident import INCIDENT
from ledger.timelines.item import Item
from ledger.timelines.pledge import PLEDGE
from ledger.timelines.veto import VETO, Stage, Veto
from projections.leads.scene import Answer, Scene, Severity, Sheet, Spared, make, rule
from projections.papers import last_day, list_regime
from projections.shield.matter import matter_of
from projections.shield.table import column

# ── DR-16 ──


@rule("DR-16")
def shield(scene: Scene) -> Answer:
    """A paper is waved in a claim, and one of the first ten tests fails."""
    waved: defaultdict[UUID, list[Claim]] = defaultdict(list)
    for claim in sorted(scene.held.each(CLAIM), key=lambda each: (each.asserted_on, each.asserted_at)):
        matter = matter_of(scene.held, claim.id)
        failed = [each for each in column(matter, 0).results if each.result == "fail"] if matter else []
        failed = [each for each in failed if each.test not in ("T11", "T12")]
        if not failed:
            continue
        before = _lately(scene, waved, claim)
        waved[claim.asserting_unit].append(claim)
        rejected = claim.ruling is not None and claim.ruling.outcome is ClaimOutcome.SHIELD_REJECTED
        yield make(
            "DR-16",
            (claim.id,),
            "SHIELD_REPEATED" if before else "SHIELD",
            units=(claim.asserting_unit, claim.against_unit),
            positions=(claim.asserted_at, *(at for each in failed for at in each.positions)),
            since=claim.asserted_on,
            papers=(claim.pledge,) if claim.pledge else (),
            claim=claim.id,
            severity=Severity.HIGH if rejected or before else Severity.NORMAL,
            said={"tests": ", ".join(each.test for each in failed), "times": len(before) + 1},
        )


def _lately(scene: Scene, waved: defaultdict[UUID, list[Claim]], claim: Claim) -> list[Claim]:
    """Give the earlier claims of the same unit, or of one that it followed, in the window of the rule pack."""
    months = scene.held.rules_of(claim.asserting_unit, claim.asserted_on).number("lead_repeat_months")
    return [
        earlier
        for claims in waved.values()
        for earlier in claims
        if scene.held.same(earlier.asserting_unit, claim.asserting_unit, claim.asserted_on)
        and claim.asserted_on <= add_months(earlier.asserted_on, months)
    ]


# ── DR-17, DR-18: vetoes ──


@rule("DR-17", Severity.HIGH)
def veto_without_item(scene: Scene) -> Answer:
    """A veto was used without an item on the list, beyond its triggers, or by a level that has no such power."""
    for veto in scene.held.each(VETO):
        decided = veto.decision is VetoDecision.VETO or veto.stage is Stage.IRREGULAR
        told = scene.held.told(veto.id, VetoDecided, IrregularVetoObserved)
        if not decided or not told:
            continue
        day = veto.decided_on or told[0].effective_on
        reason = _unlawful(scene, veto, day)
        if reason:
            yield make(
                "DR-17",
                (veto.id,),
                reason,
                units=tuple(unit for unit in (veto.exercising_unit, veto.target_unit) if unit),
                positions=(told[-1].position,),
                since=day,
                assumed_day=veto.decided_on is None,
                said={"day": day, "trigger": veto.trigger_code or "-"},
            )


def _unlawful(scene: Scene, veto: Veto, day: date) -> str:
    unit = scene.held.unit(veto.exercising_unit, day)
    levels = scene.held.rules_of(veto.exercising_unit, day).words("veto_levels")
    if unit is not None and levels and unit.level not in levels:
        return "LEVEL_WITHOUT_POWER"
    if not list_regime(scene.held, veto.exercising_unit, day):
        return ""
    item = scene.held.item(veto.item)
    if item is None or not item.active_on(day):
        return "VETO_OFF_THE_LIST"
    version = item.version_on(day)
    triggers = {trigger.code for trigger in version.terms.triggers} if version else set()
    if veto.trigger_code is None:  # of an observed veto it may not be known; what is not known is no lead
        return ""
    return "" if veto.trigger_code in triggers else "TRIGGER_NOT_LISTED"


@rule("DR-18")
def disguised_veto(scene: Scene) -> Answer:
    """One indicator cancels all honours or pay, and the centre does not order it."""
    for veto in scene.held.each(VETO):
        for told in scene.held.told(veto.id, DisguisedVetoObserved):
            units = tuple(unit for unit in (veto.exercising_unit, veto.target_unit) if unit)
            if told.fact.central_basis:
                yield Spared(rule="DR-18", exemption="CENTRAL_BASIS", units=units, positions=(told.position,))
                continue
            yield make(
                "DR-18",
                (veto.id,),
                "DISGUISED_VETO",
                units=units,
                positions=(told.position,),
                since=told.effective_on,
                said={"wording": told.fact.wording},
            )


# ── DR-19, DR-20: cases ──


@dataclass(frozen=True)
class _Ruled:
    """A decided case, seen from its duty: who owned it, who was held to account."""

    case: Case
    at: int
    on: date
    owner: UUID
    owner_rank: int
    rank: int
    area: str


@rule("DR-19")
def asymmetry(scene: Scene) -> Answer:
    """Where the duty lay above, those below were held to account and those above never; counts, no ranking."""
    by_area: defaultdict[str, list[_Ruled]] = defaultdict(list)
    for ruled in _ruled(scene):
        by_area[ruled.area].append(ruled)
    for area, cases in sorted(by_area.items()):
        cases.sort(key=lambda each: (each.on, each.at))
        rules = scene.held.rules(area, cases[-1].on)
        months, least = rules.number("lead_asymmetry_months"), rules.number("lead_asymmetry_cases")
        for last in cases:
            window = [each for each in cases if each.on <= last.on <= add_months(each.on, months)]
            lower = [each for each in window if each.rank < each.owner_rank]
            above = [each for each in window if scene.held.same(each.case.subject_unit, each.owner, each.on)]
            if len(window) < least or above or 10 * len(lower) < 8 * len(window):
                continue
            yield make(
                "DR-19",
                (area,),
                "ASYMMETRY",
                units=(),
                positions=(each.at for each in window),
                since=last.on,
                said={
                    "cases": len(window),
                    "lower": len(lower),
                    "chance": _tail(len(window), len(lower), *_base_rate(scene, area)),
                },
            )
            break


def _ruled(scene: Scene) -> Iterator[_Ruled]:
    """Give the decided cases whose duty lay above the lowest unit concerned."""
    for case in scene.held.each(CASE):
        incident = scene.held.state(INCIDENT, case.incident)
        told = scene.held.told(case.id, AccountabilityDecided)
        if incident is None or not told or not case.stands:
            continue
        decided = told[-1].fact
        subject = scene.held.unit(case.subject_unit, incident.occurred_on)
        body = scene.held.unit(decided.deciding_body, decided.decided_on)
        holdings = [
            scene.held.holding(code, incident.place_code, incident.occurred_on)
            for code in decided.duty_codes or incident.duty_codes
        ]
        owners = [(scene.held.rank(held.owner, incident.occurred_on) or 0, held.owner) for held in holdings if held]
        if subject is None or body is None or not owners:
            continue
        rank, owner = max(owners, key=lambda each: each[0])
        lowest = min([subject.level.rank, *_ranks(scene, incident.units, incident.occurred_on)])
        if rank > lowest:
            yield _Ruled(case, told[-1].position, decided.decided_on, owner, rank, subject.level.rank, body.area_code)


def _ranks(scene: Scene, units: Sequence[UUID], day: date) -> list[int]:
    return [rank for unit in units if (rank := scene.held.rank(unit, day)) is not None]


def _base_rate(scene: Scene, area: str) -> tuple[int, int]:
    """Return how many of all decided cases of an area concern a township or below, and how many there are."""
    below = every = 0
    for case in scene.held.each(CASE):
        told = scene.held.told(case.id, AccountabilityDecided)
        body = scene.held.unit(told[-1].fact.deciding_body, told[-1].effective_on) if told else None
        rank = scene.held.rank(case.subject_unit, told[-1].effective_on) if told else None
        if body is not None and rank is not None and body.area_code == area:
            every += 1
            below += rank <= Level.TOWNSHIP.rank
    return below, every


def _tail(n: int, k: int, below: int, every: int) -> str:
    """Return the chance of at least k of n at the base rate below/every, as a fraction of whole numbers."""
    met = sum(comb(n, each) * below**each * (every - below) ** (n - each) for each in range(k, n + 1))
    return f"{met}/{every**n}"


@rule("DR-20")
def tolerance_not_considered(scene: Scene) -> Answer:
    """Somebody was held to account, and whether tolerance applied had not been asked before."""
    for case in scene.held.each(CASE):
        decided = scene.held.told(case.id, AccountabilityDecided)
        considered = scene.held.told(case.id, ToleranceConsidered)
        for told in decided[:1]:
            if not any((each.effective_on, each.position) < (told.effective_on, told.position) for each in considered):
                yield make(
                    "DR-20",
                    (case.id,),
                    "TOLERANCE_NOT_CONSIDERED",
                    units=(told.fact.deciding_body, case.subject_unit),
                    positions=(told.position,),
                    since=told.effective_on,
                    said={"day": told.effective_on},
                )


# ── DR-21, DR-22, DR-30: campaigns ──


@rule("DR-21")
def omission(scene: Scene) -> Answer:
    """An item was found that the unit had not declared, or had declared not to have."""
    for campaign in scene.held.each(CAMPAIGN):
        for told in scene.held.told(campaign.id, OmissionRegistered, FalseZeroRegistered):
            false_zero = isinstance(told.fact, FalseZeroRegistered)
            yield make(
                "DR-21",
                (campaign.id, told.fact.item),
                "FALSE_ZERO" if false_zero else "OMISSION",
                units=(told.fact.unit,),
                positions=(told.position,),
                since=told.effective_on,
                said={"campaign": campaign.title},
            )


@rule("DR-22")
def rebound(scene: Scene) -> Answer:
    """After a clean-up closed, one of its units signs beside the list, or the load of the townships grows again."""
    for campaign in scene.held.each(CAMPAIGN):
        for closed in scene.held.told(campaign.id, CampaignClosed)[:1]:
            day = closed.effective_on
            rules = scene.held.rules(campaign.area_code, day)
            until = add_months(day, rules.number("lead_rebound_months"))
            yield from _off_again(scene, campaign, day, until, closed.position)
            yield from _load(scene, campaign, day, until, rules.number("lead_rebound_percent"), closed.position)


def _off_again(scene: Scene, campaign: Campaign, closed: date, until: date, at: int) -> Answer:
    for sheet in scene.sheets:
        obligated = any(scene.held.same(sheet.issuer.id, unit, sheet.day) for unit in campaign.units)
        if sheet.off and closed < sheet.day <= until and obligated:
            yield make(
                "DR-22",
                (campaign.id, sheet.paper.id),
                "REBOUND",
                units=(sheet.issuer.id, sheet.signer.id),
                positions=(sheet.at, at),
                since=sheet.day,
                papers=(sheet.paper.id,),
                assumed_day=not sheet.dated,
                said={"campaign": campaign.title, "closed": closed, "day": sheet.day},
            )


def _load(scene: Scene, campaign: Campaign, closed: date, until: date, per_cent: int, at: int) -> Answer:
    """Compare how many papers bound the townships of the area on the day of closing and a year on."""
    of_townships = [
        sheet
        for sheet in scene.sheets
        if sheet.signer.level is Level.TOWNSHIP and campaign.area_code in ancestors(sheet.signer.area_code)
    ]
    before, after = (_binding(scene, of_townships, day) for day in (closed, until))
    if before and 100 * (len(after) - len(before)) >= per_cent * len(before):
        yield make(
            "DR-22",
            (campaign.id, "load"),
            "LOAD_REBOUND",
            units=(campaign.campaign_unit,),
            positions=(at, *(sheet.at for sheet in after)),
            since=until,
            said={"before": len(before), "after": len(after), "day": until, "campaign": campaign.title},
        )


def _binding(scene: Scene, sheets: Sequence[Sheet], day: date) -> list[Sheet]:
    return [sheet for sheet in sheets if sheet.paper.in_force_on(day) and day <= last_day(scene.held, sheet.paper)]


@rule("DR-30", Severity.HIGH)
def retaliation(scene: Scene) -> Answer:
    """Within a year after its report was confirmed, a unit is vetoed, marked down or investigated by the one it reported."""
    acts = list(_acts(scene))
    for reporter, reported, day, at in _confirmed(scene):
        until = add_months(day, scene.held.rules_of(reported, day).number("lead_retaliation_months"))
        for kind, subject, by, against, when, position in acts:
            after = (day, at) < (when, position) and when <= until
            if after and scene.held.same(by, reported, when) and scene.held.same(against, reporter, when):
                yield make(
                    "DR-30",
                    (kind, subject, reporter),
                    f"RETALIATION_{kind}",
                    units=(reported, reporter),
                    positions=(at, position),
                    since=when,
                    said={"confirmed": day, "day": when},
                    restricted=True,
                )


def _confirmed(scene: Scene) -> Iterator[tuple[UUID, UUID, date, int]]:
    """Give each named report that was confirmed: who reported whom, when and where it was confirmed."""
    for campaign in scene.held.each(CAMPAIGN):
        for told in scene.held.told(campaign.id, MatchDecided, OmissionRegistered, FalseZeroRegistered):
            records = (told.fact.record,) if isinstance(told.fact, MatchDecided) else told.fact.records
            for record in records:
                for filed in scene.held.told(record, RecipientReportFiled):
                    if filed.fact.recipient is not None:
                        yield filed.fact.recipient, filed.fact.implementing_unit, told.effective_on, told.position


def _acts(scene: Scene) -> Iterator[tuple[str, UUID, UUID, UUID | None, date, int]]:
    """Give the vetoes, failed assessments and cases of one unit against another: kind, subject, by, against, day, position."""
    for veto in scene.held.each(VETO):
        for told in scene.held.told(veto.id, VetoDecided, IrregularVetoObserved):
            vetoed = not isinstance(told.fact, VetoDecided) or told.fact.decision is VetoDecision.VETO
            if vetoed:
                yield "VETO", veto.id, veto.exercising_unit, veto.target_unit, told.effective_on, told.position
    for pledge in scene.held.each(PLEDGE):
        for each in pledge.assessments:
            if each.result is PledgeResult.NOT_FULFILLED:
                yield "ASSESSMENT", pledge.id, pledge.issuer, pledge.signer, each.assessed_on, each.position
    for case in scene.held.each(CASE):
        for told in scene.held.told(case.id, CaseOpened):
            opened = told.fact
            yield "CASE", case.id, opened.opened_by, opened.subject_unit, told.effective_on, told.position


# ── DR-25 ──


@rule("DR-25")
def basis_lost(scene: Scene) -> Answer:
    """The last document that an item rests on was repealed, and the item is still on the list weeks later."""
    for item in scene.items:
        lost = _basis_gone(scene, item)
        if lost is None:
            continue
        day, at = lost
        rules = scene.held.rules(item.terms.jurisdiction, day)
        since = day + timedelta(days=rules.number("lead_basis_lost_days") + 1)
        if item.active_on(since):
            yield make(
                "DR-25",
                (item.id,),
                "BASIS_LOST",
                units=(item.terms.implementing_unit,),
                positions=(item.identified_at, at),
                since=since,
                said={"title": item.terms.title, "repealed": day},
            )


def _basis_gone(scene: Scene, item: Item) -> tuple[date, int] | None:
    """Return the first day on which none of an item's documents holds, and the position of the last repeal; None if one is left."""
    documents = [scene.held.state(DOCUMENT, each) for each in item.bases]
    unregistered = any(basis.document is None for basis in item.terms.basis)
    ends = [document.effective_to for document in documents if document is not None]
    if not documents or unregistered or len(ends) < len(documents) or any(end is None for end in ends):
        return None
    if not any(document.repealed_by for document in documents if document):
        return None
    last = max((document for document in documents if document), key=lambda document: document.effective_to or date.max)
    at = scene.held.facts(last.id)[-1].position
    return (last.effective_to or date.max) + timedelta(days=1), at
