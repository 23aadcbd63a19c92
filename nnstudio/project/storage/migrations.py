"""From old file versions to the present one: one pure function per version, never edited again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnstudio.project.storage.fields import fail, short_text

VERSION = 1

# version -> the function that makes the next version of it
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """`data` in the present version. Raises `FileError` for one that is not known."""
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        fail("version", f"expected a whole number from 1 on, received {short_text(version)}")
    if version > VERSION:
        fail(
            "version",
            f"the file is of version {version}, this program reads up to {VERSION}; "
            "a newer NN Studio can open it",
        )
    while version < VERSION:
        data = MIGRATIONS[version](data)
        version += 1
        data = {**data, "version": version}
    return data
