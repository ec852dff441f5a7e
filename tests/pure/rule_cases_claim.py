"""The rules of claims, tolerance and leads, each shown refusing and permitting; one step from the lawful case."""

from datetime import date
from typing import Any
from uuid import UUID

from ledger.commands import DisposeOfLead
from ledger.terms import LeadDisposition, Severity
from tests.pure.claim_scene import INSPECTOR, ClaimScene
from tests.pure.rule_case import RuleCase


def _exempt_after(severity: Severity) -> object:
    """Exempt a unit for a mismatch, after an incident of some severity."""
    scene = ClaimScene(severity=severity)
    scene.verified()
    return scene.when(scene.rule_tolerance())


def _exempt_for_a_mismatch(*, with_the_duty: bool) -> object:
    scene = ClaimScene()
    scene.verified()
    shown = (scene.duty_at, scene.objection_at) if with_the_duty else (scene.objection_at,)
    return scene.when(scene.rule_tolerance(mismatch_refs=shown))


def _dispose(**changes: Any) -> object:
    lawful: dict[str, Any] = {
        "effective_on": date(2025, 7, 8),
        "lead": UUID(int=1),
        "lead_rule": "DR-10",
        "lead_edition": "leads/1",
        "positions": (1,),
        "disposition": LeadDisposition.CONFIRMED,
        "disposed_by": INSPECTOR,
        "ground": "签订日晚于事件两日",
    }
    return ClaimScene().when(DisposeOfLead(**(lawful | changes)))


CASES = {
    "BR-16": RuleCase(lambda: _exempt_after(Severity.MAJOR), lambda: _exempt_after(Severity.LARGER)),
    "BR-17": RuleCase(
        lambda: _exempt_for_a_mismatch(with_the_duty=False), lambda: _exempt_for_a_mismatch(with_the_duty=True)
    ),
    "BR-28": RuleCase(lambda: _dispose(ground=" "), _dispose),
}
