"""What lies in a run's folder, and how a run is taken out of one.

A folder that a user named may hold more than the run: only what belongs to it is ever removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path

from nnstudio.runs.owner import LOCK
from nnstudio.runs.record import RECORD

PROJECT_FILE = "project.nns"
MODEL_FILE = "model.py"
SPLITS_FILE = "splits.npz"
EVENTS_FILE = "events.jsonl"
HISTORY_FILE = "history.csv"
CHECKPOINTS = "checkpoints"
EVALUATION_FILE = "evaluation.json"
PREDICTIONS = "predictions"
TENSORBOARD = "tensorboard"
WANDB = "wandb"
"""What trackers write of the run."""

_OWN = (
    # the record goes first: without it there is no run
    *(RECORD, PROJECT_FILE, MODEL_FILE, SPLITS_FILE, EVENTS_FILE, HISTORY_FILE),
    *("preparation.json", "preparation.safetensors", EVALUATION_FILE),
    *("settings.json", "machine.json", "result.json"),  # of the first version
)
_OWN_FOLDERS = (CHECKPOINTS, PREDICTIONS, TENSORBOARD, WANDB)
OWN = (*_OWN, *_OWN_FOLDERS)
"""All names that a run takes in its folder."""


def sum_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def clear(folder: Path) -> None:
    """Remove the run in a folder and leave everything else, also the owner's lock."""
    for name in _OWN:
        (folder / name).unlink(missing_ok=True)
    _clear_folders(folder)


def remove(folder: Path) -> None:
    """Remove the run, and the folder if nothing else is in it.

    The record goes last: where this is interrupted, the run is still there to be removed.
    """
    _clear_folders(folder)
    clear(folder)
    (folder / LOCK).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else is in it
        folder.rmdir()


def _clear_folders(folder: Path) -> None:
    for name in _OWN_FOLDERS:
        if (folder / name).is_symlink():  # what lies on another disk is not ours to remove
            (folder / name).unlink()
        elif (folder / name).is_dir():
            shutil.rmtree(folder / name)
