"""Commands at random: any class with any values, references drawn from what exists; and the natural next step of something that lives."""

import types
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from ledger import commands as ask
from ledger import values
from ledger.days import SHANGHAI
from ledger.deciding import DECIDERS
from ledger.events import Fact
from ledger.streams import campaign_stream, return_stream, unit_stream
from ledger.terms import Disposition, ItemType, Kept, Level, MatchResult, MeetingBody, OpinionStage, RunningPledges
from ledger.timelines.campaign import CAMPAIGN
from ledger.timelines.campaign import Phase as CampaignPhase
from ledger.timelines.filing import RETURN
from ledger.timelines.item import ITEM, Item
from ledger.timelines.item import Phase as ItemPhase
from ledger.timelines.record import RECORD
from tests.given import Given

Draw = Callable[[st.SearchStrategy[Any]], Any]
AREA, FROM, START = "530999", date(2020, 1, 1), date(2024, 1, 2)
CODES = ("u1", "u2", "u3", "u4", "u5")
WORDS = ("安全生产目标责任书", "食品安全责任书", "生态环境保护", "二〇二五年森林防火责任状", "x", " ", "𠮷\n野")
CODED = ("0" * 64, "d1", "c1", "V1", "DR-01", "n1", "UNINTENDED")
COMMANDS = tuple(DECIDERS)
UNITS = tuple(unit_stream(code, FROM) for code in CODES)
PROVINCE = unit_stream("p", FROM)
# Which kind of thing a field refers to, by its name; whatever is not named here refers to a unit.
REFERS = {
    **dict.fromkeys(("items", "kept", "members", "sources", "duplicate_of", "predecessor", "source"), "item"),
    **dict.fromkeys(
        ("item", "campaign", "record", "admission", "document", "meeting", "pledge", "veto", "incident"), None
    ),
    **dict.fromkeys(("case", "claim", "tolerance", "notice", "inspection", "duty_list"), None),
    **dict.fromkeys(
        ("report_document", "reply_document", "repealed_by", "basis_document", "list_document"), "document"
    ),
    **dict.fromkeys(("higher_mandates", "mandates", "source_document"), "document"),
    "records": "record",
    "application": "admission",
    "parent": "pledge",
    "mismatch_streams": "duty",
    "earlier_rulings": "tolerance",
    "stream": "claim",
    "lead": "lead",
}


