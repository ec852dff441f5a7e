"""The rules of review, decision, admission and amendment, each shown refusing and permitting; one step from the lawful case."""

from typing import Any
from uuid import UUID

from ledger.commands import AmendItem, ApplyForAdmission, NoteLostBasis, ReportToProvince
from ledger.events import ItemCancelled
from ledger.terms import AdmissionKind, ClauseFate, Level
from ledger.values import Basis, ClauseMapping, Scope
from tests.pure.item_scene import (
    IN_FORCE,
    REPORTED,
    ItemScene,
    clause,
    document_id,
    terms,
    unit_id,
)
from tests.pure.rule_case import RuleCase


def _retain_on(level: str) -> object:
    scene = ItemScene()
    basis = (Basis(title=level, document=document_id(level)),)
    return scene.when(scene.retain(scene.reported(terms(basis=basis))))


def _apply(**changes: Any) -> object:
    lawful: dict[str, Any] = {
        "effective_on": IN_FORCE,
        "applicant": unit_id("市级部门"),
        "client_key": "1",
        "kind": AdmissionKind.NEW,
        "terms": (terms(),),
        "necessity": "中央要求",
        "higher_mandates": (document_id("中央文件"),),
        "burden_assessment": "不新增报表",
        "issuer_own_duties": "组织年度检查",
        "support": "专项经费",
    }
    return ItemScene().when(ApplyForAdmission(**(lawful | changes)))


def _cancel(**changes: Any) -> object:
    scene = ItemScene()
    return scene.when(scene.cancel(scene.reported(), **changes))


def _amend(**changes: Any) -> object:
    """Amend an item against an application that changes its result only."""
    scene = ItemScene()
    item = scene.listed()
    approved = terms(result="通报")
    application = scene.application(item, approved)
    amended = terms(**{"result": "通报", **changes})
    command = AmendItem(
        effective_on=IN_FORCE,
        authority=scene.by_the_city(),
        item=item,
        terms=amended,
        effective_from=IN_FORCE,
        application=application,
    )
    return scene.when(command)


def _report(count: int) -> object:
    scene = ItemScene()
    items = tuple(scene.proposed() for _ in range(count))
    return scene.when(ReportToProvince(effective_on=REPORTED, items=items, report_document=document_id("市委文件")))


def _merge(count: int) -> object:
    scene = ItemScene()
    sources = [scene.reported() for _ in range(count)]
    mapping = tuple(_dropped(source, number) for source in sources for number in (1, 2))
    return scene.when(scene.merge(*sources, clause_mapping=mapping))


def _dropped(source: UUID, number: int) -> ClauseMapping:
    return ClauseMapping(source=source, clause_id=f"c{number}", fate=ClauseFate.DROPPED)


def _note_lost_basis(*, of_a_cancelled_item: bool) -> object:
    scene = ItemScene()
    item = scene.listed()
    if of_a_cancelled_item:
        scene.fact(item, ItemCancelled(ground_code="C1", first_day_without=IN_FORCE), IN_FORCE)
    scene.repeal("中央文件", IN_FORCE)
    return scene.when(NoteLostBasis(effective_on=IN_FORCE, item=item, basis_document=document_id("中央文件")))


def _retain_for(signer: str) -> object:
    """Retain, in Hunan, a pledge item whose only signer is this unit."""
    scene = ItemScene("hunan-2019@1")
    scope = Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT", units=(unit_id(signer),))
    return scene.when(scene.retain(scene.proposed(terms(recipient_scope=(scope,)))))


CASES = {
    "BR-01": RuleCase(lambda: _retain_on("市委文件"), lambda: _retain_on("省委文件")),
    "BR-02": RuleCase(lambda: _apply(terms=(terms("一"), terms("二"))), _apply),
    "BR-03": RuleCase(lambda: _cancel(ground_code="R1"), _cancel),
    "BR-04": RuleCase(lambda: _cancel(authority=None), _cancel),
    "BR-05": RuleCase(lambda: _amend(clauses=(clause(1), clause(2), clause(3))), _amend),
    "BR-11": RuleCase(lambda: _report(2), lambda: _report(1)),
    "BR-12": RuleCase(lambda: _merge(1), lambda: _merge(2)),
    "BR-13": RuleCase(
        lambda: _note_lost_basis(of_a_cancelled_item=True), lambda: _note_lost_basis(of_a_cancelled_item=False)
    ),
    "BR-14": RuleCase(lambda: _cancel(running_pledges=None), _cancel),
    "BR-25": RuleCase(lambda: _apply(support=""), _apply),
    "BR-27": RuleCase(lambda: _retain_for("县级部门"), lambda: _retain_for("县绩效办")),
    "BR-30": RuleCase(lambda: _amend(end_year=2030), _amend),
}
