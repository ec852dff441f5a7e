"""The rules of vetoes in use, accountability, notices and inspections, each shown refusing and permitting; one step apart."""

from datetime import date, timedelta
from typing import Any

from ledger.commands import (
    ApproveNotice,
    AssignInspectors,
    DecideAppeal,
    DraftNotice,
    LodgeAppeal,
    PlanInspection,
    PublishNotice,
)
from ledger.inspection import sealed
from ledger.terms import InspectionKind, NoticeKind, PublicationScope, ReviewResult
from tests.pure.case_scene import LAST_DAY_TO_APPEAL, OPENED, SERVED, VETO_ENDS, CaseScene, veto_terms
from tests.pure.item_scene import unit_id
from tests.pure.rule_case import RuleCase

DAY = timedelta(days=1)


def _veto_for(trigger_code: str) -> object:
    scene = CaseScene()
    return scene.when(scene.veto(scene.heard(scene.listed(veto_terms()), trigger_code=trigger_code)))


def _veto_until(last: date) -> object:
    scene = CaseScene()
    return scene.when(scene.veto(scene.heard(), effect_to=last))


def _hold(**changes: Any) -> object:
    scene = CaseScene()
    return scene.when(scene.hold(scene.prepared(), **changes))


def _appeal(*, served: bool) -> object:
    scene = CaseScene()
    case = scene.served() if served else scene.held()
    return scene.when(LodgeAppeal(effective_on=SERVED, case=case, grounds="量度过重"))


def _answered_by(unit: str) -> object:
    scene = CaseScene()
    case = scene.served()
    scene.when(LodgeAppeal(effective_on=SERVED, case=case, grounds="量度过重"))
    answer = DecideAppeal(effective_on=SERVED, case=case, result=ReviewResult.UPHELD, handled_by=unit_id(unit))
    return scene.when(answer)


def _expose(on: date) -> object:
    scene = CaseScene()
    drafted = DraftNotice(
        effective_on=SERVED,
        issuer=unit_id("县纪委监委"),
        ordinal="1",
        kind=NoticeKind.EXPOSURE,
        title="典型案例通报",
        text="情况如下",
        about_units=(unit_id("乡政府"),),
        scope=PublicationScope.PUBLIC,
        case=scene.served(),
    )
    ((notice, _),) = scene.when(drafted)
    scene.when(ApproveNotice(effective_on=SERVED, notice=notice, approved_by=unit_id("县委")))
    return scene.when(PublishNotice(effective_on=on, notice=notice))


def _inspect(*posts: str) -> object:
    scene = CaseScene()
    planned = PlanInspection(
        effective_on=OPENED,
        lead_unit=unit_id("县督查室"),
        ordinal="1",
        kind=InspectionKind.UNANNOUNCED,
        plan_digest=sealed("5a17", "赴乡政府"),
    )
    ((inspection, _),) = scene.when(planned)
    return scene.when(AssignInspectors(effective_on=OPENED, inspection=inspection, posts=posts))


CASES = {
    "BR-07": RuleCase(lambda: _veto_for("V9"), lambda: _veto_for("V1")),
    "BR-08": RuleCase(lambda: _veto_until(VETO_ENDS + DAY), lambda: _veto_until(VETO_ENDS)),
    "BR-15": RuleCase(lambda: _hold(authority=None), _hold),
    "BR-18": RuleCase(lambda: _appeal(served=False), lambda: _appeal(served=True)),
    "BR-19": RuleCase(lambda: _answered_by("县纪委监委"), lambda: _answered_by("县督查室")),
    "BR-20": RuleCase(lambda: _expose(LAST_DAY_TO_APPEAL), lambda: _expose(LAST_DAY_TO_APPEAL + DAY)),
    "BR-24": RuleCase(lambda: _inspect("科员"), lambda: _inspect("科员", "副主任")),
}
