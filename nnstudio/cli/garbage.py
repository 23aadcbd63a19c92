"""How often a command looks for garbage."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 10_000
"""So many new ones let Python look for garbage; by itself it does so after some hundreds."""


@contextmanager
def rarely_looked_for() -> Iterator[None]:
    """Let a command load its libraries without looking through them again and again.

    That takes half a second of the two and a half of a command that needs torch. A training makes
    no garbage that only such a look finds. Of commands that run in other threads nothing changes:
    how often is looked is the same for all of them, and the last to end would undo it wrongly.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
