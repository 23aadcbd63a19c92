"""With this folder on PYTHONPATH, no process can import the packages named in BLOCKED_IMPORTS.

So the parts that must work without Qt or without torch are tried without them, in every process
that a test starts too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

BLOCKED = frozenset(os.environ.get("BLOCKED_IMPORTS", "").split())


class Blocker(MetaPathFinder):
    """Refuses the blocked packages before any other finder is asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        if fullname.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{fullname} is blocked for this check", name=fullname)


if BLOCKED:
    sys.meta_path.insert(0, Blocker())
