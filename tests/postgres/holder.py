"""A process of its own that holds a server until its input ends. Tests start several, kill them, take rights from them.

It prints one line of JSON: the server that it got, or why it got none and what then lies beside the data directory.
"""

import argparse
import json
import os
import resource
import sys
from pathlib import Path

from ledger.postgres import find_or_start
from ledger.unavailable import ServerUnavailable


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--largest-file", type=int)
    asked = parser.parse_args()
    if asked.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked.largest_file, asked.largest_file))
    if asked.uid:
        os.setgroups([])
        os.setgid(asked.uid)
        os.setuid(asked.uid)
    try:
        with find_or_start(asked.data, os.environ) as server:
            pid = 0
            if server.directory:
                pid = int((server.directory / "postmaster.pid").read_text().split()[0])
            print(json.dumps({"dsn": server.dsn, "pid": pid, "directory": str(server.directory)}), flush=True)
            sys.stdin.read()
    except ServerUnavailable as refused:
        left = sorted(path.name for path in asked.data.parent.rglob("*")) if os.access(asked.data, os.R_OK) else []
        print(json.dumps({"code": refused.code, "says": str(refused), "left": left}), flush=True)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
