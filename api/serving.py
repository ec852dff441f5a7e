"""The processes that stay: the API with its projector, or the projector alone, until they are told to stop.

Behind `mingze serve` and `mingze project`. Keeps: a process that is told to stop finishes what it began, and lets go of a database
of its own last; the token is shown once, when it is made.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import uvicorn

from api.app import create_app
from api.backing import standing_behind
from api.failing import CommandRefused
from api.identity import digest as sha256_of
from api.identity import known_token
from api.runtime import ledger_at
from api.settings import Settings
from api.speaking import OK, Voice
from api.standing import Standing, look_at
from projections.builds import KEPT
from projections.catalogue import PROJECTIONS
from projections.projector import follow as keep_following

GRACE = 10  # seconds for requests under way


def serve(settings: Settings, voice: Voice, *, follow: bool) -> int:
    """Serve the API, and with `follow` keep the projections at the head; return when told to stop."""
    with ledger_at(settings, new=True) as place:
        standing = _migrated(place.dsn)
        digest, new_token = known_token(settings)
        if new_token:
            voice.say("serve.token", token=new_token)
        if not standing.open:
            voice.warn("serve.not-open")
        if standing.synthetic_clock:
            voice.say("verify.synthetic")
        with ExitStack() as beside:
            if follow:
                beside.enter_context(following(place.dsn, settings.builds_kept))
            behind = beside.enter_context(standing_behind(place.dsn))
            discipline = sha256_of(settings.discipline_token) if settings.discipline_token else None
            _run(create_app(behind, digest, discipline), settings, voice)
    voice.say("serve.stopped")
    return OK


def project(settings: Settings, voice: Voice) -> int:
    """Keep the projections at the head of the log; return when told to stop."""
    _log_to_standard_error()
    with ledger_at(settings) as place:
        _migrated(place.dsn)
        voice.say("project.following", names=", ".join(projection.name for projection in PROJECTIONS))
        with suppress(KeyboardInterrupt), following(place.dsn, settings.builds_kept) as thread:
            while thread.is_alive():
                thread.join(1)
    voice.say("serve.stopped")
    return OK


@contextmanager
def following(dsn: str, kept: int = KEPT) -> Iterator[threading.Thread]:
    """Keep the projections at the head while the block lasts, in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=keep_following, args=(dsn, PROJECTIONS, stop, kept), name="projector")
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join()


def _run(app: Any, settings: Settings, voice: Voice) -> None:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="off",
        server_header=False,
        access_log=False,  # what is asked for may name a person's post or a title
        timeout_graceful_shutdown=GRACE,
        log_config=None,
    )
    _log_to_standard_error()
    server = _Announced(config, voice)
    # uvicorn answers the first signal by finishing, and then passes it on: here it has done its work.
    with suppress(KeyboardInterrupt, SystemExit):
        server.run()
    if not server.started:
        raise CommandRefused("serve.not-started", host=settings.host, port=settings.port)


class _Announced(uvicorn.Server):
    """Says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, voice: Voice) -> None:
        super().__init__(config)
        self._voice = voice

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._voice.say("serve.listening", url=f"http://{f'[{host}]' if ':' in host else host}:{port}")


def _migrated(dsn: str) -> Standing:
    standing = look_at(dsn, ())
    if not standing.migrated:
        raise CommandRefused("cli.not-migrated")
    return standing


def _log_to_standard_error() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("eventsourcing").setLevel(logging.WARNING)
