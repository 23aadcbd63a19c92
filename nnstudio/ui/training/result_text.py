"""How a training ended, in words: where it stopped, and which epoch was the best by what. No Qt."""

from __future__ import annotations

from nnstudio.training.events import Completed, Stopped
from nnstudio.ui.number_text import percent

_WORDS = {
    "r2": "R2",
    "balanced_accuracy": "balanced accuracy",
    "top_5": "accuracy of the top 5",
    "macro_f1": "macro F1",
    "mae": "MAE",
    "rmse": "RMSE",
}


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

    Epochs may be compared by their loss, though accuracy or R² is the figure that people read. The
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
    by = judged_by(validated, event.best_by)
    chosen = best.figure(event.best_by)
    if event.best_by not in ("loss", "accuracy", "r2") and chosen is not None:
        figure = f"{in_words(event.best_by)} {chosen:.4f}"
    return f"{figure} in epoch {event.best_epoch:,} (best by {by})"


def judged_by(validated: bool, figure: str = "loss") -> str:
    """Name what epochs are compared by."""
    return f"{'validation' if validated else 'training'} {in_words(figure)}"


def in_words(figure: str) -> str:
    """Name a figure as people do: `macro F1`."""
    output, dot, name = figure.rpartition(".")
    return output + dot + _WORDS.get(name, name)
