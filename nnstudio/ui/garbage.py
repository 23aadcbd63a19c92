"""Garbage is looked for in the window's thread alone.

Python looks for it in whichever thread makes the next object: a training's, one that loads torch.
What it finds there may hold Qt's widgets, and to let go of those while the window's own thread is
at work on others ends the program. Source: the threads of PySide6, whose objects belong to one.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 500
"""Milliseconds between two looks at how much there is."""
RARELY = 50
"""So many looks at the middle generation come before one at everything, which takes longest."""


class OwnGarbage(QObject):
    """Does what Python does by itself, from `start` to `stop`, as its thresholds say."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self.look)
        self._was_on = False

    def start(self) -> None:
        """From now on no other thread looks for garbage."""
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        if self._was_on:
            gc.enable()

    def look(self) -> None:
        """Let go of what is no longer used, where there is much of it."""
        young, middle, _ = gc.get_threshold()
        made, looked, rarely = gc.get_count()
        if rarely > RARELY:
            gc.collect()
        elif looked > middle:
            gc.collect(1)
        elif made > young:
            gc.collect(0)
