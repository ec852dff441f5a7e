"""Worlds of the rules about duties and means: DR-01, 02, 12, 13, 14, 15, 27."""

from dataclasses import replace
from datetime import date, timedelta

from ledger import rules
from ledger.days import add_working_days
from ledger.events import (
    DutyDelegated,
    DutyTakenBack,
    IssuerDutyPerformed,
    PledgeObjectionAnswered,
    PledgeObjectionRaised,
    PledgeTerminated,
    SupportDelivered,
    SupportPromised,
)
from ledger.streams import duty_stream
from ledger.terms import ClauseRole, ClauseType, DutyListKind, Level, ObjectionKind, SupportKind
from ledger.values import Clause
from tests.leads.planting import Twin, pattern
from tests.leads.worlds import DAY, Lawful, World

ASKED_ON = date(2026, 12, 31)


def delegate(
    w: World,
    duty: str,
    area: str,
    to: object,
    first: date,
    last: date | None = None,
    powers: tuple[str, ...] = ("检查权",),
) -> None:
    given = DutyDelegated(
        duty_code=duty,
        jurisdiction_code=area,
        from_unit=w.bureau,
        to_unit=to,  # type: ignore[arg-type]
        powers=powers,
        resources="经费",
        delegation_basis=(),
        effective_from=first,
        effective_to=last,
    )
    w.tell(duty_stream(duty, area), given, min(first, date(2025, 1, 1)))


@pattern(
    "DR-01",
    {
        "DUTY_TRANSFERRED": {"DR-01": 1},
        "DUTY_TRANSFERRED/above": {"DR-01": 1},
        "DUTY_TRANSFERRED/beside": {"DR-01": 1},
    },
    own=Twin("the signer owns the duty"),
    office=Twin("an office of the signer owns the duty"),
    lower=Twin("the owner stands below the issuer", reason="DUTY_TRANSFERRED/beside"),
    delegated=Twin("the duty is delegated to the signer"),
    last_day=Twin("delegated until the day of signing"),
    over=Twin("delegated until the day before", {"DR-01": 1}),
    ahead=Twin("delegated from the day after", {"DR-01": 1}),
    unknown=Twin("no entry says whose the duty is"),
    later=Twin("the entry holds from the day after"),
    ended=Twin("the entry held until the day before"),
    still=Twin("the entry holds until the day of signing", {"DR-01": 1}),
    law=Twin("law commands signing in this field", spared="COMMANDED_BY_LAW"),
)
def duty_transferred(w: World, variant: str, but: str) -> None:
    town, day, issuer = w.town(), w.on_the_list(), w.bureau
    owner = {"DUTY_TRANSFERRED/above": w.city_dept, "DUTY_TRANSFERRED/beside": w.other}.get(variant, w.bureau)
    area = w.pick(w.area, w.area_of(town))
    if but == "own":
        owner = town
    if but == "office":
        owner = w.unit("农技站", Level.TOWNSHIP, "PUBLIC_INSTITUTION", w.area_of(town), town)
    if but == "lower":
        issuer = w.city_dept
    since = day + DAY if but == "later" else date(2015, 1, 1)
    until = {"ended": day - DAY, "still": day}.get(but)
    duty = "D-unknown" if but == "unknown" else w.duty(owner, area=area, since=since, until=until)
    spans = {"delegated": (date(2020, 1, 1), None), "last_day": (date(2020, 1, 1), day)}
    spans |= {"over": (date(2020, 1, 1), day - DAY), "ahead": (day + DAY, None)}
    if but in spans:
        delegate(w, duty, area, town, *spans[but])
    w.lawful(issuer=issuer, signer=town, day=day, duty=duty, field_code="FARMLAND" if but == "law" else "RIVERS_LAKES")


