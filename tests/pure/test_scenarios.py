"""Four stories of other places, as they were reported, told to the ledger: what is lawful there passes, what is not is only observed.

B Changsha 2014, C Hubei 2015, D Hunan and Xinshao 2019, E the townships' duty lists. Parties and single items are invented.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import pytest

from ledger.authority import BodyMayNotDecide, OwnSystemPledge, RunOutTooLong
from ledger.commands import (
    CheckPledge,
    Command,
    DraftPledge,
    ExitItem,
    GiveOpinion,
    NoteLostBasis,
    ObserveIrregularVeto,
    OfferPledge,
    OpenExitReview,
    PublishDutyList,
    PublishList,
    RepealDocument,
    RetainItem,
    SignPledge,
    TakeDutyBack,
)
from ledger.days import add_months
from ledger.events import IrregularVetoObserved, ItemSubmittedForReview
from ledger.listing import ListDiffers
from ledger.refusals import ItemIsFinal, Refused
from ledger.review import OpinionOfAnotherOffice
from ledger.streams import duty_stream, pledge_stream
from ledger.terms import (
    ClauseRole,
    ClauseType,
    Defect,
    Disposition,
    DutyListKind,
    ItemType,
    Level,
    MeetingBody,
    OpinionStage,
    RunningPledges,
)
from ledger.timelines.document import DOCUMENT
from ledger.timelines.duty import DUTY, Holding
from ledger.timelines.item import Phase
from ledger.timelines.pledge import PLEDGE
from ledger.timelines.veto import VETO
from ledger.values import Authority, Basis, Clause, DutyEntry, RunningPledgesTreatment, Scope
from ledger.veto import LevelWithoutVeto, TriggerNotListed, VetoWithoutItem
from tests.pure.item_scene import refuses
from tests.pure.scenario_scene import Place, unit

# ── B: Changsha 2014 – five vetoes are kept, every other one is a violation ──

KEPT_IN_CHANGSHA = ("人口和计划生育", "节能目标", "主要污染物减排与重大环境事件", "社会治安综合治理", "安全生产")
CANCELLED_IN_CHANGSHA = ("招商引资", "征地拆迁", "信访", "报刊征订")
FOUND, DECIDED, LISTED = date(2014, 9, 1), date(2014, 11, 10), date(2014, 11, 20)


class Changsha(Place):
    """A city, a county-level district and one of its townships; nine vetoes, of which the committee keeps five."""

    def __init__(self) -> None:
        super().__init__("430100", "changsha-2014@1")
        self.unit("市委", Level.PREFECTURE, "PARTY_ORGAN")
        self.unit("市级部门", Level.PREFECTURE)
        self.unit("某区人民政府", Level.COUNTY, "GOVERNMENT", area="430102")
        self.unit("某乡人民政府", Level.TOWNSHIP, "GOVERNMENT", area="430102100")
        self.paper = self.document("市委", Level.PREFECTURE, FOUND)
        self.authority = self.meeting("市委", DECIDED, self.paper)
        self.kept = tuple(self._decided(title, kept=True) for title in KEPT_IN_CHANGSHA)
        self.cancelled = tuple(self._decided(title, kept=False) for title in CANCELLED_IN_CHANGSHA)

    def _decided(self, title: str, *, kept: bool) -> UUID:
        terms = self.terms(f"{title}一票否决", unit("市级部门"), Level.PREFECTURE)
        item = self.proposed(terms, FOUND, Disposition.RETAIN if kept else Disposition.CANCEL)
        if kept:
            self.retain(item, self.authority, DECIDED, LISTED)
        else:
            self.cancel(item, self.authority, DECIDED, LISTED)
        return item

    def publish(self, *members: UUID) -> PublishList:
        return PublishList(
            effective_on=LISTED, area_code=self.area, level=Level.PREFECTURE, members=members, effective_from=LISTED
        )


EXERCISED = date(2015, 3, 2)


def test_b_the_list_of_changsha_holds_exactly_five() -> None:
    city = Changsha()
    for extra in city.cancelled:
        refuses(city, city.publish(*city.kept, extra), ListDiffers, "BR-10")
    ((_, published),) = city.when(city.publish(*city.kept))
    assert set(published.members) == set(city.kept)  # type: ignore[attr-defined]
    assert [city.state(item, LISTED).phase_on(LISTED) for item in city.kept] == [Phase.ACTIVE] * 5
    assert {city.state(item, LISTED).phase_on(LISTED) for item in city.cancelled} == {Phase.CANCELLED}
    refuses(city, city.publish(*city.kept[:4]), ListDiffers, "BR-10")


@pytest.mark.parametrize("number", range(5))
def test_b_each_of_the_five_may_be_used(number: int) -> None:
    city = Changsha()
    target = unit("某区人民政府")
    heard = city.heard(city.kept[number], unit("市级部门"), target, EXERCISED)
    city.when(city.veto(heard, city.authority, EXERCISED))
    used = city.world().see(VETO, heard)
    assert used
    assert used.in_effect_on(EXERCISED)


@pytest.mark.parametrize("number", range(4))
def test_b_every_other_use_is_refused_and_only_observed(number: int) -> None:
    """The city's notice, as reported: whatever is exercised off the list is a violation."""
    city = Changsha()
    item, target = city.cancelled[number], unit("某区人民政府")
    heard = city.heard(item, unit("市级部门"), target, EXERCISED)
    refuses(city, city.veto(heard, city.authority, EXERCISED), VetoWithoutItem, "BR-07")
    seen = ObserveIrregularVeto(
        effective_on=EXERCISED,
        client_key="热线-1",
        exercising_unit=unit("市级部门"),
        target_unit=target,
        assessment_year=2015,
        observed_by=unit("市委"),
        observed_on=EXERCISED,
        effects=("取消当年评优",),
        defects=(Defect.OFF_LIST,),
        item=item,
    )
    ((_, observed),) = city.when(seen)
    assert isinstance(observed, IrregularVetoObserved)
    ruled = city.log[-1].envelope.rule_pack
    assert ruled == "changsha-2014@1"


