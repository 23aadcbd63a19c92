"""How often a command looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 10_000
"""So many new ones let Python look for garbage; by itself it does so after some hundreds."""


@contextmanager
def rarely_looked_for() -> Iterator[None]:
    """Let a command load its libraries without looking through them again and again.

    That takes half a second of the two and a half of a command that needs torch. A training makes
    no garbage that only such a look finds.
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
