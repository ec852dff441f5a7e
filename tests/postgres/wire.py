"""A wire between a program and its server that can be cut at a chosen byte of what is asked or answered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@dataclass(frozen=True)
class Cut:
    """Where to cut: after so many bytes of a request or its reply; of the next one that holds `asks`, `skip` of them passing first."""

    of: Literal["request", "reply"]
    after: int
    skip: int = 0
    asks: bytes = b""


@dataclass
class Wire:
    """Carries connections to a server. `dsn` leads through the wire."""

    dsn: str
    requests: int = 0  # of the kind that the cut waits for, since it was armed
    cuts: int = 0  # how often it was cut
    _cut: Cut | None = None
    _open: list[socket.socket] = field(default_factory=list)

    def arm(self, cut: Cut) -> None:
        """Cut once, the next time that the place comes by."""
        self.requests, self._cut = 0, cut

    def carry(self, source: socket.socket, target: socket.socket, of: Literal["request", "reply"]) -> None:
        with suppress(OSError):
            while said := source.recv(1 << 20):
                cut = self._cut
                self.requests += cut is not None and of == "request" and cut.asks in said
                if cut and cut.of == of and self.requests == cut.skip + 1:
                    self._cut, self.cuts = None, self.cuts + 1
                    target.sendall(said[: cut.after])
                    break
                target.sendall(said)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self, door: socket.socket, server: tuple[str, int]) -> None:
        with suppress(OSError):
            while True:
                client, _ = door.accept()
                try:
                    there = socket.create_connection(server)
                except OSError:
                    client.close()
                    continue
                self._open += [client, there]
                for ends in ((client, there, "request"), (there, client, "reply")):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def close(self) -> None:
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def wire_to(dsn: str) -> Iterator[Wire]:
    """Lay a wire to a server that listens on 127.0.0.1."""
    port = int(str(conninfo_to_dict(dsn)["port"]))
    with socket.create_server(("127.0.0.1", 0)) as door:
        wire = Wire(
            make_conninfo(dsn, host="127.0.0.1", port=door.getsockname()[1], sslmode="disable", gssencmode="disable")
        )
        serving = threading.Thread(target=wire.serve, args=(door, ("127.0.0.1", port)), daemon=True)
        serving.start()
        try:
            yield wire
        finally:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            serving.join()
            wire.close()
