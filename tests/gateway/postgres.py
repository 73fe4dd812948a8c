"""A PostgreSQL server of one's own, of Debian's packages, for the tests and the benchmarks."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_INSTALLED = "/usr/lib/postgresql"


def missing() -> str:
    """Why no server can be started here; empty where one can."""
    try:
        import psycopg  # noqa: F401  # whether it is there
    except ImportError:
        return "psycopg is not installed"
    if not _programs():
        return f"there is no PostgreSQL in {_INSTALLED}"
    if os.getuid() == 0 and not _user():
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


def _programs() -> Path | None:
    found = sorted(Path(_INSTALLED).glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _user() -> str | None:
    """The user that the server runs as, where that is another one."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server() -> Generator[str]:
    """Start a server; the URL of its database. What it has ends with it."""
    programs, user, port = _programs(), _user(), _free_port()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data, log = folder / "data", folder / "log"

        def run(name: str, *arguments: str) -> None:
            done = subprocess.run(
                [programs / name, *arguments],
                user=user,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert not done.returncode, done.stderr

        run("initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync")
        options = f"-p {port} -h 127.0.0.1 -k {folder}"
        control = ("-D", str(data), "-l", str(log), "-w")
        run("pg_ctl", *control, "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
