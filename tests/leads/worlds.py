"""A small world made by chance from a seed: a county with its units, items, papers and incidents, all fictitious and all lawful.

Facts are recorded outright, each when it would have been learnt; positions follow from that. What a pattern needs is planted by
departing from what is lawful here in one point.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from ledger.days import SHANGHAI, microseconds
from ledger.encoding import Recorded
from ledger.events import (
    DutyEntryAdded,
    Envelope,
    Fact,
    IncidentRegistered,
    IrregularPledgeObserved,
    IssuerDutyPerformed,
    ItemCancelled,
    ItemExited,
    ItemIdentified,
    ItemListPublished,
    ItemMerged,
    ItemRetained,
    ItemVerified,
    LedgerOpened,
    PledgeBacklogRecorded,
    PledgeDrafted,
    PledgeSigned,
    ResponsibilityClaimAsserted,
    RulePackAdopted,
    UnitRegistered,
)
from ledger.streams import LEDGER, duty_list_stream, duty_stream, evidence_stream, list_stream, rule_pack_stream, stream
from ledger.terms import (
    ClauseType,
    DutyListKind,
    EntryRoute,
    FoundBy,
    ItemType,
    Level,
    Severity,
    SignerKind,
    TimePrecision,
)
from ledger.values import Authority, Basis, Clause, DutyEntry, Evidence, ItemTerms, Scope, Trigger
from tests.leads.own_pack import LIST_FROM
from tests.leads.wording import LETTERS, PLACES, TOPICS

SINCE = date(2010, 1, 1)
OPENED = date(2023, 1, 1)
DAY = timedelta(days=1)


@dataclass
class _Told:
    stream: UUID
    fact: Fact | Callable[[Callable[[int], int]], Fact]
    envelope: Envelope
    recorded: int


@dataclass
class Lawful:
    """A paper that nothing is wrong with, and what it stands on."""

    paper: UUID
    item: UUID
    issuer: UUID
    signer: UUID
    day: date
    duty: str
    clauses: tuple[Clause, ...]


class World:
    """Facts as they come, and the hands that make them. `area`: of the county."""

    def __init__(self, seed: str) -> None:
        self.chance = Random(seed)  # noqa: S311 - worlds, not secrets
        self._told: list[_Told] = []
        self._number = 0
        self._topics = self.chance.sample(TOPICS, len(TOPICS))
        self._letters = "".join(dict.fromkeys(LETTERS))
        self.quiet = False  # nothing else stands beside what is planted
        city = f"53{self.chance.randint(40, 89)}00"
        self.city_area, self.area = city, city[:4] + "99"
        self.tell(LEDGER, LedgerOpened(synthetic_clock=True, opened_on=OPENED, name="演示台账"), OPENED)
        self.city_gov = self.unit("市人民政府", Level.PREFECTURE, "GOVERNMENT", city)
        self.city_dept = self.unit("市主管局", Level.PREFECTURE, "GOVERNMENT_DEPT", city, block=self.city_gov)
        self.county_gov = self.unit("县人民政府", Level.COUNTY, "GOVERNMENT", block=self.city_gov)
        self.bureau = self.unit("县主管局", Level.COUNTY, "GOVERNMENT_DEPT", block=self.county_gov)
        self.other = self.unit("县其他局", Level.COUNTY, "PARTY_ORGAN", block=self.county_gov)
        self.discipline = self.unit("县纪委监委", Level.COUNTY, "DISCIPLINE_COMMISSION", block=self.county_gov)
        self.team = self.unit("县工作专班", Level.COUNTY, "AD_HOC", block=self.county_gov)
        self.has_list = False

    # ── telling ──

    def key(self, kind: str) -> UUID:
        self._number += 1
        return stream(kind, "corpus", self._number)

    def tell(
        self,
        where: UUID,
        fact: Fact | Callable[[Callable[[int], int]], Fact],
        on: date,
        *,
        recorded: date | None = None,
        evidence: tuple[Evidence, ...] = (),
        document: UUID | None = None,
    ) -> int:
        """Record a fact of a day in the evening of that day, or of `recorded`; a callable fact gets positions by what this returns."""
        envelope = Envelope(
            effective_on=on,
            jurisdiction=self.area if self._told else "000000",
            rule_pack="generic@1",
            entry_route=EntryRoute.CLI,
            evidence=evidence,
            authority=Authority(document=document) if document else None,
            synthetic=True,
        )
        evening = datetime.combine(recorded or on, time(18), SHANGHAI)
        self._told.append(_Told(where, fact, envelope, microseconds(evening)))
        return len(self._told) - 1

    def facts(self) -> list[Recorded[Fact]]:
        """Return every fact at its position: in the order in which they were learnt."""
        order = sorted(range(len(self._told)), key=lambda index: (self._told[index].recorded, index))
        at = {index: position for position, index in enumerate(order, 1)}
        versions: dict[UUID, int] = {}
        found = []
        for index in order:
            told = self._told[index]
            fact = told.fact if isinstance(told.fact, Fact) else told.fact(at.__getitem__)
            versions[told.stream] = versions.get(told.stream, 0) + 1
            found.append(
                Recorded(at[index], told.recorded, told.stream, versions[told.stream], None, told.envelope, fact)
            )
        return found

    # ── chance ──

    def pick(self, *of: Any) -> Any:
        return self.chance.choice(of)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randint(0, (last - first).days))

    def before_the_list(self) -> date:
        """Return a day on which nothing asks for a list, nor for the name of a government behind a department."""
        return self.day(date(2024, 2, 1), date(2024, 5, 31))

    def on_the_list(self) -> date:
        return self.day(date(2025, 2, 1), date(2025, 10, 31))

    def text(self, letters: int = 14) -> str:
        return "".join(self.chance.choice(self._letters) for _ in range(letters))

    def topic(self) -> str:
        return self._topics.pop()

    # ── units, packs, duties ──

    def unit(
        self,
        name: str,
        level: Level,
        category: str,
        area: str | None = None,
        block: UUID | None = None,
        line: UUID | None = None,
    ) -> UUID:
        place = "".join(self.chance.sample(PLACES, 2))
        self._number += 1
        unit = self.key("unit")
        fact = UnitRegistered(
            code=f"C{self._number}",
            name=f"{place}{name}",
            level=level,
            category=category,
            area_code=area or self.area,
            valid_from=SINCE,
            block_superior=block,
            line_superior=line,
        )
        self.tell(unit, fact, SINCE, recorded=OPENED)
        return unit

    def town(self, category: str = "GOVERNMENT") -> UUID:
        self._number += 1
        area = f"{self.area}{900 - self._number % 800:03d}"
        return self.unit("乡人民政府", Level.TOWNSHIP, category, area, self.county_gov)

    def village(self, town: UUID) -> UUID:
        self._number += 1
        area = f"{self.area_of(town)}{200 + self._number % 700:03d}"
        return self.unit("村民委员会", Level.VILLAGE, "VILLAGE_SELF_GOV", area, town)

    def registered(self, unit: UUID) -> UnitRegistered:
        return next(t.fact for t in self._told if t.stream == unit and isinstance(t.fact, UnitRegistered))

    def area_of(self, unit: UUID) -> str:
        return self.registered(unit).area_code

    def adopt(self, pack: str = "corpus") -> None:
        adopted = RulePackAdopted(
            jurisdiction_code=self.city_area, pack=pack, edition=1, digest="0" * 64, effective_from=SINCE
        )
        self.tell(rule_pack_stream(self.city_area), adopted, SINCE, recorded=OPENED)
        self.has_list = True

    def begin_list(self) -> None:
        """Say from when there is a list: by a pack, or by publishing one."""
        if self.has_list:
            return
        self.has_list = True
        if self.chance.random() < 0.5:
            self.adopt("lincang-2024")
            return
        listed = ItemListPublished(
            area_code=self.area, level=Level.COUNTY, list_version=1, members=(), root="0" * 64, effective_from=LIST_FROM
        )
        self.tell(list_stream(self.area, Level.COUNTY), listed, date(2024, 12, 16))

    def duty(
        self,
        owner: UUID,
        *,
        area: str | None = None,
        code: str | None = None,
        kind: DutyListKind = DutyListKind.BASIC,
        holder: UUID | None = None,
        needs_power: bool = False,
        since: date = SINCE,
        until: date | None = None,
        listed: UUID | None = None,
    ) -> str:
        self._number += 1
        code = code or f"D{self._number:04d}"
        area = area or self.area_of(owner)
        entry = DutyEntry(
            duty_code=code,
            jurisdiction_code=area,
            list_kind=kind,
            text=self.text(),
            owner_unit=owner,
            effective_from=since,
            effective_to=until,
            power_holder=holder,
            needs_power=needs_power,
        )
        added = DutyEntryAdded(duty_list=listed or duty_list_stream(owner, kind), entry=entry)
        self.tell(duty_stream(code, area), added, min(since, OPENED), recorded=OPENED)
        return code

    # ── items ──

    def clauses(self, duty: str | None = None, signer: int = 4, issuer: int = 1, **first: Any) -> tuple[Clause, ...]:
        """Make clauses of the signer (with the duty) and of the issuer; `first`: what else the first one says."""
        made = [
            Clause(clause_id=f"c{n}", type=ClauseType.SIGNER_DUTY, text=self.text(), duty_code=duty)
            for n in range(signer)
        ]
        if made and first:
            made[0] = replace(made[0], **first)
        made += [Clause(clause_id=f"i{n}", type=ClauseType.ISSUER_DUTY, text=self.text()) for n in range(issuer)]
        return tuple(made)

    def terms(self, by: UUID, signer: UUID | None = None, **said: Any) -> ItemTerms:
        """Make the elements of an item of a unit, for the kind of unit that `signer` is."""
        whose, to = self.registered(by), self.registered(signer or self.town())
        in_name = None
        if whose.category not in ("GOVERNMENT", "PARTY_COMMITTEE"):
            in_name = self.city_gov if whose.level is Level.PREFECTURE else self.county_gov
        made = ItemTerms(
            item_type=ItemType.PLEDGE,
            title=self.topic() + self.pick("目标责任书", "责任状", "工作目标责任书"),
            implementing_unit=by,
            level=whose.level,
            jurisdiction=whose.area_code,
            recipient_scope=(Scope(level=to.level, category=to.category),),
            result="年度考核",
            start_year=2025,
            end_year=2027,
            field_code="WORK_SAFETY",
            issued_in_name_of=in_name,
        )
        return replace(made, **said)

    def item(self, terms: ItemTerms, *, known: date = date(2024, 9, 10), active: date | None = LIST_FROM) -> UUID:
        """Let an item be found and verified, and retained from a day on unless that is None."""
        item = self.key("item")
        found = ItemIdentified(terms=terms, found_by=FoundBy.IMPLEMENTER, reporting_unit=terms.implementing_unit)
        self.tell(item, found, known)
        self.tell(item, ItemVerified(verifier=self.other), known + DAY)
        if active:
            self.begin_list()
            decided = max(known + 2 * DAY, min(active, date(2024, 12, 6)))
            self.tell(item, ItemRetained(ground_code="R1", effective_from=active), decided)
        return item

    def veto_item(self, by: UUID, target: UUID, triggers: Sequence[str], **said: Any) -> UUID:
        made = tuple(Trigger(code=code, text=self.text()) for code in triggers)
        return self.item(self.terms(by, target, item_type=ItemType.VETO, triggers=made, **said))

    def end(self, item: UUID, day: date, how: str = "cancelled") -> None:
        """End an item: `day` is the first day without it."""
        decided = day - timedelta(days=self.chance.randint(0, 3))
        target = self.key("item") if how == "merged" else None
        facts: dict[str, Fact] = {
            "cancelled": ItemCancelled(ground_code="C1", first_day_without=day),
            "exited": ItemExited(ground="退出", first_day_without=day),
            "merged": ItemMerged(target=target or item, ground_code="M1", first_day_without=day),
        }
        self.tell(item, facts[how], decided)

    # ── papers ──

    def lawful(
        self,
        *,
        signer: UUID | None = None,
        issuer: UUID | None = None,
        day: date | None = None,
        duty: str | None = None,
        clauses: tuple[Clause, ...] | None = None,
        approved: tuple[Clause, ...] | None = None,
        item: UUID | None = None,
        period: tuple[date, date] | None = None,
        recorded: date | None = None,
        evidence: tuple[Evidence, ...] = (),
        document: UUID | None = None,
        digest: str | None = None,
        unsigned: bool = False,
        drafted: date | None = None,
        **said: Any,
    ) -> Lawful:
        """Let a paper be signed under an item on the list that allows just this; `said`: elements of the item that differ."""
        signer, issuer, day = signer or self.town(), issuer or self.bureau, day or self.on_the_list()
        duty = duty or self.duty(signer)
        clauses = self.clauses(duty) if clauses is None else clauses
        if item is None:
            item = self.item(self.terms(issuer, signer, clauses=approved or clauses, **said))
        paper = self.key("pledge")
        period = period or (date(day.year, 1, 1), date(day.year, 12, 31))
        draft = PledgeDrafted(
            item=item,
            item_version=1,
            document_title=self.topic() + "责任书",
            genre="责任书",
            issuer=issuer,
            signer=signer,
            period_from=period[0],
            period_to=period[1],
            clauses=clauses,
        )
        self.drafted_at = self.tell(paper, draft, drafted or day, recorded=recorded, document=document)
        digest = digest or sha256(str(paper).encode()).hexdigest()
        signed = PledgeSigned(signed_on=day, issuer_post="局长", signer_post="乡长", document_digest=digest)
        if not unsigned:
            self.tell(paper, signed, day, recorded=recorded, evidence=evidence)
        return Lawful(paper, item, issuer, signer, day, duty, clauses)

    def perform(self, paper: Lawful, on: date | None = None) -> None:
        """Let the issuer do all that it promised, on the day of signing unless another is given."""
        on = on or paper.day
        for clause in paper.clauses:
            if clause.type is ClauseType.ISSUER_DUTY:
                done = IssuerDutyPerformed(clause_id=clause.clause_id, performed_on=on, text="已办")
                self.tell(paper.paper, done, on)

    def backlog(
        self, item: UUID, signer: UUID, day: date, clauses: tuple[Clause, ...], recorded: date | None = None
    ) -> UUID:
        paper = self.key("pledge")
        told = PledgeBacklogRecorded(
            item=item,
            document_title=self.topic() + "责任书",
            genre="责任书",
            issuer=self.bureau,
            signer=signer,
            period_from=date(day.year, 1, 1),
            period_to=date(day.year, 12, 31),
            clauses=clauses,
            signed_on=day,
            document_digest=sha256(str(paper).encode()).hexdigest(),
        )
        self.tell(paper, told, day, recorded=recorded)
        return paper

    def observe(
        self,
        *,
        signer: UUID | None = None,
        day: date | None = None,
        dated: bool = True,
        seen: date | None = None,
        clauses: tuple[Clause, ...] | None = None,
        duty: str | None = None,
        recorded: date | None = None,
        **said: Any,
    ) -> UUID:
        """Let a paper be observed the day after it was signed: no item, clauses of the signer's own duty, nothing else of note."""
        signer, day = signer or self.town(), day or self.before_the_list()
        self.begin_list()
        duty = duty or self.duty(signer)
        told: dict[str, Any] = {
            "document_title": self.topic() + "责任书",
            "genre": "责任书",
            "issuer": self.bureau,
            "signer": signer,
            "signer_kind": SignerKind.UNIT,
            "observed_by": self.discipline,
            "observed_on": seen or day,
            "defects": (),
            "issued_in_name_of": self.county_gov,
            "signed_on": day if dated else None,
            "period_from": date(day.year, 1, 1),
            "period_to": date(day.year, 12, 31),
            "clauses": self.clauses(duty) if clauses is None else clauses,
        }
        paper = self.key("pledge")
        self.tell(paper, IrregularPledgeObserved(**(told | said)), seen or day, recorded=recorded)
        return paper

    # ── incidents and claims ──

    def incident(
        self,
        duty: str,
        day: date,
        unit: UUID,
        *,
        hour: int = 9,
        precision: TimePrecision = TimePrecision.MINUTE,
        place: str | None = None,
        units: tuple[UUID, ...] | None = None,
    ) -> UUID:
        incident = self.key("incident")
        told = IncidentRegistered(
            registrar=self.discipline,
            occurred_at=datetime.combine(day, time(hour), SHANGHAI),
            precision=precision,
            place_code=place or self.area_of(unit),
            units=(unit,) if units is None else units,
            field_code="WORK_SAFETY",
            severity=Severity.ORDINARY,
            duty_codes=(duty,),
            summary="演示",
        )
        self.tell(incident, told, day)
        return incident

    def claim(self, paper: Lawful, incident: UUID, on: date) -> UUID:
        claim = self.key("claim")
        said = ResponsibilityClaimAsserted(
            incident=incident,
            asserting_unit=paper.issuer,
            against_unit=paper.signer,
            statement="已签责任书",
            pledge=paper.paper,
        )
        self.tell(claim, said, on)
        return claim

    def file(self, digest: str, made: date, media_type: str = "application/msword") -> Evidence:
        at = datetime.combine(made, time(8), SHANGHAI)
        return Evidence(digest=digest, media_type=media_type, title="文件", created_at=at)

    def background(self) -> None:
        """Let some lawful life go on beside what is planted."""
        if self.quiet:
            return
        for _ in range(self.chance.randint(0, 2)):
            beside = self.lawful()
            self.perform(beside)
            if self.chance.random() < 0.5:
                self.incident(beside.duty, beside.day + timedelta(days=self.chance.randint(1, 20)), beside.signer)


def anchored(digest: str) -> UUID:
    return evidence_stream(digest)


def basis(document: UUID | None) -> Basis:
    return Basis(title="关于工作的意见", document=document)
