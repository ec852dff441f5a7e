"""The rules of the inventory, of closing and of timeliness, each shown refusing and permitting."""

from datetime import timedelta

from ledger.commands import RenameUnit
from tests.pure.campaign_scene import EDUCATION, FILED, WATER, CampaignScene, item, terms
from tests.pure.rule_case import RuleCase


def _declare_after_zero(*, by_correction: bool) -> object:
    scene = CampaignScene()
    scene.when(scene.zero(WATER))
    items = (terms(implementing_unit=WATER),)
    return scene.when(scene.correct(unit=WATER, items=items) if by_correction else scene.file(unit=WATER, items=items))


def _zero_report(*, of_the_unit_that_declares: bool) -> object:
    scene = CampaignScene()
    scene.when(scene.file())
    return scene.when(scene.zero(EDUCATION if of_the_unit_that_declares else WATER))


def _zero_and_items(*, apart: bool) -> object:
    # The rule has two sides; both must permit, and either refuses.
    _declare_after_zero(by_correction=apart)
    return _zero_report(of_the_unit_that_declares=not apart)


def _close(*, decided: bool) -> object:
    scene = CampaignScene()
    scene.reviewing().retained(item())
    if decided:
        scene.when(scene.decide())
    return scene.when(scene.close())


def _rename(days_later: int) -> object:
    scene = CampaignScene()
    scene.today = FILED + timedelta(days=days_later)
    return scene.when(RenameUnit(effective_on=FILED, unit=EDUCATION, name="市教育体育局"))


CASES = {
    "BR-09": RuleCase(lambda: _zero_and_items(apart=False), lambda: _zero_and_items(apart=True)),
    "BR-10": RuleCase(lambda: _close(decided=False), lambda: _close(decided=True)),
    "BR-22": RuleCase(lambda: _rename(31), lambda: _rename(30)),
}
