"""The services of docker-compose.yml as processes of this machine, where there is no container engine.

Same commands, environment, order, health checks, restarts and ways to stop; the volumes' paths lie in a directory of the test's own,
and the two ports are free ones.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # the lock holds no stubs for it

from ledger.server_account import Account, account_for

REPOSITORY = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PATIENCE = 60.0  # seconds


@dataclass
class Image:
    """What a stage of the Dockerfile says of the processes in it."""

    base: str
    entrypoint: list[str]
    environ: dict[str, str]
    user: str = ""
    stop_signal: str = "SIGTERM"


def images() -> dict[str, Image]:
    """Read the stages of the Dockerfile by their names; the last one is also called ''."""
    found: dict[str, Image] = {}
    text = (REPOSITORY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    for stage in re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]:
        base, name = re.fullmatch(r"(\S+)(?: AS (\S+))?", stage.splitlines()[0]).groups()  # type: ignore[union-attr]  # fails the test
        said = dict(re.findall(r"^(ENTRYPOINT|USER|STOPSIGNAL|ENV) (.*)$", stage, flags=re.MULTILINE))
        environ = dict(word.split("=", 1) for word in said.get("ENV", "").split())
        found[name or ""] = image = Image(base, json.loads(said["ENTRYPOINT"]), environ, said.get("USER", ""))
        image.stop_signal = said.get("STOPSIGNAL", image.stop_signal)
    return found


def image_of(service: str) -> Image:
    """The image that a service runs, through whichever service builds it."""
    wanted = SERVICES[service]["image"]
    builds = [told["build"] for told in SERVICES.values() if told["image"] == wanted and "build" in told]
    assert len(builds) == 1, f"{wanted} is to be built by one service"
    return images()[builds[0].get("target", "")]


def interpolated(value: str) -> str:
    """A value as compose reads it where nothing is set outside."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value).replace("$$", "$")


