"""How a training ended, in words: where it stopped, and which epoch was the best by what. No Qt."""

from __future__ import annotations

from nnstudio.training.events import Completed, Stopped
from nnstudio.ui.number_text import percent


def where_stopped(event: Stopped, epochs: int, finished: int) -> str:
    """Say where a training stopped: `in epoch 4 of 60`.

    Args:
        epochs: how many there should have been.
        finished: the last epoch that was done to its end; 0 if none was.
    """
    if not event.epoch:
        return "before the first step"
    place = "after" if event.epoch == finished else "in"
    return f"{place} epoch {event.epoch:,} of {epochs:,}"


def best_epoch(event: Completed, validated: bool) -> str:
    """Say how good the best epoch was and by what it is the best; empty if there is none.

    Epochs are compared by their loss, though accuracy or R² is the figure that people read. The
    figure comes first: where there is little room, the end gives way.
    """
    best = event.best
    if best is None:
        return ""
    figure = f"loss {best.loss:.4f}"
    if best.accuracy is not None:
        figure = f"accuracy {percent(best.accuracy)}"
    elif best.r2 is not None:
        figure = f"R² {best.r2:.4f}"
    return f"{figure} in epoch {event.best_epoch:,} (best by {judged_by(validated)})"


def judged_by(validated: bool) -> str:
    """Name what epochs are compared by."""
    return "validation loss" if validated else "training loss"
