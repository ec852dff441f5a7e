"""The clean-up from its plan to its close, as commands, in the order of its days.

Items are found by what the workbooks brought into the ledger, compared by the product's own candidates, and decided as the world says.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from api.demo.telling import Telling, working_days
from api.demo.workbooks import write_workbooks
from api.demo.world import REGISTERED, Item, World, committee, office, unit
from api.exchange.importing import Import, UnitFacts
from api.exchange.inventory import read_inventory
from api.exchange.rows import Channel
from ledger import commands as ask
from ledger import values
from ledger.loading import Loading
from ledger.matching import Candidate, candidates
from ledger.rules import GENERIC, pack
from ledger.streams import document_stream, meeting_stream, return_stream
from ledger.terms import (
    ClauseFate,
    Disposition,
    ItemType,
    Kept,
    Level,
    MatchResult,
    MeetingBody,
    OpinionStage,
    RunningPledges,
)
from ledger.text import title_core
from ledger.timelines.campaign import CAMPAIGN
from ledger.timelines.filing import RETURN
from ledger.timelines.item import ITEM
from ledger.timelines.item import Item as ItemState
from ledger.timelines.record import RECORD, Record

GROUNDS = {Disposition.RETAIN: "R1", Disposition.MERGE: "M1", Disposition.CANCEL: "C1"}
Group = tuple[Level, ItemType]


class Story:
    """A world's campaign, told stage by stage."""

    def __init__(self, telling: Telling, workbooks: Path) -> None:
        self.telling = telling
        self.world: World = telling.world
        self.days = self.world.days
        self.workbooks = workbooks
        self.lead = unit(self.world.world.lead)
        self.city = unit(self.world.city.code)
        self.province = unit(self.world.province.code)

    def tell(self) -> None:
        """Tell it from beginning to end."""
        self.register()
        self.open_campaign()
        self.file()
        self.check()
        self.compare()
        self.review()
        self.report()
        self.decide()
        self.close()
        self.telling.carry_out()
        if self.telling.beside:
            self.telling.stage("incidents")
            self.telling.beside.tell_until()

    def named(self, name: str) -> UUID:
        """Find a name that a story told beside uses for what is here: `unit:CODE`, `item:KEY`, `lead`, `province`."""
        kind, _, key = name.partition(":")
        if kind == "item":
            return next(stream for stream, item in self._listed().items() if item.key == key)
        return {"lead": self.lead, "province": self.province}.get(name) or unit(key)

    # ── 登记 ──

    def register(self) -> None:
        say, day, world = self.telling.say, self.days.opened, self.world
        self.telling.stage("register")
        head = world.world
        adopted = pack(f"{head.rule_pack}@{head.rule_pack_edition}")
        adopt = ask.AdoptRulePack(
            effective_on=day,
            jurisdiction_code=head.jurisdiction,
            pack=adopted.name,
            edition=adopted.edition,
            effective_from=day,
        )
        say(
            day,
            self._unit(
                world.province.code,
                world.province.name,
                Level.PROVINCE,
                "GOVERNMENT_DEPT",
                head.jurisdiction[:2] + "0000",
            ),
            by=None,
        )
        for place in sorted(world.places, key=lambda place: (len(place.code), place.code)):
            superior = unit(place.parent) if place.parent in world.names else None
            say(day, self._unit(place.code, office(place), place.level, "GOVERNMENT", place.code, superior), by=None)
        for place in (world.city, *world.counties):
            code = committee(place.code)
            party = self._unit(code, world.names[code], place.level, "PARTY_COMMITTEE", place.code)
            say(day, party, by=None)
        for department in world.departments:
            area = world.city.code
            say(
                day,
                self._unit(department.code, department.name, Level.PREFECTURE, department.category, area, self.city),
                by=None,
            )
        if adopted.id != GENERIC:
            say(day, adopt, by=self.lead)
        say(day, self._document(self.province, 1, "省级要求（演示）", Level.PROVINCE, day), by=self.lead)

    def _unit(
        self, code: str, name: str, level: Level, category: str, area: str, superior: UUID | None = None
    ) -> ask.RegisterUnit:
        return ask.RegisterUnit(
            effective_on=self.days.opened,
            code=code,
            name=name,
            level=level,
            category=category,
            area_code=area,
            valid_from=REGISTERED,
            block_superior=superior,
        )

    def _document(self, issuer: UUID, serial: int, title: str, level: Level, day: date) -> ask.RegisterDocument:
        return ask.RegisterDocument(
            effective_on=day,
            document_issuer=issuer,
            number=_number(day, serial),
            title=title,
            dated=day,
            issuer_level=level,
            genre="通知",
            effective_from=day,
        )

    @property
    def mandate(self) -> UUID:
        """The province's document on which whatever is kept rests."""
        return document_stream(self.province, _number(self.days.opened, 1))

    # ── 摸排 ──

    def open_campaign(self) -> None:
        self.telling.stage("open")
        head = self.world.world
        plan = ask.PlanCampaign(
            effective_on=self.days.opened,
            area_code=head.jurisdiction,
            year=head.year,
            ordinal=1,
            title=head.title,
            campaign_unit=self.lead,
        )
        opening = ask.OpenCampaign(
            effective_on=self.days.campaign_opened,
            campaign=self.world.campaign,
            units=tuple(map(unit, self._obliged())),
            item_types=tuple(ItemType),
            deadline=self.days.deadline,
        )
        self.telling.say(self.days.opened, plan, by=self.lead)
        self.telling.say(self.days.campaign_opened, opening, by=self.lead)

    def _obliged(self) -> list[str]:
        return [*(d.code for d in self.world.departments), *(county.code for county in self.world.counties)]

    def file(self) -> None:
        """The workbooks of the three channels, written as offices fill in the template, brought in by the importer."""
        self.telling.stage("file")
        ids = {name: unit(code) for code, name in self.world.names.items()}
        facts = {unit(p.code): UnitFacts(p.code, p.level, "GOVERNMENT") for p in self.world.places}
        facts |= {
            unit(d.code): UnitFacts(self.world.city.code, Level.PREFECTURE, d.category) for d in self.world.departments
        }
        filed_on = {
            Channel.IMPLEMENTER: self.days.returns_filed,
            Channel.SPOT_CHECK: self.days.spot_checks,
            Channel.RECIPIENT: self.days.recipient_reports,
        }
        for path, channel in write_workbooks(self.world, self.workbooks).items():
            inventory = read_inventory(path, names=ids.get, suggest=lambda _: None, channel=channel)
            if inventory.problems:
                raise ValueError("; ".join(f"{path.name} {p.cell}: {p.text('zh')}" for p in inventory.problems))
            brought = Import(inventory, self.world.campaign, facts, filed_on[channel], self.world.digest.encode())
            self.telling.say(filed_on[channel], *brought.commands(), by=self.lead, key=brought.key)

    def check(self) -> None:
        self.telling.stage("check")
        day, campaign = self.days.returns_checked, self.world.campaign
        false = {(item.unit, item.type) for item in self.world.item if "I" not in item.channels} - {
            (item.unit, item.type) for item in self.world.item if "I" in item.channels
        }
        for code in self._obliged():
            for item_type in ItemType:
                step = ask.CheckReturn(
                    effective_on=day, campaign=campaign, unit=unit(code), item_type=item_type, method="书面核对（演示）"
                )
                self.telling.say(day, step, by=self.lead)
                if (code, item_type) not in false:  # what another channel contradicts is not confirmed
                    confirm = ask.ConfirmReturn(
                        effective_on=day, campaign=campaign, unit=unit(code), item_type=item_type
                    )
                    self.telling.say(day, confirm, by=self.lead)
        self.telling.say(
            self.days.inventory_closed,
            ask.CloseInventory(effective_on=self.days.inventory_closed, campaign=campaign),
            by=self.lead,
        )

    # ── 核对 ──

    def compare(self) -> None:
        self.telling.stage("compare")
        day, campaign = self.days.matched, self.world.campaign
        self.telling.carry_out()
        items, records = self._declared()
        best: dict[UUID, Candidate] = {}
        for pair in candidates(items.values(), records.values()):
            known = best.get(pair.record)
            if known is None or _alike(items[pair.item], records[pair.record]) > _alike(
                items[known.item], records[known.record]
            ):
                best[pair.record] = pair
        contradicted: defaultdict[UUID, set[str]] = defaultdict(set)
        for record in records:
            if record in best:
                pair = best[record]
                contradicted[pair.item] |= set(pair.differences)
                self.telling.say(day, self._match(pair), by=self.lead)
        for item, fields in contradicted.items():
            if fields:
                resolved = tuple(
                    values.Resolution(field=field, kept=Kept.DECLARED, value="以填报为准（演示）")
                    for field in sorted(fields)
                )
                self.telling.say(
                    day,
                    ask.ResolveConflict(effective_on=day, campaign=campaign, item=item, values=resolved),
                    by=self.lead,
                )
        self._register_the_unmatched([record for key, record in records.items() if key not in best], items.values())
        reconciled = ask.ReconcileCampaign(effective_on=self.days.reconciled, campaign=campaign)
        self.telling.say(self.days.reconciled, reconciled, by=self.lead)

    def _match(self, pair: Candidate) -> ask.DecideMatch:
        return ask.DecideMatch(
            effective_on=self.days.matched,
            campaign=self.world.campaign,
            item=pair.item,
            record=pair.record,
            result=MatchResult.CONFLICT if pair.differences else MatchResult.MATCHED,
            differences=pair.differences,
        )

    def _register_the_unmatched(self, records: Iterable[Record], declared: Iterable[ItemState]) -> None:
        """One item for all records that say the same; whether it is an omission or makes a zero report false, the return tells."""
        alike: defaultdict[tuple[UUID, ItemType, str], list[Record]] = defaultdict(list)
        for record in records:
            found = record.described
            alike[found.implementing_unit, found.item_type, title_core(found.title)].append(record)
        filed = {(item.terms.implementing_unit, item.terms.item_type) for item in declared}
        ours = {(unit(item.unit), item.type, title_core(item.title)): item for item in self.world.item}
        for (of, item_type, core), together in alike.items():
            registration = ask.RegisterOmission if (of, item_type) in filed else ask.RegisterFalseZero
            step = registration(
                effective_on=self.days.matched,
                campaign=self.world.campaign,
                unit=of,
                records=tuple(record.id for record in together),
                terms=self._established(ours[of, item_type, core]),
            )
            self.telling.say(self.days.matched, step, by=self.lead)

    def _established(self, item: Item) -> values.ItemTerms:
        recipients = Level.TOWNSHIP if item.level is Level.COUNTY else Level.COUNTY
        return values.ItemTerms(
            item_type=item.type,
            title=item.title,
            implementing_unit=unit(item.unit),
            level=item.level,
            jurisdiction=self._home(item),
            recipient_scope=(values.Scope(level=recipients, category="GOVERNMENT"),),
            result=item.result,
            start_year=item.start,
            end_year=item.end,
        )

    def _home(self, item: Item) -> str:
        return item.unit if item.level is Level.COUNTY else self.world.city.code

    # ── 审核 ──

    def review(self) -> None:
        self.telling.stage("review")
        days = self.days
        chain = (
            (OpinionStage.UNIT_DRAFT, days.drafted, None),
            (OpinionStage.PARTY_GROUP, days.party_group, None),
            (OpinionStage.SUPERIOR_CONSULTED, days.consulted, self.province),
            (OpinionStage.LEGALITY_REVIEW, days.legality, self.lead),
            (OpinionStage.ORG_DEPT_CONSOLIDATED, days.consolidated, self.lead),
        )
        found = self.found()
        for stream in found:
            self.telling.say(
                days.submitted,
                ask.VerifyItem(effective_on=days.submitted, item=stream, verifier=self.lead),
                by=self.lead,
            )
            self.telling.say(
                days.submitted, ask.SubmitForReview(effective_on=days.submitted, item=stream), by=self.lead
            )
        for stage, day, giver in chain:
            for stream, item in found.items():
                opinion = ask.GiveOpinion(
                    effective_on=day,
                    item=stream,
                    stage=stage,
                    opinion=item.opinion,
                    ground_code=GROUNDS[item.opinion],
                    text="（演示）",
                    giver_unit=giver or unit(item.unit),
                    given_on=day,
                    proposed_target_key=item.merge if item.opinion is Disposition.MERGE else None,
                    substitute_measure=item.substitute,
                )
                self.telling.say(day, opinion, by=giver or unit(item.unit))

    def found(self) -> dict[UUID, Item]:
        """Every item that the ledger counts in this campaign, with what the world has in mind for it."""
        self.telling.carry_out()
        return self._listed()

    def _listed(self) -> dict[UUID, Item]:
        world = self._world()
        campaign = world.see(CAMPAIGN, self.world.campaign)
        ours = {(unit(item.unit), item.type, item.title): item for item in self.world.item}
        declared, _ = self._declared()
        registered = [registration.item for registration in campaign.registrations] if campaign else []
        states = [*declared.values(), *(item for item in world.see_all(ITEM, registered) if item)]
        return {
            state.id: ours[state.terms.implementing_unit, state.terms.item_type, state.terms.title] for state in states
        }

    def _declared(self) -> tuple[dict[UUID, ItemState], dict[UUID, Record]]:
        world = self._world()
        owed = [
            return_stream(self.world.campaign, unit(code), item_type)
            for code in self._obliged()
            for item_type in ItemType
        ]
        returns = [filed for filed in world.see_all(RETURN, owed) if filed]
        # As they stood when they were compared: told again, the story must not meet what became of them since.
        items = world.see_all(ITEM, [item for filed in returns for item in filed.items], on=self.days.matched)
        records = world.see_all(RECORD, [record for filed in returns for record in filed.records])
        return {item.id: item for item in items if item}, {record.id: record for record in records if record}

    def _world(self) -> Loading:
        return Loading(self.telling.ledger.facts, self.days.closed)

    def report(self) -> None:
        """Item by item, one a working day or several, each by a document of its own."""
        self.telling.stage("report")
        reported = [stream for stream, item in self.found().items() if item.level is Level.PREFECTURE]
        for serial, (stream, day) in enumerate(
            zip(reported, _spread(self.days.reported, len(reported)), strict=True), 1
        ):
            report = self._document(self.lead, serial, f"逐项报告第{serial}件（演示）", Level.PREFECTURE, day)
            paper = document_stream(self.lead, _number(day, serial))
            self.telling.say(
                day,
                report,
                ask.ReportToProvince(effective_on=day, items=(stream,), report_document=paper),
                by=self.lead,
            )
        day = self.days.replied
        self.telling.say(day, self._document(self.province, 2, "逐项答复（演示）", Level.PROVINCE, day), by=self.lead)
        reply = document_stream(self.province, _number(day, 2))
        found = self.found()
        for stream in reported:
            answer = ask.RecordProvinceReply(
                effective_on=day, item=stream, opinion=found[stream].opinion, reply_document=reply
            )
            self.telling.say(day, answer, by=self.lead)

    # ── 决定 ──

    def decide(self) -> None:
        self.telling.stage("decide")
        found = self.found()
        bodies = [(self.world.city.code, self.days.decided)]
        counties = _spread(self.days.decided_by_counties, len(self.world.counties), 3)
        bodies += [(county.code, day) for county, day in zip(self.world.counties, counties, strict=True)]
        for area, day in bodies:
            self._decide_in(area, day, {stream: item for stream, item in found.items() if self._home(item) == area})

    def _decide_in(self, area: str, day: date, items: dict[UUID, Item]) -> None:
        body = unit(committee(area))
        mergers = [merger for merger in self.world.merger if any(item.merge == merger.key for item in items.values())]
        agenda = tuple(
            values.AgendaItem(number=number, title=title, result="通过（演示）")
            for number, title in enumerate(("审议清理规范意见（演示）", *(merger.title for merger in mergers)), 1)
        )
        meeting = ask.RecordMeeting(
            effective_on=day,
            unit=body,
            body=MeetingBody.STANDING_COMMITTEE,
            held_on=day,
            ordinal=1,
            due_members=11,
            present=11,
            agenda=agenda,
            minutes_digest="0" * 64,
        )
        level = Level.PREFECTURE if area == self.world.city.code else Level.COUNTY
        self.telling.say(day, meeting, self._document(body, 1, "清理规范决定（演示）", level, day), by=body)
        held = meeting_stream(body, MeetingBody.STANDING_COMMITTEE, day, 1)
        authority = values.Authority(document=document_stream(body, _number(day, 1)), meeting=held)
        for stream, item in items.items():
            if item.decided is not Disposition.MERGE:
                self.telling.say(day, self._decision(stream, item, day, authority), by=body)
        for number, merger in enumerate(mergers, 2):
            sources = [
                stream
                for stream, item in items.items()
                if item.merge == merger.key and item.decided is Disposition.MERGE
            ]
            if sources:
                self.telling.say(
                    day, self._merger(sources, merger.title, unit(merger.unit), number, day, authority), by=body
                )
        closing = ask.TakeCampaignDecision(
            effective_on=day, authority=authority, campaign=self.world.campaign, unit=body, items=tuple(items)
        )
        self.telling.say(day, closing, by=body)

    def _decision(
        self, stream: UUID, item: Item, day: date, authority: values.Authority
    ) -> ask.RetainItem | ask.CancelItem:
        if item.decided is Disposition.RETAIN:
            return ask.RetainItem(
                effective_on=day,
                authority=authority,
                item=stream,
                ground_code=GROUNDS[Disposition.RETAIN],
                effective_from=self.days.effective,
                mandates=(self.mandate,),
            )
        return ask.CancelItem(
            effective_on=day,
            authority=authority,
            item=stream,
            ground_code=GROUNDS[Disposition.CANCEL],
            first_day_without=self.days.effective,
            running_pledges=self._ended(item.type),
            substitute_measure=item.substitute,
        )

    def _merger(
        self,
        sources: Sequence[UUID],
        title: str,
        implementing: UUID,
        number: int,
        day: date,
        authority: values.Authority,
    ) -> ask.MergeItems:
        states = [state for state in self._world().see_all(ITEM, sources) if state]
        first = states[0].terms
        kept = tuple(
            values.Clause(clause_id=f"{part}.{clause.clause_id}", type=clause.type, text=clause.text)
            for part, state in enumerate(states, 1)
            for clause in state.terms.clauses
        )
        mapping = tuple(
            values.ClauseMapping(
                source=state.id,
                clause_id=clause.clause_id,
                fate=ClauseFate.KEPT,
                target_clause_id=f"{part}.{clause.clause_id}",
            )
            for part, state in enumerate(states, 1)
            for clause in state.terms.clauses
        )
        terms = values.ItemTerms(
            item_type=first.item_type,
            title=title,
            implementing_unit=implementing,
            level=first.level,
            jurisdiction=first.jurisdiction,
            recipient_scope=first.recipient_scope,
            result=first.result,
            start_year=self.days.effective.year,
            end_year=self.days.effective.year + 2,
            field_code=first.field_code,
            basis=first.basis,
            triggers=tuple(trigger for state in states for trigger in state.terms.triggers[:1]),
            clauses=kept,
        )
        return ask.MergeItems(
            effective_on=day,
            authority=authority,
            sources=tuple(sources),
            agenda_number=number,
            terms=terms,
            clause_mapping=mapping,
            ground_code=GROUNDS[Disposition.MERGE],
            effective_from=self.days.effective,
            running_pledges=self._ended(first.item_type),
            mandates=(self.mandate,),
        )

    def _ended(self, item_type: ItemType) -> values.RunningPledgesTreatment | None:
        if item_type is not ItemType.PLEDGE:
            return None
        last_day = date.fromordinal(self.days.effective.toordinal() - 1)
        return values.RunningPledgesTreatment(treatment=RunningPledges.TERMINATE, last_day=last_day)

    # ── 公布与办结 ──

    def close(self) -> None:
        self.telling.stage("publish")
        day = self.days.published
        self.telling.carry_out()
        world = self._world()
        listed: defaultdict[str, list[UUID]] = defaultdict(list)
        states = [item for item in world.see_all(ITEM, self.found()) if item]
        states += [item for item in world.see_all(ITEM, {s.merged_into for s in states if s.merged_into}) if item]
        for state in states:
            if state.active_on(self.days.effective):
                listed[state.terms.jurisdiction].append(state.id)
        for area in (self.world.city.code, *(county.code for county in self.world.counties)):
            publication = ask.PublishList(
                effective_on=day,
                area_code=area,
                level=Level.PREFECTURE if area == self.world.city.code else Level.COUNTY,
                members=tuple(listed[area]),
                effective_from=self.days.effective,
                campaign=self.world.campaign,
            )
            self.telling.say(day, publication, by=unit(committee(area)))
        self.telling.say(
            self.days.closed,
            ask.CloseCampaign(effective_on=self.days.closed, campaign=self.world.campaign),
            by=self.lead,
        )


def _alike(item: ItemState, record: Record) -> tuple[bool, int]:
    mine, yours = title_core(item.terms.title), title_core(record.described.title)
    return item.terms.title == record.described.title, 100 * len(set(mine) & set(yours)) // max(
        len(set(mine) | set(yours)), 1
    )


def _number(day: date, serial: int) -> str:
    return f"演示发〔{day.year}〕{serial}号"


def _spread(first: date, count: int, over: int = 14) -> list[date]:
    """Return `count` days spread over working days from `first` on, in order."""
    days = list(working_days(first, over))
    return [days[number * over // count] for number in range(count)]