class Chaos:
    """Draws commands for a ledger whose facts a `Given` mirrors; `streams` are those that exist, by kind."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.streams: dict[str, list[UUID]] = {}
        self.day = START
        self.campaign = campaign_stream(AREA, 2019, 1)

    def learn(self, stream: UUID, fact: Fact) -> None:
        known = self.streams.setdefault(fact.STREAM, [])
        if stream not in known:
            known.append(stream)

    def any_command(self, draw: Draw) -> ask.Command:
        """Return a command of any class, filled with whatever fits its types."""
        command: ask.Command = self._filled(draw(st.sampled_from(COMMANDS)), draw)
        return replace(command, effective_on=self.a_day(draw), backlog=True)

    def a_day(self, draw: Draw) -> date:
        """A day that mostly moves on, at times lies back, rarely ahead of today."""
        self.day += timedelta(days=draw(st.integers(0, 2)))
        return self.day + timedelta(days=draw(st.sampled_from((0, 0, 0, 0, 0, -3, -40, 4000))))

    def _filled(self, cls: Any, draw: Draw) -> Any:
        hints = get_type_hints(cls)
        return cls(**{field.name: self._value(field.name, hints[field.name], draw) for field in fields(cls)})

    def _value(self, name: str, hint: Any, draw: Draw) -> Any:
        if hint is UUID:
            known = self.streams.get(REFERS.get(name, "unit") or name, [])
            return (
                draw(st.sampled_from(known)) if known and draw(st.integers(0, 9)) else UUID(int=draw(st.integers(0, 3)))
            )
        if get_origin(hint) in (Union, types.UnionType):
            return self._value(name, draw(st.sampled_from(get_args(hint))), draw)
        if get_origin(hint) is tuple:
            return tuple(self._value(name, get_args(hint)[0], draw) for _ in range(draw(st.integers(0, 2))))
        if isinstance(hint, type) and issubclass(hint, Enum):
            return draw(st.sampled_from(hint))
        if is_dataclass(hint):
            return self._filled(hint, draw)
        if hint is date:
            return self.day + timedelta(days=draw(st.integers(-3, 3)))
        if hint is datetime:
            return datetime.combine(self.day - timedelta(days=draw(st.integers(0, 3))), time(9), SHANGHAI)
        if hint is str:
            return draw(st.sampled_from((AREA, "530900", "u1", "C1", "R1", "M1", *CODED, *WORDS)))
        return {int: draw(st.integers(0, 12)), bool: draw(st.booleans()), type(None): None}.get(hint)

    # ── the natural next step ──

    def next_step(self, draw: Draw) -> Any:
        """Return what somebody would lawfully do next with something that lives, None if nothing comes to mind."""
        self.day += timedelta(days=draw(st.integers(0, 1)))
        steps = (self._campaign_step, self._item_step, self._item_step, self._beginning)
        return draw(st.sampled_from(steps))(draw)

    def _pick(self, kind: str, draw: Draw) -> UUID | None:
        known = self.streams.get(kind, [])
        return draw(st.sampled_from(known)) if known else None

    def prologue(self, draw: Draw) -> Iterator[ask.Command]:
        """Yield a campaign up to a stage drawn at random, so that what follows meets lives of every age."""
        stages = (self._opened, self._filed, self._compared, self._reviewed, self._proposed)
        yield self.document(1)
        yield self.meeting(1)
        for stage in stages[: draw(st.sampled_from((5, 4, 5, 3, 2, 1)))]:
            yield from stage(draw)

    def _opened(self, _draw: Draw) -> Iterator[ask.Command]:
        yield ask.PlanCampaign(
            effective_on=self.day,
            backlog=True,
            area_code=AREA,
            year=2019,
            ordinal=1,
            title="清理",
            campaign_unit=UNITS[0],
        )
        at: dict[str, Any] = {"effective_on": self.day, "backlog": True, "campaign": self.campaign}
        yield ask.OpenCampaign(**at, units=UNITS[:3], item_types=tuple(ItemType), deadline=self.day + timedelta(days=2))

    def _filed(self, draw: Draw) -> Iterator[ask.Command]:
        self.day += timedelta(days=1)
        at: dict[str, Any] = {"effective_on": self.day, "backlog": True, "campaign": self.campaign}
        for number, unit in enumerate(UNITS[:3]):
            for kind in ItemType:
                one = {**at, "unit": unit, "item_type": kind}
                titles = WORDS[: draw(st.integers(0, 3))]
                if titles:
                    yield ask.FileReturn(**one, items=tuple(self.terms(unit, kind, title) for title in titles))
                else:
                    yield ask.FileZeroReport(**one, signer_post="主要负责人", statement="无")
                for title in draw(st.lists(st.sampled_from(WORDS[:4]), max_size=2, unique=True)):
                    described = values.DescribedItem(item_type=kind, title=title, implementing_unit=unit)
                    seen: dict[str, Any] = {
                        "ordinal": f"{number}{kind}{title}",
                        "checker": UNITS[4],
                        "checked_unit": UNITS[3],
                        "found_on": self.day,
                    }
                    yield ask.FileSpotCheckFinding(**at, **seen, described=described)
        self.day += timedelta(days=2)
        yield ask.CloseInventory(effective_on=self.day, backlog=True, campaign=self.campaign)

    def _compared(self, _draw: Draw) -> Iterator[ask.Command]:
        self.day += timedelta(days=1)
        at: dict[str, Any] = {"effective_on": self.day, "backlog": True, "campaign": self.campaign}
        world = self.given.world()
        states = [item for item in world.see_all(ITEM, self.streams.get("item", ())) if item]
        items = {(item.terms.implementing_unit, item.terms.item_type, item.terms.title): item for item in states}
        for record in world.see_all(RECORD, self.streams.get("record", ())):
            assert record
            found = record.described
            item = items.get((found.implementing_unit, found.item_type, found.title))
            one = {**at, "unit": found.implementing_unit, "records": (record.id,)}
            if item:
                yield ask.DecideMatch(**at, item=item.id, record=record.id, result=MatchResult.MATCHED)
            else:
                declared = any(key[:2] == (found.implementing_unit, found.item_type) for key in items)
                register = ask.RegisterOmission if declared else ask.RegisterFalseZero
                yield register(**one, terms=self.terms(found.implementing_unit, found.item_type, found.title))
        for unit in UNITS[:3]:
            for kind in ItemType:
                yield ask.CheckReturn(**at, unit=unit, item_type=kind, method="书面")
                yield ask.ConfirmReturn(**at, unit=unit, item_type=kind)
        yield ask.ReconcileCampaign(**at)

    def _reviewed(self, draw: Draw) -> Iterator[ask.Command]:
        self.day += timedelta(days=1)
        for stream in tuple(self.streams.get("item", ())):
            if draw(st.integers(0, 4)):
                yield ask.VerifyItem(effective_on=self.day, backlog=True, item=stream, verifier=UNITS[0])
                yield ask.SubmitForReview(effective_on=self.day, backlog=True, item=stream)

    def _proposed(self, draw: Draw) -> Iterator[ask.Command]:
        self.day += timedelta(days=1)
        for stream in tuple(self.streams.get("item", ())):
            yield self._opinion({"effective_on": self.day, "backlog": True, "item": stream}, draw)

    def _beginning(self, draw: Draw) -> Any:
        unit = UNITS[0]
        year = 2020 + len(self.streams.get("campaign", []))
        number = len(self.streams.get("document", [])) + 1
        ordinal = len(self.streams.get("meeting", [])) + 1
        return draw(
            st.sampled_from(
                (
                    ask.PlanCampaign(
                        effective_on=self.day,
                        backlog=True,
                        area_code=AREA,
                        year=year,
                        ordinal=1,
                        title="清理",
                        campaign_unit=unit,
                    ),
                    self.document(number),
                    self.meeting(ordinal),
                )
            )
        )

    def document(self, number: int) -> ask.RegisterDocument:
        return ask.RegisterDocument(
            effective_on=self.day,
            backlog=True,
            document_issuer=PROVINCE,
            title="文件",
            dated=self.day,
            issuer_level=Level.PROVINCE,
            genre="通知",
            effective_from=self.day,
            number=f"演示发〔2024〕{number}号",
        )

    def meeting(self, ordinal: int) -> ask.RecordMeeting:
        agenda = tuple(values.AgendaItem(number=number, title="议题", result="通过") for number in range(1, 8))
        return ask.RecordMeeting(
            effective_on=self.day,
            backlog=True,
            unit=UNITS[0],
            body=MeetingBody.STANDING_COMMITTEE,
            held_on=self.day,
            ordinal=ordinal,
            due_members=9,
            present=8,
            agenda=agenda,
            minutes_digest="0" * 64,
        )

    def _campaign_step(self, draw: Draw) -> Any:
        stream = self._pick("campaign", draw)
        world = self.given.world()
        campaign = world.see(CAMPAIGN, stream) if stream else None
        if campaign is None:
            return None
        at: dict[str, Any] = {"effective_on": max(self.day, campaign.last_on), "backlog": True, "campaign": campaign.id}
        units = UNITS[:3]
        match campaign.phase:
            case CampaignPhase.PLANNED:
                return ask.OpenCampaign(
                    **at, units=units, item_types=tuple(ItemType), deadline=self.day + timedelta(days=9)
                )
            case CampaignPhase.OPEN:
                return self._filing(at, draw)
            case CampaignPhase.RECONCILING:
                return self._comparing(at, draw)
            case CampaignPhase.REVIEWING | CampaignPhase.DECIDING:
                owed = [
                    return_stream(campaign.id, unit, kind) for unit in campaign.units for kind in campaign.item_types
                ]
                items = tuple(item for filed in world.see_all(RETURN, owed) if filed for item in filed.items)
                take = ask.TakeCampaignDecision(**at, authority=self.authority(draw), unit=units[0], items=items)
                return draw(st.sampled_from((take, ask.CloseCampaign(**at), self._publication(draw))))
        return ask.OpenLookBack(**at, deadline=self.day + timedelta(days=9))

    def _filing(self, at: dict[str, Any], draw: Draw) -> Any:
        unit, kind = draw(st.sampled_from(UNITS[:3])), draw(st.sampled_from(ItemType))
        one = {**at, "unit": unit, "item_type": kind}
        items = tuple(
            self.terms(unit, kind, title)
            for title in draw(st.lists(st.sampled_from(WORDS[:4]), max_size=3, unique=True))
        )
        described = values.DescribedItem(item_type=kind, title=draw(st.sampled_from(WORDS[:4])), implementing_unit=unit)
        number = str(len(self.given.log))
        return draw(
            st.sampled_from(
                (
                    ask.FileReturn(**one, items=items),
                    ask.FileZeroReport(**one, signer_post="主要负责人", statement="无"),
                    ask.CorrectReturn(**one, why_corrected="补报", items=items[:1]),
                    ask.CheckReturn(**one, method="书面"),
                    ask.ConfirmReturn(**one),
                    ask.FileRecipientReport(**at, ordinal=number, recipient=UNITS[4], described=described),
                    ask.FileSpotCheckFinding(
                        **at,
                        ordinal=number,
                        checker=unit,
                        checked_unit=unit,
                        found_on=at["effective_on"],
                        described=described,
                    ),
                    ask.CloseInventory(**at),
                )
            )
        )

    def _comparing(self, at: dict[str, Any], draw: Draw) -> Any:
        world = self.given.world()
        item, record = self._pick("item", draw), self._pick("record", draw)
        state, found = world.see(ITEM, item) if item else None, world.see(RECORD, record) if record else None
        if state is None or found is None or record is None:
            return ask.ReconcileCampaign(**at)
        described = found.described
        one = {**at, "unit": described.implementing_unit, "records": (record,)}
        terms = self.terms(described.implementing_unit, described.item_type, described.title)
        conflict = draw(st.booleans())
        resolved = (values.Resolution(field="result", kept=Kept.DECLARED, value="x"),)
        match = (
            {"result": MatchResult.CONFLICT, "differences": ("result",)}
            if conflict
            else {"result": MatchResult.MATCHED}
        )
        return draw(
            st.sampled_from(
                (
                    ask.DecideMatch(**at, item=state.id, record=record, **match),
                    ask.ResolveConflict(**at, item=state.id, values=resolved),
                    ask.RegisterOmission(**one, terms=terms),
                    ask.RegisterFalseZero(**one, terms=terms),
                    ask.ReconcileCampaign(**at),
                )
            )
        )

    def terms(self, unit: UUID, kind: ItemType, title: str) -> values.ItemTerms:
        return values.ItemTerms(
            item_type=kind,
            title=title,
            implementing_unit=unit,
            level=Level.COUNTY,
            jurisdiction=AREA,
            recipient_scope=(values.Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
            result="取消评优",
            start_year=2021,
            end_year=2030,
            basis=(values.Basis(title="依据"),),
        )

    def _item_step(self, draw: Draw) -> Any:
        stream = self._pick("item", draw)
        item = self.given.world().see(ITEM, stream) if stream else None
        if item is None:
            return None
        at: dict[str, Any] = {"effective_on": self.day, "backlog": True, "item": item.id}
        match item.phase_on(at["effective_on"]):
            case ItemPhase.IDENTIFIED:
                return ask.VerifyItem(**at, verifier=UNITS[0])
            case ItemPhase.VERIFIED:
                return ask.SubmitForReview(**at)
            case ItemPhase.UNDER_REVIEW:
                return self._opinion(at, draw)
            case ItemPhase.PROPOSED:
                return self._decision(at, item, draw)
        return self._on_the_list(at, item, draw)

    def _opinion(self, at: dict[str, Any], draw: Draw) -> ask.Command:
        opinion = draw(st.sampled_from(Disposition))
        return ask.GiveOpinion(
            **at,
            stage=draw(st.sampled_from((OpinionStage.UNIT_DRAFT, OpinionStage.ORG_DEPT_CONSOLIDATED))),
            opinion=opinion,
            ground_code={Disposition.RETAIN: "R1", Disposition.MERGE: "M1", Disposition.CANCEL: "C1"}[opinion],
            text="意见",
            giver_unit=UNITS[0],
            given_on=at["effective_on"],
            proposed_target_key="t" if opinion is Disposition.MERGE else None,
        )

    def authority(self, draw: Draw) -> values.Authority:
        return values.Authority(document=self._pick("document", draw), meeting=self._pick("meeting", draw))

    def _decision(self, at: dict[str, Any], item: Item, draw: Draw) -> Any:
        held = self.authority(draw)
        day = at["effective_on"]
        mandates = (held.document,) if held.document else ()
        ended = values.RunningPledgesTreatment(treatment=RunningPledges.TERMINATE, last_day=day)
        known = [each for each in self.given.world().see_all(ITEM, self.streams["item"]) if each]
        sources = tuple(
            each.id
            for each in known
            if each.phase_on(day) is ItemPhase.PROPOSED and each.terms.item_type is item.terms.item_type
        )
        return draw(
            st.sampled_from(
                (
                    ask.RetainItem(**at, authority=held, ground_code="R1", effective_from=day, mandates=mandates),
                    ask.CancelItem(
                        **at, authority=held, ground_code="C1", first_day_without=day, running_pledges=ended
                    ),
                    ask.MergeItems(
                        effective_on=day,
                        backlog=True,
                        authority=held,
                        sources=sources[:3],
                        agenda_number=draw(st.integers(1, 7)),
                        terms=self.terms(item.terms.implementing_unit, item.terms.item_type, "合并后责任书"),
                        clause_mapping=(),
                        ground_code="M1",
                        effective_from=day,
                        running_pledges=ended,
                        mandates=mandates,
                    ),
                )
            )
        )

    def _on_the_list(self, at: dict[str, Any], item: Item, draw: Draw) -> Any:
        day = at["effective_on"]
        ended = values.RunningPledgesTreatment(treatment=RunningPledges.TERMINATE, last_day=day)
        return draw(
            st.sampled_from(
                (
                    ask.SuspendItem(**at, ground="暂停", suspended_from=day),
                    ask.ResumeItem(**at, ground="恢复", resumed_from=day),
                    ask.OpenExitReview(**at, ground="退出"),
                    ask.ExitItem(
                        **at,
                        authority=self.authority(draw),
                        ground="退出",
                        first_day_without=day,
                        running_pledges=ended,
                    ),
                    ask.CorrectRecord(
                        effective_on=day,
                        backlog=True,
                        stream=item.id,
                        corrects=item.identified_at,
                        why="录入有误",
                        changed=(values.Change(path="/terms/result", value='"扣分"'),),
                    ),
                )
            )
        )

    def _publication(self, draw: Draw) -> ask.Command:
        known = [item for item in self.given.world().see_all(ITEM, self.streams.get("item", [])) if item]
        members = tuple(item.id for item in known if item.active_on(self.day))
        return ask.PublishList(
            effective_on=self.day,
            backlog=True,
            area_code=AREA,
            level=Level.COUNTY,
            members=members,
            effective_from=self.day,
            campaign=self._pick("campaign", draw),
        )


def units() -> list[ask.RegisterUnit]:
    """The units every run begins with: a province and five county units."""
    return [
        ask.RegisterUnit(
            effective_on=START,
            backlog=True,
            code="p",
            name="省级部门（演示）",
            level=Level.PROVINCE,
            category="GOVERNMENT_DEPT",
            area_code="530000",
            valid_from=FROM,
        ),
        *_county_units(),
    ]


def _county_units() -> list[ask.RegisterUnit]:
    return [
        ask.RegisterUnit(
            effective_on=START,
            backlog=True,
            code=code,
            name=f"演示单位{code}",
            level=Level.COUNTY,
            category="GOVERNMENT",
            area_code=AREA,
            valid_from=FROM,
        )
        for code in CODES
    ]
