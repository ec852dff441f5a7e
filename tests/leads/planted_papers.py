"""Worlds of the rules about papers and the list: DR-05 to 11, 26, 28, 32."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from ledger.days import SHANGHAI
from ledger.events import (
    EvidenceAnchored,
    FindingRecorded,
    InspectionPlanned,
    IrregularVetoObserved,
    ItemAmended,
    ItemResumed,
    ItemSuspended,
    RecordCorrected,
    UnitsMerged,
    VetoDecided,
    VetoSuggested,
)
from ledger.terms import AnchorKind, InspectionKind, Level, SignerKind, TimePrecision, VetoDecision
from ledger.values import Change, Scope
from tests.leads.own_pack import LIST_FROM, TRANSITION
from tests.leads.planting import Twin, pattern
from tests.leads.worlds import DAY, World, anchored


@pattern(
    "DR-05",
    {"CLAUSE_ADDED": {"DR-05": 1}, "CLAUSE_ADDED/reworded": {"DR-05": 1}},
    same=Twin("the clauses are the approved ones"),
    slots=Twin("only the values of a slot differ"),
    white=Twin("only white space differs"),
    fewer=Twin("a clause is left out"),
    amended=Twin("an amendment approved it from that day on"),
    too_early=Twin("an amendment approved it from the day after on", {"DR-05": 1}),
    misprint=Twin("it was a misprint in the record, and corrected", reason="CLAUSE_ADDED/reworded"),
    off_list=Twin("the item is not on the list that day", {"DR-07": 1}),
)
def clause_added(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.on_the_list()
    duty = w.duty(town)
    approved = list(w.clauses(duty))
    approved[0] = replace(approved[0], text=approved[0].text + "{1}")
    signed = list(approved)
    if variant.endswith("reworded"):
        signed[1] = replace(signed[1], text="负总责" + signed[1].text)
    elif but not in ("same", "slots", "white", "fewer"):
        signed.append(replace(w.clauses(duty)[0], clause_id="new", text=w.text()))
    if but == "slots":
        signed[0] = replace(signed[0], slots=("三起",))
    if but == "white":
        signed[0] = replace(signed[0], text=f" {signed[0].text[:3]} \n{signed[0].text[3:]}")
    if but == "fewer":
        signed = [*signed[:2], signed[-1]]
    paper = w.lawful(signer=town, day=day, duty=duty, clauses=tuple(signed), approved=tuple(approved))
    if but in ("amended", "too_early"):
        terms = w.terms(w.bureau, town, clauses=tuple(signed))
        first = day if but == "amended" else day + DAY
        w.tell(paper.item, ItemAmended(from_version=1, terms=terms, effective_from=first), day - DAY)
    if but == "misprint":
        drafted = w.drafted_at
        change = Change(path="/clauses/1/text", value=f'"{approved[1].text}"')
        w.tell(
            paper.paper, lambda at: RecordCorrected(corrects=at(drafted), why="错字", changed=(change,)), day + 5 * DAY
        )
    if but == "off_list":
        w.tell(paper.item, ItemSuspended(ground="暂停", suspended_from=day), day - DAY)


@pattern(
    "DR-06",
    {
        "SIGNER_OUT_OF_SCOPE": {"DR-06": 1},
        "SIGNER_OUT_OF_SCOPE/named": {"DR-06": 1},
        "TOO_MANY_SIGNERS": {"DR-06": 1},
    },
    within=Twin("the signer is of the approved kind"),
    named=Twin("the signer is one of the units named", reason="SIGNER_OUT_OF_SCOPE/named"),
    as_many=Twin("as many signers as approved", reason="TOO_MANY_SIGNERS"),
    twice=Twin("one of them signs twice", reason="TOO_MANY_SIGNERS"),
    two_years=Twin("the last one signs in another year", reason="TOO_MANY_SIGNERS"),
    no_number=Twin("no number was approved", reason="TOO_MANY_SIGNERS"),
    more_approved=Twin("an amendment approved one more from that day on", reason="TOO_MANY_SIGNERS"),
)
def scope(w: World, variant: str, but: str) -> None:
    day = w.on_the_list()
    if variant != "TOO_MANY_SIGNERS":
        town, beside = w.town(), w.town()
        scope = Scope(level=Level.TOWNSHIP, category="PARTY_COMMITTEE" if but != "within" else "GOVERNMENT")
        if variant.endswith("named"):
            scope = Scope(level=Level.TOWNSHIP, category="GOVERNMENT", units=(town if but == "named" else beside,))
        w.lawful(signer=town, day=day, recipient_scope=(scope,))
        return
    approved = w.chance.randint(2, 4)
    towns = [w.town() for _ in range(approved if but in ("as_many", "twice") else approved + 1)]
    if but == "twice":
        towns.append(towns[0])
    clauses, item = w.clauses("D-unknown"), None
    terms = w.terms(
        w.bureau, towns[0], clauses=clauses, approved_signers=None if but == "no_number" else approved, start_year=2025
    )
    for number, town in enumerate(towns):
        last = number + 1 == len(towns)
        when = date(2026, 1, 5) if but == "two_years" and last else day + number * DAY
        item = item or w.item(terms)
        w.lawful(signer=town, duty="D-unknown", day=when, clauses=clauses, item=item)
        if but == "more_approved" and last:
            more = ItemAmended(from_version=1, terms=replace(terms, approved_signers=approved + 1), effective_from=when)
            w.tell(item, more, when - DAY)


@pattern(
    "DR-07",
    {
        "OFF_THE_LIST": {"DR-07": 1},
        "OFF_THE_LIST/suspended": {"DR-07": 1},
        "OFF_THE_LIST/undated": {"DR-07": 1},
        "OFF_THE_LIST/first_day": {"DR-07": 1},
    },
    no_list=Twin("there was no list before that day", reason="OFF_THE_LIST/first_day"),
    listed=Twin("the item is on the list"),
    resumed=Twin("the item was resumed that day", reason="OFF_THE_LIST/suspended"),
    not_yet=Twin("the item was suspended from the day after", reason="OFF_THE_LIST/suspended"),
    transition=Twin("signed on the last day of the transition", spared="TRANSITION"),
    after=Twin("signed on the day after the transition", {"DR-07": 1}),
)
def off_list(w: World, variant: str, but: str) -> None:
    day = w.on_the_list()
    if but in ("transition", "after"):
        w.adopt()
        day = TRANSITION if but == "transition" else TRANSITION + DAY
    if variant.endswith("suspended"):
        paper = w.lawful(day=day)
        first = day + DAY if but == "not_yet" else day - 20 * DAY
        w.tell(paper.item, ItemSuspended(ground="暂停", suspended_from=first), day - 21 * DAY)
        if but == "resumed":
            w.tell(paper.item, ItemResumed(ground="恢复", resumed_from=day), day - DAY)
    elif but == "listed":
        w.lawful(day=day)
    elif variant.endswith("first_day"):
        w.observe(day=LIST_FROM - DAY if but == "no_list" else LIST_FROM)
    else:
        w.observe(day=day, dated=not variant.endswith("undated"))


@pattern(
    "DR-08",
    {
        "SAME_DUTIES": {"DR-07": 1, "DR-08": 1},
        "SAME_TITLE": {"DR-07": 1, "DR-08": 1},
        "SAME_DUTIES/before_the_list": {"DR-08": 1},
        "SAME_TITLE/successor": {"DR-07": 1, "DR-08": 1},
        "SAME_DUTIES/passed": {"DR-07": 1, "DR-08": 1},
    },
    day_before=Twin("signed on the last day with the item", {"DR-07": 1}),
    first_day=Twin("signed on the first day without", {"DR-07": 1, "DR-08": 1}),
    another_class=Twin("put to another kind of unit", {"DR-07": 1}),
    another_unit=Twin("another unit issues it", {"DR-07": 1}),
    fewer_duties=Twin("one duty of three is shared", {"DR-07": 1}),
    half=Twin("one duty of two is shared", {"DR-07": 1, "DR-08": 1}),
    another_title=Twin("food is not drugs", {"DR-07": 1}, reason="SAME_TITLE"),
    never_listed=Twin("still under review: the item has not ended", {"DR-07": 1}),
    stands=Twin("the paper stands on an item of the list", spared="STANDS_ON_A_LISTED_ITEM"),
    last_year=Twin("signed on the last day of its last year", {"DR-07": 1}, reason="SAME_DUTIES/passed"),
)
def cancelled_yet_signed(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.on_the_list()
    if variant.endswith("before_the_list"):
        day = w.before_the_list()
    duties = [w.duty(town) for _ in range({"fewer_duties": 3, "half": 2}.get(but, 1))]
    by_title, topic = variant.startswith("SAME_TITLE"), w.topic()
    titles = (
        f"{topic}目标责任书",
        w.pick(f"2025年度{topic}承诺书", f"关于印发{topic}告知书的通知", f"{topic}目标任务责任状"),
    )
    if but == "another_title":
        titles = ("食品安全目标责任书", "药品安全目标责任书")
    scope = (Scope(level=Level.TOWNSHIP, category="PARTY_COMMITTEE" if but == "another_class" else "GOVERNMENT"),)
    said = {"title": titles[0], "recipient_scope": scope, "start_year": 2022}
    whose = w.other if but == "another_unit" else w.bureau
    if variant.endswith("successor"):
        whose = w.unit("县旧局", Level.COUNTY, "GOVERNMENT_DEPT", block=w.county_gov)
        merged = UnitsMerged(successor=w.bureau, first_day_without=date(2024, 1, 1))
        w.tell(whose, merged, date(2023, 12, 20))
    terms = w.terms(whose, town, duty_codes=() if by_title else tuple(duties), **said)
    if variant.endswith("passed"):
        day = date(2025, 12, 31) if but == "last_year" else w.day(date(2026, 1, 1), date(2026, 9, 30))
        w.item(replace(terms, end_year=2025))
    else:
        item = w.item(terms, known=date(2023, 9, 1), active=None)
        ended = {"day_before": day + DAY, "first_day": day}.get(but, day - timedelta(days=w.chance.randint(1, 20)))
        if but != "never_listed":
            w.end(item, ended, w.pick("cancelled", "exited", "merged"))
    shared = w.duty(town) if by_title else duties[0]
    if but == "stands":
        w.lawful(signer=town, day=day, duty=shared)
    else:
        w.observe(signer=town, day=day, duty=shared, document_title=titles[1] if by_title else w.topic() + "责任书")


GENRES = ("承诺书", "任务书", "保证书", "军令状", "责任清单", "告知书", "便笺", None)
MARKS = ("seal_required", "numeric_target", "penalty_linked")


@pattern(
    "DR-09",
    {
        "DISGUISED_PLEDGE": {"DR-09": 1},
        "DISGUISED_PLEDGE/of_an_ended_item": {"DR-09": 1},
        "DISGUISED_PLEDGE/among_equals": {"DR-09": 1},
    },
    two_marks=Twin("two marks only"),
    equals=Twin("two marks, from a unit of the same level", reason="DISGUISED_PLEDGE/among_equals"),
    not_ended=Twin("the item ended on the day after", reason="DISGUISED_PLEDGE/of_an_ended_item"),
    called_so=Twin("it is openly called a responsibility paper"),
    regular=Twin("signed by the lawful road"),
    voluntary=Twin("a person's own free pledge", spared="VOLUNTARY_PERSON"),
    not_free=Twin("a person's pledge, not free", {"DR-09": 1, "DR-28": 1}),
    household=Twin("a household's free pledge", {"DR-09": 1, "DR-28": 1}),
)
def disguised(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.before_the_list()
    duty = w.duty(town)
    if but == "regular":
        w.lawful(signer=town, duty=duty)
        return
    marks = list(MARKS) if variant.endswith("among_equals") else w.chance.sample(MARKS, w.chance.randint(2, 3))
    signer = town
    if variant.endswith("among_equals"):
        signer = w.other
    if variant.endswith("ended_item"):
        marks = marks[:1]
        gone = w.item(w.terms(w.other, town, duty_codes=(duty,)), known=date(2023, 9, 1), active=None)
        w.end(gone, day + DAY if but == "not_ended" else day - timedelta(days=w.chance.randint(0, 40)))
    if but in ("two_marks", "equals"):
        marks = marks[: 1 if but == "two_marks" else 2]
    marked: dict[str, Any] = dict.fromkeys(marks, True)
    kinds = {"voluntary": SignerKind.PERSON, "not_free": SignerKind.PERSON, "household": SignerKind.HOUSEHOLD}
    w.observe(
        signer=signer,
        day=day,
        duty=duty,
        genre="责任书" if but == "called_so" else w.pick(*GENRES),
        document_title=w.topic() + "承诺书",
        signer_kind=kinds.get(but, SignerKind.UNIT),
        voluntary=but in ("voluntary", "household"),
        **marked,
    )


@pattern(
    "DR-10",
    {
        "SIGNED_AFTER": {"DR-10": 1},
        "SIGNED_AFTER/next_day": {"DR-10": 1},
        "RECORDED_AFTER": {"DR-10": 1},
        "RECORDED_AFTER/observed": {"DR-10": 1},
    },
    last_day=Twin("signed thirty days after", {"DR-10": 1}),
    later=Twin("signed thirty-one days after"),
    same_day=Twin("signed in the evening, the incident at night", reason="SIGNED_AFTER/next_day"),
    another_duty=Twin("the incident is about another duty"),
    elsewhere=Twin("the incident happened elsewhere"),
    undated=Twin("the paper bears no date"),
    recorded=Twin("recorded in the evening before", reason="RECORDED_AFTER"),
    anchored=Twin("its digest was fixed outside before", reason="RECORDED_AFTER"),
    anchored_late=Twin("its digest was fixed outside after", {"DR-10": 1}, reason="RECORDED_AFTER"),
    found=Twin("inspectors had recorded it before", reason="RECORDED_AFTER"),
    day_only=Twin("recorded on the day, and the hour is not known", reason="RECORDED_AFTER"),
    no_ledger=Twin("there was no ledger yet", reason="RECORDED_AFTER/observed"),
)
def after_the_incident(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.on_the_list()
    duty = w.duty(town)
    if variant.startswith("SIGNED_AFTER"):
        gap = {"last_day": 30, "later": 31, "same_day": 0}.get(but, w.chance.randint(2, 29))
        gap = 1 if variant.endswith("next_day") and not but else gap
        about, where = (w.duty(town) if but == "another_duty" else duty), (w.town() if but == "elsewhere" else town)
        tau = day - gap * DAY
        if but == "undated":
            day = w.before_the_list()
            w.observe(signer=town, day=day, duty=duty, dated=False)
            tau = day - gap * DAY
        else:
            w.lawful(signer=town, day=day, duty=duty)
        w.incident(about, tau, where, hour=22 if gap == 0 else 9)
        return
    late = w.chance.randint(2, 20)
    tau = day + w.chance.randint(1, late) * DAY
    recorded = {"recorded": tau - DAY, "day_only": tau}.get(but, day + late * DAY)
    digest = f"{w.chance.getrandbits(256):064x}"
    if but == "no_ledger":
        tau = date(2022, 12, 31)
        w.observe(signer=town, day=tau - DAY, seen=date(2023, 1, 2), duty=duty)
    elif variant.endswith("observed"):
        day = w.before_the_list()
        tau = day + DAY
        w.observe(signer=town, day=day, seen=tau + DAY, duty=duty)
    else:
        w.lawful(signer=town, day=day, duty=duty, recorded=recorded, digest=digest)
    w.incident(duty, tau, town, precision=TimePrecision.DAY if but == "day_only" else TimePrecision.MINUTE)
    if but.startswith("anchored"):
        at = datetime.combine(tau + DAY if but.endswith("late") else tau, time(8), SHANGHAI)
        fixed = EvidenceAnchored(digest=digest, anchored_at=at, anchor_kind=AnchorKind.ARCHIVE, verifier=w.discipline)
        w.tell(anchored(digest), fixed, tau + 30 * DAY)
    if but == "found":
        inspection, paper = w.key("inspection"), w._told[-2].stream
        planned = InspectionPlanned(lead_unit=w.discipline, kind=InspectionKind.UNANNOUNCED, plan_digest="0" * 64)
        w.tell(inspection, planned, day)
        w.tell(inspection, FindingRecorded(finding_id="f", text="所见", pledge=paper), day)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pattern(
    "DR-11",
    {
        "BEFORE_APPROVAL": {"DR-07": 1, "DR-11": 1},
        "BEFORE_ITS_FILE": {"DR-11": 1},
        "RECORDED_LATE": {"DR-11": 1},
        "RECORDED_LATE/just": {"DR-11": 1},
    },
    approved=Twin("signed on the day from which the item is approved"),
    no_list=Twin("signed before there was any list"),
    backlog=Twin("entered as backlog", {"DR-07": 1, "DR-32": 1}, spared="BACKLOG"),
    undated=Twin("the paper bears no date", {"DR-07": 1}),
    same_day=Twin("the file was made that day", reason="BEFORE_ITS_FILE"),
    scan=Twin("the file is a picture of the paper", reason="BEFORE_ITS_FILE"),
    another_file=Twin("the file is not the paper", reason="BEFORE_ITS_FILE"),
    in_time=Twin("recorded thirty days after", reason="RECORDED_LATE"),
    no_incident=Twin("no incident between", reason="RECORDED_LATE"),
    on_the_day=Twin("the incident happened on the day of signing", reason="RECORDED_LATE"),
    afterwards=Twin("the incident happened after the recording", reason="RECORDED_LATE"),
    no_party=Twin("the incident names neither side", reason="RECORDED_LATE"),
    late_backlog=Twin("late, and entered as backlog", spared="BACKLOG", reason="RECORDED_LATE"),
)
def backdated(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.on_the_list()
    duty = w.duty(town)
    if variant == "BEFORE_APPROVAL":
        active = day if but == "approved" else day + timedelta(days=w.chance.randint(1, 60))
        if but == "no_list":
            day = w.before_the_list()
        clauses = w.clauses(duty)
        item = w.item(w.terms(w.bureau, town, clauses=clauses), active=active)
        if but == "backlog":
            w.backlog(item, town, day, clauses)
        else:
            w.observe(signer=town, day=day, dated=but != "undated", item=item, clauses=clauses)
        return
    if variant == "BEFORE_ITS_FILE":
        digest = f"{w.chance.getrandbits(256):064x}"
        made = day if but == "same_day" else day + timedelta(days=w.chance.randint(1, 9))
        kind = w.pick("image/jpeg", "application/pdf") if but == "scan" else w.pick(WORD, "application/msword")
        file = w.file("1" * 64 if but == "another_file" else digest, made, kind)
        w.lawful(signer=town, day=day, duty=duty, digest=digest, evidence=(file,))
        return
    late = 30 if but == "in_time" else 31 if variant.endswith("just") else w.chance.randint(31, 80)
    recorded = day + late * DAY
    tau = {"on_the_day": day, "afterwards": recorded + DAY}.get(but, day + w.chance.randint(1, 30) * DAY)
    if but == "late_backlog":
        clauses = w.clauses(duty)
        w.backlog(w.item(w.terms(w.bureau, town, clauses=clauses)), town, day, clauses, recorded)
    else:
        w.lawful(signer=town, day=day, duty=duty, recorded=recorded)
    party = () if but == "no_party" else (w.pick(town, w.bureau),)
    if but != "no_incident":
        w.incident(w.duty(town), tau, town, units=party, hour=20)


@pattern(
    "DR-26",
    {
        "PLEDGE_AFTER_LAST_YEAR": {"DR-07": 1, "DR-08": 1, "DR-26": 1},
        "VETO_AFTER_LAST_YEAR": {"DR-17": 1, "DR-26": 1},
        "VETO_AFTER_LAST_YEAR/observed": {"DR-17": 1, "DR-26": 1},
    },
    new_year_eve=Twin("signed on the last day of the last year"),
    new_year=Twin("signed on the first day after", {"DR-07": 1, "DR-08": 1, "DR-26": 1}),
    no_end=Twin("no last year was set"),
    amended=Twin("an amendment had set a later year"),
    exited=Twin("the item had left the list", {"DR-07": 1, "DR-08": 1}),
    in_year=Twin("decided on the last day of the last year", reason="VETO_AFTER_LAST_YEAR"),
    no_veto=Twin("decided not to veto", reason="VETO_AFTER_LAST_YEAR"),
)
def after_its_years(w: World, variant: str, but: str) -> None:
    town = w.town()
    day = w.day(date(2026, 1, 2), date(2026, 9, 30))
    day = {"new_year_eve": date(2025, 12, 31), "in_year": date(2025, 12, 31), "new_year": date(2026, 1, 1)}.get(
        but, day
    )
    if variant.startswith("VETO"):
        item = w.veto_item(w.county_gov, town, ("T1",), end_year=2025)
        if variant.endswith("observed"):
            seen = IrregularVetoObserved(
                exercising_unit=w.county_gov,
                target_unit=town,
                assessment_year=2026,
                observed_by=w.discipline,
                observed_on=day + DAY,
                effects=(),
                defects=(),
                item=item,
                trigger_code="T1",
                decided_on=day,
            )
            w.tell(w.key("veto"), seen, day + DAY)
        else:
            veto(
                w, w.county_gov, town, item, "T1", day, VetoDecision.NO_VETO if but == "no_veto" else VetoDecision.VETO
            )
        return
    duty = w.duty(town)
    clauses = w.clauses(duty)
    terms = w.terms(w.bureau, town, clauses=clauses, end_year=None if but == "no_end" else 2025)
    item = w.item(terms)
    if but == "amended":
        longer = ItemAmended(from_version=1, terms=replace(terms, end_year=2026), effective_from=date(2025, 12, 1))
        w.tell(item, longer, date(2025, 11, 20))
    if but == "exited":
        w.end(item, date(2025, 12, 1), "exited")
    w.observe(signer=town, day=day, item=item, clauses=clauses)


def veto(w: World, by: object, target: object, item: object, trigger: str, day: date, decision: VetoDecision) -> None:
    stream = w.key("veto")
    common = {"item": item, "exercising_unit": by, "target_unit": target, "assessment_year": day.year}
    suggested = VetoSuggested(**common, trigger_code=trigger, suggested_by=w.bureau, facts="事实")  # type: ignore[arg-type]
    decided = VetoDecided(**common, item_version=1, decision=decision, trigger_code=trigger, decided_on=day)  # type: ignore[arg-type]
    w.tell(stream, suggested, day - 10 * DAY)
    w.tell(stream, decided, day)
