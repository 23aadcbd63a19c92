"""Names of storages: what of a URL may be written down, and where its password comes from.

The password of a database is in no file of a study. It comes from the URL that is given at each
start, from the environment variable `NNSTUDIO_STORAGE`, or from what the driver itself looks at:
`PGPASSWORD` and `~/.pgpass` of PostgreSQL.
"""

from __future__ import annotations

import os
from pathlib import Path

from nnstudio.studies.errors import StudyError

JOURNAL = "journal:"
"""How the name of a storage begins that is a log in a file: journal:PATH."""
VARIABLE = "NNSTUDIO_STORAGE"
"""The environment variable with the whole URL of the storage, its password included."""
_LITE = "sqlite:///"
_SECRETS = ("password", "passwd", "sslpassword")


def plain(where: str) -> str:
    """The storage as it is written down: without a password, files by their whole path.

    Raises `StudyError` for what names no storage.
    """
    if where.startswith(JOURNAL):
        return f"{JOURNAL}{Path(where.removeprefix(JOURNAL)).absolute()}"
    if "://" not in where:
        raise StudyError(
            "A storage is expected as journal:PATH, sqlite:///PATH, postgresql://... or "
            f"mysql://..., received '{where}'."
        )
    if where.startswith(_LITE):
        path = where.removeprefix(_LITE)
        return where if path in ("", ":memory:") else f"{_LITE}{Path(path).absolute().as_posix()}"
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(where)
    except (ArgumentError, ValueError) as error:
        raise StudyError(
            "The storage is expected as postgresql://user@host:port/name, mysql://... or "
            "sqlite:///PATH, received something else."  # which may hold a password
        ) from error
    query = {name: value for name, value in url.query.items() if name not in _SECRETS}
    return URL.create(
        url.drivername, url.username, None, url.host, url.port, url.database, query
    ).render_as_string(hide_password=False)


def whole(written: str, given: str = "") -> str:
    """The storage as it is opened: what is written down, with the password that is given.

    given: a URL of the same storage; else that of `NNSTUDIO_STORAGE` is taken if it is the same.
    Raises `StudyError` if the given one is another storage.
    """
    if given:
        if plain(given) != written:
            raise StudyError(
                f"The trials of this study are in {written or 'a log in its folder'}: leave out "
                "--storage, or give that one with its password."
            )
        return given
    named = os.environ.get(VARIABLE, "")
    try:
        return named if written and named and plain(named) == written else written
    except StudyError:
        return written


def with_driver(where: str) -> str:
    """The URL of a PostgreSQL server with the driver that is installed: psycopg 3 or psycopg2."""
    import importlib.util

    scheme, mark, rest = where.partition("://")
    if scheme in ("postgresql", "postgres"):
        has = importlib.util.find_spec("psycopg2") is None
        scheme = "postgresql+psycopg" if has else "postgresql"
    return f"{scheme}{mark}{rest}"