@pattern(
    "DR-02",
    {
        "NOT_A_TOWNSHIP_DUTY": {"DR-02": 1},
        "NOT_A_TOWNSHIP_DUTY/entry": {"DR-01": 1, "DR-02": 1},
        "NOT_A_TOWNSHIP_DUTY/taken": {"DR-01": 1, "DR-02": 1},
    },
    supporting=Twin("the clause asks for support only"),
    silent=Twin("the clause does not say in which role"),
    basic=Twin("the duty is a basic one of the township"),
    county=Twin("the signer is no township"),
    delegated=Twin("taken back, and delegated again", spared="DELEGATED", reason="NOT_A_TOWNSHIP_DUTY/entry"),
    tomorrow=Twin("taken back from the day after", reason="NOT_A_TOWNSHIP_DUTY/taken"),
    today=Twin("taken back from that very day", {"DR-01": 1, "DR-02": 1}, reason="NOT_A_TOWNSHIP_DUTY/taken"),
)
def not_a_township_duty(w: World, variant: str, but: str) -> None:
    day = w.on_the_list()
    signer = w.county_gov if but == "county" else w.town()
    issuer, area = (w.city_dept if but == "county" else w.bureau), w.area_of(signer)
    kind, owner = DutyListKind.COOPERATING, signer
    if variant.endswith("/entry"):
        kind, owner = DutyListKind.TAKEN_BACK, w.bureau
    if variant.endswith("/taken") or but == "basic":
        kind = DutyListKind.BASIC
    duty = w.duty(owner, area=area, kind=kind)
    if variant.endswith("/taken"):
        first = {"tomorrow": day + DAY, "today": day}.get(but, day - timedelta(days=w.chance.randint(1, 300)))
        taken = DutyTakenBack(from_unit=signer, to_unit=w.bureau, effective_from=first)
        w.tell(duty_stream(duty, area), taken, min(first, day))
    if but == "delegated":
        delegate(w, duty, area, signer, date(2020, 1, 1))
    role = {"supporting": ClauseRole.SUPPORTING, "silent": None}.get(but, ClauseRole.PRINCIPAL)
    w.lawful(issuer=issuer, signer=signer, day=day, duty=duty, clauses=w.clauses(duty, role=role))


SUPPORT_DUE = date(2025, 11, 30)


