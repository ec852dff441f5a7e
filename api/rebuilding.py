"""Views built anew beside those that serve, held against them, signed off and switched to; and back.

Behind `mingze rebuild`. Keeps: nothing is switched to that somebody asked to sign for before the sign-off is recorded, and then in one
transaction; whatever ends the command earlier leaves readers where they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from psycopg import Connection

from api.catalogue import say
from api.failing import CommandRefused
from api.runtime import Place, ledger_at
from api.settings import Settings
from api.speaking import FINDINGS, OK, Voice
from api.standing import look_at
from ledger.application import Actor, Ledger
from ledger.commands import SignOffBuild
from ledger.days import day_of
from ledger.terms import EntryRoute
from projections import builds
from projections.builds import Build, Projection
from projections.catalogue import PROJECTIONS
from projections.comparing import Difference, Group, Sample, TableDifference, compare
from projections.rebuild import Pace, build, catch_up, let_serve
from projections.rows import CLOCKS

# Where the thing is read that a row of a table tells of: {column} is the row's.
ADDRESSES: Final[Mapping[str, str]] = {
    "item_list": "/v1/items/{key}",
    "unit_list": "/v1/units/{key}",
    "unit_history": "/v1/units/{unit}/history",
    "campaign_list": "/v1/campaigns/{key}",
    "campaign_return": "/v1/campaigns/{campaign}/returns",
    "campaign_record": "/v1/campaigns/{campaign}/records",
    "reconciliation": "/v1/campaigns/{campaign}/reconciliation",
    "published_list": "/v1/lists",
}
EXPLAINED: Final = frozenset({"item_list", "unit_list", "published_list"})
WIDEST = 160  # characters of a value that is shown to people; a program is given all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One rebuild as it was asked for; no names are all projections."""

    names: tuple[str, ...] = ()
    compare: bool = False
    switch: bool = False
    rollback: bool = False
    ground: str | None = None
    unit: UUID | None = None
    post: str | None = None
    share: int = 100

    @property
    def signs(self) -> bool:
        return self.switch or self.rollback


def rebuild(settings: Settings, voice: Voice, asked: Asked) -> int:
    """Build projections anew; as asked, only compare, or switch after a sign-off, or go back to the build before."""
    chosen = _chosen(asked)
    told: list[dict[str, Any]] = []
    with ledger_at(settings) as place, builds.connect(place.dsn) as connection:
        for projection in chosen:
            work = _Work(connection, projection, place, settings.builds_kept, voice, asked)
            told.append(work.carry_out())
    voice.document({"built": told})
    return FINDINGS if any(each["fault"] or _unsigned(each) for each in told) else OK


def _unsigned(told: Mapping[str, Any]) -> bool:
    """Whether differences were found that nobody has signed for."""
    return bool("comparison" in told and not told["comparison"]["equal"] and "signed" not in told)


def _chosen(asked: Asked) -> list[Projection]:
    known = {projection.name: projection for projection in PROJECTIONS}
    for name in asked.names:
        if name not in known:
            raise CommandRefused("rebuild.unknown", name=name, known=", ".join(known))
    if asked.rollback and (asked.switch or asked.compare):
        raise CommandRefused("rebuild.one-way")
    if asked.signs and not (asked.ground or "").strip():
        raise CommandRefused("rebuild.ground-needed")
    if asked.ground is not None and not asked.signs:
        raise CommandRefused("rebuild.ground-for-nothing")
    return [known[name] for name in asked.names or known]