def test_b_a_kept_veto_is_used_for_its_situations_by_a_level_with_power() -> None:
    city = Changsha()
    other = city.heard(city.kept[0], unit("市级部门"), unit("某区人民政府"), EXERCISED, trigger="t9")
    refuses(city, city.veto(other, city.authority, EXERCISED), TriggerNotListed, "BR-07")
    by_the_township = city.heard(city.kept[1], unit("某乡人民政府"), unit("某区人民政府"), EXERCISED)
    refuses(city, city.veto(by_the_township, city.authority, EXERCISED), LevelWithoutVeto, "BR-07")


def test_b_what_loses_its_basis_is_reviewed_and_leaves_and_is_then_off_the_list_too() -> None:
    """Years later the basis of one of the five is repealed: it stays in force until somebody decides, and not a day longer."""
    city = Changsha()
    repealed, exited = date(2016, 1, 1), date(2016, 3, 1)
    later = city.document("中央", Level.NATIONAL, repealed)
    city.when(
        RepealDocument(effective_on=repealed, document=city.mandate, repealed_by=later, first_day_without=repealed)
    )
    item = city.kept[0]
    city.when(NoteLostBasis(effective_on=repealed, item=item, basis_document=city.mandate))
    assert city.state(item, repealed).active_on(repealed)
    city.when(OpenExitReview(effective_on=repealed, item=item, ground="依据失效"))
    leaving = city.meeting("市委", exited, city.paper)
    city.when(ExitItem(effective_on=exited, authority=leaving, item=item, ground="依据失效", first_day_without=exited))
    heard = city.heard(item, unit("市级部门"), unit("某区人民政府"), exited)
    refuses(city, city.veto(heard, leaving, exited), VetoWithoutItem, "BR-07")


# ── C: Hubei 2015 – the province keeps five and cancels the rest; each setter repeals its own paper ──

KEPT_IN_HUBEI = ("人口", "社会治安综合治理", "环境保护", "安全生产", "党风廉政")
SETTERS = ("省级部门一", "省级部门二", "省级部门三")
IN_HUBEI, EFFECTIVE, REPEALING = date(2015, 8, 10), date(2015, 8, 18), date(2015, 9, 1)


