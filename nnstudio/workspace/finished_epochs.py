"""The epochs that a run has done, as events: what is shown before it goes on."""

from __future__ import annotations

import json
from pathlib import Path

from nnstudio.errors import UserError
from nnstudio.runs.folder import CHECKPOINTS
from nnstudio.runs.journal import epochs_of, read_events
from nnstudio.training.events import EpochDone, from_json


def epochs_before(folder: Path) -> list[EpochDone]:
    """The epochs that are in the last checkpoint of a run; none of what cannot be read."""
    try:
        pointed = json.loads((folder / CHECKPOINTS / "last.json").read_text(encoding="utf-8"))
        done = int(str(pointed["checkpoint"]).partition("-")[0])
        events = [from_json(record) for record in epochs_of(read_events(folder), done + 1)]
    except (OSError, ValueError, KeyError, TypeError, UserError):
        return []
    return [event for event in events if isinstance(event, EpochDone)]