@dataclass(frozen=True, slots=True)
class _Work:
    """What is asked of one projection."""

    connection: Connection[Any]
    projection: Projection
    place: Place
    kept: int
    voice: Voice
    asked: Asked

    def carry_out(self) -> dict[str, Any]:
        with builds.only_builder(self.connection, self.projection.name):
            self._say_what_was_left()
            if self.asked.rollback:
                return self._back()
            if self.asked.compare or self.asked.switch:
                return self._beside()
            return self._plain()

    def _plain(self) -> dict[str, Any]:
        made = let_serve(self.connection, self.projection, self._build(), kept=self.kept)
        self._say_done(made)
        return asdict(made)

    def _beside(self) -> dict[str, Any]:
        """Build beside the one that serves, or take what was built to be compared, and hold the two against each other."""
        before = self._serving()
        waiting = None if self.asked.compare else self._waiting()
        difference = self._compared(before, waiting or self._build())
        told = {**asdict(difference.new), "comparison": document(difference)}
        if waiting is None:  # nobody has seen yet what would be signed
            show(difference, self.voice)
        if self.asked.switch:
            return told | self._switched(difference)
        self.voice.say("rebuild.waits", name=self.projection.name, build=difference.new.build)
        return told

    def _back(self) -> dict[str, Any]:
        before = self._serving()
        target = builds.last_retired(self.connection, self.projection.name)
        if target is None:
            raise CommandRefused("rebuild.none-kept", name=self.projection.name)
        if target.version != self.projection.version:
            raise CommandRefused(
                "rebuild.other-program",
                name=target.projection,
                build=target.build,
                version=target.version,
                own=self.projection.version,
            )
        difference = self._compared(before, target)
        return {**asdict(difference.new), "comparison": document(difference)} | self._switched(difference)

    def _switched(self, difference: Difference) -> dict[str, Any]:
        """Record the sign-off, then switch."""
        if difference.new.position < difference.old.position:
            raise CommandRefused("rebuild.short", name=difference.new.projection, position=difference.new.position)
        signed = self._sign(difference)
        made = let_serve(self.connection, self.projection, difference.new, kept=self.kept)
        if not made.serving:
            raise CommandRefused("rebuild.short", name=made.projection, position=made.position)
        self.voice.say("rebuild.signed", position=signed["position"], digest=signed["digest"], build=made.build)
        return {**asdict(made), "signed": signed}

    def _sign(self, difference: Difference) -> dict[str, Any]:
        synthetic = look_at(self.place.dsn, ()).synthetic_clock
        actor = Actor(
            account="command-line",
            unit=self.asked.unit,
            post=self.asked.post or say("cli.post", "zh"),
            entry_route=EntryRoute.CLI,
            synthetic=synthetic,
        )
        ledger = Ledger(self.place.dsn)
        try:
            command = SignOffBuild(
                effective_on=day_of(ledger.clock()),
                projection=self.projection.name,
                version=difference.new.version,
                digest=difference.new_root,
                position=difference.position,
                differences=difference.rows,
                ground=self.asked.ground or "",
            )
            receipt = ledger.execute(command, actor=actor)
        finally:
            ledger.close()
        return {"position": receipt.last, "digest": command.digest, "known_at": command.position}

    def _compared(self, before: Build, made: Build) -> Difference:
        made = catch_up(self.connection, self.projection, made.schema, before.position)
        position = min(before.position, made.position)
        with self.voice.progress("rebuild.comparing"):
            difference = compare(self.connection, before, made, position)
        old = builds.note_root(self.connection, before, difference.old_root, position)
        new = builds.note_root(self.connection, made, difference.new_root, position)
        return Difference(position, old, new, difference.old_root, difference.new_root, difference.tables)

    def _build(self) -> Build:
        with self.voice.progress("rebuild.progress") as progress:
            return build(self.connection, self.projection, kept=self.kept, pace=Pace(self.asked.share, progress))

    def _serving(self) -> Build:
        before = builds.serving(self.connection, self.projection.name)
        if before is None:
            raise CommandRefused("rebuild.nothing-serves", name=self.projection.name)
        return before

    def _waiting(self) -> Build | None:
        """Return the build that was made to be compared and waits for its sign-off."""
        held = builds.builds(self.connection, self.projection.name)
        waiting = [each for each in held if each.status == "running" and not each.kept]
        return next((each for each in reversed(waiting) if each.version == self.projection.version), None)

    def _say_what_was_left(self) -> None:
        for left in builds.builds(self.connection, self.projection.name):
            if left.status == "building":
                self.voice.say("rebuild.left", name=left.projection, build=left.build)

    def _say_done(self, made: Build) -> None:
        self.voice.say("rebuild.done", name=made.projection, build=made.build, position=made.position)
        if made.fault:
            self.voice.say("status.faulted", name=made.projection, position=made.fault_position, fault=made.fault)


