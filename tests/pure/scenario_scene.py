"""A place for a story: an area under one pack, its units, documents and meetings, and items brought to the point of decision."""

from datetime import date
from typing import Any
from uuid import UUID

from ledger import rules
from ledger.commands import (
    CancelItem,
    DecideVeto,
    HearVetoParty,
    RecordMeeting,
    RegisterDocument,
    RegisterUnit,
    RetainItem,
    SuggestVeto,
    VerifyVetoFacts,
)
from ledger.events import (
    ItemIdentified,
    ItemOpinionGiven,
    ItemSubmittedForReview,
    ItemVerified,
    RulePackAdopted,
)
from ledger.streams import (
    document_stream,
    item_stream,
    meeting_stream,
    rule_pack_stream,
    stream,
    unit_stream,
    veto_stream,
)
from ledger.terms import Disposition, FoundBy, ItemType, Level, MeetingBody, OpinionStage, VetoDecision
from ledger.timelines.item import ITEM, Item
from ledger.values import AgendaItem, Authority, Basis, ItemTerms, Scope, Trigger
from tests.given import Given

SINCE = date(2010, 1, 1)


def unit(name: str) -> UUID:
    return unit_stream(name, SINCE)


class Place(Given):
    """An area, what it is called, and the pack it adopted; everything is recorded on the day that it tells of."""

    def __init__(self, area: str, pack_id: str, center: str = "中央") -> None:
        super().__init__()
        self.area = area
        self._rows = 0
        pack = rules.pack(pack_id)
        adopted = RulePackAdopted(
            jurisdiction_code=area, pack=pack.name, edition=pack.edition, digest=pack.digest, effective_from=SINCE
        )
        self.fact(rule_pack_stream(area), adopted, SINCE)
        self.unit(center, Level.NATIONAL, "PARTY_ORGAN", area="100000")
        self.mandate = self.document(center, Level.NATIONAL, SINCE)

    def unit(
        self,
        name: str,
        level: Level,
        category: str = "GOVERNMENT_DEPT",
        *,
        area: str | None = None,
        line: UUID | None = None,
        block: UUID | None = None,
    ) -> UUID:
        self.when(
            RegisterUnit(
                effective_on=SINCE,
                code=name,
                name=name,
                level=level,
                category=category,
                area_code=area or self.area,
                valid_from=SINCE,
                line_superior=line,
                block_superior=block,
            )
        )
        return unit(name)

    def document(self, issuer: str, level: Level, on: date) -> UUID:
        digest = f"{len(self.log):064x}"
        self.when(
            RegisterDocument(
                effective_on=on,
                document_issuer=unit(issuer),
                title=f"{issuer}文件",
                dated=on,
                issuer_level=level,
                genre="通知",
                effective_from=on,
                digest=digest,
            )
        )
        return document_stream(unit(issuer), digest)

    def meeting(
        self, of: str, on: date, document: UUID, body: MeetingBody = MeetingBody.STANDING_COMMITTEE
    ) -> Authority:
        """Record a meeting, unless it is recorded, and return it with its document."""
        meeting = meeting_stream(unit(of), body, on, 1)
        if not self.world().facts(meeting):
            self.when(
                RecordMeeting(
                    effective_on=on,
                    unit=unit(of),
                    body=body,
                    held_on=on,
                    ordinal=1,
                    due_members=11,
                    present=9,
                    agenda=(AgendaItem(number=1, title="清理规范", result="同意"),),
                    minutes_digest="0" * 64,
                )
            )
        return Authority(meeting=meeting, document=document)

    def terms(self, title: str, implementing_unit: UUID, level: Level, **changes: Any) -> ItemTerms:
        stated: dict[str, Any] = {
            "item_type": ItemType.VETO,
            "title": title,
            "implementing_unit": implementing_unit,
            "level": level,
            "jurisdiction": self.area,
            "recipient_scope": (Scope(level=Level.COUNTY, category="GOVERNMENT"),),
            "result": "取消评优",
            "start_year": SINCE.year,
            "end_year": 2030,
            "basis": (Basis(title="中央文件", document=self.mandate),),
            "triggers": (Trigger(code="t1", text="年度目标未完成"),),
        }
        return ItemTerms(**{**stated, **changes})

    def proposed(self, terms: ItemTerms, on: date, opinion: Disposition = Disposition.RETAIN) -> UUID:
        """Bring an item to light and to a proposal, all on one day; facts outright, for the story begins with the decision."""
        self._rows += 1
        item = item_stream(stream("return", self.area), self._rows)
        proposal = ItemOpinionGiven(
            stage=OpinionStage.ORG_DEPT_CONSOLIDATED,
            opinion=opinion,
            ground_code=f"{opinion[0]}1",
            text="汇总意见",
            giver_unit=terms.implementing_unit,
            given_on=on,
        )
        identified = ItemIdentified(terms=terms, found_by=FoundBy.IMPLEMENTER, reporting_unit=terms.implementing_unit)
        for fact in (identified, ItemVerified(verifier=terms.implementing_unit), ItemSubmittedForReview(), proposal):
            self.fact(item, fact, on)
        return item

    def retain(self, item: UUID, authority: Authority, on: date, begins: date) -> None:
        self.when(RetainItem(effective_on=on, authority=authority, item=item, ground_code="R1", effective_from=begins))

    def cancel(self, item: UUID, authority: Authority, on: date, ends: date, **changes: Any) -> None:
        self.when(
            CancelItem(
                effective_on=on, authority=authority, item=item, ground_code="C1", first_day_without=ends, **changes
            )
        )

    def state(self, item: UUID, on: date) -> Item:
        found = self.world().see(ITEM, item, on)
        assert found
        return found

    def heard(self, item: UUID, exerciser: UUID, target: UUID, on: date, trigger: str = "t1") -> UUID:
        """Bring the use of a veto to where it is decided: suggested, facts verified, the party heard."""
        veto = veto_stream(item, target, on.year)
        self.when(
            SuggestVeto(
                effective_on=on,
                item=item,
                exercising_unit=exerciser,
                target_unit=target,
                assessment_year=on.year,
                trigger_code=trigger,
                suggested_by=exerciser,
                facts="年度目标未完成",
            )
        )
        self.when(VerifyVetoFacts(effective_on=on, veto=veto, verifier=exerciser, facts="属实"))
        self.when(HearVetoParty(effective_on=on, veto=veto, statement="已陈述"))
        return veto

    def veto(self, veto: UUID, authority: Authority, on: date) -> DecideVeto:
        """The command to veto for what is left of the year."""
        return DecideVeto(
            effective_on=on,
            authority=authority,
            veto=veto,
            decision=VetoDecision.VETO,
            effects=("取消当年评优",),
            effect_from=on,
            effect_to=date(on.year, 12, 31),
        )
