"""What is cited for a cell gives the cell, and nothing cited can be left out: by machine, over small worlds; and their replay."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import Fact, RecordCorrected, UnitRegistered, UnitRenamed
from ledger.terms import Level
from ledger.values import Change
from projections import log as stored
from projections import roots
from projections.builds import Projection
from projections.catalogue import REGISTER
from projections.engine import Timeline, run
from projections.explain import NOTHING, behind, cell, explain
from projections.items import ITEM_LIST
from projections.rebuild import rebuild
from projections.replay import Replay, replayed
from projections.rows import OPEN
from projections.units import UNIT_LIST
from tests.projections import histories
from tests.projections.conftest import Log
from tests.projections.histories import FIRST, history, recorded
from tests.projections.registry import registry
from tests.projections.registry import units as registered_units
from tests.projections.small_campaign import DECIDED, ITEMS, PUBLISHED, YEAR, SmallCampaign
from tests.projections.telling import Telling, built, pin

World = tuple[Projection, Replay, Sequence[date]]
A = histories.unit(1)


@cache
def units(seed: int) -> World:
    """Random units, with late facts, corrections and mergers told to both sides."""
    days = [FIRST + timedelta(days=number) for number in (0, 20, 60, 200)]
    return registry, replayed(registry, history(seed, length=80, units=6)), days


@cache
def clean_up() -> World:
    """A whole small clean-up, with three corrections."""
    told: Any = None
    story = SmallCampaign(Telling(told)).tell()
    say = story.telling
    say.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), YEAR)
    story.retain("乙", on=date(2025, 1, 15))
    retained = next(each.position for each in say.of(ITEMS["甲"]) if each.fact.TOPIC == "item.retained")
    moved = (Change(path="/effective_from", value='"2025-03-01"'),)
    say.tell(ITEMS["甲"], RecordCorrected(corrects=retained, why="更正", changed=moved), YEAR)
    return REGISTER, replayed(REGISTER, say.told), [date(2024, 4, 20), DECIDED, PUBLISHED, date(2025, 2, 1)]


def timelines(projection: Projection) -> Iterator[Timeline[Any]]:
    return (view for view in projection.views if isinstance(view, Timeline))


def sampled(
    world: World, view: Timeline[Any], seed: int, most: int
) -> Iterator[tuple[UUID, Sequence[Recorded[Fact]], date]]:
    """Keys of which the view has rows, as known at some position, and days."""
    _, replay, days = world
    dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
    keys = sorted(key for key, facts in replay.told.items() if run(view, key, facts).inserts)
    for _ in range(min(most, 3 * len(keys))):
        key = dice.choice(keys)
        facts = replay.told[key]
        yield key, facts[: dice.randint(1, len(facts))], dice.choice(days)


WORLDS = [
    *((lambda seed=seed: units(seed), view) for seed in range(3) for view in timelines(registry)),
    *((clean_up, view) for view in timelines(REGISTER)),
]


@pytest.mark.parametrize(("world", "view"), WORLDS, ids=lambda each: getattr(each, "name", "world"))
def test_what_is_cited_suffices_and_none_of_it_can_be_spared(world: Any, view: Timeline[Any]) -> None:
    told = 0
    for key, facts, day in sampled(world(), view, seed=1, most=12):
        for column in view.row_type.__struct_fields__:
            value, cited = cell(view, key, facts, day, column), behind(view, key, facts, day, column)
            assert {each.position for each in cited} <= {each.position for each in facts}
            if value is NOTHING:
                assert cited == []
                continue
            assert oracle(view, key, cited, day, column) == [value]
            for spared in cited:
                assert oracle(view, key, [each for each in cited if each is not spared], day, column) != [value], column
            told += 1
    if not told:
        pytest.skip("this small world has no row of this view")


def oracle(view: Timeline[Any], key: UUID, facts: Sequence[Recorded[Fact]], day: date, column: str) -> list[Any]:
    """The cells of a day, as the engine's rows say."""
    rows = [each for each in run(view, key, facts).inserts if each.known_to == OPEN]
    return [getattr(each.row, column) for each in rows if each.effective_from <= day < each.effective_to]


def registration(name: str) -> UnitRegistered:
    return UnitRegistered(
        code="1", name=name, level=Level.COUNTY, category="GOVERNMENT", area_code="530999", valid_from=FIRST
    )


