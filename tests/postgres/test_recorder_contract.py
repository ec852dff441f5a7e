"""Our recorder keeps the library's own contract, and each trap of the library that we know stays shut.

The library's cases are run as they come. They expect an empty log whose first position is 1, and number some streams from 0:
here the very first fact opens the ledger, and such streams are counted from 1.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    JSONTranscoder,
    Mapper,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.tests import persistence as library
from psycopg.conninfo import conninfo_to_dict

from ledger.appender import Append, NewEvent
from ledger.events import CampaignOpened, Envelope
from ledger.identity import new_key
from ledger.recorder import LedgerRecorder, UnsafeRecorder
from ledger.terms import EntryRoute, ItemType
from tests.postgres.appends import LEDGER, NAMES, TOPIC, name, opening, receipts, size_of_whole, state
from tests.postgres.wire import Cut, wire_to

REPOSITORY = Path(__file__).parents[2]


def datastore(dsn: str, schema: str = "log", **settings: Any) -> PostgresDatastore:
    login = conninfo_to_dict(dsn)
    return PostgresDatastore(
        *(str(login[part]) for part in ("dbname", "host", "port", "user", "password")), schema=schema, **settings
    )


class FromOne(LedgerRecorder):
    """Counts from 1 what the library's cases count from 0, and opens the ledger with the first fact it is given."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        if stored_events and stored_events[0].originator_version == 0:
            stored_events = [replace(event, originator_version=event.originator_version + 1) for event in stored_events]
        if not stored_events or self.max_notification_id():
            return super().insert_events(stored_events, **kwargs)
        first, *others = stored_events
        opened = NewEvent(UUID(str(first.originator_id)), first.originator_version, first.topic, first.state)
        self.append(Append(new_key(), bytes(32), (opened,), opens=False))
        return [1, *(super().insert_events(others, **kwargs) or ())]


class OnALedger:
    """Gives a library case a recorder on a fresh database: an open ledger, unless the case counts from its first position."""

    on_an_empty_log: tuple[str, ...] = ()

    @pytest.fixture(autouse=True)
    def _fresh(self, writer: str, request: pytest.FixtureRequest) -> Iterator[None]:
        self._recorder = FromOne(datastore(writer, pool_size=5))
        if request.node.name not in self.on_an_empty_log:
            self._recorder.append(opening())
        yield
        self._recorder.close()
        self._recorder.datastore.close()

    def create_recorder(self) -> FromOne:
        return self._recorder


class TestApplicationRecorder(OnALedger, library.ApplicationRecorderTestCase[FromOne]):
    on_an_empty_log = ("test_insert_select", "test_insert_subscribe")

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingNotificationIDs(OnALedger, library.NonInterleavingNotificationIDsBaseCase):
    pass


def test_the_library_is_the_one_whose_traps_are_known() -> None:
    assert version("eventsourcing").startswith("9.5.")
    assert int(version("eventsourcing").split(".")[2]) >= 6


# The trap of the database functions: they insert without a lock, and a reader that follows the log passes over facts.


@pytest.fixture
def stock(superuser: str) -> Iterator[PostgresApplicationRecorder]:
    """The library's own recorder, with its own table in a schema of its own."""
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("create schema stock")
    recorder = PostgresApplicationRecorder(datastore(superuser, "stock", enable_db_functions=True, pool_size=2))
    recorder.create_table()
    yield recorder
    recorder.datastore.close()


def stored(stream: object, number: int = 1) -> StoredEvent:
    return StoredEvent(name(stream), number, TOPIC, state())


def test_the_librarys_database_functions_lose_facts_for_a_reader_and_our_append_makes_the_second_writer_wait(
    stock: PostgresApplicationRecorder, superuser: str, writer: str
) -> None:
    slow_one = "select stock.es_insert_events_uuid(array[row(%s, 1, 't', '{}')]::stock.stored_event_uuid[])"
    with psycopg.connect(superuser) as slow:
        assert slow.execute(slow_one, (name("slow"),)).fetchone() == (1,)
        stock.insert_events([stored("quick")])
        seen = [notification.id for notification in stock.select_notifications(None, 10)]
        slow.commit()
    later = stock.select_notifications(seen[-1], 10, inclusive_of_start=False)
    assert (seen, list(later)) == ([2], [])  # position 1 came after the reader had passed it

    ours = LedgerRecorder(datastore(writer))
    ours.append(opening())
    with psycopg.connect(writer) as slow, psycopg.connect(writer, autocommit=True) as quick:
        one = "select first from log.append_one(%s, %s, null, null, %s, 1, 't', '{}', null, null)"
        assert slow.execute(one, (new_key(), bytes(32), name("slow"))).fetchone() == (2,)
        quick.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            quick.execute(one, (new_key(), bytes(32), name("quick")))
        assert [n.id for n in ours.select_notifications(None, 10)] == [1]
    ours.close()
    ours.datastore.close()


