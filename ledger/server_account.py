"""Who the embedded PostgreSQL server runs as, and what that account can reach.

PostgreSQL refuses to run as root. Started by root, it runs as the owner of the data directory, or as an unprivileged
account of the system; started by anyone else, as that user.
Keeps: no directory of the user's is opened or given away. What the account cannot reach is put or copied where it can.
"""

import errno
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ledger.unavailable import RootCannotStepDown

STORE = Path("/var/lib/mingze")
UNPRIVILEGED = ("postgres", "nobody")
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system, and the group its processes belong to."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    @property
    def child(self) -> dict[str, Any]:
        """Arguments for `subprocess` to start a program as this account, with nothing of our environment but PATH."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        plain: dict[str, Any] = {"cwd": "/", "env": environment, "umask": 0o077}
        if os.geteuid() == self.uid:
            return plain
        return plain | {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(self, words: Sequence[str | Path], said: str = "", keep: Sequence[int] = ()) -> tuple[int, str]:
        """Run a program as this account: its exit code and what it printed. `said` is its input, `keep` open files."""
        try:
            done = subprocess.run(  # noqa: S603 - programs of the found server and /bin/sh, no shell text of the user's
                words,
                input=said,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
                pass_fds=keep,
                **self.child,
            )
        except PermissionError as refused:
            if refused.errno == errno.EPERM:
                raise RootCannotStepDown(self.name) from refused
            raise
        return done.returncode, done.stdout

    def can(self, flag: str, path: Path) -> bool:
        """Tell whether the account passes `test FLAG path`; the kernel is asked as that account: access lists count."""
        return self.run(["/bin/sh", "-c", f'test {flag} "$0"', path])[0] == 0

    def owns(self, path: Path) -> Path:
        """Give the account a file or directory that we have just made; returns the path."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        return path


def account_for(data: Path, home: Path) -> Account:
    """Give the account to serve a data directory: ours; for root the owner of the database, of itself, or nobody.

    An owner whom the system does not know by name can serve a database that stands, but not make one.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if home.exists() and (owner := home.stat()).st_uid:
        return _known(owner.st_uid) or Account(owner.st_uid, owner.st_gid)
    owners = [data.stat().st_uid, *(pwd.getpwnam(name).pw_uid for name in UNPRIVILEGED if _exists(name))]
    return next((account for uid in owners if uid and (account := _known(uid))), Account(NOBODY, NOBODY))


def _known(uid: int) -> Account | None:
    try:
        return Account(uid, pwd.getpwuid(uid).pw_gid)
    except KeyError:
        return None


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def store() -> Path:
    """Give the directory in which root keeps what the server's account could not reach elsewhere; made if missing."""
    if not STORE.exists():
        STORE.mkdir(parents=True, exist_ok=True)
        STORE.chmod(0o755)
    return STORE


def within_reach(programs: Path, account: Account) -> Path:
    """Give the directory of PostgreSQL programs, or of a copy of them, that the account can run.

    A copy is made once for each build, whole or not at all: PostgreSQL finds its parts relative to its programs, and
    those of the wheel find their libraries two directories further up.
    """
    if account.can("-x", programs / "postgres"):
        return programs
    prefix = programs.parent
    with (programs / "postgres").open("rb") as server:
        build = file_digest(server, "sha256").hexdigest()[:12]
    copy = store() / f"programs-{build}"
    if not copy.exists():
        _copy(prefix, copy)
    return copy / prefix.parent.name / prefix.name / programs.name


def _copy(prefix: Path, copy: Path) -> None:
    parts = [prefix, *prefix.parent.parent.glob(f"{prefix.parent.name}.libs")]
    draft = Path(tempfile.mkdtemp(prefix=".programs-", dir=copy.parent))
    try:
        for part in parts:
            target = draft / part.relative_to(prefix.parent.parent)
            shutil.copytree(part, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        draft.rename(copy)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not copy.exists():  # at this point another process may have been quicker
            raise