class Hubei(Place):
    """A province: five vetoes on a central basis, and six that three departments set up by papers of their own."""

    def __init__(self) -> None:
        super().__init__("420000", "hubei-2015@1")
        self.unit("省委", Level.PROVINCE, "PARTY_ORGAN")
        self.notice = self.document("省委", Level.PROVINCE, IN_HUBEI)
        for setter in SETTERS:
            self.unit(setter, Level.PROVINCE)
        self.papers = {setter: self.document(setter, Level.PROVINCE, date(2012, 1, 1)) for setter in SETTERS}
        kept = [self.terms(f"{title}一票否决", unit(SETTERS[0]), Level.PROVINCE) for title in KEPT_IN_HUBEI]
        self.five = tuple(self.proposed(terms, date(2015, 7, 1)) for terms in kept)
        self.six = tuple(self._own(setter, number) for setter in SETTERS for number in (1, 2))

    def _own(self, setter: str, number: int) -> UUID:
        basis = (Basis(title=f"{setter}文件", document=self.papers[setter]),)
        terms = self.terms(f"{setter}第{number}项一票否决", unit(setter), Level.PROVINCE, basis=basis)
        return self.proposed(terms, date(2015, 7, 1), Disposition.CANCEL)

    def conclude(self) -> Authority:
        """One meeting decides on all eleven, item by item."""
        authority = self.meeting("省委", IN_HUBEI, self.notice)
        for item in self.five:
            self.retain(item, authority, IN_HUBEI, EFFECTIVE)
        for item in self.six:
            self.cancel(item, authority, IN_HUBEI, EFFECTIVE)
        return authority

    def still_to_repeal(self, on: date) -> set[UUID]:
        """The setters whose cancelled items rest on a paper of their own that is still in force: their tasks."""
        cancelled = [self.state(item, on) for item in self.six]
        bases = ((item.terms.implementing_unit, basis) for item in cancelled for basis in item.bases)
        documents = ((setter, self.world().see(DOCUMENT, basis)) for setter, basis in bases)
        return {setter for setter, document in documents if document and document.in_force_on(on)}

    def repeal(self, setter: str) -> None:
        self.when(
            RepealDocument(
                effective_on=REPEALING,
                document=self.papers[setter],
                repealed_by=self.notice,
                first_day_without=REPEALING,
            )
        )


def test_c_the_standing_committee_keeps_five_and_cancels_all_others_in_one_meeting() -> None:
    province = Hubei()
    authority = province.conclude()
    of_the_meeting = [each.fact.TOPIC for each in province.log if each.envelope.authority == authority]
    assert of_the_meeting.count("item.retained") == 5
    assert of_the_meeting.count("item.cancelled") == 6
    assert all(province.state(item, EFFECTIVE).active_on(EFFECTIVE) for item in province.five)
    province.when(
        PublishList(
            effective_on=EFFECTIVE,
            area_code=province.area,
            level=Level.PROVINCE,
            members=province.five,
            effective_from=EFFECTIVE,
        )
    )


def test_c_no_other_body_decides_for_the_province() -> None:
    province = Hubei()
    by_the_committee = province.meeting("省委", IN_HUBEI, province.notice, MeetingBody.PARTY_COMMITTEE)
    for item in province.five:
        ask = RetainItem(
            effective_on=IN_HUBEI,
            authority=by_the_committee,
            item=item,
            ground_code="R1",
            effective_from=EFFECTIVE,
        )
        refuses(province, ask, BodyMayNotDecide, "BR-04")


def test_c_each_setter_repeals_its_own_paper_and_the_task_is_done() -> None:
    province = Hubei()
    province.conclude()
    left = {unit(setter) for setter in SETTERS}
    assert province.still_to_repeal(EFFECTIVE) == left
    for setter in SETTERS:
        province.repeal(setter)
        left.discard(unit(setter))
        assert province.still_to_repeal(REPEALING) == left
    assert province.still_to_repeal(EFFECTIVE) == {unit(setter) for setter in SETTERS}, "that day nobody had repealed"


def test_c_what_was_cancelled_is_not_taken_up_again() -> None:
    province = Hubei()
    authority = province.conclude()
    for item in province.six:
        back = RetainItem(
            effective_on=EFFECTIVE, authority=authority, item=item, ground_code="R1", effective_from=EFFECTIVE
        )
        refuses(province, back, ItemIsFinal, "BR-13")


# ── D: Hunan and Xinshao 2019 – own-system pledges end, what was signed runs out, the performance office answers for vetoes ──

LAST_YEAR, FIRST_YEAR_WITHOUT = date(2019, 12, 31), date(2020, 1, 1)
SPRING = date(2019, 6, 14)