def test_the_database_functions_are_refused(writer: str) -> None:
    unsafe = datastore(writer, enable_db_functions=True)
    with pytest.raises(UnsafeRecorder, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        LedgerRecorder(unsafe)
    unsafe.close()


def test_the_database_functions_are_refused_also_when_the_environment_turns_them_on(
    writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.application import Ledger

    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(UnsafeRecorder, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        Ledger(writer)


# The trap of the sequence: a conflict leaves a gap.


def after_a_conflict(recorder: ApplicationRecorder) -> list[int]:
    recorder.insert_events([stored("a")])
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored("a")])
    recorder.insert_events([stored("b")])
    return [notification.id for notification in recorder.select_notifications(None, 10)]


def test_a_conflict_leaves_a_gap_in_the_librarys_ids_and_none_in_our_positions(
    stock: PostgresApplicationRecorder, writer: str, superuser: str
) -> None:
    stock.datastore.enable_db_functions = False
    assert after_a_conflict(stock) == [1, 3]
    ours = LedgerRecorder(datastore(writer))
    ours.append(opening())
    assert after_a_conflict(ours) == [1, 2, 3]
    assert size_of_whole(superuser) == 3
    ours.close()
    ours.datastore.close()


# The trap of the retry: a reply that was lost becomes a conflict with what one has just stored oneself.


def test_a_lost_reply_is_a_conflict_in_the_librarys_retry_and_the_first_receipt_in_ours(
    stock: PostgresApplicationRecorder, superuser: str, writer: str
) -> None:
    stock.datastore.enable_db_functions = False
    with wire_to(superuser) as wire:
        lossy = PostgresApplicationRecorder(datastore(wire.dsn, "stock"))
        lossy.insert_events([stored("before")])
        wire.arm(Cut("reply", after=0, asks=b"COMMIT"))
        with pytest.raises(IntegrityError):
            lossy.insert_events([stored("lost")])
        assert wire.cuts == 1
        assert [n.originator_id for n in stock.select_notifications(None, 10)] == [name("before"), name("lost")]
        lossy.datastore.close()
    with wire_to(writer) as wire:
        ours = LedgerRecorder(datastore(wire.dsn))
        ours.append(opening())
        wire.arm(Cut("reply", after=0))
        assert ours.insert_events([stored("lost")], key=name("k"), request=bytes(32)) == [2]
        assert (wire.cuts, size_of_whole(superuser), receipts(superuser)[name("k")].first) == (1, 2, 2)
        ours.close()
        ours.datastore.close()


# The traps of the mapper: topics that are class paths, and a transcoder that forgets enums and tuples.


@dataclass(frozen=True)
class Opened:
    originator_id: UUID
    originator_version: int
    item_types: tuple[ItemType, ...]


def test_the_librarys_mapper_stores_class_paths_and_forgets_types_and_ours_does_neither() -> None:
    from ledger.application import FactMapper, Filed

    transcoder = JSONTranscoder()
    theirs = Mapper[UUID](transcoder).to_stored_event(Opened(NAMES, 1, (ItemType.VETO,)))
    assert theirs.topic.endswith("test_recorder_contract:Opened")
    (held,) = (Mapper[UUID](transcoder).to_domain_event(theirs).item_types,)  # type: ignore[attr-defined]  # as it was made
    assert (type(held), type(held[0])) == (list, str)

    envelope = Envelope(
        effective_on=date(2024, 3, 4), jurisdiction="530900", rule_pack="generic@1", entry_route=EntryRoute.CLI
    )
    opened = CampaignOpened(units=(NAMES, LEDGER), item_types=(ItemType.VETO,), deadline=date(2024, 6, 30))
    filed = Filed(NAMES, 1, envelope, opened)
    ours = FactMapper(transcoder).to_stored_event(filed)
    assert ours.topic == "campaign.opened"
    read = FactMapper(transcoder).to_domain_event(ours)
    assert read == filed
    assert isinstance(read, Filed)
    assert isinstance(read.fact, CampaignOpened)
    assert (type(read.fact.item_types), type(read.fact.item_types[0])) == (tuple, ItemType)
    with pytest.raises(TypeError, match="no fact of this ledger"):
        FactMapper(transcoder).to_stored_event(Opened(NAMES, 1, ()))


def test_nothing_of_ours_imports_what_the_library_offers_without_a_lock_or_one_transaction_a_fact() -> None:
    """`dcb` appends without a lock; runners take one transaction a fact; `wait()` of tracking recorders polls at 100 to 800 ms."""
    shunned = ("eventsourcing.dcb", "eventsourcing.projection", "eventsourcing.system")
    imported: dict[str, set[str]] = {}
    for path in (path for package in ("ledger", "projections", "api") for path in (REPOSITORY / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported.setdefault(path.name, set()).update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.setdefault(path.name, set()).update(
                    [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
                )
    assert "eventsourcing.postgres" in imported["recorder.py"]  # the look itself works
    assert not [
        (file, module) for file, modules in imported.items() for module in modules if module.startswith(shunned)
    ]
