"""The trainings that have been: an index and one folder for each. No torch, no window.

`nnstudio.runs()` lists them: the name of this package is that of the function, too.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnstudio.runs.record import RunRecord


class _Runs(ModuleType):
    def __call__(self) -> list[RunRecord]:
        """Every training that is kept, newest first: name, state, settings, result, folder."""
        from nnstudio.runs.store import RunStore

        return RunStore().list()


sys.modules[__name__].__class__ = _Runs
