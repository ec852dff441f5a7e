"""The views replayed in memory from the log up to a position, and held against the build that serves, as known there.

Behind `mingze replay`. Keeps: it changes nothing; digests and state root are those of `projections.roots`, so two replays, a replay and
a build, or a replay and a sign-off are the same if they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from api.failing import CommandRefused
from api.runtime import ledger_at
from api.settings import Settings
from api.speaking import FINDINGS, OK, Voice
from projections import builds, log, roots
from projections.builds import Projection
from projections.catalogue import PROJECTIONS
from projections.replay import Moved, Replay, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A projection replayed: its state root, its digests by view, and the views of the build that serves that hold other rows.

    build, differing  None where no build of this program has come so far
    """

    projection: str
    version: int
    position: int
    root: str
    digests: Mapping[str, str]
    build: int | None
    differing: tuple[str, ...] | None
    steps: list[dict[str, Any]] = field(default_factory=list)


def replay(settings: Settings, voice: Voice, upto: int | None, *, step: bool) -> int:
    """Replay every projection up to a position (None: all of the log); exit 1 where a build that stands there holds other rows."""
    with ledger_at(settings) as place, builds.connect(place.dsn) as connection:
        head = log.head(connection)
        if upto is not None and upto > head:
            raise CommandRefused("replay.beyond", upto=upto, head=head)
        done = [_replayed(connection, voice, each, head if upto is None else upto, step=step) for each in PROJECTIONS]
    voice.document({"replayed": [_document(each, step=step) for each in done]})
    return FINDINGS if any(each.differing for each in done) else OK


def _replayed(connection: Connection[Any], voice: Voice, projection: Projection, upto: int, *, step: bool) -> Replayed:
    replay, steps = Replay(projection), []
    for fact in log.between(connection, 0, upto, projection.topics):
        if step:
            steps.append(_step(voice, fact, replay.step(fact)))
        else:
            replay.hear(fact)
    digests = replay.digests()
    build, held = _standing(connection, projection, upto)
    differing = None if held is None else tuple(name for name, digest in digests.items() if held.get(name) != digest)
    _tell(voice, projection, upto, digests, build, differing)
    return Replayed(
        projection=projection.name,
        version=projection.version,
        position=upto,
        root=roots.of_digests(digests),
        digests=digests,
        build=build,
        differing=differing,
        steps=steps if voice.as_json else [],
    )


def _step(voice: Voice, fact: Told, cells: list[Moved]) -> dict[str, Any]:
    voice.say("replay.fact", position=fact.position, topic=fact.fact.TOPIC, day=fact.effective_on, stream=fact.stream)
    told = [{name: getattr(cell, name) for name in Moved.__dataclass_fields__} for cell in cells]
    for cell in told:
        voice.say("replay.moved", **{name: "-" if held is None else held for name, held in cell.items()})
    return {"position": fact.position, "topic": fact.fact.TOPIC, "effective_on": fact.effective_on, "moved": told}


def _standing(
    connection: Connection[Any], projection: Projection, upto: int
) -> tuple[int | None, Mapping[str, str] | None]:
    """Return the number of the build that serves and its digests as known at a position, if it has come so far and is of this program."""
    build = builds.serving(connection, projection.name)
    if build is None or build.position < upto or build.version != projection.version:
        return None, None
    return build.build, roots.digests(connection, build.schema, upto)


def _tell(
    voice: Voice,
    projection: Projection,
    upto: int,
    digests: Mapping[str, str],
    build: int | None,
    differing: tuple[str, ...] | None,
) -> None:
    root = roots.of_digests(digests)
    voice.say("replay.done", name=projection.name, version=projection.version, position=upto, root=root)
    for name, digest in digests.items():
        if not voice.as_json:
            print(f"  {digest}  {name}")
    if differing is None:
        voice.say("replay.no-build", position=upto)
    elif differing:
        voice.say("replay.differs", build=build, views=", ".join(differing))
    else:
        voice.say("replay.same", build=build)


def _document(done: Replayed, *, step: bool) -> dict[str, Any]:
    names = [name for name in Replayed.__dataclass_fields__ if step or name != "steps"]
    return {name: getattr(done, name) for name in names}