class Hunan(Place):
    """A city's bureau with the county bureau of its line, under the province's pack or the county's."""

    def __init__(self, pack_id: str = "hunan-2019@1", area: str = "430500") -> None:
        super().__init__(area, pack_id)
        level = Level.PREFECTURE if area.endswith("00") else Level.COUNTY
        self.level = level
        self.unit("党委", level, "PARTY_ORGAN")
        self.unit("绩效办", level, "PERFORMANCE_OFFICE")
        bureau = self.unit("局", level)
        self.unit(
            "下级局", Level.COUNTY if level is Level.PREFECTURE else Level.TOWNSHIP, area="430522101", line=bureau
        )
        self.unit("下级人民政府", Level.TOWNSHIP, "GOVERNMENT", area="430522101")
        self.paper = self.document("党委", level, SPRING)

    def item(self, title: str, signer: str, opinion: Disposition = Disposition.RETAIN) -> UUID:
        """A pledge item whose only signer is this unit."""
        scope = Scope(level=Level.TOWNSHIP, category="GOVERNMENT_DEPT", units=(unit(signer),))
        terms = self.terms(
            title,
            unit("局"),
            self.level,
            item_type=ItemType.PLEDGE,
            recipient_scope=(scope,),
            triggers=(),
            field_code="EDUCATION",
            clauses=(Clause(clause_id="c1", type=ClauseType.ISSUER_DUTY, text="组织检查"),),
        )
        return self.proposed(terms, SPRING, opinion)

    def signing(self, item: UUID, on: date) -> Callable[[], None]:
        """Return the signing of a paper of one year under an item, from draft to signature."""
        issuer, signer = unit("局"), unit("下级局")
        pledge = pledge_stream(item, issuer, signer, on, 1)
        clauses = self.state(item, on).terms.clauses
        steps: tuple[Command, ...] = (
            DraftPledge(
                effective_on=on,
                item=item,
                document_title="本系统目标责任书",
                genre="责任书",
                issuer=issuer,
                signer=signer,
                period_from=on,
                period_to=add_months(on, 12),
                clauses=clauses,
            ),
            CheckPledge(effective_on=on, pledge=pledge),
            OfferPledge(effective_on=on, pledge=pledge, deadline=on),
            SignPledge(
                effective_on=on, pledge=pledge, issuer_post="局长", signer_post="局长", document_digest="a" * 64
            ),
        )

        def sign() -> None:
            for step in steps:
                self.when(step)

        return sign

    def retaining(self, item: UUID, on: date) -> RetainItem:
        authority = self.meeting("党委", on, self.paper)
        return RetainItem(effective_on=on, authority=authority, item=item, ground_code="R1", effective_from=on)


@pytest.mark.parametrize(("pack_id", "area"), [("hunan-2019@1", "430500"), ("xinshao-2019@1", "430522")])
def test_d_own_system_pledges_are_kept_in_2019_and_no_more_from_2020(pack_id: str, area: str) -> None:
    place = Hunan(pack_id, area)
    own, own_later, other = (
        place.item("本系统目标责任书", "下级局"),
        place.item("本系统责任状", "下级局"),
        place.item("责任书", "下级人民政府"),
    )
    place.when(place.retaining(own, LAST_YEAR))
    refuses(place, place.retaining(own_later, FIRST_YEAR_WITHOUT), OwnSystemPledge, "BR-27")
    place.when(place.retaining(other, FIRST_YEAR_WITHOUT))


def test_d_of_the_own_system_pledges_of_2019_at_least_half_go() -> None:
    """The quota is counted, not decided on item by item: nobody can say of one item that it is the one too many."""
    place = Hunan()
    authority = place.meeting("党委", SPRING, place.paper)
    ended = RunningPledgesTreatment(treatment=RunningPledges.RUN_OUT, last_day=LAST_YEAR)
    items = [place.item(f"本系统第{number}项责任书", "下级局") for number in range(7)]
    for item in items[:3]:
        place.retain(item, authority, SPRING, SPRING)
    for item in items[3:]:
        place.cancel(item, authority, SPRING, SPRING, running_pledges=ended)
    left = sum(place.state(item, SPRING).active_on(SPRING) for item in items)
    required = place.world().rules(place.area, SPRING).number("own_system_cut_percent")
    assert 100 * (len(items) - left) >= required * len(items)
    assert left < len(items), "the total only falls"


