"""Stop, pause and clocks agreed on by all processes of a training, now and then between steps.

A look is one small message, so there are few: the first process says after how many steps the next
one is. What a process wishes meanwhile waits for it.
"""

from __future__ import annotations

import time

from nnstudio.training.stop_and_pause import StopAndPause
from nnstudio.training.world import World

_EVERY = 0.05
"""Seconds between two looks, about."""
_MOST_STEPS = 1_000
_LOOK_WHILE_PAUSED = 0.1


class AgreedWishes(StopAndPause):
    """What all processes obey; each has `own` wishes that the others learn."""

    def __init__(self, own: StopAndPause, world: World) -> None:
        super().__init__()
        self._own = own
        self._world = world
        self._steps, self._next = 0, 1
        self._looked = time.monotonic()

    def agreed(self, report: bool, save: bool, *, between: bool = True) -> tuple[bool, bool]:
        """After a step: whether the first process finds that a report or a checkpoint is due.

        between: False within a step that gathers batches, where nothing can be kept.
        """
        self._steps += 1
        if self._steps < self._next or not between:
            return False, False
        return self.look(report, save)

    def look(self, report: bool = False, save: bool = False) -> tuple[bool, bool]:
        """The same at once."""
        own, leads = self._own, self._world.rank == 0
        wishes = [own.stopping, own.pausing, leads and report, leads and save]
        stop, pause, reports, saves, self._next = self._world.highest(
            [*(int(wish) for wish in wishes), self._due() if leads else 0]
        )
        self._steps = 0
        if stop:
            self.stop()
        elif pause:
            self.pause()
        return bool(reports), bool(saves)

    def wait(self) -> None:
        """Return as soon as none of them wants a pause, or one of them the end."""
        while self.pausing:
            stop, pause = self._world.highest([int(self._own.stopping), int(self._own.pausing)])
            if stop:
                self.stop()
            elif not pause:
                self.resume()
            else:
                time.sleep(_LOOK_WHILE_PAUSED)

    def _due(self) -> int:
        """After how many steps the next look is due, as fast as the last ones were."""
        now = time.monotonic()
        seconds, self._looked = max(now - self._looked, 1e-6), now
        return max(1, min(_MOST_STEPS, round(_EVERY * max(self._steps, 1) / seconds)))


def agreed_by_all(own: StopAndPause, world: World) -> StopAndPause:
    """The wishes that a training obeys: in a process alone they are its own."""
    return own if world.size == 1 else AgreedWishes(own, world)
