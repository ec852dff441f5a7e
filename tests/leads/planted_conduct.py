"""Worlds of the rules about what units did: DR-16 to 22, 25, 30."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ledger.days import add_months
from ledger.events import (
    AccountabilityDecided,
    AppealDecided,
    AppealLodged,
    CampaignClosed,
    CampaignOpened,
    CampaignPlanned,
    CaseOpened,
    CausationFound,
    ClaimRuled,
    DisguisedVetoObserved,
    DocumentRegistered,
    DocumentRepealed,
    FalseZeroRegistered,
    IrregularVetoObserved,
    ItemAmended,
    MatchDecided,
    OmissionRegistered,
    PledgeAssessed,
    RecipientReportFiled,
    ToleranceConsidered,
)
from ledger.terms import (
    Causation,
    ClaimOutcome,
    ItemType,
    Level,
    MatchResult,
    PledgeResult,
    ResponsibilityKind,
    ReviewResult,
    ToleranceFinding,
    VetoDecision,
)
from ledger.values import DescribedItem
from tests.leads.planted_papers import veto
from tests.leads.planting import Twin, pattern
from tests.leads.worlds import DAY, Lawful, World, basis


@pattern(
    "DR-16",
    {"SHIELD": {"DR-16": 1}, "SHIELD/rejected": {"DR-16": 1}, "SHIELD_REPEATED": {"DR-16": 2}},
    in_force=Twin("the paper is in force on that day"),
    only_causation=Twin("what failed is found not to be the cause, and nothing else fails"),
    unknown=Twin("the paper's period is not known", {"DR-14": 1}),
    later=Twin(
        "the second follows a day after twenty-four months", {"DR-16": 2}, "", "SHIELD_REPEATED", "SHIELD_REPEATED"
    ),
    another_unit=Twin("the second is another unit's", {"DR-16": 2}, "", "SHIELD_REPEATED", "SHIELD_REPEATED"),
)
def shield(w: World, variant: str, but: str) -> None:
    first = w.day(date(2023, 6, 1), date(2024, 1, 31))
    claim = _waved(w, w.bureau, first, but)
    if variant.endswith("rejected"):
        ruled = ClaimRuled(
            outcome=ClaimOutcome.SHIELD_REJECTED,
            inspector_unit=w.discipline,
            ground="理由",
            table=(),
            tested_at=1,
            tests_edition="tests/1",
        )
        w.tell(claim, ruled, first + 60 * DAY)
    if variant == "SHIELD_REPEATED":
        again = add_months(first, 24) + (DAY if but == "later" else 0 * DAY)
        _waved(w, w.other if but == "another_unit" else w.bureau, again, "")


def _waved(w: World, issuer: UUID, on: date, but: str) -> UUID:
    """Let a unit wave a paper whose period was over on the day of the incident."""
    tau = on - 10 * DAY
    town = w.town()
    duty = w.duty(town)
    clauses = w.clauses(duty)
    whole = but in ("in_force", "only_causation")
    signed = tau - 100 * DAY
    item = w.item(w.terms(issuer, town, clauses=clauses))
    period: Any = (signed, tau if whole else tau - DAY)
    if but == "unknown":
        seen = w.observe(signer=town, issuer=issuer, day=signed, clauses=(), item=None, period_to=None)
        return w.claim(Lawful(seen, item, issuer, town, signed, duty, ()), w.incident(duty, tau, town), on)
    paper = w.lawful(signer=town, issuer=issuer, day=signed, duty=duty, clauses=clauses, item=item, period=period)
    w.perform(paper)
    claim = w.claim(paper, w.incident(duty, tau, town), on)
    if but == "only_causation":
        found = CausationFound(result=Causation.FAIL, inspector_unit=w.discipline, ground="理由")
        w.tell(claim, found, on + 5 * DAY)
    return claim


@pattern(
    "DR-17",
    {
        "VETO_OFF_THE_LIST": {"DR-17": 1},
        "VETO_OFF_THE_LIST/undated": {"DR-17": 1},
        "TRIGGER_NOT_LISTED": {"DR-17": 1},
        "LEVEL_WITHOUT_POWER": {"DR-17": 1},
    },
    no_list=Twin("there was no list yet"),
    first_day=Twin("decided on the first day of the list", {"DR-17": 1}),
    listed=Twin("the item and its situation are on the list", reason="TRIGGER_NOT_LISTED"),
    unknown=Twin("the situation is not known", reason="TRIGGER_NOT_LISTED"),
    dropped=Twin("it was decided not to veto", reason="TRIGGER_NOT_LISTED"),
    county=Twin("a county uses it", reason="LEVEL_WITHOUT_POWER"),
)
def veto_without_item(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.on_the_list()
    if variant == "TRIGGER_NOT_LISTED":
        item = w.veto_item(w.county_gov, town, ("T1", "T2"))
        decision = VetoDecision.NO_VETO if but == "dropped" else VetoDecision.VETO
        if but != "unknown":
            veto(w, w.county_gov, town, item, "T1" if but == "listed" else "T9", day, decision)
            return
        _observed(w, w.county_gov, town, day, item=item)
        return
    if variant == "LEVEL_WITHOUT_POWER":
        day = w.before_the_list()
        by = w.county_gov if but == "county" else town
        _observed(w, by, w.village(town), day)
        return
    w.begin_list()
    if but in ("no_list", "first_day"):
        day = date(2024, 12, 31) if but == "no_list" else date(2025, 1, 1)
    _observed(w, w.county_gov, town, day, dated=not variant.endswith("undated"))


def _observed(w: World, by: UUID, target: UUID, day: date, *, item: UUID | None = None, dated: bool = True) -> UUID:
    stream = w.key("veto")
    seen = IrregularVetoObserved(
        exercising_unit=by,
        target_unit=target,
        assessment_year=day.year,
        observed_by=w.discipline,
        observed_on=day,
        effects=(),
        defects=(),
        item=item,
        decided_on=day if dated else None,
    )
    w.tell(stream, seen, day)
    return stream


@pattern(
    "DR-18",
    {"DISGUISED_VETO": {"DR-18": 1}, "DISGUISED_VETO/of_nobody": {"DR-18": 1}},
    centre=Twin("the centre orders it", spared="CENTRAL_BASIS"),
    open=Twin("an open veto before there was a list"),
)
def disguised_veto(w: World, variant: str, but: str) -> None:
    day = w.before_the_list()
    if but == "open":
        _observed(w, w.county_gov, w.town(), day)
        return
    seen = DisguisedVetoObserved(
        exercising_unit=w.pick(w.bureau, w.county_gov),
        wording=w.text(),
        effect="取消评优",
        observed_by=w.discipline,
        observed_on=day,
        target_unit=None if variant.endswith("nobody") else w.town(),
        central_basis=(basis(None),) if but == "centre" else (),
    )
    w.tell(w.key("veto"), seen, day)


def case(
    w: World,
    duty: str,
    subject: UUID,
    place: UUID,
    day: date,
    *,
    opened_by: UUID | None = None,
    considered: date | None = None,
    decided: bool = True,
) -> UUID:
    """Let a case be opened and decided on a day, tolerance considered before."""
    incident = w.incident(duty, day - 60 * DAY, place)
    stream = w.key("case")
    body = opened_by or w.discipline
    opened = CaseOpened(incident=incident, subject_unit=subject, opened_by=body, matter="事项")
    w.tell(stream, opened, day - 30 * DAY)
    held = considered or day - timedelta(days=w.chance.randint(1, 9))
    if held != date.max:
        w.tell(stream, ToleranceConsidered(finding=ToleranceFinding.NONE_RAISED, distinctions=()), held)
    told = AccountabilityDecided(
        subject_unit=subject,
        duty_codes=(duty,) if w.chance.random() < 0.5 else (),
        measure="CRITICISM",
        form=1,
        responsibility=ResponsibilityKind.DIRECT,
        regulation="问责条例",
        deciding_body=w.discipline,
        body_category="DISCIPLINE",
        proposed_by=w.discipline,
        decided_on=day,
    )
    if decided:
        w.tell(stream, told, day)
    return stream


@pattern(
    "DR-19",
    {"ASYMMETRY": {"DR-19": 1}, "ASYMMETRY/four_of_five": {"DR-19": 1}},
    four=Twin("four cases"),
    owner=Twin("the owner was held to account once"),
    spread=Twin("the last of five follows a day after twenty-four months"),
    to_the_day=Twin("the last of five follows twenty-four months later to the day", {"DR-19": 1}),
    fewer_below=Twin("three of five were below"),
    own_duty=Twin("the duty was the township's own"),
    lifted=Twin("one of five decisions was revoked on appeal"),
)
def asymmetry(w: World, variant: str, but: str) -> None:
    exact = bool(but) and but != "owner"
    number = 4 if but == "four" else 5 if exact or "four" in variant else w.chance.randint(5, 7)
    start = w.day(date(2023, 5, 1), date(2024, 1, 31))
    days = sorted(start + timedelta(days=w.chance.randint(0, 300)) for _ in range(number))
    if but in ("spread", "to_the_day"):
        days[0] = start
        days[-1] = add_months(start, 24) + (DAY if but == "spread" else 0 * DAY)
    beside = {"fewer_below": 2}.get(but, 1 if "four_of" in variant else 0)
    for index, day in enumerate(days):
        town = w.town()
        duty = w.duty(town if but == "own_duty" else w.bureau)
        made = case(w, duty, w.other if 0 < index <= beside else town, town, day)
        if but == "lifted" and index == 2:
            w.tell(made, AppealLodged(lodged_on=day + DAY, grounds="申诉"), day + DAY)
            revoked = AppealDecided(result=ReviewResult.REVOKED, handled_by=w.discipline, decided_on=day + 9 * DAY)
            w.tell(made, revoked, day + 9 * DAY)
    if but == "owner":
        town = w.town()
        case(w, w.duty(w.bureau), w.bureau, town, days[0] + DAY)


@pattern(
    "DR-20",
    {"TOLERANCE_NOT_CONSIDERED": {"DR-20": 1}, "TOLERANCE_NOT_CONSIDERED/after": {"DR-20": 1}},
    before=Twin("considered on the day before"),
    same_day=Twin("considered on that day, before the decision"),
    undecided=Twin("nobody was held to account"),
)
def tolerance(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.day(date(2024, 3, 1), date(2025, 9, 30))
    considered = day + timedelta(days=w.chance.randint(1, 20)) if variant.endswith("after") else date.max
    considered = {"before": day - DAY, "same_day": day}.get(but, considered)
    case(w, w.duty(town), town, town, day, considered=considered, decided=but != "undecided")


def campaign(w: World, units: tuple[UUID, ...], closed: date | None = None) -> UUID:
    """Let a clean-up be planned and opened, and closed on a day."""
    stream = w.key("campaign")
    opened = date(2024, 2, 1)
    planned = CampaignPlanned(area_code=w.area, year=2024, ordinal=1, title="清理规范", campaign_unit=w.other)
    w.tell(stream, planned, opened)
    w.tell(stream, CampaignOpened(units=units, item_types=(ItemType.PLEDGE,), deadline=date(2024, 4, 30)), opened)
    if closed:
        w.tell(stream, CampaignClosed(conservation=()), closed)
    return stream


@pattern(
    "DR-21",
    {"OMISSION": {"DR-21": 1}, "FALSE_ZERO": {"DR-21": 1}, "FALSE_ZERO/two": {"DR-21": 2}},
    matched=Twin("what was found had been declared"),
    open=Twin("nothing was registered"),
)
def omission(w: World, variant: str, but: str) -> None:
    made = campaign(w, (w.bureau,))
    for _ in range(2 if variant.endswith("two") else 1):
        item = w.item(w.terms(w.bureau), known=date(2024, 5, 20), active=None)
        kind = OmissionRegistered if variant == "OMISSION" else FalseZeroRegistered
        found = kind(unit=w.bureau, item_type=ItemType.PLEDGE, item=item, records=())
        if but == "matched":
            matched = MatchDecided(item=item, record=w.key("record"), result=MatchResult.MATCHED)
            w.tell(made, matched, date(2024, 5, 21))
        elif but != "open":
            w.tell(made, found, date(2024, 5, 21))


@pattern(
    "DR-22",
    {
        "REBOUND": {"DR-07": 1, "DR-22": 1},
        "REBOUND/last_day": {"DR-07": 1, "DR-22": 1},
        "LOAD_REBOUND": {"DR-22": 1},
    },
    too_late=Twin("signed a day after twelve months", {"DR-07": 1}),
    that_day=Twin("signed on the day of closing", {"DR-07": 1}),
    not_obligated=Twin("the issuer was not among the units of the clean-up", {"DR-07": 1}),
    listed=Twin("signed under an item on the list"),
    still_open=Twin("the clean-up has not closed", {"DR-07": 1}),
    less=Twin("the load grew by a quarter", reason="LOAD_REBOUND"),
    county=Twin("the papers bind no township", reason="LOAD_REBOUND"),
    ended=Twin("two papers ended on the day before", reason="LOAD_REBOUND"),
)
def rebound(w: World, variant: str, but: str) -> None:
    closed = w.day(date(2025, 1, 10), date(2025, 3, 31))
    campaign(w, (w.bureau,), None if but == "still_open" else closed)
    until = add_months(closed, 12)
    if variant != "LOAD_REBOUND":
        day = until if variant.endswith("last_day") else w.day(closed + DAY, until)
        day = {"too_late": until + DAY, "that_day": closed}.get(but, day)
        if but == "listed":
            w.lawful(day=min(day, date(2025, 12, 31)))
        else:
            w.observe(day=day, issuer=w.other if but == "not_obligated" else w.bureau)
        return
    w.quiet = True
    two = 2 * w.chance.randint(1, 3)
    before, after = (4, 5) if but == "less" else (two, two + two // 2 + w.chance.randint(0, 1))
    if but == "ended":
        before, after = 4, 6
    for index in range(after):
        day = closed - timedelta(days=w.chance.randint(0, 9)) if index < before else closed + (index + 1) * DAY
        last = until - DAY if but == "ended" and index < 2 else date(2027, 12, 31)
        signer = w.county_gov if but == "county" else w.town()
        issuer = w.city_gov if but == "county" else w.county_gov
        w.lawful(day=day, period=(day, last), signer=signer, issuer=issuer)


@pattern(
    "DR-25",
    {"BASIS_LOST": {"DR-25": 1}, "BASIS_LOST/two": {"DR-25": 1}},
    in_time=Twin("off the list on the sixty-first day"),
    day_later=Twin("off the list a day later", {"DR-25": 1}),
    another=Twin("another document stands"),
    unregistered=Twin("one of its documents is not registered here"),
    amended=Twin("an amendment gave it another basis"),
    expired=Twin("its document ran out and was not repealed"),
)
def basis_lost(w: World, variant: str, but: str) -> None:
    repealed = w.day(date(2025, 3, 1), date(2025, 8, 31))
    first = _document(w, repealed - DAY if but == "expired" else None)
    documents = [first]
    if variant.endswith("two") or but == "another":
        documents.append(_document(w))
    rests = tuple(basis(each) for each in documents)
    if but == "unregistered":
        rests += (basis(None),)
    terms = w.terms(w.bureau, basis=rests)
    item = w.item(terms)
    for number, document in enumerate(documents):
        if but == "expired" or (but == "another" and number):
            continue
        gone = DocumentRepealed(repealed_by=w.key("document"), first_day_without=repealed - number * 20 * DAY)
        w.tell(document, gone, repealed - 21 * DAY)
    if but in ("in_time", "day_later"):
        w.end(item, repealed + (61 if but == "in_time" else 62) * DAY)
    if but == "amended":
        anew = w.terms(w.bureau, basis=(basis(_document(w)),))
        w.tell(item, ItemAmended(from_version=1, terms=anew, effective_from=repealed), repealed)


def _document(w: World, until: date | None = None) -> UUID:
    document = w.key("document")
    told = DocumentRegistered(
        document_issuer=w.city_gov,
        title="关于" + w.topic() + "的意见",
        dated=date(2020, 1, 1),
        issuer_level=Level.PREFECTURE,
        genre="意见",
        effective_from=date(2020, 1, 1),
        effective_to=until,
    )
    w.tell(document, told, date(2023, 3, 1))
    return document


@pattern(
    "DR-30",
    {
        "RETALIATION_VETO": {"DR-30": 1},
        "RETALIATION_ASSESSMENT": {"DR-30": 1},
        "RETALIATION_CASE": {"DR-30": 1},
        "RETALIATION_VETO/omission": {"DR-21": 1, "DR-30": 1},
    },
    last_day=Twin("on the last day of twelve months", {"DR-30": 1}),
    too_late=Twin("a day after twelve months"),
    before=Twin("on the day before the report was confirmed"),
    another_actor=Twin("another unit acts", reason="RETALIATION_CASE"),
    another_target=Twin("another unit is hit"),
    fulfilled=Twin("assessed as fulfilled", reason="RETALIATION_ASSESSMENT"),
    protected=Twin("the report is protected: who made it does not stand here"),
    unconfirmed=Twin("the report was not confirmed"),
)
def retaliation(w: World, variant: str, but: str) -> None:
    town, beside = w.town(), w.town()
    confirmed = date(2024, 3, 1) + timedelta(days=w.chance.randint(0, 30))
    made = campaign(w, (w.county_gov,))
    record, item = w.key("record"), w.item(w.terms(w.county_gov), known=date(2024, 2, 10), active=None)
    described = DescribedItem(item_type=ItemType.PLEDGE, title=w.topic(), implementing_unit=w.county_gov)
    protected = but == "protected"
    filed = RecipientReportFiled(
        campaign=made,
        implementing_unit=w.county_gov,
        described=described,
        protected=protected,
        recipient=None if protected else town,
    )
    w.tell(record, filed, date(2024, 2, 20))
    if variant.endswith("omission"):
        told = OmissionRegistered(unit=w.county_gov, item_type=ItemType.PLEDGE, item=item, records=(record,))
        w.tell(made, told, confirmed)
    elif but != "unconfirmed":
        result = w.pick(MatchResult.MATCHED, MatchResult.CONFLICT)
        w.tell(made, MatchDecided(item=item, record=record, result=result), confirmed)
    until = add_months(confirmed, 12)
    day = {"last_day": until, "too_late": until + DAY, "before": confirmed - DAY}.get(
        but, confirmed + timedelta(days=w.chance.randint(1, 250))
    )
    target = beside if but == "another_target" else town
    if variant == "RETALIATION_CASE":
        body = w.bureau if but == "another_actor" else w.county_gov
        case(w, w.duty(town), target, target, day + 30 * DAY, opened_by=body)
    elif variant == "RETALIATION_ASSESSMENT":
        paper = w.observe(issuer=w.county_gov, signer=target, day=date(2024, 2, 1))
        result = PledgeResult.FULFILLED if but == "fulfilled" else PledgeResult.NOT_FULFILLED
        w.tell(paper, PledgeAssessed(year=2024, result=result, text="考核"), day)
    else:
        item = w.veto_item(w.county_gov, target, ("T1",))
        veto(w, w.county_gov, target, item, "T1", day, VetoDecision.VETO)
