"""A wire between a program and its server that can be cut, or go silent, at a chosen byte of what is asked or answered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

Way = Literal["request", "reply"]


@dataclass(frozen=True)
class Cut:
    """Where to cut: after so many bytes of a request or of its reply; of the next that holds `asks`, `skip` of them passing first.

    `silent`: nothing more passes, but neither side is told.
    """

    of: Way
    after: int
    skip: int = 0
    asks: bytes = b""
    silent: bool = False


@dataclass
class Wire:
    """Carries connections to a server. `dsn` leads through the wire."""

    dsn: str
    requests: int = 0  # of the kind that the cut waits for, since it was armed
    cuts: int = 0
    _cut: Cut | None = None
    _ends: list[socket.socket] = field(default_factory=list)

    def arm(self, cut: Cut) -> None:
        """Cut once, the next time that the place comes by."""
        self.requests, self._cut = 0, cut

    def sever(self) -> None:
        """Cut every connection now."""
        self.cuts += 1
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def carry(self, source: socket.socket, target: socket.socket, of: Way) -> None:
        silent = False
        with suppress(OSError):
            while said := source.recv(1 << 20):
                cut = self._cut
                self.requests += cut is not None and of == "request" and cut.asks in said
                if cut and cut.of == of and self.requests == cut.skip + 1:
                    target.sendall(said[: cut.after])
                    self._cut, self.cuts, silent = None, self.cuts + 1, cut.silent
                    if not silent:
                        break
                elif not silent:
                    target.sendall(said)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self, door: socket.socket, server: tuple[str, int]) -> None:
        with suppress(OSError):
            while True:
                client, _ = door.accept()
                self._ends.append(client)
                try:
                    there = socket.create_connection(server)
                except OSError:
                    client.close()
                    continue
                self._ends.append(there)
                for ends in ((client, there, "request"), (there, client, "reply")):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def close(self) -> None:
        self.sever()
        for end in self._ends:
            end.close()


@contextmanager
def wire_to(dsn: str) -> Iterator[Wire]:
    """Lay a wire to a server that listens on 127.0.0.1."""
    port = int(str(conninfo_to_dict(dsn)["port"]))
    with socket.create_server(("127.0.0.1", 0)) as door:
        through = {"host": "127.0.0.1", "port": door.getsockname()[1], "sslmode": "disable", "gssencmode": "disable"}
        wire = Wire(make_conninfo(dsn, **through))
        serving = threading.Thread(target=wire.serve, args=(door, ("127.0.0.1", port)), daemon=True)
        serving.start()
        try:
            yield wire
        finally:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            serving.join()
            wire.close()
