"""The ledger: a command comes in, what it looks at is loaded, a decider answers, the answer is stamped and appended.

The only imperative module of the write path (api -> here -> decider -> log). The clock is read once a command, from the database.
Keeps: a refused command leaves no trace; a repeated one is answered with its first receipt; a decision that was overtaken is made anew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import orjson
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row

from ledger import inventory, rules
from ledger.appender import SQL, AlreadyRecorded, Append, Conflict, KeyReused, NewEvent, Receipt
from ledger.commands import Command, FileRecipientReport, OpenLedger
from ledger.days import day_of
from ledger.deciding import decide
from ledger.encoding import Recorded, check_catalogue, decode, encode, stated
from ledger.events import Envelope, Fact, LedgerOpened
from ledger.identity import new_key
from ledger.loading import Loading
from ledger.recorder import LedgerRecorder
from ledger.refusals import Refused
from ledger.streams import LEDGER, NAMESPACE
from ledger.terms import EntryRoute
from ledger.world import Decision

TRIES = 50  # how often a decision that was overtaken is made anew before the caller is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, as the edge knows it: an opaque account, and the unit and post it acts for."""

    account: str
    unit: UUID | None
    post: str | None
    entry_route: EntryRoute = EntryRoute.API
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """A fact on its way into a stream: what the library calls a domain event."""

    originator_id: UUID
    originator_version: int
    envelope: Envelope
    fact: Fact