class Engine:
    """Starts, watches, kills and stops; `place` is a directory that every account can reach, `programs` PostgreSQL's."""

    def __init__(self, place: Path, programs: Path) -> None:
        self.place, self.programs = place, programs
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.ports = {"8000": _free_port(), "5432": _free_port()}
        self.url = f"http://127.0.0.1:{self.ports['8000']}"
        self._install()

    def _install(self) -> None:
        """Do what the Dockerfile does with deploy/, and what an engine does with volumes."""
        bin_directory = self.place / "usr/local/bin"
        bin_directory.mkdir(parents=True)
        for script in re.findall(
            r"^COPY deploy/(\S+) /usr/local/bin/$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE
        ):
            shutil.copy(REPOSITORY / "deploy" / script, bin_directory)
        for service, told in SERVICES.items():
            for mounted in told.get("volumes", ()):
                path = self.place / mounted.split(":")[1].lstrip("/")
                path.mkdir(parents=True, exist_ok=True)
                if service == "database" and not mounted.endswith(":ro"):
                    self.database_user.owns(path)

    @cached_property
    def database_user(self) -> Account:
        """Who PostgreSQL runs as: never root."""
        return account_for(self.place, self.place / "none")

    def mapped(self, value: str) -> str:
        """A word of the compose file as it is on this machine."""
        value = re.sub(
            r"(?<![\w/])(/secrets|/var/lib/(?:postgresql|mingze))\b", lambda found: f"{self.place}{found[1]}", value
        )
        return re.sub(r"\b(8000|5432)\b", lambda found: self.ports[found[1]], value.replace("database:", "127.0.0.1:"))

    def environ(self, service: str) -> dict[str, str]:
        told = {**image_of(service).environ, **SERVICES[service].get("environment", {})}
        own = {name: self.mapped(interpolated(value)) for name, value in told.items()}
        path = [self.place / "usr/local/bin", Path(sys.executable).parent, self.programs, "/usr/bin", "/bin"]
        port = {"PGPORT": self.ports["5432"]} if service == "database" else {}
        return {**own, **port, "PATH": os.pathsep.join(map(str, path))}

    def start(self, service: str) -> None:
        told = SERVICES[service]
        words = [*told.get("entrypoint", image_of(service).entrypoint), *told.get("command", ())]
        if service == "database":
            words += ["-c", "unix_socket_directories="]  # /run/postgresql is a directory of the container's own
        with (self.place / f"{service}.log").open("a") as log:
            self.processes[service] = subprocess.Popen(
                [self.mapped(word) for word in words],
                env=self.environ(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                cwd="/",
                **self._as(service),
            )

    def _as(self, service: str) -> dict[str, Any]:
        account = self.database_user
        if service != "database" or os.geteuid() == account.uid:
            return {}
        return {"user": account.uid, "group": account.gid, "extra_groups": []}

    def run(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """What `docker compose exec` does."""
        environ = self.environ(service)
        return subprocess.run(
            [self.mapped(word) for word in words],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def healthy(self, service: str) -> bool:
        test = SERVICES[service]["healthcheck"]["test"]
        assert test[0] == "CMD"
        return self.run(service, *test[1:]).returncode == 0

    def said(self, service: str) -> str:
        return (self.place / f"{service}.log").read_text()

    # As a whole.

    def up(self) -> None:
        """Start every service when what it depends on has come to the wanted condition; wait until all that stay are healthy."""
        for service in order():
            for dependency, wanted in SERVICES[service].get("depends_on", {}).items():
                self._wait_for(dependency, wanted["condition"])
            self.start(service)
        self.settle()

    def settle(self) -> None:
        """Wait until every service is as it should be."""
        for service, told in SERVICES.items():
            self._wait_for(service, "service_healthy" if "healthcheck" in told else "service_completed_successfully")

    def _wait_for(self, service: str, condition: str) -> None:
        reached: Mapping[str, Callable[[], bool]] = {
            "service_completed_successfully": lambda: self.processes[service].poll() == 0,
            "service_healthy": lambda: self.processes[service].poll() is None and self.healthy(service),
        }
        give_up = time.monotonic() + PATIENCE
        while not reached[condition]():
            assert time.monotonic() < give_up, f"{service}: no {condition}\n{self.said(service)}"
            self.tend()
            time.sleep(0.1)

    def tend(self) -> None:
        """Start again what has ended and should not have: the restart policies."""
        for service, process in list(self.processes.items()):
            code, policy = process.poll(), SERVICES[service]["restart"]
            if code is not None and (policy == "unless-stopped" or (policy.startswith("on-failure") and code)):
                self.start(service)

    def kill(self, service: str) -> None:
        """`kill -9` a service with all its processes, as when a container is killed."""
        process = self.processes[service]
        for pid in [process.pid, *_descendants(process.pid)]:
            with suppress(ProcessLookupError):  # it saw the others go
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def down(self) -> dict[str, int]:
        """Stop what runs, last started first, each within its grace; returns how each ended."""
        for service in reversed(order()):
            process = self.processes.get(service)
            if process and process.poll() is None:
                process.send_signal(signal.Signals[image_of(service).stop_signal])
                process.wait(int(SERVICES[service]["stop_grace_period"].removesuffix("s")))
        ended = {service: process.returncode for service, process in self.processes.items()}
        self.processes.clear()
        return ended

    def end(self) -> None:
        for service, process in self.processes.items():
            if process.poll() is None:
                self.kill(service)


def order() -> list[str]:
    """The services, each after what it depends on."""
    ordered: list[str] = []

    def visit(service: str) -> None:
        for dependency in SERVICES[service].get("depends_on", {}):
            visit(dependency)
        if service not in ordered:
            ordered.append(service)

    for service in SERVICES:
        visit(service)
    return ordered


def _descendants(pid: int) -> Iterator[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    for child in map(int, found.stdout.split()):
        yield from _descendants(child)
        yield child


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