def positions(facts: Sequence[Recorded[Fact]]) -> list[int]:
    return [each.position for each in facts]


def test_a_name_rests_on_the_registration_and_the_renaming_that_gave_it() -> None:
    facts: list[Recorded[Fact]] = [
        recorded(1, A, registration("甲"), FIRST),
        recorded(2, A, UnitRenamed(name="乙"), FIRST),
        recorded(3, A, UnitRenamed(name="丙"), FIRST),
    ]
    assert positions(behind(registered_units, A, facts, FIRST, "name")) == [1, 3]
    assert positions(behind(registered_units, A, facts, FIRST, "former_names")) == [1, 2, 3]
    assert positions(behind(registered_units, A, facts, FIRST, "rank")) == [1]


def test_a_correction_is_cited_only_with_what_it_corrects() -> None:
    changed = RecordCorrected(corrects=2, why="更正", changed=(Change(path="/name", value='"丁"'),))
    facts: list[Recorded[Fact]] = [
        recorded(1, A, registration("甲"), FIRST),
        recorded(2, A, UnitRenamed(name="乙"), FIRST),
        recorded(3, A, changed, FIRST),
    ]
    assert positions(behind(registered_units, A, facts, FIRST, "name")) == [1, 2, 3]


def test_a_fact_that_was_voided_explains_nothing() -> None:
    void = RecordCorrected(corrects=1, why="误录", void=True)
    facts: list[Recorded[Fact]] = [recorded(1, A, registration("甲"), FIRST), recorded(2, A, void, FIRST)]
    assert behind(registered_units, A, facts, FIRST, "name") == []
    assert behind(registered_units, A, facts[:1], FIRST - timedelta(days=1), "name") == []


# ── In a database ──


@pytest.fixture
def story(log: Log) -> SmallCampaign:
    return SmallCampaign(Telling(log)).tell()


def test_a_field_is_explained_as_pinned(connection: Connection[Any], story: SmallCampaign) -> None:
    build = built(connection, story.telling)
    held = explain(connection, pin(build, YEAR), ITEM_LIST, ITEMS["乙"], "phase")
    assert held is not None
    assert (held.view, held.path, held.value) == ("item_list", "/phase", "CANCELLED")
    assert held.facts[-1].position == story.at["乙"]
    assert [each.topic for each in held.facts] == ["item.identified", "item.cancelled"]
    before = explain(connection, pin(build, YEAR, story.at["乙"] - 1), ITEM_LIST, ITEMS["乙"], "phase")
    assert before is not None
    assert before.value != held.value
    assert explain(connection, pin(build, YEAR, 1), ITEM_LIST, ITEMS["乙"], "phase") is None
    assert explain(connection, pin(build, YEAR), UNIT_LIST, ITEMS["乙"], "name") is None


def test_a_replay_has_the_digests_of_a_build(connection: Connection[Any], story: SmallCampaign) -> None:
    say = story.telling
    say.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), YEAR)
    build = built(connection, say)
    for position in (say.position, say.position - 1, story.at["decide"], 3, 0):
        facts = stored.between(connection, 0, position, REGISTER.topics)
        assert replayed(REGISTER, facts).digests() == roots.digests(connection, build.schema, position)


def test_a_replay_of_random_units_has_the_digests_of_a_build(connection: Connection[Any], log: Log) -> None:
    log.append(history(5, length=150, units=8))
    schema = rebuild(connection, registry).schema
    for position in (150, 149, 90, 40, 7):
        facts = stored.between(connection, 0, position, registry.topics)
        held = replayed(registry, facts).digests()
        assert held == roots.digests(connection, schema, position)
        assert roots.of_digests(held) == roots.root(connection, schema, position)


def test_every_cell_of_a_replay_is_moved_by_some_step() -> None:
    replay, cells = Replay(registry), dict[tuple[str, UUID], int]()
    for fact in history(3, length=80, units=6):
        for moved in replay.step(fact):
            assert moved.before != moved.after
            cells[moved.view, moved.key] = cells.get((moved.view, moved.key), 0) + 1
    for view in registry.views:
        assert {key for name, key in cells if name == view.name} == {each.key for each in replay.rows(view)}
    assert replay.step(recorded(81, A, UnitRenamed(name="丁"), date(2030, 1, 1)))
