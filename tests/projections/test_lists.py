"""Lists of a jurisdiction: what is in force on a day, what was published, and where the two differ."""

from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from ledger.events import ItemExited, RecordCorrected
from ledger.terms import Level
from projections.builds import Build
from projections.lists import ListInForce, lists
from tests.projections.conftest import Log
from tests.projections.small_campaign import ITEMS, NAMES, PUBLISHED, TARGET, YEAR, SmallCampaign
from tests.projections.telling import CITY, COUNTY, Telling, built, pin

LATER = date(2025, 6, 1)
EVE = date(2024, 12, 31)


@pytest.fixture
def story(log: Log) -> SmallCampaign:
    return SmallCampaign(Telling(log)).tell()


def of_the_city(connection: Connection[Any], build: Build, on: date, known_at: int | None = None) -> ListInForce:
    (found,) = lists(connection, pin(build, on, known_at), CITY)
    return found


def names(rows: Any) -> list[str]:
    return sorted(NAMES[getattr(row, "item", row)] for row in rows)


def test_a_list_is_published_before_it_holds_and_holds_from_its_day_on(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    build = built(connection, story.telling)
    assert lists(connection, pin(build, PUBLISHED.replace(day=15)), CITY) == []
    for day, in_force in ((PUBLISHED, []), (EVE, []), (YEAR, ["否", "甲"]), (LATER, ["否", "甲"])):
        found = of_the_city(connection, build, day)
        assert (names(found.items), found.level, found.jurisdiction) == (in_force, "PREFECTURE", CITY)
        assert found.published is not None
        assert (found.published.list_version, found.published.in_force_from, found.published.published_on) == (
            1,
            YEAR,
            PUBLISHED,
        )
        assert names(found.published.members) == ["否", "甲"]
        assert (list(found.not_published), list(found.no_longer)) == ([], [])
    (county,) = lists(connection, pin(build, YEAR), COUNTY, ("COUNTY",))
    assert names(county.items) == ["合"]
    assert lists(connection, pin(build, YEAR), COUNTY, ("PREFECTURE",)) == []
    assert of_the_city(connection, build, YEAR, story.at["decide"]).published is None
    assert names(of_the_city(connection, build, YEAR, story.at["decide"]).not_published) == ["否", "甲"]


def test_what_changes_after_a_publication_is_shown_until_the_next_one(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    say = story.telling
    first = say.position
    say.tell(ITEMS["否"], ItemExited(ground="演示", first_day_without=date(2025, 3, 1)), date(2025, 2, 1))
    say.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), LATER)
    story.retain("乙", on=date(2025, 1, 15))
    second = say.position
    story.publish(CITY, Level.PREFECTURE, 2, ITEMS["甲"], ITEMS["乙"], on=date(2025, 4, 1))
    build = built(connection, say)
    on_day = of_the_city(connection, build, date(2025, 3, 1))
    assert (names(on_day.items), names(on_day.not_published), names(on_day.no_longer)) == (["乙", "甲"], ["乙"], ["否"])
    assert on_day.published is not None
    assert on_day.published.list_version == 1
    after = of_the_city(connection, build, date(2025, 4, 1))
    assert after.published is not None
    assert (after.published.list_version, list(after.not_published), list(after.no_longer)) == (2, [], [])
    as_known = of_the_city(connection, build, date(2025, 4, 1), second)
    assert as_known.published is not None
    assert (as_known.published.list_version, names(as_known.not_published)) == (1, ["乙"])
    assert names(of_the_city(connection, build, date(2025, 3, 1), first).items) == ["否", "甲"]


def test_a_publication_that_lies_ahead_is_held_against_its_own_first_day(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    story.telling.tell(ITEMS["否"], ItemExited(ground="演示", first_day_without=YEAR), PUBLISHED)
    build = built(connection, story.telling)
    found = of_the_city(connection, build, EVE)
    assert (names(found.items), names(found.not_published), names(found.no_longer)) == ([], [], ["否"])
    assert TARGET not in found.no_longer