def show(difference: Difference, voice: Voice) -> None:
    """Print a comparison as a table, and what differs by its cause with samples."""
    old, new = difference.old, difference.new
    voice.say(
        "rebuild.compared",
        name=new.projection,
        old=old.build,
        new=new.build,
        position=difference.position,
        root=difference.new_root,
    )
    for table in difference.tables:
        counts = {kind: table.rows(kind) for kind in ("only_old", "only_new", "changed")}
        voice.say("rebuild.table", table=table.table, equal=table.equal, **counts)
        for name, columns in (("gone", table.columns_gone), ("added", table.columns_added)):
            if columns:
                voice.say(f"rebuild.columns-{name}", columns=", ".join(columns))
        for group in table.groups:
            voice.say(f"rebuild.{group.kind}", columns=", ".join(group.columns), rows=group.rows)
            for sample in group.samples:
                voice.say("rebuild.sample", **_line(table, group, sample))
    voice.say("rebuild.equal" if difference.equal else "rebuild.differs", rows=difference.rows)


def document(difference: Difference) -> dict[str, Any]:
    """Return a comparison for programs."""
    return {
        "position": difference.position,
        "equal": difference.equal,
        "differences": difference.rows,
        "old": {"build": difference.old.build, "version": difference.old.version, "root": difference.old_root},
        "new": {"build": difference.new.build, "version": difference.new.version, "root": difference.new_root},
        "tables": [_table(table) for table in difference.tables],
    }


def address(table: str, row: Mapping[str, Any], columns: Sequence[str] = ()) -> str | None:
    """Return where the thing is read that a row tells of, as known when the row came to be known; None where nothing shows it.

    Where one column of it can be explained, that is its first changed one's explanation.
    """
    asked = {"in_force_on": row["effective_from"], "known_at": row["known_from"]}
    place = ADDRESSES.get(table)
    if place is None:
        return None
    if table == "published_list":
        asked |= {"jurisdiction": row["area_code"], "level": row["level"]}
    own = [name for name in columns if name not in {clock.name for clock in CLOCKS}]
    if table in EXPLAINED and own:
        place, asked = f"{place}/explain", {**asked, "path": f"/{own[0]}"}
    return (
        f"{place.format(**{name: quote(str(value)) for name, value in row.items()})}?{urlencode(sorted(asked.items()))}"
    )


def _table(table: TableDifference) -> dict[str, Any]:
    return {
        "table": table.table,
        "equal": table.equal,
        "only_old": table.rows("only_old"),
        "only_new": table.rows("only_new"),
        "changed": table.rows("changed"),
        "columns_gone": table.columns_gone,
        "columns_added": table.columns_added,
        "groups": [
            {
                "kind": group.kind,
                "columns": group.columns,
                "rows": group.rows,
                "samples": [_sample(table, group, sample) for sample in group.samples],
            }
            for group in table.groups
        ],
    }


def _sample(table: TableDifference, group: Group, sample: Sample) -> dict[str, Any]:
    row = sample.new or sample.old or {}
    return {
        "key": {name: row[name] for name in table.identity},
        "old": _values(sample.old, group.columns),
        "new": _values(sample.new, group.columns),
        "explain": address(table.table, row, group.columns),
    }


def _values(row: Mapping[str, Any] | None, columns: Sequence[str]) -> Mapping[str, Any] | None:
    """Return what changed of a row, or the whole of it where the other build has no such row."""
    return row if row is None or not columns else {name: row[name] for name in columns}


def _line(table: TableDifference, group: Group, sample: Sample) -> dict[str, str]:
    told = _sample(table, group, sample)
    key = ", ".join(str(value) for value in told["key"].values())
    sides = {side: "–" if told[side] is None else _short(told[side]) for side in ("old", "new")}
    return {"key": key, **sides, "explain": told["explain"] or "–"}


def _short(row: Mapping[str, Any]) -> str:
    written = ", ".join(f"{name}={value}" for name, value in row.items())
    return written if len(written) <= WIDEST else f"{written[: WIDEST - 1]}…"
