"""A PostgreSQL server of its own for a test, where one is installed; it is gone afterwards."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "s3cret"


def missing() -> str:
    """Why there can be no server here; "" if there can."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    if _programs() is None:
        return "PostgreSQL is not installed"
    if os.name == "posix" and os.getuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """The URL of an empty database, its password included."""
    programs = _programs()
    assert programs is not None
    place = Path(tempfile.mkdtemp(prefix="nnstudio-postgres-"))
    user = _other_user() if os.getuid() == 0 else None
    (place / "password").write_text(PASSWORD)
    if user is not None:
        for path in (place, place / "password"):
            shutil.chown(path, user)
    data, port = place / "data", _free_port()

    def run(*words: str) -> None:
        subprocess.run(words, user=user, cwd=place, check=True, capture_output=True, timeout=60)

    try:
        run(
            *(str(programs / "initdb"), "-D", str(data), "-U", "me", "--no-sync"),
            *("--auth=scram-sha-256", f"--pwfile={place / 'password'}", "--encoding=UTF8"),
        )
        # a socket's path must be short, and only this computer is to be answered
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = (str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(place / "log"))
        run(*control, "-o", options, "start")
        try:
            yield f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in places if (one / "initdb").is_file()), None)


def _other_user() -> str | None:
    import pwd

    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
