"""Every command has its decider and every fact is brought about by one; the whole road is walked with its figures counted."""

import pytest

from ledger import commands
from ledger.commands import Command, OpenLedger
from ledger.deciding import DECIDERS
from ledger.events import FACTS, CampaignClosed, CampaignReconciled, Fact, ItemListPublished, LedgerOpened
from ledger.terms import ItemType, Level
from ledger.values import GroupCount
from tests.given import Given
from tests.pure import roads, roads_case, roads_claim, roads_pledge


@pytest.fixture(scope="module")
def walked() -> Given:
    walked = roads.later_life()
    for road in (roads_pledge, roads_case, roads_claim):
        road.walk(walked)
    return walked


def test_every_command_has_a_decider() -> None:
    asked = {each for each in vars(commands).values() if isinstance(each, type) and issubclass(each, Command)}
    missing = asked - {Command, OpenLedger} - DECIDERS.keys()  # the application alone opens a ledger
    assert not missing, sorted(each.__name__ for each in missing)


def test_every_fact_is_brought_about_by_a_decider(walked: Given) -> None:
    missing = set(FACTS.values()) - {LedgerOpened} - {type(fact) for fact in walked.decided}
    assert not missing, sorted(fact.TOPIC for fact in missing)


def test_every_fact_stands_in_the_kind_of_stream_that_it_declares(walked: Given) -> None:
    kinds: dict[object, set[str]] = {}
    for recorded in walked.log:
        kinds.setdefault(recorded.stream, set()).add(recorded.fact.STREAM)
    assert all(len(kind - {"*"}) == 1 for kind in kinds.values())


def the(walked: Given, kind: type[Fact]) -> Fact:
    (fact,) = (fact for fact in walked.decided if isinstance(fact, kind))
    return fact


def test_the_campaign_is_counted_not_told(walked: Given) -> None:
    assert the(walked, CampaignReconciled) == CampaignReconciled(
        identified=7, matched=1, conflicts_resolved=1, uncorroborated=3, omissions=1, false_zeros=1
    )
    group = GroupCount(
        level=Level.PREFECTURE,
        item_type=ItemType.PLEDGE,
        found=8,
        duplicates=1,
        not_an_item=1,
        identified=6,
        retained=1,
        merged_sources=2,
        merged_targets=1,
        cancelled=3,
        list_after=2,
    )
    assert the(walked, CampaignClosed) == CampaignClosed(conservation=(group,))
    published = the(walked, ItemListPublished)
    assert isinstance(published, ItemListPublished)
    assert len(published.members) == group.list_after
