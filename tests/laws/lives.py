"""Long lives, step by step: duties, listed items, pledges and vetoes, as somebody would lawfully bring them about.

Each life is a generator that yields one command at a time, so that lives run among one another and among commands at random. Every
life has a clock of its own: what it tells of lies before or after what others told already.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from ledger import commands as ask
from ledger import values
from ledger.days import SHANGHAI
from ledger.streams import (
    admission_stream,
    duty_list_stream,
    item_stream,
    observed_pledge_stream,
    pledge_stream,
    unit_stream,
    veto_stream,
)
from ledger.terms import (
    AdmissionKind,
    AnchorKind,
    ClauseType,
    Defect,
    DutyListKind,
    ItemType,
    Level,
    ObjectionKind,
    PledgeResult,
    ReviewResult,
    SupportKind,
    VetoDecision,
)
from ledger.timelines.duty import DUTY
from ledger.timelines.item import ITEM
from ledger.timelines.life import Life as Of
from ledger.timelines.pledge import PLEDGE
from projections.holdings import Holdings
from tests.laws.chaos import AREA, FROM, PROVINCE, START, Chaos, Draw

T = TypeVar("T")
Life = Iterator[ask.Command]
Found = Generator[ask.Command, None, T]
TOWN = f"{AREA}901"
ACTORS = {
    "committee": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "inspectors": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "office": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "bureau": (Level.COUNTY, "GOVERNMENT_DEPT", AREA),
    "town": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
    "next town": (Level.TOWNSHIP, "GOVERNMENT", f"{AREA}902"),
    "village": (Level.VILLAGE, "VILLAGE", f"{TOWN}201"),
}
COMMITTEE, INSPECTORS, OFFICE, BUREAU, TOWNSHIP, NEIGHBOUR, VILLAGE = (unit_stream(code, FROM) for code in ACTORS)
DUTY_CODES = ("d1", "d2")
CLAUSES = (
    values.Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="落实责任", duty_code="d1", needs_power=True),
    values.Clause(clause_id="c2", type=ClauseType.ISSUER_DUTY, text="组织培训"),
    values.Clause(clause_id="c3", type=ClauseType.SUPPORT, text="专项经费{1}元", slots=("2",), amount=2, unit="元"),
)
# Facts whose correction this machine tries: those of the lives below.
NEW = frozenset(
    ("duty_list", "duty", "evidence", "pledge", "veto", "incident", "case", "claim", "tolerance", "notice", "inspection", "lead")
)  # fmt: skip


def actors() -> list[ask.Command]:
    """The county's committee, inspectors, office and bureau, two townships and a village."""
    return [
        ask.RegisterUnit(
            effective_on=START,
            backlog=True,
            code=code,
            name=f"演示{code}",
            level=level,
            category=category,
            area_code=area,
            valid_from=FROM,
        )
        for code, (level, category, area) in ACTORS.items()
    ]


