"""Nothing is recorded before it happened, and nothing long past without a reason – whatever command tells of it."""

from dataclasses import replace
from datetime import date, timedelta

from ledger.commands import RenameUnit
from ledger.inventory import ReturnAlreadyFiled
from ledger.timeliness import LateWithoutReason, NotYetHappened
from tests.pure.campaign_scene import EDUCATION, FILED, CampaignScene
from tests.pure.item_scene import refuses

RENAMING = RenameUnit(effective_on=FILED, unit=EDUCATION, name="市教育体育局")


def recorded_on(today: date) -> CampaignScene:
    scene = CampaignScene()
    scene.today = today
    return scene


def test_what_lies_ahead_is_not_recorded() -> None:
    refuses(recorded_on(FILED - timedelta(days=1)), RENAMING, NotYetHappened, "BR-22")
    recorded_on(FILED).when(RENAMING)


def test_what_is_long_past_needs_a_reason_or_the_mark_of_backlog() -> None:
    recorded_on(FILED + timedelta(days=30)).when(RENAMING)
    late = recorded_on(FILED + timedelta(days=31))
    refuses(late, RENAMING, LateWithoutReason, "BR-22")
    refuses(late, replace(RENAMING, late_reason="  "), LateWithoutReason, "BR-22")
    late.when(replace(RENAMING, late_reason="机构改革文件收到较晚"))
    late.when(replace(RENAMING, backlog=True))


def test_what_is_wrong_with_a_command_is_said_before_its_day_is() -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    scene.today = FILED - timedelta(days=1)
    refuses(scene, scene.file(), ReturnAlreadyFiled)