@pytest.mark.parametrize(
    ("last_day", "accepted"), [(date(2020, 6, 14), True), (date(2020, 6, 15), False), (date(2021, 6, 14), False)]
)
def test_d_what_was_signed_in_xinshao_runs_one_more_year_at_most(last_day: date, *, accepted: bool) -> None:
    place = Hunan("xinshao-2019@1", "430522")
    item = place.item("责任书", "下级人民政府", Disposition.CANCEL)
    authority = place.meeting("党委", SPRING, place.paper)
    running = RunningPledgesTreatment(treatment=RunningPledges.RUN_OUT, last_day=last_day)
    if accepted:
        place.cancel(item, authority, SPRING, SPRING, running_pledges=running)
    else:
        with pytest.raises(RunOutTooLong) as caught:
            place.cancel(item, authority, SPRING, SPRING, running_pledges=running)
        assert caught.value.rule
        assert caught.value.rule.code == "BR-14"


def test_d_the_opinion_on_a_veto_is_the_performance_offices() -> None:
    place = Hunan()
    item = place.proposed(place.terms("一票否决", unit("局"), place.level), SPRING)
    place.fact(item, ItemSubmittedForReview(), SPRING)

    def opinion(giver: str) -> GiveOpinion:
        return GiveOpinion(
            effective_on=SPRING,
            item=item,
            stage=OpinionStage.ORG_DEPT_CONSOLIDATED,
            opinion=Disposition.RETAIN,
            ground_code="R1",
            text="汇总意见",
            giver_unit=unit(giver),
            given_on=SPRING,
        )

    refuses(place, opinion("局"), OpinionOfAnotherOffice, "BR-04")
    place.when(opinion("绩效办"))


# ── E: the townships' duty lists – what is theirs, what they help with, what was taken back ──

TOWN = "320583100"
BASIC, COOPERATING, BACK = DutyListKind.BASIC, DutyListKind.COOPERATING, DutyListKind.TAKEN_BACK
PUBLISHED, TAKEN, SIGNED = date(2024, 6, 12), date(2024, 9, 1), date(2025, 1, 15)
THEIRS, HELPED, TAKEN_BACK = 117, 99, 124  # the national average per township, as reported in June 2025
PERIOD = (date(2025, 1, 1), date(2025, 12, 31))


class Township(Place):
    """A county government and a township with its three lists; pledges are the government's own, so that nothing else is amiss."""

    def __init__(self) -> None:
        super().__init__("320583", "generic@1")
        self.unit("县委", Level.COUNTY, "PARTY_ORGAN")
        self.unit("县人民政府", Level.COUNTY, "GOVERNMENT")
        self.unit("县级部门", Level.COUNTY)
        self.unit("镇人民政府", Level.TOWNSHIP, "GOVERNMENT", area=TOWN, block=unit("县人民政府"))
        self.paper = self.document("县委", Level.COUNTY, PUBLISHED)

    def publish(self, kind: DutyListKind, count: int = 1) -> None:
        """Publish one list with so many duties; what is not the township's own is a department's."""
        own = kind is DutyListKind.BASIC
        entries = tuple(
            DutyEntry(
                duty_code=f"{kind}-{number}",
                jurisdiction_code=TOWN,
                list_kind=kind,
                text=f"第{number}项",
                owner_unit=unit("镇人民政府" if own else "县级部门"),
                cooperating=(unit("镇人民政府"),) if kind is DutyListKind.COOPERATING else (),
                effective_from=PUBLISHED,
            )
            for number in range(1, count + 1)
        )
        self.when(PublishDutyList(effective_on=PUBLISHED, unit=unit("镇人民政府"), list_kind=kind, entries=entries))

    def holding(self, duty_code: str, on: date) -> Holding | None:
        duty = self.world().see(DUTY, duty_stream(duty_code, TOWN))
        return duty.holding_on(on) if duty else None

    def sign(self, duty_code: str, role: ClauseRole = ClauseRole.PRINCIPAL) -> None:
        """Have the township sign a pledge on the list about one duty, from draft to signature."""
        clauses = (
            Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="负责落实", role=role, duty_code=duty_code),
            Clause(clause_id="c2", type=ClauseType.ISSUER_DUTY, text="组织培训"),
        )
        item = self._listed(clauses)
        pledge = pledge_stream(item, unit("县人民政府"), unit("镇人民政府"), PERIOD[0], 1)
        self.when(
            DraftPledge(
                effective_on=SIGNED,
                item=item,
                document_title="目标责任书",
                genre="责任书",
                issuer=unit("县人民政府"),
                signer=unit("镇人民政府"),
                period_from=PERIOD[0],
                period_to=PERIOD[1],
                clauses=clauses,
            )
        )
        self.when(CheckPledge(effective_on=SIGNED, pledge=pledge))
        self.when(OfferPledge(effective_on=SIGNED, pledge=pledge, deadline=SIGNED))
        self.when(
            SignPledge(
                effective_on=SIGNED,
                pledge=pledge,
                issuer_post="县长",
                signer_post="镇长",
                document_digest=f"{len(self.log):064x}",
            )
        )
        signed = self.world().see(PLEDGE, pledge)
        assert signed
        assert signed.signed

    def _listed(self, clauses: tuple[Clause, ...]) -> UUID:
        terms = self.terms(
            "目标责任书",
            unit("县人民政府"),
            Level.COUNTY,
            item_type=ItemType.PLEDGE,
            recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
            triggers=(),
            clauses=clauses,
            duty_codes=tuple(clause.duty_code for clause in clauses if clause.duty_code),
        )
        item = self.proposed(terms, PUBLISHED)
        self.retain(item, self.meeting("县委", TAKEN, self.paper), TAKEN, TAKEN)
        return item