class FactMapper(Mapper[UUID]):
    """Facts to stored bytes and back, by `ledger.encoding` and chosen topics."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        if not isinstance(domain_event, Filed):
            raise TypeError(f"{type(domain_event).__name__} is no fact of this ledger")
        state = encode(domain_event.envelope, domain_event.fact)
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, domain_event.fact.TOPIC, state)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        envelope, fact = decode(stored_event.topic, stored_event.state)
        return Filed(UUID(str(stored_event.originator_id)), stored_event.originator_version, envelope, fact)


@dataclass
class ContentionTooHigh(Refused):
    """The matter was changed {times} times while this command was being decided; send it again."""

    times: int


@dataclass
class IdempotencyKeyReused(Refused):
    """The key {key} was used for another command; a new command needs a new key."""

    key: UUID


@dataclass
class LedgerIsOpen(Refused):
    """The ledger has been open since {opened_on}; it is opened once."""

    opened_on: str


@dataclass
class LedgerIsNotOpen(Refused):
    """The ledger is not open yet; its first command is OpenLedger, given by `mingze migrate`."""


class Ledger(Application[UUID]):
    """One ledger on one PostgreSQL database, already migrated.

    `dsn` is the login of a writer. Raises TypeError if a fact could not be stored and read for ever, UnsafeRecorder if the log could
    not be kept, and whatever the library raises if the database cannot be reached.
    """

    name = "ledger"
    recorder: LedgerRecorder

    def __init__(self, dsn: str, *, pool_size: int = 5) -> None:
        check_catalogue()
        super().__init__(_environment(dsn, pool_size))
        try:
            self.recorder.prove_the_lock_excludes()
        except BaseException:
            self.close()
            raise

    def construct_mapper(self) -> Mapper[UUID]:
        return FactMapper(transcoder=self.construct_transcoder())

    def close(self) -> None:
        """Let go of every connection."""
        self.recorder.close()
        super().close()

    def execute(
        self, *commands: Command, actor: Actor, key: UUID | None = None, recorded_at: int | None = None
    ) -> Receipt:
        """Carry out commands as one: all of them are recorded, in one append, or none is.

        key          identifies the request for ever (None: it cannot be asked again); the same key with the same commands
                     gives the first receipt
        recorded_at  microseconds UTC, only in a synthetic ledger; the database clock otherwise
        Raises Refused (with its rule), NotStorable, or OperationalError when the outcome is unknown: ask again with the same key.
        """
        key, request = key or new_key(), request_digest(commands, actor)
        for _ in range(TRIES):
            moment = self._moment(key)
            if moment.first:
                return moment.first_receipt(key, request)
            if not moment.size:
                raise LedgerIsNotOpen
            at = max(recorded_at or moment.clock, moment.head_at)
            try:
                append = self._decide(commands, actor, key, request, at, moment.size)
            except Refused:
                # An earlier try of this very request may be what the decider met.
                again = self._moment(key)
                if again.first:
                    return again.first_receipt(key, request)
                raise
            try:
                return self.recorder.append(append.told(recorded_at))
            except AlreadyRecorded as known:
                return known.receipt
            except KeyReused as reused:
                raise IdempotencyKeyReused(key) from reused
            except Conflict:
                continue
        raise ContentionTooHigh(TRIES)

    def open(self, command: OpenLedger, *, actor: Actor, recorded_at: int | None = None) -> Receipt:
        """Open the ledger: its first fact. Opened again by the same command it gives the first receipt; else LedgerIsOpen."""
        key, request = uuid5(NAMESPACE, "open"), request_digest((command,), actor)
        moment = self._moment(key)
        if moment.size and not (moment.first and moment.request == request):
            raise LedgerIsOpen(day_of(self.facts((LEDGER,))[LEDGER][0].recorded_at).isoformat())
        if moment.first:
            return moment.first_receipt(key, request)
        fact = LedgerOpened(synthetic_clock=command.synthetic_clock, opened_on=command.opened_on, name=command.name)
        generic = rules.Rules("", rules.pack(rules.GENERIC), command.effective_on)
        state = encode(_envelope(command, actor, Decision(generic, ())), fact)
        event = NewEvent(LEDGER, 1, fact.TOPIC, state)
        opening = Append(key, request, (event,), actor.account, recorded_at, opens=command.synthetic_clock)
        try:
            return self.recorder.append(opening)
        except AlreadyRecorded as known:
            return known.receipt

    def facts(self, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded[Fact]]]:
        """Return every fact of some streams, each stream in its order."""
        found: defaultdict[UUID, list[Recorded[Fact]]] = defaultdict(list)
        for position, recorded_at, stream, version, actor, topic, state in self._rows("streams", (list(streams),)):
            envelope, fact = decode(topic, state)
            found[stream].append(Recorded(position, recorded_at, stream, version, actor, envelope, fact))
        return found

    def receipts(self, keys: Sequence[UUID]) -> dict[UUID, tuple[bytes, Receipt]]:
        """Return request digest and receipt of those keys that were recorded."""
        rows = self._rows("receipts", (list(keys),))
        return {key: (bytes(request), Receipt(first, last, at)) for key, request, first, last, at in rows}

    def clock(self) -> int:
        """Return the ledger's now, in microseconds UTC: the database clock, or the head where that lies ahead."""
        moment = self._moment(LEDGER)
        return max(moment.clock, moment.head_at)

    def size(self) -> int:
        """Return the head's position."""
        return self._moment(LEDGER).size

    def _decide(
        self, commands: Sequence[Command], actor: Actor, key: UUID, request: bytes, at: int, head: int
    ) -> Append:
        world = Loading(self.facts, day_of(at), head)
        filed: list[Filed] = []
        for command in commands:
            filed.extend(file_in(world, command, actor, at))
        return make_append(filed, world, key, request, commands, actor)

    def _moment(self, key: UUID) -> "_Moment":
        return _Moment(*self._rows("moment", (key,))[0])

    def _rows(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self.recorder.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(SQL[statement], parameters, binary=True).fetchall()


@dataclass(frozen=True, slots=True)
class _Moment:
    clock: int
    size: int
    head_at: int
    synthetic: bool
    first: int | None
    last: int | None
    recorded_at: int | None
    request: bytes | None

    def first_receipt(self, key: UUID, request: bytes) -> Receipt:
        if self.request != request or not (self.first and self.last and self.recorded_at):
            raise IdempotencyKeyReused(key)
        return Receipt(self.first, self.last, self.recorded_at)


def file_in(world: Loading, command: Command, actor: Actor, at: int) -> list[Filed]:
    """Decide one command in a world and return its facts, stamped; the world sees them from then on."""
    decision = decide(command, world)
    envelope = _envelope(command, actor, decision)
    filed = []
    for stream, fact in decision.filings:
        version = world.version(stream) + 1
        filed.append(Filed(stream, version, envelope, fact))
        world.add(Recorded(_PENDING + version, at, stream, version, actor.account, envelope, fact))
    return filed


_PENDING = 1 << 52  # a fact not yet recorded stands after every one that is


def make_append(
    filed: Sequence[Filed], world: Loading, key: UUID, request: bytes, commands: Sequence[Command], actor: Actor
) -> Append:
    """Return the append of facts that a world decided: what they wrote is their expected version, what else was seen their read set."""
    written = {each.originator_id for each in filed}
    protected = any(isinstance(command, FileRecipientReport) and command.protected for command in commands)
    return Append(
        key=key,
        request=request,
        events=[
            NewEvent(f.originator_id, f.originator_version, f.fact.TOPIC, encode(f.envelope, f.fact)) for f in filed
        ],
        actor=None if protected else actor.account,
        reads=[(stream, version) for stream, version in world.seen.items() if stream not in written],
        disclosures=[d for c in commands if isinstance(c, FileRecipientReport) for d in inventory.disclosures(c)],
    )


def request_digest(commands: Sequence[Command], actor: Actor) -> bytes:
    """Return the SHA-256 of a request: who asks, and what the commands state.

    What is left at its default is not stated: a command that learns a new field in a later program is still the same request.
    """
    asked = [{"command": type(command).__name__, **stated(command)} for command in commands]
    said = {"account": actor.account, "commands": asked, "post": actor.post, "unit": actor.unit and str(actor.unit)}
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _envelope(command: Command, actor: Actor, decision: Decision) -> Envelope:
    protected = isinstance(command, FileRecipientReport) and command.protected
    return Envelope(
        effective_on=command.effective_on,
        jurisdiction=decision.rules.jurisdiction,
        rule_pack=decision.rules.pack.id,
        entry_route=actor.entry_route,
        actor_unit=None if protected else actor.unit,
        actor_post=None if protected else actor.post,
        on_behalf_of=None if protected else command.on_behalf_of,
        authority=command.authority,
        reason=command.reason,
        evidence=command.evidence,
        confidentiality=command.confidentiality,
        correlation=command.correlation,
        causation=command.causation,
        backlog=command.backlog,
        late_reason=command.late_reason,
        synthetic=actor.synthetic,
    )


def _environment(dsn: str, pool_size: int) -> dict[str, str]:
    login = conninfo_to_dict(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "APPLICATION_RECORDER_TOPIC": "ledger.recorder:LedgerRecorder",
        "POSTGRES_DBNAME": str(login.get("dbname", "")),
        "POSTGRES_HOST": str(login.get("host", "")),
        "POSTGRES_PORT": str(login.get("port", "5432")),
        "POSTGRES_USER": str(login.get("user", "")),
        "POSTGRES_PASSWORD": str(login.get("password", "")),
        "POSTGRES_SCHEMA": "log",
        "POSTGRES_POOL_SIZE": str(pool_size),
        "POSTGRES_MAX_OVERFLOW": "30",
        "CREATE_TABLE": "n",
    }
