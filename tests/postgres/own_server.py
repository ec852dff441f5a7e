"""A server of its own that a test may kill; the other tests' server lives on."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ledger.postgres import find_or_start
from tests.postgres.asking import until


class OwnServer:
    """A server of its own that may be killed: it comes back on the same port."""

    def __init__(self, place: Path, until_the_end: ExitStack, programs: Path | None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._environ = {"PATH": os.environ["PATH"], "MINGZE_PG_PORT": str(probe.getsockname()[1])}
        if programs:
            self._environ["MINGZE_POSTGRES_BIN"] = str(programs)
        self._data = place / "data"
        self._until_the_end = until_the_end
        self.start()

    def start(self) -> None:
        server = self._until_the_end.enter_context(find_or_start(self._data, self._environ))
        assert server.directory
        self._note = server.directory / "postmaster.pid"
        self.dsn = server.dsn

    @property
    def postmaster(self) -> int:
        return int(self._note.read_text().split()[0])

    def kill(self) -> None:
        killed = self.postmaster
        os.kill(killed, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{killed}").exists())


@contextmanager
def own_server(programs: Path | None = None) -> Iterator[OwnServer]:
    memory = Path("/dev/shm")  # noqa: S108 - a private directory is made in it; a killed process takes nothing from memory
    place = Path(tempfile.mkdtemp(prefix="mingze-test-", dir=memory if os.access(memory, os.W_OK) else None))
    place.chmod(0o755)
    try:
        with ExitStack() as until_the_end:
            yield OwnServer(place, until_the_end, programs)
    finally:
        shutil.rmtree(place, ignore_errors=True)