def test_e_of_340_duties_a_township_owns_117_helps_with_99_and_has_lost_124() -> None:
    place = Township()
    for kind, count in ((BASIC, THEIRS), (COOPERATING, HELPED), (BACK, TAKEN_BACK)):
        place.publish(kind, count)
    held = [
        place.holding(f"{kind}-{number}", SIGNED) for kind in (BASIC, COOPERATING, BACK) for number in range(1, 125)
    ]
    listed = [each for each in held if each]
    own = [each for each in listed if each.owner == unit("镇人民政府")]
    assert len(listed) == THEIRS + HELPED + TAKEN_BACK == 340
    assert len(own) == THEIRS
    assert 1000 * (HELPED + TAKEN_BACK) // len(listed) == 655, "65.6 per cent of the duties are not the township's own"


def test_e_a_township_signs_for_what_is_its_own() -> None:
    place = Township()
    place.publish(BASIC)
    place.sign("BASIC-1")


def test_e_what_was_taken_back_is_not_signed_for() -> None:
    place = Township()
    place.publish(BACK)
    with refused_by("BR-26"):
        place.sign("TAKEN_BACK-1", ClauseRole.SUPPORTING)


def test_e_what_a_township_helps_with_is_signed_for_as_help_only() -> None:
    place = Township()
    place.publish(COOPERATING)
    with refused_by("BR-26"):
        place.sign("COOPERATING-1", ClauseRole.PRINCIPAL)
    helping = Township()
    helping.publish(COOPERATING)
    helping.sign("COOPERATING-1", ClauseRole.SUPPORTING)


def test_e_from_the_day_a_duty_is_taken_back_it_is_signed_for_no_more() -> None:
    place = Township()
    place.publish(BASIC)
    place.when(
        TakeDutyBack(
            effective_on=TAKEN,
            duty_code="BASIC-1",
            jurisdiction_code=TOWN,
            from_unit=unit("镇人民政府"),
            to_unit=unit("县级部门"),
            effective_from=TAKEN,
        )
    )
    before, since = place.holding("BASIC-1", date(2024, 8, 31)), place.holding("BASIC-1", TAKEN)
    assert before
    assert since
    assert (before.owner, since.owner) == (unit("镇人民政府"), unit("县级部门"))
    with refused_by("BR-26"):
        place.sign("BASIC-1")


@contextmanager
def refused_by(code: str) -> Iterator[None]:
    """Expect a refusal under this rule."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.rule, caught.value
    assert caught.value.rule.code == code


# ── D again: signing within a line ──


@pytest.mark.parametrize(("on", "signed"), [(LAST_YEAR, True), (FIRST_YEAR_WITHOUT, False)])
def test_d_a_line_signs_its_last_own_pledge_in_2019(on: date, *, signed: bool) -> None:
    place = Hunan("xinshao-2019@1", "430522")
    item = place.item("本系统目标责任书", "下级局")
    place.when(place.retaining(item, SPRING))
    signing = place.signing(item, on)
    if signed:
        signing()
    else:
        with refused_by("BR-27"):
            signing()