@pattern(
    "DR-12",
    {"NO_POWER": {"DR-12": 1}, "NO_SUPPORT_CLAUSE": {"DR-12": 1}, "SUPPORT_UNDELIVERED": {"DR-12": 1}},
    holder=Twin("the signer holds the power"),
    needless=Twin("the duty needs no power"),
    delegated=Twin("delegated together with the power"),
    powerless=Twin("delegated without the power", {"DR-12": 1}),
    expired=Twin("delegated with the power until the day before", {"DR-12": 1}),
    promised=Twin("support is promised in a clause", reason="NO_SUPPORT_CLAUSE"),
    told=Twin("support is promised beside the paper", reason="NO_SUPPORT_CLAUSE"),
    empowered=Twin("the entry says that the signer has the power", reason="NO_SUPPORT_CLAUSE"),
    plain=Twin("no clause needs a power", reason="NO_SUPPORT_CLAUSE"),
    delivered=Twin("delivered in full", reason="SUPPORT_UNDELIVERED"),
    late=Twin("delivered in full, late", reason="SUPPORT_UNDELIVERED"),
    short=Twin("delivered one short", {"DR-12": 1}, reason="SUPPORT_UNDELIVERED"),
    uncounted=Twin("what was delivered is counted otherwise", reason="SUPPORT_UNDELIVERED"),
    due=Twin("due on the day that is asked about", reason="SUPPORT_UNDELIVERED"),
    ended=Twin("the paper ended before it was due", reason="SUPPORT_UNDELIVERED"),
)
def duty_without_means(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.on_the_list()
    if variant == "NO_POWER":
        holder = town if but == "holder" else w.pick(w.bureau, w.other)
        duty = w.duty(town, holder=holder, needs_power=but != "needless")
        if but in ("delegated", "powerless", "expired"):
            powers = () if but == "powerless" else ("检查权",)
            last = day - DAY if but == "expired" else None
            delegate(w, duty, w.area_of(town), town, date(2020, 1, 1), last, powers)
        w.lawful(signer=town, day=day, duty=duty)
        return
    if variant == "NO_SUPPORT_CLAUSE":
        duty = w.duty(town, holder=town, needs_power=True) if but == "empowered" else "D-unknown"
        clauses = w.clauses(duty, needs_power=but != "plain")
        if but == "promised":
            clauses += (Clause(clause_id="s", type=ClauseType.SUPPORT, text=w.text()),)
        paper = w.lawful(signer=town, day=day, duty=duty, clauses=clauses)
        if but == "told":
            told = SupportPromised(
                promised_by=w.bureau, promised_to=town, kind=SupportKind.POWER, text="授权", due_on=date(2027, 1, 1)
            )
            w.tell(paper.paper, told, day)
        return
    amount, due = w.chance.randint(2, 9) * 10_000, ASKED_ON if but == "due" else SUPPORT_DUE
    support = Clause(clause_id="s", type=ClauseType.SUPPORT, text=w.text(), due_on=due, amount=amount, unit="元")
    duty = w.duty(town)
    period = (date(2025, 1, 1), date(2027, 6, 30))
    paper = w.lawful(signer=town, day=day, duty=duty, clauses=(*w.clauses(duty), support), period=period)
    if but in ("delivered", "late", "short", "uncounted"):
        on = due + 20 * DAY if but == "late" else due
        brought = SupportDelivered(
            delivered_by=w.bureau,
            delivered_to=town,
            kind=SupportKind.FUNDS,
            text="经费",
            delivered_on=on,
            amount=amount - 1 if but == "short" else amount,
            unit="人" if but == "uncounted" else "元",
            clause_id="s",
        )
        w.tell(paper.paper, brought, on)
    if but == "ended":
        w.tell(paper.paper, PledgeTerminated(ground="终止", first_day_without=due), due - DAY)


@pattern(
    "DR-13",
    {"ONE_SIDED": {"DR-13": 1}, "ONE_SIDED/nothing": {"DR-13": 1}},
    enough=Twin("one in five clauses is the issuer's"),
    no_duty=Twin("nothing is put on the signer", reason="ONE_SIDED/nothing"),
)
def one_sided(w: World, variant: str, but: str) -> None:
    town = w.town()
    duty = w.duty(town)
    issuer = 0 if variant.endswith("nothing") else w.chance.randint(1, 2)
    signer = 0 if but == "no_duty" else 5 * issuer + (0 if but == "enough" else w.chance.randint(1, 3))
    target = Clause(clause_id="t", type=ClauseType.TARGET, text=w.text())
    w.lawful(signer=town, duty=duty, clauses=(*w.clauses(duty, signer, issuer), target))


@pattern(
    "DR-14",
    {"NOTHING_DONE": {"DR-14": 1, "DR-16": 1}, "NOTHING_DONE/promised_nothing": {"DR-13": 1, "DR-14": 1}},
    unclaimed=Twin("nobody waves the paper"),
    done=Twin("done on the day of the incident"),
    day_after=Twin("done on the day after the incident", {"DR-14": 1, "DR-16": 1}),
    before=Twin("done before the paper's own period", {"DR-14": 1}),
    first_day=Twin("done on the first day of the period"),
    support=Twin("support was brought, though nothing else was done", {"DR-16": 1}),
    not_due=Twin("nothing was due by the day of the incident"),
)
def nothing_done(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.day(date(2025, 2, 1), date(2025, 4, 30))
    duty, tau = w.duty(town), w.day(date(2025, 6, 1), date(2025, 9, 30))
    clauses = w.clauses(duty, issuer=0 if variant.endswith("promised_nothing") else 1)
    due = tau + DAY if but == "not_due" else None
    clauses = tuple(replace(each, due_on=due) if each.type is ClauseType.ISSUER_DUTY else each for each in clauses)
    paper = w.lawful(signer=town, day=day, duty=duty, clauses=clauses, period=(day, date(2025, 12, 31)))
    on = {"done": tau, "day_after": tau + DAY, "before": day - DAY, "first_day": day}.get(but)
    if on:
        for clause in clauses:
            if clause.type is ClauseType.ISSUER_DUTY:
                done = IssuerDutyPerformed(clause_id=clause.clause_id, performed_on=on, text="已办")
                w.tell(paper.paper, done, max(on, day))
    if but == "support":
        brought = SupportDelivered(
            delivered_by=w.bureau, delivered_to=town, kind=SupportKind.GOODS, text="物资", delivered_on=tau
        )
        w.tell(paper.paper, brought, tau)
    incident = w.incident(duty, tau, town)
    if but != "unclaimed":
        w.claim(paper, incident, tau + timedelta(days=w.chance.randint(3, 30)))


def deadline(raised: date) -> date:
    generic = rules.Rules("", rules.pack(rules.GENERIC), raised)
    days = generic.number("objection_deadline_working_days")
    return add_working_days(raised, days, generic.days("holidays"), generic.days("workdays"))


@pattern(
    "DR-15",
    {"UNANSWERED": {"DR-15": 1}, "UNANSWERED/incident": {"DR-15": 1}, "UNANSWERED/never_signed": {"DR-15": 1}},
    in_time=Twin("signed on the last day for an answer"),
    answered=Twin("answered on the last day"),
    answered_late=Twin("answered late, on the day of signing"),
    answered_after=Twin("answered on the day after the signing", {"DR-15": 1}),
    nothing_followed=Twin("never signed, and no incident", reason="UNANSWERED/never_signed"),
    on_the_last_day=Twin("the incident happened on the last day for an answer", reason="UNANSWERED/incident"),
    another_duty=Twin("the incident is about another duty", reason="UNANSWERED/incident"),
    elsewhere=Twin("the incident happened elsewhere", reason="UNANSWERED/incident"),
    answered_before=Twin("answered on the day of the incident", reason="UNANSWERED/incident"),
)
def unanswered(w: World, variant: str, but: str) -> None:
    town = w.town()
    duty, raised = w.duty(town), w.day(date(2025, 2, 1), date(2025, 8, 31))
    due = deadline(raised)
    if variant == "UNANSWERED":
        day = due if but == "in_time" else due + DAY
        paper = w.lawful(signer=town, duty=duty, day=day, drafted=raised)
        followed = day
    else:
        day = raised - timedelta(days=w.chance.randint(0, 9))
        paper = w.lawful(signer=town, duty=duty, day=day, unsigned="never" in variant)
        followed = due if but == "on_the_last_day" else due + timedelta(days=w.chance.randint(1, 60))
        about, where = (w.duty(town) if but == "another_duty" else duty), (w.town() if but == "elsewhere" else town)
        if but != "nothing_followed":
            w.incident(about, followed, where)
    _object(w, paper, raised, duty if w.chance.random() < 0.5 else None)
    on = {"answered": due, "answered_late": followed, "answered_after": followed + DAY, "answered_before": followed}
    if but in on:
        answer = PledgeObjectionAnswered(objection_id="o1", answered_on=on[but], text="已研究")
        w.tell(paper.paper, answer, on[but])


def _object(w: World, paper: Lawful, raised: date, duty: str | None) -> None:
    told = PledgeObjectionRaised(
        objection_id="o1",
        raised_on=raised,
        raised_by=paper.signer,
        addressed_to=paper.issuer,
        kind=w.pick(*ObjectionKind),
        text="接不住",
        duty_code=duty,
    )
    w.tell(paper.paper, told, raised)


@pattern(
    "DR-27",
    {"AD_HOC_ISSUER": {"DR-01": 1, "DR-27": 1}, "AD_HOC_ISSUER/city": {"DR-01": 1, "DR-27": 1}},
    township=Twin("the duty is the signer's own"),
    own=Twin("the department that owns the duty signs itself"),
    government=Twin("the owner is a government and no department", {"DR-01": 1}),
    department=Twin("a department asks, and no team", {"DR-01": 1}),
    in_name=Twin("issued in the name of the government", {"DR-01": 1}, spared="ISSUED_IN_NAME_OF"),
)
def ad_hoc(w: World, variant: str, but: str) -> None:
    town = w.other if but == "own" else w.town()
    owner = w.city_dept if variant.endswith("city") else w.pick(w.bureau, w.other)
    owner = {"township": town, "own": town, "government": w.county_gov}.get(but, owner)
    duty = w.duty(owner, area=w.area_of(town))
    named = w.county_gov if but == "in_name" else None
    w.observe(issuer=w.bureau if but == "department" else w.team, signer=town, duty=duty, issued_in_name_of=named)
