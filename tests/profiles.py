"""How many examples random tests try: the same few in the short form, many others to explore.

`--hypothesis-profile=explore` takes the second. Tests that need more or fewer than others say so
with `examples`, which follows the profile.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings

SHORT, EXPLORE = 50, 1_000
"""Examples of a test that says nothing else."""
USUAL = 100
"""What `examples` counts by: in the short form a test gets half of what it names."""

settings.register_profile("short", max_examples=SHORT, derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=EXPLORE, deadline=None, print_blob=True)


def load_short() -> None:
    """Let every test try the examples of the short form."""
    settings.load_profile("short")


def examples(count: int, **more: Any) -> settings:
    """Settings with `count` examples, fewer or more as the profile has it."""
    chosen = settings().max_examples
    return settings(max_examples=max(1, count * chosen // USUAL), **more)