class Lives:
    """The lives under way. `holdings` gives what the ledger holds; `kinds` begins a life of each kind, in the order given."""

    def __init__(self, chaos: Chaos, holdings: Callable[[], Holdings]) -> None:
        self.chaos, self.given, self.holdings = chaos, chaos.given, holdings
        self.kinds: Sequence[Callable[[], Life]] = (self.duty, self.pledge, self.veto, self.seen)
        self.under_way: list[Life] = []
        self.begun: int | None = None
        self.again: ask.Command | None = None
        self.numbers = 0
        self.draw: Draw = lambda strategy: strategy

    def next_step(self, draw: Draw) -> ask.Command | None:
        """Return the next step of a life under way, or the first of another one."""
        self.draw = draw
        if len(self.under_way) < 2 or self.chance(8):
            self.under_way.append(self._begin())
        if self.again is not None:
            command, self.again = self.again, None
            return command
        life = draw(st.sampled_from(self.under_way))
        step = next(life, None)
        if step is None:
            self.under_way = [each for each in self.under_way if each is not life]
            return None
        return self._told(step)

    def _begin(self) -> Life:
        """Begin with any kind; those that follow take their turns, so that a long run has met every one."""
        last = self.draw(st.integers(0, len(self.kinds) - 1)) if self.begun is None else self.begun + 1
        self.begun = last
        return self.kinds[last % len(self.kinds)]()

    def _told(self, step: ask.Command) -> ask.Command:
        """Tell of it as backlog, or late with a reason; at times first without either, or as of an earlier day."""
        rightly = replace(step, late_reason="补录") if self.chance(2) else replace(step, backlog=True)
        if not self.chance(12):
            return rightly
        self.again = rightly
        early = step.effective_on - timedelta(days=20)
        return self.one_of(replace(rightly, effective_on=early), replace(step, late_reason=" "))

    # ── what every life draws on ──

    def chance(self, of: int) -> bool:
        """One in so many."""
        return bool(self.draw(st.integers(1, of)) == of)

    def one_of(self, *choices: T) -> T:
        found: T = self.draw(st.sampled_from(choices))
        return found

    def someday(self) -> date:
        return START + timedelta(days=self.draw(st.integers(30, 700)))

    def after(self, day: date, most: int = 3) -> date:
        return day + timedelta(days=self.draw(st.integers(0, most)))

    def number(self) -> str:
        self.numbers += 1
        return f"n{self.numbers}"

    def digest(self) -> str:
        return sha256(self.number().encode()).hexdigest()

    def pick(self, kind: str) -> UUID | None:
        known = self.chaos.streams.get(kind, [])
        return self.draw(st.sampled_from(known)) if known else None

    def stood(self, life: Of[T], day: date) -> list[UUID]:
        """Return the streams of a kind of which something stood on a day."""
        held = self.holdings()
        return [each for each in held.streams(life.name) if held.state(life, each, day) is not None]

    def authority(self) -> values.Authority:
        documents, meetings = (self.chaos.streams.get(kind, [None]) for kind in ("document", "meeting"))
        return values.Authority(document=documents[0], meeting=meetings[0])

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(self.draw(st.integers(0, 23))), SHANGHAI)

    # ── duties ──

    def duty(self) -> Life:
        """A duty stands on a list, is changed, delegated, supported, taken back, and removed."""
        day, kind = self.someday(), self.draw(st.sampled_from(DutyListKind))
        listed, code = duty_list_stream(BUREAU, kind), self.one_of(*DUTY_CODES, *(self.number(),) * 3)
        entries = tuple(self._entry(kind, each, day) for each in DUTY_CODES[: self.draw(st.integers(0, 2))])
        yield ask.PublishDutyList(effective_on=day, unit=BUREAU, list_kind=kind, entries=entries)
        yield ask.AddDutyEntry(effective_on=day, duty_list=listed, entry=self._entry(kind, code, day))
        day = self.after(day)
        entry = self._entry(kind, code, day)
        yield ask.ChangeDutyEntry(effective_on=day, duty_list=listed, entry=entry)
        at: dict[str, Any] = {"effective_on": day, "duty_code": code, "jurisdiction_code": AREA}
        yield from self._support(at, BUREAU, TOWNSHIP)
        hands: dict[str, Any] = {**at, "effective_from": self.after(day)}
        yield ask.DelegateDuty(
            **hands, from_unit=entry.owner_unit, to_unit=NEIGHBOUR, powers=("检查",), resources="两人"
        )
        holder = self.one_of(NEIGHBOUR, NEIGHBOUR, entry.owner_unit)  # who was given a duty holds it
        yield ask.TakeDutyBack(**hands, from_unit=holder, to_unit=PROVINCE)
        if self.chance(3):
            yield ask.RemoveDutyEntry(**at, duty_list=listed, ground="机构改革", first_day_without=self.after(day))
        yield ask.AnchorEvidence(
            effective_on=day,
            digest=self.one_of(self.digest(), "0" * 64),
            anchored_at=self.moment(day),
            anchor_kind=self.draw(st.sampled_from(AnchorKind)),
            verifier=OFFICE,
        )

    def _entry(self, kind: DutyListKind, code: str, day: date) -> values.DutyEntry:
        return values.DutyEntry(
            duty_code=code,
            jurisdiction_code=AREA,
            list_kind=kind,
            text=f"职责{self.number()}",
            owner_unit=self.one_of(BUREAU, BUREAU, BUREAU, TOWNSHIP, COMMITTEE),
            effective_from=day,
            power_holder=self.one_of(None, BUREAU, TOWNSHIP),
            needs_power=self.chance(2),
        )

    def _support(self, at: dict[str, Any], giver: UUID, taker: UUID) -> Life:
        what: dict[str, Any] = {**at, "kind": self.draw(st.sampled_from(SupportKind)), "text": "专项经费"}
        amount: dict[str, Any] = self.one_of({}, {"amount": 2, "unit": "元"}, {"amount": 1, "unit": "人"})
        due = self.after(at["effective_on"], 30)
        yield ask.PromiseSupport(**what, **amount, promised_by=giver, promised_to=taker, due_on=due)
        promises = self._promises(at)
        named: dict[str, Any] = {"promise": self.one_of(None, *promises)}
        yield ask.DeliverSupport(**what, **amount, **named, delivered_by=giver, delivered_to=taker)

    def _promises(self, at: dict[str, Any]) -> list[int]:
        held = self.holdings()
        if "pledge" in at:
            pledge = held.state(PLEDGE, at["pledge"])
            return [each.position for each in pledge.promises] if pledge else []
        return [each.position for duty in held.each(DUTY) for each in duty.promises]

    # ── items of the list ──

    def listed(self, day: date, kind: ItemType) -> Found[UUID]:
        """Return an item that is on the list: one that is there already, or a new one, applied for and admitted."""
        standing_items = [
            item.id
            for item in self.given.world().see_all(ITEM, self.chaos.streams.get("item", ()))
            if item and item.terms.field_code and item.terms.item_type is kind and item.active_on(day)
        ]
        if standing_items and not self.chance(6):
            return self.one_of(*standing_items)
        key, applicant = self.number(), BUREAU if kind is ItemType.PLEDGE else COMMITTEE
        admission, held = admission_stream(applicant, key), self.authority()
        on = day - timedelta(days=self.draw(st.integers(0, 20)))
        mandate = held.document or PROVINCE
        yield ask.ApplyForAdmission(
            effective_on=on,
            applicant=applicant,
            client_key=key,
            kind=AdmissionKind.NEW,
            terms=(self._terms(kind, applicant, mandate),),
            necessity="省委要求",
            higher_mandates=(mandate,),
            burden_assessment="不新增报表",
            issuer_own_duties="组织年度检查",
            support="专项经费",
        )
        at: dict[str, Any] = {"effective_on": on, "admission": admission}
        yield ask.FindAdmissionComplete(**at)
        yield ask.VerifyAdmissionBasis(**at, verifier=OFFICE)
        yield ask.ReportAdmissionUpward(**at, reported_to=PROVINCE, report_document=mandate)
        yield ask.AdmitItem(**at, authority=held, effective_from=on)
        return item_stream(admission, 1)

    def _terms(self, kind: ItemType, by: UUID, mandate: UUID) -> values.ItemTerms:
        described = self.chaos.terms(by, kind, f"事项{self.number()}责任书")
        return replace(
            described,
            field_code=self.one_of("WORK_SAFETY", "FARMLAND"),
            issued_in_name_of=COMMITTEE,
            basis=(values.Basis(title="依据", document=mandate),),
            clauses=CLAUSES if kind is ItemType.PLEDGE else (),
            triggers=(values.Trigger(code="V1", text="较大事故"),) if kind is ItemType.VETO else (),
        )

    # ── pledges ──

    def pledge(self) -> Life:
        """A pledge is drafted, compared, offered, objected to, refused or signed; kept or not; and ended."""
        day = self.someday()
        item = yield from self.listed(day, ItemType.PLEDGE)
        signer = self.one_of(TOWNSHIP, NEIGHBOUR)
        sides: dict[str, Any] = {"item": item, "issuer": BUREAU, "signer": signer, "clauses": CLAUSES}
        period: dict[str, Any] = {"period_from": day, "period_to": day + timedelta(days=200)}
        made = pledge_stream(item, BUREAU, signer, day, 1)
        yield ask.DraftPledge(effective_on=day, document_title="责任书", genre="责任书", **sides, **period)
        at: dict[str, Any] = {"effective_on": self.after(day), "pledge": made}
        yield ask.CheckPledge(**at)
        yield ask.OfferPledge(**at, deadline=self.after(at["effective_on"]))
        yield from self.objection(at, signer)
        if self.chance(5):
            yield ask.RefusePledge(**at, ground="接不住")
            return
        yield ask.SignPledge(**at, issuer_post="局长", signer_post="乡长", document_digest=self.digest())
        yield from self._kept({**at, "effective_on": self.after(at["effective_on"], 60)}, signer)

    def objection(self, at: dict[str, Any], signer: UUID) -> Life:
        """The signer warns that it cannot be done; answered or not."""
        number = self.number()
        yield ask.RaiseObjection(
            **at,
            objection_id=number,
            raised_by=signer,
            addressed_to=BUREAU,
            kind=self.draw(st.sampled_from(ObjectionKind)),
            text="无执法权",
            duty_code=self.one_of(None, "d1"),
            clause_id=self.one_of(None, None, "c1"),
        )
        if not self.chance(3):
            later = {**at, "effective_on": self.after(at["effective_on"], 40)}
            yield ask.AnswerObjection(**later, objection_id=number, text="已协调")

    def _kept(self, at: dict[str, Any], signer: UUID) -> Life:
        steps = (
            self._support(at, BUREAU, signer),
            self._support({**at, "clause_id": "c3"}, BUREAU, signer),
            iter((ask.PerformIssuerDuty(**at, clause_id="c2", text="已培训"),)),
            iter((ask.AssessPledge(**at, year=at["effective_on"].year, result=PledgeResult.FULFILLED, text="达标"),)),
            self.objection(at, signer),
            self._passed_on(at, signer),
        )
        for each in self.draw(st.permutations(range(len(steps)))):
            yield from steps[each]
        first = self.after(at["effective_on"], 90)
        end = ask.TerminatePledge(**at, ground="事项取消", first_day_without=first)
        yield self.one_of(end, ask.VoidPledge(**at, ground="层层加码", authority=self.authority()))

    def _passed_on(self, at: dict[str, Any], signer: UUID) -> Life:
        """What was signed is handed down to the village on a paper off the list, and somebody links both."""
        yield self._observed(self.after(at["effective_on"]), signer, VILLAGE)
        child = observed_pledge_stream(OFFICE, f"n{self.numbers}")
        parent = self.one_of(at["pledge"], self.pick("pledge") or at["pledge"])
        yield ask.LinkReSignedPledge(effective_on=self.after(at["effective_on"], 9), pledge=child, parent=parent)

    def _observed(self, day: date, issuer: UUID, signer: UUID) -> ask.ObserveIrregularPledge:
        dated = not self.chance(4)
        return ask.ObserveIrregularPledge(
            effective_on=day,
            document_title="承诺书",
            issuer=issuer,
            signer=signer,
            observed_by=OFFICE,
            observed_on=self.after(day, 40) if dated else day,
            defects=(self.draw(st.sampled_from(Defect)),),
            client_key=self.number(),
            item=self.one_of(None, self.pick("item")),
            signed_on=day if dated else None,
            period_from=self.one_of(None, day),
            period_to=self.one_of(None, day + timedelta(days=300)),
            clauses=CLAUSES[: self.draw(st.integers(0, 3))],
            seal_required=self.chance(2),
            numeric_target=self.chance(2),
            penalty_linked=self.chance(2),
        )

    def irregular(self, day: date) -> Found[UUID]:
        """A paper off the list, from the bureau to a township."""
        yield self._observed(day, BUREAU, TOWNSHIP)
        return observed_pledge_stream(OFFICE, f"n{self.numbers}")

    def backlog(self, item: UUID) -> Life:
        """A lawful paper older than any list."""
        day = FROM + timedelta(days=self.draw(st.integers(1, 900)))
        yield ask.RecordBacklogPledge(
            effective_on=day,
            backlog=True,
            item=item,
            document_title="责任书",
            genre="责任书",
            issuer=BUREAU,
            signer=self.one_of(TOWNSHIP, NEIGHBOUR),
            period_from=day,
            period_to=day + timedelta(days=3000),
            clauses=CLAUSES,
            document_digest=self.digest(),
        )

    # ── vetoes ──

    def veto(self) -> Life:
        """A veto is suggested, its facts verified, the party heard; decided or not, notified, reviewed, lifted, lapsed."""
        day = self.someday()
        item = yield from self.listed(day, ItemType.VETO)
        year, target = 2020 + self.draw(st.integers(0, 30)), self.one_of(TOWNSHIP, NEIGHBOUR)
        yield ask.SuggestVeto(
            effective_on=day,
            item=item,
            exercising_unit=COMMITTEE,
            target_unit=target,
            assessment_year=year,
            trigger_code="V1",
            suggested_by=BUREAU,
            facts="发生较大事故",
        )
        at: dict[str, Any] = {"effective_on": self.after(day), "veto": veto_stream(item, target, year)}
        yield ask.VerifyVetoFacts(**at, verifier=OFFICE, facts="属实")
        yield ask.HearVetoParty(**at, statement="已整改")
        begins, lasts = self.after(at["effective_on"]), self.draw(st.integers(0, 90))
        ends = begins + timedelta(days=lasts)
        effect: dict[str, Any] = {"effects": ("取消评优",), "effect_from": begins, "effect_to": ends}
        taken = {**at, "authority": self.authority()}
        if self.chance(5):
            yield ask.DecideVeto(**taken, decision=VetoDecision.NO_VETO)
        else:
            yield ask.DecideVeto(**taken, decision=VetoDecision.VETO, **effect)
        yield ask.NotifyVeto(**at)
        yield ask.RequestVetoReview(**at, grounds="事实不清")
        result = self.draw(st.sampled_from(ReviewResult))
        yield ask.DecideVetoReview(**at, result=result, reviewer=INSPECTORS)
        if self.chance(2):
            yield ask.LiftVeto(**at, first_day_without=self.after(begins, lasts), ground="整改到位")
        yield ask.NoteVetoLapsed(effective_on=ends + timedelta(days=self.draw(st.integers(0, 2))), veto=at["veto"])

    def seen(self) -> Life:
        """Somebody sees a paper, a veto off the list, and one in disguise; an old paper turns up; wrong records are corrected."""
        day = self.someday()
        item = yield from self.listed(day, ItemType.PLEDGE)
        yield from self.backlog(item)
        paper = yield from self.irregular(day)
        yield from self.objection({"effective_on": self.after(day), "pledge": paper}, TOWNSHIP)
        at: dict[str, Any] = {"effective_on": day, "exercising_unit": BUREAU, "observed_by": OFFICE, "observed_on": day}
        yield ask.ObserveIrregularVeto(
            **at,
            target_unit=TOWNSHIP,
            assessment_year=day.year,
            effects=("取消评优",),
            client_key=self.number(),
            item=self.one_of(None, item),
        )
        yield ask.ObserveDisguisedVeto(**at, wording="全员扣奖", effect="扣奖金", client_key=self.number())
        for _ in range(3):
            correction = self.correction()
            if correction:
                yield correction

    def correction(self) -> ask.CorrectRecord | None:
        """Make one of the new facts void, or let one of its words, or its day, read differently."""
        told = [each for each in self.given.log if each.fact.STREAM in NEW]
        if not told:
            return None
        wrong = self.draw(st.sampled_from(told))
        at: dict[str, Any] = {"stream": wrong.stream, "corrects": wrong.position, "why": "录入有误"}
        if self.chance(3):
            return ask.CorrectRecord(effective_on=wrong.effective_on, **at, void=True)
        words = [each.name for each in fields(wrong.fact) if type(getattr(wrong.fact, each.name)) is str]
        earlier = wrong.effective_on - timedelta(days=self.draw(st.integers(1, 9)))
        changes = [values.Change(path=f"/{name}", value='"更正"') for name in words]
        changed = self.one_of(*changes, values.Change(path="/effective_on", value=f'"{earlier}"'))
        return ask.CorrectRecord(effective_on=wrong.effective_on, **at, changed=(changed,))
